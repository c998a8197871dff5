"""T-sizes against the series they were published with, against intervals, and against what they are meant to be."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import sme_sem as sme
from chinese import wholly_chinese
from sme_sem.kernels import t_size as kernel

REFERENCE = Path(__file__).parents[1] / "reference"
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"


@pytest.fixture(scope="module")
def hs():
    return pd.read_csv(REFERENCE / "hs.csv")


def venables(alpha, T, df):
    """The series for the noncentrality (Venables 1975) that Yuan et al. (2016) take."""
    z, variance = norm.ppf(1 - alpha), 2 * (2 * T - df + 2)
    s, k = np.sqrt(variance), df - 1
    terms = [
        z,
        (z**2 - 1) / s,
        -z / s**2,
        2 * k * (z**2 - 1) / (3 * s**3),
        (-k * (4 * z**3 - z) / 6 + (df - 2) * z / 2) / s**4,
        4 * k * (3 * z**4 + 2 * z**2 - 11) / (15 * s**5),
        (-k * (96 * z**5 + 164 * z**3 - 767 * z) / 90 - 4 * k * (df - 2) * (2 * z**3 - 5 * z) / 9 + (df - 2) * z / 2)
        / s**6,
    ]
    return max(T - df + 2 + s * sum(terms), 0)


def test_sizes_are_those_of_the_published_series(hs):
    # chi-squares of lavaan, as the R package dynamic has them in its example: 85.306 and 918.852 at 24 and 36 df
    own = sme.t_size(sme.fit(THREE, hs)).table.set_index("index")["t_size"]
    assert own["rmsea"] == pytest.approx(np.sqrt(venables(0.05, 85.306, 24) / (24 * 301)), abs=2e-6)
    assert own["cfi"] == pytest.approx(1 - venables(0.025, 85.306, 24) / venables(0.975, 918.852, 36), abs=2e-6)


def test_the_size_of_the_rmsea_ends_its_interval(hs):
    fit = sme.fit(THREE, hs, estimator="GLS")
    assert sme.t_size(fit).table["t_size"][0] == pytest.approx(fit.measures()["rmsea_ci_upper"], abs=1e-12)


def test_limits_are_near_the_published_ones():
    # regressions of Yuan et al. (2016) and of Marcoulides and Yuan (2017) at N = 301, df = 24 and 36, as published
    assert kernel.rmsea_sizes(24, 301, 0.05) == pytest.approx([0.0478, 0.0749, 0.1026, 0.1218], abs=0.001)
    assert kernel.cfi_sizes(24, 918.852, 36, 0.05) == pytest.approx([0.9646, 0.9058, 0.8645, 0.8375], abs=0.01)


def test_a_fit_at_a_limit_has_that_index(hs):
    own = sme.t_size(sme.fit(THREE, hs)).table.set_index("index")
    measures = sme.fit(THREE, hs).measures()
    for name, values in (("rmsea", kernel.RMSEA), ("cfi", kernel.CFI)):
        limits = own.loc[name, ["excellent", "close", "fair", "mediocre"]].to_numpy(dtype=float)
        at = np.interp(own.loc[name, "t_size"], *(np.sort(v) for v in (limits, values)))  # nearly straight between
        assert at == pytest.approx(measures[name], abs=0.001)


def test_a_worse_fit_has_a_worse_name(hs):
    verdicts = []
    for model in (THREE + "\nx7 ~~ x8\nvisual =~ x9", THREE, "g =~ " + " + ".join(f"x{i}" for i in range(1, 10))):
        verdicts.append(list(sme.t_size(sme.fit(model, hs)).table["verdict"]))
    assert verdicts == [["fair", "close"], ["mediocre", "fair"], ["poor", "poor"]]


def test_corrected_tests_are_taken(hs):
    fit = sme.fit(THREE, hs, estimator="MLM")
    measures = fit.measures()
    own = sme.t_size(fit).table["t_size"]
    assert own[0] == pytest.approx(kernel.rmsea(measures["chisq_scaled"], 24, 301, 0.05))
    base = measures["baseline_chisq_scaled"], measures["baseline_df_scaled"]
    assert own[1] == pytest.approx(kernel.cfi(measures["chisq_scaled"], 24, *base, 0.05))


def test_more_confidence_is_a_larger_size(hs):
    fit = sme.fit(THREE, hs)
    strict, lax = (sme.t_size(fit, alpha=alpha).table["t_size"] for alpha in (0.01, 0.10))
    assert strict[0] > lax[0]
    assert strict[1] < lax[1]


def test_a_perfect_fit_has_the_best_size():
    assert kernel.cfi(0.0, 5, 0.0, 10, 0.05) == 1.0
    assert kernel.rmsea(0.0, 5, 100, 0.05) == 0.0


def test_a_cfi_of_which_nothing_is_excluded_is_poor():
    # of so few respondents every limit is zero, too: nothing was worse than these, and the fit was called excellent
    answers = sme.simulate("a =~ .4*a1 + .3*a2 + .4*a3; b =~ .4*b1 + .3*b2 + .3*b3; a ~~ .5*b", 60, seed=3)
    found = sme.t_size(sme.fit("a =~ a1 + a2 + a3; b =~ b1 + b2 + b3", answers, on_failure="return"))
    own = found.table.set_index("index").loc["cfi"]
    assert own["t_size"] == 0 == own["excellent"]
    assert own["verdict"] == "poor"
    assert "The T-size of the CFI is 0" in found.to("text") and "CFI的T尺度为0" in found.to("text", "zh")


def test_tables_say_it_in_both_languages(hs):
    found = sme.t_size(sme.fit(THREE, hs))
    assert "mediocre" in found.to("text")
    assert "普通" in found.to("text", "zh")


@pytest.mark.parametrize(
    ("model", "options"),
    [
        (THREE, {"group": "school"}),
        ("g =~ x1 + x2 + x3", {}),
        ("x1 ~ x2", {}),
    ],
)
def test_what_has_no_size_is_refused_in_both_languages(hs, model, options):
    fit = sme.fit(model, hs, **options)
    with pytest.raises(sme.SpecificationError) as caught:
        sme.t_size(fit)
    assert wholly_chinese(caught.value.in_chinese())
