import numpy as np
import pandas as pd
import pytest

from sme_sem.errors import DataProblem, SpecificationError
from sme_sem.measurement import importance
from sme_sem.sem.fit import fit
from sme_sem.simulation import simulate

POPULATION = """
    T =~ 0.8*t1 + -0.7*t2 + 0.6*t3
    U =~ 0.8*u1 + 0.7*u2 + 0.6*u3
    U ~ 0.5*T + 0.3*w
"""
MODEL = "T =~ t1 + t2 + t3; U =~ u1 + u2 + u3; U ~ T + w"


@pytest.fixture(scope="module")
def answers():
    frame = simulate(POPULATION, 600, seed=3).clip(-4, 4)
    return frame.assign(city=np.where(np.arange(600) % 3, "Harbin", "Daqing"))


@pytest.fixture(scope="module")
def fitted(answers):
    return fit(MODEL, answers)


def test_importance_is_the_total_standardized_effect(answers, fitted):
    found = importance(fitted, answers, "U", (-4, 4)).table.set_index("construct")
    std = fitted.estimates().query("op == '~'").set_index("rhs")["std_all"]
    assert found.loc["T", "importance"] == pytest.approx(std["T"], rel=1e-12)
    assert found.loc["w", "importance"] == pytest.approx(std["w"], rel=1e-12)
    assert found.loc["T", "importance"] == pytest.approx(0.43, abs=0.1)  # planted: .5 / sqrt(1.34)


def test_an_indirect_effect_counts(answers):
    model = "T =~ t1 + t2 + t3; U =~ u1 + u2 + u3; U ~ T; T ~ w"
    one = fit(model, answers)
    std = one.estimates().query("op == '~'").set_index(["lhs", "rhs"])["std_all"]
    found = importance(one, answers, "U", (-4, 4)).table.set_index("construct")["importance"]
    assert found["w"] == pytest.approx(std["T", "w"] * std["U", "T"], rel=1e-9)


def test_performance_runs_from_the_lowest_to_the_highest_answer_and_turns_what_loads_negatively(answers, fitted):
    at_best = answers.assign(t1=4, t2=-4, t3=4)
    found = importance(fitted, at_best, "U", (-4, 4)).table.set_index("construct")
    assert found.loc["T", "performance"] == 100
    means = answers.mean(numeric_only=True)
    by_hand = np.mean([means["t1"] + 4, 4 - means["t2"], means["t3"] + 4]) * 100 / 8
    assert importance(fitted, answers, "U", (-4, 4)).table.set_index("construct").loc[
        "T", "performance"
    ] == pytest.approx(by_hand)


def test_what_counts_much_and_does_badly_comes_first(answers, fitted):
    found = importance(fitted, answers.assign(t1=-2, t2=2, t3=-2, w=3), "U", (-4, 4)).table
    assert found.set_index("construct")["first"].to_dict() == {"T": True, "w": False}


def test_what_lowers_and_stands_high_comes_first_and_what_stands_low_does_not():
    answers = simulate(POPULATION.replace("0.5*T", "-0.5*T"), 600, seed=3).clip(-4, 4)
    found = fit(MODEL, answers)
    for level, first in ((2, True), (-2, False)):
        there = answers.assign(t1=level, t2=-level, t3=level, w=0)
        table = importance(found, there, "U", (-4, 4)).table.set_index("construct")
        assert table.loc["T", "importance"] < 0
        assert table["first"].to_dict() == {"T": first, "w": False}


def test_groups_of_the_answers_share_the_importance_of_a_model_of_one(answers, fitted):
    found = importance(fitted, answers, "U", (-4, 4), group="city").table
    alone = importance(fitted, answers, "U", (-4, 4)).table.set_index("construct")
    assert found["group"].tolist() == ["Daqing", "Daqing", "Harbin", "Harbin"]
    for row in found.itertuples():
        assert row.importance == alone.loc[row.construct, "importance"]
        assert row.n == (answers["city"] == row.group).sum()


def test_what_is_not_significant_at_the_level_asked_for_does_not_come_first(answers, fitted):
    low = answers.assign(t1=-2, t2=2, t3=-2, w=3)
    found = importance(fitted, low, "U", (-4, 4)).table.set_index("construct")
    p = found.loc["T", "pvalue"]
    strict, lenient = (importance(fitted, low, "U", (-4, 4), alpha=alpha).table for alpha in (p / 2, 2 * p))
    assert not strict["first"].any() and lenient["first"].any()


def test_a_negative_effect_counts_by_its_size_and_is_to_be_lowered_where_scores_are_high():
    population = "y ~ -0.6*strain + 0.3*skill + 0.1*luck"
    answers = simulate(population, 600, seed=4).clip(-4, 4)
    fitted_paths = fit("y ~ luck + skill + strain", answers)
    high = answers.assign(strain=2, skill=1, luck=-2)
    found = importance(fitted_paths, high, "y", (-4, 4))
    assert list(found.table["construct"]) == ["strain", "skill", "luck"]
    assert found.table["importance"][0] < 0 and found.table["first"].tolist() == [True, False, False]
    (table,) = found.tables()
    assert [str(r["first"]) for r in table.records()] == ["lower first", "", ""]
    assert any("higher scores lower the outcome" in str(note) for note in table.notes)
    low = importance(fitted_paths, answers.assign(strain=-2, skill=1, luck=1), "y", (-4, 4)).table
    assert not low["first"].any()


def test_groups_of_the_model_have_their_own_importance(answers):
    both = fit(MODEL, answers, group="city")
    found = importance(both, answers, "U", (-4, 4), group="city").table
    assert sorted(set(found["group"])) == ["Daqing", "Harbin"]
    alone = fit(MODEL, answers[answers["city"] == "Daqing"])
    mine = found[found["group"] == "Daqing"].set_index("construct")["importance"]
    theirs = importance(alone, answers, "U", (-4, 4)).table.set_index("construct")["importance"]
    assert mine["T"] == pytest.approx(theirs["T"], rel=1e-5)


def test_groups_stand_in_the_order_asked_for(answers):
    found = importance(fit(MODEL, answers, group="city"), answers, "U", (-4, 4), group="city")
    turned = found.in_order({"Harbin": "哈尔滨"})  # one not named keeps its place behind
    assert list(found.table["group"]) == ["Daqing", "Daqing", "Harbin", "Harbin"]
    pd.testing.assert_frame_equal(turned.table, found.table.loc[[2, 3, 0, 1]].reset_index(drop=True))


def test_what_cannot_be_answered_is_refused_with_its_reason(answers, fitted):
    with pytest.raises(SpecificationError, match="no path of the model leads to 'T'"):
        importance(fitted, answers, "T", (-4, 4))
    with pytest.raises(SpecificationError, match="names no lowest and highest answer of 't2'"):
        importance(fitted, answers, "U", dict.fromkeys(("t1", "t3", "w"), (-4, 4)))
    with pytest.raises(DataProblem, match="lie outside its scale, 1 to 5"):
        importance(fitted, answers, "U", (1, 5))
    with pytest.raises(DataProblem, match="no column 't1'"):
        importance(fitted, answers.drop(columns="t1"), "U", (-4, 4))


@pytest.mark.parametrize("composite", ["C <~ t1 + t2 + t3", "C <~ NA*t1 + t2 + 2*t3"])
def test_a_composite_performs_where_its_weighted_sum_stands_between_lowest_and_highest(answers, composite):
    wider = answers.assign(t3=10 * answers["t3"])
    one = fit(f"{composite}; U =~ u1 + u2 + u3; U ~ C + w", wider)
    scale = dict.fromkeys(answers, (-4.0, 4.0)) | {"t3": (-40.0, 40.0)}
    found = importance(one, wider, "U", scale)
    weights = one.composites().set_index("item")["weight"]
    reach = (weights.abs() * [4, 4, 40]).sum()
    expected = 100 * ((wider[["t1", "t2", "t3"]] @ weights).mean() * np.sign(weights["t1"]) + reach) / (2 * reach)
    assert found.table.set_index("construct").loc["C", "performance"] == pytest.approx(expected, rel=1e-9)
    assert "C: made of items, which count by their weights." in map(str, found.tables()[0].notes)


def test_items_far_below_a_composite_count_by_its_weight_for_their_construct(answers):
    one = fit("A =~ t1 + t2; B =~ u1 + u2 + u3; D <~ A + B; w ~ D; t3 ~ D", answers)
    found = importance(one, answers, "w", (-4, 4)).table.set_index("construct").loc["D", "performance"]
    scores = [answers[["t1"]].sum(axis=1) - answers["t2"], answers[["u1", "u2", "u3"]].sum(axis=1)]
    weights = one.composites()["weight_std"].to_numpy() / [score.std(ddof=0) for score in scores]
    sizes = np.abs(weights) @ [2, 3]
    expected = 50 + 100 * sum(w * score.mean() for w, score in zip(weights, scores, strict=True)) / (8 * sizes)
    assert found == pytest.approx(expected, rel=1e-9)


def test_controls_are_no_drivers_and_need_no_scale(answers, fitted):
    found = importance(fitted, answers, "U", {f"t{i}": (-4, 4) for i in (1, 2, 3)}, controls=["w"])
    assert found.table["construct"].tolist() == ["T"]
    assert found.table["importance"][0] == importance(fitted, answers, "U", (-4, 4)).table["importance"][0]
    with pytest.raises(SpecificationError, match="nothing but controls leads to 'U', so it has no drivers"):
        importance(fitted, answers, "U", (-4, 4), controls=["w", "T"])
