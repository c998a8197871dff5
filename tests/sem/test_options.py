"""Options that are asked for seldom, each as lavaan has it."""

import json

import numpy as np
import pytest

import sme_sem as sme
from sem.holzinger import FOLDER, ITEMS, MODEL, assert_same, column, keyed, pupils, pupils_with_gaps
from sme_sem import SpecificationError
from sme_sem.kernels import ram

REFERENCE = json.loads((FOLDER / "options.json").read_text("utf-8"))["cases"]
PATHS = REFERENCE["orthogonal_x"]["model"]
GIVEN = REFERENCE["standardized_but_covariates"]["model"]


def reference_fit(name):
    case = REFERENCE[name]
    options = {key.replace(".", "_"): value for key, value in (case["options"] or {}).items()}
    return sme.fit(case["model"], pupils_with_gaps() if case.get("gaps") else pupils(), **options)


@pytest.mark.parametrize("name", REFERENCE)
def test_what_an_option_gives_is_what_lavaan_gives(name):
    # lavaan's optimizer has the last word: 1e-5 in estimates and what is made of them, 1e-6 in what is flat there
    found, case = reference_fit(name), REFERENCE[name]
    ours, labels = keyed(found.estimates()), found.moments.labels
    for lhs, op, rhs, group, est, se in case["estimates"]:
        row = ours[lhs, op, rhs, labels[group - 1]]
        assert row["est"] == pytest.approx(est, rel=1e-5, abs=1e-5), (lhs, op, rhs)
        if se is not None:
            assert row["se"] == pytest.approx(se, rel=2e-5), (lhs, op, rhs)
    assert len(case["estimates"]) == len(found.estimates())
    for measure, value in case["measures"].items():
        name = "chisq_scaling_factor" if measure == "chisq.scaling.factor" else measure.replace(".", "_")
        searched = measure == "baseline.chisq.scaled" and case.get("gaps")  # its correction moves with the estimates
        assert found.measures()[name] == pytest.approx(value, rel=5e-6 if searched else 1e-6), measure


# --- constructs without items -----------------------------------------------------------------------------------------

WITHOUT = REFERENCE["without_items"]["model"]


def test_a_construct_without_items_is_one_whose_loading_is_zero():
    asked, written = (sme.fit(text, pupils()) for text in (WITHOUT, WITHOUT.replace("P =~ 0", "P =~ 0*x1")))
    theirs = column(written, "std_all")
    del theirs["P", "=~", "x1", ""]
    assert_same(column(asked, "std_all"), theirs)
    assert asked.measures()["chisq"] == pytest.approx(written.measures()["chisq"], rel=1e-9)


def test_one_that_paths_lead_from_is_measured_by_these():
    """lavaan starts such paths at zero and stays there."""
    unmeasured = sme.fit("P =~ 0; P ~~ 1*P; x1 + x2 + x3 ~ P; x1 ~~ 0*x2 + 0*x3; x2 ~~ 0*x3", pupils())
    measured = sme.fit("P =~ x1 + x2 + x3", pupils(), std_lv=True)
    for item in ("x1", "x2", "x3"):
        ours, theirs = (
            (fit.estimates().set_index(["lhs", "op", "rhs"]).loc[key, ["est", "se"]]).to_numpy(dtype=float)
            for fit, key in ((unmeasured, (item, "~", "P")), (measured, ("P", "=~", item)))
        )
        assert ours == pytest.approx(theirs, rel=1e-6)
    np.testing.assert_allclose(unmeasured.scores(), measured.scores(), rtol=1e-6)


@pytest.mark.parametrize("unit", [1e-9, 1e9])
@pytest.mark.parametrize("first", [0, 1])
def test_one_that_paths_lead_to_is_found_in_any_unit_and_order_of_lines(unit, first):
    lines = [
        "F =~ 0; F ~ 1*x1 + x2 + x3; F ~~ 0*F",
        "textual =~ x4 + x5 + x6; speed =~ x7 + x8 + x9; textual + speed ~ F",
    ]
    text = "\n".join([lines[first], lines[1 - first]])
    found = sme.fit(text, pupils()[ITEMS] * unit)
    assert found.measures()["chisq"] == pytest.approx(76.8172169, rel=1e-8)  # the same by <~ x1 + x2 + x3
    composite = sme.fit(f"F <~ x1 + x2 + x3; {lines[1]}", pupils())
    assert composite.measures()["chisq"] == pytest.approx(76.8172169, rel=1e-8)


def test_a_construct_without_items_has_scores_and_a_place_in_effects_but_no_reliability():
    found = sme.fit(WITHOUT, pupils())
    assert found.effects("speed", "x5").set_index("effect").loc["total", "est"] != 0
    assert "P" in found.scores().columns
    assert sme.validity(found).scales["construct"].tolist() == ["visual", "speed"]
    assert "P =~ 0" in found.syntax("lavaan")


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda fit: sme.collinearity(fit, pupils()),
            "'P' is a construct without items (=~ 0), of which nothing can be scored.",
        ),
        (
            lambda fit: sme.importance(fit, pupils(), "speed", (-9, 9)),
            "'P' is a construct without items (=~ 0), of which nothing can be scored.",
        ),
        (
            lambda fit: fit.cross_check(),
            "semopy has no constructs without items; write P =~ 0*x1, with any item, for =~ 0.",
        ),
    ],
)
def test_what_needs_items_is_refused(ask, message):
    with pytest.raises(SpecificationError) as caught:
        ask(sme.fit(WITHOUT, pupils()))
    assert str(caught.value) == message


@pytest.mark.parametrize("program", ["mplus", "semopy"])
def test_other_programs_are_told_of_such_a_construct_by_an_item(program):
    with pytest.raises(SpecificationError, match=r"write P =~ 0\*x1, with any item"):
        sme.fit(WITHOUT, pupils()).syntax(program)
    assert "P" in sme.fit(WITHOUT.replace("P =~ 0", "P =~ 0*x1"), pupils()).syntax(program)


# --- Yuan and Bentler's test ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"group": "school", "group_equal": "loadings"}, {"meanstructure": True}])
def test_by_expected_information_it_is_satorra_and_bentlers(options):
    model = f"{MODEL} x9 ~ x1"
    ours, theirs = (sme.fit(model, pupils(), test=t, **options).measures() for t in ("yuan_bentler", "satorra_bentler"))
    for name in ("chisq_scaled", "chisq_scaling_factor", "baseline_chisq_scaled", "cfi_robust", "rmsea_robust"):
        assert ours[name] == pytest.approx(theirs[name], rel=1e-9), name


def test_by_observed_information_it_is_the_trace_written_out():
    """tr(U Gamma) from whole matrices; second derivatives of the saturated model's log-likelihood by differences."""
    found = sme.fit(MODEL, pupils(), test="yuan_bentler", information="observed")
    S, sigma, answers = found.sample.covariance[0], found.implied(), found.moments.answers[0]
    sigma = sigma.to_numpy()
    i, j = np.tril_indices(len(S))
    unit = np.zeros((len(i), *S.shape))
    unit[np.arange(len(i)), i, j] = unit[np.arange(len(i)), j, i] = 1
    at_model = np.linalg.inv(sigma)
    along = at_model @ unit
    W = (
        np.einsum("aij,jk,bkl,li->ab", along, at_model @ S, along, np.eye(9))
        - np.einsum("aij,bji->ab", along, along) / 2
    )
    W = (W + W.T) / 2
    z = answers - answers.mean(axis=0)
    products = np.stack([np.outer(row, row)[i, j] for row in z]) - S[i, j]
    gamma = products.T @ products / len(z)
    slopes = _slopes_of_sigma(found)[:, i, j].T
    inner = np.linalg.solve(slopes.T @ W @ slopes, slopes.T @ W @ gamma @ W @ slopes)
    factor = (np.trace(W @ gamma) - np.trace(inner)) / found.measures()["df"]
    assert found.measures()["chisq_scaling_factor"] == pytest.approx(factor, rel=1e-6)


def _slopes_of_sigma(fit):
    """Derivatives of the implied covariance matrix, by differences: (q, p, p)"""

    def implied(theta):
        return ram.implied(fit.pattern, theta, fit.sample.covariance).sigma[0]

    steps = 1e-6 * np.eye(len(fit.theta))
    return np.stack([(implied(fit.theta + h) - implied(fit.theta - h)) / 2e-6 for h in steps])


def test_it_goes_with_errors_of_any_kind_and_is_compared_by_satorra_and_bentlers_difference():
    fits = {
        name: sme.fit(f"{MODEL}{line}", pupils(), test="yuan.bentler", se="robust.huber.white")
        for name, line in (("wide", "x1 ~~ x2"), ("narrow", ""))
    }
    assert fits["narrow"].estimates()["se"].equals(sme.fit(MODEL, pupils(), se="robust.huber.white").estimates()["se"])
    assert sme.compare(fits).pairs["test"].tolist() == ["satorra.bentler.2001"]


def test_a_fit_that_did_not_begin_has_no_such_test_and_can_be_printed():
    model = "f =~ x1 + x2 + x3; x1 ~~ x1; x2 ~~ x2"  # f and x3 without variances
    failed = sme.fit(model, pupils(), test="yuan_bentler", preset="explicit", on_failure="return")
    assert not failed.converged and np.isnan(failed.measures()["chisq_scaled"])
    assert "not_converged" in {d.code for d in failed.diagnostics} and failed.summary()


def test_least_squares_have_no_such_test():
    with pytest.raises(SpecificationError) as caught:
        sme.fit(MODEL, pupils(), estimator="ULS", test="yuan.bentler")
    assert str(caught.value) == (
        "test='yuan_bentler' rests on a likelihood, which estimator='ULS' does not have; take test='satorra_bentler'."
    )


# --- uncorrelated constructs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "line"), [("orthogonal_x", "visual ~~ 0*textual"), ("orthogonal_y", "a ~~ 0*b"), ("orthogonal", "both")]
)
def test_constructs_kept_apart_are_those_whose_covariance_is_fixed_at_zero(option, line):
    model = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; a =~ x7 + x8; b =~ x9; a ~ visual; b ~ visual + textual\n"
    lines = "visual ~~ 0*textual\n a ~~ 0*b" if line == "both" else line
    asked, written = sme.fit(model, pupils(), **{option: True}), sme.fit(f"{model}{lines}", pupils())
    assert_same(column(asked), column(written))
    assert asked.measures()["df"] == written.measures()["df"]


def test_a_covariance_that_the_model_states_stays():
    found = sme.fit(f"{PATHS} visual ~~ textual", pupils(), orthogonal_x=True)
    assert found.measures()["df"] == sme.fit(PATHS, pupils()).measures()["df"]


# --- standardized answers ---------------------------------------------------------------------------------------------


def test_standardizing_first_is_standardizing_the_columns():
    data = pupils()
    own = data.assign(**{x: (data[x] - data[x].mean()) / data[x].std() for x in ITEMS})
    for model, options in ((MODEL, {}), (GIVEN, {"fixed_x": False, "estimator": "MLR"})):
        asked, by_hand = sme.fit(model, data, std_ov=True, **options), sme.fit(model, own, **options)
        assert_same(column(asked, "se"), column(by_hand, "se"))
        assert asked.measures()["cfi"] == pytest.approx(by_hand.measures()["cfi"], rel=1e-9)


def test_each_group_is_standardized_by_its_own_moments():
    found = sme.fit(MODEL, pupils(), group="school", std_ov=True)
    assert found.moments.mean == pytest.approx(np.zeros((2, 9)), abs=1e-12)
    n = found.moments.n
    variances = np.diagonal(found.moments.covariance, axis1=1, axis2=2)
    assert variances == pytest.approx(np.broadcast_to(((n - 1) / n)[:, None], (2, 9)), rel=1e-12)


def test_a_standardized_solution_does_not_change_with_the_unit_of_the_answers():
    plain, scaled = (sme.fit(MODEL, pupils(), std_ov=flag) for flag in (False, True))
    assert_same(column(plain, "std_all"), column(scaled, "std_all"))
    assert scaled.measures()["chisq"] == pytest.approx(plain.measures()["chisq"], rel=1e-9)


def test_ordered_variables_and_given_covariates_keep_their_units():
    data = pupils().assign(q=lambda frame: np.clip(np.round(frame["x9"]), 3, 7))
    found = sme.fit("f =~ x1 + x2 + q\n f ~ x7", data, ordered=["q"], std_ov=True)
    by_hand = data.assign(**{x: (data[x] - data[x].mean()) / data[x].std() for x in ("x1", "x2")})
    assert_same(column(found), column(sme.fit("f =~ x1 + x2 + q\n f ~ x7", by_hand, ordered=["q"])))
    every = sme.fit(
        "f =~ q1 + q2 + q3",
        data.assign(q1=data["q"], q2=np.round(data["x8"]), q3=np.round(data["x7"])),
        ordered=True,
        std_ov=True,
    )
    assert every.converged


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"cov": pupils()[ITEMS].cov(), "n": 301, "std_ov": True},
            "std_ov= standardizes answers, so it needs data=; give correlations as cov=.",
        ),
        ({"data": pupils(), "std_ov": "yes"}, "std_ov='yes': give True or False."),
        ({"data": pupils(), "orthogonal_x": 1}, "orthogonal_x=1: give True or False."),
    ],
)
def test_what_does_not_go_with_these_options_is_refused(given, message):
    with pytest.raises(SpecificationError) as caught:
        sme.fit(MODEL, **given)
    assert str(caught.value) == message


def test_a_constant_column_is_refused_as_without_standardizing():
    with pytest.raises(sme.DataProblem, match="x1"):
        sme.fit(MODEL, pupils().assign(x1=2.0), std_ov=True)


def test_power_has_no_use_for_it():
    with pytest.raises(SpecificationError, match="std_ov= standardizes every sample by itself"):
        sme.power("y ~ 0.3*x", 100, draws=2, seed=1, std_ov=True)


def test_the_options_are_written_for_lavaan():
    lines = sme.fit(PATHS, pupils(), orthogonal_x=True, std_ov=True).syntax("lavaan").splitlines()
    assert {"  orthogonal.x = TRUE,", "  std.ov = TRUE"} <= set(lines)
