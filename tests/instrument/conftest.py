from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from instrument.small import SMALL


@pytest.fixture
def document() -> dict[str, Any]:
    """A complete small document, to be spoilt by a test."""
    return copy.deepcopy(SMALL)


@pytest.fixture
def written(tmp_path: Path):
    """Write a text, or bytes, into an instrument file."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "my.yaml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
