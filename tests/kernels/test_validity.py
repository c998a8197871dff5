"""CR, AVE and HTMT: from planted loadings, from plain loops over pairs of items, and in batches."""

from itertools import combinations, product

import numpy as np
import pytest

from sme_sem.kernels import validity

MEMBERS = np.array([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]], dtype=float)
LOADINGS = np.array([0.9, 0.7, 0.5])
RATIOS = [validity.heterotrait_monotrait, validity.heterotrait_monotrait_geometric]
every_ratio = pytest.mark.parametrize("kernel", RATIOS, ids=lambda kernel: kernel.__name__)


def correlations(*batch, p=6):
    answers = np.random.default_rng(11).normal(size=(*batch, 50, p)) + 0.3
    answers[..., 1:] += answers[..., :1]
    z = answers - answers.mean(axis=-2, keepdims=True)
    z /= np.sqrt((z**2).sum(axis=-2, keepdims=True))
    return z.mT @ z


def two_constructs(r, loadings=LOADINGS):
    """Correlations of items that measure two constructs which correlate r, both with these loadings."""
    own = np.outer(loadings, loadings)
    S = np.block([[own, r * own], [r * own, own]])
    np.fill_diagonal(S, 1)
    return S


def test_reliability_and_extracted_variance_of_planted_loadings():
    S = np.outer(LOADINGS, LOADINGS) * 4
    S += np.diag([1.0, 2.0, 3.0])
    assert validity.composite_reliability(LOADINGS, 4.0, S) == pytest.approx(2.1**2 * 4 / (2.1**2 * 4 + 6))
    assert validity.average_variance_extracted(LOADINGS, 4.0, S) == pytest.approx(1.55 * 4 / (1.55 * 4 + 6))


def test_the_scale_of_a_construct_is_arbitrary():
    S = np.outer(LOADINGS, LOADINGS) + np.eye(3)
    for kernel in (validity.composite_reliability, validity.average_variance_extracted):
        assert kernel(LOADINGS / 5, 25.0, S) == pytest.approx(kernel(LOADINGS, 1.0, S), rel=1e-13)


@pytest.mark.parametrize("r", [0.0, 0.4, -0.4, 1.0])
def test_the_geometric_ratio_recovers_the_correlation_whatever_the_loadings(r):
    found = validity.heterotrait_monotrait_geometric(two_constructs(r), MEMBERS)
    assert found[1, 0] == pytest.approx(abs(r), abs=1e-12)


def test_the_arithmetic_ratio_recovers_it_only_from_equal_loadings():
    equal = validity.heterotrait_monotrait(two_constructs(0.4, np.full(3, 0.7)), MEMBERS)
    unequal = validity.heterotrait_monotrait(two_constructs(0.4), MEMBERS)
    assert equal[1, 0] == pytest.approx(0.4, rel=1e-12)
    assert abs(unequal[1, 0] - 0.4) > 0.005


def test_the_ratios_are_means_over_pairs_of_items():
    R = np.abs(correlations())
    first, second = range(3), range(3, 6)
    between = [R[i, j] for i, j in product(first, second)]
    within = [[R[i, j] for i, j in combinations(own, 2)] for own in (first, second)]
    arithmetic = np.mean(between) / np.sqrt(np.mean(within[0]) * np.mean(within[1]))
    assert validity.heterotrait_monotrait(R, MEMBERS)[0, 1] == pytest.approx(arithmetic, rel=1e-12)

    def geometric_mean(values):
        return np.prod(values) ** (1 / len(values))

    geometric = geometric_mean(between) / np.sqrt(geometric_mean(within[0]) * geometric_mean(within[1]))
    assert validity.heterotrait_monotrait_geometric(R, MEMBERS)[0, 1] == pytest.approx(geometric, rel=1e-12)


@every_ratio
def test_signs_of_correlations_do_not_count(kernel):
    R = correlations()
    flip = np.diag([1, -1, 1, 1, 1, -1])
    np.testing.assert_allclose(kernel(flip @ R @ flip, MEMBERS), kernel(R, MEMBERS), rtol=1e-13)


@every_ratio
def test_a_single_item_has_no_ratio_and_harms_no_other(kernel):
    members = np.vstack([MEMBERS[:, :6], [0, 0, 0, 0, 0, 1]])
    members[1, 5] = 0
    found = kernel(correlations(), members)
    assert np.isnan(found[2]).all()
    assert np.isnan(found[:, 2]).all()
    assert np.isfinite(found[:2, :2]).all()


@every_ratio
def test_a_shared_item_is_not_paired_with_itself(kernel):
    R = np.full((3, 3), 0.5)
    np.fill_diagonal(R, 1)
    assert kernel(R, np.array([[1.0, 1, 0], [0, 1, 1]]))[0, 1] == pytest.approx(1, rel=1e-13)


def test_the_largest_shared_variance_leaves_out_the_construct_itself():
    R = np.array([[1, 0.2, -0.6], [0.2, 1, 0.1], [-0.6, 0.1, 1]])
    np.testing.assert_allclose(validity.largest_shared_variance(R), [0.36, 0.04, 0.36])
    assert np.isnan(validity.largest_shared_variance(np.eye(1))).all()
    R[0, 2] = R[2, 0] = np.nan
    np.testing.assert_allclose(validity.largest_shared_variance(R), [0.04, 0.04, R[1, 2] ** 2])


def per_construct(kernel):
    def of(S):
        return kernel(np.broadcast_to(LOADINGS, (*S.shape[:-2], 3)), np.full(S.shape[:-2], 1.3), S)

    of.__name__ = kernel.__name__
    return of


def ratio(kernel):
    def of(R):
        return kernel(R, np.array([[1.0, 1, 0], [0, 1, 1]]))

    of.__name__ = kernel.__name__
    return of


KERNELS = [
    per_construct(validity.composite_reliability),
    per_construct(validity.average_variance_extracted),
    validity.largest_shared_variance,
    *map(ratio, RATIOS),
]
every_kernel = pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.__name__)


@every_kernel
def test_a_batch_is_its_members_side_by_side(kernel):
    batch = correlations(2, 3, p=3)
    together = kernel(batch)
    alone = [kernel(member) for member in batch.reshape(6, 3, 3)]
    np.testing.assert_array_equal(together.reshape(6, *together.shape[2:]), np.stack(alone))


@every_kernel
def test_an_empty_batch_is_answered_with_an_empty_batch(kernel):
    assert len(kernel(correlations(0, p=3))) == 0


@every_kernel
def test_one_bad_member_leaves_its_neighbours_alone(kernel):
    batch = correlations(4, p=3)
    good = kernel(batch)
    batch[2] = np.nan
    after = kernel(batch)
    assert np.isnan(after[2]).any()
    np.testing.assert_array_equal(np.delete(after, 2, axis=0), np.delete(good, 2, axis=0))
