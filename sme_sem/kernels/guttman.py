"""Guttman errors of ordered answers: steps not taken although less popular ones were.

An answer k above the lowest takes k of the item's steps; the popularity of a step is the share of respondents who take
it.  With all steps of a scale in descending order of popularity, counted from 0, and X the respondent's total::

    G = sum of the places of the steps taken - X (X - 1) / 2
    Gmax(X) = the largest G of any answers with this total

G / Gmax is 0 where nobody could order the answers better, 1 where nobody could order them worse.  Steps of equal
popularity keep the order of the items.

Emons (2008), Applied Psychological Measurement 32, 224-247; Molenaar (1991), Kwantitatieve Methoden 37, 97-117.
"""

from __future__ import annotations

import numpy as np


def places(popularity):
    """Sum of the places of an item's first k steps: (p, m) -> (p, m + 1); NaN where an item has fewer than m steps."""
    p, m = popularity.shape
    order = np.argsort(-popularity.reshape(p * m), kind="stable")  # NaN last
    place = np.empty(p * m)
    place[order] = np.arange(p * m)
    steps = np.where(np.isnan(popularity), np.nan, place.reshape(p, m))
    return np.hstack([np.zeros((p, 1)), np.cumsum(steps, axis=1)])


def errors(steps, places):
    """Number of Guttman errors: (..., n, p) steps taken, (p, m + 1) -> (..., n)"""
    total = steps.sum(axis=-1)
    return places[np.arange(places.shape[0]), steps].sum(axis=-1) - total * (total - 1) / 2


def most_errors(places):
    """The most errors that go with each total: (p, m + 1) -> (steps in all + 1,)"""
    largest = np.zeros(1)
    for item in places:
        own = item[~np.isnan(item)]
        wider = np.full(len(largest) + len(own) - 1, -np.inf)
        for k, places_taken in enumerate(own):
            part = slice(k, k + len(largest))
            wider[part] = np.maximum(wider[part], largest + places_taken)
        largest = wider
    total = np.arange(len(largest))
    return largest - total * (total - 1) / 2
