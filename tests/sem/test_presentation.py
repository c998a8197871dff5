import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sme_sem as sme
from sme_sem.errors import SpecificationError
from sme_sem.sem import effects, presentation, quoted
from sme_sem.sem.cutoffs import PROFILES, Cutoff, profile
from sme_sem.sem.fit import fit
from sme_sem.sem.rivals import comparable, equivalent_models, model_comparison
from sme_sem.simulation import simulate
from sme_sem.tables import Kind, html, text, written

POPULATION = """
    A =~ 0.8*a1 + 0.7*a2 + 0.6*a3
    B =~ 0.7*b1 + 0.7*b2 + 0.8*b3
    C =~ 0.8*c1 + 0.6*c2 + 0.7*c3
    B ~ 0.5*A
    C ~ 0.4*B + 0.2*A
"""
MEASURED = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nC =~ c1 + c2 + c3\n"
LABELS = {"A": "Ability", "B": "Belief"}


@pytest.fixture(scope="module")
def answers():
    return simulate(POPULATION, 300, seed=11)


@pytest.fixture(scope="module")
def fitted(answers):
    return fit(MEASURED + "B ~ a*A\nC ~ b*B + A\nindirect := a*b", answers)


@pytest.fixture(scope="module")
def second_order(answers):
    return fit(MEASURED + "G =~ A + B + C", answers)


@pytest.fixture(scope="module")
def heywood():
    correlations = [[1, 0.9, 0.3], [0.9, 1, 0.2], [0.3, 0.2, 1]]
    frame = pd.DataFrame(correlations, index=list("xyz"), columns=list("xyz"))
    found = fit("f =~ x + y + z", cov=frame, n=100)
    assert not found.admissible
    return found


# --- tables of one fit -------------------------------------------------------------------------------


def test_the_tables_of_a_fit_and_their_order(fitted):
    assert [table.name for table in presentation.fit_tables(fitted)] == [
        "model_test",
        "fit_indices",
        "measurement_model",
        "structural_paths",
        "mediated_effects",
        "defined_effects",
        "r_squared",
        "largest_residuals",
        "modification_indices",
    ]


def test_every_table_prints_in_both_languages(fitted, second_order):
    for found in (fitted, second_order):
        for table in presentation.fit_tables(found, LABELS):
            assert text.render(table, "zh") != text.render(table, "en")
            assert html.render(table, "zh")


def test_the_model_test_is_consistent_in_itself(fitted):
    row = presentation.model_test(fitted).records()[0]
    assert row["n"] == 300 and row["df"] == 45 - row["npar"]
    assert row["chisq_df"] == pytest.approx(row["chisq"] / row["df"], rel=1e-15)
    assert row["pvalue"] == pytest.approx(stats.chi2.sf(row["chisq"], row["df"]), rel=1e-10)
    assert row["aic"] == pytest.approx(-2 * row["logl"] + 2 * row["npar"], rel=1e-14)
    assert row["bic"] == pytest.approx(-2 * row["logl"] + math.log(300) * row["npar"], rel=1e-14)


def test_the_note_on_the_estimator_says_whether_all_answers_were_used(fitted, answers):
    gaps = answers.mask(answers.index.to_numpy()[:, None] + np.arange(answers.shape[1]) < 8)
    found = fit(MEASURED + "B ~ A", gaps, missing="fiml")
    assert presentation.model_test(found).notes[0].en == "Estimator: ML, all answers used (FIML)."
    assert presentation.model_test(fitted).notes[0].en == "Estimator: ML."


@pytest.mark.parametrize("added", [0, 10])
def test_gfi_is_shown_only_where_it_tells_the_fit(answers, added):
    """It rises with what is added to all answers once means are modelled."""
    one = "F =~ " + " + ".join(answers.columns)
    found = fit(one, answers + added, meanstructure=True)
    assert (found.measures()["gfi"] > 0.99) == (added > 0)
    table = presentation.fit_indices(found)
    records = {r["index"].split("(")[-1].strip(")"): r for r in table.records()}
    assert np.isnan([records[name]["value"] for name in ("GFI", "AGFI")]).all()
    assert records["GFI"]["verdict"] is None and records["CFI"]["verdict"] is not None
    assert any("where zero lies" in str(note) for note in table.notes)
    plain = {r["index"].split("(")[-1].strip(")"): r for r in presentation.fit_indices(fit(one, answers)).records()}
    assert plain["GFI"]["value"] < 0.95


def test_fit_indices_carry_value_threshold_and_verdict(fitted):
    records = {r["index"].split("(")[-1]: r for r in presentation.fit_indices(fitted).records()}
    assert list(records) == ["χ²/df)", "CFI)", "TLI)", "RMSEA)", "SRMR)", "GFI)", "AGFI)"]
    measures = fitted.measures()
    assert records["CFI)"]["value"] == measures["cfi"]
    assert records["CFI)"]["threshold"] == "≥ .90 / .95" and records["CFI)"]["verdict"] == "good"
    assert records["RMSEA)"]["ci_upper"] == measures["rmsea_ci_upper"]
    assert records["CFI)"]["ci_upper"] is None


def test_another_profile_judges_by_its_own_thresholds(fitted):
    table = presentation.fit_indices(fitted, profile("hu-bentler"))
    records = table.records()
    assert [r["threshold"] for r in records] == [None, "≥ .95", "≥ .95", "≤ .06", "≤ .08", None, None]
    assert "Hu & Bentler (1999)" in str(table.notes[0])


def test_loadings_are_those_of_items_and_the_marker_has_no_error(fitted):
    records = presentation.measurement_model(fitted, LABELS).records()
    assert [r["item"] for r in records] == ["a1", "a2", "a3", "b1", "b2", "b3", "c1", "c2", "c3"]
    assert [r["construct"] for r in records[::3]] == ["Ability", "Belief", "C"]
    assert [r["est"] for r in records[::3]] == [1, 1, 1]
    assert all(r["se"] is r["z"] is r["pvalue"] is None for r in records[::3])
    free = [r for r in records if r["se"] is not None]
    assert len(free) == 6
    assert [r["z"] for r in free] == pytest.approx([r["est"] / r["se"] for r in free], rel=1e-12)
    assert [r["pvalue"] for r in free] == pytest.approx([2 * stats.norm.sf(abs(r["z"])) for r in free], rel=1e-6)


def test_standardized_loadings_are_correlations_of_item_and_construct(fitted):
    records = presentation.measurement_model(fitted).records()
    for record in records:
        explained = float(fitted.r_squared()[record["item"]])
        assert record["std_all"] ** 2 == pytest.approx(explained, rel=1e-8)


def test_second_order_loadings_stand_apart(second_order, fitted):
    assert [r["item"] for r in presentation.second_order_loadings(second_order, LABELS).records()] == [
        "Ability",
        "Belief",
        "C",
    ]
    assert len(presentation.measurement_model(second_order).rows) == 9
    assert presentation.second_order_loadings(fitted).rows == ()


def test_paths_stand_outcome_first_with_the_interval_of_beta(fitted):
    records = presentation.structural_paths(fitted, LABELS).records()
    assert [r["path"] for r in records] == ["Belief ← Ability", "C ← Belief", "C ← Ability"]
    for record in records:
        assert record["beta_ci_lower"] < record["beta"] < record["beta_ci_upper"]
        assert record["significance"] == record["pvalue"]
    assert presentation.structural_paths(fitted).columns[-1].kind is Kind.STARS


def test_effects_add_up(fitted):
    records = presentation.mediated_effects(fitted, LABELS).records()
    assert [(r["route"], r["effect"]) for r in records] == [
        ("Ability → C", "Direct effect"),
        ("Ability → Belief → C", "Indirect effect"),
        ("Ability → C", "Total effect"),
    ]
    direct, indirect, total = (r["est"] for r in records)
    assert total == pytest.approx(direct + indirect, rel=1e-12)
    defined = presentation.defined_effects(fitted).records()[0]
    assert defined["est"] == pytest.approx(indirect, rel=1e-12)
    assert defined["se"] == pytest.approx(records[1]["se"], rel=1e-10)


def test_a_path_that_is_missing_is_no_direct_effect(answers):
    found = fit(MEASURED + "B ~ A\nC ~ B", answers)
    effects = [r["effect"] for r in presentation.mediated_effects(found).records()]
    assert effects == ["Indirect effect", "Total effect"]


def test_two_routes_have_a_total_indirect_effect(answers):
    found = fit("b1 ~ a1\nc2 ~ a1\nc1 ~ b1 + c2 + a1", answers)
    records = [r for r in presentation.mediated_effects(found).records() if r["route"].startswith("a1")]
    assert [r["effect"] for r in records] == [
        "Direct effect",
        "Indirect effect",
        "Indirect effect",
        "Total indirect effect",
        "Total effect",
    ]
    assert records[3]["est"] == pytest.approx(records[1]["est"] + records[2]["est"], rel=1e-10)


def test_covariances_are_the_free_ones(answers):
    found = fit(MEASURED + "a1 ~~ b1\nA ~~ 0*C", answers)
    records = presentation.covariances(found, LABELS).records()
    assert [r["pair"] for r in records] == ["a1 ↔ b1", "Ability ↔ Belief", "Belief ↔ C"]
    assert all(-1 < r["std_all"] < 1 for r in records)


def test_r_squared_names_outcomes_then_elements(fitted, second_order):
    assert [r["variable"] for r in presentation.r_squared(fitted, LABELS).records()] == ["Belief", "C"]
    assert [r["variable"] for r in presentation.r_squared(second_order).records()] == ["A", "B", "C"]


def test_the_largest_residuals_come_first(fitted):
    records = presentation.largest_residuals(fitted, most=36).records()
    sizes = [abs(r["residual"]) for r in records]
    assert len(records) == 36 and sizes == sorted(sizes, reverse=True)
    matrix = fitted.residuals().to_numpy()
    assert sizes[0] == np.abs(matrix[np.triu_indices(9, 1)]).max()


def test_whether_a_residual_is_more_than_chance_is_told_by_its_z(fitted):
    (note,) = presentation.largest_residuals(fitted).notes
    assert note.en.endswith('Whether one is more than chance, its z tells: residuals("standardized").')
    table = presentation.largest_residuals(fitted, tested=True)
    z = fitted.residuals("standardized")
    assert [r["z"] for r in table.records()] == [z.loc[tuple(r["pair"].split(" – "))] for r in table.records()]
    assert "Where z is beyond ±2.58" in table.notes[0].en and "|z| > 2.58" in table.notes[0].zh


def test_routes_that_are_not_listed_are_told(monkeypatch):
    found = fit("m1 ~ x; m2 ~ x + m1; y ~ m1 + m2 + x", simulate("m1 ~ 0.4*x; m2 ~ 0.4*m1; y ~ 0.4*m1", 200, seed=1))
    whole = presentation.mediated_effects(found)
    monkeypatch.setattr(effects, "MOST_ROUTES", 3)
    short = presentation.mediated_effects(found)
    assert len(short.rows) < len(whole.rows) and len(short.notes) == len(whole.notes) + 1
    assert short.notes[-1].en.startswith("Of some pairs the 2 shortest indirect routes are listed")
    totals = [[r["est"] for r in t.records() if r["effect"] == "Total indirect effect"][-1] for t in (whole, short)]
    assert totals[0] == pytest.approx(totals[1], rel=1e-12)


def test_of_many_variables_residuals_are_shown_without_z(fitted, monkeypatch):
    monkeypatch.setattr(presentation, "_MOST_TESTED", 8)
    assert presentation.largest_residuals(fitted, tested=True) == presentation.largest_residuals(fitted)


def test_only_where_many_respondents_reject_a_model_chi_square_is_said_to_reject_almost_every_one():
    one = "A =~ a1 + a2 + a3 + b1 + b2 + b3 + c1 + c2 + c3"
    for model, n, said in ((MEASURED, 401, False), (one, 400, False), (one, 401, True)):
        note = presentation.model_test(fit(model, simulate(POPULATION, n, seed=1))).notes[-1].en
        assert note.startswith("p of close fit tests RMSEA ≤ .05.")
        assert note.endswith("With so many respondents chi-square rejects almost every model.") == said


def test_modification_indices_are_cut_and_marked_as_exploratory(fitted):
    table = presentation.modification_indices(fitted, most=3)
    assert len(table.rows) == 3 and table.rows[0][1] == fitted.modification_indices()["mi"].max()
    assert "Exploratory" in str(table.notes[0])
    labelled = presentation.modification_indices(fitted, 200, {name: f"Construct {name}" for name in (*"ABC", "a1")})
    parameters = {str(r["parameter"]) for r in labelled.records()}
    assert "Construct B =~ a1" in parameters and not any("Construct a1" in name for name in parameters)


def test_where_the_test_is_corrected_the_corrected_values_are_quoted(answers):
    found = fit(MEASURED + "B ~ A\nC ~ B", answers, estimator="MLR")
    measures, row = found.measures(), presentation.model_test(found).records()[0]
    assert row["chisq"] == measures["chisq_scaled"] and row["pvalue"] == measures["pvalue_scaled"]
    assert row["rmsea_pvalue"] == measures["rmsea_pvalue_robust"]
    values = [r["value"] for r in presentation.fit_indices(found).records()]
    assert values[0] == measures["chisq_scaled"] / measures["df"]
    assert values[1:5] == [measures[n] for n in ("cfi_robust", "tli_robust", "rmsea_robust", "srmr")]
    for table in (presentation.model_test(found), presentation.fit_indices(found)):
        assert any("corrected for answers that are not normal" in str(note) for note in table.notes)


def test_corrected_statistics_have_no_plain_difference(answers):
    pair = {
        name: fit(MEASURED + structure, answers, estimator="MLM")
        for name, structure in (("partial", "B ~ A\nC ~ A + B"), ("full", "B ~ A\nC ~ B"))
    }
    table = model_comparison(pair, "partial")
    row = table.records()[1]
    assert row["chisq"] == pair["full"].measures()["chisq_scaled"] and row["df_diff"] == 1
    assert row["chisq_diff"] is None and row["pvalue_diff"] is None
    assert any(str(note).startswith("χ² is a corrected value") for note in table.notes)


def test_corrected_statistics_have_the_corrected_difference_of_the_pair(answers):
    structures = (("partial", "B ~ A\nC ~ A + B"), ("full", "B ~ A\nC ~ B"), ("rival", "A ~ B + C"))
    fits = {name: fit(MEASURED + structure, answers, estimator="MLR") for name, structure in structures}
    compared = sme.compare(fits)
    pairs = {(r["wider"], r["narrower"]): r for r in compared.pairs.to_dict("records")}
    for base, other, sign in (("partial", "full", 1), ("full", "partial", -1)):
        table = model_comparison(fits, base, tested=compared.differences(base))
        row = next(r for r in table.records() if r["model"] == other)
        assert row["chisq_diff"] == sign * pairs["partial", "full"]["statistic"]
        assert row["pvalue_diff"] == pairs["partial", "full"]["pvalue"]
        assert any("Δχ² is the corrected difference of nested models" in str(note) for note in table.notes)
        assert any("Δχ²为嵌套模型校正后的差值" in written(note, "zh") for note in table.notes)


def test_where_only_some_models_are_corrected_they_are_named(rivals, answers):
    some = {**rivals, "robust": fit(MEASURED + "B ~ A\nC ~ B + A", answers, estimator="MLR")}
    table = model_comparison(some, "partial", {"robust": "Robust one"})
    assert any(str(note).startswith("“Robust one”: χ² is a corrected value") for note in table.notes)
    assert any(note.zh.startswith("“Robust one”：χ²为校正值") for note in table.notes)


def test_several_groups_are_named_in_front_of_each_row(answers):
    found = fit(MEASURED + "B ~ A\nC ~ B", answers.assign(g=["north", "south"] * 150), group="g")
    for table in presentation.fit_tables(found):
        if table.name not in ("model_test", "fit_indices", "defined_effects", "diagnostics"):
            assert table.columns[0].name == "group", table.name
            assert {row[0] for row in table.rows} <= {"north", "south"}
    paths = presentation.structural_paths(found).records()
    assert [(r["group"], r["path"]) for r in paths] == [
        ("north", "B ← A"),
        ("north", "C ← B"),
        ("south", "B ← A"),
        ("south", "C ← B"),
    ]
    alone = fit(MEASURED + "B ~ A\nC ~ B", answers.iloc[1::2])
    south = [r["beta"] for r in presentation.structural_paths(alone).records()]
    assert [r["beta"] for r in paths[2:]] == pytest.approx(south, abs=1e-6)
    squares = {(r["group"], r["variable"]): r["r_squared"] for r in presentation.r_squared(found).records()}
    assert squares["south", "C"] == pytest.approx(alone.r_squared()["C"], abs=1e-6)


# --- fits that must not be believed ------------------------------------------------------------------


def test_every_table_of_an_inadmissible_fit_carries_the_warning(heywood):
    tables = presentation.fit_tables(heywood)
    assert {"model_test", "fit_indices", "measurement_model", "diagnostics"} <= {t.name for t in tables}
    for table in tables:
        said = " ".join(map(str, table.notes)) + " ".join(str(row[-1]) for row in table.rows)
        assert "Heywood case" in said, table.name
    assert quoted.objections(heywood)[0].zh.startswith("注意（警告）：")


def test_every_table_of_a_fit_that_did_not_converge_says_so(answers):
    lost = fit(MEASURED + "B ~ A\nC ~ B", answers, max_iterations=1, on_failure="return")
    assert not lost.converged
    for table in (presentation.model_test(lost), presentation.structural_paths(lost)):
        assert any("did not converge" in str(note) for note in table.notes)


def test_a_good_fit_meets_no_objection(fitted):
    assert quoted.objections(fitted) == ()


# --- rivals ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rivals(answers):
    return {
        "partial": fit(MEASURED + "B ~ A\nC ~ B + A", answers),
        "full": fit(MEASURED + "B ~ A\nC ~ B", answers),
        "turned": fit(MEASURED + "A ~ B\nC ~ B + A", answers),
        "smaller": fit("A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nB ~ A", answers),
    }


def test_differences_are_shown_where_they_mean_something(rivals):
    table = model_comparison(rivals, "partial", tested={"full": (9.9, 0.25)})
    rows = {r["model"]: r for r in table.records()}
    assert list(rows) == ["partial", "full", "turned", "smaller"]
    full = rows["full"]
    assert full["chisq_diff"] == pytest.approx(rows["full"]["chisq"] - rows["partial"]["chisq"], rel=1e-12)
    assert full["df_diff"] == 1
    assert full["pvalue_diff"] == 0.25 and rows["turned"]["pvalue_diff"] is None
    for name in ("chisq_diff", "df_diff", "pvalue_diff", "aic_diff", "bic_diff"):
        assert rows["partial"][name] is None and rows["smaller"][name] is None
    assert any("“smaller” explains other variables" in str(note) for note in table.notes)


def test_equivalent_models_are_named_and_have_no_test(rivals):
    assert equivalent_models(rivals) == (("partial", "turned"),)
    table = model_comparison(rivals, "partial", {"turned": "the other way"})
    row = next(r for r in table.records() if r["model"] == "the other way")
    assert row["df_diff"] == 0 and row["pvalue_diff"] is None
    assert any("“partial” and “the other way” are equivalent on these answers" in str(n) for n in table.notes)


def test_models_of_other_respondents_are_not_compared(rivals, answers):
    other = fit(MEASURED + "B ~ A\nC ~ B", simulate(POPULATION, 300, seed=12))
    assert comparable(rivals["partial"], rivals["full"])
    assert not comparable(rivals["partial"], other)


def test_a_model_that_failed_keeps_its_row_and_its_reason(rivals):
    table = model_comparison(rivals, "lost", {"lost": "Lost one"}, {"lost": "it is not identified."})
    assert table.records()[-1]["model"] == "Lost one" and table.records()[-1]["chisq"] is None
    assert all(r["chisq_diff"] is None for r in table.records())
    assert str(table.notes[-1]) == "“Lost one” could not be fitted: it is not identified."


def test_the_comparison_repeats_what_stands_against_a_fit(heywood):
    table = model_comparison({"f": heywood}, "f")
    assert any(str(note).startswith("“f”: Caution (warning): Heywood case") for note in table.notes)


# --- thresholds --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0.04, "good"), (0.05, "good"), (0.051, "acceptable"), (0.08, "acceptable"), (0.081, "not met")],
)
def test_small_values_are_good_where_the_threshold_says_so(value, verdict):
    assert str(Cutoff(0.05, 0.08, at_least=False).verdict(value)) == verdict


def test_what_is_missing_is_not_judged():
    assert Cutoff(0.95, 0.90, at_least=True).verdict(math.nan) is None


def test_every_profile_names_its_source_and_keeps_its_bounds_in_order():
    for name, found in PROFILES.items():
        assert found.name == name and found.source.en and found.source.zh
        for bound in found.cutoffs.values():
            assert (bound.good >= bound.acceptable) is bound.at_least or bound.good == bound.acceptable


def test_an_unknown_profile_is_refused():
    with pytest.raises(SpecificationError, match="Did you mean 'hu-bentler'"):
        profile("hu-bentlr")


def test_a_test_that_could_not_be_corrected_says_so():
    draw = np.random.default_rng(127)
    answers = pd.DataFrame(
        draw.normal(size=(14, 1)) + draw.normal(size=(14, 6)), columns=[f"x{i}" for i in range(1, 7)]
    )
    model = "f =~ x1 + x2 + x3 + x4; g =~ x4 + x5 + x6"
    said = "χ², its p and the indices are not corrected"
    for estimator, told in (("MLR", True), ("ML", False)):
        found = fit(model, answers, estimator=estimator)
        assert np.isnan(found.measures().get("chisq_scaled", np.nan))
        assert any(str(note).startswith(said) for note in presentation.model_test(found).notes) == told


MORE = ["NFI)", "RFI)", "IFI)", "PNFI)", "PGFI)"]


def indices(fit):
    return {r["index"].split("(")[-1]: r for r in presentation.fit_indices(fit, profile("wu")).records()}


def test_a_profile_with_more_indices_shows_them(fitted):
    records, measures = indices(fitted), fitted.measures()
    assert list(records)[-5:] == MORE
    assert [records[name]["value"] for name in MORE] == [measures[name[:-1].lower()] for name in MORE]
    assert [records[name]["threshold"] for name in MORE] == ["≥ .90"] * 3 + ["≥ .50"] * 2
    assert "Wu Minglong (2009)" in str(presentation.fit_indices(fitted, profile("wu")).notes[0])


def test_of_a_corrected_test_the_further_indices_are_the_scaled_ones_and_where_there_are_none_they_are_left_out():
    population = "f =~ .8*x1 + .7*x2 + .6*x3 + .7*x4; g =~ .8*y1 + .7*y2 + .6*y3; g ~ 0.5*f"
    answers = simulate(population, 300, seed=1)
    model = "f =~ x1 + x2 + x3 + x4; g =~ y1 + y2 + y3; g ~ f"
    robust = fit(model, answers, estimator="MLM")
    records, measures = indices(robust), robust.measures()
    assert [records[n]["value"] for n in MORE[:4]] == [measures[f"{n[:-1].lower()}_scaled"] for n in MORE[:4]]
    assert "corrected χ² of the model" in str(presentation.fit_indices(robust, profile("wu")).notes[-1])
    means = fit(model, answers, estimator="MLR", missing="fiml")
    assert list(indices(means))[-4:] == MORE[:4]
    assert "GFI, AGFI and PGFI are left out" in str(presentation.fit_indices(means, profile("wu")).notes[1])
