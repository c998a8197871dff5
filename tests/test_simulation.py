"""Answers drawn from a population."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.models import POPULATIONS, moments_by_hand
from sme_sem import SpecificationError
from sme_sem.comparison.folds import cross_validated

MODEL = "trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3"


def test_the_same_seed_gives_the_same_answers_and_another_others():
    one, two, other = (sme.simulate(MODEL, 50, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert (one != other).all().all()


@pytest.mark.parametrize("seed", [-1, 1.5, "one", True])
@pytest.mark.parametrize(
    "draws",
    [
        lambda answers, seed: sme.simulate(MODEL, 10, seed=seed),
        lambda answers, seed: sme.power("use ~ 0.3*trust", 100, draws=2, seed=seed, progress=False),
        lambda answers, seed: sme.fit("trust =~ t1 + t2 + t3", answers, bootstrap=2, seed=seed),
        lambda answers, seed: sme.bootstrap(sme.fit("trust =~ t1 + t2 + t3", answers), 2, seed=seed, progress=False),
        lambda answers, seed: sme.retention(answers, draws=20, seed=seed),
        lambda answers, seed: sme.loading_intervals(answers, 1, draws=2, seed=seed),
        lambda answers, seed: sme.impute(answers.mask(answers > 1), m=2, seed=seed),
        lambda answers, seed: cross_validated({"a": sme.fit("trust =~ t1 + t2 + t3", answers)}, 2, seed),
        lambda answers, seed: sme.search(sme.fit("trust =~ t1 + t2 + t3", answers), seed=seed, progress=False),
    ],
    ids=["simulate", "power", "fit", "bootstrap", "retention", "intervals", "impute", "folds", "search"],
)
def test_a_seed_that_is_none_is_refused_wherever_something_is_drawn(draws, seed):
    answers = sme.simulate(MODEL, 60, seed=1)
    with pytest.raises(
        SpecificationError, match=rf"^seed={seed!r}: give a whole number, at least 0, such as seed=1\.$"
    ):
        draws(answers, seed)


def test_a_longer_survey_begins_with_the_shorter_one():
    short, long = sme.simulate(MODEL, 10, seed=1), sme.simulate(MODEL, 20, seed=1)
    np.testing.assert_allclose(long.head(10), short, rtol=1e-12)


@pytest.mark.parametrize("name", POPULATIONS)
def test_moments_come_near_those_of_the_population(name):
    answers = sme.simulate(POPULATIONS[name], 40_000, seed=3)
    covariance, mean = moments_by_hand(POPULATIONS[name])
    names = list(answers.columns)
    assert set(names) == set(covariance.columns)
    deviation = np.sqrt(np.diagonal(covariance.loc[names, names]))
    np.testing.assert_allclose((answers.mean() - mean[names]) / deviation, 0, atol=0.025)
    gap = (answers.cov() - covariance.loc[names, names]) / np.outer(deviation, deviation)
    np.testing.assert_allclose(gap, 0, atol=0.04)


def test_what_the_model_leaves_unsaid_has_the_values_of_the_docstring():
    plain = sme.simulate("f =~ a + 0.5*b; g =~ c + 0.5*d", 30_000, seed=1)
    full = sme.simulate(
        "f =~ 1*a + 0.5*b; g =~ 1*c + 0.5*d; f ~~ 1*f + 0*g; g ~~ 1*g; a ~~ 1*a; b ~~ 1*b; c ~~ 1*c; d ~~ 1*d",
        30_000,
        seed=1,
    )
    pd.testing.assert_frame_equal(plain, full)


def test_covariates_vary_too():
    answers = sme.simulate("y ~ 0.5*x; x ~ 2*1", 20_000, seed=1)
    assert answers["x"].mean() == pytest.approx(2, abs=0.03)
    assert answers["x"].var() == pytest.approx(1, abs=0.05)
    assert np.polyfit(answers["x"], answers["y"], 1)[0] == pytest.approx(0.5, abs=0.03)


def test_a_specification_does_as_well_as_its_text():
    pd.testing.assert_frame_equal(
        sme.simulate(sme.Specification.read(MODEL), 5, seed=1), sme.simulate(MODEL, 5, seed=1)
    )


def test_definitions_are_passed_over():
    pd.testing.assert_frame_equal(sme.simulate(MODEL + "; d := 2*3", 5, seed=1), sme.simulate(MODEL, 5, seed=1))


@pytest.mark.parametrize(
    ("model", "n", "message"),
    [
        (MODEL, 0, "n=0: give a whole number, at least 1."),
        (MODEL, "100", "n='100': give a whole number, at least 1."),
        (MODEL, 100.0, "n=100.0: give a whole number, at least 1."),
        (MODEL, True, "n=True: give a whole number, at least 1."),
        (
            "a ~~ 2*b",
            10,
            "the population's covariance matrix is not positive definite: lower some covariances, or raise variances.",
        ),
        ("", 10, "the model names no observed variable: write at least one '=~', '~' or '~~' line."),
    ],
)
def test_an_impossible_population_is_refused(model, n, message):
    with pytest.raises(SpecificationError) as caught:
        sme.simulate(model, n, seed=1)
    assert str(caught.value) == message


@pytest.mark.parametrize("model", ["y ~ 0.3*x + 0.2*x:z", "A =~ a; B =~ b; a ~ 0.2*A:B"])
def test_a_population_with_products_is_refused(model):
    for drawn in (sme.simulate, sme.power):
        with pytest.raises(SpecificationError, match=r"^(x:z|A:B): variables drawn from a normal distribution have"):
            drawn(model, 100, seed=1)


def test_a_feedback_loop_without_equilibrium_is_refused():
    with pytest.raises(SpecificationError, match="not positive definite"):
        sme.simulate("a ~ 1.0*b; b ~ 1.0*a", 10, seed=1)
