"""A light reading of lavaan syntax: which variables a model text names.

Enough to see whether a structure names constructs that exist.  Whether the text is a
correct model is for :mod:`sme_sem.sem` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAME = re.compile(r"[^\W\d][\w.]*")
_OPERATOR = re.compile(r"=~|~\*~|~~|~|:=|==|<|>|\|")


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of a model: variables on the left, an operator, variables on the right."""

    left: tuple[str, ...]
    operator: str
    right: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The variables of both sides."""
        return self.left + self.right


def statements(text: str) -> Iterator[Statement]:
    """Read the statements about variables; constraints and definitions speak of labels and are passed over.

    >>> [s.names for s in statements("BMI ~ a*MKT + CAP  # drivers")]
    [('BMI', 'MKT', 'CAP')]
    """
    for line in _logical_lines(text):
        operator = _OPERATOR.search(line)
        if operator and operator[0] in ("=~", "~", "~~"):
            yield Statement(_variables(line[: operator.start()]), operator[0], _variables(line[operator.end() :]))


def paths(text: str) -> frozenset[tuple[str, str]]:
    """Collect the regressions of a model as (outcome, cause) pairs.

    >>> sorted(paths("cusa ~ COMP + LIKE"))
    [('cusa', 'COMP'), ('cusa', 'LIKE')]
    """
    regressions = (s for s in statements(text) if s.operator == "~")
    return frozenset((outcome, cause) for s in regressions for outcome in s.left for cause in s.right)


def _logical_lines(text: str) -> list[str]:
    """Drop comments and empty lines; join a line that ends or begins in mid-sum to its neighbour."""
    lines: list[str] = []
    for raw in re.split(r"[\n;]", re.sub(r"[#!].*", "", text)):
        line = raw.strip()
        if line and lines and (lines[-1][-1] in "+~*=:<>(," or line[0] in "+*)"):
            lines[-1] += f" {line}"
        elif line:
            lines.append(line)
    return lines


def _variables(side: str) -> tuple[str, ...]:
    """Name the variables of a sum such as ``a*MKT + start(.5)*CAP + MKT:CAP``."""
    terms = (term.rpartition("*")[2] for term in side.split("+"))
    parts = (part.strip() for term in terms for part in term.split(":"))
    return tuple(part for part in parts if _NAME.fullmatch(part))
