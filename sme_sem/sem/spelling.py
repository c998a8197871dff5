"""Options by name: capitals, dots and hyphens do not matter, as in lavaan."""

from __future__ import annotations

from typing import TypeVar

from ..errors import SpecificationError

_T = TypeVar("_T", bound=str)


def chosen(name: str, value: _T, allowed: tuple[_T, ...], note: object = "") -> _T:
    """Look up which of the allowed values is meant; the message lists what is possible.

    >>> chosen("estimator", "mlr", ("ML", "MLR")), chosen("se", "robust.sem", ("standard", "robust_sem"))
    ('MLR', 'robust_sem')
    """
    for one in allowed:
        if means(value, one):
            return one
    raise SpecificationError(f"{name}={value!r} is not available; it can be {', '.join(map(repr, allowed))}.{note}")


def means(value: object, name: str) -> bool:
    """Whether an option is the one of that name."""
    return isinstance(value, str) and plain(value) == plain(name)


def missing_of(value: str) -> str:
    """Read ``missing=``; ``"ml"`` and ``"direct"`` are lavaan's other names for ``"fiml"``, each also with ``".x"``.

    >>> missing_of("ML"), missing_of("robust.two.stage"), missing_of("ml.x")
    ('fiml', 'robust_two_stage', 'fiml')
    """
    name = plain(value) if isinstance(value, str) else value
    return "fiml" if name in ("ml", "direct", *_WITH_COVARIATES) else name


def covariates_too(missing: str) -> bool:
    """Whether ``missing=`` asks for answers to covariates to be modelled, ``"fiml.x"``, and not taken as given."""
    return any(means(missing, name) for name in _WITH_COVARIATES)


_WITH_COVARIATES = ("fiml_x", "ml_x", "direct_x")


def plain(value: str) -> str:
    """Write a name as it is compared.

    >>> plain("Satorra.Bentler")
    'satorra_bentler'
    """
    return value.lower().replace(".", "_").replace("-", "_")
