"""One relation between two variables of a model, ``lhs op rhs``, whatever else is known about it.

A loading and a path are both an arrow from cause to effect: ``trust =~ t1`` leads to the right, ``use ~ trust``
to the left.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Relation:
    """Two variables and the operator between them; ``rhs`` is empty for an intercept.

    >>> relation = Relation("use", "~", "trust")
    >>> f"{relation}: {relation.cause} → {relation.effect}"
    'use ~ trust: trust → use'
    """

    lhs: str
    op: str
    rhs: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two the same relation; ``a ~~ b`` is ``b ~~ a``."""
        if self.op == "~~" and self.rhs < self.lhs:
            return self.rhs, self.op, self.lhs
        return self.lhs, self.op, self.rhs

    @property
    def cause(self) -> str:
        """Where the arrow of a loading or a path begins; empty for what is no arrow."""
        return self.lhs if self.op == "=~" else self.rhs if self.op == "~" else ""

    @property
    def effect(self) -> str:
        """Where it ends."""
        return self.rhs if self.op == "=~" else self.lhs if self.op == "~" else ""

    def __str__(self) -> str:
        return f"{self.lhs} ~ 1" if self.op == "~1" else f"{self.lhs} {self.op} {self.rhs}"


def bare(text: str) -> str:
    """A relation's text without spaces, so that two ways to write it compare."""
    return text.replace(" ", "")


def circular(arrows: set[tuple[str, str]]) -> bool:
    """Whether some variable is among its own causes; an arrow is (effect, cause).

    >>> circular({("use", "trust"), ("trust", "use")}), circular({("use", "trust"), ("use", "cost")})
    (True, False)
    """
    left = arrows
    while left:
        effects = {effect for effect, _ in left}
        rest = {(effect, cause) for effect, cause in left if cause in effects}
        if rest == left:
            return True
        left = rest
    return False
