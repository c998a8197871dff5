"""Answers drawn as people give them."""

import pandas as pd
import pytest

from small_study import INSTRUMENT, POPULATION, write_study
from small_study import answers as given
from sme_sem.instrument import load_instrument, read_instrument
from sme_sem.instrument.parts import Manner
from sme_sem.opening import load_study
from sme_sem.report.contents import report_of
from sme_sem.responses import read_responses, screen
from sme_sem.sem.fit import fit
from sme_sem.synthetic import MARK, categorised, draw_answers
from sme_sem.tables import Words


def asked(manner=None, **synthetic):
    """The small study with an attention check, and its population answering in some manner."""
    drawn = {"population": POPULATION, "n": 2000, "seed": 5, "manner": manner or {}, **synthetic}
    check = {"id": "check", "wording": "Choose 4.", "expected": 4}
    answers = {"provenance": "Drawn.", "synthetic": drawn}
    return read_instrument({**INSTRUMENT, "attention_checks": [check], "answers": answers})


PLAIN = draw_answers(asked())


def test_people_who_lean_to_the_good_end_agree_more_and_less_to_reversed_items():
    leaning = draw_answers(asked({"lean": 0.5}))
    assert (leaning["t1"] >= PLAIN["t1"]).all() and leaning["t1"].mean() > PLAIN["t1"].mean() + 0.4
    assert (leaning["u3"] <= PLAIN["u3"]).all() and leaning["u3"].mean() < PLAIN["u3"].mean() - 0.4
    assert leaning["t1"].skew() < -0.2 < PLAIN["t1"].skew()


def test_who_agrees_with_anything_agrees_with_an_item_and_its_reverse():
    agreeing = draw_answers(asked({"acceptance": 0.8}))
    assert agreeing["u1"].corr(agreeing["u3"]) > PLAIN["u1"].corr(PLAIN["u3"]) + 0.2
    assert agreeing["u1"].std() == pytest.approx(PLAIN["u1"].std(), rel=0.05)


def test_the_careless_fail_the_attention_check_and_half_of_them_click_straight_down():
    careless = draw_answers(asked({"careless": 0.2}))
    changed = careless[(careless[["t1", "t2", "t3", "u1", "u2", "u3"]] != PLAIN.filter(regex=r"^[tu]\d")).any(axis=1)]
    assert len(changed) == pytest.approx(400, abs=50)
    assert (changed["check"] != 4).mean() == pytest.approx(0.8, abs=0.06)
    straight = changed[["t1", "t2", "t3", "u1", "u2", "u3", "check"]].nunique(axis=1) == 1
    assert straight.mean() == pytest.approx(0.5, abs=0.05)
    instrument = asked({"careless": 0.2})
    kept = screen(read_responses(careless.drop(columns=MARK), instrument)).responses()
    assert len(kept.frame) == (careless["check"] == 4).sum()


def test_answers_left_out_are_as_many_as_said_and_nothing_else_changes():
    missing = draw_answers(asked({"missing": 0.1}))
    items = [f"{letter}{i}" for letter in "tu" for i in (1, 2, 3)]
    assert missing[items].isna().to_numpy().mean() == pytest.approx(0.1, abs=0.01)
    answered = missing[items].notna()
    assert (missing[items].where(answered, PLAIN[items]) == PLAIN[items]).all().all()
    pd.testing.assert_frame_equal(missing.drop(columns=items), PLAIN.drop(columns=items))


def test_groups_have_their_shares_their_background_answers_and_their_effects():
    shared = POPULATION.replace("USE ~ 0.5*TRUST\n", "").replace("USE ~~ 0.75*USE\n", "")
    groups = [
        {"answers": {"city": 1}, "share": 0.25, "population": "USE ~ 0.1*TRUST"},
        {"answers": {"city": 2}, "share": 0.75, "population": "USE ~ 0.8*TRUST\nt1 ~ 0.5*1"},
    ]
    drawn = draw_answers(asked(population=shared, groups=groups, n=4000))
    assert drawn["city"].value_counts().to_dict() == {1: 1000, 2: 3000}
    one, two = drawn[drawn["city"] == 1], drawn[drawn["city"] == 2]
    assert one["t1"].corr(one["u1"]) == pytest.approx(0.1 * 0.64, abs=0.08)
    assert two["t1"].corr(two["u1"]) == pytest.approx(0.8 * 0.64, abs=0.08)
    assert two["t1"].mean() > one["t1"].mean() + 0.3


@pytest.mark.parametrize(
    ("bounds", "least", "most"),
    [({}, 1, 30), ({"lowest": 18, "highest": 65}, 18, 65), ({"lowest": 500}, 500, 529), ({"highest": 12.5}, 1, 12)],
)
def test_numbers_are_drawn_within_what_their_question_allows(bounds, least, most):
    question = {"id": "years", "label": "Years", "wording": "How many years?", "kind": "numeric", **bounds}
    document = asked().model_dump(by_alias=True, exclude_unset=True)
    drawn = draw_answers(read_instrument({**document, "background": [question]}))["years"]
    assert (drawn.min(), drawn.max()) == (least, most)


def test_drawn_answers_recover_the_population_up_to_their_coarse_scale():
    instrument = load_instrument("bmi-drivers")
    plain = instrument.answers.synthetic.model_copy(update={"manner": Manner()})
    answers = instrument.answers.model_copy(update={"synthetic": plain})
    frame = draw_answers(instrument.model_copy(update={"answers": answers}), n=20_000, seed=3)
    estimates = fit("MKT =~ MK1 + MK2 + MK3 + MK4", frame).estimates()
    standardized = estimates.query("op == '=~'")["std_all"].tolist()
    # five categories weaken a correlation of normal variables by about a tenth, loadings by its root
    assert standardized == pytest.approx([0.76, 0.72, 0.80, -0.66], rel=0.08)


def test_drawn_answers_are_the_same_for_the_same_seed_and_valid():
    instrument = load_instrument("bmi-drivers")
    one, two, other = (draw_answers(instrument, n=50, seed=seed) for seed in (1, 1, 2))
    assert one.equals(two) and not one.equals(other)
    assert set(one["region"]) <= set(range(1, 14)) and (one["AC1"] == 4).all()
    assert one["respondent_id"].is_unique and (one[MARK] == "yes").all()


def test_thresholds_lie_evenly_between_minus_two_and_two():
    assert categorised(pd.Series([-9, -1.21, -1.19, -0.39, 0.41, 1.21, 9]).to_numpy(), 1, 5).tolist() == [
        1, 1, 2, 3, 4, 5, 5,
    ]  # fmt: skip


def test_drawn_answers_are_recognised_in_a_file(tmp_path):
    study = load_study(write_study(tmp_path, given().assign(**{MARK: "yes"})))
    results = study.run()
    assert not study.synthetic and results.synthetic and results.responses.source == "answers.csv"
    assert str(dict(report_of(results).facts)[Words("Answers", "数据")]).startswith("answers.csv (synthetic), SHA-256 ")
