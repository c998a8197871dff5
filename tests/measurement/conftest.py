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
