"""Answers whose covariances are, to the last digits, those of the reference values."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "measurement.json").read_text("utf-8"))


def full(triangle, names):
    p = len(triangle)
    lower = np.array([[*row, *[0] * (p - len(row))] for row in triangle])
    return pd.DataFrame(lower + np.tril(lower, -1).T, index=names, columns=names)


def answers_with(covariance, n):
    """n respondents whose sample covariance (divided by n - 1) is exactly this one."""
    noise = np.random.default_rng(1939).normal(size=(n, len(covariance)))
    noise -= noise.mean(axis=0)
    white = np.linalg.solve(np.linalg.cholesky(noise.T @ noise / (n - 1)), noise.T)
    return pd.DataFrame((np.linalg.cholesky(covariance) @ white).T + 3, columns=covariance.columns)


@pytest.fixture(scope="session")
def pupils_reference():
    return REFERENCE["holzinger_swineford"]


@pytest.fixture
def pupils(pupils_reference):
    own = pupils_reference
    return answers_with(full(own["covariance"], own["items"]), own["n"])


@pytest.fixture(scope="session")
def abilities_reference():
    return REFERENCE["thurstone"]


@pytest.fixture
def abilities(abilities_reference):
    return full(abilities_reference["correlation"], abilities_reference["items"])


@pytest.fixture(scope="session")
def firms_reference():
    return REFERENCE["drivers"]


@pytest.fixture
def firms(firms_reference):
    own = firms_reference
    return answers_with(full(own["correlation"], own["items"]), own["n"])


FIRMS = json.loads((Path(__file__).parents[1] / "reference" / "firms.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def firms_survey_reference():
    return FIRMS


@pytest.fixture(scope="session")
def survey():
    """632 firms' answers to 36 five-point items, four of them worded in reverse."""
    rows = " ".join(FIRMS["answers"]).split()
    return pd.DataFrame([list(map(int, row)) for row in rows], columns=FIRMS["items"])


@pytest.fixture(scope="session")
def recoded(survey):
    """The survey with the reversed items turned."""
    turned = survey.copy()
    reversed_items = ["mp3", "ps2", "cc4", "bm3"]
    turned[reversed_items] = 6 - turned[reversed_items]
    return turned
