"""Loadings turned towards a target are lavaan's; their errors are proved as those of other rotations."""

import json

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import FOLDER, ITEMS, pupils
from sem.test_rotation import delta_method
from sme_sem.kernels import rotation as kernel
from sme_sem.sem.rotation import blocks_of, criterion_of

REFERENCE = json.loads((FOLDER / "target.json").read_text("utf-8"))["cases"]
MODEL = f'efa("f")*f1 + efa("f")*f2 + efa("f")*f3 =~ {" + ".join(ITEMS)}'
OWN = {"f1": ITEMS[:3], "f2": ITEMS[3:6], "f3": ITEMS[6:]}
ZEROS = pd.DataFrame(
    {construct: [np.nan if item in own else 0.0 for item in ITEMS] for construct, own in OWN.items()}, ITEMS
)


def values():
    """Some of the target's own loadings are said as well."""
    aims = ZEROS.copy()
    aims.loc[["x1", "x2", "x9"], "f1"] = 0.8, 0.6, 0.3
    return aims


def fitted(case):
    target = values() if case == "values" else OWN
    return sme.fit(MODEL, pupils(), rotation="target", target=target, orthogonal=case == "orthogonal")


def loadings(fit, column="est"):
    return fit.estimates().query("op == '=~'").pivot(index="rhs", columns="lhs", values=column).loc[ITEMS].to_numpy()


@pytest.mark.parametrize("case", list(REFERENCE))
def test_loadings_and_correlations_are_lavaan_s(case):
    fit = fitted(case)
    assert loadings(fit) == pytest.approx(np.array(REFERENCE[case]["loadings"]), abs=1e-5)
    between = fit.estimates().query("op == '~~' and lhs != rhs")["est"].to_numpy()
    assert between == pytest.approx(np.array(REFERENCE[case]["covariances"]), abs=1e-5)


def test_errors_of_uncorrelated_constructs_are_lavaan_s():
    assert loadings(fitted("orthogonal"), "se") == pytest.approx(np.array(REFERENCE["orthogonal"]["errors"]), abs=1e-5)


@pytest.mark.parametrize("target", [OWN, values()], ids=["items", "values"])
def test_errors_are_those_of_the_delta_method(target):
    result, vcov = delta_method(MODEL, rotation="target", target=target)
    np.testing.assert_allclose(result.vcov, vcov, atol=1e-6 * vcov.max())


def test_the_target_is_stationary_and_items_by_construct_are_zeros_elsewhere():
    fit, table = fitted("oblique"), sme.fit(MODEL, pupils(), rotation="target", target=ZEROS)
    assert loadings(fit).tolist() == loadings(table).tolist()
    block = blocks_of(fit.table)[0]
    own, correlations, uniquenesses = block.measured(fit.theta)
    scaled = own / np.sqrt(np.diagonal(own @ correlations @ own.T) + uniquenesses)[:, None]
    off = kernel.conditions(criterion_of(block, fit.options), scaled, correlations, oblique=True)
    assert np.abs(off).max() < 1e-10


def test_constructs_stand_as_the_target_says_and_the_fit_is_that_of_any_rotation():
    turned = {"f1": OWN["f3"], "f2": OWN["f1"], "f3": OWN["f2"]}
    fit = sme.fit(MODEL, pupils(), rotation="target", target=turned)
    assert loadings(fit)[:, [1, 2, 0]] == pytest.approx(loadings(fitted("oblique")))
    assert fit.measures()["chisq"] == pytest.approx(sme.fit(MODEL, pupils()).measures()["chisq"])


def test_a_negative_aim_turns_its_construct():
    aims = ZEROS.copy()
    aims.loc["x1", "f1"] = -0.8
    assert loadings(sme.fit(MODEL, pupils(), rotation="target", target=aims))[0, 0] < -0.5


def test_lavaan_is_told_the_target():
    written = fitted("orthogonal").syntax("lavaan")
    assert 'rotation = "target"' in written and "matrix(c(NA, NA, NA, 0, " in written and "orthogonal = TRUE" in written


REFUSED = [
    ({"rotation": "target"}, "target must be the items of each construct"),
    ({"rotation": "geomin", "target": OWN}, "rotation='target'"),
    ({"rotation": "target", "target": OWN | {"f4": ["x1"]}}, "'f4' is no construct"),
    ({"rotation": "target", "target": OWN | {"f1": ["x1", "y"]}}, "'y' is no item"),
    ({"rotation": "target", "target": {"f1": ["x1"], "f2": ["x4"]}}, "f3 aims at fewer than 2 values"),
    ({"rotation": "target", "target": "x1"}, "the items of each construct"),
    ({"rotation": "target", "target": pd.DataFrame({"f1": ["much"]}, ["x1"])}, "holds numbers"),
]


@pytest.mark.parametrize(("options", "said"), REFUSED)
def test_a_target_that_settles_nothing_is_refused(options, said):
    with pytest.raises(sme.SpecificationError) as caught:
        sme.fit(MODEL, pupils(), **options)
    assert said in str(caught.value)
