"""The questionnaires the benchmarks fit: a model, and answers drawn from it with a fixed seed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

RESPONDENTS, SEED = 632, 2026
LOADINGS = (0.82, 0.76, 0.70, 0.79, 0.74)
Routes = dict[str, dict[str, float]]


@dataclass(frozen=True, eq=False)
class Questionnaire:
    """A model in lavaan's syntax with the answers to it."""

    name: str
    model: str
    answers: pd.DataFrame


def drawn(
    name: str, drivers: tuple[str, ...], routes: Routes, items_each: int, respondents: int = RESPONDENTS
) -> Questionnaire:
    """Draw five-point answers: correlated drivers, outcomes that the routes explain, items of every construct."""
    rng = np.random.default_rng(SEED)
    q = len(drivers)
    causes = rng.multivariate_normal(np.zeros(q), 0.35 + 0.65 * np.eye(q), respondents)
    scores = dict(zip(drivers, causes.T, strict=True))
    for outcome, weights in routes.items():
        explained = sum(weight * scores[cause] for cause, weight in weights.items())
        scores[outcome] = explained + 0.65 * rng.standard_normal(respondents)
    items = {construct: [f"{construct.lower()}_{i}" for i in range(1, items_each + 1)] for construct in scores}
    columns = {}
    for construct, own in items.items():
        for item, loading in zip(own, LOADINGS, strict=False):
            error = np.sqrt(1 - loading**2) * rng.standard_normal(respondents)
            columns[item] = np.clip(np.round(3 + loading * scores[construct] + error), 1, 5)
    lines = [f"{construct} =~ {' + '.join(own)}" for construct, own in items.items()]
    lines += [f"{outcome} ~ {' + '.join(weights)}" for outcome, weights in routes.items()]
    return Questionnaire(name, "\n".join(lines), pd.DataFrame(columns))


def small() -> Questionnaire:
    """9 items of 3 constructs, as in a textbook."""
    return drawn("small", ("VISUAL", "VERBAL", "SPEED"), {}, 3)


def full(respondents: int = RESPONDENTS) -> Questionnaire:
    """36 items of 9 constructs with 11 paths: 98 parameters."""
    drivers = ("MARKET", "TECH", "POLICY", "ENTRE", "CULTURE", "INTERNAL")
    routes: Routes = {
        "INNOV": dict(zip(drivers, (0.25, 0.15, 0.10, 0.20, 0.20, 0.10), strict=True)),
        "BMI": {"INNOV": 0.45, "MARKET": 0.20, "ENTRE": 0.15},
        "PERF": {"BMI": 0.40, "INNOV": 0.25},
    }
    return drawn("full", drivers, routes, 4, respondents)


def constructs_only() -> Questionnaire:
    """The 36 items without paths: their 9 constructs covary."""
    whole = full()
    lines = [line for line in whole.model.splitlines() if "=~" in line]
    return replace(whole, name="constructs", model="\n".join(lines))


def large() -> Questionnaire:
    """100 items of 20 constructs, 12 of them drivers of the others."""
    drivers = tuple(f"D{i}" for i in range(1, 13))
    outcomes = [f"Y{i}" for i in range(1, 9)]
    routes: Routes = {
        outcome: {drivers[i]: 0.4, drivers[i + 4]: 0.2} | ({outcomes[i - 1]: 0.3} if i else {})
        for i, outcome in enumerate(outcomes)
    }
    return drawn("large", drivers, routes, 5)


def with_gaps(whole: Questionnaire) -> Questionnaire:
    """8 % of the answers are missing, wherever."""
    gone = np.random.default_rng(SEED).random(whole.answers.shape) < 0.08
    return replace(whole, name=f"{whole.name}_gaps", answers=whole.answers.mask(gone))


def in_two_groups(whole: Questionnaire) -> Questionnaire:
    """Respondents come from two regions by turns."""
    region = np.where(np.arange(len(whole.answers)) % 2 == 0, "north", "south")
    return replace(whole, name=f"{whole.name}_groups", answers=whole.answers.assign(region=region))
