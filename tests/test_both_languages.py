"""What a user may meet on the command line is said in both languages."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import sme_sem as sme
from chinese import wholly_chinese
from qualitative.corpora import planted
from sme_sem import cli, errors
from sme_sem.errors import SmeSemError

PACKAGE = Path(sme.__file__).parent
OURS = ("comparison", "moderation", "multilevel", "sem", "sensitivity", *(one.name for one in PACKAGE.glob("*.py")))
PARTS = sorted(one.name for one in PACKAGE.iterdir() if one.suffix == ".py" or (one / "__init__.py").exists())
KINDS = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, SmeSemError)}


def plain_refusals(file):
    """Lines that raise one of our errors with a sentence in English alone."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            kind = ast.unparse(node.exc.func)
            given = [one for a in node.exc.args for one in (a.elts if isinstance(a, ast.List) else [a])]
            said = [ast.unparse(one) for one in given if isinstance(one, (ast.Constant, ast.JoinedStr))]
            if kind in KINDS and any(len(text.split()) > 3 for text in said):
                yield f"{file.relative_to(PACKAGE)}:{node.lineno}"


SPEAKERS = {"at", "fail", "_fail", "for_all_groups", "refuse", "require_kind", "require_path", "require_solution"}


def plain_words(file):
    """Lines that hand a sentence in English alone to what puts it into a refusal."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in SPEAKERS:
            given = [*node.args, *(one.value for one in node.keywords)]
            said = [one for one in given if isinstance(one, (ast.Constant, ast.JoinedStr))]
            if any(re.search("[a-z]{2,} [a-z]{2,}", ast.unparse(one)) for one in said):
                yield f"{file.relative_to(PACKAGE)}:{node.lineno}"


def files_of(part):
    place = PACKAGE / part
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    assert files
    return files


@pytest.mark.parametrize("part", sorted(OURS))
def test_what_a_part_hands_on_to_refusals_is_said_in_both_languages(part):
    assert [line for file in files_of(part) for line in plain_words(file)] == []


@pytest.mark.parametrize("part", PARTS)
def test_refusals_of_a_part_are_said_in_both_languages(part):
    assert [line for file in files_of(part) for line in plain_refusals(file)] == []


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


ANSWERS = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use ~ 0.5*trust + 0.3*cost", 120, seed=1)
MODEL = "trust =~ t1 + t2 + t3; use ~ trust + cost"
BLOCK = 'efa("b")*f + efa("b")*g =~ t1 + t2 + t3 + use'
MEASURED = sme.Specification.read("trust =~ t1 + t2 + t3")


@pytest.fixture(scope="module")
def fit():
    return sme.fit(MODEL, ANSWERS)


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        (3, {}),
        ("trust =~ t1 + t2 + (t3", {}),
        (MODEL, {"data": None}),
        (MODEL, {"data": [1, 2]}),
        (MODEL, {"n": 120}),
        (MODEL, {"data": None, "cov": ANSWERS.cov(), "n": 120, "group": "region"}),
        (MODEL, {"data": None, "cov": ANSWERS.cov(), "n": 120, "estimator": "MLR"}),
        (MODEL, {"data": None, "cov": ANSWERS.cov(), "n": 120, "meanstructure": True}),
        (MODEL, {"data": None, "cov": ANSWERS.cov(), "n": 120, "missing": "fiml"}),
        (MODEL, {"estimator": "WLS", "information": "observed"}),
        (MODEL, {"estimator": "GLS", "se": "robust_huber_white"}),
        (MODEL, {"estimator": "GLS", "test": "yuan_bentler"}),
        (MODEL, {"estimator": "MLR", "missing": "pairwise"}),
        (MODEL, {"estimator": "MLM", "missing": "two_stage"}),
        (MODEL, {"estimator": "GLS", "weights": "cost"}),
        (MODEL, {"bootstrap": 50, "se": "robust"}),
        (MODEL, {"effect_coding": True, "std_lv": True}),
        (MODEL, {"group_equal": "loadings"}),
        (MODEL, {"ordered": ["trst"]}),
        (MODEL, {"test": "bollen-stine"}),
        (BLOCK, {"rotation": "varimax", "rotation_args": {"kappa": 4}}),
        (BLOCK, {"rotation": "promax", "rotation_args": {"promax_kappa": 0}}),
        (BLOCK, {"rotation": "geomin", "target": {"f": ["t1"]}}),
        (BLOCK, {"rotation": "target", "target": {"h": ["t1"]}}),
    ],
)
def test_a_fit_is_refused_in_chinese(model, asked):
    with pytest.raises(SmeSemError) as caught:
        sme.fit(model, **{"data": ANSWERS, **asked})
    assert wholly_chinese(caught.value.in_chinese())


@pytest.mark.parametrize(
    "refused",
    [
        lambda fit: fit.effects("use", "csot"),
        lambda fit: fit.effects("use", "use"),
        lambda fit: fit.implied_means("north"),
        lambda fit: fit.wald_tests("a < b"),
        lambda fit: fit.score_tests(),
        lambda fit: fit.diagram(labels="Trust"),
        lambda fit: fit.syntax("lisrel"),
        lambda fit: sme.fit("offer <~ 1*t1 + t2; use ~ offer", ANSWERS).syntax("mplus"),
        lambda fit: sme.fit(MODEL, ANSWERS, estimator="MLM", se="first_order").syntax("amos"),
        lambda fit: sme.fit(MODEL, ANSWERS, estimator="MLR").cross_check(),
        lambda fit: sme.diagram([fit]),
        lambda fit: MEASURED.drop("trust =~ t4"),
        lambda fit: MEASURED.drop("t1 ~ trust"),
        lambda fit: MEASURED.rename({"t1": "t 1"}),
        lambda fit: MEASURED.add_terms([3]),
        lambda fit: sme.read_model("trust BY t1-t3 (a1-a2);", "mplus"),
        lambda fit: sme.read_model("trust BY t1 ON t2;", "mplus"),
        lambda fit: sme.read_model("t1 t2 <--- trust", "amos"),
        lambda fit: sme.read_model("t1 <--- trust (a b)", "amos"),
        lambda fit: sme.compare({"one": fit, "two": sme.fit(MODEL, ANSWERS, estimator="MLR")}),
        lambda fit: sme.compare({"one": fit, "two": sme.fit(MODEL, ANSWERS[1:].assign(t1=0.5 * ANSWERS["t1"]))}),
        lambda fit: sme.compare({"one": fit, "two": 3}),
        lambda fit: sme.invariance("trust =~ t1 + t2 + t3", ANSWERS, group=3),
        lambda fit: sme.invariance("trust =~ t1 + t2 + t3", ANSWERS, group="region", group_equal="loadings"),
        lambda fit: sme.search(fit, allowed=["use ~ age"]),
        lambda fit: sme.search(sme.fit(MODEL, ANSWERS, estimator="GLS")),
        lambda fit: sme.side_by_side({}),
        lambda fit: sme.side_by_side({"one": fit}, relations="=="),
        lambda fit: sme.simple_slopes(fit, "use", "trust", "cost"),
        lambda fit: sme.simple_slopes(fit, "use", "trust", "age"),
        lambda fit: sme.simple_slopes(fit, "use", "trust", "cost", at=["low"]),
        lambda fit: sme.moderated_mediation("X", "M", "Y", "X"),
        lambda fit: sme.moderated_mediation("X", "M", "Y", "W 1"),
        lambda fit: sme.conditional_indirect(fit, "X", "M", "Y", "W"),
        lambda fit: sme.product_indicators(ANSWERS, {"A": ["t1", "t2"], "B": ["t3", "use", "cost"]}),
        lambda fit: sme.product_indicators(ANSWERS, {"A": ["t1"], "B": ["t9"]}),
        lambda fit: sme.product_indicators(ANSWERS.assign(t1=np.nan), {"A": ["t1"]}),
        lambda fit: sme.fit_two_level(3, ANSWERS, cluster="school"),
        lambda fit: sme.fit_two_level("level: 1\nt1 ~~ t1\nlevel: 2\nt1 ~~ t1", 3, cluster="school"),
        lambda fit: sme.multiverse(MODEL, ANSWERS, hypotheses=3, choices={}),
        lambda fit: sme.load_study(3),
    ],
)
def test_what_is_asked_of_models_is_refused_in_chinese(refused, fit):
    with pytest.raises(SmeSemError) as caught:
        refused(fit)
    assert wholly_chinese(caught.value.in_chinese())


def test_a_model_that_did_not_converge_is_refused_in_chinese():
    lost = sme.fit(MODEL, ANSWERS, max_iterations=0, on_failure="return")
    for refused in (sme.equivalents, sme.search, sme.diagram, sme.Fit.score_tests, sme.Fit.scores, sme.Fit.cross_check):
        with pytest.raises(SmeSemError) as caught:
            refused(lost)
        assert caught.value.in_chinese().startswith("模型未收敛，因此")
        assert wholly_chinese(caught.value.in_chinese())


def test_what_was_drawn_is_told_in_the_language_asked_for(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("p.txt").write_text("trust =~ 0.8*t1 + 0.7*t2", encoding="utf-8")
    for language, said in (("en", "9 synthetic respondents, 2 columns: en.csv"), ("zh", "模拟受访者9名，2列：zh.csv")):
        assert cli.main(["simulate", "p.txt", "-n", "9", "-o", f"{language}.csv", "-l", language]) == 0
        assert capsys.readouterr().out == f"{said}\n"
