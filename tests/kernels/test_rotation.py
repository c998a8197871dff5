"""Criteria of simplicity, and the search for the rotation at which they are least."""

from functools import partial

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

from sme_sem.kernels import rotation

BIGEOMIN, BIQUARTIMIN = rotation.bifactor(rotation.geomin), rotation.bifactor(rotation.quartimin)
CRITERIA = [
    rotation.geomin,
    rotation.quartimin,
    partial(rotation.oblimin, gamma=-0.5),
    partial(rotation.geomin, epsilon=0.05),
    rotation.oblique_varimax,
    rotation.varimax,
    rotation.quartimax,
    rotation.equamax,
    rotation.parsimax,
    rotation.infomax,
    rotation.bentler,
    rotation.simplimax,
    rotation.entropy,
    rotation.mccammon,
    rotation.tandem1,
    rotation.tandem2,
    BIGEOMIN,
    BIQUARTIMIN,
]
every_criterion = pytest.mark.parametrize("criterion", CRITERIA)
OBLIQUE = [(rotation.geomin, True), (rotation.quartimin, True), (rotation.infomax, True), (rotation.bentler, True)]
ORTHOGONAL = [
    (rotation.varimax, False),
    (rotation.quartimax, False),
    (rotation.geomin, False),
    (rotation.parsimax, False),
    (rotation.infomax, False),
    (rotation.entropy, False),
    (rotation.mccammon, False),
    (rotation.tandem1, False),
    (rotation.tandem2, False),
    (BIGEOMIN, False),
]
every_rotation = pytest.mark.parametrize(("criterion", "oblique"), OBLIQUE + ORTHOGONAL)

SIMPLE = np.kron(np.eye(3), np.array([[0.8], [0.7], [0.6], [0.5]]))
CORRELATIONS = np.array([[1, 0.4, 0.3], [0.4, 1, 0.2], [0.3, 0.2, 1]])


def random_loadings(p=8, m=3, seed=1):
    return np.random.default_rng(seed).uniform(-0.3, 0.8, size=(p, m))


def extracted(loadings, correlations, seed=4):
    """Loadings on uncorrelated factors that imply the same covariances, turned at random."""
    Q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=correlations.shape))
    return loadings @ np.linalg.cholesky(correlations) @ Q


def found(criterion, loadings, oblique, starts=10):
    m = loadings.shape[1]
    return rotation.best(criterion, loadings, rotation.random_starts(m, starts), oblique=oblique)


def matched(loadings, target):
    """Columns in the target's order and signs."""
    likeness = target.T @ loadings
    order = np.abs(likeness).argmax(axis=1)
    return loadings[:, order] * np.sign(likeness[np.arange(len(order)), order])


@every_criterion
def test_the_slope_of_a_criterion_is_its_derivative(criterion):
    L = random_loadings()
    step = 1e-30j * np.eye(L.size).reshape(-1, *L.shape)
    np.testing.assert_allclose(criterion(L + step)[0].imag / 1e-30, criterion(L)[1].ravel(), rtol=1e-12, atol=1e-15)


def test_criteria_agree_with_their_definitions():
    L = random_loadings()
    squares = L**2
    pairs = sum((squares[:, i] * squares[:, j]).sum() for i in range(3) for j in range(3) if i != j)
    assert rotation.quartimin(L)[0] == pytest.approx(pairs / 4, rel=1e-14)
    columns = sum(squares[:, i].sum() * squares[:, j].sum() for i in range(3) for j in range(3) if i != j) / len(L)
    assert rotation.oblimin(L, -0.5)[0] == pytest.approx((pairs + 0.5 * columns) / 4, rel=1e-14)
    assert rotation.varimax(L)[0] == pytest.approx(-len(L) / 4 * squares.var(axis=0).sum(), rel=1e-14)
    assert rotation.quartimax(L)[0] == pytest.approx(-(L**4).sum() / 4, rel=1e-14)
    assert rotation.geomin(L)[0] == pytest.approx(np.cbrt((squares + 0.001).prod(axis=1)).sum(), rel=1e-14)


@pytest.mark.parametrize("criterion", [rotation.geomin, rotation.quartimin, rotation.infomax, rotation.bentler])
def test_an_oblique_rotation_finds_the_simple_structure_that_was_planted(criterion):
    turned = found(criterion, extracted(SIMPLE, CORRELATIONS), True)
    loadings = rotation.apply(turned.rotation, extracted(SIMPLE, CORRELATIONS), oblique=True)
    off = 0.02 if criterion is rotation.geomin else 1e-10  # geomin's offset draws zeros together a little
    np.testing.assert_allclose(matched(loadings, SIMPLE), SIMPLE, atol=off)


def test_a_general_factor_behind_all_items_is_told_from_simple_ones_beside_it():
    planted = np.hstack([np.linspace(0.7, 0.4, 12)[:, None], SIMPLE])
    start = extracted(planted, np.eye(4))
    loadings = rotation.apply(found(BIQUARTIMIN, start, False).rotation, start, oblique=False)
    np.testing.assert_allclose(matched(loadings, planted), planted, atol=1e-9)
    np.testing.assert_allclose(np.abs(loadings[:, 0]), planted[:, 0], atol=1e-9)


@pytest.mark.parametrize("criterion", [BIGEOMIN, BIQUARTIMIN])
def test_a_general_factor_is_not_correlated_with_those_beside_it(criterion):
    """Longer columns of loadings are less simple: so a stationary point has none (Jennrich and Bentler 2012)."""
    T = found(criterion, random_loadings(12, 4), True).rotation
    np.testing.assert_allclose((T.T @ T)[0], [1, 0, 0, 0], atol=1e-12)
    assert np.abs((T.T @ T)[1, 2]) > 0.01


def test_infomax_agrees_with_its_definition():
    L = random_loadings()
    shares = L**2 / (L**2).sum()

    def unknown(p):
        return -(p * np.log(p)).sum()

    expected = np.log(3) + unknown(shares) - unknown(shares.sum(axis=0)) - unknown(shares.sum(axis=1))
    assert rotation.infomax(L)[0] == pytest.approx(expected, rel=1e-13)
    zeros = np.where(np.eye(4, 3), 0.7, 0.0)
    assert rotation.infomax(zeros[:3])[0] == pytest.approx(0, abs=1e-15)  # knowing the item is knowing the factor


def test_entropies_and_products_agree_with_their_definitions():
    L = random_loadings()
    squares, related = L**2, (L @ L.T) ** 2
    assert rotation.entropy(L)[0] == pytest.approx(-(squares * np.log(squares)).sum() / 2, rel=1e-14)
    column = squares.sum(axis=0)
    within = sum(stats.entropy(squares[:, j] / column[j]) for j in range(3))
    assert rotation.mccammon(L)[0] == pytest.approx(np.log(within / stats.entropy(column / column.sum())), rel=1e-13)
    alike = [(i, k, (squares[i] * squares[k]).sum()) for i in range(len(L)) for k in range(len(L))]
    assert rotation.tandem1(L)[0] == pytest.approx(-sum(related[i, k] * both for i, k, both in alike), rel=1e-13)
    assert rotation.tandem2(L)[0] == pytest.approx(sum((1 - related[i, k]) * both for i, k, both in alike), rel=1e-13)
    products = squares.T @ squares
    expected = (np.log(np.diag(products)).sum() - np.linalg.slogdet(products)[1]) / 4
    assert rotation.bentler(L)[0] == pytest.approx(expected, rel=1e-13)
    assert rotation.bentler(SIMPLE)[0] == pytest.approx(0, abs=1e-15)


def test_simplimax_brings_as_many_loadings_as_there_are_items_near_zero():
    L = random_loadings()
    assert rotation.simplimax(L)[0] == pytest.approx(np.sort((L**2).ravel())[: len(L)].sum(), rel=1e-14)
    pairs = np.abs(np.random.default_rng(2).normal(size=(9, 3))) * np.tile(1 - np.eye(3), (3, 1))  # one zero an item
    start = extracted(pairs, CORRELATIONS)
    loadings = rotation.apply(found(rotation.simplimax, start, True, 30).rotation, start, oblique=True)
    np.testing.assert_allclose(np.sort(np.abs(loadings).min(axis=1)), 0, atol=1e-9)


def test_crawford_and_ferguson_s_family_holds_varimax_and_quartimax_but_for_a_constant():
    L = np.random.default_rng(3).standard_normal((8, 3))
    Q = np.linalg.qr(np.random.default_rng(4).standard_normal((3, 3)))[0]
    for known, columns in ((rotation.varimax, 1 / 8), (rotation.quartimax, 0)):
        ours = rotation.crawford_ferguson(L @ Q, columns)[0] - rotation.crawford_ferguson(L, columns)[0]
        assert ours == pytest.approx(known(L @ Q)[0] - known(L)[0], rel=1e-12)


@pytest.mark.parametrize("criterion", [rotation.varimax, rotation.quartimax])
def test_an_orthogonal_rotation_finds_the_simple_structure_that_was_planted(criterion):
    start = extracted(SIMPLE, np.eye(3))
    loadings = rotation.apply(found(criterion, start, False).rotation, start, oblique=False)
    np.testing.assert_allclose(matched(loadings, SIMPLE), SIMPLE, atol=1e-10)


@every_rotation
def test_rotation_leaves_the_implied_covariances_as_they_are(criterion, oblique):
    L = random_loadings()
    T = found(criterion, L, oblique).rotation
    turned = rotation.apply(T, L, oblique=oblique)
    np.testing.assert_allclose(turned @ (T.T @ T) @ turned.T, L @ L.T, atol=1e-12)
    np.testing.assert_allclose((T**2).sum(axis=0), 1, rtol=1e-13)
    if not oblique:
        np.testing.assert_allclose(T.T @ T, np.eye(3), atol=1e-13)


@every_rotation
def test_the_criterion_is_stationary_at_the_solution(criterion, oblique):
    turned = found(criterion, random_loadings(), oblique)
    assert turned.violation < 1e-12


@every_rotation
def test_no_small_turn_makes_the_solution_simpler(criterion, oblique):
    L = random_loadings()
    turned = found(criterion, L, oblique)
    rng = np.random.default_rng(2)
    for size in (1e-3, 1e-2):
        K = rng.normal(size=(200, 3, 3)) * size
        X = turned.rotation @ (np.eye(3) + K)
        near = X / np.linalg.norm(X, axis=-2, keepdims=True) if oblique else np.linalg.qr(X)[0]
        assert (criterion(rotation.apply(near, L, oblique=oblique))[0] > turned.value).all()


def test_a_general_optimiser_finds_no_simpler_quartimin_solution():
    L = random_loadings()

    def value(x):
        T = x.reshape(3, 3)
        return float(rotation.quartimin(rotation.apply(T / np.linalg.norm(T, axis=0), L, oblique=True))[0])

    starts = np.random.default_rng(3).normal(size=(8, 9))
    best = min(minimize(value, x, method="BFGS").fun for x in starts)
    assert found(rotation.quartimin, L, True).value == pytest.approx(best, rel=1e-7)


@every_rotation
def test_the_conditions_are_the_derivatives_along_all_turns(criterion, oblique):
    """Whatever the point: conditions vanish exactly where no turn changes the criterion to first order."""
    L = random_loadings()
    start = rotation.random_starts(3, 2)[1]
    turned = rotation.apply(start, L, oblique=oblique)
    conditions = rotation.conditions(criterion, turned, start.T @ start, oblique=oblique)
    assert np.abs(conditions).max() > 1e-3
    assert len(conditions) == (6 if oblique else 3)
    if not oblique:
        for c, (i, j) in zip(conditions, [(1, 0), (2, 0), (2, 1)], strict=True):
            angle = 1e-6
            turn = np.eye(3)
            turn[[i, j], [i, j]], turn[i, j], turn[j, i] = np.cos(angle), np.sin(angle), -np.sin(angle)
            slope = (criterion(turned @ turn)[0] - criterion(turned @ turn.T)[0]) / (2 * angle)
            assert abs(slope) == pytest.approx(abs(c), rel=1e-5)


def test_the_same_start_gives_the_same_walk_alone_and_in_company():
    L = random_loadings()
    starts = rotation.random_starts(3, 6)
    together = rotation.gradient_projection(rotation.geomin, L, starts, oblique=True)
    for start, end in zip(starts, together, strict=True):
        alone = rotation.gradient_projection(rotation.geomin, L, start[None], oblique=True)
        np.testing.assert_array_equal(alone[0], end)


def test_starts_are_orthogonal_and_the_same_every_time():
    starts = rotation.random_starts(4, 12)
    np.testing.assert_allclose(starts.mT @ starts, np.broadcast_to(np.eye(4), (12, 4, 4)), atol=1e-14)
    np.testing.assert_array_equal(starts, rotation.random_starts(4, 12))


def test_from_a_saddle_the_criterion_falls_and_from_a_minimum_it_does_not():
    saddle = np.array([[0.8, 0.4]] * 3 + [[0.8, -0.4]] * 3)
    found = rotation.below(rotation.varimax, saddle, np.eye(2), oblique=False)
    assert found.value < rotation.varimax(saddle)[0] and found.violation < 1e-12
    turn = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
    np.testing.assert_allclose(np.abs(found.rotation), np.abs(turn), rtol=0, atol=1e-9)
    assert rotation.below(rotation.varimax, saddle, found.rotation, oblique=False) is None
