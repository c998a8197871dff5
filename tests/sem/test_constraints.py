"""Constraints between parameters: kept exactly, and at no other cost than they must have."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import sme_sem as sme
from sem import ordered_answers
from sem.holzinger import (
    MODEL,
    REFERENCE,
    assert_same,
    column,
    differing_estimates,
    differing_measures,
    fitted,
    pupils,
    pupils_with_gaps,
)
from sme_sem.sem.constraints import curvature, restrictions

LABELLED = """
    visual =~ x1 + b2*x2 + b3*x3
    textual =~ x4 + b5*x5 + b6*x6
    speed =~ x7 + b8*x8 + b9*x9
"""


def fit(constraint="", **options):
    return sme.fit(f"{LABELLED}\n{constraint}", pupils(), **options)


def plain_items():
    return [f"x{i}" for i in range(1, 10)]


def labels(found):
    rows = found.estimates().query("label != ''")
    return dict(zip(rows["label"], rows["est"]))


@pytest.fixture(scope="module")
def free():
    return fit()


# --- against lavaan --------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["hs_cfa_inequality_con", "hs_cfa_nonlinear_con"])
def test_inequalities_and_curved_constraints_agree_with_lavaan(case):
    # lavaan stops a little before the optimum and 1e-8 beside the limit: what is flat there agrees better than the rest
    assert not differing_estimates(case, 5e-5)
    assert not differing_measures(case, 2e-6)
    assert fitted(case).measures()["chisq"] == pytest.approx(REFERENCE[case]["measures"]["chisq"], abs=1e-6)


# --- equalities ------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"estimator": "MLR"}, {"estimator": "MLM"}, {"missing": "fiml"}], ids=str)
def test_a_linear_equality_is_an_equal_label(options):
    data = pupils_with_gaps() if "missing" in options else pupils()
    stated = sme.fit(LABELLED + "\n b2 == b3", data, **options)
    shared = sme.fit(LABELLED.replace("b3", "b2"), data, **options)
    for name in ("est", "se", "std_lv", "std_all"):
        assert_same(column(stated, name), column(shared, name), atol=1e-6)
    a, b = stated.measures(), shared.measures()
    assert set(a.index) == set(b.index)
    for name in a.index:
        if not ("missing" in options and name.endswith("_robust")):  # those have a test of their own, below
            assert a[name] == pytest.approx(b[name], rel=1e-6, abs=1e-9), name


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_robust_indices_under_gaps_know_of_constraints(estimator):
    options = {"missing": "fiml", "estimator": estimator}
    stated = sme.fit(LABELLED + "\n b2 == b3", pupils_with_gaps(), **options).measures()
    shared = sme.fit(LABELLED.replace("b3", "b2"), pupils_with_gaps(), **options).measures()
    for name in ("cfi_robust", "tli_robust", "rmsea_robust"):
        assert stated[name] == pytest.approx(shared[name], rel=1e-6), name


def test_groups_held_equal_by_a_constraint_are_equal_by_option():
    text = "visual =~ x1 + c(p2, g2)*x2 + c(p3, g3)*x3\n textual =~ x4 + x5 + x6"
    stated = sme.fit(text + "\n p2 == g2\n p3 == g3", pupils(), group="school")
    option = sme.fit(
        text.replace("c(p2, g2)*", "").replace("c(p3, g3)*", ""),
        pupils(),
        group="school",
        group_equal="loadings",
        group_partial=["textual =~ x5", "textual =~ x6"],
    )
    for name in ("est", "se"):
        assert_same(column(stated, name), column(option, name))
    for name in ("chisq", "df", "cfi", "bic"):
        assert stated.measures()[name] == pytest.approx(option.measures()[name], rel=1e-8), name


def test_a_parameter_set_to_a_number_is_fixed_there(free):
    constrained = fit("b2 == 0.8")
    fixed = sme.fit(LABELLED.replace("b2*", "0.8*"), pupils())
    assert_same(column(constrained), column(fixed))
    for name in ("chisq", "df", "npar", "rmsea", "bic"):
        assert constrained.measures()[name] == pytest.approx(fixed.measures()[name], rel=1e-8), name
    a, b = column(constrained, "se"), column(fixed, "se")
    for key in a:
        if np.isfinite(b[key]):
            assert a[key] == pytest.approx(b[key], rel=1e-6), key
    assert constrained.measures()["df"] == free.measures()["df"] + 1


def test_a_multiple_is_kept_and_so_is_that_of_its_error():
    found = fit("b3 == 2*b2")
    se = column(found, "se")
    assert labels(found)["b3"] == pytest.approx(2 * labels(found)["b2"], abs=1e-10)
    assert se["visual", "=~", "x3", ""] == pytest.approx(2 * se["visual", "=~", "x2", ""], rel=1e-8)


CURVED = {
    "b3 == b2^2 + 0.3": lambda v: (v["b3"], v["b2"] ** 2 + 0.3),
    "b2*b3 == 0.3": lambda v: (v["b2"] * v["b3"], 0.3),
    "exp(b2) == b3 + 1": lambda v: (np.exp(v["b2"]), v["b3"] + 1),
    "b5/b6 == sqrt(b8)": lambda v: (v["b5"] / v["b6"], np.sqrt(v["b8"])),
    "b2^2 + b3^2 == 0.5": lambda v: (v["b2"] ** 2 + v["b3"] ** 2, 0.5),
    "b3 == b2^3 + 1": lambda v: (v["b3"], v["b2"] ** 3 + 1),
    "log(b2) == -2*b3^2": lambda v: (np.log(v["b2"]), -2 * v["b3"] ** 2),
}


@pytest.mark.parametrize("constraint", CURVED)
def test_a_curved_equality_is_kept_and_costs_one_degree_of_freedom(free, constraint):
    found = fit(constraint)
    left, right = CURVED[constraint](labels(found))
    assert left == pytest.approx(right, abs=1e-8)
    assert found.converged and found.iterations < 20
    a, b = found.measures(), free.measures()
    assert a["chisq"] > b["chisq"]
    assert (a["df"], a["npar"]) == (b["df"] + 1, b["npar"] - 1)
    assert np.linalg.matrix_rank(found.vcov, tol=1e-10) == b["npar"] - 1


def test_a_curved_equality_is_the_best_of_all_pairs_that_keep_it():
    def chisq(b2):
        text = LABELLED.replace("b2*", f"{b2!r}*").replace("b3*", f"{b2**2 + 0.3!r}*")
        return sme.fit(text, pupils()).measures()["chisq"]

    best = optimize.minimize_scalar(lambda x: chisq(float(x)), bounds=(0.3, 1), method="bounded")
    found = fit("b3 == b2^2 + 0.3")
    assert labels(found)["b2"] == pytest.approx(best.x, abs=1e-4)
    assert found.measures()["chisq"] == pytest.approx(best.fun, abs=1e-7)


@pytest.mark.parametrize(
    ("options", "chisq", "loadings"),
    [
        ({"ordered": True}, 24.714193, (-0.40423680, 0.66221605, 0.81376658, 0.53183448, 0.63919817)),
        ({}, 30.878043, (-0.48131800, 0.74297774, 0.86196156, 0.73375563, 0.72155255)),
    ],
)
def test_a_curved_equality_is_not_left_on_its_wrong_side(options, chisq, loadings):
    # lavaan 0.6-14, from start(-.4), start(.6), start(.8), start(.5), start(.7); without the equality the first item,
    # which is reversed, is positive and the others negative, and l2 == l3^2 is kept there at a chi-square of 539 only
    text = "a =~ A1 + l2*A2 + l3*A3 + A4 + A5; l2 == l3^2"
    found = sme.fit(text, ordered_answers.persons(), std_lv=True, **options)
    assert found.measures()["chisq"] == pytest.approx(chisq, abs=2e-5)
    assert found.estimates()["est"].head(5).tolist() == pytest.approx(loadings, abs=2e-5)


def test_the_error_under_a_curved_equality_follows_its_slope():
    found = fit("b3 == b2^2 + 0.3")
    se = column(found, "se")
    slope = 2 * labels(found)["b2"]
    assert se["visual", "=~", "x3", ""] == pytest.approx(slope * se["visual", "=~", "x2", ""], rel=1e-7)


def test_defined_parameters_can_be_constrained(free):
    product, defined = fit("b2*b3 == 0.3"), fit("both := b2*b3\n both == 0.3")
    assert_same({k: v for k, v in column(defined).items() if k[1] != ":="}, column(product))
    row = defined.estimates().query("lhs == 'both'").iloc[0]
    assert row["est"] == pytest.approx(0.3, abs=1e-10)
    assert row["se"] == pytest.approx(0, abs=1e-8)


def test_what_is_said_twice_counts_once():
    once, twice = fit("b2 == b3"), fit("b2 == b3\n b3 == b2\n 2*b2 == 2*b3")
    assert_same(column(twice), column(once))
    assert twice.measures()["df"] == once.measures()["df"] == 25


# --- inequalities ----------------------------------------------------------------------------------


@pytest.mark.parametrize("constraint", ["b2 > 0", "b2 < 5\n b3 > -1", "b5 > b6", "b2^2 < 1"])
def test_an_inequality_that_holds_anyway_changes_nothing(free, constraint):
    found = fit(constraint)
    for name in ("est", "se", "std_all"):
        assert_same(column(found, name), column(free, name), atol=1e-7)
    for name in free.measures().index:
        assert found.measures()[name] == pytest.approx(free.measures()[name], rel=1e-8, abs=1e-12), name


@pytest.mark.parametrize(("inequality", "equality"), [("b2 > 0.8", "b2 == 0.8"), ("b6 > b5 + 0.1", "b6 == b5 + 0.1")])
def test_an_inequality_that_binds_gives_the_estimates_of_the_equality(free, inequality, equality):
    at_limit, equal = fit(inequality), fit(equality)
    for name in ("est", "se"):
        assert_same(column(at_limit, name), column(equal, name), atol=1e-7)
    assert at_limit.measures()["chisq"] == pytest.approx(equal.measures()["chisq"], rel=1e-9)
    assert at_limit.measures()["df"] == free.measures()["df"]  # a limit is no equation, whether reached or not


def test_smaller_and_greater_are_mirror_images():
    assert_same(column(fit("0.8 < b2")), column(fit("b2 > 0.8")))


def test_a_limit_keeps_a_residual_variance_from_turning_negative():
    data = sme.simulate("f =~ 1*a + 0.9*b + 0.3*c; f ~~ 1*f; a ~~ 0.02*a; b ~~ 0.4*b; c ~~ 0.8*c", 60, seed=7)
    text = "f =~ a + b + c; a ~~ e*a"
    below = sme.fit(text, data)
    assert labels(below)["e"] < -0.01
    kept = sme.fit(text + "\n e > 0.001", data)
    assert labels(kept)["e"] == pytest.approx(0.001, abs=1e-9)
    assert kept.admissible and not below.admissible


# --- what can go wrong -----------------------------------------------------------------------------


def test_an_unknown_label_is_found_before_the_search():
    with pytest.raises(sme.SpecificationError) as caught:
        fit("b2 == bb3")
    assert str(caught.value) == (
        "'bb3': 'bb3' is neither a label in the model nor defined before. Did you mean 'b3'? "
        "Label a parameter by writing label*variable."
    )


def test_an_expression_that_cannot_be_read_is_shown():
    with pytest.raises(sme.SpecificationError) as caught:
        fit("b2 == 2*/b3")
    assert str(caught.value) == (
        "cannot read the expression '2*/b3': expected labels and numbers joined by + - * / ^ and brackets."
    )


@pytest.mark.parametrize("constraint", ["b2 == 1\n b2 == 2", "b2 > 1\n b2 < 0.5", "b2^2 == -1"])
def test_constraints_that_cannot_be_kept_do_not_pass_for_a_result(constraint):
    with pytest.raises(sme.ConvergenceError):
        fit(constraint, max_iterations=20)
    assert not fit(constraint, max_iterations=20, on_failure="return").converged


CONTRADICTIONS = {
    "b2 > 1\n b2 < 0\n b5 > 0.1": "these constraints together: b2 > 1; b2 < 0. Loosen or remove one of them.",
    "b5 == 1\n b2 == 1\n b2 == 2": "these constraints together: b2 == 1; b2 == 2. Loosen or remove one of them.",
    "b2 == b3\n b3 > b5 + 1\n b5 > b2": (
        "these constraints together: b2 == b3; b3 > b5+1; b5 > b2. Loosen or remove one of them."
    ),
    "b2^2 == -1": "this constraint: b2^2 == -1. Loosen or remove it.",
}


@pytest.mark.parametrize("constraint", CONTRADICTIONS)
def test_constraints_that_contradict_each_other_are_named_and_no_others(constraint):
    with pytest.raises(sme.ConvergenceError) as caught:
        fit(constraint)
    assert str(caught.value) == f"no values of the parameters were found that keep {CONTRADICTIONS[constraint]}"
    (said,) = fit(constraint, on_failure="return").diagnostics
    assert (said.severity, said.code) == ("error", "contradictory_constraints")
    assert said.words.zh.startswith("找不到能满足")


def test_effect_coding_is_among_what_can_contradict():
    with pytest.raises(sme.ConvergenceError) as caught:
        sme.fit(LABELLED.replace("x1", "b1*x1") + "\n b1 > 0\n b2 > 2\n b3 > 1.5", pupils(), effect_coding=True)
    assert "(visual =~ x1 + visual =~ x2 + visual =~ x3) == 3; b1 > 0; b2 > 2; b3 > 1.5" in str(caught.value)


@pytest.mark.parametrize("unit", [1e-6, 1e-3, 1e3, 1e6])
@pytest.mark.parametrize(
    "constraint",
    ["v == w", "v > w", "v > 0", "b2*b3 == 0.5", "v + w == 3*t"],
    ids=["equal", "limit reached", "limit not reached", "curved", "sum"],
)
def test_answers_in_another_unit_fit_as_well_under_constraints(constraint, unit):
    text = f"{LABELLED}\n x1 ~~ v*x1 \n x2 ~~ w*x2 \n x4 ~~ t*x4 \n {constraint}"
    plain, other = sme.fit(text, pupils()), sme.fit(text, pupils()[plain_items()] * unit)
    assert other.measures()["chisq"] == pytest.approx(plain.measures()["chisq"], rel=1e-9)
    assert other.measures()["df"] == plain.measures()["df"]
    for name in ("std_all", "z"):
        assert_same(column(other, name), column(plain, name), atol=1e-6)


@pytest.mark.parametrize("means", [False, True])
def test_effect_coding_takes_answers_in_any_unit(means):
    units = pd.Series(10.0 ** np.linspace(-6, 6, 9), index=plain_items())
    plain = sme.fit(LABELLED, pupils(), effect_coding=True, meanstructure=means)
    other = sme.fit(LABELLED, pupils()[plain_items()] * units, effect_coding=True, meanstructure=means)
    assert other.measures()["chisq"] == pytest.approx(plain.measures()["chisq"], rel=1e-7)
    a, b = other.standardized(), plain.standardized()
    loadings = a["op"] == "=~"
    np.testing.assert_allclose(a["est_std"][loadings], b["est_std"][loadings], rtol=1e-6)


def test_a_limit_that_is_not_reached_identifies_nothing():
    with pytest.raises(sme.IdentificationError, match="cannot be told apart: visual =~ x1"):
        sme.fit("visual =~ NA*x1 + x2 + x3 + x4 \n visual ~~ v*visual \n v > 0.01", pupils())


@pytest.mark.parametrize(
    "text", ["b2*b3^2 == exp(b5)", "abs(b2) > b3/b5", "sqrt(b6)*tanh(b8) < log(b9) + sin(b2)*cos(b3)"]
)
def test_second_derivatives_of_constraints_are_those_of_differences(free, text):
    table = fit(text, on_failure="return").table
    theta, weight = free.theta + 0.01, np.array([0.7])
    found = curvature(table, theta, weight)

    def slope(point):
        return weight @ restrictions(table, point).slopes

    h = 1e-6
    by_difference = [(slope(theta + h * e) - slope(theta - h * e)) / (2 * h) for e in np.eye(len(theta))]
    np.testing.assert_allclose(found, by_difference, atol=1e-8)
    assert np.abs(found).max() > 0.01


def test_linear_equalities_contradict_each_other_however_little():
    with pytest.raises(sme.ConvergenceError, match=r"keep these constraints together: a == b; a == b\+1e-9"):
        sme.fit(MODEL.replace("x2", "a*x2").replace("x3", "b*x3") + "a == b\na == b + 1e-9", pupils())


def test_a_constraint_that_cannot_be_evaluated_is_named():
    text = MODEL.replace("x2", "a*x2") + "a == 1/0"
    with pytest.raises(sme.ConvergenceError, match=r"have no value at the start of the search.*: a == 1/0\. Correct"):
        sme.fit(text, pupils())
    fit = sme.fit(text, pupils(), on_failure="return")
    assert "a == 1/0" in fit.diagnostics[0].words.zh
    assert len(fit.estimates()) and len(fit.measures())


def test_a_search_that_constraints_kept_from_its_end_names_them():
    text = MODEL.replace("x2", "a*x2").replace("x3", "b*x3") + "tanh(a) == 1"
    with pytest.raises(sme.ConvergenceError, match=r"It was held by these constraints: tanh\(a\) == 1\."):
        sme.fit(text, pupils())
