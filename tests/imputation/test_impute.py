"""Imputation: only gaps change, chance is reproducible, planted structure survives, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.miscmodels.ordinal_model import OrderedModel

import sme_sem as sme
from sme_sem.errors import DataProblem, SpecificationError
from sme_sem.kernels import chained_equations as kernel

MODEL = "t =~ .8*a + .8*b + .7*c + .7*d"


def answers_with_gaps(n=150, share=0.15, seed=1, cut=()):
    answers = sme.simulate(MODEL, n, seed=seed)
    if cut:
        answers = answers.apply(lambda own: pd.Series(np.digitize(own, cut) + 1.0, own.index))
    return answers.mask(np.random.default_rng(seed).random(answers.shape) < share)


def test_what_was_answered_stays_and_only_given_answers_fill_the_gaps():
    data = answers_with_gaps().assign(name="x")
    copies = sme.impute(data, m=3, seed=1, iterations=2, variables=list("abcd"), progress=False)
    assert (len(copies), copies.n, copies.n_incomplete) == (3, 150, int(data.isna().any(axis=1).sum()))
    for copy in copies:
        assert list(copy) == list(data) and not copy.isna().any(axis=None)
        for item in "abcd":
            given = data[item].notna()
            pd.testing.assert_series_equal(copy[item][given], data[item][given])
            assert set(copy[item]) <= set(data[item].dropna())
    assert copies.stacked().shape == (450, 5)
    assert not copies[0].equals(copies[1])


def test_each_group_is_filled_from_its_own_answers():
    data = answers_with_gaps().assign(g=np.repeat(["x", "y", "z"], 50))
    for label, shift in (("y", 100), ("z", -100)):
        data.loc[data["g"] == label, list("abcd")] += shift
    for copy in sme.impute(data, m=2, seed=1, group="g", iterations=2, progress=False):
        for label, own in copy.groupby("g"):
            given = data.loc[data["g"] == label]
            assert all(set(own[item]) <= set(given[item].dropna()) for item in "abcd")


def test_numbers_kept_as_objects_texts_or_categories_are_filled_in():
    data = answers_with_gaps(cut=(-1, 0, 1))
    expected = sme.impute(data, m=2, seed=1, iterations=2, progress=False)
    text = data["b"].map("{:g}".format, na_action="ignore")
    other = data.astype({"a": object, "c": "category"}).assign(b=text)
    assert other["a"].isna().any() and text.isna().any()
    found = sme.impute(other, m=2, seed=1, iterations=2, progress=False)
    assert list(found.items["item"]) == list("abcd")
    pd.testing.assert_frame_equal(found[1], expected[1], check_exact=True)


def test_gaps_with_one_prediction_do_not_share_a_handful_of_donors():
    random = np.random.default_rng(1)
    data = pd.DataFrame({"x": np.repeat([0.0, 1.0], 100), "y": random.normal(size=200)})
    data.loc[random.random(200) < 0.4, "y"] = np.nan
    copies = sme.impute(data, m=20, seed=1, iterations=1, progress=False)
    gaps = data["y"].isna()
    distinct = copies[0].loc[gaps].groupby("x")["y"].nunique()
    assert (distinct > 15).all()  # of about forty gaps in each cell, where five donors served all
    slope = sme.fit_imputed("y ~ x", copies, progress=False).estimates().iloc[0]
    answered = sme.fit("y ~ x", data).estimates().iloc[0]  # gaps in y alone add nothing
    assert slope["se"] == pytest.approx(answered["se"], rel=0.2)


def test_another_of_a_kind_is_any_of_it_and_one_alone_stays():
    kinds = kernel.alike(np.array([2.0, 1.0, 2.0 + 1e-14, 5.0]))
    assert kinds.tolist() == [1, 0, 1, 2]
    random = np.random.default_rng(1)
    found = [kernel.another_alike(kinds, np.arange(4), random.random(4), random.random(4)) for _ in range(50)]
    assert [set(own) for own in np.transpose(found).tolist()] == [{0, 2}, {1}, {0, 2}, {3}]


def test_neither_unit_nor_zero_of_the_answers_matters():
    data = answers_with_gaps()
    expected = sme.impute(data, m=2, seed=1, iterations=2, progress=False)
    for unit, zero in ((1e6, 0.0), (1.0, 1e6)):
        found = sme.impute(unit * data + zero, m=2, seed=1, iterations=2, progress=False)
        np.testing.assert_allclose((found[1] - zero) / unit, expected[1], atol=1e-8)


def test_columns_named_by_numbers_are_filled_in():
    data = answers_with_gaps()
    found = sme.impute(data.set_axis(range(4), axis=1), m=2, seed=1, iterations=2, progress=False)
    expected = sme.impute(data, m=2, seed=1, iterations=2, progress=False)
    np.testing.assert_array_equal(found[1], expected[1])
    assert list(found[0]) == [0, 1, 2, 3] and "Multiple imputation" in str(found)


def test_the_same_seed_gives_the_same_copies_however_many_there_are_and_whoever_works():
    data = answers_with_gaps(80)
    few = sme.impute(data, m=2, seed=7, iterations=2, progress=False)
    many = sme.impute(data, m=5, seed=7, iterations=2, progress=False, workers=2)
    for i in range(2):
        pd.testing.assert_frame_equal(few[i], many[i], check_exact=True)
    assert not few[0].equals(sme.impute(data, m=2, seed=8, iterations=2, progress=False)[0])


@pytest.mark.parametrize("ordered", [None, True])
def test_correlations_survive(ordered):
    data = answers_with_gaps(1500, 0.25, cut=(-1.2, -0.3, 0.4, 1.3))
    seen = data.corr().to_numpy()  # of those who answered both: unbiased, as gaps come by chance
    copies = sme.impute(data, m=6, seed=2, ordered=ordered, iterations=5, progress=False)
    found = np.mean([copy.corr().to_numpy() for copy in copies], axis=0)
    assert found == pytest.approx(seen, abs=0.03)
    filled_with_means = data.fillna(data.mean()).corr().to_numpy()
    assert np.abs(filled_with_means - seen).max() > 0.06


def test_answers_lost_at_random_given_another_are_recovered():
    answers = sme.simulate("y ~ 0.9*x; x ~~ 1*x", 2000, seed=1)
    lost = answers["x"] > 0.3
    lost &= np.random.default_rng(1).random(2000) < 0.8
    copies = sme.impute(answers.assign(y=answers["y"].mask(lost)), m=5, seed=1, iterations=1, progress=False)
    error = answers["y"].std() / np.sqrt(2000)
    assert abs(answers["y"][~lost].mean() - answers["y"].mean()) > 5 * error
    assert copies.stacked()["y"].mean() == pytest.approx(answers["y"].mean(), abs=3 * error)


def test_proportional_odds_are_those_of_statsmodels():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(2000, 2))
    y = np.digitize(X @ [1.0, -0.5] + rng.logistic(size=2000), [-1, 0.2, 1.5])
    theirs = OrderedModel(y, X, distr="logit").fit(method="bfgs", disp=0, gtol=1e-8)
    tau = theirs.model.transform_threshold_params(theirs.params)[1:-1]
    found = kernel.proportional_odds(X[None], y, 4)
    # the prior of the slopes moves them by less than its precision over the information
    assert found.theta[0] == pytest.approx(np.concatenate([tau, theirs.params[:2]]), abs=2e-3)
    errors = np.sqrt(np.diag(np.linalg.inv(found.precision[0])))
    assert errors[3:] == pytest.approx(theirs.bse[:2], rel=0.02)


def test_proportional_odds_have_no_slope_left_at_the_mode():
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(3, 60, 2)), rng.integers(0, 3, 60)
    found = kernel.proportional_odds(X, y, 3)
    _, slope, precision = kernel._odds(X, y, 3, found.theta)
    assert np.abs(slope).max() < 1e-7
    step = 1e-5 * np.eye(4)
    numeric = np.stack([(kernel._odds(X, y, 3, found.theta + h)[1] - slope) / 1e-5 for h in step], axis=-1)
    np.testing.assert_allclose(-numeric, precision, rtol=1e-3, atol=1e-3)


def test_separated_answers_keep_finite_odds():
    x = np.linspace(-1.7, 1.7, 40)
    found = kernel.proportional_odds(x[None, :, None], (x > 0).astype(int), 2)
    assert np.isfinite(found.theta).all() and found.theta[0, 1] > 1


def test_a_chain_is_the_same_alone_and_beside_others():
    rng = np.random.default_rng(6)
    X, y = rng.normal(size=(3, 50, 2)), rng.integers(0, 3, 50)
    together = kernel.proportional_odds(X, y, 3).theta
    np.testing.assert_array_equal(together[1], kernel.proportional_odds(X[1:2], y, 3).theta[0])


def test_the_nearest_are_those_of_a_full_search():
    rng = np.random.default_rng(7)
    given, sought = rng.normal(size=40), rng.normal(size=15) * 2
    expected = np.sort(np.argsort(np.abs(given[None] - sought[:, None]), axis=1)[:, :5], axis=1)
    np.testing.assert_array_equal(np.sort(kernel.nearest(given, sought, 5), axis=1), expected)
    assert kernel.nearest(given[:3], sought, 5).shape == (15, 3)


def test_chains_that_have_not_mixed_and_silent_respondents_are_named():
    data = answers_with_gaps(120)
    data.loc[:2, list("abcd")] = np.nan
    copies = sme.impute(data, m=4, seed=1, iterations=4, progress=False)
    stuck = copies.items.assign(rhat=[1.5, 1.0, 1.0, 1.0])
    text = str(type(copies)(data, copies.filled, stuck, copies.trace, None, 1))
    assert "a: the chains have not mixed" in text and "3 respondents answered nothing" in text
    assert "4个完整数据集" in copies.to("text", "zh")


def test_what_cannot_be_imputed_is_refused_by_name():
    data = answers_with_gaps(60)
    with pytest.raises(DataProblem, match=r"^no answer is missing, so there is nothing to impute"):
        sme.impute(data.fillna(0), seed=1)
    with pytest.raises(DataProblem, match=r"^a: 5 respondents answered it, and 3 other columns are to predict it"):
        sme.impute(data.assign(a=[1.0, 2, 3, 4, 5] + [np.nan] * 55), seed=1)
    with pytest.raises(DataProblem, match=r"^a: everybody who answered it gave the same answer"):
        sme.impute(data.assign(a=[1.0] * 30 + [np.nan] * 30), seed=1, variables=list("abcd"))
    with pytest.raises(SpecificationError, match=r"^ordered: no variable 'aa'. Did you mean 'a'\?$"):
        sme.impute(data, seed=1, ordered=["aa"])
    with pytest.raises(SpecificationError, match=r"^group: no column 'gg'"):
        sme.impute(data, seed=1, group="gg")
    with pytest.raises(DataProblem, match=r"^group: 1 respondents have no 'g'"):
        sme.impute(data.assign(g=["x"] * 59 + [None]), seed=1, group="g")
    with pytest.raises(DataProblem, match=r"^group: 2 respondents have no 'g'"):
        sme.impute(data.assign(g=["x"] * 58 + ["", " "]), seed=1, group="g")
    with pytest.raises(SpecificationError, match=r"^m=0: give a whole number, at least 1.$"):
        sme.impute(data, m=0, seed=1)
    with pytest.raises(DataProblem, match=r"^not numeric: 'c' \(such as '\?'\)"):
        sme.impute(data.assign(region="north", c=data["c"].astype(object).fillna("?"))[["region", *"abcd"]], seed=1)
    with pytest.raises(DataProblem, match=r"^nobody answered a\. Leave it out\.$"):
        sme.impute(data.assign(a=np.nan), seed=1)
    with pytest.raises(DataProblem, match=r"^b: everybody who answered it gave the same answer"):
        sme.impute(data.assign(b=data["b"] * 0), seed=1)
    with pytest.raises(SpecificationError, match=r"^named more than once: b\."):
        sme.impute(pd.concat([data, data[["b"]]], axis=1), seed=1)
    with pytest.raises(SpecificationError, match=r"^data must be a pandas DataFrame with .*, not ndarray\.$"):
        sme.impute(data.to_numpy(), seed=1)
    with pytest.raises(SpecificationError, match=r"^group must be the name of a column, .*, not ndarray\.$"):
        sme.impute(data, seed=1, group=np.ones(60))


def test_chains_are_watched_where_a_group_has_no_gaps():
    first, second = answers_with_gaps(120, seed=1), answers_with_gaps(120, seed=2)
    second["a"] = np.arange(120) % 5 + 1.0
    data = pd.concat([first.assign(g="p"), second.assign(g="q")], ignore_index=True)
    copies = sme.impute(data, m=3, seed=1, group="g", iterations=4, progress=False)
    assert np.isfinite(copies.trace).all() and np.isfinite(copies.items.set_index("item").loc["a", "rhat"])


def test_columns_of_words_travel_along():
    data = answers_with_gaps(60).assign(region=["north", None, "south"] * 20)
    copies = sme.impute(data, m=2, seed=1, iterations=2, progress=False)
    assert list(copies.items["item"]) == list("abcd")
    assert copies[0]["region"].equals(data["region"]) and not copies[0][list("abcd")].isna().any(axis=None)
