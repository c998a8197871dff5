"""Several groups: each with its own parameters, or with some of them held equal."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import (
    ITEMS,
    MODEL,
    assert_same,
    column,
    keyed,
    pupils,
)

EVERYTHING = ["loadings", "intercepts", "means", "residuals", "lv_variances", "lv_covariances"]


def by_school(*group_equal, text=MODEL, data=None, **options):
    return sme.fit(text, pupils() if data is None else data, group="school", group_equal=group_equal, **options)


def answers_with(covariance, mean, n, seed):
    """Answers that have exactly these moments, the covariances divided by n."""
    draws = np.random.default_rng(seed).standard_normal((n, len(mean)))
    draws -= draws.mean(axis=0)
    white = draws @ np.linalg.inv(np.linalg.cholesky(draws.T @ draws / n)).T
    return white @ np.linalg.cholesky(covariance).T + mean


# --- groups and single fits ------------------------------------------------------------------------


@pytest.mark.parametrize("likelihood", ["normal", "wishart"])
def test_groups_that_share_nothing_are_fitted_apart(likelihood):
    together = by_school(likelihood=likelihood)
    schools = pupils().groupby("school", sort=False)
    apart = {name: sme.fit(MODEL, rows, meanstructure=True, likelihood=likelihood) for name, rows in schools}
    for name in ("est", "se", "std_lv", "std_all"):
        expected = {(*key[:3], school): v for school, fit in apart.items() for key, v in column(fit, name).items()}
        assert_same(column(together, name), expected)
    summed = ["chisq", "df", "npar", "baseline_chisq", "baseline_df"]
    for name in summed + ["logl", "unrestricted_logl"] * (likelihood == "normal"):
        total = sum(fit.measures()[name] for fit in apart.values())
        assert together.measures()[name] == pytest.approx(total, rel=1e-9), name
    expected = pd.concat({school: fit.r_squared() for school, fit in apart.items()})
    for key, value in together.r_squared().items():
        assert value == pytest.approx(expected[key], rel=1e-8)
    for school, fit in apart.items():
        np.testing.assert_allclose(together.residuals()[school], fit.residuals(), atol=1e-8)


@pytest.mark.parametrize("likelihood", ["normal", "wishart"])
@pytest.mark.parametrize("estimator", ["MLM", "MLR", "MLMVS", "MLF"])
def test_robust_errors_and_traces_of_unequal_groups_are_those_of_each(estimator, likelihood):
    frame = pupils().assign(half=np.where(np.arange(301) < 75, "few", "many"))
    options = {"estimator": estimator, "likelihood": likelihood, "meanstructure": True}
    together = sme.fit(MODEL, frame, group="half", **options)
    apart = {name: sme.fit(MODEL, rows, **options) for name, rows in frame.groupby("half", sort=False)}
    expected = {(*key[:3], half): v for half, fit in apart.items() for key, v in column(fit, "se").items()}
    assert_same(column(together, "se"), expected)
    if estimator != "MLF":
        whole, parts = together.inference, [fit.inference for fit in apart.values()]
        for own, those in ((whole, parts), (whole.baseline, [part.baseline for part in parts])):
            traces = sum(part.scaling.mean_factor * part.df for part in those)
            assert own.scaling.mean_factor * own.df == pytest.approx(traces, rel=1e-8)
    if estimator == "MLMVS":  # tr((U Gamma)^2) adds up too: Satterthwaite's df is trace^2 over it
        squared = sum((part.scaling.mean_factor * part.df) ** 2 / part.scaling.df for part in parts)
        own = whole.scaling
        assert (own.mean_factor * whole.df) ** 2 / own.df == pytest.approx(squared, rel=1e-7)


def test_the_rmsea_of_groups_counts_them():
    measures = by_school().measures()
    expected = np.sqrt(2 * (measures["chisq"] - measures["df"]) / (measures["df"] * 301))
    assert measures["rmsea"] == pytest.approx(expected, rel=1e-10)


def test_two_equal_halves_with_everything_equal_are_the_whole():
    half = pupils()
    doubled = pd.concat([half.assign(half="first"), half.assign(half="second")], ignore_index=True)
    whole = sme.fit(MODEL, doubled, meanstructure=True)
    halves = sme.fit(MODEL, doubled, group="half", group_equal=EVERYTHING)
    for name in ("est", "se", "std_all"):
        once = column(whole, name)
        assert_same(column(halves, name), {(*k[:3], g): v for k, v in once.items() for g in ("first", "second")})
    for name in ("chisq", "npar", "logl", "aic", "bic", "srmr"):
        assert halves.measures()[name] == pytest.approx(whole.measures()[name], rel=1e-8), name
    extra = 9 * 10 // 2 + 9
    assert halves.measures()["df"] == whole.measures()["df"] + extra


def test_constructs_of_equal_halves_have_equal_means():
    half = pupils()
    doubled = pd.concat([half.assign(half="first"), half.assign(half="second")], ignore_index=True)
    fit = sme.fit(MODEL, doubled, group="half", group_equal=["loadings", "intercepts"])
    rows = fit.estimates().query("op == '~1' and lhs in ['visual', 'textual', 'speed']")
    assert list(rows["free"]) == [False] * 3 + [True] * 3
    np.testing.assert_allclose(rows["est"], 0, atol=1e-8)


def test_means_and_loadings_planted_in_two_groups_are_found_again():
    loadings = np.array([1, 0.8, 1.2, 0.6])
    truth = {"north": (0.5, 0.0, [0.5, 0.6, 0.7, 0.4]), "south": (0.9, 0.7, [0.3, 0.8, 0.5, 0.6])}
    intercepts = np.array([3.0, 2.5, 4.0, 3.5])
    frames = []
    for seed, (region, (variance, mean, residuals)) in enumerate(truth.items()):
        covariance = variance * np.outer(loadings, loadings) + np.diag(residuals)
        answers = answers_with(covariance, intercepts + mean * loadings, 80 + 40 * seed, seed)
        frames.append(pd.DataFrame(answers, columns=list("abcd")).assign(region=region))
    fit = sme.fit("trust =~ a + b + c + d", pd.concat(frames), group="region", group_equal=["loadings", "intercepts"])
    found = column(fit)
    for region, (variance, mean, residuals) in truth.items():
        assert found["trust", "~~", "trust", region] == pytest.approx(variance, abs=1e-8)
        assert found["trust", "~1", "", region] == pytest.approx(mean, abs=1e-8)
        for item, loading, intercept, residual in zip("abcd", loadings, intercepts, residuals):
            assert found["trust", "=~", item, region] == pytest.approx(loading, abs=1e-8)
            assert found[item, "~1", "", region] == pytest.approx(intercept, abs=1e-8)
            assert found[item, "~~", item, region] == pytest.approx(residual, abs=1e-8)
    assert fit.measures()["chisq"] == pytest.approx(0, abs=1e-9)


# --- equality --------------------------------------------------------------------------------------


def test_each_step_of_invariance_costs_the_degrees_of_freedom_it_should():
    steps = [by_school(*EVERYTHING[:2][:k]) for k in range(3)] + [by_school("loadings", "intercepts", "residuals")]
    measures = [fit.measures() for fit in steps]
    assert [m["df"] for m in measures] == [48, 54, 60, 69]
    chisq = [m["chisq"] for m in measures]
    assert chisq == sorted(chisq)
    assert chisq[1] - chisq[0] > 1


@pytest.mark.parametrize(
    ("kind", "op", "restricted"),
    [
        ("loadings", "=~", 6),
        ("residuals", "~~", 9),
        ("lv_variances", "~~", 3),
        ("lv_covariances", "~~", 3),
        ("intercepts", "~1", 6),  # nine less the three means that become free
    ],
)
def test_every_kind_of_equality_holds_what_its_name_says(kind, op, restricted):
    free, equal = by_school(), by_school(kind)
    assert equal.measures()["df"] - free.measures()["df"] == restricted
    rows = keyed(equal.estimates())
    same = {
        frozenset(k[:3])
        for k, row in rows.items()
        if row["free"] and k[3] == "Pasteur" and rows[(*k[:3], "Grant-White")]["est"] == row["est"]
    }
    latent = {"visual", "textual", "speed"}
    expected = {
        "loadings": {frozenset([f, "=~", x]) for f, x in _second_and_third_items()},
        "residuals": {frozenset([x, "~~"]) for x in ITEMS},
        "lv_variances": {frozenset([f, "~~"]) for f in latent},
        "lv_covariances": {frozenset([a, "~~", b]) for a in latent for b in latent if a < b},
        "intercepts": {frozenset([x, "~1", ""]) for x in ITEMS},
    }
    assert same == expected[kind]


def _second_and_third_items():
    return [("visual", "x2"), ("visual", "x3"), ("textual", "x5"), ("textual", "x6"), ("speed", "x8"), ("speed", "x9")]


def test_regressions_and_residual_covariances_can_be_equal_too():
    text = MODEL + "\n speed ~ visual + textual; x1 ~~ x4"
    equal = by_school("regressions", "residual_covariances", text=text)
    assert equal.measures()["df"] == by_school(text=text).measures()["df"] + 3
    est = column(equal)
    for lhs, op, rhs in (("speed", "~", "visual"), ("speed", "~", "textual"), ("x1", "~~", "x4")):
        assert est[lhs, op, rhs, "Pasteur"] == est[lhs, op, rhs, "Grant-White"]


def test_equal_labels_are_equal_loadings():
    labelled = """
        visual =~ x1 + c(a, a)*x2 + c(b, b)*x3
        textual =~ x4 + c(d, d)*x5 + c(e, e)*x6
        speed =~ x7 + c(f, f)*x8 + c(g, g)*x9
    """
    ours, theirs = by_school(text=labelled), by_school("loadings")
    for name in ("est", "se", "std_all"):
        assert_same(column(ours, name), column(theirs, name))
    pd.testing.assert_series_equal(ours.measures(), theirs.measures(), rtol=1e-9)


def test_a_partial_exception_frees_exactly_that():
    relations = ["visual =~ x3", "speed=~x8"]
    full, partial = by_school("loadings"), by_school("loadings", group_partial=relations)
    assert full.measures()["df"] - partial.measures()["df"] == 2
    rows = keyed(partial.estimates())
    unequal = {k[:3] for k, r in rows.items() if k[1] == "=~" and r["est"] != rows[(*k[:3], "Grant-White")]["est"]}
    assert unequal == {("visual", "=~", "x3"), ("speed", "=~", "x8")}


@pytest.mark.parametrize("relation", ["x1 ~~ x4", "x4 ~~ x1", "x4~~x1"])
def test_a_covariance_can_be_excepted_either_way_round(relation):
    text = MODEL + "\n x1 ~~ x4; x2 ~~ x5"
    full = by_school("residual_covariances", text=text)
    partial = by_school("residual_covariances", text=text, group_partial=relation)
    assert full.measures()["df"] - partial.measures()["df"] == 1
    est = column(partial)
    assert est["x1", "~~", "x4", "Pasteur"] != est["x1", "~~", "x4", "Grant-White"]
    assert est["x2", "~~", "x5", "Pasteur"] == est["x2", "~~", "x5", "Grant-White"]


def test_excepting_everything_is_no_equality():
    partial = by_school("loadings", group_partial=[f"{f} =~ {x}" for f, x in _second_and_third_items()])
    assert_same(column(partial), column(by_school()))


def test_spellings_with_dots_are_understood():
    assert_same(column(by_school("lv.variances")), column(by_school("lv_variances")))


def test_a_marker_or_a_unit_variance_give_the_same_equal_loadings():
    marker, unit = by_school("loadings"), by_school("loadings", std_lv=True)
    for name in ("chisq", "df", "npar", "cfi", "rmsea", "srmr"):
        assert unit.measures()[name] == pytest.approx(marker.measures()[name], rel=1e-8), name
    variances = unit.estimates().query("lhs == rhs and lhs == 'visual'")
    assert list(variances["free"]) == [False, True]
    assert_same(column(unit, "std_all"), column(marker, "std_all"))


def test_values_can_be_fixed_in_one_group_alone():
    fit = by_school(text=MODEL.replace("+ x2", "+ c(0.5, NA)*x2"))
    rows = keyed(fit.estimates())
    assert rows["visual", "=~", "x2", "Pasteur"]["est"] == 0.5
    assert not rows["visual", "=~", "x2", "Pasteur"]["free"]
    assert rows["visual", "=~", "x2", "Grant-White"]["free"]
    assert fit.measures()["df"] == 49


# --- what must not matter --------------------------------------------------------------------------


def test_the_order_of_respondents_and_the_names_of_groups_do_not_matter():
    plain = by_school("loadings", "intercepts")
    renamed = pupils().assign(school=lambda d: d["school"].map({"Pasteur": 2.0, "Grant-White": 1.0}))
    other = by_school("loadings", "intercepts", data=renamed.iloc[::-1])
    assert other.moments.labels == ("1", "2")
    for name in ("chisq", "df", "cfi", "srmr", "aic"):
        assert other.measures()[name] == pytest.approx(plain.measures()[name], rel=1e-8), name
    a, b = column(plain, "se"), column(other, "se")
    assert b["x1", "~~", "x1", "2"] == pytest.approx(a["x1", "~~", "x1", "Pasteur"], rel=1e-7)


@pytest.mark.parametrize("nothing", [None, "", "  "])
@pytest.mark.parametrize("kind", [object, "category"])
def test_respondents_of_no_group_are_set_aside(nothing, kind):
    data = pupils()
    data.loc[[0, 5, 9], "school"] = nothing
    fit = by_school(data=data.astype({"school": kind}))
    assert fit.moments.labels == ("Pasteur", "Grant-White")
    assert (fit.n, fit.moments.n_collected) == (298, 301)
    assert_same(column(fit), column(by_school(data=data.drop(index=[0, 5, 9]))))


def test_three_groups_are_fitted_too():
    data = pupils().assign(school=np.resize(["a", "b", "c"], 301))
    fit = by_school("loadings", data=data)
    assert fit.measures()["df"] == 3 * 24 + 2 * 6
    assert set(fit.estimates()["group"]) == {"a", "b", "c"}


# --- what can go wrong -----------------------------------------------------------------------------


def message(problem, **arguments):
    with pytest.raises(problem) as caught:
        sme.fit(MODEL, **{"data": pupils(), "group": "school", **arguments})
    return str(caught.value)


def test_a_group_column_that_is_missing_is_named():
    assert message(sme.SpecificationError, group="schol") == (
        "unknown variable 'schol': group= names no column of the data. Did you mean 'school'?"
    )


def test_one_value_makes_no_groups():
    assert message(sme.DataProblem, data=pupils().assign(school="Pasteur")) == (
        "group='school': the column has 1 value; at least two groups are needed."
    )


def test_a_column_that_tells_every_respondent_apart_makes_no_groups():
    assert message(sme.DataProblem, data=pupils().assign(school=range(301))) == (
        "group='school': 301 groups for 301 respondents; is it the right column?"
    )


def test_a_group_without_enough_answers_is_named():
    data = pupils()
    data.loc[data["school"] == "Pasteur", "x5"] = np.nan
    assert message(sme.DataProblem, data=data) == (
        "group 'Pasteur': 0 of 156 respondents answered all 9 variables of the model; at least two are needed, and in "
        "practice many more. Without any answer: 'x5'."
    )


def test_a_group_smaller_than_the_model_is_named():
    data = pupils().drop(index=range(9, 156))
    assert message(sme.DataProblem, data=data) == (
        "group 'Pasteur': 9 complete answers for 9 variables: the covariance matrix is singular. Collect more answers, "
        "or use fewer variables."
    )


def test_a_misspelt_kind_of_equality_lists_the_kinds():
    assert message(sme.SpecificationError, group_equal=["loadings", "intercept"]) == (
        "group_equal='intercept' is not available; it can be 'loadings', 'thresholds', 'intercepts', 'means', "
        "'residuals', 'residual_covariances', 'lv_variances', 'lv_covariances', 'regressions', 'composite_weights'."
    )


def test_a_covariance_matrix_has_no_groups():
    assert message(sme.SpecificationError, data=None, cov=pupils()[ITEMS].cov(), n=301) == (
        "group= divides respondents, so it needs data=; a covariance matrix has none."
    )


def test_an_exception_that_is_no_parameter_is_refused():
    with pytest.raises(sme.SpecificationError) as caught:
        sme.fit(MODEL, pupils(), group="school", group_equal="loadings", group_partial="visual =~ x7")
    assert str(caught.value).startswith("group_partial: 'visual =~ x7' is no parameter of the model.")


def test_a_parameter_s_name_tells_its_group_unless_it_is_all_groups_own():
    names = list(sme.fit(MODEL, pupils(), group="school", group_equal="intercepts").vcov.index)
    assert len(names) == len(set(names))
    assert {"visual =~ x2 [Pasteur]", "visual =~ x2 [Grant-White]", "x2 ~ 1", "visual ~ 1 [Grant-White]"} <= set(names)


def test_parameters_that_cannot_be_told_apart_are_named_with_their_group():
    text = MODEL.replace("x1", "c(1, NA)*x1")
    with pytest.raises(sme.IdentificationError, match=r"visual =~ x1 \[Grant-White\]") as problem:
        sme.fit(text, pupils(), group="school")
    assert all(name.endswith(" [Grant-White]") for name in problem.value.parameters)
    diagnostic = sme.fit(text, pupils(), group="school", on_failure="return").diagnostics[0]
    assert "visual =~ x1 [Grant-White]" in diagnostic.words.zh


def test_a_negative_variance_is_reported_with_its_group():
    answers = pupils()
    here = answers["school"] == "Pasteur"
    answers.loc[here, "x1"] = answers.loc[here, "x2"] + answers.loc[here, "x3"] + 0.05 * answers.loc[here, "x1"]
    found = [d for d in sme.fit(MODEL, answers, group="school").diagnostics if d.code == "negative_variance"]
    assert found
    assert all("[Pasteur]" in d.words.en and "[Pasteur]" in d.words.zh for d in found)


# --- what counts as equal ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "kinds", "chi_square", "df"),
    [
        ({"fixed_x": False}, (), 29.4173333425, 8),  # lavaan 0.6-14, here and below
        ({"estimator": "GLS"}, (), 30.0517536476, 8),
        ({"estimator": "WLS"}, (), 34.0126804453, 8),
        ({"fixed_x": False}, ("residuals", "residual_covariances"), 32.8420691173, 11),
    ],
)
def test_moments_of_covariates_are_held_equal_by_no_kind(options, kinds, chi_square, df):
    text = "visual =~ x1 + x2 + x3; visual ~ x9"
    measures = by_school("loadings", "intercepts", *kinds, text=text, **options).measures()
    assert (measures["df"], measures["chisq"]) == (df, pytest.approx(chi_square, rel=1e-7))
    if "estimator" not in options:
        given = by_school("loadings", "intercepts", *kinds, text=text).measures()
        assert given["chisq"] == pytest.approx(measures["chisq"], rel=1e-9)


@pytest.mark.parametrize(
    ("kind", "chi_square", "df"), [("lv_covariances", 43.7059645612, 27), ("residual_covariances", 42.5428746572, 24)]
)
def test_a_covariance_is_of_the_kind_of_its_left_side_as_in_lavaan(kind, chi_square, df):
    text = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; visual ~~ x7; textual ~~ x7"
    measures = by_school(kind, text=text).measures()
    assert (measures["df"], measures["chisq"]) == (df, pytest.approx(chi_square, rel=1e-7))


def test_a_marker_excepted_from_equal_loadings_is_free_in_later_groups():
    text = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6"
    excepted = by_school("loadings", text=text, group_partial=["visual =~ x1"])
    written = by_school(text="visual =~ c(1, NA)*x1 + c(a, a)*x2 + c(b, b)*x3; textual =~ x4 + c(d, d)*x5 + c(e, e)*x6")
    assert excepted.measures()["df"] == by_school("loadings", text=text).measures()["df"] - 1
    assert excepted.measures()["chisq"] == pytest.approx(written.measures()["chisq"], rel=1e-9)
    markers = excepted.estimates().query("lhs == 'visual' and rhs == 'x1'")
    assert list(markers["free"]) == [False, True]


def test_a_mean_excepted_from_equal_means_is_free_in_later_groups():
    held = by_school("loadings", "intercepts", "means", group_partial=["speed ~ 1"]).estimates()
    means = held[(held["op"] == "~1") & held["lhs"].isin(["visual", "textual", "speed"]) & held["free"]]
    assert list(zip(means["lhs"], means["group"], strict=True)) == [("speed", "Grant-White")]


def test_correlations_of_constructs_come_by_group_or_for_one_of_them():
    fit = by_school()
    both, one = fit.construct_correlations(), fit.construct_correlations("Grant-White")
    assert list(both) == ["Pasteur", "Grant-White"] and both["Grant-White"].equals(one)
    std = fit.standardized().query("op == '~~' and lhs == 'visual' and rhs == 'textual'").set_index("group")["est_std"]
    assert [both[school].loc["visual", "textual"] for school in both] == pytest.approx(std[list(both)].to_list())


def test_labels_of_its_own_free_a_parameter_from_what_is_equal_across_groups():
    # lavaan 0.6-14: cfa(..., group = "school", group.equal = c("loadings", "intercepts"))
    theirs = {"l1": 0.5049472, "l2": 0.6285727, "i1": 5.5600156, "i2": 5.8602444, "gap": -0.3002288}
    errors = {"l1": 0.13525637, "l2": 0.13654016, "i1": 0.07826774, "i2": 0.11867197, "gap": 0.11920596}
    text = MODEL.replace("x2", "c(l1, l2)*x2").replace("x5", "c(k, k)*x5") + "x8 ~ c(i1, i2)*1\ngap := i1 - i2"
    fit = by_school("loadings", "intercepts", text=text)
    assert fit.measures()["chisq"] == pytest.approx(157.9188, abs=1e-4)
    assert fit.measures()["df"] == 58
    found = fit.estimates().drop_duplicates("label").set_index("label")
    assert {name: found.loc[name, "est"] for name in theirs} == pytest.approx(theirs, abs=2e-5)
    assert {name: found.loc[name, "se"] for name in errors} == pytest.approx(errors, abs=1e-5)


def test_a_label_in_one_group_leaves_the_others_equal():
    three = pupils().assign(third=np.arange(301) % 3)
    fit = sme.fit("f =~ x1 + c('', own, '')*x2 + x3", three, group="third", group_equal="loadings")
    loadings = fit.estimates().query("rhs == 'x2' and op == '=~'")["est"].tolist()
    assert loadings[0] == loadings[2] != loadings[1]


def test_a_construct_of_constructs_keeps_its_mean_where_the_means_below_it_are_free():
    """lavaan 0.6-14, g ~ c(0, 0)*1: chi-square 165.841, 62 degrees of freedom; without it it is not identified."""
    text = MODEL + "g =~ visual + textual + speed"
    scalar, metric = by_school("loadings", "intercepts", text=text), by_school("loadings", text=text)
    assert scalar.measures()["chisq"] == pytest.approx(165.840620, abs=1e-5) and scalar.measures()["df"] == 62
    means = scalar.estimates().query("op == '~1' and group == 'Grant-White'").set_index("lhs")
    assert means.loc["visual", "est"] == pytest.approx(-0.157626, abs=1e-5) and not means.loc["g", "free"]
    first_order = by_school("loadings", "intercepts")
    assert scalar.measures()["df"] - metric.measures()["df"] == len(ITEMS) - 3
    assert scalar.measures()["chisq"] >= first_order.measures()["chisq"]


@pytest.mark.parametrize(
    ("added", "chi_square", "df", "told"),
    [
        ("", 165.840620, 62, False),
        ("\ng ~ c(0, 0)*1", 165.840620, 62, False),
        ("\nx9 ~~ x9\nvisual ~ 0*1\ntextual ~ 0*1\nspeed ~ 0*1", None, 64, True),
    ],
)
def test_the_mean_of_a_construct_of_constructs_is_free_where_something_tells_it(added, chi_square, df, told):
    """Where the means below it are fixed, or an observed outcome has an intercept that is held equal."""
    fit = by_school("loadings", "intercepts", text=MODEL + "g =~ visual + textual + speed" + added)
    mean = fit.estimates().query("op == '~1' and lhs == 'g' and group == 'Grant-White'").iloc[0]
    assert mean["free"] == told
    if df is not None:
        assert fit.measures()["df"] == df
    if chi_square is not None:
        assert fit.measures()["chisq"] == pytest.approx(chi_square, abs=1e-5)


def test_with_an_outcome_the_mean_of_a_second_order_construct_costs_no_fit():
    """lavaan 0.6-14 has the same chi-square and degrees of freedom; planted: a mean .5 higher in the second group."""
    population = (
        "A =~ .8*a1 + .7*a2 + .6*a3; B =~ .7*b1 + .8*b2 + .6*b3; C =~ .7*c1 + .7*c2 + .7*c3; G =~ .8*A + .7*B + .8*C"
    )
    first, second = (
        sme.simulate(f"{population}; o ~ .5*G; G ~ {mean}*1", 600, seed=seed) for mean, seed in ((0, 1), (0.5, 2))
    )
    answers = pd.concat([first.assign(g="a"), second.assign(g="b")], ignore_index=True)
    model = "A =~ a1 + a2 + a3; B =~ b1 + b2 + b3; C =~ c1 + c2 + c3; G =~ A + B + C; o ~ G"
    fit = sme.fit(model, answers, group="g", group_equal=["loadings", "intercepts"])
    mean = fit.estimates().query("op == '~1' and lhs == 'G' and group == 'b'").iloc[0]
    assert mean["free"] and fit.measures()["df"] == 78 and fit.measures()["pvalue"] > 0.01
