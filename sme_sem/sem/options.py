"""The choices that turn a specification into a parameter table and a fit, each with the field's default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..errors import SpecificationError

Preset = Literal["sem", "growth", "explicit"]


@dataclass(frozen=True)
class Options:
    """What was asked of a fit, in lavaan's words.

    preset : ``"sem"`` (also for CFA), ``"growth"`` or ``"explicit"`` (nothing is added to the model)
    likelihood : ``"normal"`` divides by n, ``"wishart"`` by n - 1 (as AMOS and LISREL do)
    fixed_x : exogenous observed variables keep their sample moments and cost no parameters
    """

    estimator: str = "ML"
    missing: str = "listwise"
    preset: Preset = "sem"
    std_lv: bool = False
    orthogonal: bool = False
    fixed_x: bool = True
    meanstructure: bool = False
    likelihood: Literal["normal", "wishart"] = "normal"
    information: Literal["expected", "observed"] = "expected"
    max_iterations: int = 300


def chosen(name: str, value: str, allowed: tuple[str, ...], note: str = "") -> str:
    """Check an option's spelling; the message lists what is possible."""
    if value in allowed:
        return value
    raise SpecificationError(f"{name}={value!r} is not available; it can be {', '.join(map(repr, allowed))}.{note}")
