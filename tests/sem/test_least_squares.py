"""Least squares: against lavaan, the textbook's matrices, planted truths, and what must and must not matter.

lavaan stands at its optimum to 1e-13 in every case of ``least_squares.json``, so 1e-6 is generous.  lavaan weighs
groups by n_g / N in its standard errors and by (n_g - 1) / (N - G) in its estimates, which differ by a relative 1e-5
unless groups are of equal size; here both are weighed by the latter.
"""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import linalg, stats

import sme_sem as sme
from sem.holzinger import FOLDER, ITEMS, MODEL, assert_same, column, keyed, pupils, pupils_with_gaps
from sem.models import POPULATIONS, central_difference, fitted_text, moments_by_hand
from sem.test_references import summary
from sem.test_robust import SETTINGS, TEXT, heavy_tailed
from sme_sem.kernels import gamma, ram
from sme_sem.sem import least_squares as sem_least_squares
from sme_sem.sem.estimators import ESTIMATORS

REFERENCE = json.loads((FOLDER / "least_squares.json").read_text("utf-8"))["cases"]
PLAIN = ["GLS", "ULS", "WLS", "DWLS"]
ROBUST = ["ULSM", "ULSMV", "ULSMVS", "WLSM", "WLSMV", "WLSMVS"]
every_case = pytest.mark.parametrize("case", REFERENCE)
every_setting = pytest.mark.parametrize("options", SETTINGS.values(), ids=SETTINGS)
every_plain_estimator = pytest.mark.parametrize("estimator", PLAIN)
every_estimator = pytest.mark.parametrize("estimator", [*PLAIN, *ROBUST])


# --- against lavaan --------------------------------------------------------------------------------


@cache
def fitted(name):
    case = REFERENCE[name]
    if "covariance" in case:
        return sme.fit("\n".join(case["model"]), **summary(case), **case["options"])
    answers = pupils()
    if "each" in case:
        answers = answers.groupby("school").head(case["each"])
    return sme.fit("\n".join(case["model"]), answers, **case["options"])


def differing(ours, theirs, tolerance):
    """{what: (ours, theirs)} where two sets of numbers are not the same; NaN stands for None."""
    theirs = {key: np.nan if value is None else value for key, value in theirs.items()}
    same = {k: np.isclose(ours[k], v, rtol=tolerance, atol=tolerance, equal_nan=True) for k, v in theirs.items()}
    return {key: (ours[key], theirs[key]) for key in theirs if not same[key]}


@every_case
def test_estimates_agree_with_lavaan(case):
    assert REFERENCE[case]["largest_gradient"] < 1e-13
    ours = column(fitted(case))
    theirs = {tuple(key): est for *key, est, _ in REFERENCE[case]["parameters"]}
    assert len(theirs) == len(fitted(case).estimates())
    assert not differing(ours, theirs, 1e-6)


@pytest.mark.parametrize("case", [case for case in REFERENCE if case != "unequal_groups_gls"])
def test_standard_errors_agree_with_lavaan(case):
    theirs = {tuple(key): se for *key, _, se in REFERENCE[case]["parameters"]}
    assert not differing(column(fitted(case), "se"), theirs, 1e-6)


@every_case
def test_fit_measures_agree_with_lavaan(case):
    theirs = REFERENCE[case]["measures"]
    assert len(theirs) >= 22
    assert not differing(fitted(case).measures(), theirs, 1e-6)


@pytest.mark.parametrize("case", [case for case in REFERENCE if "modification_indices" in REFERENCE[case]])
def test_modification_indices_agree_with_lavaan(case):
    ours = keyed(fitted(case).modification_indices())
    for *key, mi, epc in REFERENCE[case]["modification_indices"]:
        row = ours[tuple(key)]
        assert (row["mi"], row["epc"]) == pytest.approx((mi, epc), rel=1e-5), key


# --- against the textbook's matrices ---------------------------------------------------------------


WEIGHTS = {
    "GLS": lambda free, normal: np.linalg.inv(normal),
    "ULS": lambda free, normal: np.eye(len(free)),
    "WLS": lambda free, normal: np.linalg.inv(free),
    "DWLS": lambda free, normal: np.diag(1 / np.diagonal(normal)),
    "DWLS of answers": lambda free, normal: np.diag(1 / np.diagonal(free)),
}


class Book:
    """Residuals e, slopes Delta (by finite differences), V and both kinds of Gamma over all groups, formed in full."""

    def __init__(self, fit, weight):
        means, answers = fit.pattern.means, fit.moments.answers
        self.total = fit.n - len(answers)
        shares = [(len(own) - 1) / self.total for own in answers]

        def stacked(centres, covariances):
            parts = [[m, vech(S)] if means else [vech(S)] for m, S in zip(centres, covariances)]
            return np.concatenate([x for part in parts for x in part])

        def model(theta):
            implied = ram.implied(fit.pattern, theta, fit.sample.covariance, fit.moments.mean)
            return stacked(implied.mu, implied.sigma)

        S = [np.cov(own, rowvar=False) for own in answers]
        self.e = stacked([own.mean(axis=0) for own in answers], S) - model(fit.theta)
        self.Delta = central_difference(model, fit.theta)
        free = [gamma.distribution_free(own, means=means) for own in answers]
        normal = [gamma.normal_theory(own, means=means) for own in S]
        self.V = linalg.block_diag(*(w * WEIGHTS[weight](*both) for w, *both in zip(shares, free, normal)))
        self.Gamma = linalg.block_diag(*(own / w for w, own in zip(shares, free)))
        self.NormalGamma = linalg.block_diag(*(own / w for w, own in zip(shares, normal)))
        self.bread = np.linalg.inv(self.Delta.T @ self.V @ self.Delta)

    def sandwich(self, middle):
        left = self.bread @ self.Delta.T @ self.V
        return left @ middle @ left.T / self.total

    def traces(self):
        U = self.V - self.V @ self.Delta @ self.bread @ self.Delta.T @ self.V
        product = U @ self.Gamma
        return np.trace(product), np.trace(product @ product)


def vech(matrix):
    return np.concatenate([matrix[i:, i] for i in range(len(matrix))])


def fit_and_book(estimator, options, **changes):
    fit = sme.fit(TEXT, heavy_tailed(400), estimator=estimator, **options, **changes)
    own = ESTIMATORS[estimator].discrepancy
    robust = estimator in ROBUST or changes.get("se") == "robust"
    return fit, Book(fit, "DWLS of answers" if own == "DWLS" and robust else own)


@pytest.mark.parametrize("estimator", ["GLS", "WLS", "ULSM", "WLSM"])
@every_setting
def test_the_estimates_minimise_the_weighted_squares_and_the_plain_test_is_their_minimum(estimator, options):
    fit, book = fit_and_book(estimator, options)
    slopes = book.Delta.T @ book.V
    assert abs(slopes @ book.e).max() < 1e-8 * abs(slopes).max()
    assert fit.measures()["chisq"] == pytest.approx(book.total * book.e @ book.V @ book.e, rel=1e-9)


@every_plain_estimator
@every_setting
def test_plain_errors_are_the_sandwich_of_normal_theory(estimator, options):
    fit, book = fit_and_book(estimator, options)
    middle = book.Gamma if estimator == "WLS" else book.NormalGamma
    np.testing.assert_allclose(fit.vcov, book.sandwich(middle), rtol=1e-6, atol=1e-9)


@every_plain_estimator
@every_setting
def test_robust_errors_are_the_sandwich_of_the_answers_own_gamma(estimator, options):
    fit, book = fit_and_book(estimator, options, se="robust")
    np.testing.assert_allclose(fit.vcov, book.sandwich(book.Gamma), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("estimator", ["ULS", "DWLS"])
@every_setting
def test_browne_s_statistic_is_what_no_parameter_can_take_up(estimator, options):
    fit, book = fit_and_book(estimator, options)
    C = linalg.null_space(book.Delta.T)
    rest = C.T @ book.e
    expected = book.total * rest @ np.linalg.solve(C.T @ book.NormalGamma @ C, rest)
    assert fit.measures()["chisq"] == pytest.approx(expected, rel=1e-6)
    assert fit.measures()["pvalue"] == pytest.approx(stats.chi2.sf(expected, C.shape[1]), rel=1e-5)


@pytest.mark.parametrize("family", [("ULSM", "ULSMV", "ULSMVS"), ("WLSM", "WLSMV", "WLSMVS")], ids=["ULS", "DWLS"])
@every_setting
def test_the_scaled_tests_are_traces_of_the_textbook_s_matrices(family, options):
    fit, book = fit_and_book(family[0], options)
    scaled, shifted, adjusted = (sme.fit(TEXT, heavy_tailed(400), estimator=e, **options).measures() for e in family)
    trace, squared = book.traces()
    T, df = fit.measures()[["chisq", "df"]]
    assert abs(trace / df - 1) > 0.1  # far enough from one to show a mistake
    assert scaled["chisq_scaling_factor"] == pytest.approx(trace / df, rel=1e-6)
    assert scaled["chisq_scaled"] == pytest.approx(T * df / trace, rel=1e-6)
    a = np.sqrt(df / squared)
    assert shifted["chisq_scaled"] == pytest.approx(a * T + df - a * trace, rel=1e-6)
    assert adjusted["df_scaled"] == pytest.approx(trace**2 / squared, rel=1e-6)
    assert adjusted["chisq_scaled"] == pytest.approx(T * trace / squared, rel=1e-6)


@every_setting
def test_generalized_least_squares_can_be_tested_robustly_too(options):
    fit, book = fit_and_book("GLS", options, test="satorra_bentler")
    factor = book.traces()[0] / fit.measures()["df"]
    assert factor > 1.1
    assert fit.measures()["chisq_scaling_factor"] == pytest.approx(factor, rel=1e-6)


# --- what must and must not matter -----------------------------------------------------------------


@pytest.mark.parametrize("estimator", ["GLS", "WLS", "DWLS", *ROBUST[3:]])
def test_units_change_nothing_but_the_units(estimator):
    answers, units = heavy_tailed(400).drop(columns="region"), np.array([10, 1, 0.1, 3, 1, 0.2])
    plain, rescaled = (sme.fit(TEXT, x, estimator=estimator) for x in (answers, answers * units + 5))
    np.testing.assert_allclose(rescaled.implied(), plain.implied() * np.outer(units, units), rtol=1e-7)
    assert_same(column(rescaled, "std_all"), column(plain, "std_all"), rtol=1e-7)
    assert_same(column(rescaled, "z"), column(plain, "z"), rtol=1e-6)
    assert not differing(rescaled.measures(), plain.measures()[["chisq", "cfi", "rmsea", "srmr"]].to_dict(), 1e-7)


APART, TINY, HUGE = (-6, 6, 3, -3, 0, -5), (-6,) * 6, (6,) * 6


@pytest.mark.parametrize(
    ("estimator", "exponents"),
    [*((e, APART) for e in ("GLS", "WLS", "WLSMV", "MLM")), *((e, u) for e in ("ULS", "ULSMV") for u in (TINY, HUGE))],
)
def test_units_may_be_as_far_apart_as_answers_and_turnovers(estimator, exponents):
    # unweighted least squares is for items of one unit, whichever that is
    answers, units = heavy_tailed(400).drop(columns="region"), 10.0 ** np.array(exponents, dtype=float)
    plain, rescaled = (sme.fit(TEXT, x, estimator=estimator) for x in (answers, answers * units))
    assert_same(column(rescaled, "z"), column(plain, "z"), rtol=1e-6)
    statistic = "chisq_scaled" if plain.options.method.scaled else "chisq"
    assert rescaled.measures()[statistic] == pytest.approx(plain.measures()[statistic], rel=1e-7)
    assert rescaled.measures().notna().equals(plain.measures().notna())


def test_unweighted_least_squares_depends_on_units():
    answers = heavy_tailed(400).drop(columns="region")
    plain, rescaled = (sme.fit(TEXT, x, estimator="ULS") for x in (answers, answers * [10, 1, 0.1, 3, 1, 0.2]))
    assert abs(rescaled.measures()["chisq"] - plain.measures()["chisq"]) > 0.1


@every_estimator
def test_a_saturated_model_reproduces_the_covariances_and_has_no_chi_square(estimator):
    answers = heavy_tailed(400)
    fit = sme.fit("trust =~ t1 + t2 + t3", answers, estimator=estimator)
    np.testing.assert_allclose(fit.implied(), answers[["t1", "t2", "t3"]].cov(), rtol=1e-8)
    measures = fit.measures()
    assert measures["df"] == 0
    assert measures["chisq"] == pytest.approx(0, abs=1e-9)
    assert measures.get("chisq_scaled", 0) == pytest.approx(0, abs=1e-9)


def test_with_the_inverse_of_gamma_as_weight_robust_errors_and_tests_are_the_plain_ones():
    plain = sme.fit(TEXT, heavy_tailed(400), estimator="WLS")
    robust = sme.fit(TEXT, heavy_tailed(400), estimator="WLS", se="robust", test="satorra_bentler")
    np.testing.assert_allclose(robust.vcov, plain.vcov, rtol=1e-8, atol=1e-12)
    assert robust.measures()["chisq_scaling_factor"] == pytest.approx(1, rel=1e-8)


@pytest.mark.parametrize("estimator", ["GLS", "WLS"])
def test_with_many_normal_answers_the_efficient_estimators_are_maximum_likelihood(estimator):
    answers = sme.simulate(POPULATIONS["two constructs"], 20_000, seed=8)
    ours, ml = (sme.fit(TEXT, answers, estimator=e) for e in (estimator, "ML"))
    own, errors = column(ours), column(ml, "se")
    for key, value in column(ml).items():
        if not np.isnan(errors[key]):
            assert own[key] == pytest.approx(value, abs=0.15 * errors[key]), key
    assert_same(column(ours, "se"), errors, rtol=0.03)
    assert ours.measures()["chisq"] == pytest.approx(ml.measures()["chisq"], abs=0.5)


@pytest.mark.parametrize("estimator", ["GLS", "ULS", "DWLS"])
def test_a_covariance_matrix_serves_as_well_as_the_answers_behind_it(estimator):
    answers = heavy_tailed(400).drop(columns="region")
    theirs = sme.fit(TEXT, answers, estimator=estimator)
    ours = sme.fit(TEXT, cov=answers.cov(), n=400, estimator=estimator)
    np.testing.assert_allclose(ours.vcov, theirs.vcov, rtol=1e-9, atol=1e-12)
    assert not differing(ours.measures(), theirs.measures().to_dict(), 1e-9)


@every_plain_estimator
def test_covariates_are_estimated_whether_or_not_they_are_given(estimator):
    text = "use =~ u1 + u2 + u3; use ~ t1 + t2"
    given, estimated = (sme.fit(text, heavy_tailed(400), estimator=estimator, fixed_x=x) for x in (True, False))
    pd.testing.assert_frame_equal(given.estimates(), estimated.estimates())
    assert keyed(given.estimates())["t1", "~~", "t2", ""]["se"] > 0


# --- planted truths --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", POPULATIONS)
@pytest.mark.parametrize("estimator", ["GLS", "ULS", "DWLS"])
def test_the_covariances_of_a_population_give_its_parameters_back(estimator, name):
    cov, mean = moments_by_hand(POPULATIONS[name])
    mean = mean if name == "means" else None
    fit = sme.fit(fitted_text(POPULATIONS[name]), cov=cov, mean=mean, n=300, estimator=estimator)
    truth = {(t.lhs, t.op, t.rhs, ""): t.fixed[0] for t in sme.Specification.read(POPULATIONS[name]).relations}
    assert not differing(column(fit), truth, 1e-6)
    assert fit.measures()["chisq"] == pytest.approx(0, abs=1e-8)


@every_estimator
def test_answers_from_a_population_give_its_parameters_back_within_their_errors(estimator):
    answers = sme.simulate(POPULATIONS["two constructs"], 3000, seed=12)
    fit = sme.fit(fitted_text(POPULATIONS["two constructs"]), answers, estimator=estimator)
    ours, truth = keyed(fit.estimates()), sme.Specification.read(POPULATIONS["two constructs"]).relations
    z = [(row["est"] - t.fixed[0]) / row["se"] for t in truth if (row := ours[t.lhs, t.op, t.rhs, ""])["se"] > 0]
    assert len(z) == 13
    assert 0.5 < np.sqrt(np.mean(np.square(z))) < 1.6
    name = "pvalue_scaled" if estimator in ROBUST else "pvalue"
    assert fit.measures()[name] > 0.01


# --- what an estimator's name stands for -----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("ULSM", {"estimator": "ULS", "se": "robust", "test": "robust"}),
        ("ULSMV", {"estimator": "ULS", "se": "robust.sem", "test": "scaled.shifted"}),
        ("ULSMVS", {"estimator": "ULS", "se": "robust_sem", "test": "mean_var_adjusted"}),
        ("WLSM", {"estimator": "DWLS", "se": "robust", "test": "satorra.bentler"}),
        ("WLSMV", {"estimator": "DWLS", "se": "robust_sem", "test": "scaled_shifted"}),
        ("WLSMVS", {"estimator": "DWLS", "se": "robust_sem", "test": "mean.var.adjusted"}),
        ("ULS", {"estimator": "ULS", "se": "standard", "test": "standard"}),
        ("DWLS", {"estimator": "DWLS", "se": "standard", "test": "browne.residual.nt"}),
        ("MLM", {"estimator": "ML", "se": "robust", "test": "robust"}),
        ("MLR", {"estimator": "ML", "se": "robust.huber.white", "test": "yuan.bentler.mplus"}),
        ("MLF", {"estimator": "ML", "se": "first.order"}),
    ],
    ids=str,
)
def test_an_estimator_is_a_discrepancy_with_its_errors_and_test(name, spelled):
    short, long = sme.fit(MODEL, pupils(), estimator=name), sme.fit(MODEL, pupils(), **spelled)
    pd.testing.assert_frame_equal(short.estimates(), long.estimates())
    pd.testing.assert_series_equal(short.measures(), long.measures())


def test_errors_can_be_left_out():
    fit = sme.fit(MODEL, pupils(), estimator="ULS", se="none")
    assert fit.estimates()["se"].isna().all()
    assert_same(column(fit), column(sme.fit(MODEL, pupils(), estimator="ULS")), rtol=1e-12)


def refusal(error, *args, **options):
    with pytest.raises(error) as caught:
        sme.fit(MODEL, *args, **options)
    return str(caught.value)


SE = "'standard', 'robust', 'robust_sem', 'robust_huber_white', 'first_order', 'none'"
TESTS = (
    "'standard', 'robust', 'satorra_bentler', 'scaled_shifted', 'mean_var_adjusted', 'yuan_bentler', "
    "'yuan_bentler_mplus', 'browne_residual_nt', 'browne_residual_adf'"
)
BOLLEN_STINE = "Bollen and Stine's is sme.bootstrap(fit, kind='bollen-stine')."
REFUSED = {
    "an unknown name of errors": (
        {"se": "sandwich"},
        f"se='sandwich' is not available; it can be {SE}. 'bootstrap' takes them from samples.",
    ),
    "an unknown name of a test": (
        {"test": "bollen.stine"},
        f"test='bollen.stine' is not available; it can be {TESTS}. {BOLLEN_STINE}",
    ),
    "several tests at once": (
        {"test": ["scaled.shifted", "satorra.bentler"]},
        "test='scaled.shifted', 'satorra.bentler': a fit has one test beside the plain one; take one, and "
        "fit.model_tests() gives the others.",
    ),
    "errors from a likelihood": (
        {"estimator": "GLS", "se": "robust_huber_white"},
        "se='robust_huber_white' rests on a likelihood; estimator='GLS' has none: take se='robust_sem'.",
    ),
    "errors from scores": (
        {"estimator": "WLSMV", "se": "first.order"},
        "se='first.order' rests on a likelihood; estimator='WLSMV' has none: take se='robust_sem'.",
    ),
    "a test from a likelihood": (
        {"estimator": "ULS", "test": "yuan.bentler.mplus"},
        "test='yuan_bentler_mplus' rests on a likelihood, which estimator='ULS' does not have; take "
        "test='satorra_bentler'.",
    ),
    "observed information": (
        {"estimator": "DWLS", "information": "observed"},
        "estimator='DWLS' knows the expected information only.",
    ),
    "answers with gaps": (
        {"estimator": "GLS", "missing": "fiml"},
        "estimator='GLS' needs complete answers; with missing='fiml' use 'ML' or 'MLR'.",
    ),
}


@pytest.mark.parametrize(("options", "message"), REFUSED.values(), ids=REFUSED)
def test_what_an_estimator_cannot_do_is_said(options, message):
    assert refusal(sme.SpecificationError, pupils_with_gaps(), **options) == message


def test_an_unknown_estimator_is_told_which_there_are():
    message = refusal(sme.SpecificationError, pupils(), estimator="glx")
    assert message == f"estimator='glx' is not available; it can be {', '.join(map(repr, ESTIMATORS))}."
    assert set(PLAIN + ROBUST) < set(ESTIMATORS)


@pytest.mark.parametrize(
    "options", [{"estimator": e} for e in ("WLS", *ROBUST)] + [{"estimator": "GLS", "se": "robust"}]
)
def test_a_covariance_matrix_is_refused_where_the_answers_themselves_are_needed(options):
    message = refusal(sme.SpecificationError, cov=pupils()[ITEMS].cov(), n=301, **options)
    name = options["estimator"]
    assert message == f"estimator={name!r} needs the answers themselves: give data=, or take 'ML' with cov=."


@pytest.mark.parametrize(("n", "options"), [(45, {}), (54, {"meanstructure": True})])
def test_a_weight_of_too_many_moments_for_the_respondents_is_refused(n, options):
    assert refusal(sme.DataProblem, pupils().head(n), estimator="WLS", **options) == (
        f"estimator='WLS' weighs {n} moments by the inverse of their covariance matrix, which {n} respondents cannot "
        f"tell: it needs more than {n} in every group, and several times as many to be trusted. Take estimator='DWLS', "
        "'ULSM' or 'MLR'."
    )


def test_the_smallest_group_counts():
    answers = pd.concat([own.head(n) for n, (_, own) in zip((100, 50), pupils().groupby("school", sort=False))])
    message = refusal(sme.DataProblem, answers, estimator="WLS", group="school")
    assert message.startswith("estimator='WLS' weighs 54 moments by the inverse of their covariance matrix, which 50 ")


def test_a_weight_of_moments_that_follow_from_others_is_refused():
    """The variance of a yes or no follows from its mean."""
    answers = pupils().assign(x1=(pupils()["x1"] > 4.5).astype(float))
    assert refusal(sme.DataProblem, answers, estimator="WLS", meanstructure=True) == (
        "estimator='WLS' needs the inverse of the covariance matrix of all moments, which is singular: some moments "
        "follow from others, as with answers that take two values only. Take estimator='DWLS', 'ULSM' or 'MLR'."
    )


@pytest.mark.parametrize("estimator", ["WLS", "WLSMV"])
@pytest.mark.parametrize("means", [None, True])
def test_an_item_without_sampling_error_of_its_variance_is_refused(estimator, means):
    rng = np.random.default_rng(1)
    answers = pd.DataFrame(rng.standard_normal((600, 1)) + rng.standard_normal((600, 4)), columns=list("abcd"))
    answers["a"] = np.tile([0.0, 1.0], 300)
    with pytest.raises(sme.DataProblem, match="the variance of 'a' has no sampling error"):
        sme.fit("f =~ b + a + c + d", answers, estimator=estimator, meanstructure=means)


@pytest.mark.parametrize("test", ["satorra_bentler", "scaled.shifted", "mean_var_adjusted", "browne_residual_adf"])
def test_tests_of_complete_answers_are_refused_where_there_are_gaps(test):
    with pytest.raises(sme.SpecificationError, match="needs complete answers"):
        sme.fit("f =~ x1 + x2 + x3 + x4", pupils(), missing="fiml", test=test)


@pytest.mark.parametrize("estimator", ["ULSM", "WLSMV"])
def test_a_statistic_without_a_distribution_has_no_p_value(estimator):
    measures = sme.fit("f =~ x1 + x2 + x3 + x4", pupils(), estimator=estimator).measures()
    assert np.isnan(measures["pvalue"])
    assert measures["pvalue_scaled"] > 0


@pytest.mark.parametrize(("item", "expected"), [("x1", 9.6143), ("x3", 12.2612)])
@pytest.mark.parametrize("times", [20.0, 30.0])
def test_scaled_tests_keep_their_digits_where_one_item_has_a_large_unit(item, times, expected):
    """lavaan 0.6-14 gives 9.613 and 9.615 for x1; U Gamma formed in full, with U by singular values, the same.

    Unweighted least squares fit other moments as units change, so the statistic moves, and settles.
    """
    answers = pupils()[["x1", "x2", "x3", "x4"]]
    fit = sme.fit("f =~ x1 + x2 + x3 + x4", answers.assign(**{item: times * answers[item]}), estimator="ULSMV")
    assert fit.measures()["chisq_scaled"] == pytest.approx(expected, abs=2e-3)
    slopes = fit.pattern, fit.sample, fit.theta
    D = sem_least_squares.moment_slopes(*slopes)[0]
    scale = np.linalg.norm(D, axis=1)
    basis = linalg.svd((D / scale[:, None]).T, full_matrices=False)[0]
    left = np.eye(len(basis)) - basis @ basis.T
    projected = left @ gamma.distribution_free(fit.moments.answers[0], means=False) @ left
    traces = np.trace(projected), (projected**2).sum()
    df = fit.measures()["df"]
    factor = np.sqrt(traces[1] / df)
    by_hand = fit.measures()["chisq"] / factor + df - traces[0] / factor
    assert fit.measures()["chisq_scaled"] == pytest.approx(by_hand, rel=1e-6)


@pytest.mark.parametrize("estimator", ["ULS", "DWLS"])
def test_the_test_is_free_of_the_distribution_where_the_errors_are(estimator):
    """As in lavaan 0.7; a test that is named stays."""
    text, answers = "f =~ x1 + x2 + x3; g =~ x4 + x5 + x6", pupils()
    robust = sme.fit(text, answers, estimator=estimator, se="robust")
    assert robust.options.method.test == "browne_residual_adf"
    named = sme.fit(text, answers, estimator=estimator, se="robust", test="browne_residual_adf")
    assert robust.measures()["chisq"] == named.measures()["chisq"]
    plain = sme.fit(text, answers, estimator=estimator, se="robust", test="standard")
    assert plain.options.method.test == "browne_residual_nt"
