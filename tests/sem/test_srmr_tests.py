"""Tests of the SRMR and the unbiased SRMR: lavaan's, and what must hold of them."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import MODEL, pupils, pupils_with_gaps
from sem.ordered_answers import fitted as fitted_ordered

COLUMNS = ["srmr", "se", "z", "usrmr", "usrmr_se"]
SCALAR = {"group": "school", "group_equal": ["loadings", "intercepts"]}
# lavaan 0.7 (snapshot of August 2026), lavResiduals()$summary at polished optima: by group and kind of moments
LAVAAN = [
    ({}, {("", "cov"): [0.06520505621, 0.00573544438, 6.063021637, 0.05800318843, 0.009621980426]}),
    (
        {"estimator": "GLS"},
        {("", "cov"): [0.08754528921, 0.006322335588, 8.686739627, 0.08171752237, 0.01174555829]},
    ),
    (
        {"estimator": "ULS", "se": "robust", "test": "satorra_bentler"},
        {("", "cov"): [0.05942544065, 0.005679097283, 5.302090244, 0.05189926499, 0.008476008145]},
    ),
    (
        SCALAR,
        {
            ("Pasteur", "cov"): [0.08216984305, 0.008770645758, 3.464544985, 0.06421789087, 0.014882537],
            ("Pasteur", "mean"): [0.1034240923, 0.01090123603, 6.46079742, 0.09866496061, 0.01658994065],
            ("Pasteur", "total"): [0.0860774442, 0.007794131404, 4.708016855, 0.07077893794, 0.01227426856],
            ("Grant-White", "cov"): [0.07672445894, 0.008022263701, 3.597736058, 0.06042461944, 0.01415493557],
            ("Grant-White", "mean"): [0.08705782828, 0.009581083316, 5.977806984, 0.08228757346, 0.01396836956],
            ("Grant-White", "total"): [0.07854115531, 0.007144715175, 4.618294755, 0.06430785172, 0.01187053655],
        },
    ),
    (
        {"estimator": "MLR", "missing": "fiml"},
        {
            ("", "cov"): [0.0630897556, 0.007610383654, 3.434767334, 0.05134436005, 0.01109771777],
            ("", "mean"): [0.007490036478, 0.001099778543, 4.816421903, 0.007247550254, 0.001642583497],
            ("", "total"): [0.05767392096, 0.006949025213, 3.443520181, 0.04696186151, 0.01013985528],
        },
    ),
]
ORDERED = {
    "bfi_wls_5items": {
        "cov": [0.0383770804, 0.004225523376, 6.316493889, 0.03680494526, 0.006336551224],
        "thresholds": [0.01393353539, 0.002240100274, 4.239402472, 0.01344696633, 0.003595564815],
        "total": [0.02595457075, 0.002965585542, 6.044492291, 0.02487106037, 0.004500304727],
    },
    "bfi_wlsmv_struct_x": {
        "cov": [0.06693273011, 0.002610412416, 18.769518628, 0.06455333864, 0.004110391867],
        "slopes": [0.06442499047, 0.004991248928, 7.661041809, 0.05900828064, 0.007115845709],
        "total": [0.05133506075, 0.001890634163, 18.711900342, 0.04882713598, 0.002788988732],
    },
}


@pytest.mark.parametrize(("options", "expected"), LAVAAN)
def test_numbers_agree_with_lavaan(options, expected):
    data = pupils_with_gaps() if "missing" in options else pupils()
    found = sme.fit(MODEL, data, **options).srmr_tests().set_index(["group", "of"])
    assert list(found.index) == list(expected)
    np.testing.assert_allclose(found[COLUMNS], list(expected.values()), rtol=2e-6)


@pytest.mark.parametrize("case", ORDERED)
def test_ordered_answers_agree_with_lavaan(case):
    found = fitted_ordered(case).srmr_tests().set_index("of")
    expected = ORDERED[case]
    np.testing.assert_allclose(found.loc[list(expected), COLUMNS], list(expected.values()), rtol=2e-5)


def test_intervals_and_tests_follow_from_the_estimate():
    fit = sme.fit(MODEL, pupils())
    row = fit.srmr_tests().iloc[0]
    # lavResiduals()$summary
    np.testing.assert_allclose(row[["ci_lower", "ci_upper"]].astype(float), [0.04217643902, 0.07382993783], rtol=1e-5)
    np.testing.assert_allclose(row[["pvalue", "close_pvalue"]].astype(float), [6.679383713e-10, 0.20277192], rtol=1e-5)
    assert row["srmr"] == pytest.approx(fit.measures()["srmr"], rel=1e-12)
    wider, other = fit.srmr_tests(level=0.99).iloc[0], fit.srmr_tests(close=0.01).iloc[0]
    assert wider["ci_lower"] < row["ci_lower"] and wider["ci_upper"] > row["ci_upper"]
    assert other["close_pvalue"] < row["close_pvalue"]


@pytest.mark.parametrize("estimator", ["ML", "WLSMV"])
def test_a_right_model_is_seldom_rejected_and_its_unbiased_srmr_is_near_zero(estimator):
    truth = "f =~ 0.8*a + 0.7*b + 0.6*c; h =~ 0.8*d + 0.6*e + 0.7*k; f ~~ 0.4*h"
    options = {"ordered": True} if estimator == "WLSMV" else {}
    tests = []
    for seed in range(80):
        answers = sme.simulate(truth, 300, seed=seed)
        if options:
            answers = np.clip(np.round(answers + 3), 1, 5)
        found = sme.fit("f =~ a + b + c; h =~ d + e + k", answers, estimator=estimator, **options).srmr_tests()
        tests.append(found.set_index("of").loc["cov", ["z", "usrmr", "srmr"]])
    z, usrmr, srmr = np.array(tests, dtype=float).T
    assert abs(z.mean()) < 0.4 and 0.75 < z.std() < 1.35 and (z > 1.645).mean() < 0.15
    assert usrmr.mean() < 0.5 * srmr.mean()


def test_what_is_reproduced_exactly_has_nothing_to_test():
    found = sme.fit("visual =~ x1 + x2 + x3", pupils(), meanstructure=True).srmr_tests().set_index("of")
    assert (found["srmr"] == 0).all()
    assert (found["usrmr"] == 0).all() and found[["z", "pvalue", "usrmr_se", "close_pvalue"]].isna().all(axis=None)


def test_covariances_that_are_all_but_reproduced_are_close():
    names = ["v1", "v2"]
    covariance, mean = pd.DataFrame([[1, 0.4], [0.4, 1.2]], names, names), pd.Series([0, 0.01], names)
    fit = sme.fit("F =~ v1 + 1*v2", cov=covariance, mean=mean, n=300, preset="growth")
    assert fit.srmr_tests().set_index("of").loc["cov", "close_pvalue"] == 1


def test_what_cannot_be_told_is_refused():
    with pytest.raises(sme.SpecificationError, match=r"^close=5: give a share between 0 and 1, such as close=0.05\.$"):
        sme.fit(MODEL, pupils()).srmr_tests(close=5)
    with pytest.raises(sme.SpecificationError, match="residuals have errors with missing='listwise' and 'fiml'"):
        sme.fit(MODEL, pupils_with_gaps(), missing="two_stage").srmr_tests()
