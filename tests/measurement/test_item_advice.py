"""Advice on items: each rule by an item that breaks it and one that just does not, and the numbers behind it."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.errors import SpecificationError
from sme_sem.measurement import ItemRules

ITEMS = list("abcd")


@pytest.fixture(scope="module")
def answers():
    plain = sme.simulate("t =~ .9*a + .8*b + .8*c + .3*d", 400, seed=3)
    return plain.apply(lambda own: pd.Series(np.digitize(own, [-1.5, -0.5, 0.5, 1.5]) + 1.0, own.index))


def advised(answers, **bounds):
    rules = ItemRules("own", "this test", **({"item_rest": -1.0, "alpha_rises": False} | bounds))
    return sme.item_advice(answers, {"t": ITEMS}, rules).items.set_index("item")


def test_numbers_are_those_of_reliability_and_of_one_factor(answers):
    own = sme.item_advice(answers, {"t": ITEMS}, "wu").items.set_index("item")
    theirs = sme.reliability(answers, {"t": ITEMS}).items.set_index("item")
    for name in ("mean", "sd", "item_rest", "alpha_if_deleted"):
        assert own[name].to_numpy() == pytest.approx(theirs[name].to_numpy(), rel=1e-12)
    factor = sme.factors(answers, 1, "none", method="ml").loadings.iloc[:, 0]
    assert own["loading"].to_numpy() == pytest.approx(np.abs(factor.to_numpy()), abs=1e-6)
    assert own.loc["a", "floor"] == pytest.approx(100 * (answers["a"] == 1).mean())
    assert own.loc["a", "ceiling"] == pytest.approx(100 * (answers["a"] == 5).mean())


@pytest.mark.parametrize("rule", ["item_rest", "loading"])
def test_a_bound_is_broken_just_below_it_and_not_at_it(answers, rule):
    value = advised(answers).loc["b", rule]
    assert rule not in advised(answers, **{rule: value}).loc["b", "broken"]
    assert rule in advised(answers, **{rule: value + 1e-9}).loc["b", "broken"]


def test_too_many_at_one_end_and_an_alpha_that_rises_break_rules(answers):
    most = advised(answers)[["floor", "ceiling"]].to_numpy().max(axis=1) / 100
    worst = ITEMS[int(most.argmax())]
    assert advised(answers, end=float(most.max())).loc[worst, "broken"] == ""
    assert advised(answers, end=float(most.max()) - 1e-9).loc[worst, "broken"] == "end"
    table = advised(answers, alpha_rises=True)
    assert ((table["alpha_if_deleted"] > table["alpha"]) == (table["broken"] == "alpha")).all()


def test_one_rule_means_revise_and_a_low_correlation_with_another_drop(answers):
    kept = advised(answers)
    assert (kept["advice"] == "keep").all()
    low = kept.loc["d", "item_rest"] + 1e-6
    assert advised(answers, item_rest=low)["advice"].to_dict() == dict(zip(ITEMS, ["keep"] * 3 + ["revise"]))
    weak = advised(answers, item_rest=low, loading=kept.loc["d", "loading"] + 1e-6)
    assert weak.loc["d", ["advice", "broken"]].tolist() == ["drop", "item_rest, loading"]


def test_a_constant_item_and_a_scale_without_loadings_are_said(answers):
    constant = sme.item_advice(answers.assign(d=3.0), {"t": ITEMS}, "hair")
    assert constant.items.set_index("item").loc["d", "advice"] in ("revise", "drop")
    pair = sme.item_advice(answers, {"t": ["a", "b"]}, "hair")
    assert "t: one factor has no proper solution" in str(pair) and pair.items["loading"].isna().all()


def test_the_response_scale_can_be_given(answers):
    found = sme.item_advice(answers, {"t": ITEMS}, "wu", response_scale=(0, 6)).items
    assert (found[["floor", "ceiling"]] == 0).all(axis=None)


def test_rules_are_named_with_their_source_in_both_languages(answers):
    found = sme.item_advice(answers, {"t": ITEMS}, "hair")
    assert "Hair, Black, Babin & Anderson (2010)" in str(found)
    assert "校正题总相关不低于0.5" in found.to("text", "zh")
    assert "at one end" not in found.tables()[0].notes[0].en  # the profile has no such rule
    with pytest.raises(SpecificationError, match=r"^unknown rules 'hairs'. Did you mean 'hair'\? Known are nunnally"):
        sme.item_advice(answers, {"t": ITEMS}, "hairs")
