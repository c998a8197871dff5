"""The independence model, which CFI and its kin compare a model with."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from .parameters import Parameter, ParameterTable


@lru_cache(maxsize=64)
def baseline_table(table: ParameterTable) -> ParameterTable:
    """The independence model of the same variables: variances, means and thresholds, and covariates as they are."""
    covariates = set(table.covariates)
    rows: list[Parameter] = []
    count = 0
    for group in range(table.groups):
        pairs = [(n, n) for n in table.observed if n not in covariates]
        pairs += [(a, b) for i, a in enumerate(table.covariates) for b in table.covariates[i:]]
        relations = [(a, "~~", b) for a, b in pairs]
        relations += [(n, "~1", "") for n in table.observed] if table.means else []
        if table.ordered:
            relations += [(n, "|", t) for n, t in table.thresholds if t]
            relations += [(n, "~", x) for n in table.observed for x in table.exogenous if n not in covariates]
        for lhs, op, rhs in relations:
            given, ordered = lhs in table.exogenous, lhs in table.ordered
            free = not given and not (ordered and op in ("~~", "~1"))
            value = 0.0 if op == "~1" else 1.0
            derived = ordered and op == "~~" and table.delta
            fixed = np.nan if free or given or derived else value
            rows.append(Parameter(lhs, op, rhs, group, count if free else -1, fixed, exogenous=given, derived=derived))
            count += free
    return replace(table, latent=(), parameters=tuple(rows), definitions=(), sums=(), bounds=(), composites=())
