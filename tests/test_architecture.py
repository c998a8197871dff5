"""Layers import downwards.  The list is the architecture; read it top to bottom.

Names on one line know each other: a fit may ask for standard errors from resampled fits.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import sme_sem

LAYERS = (
    "cli",
    "planning",
    "verification",
    "opening",
    "study",
    "beside_models",
    "study_models",
    "steps",
    "study_file",
    "sensitivity",
    "ledger",
    "downloads",
    "synthetic",
    "population",
    "simulation",
    "moderation",
    "report",
    "qualitative",
    "comparison",
    "imputation",
    "measurement",
    "multilevel",
    "sem resampling",
    "responses",
    "instrument",
    "syntax",
    "relation",
    "diagrams",
    "tables",
    "kernels",
    "tasks",
    "threads",
    "arguments",
    "suggestions",
    "errors",
    "words",
    "letters",
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names.split()}
PACKAGE = Path(sme_sem.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = {
    "docx",
    "factor_analyzer",
    "matplotlib",
    "networkx",
    "pingouin",
    "pypdf",
    "pyreadstat",
    "resvg_py",
    "rjieba",
    "semopy",
    "statsmodels",
    "xlsxwriter",
}


def layer(module):
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_modules(source, package):
    """Absolute names of what a module's text imports; `package` is the dotted name it lies in."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: 1 - node.level or None] if node.level else []
            start = ".".join([*parents, *filter(None, [node.module])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


def imports_of(module):
    package = ".".join(("sme_sem", *module.relative_to(PACKAGE).parts[:-1]))
    return imported_modules(module.read_text(encoding="utf-8"), package)


def imported_layers(module):
    names = (name.split(".") for name in imports_of(module))
    return {name[1] for name in names if name[0] == "sme_sem" and name[1:]}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from . import load", ["sme_sem.sem.load"]),
        ("from .load import read", ["sme_sem.sem.load.read"]),
        ("from .. import tables", ["sme_sem.tables"]),
        ("from ..report.html import page", ["sme_sem.report.html.page"]),
        ("from sme_sem.report import html", ["sme_sem.report.html"]),
        ("def later():\n    import sme_sem.cli", ["sme_sem.cli"]),
    ],
)
def test_every_spelling_of_an_import_is_understood(source, expected):
    assert list(imported_modules(source, "sme_sem.sem")) == expected


def test_every_module_belongs_to_a_layer():
    strangers = {layer(module) for module in MODULES} - {*LEVEL, "__init__", "__main__"}
    assert not strangers


def test_layers_import_downwards():
    upward = [
        f"{module.relative_to(PACKAGE)} imports {name}"
        for module in MODULES
        if layer(module) in LEVEL
        for name in imported_layers(module)
        if name in LEVEL and LEVEL[name] < LEVEL[layer(module)]
    ]
    assert not upward


def test_no_module_gives_one_name_to_two_texts_or_numbers():
    """The second would stand in the place of the first wherever that is used, without a word."""
    twice = []
    for module in MODULES:
        body = ast.parse(module.read_text(encoding="utf-8")).body
        names = [t.id for s in body if isinstance(s, ast.Assign) for t in s.targets if isinstance(t, ast.Name)]
        twice += [f"{module.relative_to(PACKAGE)}: {name}" for name in {*names} if names.count(name) > 1]
    assert not twice


def test_kernels_import_numpy_and_scipy_only():
    allowed = {"numpy", "scipy", "sme_sem", *sys.stdlib_module_names}
    foreign = [
        f"{module.name} imports {name}"
        for module in (PACKAGE / "kernels").glob("*.py")
        for name in imports_of(module)
        if name.split(".")[0] not in allowed or (name.startswith("sme_sem.") and not name.startswith("sme_sem.kernels"))
    ]
    assert not foreign


def modules_after(statement):
    """Top-level modules loaded in a fresh interpreter by one statement."""
    program = f"{statement}\nimport sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    return set(done.stdout.split())


def test_importing_every_public_name_loads_no_heavy_library():
    loaded = modules_after("from sme_sem import *")
    assert "numpy" in loaded
    assert not loaded & HEAVY


def test_importing_the_package_alone_loads_nothing_large():
    assert not modules_after("import sme_sem") & {"numpy", "pandas", "scipy", "pydantic", *HEAVY}


def test_the_command_line_starts_without_heavy_libraries():
    loaded = modules_after("import sme_sem.cli")
    assert "typer" in loaded
    assert not loaded & HEAVY
