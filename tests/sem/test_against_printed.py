"""What newer versions of lavaan than that of most references printed, to half a unit of the last digit printed.

Of ordered answers in groups of unequal size lavaan weighs errors by n_g / N, here it is by (n_g - 1) / (N - G), as the
estimates are (see docs/evidence.md); there the ratio to the error is had from ours by the root of the two shares.
"""

import json
from functools import cache

import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import FOLDER, keyed, pupils

REFERENCE = json.loads((FOLDER / "lavaan_printed.json").read_text("utf-8"))
CASES = REFERENCE["cases"]
CATEGORIES = "three categories in two schools"


def answers(name):
    if name.startswith("hs.csv"):
        frame = pupils()
        return frame.assign(**{x: pd.cut(frame[x], 3, labels=False) for x in frame if x != "school" and " in " in name})
    frame = pd.read_csv(FOLDER / "democracy.csv")
    return (frame.filter(like="y") > 5).astype(int) if " in " in name else frame


@cache
def fitted(name):
    case = CASES[name]
    return sme.fit("\n".join(case["model"]), answers(case["data"]), **case["options"])


def printed(text):
    """A printed number and whatever would be printed so."""
    return pytest.approx(float(text), rel=0, abs=0.5000001 * 10.0 ** -len(text.partition(".")[2]))


def share(name, group):
    """The root of lavaan's share of a group over ours, by which its ratios to errors differ."""
    if name != CATEGORIES:
        return 1.0
    n = pupils()["school"].value_counts()
    return (n[group] / n.sum() / ((n[group] - 1) / (n.sum() - len(n)))) ** 0.5


@pytest.mark.parametrize("name", CASES)
def test_tests_and_indices_are_what_was_printed(name):
    ours = fitted(name).measures()
    for index, text in CASES[name]["measures"].items():
        assert ours[index] == printed(text), index


@pytest.mark.parametrize("name", CASES)
def test_estimates_their_ratios_to_errors_and_standardized_ones_are_what_was_printed(name):
    ours = keyed(fitted(name).estimates())
    for group, lines in CASES[name]["rows"].items():
        for lhs, op, *rest in (line.split() for line in lines):
            rhs = "" if op == "~1" else rest.pop(0)
            row = ours[lhs, op, rhs, group]
            assert row["est"] == printed(rest[0]), (lhs, op, rhs)
            if len(rest) > 1:
                assert row["z"] * share(name, group) == printed(rest[2]), (lhs, op, rhs)
            for column, text in zip(("std_lv", "std_all"), rest[4:], strict=False):
                assert row[column] == printed(text), (lhs, op, rhs, column)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "modification" in case])
def test_modification_indices_are_what_was_printed(name):
    rows = keyed(fitted(name).modification_indices())
    for relation, texts in CASES[name]["modification"].items():
        row = rows[(*relation.split(), "")]
        for column, text in zip(("mi", "epc", "sepc_all"), texts.split(), strict=True):
            assert row[column] == printed(text), (relation, column)


@pytest.mark.parametrize("case", REFERENCE["differences"]["printed"], ids=lambda case: case["statistic"])
def test_scaled_differences_of_numbers_are_what_was_printed(case):
    told = REFERENCE["differences"]
    models = {name: sme.fit("\n".join(told[name]), pupils(), **case["options"]) for name in ("free", "equal")}
    pair = sme.compare(models, method=case["method"]).pairs.iloc[0]
    assert pair["df"] == 2
    assert pair["statistic"] == pytest.approx(float(case["statistic"]), rel=1e-4)  # where lavaan's search stopped


@pytest.mark.parametrize("case", REFERENCE["differences of categories"], ids=lambda case: case[2])
def test_scaled_differences_of_categories_are_what_was_printed(case):
    free, equal, statistic, p = case
    pair = sme.compare({"free": fitted(free), "equal": fitted(equal)}).pairs.iloc[0]
    assert pair["test"] == "satorra.2000"
    assert pair["statistic"] == printed(statistic) and pair["pvalue"] == printed(p)
