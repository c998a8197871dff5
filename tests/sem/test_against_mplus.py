"""Estimates, errors, tests and indices are those that Mplus printed, to half a unit of the last digit it printed.

Mplus prints three digits of an error, and the ratio of the estimate to it, which tells more; so that is compared.
Where its conventions are others, the printed number is had from ours by the formula of the convention.
"""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sme_sem as sme
from sem.holzinger import FOLDER, keyed, pupils
from sem.test_robust import by_the_book
from sme_sem.kernels import fit_indices, ram

REFERENCE = json.loads((FOLDER / "mplus.json").read_text("utf-8"))
CASES = REFERENCE["cases"]
ROBUST_NUMBERS = ("MLM", "MLMV", "MLMVS")
LIKELIHOOD = [name for name, case in CASES.items() if case["options"].get("estimator", "ML") in ("ML", "MLF", "MLR")]
GLS = [name for name, case in CASES.items() if case["options"].get("estimator") == "GLS"]
MLM = [name for name, case in CASES.items() if case["options"].get("estimator") in ROBUST_NUMBERS]
ORDERED = [name for name, case in CASES.items() if case["data"] == "patterns"]
INTERVAL = ("rmsea_ci_lower", "rmsea_ci_upper", "rmsea_pvalue")


def answers(name):
    """The data of a case, and the column of its groups."""
    if name == "patterns":
        told = REFERENCE["data"][name]
        rows = [list(map(int, pattern)) for pattern, count in told["counts"].items() for _ in range(count)]
        return pd.DataFrame(rows, columns=told["items"]), None
    if name == "democracy.csv":
        return pd.read_csv(FOLDER / name), None
    frame = pupils()
    if name == "hs.csv with gaps":
        for item, rows in REFERENCE["data"][name]["gaps"].items():
            frame.loc[rows, item] = np.nan
    return frame, "school" if name == "hs.csv by school" else None


@cache
def fitted(name):
    case = CASES[name]
    frame, group = answers(case["data"])
    ordered = {"ordered": True} if name in ORDERED else {}
    return sme.fit(sme.read_model("\n".join(case["model"]), "mplus"), frame, group=group, **ordered, **case["options"])


def printed(text):
    """A printed number and whatever would be printed so."""
    return pytest.approx(float(text), rel=0, abs=0.5000001 * 10.0 ** -len(text.partition(".")[2]))


def rows(fit, parameters):
    """Our row of each parameter, with the printed estimate and its ratio to the error."""
    ours = keyed(fit.estimates())
    for lhs, op, rhs, *group, estimate, ratio in parameters:
        yield ours[lhs, op, rhs, group[0] if group else ""], estimate, ratio


def measures(fit):
    """Measures by the names under which Mplus prints them: it has one chi-square, the scaled one where there is one."""
    found = fit.measures().to_dict()
    scaled = {name.removesuffix("_scaled"): value for name, value in found.items() if name.endswith("_scaled")}
    return found | scaled


@pytest.mark.parametrize("name", CASES)
def test_estimates_are_those_that_mplus_printed(name):
    for row, estimate, _ in rows(fitted(name), CASES[name]["parameters"]):
        assert row["est"] == printed(estimate), row


@pytest.mark.parametrize("name", LIKELIHOOD)
def test_errors_of_maximum_likelihood_are_those_that_mplus_printed(name):
    for row, _, ratio in rows(fitted(name), CASES[name]["parameters"]):
        assert row["est"] / row["se"] == printed(ratio), row


@pytest.mark.parametrize("name", [*LIKELIHOOD, *GLS])
def test_measures_are_those_that_mplus_printed(name):
    ours, scaled = measures(fitted(name)), "chisq_scaling_factor" in CASES[name]["measures"]
    for measure, value in CASES[name]["measures"].items():
        if (scaled and measure in INTERVAL) or (name in GLS and measure in (*INTERVAL, "srmr")):
            continue  # conventions, below
        assert ours[measure] == printed(value), measure


@pytest.mark.parametrize("name", [name for name in LIKELIHOOD if "stdyx" in CASES[name]])
def test_standardized_solutions_are_those_that_mplus_printed(name):
    for kind, asked in (("stdyx", "all"), ("std", "lv")):
        ours = keyed(fitted(name).standardized(asked))
        for lhs, op, rhs, estimate, ratio in CASES[name].get(kind, ()):
            row = ours[lhs, op, rhs, ""]
            assert row["est_std"] == printed(estimate), row
            assert row["z"] == printed(ratio), row
    for item, value in CASES[name].get("r_squared", {}).items():
        assert fitted(name).r_squared()[item] == printed(value), item


# --- conventions -----------------------------------------------------------------------------------------


def require_rmsea(fit, chi_square, df, told):
    """Require the RMSEA, its interval and its test: of the one chi-square that Mplus prints, and of all respondents."""
    asked = chi_square, float(df), fit.n, fit.table.groups
    lower, upper = fit_indices.rmsea_interval(*asked)
    assert fit_indices.rmsea(*asked) == printed(told["rmsea"])
    assert lower == printed(told["rmsea_ci_lower"])
    assert upper == printed(told["rmsea_ci_upper"])
    assert fit_indices.close_fit_p_value(*asked) == printed(told["rmsea_pvalue"])


@pytest.mark.parametrize("name", [*LIKELIHOOD, *GLS])
def test_the_interval_of_the_rmsea_is_that_of_the_scaled_chi_square_alone_and_of_all_respondents(name):
    fit, told = fitted(name), CASES[name]["measures"]
    require_rmsea(fit, measures(fit)["chisq"], told["df"], told)


def sizes(fit):
    """Respondents by group."""
    counts = np.atleast_1d(fit.moments.n).astype(float)
    return dict(zip(fit.moments.labels if fit.table.groups > 1 else [""], counts, strict=True))


@pytest.mark.parametrize("name", GLS)
def test_mplus_divides_by_n_in_the_errors_of_means_by_gls_and_pools_squares_in_the_srmr(name):
    fit, n, told = fitted(name), sizes(fitted(name)), CASES[name]["measures"]
    for row, _, ratio in rows(fit, CASES[name]["parameters"]):
        wider = np.sqrt(n[row["group"]] / (n[row["group"]] - 1)) if row["op"] == "~1" else 1
        assert row["est"] / row["se"] * wider == printed(ratio), row
    implied = ram.implied(fit.pattern, fit.theta, fit.sample.covariance, fit.sample.mean)
    each = fit_indices.srmr(fit.sample.covariance, implied.sigma, fit.sample.mean, implied.mu)
    share = np.array([*n.values()]) / fit.n
    assert np.sqrt((share * each**2).sum()) == printed(told["srmr"])


def book(fit):
    """Errors, and the trace and squared trace of Satorra and Bentler's U Gamma, by the weight of the sample."""
    V, Gamma, Delta = by_the_book(fit, at_sample=True)
    bread = np.linalg.inv(Delta.T @ V @ Delta)
    spread = bread @ Delta.T @ V @ Gamma @ V @ Delta @ bread / fit.n
    UG = (V - V @ Delta @ bread @ Delta.T @ V) @ Gamma
    return np.sqrt(np.diagonal(spread)), np.trace(UG), np.trace(UG @ UG)


@pytest.mark.parametrize("name", MLM)
def test_errors_and_tests_of_mlm_weigh_by_the_sample_s_covariances_in_mplus(name):
    fit, n, told = fitted(name), sizes(fitted(name)), CASES[name]["measures"]
    errors, trace, squared = book(fit)
    own = np.sqrt(np.diagonal(fit.vcov))
    for row, _, ratio in rows(fit, CASES[name]["parameters"]):
        place = np.flatnonzero(np.isclose(own, row["se"], rtol=1e-9) & np.isclose(fit.theta, row["est"], rtol=1e-9))
        assert len(place) == 1
        less = 1 if row["op"] == "~1" else np.sqrt(1 - 1 / n[row["group"]])  # covariances spread over n - 1
        assert row["est"] / errors[place[0]] * less == printed(ratio), row
    T, df = fit.measures()[["chisq", "df"]]
    scaled = {
        "MLM": (T * df / trace, df),
        "MLMV": (np.sqrt(df / squared) * T + df - np.sqrt(df / squared) * trace, df),
        "MLMVS": (T * round(trace**2 / squared) / trace, round(trace**2 / squared)),
    }
    chi_square, df = scaled[fit.estimator]
    assert chi_square == printed(told["chisq"])
    assert df == float(told["df"])
    require_rmsea(fit, chi_square, df, told)
    for measure in ("npar", "logl", "unrestricted_logl", "aic", "bic", "bic2", "srmr"):
        assert fit.measures()[measure] == printed(told[measure]), measure
    if "chisq_scaling_factor" in told:
        assert trace / df == printed(told["chisq_scaling_factor"])


@pytest.mark.parametrize("name", ORDERED)
def test_mplus_divides_by_n_what_we_divide_by_n_less_one_with_ordered_answers(name):
    fit, told = fitted(name), CASES[name]["measures"]
    more = fit.n / (fit.n - 1)
    for row, _, ratio in rows(fit, CASES[name]["parameters"]):
        assert row["est"] / row["se"] * np.sqrt(more) == printed(ratio), row
    ours = fit.measures()
    for kind in ("", "baseline_"):
        plain, scaled = ours[f"{kind}chisq"], ours.get(f"{kind}chisq_scaled", ours[f"{kind}chisq"])
        shift = scaled - plain / ours.get(f"{kind}chisq_scaling_factor", 1.0)
        chi_square, df = (scaled - shift) * more + shift, float(told[f"{kind}df"])
        assert chi_square == printed(told[f"{kind}chisq"])
        if not kind:
            assert stats.chi2.sf(chi_square, df) == printed(told["pvalue"])
            require_rmsea(fit, chi_square, df, told)
    if "wrmr" in told:
        assert ours["wrmr"] * np.sqrt(more) == printed(told["wrmr"])
    for index in ("npar", "df", "cfi", "tli", "chisq_scaling_factor"):
        if index in told:
            assert measures(fit)[index] == printed(told[index])


def test_no_case_is_left_out():
    assert {*LIKELIHOOD, *GLS, *MLM, *ORDERED} == set(CASES)
    assert len(CASES) == 30


def test_a_file_of_groups_is_the_model_that_mplus_fitted_beside_the_equality_that_is_its_default():
    case = CASES["two_schools_mlf"]
    model = sme.read_model("\n".join(case["model"]), "mplus")
    fit = sme.fit(model, pupils(), group="school", group_equal=("loadings", "intercepts"))
    for measure in ("npar", "chisq", "df"):
        assert fit.measures()[measure] == printed(case["measures"][measure])
