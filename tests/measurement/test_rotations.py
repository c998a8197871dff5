"""Rotations of items that are exactly alike, which stand on a saddle before they are turned."""

import numpy as np
import pandas as pd
import pytest

from sme_sem.measurement import components, factors
from sme_sem.measurement.extraction import UNSETTLED
from sme_sem.measurement.rotations import ROTATIONS


def alike(blocks, within, between):
    """Correlations of blocks of three items, the same within all and between all of them."""
    R = np.kron(np.eye(blocks), np.full((3, 3), within - between)) + between
    np.fill_diagonal(R, 1)
    return pd.DataFrame(R)


@pytest.mark.parametrize("blocks", [2, 3, 4])
@pytest.mark.parametrize("rotation", ["varimax", "promax", "oblimin"])
@pytest.mark.parametrize("condense", [components, factors])
def test_items_of_a_block_that_are_alike_load_alike_and_highest_on_one_column(condense, rotation, blocks):
    found = condense(cov=alike(blocks, 0.5, 0.2), **{_many(condense): blocks}, rotation=rotation)
    loadings = found.loadings.to_numpy().reshape(blocks, 3, blocks)
    np.testing.assert_allclose(loadings, np.broadcast_to(loadings[:, :1], loadings.shape), rtol=0, atol=1e-6)
    sizes = np.sort(np.abs(loadings[:, 0]), axis=1)
    assert sizes[:, -1].min() > 0.6 and sizes[:, -2].max() < 0.2
    assert UNSETTLED not in found.notes


def test_oblimin_of_items_alike_gives_the_simple_structure_exactly():
    found = factors(cov=alike(2, 0.5, 0.2), n_factors=2)
    np.testing.assert_allclose(np.sort(np.abs(found.loadings), axis=1), [[0, 0.5**0.5]] * 6, rtol=0, atol=1e-6)
    assert found.correlations.to_numpy()[0, 1] == pytest.approx(0.4, abs=1e-6)


def test_varimax_of_correlated_blocks_comes_to_rest_where_kaisers_angle_puts_it():
    """Kaiser (1958): in a plane the angle has a closed form, tan 4 phi = (D - 2 A B / p) / (C - (A^2 - B^2) / p)."""
    first = [0.773, 0.841, 0.926, 0.648, 0.794, 0.874, 0.808, 0.572]
    loadings = np.column_stack([first, [-0.229, -0.32, -0.3, -0.17, 0.308, 0.406, 0.361, 0.26]])
    turned, _, settled = ROTATIONS["varimax"].turn(loadings)
    x, y = (loadings / np.linalg.norm(loadings, axis=1, keepdims=True)).T
    u, v, p = x**2 - y**2, 2 * x * y, len(x)
    sine = 2 * (u @ v) - 2 * u.sum() * v.sum() / p
    angle = np.arctan2(sine, u @ u - v @ v - (u.sum() ** 2 - v.sum() ** 2) / p) / 4
    expected = loadings @ [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    assert settled
    order = np.argsort(-(turned[0] ** 2)), np.argsort(-(expected[0] ** 2))
    np.testing.assert_allclose(np.abs(turned[:, order[0]]), np.abs(expected[:, order[1]]), rtol=0, atol=1e-12)


def _many(condense):
    return "n_components" if condense is components else "n_factors"
