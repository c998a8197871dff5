"""Agreement of raters: foreign values, a second formula, limits, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.errors import DataProblem, SpecificationError

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "intraclass.json").read_text("utf-8"))
RATINGS = pd.DataFrame(np.array(REFERENCE["ratings"], dtype=float).T)


@pytest.mark.parametrize("theirs", REFERENCE["results"], ids=lambda row: row["type"])
def test_coefficients_tests_and_intervals_are_those_of_psych(theirs):
    ours = sme.rater_agreement(RATINGS).icc.set_index("type").loc[theirs["type"]]
    for name in ("icc", "F", "df1", "df2", "pvalue", "ci_lower", "ci_upper"):
        assert ours[name] == pytest.approx(theirs[name], rel=1e-9), name


def test_shrout_and_fleiss_printed_values():
    icc = sme.rater_agreement(RATINGS).icc["icc"].round(2).tolist()
    assert icc == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]


def test_the_mean_of_consistent_raters_is_coefficient_alpha():
    found = sme.rater_agreement(RATINGS).icc.set_index("type")["icc"]
    raters = RATINGS.T
    k = raters.shape[1]
    alpha = k / (k - 1) * (1 - raters.var().sum() / raters.sum(axis=1).var())
    assert found["ICC3k"] == pytest.approx(alpha, rel=1e-12)


def test_planted_agreement_comes_back():
    rng = np.random.default_rng(3)
    target, rater = rng.normal(size=(1, 2000)), rng.normal(size=(40, 1))
    found = sme.rater_agreement(pd.DataFrame(target + 0.5**0.5 * rater + rng.normal(size=(40, 2000)))).icc
    found = found.set_index("type")
    assert found.loc["ICC3", "icc"] == pytest.approx(1 / 2, abs=0.03)
    variance = 0.5 * rater.var(ddof=1)
    assert found.loc["ICC2", "icc"] == pytest.approx(1 / (2 + variance), abs=0.03)


def test_kendalls_w_is_one_for_equal_orders_and_follows_from_rank_correlations():
    order = pd.DataFrame([[1, 2, 3, 4], [10, 20, 30, 40], [2, 3, 5, 8]])
    assert sme.rater_agreement(order).w == pytest.approx(1)
    found = sme.rater_agreement(pd.DataFrame([[1, 2, 3, 4], [2, 1, 4, 3], [1, 3, 2, 4.0]]))
    mean = (
        pd.DataFrame([[1, 2, 3, 4], [2, 1, 4, 3], [1, 3, 2, 4.0]]).T.corr("spearman").to_numpy()[np.triu_indices(3, 1)]
    )
    assert found.w == pytest.approx((1 + 2 * mean.mean()) / 3, rel=1e-12)
    assert (found.chisq, found.df) == (pytest.approx(3 * 3 * found.w), 3)


def test_raters_who_left_something_open_are_counted():
    ratings = pd.concat([RATINGS, RATINGS.iloc[:1].mask(RATINGS.iloc[:1] == 9)])
    found = sme.rater_agreement(ratings)
    assert found.n_raters == 4 and "1 raters left out" in str(found)
    assert "评分者均值，绝对一致性" in found.to("text", "zh")


def test_too_few_raters_and_ratings_without_differences_are_refused():
    with pytest.raises(DataProblem, match=r"^1 raters who rated everything \(of 1\) and 6 targets"):
        sme.rater_agreement(RATINGS[:1])
    with pytest.raises(DataProblem, match=r"^the raters' mean is the same for every target"):
        sme.rater_agreement(RATINGS * 0 + 3)


def test_raters_who_contradict_each_other_have_no_agreement_of_their_mean():
    found = sme.rater_agreement(pd.DataFrame([[1, 2, 3, 4], [4, 3, 2, 1], [2, 2, 3, 3]])).icc.set_index("type")
    assert np.isnan(found.loc["ICC2k", ["icc", "ci_lower"]].astype(float)).all()
    limits = found[["ci_lower", "ci_upper"]].dropna()
    assert (limits["ci_lower"] <= limits["ci_upper"]).all() and (found["icc"].dropna() <= 1).all()


@pytest.mark.parametrize("level", [95, 0, 1, "0.95"])
def test_a_level_outside_of_zero_and_one_is_refused(level):
    answers = sme.simulate("t =~ .8*a + .8*b + .8*c + .8*d", 200, seed=1)
    gaps = answers.mask(np.random.default_rng(1).random(answers.shape) < 0.1)
    copies = sme.impute(gaps, m=2, seed=1, iterations=2, progress=False)
    for asked in (
        lambda: sme.rater_agreement(answers.head(5), level=level),
        lambda: sme.heterotrait(answers, {"t": ["a", "b"], "u": ["c", "d"]}, draws=10, level=level),
        lambda: sme.loading_intervals(answers, 1, draws=10, level=level),
        lambda: sme.fit_imputed("t =~ a + b + c + d", copies).estimates(level=level),
    ):
        with pytest.raises(SpecificationError, match="give a share between 0 and 1"):
            asked()
