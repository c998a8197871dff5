"""Constraints between parameters: ``a == 2*b``, ``a > b + 0.3``.

Parameters with one label are one parameter already; what is written with ``==``, ``<`` or ``>`` comes here.
"""

from __future__ import annotations

import numpy as np

from ..kernels.constrained import Restrictions
from .expressions import Quantity, define, evaluate
from .parameters import ParameterTable


def restrictions(table: ParameterTable, theta: np.ndarray) -> Restrictions:
    """Evaluate the constraints at some parameter values: equalities first, inequalities as ``>= 0``."""
    q = table.n_free
    known: dict[str, Quantity] = {}
    for p in table.parameters:
        if p.label and p.label not in known:
            unit = np.zeros(q)
            if p.free:
                unit[p.index] = 1
            known[p.label] = Quantity(np.asarray(theta[p.index] if p.free else p.value), unit)
    known |= define(table.definitions, known)
    equal: list[Quantity] = []
    unequal: list[Quantity] = []
    for term in table.definitions:
        if term.op == ":=":
            continue
        left, right = evaluate(term.lhs, known), evaluate(term.rhs, known)
        if term.op == "<":
            left, right = right, left
        difference = Quantity(left.value - right.value, np.broadcast_to(left.gradient - right.gradient, (q,)))
        (equal if term.op == "==" else unequal).append(difference)
    both = [*equal, *unequal]
    values = np.array([float(d.value) for d in both])
    slopes = np.array([d.gradient for d in both]).reshape(len(both), q)
    return Restrictions(values, slopes, len(equal))


def constrained(table: ParameterTable) -> bool:
    """Whether the model has such constraints."""
    return any(term.op != ":=" for term in table.definitions)
