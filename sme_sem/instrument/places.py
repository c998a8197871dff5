"""Where the shipped instruments lie.

In a wheel they are ``sme_sem/instruments``; in a checkout, ``instruments`` beside the package.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

SUFFIX = ".yaml"


def folder() -> Path:
    """Find the folder of the shipped instruments."""
    package = Path(str(resources.files(__package__))).parent
    shipped = package / "instruments"
    return shipped if shipped.is_dir() else package.parent / "instruments"


def names() -> tuple[str, ...]:
    """Name the shipped instruments, in alphabetical order."""
    return tuple(sorted(path.stem for path in folder().glob(f"*{SUFFIX}")))
