"""Questions whose categories have no order, in models: a path for every category but the first, the reference.

``use ~ region`` becomes ``use ~ region.2 + region.3``, with columns of 0 and 1; the reference is the first category
that somebody chose, and a category that nobody chose has no path.  Two categories are a number as they are.  A model
may name the columns itself, to put labels or values on their paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from ..errors import SmeSemError, SpecificationError
from ..instrument import Instrument
from ..instrument.options import is_quantity, option_name
from ..instrument.syntax import factors
from ..sem.specification import Specification
from ..syntax import DEFINING, Term
from ..tables import Text, Words, joined
from .dummies import IN_ORDER, NAMED, REFERENCE, alone, refuse_outcome


@dataclass(frozen=True)
class Categories:
    """One question: the code of each column, what to print for it, and why it cannot stand in a model.

    codes : of the categories somebody chose, by the name of their columns; the first is the reference
    empty : labels of the categories nobody chose
    """

    codes: Mapping[str, Any]
    labels: Mapping[str, Text]
    title: Text
    reference: Text
    empty: tuple[Text, ...]
    problem: SmeSemError | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that a path stands for: all but the reference's."""
        return tuple(self.codes)[1:]


@dataclass(frozen=True)
class CategoryPaths:
    """What stands in models for the questions of an instrument whose categories have no order; by question."""

    questions: Mapping[str, Categories] = field(default_factory=dict)

    def labels(self, instrument: Instrument) -> dict[str, Text]:
        """What to print for the constructs and variables of an instrument, and for the columns beside them."""
        own = (label for one in self.questions.values() for label in one.labels.items())
        return {**instrument.labels(), **dict(own)}

    def only(self, models: Iterable[str]) -> CategoryPaths:
        """Keep the questions that models name, by themselves or by one of their columns."""
        named = {n for model in models for name in Specification.read(model).variables for n in factors(name)}
        return CategoryPaths({q: one for q, one in self.questions.items() if not named.isdisjoint((q, *one.codes))})

    def added_to(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Give the answers with the columns; a gap stays one."""
        made = {
            column: frame[name].map({other: float(other == code) for other in one.codes.values()}).astype(float)
            for name, one in self.questions.items()
            if name in frame and one.problem is None
            for column, code in one.codes.items()
        }
        return pd.concat([frame, pd.DataFrame(made, index=frame.index)], axis=1) if made else frame

    def columns_of(self, name: str) -> tuple[str, ...]:
        """The columns that stand for a variable: its own name, unless it is one of the questions."""
        if name not in self.questions:
            return (name,)
        one = self.questions[name]
        if one.problem is not None:
            raise one.problem
        return one.columns

    def standing_for(self, name: str) -> set[str]:
        """A variable and, of a question, the columns of all its categories."""
        return {name, *(self.questions[name].codes if name in self.questions else ())}

    def written(self, model: str) -> str:
        """Write a model with a path for every category; one that names no question stays as it is.

        Raises :class:`~sme_sem.errors.SpecificationError` where a question stands for something else than a plain
        predictor.
        """
        read = Specification.read(model)
        if not any(self._named(term) for term in read.relations):
            return model
        return str(Specification(()).add_terms(new for term in read.terms for new in self._expanded(term)))

    def notes(self, variables: Iterable[str]) -> tuple[Words, ...]:
        """Say with which category those in a model are compared; nothing of a model without any."""
        known = set(variables)
        present = [one for one in self.questions.values() if not known.isdisjoint(one.columns)]
        if not present:
            return ()
        note = _COMPARED.filled(
            names=joined((REFERENCE.filled(name=o.title, reference=o.reference) for o in present), ", ", "、")
        )
        empty = [NAMED.filled(name=one.title, category=label) for one in present for label in one.empty]
        return (note, _EMPTY.filled(names=joined(empty, ", ", "、"))) if empty else (note,)

    def _named(self, term: Term) -> list[str]:
        """The questions that a relation names."""
        if term.op in DEFINING:
            return []
        return [name for side in (term.lhs, term.rhs) for name in factors(side) if name in self.questions]

    def _expanded(self, term: Term) -> Iterator[Term]:
        """A path from a question as one from each of its columns; anything else as it is."""
        named = self._named(term)
        if not named:
            yield term
            return
        name = named[0]
        if term.op in ("~", "~1") and term.lhs == name:
            raise refuse_outcome(name)
        plain = term == Term(term.lhs, term.op, term.rhs)
        if term.op != "~" or term.rhs != name or not plain:
            example = " + ".join(self.columns_of(name))
            raise SpecificationError(_NO_PREDICTOR.filled(relation=str(Specification((term,))), name=name, own=example))
        for column in self.columns_of(name):
            yield replace(term, rhs=column)


def category_paths(instrument: Instrument, frame: pd.DataFrame) -> CategoryPaths:
    """Find the questions of categories without order, more than two, and those that somebody chose.

    Parameters
    ----------
    instrument
        Whose background questions they are.
    frame
        The answers that are analysed; a question without a column is passed over.
    """
    titles = instrument.labels()
    asked = ((name, own) for name, own in instrument.nominal.items() if name in frame and not is_quantity(own))
    return CategoryPaths({name: _categories(name, titles[name], own, frame) for name, own in asked})


def _categories(name: str, title: Text, labels: Mapping[int | str, Words], frame: pd.DataFrame) -> Categories:
    answered = set(frame[name].dropna().unique())
    chosen = [code for code in labels if code in answered]
    codes = {option_name(name, code): code for code in chosen}
    shown = {column: NAMED.filled(name=title, category=labels[code]) for column, code in codes.items()}
    empty = tuple(label for code, label in labels.items() if code not in answered)
    reference = labels[chosen[0]] if chosen else ""
    return Categories(codes, shown, title, reference, empty, _problem(name, chosen, codes, frame))


def _problem(name: str, chosen: list[int | str], codes: Mapping[str, Any], frame: pd.DataFrame) -> SmeSemError | None:
    if len(chosen) < 2:
        return alone(name)
    taken = [column for column in codes if column in frame]
    if taken or len(codes) < len(chosen):
        return SpecificationError(_TAKEN.filled(name=name, column=taken[0] if taken else next(iter(codes))))
    return None


_TAKEN = Words(
    "{name}: the column of one of its categories would be called {column}, like another. Rename or recode one.",
    "{name}：其某一类别对应的列名{column}与其他列重复。请重新命名或重新编码。",
)
_NO_PREDICTOR = Words(
    "'{relation}': {name} is a question of categories without order, whose codes are no quantity. In a model it can be "
    "a predictor, 'y ~ {name}', without label, value or product; these go with the columns of its categories: {own}. "
    + IN_ORDER.en,
    "“{relation}”：{name}为无序类别题，其编码不是数量。在模型中可作为自变量（y ~ {name}），但不可带标签、取值或乘积；"
    "这些可用于其各类别的列：{own}。" + IN_ORDER.zh,
)
_COMPARED = Words(
    "Paths from categories compare each with the reference: {names}.", "类别变量的各路径均与参照组比较：{names}。"
)
_EMPTY = Words("Nobody is in: {names}.", "无人属于：{names}。")
