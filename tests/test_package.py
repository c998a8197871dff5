"""What a user gets: public names with examples, and a wheel that holds all it needs."""

import ast
import doctest
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

import sme_sem

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CALLABLE = [
    name
    for name in sme_sem.__all__
    if callable(getattr(sme_sem, name))
    and not (isinstance(getattr(sme_sem, name), type) and issubclass(getattr(sme_sem, name), Exception))
]


def test_public_names_are_sorted_unique_and_exist():
    assert list(sme_sem.__all__) == sorted(set(sme_sem.__all__))
    assert not [name for name in sme_sem.__all__ if not hasattr(sme_sem, name)]


def test_completion_offers_public_names_alone():
    assert [name for name in dir(sme_sem) if not name.startswith("__")] == list(sme_sem.__all__)


@pytest.mark.parametrize("name", CALLABLE)
def test_every_public_name_says_what_it_is(name):
    assert (getattr(sme_sem, name).__doc__ or "").strip()


@pytest.mark.parametrize("name", [n for n in CALLABLE if not isinstance(getattr(sme_sem, n), type)])
def test_every_public_function_shows_an_example(name):
    assert doctest.DocTestParser().get_examples(getattr(sme_sem, name).__doc__)


def test_no_module_takes_the_place_of_a_public_function():
    # Importing a module binds its name in the package, and would with it hide a function of that name.
    modules = {path.stem for path in Path(sme_sem.__file__).parent.iterdir()}
    for name in modules & set(sme_sem.__all__):
        program = f"import sme_sem.{name}; assert callable(sme_sem.{name}), {name!r}"
        subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def test_examples_of_a_module_alone_run_though_a_function_has_its_name():
    module = "sme_sem/comparison/equivalents.py"
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", module], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_everything_raised_on_purpose_has_one_base():
    errors = [
        value for value in vars(sme_sem.errors).values() if isinstance(value, type) and issubclass(value, Exception)
    ]
    assert len(errors) > 5
    assert all(issubclass(error, sme_sem.SmeSemError) for error in errors)


def test_every_table_stands_in_the_documentation():
    calls = [
        node
        for module in Path(sme_sem.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Table"
    ]
    names = {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}
    told = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")))
    assert "retention" in names and not names - told


def test_the_version_is_told_once():
    assert sme_sem.__version__ == PROJECT["version"] == version("sme-sem")
    assert f"version: {PROJECT['version']}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_command_is_installed():
    (command,) = entry_points(group="console_scripts", name="sme-sem")
    assert callable(command.load())


def test_constraints_name_a_version_for_every_requirement():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    assert not [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line)]
    pinned = {line.partition("==")[0] for line in lines}
    wanted = [*PROJECT["dependencies"], *(need for kind in PROJECT["optional-dependencies"].values() for need in kind)]
    names = {re.split(r"[<>=!~ ;\[]", need)[0].lower().replace("_", "-") for need in wanted}
    assert names <= pinned


def test_the_timings_that_the_readme_quotes_were_measured():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    quoted = [line for line in readme.partition("## How fast")[2].partition("\n## ")[0].splitlines() if " ms)" in line]
    measured = (ROOT / "benchmarks" / "results.md").read_text(encoding="utf-8").splitlines()
    assert quoted and set(quoted) <= set(measured)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (file,) = folder.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_holds_every_instrument_byte_for_byte(wheel):
    instruments = [path for path in (ROOT / "instruments").iterdir() if path.is_file()]
    assert len(instruments) >= 3
    for path in instruments:
        assert wheel[f"sme_sem/instruments/{path.name}"] == path.read_bytes()


def test_the_wheel_holds_every_file_of_the_package_and_no_test(wheel):
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "sme_sem").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert files <= set(wheel)
    assert not [name for name in wheel if name.startswith(("tests/", "benchmarks/", "notebooks/"))]
    assert any(name.endswith("licenses/LICENSE") for name in wheel)


def test_the_installed_wheel_finds_its_instruments(wheel, tmp_path):
    for name, content in wheel.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    program = "import sme_sem; print(sme_sem.__file__, sme_sem.load_instrument('bmi-drivers').name, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    where, name = done.stdout.split()
    assert Path(where).parent.parent == tmp_path
    assert name == "bmi-drivers"
