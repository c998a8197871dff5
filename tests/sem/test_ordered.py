"""Ordered answers: lavaan's numbers, what must hold of any such analysis, and what is refused.

Estimates and indices agree to 1e-5: polychoric correlations are maxima that lavaan stops short of by about 1e-7, and
errors and tests magnify that.
"""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import block_diag

import sme_sem as sme
from sem.holzinger import FOLDER, pupils
from sem.ordered_answers import AGREE, REFERENCE, answers, drawn, fitted, keyed, persons
from sme_sem.kernels import influence
from sme_sem.sem import least_squares, residuals
from sme_sem.sem.completion import parameter_table
from sme_sem.sem.options import Options
from sme_sem.sem.specification import Specification

every_case = pytest.mark.parametrize("case", sorted(REFERENCE))
TRUST = "trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3 + 0.7*t4; t1 ~~ 0.4*t1; t2 ~~ 0.5*t2; t3 ~~ 0.6*t3; t4 ~~ 0.5*t4"
MODEL = "trust =~ t1 + t2 + t3 + t4"
ITEMS = ["t1", "t2", "t3", "t4"]


def different(ours, theirs, tolerance):
    return not np.allclose(ours, theirs, rtol=tolerance, atol=tolerance, equal_nan=True)


# --- lavaan ----------------------------------------------------------------------------------------


@every_case
def test_estimates_and_errors_agree_with_lavaan(case):
    ours, found = keyed(fitted(case).estimates()), {}
    for *key, est, se, std in REFERENCE[case]["parameters"]:
        row = ours[tuple(key)]
        theirs = (est, np.nan if se is None else se, std)
        if different((row["est"], row["se"], row["std_all"]), theirs, 1e-5):
            found[tuple(key)] = (row["est"], row["se"], row["std_all"]), theirs
    assert not found


@every_case
def test_measures_agree_with_lavaan(case):
    ours, theirs = fitted(case).measures(), REFERENCE[case]["measures"]
    assert len(theirs) >= 10
    assert not {k: (ours.get(k), v) for k, v in theirs.items() if different(ours.get(k, np.nan), v, 1e-5)}


@pytest.mark.parametrize("case", [c for c in sorted(REFERENCE) if REFERENCE[c]["modification_indices"]])
def test_modification_indices_agree_with_lavaan(case):
    ours = keyed(fitted(case).modification_indices())
    theirs = {tuple(key): pair for *key, mi, epc in REFERENCE[case]["modification_indices"] for pair in [(mi, epc)]}
    mine = {key: (ours[key]["mi"], ours[key]["epc"]) for key in theirs}
    assert not {key: (mine[key], pair) for key, pair in theirs.items() if different(mine[key], pair, 1e-4)}


# lavaan 0.6-14, modindices(cfa(model, bfi.csv, ordered = ...)): mi and epc of scales and fixed thresholds
SCALES = {
    "a =~ A2 + A3 + A4; c =~ C1 + C2 + C3; A3 ~~ 0.1*C1": {
        ("A3", "~*~"): (15.6707428, -1.3259156),
        ("C1", "~*~"): (15.6706285, -1.3259107),
    },
    "a =~ A2 + A3 + A4 + A5; A4 | -0.5*t3": {
        ("A4", "|"): (64.1794961, -0.3701994),
        ("A4", "~*~"): (64.1794843, 0.7403988),
    },
    "a =~ l*A2 + l*A3 + A4 + A5; a ~~ 1*a": {
        ("A2", "~*~"): (404.6803659, -0.4394179),
        ("A3", "~*~"): (308.9735387, -0.3824619),
    },
}


@pytest.mark.parametrize("model", SCALES)
def test_modification_indices_of_scales_and_thresholds_agree_with_lavaan(model):
    found = sme.fit(model, persons(), ordered=True).modification_indices().query("op == '|' or op == '~*~'")
    ours = {(row.lhs, row.op): (row.mi, row.epc) for row in found.itertuples()}
    assert ours.keys() == SCALES[model].keys()
    for key, theirs in SCALES[model].items():
        assert ours[key] == pytest.approx(theirs, rel=1e-5)  # lavaan ends its search at about that distance


def test_a_model_that_leaves_scales_open_has_no_index_of_them():
    assert not sme.fit("a =~ A2 + A3 + A4 + A5", persons(), ordered=True).modification_indices()["op"].eq("~*~").any()


@every_case
def test_residuals_are_those_of_polychoric_correlations(case):
    theirs = REFERENCE[case]["residuals"]
    ours = fitted(case).residuals()
    ours = ours[theirs["group"]] if theirs["group"] else ours
    names = theirs["names"]  # covariates are not among them
    assert set(ours) == set(names)
    np.testing.assert_allclose(ours.loc[names, names], theirs["values"], atol=1e-6)


def test_raw_residuals_of_latent_responses_are_those_of_their_correlations():
    fit = fitted("bfi_wls_5items")
    np.testing.assert_allclose(fit.residuals("raw"), fit.residuals(), atol=1e-12)
    mixed = fitted("joint_mixed_path")
    raw, scaled = mixed.residuals("raw"), mixed.residuals()
    assert list(raw) == ["z2", "z5", "z3"] and abs(raw.loc["z3", "z3"]) < 1e-7
    deviation = np.sqrt(mixed.moments.ordered[0].covariance[2, 2])
    assert raw.loc["z2", "z3"] == pytest.approx(deviation * scaled.loc["z2", "z3"], rel=1e-6)


STANDARDIZED = json.loads((FOLDER / "ordered_residuals.json").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", STANDARDIZED)
def test_standardized_residuals_agree_with_lavaan(case):
    names, z = STANDARDIZED[case].values()
    data = persons()
    data = data[data.iloc[:, :15].notna().all(axis=1)].head(500)
    model = "agree =~ A1 + A2 + A3 + A4 + A5" + "; extra =~ E1 + E2 + E3 + E4 + E5" * (len(names) > 5)
    how = {"parameterization": "theta"} if case == "theta" else {"estimator": case}
    found = sme.fit(model, data, ordered=names, **how).residuals("standardized")
    np.testing.assert_allclose(found, z, rtol=1e-4, atol=1e-4)  # lavaan's search ends a little beside the optimum


def test_normalized_residuals_are_divided_by_the_errors_of_the_polychoric_correlations():
    data = persons()[["A1", "A2", "A3", "A4", "A5"]].dropna()
    fit = sme.fit("agree =~ A1 + A2 + A3 + A4 + A5", data, ordered=True)
    errors = sme.polychoric(data).standard_errors
    expected = (fit.residuals("raw") / errors).fillna(0)
    np.testing.assert_allclose(fit.residuals("normalized"), expected, rtol=1e-9)


@pytest.mark.parametrize("case", ["datcat_mg_equal_wlsmv", "joint_mixed_path"])
def test_errors_of_residuals_are_those_of_all_moments_of_all_groups_together(case):
    fit = fitted(case)
    pattern, share = fit.pattern, fit.sample.share
    gammas = block_diag(*(influence.gamma(own) / own.n for own in fit.moments.ordered))
    delta = np.concatenate(list(least_squares.moment_slopes(pattern, fit.sample, fit.theta)), axis=1)
    V = np.diag((share[:, None] * fit.sample.weight).ravel())
    Q = np.eye(len(V)) - delta.T @ fit.inference.bread @ delta @ V
    variances = np.diagonal(Q @ gammas @ Q.T).reshape(len(share), -1)
    found = np.linalg.diagonal(residuals.covariances(fit))
    np.testing.assert_allclose(found, variances, rtol=1e-7, atol=1e-12)


def test_standardized_residuals_of_a_right_model_are_standard_normal():
    z = np.concatenate(
        [
            sme.fit(MODEL, drawn(TRUST, 500, seed=seed), ordered=True)
            .residuals("standardized")
            .to_numpy()[np.triu_indices(4, 1)]
            for seed in range(60)
        ]
    )
    assert abs(z.mean()) < 0.15 and 0.85 < z.std() < 1.15


def test_defined_effects_agree_with_lavaan():
    rows = fitted("bfi_wlsmv_struct_x").estimates().set_index("lhs")
    ((name, est, se),) = REFERENCE["bfi_wlsmv_struct_x"]["defined"]
    np.testing.assert_allclose(rows.loc[name, ["est", "se"]].astype(float), (est, se), rtol=1e-5)


@every_case
def test_the_reference_stands_at_its_optimum(case):
    assert REFERENCE[case]["largest_gradient"] < 1e-12


# --- what must hold --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def four_items():
    return drawn(TRUST, 400, seed=1)


@pytest.fixture(scope="module")
def plain(four_items):
    return sme.fit(MODEL, four_items, ordered=True)


def same(fit, other, columns=("est", "se", "std_all"), tolerance=1e-7):
    """Estimates by relation are the same, and so are the measures."""
    ours, theirs = keyed(fit.estimates()), keyed(other.estimates())
    assert set(ours) == set(theirs)
    for key, row in ours.items():
        mine, own = [row[c] for c in columns], [theirs[key][c] for c in columns]
        np.testing.assert_allclose(mine, own, rtol=tolerance, atol=tolerance, err_msg=str(key))
    np.testing.assert_allclose(fit.measures(), other.measures()[fit.measures().index], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("names", [(10, 20, 30, 40), (0, 1, 2, 3), (-2.5, 0.1, 7, 1000)])
def test_names_of_categories_do_not_matter(four_items, plain, names):
    renamed = four_items.replace(dict(zip((1, 2, 3, 4), names)))
    same(sme.fit(MODEL, renamed, ordered=True), plain, tolerance=1e-12)


def test_the_order_of_columns_and_respondents_does_not_matter(four_items, plain):
    shuffled = four_items.sample(frac=1, random_state=3)[["t3", "t1", "t4", "t2"]]
    same(sme.fit(MODEL, shuffled, ordered=True), plain)


def test_the_order_of_indicators_does_not_matter_beside_the_marker(four_items, plain):
    same(sme.fit("trust =~ t1 + t4 + t3 + t2", four_items, ordered=ITEMS), plain)


def test_reversed_items_have_reversed_loadings_and_thresholds(four_items, plain):
    turned = four_items.assign(t2=5 - four_items["t2"])
    ours, theirs = (keyed(f.estimates()) for f in (sme.fit(MODEL, turned, ordered=True), plain))
    loading, cut = ("trust", "=~", "t2", ""), [("t2", "|", f"t{k}", "") for k in (1, 2, 3)]
    assert ours[loading]["est"] == pytest.approx(-theirs[loading]["est"], abs=1e-7)
    for k, key in enumerate(cut):
        assert ours[key]["est"] == pytest.approx(-theirs[cut[2 - k]]["est"], abs=1e-9)
    assert ours["trust", "=~", "t3", ""]["est"] == pytest.approx(theirs["trust", "=~", "t3", ""]["est"], abs=1e-7)


def test_twice_the_respondents_halve_the_sampling_variance(four_items, plain):
    twice = sme.fit(MODEL, pd.concat([four_items, four_items], ignore_index=True), ordered=True)
    ratio = (twice.estimates()["se"] / plain.estimates()["se"]).dropna()
    np.testing.assert_allclose(ratio, np.sqrt(399 / 799), rtol=1e-7)


def test_thresholds_are_those_of_the_margins_when_nothing_restricts_them(four_items, plain):
    from scipy.special import ndtri

    cut = plain.estimates().query("op == '|'")
    below = [(four_items[name] <= int(t[1:])).mean() for name, t in zip(cut["lhs"], cut["rhs"])]
    np.testing.assert_allclose(cut["est"], ndtri(below), atol=1e-10)


@pytest.mark.parametrize("estimator", ["ULSMV", "WLSMV"])
def test_setting_thresholds_aside_moves_nothing(four_items, monkeypatch, estimator):
    without = sme.fit("f =~ t1 + t2 + t3 + t4; t4 ~ t1", four_items, ordered=True, estimator=estimator)
    monkeypatch.setattr("sme_sem.sem.search._separable", lambda pattern, sample: False)
    monkeypatch.setattr("sme_sem.sem.least_squares._diagonal", lambda sample: False)
    whole = sme.fit("f =~ t1 + t2 + t3 + t4; t4 ~ t1", four_items, ordered=True, estimator=estimator)
    pd.testing.assert_frame_equal(without.estimates(), whole.estimates(), rtol=1e-9, atol=1e-10)
    pd.testing.assert_series_equal(without.measures(), whole.measures(), rtol=1e-9)


def test_delta_and_theta_say_the_same(four_items, plain):
    theta = sme.fit(MODEL, four_items, ordered=True, parameterization="theta")
    np.testing.assert_allclose(theta.measures(), plain.measures()[theta.measures().index], rtol=1e-6, atol=1e-8)
    ours, theirs = keyed(theta.estimates()), keyed(plain.estimates())
    for name in ITEMS:
        key = "trust", "=~", name, ""
        assert ours[key]["std_all"] == pytest.approx(theirs[key]["std_all"], abs=1e-7)
        scale = ours[name, "~*~", name, ""]["est"]
        variance = ours[key]["est"] ** 2 * ours["trust", "~~", "trust", ""]["est"] + ours[name, "~~", name, ""]["est"]
        assert scale**-2 == pytest.approx(variance, abs=1e-10)
    np.testing.assert_allclose(theta.implied(), plain.implied(), atol=1e-7)


def test_binary_items_have_one_threshold_and_their_loadings_are_found_again():
    data = drawn(TRUST, 6000, seed=5, binary=ITEMS)
    fit = sme.fit(MODEL, data, ordered=True)
    assert fit.estimates().query("op == '|'")["rhs"].tolist() == ["t1"] * 4
    assert fit.measures()["df"] == 2
    std = fit.estimates().query("op == '=~'").set_index("rhs")["std_all"]
    truth = {"t1": 0.8 / np.sqrt(1.04), "t2": 0.7 / np.sqrt(0.99), "t3": 0.6 / np.sqrt(0.96), "t4": 0.7 / np.sqrt(0.99)}
    np.testing.assert_allclose(std, pd.Series(truth), atol=0.035)


def test_mixed_answers_with_everything_continuous_but_one(four_items):
    data = sme.simulate(TRUST, 3000, seed=2)
    mixed = data.assign(t4=np.digitize(data["t4"], [0.2]))
    fit, whole = sme.fit(MODEL, mixed, ordered="t4"), sme.fit(MODEL, data)
    a, b = (f.estimates().query("op == '=~'")["std_all"].to_numpy() for f in (fit, whole))
    np.testing.assert_allclose(a, b, atol=0.04)
    assert set(fit.estimates().query("op == '|'")["lhs"]) == {"t4"}


# --- the model text --------------------------------------------------------------------------------


def test_thresholds_can_be_written_fixed_and_labelled(four_items, plain):
    stated = sme.fit(MODEL + "; t1 | a*t1 + t2 + t3; t2 | a*t1", four_items, ordered=True)
    rows = keyed(stated.estimates())
    assert rows["t1", "|", "t1", ""]["est"] == rows["t2", "|", "t1", ""]["est"]
    assert stated.measures()["df"] == plain.measures()["df"] + 1
    fixed = sme.fit(MODEL + "; t1 | 0.1*t2", four_items, ordered=True)
    row = keyed(fixed.estimates())["t1", "|", "t2", ""]
    assert row["est"] == 0.1 and np.isnan(row["se"])


def test_written_thresholds_are_the_ones_added_anyway(four_items, plain):
    lines = "; ".join(f"{name} | t1 + t2 + t3" for name in ITEMS)
    same(sme.fit(f"{MODEL}; {lines}; t1 ~*~ 1*t1", four_items, ordered=True), plain)


def test_the_text_of_a_specification_is_read_back():
    text = "trust =~ t1 + t2 + t3; t1 | a*t1 + 0.5*t2; t2 ~*~ NA*t2"
    once = sme.Specification.read(text)
    again = sme.Specification.read(str(once))
    assert again.terms == once.terms
    assert {(t.lhs, t.op, t.rhs) for t in once.terms} >= {("t1", "|", "t1"), ("t1", "|", "t2"), ("t2", "~*~", "t2")}


def test_equal_thresholds_free_the_scales_of_later_groups():
    fit = fitted("datcat_mg_equal_wlsmv")
    rows = keyed(fit.estimates())
    for name in (f"u{i}" for i in range(1, 9)):
        assert rows[name, "|", "t1", "male"]["est"] == rows[name, "|", "t1", "female"]["est"]
        assert not rows[name, "~*~", name, "male"]["free"] and rows[name, "~*~", name, "female"]["free"]


def test_a_scale_takes_a_latent_response_to_the_unit_of_its_correlations():
    fit = fitted("datcat_mg_equal_wlsmv")
    rows, implied = keyed(fit.estimates()), fit.implied("female")
    np.testing.assert_allclose(np.diagonal(implied), 1, rtol=1e-12)
    scale = {name: rows[name, "~*~", name, "female"]["est"] for name in implied}
    loading = {name: rows["f1", "=~", name, "female"]["est"] for name in ("u1", "u2")}
    latent = loading["u1"] * rows["f1", "~~", "f1", "female"]["est"] * loading["u2"]
    assert implied.loc["u1", "u2"] == pytest.approx(scale["u1"] * latent * scale["u2"], rel=1e-12)


def test_implied_moments_are_in_the_unit_of_what_is_observed():
    # lavaan 0.7 (snapshot of August 2026): fitted() of the second group
    fit = fitted("datcat_we_scalar")
    implied, rows = fit.implied("female"), keyed(fit.estimates())
    np.testing.assert_allclose(implied.loc["u1", ["u2", "u5"]], [0.508985073122434, 0.35034723968732], rtol=1e-6)
    loading, variance, mean = (
        rows[key]["est"]
        for key in (("f1", "=~", "u1", "female"), ("f1", "~~", "f1", "female"), ("f1", "~1", "", "female"))
    )
    deviation = np.sqrt(loading**2 * variance + rows["u1", "~~", "u1", "female"]["est"])
    assert fit.implied_means("female")["u1"] == pytest.approx(loading * mean / deviation, rel=1e-10)
    seen = fit.residuals("raw")["female"] + implied
    polychoric = sme.polychoric(answers("datcat_we_scalar").query("g == 'female'")[list(implied)]).correlation
    np.testing.assert_allclose(seen, polychoric, atol=1e-6)


# --- what is refused -------------------------------------------------------------------------------


def message_of(error, model, data, **options):
    with pytest.raises(error) as caught:
        sme.fit(model, data, **options)
    return str(caught.value)


def test_a_covariance_matrix_has_no_categories(four_items):
    assert message_of(sme.SpecificationError, MODEL, None, cov=four_items.cov(), n=400, ordered=True) == (
        "ordered= needs the answers themselves: give data=, not cov=."
    )


@pytest.mark.parametrize("estimator", ["ML", "MLR", "GLS"])
def test_maximum_likelihood_does_not_take_ordered_answers(four_items, estimator):
    assert message_of(sme.SpecificationError, MODEL, four_items, ordered=True, estimator=estimator) == (
        f"estimator='{estimator}' does not take answers as ordered; with ordered= use 'WLSMV', or another of WLS, "
        "DWLS, ULS, WLSM, WLSMVS, ULSM, ULSMV, ULSMVS."
    )


def test_an_unknown_name_is_told_the_nearest(four_items):
    assert message_of(sme.SpecificationError, MODEL, four_items, ordered=["t1", "T2"]) == (
        "ordered: 'T2' is no observed variable of the model. Did you mean 't2'?"
    )


def test_one_list_of_ordered_columns_serves_models_of_some_of_them(four_items, plain):
    data = four_items.assign(other=four_items["t1"], more=four_items["t2"])
    same(sme.fit(MODEL, data, ordered=[*four_items.columns, "other", "more"]), plain)
    numbers = sme.fit(MODEL, data, ordered=["other"])
    assert numbers.estimator == "ML" and not numbers.table.ordered
    assert sme.fit("t1 ~ t2 + t3", data, ordered=["t2"]).estimator == "ML"  # t2 is given, as in lavaan


def test_many_different_answers_are_not_categories(four_items):
    data = four_items.assign(t2=np.arange(400) % 21)
    assert message_of(sme.DataProblem, MODEL, data, ordered=True) == (
        "'t2' has 21 different answers; an ordered variable has 2 to 20. "
        "Leave it out of ordered=, or bring its answers into fewer categories."
    )


def test_one_category_is_no_variation(four_items):
    assert message_of(sme.DataProblem, MODEL, four_items.assign(t2=3), ordered=True).startswith("no variation in 't2'")


def test_a_residual_variance_follows_in_delta_and_a_scale_in_theta(four_items):
    assert message_of(sme.SpecificationError, MODEL + "; t1 ~~ t1", four_items, ordered=True) == (
        "t1 ~~ t1: in the delta parameterization the residual variance of an ordered variable follows from the rest; "
        "leave it out, or take parameterization='theta'."
    )
    text = MODEL + "; t1 ~*~ t1"
    assert message_of(sme.SpecificationError, text, four_items, ordered=True, parameterization="theta") == (
        "t1 ~*~ t1: in the theta parameterization the scale of an ordered variable follows from the rest; "
        "leave it out, or take parameterization='delta'."
    )


def test_a_category_missing_in_one_group_is_named(four_items):
    data = four_items.assign(town=np.where(np.arange(400) < 200, "east", "west"))
    data.loc[(data["town"] == "west") & (data["t3"] == 4), "t3"] = 3
    assert message_of(sme.DataProblem, MODEL, data, ordered=True, group="town") == (
        "group 'west': nobody answered 4 to 't3', which other groups did; a threshold cannot be estimated from no "
        "answers. Bring neighbouring categories together in all groups."
    )


def test_thresholds_need_an_ordered_variable_and_must_exist(four_items):
    assert message_of(sme.SpecificationError, MODEL + "; t1 | t1", four_items) == (
        "t1 | t1: 't1' is not an ordered variable; name it in ordered=."
    )
    assert message_of(sme.SpecificationError, MODEL + "; t1 | t4", four_items, ordered=True) == (
        "t1 | t4: the answers have 4 categories, so the thresholds are t1 to t3."
    )


def test_weighting_by_everything_needs_more_respondents_than_moments():
    data = answers("bfi_wls_5items").head(25)
    assert message_of(sme.DataProblem, "a =~ " + " + ".join(AGREE), data, ordered=True, estimator="WLS").startswith(
        "estimator='WLS' weighs "
    )


def test_a_weight_that_does_not_exist_is_said_and_not_taken_for_a_model_that_is_not_identified():
    answers = drawn(TRUST, 20, seed=2)
    with pytest.raises(sme.DataProblem) as caught:
        sme.fit(MODEL, answers, ordered=True, estimator="WLS")
    assert str(caught.value) == (
        "estimator='WLS' weighs 18 moments by the inverse of their covariance matrix, which is singular: some moments "
        "follow from others, as with few respondents, rare categories, or items that repeat one another. Take "
        "estimator='WLSMV', or bring rare categories together."
    )


def test_age_may_stay_continuous_beside_ordered_items():
    fit = sme.fit("agree =~ A1 + A2 + A3; agree ~ age", persons(), ordered=AGREE[:3])
    assert fit.admissible and list(fit.table.exogenous) == ["age"]


# --- exploratory blocks ----------------------------------------------------------------------------


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
def test_exploratory_blocks_of_ordered_items_are_rotated_as_lavaan_does(parameterization):
    """lavaan 0.6-14, rotation = "geomin", delta parameterization, printed to three digits."""
    names = [f"{kind}{i}" for kind in "AE" for i in range(1, 6)]
    model = f'efa("b")*f1 + efa("b")*f2 =~ {" + ".join(names)}'
    fit = sme.fit(model, persons(), ordered=names, parameterization=parameterization)
    rows = keyed(fit.estimates())
    theirs = {"A1": (-0.498, 0.235), "A2": (0.708, -0.021), "A3": (0.760, 0.006), "A4": (0.516, 0.046)}
    for item, loadings in theirs.items():
        ours = [rows[f, "=~", item, ""]["std_all"] for f in ("f1", "f2")]
        assert ours == pytest.approx(loadings, abs=6e-4)
    assert rows["f1", "~~", "f2", ""]["est"] == pytest.approx(0.436, abs=6e-4)
    assert rows["f1", "~~", "f2", ""]["se"] == pytest.approx(0.039334, abs=1e-5)  # in both parameterizations


def test_a_block_whose_items_have_free_scales_is_refused():
    data = answers("datcat_mg_equal_wlsmv")
    names = [f"u{i}" for i in range(1, 9)]
    model = f'efa("b")*f1 + efa("b")*f2 =~ {" + ".join(names)}; u1 ~*~ NA*u1'
    with pytest.raises(sme.SpecificationError, match="the scale of 'u1' is free, so that its rotation has no fixed"):
        sme.fit(model, data, ordered=names)


# --- what equal thresholds free in later groups, as lavaan 0.7 has it ---------------------------------

TWO = "f1 =~ u1 + u2 + u3 + u4; f2 =~ u5 + u6 + u7 + u8"


def by_group(*group_equal, text=TWO, data=None, **options):
    data = pd.read_csv(FOLDER / "datcat.csv") if data is None else data
    return sme.fit(text, data, ordered=True, group="g", group_equal=group_equal, **options)


def test_equal_residual_variances_keep_those_of_theta_fixed():
    kinds = ("thresholds", "loadings", "intercepts")
    free, held = (by_group(*own, parameterization="theta") for own in (kinds, (*kinds, "residuals")))
    assert held.measures()["df"] == free.measures()["df"] + 8
    residuals = held.estimates().query("op == '~~' and lhs == rhs and lhs.str.startswith('u')")
    assert list(residuals["est"]) == [1.0] * 16
    assert not residuals["free"].any()


def test_an_intercept_excepted_from_equal_ones_is_free_in_later_groups():
    kinds = ("thresholds", "loadings", "intercepts")
    all_held = by_group(*kinds, parameterization="theta")
    excepted = by_group(*kinds, parameterization="theta", group_partial=["u1 ~ 1"])
    assert excepted.measures()["df"] == all_held.measures()["df"] - 1
    rows = excepted.estimates().query("op == '~1' and free and lhs.str.startswith('u')")
    assert list(zip(rows["lhs"], rows["group"], strict=True)) == [("u1", excepted.moments.labels[1])]


def halves():
    data = pd.read_csv(FOLDER / "datcat.csv")
    return data.assign(**{f"b{i}": (data[f"u{i}"] > data[f"u{i}"].median()).astype(int) for i in range(1, 5)})


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
def test_the_one_threshold_of_a_binary_item_frees_no_scale(parameterization):
    options = {"text": "f =~ b1 + b2 + b3 + b4", "data": halves(), "parameterization": parameterization}
    apart, equal = by_group("loadings", **options), by_group("loadings", "thresholds", **options)
    scales = equal.estimates().query("op == '~*~' or (op == '~~' and lhs == rhs and lhs.str.startswith('b'))")
    assert not scales["free"].any()
    # free intercepts take the place of free thresholds: the same model in other words
    assert equal.measures()["df"] == apart.measures()["df"]
    assert equal.measures()["chisq"] == pytest.approx(apart.measures()["chisq"], rel=1e-6)


WHOLLY_FIXED = "f =~ 1*b1 + 0.7*b2 + 0.5*b3; f ~~ {variance}*f; b1 | 0*t1; b2 | 0.2*t1; b3 | -0.1*t1"


@pytest.mark.parametrize("estimator", ["WLSMV", "DWLS", "ULSMV", "WLS"])
def test_a_model_without_free_parameters_is_tested(estimator):
    fixed, held = (
        sme.fit(WHOLLY_FIXED.format(variance=own) + line, halves(), ordered=True, estimator=estimator)
        for own, line in ((0.6, ""), ("v", "; v == 0.6"))
    )
    found = fixed.measures()
    assert (found["npar"], found["df"]) == (0, 6)
    for name in {"chisq", "chisq_scaled", "srmr"} & set(found.index):
        assert found[name] == pytest.approx(held.measures()[name], rel=1e-9)
    assert len(fixed.modification_indices())
    assert fixed.standardized()["est_std"].notna().all()


@pytest.mark.parametrize("kinds", [("thresholds",), ("thresholds", "loadings")])
def test_an_item_none_of_whose_thresholds_is_equal_keeps_its_intercept(kinds):
    options = {"text": "F =~ b0 + b1 + b2 + b3", "data": two_groups()}
    all_equal, excepted = by_group(*kinds, **options), by_group(*kinds, group_partial=["b3 | t1"], **options)
    freed = excepted.estimates().query("op == '~1' and free")
    assert list(freed["lhs"]) == ["b0", "b1", "b2"]
    # a free threshold in place of a free intercept: the same model in other words
    assert excepted.measures()["df"] == all_equal.measures()["df"]
    assert excepted.measures()["chisq"] == pytest.approx(all_equal.measures()["chisq"], rel=1e-6)
    labelled = by_group(*kinds, text=options["text"] + "; b3 | c(p, q)*t1", data=options["data"])
    assert labelled.measures()["chisq"] == pytest.approx(all_equal.measures()["chisq"], rel=1e-6)


@pytest.mark.parametrize(("parameterization", "op"), [("delta", "~*~"), ("theta", "~~")])
def test_an_item_of_which_one_threshold_is_equal_keeps_its_scale(parameterization, op):
    options = {"text": "F =~ o0 + o1 + o2", "data": two_groups(), "parameterization": parameterization}
    excepted = ["o2 | t2", "o2 | t3"]
    fit = by_group("thresholds", "loadings", group_partial=excepted, **options)
    own = fit.estimates().query("free and group == 'B'")
    assert list(own.query("op == '~1'")["lhs"]) == ["o0", "o1", "o2"]
    assert list(own.query("op == @op and lhs == rhs and lhs != 'F'")["lhs"]) == ["o0", "o1"]
    # one equal threshold and a free intercept, or a free threshold: the same model in other words
    other = by_group("thresholds", "loadings", group_partial=[*excepted, "o2 | t1"], **options)
    assert other.measures()["df"] == fit.measures()["df"]
    assert other.measures()["chisq"] == pytest.approx(fit.measures()["chisq"], rel=1e-6)


def test_among_binary_items_others_still_get_their_scales():
    data = halves()
    fit = by_group("loadings", "thresholds", text="f =~ b1 + u2 + u3 + u4", data=data)
    free = fit.estimates().query("op == '~*~' and free")
    assert list(free["lhs"]) == ["u2", "u3", "u4"]


def two_groups():
    """Two binary items and three of four categories, of groups that differ in their construct and in their errors."""
    rng, group = np.random.default_rng(5), np.repeat(["A", "B"], 400)
    first = group == "A"
    trait = rng.normal(size=800) * np.where(first, 1, 1.3) + np.where(first, 0, 0.4)
    spread = np.where(first, 1, 1.2)
    binary = {f"b{j}": (trait * 0.9 + rng.normal(size=800) * spread > -0.3 + 0.2 * j).astype(int) for j in range(5)}
    ordered = {f"o{j}": np.digitize(trait * 0.9 + rng.normal(size=800), [-1, 0, 1]) for j in range(3)}
    return pd.DataFrame({**binary, **ordered, "g": group})


ALL_EQUAL = ("loadings", "thresholds", "intercepts")


@pytest.mark.parametrize(
    ("parameterization", "chisq", "scaled"), [("delta", 22.04935, 31.27503), ("theta", 17.73440, 25.34582)]
)
def test_binary_items_keep_their_scale_where_all_else_is_equal(parameterization, chisq, scaled):
    # lavaan 0.6-14 with lines b0 ~*~ c(1, 1)*b0 (theta: b0 ~~ c(1, 1)*b0), which are the default of 0.7
    options = {"text": "F =~ b0 + b1 + o0 + o1 + o2", "data": two_groups(), "parameterization": parameterization}
    found = by_group(*ALL_EQUAL, **options).measures()
    assert (found["npar"], found["df"]) == (21, 21)
    assert (found["chisq"], found["chisq_scaled"]) == pytest.approx((chisq, scaled), abs=6e-6)


@pytest.mark.parametrize(("parameterization", "scale"), [("delta", (0.755, 0.095)), ("theta", (1.658, 0.674))])
def test_a_line_frees_the_scale_of_a_binary_item(parameterization, scale):
    # lavaan 0.6-14: cfa(..., group.equal = c("loadings", "thresholds", "intercepts")), where it is free by default
    op = {"delta": "~*~", "theta": "~~"}[parameterization]
    text = "F =~ b0 + b1 + o0 + o1 + o2; " + "; ".join(f"{b} {op} c(1, NA)*{b}" for b in ("b0", "b1"))
    fit = by_group(*ALL_EQUAL, text=text, data=two_groups(), parameterization=parameterization)
    found = fit.measures()
    assert (found["npar"], found["df"]) == (23, 19)
    assert (found["chisq"], found["chisq_scaled"]) == pytest.approx((15.77682, 24.40987), abs=6e-6)
    row = keyed(fit.estimates())["b0", op, "b0", "B"]
    assert (row["est"], row["se"]) == pytest.approx(scale, abs=6e-4)


def test_growth_of_ordered_items_keeps_their_intercepts_fixed():
    cut = tuple((f"u{i}", 4) for i in (1, 2, 3))
    text = Specification.read("i =~ 1*u1 + 1*u2 + 1*u3; s =~ 0*u1 + 1*u2 + 2*u3")
    options = [Options(preset=preset, group_equal=("thresholds",)) for preset in ("growth", "sem")]
    tables = [parameter_table(text, own, 2, cut) for own in options]
    freed = [[p.lhs for p in t.parameters if p.op == "~1" and p.free and p.lhs.startswith("u")] for t in tables]
    assert freed == [[], ["u1", "u2", "u3"]]


# --- fit of what is continuous beside ordered variables ------------------------------------------------


def test_variances_of_continuous_variables_are_no_residuals_of_the_srmr():
    data = pd.read_csv(FOLDER / "hs.csv")
    for name in ("x2", "x3", "x5"):
        data[name] = pd.cut(data[name].rank(method="min"), [0, 100, 200, 301], labels=False)
    text = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; x4 ~~ a*x4; x6 ~~ a*x6"
    measures = sme.fit(text, data, ordered=["x2", "x3", "x5"]).measures()
    lavaan = {"srmr": 0.0447831696159, "rmr": 0.0429456066378, "rmr_nomean": 0.0486957407428}  # 0.6-14
    lavaan |= {"srmr_bentler": 0.0394950432417, "crmr": 0.0454568826164}
    for name, value in lavaan.items():
        assert measures[name] == pytest.approx(value, rel=1e-5), name


@pytest.mark.parametrize("kind", ["complete", "one side"])
def test_a_covariate_that_separates_the_categories_is_said(kind):
    rng = np.random.default_rng(1)
    z = rng.standard_normal(300)
    data = pd.DataFrame({"z": z, "y": (z > 0).astype(int)})
    if kind == "one side":
        data["z"] = (z > 0.5).astype(int)
        data["y"] = np.where(data["z"] == 1, 0, rng.integers(0, 2, 300))
    with pytest.raises(sme.DataProblem, match="as where a covariate separates the categories"):
        sme.fit("y ~ z", data, ordered=["y"])


def with_other_thresholds():
    """Two groups of one factor whose items are cut elsewhere in the second, but for the last."""
    draws = np.random.default_rng(3)
    group, factor = np.repeat(["a", "b"], 500), draws.normal(size=1000)
    same, other = [-1, -0.3, 0.3, 1], [-1.6, 0.1, 0.2, 0.5]
    found = pd.DataFrame({"g": group})
    for k in range(4):
        response = 0.7 * factor + np.sqrt(0.51) * draws.normal(size=1000)
        in_b = same if k == 3 else other
        found[f"u{k}"] = np.where(group == "a", np.searchsorted(same, response), np.searchsorted(in_b, response)) + 1
    return found


def test_indices_that_cannot_see_thresholds_do_not_stand_for_a_model_that_restricts_them():
    """lavaan 0.6-14: chi-square 555.64, CFI .619 and RMSEA .301, scaled, and no robust ones."""
    options = {"ordered": True, "group": "g"}
    free = sme.fit("S =~ u0 + u1 + u2 + u3", with_other_thresholds(), **options)
    held = sme.fit("S =~ u0 + u1 + u2 + u3", with_other_thresholds(), group_equal="thresholds", **options)
    names = ["cfi_robust", "tli_robust", "rmsea_robust"]
    assert free.measures()[names].notna().all() and held.measures()[names].isna().all()
    assert held.measures()["chisq_scaled"] == pytest.approx(555.64, abs=0.01)
    assert held.measures()["cfi_scaled"] == pytest.approx(0.619, abs=5e-4)
    assert "RMSEA" in str(held) and ".301" in str(held)


def test_thresholds_that_others_make_up_for_are_not_restricted():
    """With three categories equal thresholds take nothing away: intercepts and scales are free instead."""
    three = with_other_thresholds()
    three[[f"u{k}" for k in range(4)]] = (three[[f"u{k}" for k in range(4)]] + 1) // 2
    options = {"ordered": True, "group": "g"}
    free = sme.fit("S =~ u0 + u1 + u2 + u3", three, **options).measures()
    held = sme.fit("S =~ u0 + u1 + u2 + u3", three, group_equal="thresholds", **options).measures()
    assert held["df"] == free["df"]
    assert held["rmsea_robust"] == pytest.approx(free["rmsea_robust"], abs=1e-7)


@pytest.mark.parametrize(("estimator", "naive"), [("DWLS", 0.0936301), ("ULS", 0.0927692)])
def test_naive_errors_and_the_plain_test_are_there_on_request(estimator, naive):
    """Errors as lavaan 0.6-14 gives them for ``se = "standard"``: they take the weights for right."""
    items = [f"x{i}" for i in range(1, 7)]
    cut = pupils()[items].apply(lambda column: pd.qcut(column, 4, labels=False) + 1)
    text = "f =~ x1 + x2 + x3; g =~ x4 + x5 + x6; g ~ f"
    fit = sme.fit(text, cut, ordered=True, estimator=estimator, se="standard", test="standard")
    assert fit.estimates().query("op == '~'")["se"].item() == pytest.approx(naive, abs=1e-6)
    robust = sme.fit(text, cut, ordered=True, estimator=estimator)
    assert robust.measures()["chisq"] == fit.measures()["chisq"]
    assert robust.estimates().query("op == '~'")["se"].item() > 1.1 * naive


def test_ordered_categories_of_pandas_are_ordered_answers():
    items = [f"x{i}" for i in range(1, 7)]
    cut = pupils()[items].apply(lambda column: pd.qcut(column, 4, labels=False) + 1)
    marked = cut.apply(lambda column: pd.Categorical.from_codes(column - 1, list("lmnh"), ordered=True))
    text = "f =~ x1 + x2 + x3; g =~ x4 + x5 + x6"
    found = sme.fit(text, marked)
    assert found.estimator == "WLSMV" and set(found.table.ordered) == set(items)
    assert found.estimates().equals(sme.fit(text, cut, ordered=True).estimates())
    for options in ({"ordered": False}, {"estimator": "MLR"}, {"missing": "fiml"}):
        assert not sme.fit(text, marked, **options).table.ordered
    assert set(sme.fit(text, marked.assign(x1=cut["x1"])).table.ordered) == set(items[1:])


def test_marked_columns_are_left_alone_where_they_cannot_be_ordered():
    items = [f"x{i}" for i in range(1, 7)]
    cut = pupils()[items].apply(lambda column: pd.qcut(column, 4, labels=False) + 1)
    marked = cut.apply(lambda column: pd.Categorical.from_codes(column - 1, list("lmnh"), ordered=True))
    made = sme.fit("f <~ x1 + x2 + x3; x4 ~ f; x5 ~ f", marked)
    assert set(made.table.ordered) == {"x4", "x5"}
    with pytest.raises(sme.SpecificationError, match=r"'x1' is a column of ordered categories.*ordered=False"):
        sme.fit("f =~ x1 + x2 + x3 + x4", marked.assign(w=1.0), weights="w")
    groups = {"g": np.arange(len(cut)) % 2}
    steps = sme.invariance("f =~ x1 + x2 + x3 + x4", marked.assign(**groups), group="g")
    told = sme.invariance("f =~ x1 + x2 + x3 + x4", cut.assign(**groups), group="g", ordered=True)
    assert steps.table.equals(told.table) and "thresholds" in steps.fits
