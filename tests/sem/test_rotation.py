"""Exploratory blocks inside a model: what is estimated, how it is rotated, and with which errors.

lavaan's own rotation stops where its slope is 1e-6, so rotated values are compared to 5e-6.
"""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import wishart

import sme_sem as sme
from chinese import wholly_chinese
from sem.holzinger import FOLDER, ITEMS, keyed, pupils
from sme_sem.kernels import rotation as kernel
from sme_sem.sem import fit as door
from sme_sem.sem import rotation as meaning
from sme_sem.sem.rotation import CRITERIA, blocks_of, rotated
from sme_sem.sem.rotation_args import BIFACTOR, OBLIQUE
from sme_sem.sem.specification import Specification

REFERENCE = json.loads((FOLDER / "esem.json").read_text("utf-8"))["cases"]
every_case = pytest.mark.parametrize("case", sorted(REFERENCE))
SIX = " + ".join(ITEMS[:6])
BLOCK = f'efa("a")*f1 + efa("a")*f2 =~ {SIX}\n'
NINE = f'efa("f")*f1 + efa("f")*f2 + efa("f")*f3 =~ {" + ".join(ITEMS)}'
STRUCTURAL = BLOCK + "speed =~ x7 + x8 + x9\nspeed ~ f1 + f2\n"


@cache
def reference_fit(case):
    own = REFERENCE[case]
    return sme.fit("\n".join(own["model"]), pupils(), **own["options"])


@every_case
def test_rotated_estimates_agree_with_lavaan(case):
    ours = keyed(reference_fit(case).estimates())
    for lhs, op, rhs, group, est, _, std_all in REFERENCE[case]["parameters"]:
        row = ours[lhs, op, rhs, group]
        assert (row["est"], row["std_all"]) == pytest.approx((est, std_all), abs=5e-6), (lhs, op, rhs)


def assert_errors_agree(fit, case, tolerance):
    ours = keyed(fit.estimates())
    with_errors = [row for row in REFERENCE[case]["parameters"] if row[5] is not None]
    assert len(with_errors) >= 19
    for lhs, op, rhs, group, _, se, _ in with_errors:
        assert ours[lhs, op, rhs, group]["se"] == pytest.approx(se, abs=tolerance), (lhs, op, rhs)


@pytest.mark.parametrize("case", ["varimax", "mlr"])
def test_errors_of_uncorrelated_factors_agree_with_lavaan(case):
    assert_errors_agree(reference_fit(case), case, 1e-6)


@pytest.mark.parametrize("case", ["geomin", "quartimin", "structural", "outcome", "groups"])
def test_errors_of_correlated_factors_are_lavaans_but_for_the_correlations_in_the_items_variances(case, monkeypatch):
    """With lavaan's slip put in (see the reference's preface), all of its errors come out."""
    right = meaning._weights

    def without_correlations(loadings, correlations, uniquenesses, kaiser):
        if np.iscomplexobj(loadings):  # the conditions' derivatives; the rotation itself is lavaan's as it stands
            correlations = np.eye(loadings.shape[-1])
        return right(loadings, correlations, uniquenesses, kaiser)

    monkeypatch.setattr(meaning, "_weights", without_correlations)
    own = REFERENCE[case]
    assert_errors_agree(sme.fit("\n".join(own["model"]), pupils(), **own["options"]), case, 1e-5)


def test_errors_of_correlated_factors_are_the_spread_over_samples():
    """Of a million respondents each; lavaan's error of x9 on f2 is three quarters of this spread."""
    model = f'efa("a")*f1 + efa("a")*f2 + efa("a")*f3 =~ {" + ".join(ITEMS)}'
    n, S = 1_000_000, sme.fit(model, pupils(), rotation="geomin").implied()
    truth = sme.fit(model, cov=S, n=n, rotation="geomin").estimates().query("op == '=~'")
    draws = wishart(n - 1, S.to_numpy() / (n - 1)).rvs(150, random_state=8)
    fits = (sme.fit(model, cov=pd.DataFrame(C, S.index, S.columns), n=n, rotation="geomin") for C in draws)
    found = np.array([fit.estimates().query("op == '=~'")["est"] for fit in fits])
    near = np.abs(found - truth["est"].to_numpy()).max(axis=1) < 0.02  # geomin has another minimum, about as deep
    assert near.sum() > 100
    ratio = truth["se"].to_numpy() / found[near].std(axis=0)
    assert np.abs(ratio - 1).max() < 0.25  # by chance alone a ratio is off by 0.06
    assert ratio.mean() == pytest.approx(1, abs=0.03)
    sensitive = (truth["lhs"] == "f2") & (truth["rhs"] == "x9")
    assert ratio[sensitive] == pytest.approx(1, abs=0.12)


@every_case
def test_measures_agree_with_lavaan(case):
    measures = reference_fit(case).measures()
    for name, value in REFERENCE[case]["measures"].items():
        assert measures[name] == pytest.approx(value, rel=1e-6, abs=1e-7), name


@pytest.mark.parametrize(
    "rotation", ["geomin", "oblimin", "promax", "cf_varimax", "infomax", "varimax", "quartimax", "equamax"]
)
@pytest.mark.parametrize("model", [STRUCTURAL, BLOCK + "f1 + f2 ~ x7 + x9\n"])
def test_a_rotation_changes_neither_the_fit_nor_what_is_implied(rotation, model):
    plain, turned = (sme.fit(model, pupils(), rotation=r) for r in ("none", rotation))
    np.testing.assert_allclose(turned.implied(), plain.implied(), atol=1e-10)
    pd.testing.assert_series_equal(turned.measures(), plain.measures(), rtol=1e-7, atol=1e-9)
    explained = [f.r_squared().drop(["f1", "f2"], errors="ignore") for f in (turned, plain)]
    pd.testing.assert_series_equal(*explained, rtol=1e-6)
    mine, theirs = (keyed(f.modification_indices()) for f in (turned, plain))
    outside = [key for key in mine if key in theirs and not {"f1", "f2"} & set(key)]
    assert len(outside) > 10
    for key in outside:  # a score test of anything but the constructs does not see the rotation
        assert mine[key]["mi"] == pytest.approx(theirs[key]["mi"], rel=1e-5, abs=1e-7)


def delta_method(model, **options):
    """Errors of the rotated solution from its numerical derivatives by the unrotated one's parameters."""
    kept = {}

    def noted(fit, table, blocks):
        kept.update(fit=fit, table=table, blocks=blocks)
        return rotated(fit, table, blocks)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "rotated", noted)
        result = sme.fit(model, pupils(), **options)
    first = kept["fit"]

    def at(theta):
        return rotated(replace(first, theta=theta), kept["table"], kept["blocks"]).theta

    step = 1e-5
    slopes = [
        (at(first.theta + step * unit) - at(first.theta - step * unit)) / (2 * step)
        for unit in np.eye(len(first.theta))
    ]
    J = np.array(slopes).T
    return result, J @ first.vcov.to_numpy() @ J.T


@pytest.mark.parametrize(
    ("model", "options"),
    [
        (STRUCTURAL, {}),
        (BLOCK, {"rotation": "oblimin", "estimator": "MLR"}),
        (BLOCK + "f1 + f2 ~ x7\n", {"rotation": "varimax"}),
        (STRUCTURAL, {"rotation": "promax"}),
        (BLOCK, {"rotation": "promax", "rotation_args": {"promax_kappa": 3, "row_weights": "none"}}),
        (BLOCK, {"rotation": "oblimin", "rotation_args": {"oblimin_gamma": -0.5, "row_weights": "kaiser"}}),
        (BLOCK, {"rotation": "cf_facparsim"}),
        (NINE, {"rotation": "infomax"}),
        (NINE, {"rotation": "bigeomin", "rotation_args": {"geomin_epsilon": 0.05}}),
        (BLOCK, {"group": "school", "group_equal": ("loadings", "intercepts")}),
    ],
)
def test_errors_are_those_of_the_delta_method(model, options):
    result, vcov = delta_method(model, **options)
    np.testing.assert_allclose(result.vcov, vcov, atol=1e-6 * vcov.max())


def test_errors_describe_how_rotated_loadings_spread_over_samples():
    population = """
        f1 =~ 0.8*x1 + 0.7*x2 + 0.7*x3 + 0.3*x4
        f2 =~ 0.8*x4 + 0.7*x5 + 0.7*x6 + 0.2*x1
        f1 ~~ 0.4*f2
        f1 ~~ 1*f1
        f2 ~~ 1*f2
    """
    found = [sme.fit(BLOCK, sme.simulate(population, 500, seed=s), rotation="oblimin") for s in range(120)]
    loadings = [f.estimates().query("op == '=~'") for f in found]
    spread = np.std([rows["est"] for rows in loadings], axis=0, ddof=1)
    stated = np.mean([rows["se"] for rows in loadings], axis=0)
    np.testing.assert_allclose(spread / stated, 1, atol=0.25)  # a spread of 120 draws is known to 6.5 %


def test_a_planted_simple_structure_is_recovered():
    population = """
        f1 =~ 0.8*x1 + 0.7*x2 + 0.6*x3
        f2 =~ 0.8*x4 + 0.7*x5 + 0.6*x6
        y =~ 0.8*x7 + 0.7*x8 + 0.6*x9
        y ~ 0.5*f1 + 0.3*f2
        f1 ~~ 0.3*f2
        f1 ~~ 1*f1
        f2 ~~ 1*f2
        y ~~ 1*y
    """
    fit = sme.fit(
        BLOCK + "y =~ x7 + x8 + x9\ny ~ f1 + f2", sme.simulate(population, 20_000, seed=3), rotation="oblimin"
    )
    est = {key[:3]: row for key, row in keyed(fit.estimates()).items()}
    truth = {("f1", "=~", "x1"): 0.8, ("f1", "=~", "x4"): 0, ("f2", "=~", "x5"): 0.7, ("f1", "~~", "f2"): 0.3}
    truth |= {("y", "~", "f1"): 0.5 * 0.8, ("y", "~", "f2"): 0.3 * 0.8}  # y in units of x7
    for key, value in truth.items():
        assert abs(est[key]["est"] - value) < 4 * est[key]["se"] < 0.1, key


@pytest.mark.parametrize("rotation", sorted(CRITERIA))
def test_the_criterion_is_stationary_at_the_estimates(rotation):
    fit = sme.fit(NINE if rotation in BIFACTOR else BLOCK, pupils(), rotation=rotation)
    loadings, correlations, uniquenesses = blocks_of(fit.table)[0].measured(fit.theta)
    common = np.diagonal(loadings @ correlations @ loadings.T)
    weight = common if rotation == "varimax" else common + uniquenesses
    scaled = loadings / np.sqrt(weight)[:, None]
    oblique = rotation in OBLIQUE
    assert np.abs(kernel.conditions(CRITERIA[rotation], scaled, correlations, oblique=oblique)).max() < 1e-10
    assert (correlations[-1, -2] != 0) == oblique


def test_loadings_are_free_and_positive_in_sum_and_constructs_stand_in_the_items_order():
    fit = reference_fit("geomin")
    loadings = fit.estimates().query("op == '=~'")
    assert loadings["free"].all() and (loadings["se"] > 0).all()
    table = loadings.pivot(index="rhs", columns="lhs", values="est")
    assert (table.sum() > 0).all()
    assert list(table.abs().idxmax()) == ["x3", "x5", "x7"]


def test_turning_the_units_of_an_item_changes_no_standardized_value():
    answers = pupils()
    answers["x4"] *= 100
    one, other = (sme.fit(BLOCK, data).standardized()["est_std"] for data in (pupils(), answers))
    np.testing.assert_allclose(one, other, atol=1e-9)


def test_the_order_of_the_items_changes_the_order_of_constructs_only():
    backwards = 'efa("a")*f1 + efa("a")*f2 =~ ' + " + ".join(reversed(ITEMS[:6]))
    one, other = (sme.fit(m, pupils()).estimates().set_index(["lhs", "rhs"])["est"] for m in (BLOCK, backwards))
    for item in ITEMS[:6]:
        assert one["f1", item] == pytest.approx(other["f2", item], abs=1e-8)


def test_equal_loadings_stay_equal_across_groups_and_leave_later_variances_free():
    fit = sme.fit(BLOCK, pupils(), group="school", group_equal="loadings")
    rows = fit.estimates().query("op == '=~'")
    first, second = (rows[rows["group"] == g]["est"].to_numpy() for g in ("Pasteur", "Grant-White"))
    np.testing.assert_array_equal(first, second)
    est = keyed(fit.estimates())
    assert not est["f1", "~~", "f1", "Pasteur"]["free"] and est["f1", "~~", "f1", "Grant-White"]["free"]
    apart = sme.fit(BLOCK, pupils(), group="school").measures()
    # before rotation: eleven loadings (one of twelve is zero) become equal; two variances and a covariance come free
    assert fit.measures()["df"] - apart["df"] == 11 - 3


def test_a_block_of_one_construct_needs_no_rotation():
    one = sme.fit('efa("a")*f =~ x1 + x2 + x3 + x4', pupils())
    other = sme.fit("f =~ x1 + x2 + x3 + x4", pupils(), std_lv=True)
    np.testing.assert_allclose(one.estimates()["est"], other.estimates()["est"], atol=1e-8)


def test_constructs_of_a_block_may_be_mediators():
    fit = sme.fit(STRUCTURAL + "f1 + f2 ~ sex\n", pupils().assign(sex=np.arange(301) % 2))
    effects = fit.effects("speed", "sex")
    free = sme.fit(STRUCTURAL + "f1 + f2 ~ sex\n", pupils().assign(sex=np.arange(301) % 2), rotation="varimax")
    both = [table.set_index("effect")["est"] for table in (effects, free.effects("speed", "sex"))]
    assert both[0]["total"] == pytest.approx(both[1]["total"], abs=1e-8)
    assert fit.estimates().query("lhs == 'f1' and rhs == 'f2' and op == '~~'")["free"].all()


def test_orthogonal_keeps_constructs_of_a_block_uncorrelated():
    fit = sme.fit(BLOCK, pupils(), orthogonal=True)
    assert not fit.estimates().query("op == '~~' and lhs == 'f1' and rhs == 'f2'")["est"].any()
    assert fit.measures()["df"] == sme.fit(BLOCK, pupils()).measures()["df"]


def test_the_text_of_a_block_reads_back_as_the_same_specification():
    specification = Specification.read(STRUCTURAL)
    assert str(specification).startswith('efa("a")*f1 =~ x1')
    assert Specification.read(str(specification)) == specification


@pytest.mark.parametrize(
    ("model", "options", "said"),
    [
        (STRUCTURAL.replace("f1 + f2\n", "f1\n"), {}, "leaves out or equates 'speed ~ f2'"),
        ("x7 ~ b*x8\n" + STRUCTURAL.replace("~ f1", "~ b*f1"), {}, "leaves out or equates 'x7 ~ x8'"),
        (BLOCK + "f1 ~~ 0*f2", {}, "leaves out or equates 'f1 ~~ f2'"),
        (BLOCK + "f1 =~ x7", {}, "f1 and f2 must load on the same items, but x7 belongs to one of them only"),
        (BLOCK.replace("x1", "0*x1"), {}, "none can be fixed or equal to another"),
        ('efa("a")*f1 + efa("a")*f2 =~ x1 + x2', {}, "2 constructs need more than 2 items"),
        (BLOCK + 'efa("b")*f1 =~ x7', {}, "'f1' stands in two exploratory blocks"),
        (BLOCK.replace("x1", "c(a, a)*x1"), {"group": "school"}, "none can be fixed or equal to another"),
        (
            BLOCK,
            {"group": "school", "group_equal": "loadings", "group_partial": "f1 =~ x1"},
            "some of its loadings are equal across groups and some are not",
        ),
        (STRUCTURAL.replace("~ f1", "~ b*f1") + "b > 0.1", {}, "a constraint restricts 'speed ~ f1'"),
        ("f =~ x1 + x2 + x3", {"rotation": "geomin"}, "rotation='geomin' turns exploratory blocks, and the model has"),
        (BLOCK, {"rotation": "oblimax"}, "rotation='oblimax' is not available; it can be 'geomin'"),
    ],
)
def test_what_no_rotation_keeps_is_refused(model, options, said):
    with pytest.raises(sme.SpecificationError) as problem:
        sme.fit(model, pupils(), **options)
    assert said in str(problem.value)
    assert wholly_chinese(problem.value.in_chinese())


def test_efa_belongs_to_measurement():
    with pytest.raises(sme.SyntaxProblem) as problem:
        Specification.read('efa("a")*f ~ x1')
    assert "efa() marks constructs that are measured here" in str(problem.value)


def test_a_rotation_that_found_no_rest_is_said(monkeypatch):
    monkeypatch.setattr(kernel, "_perfected", lambda criterion, loadings, T, oblique: kernel.Turned(T, 0.0, 1e-3))
    fit = sme.fit(BLOCK, pupils())
    assert [d.code for d in fit.diagnostics] == ["rotation_unsettled"] and not fit.admissible


def test_the_table_of_loadings_says_how_they_were_rotated():
    assert "Loadings of exploratory blocks are rotated (geomin)" in str(sme.fit(BLOCK, pupils()))
    assert "rotated" not in str(sme.fit("f =~ x1 + x2 + x3", pupils()))


def test_semopy_is_not_asked_about_a_rotation():
    with pytest.raises(sme.SpecificationError) as problem:
        sme.fit(BLOCK, pupils()).cross_check()
    assert "semopy has no rotation of exploratory blocks" in str(problem.value)


@pytest.mark.parametrize("rotation", ["equamax", "parsimax"])
def test_members_of_crawford_and_fergusons_family_agree_with_lavaan(rotation):
    own = json.loads((FOLDER / "continuous.json").read_text("utf-8"))["rotations"][rotation]
    model = f'efa("f")*f1 + efa("f")*f2 + efa("f")*f3 =~ {" + ".join(ITEMS)}'
    loadings = sme.fit(model, pupils(), rotation=rotation).estimates().query("op == '=~'")
    for column, kind in (("est", "loadings"), ("se", "errors")):
        ours = loadings.pivot(index="rhs", columns="lhs", values=column).loc[ITEMS]
        np.testing.assert_allclose(ours, own[kind], atol=1e-5)


# --- what a rotation is told besides ----------------------------------------------------------------------------------

TOLD = json.loads((FOLDER / "options.json").read_text("utf-8"))["rotations"]


@pytest.mark.parametrize("name", TOLD)
def test_rotations_told_something_agree_with_lavaan(name):
    case = TOLD[name]
    fit = sme.fit(NINE, pupils(), rotation=case["rotation"], rotation_args=case["args"] or None)
    ours = keyed(fit.estimates())
    for i, item in enumerate(ITEMS):
        for k in range(3):
            row = ours[f"f{k + 1}", "=~", item, ""]
            assert row["est"] == pytest.approx(case["loadings"][i][k], abs=5e-6), (item, k)
            if case.get("errors"):
                assert row["se"] == pytest.approx(case["errors"][i][k], abs=5e-6), (item, k)
    for i, k in ((0, 1), (0, 2), (1, 2)):
        assert ours[f"f{i + 1}", "~~", f"f{k + 1}", ""]["est"] == pytest.approx(case["correlations"][i][k], abs=5e-6)


def test_oblimin_is_quartimin_where_gamma_is_zero_and_geomin_has_an_epsilon_of_its_own():
    for name, args in (("quartimin", None), ("oblimin", {"oblimin_gamma": 0})):
        np.testing.assert_allclose(
            sme.fit(NINE, pupils(), rotation=name, rotation_args=args).estimates()["se"],
            sme.fit(NINE, pupils(), rotation="oblimin").estimates()["se"],
        )
    default = sme.fit(NINE, pupils(), rotation_args={"geomin.epsilon": 0.001, "row_weights": "default"})
    pd.testing.assert_frame_equal(default.estimates(), sme.fit(NINE, pupils()).estimates())


def test_promax_of_two_groups_with_equal_loadings_and_of_the_units_of_an_item():
    answers = pupils()
    equal = sme.fit(BLOCK, answers, rotation="promax", group="school", group_equal="loadings").estimates()
    loadings = equal.query("op == '=~'")
    assert loadings.query("group == 'Pasteur'")["se"].tolist() == loadings.query("group != 'Pasteur'")["se"].tolist()
    one = sme.fit(BLOCK, answers, rotation="promax").standardized()
    other = sme.fit(BLOCK, answers.assign(x4=100 * answers["x4"]), rotation="promax").standardized()
    for column in ("est_std", "se"):
        np.testing.assert_allclose(one[column], other[column], rtol=1e-6, atol=1e-8)


def test_errors_of_promax_are_the_spread_over_samples():
    n, S = 100_000, sme.fit(BLOCK, pupils(), rotation="promax").implied()
    truth = sme.fit(BLOCK, cov=S, n=n, rotation="promax").estimates().query("free and op == '=~' or lhs == 'f1'")
    draws = wishart(n - 1, S.to_numpy() / (n - 1)).rvs(200, random_state=8)
    fits = (sme.fit(BLOCK, cov=pd.DataFrame(C, S.index, S.columns), n=n, rotation="promax") for C in draws)
    found = np.array([fit.estimates()["est"][truth.index] for fit in fits])
    free = truth["free"].to_numpy()
    ratio = truth["se"].to_numpy()[free] / found.std(axis=0)[free]
    assert np.abs(ratio - 1).max() < 0.2  # by chance alone a ratio is off by 0.05
    assert ratio.mean() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"rotation_args": {"geomin_epsylon": 0.1}},
            "rotation_args: 'geomin_epsylon' is not known; it can have geomin_epsilon, oblimin_gamma, promax_kappa, "
            "orthogonal, row_weights. Did you mean 'geomin_epsilon'?",
        ),
        (
            {"rotation": "oblimin", "rotation_args": {"geomin.epsilon": 0.1}},
            "rotation_args: geomin_epsilon is for rotation='geomin', not 'oblimin'.",
        ),
        ({"rotation_args": {"geomin_epsilon": 0}}, "rotation_args: geomin_epsilon=0: give a number above 0."),
        (
            {"rotation": "oblimin", "rotation_args": {"oblimin_gamma": "x"}},
            "rotation_args: oblimin_gamma='x': give a number.",
        ),
        ({"rotation_args": {"orthogonal": 1}}, "rotation_args: orthogonal=1: give True or False."),
        (
            {"rotation_args": {"row_weights": "cureton-mulaik"}},
            "rotation_args: row_weights='cureton-mulaik' is not available; it can be 'default', 'none', 'kaiser'.",
        ),
        (
            {"rotation": "promax", "rotation_args": {"orthogonal": True}},
            "promax lets constructs correlate; uncorrelated they are as rotation='varimax' has them.",
        ),
        (
            {"rotation": "promax", "orthogonal": True},
            "promax lets constructs correlate; with orthogonal=True take rotation='varimax'.",
        ),
        (
            {"rotation": "varimax", "rotation_args": {"orthogonal": False}},
            "rotation='varimax' keeps constructs uncorrelated; they correlate by geomin, oblimin, quartimin, promax, "
            "infomax, bentler, simplimax, bigeomin, biquartimin, target, cf_quartimax, cf_varimax, cf_equamax, "
            "cf_parsimax, cf_facparsim.",
        ),
        (
            {"rotation": "biquartimin"},
            "rotation='biquartimin' turns the constructs beside a general factor, and exploratory block 'a' has "
            "fewer than two of these: name a third construct, or take another rotation.",
        ),
        (
            {"rotation": "none", "rotation_args": {"orthogonal": True}},
            "rotation_args= tells about a rotation, and there is none: leave it out.",
        ),
        (
            {"rotation_args": 0.1},
            "rotation_args must be a dict, such as {'geomin_epsilon': 0.01}, not 0.1.",
        ),
    ],
)
def test_what_a_rotation_cannot_be_told_is_refused(options, message):
    with pytest.raises(sme.SpecificationError) as caught:
        sme.fit(BLOCK, pupils(), **options)
    assert str(caught.value) == message


def test_rotations_are_written_for_lavaan_in_its_words():
    lines = sme.fit(BLOCK, pupils(), rotation="promax", rotation_args={"promax_kappa": 3}).syntax("lavaan").splitlines()
    assert {'  rotation = "promax",', "  rotation.args = list(promax.kappa = 3.0)"} <= set(lines)
    options = {"rotation": "cf_varimax", "rotation_args": {"orthogonal": True, "row_weights": "kaiser"}}
    lines = sme.fit(BLOCK, pupils(), **options).syntax("lavaan").splitlines()
    written = '  rotation.args = list(orthogonal = TRUE, row.weights = "kaiser")'
    assert {'  rotation = "cf-varimax",', written} <= set(lines)
