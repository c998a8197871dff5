"""Answers of 480 employees in 96 firms, and the models fitted to them."""

from functools import cache
from pathlib import Path

import pandas as pd

import sme_sem as sme

FOLDER = Path(__file__).parent.parent / "reference"
WITHIN = "level: 1\n cw =~ c1 + c2 + c3 + c4\n iw =~ i1 + i2 + i3\n iw ~ cw + tenure\n"
BETWEEN = "level: 2\n cb =~ c1 + c2 + c3 + c4\n ib =~ i1 + i2 + i3\n ib ~ cb + size\n"
PATHS = WITHIN + BETWEEN


@cache
def employees():
    return pd.read_csv(FOLDER / "employees.csv")


def fitted(model=PATHS, data=None, **options):
    return sme.fit_two_level(model, employees() if data is None else data, cluster="firm", **options)
