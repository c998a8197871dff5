"""What may be chosen, and what each choice does to the model, the respondents or the options of a fit.

=============  ======================================================================================================
``model``      whole models: lavaan syntax by name; of a study, names of its models
``paths``      relations added, ``"use ~ age"``, and taken out, ``"- use ~ price"``
``items``      indicators left out
``covariates`` observed variables that the outcomes and the constructs behind them are adjusted for
``screening``  of a study, rules of ``sme.screen``; of a data frame, a condition such as ``"seconds > 120"``
``subset``     a condition that respondents must meet, such as ``"region == 1"``
``estimator``  a name, or options of ``sme.fit`` such as ``{"estimator": "WLSMV", "ordered": True}``
``missing``    how gaps are met
``options``    any options of ``sme.fit``
=============  ======================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, NamedTuple

from ..arguments import chosen
from ..errors import SpecificationError
from ..sem.estimators import chosen_estimator
from ..sem.sampling import MISSING
from ..sem.spelling import missing_of
from ..suggestions import did_you_mean
from ..words import Words, at

CHOICES = ("model", "paths", "items", "covariates", "screening", "subset", "estimator", "missing", "options")
MOST = 100_000


class Choice(NamedTuple):
    """One thing to choose: its name, and the value of each level by the level's name."""

    name: str
    levels: Mapping[str, Any]


def read_choices(choices: Mapping[str, Any], place: str = "choices") -> tuple[Choice, ...]:
    """Read ``choices=``: a mapping of level names to values, or the values alone.

    place : what a refusal begins with; a study file has a name of its own for them

    >>> read_choices({"estimator": ["ML", "MLR"]})
    (Choice(name='estimator', levels={'ML': 'ML', 'MLR': 'MLR'}),)
    """
    if not isinstance(choices, Mapping) or not choices:
        raise SpecificationError(
            Words(
                f"choices= is a mapping such as {{'estimator': ['ML', 'MLR']}}; it can hold {', '.join(CHOICES)}.",
                f"choices=应写作如{{'estimator': ['ML', 'MLR']}}的映射；可含{'、'.join(CHOICES)}。",
            )
        )
    found = []
    for name, levels in choices.items():
        if name not in CHOICES:
            raise SpecificationError(
                _placed(
                    place,
                    Words(f"{name!r} is none of {', '.join(CHOICES)}.", f"{name!r}不在{'、'.join(CHOICES)}之中。")
                    + did_you_mean(str(name), CHOICES),
                )
            )
        found.append(Choice(name, _levels(name, levels)))
        for level in found[-1].levels.values():
            _require_known_names(name, level)
    combinations = prod(len(choice.levels) for choice in found)
    if combinations > MOST:
        raise SpecificationError(
            _placed(
                place,
                Words(
                    f"{combinations:,} combinations are too many to fit (at most {MOST:,}); leave out levels that "
                    "nobody would defend.",
                    f"{combinations:,}种组合过多，无法逐一拟合（至多{MOST:,}种）；请删去无人主张的选项。",
                ),
            )
        )
    return tuple(found)


def _placed(place: str, said: Words) -> Words:
    return at(place, said) if place else said


def combinations(choices: Sequence[Choice]) -> Iterator[dict[str, str]]:
    """Every combination of levels, by their names; the last choice changes fastest."""
    names = [choice.name for choice in choices]
    return (dict(zip(names, levels, strict=True)) for levels in product(*(choice.levels for choice in choices)))


def _levels(name: str, levels: Any) -> dict[str, Any]:
    if isinstance(levels, Mapping):
        found = {str(level): value for level, value in levels.items()}
    elif isinstance(levels, Sequence) and not isinstance(levels, str):
        found = {_shown(value): value for value in levels}
        if len(found) < len(levels):
            raise SpecificationError(
                at(
                    f"choices[{name!r}]",
                    Words("two levels are the same; state each once.", "有两个选项相同；每个只写一次。"),
                )
            )
    else:
        raise SpecificationError(
            at(
                f"choices[{name!r}]",
                Words(
                    f"give a list of levels, or a mapping of their names to values; got {levels!r}.",
                    f"应为选项的列表，或名称与取值的映射；实为{levels!r}。",
                ),
            )
        )
    if not found:
        raise SpecificationError(
            at(
                f"choices[{name!r}]",
                Words(
                    "has no level: name at least one, or leave the choice out.", "没有选项：请至少写一个，或删去此项。"
                ),
            )
        )
    return found


def _require_known_names(name: str, level: Any) -> None:
    """Refuse an estimator, and a way to meet gaps, of a name that there is not."""
    if name not in ("estimator", "missing", "options"):
        return
    options = level if isinstance(level, Mapping) else {name: level}
    if "estimator" in options:
        chosen_estimator(options["estimator"], None, None)
    if "missing" in options:
        chosen("missing", missing_of(options["missing"]), MISSING)


def _shown(value: Any) -> str:
    if value is None or value in ((), []):
        return "none"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return ", ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, Mapping) else str(value)
