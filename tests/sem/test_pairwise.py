"""Covariances from those who answered both questions: as lavaan has them, and no promise beyond."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import MODEL, assert_same, column, pupils, pupils_with_gaps


def test_without_gaps_nobody_is_set_aside_either_way():
    pairs, whole = (sme.fit(MODEL, pupils(), missing=how) for how in ("pairwise", "listwise"))
    for name in ("est", "se"):
        assert_same(column(pairs, name), column(whole, name), rtol=1e-9)


def test_each_covariance_is_that_of_the_respondents_who_answered_both():
    data = pupils_with_gaps()
    fit = sme.fit("x1 ~~ x2 + x5; x2 ~~ x5", data, missing="pairwise")
    found = column(fit)
    for a, b in (("x1", "x2"), ("x1", "x5"), ("x2", "x5"), ("x2", "x2")):
        both = data[[a, b]].T.drop_duplicates().T.dropna()
        expected = np.cov(both[a], both[b])[0, 1] * 300 / 301
        assert found[a, "~~", b, ""] == pytest.approx(expected, rel=1e-8)


def test_those_who_answered_nothing_do_not_count():
    data = pupils_with_gaps()
    data.loc[[3, 8], [f"x{i}" for i in range(1, 10)]] = np.nan
    fit = sme.fit(MODEL, data, missing="pairwise")
    assert (fit.n, fit.moments.n_collected) == (299, 301)


def test_it_is_said_that_errors_ignore_the_gaps():
    (found,) = sme.fit(MODEL, pupils_with_gaps(), missing="pairwise").diagnostics
    assert (found.severity, found.code) == ("info", "pairwise")
    assert found.message.startswith("pairwise covariances: standard errors and tests take all respondents to have")


def test_covariances_that_nobody_can_have_are_refused():
    rng = np.random.default_rng(1)
    z = rng.standard_normal(90)
    data = pd.DataFrame({"a": z, "b": z + 0.1 * rng.standard_normal(90), "c": z})
    data["c"] = np.where(np.arange(90) < 45, data["b"], -data["a"])
    data.loc[:44, "a"] = np.nan
    data.loc[45:, "b"] = np.nan
    data.loc[40:50, ["a", "b"]] = np.column_stack([z[40:51], z[40:51] + 0.1 * rng.standard_normal(11)])
    with pytest.raises(sme.DataProblem) as caught:
        sme.fit("a ~~ b + c; b ~~ c", data, missing="pairwise")
    assert str(caught.value).startswith(
        "the pairwise covariances are not positive definite (the smallest eigenvalue of"
    )
    assert str(caught.value).endswith("Use missing='fiml' or 'two_stage', which take all answers together.")


@pytest.mark.parametrize(
    "options",
    [
        {"estimator": "MLR"},
        {"estimator": "MLM"},
        {"estimator": "WLSMV"},
        {"estimator": "GLS"},
        {"se": "robust"},
        {"test": "robust"},
        {"information": "observed"},
        {"weights": "x1"},
    ],
)
def test_errors_that_would_need_more_than_pairs_are_refused(options):
    with pytest.raises(sme.SpecificationError) as caught:
        sme.fit(MODEL, pupils_with_gaps(), missing="pairwise", **options)
    assert str(caught.value).startswith("missing='pairwise' goes with estimator='ML' and expected information only")
