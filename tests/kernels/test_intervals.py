import numpy as np
import pytest
from scipy.special import ndtri

from sme_sem.kernels import intervals

RNG = np.random.default_rng(5)
DRAWS = np.sort(RNG.normal(0.3, 0.2, size=(400, 3)) + RNG.exponential(0.1, size=(400, 3)), axis=0)


def test_a_quantile_between_two_draws_is_interpolated_on_the_scale_of_normal_quantiles():
    draws = np.array([1.0, 2.0, 3.0, 4.0])[:, None]
    level = 0.5  # rank 2.5: between the second and the third
    share = (ndtri(0.5) - ndtri(0.4)) / (ndtri(0.6) - ndtri(0.4))
    assert intervals.quantile(draws, np.array([[level]])) == pytest.approx(2 + share)
    assert intervals.quantile(draws, np.array([[0.4]])) == pytest.approx(2)  # a whole rank is a draw


def test_beyond_the_outermost_draws_a_quantile_stays_there():
    found = intervals.quantile(DRAWS, np.array([[1e-6] * 3, [1 - 1e-6] * 3]))
    assert np.array_equal(found, DRAWS[[0, -1]])


def test_failed_draws_do_not_count():
    with_gaps = np.vstack([DRAWS, np.full((50, 3), np.nan)])
    assert np.array_equal(intervals.percentile(with_gaps, 0.9), intervals.percentile(DRAWS, 0.9))
    assert np.array_equal(intervals.p_value(with_gaps), intervals.p_value(DRAWS))


def test_without_any_draw_there_is_no_interval():
    nothing = np.full((20, 1), np.nan)
    assert np.isnan(intervals.percentile(nothing, 0.95)).all()
    assert np.isnan(intervals.p_value(nothing)).all()


@pytest.mark.parametrize("method", ["percentile", "bias-corrected", "BCa"])
def test_the_interval_at_the_level_of_the_p_value_touches_zero(method):
    estimate = np.full(3, 0.38)
    bias = 0.0 if method == "percentile" else intervals.bias_correction(DRAWS, estimate)
    bent = np.full(3, 0.04) if method == "BCa" else 0.0
    for p, column in zip(intervals.p_value(DRAWS, bias, bent), range(3)):
        w, a = (x if np.isscalar(x) else x[[column]] for x in (bias, bent))
        limits = intervals.percentile(DRAWS[:, [column]], 1 - p, w, a)
        assert abs(limits).min() == pytest.approx(0, abs=1e-12)


def test_no_correction_leaves_the_percentile_interval():
    centred = np.linspace(-1, 1, 201)[:, None]  # as many below the estimate as above
    bias = intervals.bias_correction(centred[centred[:, 0] != 0], np.zeros(1))
    assert bias == pytest.approx(0)
    assert np.allclose(intervals.percentile(centred, 0.9, bias, np.zeros(1)), intervals.percentile(centred, 0.9))


def test_draws_equal_to_the_estimate_but_for_rounding_do_not_lie_below_it():
    draws = np.array([0.0, 0.1, 0.3 - 1e-16, 0.3, 0.5, 0.6, 0.7, 0.8])[:, None]
    assert intervals.bias_correction(draws, np.array([0.1 + 0.2])) == pytest.approx(ndtri(2 / 8))


def test_where_all_draws_lie_above_the_estimate_there_is_no_correction():
    bias = intervals.bias_correction(DRAWS, np.full(3, -9.0))
    assert np.isinf(bias).all()
    assert np.isnan(intervals.percentile(DRAWS, 0.95, bias)).all()
    assert np.isnan(intervals.p_value(DRAWS, bias)).all()


def test_the_acceleration_of_a_mean_is_a_sixth_of_the_skewness_of_its_standardized_sum():
    values = RNG.exponential(size=(500, 1))
    centred = values - values.mean()
    skewness = (centred**3).mean() / (centred**2).mean() ** 1.5
    assert intervals.acceleration(values) == pytest.approx(skewness / 6 / np.sqrt(500))
    assert intervals.acceleration(np.ones((5, 1))) == 0


def test_bca_covers_a_skewed_variance_evenly_where_the_percentile_interval_does_not():
    n, rounds, draws = 40, 300, 400
    rng = np.random.default_rng(8)
    below = {"percentile": 0, "BCa": 0}
    above = dict(below)
    for _ in range(rounds):
        y = rng.normal(size=n)
        ordered = np.sort(y[rng.integers(n, size=(draws, n))].var(axis=1))[:, None]
        estimate = np.array([y.var()])
        a = intervals.acceleration(((y - y.mean()) ** 2)[:, None])
        w = intervals.bias_correction(ordered, estimate)
        for name, limits in (
            ("percentile", intervals.percentile(ordered, 0.9)),
            ("BCa", intervals.percentile(ordered, 0.9, w, a)),
        ):
            below[name] += int(limits[1, 0] < 1)
            above[name] += int(limits[0, 0] > 1)
    assert below["percentile"] + above["percentile"] > below["BCa"] + above["BCa"]
    assert (below["BCa"] + above["BCa"]) / rounds < 0.2


def test_basic_and_normal_intervals_follow_their_formulas():
    estimate = np.full(3, 0.4)
    lower, upper = intervals.percentile(DRAWS, 0.9)
    assert np.allclose(intervals.basic(DRAWS, 0.9, estimate), [0.8 - upper, 0.8 - lower])
    found = intervals.normal(estimate, 0.01, 0.2, 0.95)
    assert np.allclose(found[:, 0], [0.4 - 0.01 - 1.959964 * 0.2, 0.4 - 0.01 + 1.959964 * 0.2])
