"""Cross-validation: what it equals without leaving anyone out, and that it punishes what does not last."""

import numpy as np
import pytest
from scipy import stats

import sme_sem as sme
from sem.holzinger import ITEMS, MODEL, pupils, pupils_with_gaps

LOOSE = MODEL + "\nx1 ~~ x4\nx2 ~~ x7\nx3 ~~ x8\nx5 ~~ x9"


def both(data=None, **options):
    data = pupils() if data is None else data
    return {"three": sme.fit(MODEL, data, **options), "loose": sme.fit(LOOSE, data, **options)}


def test_the_same_seed_gives_the_same_division():
    first, again, other = (sme.compare(both(), folds=4, seed=seed).table["cv_discrepancy"] for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


def test_what_is_foretold_fits_worse_than_what_was_seen():
    table = sme.compare(both(), folds=5, seed=1).table
    assert (table["cv_discrepancy"] > table["chisq"] / 301).all()


def test_leaving_out_few_approaches_the_fit_itself():
    table = sme.compare(both(), folds=150, seed=1).table.set_index("model")
    seen = table.loc["three", "chisq"] / 301
    assert seen < table.loc["three", "cv_discrepancy"] < seen + 4 * table.loc["three", "npar"] / 301


def test_fits_side_by_side_equal_fits_one_by_one():
    """A constraint that says nothing new sends the model the other way."""
    plain = sme.fit(MODEL, pupils())
    bound = sme.fit("visual =~ x1 + a*x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\na > -5", pupils())
    table = sme.compare({"plain": plain, "bound": bound}, folds=3, seed=1).table["cv_discrepancy"]
    assert table.iloc[0] == pytest.approx(table.iloc[1], rel=1e-8)


def test_gaps_do_not_stand_in_the_way():
    table = sme.compare(both(pupils_with_gaps(), missing="fiml"), folds=2, seed=1).table
    assert np.isfinite(table["cv_discrepancy"]).all()


def test_groups_are_divided_each_by_itself():
    table = sme.compare(both(group="school"), folds=3, seed=1).table
    assert (table["cv_discrepancy"] > table["chisq"] / 301).all()


def test_the_better_models_difference_has_no_error():
    table = sme.compare(both(), folds=3, seed=1).table
    best = table["cv_discrepancy"].idxmin()
    assert np.isnan(table["cv_difference_se"][best])
    assert (table["cv_difference_se"].drop(best) > 0).all()


def test_the_difference_and_its_error_are_those_of_fits_without_each_part():
    data, seed, folds = pupils(), 7, 3
    fits = both(data, meanstructure=True)
    order = np.random.default_rng(seed).permutation(np.arange(301) % folds)
    whole = stats.multivariate_normal(data[ITEMS].mean(), data[ITEMS].cov(ddof=0)).logpdf(data[ITEMS])
    left = {}
    for name, fit in fits.items():
        each = np.empty(301)
        for part in range(folds):
            without = sme.fit(fit.specification, data[order != part], meanstructure=True)
            foretold = stats.multivariate_normal(without.implied_means()[ITEMS], without.implied().loc[ITEMS, ITEMS])
            each[order == part] = 2 * (whole - foretold.logpdf(data[ITEMS]))[order == part]
        left[name] = each
    table = sme.compare(fits, folds=folds, seed=seed).table.set_index("model")
    for name, each in left.items():
        assert table.loc[name, "cv_discrepancy"] == pytest.approx(each.mean(), rel=1e-6)
    worse, better = sorted(left, key=lambda name: -left[name].mean())
    error = (left[worse] - left[better]).std() / np.sqrt(301)
    assert table.loc[worse, "cv_difference_se"] == pytest.approx(error, rel=1e-5)


def test_single_respondents_are_foretold_by_a_likelihood_alone():
    with pytest.raises(sme.SpecificationError, match="it needs maximum likelihood"):
        sme.compare(both(estimator="GLS"), folds=3, seed=1)


def test_too_many_parts_and_missing_answers_are_refused():
    with pytest.raises(sme.SpecificationError, match=r"folds=200: from 2 to 150 for 301 respondents"):
        sme.compare(both(), folds=200)
    cov = pupils()[ITEMS].cov()
    summary = {"a": sme.fit(MODEL, cov=cov, n=301), "b": sme.fit(LOOSE, cov=cov, n=301)}
    with pytest.raises(sme.SpecificationError, match="folds= foretells single respondents"):
        sme.compare(summary, folds=3)
