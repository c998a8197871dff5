"""Fits that are written for other programs and read back."""

from functools import cache
from pathlib import Path

import pandas as pd

import sme_sem as sme

FOLDER = Path(__file__).parents[1] / "reference"
MODEL = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PATHS = f"{MODEL}\nspeed ~ a*visual + textual\ntextual ~ b*visual\nx1 ~~ x4\nind := a*b^2"
ITEMS = [f"x{i}" for i in range(1, 10)]


@cache
def pupils():
    frame = pd.read_csv(FOLDER / "hs.csv")
    return frame.assign(age=(frame["x1"] * 7).round() % 5)


@cache
def in_thirds():
    frame = pupils()
    return frame.assign(**{x: pd.qcut(frame[x].rank(method="first"), 3, labels=False) + 1 for x in ITEMS})


@cache
def fits():
    data = pupils()
    return {
        "cfa": sme.fit(MODEL, data),
        "paths": sme.fit(PATHS, data, estimator="MLR"),
        "groups": sme.fit(MODEL, data, group="school", group_equal=("loadings", "intercepts")),
        "wishart": sme.fit(f"{MODEL}\nspeed ~ age + visual", data, likelihood="wishart", std_lv=True),
        "effect_coding": sme.fit(MODEL, data, effect_coding=True, meanstructure=True),
        "gls": sme.fit(f"{MODEL}\nspeed ~ age + visual", data, estimator="GLS"),
        "covariances": sme.fit(MODEL, cov=data[ITEMS].cov(), n=301),
        "ordered": sme.fit(MODEL, in_thirds(), ordered=True),
    }
