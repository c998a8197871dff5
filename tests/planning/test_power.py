import numpy as np
import pytest
from scipy import special, stats

import sme_sem as sme
from sme_sem.errors import ConvergenceError, SpecificationError
from sme_sem.planning.population import analysis_of, population

PATHS = "use ~ 0.3*a*trust\ngain ~ 0.4*b*use + 0*trust\nind := a*b\nuse ~~ 0.91*use\ngain ~~ 0.84*gain"
CONSTRUCTS = """
    trust =~ 0.8*t1 + 0.8*t2 + 0.7*t3
    use =~ 0.8*u1 + 0.7*u2 + 0.7*u3
    use ~ 0.4*trust
    use ~~ 0.84*use
    t1 ~~ 0.36*t1; t2 ~~ 0.36*t2; t3 ~~ 0.51*t3
    u1 ~~ 0.36*u1; u2 ~~ 0.51*u2; u3 ~~ 0.51*u3
"""


def quiet(model, n, **options):
    return sme.power(model, n, progress=False, **options)


def row(found, op="~", rhs="trust", lhs="use"):
    frame = found.table
    return frame[(frame["lhs"] == lhs) & (frame["op"] == op) & (frame["rhs"] == rhs)].iloc[0]


@pytest.mark.parametrize("likelihood", ["normal", "wishart"])
def test_samples_fitted_together_are_those_fitted_one_by_one(likelihood):
    found = quiet(CONSTRUCTS, 150, draws=5, seed=3, likelihood=likelihood)
    of, analysis = population(CONSTRUCTS, 0.0, None), analysis_of(CONSTRUCTS)
    fits = [sme.fit(analysis, of.answers(150, (3, 150, draw)), likelihood=likelihood) for draw in range(5)]
    for relation in (("use", "~", "trust"), ("use", "~~", "use")):  # a variance knows its unit
        lhs, op, rhs = relation
        own = [fit.estimates().set_index(["lhs", "op", "rhs"]).loc[relation] for fit in fits]
        together = row(found, op, rhs, lhs)
        assert together["mean"] == pytest.approx(np.mean([one["est"] for one in own]), rel=1e-8)
        assert together["sd"] == pytest.approx(np.std([one["est"] for one in own], ddof=1), rel=1e-7)
        assert together["mean_se"] == pytest.approx(np.mean([one["se"] for one in own]), rel=1e-7)


def test_the_truth_is_the_populations_value_in_the_scale_of_the_fit():
    found = quiet(CONSTRUCTS, 200, draws=2)
    assert row(found)["truth"] == pytest.approx(0.4, rel=1e-5)  # both markers load .8
    assert row(found, "=~", "t3", "trust")["truth"] == pytest.approx(0.7 / 0.8, rel=1e-5)
    standard = quiet(CONSTRUCTS, 200, draws=2, std_lv=True)
    assert row(standard, "=~", "t3", "trust")["truth"] == pytest.approx(0.7, rel=1e-5)


def test_power_of_a_regression_is_what_the_normal_distribution_says():
    found = quiet("y ~ 0.25*x", 120, draws=1000)
    own = row(found, lhs="y", rhs="x")
    shift = 0.25 * np.sqrt(120)
    expected = special.ndtr(shift - 1.96) + special.ndtr(-shift - 1.96)
    assert own["power"] == pytest.approx(expected, abs=0.04)
    assert own["needed_n"] == pytest.approx(((1.96 + 0.8416) / 0.25) ** 2, rel=0.08)
    assert own["power_se"] == pytest.approx(np.sqrt(own["power"] * (1 - own["power"]) / 1000))


def test_a_path_of_zero_is_found_as_often_as_the_level_says_and_needs_no_n():
    own = row(quiet(PATHS, 300, draws=800), lhs="gain")
    assert own["power"] == pytest.approx(0.05, abs=0.02)
    assert own["coverage"] == pytest.approx(1 - own["power"])
    assert own["truth"] == 0 and np.isnan(own["needed_n"])


def test_effects_that_are_defined_have_power_and_coverage():
    found = quiet(PATHS, 300, draws=400)
    own = found.table[found.table["op"] == ":="].iloc[0]
    assert own["truth"] == pytest.approx(0.12, rel=1e-5)
    assert own["mean"] == pytest.approx(0.12, abs=0.01)
    assert 0.88 < own["coverage"] < 0.99
    route = found.table[found.table["op"] == "indirect"].iloc[0]
    assert route["label"] == "trust → use → gain"
    assert route[["truth", "power", "needed_n"]].tolist() == pytest.approx(own[["truth", "power", "needed_n"]].tolist())
    paths = row(found)["power"] * row(found, lhs="gain", rhs="use")["power"]
    assert own["power"] == pytest.approx(paths, abs=0.03)  # a product differs from zero about where both do


def test_needed_n_gives_the_power_wanted():
    first = row(quiet(CONSTRUCTS, 150, draws=600))
    n = int(first["needed_n"])
    assert row(quiet(CONSTRUCTS, n, draws=600))["power"] == pytest.approx(0.8, abs=0.06)


def test_the_level_and_the_power_wanted_are_written_without_their_zeros():
    (note,) = quiet(CONSTRUCTS, 100, draws=10, alpha=0.01, wanted=0.9).tables()[0].notes
    assert "differs from zero at .01" in note.en and "a power of .9," in note.en


def test_the_curve_rises_with_n_and_each_size_has_its_own_row():
    found = quiet("y ~ 0.2*x", [50, 100, 400], draws=300)
    own = found.table[found.table["op"] == "~"]
    assert own["n"].tolist() == [50, 100, 400]
    assert (np.diff(own["power"]) > 0).all()
    one = quiet("y ~ 0.2*x", 100, draws=300).table
    assert one[one["op"] == "~"]["power"].item() == own["power"].iloc[1]
    svg = found.figure(language="zh")
    assert "样本量" in svg and svg == found.figure(language="zh")


def test_missing_answers_cost_power_and_are_met_by_all_that_was_answered():
    whole, gaps = (row(quiet(CONSTRUCTS, 150, draws=40, missing=share)) for share in (0.0, 0.4))
    assert gaps["mean_se"] > 1.15 * whole["mean_se"]
    assert gaps["mean"] == pytest.approx(0.4, abs=0.06)


def test_shares_of_missing_answers_are_those_asked_for():
    answers = population(CONSTRUCTS, {"t1": 0.3}, None).answers(20_000, (1,))
    assert answers.isna().mean()["t1"] == pytest.approx(0.3, abs=0.01)
    assert answers.drop(columns="t1").notna().all().all()


def test_ordered_answers_have_the_thresholds_and_the_correlations_of_the_population():
    of = population(CONSTRUCTS, 0.0, {"t1": [-0.5, 1.0], "t2": 4})
    answers = of.answers(20_000, (1,))
    assert answers["t1"].value_counts(normalize=True).sort_index().to_numpy() == pytest.approx(
        np.diff([0, special.ndtr(-0.5), special.ndtr(1), 1]), abs=0.012
    )
    assert sorted(answers["t2"].unique()) == [1, 2, 3, 4]
    assert answers["t3"].nunique() == 20_000


def test_ordered_answers_are_analysed_as_such():
    found = quiet(CONSTRUCTS, 400, draws=40, ordered=5)
    assert row(found)["mean"] == pytest.approx(0.4, abs=0.05)
    assert row(found)["truth"] == pytest.approx(0.4, rel=1e-5)
    cut = found.table[(found.table["op"] == "|") & (found.table["lhs"] == "t1")]
    assert cut["truth"].to_numpy() == pytest.approx([-1.2, -0.4, 0.4, 1.2])
    assert abs(cut["bias"]).max() < 0.06


def test_the_number_of_workers_changes_nothing():
    one, two = (quiet(CONSTRUCTS, 100, draws=250, workers=workers) for workers in (1, 2))
    assert one.table.equals(two.table)


def test_a_sample_without_estimates_is_counted():
    weak = "f =~ 0.3*a + 0.3*b + 0.3*c\n" + "\n".join(f"{x} ~~ 0.91*{x}" for x in "abc")
    found = quiet(weak, 30, draws=40)
    samples = found.samples.iloc[0]
    assert samples["draws"] == 40 and samples["inadmissible"] > 0
    assert str(int(samples["inadmissible"])) in str(found)


def test_another_model_can_be_fitted_than_the_population_has():
    found = quiet(PATHS, 200, draws=20, analysis="gain ~ trust")
    assert row(found, lhs="gain")["truth"] == pytest.approx(0.12, rel=1e-5)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"n": 1}, "n=1: give a whole number"),
        ({"n": [100, 100]}, "none twice"),
        ({"draws": 0}, "draws=0"),
        ({"missing": 1.0}, "has a share of 1.0"),
        ({"missing": {"zz": 0.1}}, "no observed variable 'zz'"),
        ({"ordered": {"t1": [1, 0]}}, "the thresholds of 't1' must rise"),
        ({"ordered": {"t1": ["low"]}}, "must rise, each a finite number; got \\['low'\\]"),
        ({"ordered": {"t1": [0, np.nan]}}, "must rise, each a finite number"),
        ({"ordered": 1}, r"^ordered=1: give how many categories 't1' has, two or more\.$"),
        ({"ordered": "5"}, "^ordered='5': give how many categories"),
        ({"n": "100"}, r"^n='100': give a whole number, two or more\.$"),
        ({"n": 100.5}, r"^n=100\.5: give a whole number"),
        ({"seed": None}, r"^seed=None: give a whole number, at least 0, such as seed=1\.$"),
        ({"alpha": "x"}, r"^alpha='x': give a share between 0 and 1"),
        ({"estimator": "foo"}, r"^estimator='foo' is not available"),
        ({"group": "region"}, "group= has no meaning"),
        ({"wanted": 80}, "wanted=80: give a share between 0 and 1"),
        ({"wanted": 0.01}, "levels lie between 0 and 1"),
        ({"analysis": "trust =~ t1 + t2"}, "cannot be fitted to the population itself"),
    ],
)
def test_what_makes_no_sense_is_refused(options, said):
    with pytest.raises(SpecificationError, match=said):
        quiet(CONSTRUCTS, **{"n": 100, "draws": 5, **options})


def test_categories_of_no_indicator_are_refused():
    said = r"^ordered: 5 categories are for the indicators of constructs, .* as in ordered=\{'use': 5\}\.$"
    with pytest.raises(SpecificationError, match=said):
        quiet("use ~ 0.3*trust", 60, draws=5, ordered=5)


def test_a_study_too_small_for_any_fit_says_so():
    with pytest.raises(ConvergenceError, match="of 4 respondents could be fitted"):
        quiet(CONSTRUCTS, 4, draws=3)


@pytest.mark.parametrize(
    ("n", "df", "null", "true", "power"),
    [
        (100, 5, 0.05, 0.08, 0.1270051056),
        (200, 20, 0.05, 0.08, 0.4543679837),
        (500, 50, 0.05, 0.08, 0.9953344852),
        (200, 40, 0.05, 0.01, 0.5227564513),
        (300, 20, 0, 0.05, 0.6091226926),
    ],
)
def test_power_of_overall_fit_is_that_of_rs_noncentral_chi_square(n, df, null, true, power):
    """R 4.2.2, pchisq and qchisq with ncp = (n - 1) df rmsea^2."""
    assert sme.rmsea_power(n, df, null=null, true=true) == pytest.approx(power, abs=1e-9)


def test_power_of_overall_fit_is_the_share_of_drawn_statistics_beyond_the_critical_value():
    random = np.random.default_rng(1)
    df, n, means = 12, 250, np.zeros(12)
    at = {rmsea: np.sqrt((n - 1) * df * rmsea**2) for rmsea in (0.05, 0.08)}

    def statistics(rmsea, draws=200_000):
        shift = means.copy()
        shift[0] = at[rmsea]
        return ((random.standard_normal((draws, df)) + shift) ** 2).sum(axis=1)

    critical = np.quantile(statistics(0.05), 0.95)
    assert sme.rmsea_power(n, df) == pytest.approx((statistics(0.08) > critical).mean(), abs=0.006)


@pytest.mark.parametrize(("df", "null", "true"), [(2, 0.05, 0.08), (50, 0.05, 0.08), (30, 0.05, 0.01), (10, 0.0, 0.05)])
def test_the_sample_size_is_the_smallest_that_reaches_the_power(df, null, true):
    n = sme.rmsea_sample_size(df, null=null, true=true)
    assert sme.rmsea_power(n, df, null=null, true=true) >= 0.8
    assert sme.rmsea_power(n - 1, df, null=null, true=true) < 0.8


def test_power_where_nothing_is_wrong_is_the_level():
    near = sme.rmsea_power(200, 20, null=0.05, true=0.05 + 1e-9, alpha=0.1)
    assert near == pytest.approx(0.1, abs=1e-6)
    assert sme.rmsea_power(100, 8, null=0.0, true=0.06) == pytest.approx(
        stats.ncx2.sf(stats.chi2.isf(0.05, 8), 8, 99 * 8 * 0.06**2), rel=1e-9
    )


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sme.rmsea_power(200, 0), "without degrees of freedom"),
        (lambda: sme.rmsea_power(1, 10), "must be above 1"),
        (lambda: sme.rmsea_power(np.inf, 10), "must be above 1, and finite"),
        (lambda: sme.rmsea_sample_size(np.inf), "a finite number"),
        (lambda: sme.rmsea_power(200, 10, null=0.05, true=0.05), "two different RMSEA"),
        (lambda: sme.rmsea_power(200, 10, alpha=5), "alpha=5: give a share"),
        (lambda: sme.rmsea_power(200, 10, groups=0), "how many groups"),
        (lambda: sme.rmsea_sample_size(10, power=1), "between alpha and 1"),
        (lambda: sme.rmsea_sample_size(1, true=0.0501), "ten million respondents are too few"),
    ],
)
def test_overall_power_of_nonsense_is_refused(call, said):
    with pytest.raises(SpecificationError, match=said):
        call()


def test_a_population_without_values_has_no_power():
    with pytest.raises(SpecificationError) as caught:
        sme.power("f =~ a + b + 0.8*c; y ~ f", 50, draws=10, seed=1)
    assert str(caught.value) == "the population gives no value to f =~ b, y ~ f: write them, as in f =~ 0.5*b."
