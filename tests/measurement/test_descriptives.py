import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sme_sem import DataProblem, descriptives, simulate
from sme_sem.tables import text


@pytest.fixture(scope="module")
def frame():
    drawn = simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3", 120, seed=4).round()
    drawn.loc[3:6, "t2"] = np.nan
    return drawn


def test_every_item_is_described_from_all_its_answers(frame):
    items = descriptives(frame).items.set_index("item")
    own = frame["t2"].dropna()
    assert items.loc["t2", ["n", "missing"]].tolist() == [116, 4]
    assert items.loc["t2", ["lowest", "highest"]].tolist() == [own.min(), own.max()]
    assert items.loc["t2", "sd"] == pytest.approx(math.sqrt(((own - own.mean()) ** 2).sum() / 115), rel=1e-12)


def test_skewness_and_kurtosis_are_those_of_spss(frame):
    items = descriptives(frame).items.set_index("item")
    own = frame["t1"]
    assert items.loc["t1", "skew"] == pytest.approx(stats.skew(own, bias=False), rel=1e-10)
    assert items.loc["t1", "kurtosis"] == pytest.approx(stats.kurtosis(own, bias=False), rel=1e-10)


def test_skewness_turns_its_sign_with_the_item_and_kurtosis_does_not():
    answers = pd.DataFrame({"a": [1, 1, 2, 2, 3, 5, 7.0]})
    up, down = (descriptives(sign * answers).items.loc[0] for sign in (1, -1))
    assert up["skew"] == pytest.approx(-down["skew"]) and up["skew"] > 0
    assert up["kurtosis"] == pytest.approx(down["kurtosis"])


def test_an_item_everybody_answered_alike_is_named_and_has_no_skewness():
    result = descriptives(pd.DataFrame({"a": [3, 3, 3, 3], "b": [1, 2, 2, 5]}))
    assert math.isnan(result.items.loc[0, "skew"]) and math.isnan(result.items.loc[0, "kurtosis"])
    assert "Everybody gave the same answer to a." in text.render(result.tables()[0])


def test_few_answers_have_no_skewness():
    items = descriptives(pd.DataFrame({"a": [1, 2], "b": [2, None]})).items
    assert items["skew"].isna().all() and items["sd"].isna().tolist() == [False, True]


def test_columns_that_are_no_numbers_are_refused():
    with pytest.raises(DataProblem, match="not numeric: 'a'"):
        descriptives(pd.DataFrame({"a": ["x", "y"]}))


def test_the_table_is_in_both_languages(frame):
    table = descriptives(frame, ["t1"]).tables()[0]
    assert text.render(table).startswith("Descriptive statistics") and "偏度" in text.render(table, "zh")
    assert len(table.rows) == 1
