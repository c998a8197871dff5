"""Validity of constructs: semTools' values on nine tests of 301 pupils, and models in which something is missing."""

import numpy as np
import pytest

import sme_sem as sme
from sme_sem.errors import ConvergenceError, SpecificationError
from sme_sem.measurement.validity import validity

THREE = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; speed =~ x7 + x8 + x9"

# semTools 0.5-9.901 on lavaan 0.7-2 and R 4.2.2: AVE(fit), compRelSEM(fit), htmt(model, data, htmt2 = FALSE / TRUE).
# The estimates behind them are polished until the gradient vanishes; what is left is rounding.
SEMTOOLS = {
    "AVE": {"visual": 0.370558688030109, "textual": 0.721016384233735, "speed": 0.424488370287648},
    "CR": {"visual": 0.612004845875796, "textual": 0.885060899421472, "speed": 0.685841839129338},
}
SEMTOOLS_RATIOS = {
    "htmt": [0.424323042412548, 0.466549738478776, 0.289567862761083],
    "htmt2": [0.384088563919692, 0.386772930478728, 0.279683551026606],
}
PAIRS = [("textual", "visual"), ("speed", "visual"), ("speed", "textual")]


@pytest.fixture
def fit(pupils):
    return sme.fit(THREE, pupils)


@pytest.fixture
def result(fit):
    return validity(fit)


@pytest.mark.parametrize("column", ["CR", "AVE"])
def test_reliability_and_extracted_variance_agree_with_semtools(result, column):
    ours = result.scales.set_index("construct")[column]
    for construct, value in SEMTOOLS[column].items():
        assert ours[construct] == pytest.approx(value, rel=1e-7)


@pytest.mark.parametrize("ratio", ["htmt", "htmt2"])
def test_both_ratios_agree_with_semtools(result, ratio):
    ours = getattr(result, ratio)
    assert [ours.loc[pair] for pair in PAIRS] == pytest.approx(SEMTOOLS_RATIOS[ratio], rel=1e-9)
    np.testing.assert_array_equal(np.diag(ours), 1)


def test_nothing_depends_on_how_constructs_are_scaled(pupils, result):
    other = validity(sme.fit(THREE, pupils, std_lv=True))
    np.testing.assert_allclose(
        other.scales.drop(columns="construct"), result.scales.drop(columns="construct"), rtol=1e-8
    )


def test_the_fornell_larcker_table_is_a_lower_triangle_with_its_own_diagonal(fit, result):
    table, scales = result.fornell_larcker, result.scales.set_index("construct")
    np.testing.assert_allclose(np.diag(table) ** 2, scales["AVE"])
    for row, column in PAIRS:
        assert table.loc[row, column] == pytest.approx(fit.construct_correlations().loc[row, column])
        assert np.isnan(table.loc[column, row])
    assert scales.loc["textual", "MSV"] == pytest.approx(table.loc["textual", "visual"] ** 2)


def test_an_explained_construct_counts_with_its_total_variance(pupils, result):
    """Paths among all constructs fit as well as covariances, so validity may not change."""
    structural = validity(sme.fit(THREE + "; speed ~ visual + textual; textual ~ visual", pupils))
    np.testing.assert_allclose(structural.scales["AVE"], result.scales["AVE"], rtol=1e-7)
    np.testing.assert_allclose(structural.scales["CR"], result.scales["CR"], rtol=1e-7)


def test_a_single_item_has_no_coefficients_and_a_note_says_so(pupils):
    result = validity(sme.fit("visual =~ x1 + x2 + x3; one =~ x9", pupils))
    row = result.scales.set_index("construct").loc["one"]
    assert row[["CR", "AVE", "sqrt_AVE"]].isna().all()
    assert row["n_items"] == 1
    assert row["MSV"] > 0
    assert np.isnan(result.htmt.loc["one", "visual"])
    assert [note.en for note in result.notes] == ["one: a single item has neither CR nor AVE nor HTMT."]


def test_a_construct_of_constructs_has_no_coefficients_and_a_note_says_so(pupils):
    result = validity(sme.fit(THREE + "; ability =~ visual + textual + speed", pupils))
    scales = result.scales.set_index("construct")
    assert scales.loc["ability", ["CR", "AVE"]].isna().all()
    assert scales.loc["ability", "n_items"] == 3
    assert scales.loc["visual", "AVE"] == pytest.approx(SEMTOOLS["AVE"]["visual"], rel=1e-7)
    assert result.notes[0].en.startswith("ability: measured by constructs")
    assert "n_items" not in result.notes[0].en


def test_a_construct_is_not_compared_with_its_own_parts(pupils):
    result = validity(sme.fit(THREE + "; ability =~ visual + textual + speed; other =~ x10 + x11", wider(pupils)))
    table, scales = result.fornell_larcker, result.scales.set_index("construct")
    for part in ("visual", "textual", "speed"):
        assert np.isnan(table.loc["ability", part]) and np.isfinite(table.loc["other", part])
        among = [table.loc[b, a] for a in table for b in table if a != b and part in (a, b)]
        assert scales.loc[part, "MSV"] == pytest.approx(np.nanmax(np.square(among)), rel=1e-12)
    assert scales.loc["ability", "MSV"] == pytest.approx(table.loc["other", "ability"] ** 2, rel=1e-12)
    for shown in result.tables():
        assert any("not compared with its own parts" in str(note) for note in shown.notes), shown.name


def wider(pupils):
    """Two more columns that go along with the others."""
    noise = np.random.default_rng(1).normal(size=(len(pupils), 2))
    common = pupils[["x1", "x4", "x7"]].mean(axis=1)
    return pupils.assign(x10=common + noise[:, 0], x11=common + noise[:, 1])


def test_a_shared_item_takes_the_average_variance_away_but_not_the_reliability(pupils):
    result = validity(sme.fit(THREE + "; visual =~ x9", pupils))
    scales = result.scales.set_index("construct")
    assert scales.loc[["visual", "speed"], "AVE"].isna().all()
    assert np.isfinite(scales.loc["textual", "AVE"])
    assert scales["CR"].notna().all()
    assert result.notes[0].en == "visual, speed: shares an item with another construct, so AVE is not defined."


def test_one_construct_has_no_discriminant_tables(pupils):
    result = validity(sme.fit("visual =~ x1 + x2 + x3", pupils))
    assert [table.name for table in result.tables()] == ["convergent_validity"]
    assert result.scales["MSV"].isna().all()


def test_a_model_without_constructs_is_refused(pupils):
    with pytest.raises(
        SpecificationError, match=r"^the model has no construct with items: write at least one '=~' line\.$"
    ):
        validity(sme.fit("x1 ~ x2", pupils))


def test_a_model_that_did_not_converge_is_refused(pupils):
    stopped = sme.fit(THREE, pupils, max_iterations=1, on_failure="return")
    with pytest.raises(ConvergenceError, match="did not converge"):
        validity(stopped)


def test_an_unknown_group_is_refused(fit):
    with pytest.raises(SpecificationError, match=r"^no group 'north'\.$"):
        validity(fit, group="north")


def test_of_several_groups_one_must_be_named(pupils):
    pupils["school"] = ["north", "south"] * 150 + ["north"]
    both = sme.fit(THREE, pupils, group="school")
    with pytest.raises(SpecificationError, match="the model has 2 groups: name one"):
        validity(both)
    alone = validity(sme.fit(THREE, pupils[pupils["school"] == "south"]))
    np.testing.assert_allclose(validity(both, group="south").scales["CR"], alone.scales["CR"], rtol=1e-6)


def test_the_tables_show_a_triangle_in_both_languages(result):
    convergent, criterion, htmt, _ = result.tables()
    assert convergent.title.zh == "收敛效度"
    assert criterion.title.zh == "区分效度：Fornell-Larcker判据"
    assert [cell for cell in criterion.rows[0] if cell != ""] == ["visual", result.fornell_larcker.iloc[0, 0]]
    assert [cell for cell in htmt.rows[0] if cell != ""] == ["visual"]


OUTCOMES = "INNOV =~ ic1 + ic2 + ic3 + ic4; BMI =~ bm1 + bm2 + bm3 + bm4; PERF =~ pf1 + pf2 + pf3 + pf4"


def test_ordered_answers_have_categorical_omega_and_the_variance_extracted_from_responses(
    recoded, firms_survey_reference
):
    result = validity(sme.fit(OUTCOMES, recoded, ordered=True))
    scales = result.scales.set_index("construct")
    for name in scales.index:
        assert scales.loc[name, "CR"] == pytest.approx(firms_survey_reference["categorical_omega"][name], abs=1e-7)
        assert scales.loc[name, "AVE"] == pytest.approx(firms_survey_reference["categorical_ave"][name], abs=1e-7)
    assert "categorical omega" in result.tables()[0].notes[0].en


def test_the_parameterization_of_ordered_answers_does_not_matter(recoded):
    delta, theta = (
        validity(sme.fit(OUTCOMES, recoded, ordered=True, parameterization=p)).scales.set_index("construct")
        for p in ("delta", "theta")
    )
    np.testing.assert_allclose(theta, delta, atol=1e-6)


def test_each_group_of_ordered_answers_is_judged_by_its_own(recoded):
    two = recoded.assign(half=["a"] * 316 + ["b"] * 316)
    together = sme.fit(OUTCOMES, two, ordered=True, group="half")
    for label, rows in (("a", two.iloc[:316]), ("b", two.iloc[316:])):
        alone = validity(sme.fit(OUTCOMES, rows, ordered=True)).scales.set_index("construct")
        found = validity(together, group=label).scales.set_index("construct")
        np.testing.assert_allclose(found, alone, atol=1e-6)


def test_scales_that_differ_between_groups_do_not_distort_reliability(recoded):
    two = recoded.assign(half=["a"] * 316 + ["b"] * 316)
    equal = ("loadings", "thresholds")
    found = validity(sme.fit(OUTCOMES, two, ordered=True, group="half", group_equal=equal), group="b").scales
    free = validity(sme.fit(OUTCOMES, two, ordered=True, group="half"), group="b").scales
    np.testing.assert_allclose(found["CR"], free["CR"], atol=0.03)
    np.testing.assert_allclose(found["AVE"], free["AVE"], atol=0.04)


def test_ordered_beside_continuous_items_have_no_reliability_and_a_note_says_so(recoded):
    mixed = [name for name in recoded.columns[24:] if name != "bm2"]
    result = validity(sme.fit(OUTCOMES, recoded, ordered=mixed))
    scales = result.scales.set_index("construct")
    assert scales["CR"].isna().tolist() == [False, True, False]
    assert result.notes[0].en.startswith("BMI: no CR, because ordered items stand beside continuous ones")


def test_constructs_called_like_statistics_head_their_columns_upright():
    answers = sme.simulate("M =~ 0.8*a + 0.8*b + 0.8*c; SD =~ 0.8*x + 0.8*y + 0.8*z; SD ~ 0.4*M", 200, seed=1)
    found = validity(sme.fit("M =~ a + b + c; SD =~ x + y + z; SD ~ M", answers))
    assert "| Construct | M | SD |" in found.to("markdown")
