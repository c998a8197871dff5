"""Corrections for many tests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_sem.sem.multiple_testing import corrected


def test_corrected_p_values_are_those_of_r():
    p_values = [0.0011, 0.27, 0.012, 0.041, 0.03]
    assert corrected(p_values, "holm") == pytest.approx(
        [0.0055, 0.27, 0.048, 0.09, 0.09], rel=1e-12
    )  # R 4.2.2, p.adjust
    assert corrected(p_values, "benjamini-hochberg") == pytest.approx([0.0055, 0.27, 0.03, 0.05125, 0.05], rel=1e-12)
    assert corrected(p_values, "none").tolist() == p_values


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_a_correction_never_lowers_a_p_value_and_holms_is_the_stricter(p_values):
    holm, false_discovery = corrected(p_values, "holm"), corrected(p_values, "benjamini-hochberg")
    for plain, strict, mild in zip(p_values, holm, false_discovery):
        assert plain - 1e-12 <= mild <= strict + 1e-12 <= 1 + 2e-12


def test_what_was_not_tested_does_not_count():
    tested = corrected([0.01, 0.02], "bonferroni").tolist()
    assert corrected([0.01, float("nan"), 0.02], "bonferroni")[[0, 2]].tolist() == tested == [0.02, 0.04]
    assert corrected([], "holm").shape == (0,)
