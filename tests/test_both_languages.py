"""What a user may meet on the command line is said in both languages."""

import ast
from pathlib import Path

import pytest

import sme_sem as sme
from chinese import wholly_chinese
from qualitative.corpora import planted
from sme_sem import cli, errors
from sme_sem.errors import SmeSemError

PACKAGE = Path(sme.__file__).parent
WHOLLY = ("cli", "qualitative", "resampling", "sensitivity", "tables")
KINDS = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, SmeSemError)}
FILES = ("errors.py", "population.py", "sem/scores.py", "sem/ordered_scores.py", "measurement/correlations.py")


def plain_refusals(file):
    """Lines that raise one of our errors with a sentence in English alone."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            kind = ast.unparse(node.exc.func)
            given = [one for a in node.exc.args for one in (a.elts if isinstance(a, ast.List) else [a])]
            said = [ast.unparse(one) for one in given if isinstance(one, (ast.Constant, ast.JoinedStr))]
            if kind in KINDS and any(len(text.split()) > 3 for text in said):
                yield f"{file.relative_to(PACKAGE)}:{node.lineno}"


@pytest.mark.parametrize("part", WHOLLY + FILES)
def test_refusals_of_a_part_are_said_in_both_languages(part):
    place = PACKAGE / part
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    assert files and [line for file in files for line in plain_refusals(file)] == []


@pytest.mark.parametrize(
    "command",
    [
        "describe broken.qdpx",
        "describe empty.csv",
        "describe segments.csv --column nothing",
        "describe segments.csv --hold-out nobody",
        "keywords nowhere -k themes.yaml",
        "keywords . -k empty.yaml",
        "elements literature.csv --rule none>1",
        "experts empty.csv",
        "draft segments.csv -o segments.csv",
    ],
)
def test_commands_for_words_refuse_in_chinese(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("broken.qdpx").write_bytes(b"broken")
    Path("empty.csv").write_text("source,concept\n", encoding="utf-8")
    Path("themes.yaml").write_text("price: [price]\n", encoding="utf-8")
    Path("empty.yaml").write_text("{}\n", encoding="utf-8")
    Path("literature.csv").write_text("study,element\nA,price\n", encoding="utf-8")
    planted(3, lambda s, k: True).to_csv("segments.csv", index=False)
    assert cli.main(["code", *command.split(), "-l", "zh"]) == 2
    assert wholly_chinese(capsys.readouterr().err.removeprefix("sme-sem: "))


def test_levels_shares_and_numbers_are_refused_in_chinese():
    for refused in (
        lambda: sme.simulate("trust =~ 0.8*t1 + 0.7*t2", 0, seed=1),
        lambda: sme.simulate("trust =~ 0.8*t1 + 0.7*t2", 5, seed=-1),
        lambda: sme.power("use ~ 0.3*trust", 50, alpha=2),
        lambda: sme.multiverse("y ~ x", sme.simulate("y ~ 0.3*x", 50, seed=1), choices={"none": [1]}),
        lambda: sme.fit("y ~ x", sme.simulate("y ~ 0.3*x", 50, seed=1)).scores(),
    ):
        with pytest.raises(SmeSemError) as caught:
            refused()
        assert wholly_chinese(caught.value.in_chinese())


def test_what_was_drawn_is_told_in_the_language_asked_for(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("p.txt").write_text("trust =~ 0.8*t1 + 0.7*t2", encoding="utf-8")
    for language, said in (("en", "9 synthetic respondents, 2 columns: en.csv"), ("zh", "模拟受访者9名，2列：zh.csv")):
        assert cli.main(["simulate", "p.txt", "-n", "9", "-o", f"{language}.csv", "-l", language]) == 0
        assert capsys.readouterr().out == f"{said}\n"
