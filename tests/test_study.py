import json
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from small_study import INSTRUMENT, answers, contents, write_study
from sme_sem.comparison import compare
from sme_sem.errors import InstrumentError, ResponseError, SpecificationError, StudyError
from sme_sem.measurement import method_bias
from sme_sem.opening import demo_study, load_study
from sme_sem.report.contents import report_of
from sme_sem.resampling.dynamic_cutoffs import dynamic_cutoffs
from sme_sem.responses import screen
from sme_sem.sem.fit import fit
from sme_sem.sem.presentation import structural_paths
from sme_sem.sensitivity.choices import CHOICES, read_choices
from sme_sem.study_file import SCREENING_RULES, StudyFile


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return load_study(write_study(tmp_path_factory.mktemp("study"))).run()


def refusal(path):
    with pytest.raises(StudyError) as caught:
        load_study(path)
    return caught.value.problems


# --- the whole road ----------------------------------------------------------------------------------


def test_a_study_goes_from_answers_to_hypotheses(results):
    assert results.counts == {"collected": 200, "valid": 200, "analysed": 200}
    assert list(results.fits) == ["direct", "reverse", "with_age"]
    assert results.hypotheses.supported == ("H1",)
    assert results.problems == ()
    assert list(results.reliability.scales["scale"]) == ["TRUST", "USE"]
    assert list(results.components.loadings.index) == ["t1", "t2", "t3", "u1", "u2", "u3"]


def test_hypotheses_of_another_model_are_named_with_it_and_its_respondents(results):
    (table,) = results.hypotheses.tables()
    assert not any("product" in str(note) for note in structural_paths(results.fit).notes)
    assert [str(note) for note in table.notes[1:]] == [
        "H2: tested in the model “With age” (N = 200).",
        "The other hypotheses: tested in the hypothesized model (N = 200).",
    ]


def test_the_models_see_reversed_items_turned(results):
    codes = answers()
    codes["u3"] = 6 - codes["u3"]
    alone = fit(INSTRUMENT_SYNTAX, codes)
    assert results.fit.estimates()["est"].tolist() == alone.estimates()["est"].tolist()
    assert (results.fit.estimates().query("op == '=~'")["est"] > 0).all()


INSTRUMENT_SYNTAX = "TRUST =~ t1 + t2 + t3\nUSE =~ u1 + u2 + u3\nUSE ~ TRUST"


def test_steps_are_announced_in_order(tmp_path):
    said = []
    load_study(write_study(tmp_path)).run(lambda name, done, total: said.append((str(name), done, total)))
    assert [name for name, _, _ in said] == [
        "Reading the answers",
        "Screening",
        "Reliability",
        "Principal components",
        "Fitting: Direct",
        "Fitting: The other way",
        "Fitting: With age",
        "Testing the hypotheses",
    ]
    assert [(done, total) for _, done, total in said] == [(i, 8) for i in range(8)]


def test_respondents_lost_on_the_way_are_counted_at_each_stage(tmp_path):
    frame = answers().astype(object)
    frame.loc[5, "respondent"] = "R4"  # answered before
    frame.loc[1, ["t1", "t2", "t3", "u1", "u2", "u3"]] = ""
    frame.loc[2, "t1"] = -99
    found = load_study(write_study(tmp_path, frame)).run()
    assert found.counts == {"collected": 200, "valid": 198, "analysed": 197}
    assert found.fits["with_age"].n == 197


def test_screening_follows_the_study(tmp_path):
    frame = answers().astype(object)
    frame.loc[1, ["t1", "t2"]] = ""
    choices = {"rules": ["missing"], "max_missing": 0.3}
    assert load_study(write_study(tmp_path, frame, screening=choices)).run().counts["valid"] == 199


def test_every_screening_rule_of_a_study_file_is_one_that_screening_knows(results):
    assert screen(results.screening.screened, SCREENING_RULES).flags.shape[1] == len(SCREENING_RULES)


def test_every_key_rule_and_choice_of_a_study_file_is_documented():
    text = (Path(__file__).parents[1] / "docs" / "commands.md").read_text(encoding="utf-8")
    assert [name for name in (*StudyFile.model_fields, *SCREENING_RULES, *CHOICES) if f"`{name}`" not in text] == []
    example = yaml.safe_load(re.search(r"```yaml\n(multiverse:.*?)```", text, re.DOTALL)[1])
    assert [choice.name for choice in read_choices(example["multiverse"])] == list(example["multiverse"])


def test_components_follow_the_study(tmp_path):
    choice = {"constructs": ["TRUST"], "n_components": 2, "rotation": "promax"}
    found = load_study(write_study(tmp_path, components=choice)).run().components
    assert list(found.loadings.index) == ["t1", "t2", "t3"]
    assert found.loadings.shape[1] == 2 and found.method.name == "promax"


def test_the_level_of_the_tests_follows_the_study(tmp_path):
    assert load_study(write_study(tmp_path, alpha=1e-12)).run().hypotheses.supported == ()


def test_the_correction_for_many_tests_follows_the_study(tmp_path):
    found = load_study(write_study(tmp_path, correction="holm")).run()
    assert found.hypotheses.correction == "holm"
    first = found.hypotheses.tests[0]
    assert first.pvalue_adjusted > first.pvalue
    assert refusal(write_study(tmp_path, correction="bonferoni")) == (
        "correction: 'bonferoni' is not available; choose none, holm or benjamini-hochberg.",
    )


def test_items_and_scales_are_described_and_method_bias_looked_at(results):
    assert list(results.descriptives.items["item"]) == ["t1", "t2", "t3", "u1", "u2", "u3"]
    assert list(results.correlations.correlation) == ["TRUST", "USE"]
    assert list(results.method_bias.vif["construct"]) == ["TRUST", "USE"]


def test_components_of_some_constructs_leave_the_others_described(tmp_path, results):
    found = load_study(write_study(tmp_path, components={"constructs": ["TRUST"]})).run()
    assert list(found.components.loadings.index) == ["t1", "t2", "t3"]
    pd.testing.assert_frame_equal(found.descriptives.items, results.descriptives.items)


def test_estimator_and_missing_answers_follow_the_study(tmp_path):
    frame = answers().astype(object)
    frame.loc[2, "t1"] = ""
    found = load_study(write_study(tmp_path, frame, estimator="MLR", missing="fiml")).run()
    assert found.counts["analysed"] == 200 and found.fit.estimator == "MLR"
    page = (found.save(tmp_path / "out") / "report.html").read_text(encoding="utf-8")
    assert "full information maximum likelihood" in page and "sandwich standard errors" in page
    assert refusal(write_study(tmp_path, estimator="MLM", missing="fiml")) == (
        "missing: fiml does not go with MLM, which needs complete answers; choose ML or MLR",
    )


def test_a_bootstrap_follows_the_study_and_its_verdicts_stand_in_the_report(tmp_path):
    models = {"own": {"structure": "age ~ TRUST\nUSE ~ TRUST + age"}}
    asked = {"draws": 120, "interval": "bca"}
    study = load_study(write_study(tmp_path, models=models, hypothesized="own", hypotheses=[], bootstrap=asked))
    said = []
    found = study.run(lambda name, done, total: said.append((str(name), done, total)))
    assert said[-1] == ("Bootstrap", len(said) - 1, len(said))
    assert len(found.bootstrap.draws) == 120 and found.mediation.interval == "bca"
    routes = found.mediation.effects.query("effect == 'indirect'")["route"]
    assert list(routes) == ["TRUST → age → USE"]
    page = (found.save(tmp_path / "out") / "report.html").read_text(encoding="utf-8")
    assert "Mediation: effects with bootstrap intervals" in page
    assert "Structural paths with bootstrap intervals" in page
    paths = pd.read_csv(tmp_path / "out" / "tables" / "bootstrap_paths.csv")
    assert paths[["path", "coefficient"]].values.tolist()[:4:3] == [["Age ← Trust", "b"], ["Age ← Trust", "β"]]
    assert "group" not in paths


def test_cutoffs_that_go_with_the_model_follow_the_study_and_stand_beside_its_fit(tmp_path):
    study = load_study(write_study(tmp_path, dynamic_cutoffs=150, seed=3))
    said = []
    found = study.run(lambda name, done, total: said.append(str(name)))
    assert "Dynamic cut-offs of fit" in said and found.problems == ()
    own = dynamic_cutoffs(found.fit, 150, seed=3, progress=False)
    pd.testing.assert_frame_equal(found.dynamic_cutoffs.table, own.table)
    page = (found.save(tmp_path / "out") / "report.html").read_text(encoding="utf-8")
    assert page.index("Fit indices") < page.index("Dynamic cut-offs of fit indices")
    assert len(pd.read_csv(tmp_path / "out" / "tables" / "dynamic_levels.csv")) == 3
    assert refusal(write_study(tmp_path, dynamic_cutoffs=10)) == ("dynamic_cutoffs: must be 100 or more, got 10",)


def test_a_model_without_cutoffs_of_its_own_says_so_and_the_study_goes_on(tmp_path):
    found = load_study(write_study(tmp_path, dynamic_cutoffs=100, missing="fiml")).run()
    assert found.dynamic_cutoffs is None
    assert ["Dynamic cut-offs of fit" in str(problem) for problem in found.failed_steps] == [True]


def test_without_indirect_effects_a_bootstrap_gives_the_paths_alone(tmp_path):
    found = load_study(write_study(tmp_path, bootstrap={"draws": 100})).run()
    assert found.bootstrap.failed == 0 and found.mediation is None and found.problems == ()
    assert refusal(write_study(tmp_path, bootstrap={"draws": 10, "kind": "perc"})) == (
        "bootstrap.draws: must be 100 or more, got 10",
        "bootstrap.kind: not a known field. Known here: draws, interval.",
    )


def test_groups_of_a_study_are_compared_step_by_step(tmp_path):
    found = load_study(write_study(tmp_path, group="city")).run()
    assert list(found.invariance.table["step"]) == ["configural", "metric", "scalar", "strict"]
    page = (found.save(tmp_path / "out") / "report.html").read_text(encoding="utf-8")
    assert "Measurement invariance" in page
    assert "Groups of City, with their respondents: Harbin: 100, Daqing: 100." in page
    paths = pd.read_csv(tmp_path / "out" / "tables" / "paths_by_group.csv")
    assert list(paths) == ["path", "1", "se_1", "2", "se_2", "chisq", "df", "pvalue"]
    assert list(paths["path"]) == ["Use ← Trust"]
    assert ": unstandardized coefficient, S.E.: its standard error." in page
    alone = pd.read_csv(tmp_path / "out" / "tables" / "fit_by_group.csv")
    assert list(alone["group"]) == ["Harbin", "Daqing"] and list(alone["n"]) == [100, 100]


def test_groups_of_a_study_stand_in_the_order_of_the_questionnaire(tmp_path):
    found = load_study(write_study(tmp_path, answers().iloc[::-1], group="city")).run()
    assert found.invariance.groups == ("2", "1")  # as they come in the file
    page = (found.save(tmp_path / "out") / "report.html").read_text(encoding="utf-8")
    assert "Groups of City, with their respondents: Harbin: 100, Daqing: 100." in page
    paths = pd.read_csv(tmp_path / "out" / "tables" / "paths_by_group.csv")
    assert list(paths)[1:5] == ["1", "se_1", "2", "se_2"]


def test_what_a_group_lacks_is_told_in_both_languages_with_the_groups_label(tmp_path):
    frame = answers()
    frame.loc[(frame["city"] == 2) & (frame["t1"] == 1), "t1"] = 2
    problems = load_study(write_study(tmp_path, frame, group="city", ordered=True)).run().problems
    (told,) = {problem.message for problem in problems}
    assert told.en.startswith("group 'Daqing': nobody answered 1 to 't1', which other groups did; ")
    assert told.zh.startswith("组别“Daqing”：'t1'无人选择1，而其他组别有人选择；没有作答便无法估计阈值。")


def test_ordered_answers_of_a_study_are_taken_as_such(tmp_path):
    found = load_study(write_study(tmp_path, ordered=True)).run()
    codes = answers()
    codes["u3"] = 6 - codes["u3"]
    alone = fit(INSTRUMENT_SYNTAX, codes, ordered=True)
    assert found.fit.estimator == found.options["estimator"] == "WLSMV"
    assert found.fit.theta.tolist() == alone.theta.tolist()
    page = (found.save(tmp_path / "out") / "report.html").read_text(encoding="utf-8")
    assert "Thresholds" in page
    named = load_study(write_study(tmp_path, ordered=["t1", "t2"])).run()
    assert set(named.fits["with_age"].table.ordered) == {"t1", "t2"}


def test_groups_and_ordered_items_that_cannot_be_are_refused(tmp_path):
    assert refusal(write_study(tmp_path, group="town", ordered=["t1", "t9"])) == (
        "group: no single-choice background question is named 'town'. Known are city.",
        "ordered[1]: no item is named 't9'.",
    )
    assert refusal(write_study(tmp_path, ordered=True, estimator="MLR", missing="fiml")) == (
        "estimator: MLR does not take answers as ordered; leave it out, or choose WLSMV",
        "missing: fiml does not go with ordered, which meets gaps by pairs of items; leave it out",
    )


# --- models of the study -----------------------------------------------------------------------------


def test_a_new_model_stands_beside_the_instruments(tmp_path):
    models = {"own": {"structure": "USE ~ b*TRUST\ntwice := 2*b"}}
    study = load_study(write_study(tmp_path, models=models))
    assert study.models == ("direct", "reverse", "with_age", "own")
    effect = study.run().fits["own"].estimates().query("op == ':='")
    assert list(effect["lhs"]) == ["twice"]


def test_a_model_may_be_replaced_even_if_a_hypothesis_loses_its_path(tmp_path):
    models = {"direct": {"structure": "TRUST ~~ USE"}}
    found = load_study(write_study(tmp_path, models=models)).run()
    assert [t.verdict.en for t in found.hypotheses.tests] == ["not in this model", "Not supported"]
    assert str(found.model_titles["direct"]) == "Direct (changed)"


INDUSTRY = {
    "id": "industry",
    "label": {"en": "Industry", "zh": "行业"},
    "wording": "Which?",
    "categories": {1: "Trade", 2: "Farming", 3: {"en": "Mining", "zh": "采矿"}, 4: "None"},
}


def with_industry(structure, **more):
    """The small study with a question of three industries in its hypothesized model, and answers in which one uses."""
    frame = answers(300).assign(industry=[1 + i % 3 for i in range(300)])
    frame.loc[frame["industry"] == 3, ["u1", "u2"]] = 5
    models = {**INSTRUMENT["models"], "direct": {"title": "Direct", "structure": structure}}
    document = {**INSTRUMENT, "background": [*INSTRUMENT["background"], INDUSTRY], "models": models, **more}
    return {"frame": frame, "document": document}


def test_categories_without_order_enter_the_models_of_a_study_as_a_path_each(tmp_path):
    third = {"id": "H3", "path": "USE ~ industry.3", "text": "Mines use it more."}
    told = with_industry("USE ~ TRUST + industry", hypotheses=[*INSTRUMENT["hypotheses"], third])
    chosen = {"covariates": [None, "industry"], "model": ["with_age"]}
    results = load_study(write_study(tmp_path, multiverse=chosen, bootstrap={"draws": 100}, **told)).run()
    frame = told["frame"].assign(u3=6 - told["frame"]["u3"])
    own = frame.assign(two=(frame["industry"] == 2) * 1.0, three=(frame["industry"] == 3) * 1.0)
    expected = fit(f"{INSTRUMENT_SYNTAX} + two + three", own).estimates()
    assert results.fit.estimates()["est"].to_numpy() == pytest.approx(expected["est"].to_numpy(), abs=1e-8)
    assert results.problems == () and results.hypotheses.supported == ("H1", "H3")
    page = (results.save(tmp_path / "out", "zh") / "report.html").read_text(encoding="utf-8")
    assert "行业：采矿" in page and "类别变量的各路径均与参照组比较：行业（Trade）。" in page
    assert "无人属于：行业：None。" in page
    curve = results.multiverse.curve.query("hypothesis == 'H1' and covariates == 'industry'")
    adjusted = fit(f"{INSTRUMENT_SYNTAX} + age + two + three; TRUST ~ two + three", own).estimates()
    path = adjusted.query("op == '~' and rhs == 'TRUST'")["est"].item()
    assert curve["est"].item() == pytest.approx(path, abs=1e-8)


def test_categories_without_order_that_a_model_takes_for_a_quantity_are_a_problem_in_both_languages(tmp_path):
    results = load_study(write_study(tmp_path, **with_industry("USE ~ TRUST + a*industry"))).run()
    (problem,) = results.problems
    assert "'USE ~ a*industry': industry is a question of categories without order" in problem.message.en
    assert "industry.2 + industry.3。若各类别有序" in problem.message.zh
    assert set(results.fits) == {"reverse", "with_age"}


def test_a_model_may_label_the_paths_of_single_categories(tmp_path):
    results = load_study(write_study(tmp_path, **with_industry("USE ~ TRUST + a*industry.2 + b*industry.3"))).run()
    assert results.fit.estimates().query("label == 'b'")["rhs"].tolist() == ["industry.3"]


def test_a_hypothesis_on_categories_without_order_names_one_of_them(tmp_path):
    third = {"id": "H3", "path": "USE ~ industry", "text": "Industries differ."}
    told = with_industry("USE ~ TRUST + industry", hypotheses=[third])
    with pytest.raises(InstrumentError) as caught:
        load_study(write_study(tmp_path, **told))
    assert caught.value.problems == (
        "hypotheses[0].path: 'industry' has categories without order, so that its paths have no one sign; name the "
        "column of a category, such as 'industry.4', or write 'ordered: true' to the question if they have one",
    )


def test_another_model_may_be_the_hypothesized_one(tmp_path):
    study = load_study(write_study(tmp_path, hypothesized="with_age"))
    assert study.models == ("with_age", "direct", "reverse")


def test_a_model_that_cannot_be_fitted_is_reported_and_the_others_go_on(tmp_path):
    models = {"loop": {"structure": "USE ~ TRUST\nTRUST ~ USE"}}
    found = load_study(write_study(tmp_path, models=models)).run()
    assert list(found.fits) == ["direct", "reverse", "with_age"]
    assert found.failures["loop"].en.startswith("the model is not identified")
    assert found.failures["loop"].zh.startswith("模型不可识别：下列参数无法区分：USE ~ TRUST")
    assert [str(p.step) for p in found.problems] == ["Model “loop”"]
    page = (found.save(tmp_path / "out") / "report.html").read_text(encoding="utf-8")
    assert page.index("Needs attention first") < page.index('id="section-summary"')
    assert page.count("the model is not identified") == 2  # among the problems, and under the comparison


def test_without_its_model_a_hypothesis_has_no_verdict(tmp_path):
    models = {"direct": {"structure": "USE ~ TRUST\nTRUST ~ USE"}}
    found = load_study(write_study(tmp_path, models=models)).run()
    assert found.fit is None and "analysed" not in found.counts
    assert [t.supported for t in found.hypotheses.tests] == [None, False]
    assert (found.save(tmp_path / "out") / "report.html").is_file()


def test_a_scale_without_variation_costs_only_its_own_results(tmp_path):
    frame = answers().assign(t1=3, t2=3, t3=3)
    found = load_study(write_study(tmp_path, frame)).run()
    assert list(found.reliability.scales["scale"]) == ["USE"]
    assert not found.fits and set(found.failures) == {"direct", "reverse", "with_age"}
    assert {str(p.step) for p in found.failed_steps} == {
        "Reliability",
        "KMO and Bartlett's test",
        "Principal components",
    }


GAPS = {"screening": {"max_missing": 1.0}}


@pytest.mark.parametrize(
    ("change", "choices", "told"),
    [
        (lambda frame: frame.assign(t1=3, t2=3, t3=3), {}, "'t1'、't2'、't3'没有差异"),
        (lambda frame: frame.assign(t2=frame["t1"]), {}, "'t1'、't2'完全共线"),
        (lambda frame: frame.head(5), {}, "完整答卷5份，变量6个，协方差矩阵奇异"),
        (lambda frame: frame.assign(t1=None), GAPS, "200名受访者中仅0名回答了模型的全部6个变量"),
        (lambda frame: frame.assign(t1=None), {**GAPS, "missing": "fiml"}, "'t1'无人作答"),
        (lambda frame: frame.assign(city=1), {"group": "city"}, "group='city'：该列仅有1个取值"),
        (lambda frame: frame, {"multiverse": {"covariates": ["agee"]}}, "数据中没有列'agee'。是否应为'age'？"),
    ],
)
def test_what_answers_cannot_carry_is_told_in_both_languages(tmp_path, change, choices, told):
    frame = answers()
    problems = load_study(write_study(tmp_path, change(frame), **choices)).run().problems
    assert any(told in problem.message.zh for problem in problems)
    assert all(problem.message.en != problem.message.zh for problem in problems)


def test_a_study_without_models_describes_its_answers(tmp_path):
    document = {k: v for k, v in INSTRUMENT.items() if k not in ("models", "hypothesized", "rivals", "hypotheses")}
    found = load_study(write_study(tmp_path, document=document)).run()
    assert found.hypothesized is None and found.problems == () and found.components is not None
    assert (found.save(tmp_path / "out") / "report.html").is_file()


def test_screening_that_leaves_nobody_stops_the_study(tmp_path):
    frame = answers(n=3).astype(object)
    frame[["t1", "t2", "t3", "u1", "u2", "u3"]] = ""
    with pytest.raises(ResponseError) as caught:
        load_study(write_study(tmp_path, frame)).run()
    assert "none of the 3 respondents is left after screening" in str(caught.value)


# --- what a study file may not say -------------------------------------------------------------------


def test_all_mistakes_of_a_study_file_are_told_in_one_reading(tmp_path):
    path = write_study(
        tmp_path,
        estimator="MLL",
        alpha=2,
        langage="en",
        screening={"rules": ["emty"], "max_missing": 0.5},
        components={"rotation": "varimx"},
        models={"own": {"title": "Own"}},
        seed="one",
    )
    assert refusal(path) == (
        "alpha: expected a number between 0 and 1, such as 0.05, got 2",
        "seed: expected a whole number, got 'one'",
        "models.own.structure: missing; expected text",
        "langage: not a known field. Did you mean 'language'?",
        "estimator: 'MLL' is not available; choose ML, MLM, MLMV, MLMVS, MLR, MLF, GLS, WLS, ULS, ULSM, ULSMV, ULSMVS, "
        "DWLS, WLSM, WLSMV or WLSMVS. "
        "Did you mean 'ML' or 'MLR' or 'MLM'?",
        "components.rotation: 'varimx' is not available; choose varimax, promax, oblimin, geomin, quartimax, "
        "equamax or none. Did you mean 'varimax' or 'quartimax'?",
        "screening.rules[0]: 'emty' is not available; choose empty, preview, missing, attention, duplicate_id, "
        "unfinished, duplicate_row or careless. Did you mean 'empty'?",
    )


@pytest.mark.parametrize(
    ("stated", "problem"),
    [
        (
            {"ordered": "t1"},
            "ordered: expected true for all items, or a list of some such as [MK1, MK2], got 't1'",
        ),
        (
            {"ordered": ["t1", 3]},
            "ordered: expected true for all items, or a list of some such as [MK1, MK2], got ['t1', 3]",
        ),
        ({"output": ""}, "output: is empty; expected text"),
        ({"data": " "}, "data: is empty; expected text"),
        ({"title": 2024}, "title: expected text, got 2024; put it in quotes if it is meant as text"),
        (
            {"seed": 10**22},
            f"seed: expected a whole number, got '{10**22}'; at most 18 digits, without quotation marks",
        ),
        ({"seed": -1}, "seed: must be 0 or more, got -1"),
        ({"components": {"constructs": ["a b"]}}, "components.constructs[0]: 'a b' cannot name a variable; begin with"),
        ({"multiverse": {"estimator": ["ML", "MLX"]}}, "multiverse: estimator='MLX' is not available; it can be 'ML',"),
        ({"multiverse": {"item": [["t1"]]}}, "multiverse: 'item' is none of model, paths, items,"),
        ({"multiverse": {"missing": {"a": "fimll"}}}, "multiverse: missing='fimll' is not available; it can be"),
        ({"multiverse": {"options": [{"estimator": "MLX"}]}}, "multiverse: estimator='MLX' is not available; it"),
    ],
)
def test_a_mistake_of_a_study_file_is_told_in_plain_words(tmp_path, stated, problem):
    (told,) = refusal(write_study(tmp_path, **stated))
    assert told.startswith(problem)


def test_what_only_the_instrument_can_tell_is_told_together_too(tmp_path):
    path = write_study(
        tmp_path,
        data="answer.csv",
        output="instrument.yaml",
        hypothesized="drect",
        components={"constructs": ["TRUSTT"]},
        models={"a": {"structure": "USE ~ TRSUT"}, "b": {"structure": "USE ~~ ~ TRUST"}},
    )
    assert refusal(path) == (
        "hypothesized: no model is named 'drect'. Did you mean 'direct'?",
        "models.a.structure: 'TRSUT' is no construct, item or background question. Did you mean 'TRUST'?",
        "models.b.structure: model, line 1, column 8: a second operator in one statement\n"
        "      USE ~~ ~ TRUST\n"
        "             ^\n"
        "      expected a new line before it",
        "components.constructs[0]: no construct is named 'TRUSTT'. Did you mean 'TRUST'?",
        "data: no such file: answer.csv. Did you mean 'answers.csv'?",
        "output: is a file; name a folder",
    )


def test_a_number_of_flags_that_cannot_be_is_answered_with_one_that_can(tmp_path):
    assert refusal(write_study(tmp_path, screening={"min_flags": 0})) == (
        "screening.min_flags: expected a number of flags from 1 to 7, such as 2, got 0",
    )


def test_an_unknown_model_is_answered_with_the_names_of_those_there_are(tmp_path):
    assert refusal(write_study(tmp_path, hypothesized="nope")) == (
        "hypothesized: no model is named 'nope'. The models are: direct, reverse, with_age.",
    )


def test_a_single_respondent_is_one_problem_of_reliability(tmp_path):
    problems = load_study(write_study(tmp_path, answers().head(1))).run().problems
    assert [p.message.en for p in problems if str(p.step) == "Reliability"] == [
        "one respondent is left, and at least two are needed. Collect more answers, or relax the screening rules."
    ]


def test_own_hypotheses_must_have_their_path(tmp_path):
    own = [{"id": "H9", "path": "USE ~ age", "text": "Age counts."}]
    assert refusal(write_study(tmp_path, hypotheses=own)) == (
        "hypotheses[0].path: the model 'direct' has no path 'USE ~ age'",
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"instrument: [small", "line 1, column 19: a bracket is never closed"),
        (b"", "expected a mapping with instrument, data, got an empty file"),
        (b"- a", "expected a mapping with instrument, data, got a list"),
        (b"title: \xff", "line 1: not UTF-8 text; save the file as UTF-8"),
        (b"data: a.csv", "instrument: missing"),
    ],
)
def test_a_broken_study_file_is_refused_with_the_place(tmp_path, content, problem):
    path = tmp_path / "study.yaml"
    path.write_bytes(content)
    assert refusal(path)[0].startswith(problem)


def test_a_missing_study_file_is_refused(tmp_path):
    write_study(tmp_path)
    assert refusal(tmp_path / "stdy.yaml") == ("no such file. Did you mean 'study.yaml'? Begin one with: sme-sem new",)
    assert refusal(tmp_path) == ("is a folder; name the study file in it",)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no place among files here")
def test_a_pipe_and_a_file_in_gbk_are_no_study_files(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    assert refusal(tmp_path / "pipe.yaml") == ("is not a regular file; name the study file",)
    (tmp_path / "study.yaml").write_bytes("title: 研究\n".encode("gb18030"))
    assert refusal(tmp_path / "study.yaml") == (
        "line 1: not UTF-8 text, but it reads as Chinese in GBK; save the file as UTF-8",
    )


def test_a_broken_instrument_is_told_as_such(tmp_path):
    with pytest.raises(InstrumentError) as caught:
        load_study(write_study(tmp_path, document={**INSTRUMENT, "title": 3}))
    assert "title: expected text, got 3" in str(caught.value)


# --- demonstrations ----------------------------------------------------------------------------------


def test_the_real_demonstration_runs_end_to_end(tmp_path):
    results = demo_study("corporate-reputation").run()
    assert results.counts == {"collected": 344, "valid": 344, "analysed": 336}
    assert results.hypotheses.supported == ("H2", "H3", "H5")
    assert results.problems == () and not results.synthetic
    page = (results.save(tmp_path / "out") / "report.html").read_text(encoding="utf-8")
    assert "344 real respondents" in page and "synthetic answers" not in page


def test_the_synthetic_demonstration_says_so_in_every_section(tmp_path):
    results = demo_study("bmi-drivers").run()
    assert results.counts == {"collected": 632, "valid": 632, "analysed": 632}
    assert results.synthetic and results.problems == ()
    folder = results.save(tmp_path / "out")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count('<span class="mark">synthetic answers</span>') == page.count("<section ")
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["data"]["synthetic"] is True


@pytest.mark.parametrize(
    ("name", "hypotheses", "wider"),
    [
        ("bm-elements", 4, ()),
        ("micro-innovation", 17, ("partial_mediation",)),
        ("digital-micro-innovation", 12, ()),
        ("involution", 13, ("partial_mediation",)),
        ("sim", 6, ()),
    ],
)
def test_a_study_supports_what_was_planted_and_prefers_no_rival(tmp_path, name, hypotheses, wider):
    results = demo_study(name).run()
    assert results.synthetic and results.problems == () and not results.failures
    assert len(results.hypotheses.supported) == hypotheses == len(results.hypotheses.tests)
    bic = {model: float(fit.measures()["bic"]) for model, fit in results.fits.items()}
    assert all(bic[rival] > bic[results.hypothesized] for rival in results.instrument.rivals)
    for rival in wider:
        gain = results.fit.measures()["chisq"] - results.fits[rival].measures()["chisq"]
        assert gain < 7.8  # the .95 quantile for three paths; fewer paths gain less
    page = (results.save(tmp_path / "out", "zh") / "report.html").read_text(encoding="utf-8")
    assert results.instrument.title.zh in page and "合成" in page


MODERATED = """
name: moderated
title: Moderated
response_scales: {agreement: {lowest: 1, highest: 7}}
constructs:
  - name: A
    label: {en: Need, zh: 需求}
    items: [{id: a1, wording: A 1}, {id: a2, wording: A 2}, {id: a3, wording: A 3}]
  - name: B
    label: {en: Help, zh: 帮助}
    items: [{id: b1, wording: B 1}, {id: b2, wording: B 2}, {id: b3, wording: B 3}]
  - name: Y
    label: {en: Use, zh: 使用}
    items: [{id: y1, wording: Y 1}, {id: y2, wording: Y 2}, {id: y3, wording: Y 3}]
models: {main: {title: Main, structure: "Y ~ A + B + A:B"}}
hypothesized: main
hypotheses:
  - {id: H1, path: "Y ~ A:B", sign: +, text: {en: Help makes need count., zh: 帮助使需求更有作用。}}
answers:
  provenance: Drawn.
  synthetic:
    n: 500
    seed: 11
    population: |
      A =~ 0.8*a1 + 0.8*a2 + 0.8*a3
      B =~ 0.8*b1 + 0.8*b2 + 0.8*b3
      Y =~ 0.8*y1 + 0.8*y2 + 0.8*y3
      A ~~ 0.3*B
      Y ~ 0.3*A + 0.3*B
    products: [{outcome: Y, of: [A, B], effect: 0.3}]
"""


def test_a_moderated_hypothesis_is_tested_robustly_and_has_its_slopes_and_figure_in_the_report(tmp_path):
    (tmp_path / "mine.yaml").write_text(MODERATED, encoding="utf-8")
    (tmp_path / "study.yaml").write_text("instrument: mine.yaml\n", encoding="utf-8")
    results = load_study(tmp_path / "study.yaml").run()
    assert results.problems == () and results.hypotheses.supported == ("H1",)
    assert results.fit.options.method.name == "MLR" and "AxB" in results.fit.latent
    (slopes,) = results.slopes
    assert slopes.table["est"].is_monotonic_increasing
    folder = results.save(tmp_path / "out", "zh")
    page = (folder / "report.html").read_text(encoding="utf-8")
    paths = structural_paths(results.fit)
    assert any("standard deviation of the product itself" in str(note) for note in paths.notes)
    (note,) = results.hypotheses.tables()[0].notes[1:]
    assert str(note).endswith("tables of paths and diagrams standardize the product itself.")
    assert "使用 ← 需求 × 帮助" in page and "简单斜率：使用 ← 需求（调节变量帮助）" in page
    assert (folder / "figures" / "slopes_1.svg").exists()
    assert any(path.name.startswith("johnson_neyman_1") for path in (folder / "tables").iterdir())


def test_answers_left_out_of_the_study_file_come_with_the_instrument(tmp_path):
    study = load_study(write_study(tmp_path, instrument="bmi-drivers", data=None))
    assert study.synthetic and len(study.answers) == 632
    assert refusal(write_study(tmp_path, data=None)) == ("data: missing; name the file of answers",)


@pytest.mark.parametrize(
    "data", ["..", "/dev/null", "\0", "a\0b.csv", "https://example.org/a.csv", "x" * 5000, "instrument.yaml"]
)
def test_what_is_no_file_of_answers_is_refused_with_one_message(tmp_path, data):
    with pytest.raises((StudyError, ResponseError)) as caught:
        load_study(write_study(tmp_path, data=data)).run()
    assert len(str(caught.value)) < 6000


@pytest.mark.parametrize("output", [".", "..", "/", "\0", "a\0b", "study.yaml", "study.yaml/results", "x" * 5000])
def test_results_replace_nothing_but_results(tmp_path, output):
    (tmp_path / "kept.txt").write_text("kept")
    folder = tmp_path / "study"
    study = write_study(folder, output=output)
    before = contents(folder)
    with pytest.raises(StudyError) as caught:
        loaded = load_study(study)
        loaded.run().save(loaded.output)
    after = contents(folder)
    after.pop("ledger.jsonl", None)
    assert len(str(caught.value)) < 6000 and after == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.txt", "study"]


def test_rivals_are_compared_by_the_test_that_goes_with_the_estimator(tmp_path):
    models = {"apart": {"title": {"en": "Apart", "zh": "无关"}, "structure": "USE ~ 0*TRUST"}}
    study = load_study(write_study(tmp_path, estimator="MLR", models=models, rivals=["apart", "with_age"]))
    results = study.run()
    pairs = results.compared.pairs
    assert pairs[["wider", "narrower", "test"]].values.tolist() == [["direct", "apart", "satorra.bentler.2001"]]
    expected = compare({name: results.fits[name] for name in ("direct", "apart")}).pairs
    assert pairs["statistic"].tolist() == expected["statistic"].tolist() and pairs["pvalue"][0] < 0.001
    results.save(tmp_path / "results", "zh")
    written = (tmp_path / "results" / "tables" / "model_pairs.md").read_text("utf-8")
    assert "| 直接 | 无关 | 嵌套 | 校正卡方差异（2001） |" in written


def test_steps_of_invariance_that_can_be_fitted_stay_where_a_later_one_cannot(tmp_path, monkeypatch):
    from sme_sem.comparison.invariance import Design

    fitted = Design.fitted

    def failing(design, step, released):
        if step == "scalar":
            raise SpecificationError("this step has no solution.")
        return fitted(design, step, released)

    monkeypatch.setattr(Design, "fitted", failing)
    results = load_study(write_study(tmp_path, group="city")).run()
    assert list(results.invariance.fits) == ["configural", "metric"]
    assert any("this step has no solution" in str(problem.message) for problem in results.problems)


def test_a_background_question_moderates_in_a_study(tmp_path):
    moderated = {"title": "Moderated", "structure": "USE ~ TRUST + age + city + TRUST:age + TRUST:city"}
    hypotheses = [
        {"id": f"H{place}", "path": f"USE ~ TRUST:{name}", "text": "More.", "model": "moderated"}
        for place, name in enumerate(("age", "city"), start=1)
    ]
    written = write_study(tmp_path, models={"moderated": moderated}, hypothesized="moderated", hypotheses=hypotheses)
    found = load_study(written).run()
    assert not found.failures and found.fits["moderated"].latent[-2:] == ("TRUSTxage", "TRUSTxcity")
    by_age, by_city = found.slopes
    assert list(by_age.table["at"]) == [-1, 0, 1] and by_age.table["value"][1] == pytest.approx(answers()["age"].mean())
    assert by_city.table["value"].tolist() == pytest.approx([1, 2])
    assert by_city.tables()[0].title.zh == "简单斜率：使用 ← 信任（调节变量City）"


def test_groups_by_a_control_of_the_model_are_compared_without_it(tmp_path):
    with_city = {"title": "With the city", "structure": "USE ~ TRUST + age + c*city; twice := 2*c"}
    without = {"title": "Without", "structure": "USE ~ TRUST + age"}
    choices = {"group": "city", "hypotheses": [], "rivals": []}
    found, plain = (
        load_study(write_study(tmp_path / name, models={name: model}, hypothesized=name, **choices)).run()
        for name, model in (("controlled", with_city), ("plain", without))
    )
    assert "city" in found.fit.observed and not found.problems
    pd.testing.assert_frame_equal(found.invariance.table, plain.invariance.table)
    pd.testing.assert_frame_equal(found.importance_by_group.table, plain.importance_by_group.table)
    for language, said in (("en", "City makes the groups and does not vary within them"), ("zh", "City为分组变量")):
        for results, times in ((found, 2), (plain, 0)):
            folder = results.save(tmp_path / language / str(times), language)
            assert (folder / "report.html").read_text(encoding="utf-8").count(said) == times


def test_groups_by_a_control_without_order_are_compared_without_its_categories(tmp_path):
    sector = {"id": "sector", "label": "Sector", "wording": "Which?", "categories": {1: "A", 2: "B", 3: "C"}}
    document = {**INSTRUMENT, "background": [*INSTRUMENT["background"], sector]}
    frame = answers(300).assign(sector=[1 + i % 3 for i in range(300)])
    choices = {"document": document, "group": "sector", "hypotheses": [], "rivals": []}
    models = {
        "controlled": {"title": "With the sector", "structure": "USE ~ TRUST + age + sector"},
        "plain": {"title": "Without", "structure": "USE ~ TRUST + age"},
    }
    found, plain = (
        load_study(write_study(tmp_path / name, frame, models={name: own}, hypothesized=name, **choices)).run()
        for name, own in models.items()
    )
    assert {"sector.2", "sector.3"} <= set(found.fit.observed) and not found.problems
    pd.testing.assert_frame_equal(found.invariance.table, plain.invariance.table)
    pd.testing.assert_frame_equal(found.importance_by_group.table, plain.importance_by_group.table)
    said = "Sector makes the groups and does not vary within them"
    assert (found.save(tmp_path / "out") / "report.html").read_text(encoding="utf-8").count(said) == 2


def test_groups_of_a_model_with_a_product_are_compared_and_groups_by_its_moderator_are_refused(tmp_path):
    moderated = {"title": "Moderated", "structure": "USE ~ TRUST + age + TRUST:age"}
    choices = {"models": {"moderated": moderated}, "hypothesized": "moderated", "hypotheses": [], "rivals": []}
    found = load_study(write_study(tmp_path, group="city", **choices)).run()
    assert "TRUSTxage" in found.invariance.fits["configural"].latent
    moderated["structure"] = "USE ~ TRUST + city + TRUST:city"
    with pytest.raises(
        StudyError, match=r"  group: 'city' moderates in the model 'moderated' \(TRUST:city\)"
    ) as caught:
        load_study(write_study(tmp_path, group="city", **choices))
    assert "group：'city'在模型'moderated'中为调节变量（TRUST:city），组内没有差异。" in caught.value.in_chinese()


def test_a_marker_of_a_study_is_tested_for_common_method_bias(tmp_path):
    frame = answers()
    rng = np.random.default_rng(3)
    own = rng.standard_normal(len(frame))
    for i in (1, 2, 3):
        noise = rng.standard_normal(len(frame))
        frame[f"m{i}"] = np.digitize(0.8 * own + 0.6 * noise, (-1, -0.3, 0.3, 1)) + 1
    items = [{"id": f"m{i}", "wording": f"Weather, {i}."} for i in (1, 2, 3)]
    marked = {"name": "WEATHER", "label": {"en": "Weather", "zh": "天气"}, "items": items}
    single = {"name": "mood", "label": "Mood", "items": [{"id": "mood", "wording": "Mood."}]}
    document = {**INSTRUMENT, "constructs": [*INSTRUMENT["constructs"], marked, single]}
    path = write_study(tmp_path, frame.assign(mood=3), document=document, marker="WEATHER")
    found = load_study(path).run().method_bias
    expected = method_bias(
        frame.assign(u3=6 - frame["u3"]),
        "TRUST =~ t1 + t2 + t3; USE =~ u1 + u2 + u3",
        marker=["m1", "m2", "m3"],
    )
    pd.testing.assert_frame_equal(found.comparison, expected.comparison)
    assert "marker_restricted" in set(found.comparison["model"])
    for name, said, zh in (
        ("WETHER", "no construct with items is named 'WETHER'. Did you mean 'WEATHER'?", "没有名为'WETHER'的带题项"),
        ("mood", "'mood' has one item; a marker needs two or more.", "'mood'只有一个题项"),
        ("TRUST", "'TRUST' is part of the model 'direct'", "'TRUST'属于模型'direct'"),
    ):
        with pytest.raises(StudyError) as refusal:
            load_study(write_study(tmp_path, frame, document=document, marker=name))
        assert f"marker: {said}" in str(refusal.value) and zh in str(refusal.value.in_chinese())


def test_controls_of_the_hypothesized_model_stand_among_the_correlations(tmp_path):
    frame = answers()
    frame.loc[:4, "age"] = np.nan
    found = load_study(write_study(tmp_path, frame, hypothesized="with_age", rivals=["direct"])).run()
    turned = frame.assign(u3=6 - frame["u3"])
    scores = {"TRUST": turned[["t1", "t2", "t3"]].mean(axis=1), "USE": turned[["u1", "u2", "u3"]].mean(axis=1)}
    expected = pd.DataFrame({**scores, "age": turned["age"]}).dropna().corr()
    pd.testing.assert_frame_equal(found.correlations.correlation, expected, check_names=False)
    assert found.correlations.n == found.fit.n == 195
    (table,) = (t for t in report_of(found).tables() if t.name == "correlations")
    assert [str(row[0]) for row in table.rows] == ["1. Trust", "2. Use", "3. Age"]


def test_controls_without_order_stay_out_of_the_correlations(tmp_path):
    question = {"id": "sector", "label": "Sector", "wording": "Which?", "categories": {1: "A", 2: "B", 3: "C"}}
    model = {"title": "With controls", "structure": "USE ~ TRUST + sector + city"}
    document = {**INSTRUMENT, "background": [*INSTRUMENT["background"], question]}
    frame = answers().assign(sector=[1 + i % 3 for i in range(200)])
    choices = {"models": {"controlled": model}, "hypothesized": "controlled", "rivals": [], "hypotheses": []}
    found = load_study(write_study(tmp_path, frame, document=document, **choices)).run()
    assert list(found.correlations.correlation) == ["TRUST", "USE", "city"]


def test_items_that_somebody_answered_are_described_where_one_is_empty(tmp_path):
    found = load_study(write_study(tmp_path, answers().astype({"t2": object}).assign(t2=None))).run()
    assert list(found.descriptives.items["item"]) == ["t1", "t3", "u1", "u2", "u3"]
    assert "Descriptive statistics" not in {str(problem.step) for problem in found.problems}
    assert any("nobody answered t2" in str(problem.message) for problem in found.problems)
