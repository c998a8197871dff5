"""Little's test: foreign values, its level and power, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.errors import DataProblem

REFERENCE = Path(__file__).parents[1] / "reference"
MODEL = "trust =~ .8*t1 + .8*t2 + .7*t3"


def test_little_agrees_with_the_formula_on_lavaans_moments():
    theirs = json.loads((REFERENCE / "efa.json").read_text("utf-8"))["mcar"]
    result = sme.mcar(pd.read_csv(REFERENCE / "hs_miss.csv").drop(columns="school"))
    assert result.chisq == pytest.approx(theirs["chisq"], rel=1e-8)
    assert result.pvalue == pytest.approx(theirs["p_value"], rel=1e-7)
    assert (result.df, result.n_patterns, result.n) == (theirs["df"], theirs["n_patterns"], 301)


def test_answers_lost_by_chance_are_seldom_rejected_and_others_often():
    by_chance, by_answer = [], []
    for seed in range(60):
        answers = sme.simulate(MODEL, 200, seed=seed)
        lost = np.random.default_rng(seed).random(len(answers)) < 0.25
        by_chance.append(sme.mcar(answers.assign(t3=answers["t3"].mask(lost))).pvalue)
        by_answer.append(sme.mcar(answers.assign(t3=answers["t3"].mask(answers["t1"] > 0.7))).pvalue)
    assert np.mean(np.array(by_chance) < 0.05) < 0.15
    assert 0.35 < np.mean(by_chance) < 0.65
    assert max(by_answer) < 1e-6


def test_respondents_without_any_answer_are_left_out_and_counted():
    answers = sme.simulate(MODEL, 100, seed=1)
    answers.loc[:9, "t1"] = np.nan
    silent = pd.concat([answers, pd.DataFrame(np.nan, index=range(3), columns=answers.columns)])
    result = sme.mcar(silent)
    assert (result.n, result.n_patterns, result.df) == (100, 2, 2)
    assert result.chisq == pytest.approx(sme.mcar(answers).chisq, rel=1e-10)
    assert result.notes[0].zh == "剔除未作答任何题项的受访者3名。"
    assert result.tables()[1].records()[0] == {"item": "t1", "missing": 13, "percent": pytest.approx(1300 / 103)}


def test_without_gaps_there_is_nothing_to_test():
    with pytest.raises(DataProblem, match=r"^no answer is missing, so there is nothing to test.$"):
        sme.mcar(sme.simulate(MODEL, 50, seed=1))


def test_an_item_that_does_not_vary_is_named():
    answers = sme.simulate(MODEL, 50, seed=1).assign(t2=3.0)
    answers.loc[3, "t1"] = np.nan
    with pytest.raises(DataProblem, match=r"^everybody gave the same answer to t2. Leave it out.$"):
        sme.mcar(answers)
