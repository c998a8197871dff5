"""How many components to keep: psych's values, planted dimensions, and what is refused."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.errors import DataProblem, SpecificationError

TWO = "a =~ .8*a1 + .7*a2 + .8*a3 + .7*a4; b =~ .8*b1 + .7*b2 + .8*b3 + .7*b4; a ~~ .3*b"
TWO += "".join(f"; {name}{i} ~~ {0.51 if i % 2 == 0 else 0.36}*{name}{i}" for name in "ab" for i in range(1, 5))


@pytest.fixture(scope="module")
def coarse():
    answers = sme.simulate(TWO, 400, seed=3)
    return answers.apply(lambda column: np.digitize(column, [-1.1, -0.2, 0.8]) + 1)


def test_eigenvalues_map_and_suggestions_agree_with_psych(survey, firms_survey_reference):
    own = firms_survey_reference
    result = sme.retention(survey)
    np.testing.assert_allclose(result.table["eigenvalue"], own["eigenvalues"], atol=1e-10)
    np.testing.assert_allclose(result.table["map"].to_numpy()[:12], own["map"], atol=1e-10)
    assert result.suggested == {"parallel": own["parallel_components"], "map": own["map_suggests"], "kaiser": 9}


@pytest.mark.parametrize(("noise", "theirs"), [("normal", "noise_95"), ("permutation", "resampled_95")])
def test_noise_agrees_with_psych_as_far_as_its_fifty_draws_reach(survey, firms_survey_reference, noise, theirs):
    limit = sme.retention(survey, noise=noise, draws=200).table["parallel_95"]
    np.testing.assert_allclose(limit, firms_survey_reference[theirs], atol=0.08)
    np.testing.assert_allclose(limit[3:], firms_survey_reference[theirs][3:], atol=0.04)


@pytest.mark.parametrize("correlation", ["pearson", "polychoric"])
def test_planted_dimensions_are_found(coarse, correlation):
    result = sme.retention(coarse, correlation=correlation, draws=40)
    assert result.suggested == {"parallel": 2, "map": 2, "kaiser": 2}
    assert (result.table["parallel_mean"] <= result.table["parallel_95"]).all()


def test_answers_without_anything_in_common_hold_no_component():
    rng = np.random.default_rng(5)
    suggested = [sme.retention(pd.DataFrame(rng.normal(size=(300, 8))), draws=100).suggested for _ in range(60)]
    assert np.mean([own["parallel"] > 0 for own in suggested]) < 0.15  # five in a hundred, by construction
    assert all(own["map"] == 0 and own["kaiser"] > 0 for own in suggested)


@pytest.mark.parametrize("noise", ["normal", "permutation"])
def test_the_same_seed_gives_the_same_numbers(coarse, noise):
    first, again, other = (sme.retention(coarse, seed=s, noise=noise, draws=30).table for s in (4, 4, 5))
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    assert not first["parallel_95"].equals(other["parallel_95"])


def test_the_tables_say_what_each_criterion_suggests_in_both_languages(coarse):
    suggested, values = sme.retention(coarse, draws=30).tables()
    assert [row["suggested"] for row in suggested.records()] == [2, 2, 2]
    assert suggested.records("zh")[0]["criterion"] == "平行分析"
    assert suggested.notes[-1].en.startswith("Parallel analysis: 30 samples of independent normal variables (seed 1)")
    assert len(values.rows) == 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"correlation": "spearman"},
            "correlation='spearman' is not available; it can be 'pearson', 'polychoric'. Did you mean 'pearson'?",
        ),
        ({"noise": "white"}, "noise='white' is not available; it can be 'normal', 'permutation'."),
        ({"correlation": "polychoric", "noise": "normal"}, "noise='normal' has no categories"),
        ({"draws": 3}, "draws=3: give a whole number, at least 20."),
    ],
)
def test_unknown_options_are_refused_with_the_known_ones(coarse, options, message):
    with pytest.raises(SpecificationError) as problem:
        sme.retention(coarse, **options)
    assert message in str(problem.value)


def test_polychoric_correlations_need_categories():
    answers = sme.simulate(TWO, 100, seed=1)
    with pytest.raises(DataProblem, match="a1 has 100 different answers; an ordered item has at most 20"):
        sme.retention(answers, correlation="polychoric")
