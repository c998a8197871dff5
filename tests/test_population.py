"""Populations of which only loadings, paths and correlations are written."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem import SpecificationError
from sme_sem.instrument.parts import Product
from sme_sem.population import draw, standardized

CHAIN = """
    f =~ 0.8*x1 + 0.7*x2
    g =~ 0.9*y1 + 0.6*y2
    top =~ 0.8*g + 0.7*h
    h =~ 0.8*z1 + 0.8*z2
    f ~~ 0.3*e
    e =~ 0.7*w1 + 0.7*w2
    top ~ 0.4*f + 0.3*e
"""


def test_unwritten_variances_make_every_variance_one():
    answers = draw(CHAIN, 40_000, seed=1)
    np.testing.assert_allclose(answers.var(), 1, atol=0.03)
    # the product of the loadings, by the tracing rules
    assert answers["y1"].corr(answers["z1"]) == pytest.approx(0.9 * 0.8 * 0.7 * 0.8, abs=0.015)


def test_residuals_are_what_the_arrows_leave_of_one():
    lines = standardized(CHAIN).splitlines()
    explained = 0.4**2 + 0.3**2 + 2 * 0.4 * 0.3 * 0.3
    assert f"top ~~ {1 - explained:g}*top" in lines
    assert "g ~~ 0.36*g" in lines and "y2 ~~ 0.64*y2" in lines


def test_a_written_variance_stays():
    assert "a ~~ 0.5*a\nb ~~" in standardized("f =~ 0.8*a + 0.6*b\na ~~ 0.5*a")


def test_a_population_that_leaves_nothing_out_is_drawn_as_simulate_draws_it():
    full = standardized(CHAIN)
    assert standardized(full) == full
    pd.testing.assert_frame_equal(draw(full, 20, seed=4), sme.simulate(full, 20, seed=4))


def test_a_product_adds_its_effect_and_leaves_the_others():
    text = "x ~~ 0.3*m; y ~ 0.4*x + 0.3*m"
    answers = draw(text, 60_000, seed=2, products=[Product(outcome="y", of=("x", "m"), effect=0.25)])
    design = np.column_stack([np.ones(len(answers)), answers["x"], answers["m"], answers["x"] * answers["m"]])
    found = np.linalg.lstsq(design, answers["y"], rcond=None)[0]
    np.testing.assert_allclose(found, [0, 0.4, 0.3, 0.25], atol=0.015)


def test_a_moderated_outcome_hands_on_what_it_got():
    text = "y ~ 0.4*x; z ~ 0.5*y; x ~~ 0*m"
    answers = draw(text, 40_000, seed=3, products=[Product(outcome="y", of=("x", "m"), effect=0.3)])
    assert np.mean(answers["z"] * answers["x"] * answers["m"]) == pytest.approx(0.5 * 0.3, abs=0.02)


@pytest.mark.parametrize(
    ("text", "products", "message"),
    [
        (
            "y ~ 0.9*x + 0.9*m",
            [],
            "the population explains more than all of 'y': lower the effects on it, or write its variance.",
        ),
        (
            "x ~ 0.5*y; y ~ 0.5*x; m ~~ 1*m; x ~~ 1*x; y ~~ 1*y",
            [Product(outcome="y", of=("x", "m"), effect=0.3)],
            "the population has a loop of effects, which products do not go with.",
        ),
    ],
)
def test_an_impossible_population_is_refused(text, products, message):
    with pytest.raises(SpecificationError) as caught:
        draw(text, 10, seed=1, products=products)
    assert str(caught.value) == message
