"""How many careless respondents the rule of several flags finds, and how many attentive ones it accuses.

Answers are drawn from the population of `bmi-drivers` (632 firms, 28 items, one attention check, durations); 5, 10 or
20 per cent of the respondents are then made careless, all in one way:

random      any answer to every item, the attention check included, at a usual pace
straight    one answer to every item, at a usual pace; one item in ten gets the neighbouring answer
speeding    the first third read, any answer to the rest, one to two seconds an item

Each survey is screened twice: with all that is known, and by the answers to the items alone.  Writes ``careless.md``
beside this file: ``python benchmarks/careless.py [surveys]`` (15).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import sme_sem as sme
from sme_sem.instrument import Instrument
from sme_sem.synthetic import draw_answers

HERE = Path(__file__).parent
INSTRUMENT, SURVEYS, SEED = "bmi-drivers", 15, 4711
KINDS, SHARES = ("random", "straight", "speeding"), (0.05, 0.10, 0.20)


def spoil(
    answers: pd.DataFrame, instrument: Instrument, kind: str, share: float, rng: np.random.Generator
) -> np.ndarray:
    """Make some respondents careless, in place; True for these."""
    careless = np.zeros(len(answers), dtype=bool)
    careless[rng.permutation(len(answers))[: round(share * len(answers))]] = True
    asked = [*instrument.item_ids, *(check.id for check in instrument.attention_checks)]
    n, always = int(careless.sum()), rng.random(int(careless.sum()))
    for place, name in enumerate(asked):
        codes = np.array(instrument.response_scale(name).codes)
        anything, one = rng.integers(len(codes), size=n), (always * len(codes)).astype(int)
        if kind == "straight":
            near = np.clip(one + rng.choice([-1, 1], size=n), 0, len(codes) - 1)
            answers.loc[careless, name] = codes[np.where(rng.random(n) < 0.1, near, one)]
        elif kind == "random" or place >= len(asked) // 3:
            answers.loc[careless, name] = codes[anything]
    if kind == "speeding":
        (duration,) = (column.id for column in instrument.metadata if column.meaning == "duration_s")
        answers.loc[careless, duration] = np.round(rng.uniform(1, 2, size=n) * len(instrument.item_ids)).astype(int)
    return careless


def traces(answers: pd.DataFrame, instrument: Instrument) -> dict[str, pd.DataFrame]:
    """The answers with everything that is known, and without attention check and duration."""
    beside = [check.id for check in instrument.attention_checks]
    beside += [column.id for column in instrument.metadata if column.meaning == "duration_s"]
    return {"everything": answers, "items alone": answers.drop(columns=beside)}


def line(kind: str, share: float, surveys: int) -> list[str]:
    """Rows of the table: recall and false alarms over as many surveys."""
    instrument = sme.load_instrument(INSTRUMENT)
    found: dict[str, list[tuple[float, float]]] = {}
    for seed in np.random.SeedSequence([SEED, KINDS.index(kind), round(100 * share)]).generate_state(surveys):
        answers = draw_answers(instrument, seed=int(seed))
        careless = spoil(answers, instrument, kind, share, np.random.default_rng([int(seed), 3]))
        for known, table in traces(answers, instrument).items():
            screening = sme.screen(sme.read_responses(table, instrument), ["careless"])
            flagged = ~screening.kept.to_numpy()
            found.setdefault(known, []).append((flagged[careless].mean(), flagged[~careless].mean()))
    rows = []
    for known, rates in found.items():
        recall, alarms = 100 * np.mean(rates, axis=0)
        rows.append(f"| {kind} | {100 * share:.0f} | {known} | {recall:.1f} | {alarms:.2f} |")
    return rows


def main(surveys: int) -> None:
    """Draw, spoil, screen, and write the table."""
    head = [
        "# Careless respondents found again",
        "",
        f"{surveys} surveys in each row, drawn from the population of `{INSTRUMENT}`: 632 respondents, 28 items on "
        "five points, some respondents made careless in one of three ways (see `careless.py`). Screened by the rule "
        "`careless` with its stated cut-offs: two flags or more. Recall: careless respondents found; false alarms: "
        "attentive ones flagged.",
        "",
        "| careless answers | share % | known | recall % | false alarms % |",
        "| --- | --- | --- | --- | --- |",
    ]
    rows = [row for kind in KINDS for share in SHARES for row in line(kind, share, surveys)]
    foot = ["", f"Made by `python benchmarks/careless.py {surveys}`."]
    (HERE / "careless.md").write_text("\n".join([*head, *rows, *foot]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SURVEYS)
