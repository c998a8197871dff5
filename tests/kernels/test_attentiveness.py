import json
import statistics
from itertools import groupby, product
from pathlib import Path

import numpy as np
import pytest

from sme_sem.kernels import attentiveness, guttman

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "quality.json").read_text(encoding="utf-8"))
ANSWERS = np.array(REFERENCE["answers"], dtype=float)
TURNED = np.where(np.arange(12) % 3 == 2, 6 - ANSWERS, ANSWERS)
FIRST, SECOND = (np.kron(np.eye(4), np.array([half]).T) for half in ([1, 0, 1], [0, 1, 0]))


def foreign(name):
    return np.array(REFERENCE[name], dtype=float)


def with_gaps(seed=3, n=40, p=9):
    rng = np.random.default_rng(seed)
    answers = rng.integers(1, 4, size=(n, p)).astype(float)
    answers[rng.random((n, p)) < 0.15] = np.nan
    answers[0] = np.nan
    answers[1] = 2
    return answers


def correlated(x, y):
    """The oracle: one respondent at a time, by the standard library."""
    both = [(a, b) for a, b in zip(x, y, strict=True) if a == a and b == b]
    if len(both) < 3 or len({a for a, _ in both}) == 1 or len({b for _, b in both}) == 1:
        return np.nan
    return statistics.correlation(*zip(*both, strict=True))


def test_strings_are_those_of_a_plain_loop_and_end_at_a_gap():
    for row, longest, average in zip(with_gaps(), *attentiveness.runs(with_gaps()), strict=True):
        lengths = [len(list(own)) for answer, own in groupby(row.tolist()) if answer == answer]
        if not lengths:
            assert np.isnan(longest) and np.isnan(average)
        else:
            assert (longest, average) == (max(lengths), pytest.approx(statistics.mean(lengths)))
    assert attentiveness.runs(np.array([[4, 4, np.nan, 4, 4, 4]])).longest.tolist() == [3]


def test_spread_is_the_standard_deviation_of_the_answers_given():
    for row, spread in zip(with_gaps(), attentiveness.spread(with_gaps()), strict=True):
        given = [answer for answer in row if answer == answer]
        assert np.isnan(spread) if len(given) < 2 else spread == pytest.approx(statistics.stdev(given), abs=1e-14)


def test_correlations_of_rows_are_those_of_the_standard_library():
    x, y = with_gaps(1), with_gaps(2)
    expected = [correlated(a, b) for a, b in zip(x, y, strict=True)]
    assert attentiveness.row_correlation(x, y) == pytest.approx(expected, abs=1e-14, nan_ok=True)
    assert np.isnan(expected).sum() >= 2 and np.isfinite(expected).sum() > 20


def test_who_is_among_the_others_is_taken_out_of_their_means():
    answers, included = with_gaps(), np.arange(40) % 3 > 0
    known = answers[included]
    total, count = np.nansum(known, axis=0), np.count_nonzero(~np.isnan(known), axis=0)
    found = attentiveness.person_total(answers, total, count, included)
    for i, row in enumerate(answers):
        others = np.nanmean(answers[included & (np.arange(40) != i)], axis=0)
        assert found[i] == pytest.approx(correlated(row, others), abs=1e-12, nan_ok=True)


def test_moments_of_pairs_are_those_of_pandas():
    import pandas as pd

    frame = pd.DataFrame(with_gaps())
    halves = [attentiveness.pair_sums(part) for part in np.split(with_gaps(), [13])]
    sums = attentiveness.PairSums(*(one + other for one, other in zip(*halves, strict=True)))
    assert attentiveness.pair_covariance(sums) == pytest.approx(frame.cov().to_numpy(), abs=1e-12)
    assert attentiveness.pair_correlation(sums) == pytest.approx(frame.corr().to_numpy(), abs=1e-12)


def test_an_item_without_variance_correlates_with_nothing():
    answers = np.array([[3, 1, 2], [3, 2, 1], [3, 3, 3.0]])
    r = attentiveness.pair_correlation(attentiveness.pair_sums(answers))
    assert np.isnan(r[0]).all() and r[1, 2] == pytest.approx(0.5)


def test_distances_rest_on_the_items_answered():
    answers = with_gaps(n=80)
    answers = answers[~np.isnan(answers).all(axis=1)]
    covariance = np.cov(np.nan_to_num(answers, nan=2).T)
    deviations = answers - 2.0
    for row, found in zip(deviations, attentiveness.squared_distance(deviations, covariance), strict=True):
        seen = np.flatnonzero(~np.isnan(row))
        expected = row[seen] @ np.linalg.solve(covariance[np.ix_(seen, seen)], row[seen])
        assert found == pytest.approx(expected, rel=1e-10)


def test_distances_in_a_singular_metric_are_not_told():
    assert np.isnan(attentiveness.squared_distance(np.ones((2, 2)), np.ones((2, 2)))).all()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("long_string", attentiveness.runs(ANSWERS).longest),
        ("average_string", attentiveness.runs(ANSWERS).average),
        ("irv_population", attentiveness.spread(ANSWERS) * np.sqrt(11 / 12)),
        ("even_odd", attentiveness.stepped_up(attentiveness.half_correlation(TURNED, FIRST, SECOND))),
        (
            "mahalanobis_root",
            np.sqrt(attentiveness.squared_distance(ANSWERS - ANSWERS.mean(axis=0), np.cov(ANSWERS.T))),
        ),
        ("person_total", attentiveness.person_total(ANSWERS, ANSWERS.sum(0), np.full(12, 60), np.zeros(60, bool))),
    ],
)
def test_indices_agree_with_another_program(name, found):
    assert found == pytest.approx(foreign(name), abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(("name", "sign"), [("synonyms", 1), ("antonyms", -1)])
def test_synonyms_and_antonyms_agree_with_another_program(name, sign):
    r = attentiveness.pair_correlation(attentiveness.pair_sums(ANSWERS))
    pairs = np.nonzero(np.tril(sign * r > 0.6, -1))
    found = attentiveness.pair_consistency(ANSWERS, *pairs)
    told = ~np.isnan(found)  # the other program writes 0 where nothing varies
    assert found[told] == pytest.approx(foreign(name)[told], abs=1e-12)
    assert (foreign(name)[~told] == 0).all() and told.sum() > 50


def test_stepping_up_is_spearman_and_browns_and_stays_above_minus_one():
    assert attentiveness.stepped_up(np.array([0.5, 0.0, -0.5, -1.0])) == pytest.approx([2 / 3, 0, -1, -1])


def test_leading_axes_are_a_batch():
    answers = np.stack([with_gaps(1), with_gaps(2)])
    first, second = (np.kron(np.eye(3), np.array([half]).T) for half in ([1, 0, 1], [0, 1, 0]))
    kernels = (
        attentiveness.spread,
        lambda x: attentiveness.runs(x).longest,
        lambda x: attentiveness.half_correlation(x, first, second),
        lambda x: attentiveness.pair_correlation(attentiveness.pair_sums(x)),
        lambda x: attentiveness.squared_distance(x, np.eye(9)),
    )
    for kernel in kernels:
        together = kernel(answers)
        for one, member in zip(together, answers, strict=True):
            np.testing.assert_array_equal(one, kernel(member))


# --- Guttman errors ----------------------------------------------------------------------------------


def popularity(steps, m):
    return np.array([[(steps[:, j] >= k).mean() for k in range(1, m + 1)] for j in range(steps.shape[1])])


def counted(row, popular):
    """The oracle: every pair of steps, the more popular one failed and the other passed."""
    p, m = popular.shape
    order = sorted(((j, k) for j in range(p) for k in range(m)), key=lambda s: (-popular[s], s))
    passed = [row[j] > k for j, k in order]
    return sum(not passed[a] and passed[b] for a in range(len(order)) for b in range(a + 1, len(order)))


def test_guttman_errors_and_their_most_are_those_of_counting_every_answer():
    steps = np.random.default_rng(5).integers(0, 4, size=(50, 3))
    popular = popularity(steps, 3)
    places = guttman.places(popular)
    every = np.array(list(product(range(4), repeat=3)))
    expected = np.array([counted(row, popular) for row in every])
    assert guttman.errors(every, places).tolist() == expected.tolist()
    largest = [expected[every.sum(axis=1) == total].max() for total in range(10)]
    assert guttman.most_errors(places).tolist() == largest


def test_items_may_have_fewer_steps():
    popular = np.array([[0.9, 0.6, 0.2], [0.5, np.nan, np.nan]])
    places = guttman.places(popular)
    assert guttman.errors(np.array([[0, 1], [2, 0], [3, 1]]), places).tolist() == [2, 0, 0]
    assert guttman.most_errors(places).tolist() == [0, 2, 1, 1, 0]


def test_guttman_errors_agree_with_another_program():
    for scale, expected in enumerate(REFERENCE["guttman"]):
        steps = (TURNED[:, 3 * scale : 3 * scale + 3] - 1).astype(int)
        places = guttman.places(popularity(steps, 4))
        assert guttman.errors(steps, places).tolist() == expected
        if scale == 0:
            most = guttman.most_errors(places)[steps.sum(axis=1)]
            normed = np.where(most > 0, guttman.errors(steps, places) / np.maximum(most, 1), np.nan)
            assert normed == pytest.approx(foreign("guttman_normed_first_scale"), abs=1e-12, nan_ok=True)
