"""The fits of a multiverse in the ledger of the answers: each with the levels it rests on, and how many there were.

A model that was named before anything was fitted keeps its label; every other one is post hoc.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import SmeSemError
from ..ledger import HYPOTHESIZED, PLANNED_RIVAL, POST_HOC, Entry, label_of, read, record, versions
from ..responses.files import read_table
from ..sem.specification import Specification
from ..tables.storing import require_path
from .plans import Base, Plan


@dataclass(frozen=True, eq=False)
class Book:
    """Where fits are recorded, of which answers, and what the models named beforehand are labelled."""

    path: Path
    sha256: str
    named: Mapping[str, str]

    def record(
        self,
        combined: Sequence[Mapping[str, str]],
        plans: Sequence[Plan],
        entries: Sequence[Entry | None],
        reasons: Sequence[str],
    ) -> None:
        """Enter every different analysis once, the failed ones with the reason; what contradicts itself was no fit."""
        known = read(self.path)
        own: dict[Any, Entry] = {}
        numbered = enumerate(zip(combined, plans, entries, reasons, strict=True), start=1)
        for number, (levels, plan, found, reason) in numbered:
            if plan.model is None or plan.key in own:
                continue
            told = found or self._failed(plan, reason)
            label = label_of(known, self.sha256, told.specification, self.named.get(told.specification, POST_HOC))
            options = {**told.options, "choices": dict(levels)}
            own[plan.key] = replace(told, options=options, label=label, name=f"multiverse {number}")
        record(self.path, [replace(one, looked_at=len(own)) for one in own.values()])

    def _failed(self, plan: Plan, reason: str) -> Entry:
        options = {name: str(value) for name, value in plan.options.items()}
        return Entry(self.sha256, str(plan.model), options, versions(), POST_HOC, outcome={"reason": reason})


def book_of(study_or_model: Any, base: Base, ledger: str | Path | None) -> Book | None:
    """Find where fits are recorded: the file given, the study's own, or nowhere."""
    if ledger is not None:
        require_path(ledger, "ledger")
    if base.responses is None:
        return None if ledger is None else Book(Path(ledger), read_table(base.frame).sha256, {})
    path, instrument = ledger or study_or_model.ledger, study_or_model.instrument
    if path is None:
        return None
    known = {HYPOTHESIZED: [instrument.hypothesized], PLANNED_RIVAL: instrument.rivals}
    named = {
        text: label
        for label in (PLANNED_RIVAL, HYPOTHESIZED)
        for name in known[label]
        if name and (text := _text_of(base, name))
    }
    return Book(Path(path), base.responses.sha256, named)


def _text_of(base: Base, name: str) -> str:
    """Write a model out as its fits have it; nothing for one that cannot be fitted."""
    try:
        return str(Specification.read(base.categories.written(base.models[name])))
    except SmeSemError:
        return ""
