"""What was answered: files of answers read, checked against the instrument, and screened."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .origin import Provenance, provenance
    from .quality import ResponseQuality, response_quality
    from .quality_indices import Cutoffs
    from .read import PLATFORMS, read_responses
    from .responses import Responses
    from .sample import sample_numbers, sample_table
    from .screening import Screening, screen

# name -> module; a model fitted to a table needs no reader of files
_HOME = {
    "Cutoffs": "quality_indices",
    "PLATFORMS": "read",
    "Provenance": "origin",
    "ResponseQuality": "quality",
    "Responses": "responses",
    "Screening": "screening",
    "provenance": "origin",
    "read_responses": "read",
    "response_quality": "quality",
    "sample_numbers": "sample",
    "sample_table": "sample",
    "screen": "screening",
}

__all__ = [
    "PLATFORMS",
    "Cutoffs",
    "Provenance",
    "ResponseQuality",
    "Responses",
    "Screening",
    "provenance",
    "read_responses",
    "response_quality",
    "sample_numbers",
    "sample_table",
    "screen",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
