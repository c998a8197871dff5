"""Questions whose categories have no order, as predictors: a column for every category but the first, the reference.

A column is called after the question and the code, ``region=2``; its slope compares that category with the reference.
A category that nobody chose has no column, and the reference is the first that somebody chose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import pandas as pd

from ..arguments import require_kind
from ..errors import DataProblem, SpecificationError
from ..tables import Text, Words, joined
from ..words import at
from .differences import known_columns

Categories = Mapping[str, Mapping[Any, Text]]
"""By question, what to print for each of its codes."""


class Dummies(NamedTuple):
    """A question's columns, what to print for each, the category they are compared with, and those without answers.

    title : what to print for the question
    """

    title: Text
    columns: pd.DataFrame
    labels: Mapping[str, Text]
    reference: Text
    empty: tuple[Text, ...]


def categories_of(
    frame: pd.DataFrame, categorical: Categories | Sequence[str], scales: Mapping[str, Any]
) -> Categories:
    """Read what says which columns hold categories: names with labels of codes, or names alone.

    Of an instrument's questions those count that the answers have and that are no scale.
    """
    if isinstance(categorical, Mapping):
        for name, labels in categorical.items():
            require_kind(f"categorical[{name!r}]", labels, Mapping, _LABELS)
        return {name: own for name, own in categorical.items() if name in frame.columns and name not in scales}
    names = known_columns(frame, categorical, "categorical")
    return {name: {code: str(code) for code in _codes(frame[name])} for name in names}


def _codes(column: pd.Series[Any]) -> list[Any]:
    """The codes of a column in their order, numbers before texts; whole ones without a point."""
    codes = [int(c) if isinstance(c, float) and c.is_integer() else c for c in column.dropna().unique().tolist()]
    return sorted(codes, key=lambda code: (isinstance(code, str), code))


def numbered(frame: pd.DataFrame, categories: Categories) -> pd.DataFrame:
    """Put the place of its category for each code, so that any code is a number; gaps stay."""
    places = {}
    for name, labels in categories.items():
        places[name] = frame[name].map({code: float(place) for place, code in enumerate(labels)})
        if strange := frame.loc[places[name].isna() & frame[name].notna(), name].unique().tolist():
            raise DataProblem(at(str(name), _STRANGE.filled(codes=joined(map(repr, strange[:8]), ", ", "、"))))
    return frame.assign(**{str(name): own.astype(float) for name, own in places.items()})


def dummies(name: str, places: pd.Series[Any], labels: Mapping[Any, Text], title: Text = "") -> Dummies:
    """Make the columns of one question from the places that :func:`numbered` gave; without a title it has its name.

    >>> made = dummies("region", pd.Series([0.0, 1.0, 0.0]), {1: "Harbin", 2: "Daqing", 3: "Jixi"})
    >>> made.columns.to_dict("list"), made.reference, made.empty
    ({'region=2': [0.0, 1.0, 0.0]}, 'Harbin', ('Jixi',))
    """
    codes = list(labels)
    chosen = [place for place in range(len(codes)) if (places == place).any()]
    if len(chosen) < 2:
        raise alone(name)
    reference, *others = chosen
    columns = {f"{name}={codes[place]}": (places == place).astype(float) for place in others}
    asked = title or name
    shown = {f"{name}={codes[place]}": NAMED.filled(name=asked, category=labels[codes[place]]) for place in others}
    empty = tuple(labels[code] for place, code in enumerate(codes) if place not in chosen)
    return Dummies(asked, pd.DataFrame(columns), shown, labels[codes[reference]], empty)


def expanded(factors: Sequence[str], made: Mapping[str, Dummies]) -> list[tuple[str, ...]]:
    """Write a predictor, or a product's factors, by the columns of its categories.

    >>> expanded(("size", "trust"), {})
    [('size', 'trust')]
    """
    return list(product(*(tuple(made[name].labels) if name in made else (name,) for name in factors)))


def note_of(made: Mapping[str, Dummies]) -> Words:
    """Say with which category of each question the others are compared."""
    said = [REFERENCE.filled(name=one.title, reference=one.reference) for one in made.values()]
    empty = [NAMED.filled(name=one.title, category=label) for one in made.values() for label in one.empty]
    note = _COMPARED.filled(names=joined(said, ", ", "、"))
    return note + _EMPTY.filled(names=joined(empty, ", ", "、")) if empty else note


def alone(name: str) -> DataProblem:
    """Say that there are no categories to compare."""
    return DataProblem(_ALONE.filled(name=name))


def refuse_outcome(name: str) -> SpecificationError:
    """Say that codes of categories cannot be explained as if they were a quantity."""
    return SpecificationError(_OUTCOME.filled(name=name))


def refuse_control(name: str) -> SpecificationError:
    """Say that codes of categories cannot be held constant as if they were a quantity."""
    return SpecificationError(at("controls", _CONTROL.filled(name=name) + IN_ORDER))


_CONTROL = Words(
    "{name} is a question of categories without order, and its codes are no quantity to hold constant. Take it as a "
    "predictor of a regression, which compares its categories: 'Y ~ X + {name}'. ",
    "{name}为无序类别题，其编码不是可保持不变的数量。请作为回归的自变量，以比较其各类别：'Y ~ X + {name}'。",
)


IN_ORDER = Words(
    "If its categories stand in order, write 'ordered: true' to it in the instrument.",
    "若各类别有序，请在问卷文件中为该题注明ordered: true。",
)
NAMED = Words("{name}: {category}", "{name}：{category}")
REFERENCE = Words("{name} ({reference})", "{name}（{reference}）")
_LABELS = Words("labels by code, such as {1: 'Harbin', 2: 'Daqing'}", "按编码列出的标签，如{1: 'Harbin', 2: 'Daqing'}")
_STRANGE = Words("{codes} is none of its categories.", "{codes}不属于其任何类别。")
_ALONE = Words(
    "{name}: everybody is in the same category, so there is nothing to compare. Leave it out.",
    "{name}：所有受访者属于同一类别，无从比较。请删去该变量。",
)
_OUTCOME = Words(
    "{name} is a question of categories without order, and its codes are no quantity to be explained. Take a "
    "construct or a number as the outcome, and {name} as a predictor; explaining a category needs a logistic "
    "regression. " + IN_ORDER.en,
    "{name}为无序类别题，其编码不是可被解释的数量。请以构念或数值变量为因变量，以{name}为自变量；以类别为因变量需用"
    "logistic回归。" + IN_ORDER.zh,
)
_COMPARED = Words(
    "Slopes of categories compare each with the reference: {names}. To test all categories of a question at once, add "
    "it in a step of its own. Where they stand in order, 'ordered: true' in the instrument takes codes as a number.",
    "类别变量的各系数均与参照组比较：{names}。如需整体检验某一变量，请在单独一步中加入；若各类别有序，可在问卷中注明"
    "ordered: true，以其编码为数值。",
)
_EMPTY = Words(" Nobody is in: {names}.", "无人属于：{names}。")
