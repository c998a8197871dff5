"""Answers in ordered categories, and what lavaan found in them.

``bfi.csv``: personality items with six categories (A, C, E), gender and age of 1000 persons; ``ability.csv``: 12 items,
right or wrong, of 800; ``datcat.csv``: eight simulated items of two groups; ``joint.csv``: two continuous and
three ordered variables of 250.  See reference/sem.md.  Both programs stand at the same optimum of the same moments.
"""

import json
from functools import cache

import numpy as np
import pandas as pd

import sme_sem as sme
from sem.holzinger import FOLDER

REFERENCE = json.loads((FOLDER / "ordered.json").read_text("utf-8"))["cases"]
AGREE = ["A1", "A2", "A3", "A4", "A5"]


@cache
def _read(file):
    return pd.read_csv(FOLDER / file)


def persons():
    """The 1000 of ``bfi.csv``."""
    return _read("bfi.csv").copy()


def answers(case):
    """The data of a reference case."""
    return _read(REFERENCE[case]["data"]).copy()


@cache
def fitted(case):
    """One of the reference cases, fitted as lavaan did."""
    own = REFERENCE[case]
    return sme.fit("\n".join(own["model"]), _read(own["data"]), **own["options"])


def keyed(frame):
    """Rows by relation and group, a covariance under both of its spellings."""
    rows = {(row["lhs"], row["op"], row["rhs"], row["group"]): row for row in frame.to_dict("records")}
    return rows | {(b, op, a, group): row for (a, op, b, group), row in rows.items() if op == "~~"}


def drawn(model, n, seed, cuts=(-0.8, 0.0, 0.9), binary=()):
    """Simulated responses cut into categories 1, 2, ...: at 0.2 those named ``binary``, the others at ``cuts``."""
    own = sme.simulate(model, n, seed=seed)
    return own.apply(lambda y: np.digitize(y, (0.2,) if y.name in binary else cuts) + 1)
