"""A light reading of lavaan syntax: which variables a model text names.

Enough to see whether a structure names constructs that exist.  Whether the text is a
correct model is for :mod:`sme_sem.syntax` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..letters import NAME

_NAME = re.compile(NAME)
_OPERATOR = re.compile(r"=~|<~|~\*~|~~|~|:=|==|<|>|\|")


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of a model: variables on the left, an operator, variables or products of them (``A:B``) on the right."""

    left: tuple[str, ...]
    operator: str
    right: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The variables of both sides, each factor of a product for itself."""
        return tuple(name for term in self.left + self.right for name in factors(term))


def statements(text: str) -> Iterator[Statement]:
    """Read the statements about variables; constraints and definitions speak of labels and are passed over.

    >>> [s.names for s in statements("BMI ~ a*MKT + CAP  # drivers")]
    [('BMI', 'MKT', 'CAP')]
    """
    for line in _logical_lines(text):
        operator = _OPERATOR.search(line)
        if operator and operator[0] in ("=~", "<~", "~", "~~"):
            yield Statement(_terms(line[: operator.start()]), operator[0], _terms(line[operator.end() :]))


def factors(term: str) -> tuple[str, ...]:
    """Name the variables that a term multiplies: one, or the two of a product.

    >>> factors("RT:DF"), factors("RT")
    (('RT', 'DF'), ('RT',))
    """
    return tuple(term.split(":"))


def product_construct(term: str) -> str:
    """Name the construct that measures a product, as :func:`sme_sem.with_products` does.

    >>> product_construct("RT:DF"), product_construct("RT")
    ('RTxDF', 'RT')
    """
    return "x".join(factors(term))


def paths(text: str) -> frozenset[tuple[str, str]]:
    """Collect the regressions of a model as (outcome, cause) pairs; a cause may be a product.

    >>> sorted(paths("cusa ~ COMP + COMP : LIKE"))
    [('cusa', 'COMP'), ('cusa', 'COMP:LIKE')]
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


def _terms(side: str) -> tuple[str, ...]:
    """Name the variables and products of a sum such as ``a*MKT + start(.5)*CAP + MKT:CAP``."""
    terms = (term.rpartition("*")[2].split(":") for term in side.split("+"))
    parts = ([part.strip() for part in term] for term in terms)
    return tuple(":".join(part) for part in parts if all(map(_NAME.fullmatch, part)))
