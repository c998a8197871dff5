"""What lavaan found in answers with gaps, in clusters and with weights, and how far our results are from it.

The program is lavaan 0.6-14 at its own optimum (see reference/drawn.R), whose gradient is not quite zero: 1e-5
(absolute plus relative) is what it is good for.  Its first stage stops at a relative 1e-13.
"""

import json
from functools import cache

import numpy as np
import pandas as pd

import sme_sem as sme
from sem.holzinger import FOLDER, keyed

REFERENCE = json.loads((FOLDER / "drawn.json").read_text("utf-8"))["cases"]
ARGUMENT = {"sampling.weights": "weights"}


def pupils(file="hs.csv"):
    """The pupils, with weights and classes of six made up for the occasion."""
    row = np.arange(1, 302)
    return pd.read_csv(FOLDER / file).assign(w=0.4 + ((row * 7) % 11) / 5, **{"class": (row - 1) // 6})


@cache
def fitted(case):
    own = REFERENCE[case]
    options = {ARGUMENT.get(name, name.replace(".", "_")): value for name, value in own["options"].items()}
    options["missing"] = options.get("missing", "listwise").replace(".", "_")
    return sme.fit("\n".join(own["model"]), pupils(own["data"]), **options)


def differing_estimates(case, tolerance=1e-5):
    """Estimates and errors, plain and standardized, that are not lavaan's: {(relation, which): (ours, theirs)}."""
    fit, found = fitted(case), {}
    ours, standardized = keyed(fit.estimates()), keyed(fit.standardized())
    given = set(fit.table.exogenous)
    for lhs, op, rhs, group, *theirs in REFERENCE[case]["parameters"]:
        key = lhs, op, rhs, group
        if {lhs, rhs} - {""} <= given:
            continue
        values = ours[key]["est"], ours[key]["se"], standardized[key]["est_std"], standardized[key]["se"]
        for name, mine, other in zip(("est", "se", "est_std", "se_std"), values, theirs):
            other = np.nan if other is None else other
            if not np.isclose(mine, other, rtol=tolerance, atol=tolerance, equal_nan=True):
                found[key, name] = mine, other
    return found


def differing_measures(case, tolerance=1e-5):
    ours, theirs = fitted(case).measures(), REFERENCE[case]["measures"]
    assert len(theirs) >= 16
    return {
        name: (ours.get(name.replace(".", "_")), value)
        for name, value in theirs.items()
        if not np.isclose(ours.get(name.replace(".", "_"), np.nan), value, rtol=tolerance, atol=tolerance)
    }
