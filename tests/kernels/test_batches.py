"""The one promise every kernel makes: a batch is its members, side by side."""

import numpy as np
import pytest

from sem.models import POPULATIONS, fitted_text, parameters_of, true_theta
from sme_sem.kernels import (
    agreement,
    alignment,
    chained_equations,
    components,
    discrepancy,
    factors,
    fit_indices,
    hierarchical,
    intraclass,
    linalg,
    panel,
    pooling,
    ram,
    reliability,
    retention,
    rotation,
    scores,
)

MEMBERS = 6


class Model:
    """A model's kernels as functions of covariance, mean and parameters, and inputs near its population."""

    def __init__(self, name, **options):
        self.table = parameters_of(fitted_text(POPULATIONS[name]), **options)
        self.pattern = self.table.pattern
        self.truth = true_theta(POPULATIONS[name], self.table)
        self.p, self.G = self.pattern.observed, self.pattern.groups

    def theta(self, *batch):
        rng = np.random.default_rng(7)
        return self.truth + rng.uniform(-0.05, 0.05, size=(*batch, len(self.truth)))

    def covariance(self, *batch):
        half = np.random.default_rng(20240607).normal(size=(*batch, self.G, self.p, 4 * self.p))
        return half @ half.mT / (4 * self.p)

    def mean(self, *batch):
        return np.random.default_rng(3).normal(size=(*batch, self.G, self.p))

    def share(self, *batch):
        return np.ones((*batch, self.G)) / self.G

    def sample(self, covariance, mean):
        share = np.full(covariance.shape[:-2], 1 / self.G)
        return discrepancy.Sample(covariance, mean if self.pattern.means else None, share)

    def implied(self, theta):
        return ram.implied(self.pattern, theta)

    def jacobian(self, theta):
        return ram.jacobian(self.pattern, self.implied(theta))

    def value(self, covariance, mean, theta):
        return discrepancy.value(self.pattern, self.sample(covariance, mean), theta)

    def slope(self, covariance, mean, theta):
        return discrepancy.slope(self.pattern, self.sample(covariance, mean), theta)

    def exact_slope(self, covariance, mean, theta):
        sample = self.sample(covariance, mean)
        return discrepancy.slope(self.pattern, sample, theta, exact=True)

    def kernels(self):
        moments = [self.covariance, self.mean, self.theta]
        return [
            (self.implied, [self.theta]),
            (self.jacobian, [self.theta]),
            (self.value, moments),
            (self.slope, moments),
            (self.exact_slope, moments),
        ]


def covariances(*batch, p=4):
    half = np.random.default_rng(1).normal(size=(*batch, p, 5 * p))
    return half @ half.mT / (5 * p) + 0.3


def implied_covariances(*batch, p=4):
    return covariances(*batch, p=p) + 0.2 * np.eye(p)


def correlations(*batch):
    return linalg.correlation(covariances(*batch))


def means(*batch, p=4):
    return np.random.default_rng(2).normal(size=(*batch, p))


def other_means(*batch, p=4):
    return means(*batch, p=p) * 0.9


def loadings(*batch, p=4):
    return np.random.default_rng(4).uniform(0.4, 0.9, size=(*batch, p))


def loading_matrices(*batch):
    return np.random.default_rng(4).uniform(-0.4, 0.9, size=(*batch, 4, 2))


def other_loading_matrices(*batch):
    return np.random.default_rng(17).uniform(-0.4, 0.9, size=(*batch, 4, 2))


_PAIR = np.array([[1, 0.3], [0.3, 1]])


def item_correlations(*batch):
    """Of nine items and two factors."""
    half = np.random.default_rng(9).normal(size=(*batch, 9, 200))
    loading = np.kron(np.eye(2), np.ones((5, 1)))[:9] * 0.8
    values = loading @ np.random.default_rng(10).normal(size=(*batch, 2, 200)) + half
    return linalg.correlation(values @ values.mT)


def thresholds(*batch):
    return np.sort(np.random.default_rng(11).normal(size=(*batch, 4, 3)), axis=-1)


def chi_squares(*batch):
    return np.random.default_rng(5).uniform(20, 90, size=batch)


def baselines(*batch):
    return np.random.default_rng(6).uniform(300, 900, size=batch)


def invertible_matrices(*batch):
    return np.random.default_rng(8).normal(size=(*batch, 4, 4)) + 3 * np.eye(4)


def judgements(*batch):
    """How many of five coders put each of 12 units into each of three categories."""
    return np.random.default_rng(12).multinomial(5, [0.5, 0.3, 0.2], size=(*batch, 12)).astype(float)


def crossed(*batch):
    return np.random.default_rng(13).integers(1, 20, size=(*batch, 3, 3)).astype(float)


def ratings(*batch):
    return np.random.default_rng(14).integers(1, 6, size=(*batch, 5, 4)).astype(float)


def chi_squares_of_copies(*batch):
    return np.random.default_rng(15).uniform(20, 60, size=(*batch, 5))


def copies_of_covariances(*batch):
    return covariances(*batch, 5)


def copies_of_means(*batch):
    return means(*batch, 5)


def two_variances(*batch):
    return np.random.default_rng(16).uniform(0.5, 2, size=(*batch, 2))


def alpha(level):
    return lambda counts: agreement.krippendorff_alpha(agreement.coincidences(counts), np.arange(1.0, 4.0), level)


def named(name, kernel):
    kernel.__name__ = name
    return kernel


MODELS = {name: Model(name) for name in POPULATIONS}
residual = [covariances, implied_covariances]
with_means = [*residual, means, other_means]
KERNELS = [
    (linalg.cholesky, [covariances]),
    (linalg.whitener, [covariances]),
    (linalg.inverse, [invertible_matrices]),
    (linalg.solve_definite, [covariances, means]),
    (linalg.log_determinant, [covariances]),
    (linalg.correlation, [covariances]),
    (linalg.vech, [covariances]),
    (reliability.cronbach_alpha, [covariances]),
    (reliability.standardized_alpha, [covariances]),
    (reliability.guttman_lambda2, [covariances]),
    (reliability.split_half, [covariances]),
    (reliability.mean_inter_item_correlation, [covariances]),
    (reliability.variance_if_deleted, [covariances]),
    (reliability.alpha_if_deleted, [covariances]),
    (reliability.item_rest_correlation, [covariances]),
    (reliability.mcdonald_omega, [loadings, loadings]),
    (components.principal_components, [correlations]),
    (rotation.geomin, [loading_matrices]),
    (rotation.quartimin, [loading_matrices]),
    (named("oblimin", lambda L: rotation.oblimin(L, -0.5)), [loading_matrices]),
    (rotation.oblique_varimax, [loading_matrices]),
    (rotation.varimax, [loading_matrices]),
    (rotation.quartimax, [loading_matrices]),
    (named("conditions", lambda L: rotation.conditions(rotation.geomin, L, _PAIR, oblique=True)), [loading_matrices]),
    (retention.average_squared_partials, [item_correlations]),
    (scores.covariance, [correlations, thresholds]),
    (named("factors by maximum likelihood", lambda R: factors.maximum_likelihood(R, 2)), [item_correlations]),
    (named("factors by minimum residuals", lambda R: factors.minimum_residuals(R, 2)), [item_correlations]),
    (named("p_value", lambda x: fit_indices.p_value(x, 24)), [chi_squares]),
    (named("cfi", lambda x, b: fit_indices.cfi(x, 24, b, 36)), [chi_squares, baselines]),
    (named("tli", lambda x, b: fit_indices.tli(x, 24, b, 36)), [chi_squares, baselines]),
    (named("robust_tli", lambda x, b: fit_indices.robust_tli(x, 24, 1.2, b, 36, 1.3)), [chi_squares, baselines]),
    (fit_indices.nfi, [chi_squares, baselines]),
    (named("rfi", lambda x, b: fit_indices.rfi(x, 24, b, 36)), [chi_squares, baselines]),
    (named("ifi", lambda x, b: fit_indices.ifi(x, 24, b)), [chi_squares, baselines]),
    (named("rni", lambda x, b: fit_indices.rni(x, 24, b, 36)), [chi_squares, baselines]),
    (named("rmsea", lambda x: fit_indices.rmsea(x, 24, 301)), [chi_squares]),
    (named("mcdonald", lambda x: fit_indices.mcdonald(x, 24, 301)), [chi_squares]),
    (named("ecvi", lambda x: fit_indices.ecvi(x, 21, 301)), [chi_squares]),
    (fit_indices.correlation_residuals, residual),
    (fit_indices.rmr, residual),
    (fit_indices.srmr, residual),
    (fit_indices.crmr, residual),
    (fit_indices.gfi_parts, residual),
    (named("srmr with means", lambda *x: fit_indices.srmr(*x)), with_means),
    (named("crmr with means", lambda *x: fit_indices.crmr(*x)), with_means),
    (named("gfi with means", lambda S, s, m, n: fit_indices.gfi_parts(S, s, 1, m, n)), with_means),
    (agreement.cohen_kappa, [crossed]),
    (agreement.fleiss_kappa, [judgements]),
    *((named(f"krippendorff_alpha, {level}", alpha(level)), [judgements]) for level in agreement.LEVELS),
    (panel.kendall_test, [ratings]),
    (named("r_hat", lambda x: chained_equations.r_hat(x[..., None])), [ratings]),
    (named("intraclass", lambda x: intraclass.intraclass(intraclass.mean_squares(x))), [ratings]),
    (named("intraclass_tests", lambda x: intraclass.intraclass_tests(intraclass.mean_squares(x))), [ratings]),
    (named("intraclass_interval", lambda x: intraclass.intraclass_interval(intraclass.mean_squares(x))), [ratings]),
    (hierarchical.maximal_reliability, [loadings]),
    (hierarchical.total_shares, [loading_matrices, two_variances, chi_squares]),
    (hierarchical.explained_common_variance, [loading_matrices, two_variances]),
    (alignment.congruence, [loading_matrices, other_loading_matrices]),
    (alignment.turned_to, [loading_matrices, other_loading_matrices]),
    (pooling.spread, [copies_of_means, copies_of_covariances]),
    (named("d2", lambda own: pooling.d2(own, 8)), [chi_squares_of_copies]),
    (named("d3", lambda own: pooling.d3(own, 0.9 * own, 8)), [chi_squares_of_copies]),
    (named("d4", lambda own, stacked: pooling.d4(own, stacked, 8)), [chi_squares_of_copies, chi_squares]),
    (pooling.stacked_moments, [copies_of_covariances, copies_of_means]),
    (discrepancy.normal_distance, [covariances, implied_covariances, means, other_means]),
    *(kernel for model in MODELS.values() for kernel in model.kernels()),
]
IDS = [
    f"{kernel.__name__}, {next(k for k, v in MODELS.items() if v is kernel.__self__)}"
    if isinstance(getattr(kernel, "__self__", None), Model)
    else kernel.__name__
    for kernel, _ in KERNELS
]
every_kernel = pytest.mark.parametrize(("kernel", "makers"), KERNELS, ids=IDS)


def answers(kernel, *arguments):
    """What a kernel returns, always as a tuple of arrays."""
    result = kernel(*arguments)
    return tuple(map(np.asarray, result)) if isinstance(result, tuple) else (np.asarray(result),)


@every_kernel
def test_a_batch_is_its_members_side_by_side(kernel, makers):
    batch = [make(MEMBERS) for make in makers]
    alone = zip(*(answers(kernel, *(x[b] for x in batch)) for b in range(MEMBERS)))
    for together, members in zip(answers(kernel, *batch), alone, strict=True):
        np.testing.assert_array_equal(together, np.stack(members))


@every_kernel
def test_any_number_of_leading_axes(kernel, makers):
    batch = [make(MEMBERS) for make in makers]
    grid = [x.reshape(2, 3, *x.shape[1:]) for x in batch]
    for flat, square in zip(answers(kernel, *batch), answers(kernel, *grid), strict=True):
        assert square.shape == (2, 3, *flat.shape[1:])
        np.testing.assert_array_equal(square.reshape(flat.shape), flat)


@every_kernel
def test_an_empty_batch_is_answered_with_an_empty_batch(kernel, makers):
    whole = answers(kernel, *(make(MEMBERS) for make in makers))
    empty = answers(kernel, *(make(MEMBERS)[:0] for make in makers))
    assert [x.shape[1:] for x in empty] == [x.shape[1:] for x in whole]
    assert all(len(x) == 0 for x in empty)


@every_kernel
def test_one_bad_member_leaves_its_neighbours_alone(kernel, makers):
    batch = [make(MEMBERS) for make in makers]
    good = answers(kernel, *batch)
    batch[0][2] = np.nan
    spoiled = answers(kernel, *batch)
    assert any(np.isnan(after[2]).any() for after in spoiled)
    for before, after in zip(good, spoiled, strict=True):
        np.testing.assert_array_equal(np.delete(after, 2, axis=0), np.delete(before, 2, axis=0))


@pytest.mark.parametrize("exact", [False, True])
def test_groups_are_not_mixed_up_with_the_batch(exact):
    model = Model("means", groups=2)
    batch = model.covariance(MEMBERS), model.mean(MEMBERS), np.concatenate([MODELS["means"].theta(MEMBERS)] * 2, -1)
    kernel = model.exact_slope if exact else model.slope
    together = kernel(*batch)
    for b in range(MEMBERS):
        for whole, alone in zip(together, kernel(*(x[b] for x in batch)), strict=True):
            np.testing.assert_array_equal(whole[b], alone)
