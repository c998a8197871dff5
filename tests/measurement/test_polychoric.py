"""Polychoric correlations of a data frame: what is ordered, what is refused, what is said."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.errors import DataProblem, SpecificationError
from sme_sem.tables import text


@pytest.fixture
def frame():
    rng = np.random.default_rng(3)
    common = rng.normal(size=(250, 1))
    response = 0.7 * common + rng.normal(size=(250, 4)) * 0.7
    return pd.DataFrame(
        {
            "agree": np.digitize(response[:, 0], [-0.8, 0, 0.9]) + 1,
            "likes": np.digitize(response[:, 1], [-1, -0.3, 0.4, 1.1]) + 1,
            "buys": (response[:, 2] > 0.2).astype(int),
            "spent": np.round(50 + 20 * response[:, 3], 2),
        }
    )


def test_short_whole_numbers_are_ordered_and_others_continuous(frame):
    result = sme.polychoric(frame)
    assert list(result.thresholds.index) == ["agree", "likes", "buys"]
    assert list(result.thresholds.columns) == [1, 2, 3, 4]
    assert result.thresholds.loc["agree"].isna().tolist() == [False, False, False, True]
    assert (np.diag(result.correlation) == 1).all()
    assert (result.correlation == result.correlation.T).all(axis=None)
    assert result.n == 250


def test_codes_are_names_of_categories(frame):
    coarse = frame.assign(agree=frame["agree"] * 10 - 3, buys=frame["buys"].map({0: 5, 1: 9}))
    pd.testing.assert_frame_equal(sme.polychoric(coarse).correlation, sme.polychoric(frame).correlation)


def test_reversing_an_item_reverses_its_correlations(frame):
    turned = sme.polychoric(frame.assign(likes=6 - frame["likes"])).correlation
    expected = sme.polychoric(frame).correlation
    np.testing.assert_allclose(turned.loc["likes", "agree"], -expected.loc["likes", "agree"], atol=1e-10)


def test_units_of_a_continuous_column_do_not_matter(frame):
    result, other = sme.polychoric(frame), sme.polychoric(frame.assign(spent=frame["spent"] * 1000 + 3))
    np.testing.assert_allclose(other.correlation, result.correlation, atol=1e-10)
    np.testing.assert_allclose(other.standard_errors, result.standard_errors, atol=1e-10)


def test_everything_continuous_is_pearson(frame):
    result = sme.polychoric(frame, ordered=[])
    np.testing.assert_allclose(result.correlation, frame.corr(), atol=1e-14)
    assert result.thresholds.empty


def test_standard_errors_are_the_spread_of_samples():
    rng = np.random.default_rng(12)

    def sample():
        x, y = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=400).T
        return sme.polychoric(pd.DataFrame({"x": np.digitize(x, [-0.5, 0.6]), "y": y}), ordered=["x"])

    results = [sample() for _ in range(250)]
    found = np.array([r.correlation.loc["x", "y"] for r in results])
    errors = np.array([r.standard_errors.loc["x", "y"] for r in results])
    assert found.mean() == pytest.approx(0.5, abs=0.01)
    assert errors.mean() == pytest.approx(found.std(ddof=1), rel=0.12)


def test_gaps_are_left_out_by_row_or_by_pair(frame):
    holes = frame.astype(float)
    holes.loc[:39, "agree"] = np.nan
    holes.loc[200:, "likes"] = np.nan
    by_row = sme.polychoric(holes)
    assert by_row.n == 160
    pd.testing.assert_frame_equal(by_row.correlation, sme.polychoric(holes.dropna()).correlation)
    by_pair = sme.polychoric(holes, missing="pairwise")
    full = sme.polychoric(frame)
    assert by_pair.correlation.loc["buys", "spent"] == pytest.approx(full.correlation.loc["buys", "spent"], abs=1e-12)
    assert by_pair.standard_errors.loc["agree", "likes"] > full.standard_errors.loc["agree", "likes"]
    assert "pairwise" in str(by_pair)


def test_perfect_agreement_is_named(frame):
    result = sme.polychoric(frame.assign(twin=frame["agree"]))
    assert result.at_bound == (("agree", "twin"),)
    assert result.correlation.loc["agree", "twin"] == 0.999
    assert "agree and twin: the answers fit a perfect correlation best" in str(result)


@pytest.mark.parametrize(
    ("table", "rho"),  # by R's optimize() on pmvnorm() of mvtnorm
    [
        ([[72, 0, 0], [413, 124, 2], [1, 66, 322]], 0.9890360620),
        ([[0, 0, 0, 292, 33], [0, 47, 35, 319, 0], [84, 174, 15, 1, 0]], -0.9823693533),
        ([[53, 63, 0], [0, 43, 5], [0, 15, 40], [0, 0, 71], [0, 0, 10]], 0.9827917712),
    ],
)
def test_items_of_unlike_difficulty_may_all_but_agree_without_a_perfect_correlation(table, rho):
    pairs = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    found = sme.polychoric(pd.DataFrame(pairs, columns=["easy", "hard"]))
    assert found.correlation.loc["easy", "hard"] == pytest.approx(rho, abs=1e-8)
    assert "perfect" not in str(found)


@pytest.mark.parametrize(
    ("table", "sign"),
    [
        ([[94, 897], [0, 7], [0, 2]], 1),
        ([[1, 0, 0, 0, 0], [30, 1, 10, 12, 6]], 1),
        ([[0, 8], [0, 1], [2, 49]], -1),
        ([[11, 1, 2], [1, 0, 0]], -1),
    ],
)
def test_a_rare_answer_that_goes_with_one_end_without_exception_fits_a_perfect_correlation(table, sign):
    """A perfect correlation gives each cell its share, which no other likelihood exceeds; .85 is hardly less likely."""
    pairs = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    rows, columns = (np.cumsum(np.sum(table, axis=axis)) for axis in (1, 0))
    if sign > 0:
        ends = np.minimum.outer(rows, columns)
    else:
        ends = np.maximum(np.add.outer(rows, columns) - len(pairs), 0)
    assert np.diff(np.diff(ends, axis=0, prepend=0), axis=1, prepend=0).tolist() == table
    found = sme.polychoric(pd.DataFrame(pairs, columns=["rare", "usual"]), ordered=["rare", "usual"])
    assert found.correlation.loc["rare", "usual"] == sign * 0.999
    assert found.at_bound == (("rare", "usual"),)


def test_the_tables_are_written_in_both_languages(frame):
    tables = sme.polychoric(frame).tables()
    assert [table.name for table in tables] == ["polychoric", "thresholds"]
    assert "多分格相关" in text.render(tables[0], "zh")


def test_correlations_by_pairs_that_no_answers_could_have_are_said_and_others_not():
    """Each pair is answered by others: a goes with b and with c, and b against c."""
    rng = np.random.default_rng(1)
    one, two, three = (rng.normal(size=200) for _ in range(3))
    gap = np.full(200, np.nan)
    near = [rng.normal(scale=0.3, size=200) for _ in range(3)]
    apart = {"a": [one, two, gap], "b": [one + near[0], gap, three], "c": [gap, two + near[1], -three + near[2]]}
    frame = pd.DataFrame({name: np.concatenate(parts) for name, parts in apart.items()})
    said = [str(note) for note in sme.polychoric(frame, missing="pairwise").tables()[0].notes]
    assert any("not positive definite" in note for note in said)
    together = [str(note) for note in sme.polychoric(frame[["a", "b"]], missing="pairwise").tables()[0].notes]
    assert not any("not positive definite" in note for note in together)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ordered": ["agre"]}, "ordered: no column 'agre'. Did you mean 'agree'?"),
        ({"ordered": "agree"}, "ordered='agree': give a list of names, such as ['agree']."),
        ({"missing": "fiml"}, "missing='fiml' is not available; it can be 'listwise', 'pairwise'."),
        ({"correct": 1}, "correct=1: a part of one respondent, at least 0 and less than 1."),
    ],
)
def test_impossible_wishes_are_refused_by_name(frame, options, message):
    with pytest.raises(SpecificationError) as problem:
        sme.polychoric(frame, **options)
    assert str(problem.value) == message


def test_items_without_spread_are_refused(frame):
    with pytest.raises(DataProblem) as problem:
        sme.polychoric(frame.assign(buys=1))
    assert str(problem.value) == (
        "fewer than two different answers to buys among 250 respondents (of 250): no correlations. "
        "Leave it out, or fill in or collect more answers."
    )
    with pytest.raises(DataProblem, match=r"^1 item: correlations need at least two\.$"):
        sme.polychoric(frame[["agree"]])


def test_a_pair_nobody_answered_together_is_named(frame):
    apart = frame.astype(float)
    apart.loc[:124, "agree"] = np.nan
    apart.loc[125:, "likes"] = np.nan
    with pytest.raises(DataProblem, match=r"^no correlation of agree and likes: too few respondents answered both"):
        sme.polychoric(apart, missing="pairwise")
