import json

import pytest

import sme_sem as sme
from small_study import write_study
from sme_sem import ledger
from sme_sem.errors import StudyError
from sme_sem.report.checklist import checklist
from sme_sem.report.contents import report_of

ONE = ledger.Entry("aa", "use ~ trust", {"estimator": "ML"}, {"sme-sem": "0.1.0"}, "hypothesized", "first")


def entries(*specifications, label="hypothesized"):
    return [ledger.Entry("aa", text, {}, {}, label) for text in specifications]


def test_what_was_recorded_is_read_back(tmp_path):
    path = tmp_path / "ledger.jsonl"
    assert ledger.record(path, [ONE]) == ledger.read(path) == (ONE,)


def test_lines_are_only_ever_added(tmp_path):
    path = tmp_path / "ledger.jsonl"
    ledger.record(path, [ONE])
    before = path.read_bytes()
    ledger.record(path, entries("use ~ age"))
    assert path.read_bytes().startswith(before) and len(ledger.read(path)) == 2


def test_a_fit_that_is_there_is_not_written_again(tmp_path):
    path = tmp_path / "ledger.jsonl"
    ledger.record(path, [ONE, ONE])
    before = path.read_bytes()
    ledger.record(path, [ONE])
    assert path.read_bytes() == before and before.count(b"\n") == 1


@pytest.mark.parametrize("key", ["data", "specification", "options", "versions", "label"])
def test_whatever_makes_a_fit_another_one_makes_another_line(tmp_path, key):
    from dataclasses import replace

    other = {"options": {"estimator": "MLR"}, "versions": {"sme-sem": "9"}, "label": "post hoc"}.get(key, "other")
    assert len(ledger.record(tmp_path / "l.jsonl", [ONE, replace(ONE, **{key: other})])) == 2


def test_a_line_that_is_altered_or_removed_is_noticed(tmp_path):
    path = tmp_path / "ledger.jsonl"
    ledger.record(path, entries("a ~ b", "a ~ c", "a ~ d"))
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:1] + lines[2:]), "utf-8")
    with pytest.raises(StudyError, match="line 2: a line before it was altered or removed"):
        ledger.read(path)
    path.write_text("".join([lines[0].replace("a ~ b", "a ~ z"), *lines[1:]]), "utf-8")
    with pytest.raises(StudyError, match="line 2: a line before it was altered"):
        ledger.record(path, entries("a ~ e"))
    path.write_text("".join([*lines, "no entry\n"]), "utf-8")
    with pytest.raises(StudyError, match="line 4: is no entry of a ledger"):
        ledger.read(path)


def test_an_unknown_label_is_refused(tmp_path):
    with pytest.raises(StudyError, match="'planned' is none of hypothesized, planned rival, post hoc"):
        ledger.record(tmp_path / "l.jsonl", entries("a ~ b", label="planned"))
    assert not (tmp_path / "l.jsonl").exists()


def test_a_ledger_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(StudyError, match="cannot be"):
        ledger.record(tmp_path / "file" / "ledger.jsonl", [ONE])


def test_a_model_named_after_others_were_fitted_is_post_hoc():
    known = entries("a ~ b")
    assert ledger.label_of(known, "aa", "a ~ b", "planned rival") == "hypothesized"
    assert ledger.label_of(known, "aa", "a ~ c", "planned rival") == "post hoc"
    assert ledger.label_of(known, "bb", "a ~ c", "planned rival") == "planned rival"


def test_a_fit_is_described_by_what_it_was_and_what_came_out():
    answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3 + 0.6*t4", 100, seed=1)
    fit = sme.fit("trust =~ t1 + t2 + t3 + t4", answers, estimator="MLR")
    one = ledger.entry(fit, "aa", "post hoc", looked_at=12)
    assert one.specification == str(fit.specification)
    assert one.options["estimator"]["name"] == "MLR"
    assert one.outcome == {"n": 100, "converged": True, "chisq": fit.measures()["chisq"], "df": 2}
    assert one.looked_at == 12 and "sme-sem" in one.versions


def test_a_search_is_recorded_step_by_step_with_all_it_looked_at(tmp_path):
    answers = sme.simulate("trust =~ 1*t1 + 1*t2 + 1*t3 + 1*t4 + 1*t5; t1 ~~ 0.5*t2; t3 ~~ 0.4*t4", 500, seed=1)
    found = sme.search(sme.fit("trust =~ t1 + t2 + t3 + t4 + t5", answers), most=2, halves=0, progress=False)
    lines = ledger.record(tmp_path / "ledger.jsonl", ledger.entries_of_search(found, "aa"))
    assert [one.name for one in lines] == [f"search: {change}" for change in found.steps["change"]]
    assert [one.looked_at for one in lines] == [10, 19] and lines[-1].looked_at == found.looked_at
    assert {one.label for one in lines} == {"post hoc"}
    assert [one.outcome["chisq"] for one in lines] == found.steps["chisq"].tolist()
    assert lines[-1].specification == str(found.fit.specification)


def test_a_search_that_changed_nothing_adds_nothing():
    answers = sme.simulate("trust =~ 1*t1 + 1*t2 + 1*t3 + 1*t4", 400, seed=2)
    found = sme.search(sme.fit("trust =~ t1 + t2 + t3 + t4", answers), alpha=1e-9, halves=0, progress=False)
    assert ledger.entries_of_search(found, "aa") == ()


def test_fits_of_a_multiverse_count_from_the_first_run_on(tmp_path):
    write_study(tmp_path, multiverse={"estimator": ["ML", "MLR"]})
    first, again = (sme.load_study(tmp_path / "study.yaml").run() for _ in range(2))
    lines = (tmp_path / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    assert first.recorded == again.recorded and sum(first.recorded.values()) == len(lines)


def test_a_power_analysis_is_recorded_before_the_answers_come(tmp_path):
    path = tmp_path / "ledger.jsonl"
    arguments = {"draws": 50, "seed": 1, "progress": False, "ledger": path}
    found = sme.power("use ~ 0.3*trust", [60, 120], **arguments)
    first, second = ledger.read(path)
    assert (first.outcome["n"], second.outcome["n"]) == (60, 120)
    own = found.table.query("op == '~'").set_index("n")["power"]
    assert second.outcome["power"] == {"use ~ trust": pytest.approx(own[120], abs=1e-6)}
    assert first.options["simulated"] == "use ~ 0.3*trust" and first.label == "hypothesized"
    sme.power("use ~ 0.3*trust", [60, 120], **arguments)
    assert len(ledger.read(path)) == 2
    assert ledger.label_of(ledger.read(path), "answers", "use ~ trust", "hypothesized") == "hypothesized"


def test_a_study_records_its_fits_once_and_the_report_counts_them(tmp_path):
    path = write_study(tmp_path)
    results = sme.load_study(path).run()
    lines = (tmp_path / "ledger.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["label"] for line in lines] == ["hypothesized", "planned rival", "planned rival"]
    again = sme.load_study(path).run()
    assert (tmp_path / "ledger.jsonl").read_text("utf-8").splitlines() == lines
    assert results.recorded == again.recorded == {"hypothesized": 1, "planned rival": 2, "post hoc": 0}
    said = [str(piece) for section in report_of(results).sections for piece in section.content]
    assert any("1 of hypothesized models, 2 of planned rivals, 0 post hoc" in text for text in said)


def test_a_model_that_a_study_names_later_is_counted_as_post_hoc(tmp_path):
    sme.load_study(write_study(tmp_path)).run()
    more = {"models": {"late": {"structure": "USE ~ TRUST + city"}}}
    results = sme.load_study(write_study(tmp_path, **more)).run()
    assert results.recorded == {"hypothesized": 1, "planned rival": 2, "post hoc": 1}
    (said,) = (r["answer"] for r in checklist(results).records() if r["item"] == "Rival models named beforehand")
    assert said == "The other way; With age; named after others had been fitted (post hoc): late"
    turned = {"hypothesized": "reverse", "rivals": ["late"], "hypotheses": []}
    rows = {r["item"]: r for r in checklist(sme.load_study(write_study(tmp_path, **more, **turned)).run()).records()}
    assert str(rows["Which model is hypothesized"]["answer"]) == "The other way"  # it was a rival from the beginning
    row = rows["Rival models named beforehand"]
    assert (row["status"], row["answer"]) == ("reported", "none; named after others had been fitted (post hoc): late")
    hypothesized = {"hypothesized": "late", "rivals": [], "hypotheses": []}
    found = sme.load_study(write_study(tmp_path, **more, **hypothesized)).run()
    (said,) = (r["answer"] for r in checklist(found).records() if r["item"] == "Which model is hypothesized")
    assert said == "late; named after others had been fitted (post hoc)"


def test_a_ledger_that_was_altered_is_a_problem_and_the_study_goes_on(tmp_path):
    path = write_study(tmp_path)
    (tmp_path / "ledger.jsonl").write_text("{}\n", "utf-8")
    results = sme.load_study(path).run()
    assert results.recorded is None and results.fit.converged
    assert any("is no entry of a ledger" in str(problem.message) for problem in results.problems)


def test_a_study_without_a_folder_of_its_own_keeps_no_ledger():
    assert sme.demo_study("corporate-reputation").ledger is None
