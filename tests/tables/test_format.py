import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sme_sem.tables import Kind, Words, format, term
from sme_sem.tables.format import cell


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        (0.4321, Kind.COEFFICIENT, ".432"),
        (-0.4321, Kind.COEFFICIENT, "-.432"),
        (-0.00001, Kind.COEFFICIENT, ".000"),
        (0.99951, Kind.COEFFICIENT, "1.000"),
        (-1.25, Kind.COEFFICIENT, "-1.250"),
        (10.05, Kind.COEFFICIENT, "10.050"),
        (0.00099, Kind.PROBABILITY, "< .001"),
        (0.001, Kind.PROBABILITY, ".001"),
        (0.0496, Kind.PROBABILITY, ".050"),
        (1.0, Kind.PROBABILITY, "1.000"),
        (0.5, Kind.ESTIMATE, "0.500"),
        (-0.0001, Kind.ESTIMATE, "0.000"),
        (12.3456, Kind.STATISTIC, "12.346"),
        (344, Kind.COUNT, "344"),
        (344.0, Kind.COUNT, "344"),
        (21.5, Kind.COUNT, "21.500"),
        (33.333, Kind.PERCENT, "33.3"),
        (0.0009, Kind.STARS, "***"),
        (0.009, Kind.STARS, "**"),
        (0.049, Kind.STARS, "*"),
        (0.05, Kind.STARS, ""),
        ("MK1", Kind.LABEL, "MK1"),
        (2024, Kind.LABEL, "2024"),
        (math.inf, Kind.ESTIMATE, "∞"),
        (-math.inf, Kind.COUNT, "-∞"),
        ("***", Kind.STARS, "***"),
        ("", Kind.COEFFICIENT, ""),
    ],
)
def test_each_kind_has_its_way_of_writing(value, kind, written):
    assert cell(value, kind) == written


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "missing",
    [None, math.nan, np.nan, np.float32("nan"), pd.NA, pd.NaT],
    ids=lambda value: type(value).__name__,
)
def test_what_is_missing_is_a_dash_in_every_kind(kind, missing):
    assert cell(missing, kind) == format.MISSING == "–"


@pytest.mark.parametrize("number", [np.float64(0.5), np.float32(0.5), np.array(0.5)])
def test_numbers_of_numpy_are_written_as_those_of_python(number):
    assert cell(number, Kind.COEFFICIENT) == ".500"
    assert cell(np.int64(3), Kind.COUNT) == "3"


@pytest.mark.parametrize("truth", [True, np.True_])
def test_truth_is_a_word_in_both_languages_and_not_a_number(truth):
    assert [cell(truth, Kind.COUNT, language) for language in ("en", "zh")] == ["yes", "是"]
    assert cell(not truth, Kind.LABEL, "zh") == "否"


def test_words_are_written_in_the_language_asked_for():
    assert cell(term("Path"), Kind.LABEL, "zh") == "路径"
    assert cell(Words("no model", "无模型"), Kind.ESTIMATE, "en") == "no model"


@settings(deadline=None)  # a shared machine may pause
@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_three_decimals_are_the_nearest(value):
    assert float(cell(value, Kind.ESTIMATE)) == pytest.approx(value, abs=0.000501)
    assert float(cell(value, Kind.COEFFICIENT)) == float(cell(value, Kind.ESTIMATE))


@pytest.mark.parametrize("share", [*range(101), 97.5, 99.5, 99.9, 0.1, 0.4])
def test_a_share_in_per_cent_is_the_one_given(share):
    assert format.percent(share / 100) == f"{share}%"


@settings(deadline=None)  # a shared machine may pause
@given(st.floats(min_value=-1, max_value=1))
def test_a_coefficient_below_one_has_no_leading_zero_and_zero_no_sign(value):
    text = cell(value, Kind.COEFFICIENT)
    assert not text.startswith(("0.", "-0."))
    assert text != "-.000"


@settings(deadline=None)  # a shared machine may pause
@given(st.text())
def test_no_text_keeps_a_character_that_xml_cannot_hold(text):
    clean = format.printable(text)
    assert len(clean) == len(text)
    clean.encode("utf-8")
    assert not any(ord(c) < 32 and c not in "\t\n\r" for c in clean)


def test_stars_of_an_unknown_p_value_are_none():
    assert format.stars(math.nan) == ""
