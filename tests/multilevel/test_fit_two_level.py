"""Two-level models agree with lavaan, with a mixed model of statsmodels, with closed forms, and with planted truth.

lavaan ends the search for its unrestricted model early, which its chi-squares and the SRMR show; and its scores of
variables that stand at level 1 only are not slopes of its likelihood (``kernels/test_two_level.py`` proves ours), so
errors of MLR are compared without such a variable.
"""

import json
import pickle
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy.stats import norm

import sme_sem as sme
from chinese import wholly_chinese
from multilevel.employees import BETWEEN, FOLDER, PATHS, WITHIN, employees, fitted
from sme_sem.errors import ConvergenceError, DataProblem, IdentificationError, SpecificationError, SyntaxProblem
from sme_sem.kernels.minimise import Status

REFERENCE = json.loads((FOLDER / "two_level.json").read_text("utf-8"))["cases"]
ROUGH = {"chisq": 5e-3, "chisq_scaled": 2e-2, "baseline_chisq": 5e-3, "srmr_within": 2e-4, "srmr_between": 2e-3}
ROUGH |= {"tli": 5e-5, "rmsea": 5e-5, "rmsea_ci_upper": 5e-5, "cfi": 2e-5, "unrestricted_logl": 5e-3}


@cache
def asked(case):
    options = dict(REFERENCE[case]["options"])
    model = options.pop("model")
    return fitted(model, **{name.replace(".", "_"): value for name, value in options.items()})


def theirs(case):
    frame = pd.DataFrame(REFERENCE[case]["parameters"], columns=REFERENCE[case]["columns"]).replace("NA", np.nan)
    frame["level"] = frame["level"].map({1: "within", 2: "between", 0: ""})
    frame = frame.astype(dict.fromkeys(["est", "se", "std.all", "se.std"], float))
    return frame.set_index(["lhs", "op", "rhs", "level"])


def ours(fit):
    key = ["lhs", "op", "rhs", "level"]
    return fit.estimates().set_index(key), fit.standardized().set_index(key)


@pytest.mark.parametrize("case", REFERENCE)
def test_estimates_and_errors_are_lavaans(case):
    reference, (estimates, standardized) = theirs(case), ours(asked(case))
    order = reference.index
    assert set(order) == set(estimates.index)
    apart = (estimates["est"].loc[order] - reference["est"]).abs()
    assert (apart <= 1e-3 * reference["se"] + 1e-9).all()  # the distance at which lavaan ends its search
    np.testing.assert_allclose(estimates["se"].fillna(0).loc[order], reference["se"], rtol=2e-4)
    np.testing.assert_allclose(estimates["std_all"].loc[order], reference["std.all"], rtol=1e-4, atol=5e-5)
    np.testing.assert_allclose(standardized["se"].fillna(0).loc[order], reference["se.std"].fillna(0), rtol=5e-4)


@pytest.mark.parametrize("case", REFERENCE)
def test_measures_are_lavaans(case):
    found = asked(case).measures()
    for name, value in REFERENCE[case]["measures"].items():
        name = name.replace(".", "_")
        if value not in (None, "NA"):
            assert found[name] == pytest.approx(value, abs=ROUGH.get(name, 1e-4)), name
    assert found["unrestricted_logl"] >= REFERENCE[case]["measures"]["unrestricted.logl"] - 1e-9


def test_shares_between_clusters_are_lavaans():
    icc = asked("paths").intraclass()["icc"]
    expected = {name: value for name, value in REFERENCE["paths"]["icc"].items() if name in icc.index}
    assert icc.to_dict() == pytest.approx(expected, abs=5e-4)


def test_a_regression_with_random_intercepts_is_statsmodels_mixed_model():
    """Covariates that vary at one level only: the likelihood of the outcome given them is the mixed model's."""
    fit = fitted("level: 1\n i1 ~ tenure\nlevel: 2\n i1 ~ size")
    mixed = smf.mixedlm("i1 ~ tenure + size", employees(), groups="firm").fit(reml=False, gtol=1e-12)
    table = fit.estimates().set_index(["lhs", "op", "rhs", "level"])
    for name, level in (("tenure", "within"), ("size", "between")):
        row = table.loc[("i1", "~", name, level)]
        assert row["est"] == pytest.approx(mixed.params[name], abs=1e-5)
        assert row["se"] == pytest.approx(mixed.bse[name], rel=2e-3)  # theirs leave the variances' part out
    assert table.loc[("i1", "~~", "i1", "within"), "est"] == pytest.approx(mixed.scale, abs=1e-4)
    between = float(mixed.cov_re.iloc[0, 0])
    assert table.loc[("i1", "~~", "i1", "between"), "est"] == pytest.approx(between, abs=1e-4)
    mean = table.loc[("i1", "~1", "", "between"), "est"]
    assert mean == pytest.approx(mixed.params["Intercept"], abs=1e-4)


def test_variances_of_equal_clusters_have_a_closed_form():
    """Mean squares of an analysis of variance, the one between divided by all clusters."""
    rng = np.random.default_rng(1)
    J, d = 40, 5
    y = rng.standard_normal((J, d)) + rng.standard_normal((J, 1)) + 3
    data = pd.DataFrame({"y": y.ravel(), "firm": np.repeat(np.arange(J), d)})
    fit = fitted("level: 1\n y ~~ y\nlevel: 2\n y ~~ y", data)
    est = fit.estimates().set_index(["op", "level"])["est"]
    within = ((y - y.mean(axis=1, keepdims=True)) ** 2).sum() / (J * (d - 1))
    between = d * y.mean(axis=1).var()
    assert est["~~", "within"] == pytest.approx(within, rel=1e-10)
    assert est["~~", "between"] == pytest.approx((between - within) / d, rel=1e-10)
    assert est["~1", "between"] == pytest.approx(y.mean(), rel=1e-10)
    assert fit.measures()["df"] == 0


def test_the_truth_is_found_again():
    rng = np.random.default_rng(5)
    J, d = 1500, 4
    climate, culture = rng.standard_normal((J, d)), 0.7 * rng.standard_normal((J, 1))
    use = 0.5 * climate + 0.6 * rng.standard_normal((J, d)) + 0.2 * culture + 0.3 * rng.standard_normal((J, 1))
    data = pd.DataFrame({"firm": np.repeat(np.arange(J), d), "u": use.ravel()})
    for k, loading in enumerate((1.0, 0.8, 0.9)):
        item = loading * (climate + culture) + 0.5 * rng.standard_normal((J, d)) + 0.2 * rng.standard_normal((J, 1))
        data[f"c{k}"] = item.ravel()
    model = "level: 1\n w =~ c0 + c1 + c2\n u ~ w\nlevel: 2\n b =~ c0 + c1 + c2\n u ~ b"
    table = fitted(model, data).estimates().set_index(["lhs", "op", "rhs", "level"])
    truth = {
        ("w", "=~", "c1", "within"): 0.8,
        ("b", "=~", "c2", "between"): 0.9,
        ("u", "~", "w", "within"): 0.5,
        ("u", "~", "b", "between"): 0.2,
        ("w", "~~", "w", "within"): 1.0,
        ("b", "~~", "b", "between"): 0.49,
        ("c0", "~~", "c0", "between"): 0.04,
    }
    for key, value in truth.items():
        assert abs(table.loc[key, "est"] - value) < 3.5 * table.loc[key, "se"] < 0.2, key


def test_neither_order_nor_names_of_clusters_matter():
    data = employees().sample(frac=1, random_state=3)
    data["firm"] = "firm " + data["firm"].astype(str)
    one, other = fitted(), fitted(BETWEEN + WITHIN, data[data.columns[::-1]])
    columns = ["est", "se"]
    key = ["lhs", "op", "rhs", "level"]
    pd.testing.assert_frame_equal(
        one.estimates().set_index(key)[columns], other.estimates().set_index(key)[columns], rtol=1e-7, atol=1e-8
    )
    assert other.measures()["chisq"] == pytest.approx(one.measures()["chisq"], rel=1e-9)


def test_units_do_not_matter():
    data = employees().copy()
    data["c2"] *= 1000
    data["size"] /= 1000
    one, other = fitted(), fitted(data=data)
    assert other.measures()["chisq"] == pytest.approx(one.measures()["chisq"], rel=1e-7)
    np.testing.assert_allclose(
        other.standardized()["est_std"], one.standardized()["est_std"], atol=1e-6, equal_nan=True
    )


def test_covariates_of_one_level_may_be_given_or_estimated():
    given, free = fitted(), fitted(fixed_x=False)
    key = ["lhs", "op", "rhs", "level"]
    tables = [
        fit.estimates().query("lhs not in ['tenure', 'size']").set_index(key)[["est", "se"]] for fit in (given, free)
    ]
    pd.testing.assert_frame_equal(*tables, rtol=1e-6, atol=1e-8)
    one, other = given.measures(), free.measures()
    assert one["chisq"] == pytest.approx(other["chisq"], rel=1e-8)
    assert (one["df"], one["npar"], other["npar"]) == (38, 39, 43)
    firms = employees().drop_duplicates("firm")["size"]
    alone = sum(norm(x.mean(), x.std(ddof=0)).logpdf(x).sum() for x in (employees()["tenure"], firms))
    assert one["logl"] == pytest.approx(other["logl"] - alone, rel=1e-10)
    assert list(given.estimates().query("lhs in ['tenure', 'size']")["free"]) == [False] * 4


def test_covariates_of_both_levels_are_estimated():
    table = fitted("level: 1\n i1 ~ c1\nlevel: 2\n i1 ~ c1 + size").estimates().query("lhs == 'c1' or lhs == 'size'")
    assert table.set_index(["lhs", "op", "rhs", "level"])["free"].to_dict() == {
        ("c1", "~~", "c1", "within"): True,
        ("c1", "~1", "", "within"): False,
        ("c1", "~~", "c1", "between"): True,
        ("c1", "~~", "size", "between"): True,
        ("size", "~~", "size", "between"): False,
        ("c1", "~1", "", "between"): True,
        ("size", "~1", "", "between"): False,
    }


def test_constructs_have_one_solution_whatever_gives_them_a_unit():
    marker, unit = fitted(), fitted(std_lv=True)
    assert unit.measures()["chisq"] == pytest.approx(marker.measures()["chisq"], rel=1e-9)
    loadings = [own.standardized().query("op == '=~'")["est_std"] for own in (marker, unit)]
    np.testing.assert_allclose(*loadings, atol=1e-7)


def test_a_saturated_model_fits_perfectly():
    found = asked("observed").measures()
    assert found["df"] == 0
    assert found["chisq"] == pytest.approx(0, abs=1e-9)


def test_equal_labels_at_both_levels_are_one_parameter():
    fit = asked("equal")
    table = fit.estimates().query("label == 'a3'")
    assert list(table["level"]) == ["within", "between"]
    assert table["est"].nunique() == table["se"].nunique() == 1
    assert fit.vcov.shape == (34, 34)
    assert "cw =~ c3 [within]" in fit.vcov.columns


def test_a_definition_combines_both_levels():
    fit = asked("equal")
    table = fit.estimates().set_index("label")
    defined = table.loc["contextual"]
    assert defined["est"] == pytest.approx(table.loc["b2", "est"] - table.loc["b1", "est"])
    names = ["iw ~ cw [within]", "ib ~ cb [between]"]
    V = fit.vcov.loc[names, names].to_numpy()
    assert defined["se"] == pytest.approx(np.sqrt(V[0, 0] + V[1, 1] - 2 * V[0, 1]))


def test_implied_covariances_come_near_the_unrestricted_ones():
    fit = fitted()
    for level in ("within", "between"):
        sigma = fit.implied_covariance(level)
        assert np.linalg.eigvalsh(sigma).min() > 0
    np.testing.assert_allclose(np.diag(fit.implied_covariance("within"))[:7], fit.intraclass()["within"], rtol=0.05)


def test_tables_are_complete_in_both_languages():
    fit = fitted(PATHS + "contextual := 1 + 1", estimator="MLR")
    text = fit.summary()
    for words in ("480", "96", "cb", "ib ← size", "SRMR between clusters", "contextual", "Clusters"):
        assert words in text
    chinese = fit.to("markdown", "zh")
    for words in ("两层模型检验", "组内", "组间", "设计效应", "路径系数"):
        assert words in chinese
    assert [table.name for table in fit.tables()][:3] == ["model_test", "fit_indices", "intraclass"]


def test_each_table_holds_the_parameters_of_its_kind():
    fit = fitted(PATHS + "contextual := 1 + 1\nc1 ~~ c2", estimator="MLR")
    found, tables = fit.estimates(), {table.name: table.frame() for table in fit.tables()}
    own = {
        "loadings": found.query("op == '=~'"),
        "structural_paths": found.query("op == '~'"),
        "covariances": found.query("op == '~~' and lhs != rhs and free"),
        "defined_effects": found.query("op == ':='"),
    }
    for name, rows in own.items():
        assert len(rows) and tables[name]["est"].tolist() == rows["est"].tolist()
        assert tables[name]["se"].tolist() == pytest.approx(
            rows["se"].where(rows["free"] | (rows["op"] == ":=")), nan_ok=True
        )


def test_gaps_are_left_out_and_told():
    data = employees().copy()
    data.loc[[0, 5, 9], "c1"] = np.nan
    fit = fitted(data=data)
    assert fit.n == 477
    assert "477 of 480 respondents are analysed" in fit.summary()


def test_a_fit_can_be_kept():
    fit = pickle.loads(pickle.dumps(fitted()))
    assert fit.measures()["chisq"] == pytest.approx(fitted().measures()["chisq"])


def test_what_the_clusters_let_expect_is_noticed():
    few = employees().query("firm <= 30")
    codes = [d.code for d in fitted("level: 1\n i1 ~ c1\nlevel: 2\n i1 ~~ i1", few).diagnostics]
    assert codes == ["few_clusters", "varies_between"]


def test_a_negative_variance_is_told_with_its_level():
    rng = np.random.default_rng(2)
    y = rng.standard_normal((30, 4))
    y -= 0.9 * y.mean(axis=1, keepdims=True)
    data = pd.DataFrame({"y": y.ravel(), "firm": np.repeat(np.arange(30), 4)})
    fit = fitted("level: 1\n y ~~ y\nlevel: 2\n y ~~ y", data)
    assert not fit.admissible
    assert "y [between]" in fit.diagnostics[-1].message or "y [between]" in fit.summary()


def test_a_model_that_is_not_identified_names_its_parameters():
    model = "level: 1\n cw =~ NA*c1 + c2 + c3 + c4\nlevel: 2\n c1 ~~ c2 + c3 + c4"
    with pytest.raises(IdentificationError, match=r"cw =~ c1 \[within\]"):
        fitted(model)
    fit = fitted(model, on_failure="return")
    assert not fit.converged
    assert "Caution (error)" in fit.summary()


def test_too_many_parameters_are_refused_before_the_search():
    with pytest.raises(IdentificationError, match="df = -"):
        fitted("level: 1\n f =~ c1 + c2\nlevel: 2\n g =~ c1 + c2")


def test_a_search_that_ends_early_is_no_fit():
    with pytest.raises(ConvergenceError, match="did not converge after 1"):
        fitted(max_iterations=1)


@pytest.mark.parametrize(
    ("model", "error", "said"),
    [
        ("f =~ c1 + c2 + c3", SyntaxProblem, "line 1, column 1: this belongs to no level"),
        ("level: 1\n f =~ c1 + c2 + c3", SyntaxProblem, "the model has no level 'between'"),
        ("level: 1\n c1 ~~ c1\nlevel: 3\n c1 ~~ c1", SyntaxProblem, "line 3, column 1: there is no level '3'"),
        ("level: 1\n c1 ~~ c1\nlevel: within\n c1 ~~ c1", SyntaxProblem, "there is a level 'within' already"),
        ("level: 1\n c1 ~~ c1\nlevel: 2\n c1 ~~~ c1", SyntaxProblem, "line 4"),
        ("level: 1\n f =~ c1 + a*c2 + b*c3\nlevel: 2\n g =~ c1 + c2 + c3\n a == b", SpecificationError, "a == b: "),
        ("level: 1\n f <~ c1 + c2\n i1 ~ f\nlevel: 2\n c1 ~~ c2", SpecificationError, "takes no '<~'"),
        ("level: 1\n c1 ~ lower(0)*c2\nlevel: 2\n c1 ~~ c1", SpecificationError, "takes no bounds"),
        ("level: 1\n size =~ c1 + c2\nlevel: 2\n c1 ~~ c1", SpecificationError, "'size' is a construct of the model"),
        ("level: 1\n c1 ~ 1\nlevel: 2\n c1 ~~ c1", SpecificationError, "belongs to level 2"),
        ("level: 1\n c1 ~~ size\nlevel: 2\n c1 ~~ c1", DataProblem, "'size' is the same for all respondents"),
        ("level: 1\n c1 ~~ c2\nlevel: 2\n c1 ~ tenure", DataProblem, "'tenure' stands at level 2 only"),
        ("level: 1\n c1 ~~ c9\nlevel: 2\n c1 ~~ c1", SpecificationError, "unknown variable 'c9'"),
        ("level: 1\n c1 ~~ c2\nlevel: 2\n c1 ~~ c1\n x := a + 1", SpecificationError, "'a'"),
    ],
)
def test_mistakes_are_told(model, error, said):
    with pytest.raises(error) as caught:
        fitted(model)
    assert said in str(caught.value)
    assert wholly_chinese(caught.value.in_chinese())


def test_columns_that_cannot_be_clusters_are_told():
    data = employees().assign(each=range(480), all=1, words="few")
    two = "level: 1\n c1 ~~ c2\nlevel: 2\n c1 ~~ c2"
    with pytest.raises(DataProblem, match="every cluster of 'each' has one respondent"):
        sme.fit_two_level(two, data, cluster="each")
    with pytest.raises(DataProblem, match="all respondents are in one cluster"):
        sme.fit_two_level(two, data, cluster="all")
    with pytest.raises(SpecificationError, match="'farm' names no column"):
        sme.fit_two_level(two, data, cluster="farm")
    with pytest.raises(SpecificationError, match="cluster must be"):
        sme.fit_two_level(two, data, cluster=None)
    with pytest.raises(DataProblem, match="not numeric: 'words'"):
        sme.fit_two_level(two.replace("c2", "words"), data, cluster="firm")
    with pytest.raises(DataProblem, match="exactly collinear: 'c1', 'c5'"):
        sme.fit_two_level(two.replace("c2", "c5"), data.assign(c5=data["c1"] * 2), cluster="firm")


def test_a_model_of_one_level_says_where_two_are_fitted():
    with pytest.raises(SyntaxProblem, match=r"sme\.fit_two_level"):
        sme.fit(PATHS, employees())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: pd.concat([d, d[["c1"]]], axis=1), "column 'c1' occurs more than once"),
        (lambda d: pd.concat([d, d[["firm"]]], axis=1), "column 'firm' occurs more than once"),
        (lambda d: d.assign(firm=[[1]] * len(d)), "holds lists"),
        (lambda d: d.assign(firm=d["firm"].where(d["firm"] > 1)), "1 respondents belong to no cluster"),
        (lambda d: d.assign(tenure=d["tenure"].where(d["tenure"] < 4, np.inf)), "infinite values in 'tenure'"),
        (lambda d: d.assign(tenure=pd.date_range("2020", periods=len(d))), "not numeric: 'tenure'"),
        (lambda d: d.assign(tenure=d["tenure"] + 1j), "not numeric: 'tenure'"),
        (lambda d: d.assign(size=3.0), "no variation in 'size'"),
        (lambda d: d.iloc[:10], "10 respondents in 4 clusters differ within these in 6 ways only, too few for 8"),
        (lambda d: d.assign(tenure=d["c1"] * 2), "exactly collinear: 'c1', 'tenure'"),
    ],
)
def test_answers_that_cannot_be_analysed_are_told(change, said):
    with pytest.raises(DataProblem) as caught:
        fitted(data=change(employees()))
    assert said in str(caught.value)


def test_a_name_is_a_label_or_a_definition_but_not_both():
    with pytest.raises(SpecificationError, match="'b' is the label of"):
        fitted("level: 1\n c1 ~ a*tenure\n b := a*2\nlevel: 2\n c1 ~ b*size")
    with pytest.raises(SpecificationError, match="'d' is defined as"):
        fitted("level: 1\n c1 ~ a*tenure\n d := a*2\nlevel: 2\n c1 ~ b*size\n d := b*3")


@pytest.mark.parametrize(("within", "between"), [("c1 + a*c2", "a*c1 + c2"), ("a*c1 + c2", "c1 + a*c2")])
def test_a_label_on_something_fixed_fixes_the_others(within, between):
    """lavaan 0.6-14: both are one, with one degree of freedom."""
    fit = fitted(f"level: 1\n f =~ {within} + c3\nlevel: 2\n h =~ {between} + c3")
    assert list(fit.estimates().query("label == 'a'")["est"]) == [1.0, 1.0]
    assert fit.measures()["df"] == 1


def test_without_an_unrestricted_model_nothing_rests_on_it():
    fit = fitted()
    lost = replace(fit, found=fit.found)
    lost.__dict__["unrestricted"] = replace(fit.unrestricted, status=Status.NO_DESCENT)
    found = lost.measures()
    assert found[["chisq", "cfi", "rmsea", "srmr_within", "srmr_between", "unrestricted_logl"]].isna().all()
    assert np.isfinite(found[["logl", "aic", "bic"]]).all()
    assert lost.intraclass().isna().all(axis=None)


def test_a_correction_that_is_not_positive_is_none():
    """Answers of two values give scores that vary less than information says."""
    rng = np.random.default_rng(7)
    size = rng.integers(1, 7, int(rng.integers(6, 16)))
    firm = np.repeat(np.arange(len(size)), size)

    def two_values(n):
        return np.sign(rng.standard_normal(n)) * (1 + 0.05 * rng.standard_normal(n))

    shared = two_values(len(firm)) + 0.7 * two_values(len(size))[firm]
    columns = {f"y{k}": shared + two_values(len(firm)) + 0.6 * two_values(len(size))[firm] for k in range(4)}
    model = "level: 1\n y1 ~~ y2 + y3\n y2 ~~ y3\nlevel: 2\n y1 ~~ 0*y2\n y1 ~~ y3\n y2 ~~ y3"
    found = fitted(model, pd.DataFrame(columns).assign(firm=firm), estimator="MLR").measures()
    assert found["chisq"] > 0
    assert found[["chisq_scaled", "cfi_scaled", "rmsea_scaled", "cfi_robust", "rni_robust"]].isna().all()


def test_what_was_asked_for_is_kept():
    assert fitted().options.fixed_x
    assert not fitted(fixed_x=False).options.fixed_x
    assert fitted("level: 1;\n c1 ~~ c2\nlevel: 2; # firms\n c1 ~~ c2").measures()["df"] == 0
