"""A small study on disk: an instrument of two constructs, drawn answers, a study file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from sme_sem.simulation import simulate
from sme_sem.synthetic import categorised

INSTRUMENT: dict[str, Any] = {
    "name": "small",
    "title": {"en": "Trust and use", "zh": "信任与使用"},
    "response_scales": {"agreement": {"lowest": 1, "highest": 5, "missing_codes": [-99]}},
    "constructs": [
        {
            "name": "TRUST",
            "label": {"en": "Trust", "zh": "信任"},
            "items": [{"id": f"t{i}", "wording": {"en": f"Trust, {i}.", "zh": f"信任{i}。"}} for i in (1, 2, 3)],
        },
        {
            "name": "USE",
            "label": {"en": "Use", "zh": "使用"},
            "items": [
                {"id": "u1", "wording": "We use it daily."},
                {"id": "u2", "wording": "We use it gladly."},
                {"id": "u3", "wording": "We avoid it.", "reversed": True},
            ],
        },
    ],
    "background": [
        {"id": "city", "label": "City", "wording": "Where?", "categories": {1: "Harbin", 2: "Daqing"}},
        {"id": "age", "label": "Age", "wording": "How old?", "kind": "numeric"},
    ],
    "metadata": [{"id": "respondent", "meaning": "respondent_id"}],
    "models": {
        "direct": {"title": {"en": "Direct", "zh": "直接"}, "structure": "USE ~ TRUST"},
        "reverse": {"title": {"en": "The other way", "zh": "反向"}, "structure": "TRUST ~ USE"},
        "with_age": {"title": {"en": "With age", "zh": "含年龄"}, "structure": "USE ~ TRUST + age"},
    },
    "hypothesized": "direct",
    "rivals": ["reverse", "with_age"],
    "hypotheses": [
        {"id": "H1", "path": "USE ~ TRUST", "sign": "+", "text": "Trust raises use."},
        {"id": "H2", "path": "USE ~ age", "sign": "-", "text": "Age lowers use.", "model": "with_age"},
    ],
}
POPULATION = """
    TRUST =~ 0.8*t1 + 0.8*t2 + 0.7*t3
    USE =~ 0.8*u1 + 0.7*u2 + -0.7*u3
    USE ~ 0.5*TRUST
    TRUST ~~ 1*TRUST
    USE ~~ 0.75*USE
    t1 ~~ 0.36*t1; t2 ~~ 0.36*t2; t3 ~~ 0.51*t3
    u1 ~~ 0.36*u1; u2 ~~ 0.51*u2; u3 ~~ 0.51*u3
"""


def answers(n: int = 200, seed: int = 7) -> pd.DataFrame:
    """Codes as a survey platform exports them; u3 is answered as worded."""
    inclinations = simulate(POPULATION, n, seed=seed)
    codes = inclinations.apply(lambda column: categorised(column.to_numpy(), 1, 5))
    codes.insert(0, "respondent", [f"R{i}" for i in range(n)])
    return codes.assign(city=[1 + i % 2 for i in range(n)], age=[20 + 7 * i % 41 for i in range(n)])


def write_study(folder: Path, frame: pd.DataFrame | None = None, **choices: Any) -> Path:
    """Write instrument.yaml, answers.csv and study.yaml; a choice of None leaves its line out."""
    folder.mkdir(parents=True, exist_ok=True)
    write_yaml(folder / "instrument.yaml", choices.pop("document", INSTRUMENT))
    (answers() if frame is None else frame).to_csv(folder / "answers.csv", index=False)
    study = {"instrument": "instrument.yaml", "data": "answers.csv", **choices}
    return write_yaml(folder / "study.yaml", {k: v for k, v in study.items() if v is not None})


def write_yaml(path: Path, document: Any) -> Path:
    path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path from there."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
