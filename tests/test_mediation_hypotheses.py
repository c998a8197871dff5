"""Hypotheses of mediation from the instrument's file to the report."""

from copy import deepcopy

import pandas as pd
import pytest
import yaml

import sme_sem as sme
from small_study import INSTRUMENT, write_study
from sme_sem import cli
from sme_sem.errors import StudyError
from sme_sem.instrument import new_study
from sme_sem.qualitative import trail_table
from sme_sem.report import narrative
from sme_sem.simulation import simulate
from sme_sem.synthetic import categorised

POPULATION = """
    TRUST =~ 0.8*t1 + 0.8*t2 + 0.7*t3
    HABIT =~ 0.8*h1 + 0.8*h2 + 0.7*h3
    USE =~ 0.8*u1 + 0.7*u2 + -0.7*u3
    HABIT ~ 0.5*TRUST
    USE ~ 0.5*HABIT
    TRUST ~~ 1*TRUST; HABIT ~~ 0.75*HABIT; USE ~~ 0.75*USE
    t1 ~~ 0.36*t1; t2 ~~ 0.36*t2; t3 ~~ 0.51*t3
    h1 ~~ 0.36*h1; h2 ~~ 0.36*h2; h3 ~~ 0.51*h3
    u1 ~~ 0.36*u1; u2 ~~ 0.51*u2; u3 ~~ 0.51*u3
"""
HABIT = {
    "name": "HABIT",
    "label": {"en": "Habit", "zh": "习惯"},
    "items": [{"id": f"h{i}", "wording": {"en": f"Habit, {i}.", "zh": f"习惯{i}。"}} for i in (1, 2, 3)],
}
H5 = {"id": "H5", "path": "USE ~ TRUST", "via": "HABIT", "text": {"en": "Habit mediates.", "zh": "习惯起中介作用。"}}
H6 = {"id": "H6", "path": "USE ~ TRUST", "via": ["HABIT"], "sign": "-", "text": "It dampens.", "model": "partial"}
H7 = {"id": "H7", "path": "USE ~ TRUST", "text": "Trust raises use by itself.", "model": "partial"}


@pytest.fixture
def document():
    found = deepcopy(INSTRUMENT)
    found["constructs"].insert(1, HABIT)
    found["models"] = {
        "full": {"title": {"en": "Full", "zh": "完全中介"}, "structure": "HABIT ~ TRUST; USE ~ HABIT"},
        "partial": {"title": {"en": "Partial", "zh": "部分中介"}, "structure": "HABIT ~ TRUST; USE ~ HABIT + TRUST"},
    }
    return found | {"hypothesized": "full", "rivals": ["partial"], "hypotheses": [H5, H6, H7]}


@pytest.fixture(scope="module")
def frame():
    codes = simulate(POPULATION, 300, seed=7).apply(lambda column: categorised(column.to_numpy(), 1, 5))
    codes.insert(0, "respondent", [f"R{i}" for i in range(300)])
    return codes.assign(city=[1 + i % 2 for i in range(300)], age=[20 + 7 * i % 41 for i in range(300)])


def test_a_study_tests_the_route_by_the_delta_method(tmp_path, document, frame):
    results = sme.load_study(write_study(tmp_path, frame, document=document, correction="holm")).run()
    mediated, dampened, direct = results.hypotheses.tests
    row = results.fits["full"].effects("USE", "TRUST").set_index("effect").loc["indirect"]
    assert (mediated.est, mediated.se, mediated.pvalue) == (row["est"], row["se"], row["pvalue"])
    assert results.hypotheses.supported == ("H5",)
    assert direct.est == results.fits["partial"].effects("USE", "TRUST").set_index("effect").loc["direct", "est"]
    said = narrative.hypotheses(results)
    beta = f"{dampened.beta:.3f}".replace("0.", ".")
    assert f"H6 is not: the path is significant in the opposite direction (Trust → Habit → Use: β = {beta}" in said.en
    assert (
        "H6不成立，路径显著但方向与预期相反（信任 → 习惯 → 使用：β" in said.zh and "H7 is not (Use ← Trust: " in said.en
    )


@pytest.mark.parametrize("interval", ["perc", "bca"])
def test_a_study_with_a_bootstrap_tests_the_route_by_its_interval(tmp_path, document, frame, interval):
    asked = {"draws": 150, "interval": interval}
    file = write_study(tmp_path, frame, document=document, bootstrap=asked, alpha=0.1, language="both")
    results = sme.load_study(file).run()
    test = results.hypotheses.tests[0]
    row = results.mediation.effects.set_index("route").loc["TRUST → HABIT → USE"]
    for name in ("est", "se", "ci_lower", "ci_upper", "pvalue"):
        assert getattr(test, name) == pytest.approx(row[name], rel=1e-9)
    assert test.supported and row["ci_lower"] > 0
    delta, drawn = (note.en for note in results.hypotheses.notes[-2:])
    assert delta.startswith("H6: tested by the product of the paths along the route, its error by the delta method")
    assert drawn.endswith(f"from 150 bootstrap samples: H5 [{test.ci_lower:.3f}, {test.ci_upper:.3f}].")
    results.save(tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "tables" / "hypotheses.csv")
    assert table.iloc[0, :3].tolist() == ["H5", "Habit mediates.", "Trust → Habit → Use"]
    assert "Trust → Habit → Use" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_the_command_prints_routes_in_both_languages(tmp_path, document, frame, capsys):
    file = write_study(tmp_path, frame, document=document)
    for language, route in (("en", "Trust → Habit → Use"), ("zh", "信任 → 习惯 → 使用")):
        assert cli.main(["run", str(file), "--language", language]) == 0
        assert route in capsys.readouterr().out


def test_a_study_may_state_its_own_and_mistakes_are_told_at_their_place(tmp_path, document, frame):
    own = [H5 | {"via": ["HABIT"]}, H7]
    study = sme.load_study(write_study(tmp_path / "a", frame, document=document, hypotheses=own))
    assert [h.route for h in study.instrument.hypotheses] == [("TRUST", "HABIT", "USE"), ("TRUST", "USE")]
    with pytest.raises(StudyError) as refusal:
        sme.load_study(write_study(tmp_path / "b", frame, document=document, hypotheses=[H7, H5 | {"via": ["HABITS"]}]))
    assert "hypotheses[1].via[0]: 'HABITS' is no construct, item or background question. Did you mean 'HABIT'?" in str(
        refusal.value
    )


def test_a_model_that_the_study_replaces_may_lose_the_route(tmp_path, document, frame):
    models = {"full": {"structure": "USE ~ HABIT + TRUST"}}
    results = sme.load_study(write_study(tmp_path, frame, document=document, models=models)).run()
    assert results.hypotheses.tests[0].verdict.zh == "该模型中无此路径"
    assert "H5 could not be tested (not in this model)" in narrative.hypotheses(results).en


def test_a_study_begun_from_the_instrument_keeps_the_mediators(tmp_path, document):
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    file = new_study(tmp_path / "begun", str(tmp_path / "own.yaml"))
    assert sme.load_instrument(file.parent / "instrument.yaml").hypotheses[0].via == ("HABIT",)


def test_the_trail_of_a_mediators_item_leads_to_the_route_and_its_product(tmp_path, document, frame):
    results = sme.load_study(write_study(tmp_path, frame, document=document)).run()
    trail = pd.DataFrame({"source": ["F1"], "segment": ["often"], "concept": ["custom"], "item": ["h1"]})
    table = trail_table(trail, results.instrument, results.fit, results.fits)
    assert [str(row[5]) for row in table.rows] == ["H5: Trust → Habit → Use", "H6: Trust → Habit → Use"]
    for row, test in zip(table.rows, results.hypotheses.tests, strict=False):
        assert row[6] == pytest.approx(test.beta, rel=1e-9)


def test_a_multiverse_of_a_study_follows_the_route(tmp_path, document, frame):
    study = sme.load_study(write_study(tmp_path, frame, document=document))
    found = sme.multiverse(study, choices={"model": ["full", "partial"]}, progress=False)
    own = found.curve[found.curve["hypothesis"] == "H5"].set_index("model")
    assert own.loc["full", "est"] == pytest.approx(study.run().hypotheses.tests[0].est, rel=1e-9)
    assert [str(cell) for cell in (row[1] for row in found.tables()[0].rows)] == [
        "Trust → Habit → Use",
        "Trust → Habit → Use",
        "Use ← Trust",
    ]
