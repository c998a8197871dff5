"""A module named alone is imported by way of its package, as in use: else it hides a function that has its name."""

from importlib import import_module
from pathlib import Path

_HERE = Path(__file__).parent


def pytest_collect_file(file_path: Path) -> None:
    """Import the package of a module whose examples are to be tested."""
    if file_path.suffix == ".py" and file_path.is_relative_to(_HERE / "sme_sem"):
        import_module(".".join(file_path.parent.relative_to(_HERE).parts))
