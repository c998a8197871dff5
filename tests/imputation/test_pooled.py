"""Pooling: Rubin's rules and tests of lavaan's fits, limits without gaps, agreement with FIML, what is refused."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sme_sem as sme
from sme_sem.errors import ConvergenceError, SpecificationError
from sme_sem.kernels import pooling

REFERENCE = Path(__file__).parents[1] / "reference"
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
POPULATION = "t =~ .8*a1 + .8*a2 + .7*a3; u =~ .8*b1 + .8*b2 + .7*b3; u ~ .5*t"
MODEL = "t =~ a1 + a2 + a3; u =~ b1 + b2 + b3; u ~ r*t; twice := 2*r"


def hot_deck(data, k):
    """What the reference did: a gap takes the answer found 17 k rows further on."""
    found, n = data.copy(), len(data)
    for name in data:
        own = data[name].to_numpy()
        for i in np.flatnonzero(np.isnan(own)):
            j = i + 17 * k
            while np.isnan(own[j % n]):
                j += 1
            found.loc[i, name] = own[j % n]
    return found


@pytest.fixture(scope="module")
def theirs():
    return json.loads((REFERENCE / "imputation.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def pupils(theirs):
    data = pd.read_csv(REFERENCE / "hs_miss.csv").drop(columns="school")
    copies = [hot_deck(data, k) for k in range(1, 6)]
    assert copies[4].mean().to_numpy() == pytest.approx(theirs["means"], rel=1e-12)
    return sme.fit_imputed(THREE, copies, meanstructure=True, progress=False)


@pytest.fixture(scope="module")
def with_gaps():
    answers = sme.simulate(POPULATION, 400, seed=1)
    return answers.mask(np.random.default_rng(2).random(answers.shape) < 0.12)


@pytest.fixture(scope="module")
def copies(with_gaps):
    return sme.impute(with_gaps, m=40, seed=5, progress=False)


def test_estimates_and_errors_are_rubins_of_lavaans(pupils, theirs):
    ours = dict(zip(pupils.vcov, zip(pupils._spread.mean, np.sqrt(np.diag(pupils.vcov)))))
    for name, est, se in zip(theirs["names"], theirs["est"], theirs["se"], strict=True):
        key = re.sub(r"(=~|~~|~(?=1$))", r" \1 ", name)
        assert ours[key] == pytest.approx((est, se), rel=1e-6, abs=1e-7)


def test_chi_squares_are_those_of_lavaan(pupils, theirs):
    found = pupils.chi_squares
    assert found.own == pytest.approx(theirs["own"], rel=1e-7)
    assert found.at_mean == pytest.approx(theirs["at_mean"], rel=1e-6)
    assert found.stacked == pytest.approx(theirs["stacked"], rel=1e-7)
    tests = pupils.tests().set_index("test")
    assert tests.loc["D3", "F"] == pytest.approx(theirs["D3"], rel=1e-6)
    assert tests.loc["D4", "F"] == pytest.approx(theirs["D4"], rel=1e-6)
    assert (tests["n"] == 301).all() and (tests["m"] == 5).all()


def test_d2_and_degrees_of_freedom_are_the_published_formulas(pupils):
    own, k, m = pupils.chi_squares.own, 24, 5
    r = (1 + 1 / m) * np.var(np.sqrt(own), ddof=1)
    F = (own.mean() / k - (m + 1) / (m - 1) * r) / (1 + r)
    df2 = k ** (-3 / m) * (m - 1) * (1 + 1 / r) ** 2
    d2 = pupils.tests().set_index("test").loc["D2"]
    assert (d2["F"], d2["df2"], d2["pvalue"]) == pytest.approx((F, df2, stats.f.sf(F, k, df2)), rel=1e-10)
    d3 = pupils.tests().set_index("test").loc["D3"]
    K, r = k * (m - 1), d3["riv"]
    assert d3["df2"] == pytest.approx(4 + (K - 4) * (1 + (1 - 2 / K) / r) ** 2, rel=1e-10)


def test_errors_of_one_parameter_are_barnard_and_rubins(pupils):
    row = pupils.estimates().query("lhs == 'visual' and rhs == 'textual'").iloc[0]
    each = [f.estimates().query("lhs == 'visual' and rhs == 'textual'").iloc[0] for f in pupils.fits]
    q, u, v = np.array([e["est"] for e in each]), np.mean([e["se"] ** 2 for e in each]), 301 - 30
    b = q.var(ddof=1)
    total = u + 1.2 * b
    share = 1.2 * b / total
    old, seen = 4 / share**2, (v + 1) / (v + 3) * v * (1 - share)
    df = old * seen / (old + seen)
    assert (row["est"], row["se"], row["df"]) == pytest.approx((q.mean(), math.sqrt(total), df), rel=1e-10)
    r = 1.2 * b / u
    assert row["fmi"] == pytest.approx((r + 2 / (df + 3)) / (r + 1), rel=1e-10)
    assert row["pvalue"] == pytest.approx(2 * stats.t.sf(abs(row["est"] / row["se"]), df), rel=1e-9)
    assert row["ci_upper"] - row["est"] == pytest.approx(stats.t.ppf(0.975, df) * row["se"], rel=1e-9)


def test_without_gaps_pooling_gives_the_fit_itself():
    answers = sme.simulate(POPULATION, 200, seed=3)
    fit = sme.fit(MODEL, answers)
    pooled = sme.pool([fit] * 3, complete_df=math.inf)
    ours, alone = pooled.estimates(), fit.estimates()
    for name in ("est", "se", "pvalue", "ci_lower", "ci_upper", "std_lv", "std_all"):
        np.testing.assert_allclose(ours[name], alone[name], rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(pooled.standardized()["se"], fit.standardized()["se"], rtol=1e-8)
    assert ours["fmi"].dropna().max() < 1e-25
    measures = fit.measures()
    tests = pooled.tests()
    assert tests["test"].tolist() == ["D4", "D3", "D2"]
    assert tests["chisq"].to_numpy() == pytest.approx([measures["chisq"]] * 3, rel=1e-6)
    assert tests["pvalue"].to_numpy() == pytest.approx([measures["pvalue"]] * 3, rel=1e-6)
    same = ["npar", "df", "cfi", "tli", "rmsea", "rmsea_ci_upper", "srmr"]
    assert pooled.measures()[same].to_numpy() == pytest.approx(measures[same].to_numpy(), rel=1e-6, abs=1e-9)
    assert pooled.r_squared().to_dict() == pytest.approx(fit.r_squared().to_dict(), rel=1e-12)


@pytest.mark.parametrize("options", [{}, {"likelihood": "wishart"}, {"meanstructure": True}, {"fixed_x": False}])
def test_copies_that_agree_agree_with_the_fit_under_other_options(options):
    answers = sme.simulate("y ~ .4*a + .4*b; z ~ .5*y; a ~~ 1*a; b ~~ 1*b", 150, seed=3)
    fit = sme.fit("y ~ a + b; z ~ y", answers, **options)
    assert sme.pool([fit, fit]).tests()["chisq"].to_numpy() == pytest.approx([fit.measures()["chisq"]] * 3, rel=1e-6)


def test_imputation_and_full_information_agree_within_monte_carlo_error(with_gaps, copies):
    pooled = sme.fit_imputed(MODEL, copies, progress=False)
    fiml = sme.fit(MODEL, with_gaps, missing="fiml").estimates().query("op != '~1'")
    ours = pooled.estimates()
    loose = ours["free"].to_numpy()
    # Monte Carlo error of a mean over 40 copies is about sqrt(fmi / 40) standard errors, a tenth
    distance = (ours["est"].to_numpy() - fiml["est"].to_numpy())[loose] / fiml["se"].to_numpy()[loose]
    assert np.abs(distance).max() < 0.35
    assert np.abs(distance.mean()) < 0.15
    assert (ours["se"].to_numpy() / fiml["se"].to_numpy())[loose] == pytest.approx(np.ones(loose.sum()), abs=0.15)
    chi_square = sme.fit(MODEL, with_gaps, missing="fiml").measures()["chisq"]
    assert pooled.measures()["chisq"] == pytest.approx(chi_square, abs=3)


def test_planted_effects_come_back_with_honest_intervals():
    inside, found = [], []
    for seed in range(60):
        answers = sme.simulate("y ~ 0.5*x; x ~~ 1*x", 120, seed=seed)
        lost = (answers["x"] > 0) & (np.random.default_rng(seed).random(120) < 0.6)  # at random, given x
        copies = sme.impute(answers.assign(y=answers["y"].mask(lost)), m=10, seed=seed, iterations=1, progress=False)
        row = sme.fit_imputed("y ~ x", copies, progress=False).estimates().iloc[0]
        found.append(row["est"])
        inside.append(row["ci_lower"] < 0.5 < row["ci_upper"])
    assert np.mean(found) == pytest.approx(0.5, abs=3 * np.std(found) / np.sqrt(60))
    assert 51 <= sum(inside) <= 60  # binomial(60, .95) lies there with probability .997


def test_a_difference_test_is_the_difference_of_fits():
    answers = sme.simulate("y ~ 0.4*a + 0.1*b; a ~~ 1*a; b ~~ 1*b", 200, seed=1)
    copies = sme.impute(answers.mask(np.random.default_rng(2).random(answers.shape) < 0.1), m=5, seed=3, progress=False)
    full = sme.fit_imputed("y ~ a + b", copies, progress=False)
    equal = sme.fit_imputed("y ~ p*a + p*b", copies, progress=False)
    tests = sme.compare_imputed(equal, full).tests
    own = [a.measures()["chisq"] - b.measures()["chisq"] for a, b in zip(equal.fits, full.fits)]
    assert tests["F"].iloc[2] == pytest.approx(float(pooling.d2(np.array(own), 1).statistic), rel=1e-6)
    assert (tests["pvalue"] < 0.05).all() and np.ptp(tests["chisq"]) < 0.5
    with pytest.raises(SpecificationError, match=r"the restricted one comes first"):
        sme.compare_imputed(full, equal)


def test_models_of_different_copies_are_not_compared():
    answers = sme.simulate("y ~ 0.4*a + 0.1*b; a ~~ 1*a; b ~~ 1*b", 200, seed=1)
    answers = answers.mask(np.random.default_rng(2).random(answers.shape) < 0.1)
    one, other = (sme.impute(answers, m=3, seed=seed, progress=False) for seed in (3, 4))
    equal = sme.fit_imputed("y ~ p*a + p*b", one, progress=False)
    with pytest.raises(SpecificationError, match=r"^the answers of the models' copies are not the same, so "):
        sme.compare_imputed(equal, sme.fit_imputed("y ~ a + b", other, progress=False))


def test_units_change_no_pooled_t_value(with_gaps):
    copies = sme.impute(with_gaps, m=3, seed=5, progress=False)
    model = MODEL + "; none := r - r; u ~~ u"
    plain, small = (
        sme.fit_imputed(model, [unit * copy for copy in copies], progress=False).estimates() for unit in (1.0, 1e-7)
    )
    np.testing.assert_allclose(small["t"], plain["t"], rtol=1e-6)
    assert np.isnan(plain.set_index("lhs").loc["none", "se"])


@pytest.fixture(scope="module")
def few_categories(with_gaps):
    few = with_gaps.apply(lambda own: pd.Series(np.digitize(own, [-1, 0, 1]), own.index).where(own.notna()))
    return sme.impute(few, m=4, seed=1, ordered=True, iterations=3, progress=False)


def test_ordered_fits_are_pooled_by_their_scaled_statistics(few_categories):
    pooled = sme.fit_imputed(MODEL, few_categories, progress=False, ordered=True)
    assert pooled.fits[0].estimator == "WLSMV"
    own = np.array([f.measures()["chisq_scaled"] for f in pooled.fits])
    tests = pooled.tests()
    assert tests["test"].tolist() == ["D2"]
    assert tests["F"][0] == pytest.approx(float(pooling.d2(own, 8).statistic), rel=1e-10)
    assert pooled.measures()["cfi"] > 0.9
    assert "it may be far off" in str(pooled)


@pytest.mark.parametrize("estimator", ["MLR", "MLM", "MLMV", "MLMVS"])
def test_robust_tests_are_the_plain_ones_scaled(few_categories, estimator):
    plain = sme.fit_imputed(MODEL, few_categories, progress=False).tests().set_index("test")
    pooled = sme.fit_imputed(MODEL, few_categories, progress=False, estimator=estimator)
    found = pooled.tests().set_index("test")
    measured = pd.DataFrame([f.measures() for f in pooled.fits]).mean()
    expected = plain.loc["D4", "chisq"] / measured["chisq_scaling_factor"] + measured.get("chisq_shift_parameters", 0)
    assert found.loc["D4", "chisq"] == pytest.approx(expected, rel=1e-9)
    assert found.loc["D4", "df1"] == pytest.approx(measured["df_scaled"], rel=1e-12)
    fit = pooled.fits[0]
    alone = sme.pool([fit, fit]).measures()
    scaled = ["chisq", "df", "pvalue", "cfi", "tli", "rmsea"]
    own = fit.measures()[[f"{name}_scaled" for name in scaled]].to_numpy()
    assert alone[scaled].to_numpy() == pytest.approx(own, rel=1e-5, abs=1e-8)


def test_groups_are_pooled_group_by_group(with_gaps):
    data = with_gaps.assign(region=np.where(np.arange(400) % 2, "east", "west"))
    copies = sme.impute(data, m=3, seed=1, group="region", iterations=2, progress=False)
    pooled = sme.fit_imputed(MODEL.partition("; u ~")[0] + "; u ~ t", copies, group="region", progress=False)
    assert set(pooled.estimates()["group"]) == {"east", "west"}
    names = list(pooled.vcov)
    assert len(set(names)) == len(names) and names == list(pooled.vcov.index) == list(pooled.fits[0].vcov)
    assert ("west", "u") in pooled.r_squared().index
    assert "Group" in [str(column.heading) for column in pooled.tables()[-1].columns]


def test_what_failed_is_counted_and_too_few_are_refused(with_gaps, copies):
    fit = sme.fit(MODEL, copies[0])
    lost = sme.fit(MODEL, copies[0], max_iterations=1, on_failure="return")
    with pytest.raises(ConvergenceError, match=r"^fit 2 did not converge"):
        sme.pool([fit, lost])
    with pytest.raises(ConvergenceError, match=r"^0 of 2 copies gave estimates; pooling needs at least two"):
        sme.fit_imputed(MODEL, [copies[0], copies[1]], max_iterations=1, progress=False)
    with pytest.raises(SpecificationError, match=r"^copy 1 still has gaps in a1, .*: impute these columns too"):
        sme.fit_imputed(MODEL, [with_gaps, with_gaps], progress=False)


@pytest.mark.parametrize("given", [pd.DataFrame({"a1": [1.0]}), [], ["a1"]])
def test_what_is_no_set_of_copies_is_refused(given):
    with pytest.raises(
        SpecificationError, match=r"^imputations= takes the completed copies of the answers, a DataFrame"
    ):
        sme.fit_imputed(MODEL, given, progress=False)


def test_fits_of_other_models_or_samples_are_not_pooled(copies):
    fit = sme.fit(MODEL, copies[0])
    with pytest.raises(SpecificationError, match=r"^fit 2 has other parameters or groups than fit 1"):
        sme.pool([fit, sme.fit("t =~ a1 + a2 + a3", copies[0])])
    with pytest.raises(SpecificationError, match=r"^fit 1 is of 400 respondents and fit 2 of 399"):
        sme.pool([fit, sme.fit(MODEL, copies[0][1:])])
    with pytest.raises(SpecificationError, match=r"^complete_df=-1"):
        sme.pool([fit, fit], complete_df=-1)


def test_pooled_tables_are_in_both_languages(pupils):
    assert "D4: Chan and Meng (2022)" in str(pupils)
    assert "依Rubin（1987）规则合并5个完整数据集（N = 301）" in pupils.to("text", "zh")


def test_tests_of_likelihoods_never_have_a_negative_increase():
    own = np.array([10.0, 11.0, 12.0])
    found = pooling.d4(own, np.array(12.5), 4)
    assert float(found.increase) == 0 and np.isinf(found.df2)
    assert float(pooling.p_value(found)) == pytest.approx(stats.chi2.sf(12.5, 4), rel=1e-12)
