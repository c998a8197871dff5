"""Rotations of items that are exactly alike, which stand on a saddle before they are turned."""

import numpy as np
import pandas as pd
import pytest

from sme_sem.measurement import components, factors
from sme_sem.measurement.extraction import UNSETTLED


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


def _many(condense):
    return "n_components" if condense is components else "n_factors"
