import math
import re
from dataclasses import replace

import numpy as np
import pytest

from small_study import answers, write_study
from sme_sem.errors import StudyError
from sme_sem.instrument.begin import new_study
from sme_sem.opening import demo_study, load_study
from sme_sem.report import contents, contents_of_models, html, narrative
from sme_sem.report.checklist import checklist
from sme_sem.report.figures import likert_bars
from sme_sem.report.report import Figure
from sme_sem.report.results import Problem
from sme_sem.sem.diagnosis import Diagnostic
from sme_sem.sem.quoted import objections
from sme_sem.tables import Table, Words, written
from sme_sem.tables.format import grid


@pytest.fixture(scope="module")
def real():
    return demo_study("corporate-reputation").run()


@pytest.fixture(scope="module")
def composed(tmp_path_factory):
    folder = new_study(tmp_path_factory.mktemp("composed") / "own", "corporate-reputation").parent
    instrument, study = folder / "instrument.yaml", folder / "study.yaml"
    text = instrument.read_text("utf-8")
    instrument.write_text(text.replace("hypothesized: reputation", "hypothesized: drivers").replace(", drivers]", "]"))
    study.write_text(study.read_text("utf-8").replace("# item_rules: hair ", "item_rules: hair "))
    return load_study(study).run()


@pytest.fixture(scope="module")
def drawn():
    return demo_study("bmi-drivers").run()


@pytest.fixture(scope="module")
def flawed(tmp_path_factory):
    frame = answers().astype(object)
    frame.loc[3, "t1"] = 9
    return load_study(write_study(tmp_path_factory.mktemp("flawed"), frame)).run()


@pytest.fixture(scope="module")
def gappy(tmp_path_factory):
    frame = answers().astype(object)
    items = ["t1", "t2", "t3", "u1", "u2", "u3"]
    for row, item in enumerate(items):
        frame.loc[row, item] = None
    frame.loc[9, items[1:]] = None
    return load_study(write_study(tmp_path_factory.mktemp("gappy"), frame)).run()


def sections(results, language="en"):
    return {section.name: section for section in contents.report_of(results, language).sections}


def tables(section):
    return {item.name: item for item in section.content if isinstance(item, Table)}


def test_a_report_shows_what_composites_are_made_of_in_the_hypothesized_model_and_in_rivals(real, composed):
    own = tables(sections(composed)["measurement"])["composites"]
    rival = tables(sections(real)["rivals"])["composites_drivers"]
    assert own.rows == rival.rows and str(rival.title).startswith(
        "Composites: weights of their items: Reputation model"
    )
    assert "composites" not in tables(sections(real)["measurement"])
    defined = [str(row[0]) for row in tables(sections(composed)["methods"])["definitions"].rows]
    assert "Composite" in defined


def test_items_of_composites_are_not_judged_as_if_they_reflected_them(composed):
    compared = composed.heterotrait.ratios
    assert set(compared["construct"]) | set(compared["other"]) == {"COMP", "LIKE", "CUSL"}
    advised = composed.item_advice.tables()[0].rows
    assert not any("qual_" in str(row) for row in advised) and any("comp_1" in str(row) for row in advised)


def test_notes_name_composites_by_their_labels(composed):
    for section, table in (("countermeasures", "importance"), ("method_bias", "method_models")):
        notes = [str(note) for note in tables(sections(composed)[section])[table].notes]
        assert any(note.startswith("Quality, Performance, Corporate social responsibility") for note in notes)


def test_the_sections_of_a_report_in_their_order(real):
    assert list(sections(real)) == [
        "summary",
        "sample",
        "quality",
        "descriptives",
        "reliability",
        "components",
        "measurement",
        "method_bias",
        "fit",
        "paths",
        "hypotheses",
        "explained",
        "countermeasures",
        "rivals",
        "diagram",
        "modification",
        "questionnaire",
        "methods",
        "reproduction",
        "checklist",
    ]


def test_a_report_holds_every_table_of_the_study(real):
    names = {table.name for table in contents.report_of(real).tables()}
    assert {
        "counts", "sample", "screening", "findings", "missing_answers", "reliability", "item_analysis",
        "kmo_bartlett", "total_variance_explained", "rotated_components", "measurement_model", "covariances",
        "model_test", "fit_indices", "structural_paths", "mediated_effects", "hypotheses", "r_squared",
        "model_comparison", "modification_indices", "definitions", "options", "versions",
    } <= names  # fmt: skip


def test_a_second_order_construct_has_its_loadings(drawn):
    assert "second_order_loadings" in {t.name for t in contents.report_of(drawn).tables()}


def test_figures_are_drawn_in_the_language_asked_for(real):
    for figure in contents.report_of(real, "zh").figures():
        if figure.name in ("scree", "paths", "path_diagram"):
            assert re.search(r">[^<]*[\u4e00-\u9fff]", figure.svg), figure.name


def test_every_text_of_a_report_is_in_both_languages(real, drawn):
    for results in (real, drawn):
        report = contents.report_of(results)
        texts = [section.title for section in report.sections]
        texts += [piece for section in report.sections for piece in section.content if isinstance(piece, Words | str)]
        texts += [table.title for table in report.tables()]
        texts += [note for table in report.tables() for note in table.notes]
        plain = [t for t in texts if not (isinstance(t, Words) and t.zh != t.en)]
        assert [written(t) for t in plain] == []


def test_nothing_of_a_page_is_left_unfilled(real, flawed):
    for results in (real, flawed):
        for language in ("en", "zh"):
            page = html.render(contents.report_of(results, language), language)
            body = re.sub(r"<style.*?</style>|<svg.*?</svg>", "", page, flags=re.S)
            assert not re.search(r"\{\w*\}|nan\b|None\b|Words\(", body)


def test_what_needs_a_person_stands_first(flawed, real):
    first = contents.report_of(flawed).sections[0]
    assert first.name == "attention"
    assert "must not be used" in str(first.content[0])
    assert "attention" not in sections(real)


def test_an_item_that_was_recoded_before_is_an_open_problem(tmp_path):
    frame = answers()
    frame["u3"] = 6 - frame["u3"]
    results = load_study(write_study(tmp_path, frame)).run()
    said = next(p.message for p in results.problems if str(p.step) == "Reliability")
    assert said.en.startswith("Use: u3 is reversed by the instrument and correlates negatively with the rest after")
    assert said.zh.startswith("使用：u3由问卷设定反向计分，转换后与其余题项呈负相关")
    found = sections(results)
    assert said in [row[1] for row in tables(found["attention"])["problems"].rows]
    assert said in tables(found["reliability"])["item_analysis"].notes


def test_errors_and_warnings_are_listed_with_their_rows(flawed):
    table = next(t for t in sections(flawed)["quality"].content if getattr(t, "name", "") == "findings_in_detail")
    assert [(r["severity"], r["row"], r["column"]) for r in table.records()] == [("error", 5, "t1")]


def test_missing_answers_are_shown_for_the_items_that_have_some(real):
    table = next(t for t in sections(real)["quality"].content if getattr(t, "name", "") == "missing_answers")
    assert [(r["item"], r["missing"]) for r in table.records()] == [
        ("cusa", 1),
        ("cusl_1", 3),
        ("cusl_2", 4),
        ("cusl_3", 3),
    ]
    assert [str(note) for note in table.notes] == [
        "N = 344, before screening.",
        "The other 35 items have no missing answer.",
    ]


def test_tables_of_missing_answers_say_whether_they_count_before_or_after_screening(gappy):
    found = sections(gappy)
    before, after = f"N = {len(answers())}, before screening.", f"N = {gappy.counts['valid']}, after screening."
    assert gappy.counts["valid"] < len(answers())
    quality = tables(found["quality"])
    stated = {name: before in map(str, quality[name].notes) for name in quality if name.startswith("missing_")}
    assert stated == {"missing_answers": True, "missing_scales": False, "missing_patterns": False}
    others = (quality["missing_scales"], quality["missing_patterns"], tables(found["descriptives"])["descriptives"])
    assert all(after in map(str, table.notes) for table in others)


def test_where_every_item_has_gaps_no_other_items_are_counted(gappy):
    assert [str(note) for note in tables(sections(gappy)["quality"])["missing_answers"].notes] == [
        f"N = {len(answers())}, before screening."
    ]


def test_facts_say_what_the_report_rests_on(real, drawn):
    facts = {str(name): value for name, value in contents.report_of(real).facts}
    assert str(facts["Respondents"]) == "344 → 344 → 336 (collected → valid → analysed)"
    assert facts["Answers"].startswith("corporate-reputation.csv, SHA-256 c5a0aab0")
    facts = {str(name): value for name, value in contents.report_of(drawn).facts}
    assert facts["Answers"].en.startswith("bmi-drivers (synthetic), SHA-256 ")
    assert facts["Answers"].zh.startswith("bmi-drivers（合成）, SHA-256 ")
    assert contents.report_of(drawn).synthetic and not contents.report_of(real).synthetic


def test_hypotheses_stand_with_their_wording(real):
    table = sections(real)["hypotheses"].content[-1]
    record = table.records("zh")[0]
    assert (record["id"], record["text"], record["verdict"]) == ("H1", "能力对顾客满意具有正向影响。", "不成立")


def test_the_headline_is_a_selection_of_the_report(real):
    report = {table.name for table in contents.report_of(real).tables()}
    headline = [table.name for table in contents.headline(real)]
    assert headline == ["counts", "reliability", "model_test", "fit_indices", "hypotheses", "model_comparison"]
    assert set(headline) <= report


def test_scales_are_printed_by_their_labels(real):
    table = next(t for t in sections(real)["reliability"].content if getattr(t, "name", "") == "reliability")
    assert [r["scale"] for r in table.records("zh")][:3] == ["能力", "好感", "顾客忠诚"]


def test_notes_name_constructs_by_their_labels(real, drawn):
    reliability = next(t for t in sections(real)["reliability"].content if getattr(t, "name", "") == "reliability")
    assert str(reliability.notes[0]).startswith("Customer loyalty: N = 336")
    assert reliability.notes[0].zh.startswith("顾客忠诚：样本量")
    validity = next(t for t in contents.report_of(drawn).tables() if t.name == "convergent_validity")
    assert any(str(note).startswith("Business model innovation: measured by constructs") for note in validity.notes)


def test_the_checklist_marks_as_missing_what_only_the_authors_know(real):
    table = next(t for t in contents.report_of(real).tables() if t.name == "checklist")
    status = {r["item"]: r["status"] for r in table.records()}
    assert status["Consent and approval by an ethics committee"] == "missing"
    assert status["Fit as a whole, with the rule it is judged by"] == "reported"
    answers = {r["item"]: r["answer"] for r in table.records()}
    assert answers["Free parameters and degrees of freedom"] == "25 free parameters, 30 degrees of freedom."
    missing = sum(value == "missing" for value in status.values())
    assert f"{missing} of {len(status)} are missing" in str(table.notes[0])


def test_the_checklist_counts_models_that_fit_exactly_as_well_and_names_some(real):
    def row(results):
        return {r["item"]: r for r in checklist(results).records()}["Models that fit exactly as well"]

    assert row(real)["status"] == "reported"
    assert row(real)["answer"].startswith(
        "Of 10 changes of one relation, fitting exactly as well: 10 (such as Competence ← Customer satisfaction in "
        "place of Customer satisfaction ← Competence; "
    )
    assert row(replace(real, equivalents=None))["status"] == "missing"
    found = real.equivalents
    none = replace(real, equivalents=replace(found, changes=(), models=(), table=found.table[:0]))
    assert row(none)["answer"] == "Of 10 changes of one relation none fits exactly as well."


def test_models_that_fit_exactly_as_well_are_listed_beside_the_rivals(real, drawn):
    table = tables(sections(real)["rivals"])["equivalent_models"]
    assert len(table.rows) == real.equivalents.tried == 10
    assert [row[1] for row in table.rows] == pytest.approx([real.fit.measures()["chisq"]] * 10)
    short = tables(sections(drawn)["rivals"])["equivalent_models"]
    assert len(short.rows) == 12 and str(short.notes[-1]) == "8 more are not shown."
    alone = replace(real, fits={real.hypothesized: real.fit})
    assert list(tables(sections(alone)["rivals"])) == ["equivalent_models"]


def test_models_have_weights_among_those_of_the_same_answers_and_intervals_of_the_rmsea(real):
    rows = {r["model"]: r for r in tables(sections(real)["rivals"])["model_weights"].records()}
    own, mediated, drivers = rows.values()
    gap = real.fits["full_mediation"].measures()["aic"] - real.fit.measures()["aic"]
    assert mediated["akaike_weight"] / own["akaike_weight"] == pytest.approx(math.exp(-gap / 2), rel=1e-9)
    assert own["akaike_weight"] + mediated["akaike_weight"] == pytest.approx(1)
    assert drivers["akaike_weight"] is None and drivers["ecvi"] is None
    assert drivers["rmsea_ci_lower"] == real.fits["drivers"].measures()["rmsea_ci_lower"]
    assert str(sections(real)["rivals"].title) == "Hypothesized and rival models"
    unweighed = replace(real.compared, table=real.compared.table.assign(akaike_weight=math.nan))  # as of least squares
    table = tables(sections(replace(real, compared=unweighed))["rivals"])["model_weights"]
    assert [column.name for column in table.columns][-2:] == ["rmsea_ci_upper", "ecvi"]
    assert [str(note) for note in table.notes] == ["Smaller ECVI is better."]


def test_the_report_says_which_test_a_pair_is_given_and_why(real):
    table = tables(sections(real)["rivals"])["model_pairs"]
    assert str(table.notes[0]).startswith("Test “χ² difference”: nested; the likelihood-ratio")
    assert "检验“卡方差异”：嵌套；" in table.notes[0].zh


def test_the_origin_of_measures_is_reported_only_where_every_construct_has_one(real, drawn):
    rows = {r["item"]: r for r in checklist(real).records()}
    row = rows["Measures and where they come from"]
    assert row["status"] == "missing" and "stated for 0 of 8 constructs" in str(row["answer"])
    rows = {r["item"]: r for r in checklist(drawn).records()}
    assert rows["Measures and where they come from"]["status"] == "reported"
    origins = next(t for t in sections(drawn)["questionnaire"].content if t.name == "constructs")
    assert len(origins.rows) == 9 and "Thesis on key drivers" in str(origins.rows[0][2])


def test_fitted_models_that_fit_alike_stand_first_in_the_checklist(drawn):
    answer = {r["item"]: r for r in checklist(drawn).records()}["Models that fit exactly as well"]["answer"]
    assert answer.startswith(
        "Among the models fitted: “Direct drivers” and “Capability as partial mediator”. Of 20 changes"
    )


def test_the_page_on_drivers_names_what_to_improve_first_in_both_languages(drawn):
    section = sections(drawn, "zh")["countermeasures"]
    said, figure, table = section.content
    assert said.en.startswith("The largest total effect is that of Capability driver (β = .380).")
    assert "应优先改进的是：能力驱动" in said.zh
    assert ">能力驱动<" in figure.svg
    assert table.records("zh")[0]["construct"] == "能力驱动"


def test_drivers_are_significant_at_the_level_of_the_study(drawn, monkeypatch):
    shown = []
    monkeypatch.setattr(
        contents_of_models.charts, "importance_map", lambda drivers, language: shown.append(drivers) or "<svg/>"
    )
    sections(drawn)
    sections(replace(drawn, options={**drawn.options, "alpha": 1e-4}))
    assert [[driver.significant for driver in drivers] for drivers in shown] == [[True] * 4, [True, True, True, False]]


def test_loadings_and_covariances_stand_with_the_model_they_are_of(real, tmp_path):
    apart = {"apart": {"title": "Apart", "structure": "USE ~ age\nTRUST ~ age\nTRUST ~~ USE"}}
    found = load_study(write_study(tmp_path, models=apart, hypothesized="apart", hypotheses=[])).run()
    shown = sections(found)
    assert found.measurement is not found.fit
    assert "covariances" in tables(shown["paths"]) and "covariances" not in tables(shown["measurement"])
    (said,) = [r["answer"] for r in checklist(found).records() if r["item"] == "Loadings"]
    assert said == str(narrative.loadings(found.measurement)) != str(narrative.loadings(found.fit))
    assert said in map(str, shown["measurement"].content)


def test_numbers_of_the_background_are_described_by_their_mean_and_range(tmp_path):
    found = load_study(write_study(tmp_path)).run()
    (row,) = tables(sections(found)["sample"])["sample_numbers"].records("zh")
    ages = answers()["age"]
    assert (row["variable"], row["n"], row["lowest"], row["highest"]) == ("Age", 200, ages.min(), ages.max())
    assert (row["mean"], row["sd"]) == pytest.approx((ages.mean(), ages.std()))


def test_the_rates_of_response_are_told_where_the_study_says_how_many_were_sent_out(tmp_path):
    found = load_study(write_study(tmp_path, distributed=250)).run()
    said = narrative.sample(found)
    assert said.en.startswith(
        "250 questionnaires were sent out and 200 returned, a response rate of 80.0%; 200 were kept after screening, "
        "100.0% of those returned and 80.0% of those sent out."
    )
    assert said.zh.startswith(
        "共发放问卷250份，回收200份，回收率为80.0%；筛选后有效问卷200份，有效率为100.0%，有效回收率为80.0%。"
    )
    table = tables(sections(found)["sample"])["counts"]
    assert [tuple(map(str, row)) for row in table.rows[:2]] == [
        ("Sent out", "250", "None"),
        ("Collected", "200", "100.0"),
    ]
    with pytest.raises(StudyError, match="distributed: 199 questionnaires were sent out"):
        load_study(write_study(tmp_path, distributed=199)).run()
    with pytest.raises(StudyError, match="distributed: must be 1 or more, got 0"):
        load_study(write_study(tmp_path, distributed=0))


def test_what_holds_of_all_is_not_counted(tmp_path):
    one = [{"id": "H1", "path": "USE ~ TRUST", "sign": "+", "text": "Trust raises use."}]
    found = load_study(write_study(tmp_path, hypotheses=one)).run()
    assert narrative.hypotheses(found) == Words("The hypothesis is supported (H1).", "研究假设成立（H1）。")
    assert narrative.reliability(found).zh.endswith("。2个量表的α系数均达到.70（Nunnally，1978）。")
    again = [*one, {**one[0], "id": "H2"}]
    found = load_study(write_study(tmp_path, hypotheses=again)).run()
    assert narrative.hypotheses(found) == Words(
        "All 2 hypotheses are supported (H1, H2).", "2个研究假设全部成立（H1、H2）。"
    )


def test_the_text_says_how_many_constructs_are_valid_and_how_close_the_closest_are(real):
    assert narrative.validity(real) in sections(real)["measurement"].content
    scales, said = real.validity.scales, narrative.validity(real)
    assert said.en.startswith(f"CR of all {len(scales)} constructs reaches .70, AVE of ")
    reached = replace(real, validity=replace(real.validity, scales=scales.assign(AVE=[0.4, 0.5, 0.6])))
    assert "AVE of 2 of 3 constructs reaches .50 (Fornell" in narrative.validity(reached).en
    assert "，3个构念中有2个的AVE达到.50（Fornell" in narrative.validity(reached).zh
    htmt = real.validity.htmt
    largest = htmt.where(htmt < 1).max().max()
    assert f"The largest HTMT, {largest:.3f}".replace("0.", ".") in said.en and "is below .85" in said.en
    near = replace(real, validity=replace(real.validity, htmt=htmt.where(htmt != largest, 0.91)))
    assert "HTMT最大值为.910" in narrative.validity(near).zh and "未低于.85" in narrative.validity(near).zh


def test_the_text_says_up_to_which_step_invariance_holds(tmp_path):
    found = load_study(write_study(tmp_path, group="city")).run()
    steps = found.invariance.table.assign(cfi_diff=[math.nan, 0.002, -0.004, -0.011])
    said = narrative.invariance(replace(found.invariance, table=steps))
    assert said.en.endswith(
        "the steps hold up to: Scalar (strong) invariance. The next, Strict invariance, does not (ΔCFI = -.011)."
    )
    steps = steps.assign(cfi_diff=[math.nan, 0.002, -0.004, -0.01])
    assert narrative.invariance(replace(found.invariance, table=steps)).zh.endswith(
        "成立至：严格不变性。以此为准，所拟合的步骤均成立。"
    )
    assert narrative.invariance(found.invariance) in sections(found)["groups"].content


def test_a_report_gives_no_advice_to_who_writes_python(tmp_path):
    found = load_study(write_study(tmp_path)).run()
    problem = Problem("Model", "it did not converge. Check the data. Raise max_iterations, or give start values.")
    shown = sections(replace(found, failed_steps=(problem,)))["attention"].content
    assert shown[1].rows == (("Model", "it did not converge. Check the data."),)
    for language in ("en", "zh"):
        page = html.render(contents.report_of(found, language), language)
        assert not any(word in page for word in ("max_iterations", "starts=", "bounds=", "sme.equivalents"))


def test_observed_variables_on_paths_have_their_labels_among_residuals(tmp_path):
    found = load_study(write_study(tmp_path, hypothesized="with_age")).run()
    pairs = [str(row[0]) for row in tables(sections(found)["fit"])["largest_residuals"].rows]
    assert any("Age" in pair for pair in pairs) and not any("age" in pair.split(" – ") for pair in pairs)


def test_the_forest_shows_beta_and_its_interval_wherever_their_columns_stand(real, monkeypatch):
    shown = []
    monkeypatch.setattr(
        contents_of_models.figures, "forest", lambda intervals, language: shown.append(intervals) or "<svg/>"
    )
    first = sections(real)["paths"].content[0]
    table = contents_of_models.presentation.structural_paths(real.fit, real.labels)
    assert first.rows == table.rows
    turned = replace(table, columns=table.columns[::-1], rows=tuple(row[::-1] for row in table.rows))
    monkeypatch.setattr(contents_of_models.presentation, "structural_paths", lambda fit, labels: turned)
    sections(real)
    beta = [(str(row[0]), *row[5:8]) for row in table.rows]
    assert [[(i.label, i.value, i.lower, i.upper) for i in intervals] for intervals in shown] == [beta, beta]


def test_a_study_may_compare_the_drivers_of_groups_beside_those_of_all(tmp_path):
    found = load_study(write_study(tmp_path, group="city")).run()
    assert not found.problems
    assert list(found.importance.table["group"]) == [""] and found.importance.table["n"].tolist() == [200]
    assert list(found.importance_by_group.table["group"]) == ["1", "2"]
    shown = tables(sections(found)["countermeasures"])
    assert list(shown) == ["importance", "importance_by_group"]
    assert [r["group"] for r in shown["importance_by_group"].records()] == ["Harbin", "Daqing"]
    assert str(shown["importance_by_group"].title).endswith("of the drivers of Use, by group")


def test_background_questions_are_no_drivers(tmp_path):
    found = load_study(write_study(tmp_path, hypothesized="with_age")).run()
    assert list(found.importance.table["construct"]) == ["TRUST"] and not found.problems
    only = {"only": {"title": "Only age", "structure": "USE ~ age\nTRUST ~~ USE"}}
    found = load_study(write_study(tmp_path, models=only, hypothesized="only", hypotheses=[])).run()
    assert found.importance is None and not found.problems


def test_a_group_that_is_no_question_of_the_instrument_is_refused(tmp_path):
    with pytest.raises(StudyError, match="no single-choice background question is named 'town'"):
        load_study(write_study(tmp_path, group="town"))


def test_the_report_says_how_to_arrive_at_it_again(real):
    (said,) = sections(real)["reproduction"].content
    assert real.sha256["data"] in said.en and real.sha256["data"] in said.zh
    assert "sme-sem demo corporate-reputation" in said.en and "sme-sem demo corporate-reputation" in said.zh


def test_only_a_shipped_instrument_has_a_demonstration(flawed):
    (said,) = sections(flawed)["reproduction"].content
    assert "run: sme-sem run study.yaml." in said.en and "sme-sem demo" not in said.en + said.zh


# --- the diagram -------------------------------------------------------------------------------------


def test_the_diagram_shows_the_standardized_solution(real):
    model = contents_of_models.diagram_model(real.fit, real.labels)
    assert [(n.name, n.latent) for n in model.nodes] == [
        ("COMP", True),
        ("LIKE", True),
        ("CUSL", True),
        ("cusa", False),
    ]
    found = {(p.source, p.target): p for p in model.paths}
    estimates = real.fit.estimates().query("op == '~'").set_index(["rhs", "lhs"])
    for arrow, path in found.items():
        assert path.value == estimates.loc[arrow, "std_all"]
        assert path.significant == (estimates.loc[arrow, "pvalue"] < 0.05)
    assert found["LIKE", "cusa"].stars == "***" and found["COMP", "cusa"].stars == ""
    assert model.node("CUSL").r_squared == real.fit.r_squared()["CUSL"]
    assert [(c.a, c.b) for c in model.covariances] == [("COMP", "LIKE")]


def test_a_second_order_construct_points_to_its_elements(drawn):
    loadings = contents_of_models.diagram_model(drawn.fit).loadings
    assert [x.item for x in loadings if x.construct == "BMI"] == ["VP", "VC", "VD", "VCAP"]


def test_the_diagram_is_drawn_smaller_without_items_and_then_without_first_order_constructs(real, drawn):
    def drawings(results):
        figure = next(f for f in contents.report_of(results).figures() if f.name == "path_diagram")
        while figure is not None:
            yield figure
            figure = figure.reduced

    whole, reduced = drawings(real)
    assert ">comp_1<" in whole.svg and ">comp_1<" not in reduced.svg
    assert reduced.caption.en.endswith("items are left out, so that letters stay legible")
    *_, reduced, least = drawings(drawn)
    assert ">Value proposition<" in reduced.svg and ">Value proposition<" not in least.svg
    assert least.caption.zh.endswith("图中略去题项与一阶构念")


# --- sentences ---------------------------------------------------------------------------------------


def test_sentences_say_the_numbers_of_the_tables(real):
    assert narrative.sample(real).en == (
        "344 questionnaires were collected and 344 kept after screening. The hypothesized model is estimated from "
        "336 of them; 8 did not answer every item it needs (listwise deletion)."
    )
    assert narrative.reliability(real).en == (
        "Cronbach's alpha runs from .776 (Competence) to .834 (Customer loyalty). All 3 scales reach .70 (Nunnally, "
        "1978)."
    )
    assert narrative.hypotheses(real).zh.startswith("5个研究假设中有3个成立（H2、H3、H5）；H1不成立（")
    assert narrative.explained(real).en == (
        "The hypothesized model explains 34.3% of the variance of Customer satisfaction and 67.7% of the variance of "
        "Customer loyalty."
    )
    assert narrative.loadings(real.fit).en == "Standardized loadings run from .703 to .900; all 9 reach .70."


def test_where_the_rules_of_retention_disagree_the_text_says_so(drawn):
    assert narrative.components(drawn).en.endswith(
        "The rules disagree about their number: 7 kept (eigenvalue above 1), while parallel analysis suggests 5 and "
        "the minimum average partial suggests 5."
    )
    agreed = replace(drawn, retention=replace(drawn.retention, suggested={"parallel": 7, "map": 7, "kaiser": 7}))
    assert "disagree" not in narrative.components(agreed).en
    one = narrative.components(replace(drawn, retention=replace(drawn.retention, suggested={"parallel": 7, "map": 4})))
    assert one.en.endswith("7 kept (eigenvalue above 1), while the minimum average partial suggests 4.")
    assert one.zh.endswith("本报告保留7个（特征值大于1），而最小平均偏相关建议4个。")
    chosen = replace(drawn, options={**drawn.options, "components": {"n_components": 7}})
    assert "7 kept (chosen in the study file)" in narrative.components(chosen).en


def test_one_of_a_kind_is_counted_in_the_singular(real):
    screened = real.screening.screened
    alone = replace(screened, findings=screened.findings.iloc[:1].assign(severity="warning"))
    kept = real.screening.kept.copy()
    kept.iloc[0] = False
    once = replace(real, screening=replace(real.screening, screened=alone, kept=kept))
    said = narrative.quality(once)
    assert "noted 0 errors (" in said.en and "1 warning and 0 remarks" in said.en
    assert said.en.endswith(" Screening set 1 respondent aside.") and "筛选共剔除1份" in said.zh


def test_the_versions_name_python_and_the_second_engine(real):
    table = next(t for t in contents.report_of(real).tables() if t.name == "versions")
    assert {"Python", "semopy"} <= {r["package"] for r in table.records()}


def test_facts_and_findings_speak_the_language_of_the_report(drawn):
    facts = {str(name): said for name, said in contents.report_of(drawn).facts}
    assert facts["Instrument"].en == "bmi-drivers, version 1" and facts["Instrument"].zh == "bmi-drivers，版本1"
    assert "in the instrument file" in str(facts["Origin of the answers"])
    findings = next(t for t in contents.report_of(drawn).tables() if t.name == "findings")
    assert "普通表格" in {r["example"] for r in findings.records("zh")}
    page = html.render(contents.report_of(drawn, "zh"), "zh")
    assert "的驱动因素——合成（模拟）数据</title>" in page
    assert not re.search(r"\((CITC|CFI|R|χ²/df)\)|, (19|20)\d\d）", page)


def test_levels_and_whole_degrees_of_freedom_are_written_as_such(drawn):
    tables = {t.name: t for t in contents.report_of(drawn).tables()}
    rows = {row[0]: row for row in grid(tables["nonresponse"])}
    assert rows["Region"][7] == "12" and rows["Region"][-1] == ".210" and rows["Market driver"][-1] == "-0.020"
    assert grid(tables["fit_indices"])[0][1] == "0.960"


def test_the_judgement_of_fit_counts_the_verdicts(real):
    said = narrative.fit_judgement(real.fit, "conventional").en
    assert said.endswith("of 7 indices good: 1, acceptable: 5; not met: 1 (RMSEA).")
    assert said.startswith("χ²(30) = 105.121, p < .001; CFI = .956")
    assert "of 4 indices good: 2" in narrative.fit_judgement(real.fit, "hu-bentler").en


def test_rivals_are_preferred_only_among_models_of_the_same_answers(real, drawn):
    assert narrative.rivals(real).en == (
        "Of the 2 models of the same answers, AIC and BIC are lowest for “Reputation model (partial mediation)”."
    )
    said = narrative.rivals(drawn).en
    assert "lowest for “Direct drivers” and “Capability as partial mediator”" in said
    assert said.endswith("only theory can choose between them.")


def test_the_models_and_their_pairs_have_the_same_tests(drawn):
    tables = {t.name: t for t in sections(drawn)["rivals"].content if hasattr(t, "rows")}
    models = {r["model"]: r for r in tables["model_comparison"].records()}
    pairs = [r for r in tables["model_pairs"].records() if "Direct drivers" in (r["wider"], r["narrower"])]
    nested = {r["narrower"]: r for r in pairs if r["relation"] == "nested"}
    assert list(nested) == ["Capability as full mediator", "Culture as the root of capability"]
    for name, pair in nested.items():
        assert models[name]["pvalue_diff"] == pair["pvalue"]
        assert models[name]["chisq_diff"] == pytest.approx(pair["statistic"], rel=1e-9)
    assert models["Capability as partial mediator"]["pvalue_diff"] is None


def test_every_comparable_model_stands_beside_the_others(drawn):
    beside = [t for t in sections(drawn)["rivals"].content if getattr(t, "name", "").startswith("side_by_side")]
    models = [list(dict.fromkeys(str(c.group) for c in table.columns if c.group)) for table in beside]
    assert models == [
        ["Direct drivers", "Capability as full mediator", "Capability as partial mediator"],
        ["Culture as the root of capability"],
    ]
    assert [table.name for table in beside] == ["side_by_side", "side_by_side_2"]


def test_a_report_says_how_far_the_items_are_from_normal_and_what_the_estimator_makes_of_it(real, tmp_path):
    items = [item for item in real.fit.observed if item in real.responses.items]
    z = real.responses.frame[items].dropna().to_numpy(float)
    z = z - z.mean(axis=0)
    b = float((np.einsum("ij,jk,ik->i", z, np.linalg.inv(z.T @ z / (len(z) - 1)), z) ** 2).mean())
    p = len(items)
    assert narrative.normality(real).en.startswith(
        f"Mardia's kurtosis of the {p} items of the hypothesized model is {b:.3f}; normal answers have {p * (p + 2)} "
        f"(difference {b - p * (p + 2):.3f}, z = "
    )
    shown = sections(real)["descriptives"]
    assert narrative.normality(real) in shown.content and "multivariate_normality" in tables(shown)
    assert narrative.normality(real).en.endswith("χ² of ML assume: compare them with those of the estimator MLR.")
    assert narrative.normality(real).zh.endswith("ML的标准误与χ²以正态为前提，宜与稳健估计方法MLR的结果相比较。")
    robust = narrative.normality(replace(real, options={**real.options, "estimator": "MLR"}))
    assert robust.en.endswith("They are not normal together; MLR does not need them to be.")
    near = replace(real.normality, mardia_skew_pvalue=0.3, mardia_kurtosis_pvalue=0.4)
    assert narrative.normality(replace(real, normality=near)).zh.endswith("未发现明显偏离多元正态分布。")
    ordered = load_study(write_study(tmp_path, answers(), ordered=True)).run()
    assert ordered.fit.table.ordered and ordered.normality is None and narrative.normality(ordered) is None


def test_drivers_without_standardized_effects_are_told_and_not_drawn(drawn):
    found = drawn.importance
    odd = replace(drawn, importance=replace(found, table=found.table.assign(importance=np.nan)))
    section = sections(odd)["countermeasures"]
    assert (
        str(section.content[0]).strip() == "Standardized effects do not exist: a variance of the solution is negative."
    )
    assert "importance" in tables(section) and not [piece for piece in section.content if isinstance(piece, Figure)]
    table = found.table.assign(importance=found.table["importance"].where(found.table.index > 0))
    section = sections(replace(drawn, importance=replace(found, table=table)))["countermeasures"]
    (figure,) = (piece for piece in section.content if isinstance(piece, Figure))
    absent, present = (drawn.labels[name] for name in table["construct"][:2])
    assert str(present) in figure.svg and str(absent) not in figure.svg


def test_without_a_comparable_rival_nothing_is_preferred(real):
    fits = {name: fit for name, fit in real.fits.items() if name != "full_mediation"}
    assert narrative.rivals(replace(real, fits=fits)).en.startswith("No rival explains the same variables")


def test_a_failed_step_leaves_its_section_out(real):
    bare = replace(real, reliability=None, adequacy=None, components=None, fits={}, hypotheses=None)
    bare = replace(bare, descriptives=None, correlations=None, method_bias=None, normality=None, importance=None)
    assert list(sections(bare)) == ["summary", "sample", "quality", "questionnaire", "methods", "reproduction"]


def test_bars_show_turned_answers_as_the_analysis_sees_them(drawn):
    figure = next(f for f in contents.report_of(drawn).figures() if f.name == "answers")
    assert "MK4 (R)" in figure.svg and "already turned" in str(figure.caption)
    alone = likert_bars(drawn.responses.frame[["MK4"]], {}, (1, 5))
    shares = re.findall(r">(\d+)%<", alone)
    assert set(shares) <= set(re.findall(r">(\d+)%<", figure.svg))


def test_a_number_and_what_it_counts_agree():
    assert narrative.counted(1, "respondent", "was", "were") == "1 respondent was"
    assert narrative.counted(0, "warning") == "0 warnings"


def test_sentences_on_a_solution_with_a_warning_say_so(real):
    assert "Caution" not in html.render(contents.report_of(real, "en"))
    warned = Diagnostic("warning", "negative_variance", Words("a variance is negative", "方差为负"))
    fits = {name: fit._noting([warned]) if fit is real.fit else fit for name, fit in real.fits.items()}
    doubtful = replace(real, fits=fits)
    doubtful = replace(doubtful, hypotheses=replace(real.hypotheses, notes=objections(doubtful.fit)))
    assert doubtful.fit is not None
    for said in (
        narrative.fit_judgement(doubtful.fit, "conventional"),
        narrative.loadings(doubtful.fit),
        narrative.hypotheses(doubtful),
        narrative.explained(doubtful),
    ):
        assert said.en.endswith(" Caution: a warning stands against this solution; see the notes under its tables.")
        assert said.zh.endswith("注意：该解存在警告，见相关表注。")
    title = doubtful.model_titles[doubtful.instrument.hypothesized]
    assert f"a warning stands against the solution of “{title}”" in narrative.rivals(doubtful).en
