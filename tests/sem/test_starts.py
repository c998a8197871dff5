"""The search repeated from random starts."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import MODEL, column, pupils, pupils_with_gaps

NAMES = list("abcdeg")
TWO_MINIMA = "f =~ start(0)*a + start(0)*b + start(0)*c + start(0.8)*d + start(0.8)*e + start(0.8)*g"


def two_blocks():
    """Two sets of three items with nothing in common: one construct can stand for either, better for the first."""
    S = np.eye(6)
    S[:3, :3], S[3:, 3:] = 0.7, 0.5
    np.fill_diagonal(S, 1)
    return pd.DataFrame(S, index=NAMES, columns=NAMES)


def said(fit):
    return {d.code: d for d in fit.diagnostics if d.code in ("starts_agree", "local_minima")}


@pytest.mark.parametrize("options", [{}, {"missing": "fiml"}, {"effect_coding": True}, {"group": "school"}], ids=str)
def test_a_model_with_one_minimum_is_confirmed_and_unchanged(options):
    data = pupils_with_gaps() if "missing" in options else pupils()
    once, often = sme.fit(MODEL, data, **options), sme.fit(MODEL, data, starts=6, seed=3, **options)
    assert list(said(often)) == ["starts_agree"]
    assert said(often)["starts_agree"].severity == "info"
    assert "searches from random starts reached this minimum" in often.diagnostics[0].message
    assert column(often) == column(once)
    assert often.admissible


def test_the_lowest_of_several_minima_is_kept_and_the_others_are_told_of():
    once = sme.fit(TWO_MINIMA, cov=two_blocks(), n=300, std_lv=True)
    often = sme.fit(TWO_MINIMA, cov=two_blocks(), n=300, std_lv=True, starts=20, seed=1)
    best = sme.fit("f =~ a + b + c + d + e + g", cov=two_blocks(), n=300, std_lv=True)
    assert once.measures()["chisq"] > best.measures()["chisq"] + 100
    assert often.measures()["chisq"] == pytest.approx(best.measures()["chisq"], rel=1e-9)
    told = said(often)["local_minima"]
    assert told.severity == "warning"
    assert told.message.endswith(
        "ended in others that are higher: look whether those tell another story before you interpret this one. The "
        "ordinary start had led to a higher one."
    )
    assert "常规初始值所得的极小值更高" in told.words.zh
    assert not once.diagnostics


def test_several_minima_are_told_of_even_where_the_ordinary_search_found_the_lowest():
    fit = sme.fit("f =~ a + b + c + d + e + g", cov=two_blocks(), n=300, std_lv=True, starts=30, seed=1)
    assert list(said(fit)) == ["local_minima"]
    assert "The ordinary start" not in said(fit)["local_minima"].message


def test_the_same_seed_gives_the_same_searches():
    twice = [
        sme.fit(TWO_MINIMA, cov=two_blocks(), n=300, std_lv=True, starts=8, seed=5).diagnostics[0].message
        for _ in range(2)
    ]
    assert twice[0] == twice[1]


@pytest.mark.parametrize("starts", [-1, 2.5, True, "many"])
def test_a_number_of_starts_is_asked_for(starts):
    with pytest.raises(sme.SpecificationError, match="give how many random starts to search from, such as starts=20"):
        sme.fit(MODEL, pupils(), starts=starts)


# --- a search that failed --------------------------------------------------------------------------

AGAINST = "f =~ a + b + c + -1*d; g =~ e + h + k; f ~ z"  # d is keyed as the others are


def keyed_alike(seed):
    population = "f =~ 0.8*a + 0.7*b + 0.6*c + 0.7*d; g =~ 0.8*e + 0.7*h + 0.6*k; f ~ 0.4*z; z ~~ 1*z; g ~ 0.3*f"
    return sme.simulate(population, 150, seed=seed)


@pytest.mark.parametrize("seed", [17, 24])
def test_a_search_that_failed_gets_a_second_chance_and_says_so(seed):
    fit, asked = sme.fit(AGAINST, keyed_alike(seed)), sme.fit(AGAINST, keyed_alike(seed), starts=20, seed=3)
    (said,) = [d for d in fit.diagnostics if d.code == "second_chance"]
    assert said.message.startswith("the ordinary search did not converge. But ")
    assert fit.measures()["chisq"] == pytest.approx(asked.measures()["chisq"], rel=1e-9)
    np.testing.assert_array_equal(fit.theta, sme.fit(AGAINST, keyed_alike(seed)).theta)


def test_fewer_iterations_are_what_was_asked_for():
    with pytest.raises(sme.ConvergenceError):
        sme.fit(AGAINST, keyed_alike(17), max_iterations=99)
