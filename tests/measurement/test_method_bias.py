"""Common method bias: lavaan's method factor, a planted method, a marker, and what is refused."""

import numpy as np
import pytest

import sme_sem as sme
from sme_sem.errors import SpecificationError
from sme_sem.tables import Words

OUTCOMES = "INNOV =~ ic1 + ic2 + ic3 + ic4; BMI =~ bm1 + bm2 + bm3 + bm4; PERF =~ pf1 + pf2 + pf3 + pf4"
ITEMS = [f"{name}{i}" for name in "abc" for i in range(1, 5)]
THREE = "a =~ a1 + a2 + a3 + a4; b =~ b1 + b2 + b3 + b4; c =~ c1 + c2 + c3 + c4"
MARKER = ["m1", "m2", "m3"]


@pytest.fixture(scope="module")
def biased():
    """Three constructs and a marker; all answers carry the same method."""
    return _answers(method=0.5)


def _answers(method):
    loadings = "; ".join(f"{name} =~ .8*{name}1 + .7*{name}2 + .5*{name}3 + .3*{name}4" for name in "abc")
    model = f"{loadings}; m =~ .6*m1 + .6*m2 + .6*m3; a ~~ .3*b + .2*c; b ~~ .4*c"
    model += "".join(f"; {item} ~~ .4*{item}" for item in [*ITEMS, *MARKER])
    model += f"; shared =~ {' + '.join(f'{method}*{item}' for item in [*ITEMS, *MARKER])}"
    model += "; shared ~~ 0*a + 0*b + 0*c + 0*m; m ~~ 0*a + 0*b + 0*c"
    return sme.simulate(model, 1500, seed=9)


def test_an_equal_method_factor_fits_as_in_lavaan(survey, firms_survey_reference):
    found = sme.method_bias(survey, OUTCOMES).comparison.set_index("model")
    for measure, value in firms_survey_reference["ulmc"].items():
        assert found.loc["method_equal", measure] == pytest.approx(value, rel=1e-7)
    plain = sme.fit(OUTCOMES, survey).measures()
    assert found.loc["measurement", "chisq"] == pytest.approx(plain["chisq"], rel=1e-9)
    assert found.loc["method_equal", "chisq_diff"] == pytest.approx(plain["chisq"] - 79.2867796663194, rel=1e-6)
    assert found.loc["single_factor", "df_diff"] == 3
    assert found.loc["single_factor", "pvalue_diff"] < 1e-100


def test_a_planted_method_is_measured_and_tested(biased):
    result = sme.method_bias(biased, THREE, marker=MARKER)
    comparison = result.comparison.set_index("model")
    share = result.shares.set_index("model")["method_percent"]
    assert comparison.loc["method_equal", "pvalue_diff"] < 1e-4
    assert share["marker_equal"] == pytest.approx(25, abs=15)
    assert comparison.loc["marker_equal", "pvalue_diff"] < 1e-10
    assert comparison.loc["marker_restricted", "pvalue_diff"] < 0.01


def test_shares_are_means_of_squared_loadings_on_the_method_and_on_constructs(biased):
    items = " + ".join(f"m*{item}" for item in ITEMS)
    fit = sme.fit(f"{THREE}; method =~ {items}; method ~~ 0*a + 0*b + 0*c", biased, std_lv=True)
    loadings = fit.estimates().query("op == '=~'")
    square = 100 * loadings["std_all"].pow(2).groupby(loadings["lhs"] == "method").sum() / 12
    own = sme.method_bias(biased, THREE).shares.set_index("model").loc["method_equal"]
    assert own["method_percent"] == pytest.approx(square[True], rel=1e-5)
    assert own["construct_percent"] == pytest.approx(square[False], rel=1e-5)


def test_without_a_method_the_marker_explains_nothing():
    result = sme.method_bias(_answers(method=0.0), THREE, marker=MARKER)
    comparison = result.comparison.set_index("model")
    assert comparison.loc["marker_equal", "pvalue_diff"] > 0.01
    assert result.shares.set_index("model").loc["marker_equal", "method_percent"] < 1


def test_the_models_with_a_marker_are_nested_as_published(biased):
    found = sme.method_bias(biased, THREE, marker=MARKER).comparison.set_index("model")
    assert found["df"].to_dict() == {
        **{"measurement": 51, "single_factor": 54, "method_equal": 50, "method_free": 39},
        **{"marker_cfa": 84, "marker_baseline": 93, "marker_equal": 92, "marker_free": 81, "marker_restricted": 95},
    }
    assert found.loc["marker_free", "against"] == "marker_equal"
    later = found.dropna(subset="chisq_diff")
    assert (later["chisq_diff"] > -1e-8).all()
    other = found.loc[later["against"]]
    np.testing.assert_allclose(later["chisq_diff"], np.abs(later["chisq"].to_numpy() - other["chisq"].to_numpy()))
    np.testing.assert_allclose(later["cfi_diff"], later["cfi"].to_numpy() - other["cfi"].to_numpy(), atol=1e-15)


def test_collinearity_is_the_diagonal_of_the_inverse_of_the_scores_correlations(biased):
    found = sme.method_bias(biased, THREE).vif.set_index("construct")["vif"]
    scores = np.stack([biased[[f"{name}{i}" for i in range(1, 5)]].mean(axis=1) for name in "abc"])
    np.testing.assert_allclose(found, np.diag(np.linalg.inv(np.corrcoef(scores))), rtol=1e-10)


def test_harman_is_the_share_of_the_first_component(biased):
    result = sme.method_bias(biased, THREE)
    eigenvalues = np.linalg.eigvalsh(np.corrcoef(biased[ITEMS], rowvar=False))
    assert result.harman_percent == pytest.approx(100 * eigenvalues[-1] / 12)
    assert result.harman_components == (eigenvalues > 1).sum()


def test_paths_and_constructs_of_constructs_do_not_count(biased):
    plain = sme.method_bias(biased, THREE).comparison
    more = sme.method_bias(biased, f"{THREE}; d =~ a + b; c ~ d; c1 ~~ c1").comparison
    np.testing.assert_allclose(more["chisq"], plain["chisq"])


def test_a_solution_that_is_none_is_said_in_both_languages(recoded):
    result = sme.method_bias(recoded, OUTCOMES)
    assert result.notes[0].en.startswith("Constructs + method factor, equal loadings: not a proper solution (Heywood")
    assert result.notes[0].zh.startswith("构念 + 方法因子（载荷相等）：解不合理")
    assert "variance of the method factor is negative" in result.notes[0].en
    assert "方法因子的方差为负" in result.notes[0].zh and "method" not in result.notes[0].zh
    assert np.isnan(result.shares.set_index("model").loc["method_equal", "method_percent"])
    assert [t.name for t in result.tables()] == ["method_models", "method_shares", "full_collinearity", "harman"]
    assert "upper bound of what is method" in result.tables()[1].notes[0].en
    assert result.tables()[0].records("zh")[1]["against"] == "构念测量模型"


def test_constructs_are_named_by_their_labels_in_what_is_said_of_a_solution(biased):
    twice = biased[ITEMS].assign(**{f"b{i}": biased[f"a{i}"] + 0.3 * biased[f"b{i}"] for i in range(1, 5)})
    (table, *_) = sme.method_bias(twice, THREE).tables()
    notes = table.labelled({"a": Words("Trust", "信任"), "b": Words("Use", "使用")}).notes
    said = next(note for note in notes if "the largest correlation" in str(note))
    assert said.en.endswith("between Trust and Use)") and said.zh.endswith("在信任与使用之间）")


def test_harmans_share_is_judged_on_both_sides_of_the_customary_bound(biased):
    below, above = (sme.method_bias(biased, model) for model in (THREE, "a =~ a1 + a2 + a3"))
    assert below.harman_percent < 50 <= above.harman_percent
    notes = [str(found.tables()[-1].notes[0]) for found in (below, above)]
    assert "a first component below 50 % does not show" in notes[0] and "50 % or more" in notes[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "c1 ~ a1"}, "the model has no construct with items: write at least one '=~' line."),
        ({"model": THREE, "marker": ["m1"]}, r"marker=\['m1'\]: give a list of at least two items."),
        ({"model": THREE, "marker": ["m1", "c1"]}, "marker: 'c1' is part of the model; a marker must be unrelated"),
    ],
)
def test_what_cannot_be_is_refused(biased, options, message):
    with pytest.raises(SpecificationError, match=message):
        sme.method_bias(biased, **options)


def test_too_few_items_for_a_method_factor_are_said_and_the_rest_is_given(biased):
    result = sme.method_bias(biased, "a =~ a1 + a2 + a3")
    assert result.comparison["chisq"].isna().tolist() == [False, False, True, True]
    assert result.notes[1].en == (
        "Constructs + method factor, free loadings: not found (the model has more parameters than the items have "
        "covariances)"
    )
    assert result.harman_percent > 50
    assert result.vif["vif"].tolist() == [1.0]
