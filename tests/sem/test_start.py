"""Where the search begins."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.models import POPULATIONS, fitted_text, moments_by_hand, parameters_of, true_theta
from sme_sem.kernels import linalg, ram
from sme_sem.sem.start import plain_start, start_values
from sme_sem.simulation import population_moments

every_population = pytest.mark.parametrize("name", POPULATIONS)
every_start = pytest.mark.parametrize("start", [start_values, plain_start])


def moments(name, table):
    covariance, mean = moments_by_hand(POPULATIONS[name])
    order = list(table.observed)
    S = np.stack([covariance.loc[order, order]] * table.groups)
    return S, np.stack([mean[order]] * table.groups) if table.means else None


@every_start
@every_population
@pytest.mark.parametrize("std_lv", [False, True])
def test_the_start_implies_a_covariance_matrix(name, start, std_lv):
    table = parameters_of(fitted_text(POPULATIONS[name]), std_lv=std_lv)
    S, mean = moments(name, table)
    theta = start(table, S, mean)
    assert np.isfinite(theta).all()
    assert linalg.is_positive_definite(ram.implied(table.pattern, theta, S, mean).sigma).all()


@every_population
def test_the_good_start_lies_nearer_to_the_truth_than_the_cautious_one(name):
    table = parameters_of(fitted_text(POPULATIONS[name]))
    S, mean = moments(name, table)
    truth = true_theta(POPULATIONS[name], table)
    near, far = (np.abs(start(table, S, mean) - truth).mean() for start in (start_values, plain_start))
    assert near < far
    assert near < 0.3


def test_loadings_of_one_construct_start_at_the_truth():
    table = parameters_of(fitted_text(POPULATIONS["two constructs"]))
    S, mean = moments("two constructs", table)
    theta = start_values(table, S, mean)
    truth = true_theta(POPULATIONS["two constructs"], table)
    loadings = [i for i, name in enumerate(table.names()) if "=~" in name]
    np.testing.assert_allclose(theta[loadings], truth[loadings], rtol=0.05)


@every_start
def test_start_values_in_the_model_win(start):
    table = parameters_of("trust =~ t1 + start(7.5)*t2 + t3; trust ~~ start(0.123)*trust")
    S, _ = moments("two constructs", parameters_of("trust =~ t1 + t2 + t3"))
    theta = dict(zip(table.names(), start(table, S, None)))
    assert theta["trust =~ t2"] == 7.5
    assert theta["trust ~~ trust"] == 0.123


def test_equal_parameters_start_at_their_average():
    free = parameters_of("trust =~ t1 + t2 + t3")
    equal = parameters_of("trust =~ t1 + a*t2 + a*t3")
    S, _ = moments("two constructs", free)
    apart = dict(zip(free.names(), start_values(free, S, None)))
    together = dict(zip(equal.names(), start_values(equal, S, None)))
    assert together["trust =~ t2"] == pytest.approx((apart["trust =~ t2"] + apart["trust =~ t3"]) / 2)


@every_start
def test_groups_start_from_their_own_moments(start):
    table = parameters_of("trust =~ t1 + t2 + t3", 2)
    S, mean = moments("two constructs", table)
    S[1] *= 4
    theta = start(table, S, mean)
    residual = [p.index for p in table.parameters if str(p) == "t1 ~~ t1"]
    assert theta[residual[1]] == pytest.approx(4 * theta[residual[0]])


def test_a_construct_of_two_indicators_that_do_not_covary_still_has_a_start():
    table = parameters_of("f =~ a + b; y ~ f")
    theta = start_values(table, np.eye(3)[None], None)
    assert np.isfinite(theta).all()


def test_constructs_measured_by_each_other_get_a_finite_start():
    table = parameters_of("f =~ a + b + g; g =~ c + d + f")
    assert np.isfinite(start_values(table, (np.eye(4) + 0.3)[None], None)).all()


@pytest.mark.parametrize("carried", [-0.1, 0.04, 0.1, 0.3])
@pytest.mark.parametrize("label", ["", "a*"])
def test_growth_beside_occasions_that_carry_over_finds_its_population(carried, label):
    """Mplus User's Guide, example 6.17 and its like: paths among indicators take what their constructs leave."""
    growth = "i =~ 1*y1 + 1*y2 + 1*y3 + 1*y4; s =~ 0*y1 + 1*y2 + 2*y3 + 3*y4; {}"
    paths = "y2 ~ {0}*y1; y3 ~ {0}*y2; y4 ~ {0}*y3"
    truth = growth.format(paths.format(carried)) + "; i ~~ 1.2*i + 0.4*s; s ~~ 0.35*s; i ~ 0.9*1; s ~ 0.7*1"
    names, covariance, mean = population_moments(truth)
    S, m = pd.DataFrame(covariance, index=names, columns=names), pd.Series(mean, index=names)
    carrying = paths.replace("{0}*", label)
    found = sme.fit(growth.format(carrying), cov=S, mean=m, n=400, preset="growth")
    assert found.measures()["chisq"] == pytest.approx(0, abs=1e-6)
    slopes = found.estimates().query("op == '~'")["est"]
    np.testing.assert_allclose(slopes, carried, atol=1e-6)
