"""Nine tests of 301 pupils in two schools, complete and with gaps, and what lavaan found in them.

Both programs stand at the same optimum, so estimates, errors and indices are compared to 1e-6 (absolute plus
relative).  Where constraints bind, lavaan's own optimizer has the last word: its estimates are good to four digits
and what is flat at the optimum, such as the chi-square, to more (see reference/sem.md).
"""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

import sme_sem as sme

FOLDER = Path(__file__).parents[1] / "reference"
REFERENCE = json.loads((FOLDER / "sem_more.json").read_text("utf-8"))["cases"]
MODEL = """
    visual =~ x1 + x2 + x3
    textual =~ x4 + x5 + x6
    speed =~ x7 + x8 + x9
"""
ITEMS = [f"x{i}" for i in range(1, 10)]


@cache
def _read(file):
    return pd.read_csv(FOLDER / file)


def pupils():
    return _read("hs.csv").copy()


def pupils_with_gaps():
    return _read("hs_miss.csv").copy()


@cache
def fitted(case):
    """One of the reference cases, fitted as lavaan did."""
    own = REFERENCE[case]
    return sme.fit("\n".join(own["model"]), _read(own["data"]), **own["options"])


def keyed(frame):
    """Rows by relation and group, a covariance under both of its spellings."""
    rows = {(row["lhs"], row["op"], row["rhs"], row["group"]): row for row in frame.to_dict("records")}
    return rows | {(b, op, a, group): row for (a, op, b, group), row in rows.items() if op == "~~"}


def column(fit, name="est"):
    """One column of the estimates by relation and group."""
    return {key: row[name] for key, row in keyed(fit.estimates()).items()}


def differing_estimates(case, tolerance=1e-6):
    """Estimates and standard errors that are not lavaan's: {relation: (ours, theirs)}, and how many there are."""
    ours, found = keyed(fitted(case).estimates()), {}
    for *key, est, se in REFERENCE[case]["parameters"]:
        row = ours[tuple(key)]
        theirs = (est, np.nan if se is None else se)
        if not np.allclose((row["est"], row["se"]), theirs, rtol=tolerance, atol=tolerance, equal_nan=True):
            found[tuple(key)] = (row["est"], row["se"]), theirs
    return found


def differing_measures(case, tolerance=1e-6):
    ours, theirs = fitted(case).measures(), REFERENCE[case]["measures"]
    assert len(theirs) >= 19
    return {
        name: (ours.get(name), value)
        for name, value in theirs.items()
        if not np.isclose(ours.get(name, np.nan), value, rtol=tolerance, atol=tolerance)
    }


def differing_modification_indices(case, tolerance=1e-5):
    ours, found = keyed(fitted(case).modification_indices()), {}
    assert len(REFERENCE[case]["modification_indices"]) == 6
    for *key, mi, epc in REFERENCE[case]["modification_indices"]:
        row = ours[tuple(key)]
        if not np.allclose((row["mi"], row["epc"]), (mi, epc), rtol=tolerance, atol=tolerance):
            found[tuple(key)] = (row["mi"], row["epc"]), (mi, epc)
    return found


def assert_same(ours, theirs, *, rtol=1e-6, atol=1e-8, only=None):
    """Two columns by relation agree, NaN with NaN; without a relation of their own on either side."""
    assert set(ours) == set(theirs)
    for key in only or ours:
        np.testing.assert_allclose(ours[key], theirs[key], rtol=rtol, atol=atol, err_msg=str(key))
