"""Direct, indirect and total effects: sums over paths, with errors by the delta method."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import MODEL, column, pupils
from sem.models import POPULATIONS, central_difference, fitted_text
from sme_sem.kernels import ram

CHAIN = """
    use ~ trust
    gain ~ use + trust
    stay ~ gain + use
"""
CHAIN_POPULATION = """
    use ~ 0.5*trust
    gain ~ 0.4*use + 0.2*trust
    stay ~ 0.6*gain + 0.3*use
    use ~~ 0.7*use
    gain ~~ 0.6*gain
    stay ~~ 0.5*stay
    trust ~~ 1.0*trust
"""
FEEDBACK = fitted_text(POPULATIONS["feedback"])
FITS = {
    "a chain": lambda: sme.fit(CHAIN, sme.simulate(CHAIN_POPULATION, 200, seed=1)),
    "constructs": lambda: sme.fit(
        fitted_text(POPULATIONS["paths among constructs"]),
        sme.simulate(POPULATIONS["paths among constructs"], 300, seed=5),
    ),
    "a loop": lambda: sme.fit(FEEDBACK, sme.simulate(POPULATIONS["feedback"], 400, seed=2)),
    "robust": lambda: sme.fit(CHAIN, sme.simulate(CHAIN_POPULATION, 200, seed=1), estimator="MLR"),
    "equal paths": lambda: sme.fit(
        "use ~ a*trust; gain ~ a*use + trust; stay ~ gain + a*use", sme.simulate(CHAIN_POPULATION, 200, seed=1)
    ),
}
ASKED = {
    "a chain": ("stay", "trust"),
    "constructs": ("gain", "trust"),
    "a loop": ("y1", "x2"),
    "robust": ("stay", "trust"),
    "equal paths": ("stay", "trust"),
}
every_fit = pytest.mark.parametrize("name", FITS)


@pytest.fixture(scope="module")
def fits():
    return {name: make() for name, make in FITS.items()}


def routes(table):
    return dict(zip(table["route"], table["est"]))


def matrix(fit, theta, group=0):
    """(I - A)^-1, all variables."""
    A, *_ = ram.matrices(fit.pattern, theta, fit.sample.covariance, fit.sample.mean)
    return np.linalg.inv(np.eye(A.shape[-1]) - A[group])


def test_every_route_is_the_product_of_its_paths(fits):
    b = column(fits["a chain"])
    table = fits["a chain"].effects("stay", "trust")
    use, gain = b["use", "~", "trust", ""], b["gain", "~", "use", ""]
    assert routes(table.query("effect == 'indirect'")) == pytest.approx(
        {
            "trust → use → stay": use * b["stay", "~", "use", ""],
            "trust → gain → stay": b["gain", "~", "trust", ""] * b["stay", "~", "gain", ""],
            "trust → use → gain → stay": use * gain * b["stay", "~", "gain", ""],
        },
        rel=1e-12,
    )


@every_fit
def test_the_total_is_an_entry_of_the_inverse(fits, name):
    fit, (outcome, predictor) = fits[name], ASKED[name]
    place = {v: i for i, v in enumerate(fit.table.variables)}
    total = fit.effects(outcome, predictor).query("effect == 'total'")["est"].iloc[0]
    assert total == pytest.approx(matrix(fit, fit.theta)[place[outcome], place[predictor]], rel=1e-12)


@every_fit
def test_direct_and_total_indirect_add_up_to_the_total(fits, name):
    est = fits[name].effects(*ASKED[name]).query("effect != 'indirect'").set_index("effect")["est"]
    assert est["direct"] + est["total indirect"] == pytest.approx(est["total"], rel=1e-12)


@pytest.mark.parametrize("name", ["a chain", "constructs", "robust", "equal paths"])
def test_without_loops_the_routes_add_up_to_the_total_indirect_effect(fits, name):
    table = fits[name].effects(*ASKED[name])
    indirect = table.query("effect == 'indirect'")["est"].sum()
    assert indirect == pytest.approx(table.set_index("effect")["est"]["total indirect"], rel=1e-12)


def test_a_loop_is_summed_to_its_end(fits):
    b = column(fits["a loop"])
    forth, back = b["y1", "~", "y2", ""], b["y2", "~", "y1", ""]
    est = fits["a loop"].effects("y1", "x2").set_index("effect")["est"]
    once = b["y2", "~", "x2", ""] * forth
    assert est["indirect"] == pytest.approx(once, rel=1e-12)
    assert est["total"] == pytest.approx(once / (1 - forth * back), rel=1e-12)
    assert est["total"] > 1.05 * once > 0


@every_fit
def test_errors_are_those_of_the_delta_method(fits, name):
    fit, (outcome, predictor) = fits[name], ASKED[name]
    place = {v: i for i, v in enumerate(fit.table.variables)}
    i, j = place[outcome], place[predictor]
    table = fit.effects(outcome, predictor)

    def by_row(theta):
        A, *_ = ram.matrices(fit.pattern, theta, fit.sample.covariance, fit.sample.mean)
        A, E = A[0], matrix(fit, theta)
        found = []
        for effect, route in zip(table["effect"], table["route"]):
            if effect in ("direct", "indirect"):
                stations = [place[v] for v in route.split(" → ")]
                found.append(np.prod([A[b, a] for a, b in pairwise(stations)]))
            else:
                found.append(E[i, j] - (A[i, j] if effect == "total indirect" else 0))
        return np.array(found)

    np.testing.assert_allclose(table["est"], by_row(fit.theta), atol=1e-14)
    slopes = central_difference(by_row, fit.theta)
    expected = np.sqrt(np.einsum("ri,ij,rj->r", slopes, fit.vcov.to_numpy(), slopes))
    np.testing.assert_allclose(table["se"], expected, rtol=1e-6, atol=1e-10)
    assert (table.query("effect == 'total'")["se"] > 0.01).all()


def test_a_route_passes_no_variable_twice():
    data = sme.simulate(POPULATIONS["feedback"] + "\n stay ~ 0.5*y2; stay ~~ 0.6*stay", 400, seed=2)
    fit = sme.fit(FEEDBACK + "\n stay ~ y2; stay ~~ 0*y1 + 0*y2", data)
    table = fit.effects("stay", "x1")
    assert list(table.query("effect == 'indirect'")["route"]) == ["x1 → y1 → y2 → stay"]


def test_robust_errors_are_passed_on(fits):
    plain, robust = (fits[name].effects("stay", "trust")["se"] for name in ("a chain", "robust"))
    assert not np.allclose(plain, robust, rtol=1e-3)


@every_fit
def test_tests_and_intervals_follow_from_the_errors(fits, name):
    table = fits[name].effects(*ASKED[name])
    assert list(table.columns) == "effect route group est se z pvalue ci_lower ci_upper est_std".split()
    total = table.query("effect == 'total'").iloc[0]
    assert total["z"] == pytest.approx(total["est"] / total["se"])
    assert total["ci_upper"] - total["ci_lower"] == pytest.approx(2 * 1.959963984540054 * total["se"])


def test_standardized_effects_are_products_of_standardized_paths(fits):
    std = column(fits["a chain"], "std_all")
    table = fits["a chain"].effects("stay", "trust")
    expected = std["use", "~", "trust", ""] * std["stay", "~", "use", ""]
    found = dict(zip(table["route"], table["est_std"]))["trust → use → stay"]
    assert found == pytest.approx(expected, rel=1e-10)
    raw = table.set_index("effect").loc["total"]
    sample = sme.simulate(CHAIN_POPULATION, 200, seed=1)
    implied = fits["a chain"].implied()
    ratio = np.sqrt(implied.loc["trust", "trust"] / implied.loc["stay", "stay"])
    assert raw["est_std"] == pytest.approx(raw["est"] * ratio, rel=1e-10)
    assert ratio == pytest.approx(sample["trust"].std() / sample["stay"].std(), rel=0.05)


def test_an_effect_reaches_the_items_of_a_construct(fits):
    b = column(fits["constructs"])
    table = fits["constructs"].effects("u2", "trust")
    assert routes(table.query("effect == 'indirect'")) == pytest.approx(
        {"trust → use → u2": b["use", "~", "trust", ""] * b["use", "=~", "u2", ""]}, rel=1e-12
    )


def test_against_the_arrows_there_is_no_effect(fits):
    table = fits["a chain"].effects("trust", "stay")
    assert list(table["effect"]) == ["direct", "total indirect", "total"]
    assert (table[["est", "se"]] == 0).all(axis=None)
    assert table[["z", "pvalue"]].isna().all(axis=None)


def test_a_covariance_is_no_route():
    fit = sme.fit("y ~ a; y ~ b; a ~~ b", sme.simulate("y ~ 0.5*a + 0.4*b; a ~~ 0.5*b", 200, seed=1))
    assert len(fit.effects("y", "a").query("effect == 'indirect'")) == 0


def test_every_group_has_its_own_effects():
    text = MODEL + "\n textual ~ visual; speed ~ textual + visual"
    fit = sme.fit(text, pupils(), group="school", group_equal="loadings")
    table = fit.effects("speed", "visual")
    b, std = column(fit), column(fit, "std_all")
    assert list(table["group"]) == ["Pasteur"] * 4 + ["Grant-White"] * 4
    for school, rows in table.groupby("group"):
        product = b["textual", "~", "visual", school] * b["speed", "~", "textual", school]
        own = rows.set_index("effect")["est"]
        assert own["indirect"] == pytest.approx(product, rel=1e-12)
        assert own["total"] == pytest.approx(product + b["speed", "~", "visual", school], rel=1e-12)
        standardized = std["textual", "~", "visual", school] * std["speed", "~", "textual", school]
        assert rows.set_index("effect")["est_std"]["indirect"] == pytest.approx(standardized, rel=1e-10)
    totals = table.query("effect == 'total'")["est"]
    assert totals.iloc[0] != pytest.approx(totals.iloc[1], rel=1e-3)


def test_a_construct_of_negative_variance_has_effects_but_no_standardized_ones():
    S = np.array([[1.0, 0.1, 0.5, 0.1], [0.1, 1.0, 0.1, 0.5], [0.5, 0.1, 1.0, 0.1], [0.1, 0.5, 0.1, 1.0]])
    S = pd.DataFrame(np.where(S == 0.1, -0.3, S), list("abcd"), list("abcd"))
    fit = sme.fit("f =~ 1*a + 1*b; g =~ 1*c + 1*d; g ~ 0.5*f", cov=S, n=200)
    assert fit.estimates().query("lhs == 'f' and op == '~~'")["est"].item() < 0
    found = fit.effects("g", "f")
    assert (found["est"].iloc[[0, -1]] == 0.5).all()
    assert found["est_std"].isna().all()


def test_an_unknown_variable_is_named(fits):
    with pytest.raises(sme.SpecificationError) as caught:
        fits["a chain"].effects("stay", "trus")
    assert str(caught.value) == "'trus' is not a variable of the model. Did you mean 'trust'?"


def test_an_effect_needs_two_variables(fits):
    with pytest.raises(sme.SpecificationError) as caught:
        fits["a chain"].effects("stay", "stay")
    assert str(caught.value) == "an effect needs two variables, got 'stay' twice."
