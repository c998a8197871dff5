"""Constructs that are made of their items agree with canonical correlations, with regressions, and with lavaan.

lavaan 0.6-14 was told the arrows that composites stand for (reference/composites.R), at an optimum polished until its
gradient vanished.
"""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from chinese import wholly_chinese
from sem.holzinger import FOLDER
from sme_sem.sem import presentation
from sme_sem.sem.composites import composites_of
from sme_sem.sem.specification import Specification

REFERENCE = json.loads((FOLDER / "composites.json").read_text("utf-8"))["cases"]
MEASURED = "COMP =~ comp_1 + comp_2 + comp_3; LIKE =~ like_1 + like_2 + like_3; "
ATTRACTIVE = "ATTR <~ attr_1 + attr_2 + attr_3; "
MODELS = {
    "robust": MEASURED + ATTRACTIVE + "LIKE ~ ATTR + COMP",
    "affected": MEASURED + ATTRACTIVE + "ATTR ~ COMP; LIKE ~ ATTR",
    "overall": MEASURED + "CUSL =~ cusl_1 + cusl_2 + cusl_3; REP <~ LIKE + COMP; CUSL ~ REP; cusa ~ REP",
}
MODELS |= dict.fromkeys(("gaps", "groups", "equal_weights"), MODELS["robust"]) | {"least_squares": MODELS["affected"]}
OPTIONS = {"equal_weights": {"group_equal": ["composite_weights", "regressions"]}}


@cache
def answers():
    instrument = sme.load_instrument("corporate-reputation")
    return sme.read_responses(sme.bundled_answers("corporate-reputation"), instrument).frame


@cache
def fitted(case):
    if case == "drivers":
        return sme.fit(sme.load_instrument("corporate-reputation").model_syntax("drivers"), answers())
    options = {name: value for name, value in REFERENCE[case]["options"].items() if "." not in name}
    data = answers().dropna(subset=["servicetype"]) if "group" in options else answers()
    return sme.fit(MODELS[case], data, **options, **OPTIONS.get(case, {}))


def arrows(fit):
    """Our parameters as the reference names them: {(lhs, op, rhs, group): (est, se, std_all, se_std)}."""
    markers = {composite.name: composite.marker for composite in fit.table.composites}
    labels = sorted(fit.moments.labels)
    found = {}
    for row, own in zip(fit.estimates().itertuples(), fit.standardized().itertuples(), strict=True):
        lhs, op, rhs, sign = row.lhs, row.op, row.rhs, 1
        if op == "<~" and rhs == markers[lhs]:
            continue
        if op == "<~":
            lhs, op, sign = markers[lhs], "~", -1
        elif op == "~>":
            op = "=~"
        standard = (np.nan, np.nan) if sign < 0 else (own.est_std, own.se)
        found[lhs, op, rhs, labels.index(row.group) + 1] = (sign * row.est, row.se, *standard)
    return found


@pytest.mark.parametrize("case", list(REFERENCE))
def test_estimates_and_errors_are_lavaan_s_of_the_same_arrows(case):
    fit, compared = fitted(case), 0
    ours = arrows(fit)
    for lhs, op, rhs, group, *theirs in REFERENCE[case]["parameters"]:
        key = lhs, op, rhs, group
        if op == "~1":  # the arrows put the mean elsewhere
            continue
        if key not in ours and op == "~~":
            key = rhs, op, lhs, group
        if key not in ours:  # the marker's arrow, fixed at one
            assert op == "=~" and theirs[:2] == [1, 0]
            continue
        mine = np.array(ours[key])
        other = np.array([np.nan if value is None else value for value in theirs], dtype=float)
        mine[[1, 3]] = np.where(other[[1, 3]] == 0, np.nan_to_num(mine[[1, 3]]), mine[[1, 3]])  # fixed: no error
        known = ~np.isnan(mine) & ~np.isnan(other)
        assert mine[known] == pytest.approx(other[known], rel=2e-6, abs=2e-7), key
        compared += known.sum()
    assert compared > 60


@pytest.mark.parametrize("case", list(REFERENCE))
def test_fit_measures_are_lavaan_s(case):
    ours, theirs = fitted(case).measures(), REFERENCE[case]["measures"]
    assert len(theirs) >= 7
    for name, value in theirs.items():
        if value is None or (case == "gaps" and name.endswith(".robust")):
            continue  # with gaps lavaan 0.6 takes another scaling (docs/evidence.md)
        assert ours[name.replace(".", "_")] == pytest.approx(value, rel=2e-6, abs=2e-7), name


@cache
def two_sets(n=400):
    """Two sets of three items with several canonical correlations."""
    draws = np.random.default_rng(3).standard_normal((n, 6))
    mixing = np.eye(6) + 0.5 * np.random.default_rng(4).standard_normal((6, 6))
    return pd.DataFrame(draws @ mixing, columns=["a1", "a2", "a3", "b1", "b2", "b3"])


def canonical(frame):
    """Canonical correlations and the weights of the first, by the eigenvalues of S11^-1 S12 S22^-1 S21."""
    S = frame.cov().to_numpy()
    among, across, other = S[:3, :3], S[:3, 3:], S[3:, 3:]
    values, vectors = np.linalg.eig(np.linalg.solve(among, across) @ np.linalg.solve(other, across.T))
    order = np.argsort(-values.real)
    return np.sqrt(values.real[order]), vectors[:, order[0]].real


def test_two_composites_are_the_first_canonical_variates():
    fit = sme.fit("A <~ a1 + a2 + a3; B <~ b1 + b2 + b3; B ~ A", two_sets())
    correlations, weights = canonical(two_sets())
    found = fit.composites().set_index("item")["weight"]
    assert found[["a1", "a2", "a3"]].to_numpy() == pytest.approx(weights / weights[0], rel=1e-6)
    path = fit.standardized().set_index("op").loc["~", "est_std"]
    assert abs(path) == pytest.approx(correlations[0], rel=1e-9)
    # and the test is that of the other canonical correlations (Bartlett 1938, likelihood ratio)
    assert fit.measures()["chisq"] == pytest.approx(
        -len(two_sets()) * np.log(1 - correlations[1:] ** 2).sum(), rel=1e-9
    )
    assert fit.measures()["df"] == 4


def test_a_composite_with_one_outcome_is_a_regression():
    frame = two_sets()[["a1", "a2", "a3", "b1"]]
    fit = sme.fit("A <~ a1 + a2 + a3; b1 ~ A", frame)
    centred = frame - frame.mean()
    slopes = np.linalg.lstsq(centred[["a1", "a2", "a3"]].to_numpy(), centred["b1"].to_numpy(), rcond=None)[0]
    path = fit.estimates().set_index("op").loc["~", "est"]
    assert path * fit.composites()["weight"].to_numpy() == pytest.approx(slopes, rel=1e-6)
    assert fit.measures()["df"] == 0
    assert fit.measures()["chisq"] == pytest.approx(0, abs=1e-8)


def test_marker_and_units_do_not_matter():
    first = fitted("robust")
    other = sme.fit(
        MODELS["robust"].replace("attr_1 + attr_2 + attr_3", "NA*attr_1 + attr_2 + 2*attr_3"),
        answers().assign(attr_2=1000 * answers()["attr_2"]),
        estimator="MLR",
    )
    columns = ["weight_std", "se", "ci_lower", "loading", "vif"]
    assert other.composites()[columns].to_numpy() == pytest.approx(first.composites()[columns].to_numpy(), rel=1e-5)
    assert other.measures()["chisq_scaled"] == pytest.approx(first.measures()["chisq_scaled"], rel=1e-6)
    paths = [fit.standardized().query("op == '~'")[["est_std", "se"]].to_numpy() for fit in (first, other)]
    assert paths[1] == pytest.approx(paths[0], rel=1e-5)


def test_planted_weights_are_found():
    population = "y =~ 0.8*y1 + 0.7*y2 + 0.6*y3; y ~ 0.30*x1 + 0.15*x2 + 0*x3; z ~ 0.30*x1 + 0.15*x2 + 0*x3; "
    drawn = sme.simulate(population + "x1 ~~ 0.3*x2; x1 ~~ 0.3*x3; x2 ~~ 0.3*x3", 40_000, seed=5)
    fit = sme.fit("C <~ x1 + x2 + x3; y =~ y1 + y2 + y3; y ~ C; z ~ C", drawn)
    weights = fit.estimates().query("op == '<~'").set_index("rhs")
    for item, planted in (("x2", 0.5), ("x3", 0.0)):
        assert abs(weights.loc[item, "est"] - planted) < 3 * weights.loc[item, "se"]
    assert fit.measures()["pvalue"] > 0.01


def test_standardized_weights_weigh_standardized_items():
    fit, found = fitted("robust"), fitted("robust").composites()
    implied = fit.implied().loc[list(found["item"]), list(found["item"])].to_numpy()
    weights = found["weight"].to_numpy()
    deviation = np.sqrt(weights @ implied @ weights)
    units = np.sqrt(np.diagonal(implied))
    assert found["weight_std"].to_numpy() == pytest.approx(weights * units / deviation)
    assert found["loading"].to_numpy() == pytest.approx(implied @ weights / units / deviation)
    assert found["vif"].to_numpy() == pytest.approx(np.diagonal(np.linalg.inv(implied)) * units**2)


def test_items_of_two_composites_may_be_written_in_turns():
    model = "A <~ a1; B <~ b1; A <~ a2 + a3; B <~ b2 + b3; B ~ A"
    found = sme.fit(model, two_sets()).composites().set_index("item")
    other = sme.fit("A <~ a1 + a2 + a3; B <~ b1 + b2 + b3; B ~ A", two_sets()).composites().set_index("item")
    for column in ("weight", "weight_std", "loading", "vif"):
        assert found[column].to_dict() == pytest.approx(other[column].to_dict()), column


def test_errors_of_standardized_weights_are_those_of_samples():
    fit = sme.fit(MODELS["robust"], answers(), estimator="MLR")
    again = sme.fit(MODELS["robust"], answers(), bootstrap=400, seed=1).composites()
    assert again["se"].to_numpy() == pytest.approx(fit.composites()["se"].to_numpy(), rel=0.2)


@pytest.mark.parametrize("case", ["robust", "affected", "drivers"])
def test_items_of_a_composite_covary_as_they_do_in_the_sample(case):
    left = fitted(case).residuals("cor")
    for composite in fitted(case).table.composites:
        assert left.loc[list(composite.items), list(composite.items)].abs().to_numpy().max() < 1e-12


def test_scores_are_the_weighted_sums():
    fit = sme.fit(MODELS["robust"], answers(), meanstructure=True)
    found, own = fit.scores(errors=True), fit.composites()
    sums = answers().loc[found.index, list(own["item"])] @ own["weight"].to_numpy()
    assert found["ATTR"].to_numpy() == pytest.approx(sums.to_numpy())
    assert (found["ATTR_se"] == 0).all() and (found["LIKE_se"] > 0).all()
    with pytest.raises(sme.SpecificationError, match="Bartlett"):
        fit.scores("bartlett")


def test_gaps_leave_the_error_of_what_is_not_known():
    frame = answers().copy()
    frame.iloc[:50, frame.columns.get_loc("attr_2")] = np.nan
    found = sme.fit(MODELS["robust"], frame, missing="fiml").scores(errors=True)["ATTR_se"]
    assert (found[found.index[:50]] > 0.01).all()


def test_weights_can_be_held_equal_across_groups():
    fit = fitted("equal_weights")
    found = fit.composites().pivot(index="item", columns="group", values="weight")
    assert np.ptp(found.to_numpy(), axis=1).max() == 0
    assert fitted("groups").measures()["df"] + 4 == fit.measures()["df"]
    free = sme.fit(
        MODELS["robust"],
        answers().dropna(subset=["servicetype"]),
        group="servicetype",
        group_equal=["composite_weights", "regressions"],
        group_partial="ATTR <~ attr_2",
    )
    assert free.measures()["df"] == fit.measures()["df"] - 1


def test_metric_invariance_holds_weights_too():
    steps = sme.invariance(MODELS["robust"], answers().dropna(subset=["servicetype"]), group="servicetype")
    assert steps.table["df_diff"].tolist()[1:] == [6, 4, 6]
    assert {"ATTR <~ attr_2", "ATTR <~ attr_3"} <= set(steps.releases("metric")["relation"])


def test_no_modification_concerns_what_a_composite_is_made_of():
    found = fitted("robust").modification_indices()
    assert not set(found["lhs"]) & {"attr_1", "attr_2", "attr_3"}
    assert not found.loc[found["op"] == "=~", "lhs"].eq("ATTR").any()
    assert len(found) > 10


def test_equal_weights_are_a_model_to_be_tested():
    equal = sme.fit(MODELS["robust"].replace("attr_1 + attr_2 + attr_3", "1*attr_1 + 1*attr_2 + 1*attr_3"), answers())
    assert equal.measures()["df"] == fitted("robust").measures()["df"] + 2
    free = sme.fit(MODELS["robust"].replace("attr_2 + attr_3", "a*attr_2 + b*attr_3"), answers())
    assert free.wald_tests("a == 1; b == 1")["df"].iloc[-1] == 2


def test_composites_can_be_items_themselves():
    lower = "A <~ comp_1 + comp_2; B <~ like_1 + like_2; "
    model = lower + "CUSL =~ cusl_1 + cusl_2 + cusl_3; {}; CUSL ~ D; cusa ~ D"
    made = sme.fit(model.format("D <~ A + B"), answers())
    reflected = sme.fit(model.format("D =~ A + B"), answers())
    assert made.converged and reflected.converged
    assert made.composites()["construct"].unique().tolist() == ["A", "B", "D"]
    assert abs(made.construct_correlations().loc["D", ["A", "B"]]).min() > 0.5


def test_standardized_constructs_make_the_same_composite():
    found = sme.fit(MODELS["overall"], answers(), std_lv=True)
    assert found.measures()["chisq"] == pytest.approx(fitted("overall").measures()["chisq"])
    assert found.composites()["weight_std"].tolist() == pytest.approx(
        fitted("overall").composites()["weight_std"].tolist()
    )


def test_a_marker_that_is_outweighed_is_spoken_of():
    turned = sme.fit(MODELS["overall"].replace("LIKE + COMP", "COMP + LIKE"), answers())
    assert [d.code for d in turned.diagnostics] == ["reversed_composite"]
    assert "NA*" in turned.diagnostics[0].message
    assert not fitted("overall").diagnostics


@cache
def light(gaps=False):
    """Answers in which a1 counts for next to nothing."""
    population = "y =~ 0.8*y1 + 0.7*y2 + 0.6*y3; y ~ 0.06*a1 + 0.5*a2 + 0.3*a3; z ~ 0.06*a1 + 0.5*a2 + 0.3*a3; "
    frame = sme.simulate(population + "a1 ~~ 0.3*a2; a1 ~~ 0.3*a3; a2 ~~ 0.3*a3", 500, seed=8)
    frame["g"] = np.arange(500) % 2
    return frame.mask(np.random.default_rng(1).random(frame.shape) < 0.1) if gaps else frame


REFLECTED = "; F =~ y1 + y2 + y3; "
LIGHT = {
    "exogenous": (REFLECTED + "F ~ C; z ~ C", {}),
    "mediating": (REFLECTED + "C ~ F; z ~ C + F", {"meanstructure": True}),
    "gaps": (REFLECTED + "F ~ C; z ~ C", {"missing": "fiml"}),
    "weighted": (REFLECTED + "F ~ C; z ~ C", {"estimator": "WLS"}),
    "groups": (REFLECTED + "F ~ C; z ~ C", {"group": "g", "group_equal": ["composite_weights", "intercepts"]}),
    "effects coded": (REFLECTED + "F ~ C; z ~ C", {"effect_coding": True}),
    "limited": (REFLECTED + "F ~ p*C; z ~ C; F ~~ v*F; v > 0.01", {}),
}


@pytest.mark.parametrize("case", list(LIGHT))
def test_a_marker_of_hardly_any_weight_is_no_harder_to_find_than_a_heavy_one(case):
    rest, options = LIGHT[case]
    frame = light(gaps=case == "gaps").assign(g=light()["g"])
    own = sme.fit("C <~ a1 + a2 + a3" + rest, frame, **options)
    heavy = sme.fit("C <~ NA*a1 + 1*a2 + a3" + rest, frame, **options)
    assert own.iterations <= 12
    assert own.measures()["chisq"] == pytest.approx(heavy.measures()["chisq"], abs=1e-7)
    columns = ["weight_std", "se", "loading"]
    assert own.composites()[columns].abs().to_numpy() == pytest.approx(
        heavy.composites()[columns].abs().to_numpy(), rel=1e-4
    )


def test_a_light_marker_is_spoken_of():
    rest = LIGHT["exogenous"][0]
    fit = sme.fit("C <~ a1 + a2 + a3" + rest, light())
    assert [d.code for d in fit.diagnostics] == ["light_marker"]
    assert "NA* before a1" in fit.diagnostics[0].message
    assert not sme.fit("C <~ NA*a1 + 1*a2 + a3" + rest, light()).diagnostics


def test_a_marker_of_no_weight_is_named_in_the_error():
    frame = light().assign(
        a1=lambda f: f["a1"] - f[["a2", "a3", "z", "y1"]] @ projection(f, "a1", ["a2", "a3", "z", "y1"])
    )
    with pytest.raises(sme.IdentificationError, match="C <~ a1\\? Then fix the weight of another item"):
        sme.fit("C <~ a1 + a2 + a3; z ~ C; y1 ~ C", frame)


def projection(frame, outcome, predictors):
    return np.linalg.lstsq(frame[predictors].to_numpy(), frame[outcome].to_numpy(), rcond=None)[0]


def test_composites_beside_covariates_are_said_to_be_uncorrelated_with_them():
    model = ATTRACTIVE + "LIKE =~ like_1 + like_2 + like_3; LIKE ~ ATTR + cusa"
    fit = sme.fit(model, answers(), estimator="ML")
    assert [d.code for d in fit.diagnostics] == ["uncorrelated_composite"]
    assert "write ATTR ~~ cusa." in fit.diagnostics[0].message
    told = sme.fit(model + "; ATTR ~~ cusa", answers(), estimator="ML")
    assert not told.diagnostics and told.measures()["df"] == fit.measures()["df"] - 1
    assert not sme.fit(model + "; ATTR ~ cusa", answers(), estimator="ML").diagnostics


def test_a_composite_without_relations_is_not_identified():
    with pytest.raises(sme.IdentificationError, match="A <~ a2"):
        sme.fit("A <~ a1 + a2; b1 ~ b2; A ~~ 0*b1", two_sets())


REFUSED = {
    "C <~ NA*x1 + x2; y ~ C": "needs one weight",
    "C <~ 0*x1 + x2; y ~ C": "needs one weight",
    "C <~ x1 + x2; D <~ x2 + x3; y ~ C + D": "item of two composites",
    "C <~ x1 + x2; C =~ y1; y ~ C": "cannot be reflected",
    "C <~ x1 + x2; y ~ C + x1": "'x1' is an item of the composite 'C'",
    "C <~ x1 + x2; x1 ~~ y; y ~ C": "'x1' is an item",
    "C <~ x1 + x2; F =~ y1 + x2; F ~ C": "'x2' is an item",
    "C <~ x1 + x2; C ~~ 1*C; y ~ C": "variance of a composite follows",
    "C <~ C + x2; y ~ C": "made of itself",
    'efa("b")*F + efa("b")*G =~ y1 + y2 + y3 + y4; C <~ F + G; y ~ C': "exploratory block",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_a_composite_is_refused_in_words(text):
    with pytest.raises(sme.SpecificationError) as caught:
        composites_of(Specification.read(text))
    assert REFUSED[text] in str(caught.value)
    assert wholly_chinese(caught.value.in_chinese())


def test_ordered_items_are_refused():
    cut = two_sets().round().clip(-1, 1)
    with pytest.raises(sme.SpecificationError, match="sum of numbers"):
        sme.fit("A <~ a1 + a2 + a3; b1 ~ A", cut, ordered=["a1"])


def test_ordered_true_takes_all_that_are_no_items_of_composites():
    cut = two_sets().round().clip(-1, 1)
    model = "A <~ a1 + a2 + a3; B =~ b1 + b2 + b3; B ~ A"
    everything, named = sme.fit(model, cut, ordered=True), sme.fit(model, cut, ordered=["b1", "b2", "b3"])
    assert everything.table.ordered == named.table.ordered == {"b1": 2, "b2": 2, "b3": 2}
    assert everything.measures()["chisq_scaled"] == named.measures()["chisq_scaled"]
    with pytest.raises(sme.SpecificationError, match="models with composites"):
        named.scores()


def test_items_of_a_composite_have_no_effects_beside_its_own():
    fit = fitted("overall")
    assert fit.effects("cusa", "REP")["est"].iloc[-1] > 0.5
    for outcome, predictor in (("cusa", "LIKE"), ("LIKE", "REP")):
        with pytest.raises(sme.SpecificationError, match="'LIKE' is what the composite 'REP' is made of"):
            fit.effects(outcome, predictor)


def test_weights_stand_side_by_side():
    fit = fitted("affected")
    shown = sme.side_by_side({"one": fit, "two": fitted("overall")}, relations=["<~"])
    assert shown.table.loc[shown.table["model"] == "one", "rhs"].tolist() == ["attr_1", "attr_2", "attr_3"]
    assert "ATTR ← attr_2" in str(shown)
    alone = sme.fit("A <~ a1 + a2; B <~ b1 + b2; A ~~ B", two_sets())
    assert set(sme.side_by_side({"alone": alone}).table["op"]) == {"<~"}


def test_pooled_tables_leave_out_what_only_stands_for_the_items_covariances():
    halves = [answers().iloc[::2], answers().iloc[1::2]]
    pooled = sme.pool([sme.fit(MODELS["robust"], half) for half in halves])
    rows = {tuple(row[:3]) for row in pooled.tables()[-1].rows}
    assert ("ATTR", "<~", "attr_2") in rows and ("ATTR", "~~", "ATTR") in rows
    assert not any(op == "~>" or (op == "~~" and left.startswith("attr_")) for left, op, _ in rows)


def test_common_method_bias_says_that_composites_are_left_out():
    found = sme.method_bias(answers(), MODELS["robust"])
    assert found.vif["construct"].tolist() == ["COMP", "LIKE"]
    assert str(found.tables()[0].notes[1]) == "ATTR: made of items, which are left out of all this."


def test_products_of_composites_are_refused_with_a_way_that_goes():
    with pytest.raises(sme.SpecificationError, match=r"add fit.scores\(\)\['ATTR'\] to the answers"):
        sme.with_products(MODELS["robust"] + " + ATTR:COMP", answers())
    frame = answers().join(fitted("robust").scores()["ATTR"].rename("attractive"))
    model = MODELS["robust"].replace(ATTRACTIVE, "ATTR =~ attractive; ") + " + ATTR:COMP"
    moderated = sme.with_products(model, frame)
    assert sme.fit(moderated.model, moderated.frame).converged


def test_ordered_outcomes_of_composites_are_estimated():
    population = "B =~ 0.8*b1 + 0.7*b2 + 0.6*b3; B ~ 0.4*x1 + 0.2*x2; x1 ~~ 0.3*x2"
    drawn = sme.simulate(population, 2000, seed=6)
    cut = drawn.assign(**{name: np.digitize(drawn[name], [-1, 0, 1]) for name in ("b1", "b2", "b3")})
    model = "A <~ x1 + x2; B =~ b1 + b2 + b3; B ~ A"
    fit, plain = sme.fit(model, cut, ordered=["b1", "b2", "b3"]), sme.fit(model, drawn)
    assert fit.composites()["weight_std"].tolist() == pytest.approx(plain.composites()["weight_std"].tolist(), abs=0.05)
    assert abs(fit.composites()["weight"].iloc[1] - 0.5) < 3 * fit.estimates().query("op == '<~'")["se"].iloc[1]


def test_programs_without_composites_are_told_nothing_else():
    fit = fitted("affected")
    assert 'composites.cov = "free"' in fit.syntax("lavaan")
    for program in ("mplus", "amos", "semopy"):
        with pytest.raises(sme.SpecificationError, match="composites"):
            fit.syntax(program)
    with pytest.raises(sme.SpecificationError, match="composites"):
        fit.cross_check()


def test_populations_are_written_without_composites():
    with pytest.raises(sme.SpecificationError, match="in their place"):
        sme.simulate("C <~ x1 + x2; y ~ 0.3*C", 100, seed=1)
    with pytest.raises(sme.SpecificationError, match="in their place"):
        sme.power("C <~ x1 + x2; y ~ C", 100, progress=False)


def test_text_reads_back():
    text = "C <~ x1 + a*x2 + start(0.5)*x3\ny ~ C"
    assert Specification.read(str(Specification.read(text))) == Specification.read(text)
    assert Specification.read(text).latent == ("C",)
    assert Specification.read(text).observed == ("x1", "x2", "x3", "y")


def test_tables_show_weights_in_both_languages():
    fit = fitted("robust")
    tables = {table.name: table for table in fit.tables()}
    assert [row[1] for row in tables["composites"].rows] == ["attr_1", "attr_2", "attr_3"]
    assert not any("attr_" in str(tables[name].rows) for name in ("covariances", "measurement_model"))
    assert "标准化权重" in fit.to("markdown", "zh")


def test_constructs_are_shown_by_their_labels_where_a_composite_is_made_of_them():
    shown = presentation.composites(fitted("overall"), {"LIKE": "Likeability", "REP": "Reputation"})
    assert [row[:2] for row in shown.rows] == [("Reputation", "Likeability"), ("Reputation", "COMP")]


def test_validity_says_why_a_composite_has_none():
    found = sme.validity(fitted("robust"))
    own = found.scales.set_index("construct").loc["ATTR"]
    assert own["n_items"] == 3 and np.isnan(own["AVE"]) and not np.isnan(own["MSV"])
    assert any("made of its items" in str(note) for note in found.tables()[0].notes)


def test_a_diagram_draws_a_hexagon_that_items_lead_to():
    drawn = fitted("affected").diagram().svg
    assert drawn.count('<polygon points="') > drawn.count("<ellipse")
    hexagons = [part for part in drawn.split("<g class=") if "ATTR" in part and "<polygon" in part]
    assert len(hexagons) == 1 and "<ellipse" not in hexagons[0]


def test_a_questionnaire_says_which_constructs_are_made_of_their_items():
    instrument = sme.load_instrument("corporate-reputation")
    assert instrument.measurement_syntax(("ATTR", "COMP")) == (
        "ATTR <~ attr_1 + attr_2 + attr_3\nCOMP =~ comp_1 + comp_2 + comp_3"
    )
