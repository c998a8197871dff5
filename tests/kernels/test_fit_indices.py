"""Fit indices against worked examples, against their definitions, and at their limits."""

import numpy as np
import pytest
from scipy import stats

from sme_sem.kernels import fit_indices as fi

# Holzinger and Swineford's nine tests, three factors: the chi-squares and indices every textbook prints
HS = {"chi_square": 85.3055217697941, "df": 24, "baseline": 918.851589292384, "baseline_df": 36}


def test_the_indices_of_a_well_known_model_are_found():
    assert fi.cfi(**HS) == pytest.approx(0.930559651799538, rel=1e-12)
    assert fi.tli(**HS) == pytest.approx(0.895839477699307, rel=1e-12)
    assert fi.rfi(**HS) == pytest.approx(0.860741077072922, rel=1e-12)
    assert fi.rni(**HS) == pytest.approx(0.930559651799538, rel=1e-12)
    assert fi.nfi(HS["chi_square"], HS["baseline"]) == pytest.approx(0.907160718048615, rel=1e-12)
    assert fi.ifi(HS["chi_square"], 24, HS["baseline"]) == pytest.approx(0.931490849987457, rel=1e-12)
    assert fi.ifi(0.403526, 1, 0.271179) == 1  # nothing to explain, lavaan's convention
    assert fi.rmsea(HS["chi_square"], 24, 301) == pytest.approx(0.0921214845100345, rel=1e-12)
    assert fi.p_value(HS["chi_square"], 24) == pytest.approx(8.50255321704907e-09, rel=1e-10)
    assert fi.rmsea_interval(HS["chi_square"], 24, 301) == pytest.approx((0.0714184904397985, 0.113678016811833))
    assert fi.close_fit_p_value(HS["chi_square"], 24, 301) == pytest.approx(0.000661236778076502, rel=1e-8)
    assert fi.not_close_fit_p_value(HS["chi_square"], 24, 301) == pytest.approx(0.839552896760292, rel=1e-8)
    assert fi.critical_n(HS["chi_square"], 24, 301, 0.05) == pytest.approx(129.490200301725, rel=1e-10)


@pytest.mark.parametrize("df", [1, 5, 60])
@pytest.mark.parametrize("chi_square", [0.1, 5.0, 80.0])
def test_the_p_value_is_the_tail_of_the_chi_square_distribution(chi_square, df):
    assert fi.p_value(chi_square, df) == pytest.approx(stats.chi2.sf(chi_square, df), rel=1e-12)


def test_without_degrees_of_freedom_there_is_no_p_value_and_no_misfit():
    assert np.isnan(fi.p_value(0.0, 0))
    assert fi.rmsea(0.0, 0, 100) == 0
    assert fi.rmsea_interval(0.0, 0, 100) == (0, 0)
    assert np.isnan(fi.close_fit_p_value(0.0, 0, 100))
    assert np.isnan(fi.not_close_fit_p_value(0.0, 0, 100))
    assert np.isnan(fi.critical_n(0.0, 0, 100, 0.05))
    assert fi.cfi(0.0, 0, 300.0, 10) == fi.tli(0.0, 0, 300.0, 10) == fi.rni(0.0, 0, 300.0, 10) == 1


def test_a_model_better_than_expected_is_clipped_by_the_cfi_and_the_rmsea_but_not_by_the_tli():
    better = {"chi_square": 10.0, "df": 24, "baseline": 900.0, "baseline_df": 36}
    assert fi.cfi(**better) == 1
    assert fi.rmsea(10.0, 24, 301) == 0
    assert fi.tli(**better) > 1
    assert fi.rni(**better) > 1


def test_a_model_worse_than_independence_has_a_cfi_of_zero():
    assert fi.cfi(500.0, 30, 400.0, 36) == 0


def test_the_cfi_of_nothing_to_explain_is_one():
    assert fi.cfi(5.0, 10, 8.0, 15) == 1


def test_a_saturated_model_has_a_cfi_of_one_whatever_its_chi_square_s_rounding():
    assert fi.cfi(6e-14, 0, 1.4, 2) == 1
    assert fi.cfi(6e-14, 0, 9.0, 2) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("level", [0.9, 0.95])
@pytest.mark.parametrize(("chi_square", "df"), [(85.3, 24), (40.0, 24), (636.7, 568), (3.0, 1)])
def test_at_the_ends_of_the_rmsea_s_interval_the_chi_square_is_at_its_tails(chi_square, df, level):
    lower, upper = fi.rmsea_interval(chi_square, df, 300, level=level)
    tail = (1 - level) / 2
    noncentral = stats.ncx2.cdf(chi_square, df, upper**2 * 300 * df)
    assert noncentral == pytest.approx(tail, rel=1e-6)
    if lower > 0:
        assert stats.ncx2.cdf(chi_square, df, lower**2 * 300 * df) == pytest.approx(1 - tail, rel=1e-6)
    else:
        assert stats.chi2.cdf(chi_square, df) <= 1 - tail
    assert lower <= fi.rmsea(chi_square, df, 300) <= upper


@pytest.mark.parametrize("df", [1, 20, 500])
@pytest.mark.parametrize("probability", [0.05, 0.95])
def test_where_the_series_end_the_noncentrality_goes_on_smoothly(monkeypatch, df, probability):
    series = fi.noncentrality(0.9 * fi.FAR, df, probability)
    monkeypatch.setattr(fi, "FAR", 1.0)
    assert fi.noncentrality(0.9e9, df, probability) == pytest.approx(series, rel=1e-10)


@pytest.mark.parametrize("chi_square", [1e8, 1e10, 1e13, 1e30])
def test_an_enormous_chi_square_has_an_interval_around_its_rmsea_and_no_close_fit(chi_square):
    lower, upper = fi.rmsea_interval(chi_square, 24, 300)
    assert lower <= fi.rmsea(chi_square, 24, 300) * (1 + 1e-12) and upper >= lower
    assert upper == pytest.approx(fi.rmsea(chi_square, 24, 300), rel=1e-3)
    assert fi.close_fit_p_value(chi_square, 24, 300) == 0


@pytest.mark.parametrize(("chi_square", "df", "N"), [(-3.0, 2, 200), (np.nan, 2, 200), (np.inf, 2, 200), (5.0, 2, -80)])
def test_what_is_no_statistic_has_no_interval(chi_square, df, N):
    assert np.isnan(fi.rmsea_interval(chi_square, df, N)).all()


def test_a_chi_square_far_below_its_degrees_of_freedom_has_an_interval_of_zero():
    assert fi.rmsea_interval(2.0, 24, 300) == (0, 0)
    assert fi.rmsea_interval(9e11, 1.2e12, 119) == (0, 0)


def test_an_unknown_chi_square_has_no_interval():
    assert np.isnan(fi.rmsea_interval(np.nan, 24, 300)).all()


@pytest.mark.parametrize(("chi_square", "df"), [(85.3, 24), (30.0, 24), (10.0, 24)])
def test_the_test_of_close_fit_is_a_noncentral_tail(chi_square, df):
    expected = stats.ncx2.sf(chi_square, df, 300 * df * 0.05**2)
    assert fi.close_fit_p_value(chi_square, df, 300) == pytest.approx(expected, rel=1e-9)


def test_several_groups_widen_the_rmsea_by_the_root_of_their_number():
    assert fi.rmsea(90.0, 24, 300, groups=4) == pytest.approx(2 * fi.rmsea(90.0, 24, 300))
    ends = fi.rmsea_interval(90.0, 24, 300)
    assert fi.rmsea_interval(90.0, 24, 300, groups=4) == pytest.approx(tuple(2 * e for e in ends))


def test_mcdonald_s_index_and_the_ecvi_are_their_formulas():
    assert fi.mcdonald(85.0, 24, 301) == pytest.approx(np.exp(-61 / 602))
    assert fi.ecvi(85.0, 21, 301) == pytest.approx((85 + 42) / 301)


def test_an_unknown_chi_square_gives_no_index():
    assert np.isnan(fi.cfi(np.nan, 24, 900.0, 36))
    assert np.isnan(fi.tli(np.nan, 24, 900.0, 36))
    assert np.isnan(fi.rmsea(np.nan, 24, 301))


SAMPLE = np.array([[4.0, 1.0], [1.0, 9.0]])
IMPLIED = np.array([[4.0, 2.5], [2.5, 8.0]])


def test_residual_indices_by_hand():
    # residuals 0, -1.5, 1; standardized by the sample's deviations 2 and 3: 0, -1/4, 1/9
    assert fi.rmr(SAMPLE, IMPLIED) == pytest.approx(np.sqrt((1.5**2 + 1) / 3))
    assert fi.srmr(SAMPLE, IMPLIED) == pytest.approx(np.sqrt((1 / 16 + 1 / 81) / 3))
    off = 1 / 6 - 2.5 / np.sqrt(32)
    assert fi.crmr(SAMPLE, IMPLIED) == pytest.approx(abs(off))
    np.testing.assert_allclose(fi.correlation_residuals(SAMPLE, IMPLIED), [[0, off], [off, 0]], atol=1e-15)


def test_residual_means_count_as_further_residuals():
    mean, implied_mean = np.array([1.0, 2.0]), np.array([0.0, 2.6])
    assert fi.rmr(SAMPLE, IMPLIED, mean, implied_mean) == pytest.approx(np.sqrt((1.5**2 + 1 + 1 + 0.36) / 5))
    expected = (1 / 16 + 1 / 81 + 0.25 + 0.04) / 5
    assert fi.srmr(SAMPLE, IMPLIED, mean, implied_mean) == pytest.approx(np.sqrt(expected))
    off = 1 / 6 - 2.5 / np.sqrt(32)
    assert fi.crmr(SAMPLE, IMPLIED, mean, implied_mean) == pytest.approx(np.sqrt((off**2 + 0.25 + 0.04) / 3))


def test_one_variable_alone_has_no_residual_correlation():
    assert fi.crmr(np.array([[4.0]]), np.array([[3.0]])) == 0


def test_where_a_search_ran_away_residuals_are_infinite_without_a_warning():
    assert fi.rmr(SAMPLE, IMPLIED * 1e200) == np.inf


def test_units_change_the_rmr_alone():
    units = np.outer([10.0, 0.1], [10.0, 0.1])
    for index in (fi.srmr, fi.crmr):
        assert index(SAMPLE * units, IMPLIED * units) == pytest.approx(index(SAMPLE, IMPLIED), rel=1e-12)
    assert fi.rmr(SAMPLE * units, IMPLIED * units) != pytest.approx(fi.rmr(SAMPLE, IMPLIED), rel=0.1)
    numerator, denominator = fi.gfi_parts(SAMPLE * units, IMPLIED * units)
    assert (numerator, denominator) == pytest.approx(fi.gfi_parts(SAMPLE, IMPLIED), rel=1e-12)


def test_the_gfi_s_parts_are_traces():
    numerator, denominator = fi.gfi_parts(SAMPLE, IMPLIED)
    P = np.linalg.solve(IMPLIED, SAMPLE)
    assert numerator == pytest.approx(np.trace((P - np.eye(2)) @ (P - np.eye(2))))
    assert denominator == pytest.approx(np.trace(P @ P))


def test_moments_of_exogenous_variables_do_not_count_in_the_gfi():
    _, denominator = fi.gfi_parts(SAMPLE, IMPLIED, exogenous=1)
    counted = np.array([[4.0, 1.0], [1.0, 0.0]])
    P = np.linalg.solve(IMPLIED, counted)
    assert denominator == pytest.approx(np.trace(P @ P))


def test_modelled_means_add_their_quadratic_forms_to_the_gfi():
    mean, implied_mean = np.array([1.0, 2.0]), np.array([0.5, 2.5])
    plain, full = fi.gfi_parts(SAMPLE, IMPLIED), fi.gfi_parts(SAMPLE, IMPLIED, 0, mean, implied_mean)
    gap = mean - implied_mean
    assert full[0] - plain[0] == pytest.approx(2 * gap @ np.linalg.solve(IMPLIED, gap))
    assert full[1] - plain[1] == pytest.approx(2 * mean @ np.linalg.solve(IMPLIED, mean))


def test_a_perfect_fit_leaves_no_residual():
    for index in (fi.rmr, fi.srmr, fi.crmr):
        assert index(SAMPLE, SAMPLE) == 0
    assert fi.gfi_parts(SAMPLE, SAMPLE)[0] == pytest.approx(0, abs=1e-28)
