"""Bounds of single parameters: kept exactly, and told where they hold an estimate back."""

import json

import numpy as np
import pytest

import sme_sem as sme
from sem.holzinger import FOLDER, assert_same, column, keyed, pupils
from sme_sem import ConvergenceError, Specification, SpecificationError, SyntaxProblem

REFERENCE = json.loads((FOLDER / "continuous.json").read_text("utf-8"))["bounds"]
TWO = "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6"
BOUNDED = "visual =~ x1 + lower(0.8)*x2 + upper(0.6)*x3\n textual =~ x4 + x5 + x6\n visual ~~ lower(0.5)*textual"
LABELLED = "visual =~ x1 + a*x2 + b*x3\n textual =~ x4 + x5 + x6\n visual ~~ c*textual\n a > 0.8\n b < 0.6\n c > 0.5"


def codes(fit):
    return [d.code for d in fit.diagnostics]


@pytest.mark.parametrize("name", REFERENCE)
def test_bounded_estimates_and_measures_agree_with_lavaan(name):
    # lavaan's optimizer has the last word here: 1e-6 in single estimates, more in what is flat at the optimum
    case = REFERENCE[name]
    fit = sme.fit(
        case["model"],
        pupils().head(case["rows"]),
        **{key.replace(".", "_"): value for key, value in (case["options"] or {}).items()},
    )
    ours = keyed(fit.estimates())
    labels = fit.moments.labels
    for lhs, op, rhs, group, est, _ in case["estimates"]:
        assert ours[lhs, op, rhs, labels[group - 1]]["est"] == pytest.approx(est, rel=5e-6, abs=5e-6), (lhs, op, rhs)
    for measure, value in case["measures"].items():
        assert fit.measures()[measure.replace(".", "_")] == pytest.approx(value, rel=1e-6, abs=1e-6), measure


@pytest.mark.parametrize("estimator", ["ML", "MLR", "ULS"])
def test_a_bound_is_an_inequality_without_a_label(estimator):
    bounded, labelled = (sme.fit(text, pupils(), estimator=estimator) for text in (BOUNDED, LABELLED))
    for name in ("est", "se", "std_all"):
        assert_same(column(bounded, name), column(labelled, name))
    for name, value in labelled.measures().items():
        assert bounded.measures()[name] == pytest.approx(value, rel=1e-9, abs=1e-9, nan_ok=True), name


def test_an_estimate_at_its_bound_is_one_fixed_there():
    fixed = sme.fit(
        BOUNDED.replace("lower(0.8)", "0.8").replace("upper(0.6)", "0.6").replace("lower(0.5)", "0.5"), pupils()
    )
    bounded = sme.fit(BOUNDED, pupils())
    assert_same(column(bounded), column(fixed))
    for row in fixed.estimates().query("free").itertuples():
        assert column(bounded, "se")[row.lhs, row.op, row.rhs, ""] == pytest.approx(row.se, rel=1e-7)
    assert bounded.measures()["df"] == fixed.measures()["df"] - 3


def test_a_bound_that_holds_nothing_back_changes_nothing_and_says_nothing():
    free, slack = (sme.fit(text, pupils()) for text in (TWO, TWO.replace("x2", "lower(-2)*upper(3)*x2")))
    for name in ("est", "se"):
        assert_same(column(slack, name), column(free, name))
    assert slack.admissible and "at_limit" not in codes(slack)


@pytest.mark.parametrize(
    ("text", "limit"), [(BOUNDED, "visual =~ x2 > 0.8; visual =~ x3 < 0.6"), (LABELLED, "a > 0.8")]
)
def test_what_is_held_back_is_named_in_both_languages(text, limit):
    (found,) = (d for d in sme.fit(text, pupils()).diagnostics if d.code == "at_limit")
    assert found.severity == "info"
    assert limit in found.words.en and limit in found.words.zh


def test_positive_variances_stop_a_heywood_case_at_zero():
    few = pupils().head(60)
    assert "negative_variance" in codes(sme.fit(TWO, few))
    fit = sme.fit(TWO, few, bounds="pos.var")
    assert "negative_variance" not in codes(fit)
    assert column(fit)["x1", "~~", "x1", ""] == pytest.approx(0, abs=1e-10)
    assert "x1 ~~ x1 > 0" in next(d.message for d in fit.diagnostics if d.code == "at_limit")


def test_bounds_of_constructs_leave_residuals_alone_unless_the_model_says_otherwise():
    few = pupils().head(60)
    assert column(sme.fit(TWO, few, bounds="pos_lv_var"))["x1", "~~", "x1", ""] < -0.5
    own = sme.fit(f"{TWO}\n x1 ~~ lower(-0.2)*x1", few, bounds="pos_var")
    assert column(own)["x1", "~~", "x1", ""] == pytest.approx(-0.2)


def test_bounds_hold_in_every_bootstrap_sample():
    fit = sme.fit(TWO.replace("x2", "lower(0.5)*x2").replace("x3", "upper(0.8)*x3"), pupils())
    draws = sme.bootstrap(fit, draws=40, seed=1).draws
    assert (draws["visual=~x2"] >= 0.5 - 1e-8).all()
    assert (draws["visual=~x3"] <= 0.8 + 1e-8).all()
    assert draws["visual=~x2"].std() > 0.01


@pytest.mark.parametrize(
    "text",
    ["f =~ lower(0.0)*x", "f =~ NA*a*start(1.0)*lower(c(0.5, NA))*upper(2.0)*x", "f =~ upper(c(-1.0, 1.0))*x"],
)
def test_bounds_read_back_as_they_were_written(text):
    assert str(Specification.read(text)) == text
    assert Specification.read(str(Specification.read(text))) == Specification.read(text)


def test_no_bound_is_written_as_infinity_or_as_missing():
    for text in ("lower(c(0.5, -Inf))", "lower(c(0.5, NA))"):
        assert Specification.read(f"f =~ {text}*x").terms[0].lowers == (0.5, None)
    for text in ("Inf*x", "start(-Inf)*x"):
        with pytest.raises(SyntaxProblem, match="Inf is no value of a parameter"):
            Specification.read(f"f =~ {text}")


def test_one_bound_of_each_side_is_taken():
    with pytest.raises(SyntaxProblem, match="already has a modifier of that kind"):
        Specification.read("f =~ lower(0)*lower(1)*x")
    with pytest.raises(SyntaxProblem, match=r"lower\(\) takes numbers"):
        Specification.read("f =~ lower(a)*x")
    with pytest.raises(SpecificationError, match="is written twice"):
        Specification.read("f =~ lower(0)*x\nf =~ lower(1)*x")


def test_bounds_with_no_value_between_them_are_refused():
    with pytest.raises(SpecificationError) as caught:
        sme.fit(TWO.replace("x2", "lower(2)*upper(1)*x2"), pupils())
    assert str(caught.value) == "visual =~ x2: the lower bound 2 is above the upper one, 1; no value is left."
    with pytest.raises(ConvergenceError, match=r"keep these constraints together: a > 2; visual =~ x2 < 1\."):
        sme.fit(TWO.replace("x2", "a*upper(1)*x2") + "\n a > 2", pupils())
    with pytest.raises(SpecificationError, match="3 lower bounds for 2 groups"):
        sme.fit(TWO.replace("x2", "lower(c(0, 0, 0))*x2"), pupils(), group="school")


@pytest.mark.parametrize(
    ("fixed", "message"),
    [
        (
            "0.3*x2 + lower(0.8)*x2",
            r"^visual =~ x2 is fixed at 0\.3, below its lower bound of 0\.8: leave one of the two",
        ),
        (
            "1*x2 + upper(0.8)*x2",
            r"^visual =~ x2 is fixed at 1, above its upper bound of 0\.8: leave one of the two out",
        ),
    ],
)
def test_a_parameter_fixed_beyond_its_bound_is_refused(fixed, message):
    with pytest.raises(SpecificationError, match=message):
        sme.fit(f"visual =~ x1 + {fixed} + x3 + x4", pupils())


def test_a_marker_within_its_bound_stays_the_marker():
    plain, bounded = (sme.fit(f"visual =~ {item} + x2 + x3 + x4", pupils()) for item in ("x1", "lower(0)*x1"))
    assert_same(column(plain, "est"), column(bounded, "est"))


@pytest.mark.parametrize(
    ("model", "options", "held"),
    [
        ("visual =~ x1 + a*x2 + lower(0.8)*x2 + b*x3 + x4\n a == b", {}, ("x2", "x3")),
        ("visual =~ x1 + lower(1.2)*x2 + x3 + x4", {"effect_coding": True}, ("x2",)),
        ("visual =~ x1 + a*x2 + x3 + x4\n a == 0.7", {}, ("x2",)),
    ],
)
def test_what_constraints_hold_altogether_has_no_error_and_no_test(model, options, held):
    rows = sme.fit(model, pupils(), **options).estimates().query("op == '=~'").set_index("rhs")
    assert (rows.loc[list(held), "se"] == 0).all()
    assert rows.loc[list(held), ["z", "pvalue"]].isna().all(axis=None)
    assert (rows.loc[["x4"], "z"] > 1).all()


@pytest.mark.parametrize("kind", [None, True, 3])
def test_a_kind_of_bounds_that_is_no_text_is_refused_too(kind):
    with pytest.raises(SpecificationError, match=rf"^bounds={kind} is not available; it can be 'none', 'pos_var'"):
        sme.fit(TWO, pupils(), bounds=kind)


def test_an_unknown_kind_of_bounds_is_refused_with_those_there_are():
    with pytest.raises(SpecificationError, match="'pos_ov_var', 'pos_lv_var', 'standard', 'wide'"):
        sme.fit(TWO, pupils(), bounds="narrow")


def limits(fit):
    names = fit.table.names()
    return {(names[b.index], b.op): b.value for b in fit.table.bounds}


def test_standard_bounds_follow_from_the_variances_of_the_items():
    # v and u are those of x2 and of the marker x1; what they allow is written out here once more
    v = pupils().var(ddof=0, numeric_only=True)
    text = TWO + "\n textual ~ visual\n x1 ~~ x4\n speed =~ NA*x7 + x8 + x9\n speed ~~ 2*speed"
    own = limits(sme.fit(text, pupils(), bounds="standard"))
    assert own["x1 ~~ x1", ">"] == own["x2 ~~ x2", ">"] == 0
    assert own["x1 ~~ x1", "<"] == pytest.approx(0.9 * v.x1) and own["x2 ~~ x2", "<"] == pytest.approx(v.x2)
    assert own["visual ~~ visual", ">"] == pytest.approx(0.1 * v.x1)
    assert own["visual ~~ visual", "<"] == pytest.approx(v.x1)
    assert own["textual ~~ textual", ">"] == pytest.approx(0.005 * v.x4)
    assert own["textual ~~ textual", "<"] == pytest.approx(v.x4)
    assert own["visual =~ x2", "<"] == pytest.approx((v.x2 / (0.1 * v.x1)) ** 0.5) == -own["visual =~ x2", ">"]
    assert own["speed =~ x7", "<"] == pytest.approx((v.x7 / 2) ** 0.5)
    assert own["x1 ~~ x4", "<"] == pytest.approx(0.998 * 0.9 * (v.x1 * v.x4) ** 0.5) == -own["x1 ~~ x4", ">"]
    assert not any(name == "textual ~ visual" for name, _ in own)


def test_wide_bounds_leave_room_and_the_models_own_go_first():
    v = pupils().var(ddof=0, numeric_only=True)
    text = TWO.replace("+ x3", "+ lower(-9)*x3")
    own = limits(sme.fit(text, pupils(), bounds="wide"))
    assert own["visual =~ x3", ">"] == -9
    assert own["visual =~ x3", "<"] == pytest.approx(1.2 * (v.x3 / (0.1 * v.x1)) ** 0.5)
    assert own["x2 ~~ x2", ">"] == pytest.approx(-0.05 * v.x2) and own["x2 ~~ x2", "<"] == pytest.approx(1.2 * v.x2)
    assert own["visual ~~ visual", "<"] == pytest.approx((0.1 + 1.3 * 0.9) * v.x1)


def test_bounds_of_groups_that_share_parameters_are_the_narrowest():
    frame = pupils()
    own = limits(sme.fit(TWO, frame, bounds="standard", group="school", group_equal=["loadings"]))
    v = frame.groupby("school")[["x1", "x2"]].var(ddof=0)
    assert own["visual =~ x2", "<"] == pytest.approx(np.sqrt((v.x2 / (0.1 * v.x1)).min()))


def test_estimates_that_run_away_are_held_by_standard_bounds():
    few = pupils().head(21)
    with pytest.raises(ConvergenceError, match="by bounds='standard'"):
        sme.fit(TWO, few)
    fit = sme.fit(TWO, few, bounds="standard")
    assert fit.converged and "at_limit" in codes(fit)
    assert fit.estimates().query("op == '~~' and lhs == rhs")["est"].min() >= -1e-9


def test_standard_bounds_do_nothing_where_answers_suffice():
    for options in ({}, {"estimator": "MLR", "missing": "fiml"}, {"ordered": True}, {"effect_coding": True}):
        frame = pupils().round() if "ordered" in options else pupils()
        free, held = (sme.fit(TWO, frame, bounds=kind, **options) for kind in ("none", "standard"))
        assert_same(column(held), column(free))


def test_bounds_outside_an_exploratory_block_stay_with_their_parameters():
    text = 'efa("b")*f1 + efa("b")*f2 =~ x1 + x2 + x3 + x4 + x5 + x6\n x9 ~ f1 + f2\n x9 ~~ upper(0.7)*x9'
    fit = sme.fit(text, pupils())
    assert column(fit)["x9", "~~", "x9", ""] == pytest.approx(0.7)
    assert np.isfinite(fit.measures()["chisq"])
    with pytest.raises(SpecificationError, match="changes with the rotation of its exploratory block"):
        sme.fit(text.replace("=~ x1", "=~ lower(0)*x1"), pupils())


def test_other_programs_are_told_bounds_as_inequalities_or_say_that_they_cannot():
    fit = sme.fit(BOUNDED, pupils())
    assert "lower(0.8)*x2" in fit.syntax("lavaan")
    mplus = fit.syntax("mplus")
    assert "x2* (p1)" in mplus and "p1 > 0.8;" in mplus and "p2 < 0.6;" in mplus
    assert 'bounds = "pos.var"' in sme.fit(TWO, pupils(), bounds="pos_var").syntax("lavaan")
    for program in ("amos", "semopy"):
        with pytest.raises(SpecificationError, match=r"constraints|bounds"):
            fit.syntax(program)


@pytest.mark.parametrize("bound", ["lower(0)", "upper(0)", "lower(-1)", "upper(2)"])
def test_a_bound_at_the_end_of_a_ridge_does_not_hide_that_the_model_is_not_identified(bound):
    text = f"visual =~ x1 + x2 + x3; speed =~ x7 + x8 + x9; speed ~ visual; visual ~~ {bound}*speed"
    with pytest.raises(sme.IdentificationError, match="speed ~ visual, visual ~~ speed"):
        sme.fit(text, pupils())


def test_standard_bounds_leave_given_covariates_alone_and_move_with_the_unit():
    frame = pupils().assign(**{name: pupils()[name] / 100 for name in ("x1", "x2", "x3", "x4", "x5", "x6")})
    text = TWO + "\n textual ~ visual + x9"
    for data in (pupils(), frame):
        free, held = (sme.fit(text, data, bounds=kind) for kind in ("none", "standard"))
        assert held.measures()["chisq"] == pytest.approx(free.measures()["chisq"], rel=1e-9)
    large, small = (limits(sme.fit(text, data, bounds="standard")) for data in (pupils(), frame))
    for name, op in large:
        expected = large[name, op] * (1e-4 if "~~" in name else 1)
        assert small[name, op] == pytest.approx(expected, rel=1e-9, abs=1e-15), name


def test_a_construct_with_several_fixed_loadings_has_no_marker():
    text = "i =~ 1*x1 + 1*x2 + 1*x3 + 1*x4\n s =~ 0*x1 + 1*x2 + 2*x3 + 3*x4"
    own = limits(sme.fit(text, pupils(), bounds="standard", preset="growth", on_failure="return"))
    v = pupils()[["x1", "x2", "x3", "x4"]].var(ddof=0)
    for name in ("i", "s"):
        assert own[f"{name} ~~ {name}", ">"] == 0
        assert own[f"{name} ~~ {name}", "<"] == pytest.approx(v.max())
    assert own["x2 ~~ x2", "<"] == pytest.approx(v.x2)


def test_where_the_unbounded_optimum_is_outside_the_lowest_minimum_inside_is_found():
    # one search from the unbounded optimum ends at 10.62; the model has another minimum at a limit
    fit = sme.fit("visual =~ x1 + x2 + x3\n speed =~ x1 + x8 + x9", pupils(), bounds="standard")
    other = sme.fit("visual =~ x1 + x2 + x3\n speed =~ x1 + x8 + x9", pupils(), bounds="standard", starts=20, seed=1)
    assert fit.measures()["chisq"] == pytest.approx(other.measures()["chisq"], abs=1e-6)
    assert fit.measures()["chisq"] < 4


def test_bounds_that_clash_say_where_they_come_from():
    with pytest.raises(ConvergenceError, match="come from bounds='standard'"):
        sme.fit(TWO.replace("+ x2", "+ lower(5)*x2"), pupils(), bounds="standard")
    with pytest.raises(SpecificationError, match="which parameterization='theta' leaves open"):
        sme.fit(TWO, pupils().round(), ordered=True, parameterization="theta", bounds="standard")
