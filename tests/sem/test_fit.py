"""Fitting: planted parameters come back, and what must not matter does not."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sme_sem as sme
from sem.models import POPULATIONS, central_difference, fitted_text, moments_by_hand, parameters_of, true_theta
from sme_sem.kernels import discrepancy
from sme_sem.sem.options import bootstrap_of

every_population = pytest.mark.parametrize("name", POPULATIONS)
PATHS = fitted_text(POPULATIONS["paths among constructs"])


def fit_exactly(name, **options):
    covariance, mean = moments_by_hand(POPULATIONS[name])
    means = {"mean": mean} if name == "means" else {}
    return sme.fit(fitted_text(POPULATIONS[name]), cov=covariance, n=300, **means, **options)


def fit_answers(name, n=300, seed=1, **options):
    return sme.fit(fitted_text(POPULATIONS[name]), sme.simulate(POPULATIONS[name], n, seed=seed), **options)


def values(fit, column="est"):
    return {(r["lhs"], r["op"], r["rhs"]): r[column] for r in fit.estimates().to_dict("records")}


@pytest.fixture(scope="module")
def answers():
    return sme.simulate(POPULATIONS["paths among constructs"], 300, seed=5)


@pytest.fixture(scope="module")
def fit(answers):
    return sme.fit(PATHS, answers)


# --- recovery --------------------------------------------------------------------------------------


@every_population
def test_parameters_planted_in_a_covariance_matrix_are_found_again(name):
    fit = fit_exactly(name, likelihood="wishart")
    np.testing.assert_allclose(fit.theta, true_theta(POPULATIONS[name], fit.table), atol=1e-8)
    assert fit.converged and fit.admissible


@every_population
def test_divided_by_n_the_covariances_shrink_and_nothing_else_moves(name):
    fit = fit_exactly(name)
    truth = true_theta(POPULATIONS[name], fit.table)
    covariances = {p.index for p in fit.table.parameters if p.op == "~~" and p.free}
    shrunk = [value * 299 / 300 if i in covariances else value for i, value in enumerate(truth)]
    np.testing.assert_allclose(fit.theta, shrunk, atol=1e-8)


def test_regressions_on_given_covariates_are_found_again():
    population = """
        f =~ 1*a + 0.8*b + 1.2*c
        f ~ 0.5*x + -0.3*z
        f ~~ 0.6*f
        a ~~ 0.4*a
        b ~~ 0.5*b
        c ~~ 0.6*c
        x ~~ 1.5*x + 0.4*z
        z ~~ 0.8*z
    """
    covariance, _ = moments_by_hand(population)
    found = values(sme.fit("f =~ a + b + c; f ~ x + z", cov=covariance, n=300, likelihood="wishart"))
    for term in sme.Specification.read(population).relations:
        assert found[term.lhs, term.op, term.rhs] == pytest.approx(term.fixed[0], abs=1e-8), term


@every_population
def test_a_large_sample_comes_near_its_population_within_its_own_errors(name):
    fit = fit_answers(name, n=5000, seed=11)
    truth = true_theta(POPULATIONS[name], fit.table)
    z = (fit.theta - truth) / np.sqrt(np.diagonal(fit.vcov))
    assert np.abs(z).max() < 4
    assert stats.chi2.sf((z**2).sum(), len(z)) > 1e-4


def test_ninety_five_percent_intervals_cover_the_truth_about_as_often():
    population = POPULATIONS["two constructs"]
    truth = true_theta(population, parameters_of(fitted_text(population)))
    inside = []
    for seed in range(60):
        rows = fit_answers("two constructs", n=250, seed=seed).estimates().query("free")
        inside.append((rows["ci_lower"] < truth) & (truth < rows["ci_upper"]))
    assert 0.92 < np.mean(inside) < 0.98


def test_regression_is_least_squares():
    answers = sme.simulate("y ~ 0.5*a + 0.3*b; a ~~ 0.4*b", 150, seed=2)
    fit = sme.fit("y ~ a + b; y ~ 1", answers)
    X = np.column_stack([np.ones(150), answers[["a", "b"]]])
    slopes, rss, *_ = np.linalg.lstsq(X, answers["y"])
    found = values(fit)
    assert found["y", "~1", ""] == pytest.approx(slopes[0], abs=1e-10)
    assert found["y", "~", "a"] == pytest.approx(slopes[1], rel=1e-9)
    assert found["y", "~~", "y"] == pytest.approx(rss[0] / 150, rel=1e-9)
    errors = np.sqrt(np.diagonal(np.linalg.inv(X.T @ X)) * rss[0] / 150)
    se = values(fit, "se")
    assert [se["y", "~1", ""], se["y", "~", "a"], se["y", "~", "b"]] == pytest.approx(list(errors), rel=1e-8)


# --- standard errors -------------------------------------------------------------------------------


@every_population
def test_observed_information_is_the_curvature_of_the_likelihood(name):
    fit = fit_answers(name, information="observed")

    def gradient(theta):
        return discrepancy.slope(fit.pattern, fit.sample, theta).gradient

    hessian = central_difference(gradient, fit.theta)
    np.testing.assert_allclose(fit.vcov, np.linalg.inv(fit.n * hessian / 2), rtol=1e-5, atol=1e-9)


@every_population
def test_both_kinds_of_information_agree_where_the_model_fits_perfectly(name):
    expected, observed = fit_exactly(name), fit_exactly(name, information="observed")
    np.testing.assert_allclose(observed.vcov, expected.vcov, rtol=1e-6, atol=1e-10)


def test_tests_and_intervals_follow_from_the_errors(fit):
    rows = fit.estimates().query("free")
    np.testing.assert_allclose(rows["z"], rows["est"] / rows["se"])
    np.testing.assert_allclose(rows["pvalue"], 2 * stats.norm.sf(abs(rows["z"])), rtol=1e-10)
    np.testing.assert_allclose(rows["ci_upper"] - rows["est"], 1.959963984540054 * rows["se"])
    narrow = fit.estimates(level=0.5).query("free")
    np.testing.assert_allclose(narrow["ci_upper"] - narrow["est"], 0.6744897501960817 * narrow["se"])


def test_fixed_parameters_have_no_error(fit):
    rows = fit.estimates().query("not free")
    assert len(rows) == 3
    assert rows[["se", "z", "pvalue", "ci_lower", "ci_upper"]].isna().all().all()


def test_errors_are_the_roots_of_the_diagonal_of_their_covariance_matrix(fit):
    rows = fit.estimates().query("free")
    assert list(fit.vcov.index) == list(fit.vcov.columns) == fit.table.names()
    np.testing.assert_allclose(rows["se"], np.sqrt(np.diagonal(fit.vcov)))


# --- what must not matter --------------------------------------------------------------------------


def test_a_marker_or_a_unit_variance_give_the_same_model(answers):
    text = PATHS.replace("1*", "")
    marker, unit = sme.fit(text, answers), sme.fit(text, answers, std_lv=True)
    for name in ("chisq", "df", "npar", "cfi", "rmsea", "srmr", "aic"):
        assert unit.measures()[name] == pytest.approx(marker.measures()[name], rel=1e-9), name
    a, b = values(marker, "std_all"), values(unit, "std_all")
    assert a == pytest.approx(b, rel=1e-7)


def test_another_marker_gives_the_same_model(answers, fit):
    other = sme.fit(PATHS.replace("1*t1", "NA*t1").replace("+ t2", "+ 1*t2"), answers)
    assert values(other)["trust", "=~", "t2"] == 1
    assert other.measures()["chisq"] == pytest.approx(fit.measures()["chisq"], rel=1e-9)
    assert values(other, "std_all") == pytest.approx(values(fit, "std_all"), rel=1e-7)


def test_given_covariates_or_estimated_ones_give_the_same_paths(answers):
    text = "use =~ u1 + u2 + u3; use ~ t1 + t2; g1 ~ use + t1"
    given, estimated = sme.fit(text, answers), sme.fit(text, answers, fixed_x=False)
    for name in ("chisq", "df", "cfi", "rmsea", "srmr"):
        assert estimated.measures()[name] == pytest.approx(given.measures()[name], rel=1e-9), name
    assert estimated.measures()["npar"] == given.measures()["npar"] + 3
    for column in ("est", "std_all"):
        assert values(given, column) == pytest.approx(values(estimated, column), rel=1e-7)
    a, b = values(given, "se"), values(estimated, "se")
    for key in a:
        if key[1] in ("=~", "~") and np.isfinite(a[key]):
            assert a[key] == pytest.approx(b[key], rel=1e-7), key


def test_dividing_by_n_minus_one_changes_what_theory_says(answers):
    normal, wishart = sme.fit(PATHS, answers), sme.fit(PATHS, answers, likelihood="wishart")
    ratio = 300 / 299
    assert wishart.measures()["chisq"] == pytest.approx(normal.measures()["chisq"] / ratio, rel=1e-9)
    assert wishart.measures()["srmr"] == pytest.approx(normal.measures()["srmr"], rel=1e-7)
    a, b = values(normal), values(wishart)
    ea, eb = values(normal, "se"), values(wishart, "se")
    for key in a:
        factor = ratio if key[1] == "~~" else 1
        assert b[key] == pytest.approx(a[key] * factor, rel=1e-6), key
        if np.isfinite(ea[key]):
            assert eb[key] == pytest.approx(ea[key] * factor * np.sqrt(ratio), rel=1e-6), key


def test_answers_and_their_covariances_give_the_same_fit(answers, fit):
    from_matrix = sme.fit(PATHS, cov=answers.cov(), n=300)
    np.testing.assert_allclose(from_matrix.theta, fit.theta, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(from_matrix.vcov, fit.vcov, rtol=1e-8, atol=1e-12)
    with_means = sme.fit(PATHS, cov=answers.cov(), mean=answers.mean(), n=300)
    raw = sme.fit(PATHS, answers, meanstructure=True)
    assert values(with_means) == pytest.approx(values(raw), rel=1e-7, abs=1e-9)


def test_the_order_of_rows_and_columns_does_not_matter(answers, fit):
    shuffled = answers.sample(frac=1, random_state=1)[sorted(answers.columns, reverse=True)]
    assert values(sme.fit(PATHS, shuffled)) == pytest.approx(values(fit), rel=1e-8)


def test_columns_that_the_model_does_not_name_are_ignored(answers, fit):
    odd = answers.assign(text="a", hole=np.nan, constant=1)
    assert values(sme.fit(PATHS, odd)) == values(fit)


def test_respondents_with_a_missing_answer_are_set_aside(answers):
    holes = answers.copy()
    holes.iloc[[3, 50], 1] = np.nan
    fit = sme.fit(PATHS, holes)
    assert fit.n == 298
    assert values(fit) == pytest.approx(values(sme.fit(PATHS, answers.drop(index=[3, 50]))), rel=1e-12)


def test_a_specification_and_its_text_give_the_same_fit(answers, fit):
    assert values(sme.fit(sme.Specification.read(PATHS), answers)) == values(fit)


def test_start_values_change_the_way_and_not_the_end(answers, fit):
    started = sme.fit(PATHS.replace("use ~ trust", "use ~ start(-0.4)*trust"), answers)
    assert values(started) == pytest.approx(values(fit), rel=1e-7)


def test_chinese_names_are_names(answers, fit):
    chinese = {"trust": "信任", "use": "使用", "gain": "收获", "t1": "题1", "u2": "题二"}
    renamed = sme.fit(fit.specification.rename(chinese), answers.rename(columns=chinese))
    np.testing.assert_array_equal(renamed.theta, fit.theta)
    assert "信任" in set(renamed.estimates()["lhs"])


def test_equal_parameters_are_equal_and_cost_one_degree_of_freedom(answers):
    free = sme.fit(PATHS, answers)
    equal = sme.fit(PATHS + "\n trust =~ a*t2; use =~ a*u2", answers)
    rows = values(equal)
    assert rows["trust", "=~", "t2"] == rows["use", "=~", "u2"]
    assert equal.measures()["df"] == free.measures()["df"] + 1
    assert equal.measures()["chisq"] > free.measures()["chisq"]


def test_a_second_order_construct_above_three_is_their_covariances_in_other_words():
    answers = sme.simulate(POPULATIONS["second order"], 300, seed=2)
    first = "f1 =~ a1 + a2 + a3; f2 =~ b1 + b2 + b3; f3 =~ c1 + c2 + c3"
    flat, above = sme.fit(first, answers), sme.fit(first + "; general =~ f1 + f2 + f3", answers)
    assert above.measures()["chisq"] == pytest.approx(flat.measures()["chisq"], rel=1e-9)
    np.testing.assert_allclose(above.implied(), flat.implied(), rtol=1e-7)


# --- the record ------------------------------------------------------------------------------------


def test_a_fit_knows_what_was_fitted(fit):
    assert fit.n == 300
    assert fit.latent == ("trust", "use", "gain")
    assert set(fit.observed) == {f"{c}{i}" for c in "tug" for i in (1, 2, 3)}
    assert fit.estimator == "ML"
    assert str(fit.specification).startswith("trust =~ 1.0*t1 + t2 + t3")


def test_a_fit_cannot_be_changed(fit):
    with pytest.raises(AttributeError):
        fit.theta = np.zeros(3)


def test_the_columns_of_the_estimates_are_those_of_the_field(fit):
    assert list(fit.estimates().columns) == (
        "lhs op rhs group label free est se z pvalue ci_lower ci_upper std_lv std_all".split()
    )
    assert list(fit.standardized().columns) == "lhs op rhs group est_std se z pvalue ci_lower ci_upper".split()


def test_residuals_are_the_sample_s_correlations_less_the_implied_ones(fit, answers):
    own = answers[list(fit.observed)].corr()
    sd = np.sqrt(np.diagonal(fit.implied()))
    pd.testing.assert_frame_equal(fit.residuals(), own - fit.implied() / np.outer(sd, sd))


def test_construct_correlations_are_the_standardized_covariances():
    fit = fit_answers("two constructs")
    found = fit.construct_correlations()
    assert found.loc["trust", "use"] == pytest.approx(values(fit, "std_all")["trust", "~~", "use"])
    np.testing.assert_allclose(np.diagonal(found), 1)


def test_direct_and_indirect_effects_add_up_to_the_total(fit):
    effects = fit.effects("gain", "trust").set_index("effect")["est"]
    b = values(fit)
    assert effects["direct"] == b["gain", "~", "trust"]
    assert effects["indirect"].sum() == pytest.approx(b["use", "~", "trust"] * b["gain", "~", "use"])
    assert effects["total"] == pytest.approx(effects["direct"] + effects["indirect"].sum())


def test_an_indirect_effect_is_a_defined_product(answers, fit):
    text = PATHS.replace("use ~ trust", "use ~ a*trust").replace("+ use", "+ b*use") + "\nab := a*b"
    row = sme.fit(text, answers).estimates().set_index("lhs").loc["ab"]
    effect = fit.effects("gain", "trust").query("effect == 'indirect'").iloc[0]
    assert row["est"] == pytest.approx(effect["est"])
    assert row["se"] == pytest.approx(effect["se"])


def test_it_prints_its_numbers(fit):
    assert f"{fit.measures()['chisq']:.2f}"[:4] in str(fit)
    assert fit.summary() == str(fit)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"group_equal": 3}, r"^group_equal=3: give a text, or a list of texts, such as group_equal=\['loadings'\]\.$"),
        ({"group_equal": [3]}, r"^group_equal=\[3\]: give a text, or a list of texts"),
        (
            {"group_partial": 3},
            r"^group_partial=3: give a text, or a list of texts, such as group_partial=\['x3 ~ 1'\]",
        ),
        ({"effect_coding": 3}, r"^effect_coding=3: give a text, or a list of texts, such as effect_coding"),
        ({"ordered": 3}, r"^ordered=3: give a text, or a list of texts, such as ordered=\['q1'\]\.$"),
        (
            {"group": ["school"]},
            r"^group must be the name of a column of the data, such as group='region', not list\.$",
        ),
        ({"weights": np.ones(3)}, r"^weights must be the name of a column of the data, .*, not ndarray\.$"),
        ({"cluster": [1, 2]}, r"^cluster must be the name of a column of the data, .*, not list\.$"),
        ({"std_lv": "no"}, r"^std_lv='no': give True or False\.$"),
        ({"orthogonal": "no"}, r"^orthogonal='no': give True or False\.$"),
        ({"fixed_x": 0}, r"^fixed_x=0: give True or False\.$"),
        ({"meanstructure": "yes"}, r"^meanstructure='yes': give True or False\.$"),
        ({"group_equal": "loadings"}, r"^group_equal= is about several groups, and here is one: "),
        ({"group_partial": "use ~ trust"}, r"^group_partial= is about several groups, and here is one: "),
        ({"max_iterations": "many"}, r"^max_iterations='many': give how many steps a search may take"),
        ({"max_iterations": -1}, r"^max_iterations=-1: give how many steps a search may take"),
    ],
)
def test_an_option_of_another_kind_is_refused_with_an_example(answers, options, message):
    with pytest.raises(sme.SpecificationError, match=message):
        sme.fit(PATHS, answers, **options)


def test_switches_and_counts_of_numpy_are_taken(answers):
    own = sme.fit(PATHS, answers, std_lv=np.bool_(True), starts=np.int64(2), seed=1, max_iterations=np.int64(200))
    assert own.options.std_lv is True
    assert own.options.starts == 2
    assert bootstrap_of(np.int64(20), None) == 20
