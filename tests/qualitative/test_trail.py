import pandas as pd
import pytest

import sme_sem as sme
from small_study import INSTRUMENT, write_study
from sme_sem import cli
from sme_sem.errors import SourceError, StudyError
from sme_sem.instrument import path_of, read_instrument
from sme_sem.qualitative import draft_instrument, read_coding, read_trail, saturation, trail_table
from sme_sem.report.contents import report_of
from sme_sem.simulation import simulate
from sme_sem.synthetic import categorised
from sme_sem.tables import Table

CODED = {
    "interest driver": ["profit", "market share", "survival"],
    "innovation capability": ["learning", "quick trials", "user insight"],
    "micro-innovation": ["small improvements", "fast iteration", "single-point breakthrough"],
}
POPULATION = """
    interest_driver =~ 0.8*interest_driver_1 + 0.8*interest_driver_2 + 0.7*interest_driver_3
    innovation_capability =~ 0.8*innovation_capability_1 + 0.8*innovation_capability_2 + 0.7*innovation_capability_3
    micro_innovation =~ 0.8*micro_innovation_1 + 0.8*micro_innovation_2 + 0.7*micro_innovation_3
    micro_innovation ~ 0.3*interest_driver + 0.5*innovation_capability
"""
TRAIL = pd.DataFrame(
    [("F1", "we rely on them", "trust", "t1"), ("F2", "they deliver", "trust", "t1"), ("F1", "gone", "old", "x9")],
    columns=["source", "segment", "concept", "item"],
)


def interviews():
    rows = [
        (f"firm {firm}", f"firm {firm} says {concept}", concept, category)
        for firm in range(44)
        for category, below in CODED.items()
        for concept in below
    ]
    return pd.DataFrame(rows, columns=["source", "segment", "concept", "category"])


def test_coded_interviews_end_in_the_fitted_model_with_one_study_file(tmp_path, capsys):
    interviews().to_csv(tmp_path / "interviews.csv", index=False)
    relations = "cause,effect\ninterest driver,micro-innovation\ninnovation capability,micro-innovation\n"
    (tmp_path / "relations.csv").write_text(relations, encoding="utf-8")
    named = ["--relations", tmp_path / "relations.csv", "--output", tmp_path / "instrument.yaml"]
    assert cli.main(["code", "draft", str(tmp_path / "interviews.csv"), *map(str, named)]) == 0
    answered = simulate(POPULATION, 400, seed=3).apply(lambda column: categorised(column.to_numpy(), 1, 5))
    answered.to_csv(tmp_path / "answers.csv", index=False)
    study = "instrument: instrument.yaml\ndata: answers.csv\ntrail: instrument-trail.csv\n"
    (tmp_path / "study.yaml").write_text(study, encoding="utf-8")
    capsys.readouterr()
    results = sme.load_study(tmp_path / "study.yaml").run()
    rows = [row for row in results.trail.rows if row[3] == "innovation_capability_2"]
    assert [(row[0], row[1], row[2], str(row[5])) for row in rows] == [
        ("quick trials", 44, 44, "H2: innovation capability → micro-innovation")
    ]
    table = results.fit.standardized()
    own = table[(table["op"] == "~") & (table["rhs"] == "innovation_capability")]
    assert rows[0][6] == float(own["est_std"].iloc[0])
    results.save(tmp_path / "results")
    report = (tmp_path / "results" / "report.html").read_text(encoding="utf-8")
    assert "Where the questions come from" in report and "quick trials" in report


def test_the_trail_follows_the_instrument_at_hand_and_tells_what_it_lacks():
    table = trail_table(TRAIL, read_instrument(INSTRUMENT))
    assert [(row[:4], str(row[5])) for row in table.rows] == [(("trust", 2, 2, "t1"), "H1: Trust → Use")]
    assert [note.en for note in table.notes] == [
        "No longer in the questionnaire: x9.",
        "Items without a coded segment behind them: t2, t3, u1, u2, u3.",
    ]


def test_a_draft_read_back_from_its_file_leaves_the_same_trail(tmp_path):
    draft = draft_instrument(read_coding(interviews()))
    draft.trail.to_csv(tmp_path / "trail.csv", index=False)
    own = read_trail(tmp_path / "trail.csv")
    assert trail_table(own, draft.instrument).rows == draft.tables()[0].rows


def test_a_study_without_a_trail_has_no_such_section_and_a_missing_file_is_told(tmp_path):
    study = sme.load_study(write_study(tmp_path / "a"))
    assert study.run().trail is None
    with pytest.raises(StudyError, match=r"trail: no such file: t\.csv\. Write one with: sme-sem code draft"):
        sme.load_study(write_study(tmp_path / "b", trail="t.csv"))


def test_a_trail_that_cannot_be_read_costs_only_itself(tmp_path):
    file = write_study(tmp_path, trail="t.csv")
    (tmp_path / "t.csv").write_text("source,concept\nF1,a\n", encoding="utf-8")
    results = sme.load_study(file).run()
    assert results.trail is None and results.fit is not None
    assert any("item: no column of that name" in str(problem.message) for problem in results.problems)


def test_categories_carry_the_labels_of_the_constructs_they_became_in_the_language_of_the_report(tmp_path):
    file = write_study(tmp_path, trail="t.csv")
    TRAIL.assign(category="Trust").to_csv(tmp_path / "t.csv", index=False)
    results = sme.load_study(file).run()
    origins = next(s for s in report_of(results, "zh").sections if s.name == "origins")
    counted = next(c for c in origins.content if isinstance(c, Table) and c.name == "category_frequencies")
    assert [(row[0].zh, *row[1:]) for row in counted.rows] == [("信任", 3, 2, 100.0)]


def test_a_trail_without_items_is_refused():
    with pytest.raises(SourceError, match="names no item"):
        read_trail(TRAIL.assign(item=""))


@pytest.fixture(scope="module")
def micro_innovation(tmp_path_factory):
    """The shipped study begun, run on the command line, and its folder."""
    folder = tmp_path_factory.mktemp("micro") / "study"
    assert cli.main(["new", str(folder), "--instrument", "micro-innovation"]) == 0
    assert cli.main(["run", str(folder / "study.yaml")]) == 0
    return folder


def test_the_shipped_study_names_its_interviews_in_the_study_file(micro_innovation):
    lines = (micro_innovation / "study.yaml").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("trail: micro-innovation.segments.synthetic.csv ") for line in lines)


def test_the_shipped_study_goes_from_interviews_to_estimated_paths(micro_innovation):
    tables = micro_innovation / "results" / "tables"
    trail = pd.read_csv(tables / "trail.csv")
    paths = pd.read_csv(tables / "structural_paths.csv", index_col="path")["beta"]
    further = pd.read_csv(tables / "structural_paths_implementation.csv", index_col="path")["beta"]
    segments = pd.read_csv(micro_innovation / "micro-innovation.segments.synthetic.csv")
    assert set(trail["item"]) == set(sme.load_instrument("micro-innovation").item_ids)
    counted = trail.drop_duplicates("item").set_index("item")
    assert counted["segments"].to_dict() == segments.groupby("item").size().to_dict()
    assert counted["sources"].to_dict() == segments.groupby("item")["source"].nunique().to_dict()
    shown = trail[trail["path"] == "H5: Interest driver → Micro-innovation behaviour"]
    assert set(shown["item"]) == {"ID1", "ID2", "ID3", "MI1", "MI2", "MI3", "MI4"}
    assert set(shown["std_all"]) == {paths["Micro-innovation behaviour ← Interest driver"]}
    shown = trail[trail["path"] == "H7b: User interaction → Iterative trial and error"]
    assert set(shown["std_all"]) == {further["Iterative trial and error ← User interaction"]}
    assert trail["std_all"].notna().all()


def test_the_report_tells_how_often_categories_were_named_and_that_interviews_were_enough(micro_innovation):
    report = (micro_innovation / "results" / "report.html").read_text(encoding="utf-8")
    for said in ("Where the questions come from", "Category: frequency", "Concept: how many were not seen"):
        assert said in report
    assert "Saturated: a run of 3 sources brings at most 5% of the codes of the first 4, first after 12." in report
    counted = pd.read_csv(micro_innovation / "results" / "tables" / "coding.csv")
    assert counted["n"].tolist() == [44, 584, 1, 37, 11, 4]


def test_the_shipped_interviews_are_marked_as_made_up_and_know_their_items():
    path = path_of("micro-innovation").with_name("micro-innovation.segments.synthetic.csv")
    segments, instrument = pd.read_csv(path), sme.load_instrument("micro-innovation")
    assert set(segments["synthetic_answers"]) == {"yes"} and segments["source"].str.startswith("synthetic ").all()
    labels = {item.id: c.label.en for c in instrument.constructs for item in c.items}
    assert segments["category"].tolist() == segments["item"].map(labels).tolist()
    reached = saturation(read_coding(path))
    assert (reached.reached_at, reached.holds, reached.seen) == (12, True, 37)
