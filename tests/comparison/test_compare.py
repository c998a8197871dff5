"""Models beside each other: lavaan's numbers, the right test for every pair, and what is refused."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import ITEMS, MODEL, pupils, pupils_with_gaps
from sme_sem.kernels.fit_indices import p_value
from sme_sem.sem.rivals import comparable

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "comparison.json").read_text("utf-8"))
EQUAL = "visual =~ x1 + a*x2 + a*x3\ntextual =~ x4 + b*x5 + b*x6\nspeed =~ x7 + c*x8 + c*x9"
TAU = "visual =~ a*x1 + a*x2 + a*x3\ntextual =~ b*x4 + b*x5 + b*x6\nspeed =~ c*x7 + c*x8 + c*x9"
TWO = "visual =~ x1 + x2 + x3\nrest =~ x4 + x5 + x6 + x7 + x8 + x9"
MOVED = "visual =~ x1 + x2 + x3 + x9\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8"
STEPS = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}


@cache
def in_three_categories():
    """The tests cut at their 30 % and 70 % quantiles, as comparison.R does."""
    frame = pupils()
    for item in ITEMS:
        low, high = frame[item].quantile([0.3, 0.7])
        frame[item] = 1 + (frame[item] > low).astype(int) + (frame[item] > high).astype(int)
    return frame


@cache
def models_07(name):
    if name == "nested_mlm":
        return {"free": sme.fit(MODEL, pupils(), estimator="MLM"), "taueq": sme.fit(TAU, pupils(), estimator="MLM")}
    estimator = "MLR" if name.endswith("mlr") else "ML"
    return {
        step: sme.fit(MODEL, pupils(), estimator=estimator, group="school", group_equal=equal)
        for step, equal in STEPS.items()
    }


@cache
def models_06(name):
    kind, *rest = name.split("_")
    if name == "ordered_groups":
        options = {"ordered": ITEMS, "group": "school"}
        return {
            "free": sme.fit(MODEL, in_three_categories(), **options),
            "equal": sme.fit(MODEL, in_three_categories(), group_equal="loadings", **options),
        }
    data, options = {
        "ordered": (in_three_categories(), {"ordered": ITEMS, "estimator": rest[0].upper() if rest else None}),
        "fiml": (pupils_with_gaps(), {"missing": "fiml", "estimator": rest[0].upper() if rest else None}),
    }.get(kind, (pupils(), {"estimator": kind.upper()}))
    return {"free": sme.fit(MODEL, data, **options), "equal": sme.fit(EQUAL, data, **options)}


@pytest.mark.parametrize("case", sorted(REFERENCE["lavaan_07"]))
def test_differences_agree_with_lavaan(case):
    """Plain differences closely; scaling factors are not flat at an optimum, and lavaan's own stops short of it."""
    name, method = case.split(".", 1)
    tolerance = 1e-7 if method == "standard" or name == "invariance_ml" else 2e-5
    table = sme.compare(models_07(name), method=method).table.set_index("model")
    for model, statistic, df, p in REFERENCE["lavaan_07"][case]:
        row = table.loc[model]
        assert row["chisq_diff"] == pytest.approx(statistic, rel=tolerance)
        assert row["df_diff"] == df
        assert row["pvalue_diff"] == pytest.approx(p, rel=10 * tolerance)


@pytest.mark.parametrize("case", sorted(REFERENCE["lavaan_06"]))
def test_differences_of_gaps_and_ordered_answers_agree_with_lavaan(case):
    name, method = case.split(".", 1)
    found = sme.compare(models_06(name), method="auto" if method == "standard" else method)
    statistic, df, p = REFERENCE["lavaan_06"][case]
    row = found.table.iloc[1]
    assert row["chisq_diff"] == pytest.approx(statistic, rel=2e-5)
    assert row["df_diff"] == df
    assert row["pvalue_diff"] == pytest.approx(p, rel=1e-4)


def test_underscores_stand_for_dots_in_a_method():
    fits = models_07("nested_mlm")
    dotted = sme.compare(fits, method="satorra.bentler.2010").table["chisq_diff"]
    pd.testing.assert_series_equal(sme.compare(fits, method="satorra_bentler_2010").table["chisq_diff"], dotted)


def test_the_scaled_difference_follows_from_the_scaling_factors():
    fits = models_07("nested_mlm")
    wide, narrow = (fit.measures() for fit in fits.values())
    factor = (narrow["df"] * narrow["chisq_scaling_factor"] - wide["df"] * wide["chisq_scaling_factor"]) / 6
    expected = (narrow["chisq"] - wide["chisq"]) / factor
    assert sme.compare(fits).table.iloc[1]["chisq_diff"] == pytest.approx(expected, rel=1e-12)


def test_the_order_of_the_variables_in_the_model_does_not_matter():
    turned = "speed =~ x7 + x8 + x9\ntextual =~ x4 + x5 + x6\nvisual =~ x1 + x2 + x3"
    tau = models_07("nested_mlm")["taueq"]
    straight = sme.compare(models_07("nested_mlm"), method="satorra.2000").table
    other = sme.compare({"free": sme.fit(turned, pupils(), estimator="MLM"), "taueq": tau}, method="satorra.2000").table
    assert other.iloc[1]["chisq_diff"] == pytest.approx(straight.iloc[1]["chisq_diff"], rel=1e-9)


def test_models_stand_by_their_degrees_of_freedom():
    fits = dict(reversed(models_07("invariance_ml").items()))
    assert sme.compare(fits).table["model"].tolist() == ["configural", "metric", "scalar", "strict"]


def test_every_pair_is_compared_and_not_only_neighbours():
    pairs = sme.compare(models_07("invariance_ml")).pairs
    assert len(pairs) == 6
    far = pairs.set_index(["wider", "narrower"]).loc[("configural", "strict")]
    near = sme.compare(models_07("invariance_ml")).table["chisq_diff"]
    assert far["statistic"] == pytest.approx(near.sum(), rel=1e-9)
    assert far["pvalue"] == pytest.approx(float(p_value(far["statistic"], 21)), rel=1e-12)


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_the_differences_from_one_model_are_those_of_its_nested_pairs(estimator):
    models = {"free": MODEL, "equal": EQUAL, "tau": TAU, "moved": MOVED}
    compared = sme.compare({name: sme.fit(text, pupils(), estimator=estimator) for name, text in models.items()})
    nested = compared.pairs[compared.pairs["relation"] == "nested"].set_index(["wider", "narrower"])
    assert set(nested.index) == {("free", "equal"), ("free", "tau"), ("equal", "tau")}
    found = compared.differences("equal")
    rise, fall = nested.loc[("equal", "tau")], nested.loc[("free", "equal")]
    assert found == {
        "tau": (rise["statistic"], rise["pvalue"]),
        "free": (-fall["statistic"], fall["pvalue"]),
    }
    assert compared.differences("moved") == {} == compared.differences("nobody")


def test_each_estimator_is_given_its_test():
    assert sme.compare(models_07("invariance_ml")).recommended_test == "standard"
    assert sme.compare(models_07("nested_mlm")).recommended_test == "satorra.bentler.2001"
    assert sme.compare(models_06("ordered_wlsmv")).recommended_test == "satorra.2000"
    rivals = {"three": sme.fit(MODEL, pupils()), "moved": sme.fit(MOVED, pupils())}
    assert sme.compare(rivals).recommended_test == "vuong"


def test_a_scaled_and_shifted_difference_says_whether_the_estimator_calls_for_it_or_it_was_asked_for():
    equal = MODEL.replace("x2 + x3", "a*x2 + a*x3")
    plain = {"free": sme.fit(MODEL, pupils()), "equal": sme.fit(equal, pupils())}
    why = sme.compare(plain, method="satorra.2000").pairs["why"].item()
    assert (
        why
        == "nested; scaled and shifted (Satorra 2000), as was asked for; the tests of this estimator call for standard"
    )
    why = sme.compare(models_07("nested_mlm"), method="satorra.2000").pairs["why"].item()
    assert why.endswith("as was asked for; the tests of this estimator call for satorra.bentler.2001")
    assert "adjusted in mean and variance" in sme.compare(models_06("ordered_wlsmv")).pairs["why"].item()


def test_a_table_of_pairs_without_reasons_gives_them_in_notes():
    equal = MODEL.replace("x2 + x3", "a*x2 + a*x3")
    models = {"three": sme.fit(MODEL, pupils()), "moved": sme.fit(MOVED, pupils()), "equal": sme.fit(equal, pupils())}
    found = sme.compare(models)
    notes = [str(note) for note in found.pairs_table({"three": "Three"}, why=False).notes]
    assert notes[0].startswith("Test “Vuong”: not nested;") or notes[0].startswith("Test “Vuong” (“")
    assert (
        "Test “χ² difference”: nested; the likelihood-ratio (plain chi-square difference) test goes with"
        in " ".join(notes)
    )
    for why in found.pairs["why"]:
        assert sum(why in note for note in notes) == 1
    assert not any(str(note).startswith("Test") for note in found.pairs_table().notes)


def test_where_the_wider_model_cannot_reproduce_the_narrower_one_literally_the_exact_value_is_said():
    found = sme.compare(models_07("invariance_mlr"), method="satorra.bentler.2010").pairs.set_index("narrower")
    said = found.loc["scalar"].query("wider == 'metric'")["why"].iloc[0]
    assert "where they are reproduced the statistic is 40.049" in said
    assert "are reproduced" not in found.loc[["metric"]]["why"].iloc[0]


def test_a_mean_adjusted_test_is_refused_after_other_estimators():
    with pytest.raises(sme.SpecificationError, match=r"'satorra\.bentler\.2001' needs mean-adjusted tests") as problem:
        sme.compare(models_06("ordered_wlsmv"), method="satorra.bentler.2001")
    assert "take method='satorra.2000'" in str(problem.value)


def test_models_that_are_not_nested_get_no_difference_but_vuongs_test():
    found = sme.compare({"three": sme.fit(MODEL, pupils()), "moved": sme.fit(MOVED, pupils())})
    assert np.isnan(found.table.iloc[1]["chisq_diff"])
    (row,) = found.pairs.to_dict("records")
    assert (row["relation"], row["test"]) == ("not nested", "vuong")
    asked = sme.compare({"three": sme.fit(MODEL, pupils()), "moved": sme.fit(MOVED, pupils())}, method="standard")
    assert asked.pairs["why"].iloc[0].startswith("not nested, so standard does not apply")


def test_ordered_rivals_have_no_test_and_this_is_said():
    data = in_three_categories()
    found = sme.compare({"three": sme.fit(MODEL, data, ordered=ITEMS), "moved": sme.fit(MOVED, data, ordered=ITEMS)})
    assert found.recommended_test == "none"
    assert "there is no likelihood of single respondents" in found.pairs["why"].iloc[0]
    assert np.isnan(found.pairs["pvalue"].iloc[0])


def test_equivalent_models_are_named_so():
    scaled = sme.compare({"marker": sme.fit(MODEL, pupils()), "unit": sme.fit(MODEL, pupils(), std_lv=True)})
    assert scaled.pairs["relation"].tolist() == ["equivalent"]
    assert "only theory can" in scaled.pairs["why"].iloc[0]


@pytest.mark.parametrize("method", ["auto", "vuong"])
@pytest.mark.parametrize("limit", ["visual ~~ lower(0.6)*textual", "visual ~~ c*textual\nc > 0.6"])
@pytest.mark.parametrize("names", [("plain", "limited"), ("limited", "plain")])
def test_a_model_and_itself_under_limits_are_nested_and_have_no_test(limit, names, method):
    fits = {"plain": sme.fit(MODEL, pupils()), "limited": sme.fit(f"{MODEL}\n{limit}", pupils())}
    found = sme.compare({name: fits[name] for name in names}, method=method).pairs.iloc[0]
    assert found[["wider", "narrower", "relation", "test"]].tolist() == ["plain", "limited", "nested", "none"]
    assert np.isnan(found["pvalue"])
    assert found["why"].startswith("nested: the second is the first with estimates held by limits")


def test_limits_that_hold_nothing_leave_the_models_equivalent():
    fits = {"plain": sme.fit(MODEL, pupils()), "limited": sme.fit(f"{MODEL}\nvisual ~~ lower(0)*textual", pupils())}
    assert sme.compare(fits).pairs["relation"].tolist() == ["equivalent"]


def test_a_difference_from_a_model_held_by_limits_is_called_approximate():
    fits = {"limited": sme.fit(f"{MODEL}\nvisual ~~ lower(0.6)*textual", pupils()), "two": sme.fit(EQUAL, pupils())}
    fits["fixed"] = sme.fit(f"{MODEL}\nvisual ~~ 0.6*textual", pupils())
    pairs = sme.compare(fits).pairs.set_index(["wider", "narrower"])
    assert pairs.loc[("limited", "fixed"), "why"].endswith("so the p-value is approximate")
    assert pairs.loc[("limited", "fixed"), "why_zh"].endswith("p值为近似值")
    assert sum("approximate" in why for why in pairs["why"]) == 1
    assert sum("visual ~~ textual > 0.6" in line for line in str(sme.compare(fits)).splitlines()) == 1


def test_akaike_weights_sum_to_one_and_compare_as_likelihoods():
    table = sme.compare({"three": sme.fit(MODEL, pupils()), "moved": sme.fit(MOVED, pupils())}).table
    assert table["akaike_weight"].sum() == pytest.approx(1, abs=1e-14)
    assert np.log(table["akaike_weight"]).diff().iloc[1] == pytest.approx(-table["aic"].diff().iloc[1] / 2, rel=1e-9)


def test_least_squares_have_no_akaike_weights():
    assert sme.compare(models_06("ordered_wlsmv")).table["akaike_weight"].isna().all()


def test_the_comparison_prints_in_both_languages():
    from sme_sem.tables import text

    models, pairs = sme.compare(models_07("nested_mlm")).tables()
    assert "taueq" in text.render(models) and "< .001" not in text.render(models)
    assert "校正卡方差异（2001）" in text.render(pairs, "zh")
    assert "scaled χ² difference (2001)" in text.render(pairs)


REFUSED = {
    "other variables": ("visual =~ x1 + x2 + x3", {}, "only one of them contains 'x4', 'x5'"),
    "other rows": (MODEL, {"rows": slice(0, 200)}, "they rest on 301 and 200 respondents"),
    "other answers": (MODEL, {"shift": 1.0}, "their 301 respondents are not the same, or answered otherwise"),
    "groups": (MODEL, {"group": "school"}, "their groups are one and"),
    "estimator": (MODEL, {"estimator": "GLS"}, "one is estimated by ML, the other by GLS"),
    "test": (MODEL, {"estimator": "MLR"}, "their tests differ"),
    "gaps": (MODEL, {"missing": "fiml", "meanstructure": True}, "missing='listwise'"),
    "means": (MODEL, {"meanstructure": True}, "one models means, the other does not"),
}


def drawn_together():
    """Pupils with weights and classes, each in two versions."""
    frame = pupils()
    place = np.arange(len(frame))
    weights = {"w": 1 + place / 300, "other_w": 2 - place / 300}
    return frame.assign(**weights, room=place % 40, other_room=place // 8)


OTHERWISE_DRAWN = {
    "weights and none": ({"weights": "w"}, {"estimator": "MLR", "meanstructure": True}, "only one .* with weights="),
    "other weights": ({"weights": "w"}, {"weights": "other_w"}, "their weights= are not the same, row by row"),
    "classes and none": ({"cluster": "room"}, {"estimator": "MLR", "meanstructure": True}, "only one .* with cluster="),
    "other classes": ({"cluster": "room"}, {"cluster": "other_room"}, "their cluster= are not the same, row by row"),
    "information": (
        {"estimator": "MLR", "information": "expected"},
        {"estimator": "MLR", "information": "observed"},
        "information='expected' in one, 'observed' in the other",
    ),
}


@pytest.mark.parametrize("what", OTHERWISE_DRAWN)
def test_models_of_respondents_who_were_otherwise_drawn_are_refused(what):
    one, other, reason = OTHERWISE_DRAWN[what]
    fits = {"a": sme.fit(MODEL, drawn_together(), **one), "b": sme.fit(MOVED, drawn_together(), **other)}
    with pytest.raises(sme.SpecificationError, match=f"models 'a' and 'b' cannot be compared: .*{reason}"):
        sme.compare(fits)


def test_the_same_groups_in_another_order_are_refused_with_that_reason():
    frame = pupils()
    fits = {
        "a": sme.fit(MODEL, frame, group="school"),
        "b": sme.fit(MOVED, frame.iloc[::-1], group="school"),
    }
    with pytest.raises(sme.SpecificationError, match="groups stand in different orders"):
        sme.compare(fits)


def test_the_same_sizes_of_groups_do_not_make_the_same_groups():
    frame = pupils().iloc[:300]
    halves, turns = frame.assign(g=np.repeat(["a", "b"], 150)), frame.assign(g=np.tile(["a", "b"], 150))
    fits = {"one": sme.fit(MODEL, halves, group="g"), "other": sme.fit(MODEL, turns, group="g")}
    with pytest.raises(sme.SpecificationError, match="respondents are not the same, or answered otherwise"):
        sme.compare(fits)


def test_ordered_answers_of_as_many_other_respondents_are_refused():
    frame = pupils()[ITEMS].apply(lambda c: pd.qcut(c, 3, labels=False))
    fits = {"one": sme.fit(MODEL, frame[:280], ordered=True), "other": sme.fit(MODEL, frame[-280:], ordered=True)}
    with pytest.raises(sme.SpecificationError, match="their 280 respondents are not the same, or answered otherwise"):
        sme.compare(fits)
    assert not comparable(*fits.values())
    assert comparable(fits["one"], sme.fit(MODEL, frame[:280], ordered=True))


@pytest.mark.parametrize("options", [{"weights": "w"}, {"cluster": "room"}])
def test_vuongs_tests_are_not_made_of_respondents_who_were_not_drawn_one_by_one(options):
    rival = MODEL.replace("x6", "x6 + x1").replace("x2 + ", "x2 + x9 + ") + "\nvisual ~~ 0*speed"
    fits = {"a": sme.fit(MODEL, drawn_together(), **options), "b": sme.fit(rival, drawn_together(), **options)}
    with pytest.raises(sme.SpecificationError, match="no weights= or cluster="):
        sme.compare(fits, method="vuong")
    found = sme.compare(fits)
    assert found.pairs["relation"].item() == "not nested" and found.pairs["test"].item() == "none"


@pytest.mark.parametrize("what", REFUSED)
def test_models_that_cannot_be_compared_are_refused_with_the_reason(what):
    text, options, reason = REFUSED[what]
    options = dict(options)
    frame = pupils().iloc[options.pop("rows", slice(None))].copy()
    frame["x1"] += frame["x2"] * options.pop("shift", 0.0)
    fits = {"one": sme.fit(MODEL, pupils()), "other": sme.fit(text, frame, **options)}
    with pytest.raises(sme.SpecificationError, match="models 'one' and 'other' cannot be compared") as problem:
        sme.compare(fits)
    assert reason in str(problem.value)


def test_an_unknown_method_one_model_and_no_fit_are_refused():
    fit = sme.fit(MODEL, pupils())
    with pytest.raises(sme.SpecificationError, match="method='wald' is not available; it can be 'auto', 'standard'"):
        sme.compare({"a": fit, "b": fit}, method="wald")
    with pytest.raises(sme.SpecificationError, match="two models or more, by name; 1 given"):
        sme.compare({"a": fit})
    with pytest.raises(sme.SpecificationError, match="'b' is no fitted model but str"):
        sme.compare({"a": fit, "b": MODEL})


def test_a_model_that_did_not_converge_is_refused():
    stopped = sme.fit(MODEL, pupils(), max_iterations=1, on_failure="return")
    with pytest.raises(sme.ConvergenceError, match="'stopped' did not converge"):
        sme.compare({"three": sme.fit(MODEL, pupils()), "stopped": stopped})


@pytest.mark.parametrize(
    ("missing", "expected"),  # lavaan 0.6-14: lavTestLRT() of the same models
    [("two_stage", (7.608295, 7.647526)), ("robust_two_stage", (7.448958, 6.870188))],
)
def test_two_stage_fits_are_compared_by_scaled_differences(missing, expected):
    free = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; speed =~ x7 + x8 + x9"
    equal = "visual =~ x1 + a*x2 + a*x3; textual =~ x4 + b*x5 + b*x6; speed =~ x7 + x8 + x9"
    fits = {name: sme.fit(m, pupils_with_gaps(), missing=missing) for name, m in {"free": free, "equal": equal}.items()}
    for method, value in zip(("auto", "satorra.bentler.2010"), expected, strict=True):
        assert sme.compare(fits, method=method).pairs["statistic"][0] == pytest.approx(value, rel=5e-6)
    shifted = sme.compare(fits, method="satorra.2000").pairs["statistic"][0]
    assert shifted == pytest.approx(expected[0], rel=0.15)


@pytest.mark.parametrize("estimator", ["MLM", "MLR"])
def test_the_test_of_2010_does_without_the_estimates_where_constructs_have_other_names(estimator):
    items = [f"x{i}" for i in range(1, 10)]
    one = "g =~ " + " + ".join(items)
    three = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; speed =~ x7 + x8 + x9"
    fits = {name: sme.fit(m, pupils(), estimator=estimator) for name, m in {"three": three, "one": one}.items()}
    (pair,) = sme.compare(fits, method="satorra.bentler.2010").pairs.to_dict("records")
    assert pair["statistic"] > 0 or "has no answer: take satorra.bentler.2001" in pair["why"]
    (usual,) = sme.compare(fits).pairs.to_dict("records")
    assert usual["statistic"] > 100 and usual["why"].startswith("nested; both tests are mean-adjusted, so their")
