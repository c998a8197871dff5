import json
import math
from dataclasses import FrozenInstanceError, dataclass

import numpy as np
import pandas as pd
import pytest

from sme_sem.tables import Column, Kind, Table, Tabled, Words
from sme_sem.tables.table import is_missing, plain
from tables.examples import PATHS


def test_records_keep_full_precision_and_choose_the_language():
    first = PATHS.records("zh")[0]
    assert first == {"path": "信任 → 使用", "beta": 0.4321, "p": 0.00004, "stars": 0.00004}
    assert PATHS.records()[0]["path"] == "trust → use"


def test_numbers_of_numpy_stay_numbers_in_records():
    columns = (Column("n", "n", Kind.COUNT), Column("x", "x", Kind.ESTIMATE), Column("yes", "yes"))
    record = Table("t", "t", columns, ((np.int64(3), np.float32(0.5), np.True_),)).records()[0]
    assert json.dumps(record) == '{"n": 3, "x": 0.5, "yes": true}'


def test_a_frame_has_the_machine_names_even_without_rows():
    frame = PATHS.frame()
    assert list(frame.columns) == ["path", "beta", "p", "stars"]
    assert frame.loc[1, "beta"] == -0.07
    assert list(Table("t", "t", PATHS.columns, ()).frame().columns) == list(frame.columns)


def test_a_row_of_the_wrong_length_is_noticed():
    with pytest.raises(ValueError, match="zip"):
        Table("t", "t", PATHS.columns, ((1, 2),)).records()


def test_notes_are_added_to_a_copy():
    noted = PATHS.noted("one", "two")
    assert noted.notes[-2:] == ("one", "two")
    assert len(PATHS.notes) == 1
    with pytest.raises(FrozenInstanceError):
        PATHS.name = "other"


@pytest.mark.parametrize("value", [None, math.nan, np.float64("nan"), pd.NA, pd.NaT])
def test_missing_has_several_faces(value):
    assert is_missing(value)


@pytest.mark.parametrize("value", [0, 0.0, "", False, math.inf, "NaN", np.array([math.nan])])
def test_a_value_is_not_missing(value):
    assert not is_missing(value)


def test_one_value_at_full_precision():
    assert plain(Words("a", "甲"), "zh") == "甲"
    assert plain(pd.NA) is None
    assert math.isnan(plain(math.nan))
    assert plain(np.datetime64("2024-05-01", "ns")).startswith("2024-05-01")


def test_a_result_shows_itself():
    @dataclass(frozen=True)
    class Reliability(Tabled):
        alpha: float

        def tables(self):
            return (Table("reliability", "Reliability", (Column("a", "α", Kind.COEFFICIENT),), ((self.alpha,),)),)

    assert str(Reliability(0.8123)).splitlines()[0] == "Reliability"
    assert "<td" in Reliability(0.8123)._repr_html_()
    assert ">.812</td>" in Reliability(0.8123)._repr_html_()


def test_a_result_without_tables_says_that_it_is_unfinished():
    with pytest.raises(NotImplementedError):
        Tabled().tables()
