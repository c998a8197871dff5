"""Running a study again and comparing every number."""

import json
import shutil

import pytest

from small_study import answers, write_study
from sme_sem import cli
from sme_sem.errors import StudyError
from sme_sem.instrument import new_study
from sme_sem.opening import demo_study, load_study
from sme_sem.verification import verify


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    """A study and its results; copied by every test that changes them."""
    folder = tmp_path_factory.mktemp("verified")
    load_study(write_study(folder)).run().save(folder / "results")
    return folder


@pytest.fixture
def folder(untouched, tmp_path):
    return shutil.copytree(untouched, tmp_path / "study")


def test_results_that_nobody_touched_are_the_same(folder, capsys):
    assert cli.main(["verify", str(folder / "results")]) == 0
    out = capsys.readouterr().out
    assert "Every number is the same." in out
    recorded = (folder / "ledger.jsonl").read_bytes()
    found = verify(folder / "results")
    assert found.same and found.numbers > 400
    assert (folder / "ledger.jsonl").read_bytes() == recorded


def test_a_number_edited_in_a_table_is_named(folder, capsys):
    table = folder / "results" / "tables" / "reliability.csv"
    text = table.read_text(encoding="utf-8-sig")
    alpha = text.splitlines()[1].split(",")[3]
    table.write_text(text.replace(alpha, "0.99", 1), encoding="utf-8-sig")
    found = verify(folder / "results")
    assert [(str(d.where), d.stored, d.found) for d in found.differences] == [
        ("reliability.csv, row 1, alpha", "0.99", alpha)
    ]
    assert list(map(str, found.changed)) == ["tables/reliability.csv: changed"]
    assert cli.main(["verify", str(folder / "results"), "--format", "csv"]) == 1
    assert '"reliability.csv, row 1, alpha",0.99,' in capsys.readouterr().out
    cli.main(["verify", str(folder / "results"), "--language", "zh"])
    out = capsys.readouterr().out
    assert "tables/reliability.csv：已改动" in out and "reliability.csv，第1行，alpha" in out


def test_other_answers_and_other_options_are_named(folder):
    write_study(folder, answers().iloc[:-1], estimator="MLR")
    found = verify(folder / "results")
    assert {"data.sha256", "options.estimator"} <= {d.where for d in found.inputs}
    assert found.differences and not found.changed


def test_a_removed_file_is_named(folder):
    (folder / "results" / "report.docx").unlink()
    found = verify(folder / "results")
    assert list(map(str, found.changed)) == ["report.docx: removed"] and not found.same


def test_an_added_file_is_named(folder):
    (folder / "results" / "tables" / "extra.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    found = verify(folder / "results")
    assert list(map(str, found.changed)) == ["tables/extra.csv: added"] and not found.same


def test_another_version_alone_is_no_difference(folder):
    file = folder / "results" / "manifest.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    document["versions"]["numpy"] = "1.0"
    file.write_text(json.dumps(document), encoding="utf-8")
    found = verify(folder / "results")
    assert found.same and [d.where for d in found.versions] == ["versions.numpy"]


def test_a_folder_without_results_or_study_is_refused(folder, tmp_path):
    with pytest.raises(StudyError, match=r"manifest\.json: no such file"):
        verify(folder)
    (folder / "study.yaml").unlink()
    with pytest.raises(StudyError, match="name it with --study"):
        verify(folder / "results")


def test_results_elsewhere_of_a_study_with_a_shipped_instrument_are_no_demonstration(tmp_path):
    study = new_study(tmp_path / "own", "corporate-reputation")
    results = load_study(study).run().save(tmp_path / "elsewhere" / "results")
    with pytest.raises(StudyError, match=r"no study\.yaml stands in .*elsewhere; name it with --study"):
        verify(results)


def test_results_of_a_demonstration_need_no_study_file(tmp_path):
    assert verify(demo_study("corporate-reputation").run().save(tmp_path / "results")).same
