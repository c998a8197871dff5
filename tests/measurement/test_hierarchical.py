"""Hierarchical omega and maximal reliability: planted values, hand formulas, and what is refused."""

import numpy as np
import pytest

import sme_sem as sme
from sme_sem.errors import SpecificationError
from sme_sem.kernels import hierarchical as kernel

ITEMS = [f"{f}{i}" for f in "abc" for i in (1, 2, 3)]
SPECIFIC = "a =~ a1 + a2 + a3; b =~ b1 + b2 + b3; c =~ c1 + c2 + c3"
BIFACTOR = f"{SPECIFIC}; g =~ " + " + ".join(ITEMS)
POPULATION = "; ".join(f"{f} =~ " + " + ".join(f".5*{f}{i}" for i in (1, 2, 3)) for f in "abc")
POPULATION += "; g =~ " + " + ".join(f".6*{i}" for i in ITEMS)
POPULATION += "; " + "; ".join(f"{f} ~~ 1*{f}" for f in "abcg") + "; " + "; ".join(f"{i} ~~ .39*{i}" for i in ITEMS)
POPULATION += "; a ~~ 0*b; a ~~ 0*c; b ~~ 0*c; g ~~ 0*a + 0*b + 0*c"


@pytest.fixture(scope="module")
def answers():
    return sme.simulate(POPULATION, 4000, seed=1)


def test_a_planted_bifactor_structure_comes_back(answers):
    found = sme.hierarchical(sme.fit(BIFACTOR, answers, orthogonal=True, std_lv=True))
    scales = found.scales.set_index("construct")
    general, specific = (9 * 0.6) ** 2, (3 * 0.5) ** 2
    total = general + 3 * specific + 9 * 0.39
    own = (3 * 0.6) ** 2 + specific + 3 * 0.39
    assert found.general == "g"
    assert scales.loc["g", "omega"] == pytest.approx((general + 3 * specific) / total, abs=0.01)
    assert scales.loc["g", "omega_h"] == pytest.approx(general / total, abs=0.02)
    assert scales.loc["a", "omega_h"] == pytest.approx(specific / own, abs=0.04)
    assert scales.loc["a", "omega"] == pytest.approx((own - 3 * 0.39) / own, abs=0.02)
    assert scales["ecv"].sum() == pytest.approx(1)
    assert scales.loc["g", "ecv"] == pytest.approx(0.36 / 0.61, abs=0.03)


def test_a_second_order_model_is_its_schmid_leiman_bifactor(answers):
    fit = sme.fit(f"{SPECIFIC}; g =~ a + b + c", answers, std_lv=True)
    rows = fit.estimates()
    gamma = rows[rows["lhs"] == "g"].query("op == '=~'").set_index("rhs")["est"]
    loading = rows[(rows["op"] == "=~") & (rows["lhs"] != "g")]
    general = sum(row.est * gamma[row.lhs] for row in loading.itertuples())
    observed = np.cov(answers[ITEMS].to_numpy(), rowvar=False, bias=True).sum()
    found = sme.hierarchical(fit).scales.set_index("construct")
    assert found.loc["g", "omega_h"] == pytest.approx(general**2 / observed, rel=1e-9)
    a = loading[loading["lhs"] == "a"]["est"].sum()
    own = np.cov(answers[ITEMS[:3]].to_numpy(), rowvar=False, bias=True).sum()
    assert found.loc["a", "omega"] == pytest.approx(a**2 * (1 + gamma["a"] ** 2) / own, rel=1e-9)
    assert found.loc["a", "omega_h"] == pytest.approx(a**2 / own, rel=1e-9)


def test_observed_variables_that_are_no_items_do_not_count(answers):
    """What a covariate explains of the general construct stays that construct's."""
    frame = sme.simulate(POPULATION.replace("g ~~ 1*g", "g ~~ .64*g; g ~ .6*age"), 4000, seed=2)
    plain = sme.hierarchical(sme.fit(BIFACTOR, frame, orthogonal=True)).scales.set_index("construct")
    beside = sme.hierarchical(sme.fit(f"{BIFACTOR}; g ~ age", frame, orthogonal=True)).scales.set_index("construct")
    np.testing.assert_allclose(beside.to_numpy(float), plain.to_numpy(float), atol=0.02)
    with pytest.raises(SpecificationError, match=r"^constructs correlate beside the general one, or by what explains"):
        sme.hierarchical(sme.fit(f"{BIFACTOR}; g ~ age; a ~ age", frame, orthogonal=True))


def test_models_without_one_general_source_are_refused(answers):
    with pytest.raises(SpecificationError, match=r"^hierarchical omega needs one general construct"):
        sme.hierarchical(sme.fit(SPECIFIC, answers))
    with pytest.raises(SpecificationError, match=r"^constructs correlate beside the general one"):
        sme.hierarchical(sme.fit(f"{SPECIFIC}; g =~ a + b + c; a ~~ .1*b", answers))


def test_hierarchical_tables_are_in_both_languages(answers):
    found = sme.hierarchical(sme.fit(f"{SPECIFIC}; g =~ a + b + c", answers))
    assert "General construct: g" in str(found) and "一般因子：g" in found.to("text", "zh")


def test_h_is_the_squared_correlation_of_a_construct_with_its_best_weighted_sum(answers):
    loadings = np.array([0.9, 0.6, 0.3])
    S = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    assert kernel.maximal_reliability(loadings) == pytest.approx(loadings @ np.linalg.solve(S, loadings), rel=1e-12)
    assert np.isnan(kernel.maximal_reliability(np.array([1.01, 0.5])))
    fit = sme.fit("a =~ a1 + a2 + a3", answers)
    own = fit.estimates().query("op == '=~'")["std_all"].to_numpy()
    H = sme.validity(fit).scales["H"][0]
    assert H == pytest.approx(kernel.maximal_reliability(own), rel=1e-10)
    assert H >= sme.validity(fit).scales["CR"][0] - 1e-3
