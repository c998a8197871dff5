"""Stability of components and factors: identities, a full search, planted structures, and what is refused."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.errors import DataProblem, SpecificationError
from sme_sem.kernels import alignment

TWO = "t =~ .8*a + .8*b + .7*c; u =~ .8*d + .8*e + .7*f; t ~~ 0*u; t ~~ 1*t; u ~~ 1*u"


def answers_of(model, n, seed):
    return sme.simulate(model, n, seed=seed)[list("abcdef")]


def test_turning_finds_the_nearest_of_all_rotations():
    rng = np.random.default_rng(1)
    A, B = rng.normal(size=(2, 6, 2))
    angles = np.linspace(0, 2 * np.pi, 20_001)
    turn = np.array([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]]).transpose(2, 0, 1)
    flip = turn @ np.diag([1, -1])
    nearest = min(((A @ T - B) ** 2).sum(axis=(-2, -1)).min() for T in (turn, flip))
    assert ((alignment.turned_to(A, B) - B) ** 2).sum() == pytest.approx(nearest, rel=1e-6)
    np.testing.assert_allclose(alignment.turned_to(B @ turn[77], B), B, atol=1e-12)


def test_congruence_does_not_see_size_but_sign():
    A = np.random.default_rng(2).normal(size=(6, 2))
    assert alignment.congruence(A, A * [3, -2]) == pytest.approx([1, -1], rel=1e-12)


@pytest.mark.parametrize("method", ["components", "minres", "ml"])
def test_groups_with_the_same_structure_are_congruent_and_others_not(method):
    same = pd.concat([answers_of(TWO, 400, 1).assign(g="x"), answers_of(TWO, 300, 2).assign(g="y")])
    found = sme.congruence(same, "g", 2, method=method)
    assert found.reference == "x" and found.table["n"].tolist() == [300, 300]
    assert (found.table["congruence"] > 0.97).all()
    crossed = answers_of(TWO, 300, 2).set_axis(list("adbecf"), axis=1)
    other = pd.concat([answers_of(TWO, 400, 1).assign(g="x"), crossed.assign(g="y")])
    assert (sme.congruence(other, "g", 2, method=method).table["congruence"] < 0.9).all()


def test_loadings_are_those_of_components_and_of_factors():
    answers = answers_of(TWO, 300, 3)
    own = sme.loading_intervals(answers, 2, draws=20).table["loading"].to_numpy().reshape(6, 2)
    np.testing.assert_allclose(own, sme.components(answers, 2).loadings.to_numpy(), atol=1e-8)
    own = sme.loading_intervals(answers, 2, method="minres", draws=20).table["loading"].to_numpy().reshape(6, 2)
    np.testing.assert_allclose(own, sme.factors(answers, 2, "varimax").loadings.to_numpy(), atol=1e-6)


def test_intervals_cover_planted_factor_loadings():
    planted = (
        np.array([[0.8, 0], [0.8, 0], [0.7, 0], [0, 0.8], [0, 0.8], [0, 0.7]])
        / np.sqrt(1 + np.array([0.64, 0.64, 0.49] * 2))[:, None]
    )
    inside = []
    for seed in range(12):
        found = sme.loading_intervals(answers_of(TWO, 300, seed), 2, method="minres", draws=300, seed=seed)
        table = found.table
        lower, upper = (table[name].to_numpy().reshape(6, 2) for name in ("ci_lower", "ci_upper"))
        if table["loading"][0] < table["loading"][1]:  # the other factor explains more
            lower, upper = lower[:, ::-1], upper[:, ::-1]
        inside.append((lower <= planted) & (planted <= upper))
        assert found.failed < 30
    assert 0.88 < np.mean(inside) < 0.995


def test_stability_tables_are_in_both_languages():
    data = answers_of(TWO, 200, 1).assign(g=np.arange(200) % 2)
    assert "以0组为参照" in sme.congruence(data, "g", 2).to("text", "zh")
    assert "抽样30次" in sme.loading_intervals(answers_of(TWO, 200, 1), 2, draws=30).to("text", "zh")


def test_what_cannot_be_aligned_is_refused():
    data = answers_of(TWO, 100, 1)
    with pytest.raises(SpecificationError, match="Aligned solutions are uncorrelated"):
        sme.loading_intervals(data, 2, rotation="oblimin")
    with pytest.raises(SpecificationError, match=r"^n=4: 6 items have from 1 to 3 minres"):
        sme.loading_intervals(data, 4, method="minres")
    with pytest.raises(SpecificationError, match=r"^method='pca' is not available"):
        sme.loading_intervals(data, 2, method="pca")
    with pytest.raises(DataProblem, match=r"^'g' divides the respondents into 1 group"):
        sme.congruence(data.assign(g=1), "g", 2)
    with pytest.raises(SpecificationError, match=r"^group: no column 'gg'"):
        sme.congruence(data, "gg", 2)
