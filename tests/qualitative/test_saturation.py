from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from qualitative.corpora import CATEGORIES, concepts, planted
from sme_sem.errors import DataProblem, SpecificationError
from sme_sem.kernels import unseen
from sme_sem.qualitative import SaturationRule, hold_out, read_coding, saturation


def heard(**sources):
    rows = [(s, c) for s, codes in sources.items() for c in codes]
    return read_coding(pd.DataFrame(rows, columns=["source", "concept"]))


def test_saturation_is_reached_where_it_was_planted():
    # the first ten sources bring everything, eight or nine concepts each; the other twenty repeat
    coding = read_coding(planted(30, lambda s, k: k % 10 == s % 10))
    result = saturation(coding)
    assert result.curve["new"].tolist() == [9] * 5 + [8] * 5 + [0] * 20
    assert (result.reached_at, result.holds, result.seen) == (13, True, 85)
    assert result.chao.estimate == 85 and result.coverage == 1.0


def test_saturation_is_not_reached_while_every_source_brings_something():
    coding = read_coding(planted(17, lambda s, k: k // 5 <= s))
    result = saturation(coding)
    assert result.curve["new"].tolist() == [5] * 17
    assert (result.reached_at, result.holds) == (None, False)
    assert "Not saturated" in str(result)


def test_saturation_that_later_sources_break_is_not_given_as_reached():
    result = saturation(heard(a="xyz", b="x", c="y", d="z", e="xuvw"), rule=SaturationRule(1, 2))
    assert (result.reached_at, result.holds) == (3, False)
    assert "later ones brought new codes" in result.tables()[0].notes[0].en


def test_the_order_of_the_sources_matters_to_the_curve_and_not_to_its_expectation():
    coding = heard(a="xy", b="yz", c="x")
    forth, back = saturation(coding), saturation(coding, order=["c", "b", "a"])
    assert forth.curve["new"].tolist() == [2, 1, 0] and back.curve["new"].tolist() == [1, 2, 0]
    assert np.array_equal(forth.curve["expected"], back.curve["expected"])


def test_the_expected_curve_is_the_mean_over_all_orders():
    rng = np.random.default_rng(5)
    held = rng.random((9, 5)) < 0.4
    held = held[held.any(axis=1)]
    curves = [[held[:, order[:k]].any(axis=1).sum() for k in range(1, 6)] for order in permutations(range(5))]
    expected = unseen.accumulation(held.sum(axis=1), 5)
    assert np.allclose(expected, np.mean(curves, axis=0), rtol=1e-12, atol=0)


def test_chao_by_hand():
    # 3 codes in one source, 2 in two, 5 more; 10 sources: 10 + 9/10 * 9/4
    found = unseen.chao(np.array([1, 1, 1, 2, 2, 4, 5, 6, 7, 8]), 10)
    assert found.estimate == pytest.approx(12.025, rel=1e-14)
    assert found.standard_error == pytest.approx(np.sqrt(2 * (0.45 * 2.25 + 0.81 * 3.375 + 0.2025 * 5.0625)), rel=1e-14)
    assert 10 < found.lower < found.estimate < found.upper


def test_chao_without_a_code_seen_twice_takes_the_corrected_form():
    assert unseen.chao(np.array([1, 1, 1, 5]), 10).estimate == pytest.approx(4 + 0.9 * 3, rel=1e-14)


def test_chao_stays_below_a_planted_number_of_codes_and_beats_the_count():
    rng = np.random.default_rng(8)
    found = []
    for _ in range(200):
        occurs = (rng.random((100, 12)) < 0.1).sum(axis=1)
        found.append((np.sum(occurs > 0), unseen.chao(occurs[occurs > 0], 12).estimate))
    seen, estimate = np.mean(found, axis=0)
    assert seen < 75 and 95 < estimate < 104


def test_good_turing_is_the_chance_of_a_known_code():
    assert unseen.good_turing(np.array([1, 1, 3, 5])) == 0.8


def test_held_out_sources_without_anything_new_pass():
    coding = read_coding(planted(30, lambda s, k: s < 25 or k < 28))
    result = hold_out(coding, [f"firm {s}" for s in range(25, 30)])
    assert result.table["found"].tolist() == [28, 6, 2]
    assert result.passed and result.table["new"].tolist() == [0, 0, 0]


def test_five_later_firms_with_28_concepts_9_categories_and_5_main_ones_bring_nothing_new():
    of = [[k for k, (_, c) in enumerate(concepts()) if c == name] for name in CATEGORIES]
    later = [k for own in (0, 1, 3, 4, 6, 7, 9, 12) for k in of[own][:3]] + of[13][:4]
    result = hold_out(read_coding(planted(35, lambda s, k: s < 30 or k in later)), [f"firm {s}" for s in range(30, 35)])
    assert result.table["found"].tolist() == [28, 9, 5]
    assert result.table["new"].tolist() == [0, 0, 0] and result.passed


def test_held_out_sources_with_something_new_fail_and_it_is_named():
    coding = read_coding(planted(5, lambda s, k: k < 80 or s == 4))
    result = hold_out(coding, ["firm 04"])
    assert not result.passed
    assert result.table.loc[0, "names"] == ("M5C1-3", "M5C2-0", "M5C2-1", "M5C2-2", "M5C2-3")
    assert result.table["new"].tolist() == [5, 1, 0]


def test_a_hold_out_needs_known_sources_and_others_to_compare_with():
    coding = heard(a="x", b="y")
    with pytest.raises(DataProblem, match="no source is named 'c'"):
        hold_out(coding, ["c"])
    with pytest.raises(DataProblem, match="leave some to compare them with"):
        hold_out(coding, ["a", "b"])
    with pytest.raises(DataProblem, match="saturation rule"):
        SaturationRule(base=0)


def test_what_is_no_rule_and_no_order_is_refused():
    coding = read_coding(pd.DataFrame({"source": ["F1", "F2"], "concept": ["a", "b"]}))
    for wrong in ({"base": "4"}, {"run": 1.5}, {"threshold": None}):
        with pytest.raises(DataProblem, match="saturation rule: base and run are whole numbers"):
            SaturationRule(**wrong)
    with pytest.raises(SpecificationError, match="rule must be a rule such as"):
        saturation(coding, rule=5)
    with pytest.raises(SpecificationError, match="order=5: give a text"):
        saturation(coding, order=5)
    assert saturation(coding, order="F1").seen == 1
