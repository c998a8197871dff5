"""Where variables begin: what must not depend on it, and what does."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.kernels import gaps
from sme_sem.sem.origin import centred

MODEL = "F =~ x0 + x1 + x2 + x3; F ~ year + size"
MEDIATED = "m ~ z; y ~ m + z; F =~ x0 + x1 + x2 + x3; F ~ m"


@pytest.fixture(scope="module")
def answers():
    rng = np.random.default_rng(1)
    year, size = rng.integers(-2, 3, 400).astype(float), rng.normal(3, 1, 400)
    F = 0.2 * year + 0.3 * size + rng.normal(size=400)
    frame = pd.DataFrame({f"x{i}": F + rng.normal(size=400) for i in range(4)}).mask(rng.random((400, 4)) < 0.06)
    z = rng.normal(size=400)
    m = 0.4 * z + rng.normal(size=400)
    y = 0.3 * m + 0.2 * z + rng.normal(size=400)
    return frame.assign(year=year, size=size, z=z, m=m, y=y, g=["a", "b"] * 200)


def alike(here, there, *, tolerance=1e-6):
    keys = ["lhs", "op", "rhs", "group"]
    a, b = (fit.estimates().set_index(keys).query("op != '~1'") for fit in (here, there))
    np.testing.assert_allclose(b["est"], a["est"], rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(b["se"], a["se"], rtol=tolerance)
    for name in ("chisq", "rmsea", "cfi", "srmr"):
        assert there.measures()[name] == pytest.approx(here.measures()[name], rel=tolerance, abs=tolerance)
    a, b = (fit.standardized().set_index(keys).query("op != '~1'")["est_std"] for fit in (here, there))
    np.testing.assert_allclose(b, a, atol=tolerance)


@pytest.mark.parametrize(
    "options",
    [
        {"missing": "fiml"},
        {"missing": "fiml", "fixed_x": False},
        {"missing": "fiml", "estimator": "MLR"},
        {"missing": "two_stage"},
        {"meanstructure": True},
        {"estimator": "GLS", "meanstructure": True},
        {"estimator": "WLS", "meanstructure": True},
        {"group": "g"},
        {"group": "g", "group_equal": ["loadings", "intercepts", "regressions"]},
    ],
    ids=str,
)
@pytest.mark.parametrize("first", [2021.0, -20000.0])
def test_where_a_predictor_begins_changes_nothing_but_intercepts(answers, options, first):
    here, there = (sme.fit(MODEL, answers.assign(year=answers["year"] + k), **options) for k in (0, first))
    assert there.converged and not there.diagnostics and here.iterations == there.iterations
    alike(here, there)
    keys = ["lhs", "op", "rhs", "group"]
    a, b = (fit.estimates().set_index(keys)["est"] for fit in (here, there))
    slope = b.xs(("F", "~", "year"), level=("lhs", "op", "rhs"))
    for group, by in slope.items():  # an item's intercept takes what the construct has of it
        loading = b["x1", "=~", "", group] if ("x1", "=~", "", group) in b.index else b["F", "=~", "x1", group]
        if ("F", "~1", "", group) not in b.index:
            assert b["x1", "~1", "", group] == pytest.approx(a["x1", "~1", "", group] - loading * by * first, rel=1e-6)


@pytest.mark.parametrize("options", [{"missing": "fiml"}, {"group": "g", "group_equal": "regressions"}], ids=str)
def test_mediators_may_begin_anywhere(answers, options):
    here, there = (sme.fit(MEDIATED, answers.assign(m=answers["m"] + k), **options) for k in (0, 3000.0))
    assert here.iterations == there.iterations
    keys = ["lhs", "op", "rhs", "group"]
    a, b = (fit.estimates().set_index(keys).query("op != '~1'") for fit in (here, there))
    np.testing.assert_allclose(b["est"], a["est"], rtol=1e-6, atol=1e-8)
    assert here.measures()["chisq"] == pytest.approx(there.measures()["chisq"], rel=1e-8)


def test_an_origin_that_means_something_stays(answers):
    model = MEDIATED + "; y ~ 0*1"
    table, fit = sme.fit(model, answers, missing="fiml").table, sme.fit(model, answers, missing="fiml")
    far = fit.sample._replace(mean=fit.sample.mean + 50.0 * (np.array(table.observed) == "m"))
    assert centred(table, fit.pattern, far, fit.moments) is None
    free = sme.fit(MEDIATED, answers, missing="fiml")
    far = free.sample._replace(mean=free.sample.mean + 50.0 * (np.array(free.table.observed) == "m"))
    assert centred(free.table, free.pattern, far, free.moments) is not None
    assert centred(free.table, free.pattern, free.sample, free.moments) is None  # nothing is far


def test_samples_of_far_predictors_are_found_again(answers):
    rows = np.random.default_rng(1).integers(0, 400, (40, 400))
    for options in ({"meanstructure": True}, {"missing": "fiml"}):
        complete = answers.dropna() if "meanstructure" in options else answers
        own = rows[:, : len(complete)] % len(complete)
        drawn = [
            sme.bootstrap(
                sme.fit(MODEL, complete.assign(year=complete["year"] + k), **options), resamples=own, progress=False
            )
            for k in (0, 2021.0)
        ]
        assert [found.failed for found in drawn] == [0, 0]
        a, b = (found.table.query("op != '~1'")["se"] for found in drawn)
        np.testing.assert_allclose(b, a, rtol=1e-5)


def test_moved_patterns_have_the_same_deviations(answers):
    frame = answers[["x0", "x1", "year"]].to_numpy()
    plain = sme.fit("x0 ~~ x1 + year; x1 ~~ year", answers, missing="fiml").moments.patterns
    by = np.array([3.0, -2.0, 100.0])
    moved = gaps.moved(plain, by)
    mu = np.nanmean(frame, axis=0)

    def squares(patterns, centre):
        d = (patterns.rows - patterns.level[:, None] * centre) * patterns.mask[patterns.of]
        return d.T @ d

    np.testing.assert_allclose(squares(moved, mu - by), squares(plain, mu), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(moved.mean, (plain.mean - by) * plain.mask)


def test_rows_of_a_covariance_matrix_may_stand_in_another_order(answers):
    C = answers[["x0", "x1", "x2", "x3"]].dropna().cov()
    here = sme.fit("F =~ x0 + x1 + x2 + x3", cov=C, n=300)
    there = sme.fit("F =~ x0 + x1 + x2 + x3", cov=C.loc[["x2", "x0", "x3", "x1"]], n=300)
    assert here.theta.tolist() == there.theta.tolist()
    unnamed = C.reset_index(drop=True)
    assert sme.fit("F =~ x0 + x1 + x2 + x3", cov=unnamed, n=300).theta.tolist() == here.theta.tolist()
