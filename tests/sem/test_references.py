"""Estimates, errors, standardized values and indices agree with lavaan (see reference/sem.md).

Both programs stand at the same optimum to rounding error, so the tolerances only have to absorb the conditioning of
the information matrix: 1e-6 for what the moments determine directly, 1e-5 for standard errors.  n against n - 1
would be seen everywhere (1e-3 at the largest sample).
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "sem.json").read_text("utf-8"))["cases"]
CASES = sorted(REFERENCE)
every_case = pytest.mark.parametrize("case", CASES)


def close(value, tolerance):
    return pytest.approx(value, rel=tolerance, abs=tolerance)


def summary(case):
    """Covariance matrix, means if modelled, and n, as the arguments of sme.fit."""
    names, triangle = case["names"], case["covariance"]
    lower = np.array([[*row, *[0.0] * (len(names) - len(row))] for row in triangle])
    cov = pd.DataFrame(lower + np.tril(lower, -1).T, index=names, columns=names)
    mean = None if case["mean"] is None else pd.Series(case["mean"], index=names)
    return {"cov": cov, "mean": mean, "n": case["n"]}


@pytest.fixture(scope="module")
def fits():
    return {
        name: sme.fit("\n".join(case["model"]), **summary(case), **case["options"]) for name, case in REFERENCE.items()
    }


def keyed(frame):
    """Rows by relation, a covariance under both of its spellings."""
    rows = {(row["lhs"], row["op"], row["rhs"]): row for row in frame.to_dict("records")}
    return rows | {(b, op, a): row for (a, op, b), row in rows.items() if op == "~~"}


@every_case
def test_the_reference_stands_at_its_optimum(case):
    assert REFERENCE[case]["largest_gradient"] < 1e-12


@every_case
def test_the_fit_converged(fits, case):
    assert fits[case].converged, fits[case].diagnostics


@every_case
def test_estimates_agree(fits, case):
    ours = keyed(fits[case].estimates())
    for lhs, op, rhs, est, se, *_ in REFERENCE[case]["parameters"]:
        row = ours[lhs, op, rhs]
        assert row["est"] == close(est, 1e-6), (lhs, op, rhs)
        if se is not None:
            assert row["se"] == close(se, 1e-5), (lhs, op, rhs)
        else:
            assert np.isnan(row["se"]), (lhs, op, rhs)


@every_case
def test_no_parameter_is_missing_or_too_many(fits, case):
    ours = {frozenset([a, op, b]) for a, op, b in zip(*fits[case].estimates()[["lhs", "op", "rhs"]].T.values)}
    theirs = {frozenset([a, op, b]) for a, op, b, *_ in REFERENCE[case]["parameters"]}
    assert ours == theirs


@every_case
def test_standardized_values_agree(fits, case):
    ours, own = keyed(fits[case].estimates()), keyed(fits[case].standardized())
    compared = 0
    for lhs, op, rhs, _, _, std_lv, std_all, se in REFERENCE[case]["parameters"]:
        if std_all is None or not np.isfinite(ours[lhs, op, rhs]["std_all"]):
            continue
        compared += 1
        assert ours[lhs, op, rhs]["std_lv"] == close(std_lv, 1e-6), (lhs, op, rhs)
        assert ours[lhs, op, rhs]["std_all"] == close(std_all, 1e-6), (lhs, op, rhs)
        assert own[lhs, op, rhs]["est_std"] == close(std_all, 1e-6), (lhs, op, rhs)
        if se is not None and se > 1e-10:
            assert own[lhs, op, rhs]["se"] == close(se, 1e-5), (lhs, op, rhs)
    assert compared >= 9


@every_case
def test_fit_measures_agree(fits, case):
    ours = fits[case].measures()
    theirs = REFERENCE[case]["measures"]
    assert len(theirs) >= 27
    differing = {k: (ours[k], v) for k, v in theirs.items() if ours[k] != close(v, 1e-6)}
    assert not differing


@every_case
def test_explained_variance_agrees(fits, case):
    ours = fits[case].r_squared()
    assert set(ours.index) == set(REFERENCE[case]["r_squared"])
    for name, value in REFERENCE[case]["r_squared"].items():
        assert ours[name] == close(value, 1e-6), name


@every_case
def test_the_largest_modification_indices_agree(fits, case):
    ours = keyed(fits[case].modification_indices())
    for lhs, op, rhs, mi, epc, sepc in REFERENCE[case]["modification_indices"]:
        row = ours[lhs, op, rhs]
        assert row["mi"] == close(mi, 1e-5), (lhs, op, rhs)
        assert row["epc"] == close(epc, 1e-5), (lhs, op, rhs)
        assert row["sepc_all"] == close(sepc, 1e-5), (lhs, op, rhs)


def test_the_published_chi_squares_of_wheaton_and_thurstone_are_found(fits):
    # PROC CALIS prints 13.485 on 9 degrees of freedom for the Wheaton data with equal residuals
    measures = fits["wheaton_equal"].measures()
    assert (round(measures["chisq"], 3), measures["df"]) == (13.485, 9)
    # the R package sem prints 38.196 on 24, dividing by n - 1
    case = REFERENCE["thurstone_second_order"]
    wishart = sme.fit("\n".join(case["model"]), **summary(case), std_lv=True, likelihood="wishart").measures()
    assert (round(wishart["chisq"], 3), wishart["df"]) == (38.196, 24)
