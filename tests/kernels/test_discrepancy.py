"""The likelihood discrepancy: its axioms, and its derivatives against two other ways to them."""

import numpy as np
import pytest

from sem.models import (
    POPULATIONS,
    central_difference,
    fitted_text,
    moments_by_hand,
    noisy_covariance,
    parameters_of,
    true_theta,
)
from sme_sem.kernels import discrepancy, ram

LABELLED = """
    trust =~ t1 + c(a, a)*t2 + t3
    use =~ u1 + c(b1, b2)*u2 + u3
    use ~ c(r, r)*trust
    t2 ~ c(i, i)*1
"""


class Case:
    """A model, a sample that it does not fit exactly, and a place near the population."""

    def __init__(self, name, groups=1, text=None):
        population = POPULATIONS[name]
        self.table = parameters_of(text or fitted_text(population), groups)
        self.pattern = self.table.pattern
        covariance, mean = moments_by_hand(population)
        order = list(self.table.observed)
        S = [noisy_covariance(covariance.loc[order, order], 150, seed) for seed in range(groups)]
        means = np.stack([mean[order] + 0.2 * g + 0.1 * np.arange(len(order)) for g in range(groups)])
        share = np.arange(1, groups + 1) / sum(range(1, groups + 1))
        self.sample = discrepancy.Sample(np.stack(S), means if self.pattern.means else None, share)
        values = {p.key: v for p, v in self._truths(population)}
        rng = np.random.default_rng(11)
        self.theta = np.array([values.get(k, 0.1) for k in self._keys()]) + rng.uniform(-0.04, 0.04, self.table.n_free)

    def _truths(self, population):
        table = parameters_of(fitted_text(population))
        theta = true_theta(population, table)
        return [(p, theta[p.index]) for p in table.parameters if p.free]

    def _keys(self):
        keys = {p.index: p.key for p in reversed(self.table.parameters) if p.free}
        return [keys[i] for i in range(self.table.n_free)]

    def value(self, theta):
        return discrepancy.value(self.pattern, self.sample, theta)

    def slope(self, theta, exact=False):
        return discrepancy.slope(self.pattern, self.sample, theta, exact=exact)


CASES = {
    **{name: (name, 1, None) for name in POPULATIONS},
    "two groups": ("two constructs", 2, None),
    "two groups with means": ("means", 2, None),
    "three groups, equal by label": ("means", 2, LABELLED),
    "covariances and means of observed variables alone": ("feedback", 1, "y1 ~ y2 + x1; y2 ~ x2; y1 ~ 1; x1 ~~ x2"),
}
every_case = pytest.mark.parametrize("case", [Case(*x) for x in CASES.values()], ids=list(CASES))
every_population = pytest.mark.parametrize("name", POPULATIONS)


@every_case
def test_the_gradient_is_that_of_finite_differences(case):
    numeric = central_difference(case.value, case.theta)
    np.testing.assert_allclose(case.slope(case.theta).gradient, numeric, atol=2e-8 * (1 + abs(numeric).max()))


@every_case
def test_the_exact_hessian_is_that_of_finite_differences(case):
    numeric = central_difference(lambda x: case.slope(x).gradient, case.theta)
    exact = case.slope(case.theta, exact=True).hessian
    np.testing.assert_allclose(exact, numeric, atol=1e-7 * (1 + abs(numeric).max()))


@every_case
def test_hessians_are_symmetric(case):
    for exact in (False, True):
        hessian = case.slope(case.theta, exact).hessian
        np.testing.assert_allclose(hessian, hessian.mT, atol=1e-12 * abs(hessian).max())


@every_case
def test_value_and_gradient_do_not_depend_on_which_hessian_is_wanted(case):
    plain, exact = case.slope(case.theta), case.slope(case.theta, exact=True)
    assert plain.value == exact.value == case.value(case.theta)
    np.testing.assert_array_equal(plain.gradient, exact.gradient)


def duplication(p):
    """D with vec(M) = D vech(M), by a loop."""
    pairs = [(i, j) for j in range(p) for i in range(j, p)]
    D = np.zeros((p * p, len(pairs)))
    for column, (i, j) in enumerate(pairs):
        D[j * p + i, column] = D[i * p + j, column] = 1
    return D


def by_the_book(case):
    """F, gradient and expected Hessian with duplication matrices, one group and one parameter at a time."""
    pattern, sample, theta = case.pattern, case.sample, case.theta
    p, q = pattern.observed, len(theta)
    D = duplication(p)
    A0, S0, m0 = ram.matrices(pattern, theta, sample.covariance, sample.mean)
    value, gradient, hessian = 0.0, np.zeros(q), np.zeros((q, q))
    for g in range(pattern.groups):
        E = np.linalg.inv(np.eye(pattern.variables) - A0[g])
        sigma, mu = (E @ S0[g] @ E.T)[:p, :p], (E @ m0[g])[:p]
        inverse = np.linalg.inv(sigma)
        d = sample.mean[g] - mu if pattern.means else np.zeros(p)
        S = sample.covariance[g]
        distance = np.log(np.linalg.det(sigma) / np.linalg.det(S)) + np.trace(S @ inverse) - p + d @ inverse @ d
        value += sample.share[g] * distance
        slopes, mean_slopes = [], []
        for r in range(q):
            unit = np.eye(q)[r]
            A1, S1, m1 = ram.matrices(pattern, theta + unit, sample.covariance, sample.mean)
            dA, dS, dm = A1[g] - A0[g], S1[g] - S0[g], m1[g] - m0[g]  # linear in theta: exact
            half = E @ dA @ E @ S0[g] @ E.T
            dsigma = (half + half.T + E @ dS @ E.T)[:p, :p]
            slopes.append(np.linalg.lstsq(D, dsigma.ravel("F"))[0])
            mean_slopes.append((E @ dA @ E @ m0[g] + E @ dm)[:p])
        delta, nu = np.array(slopes).T, np.array(mean_slopes).T * pattern.means
        weight = D.T @ np.kron(inverse, inverse) @ D
        residual = np.linalg.lstsq(D, (S + np.outer(d, d) - sigma).ravel("F"))[0]
        gradient += sample.share[g] * (-delta.T @ weight @ residual - 2 * nu.T @ inverse @ d)
        hessian += sample.share[g] * (delta.T @ weight @ delta + 2 * nu.T @ inverse @ nu)
    return value, gradient, hessian


@every_case
def test_the_pairs_of_columns_give_what_duplication_matrices_give(case):
    ours = case.slope(case.theta)
    value, gradient, hessian = by_the_book(case)
    assert ours.value == pytest.approx(value, rel=1e-11)
    np.testing.assert_allclose(ours.gradient, gradient, atol=1e-11 * (1 + abs(gradient).max()))
    np.testing.assert_allclose(ours.hessian, hessian, atol=1e-11 * abs(hessian).max())


def perfect(name):
    table = parameters_of(fitted_text(POPULATIONS[name]))
    pattern, theta = table.pattern, true_theta(POPULATIONS[name], table)
    implied = ram.implied(pattern, theta)
    return pattern, discrepancy.Sample(implied.sigma, implied.mu if pattern.means else None, np.ones(1)), theta


@every_population
def test_the_discrepancy_is_zero_and_flat_where_the_implied_moments_are_the_sample_s(name):
    pattern, sample, theta = perfect(name)
    slope = discrepancy.slope(pattern, sample, theta)
    assert slope.value == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(slope.gradient, 0, atol=1e-12)


@every_population
def test_where_the_model_fits_perfectly_the_expected_hessian_is_the_exact_one(name):
    pattern, sample, theta = perfect(name)
    expected = discrepancy.slope(pattern, sample, theta).hessian
    exact = discrepancy.slope(pattern, sample, theta, exact=True).hessian
    np.testing.assert_allclose(exact, expected, atol=1e-11 * abs(expected).max())
    assert np.linalg.eigvalsh(expected)[0] > 0


@every_population
def test_the_discrepancy_is_positive_elsewhere(name):
    pattern, sample, theta = perfect(name)
    steps = np.random.default_rng(0).uniform(-0.05, 0.05, size=(20, len(theta)))
    batch = discrepancy.Sample(*(None if x is None else np.stack([x] * 20) for x in sample))
    assert (discrepancy.value(pattern, batch, theta + steps) > 1e-6).all()


def test_units_do_not_change_the_discrepancy():
    case = Case("feedback")
    scale = np.array([2.0, 0.5, 10.0, 1e-3])  # of y1, y2, x1, x2 in the table's order
    place = {name: i for i, name in enumerate(case.table.observed)}
    units = np.array([scale[place[n]] for n in case.table.observed])
    rescaled = discrepancy.Sample(case.sample.covariance * np.outer(units, units), None, case.sample.share)
    theta = case.theta.copy()
    for p in case.table.parameters:
        if p.free:
            i, j = units[place[p.lhs]], units[place[p.rhs]]
            theta[p.index] *= i / j if p.op == "~" else i * j
    value = discrepancy.value(case.pattern, rescaled, theta)
    assert value == pytest.approx(case.value(case.theta), rel=1e-12)


def test_groups_count_by_their_share():
    case = Case("means", groups=2)
    whole = case.value(case.theta)
    parts = []
    for g in range(2):
        only = case.sample._replace(share=np.eye(2)[g])
        parts.append(discrepancy.value(case.pattern, only, case.theta))
    assert whole == pytest.approx(parts[0] / 3 + parts[1] * 2 / 3, rel=1e-14)


def test_two_equal_halves_are_the_whole():
    one = Case("means")
    two = parameters_of(fitted_text(POPULATIONS["means"]), 2)
    twice = [np.concatenate([x] * 2) for x in one.sample[:2]]
    sample = discrepancy.Sample(*twice, np.array([0.3, 0.7]))
    values = {p.key: one.theta[p.index] for p in one.table.parameters if p.free}
    theta = np.empty(two.n_free)
    for p in two.parameters:
        if p.free:
            theta[p.index] = values[p.key]
    assert discrepancy.value(two.pattern, sample, theta) == pytest.approx(one.value(one.theta), rel=1e-13)


def test_outside_the_admissible_region_there_is_no_value():
    case = Case("two constructs")
    theta = case.theta.copy()
    theta[case.table.names().index("trust ~~ trust")] = -5
    assert np.isnan(case.value(theta))


def test_members_of_a_batch_of_samples_can_be_picked():
    cov, mean, share = np.zeros((4, 1, 2, 2)), np.zeros((4, 1, 2)), np.ones((4, 1))
    cov[2] = np.eye(2)
    mean[2] = 5
    picked = discrepancy.Sample(cov, mean, share).of(np.array([2]))
    np.testing.assert_array_equal(picked.covariance, cov[2:3])
    np.testing.assert_array_equal(picked.mean, mean[2:3])
    assert discrepancy.Sample(cov, None, share).of(np.array([1])).mean is None


@every_case
def test_some_columns_of_the_expected_curvature_are_those_of_all(case):
    moments = ram.implied(case.pattern, case.theta)
    white = discrepancy.whitened(case.pattern, case.sample, moments)
    every = discrepancy.expected_curvature(case.pattern, moments, white)
    chosen = np.array([2, 0, len(case.pattern.matrix) - 1])
    some, diagonal = discrepancy.expected_columns(case.pattern, moments, white, chosen)
    np.testing.assert_allclose(some, every[..., chosen], atol=1e-13)
    np.testing.assert_allclose(diagonal, np.linalg.diagonal(every), atol=1e-13)
