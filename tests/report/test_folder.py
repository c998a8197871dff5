"""The folder of results: complete, the same every time, or not there."""

import hashlib
import io
import json
import re

import docx
import pandas as pd
import pytest

from small_study import contents, write_study
from sme_sem.errors import ExportError, SpecificationError, StudyError
from sme_sem.opening import load_study
from sme_sem.report import folder as results_folder


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return load_study(write_study(tmp_path_factory.mktemp("study"))).run()


def test_the_results_folder_holds_report_tables_figures_and_manifest(results, tmp_path):
    folder = results.save(tmp_path / "deep" / "results")
    files = contents(folder)
    assert {"report.html", "tables.xlsx", "manifest.json", "tables/hypotheses.csv", "figures/path_diagram.svg"} <= set(
        files
    )
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["files"] == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert manifest["counts"] == results.counts
    assert manifest["options"]["seed"] == 1
    assert set(manifest["models"]) == set(results.fits)


def test_every_table_is_there_for_word_latex_and_markdown(results, tmp_path):
    files = contents(results.save(tmp_path / "results", "zh"))
    names = {n.removesuffix(".csv") for n in files if n.startswith("tables/") and n.endswith(".csv")}
    assert names and all({f"{name}.tex", f"{name}.md"} <= set(files) for name in names)
    document = docx.Document(io.BytesIO(files["tables.docx"]))
    assert len(document.tables) == len(names)
    assert len(docx.Document(io.BytesIO(files["report.docx"])).tables) == len(names)
    assert files["tables.tex"].decode().count("\\label{tab:") == len(names)
    beta = f"{results.hypotheses.tests[0].beta:.3f}".removeprefix("0")
    printed = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert beta in printed and beta in files["tables/hypotheses.md"].decode()
    assert beta in files["tables/hypotheses.tex"].decode()


def test_the_same_study_gives_the_same_bytes_wherever_it_lies(tmp_path):
    first = load_study(write_study(tmp_path / "here")).run().save(tmp_path / "one")
    second = load_study(write_study(tmp_path / "there" / "deeper")).run().save(tmp_path / "two")
    assert contents(first) == contents(second)
    assert not [name for name, data in contents(first).items() if str(tmp_path).encode() in data]


def test_manifest_hashes_the_files_that_went_in(tmp_path):
    path = write_study(tmp_path)
    manifest = results_folder.manifest(load_study(path).run(), "en")
    for part, name in (("data", "answers.csv"), ("instrument", "instrument.yaml")):
        assert manifest[part]["sha256"] == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()


def test_csv_tables_keep_full_precision(results, tmp_path):
    folder = results.save(tmp_path / "results")
    paths = pd.read_csv(folder / "tables" / "structural_paths.csv")
    estimates = results.fit.estimates().query("op == '~'")
    assert paths["est"].tolist() == pytest.approx(estimates["est"].tolist(), rel=1e-14)


@pytest.mark.parametrize("fails", ["excel", "csv_file", "html", "report_of"])
def test_a_failure_leaves_nothing_behind(results, tmp_path, monkeypatch, fails):
    def broken(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    if fails == "report_of":
        monkeypatch.setattr(results_folder, fails, broken)
    else:
        monkeypatch.setattr(getattr(results_folder, fails), "write", broken)
    with pytest.raises(StudyError, match="cannot be written: Permission denied; check the rights"):
        results.save(tmp_path / "made" / "results")
    assert list(tmp_path.iterdir()) == []


def test_a_place_or_language_that_is_none_is_refused_before_anything_is_written(results, tmp_path):
    with pytest.raises(SpecificationError, match=r"^folder must be the path of a folder, not 3\.$"):
        results.save(3)
    with pytest.raises(SpecificationError, match=r"^language='x' is not available; it can be 'en' or 'zh'\.$"):
        results.save(tmp_path / "results", "x")
    assert list(tmp_path.iterdir()) == []


def test_models_that_cannot_be_written_for_other_programs_are_told_by_the_folder(results, tmp_path, monkeypatch):
    def full(contents):
        raise ExportError("trust.R", ["cannot be written: No space left on device"])

    monkeypatch.setattr("sme_sem.sem.exchange.writing.store_all", full)
    with pytest.raises(StudyError) as caught:
        results.save(tmp_path / "results")
    assert str(caught.value) == f"{tmp_path / 'results'}: 1 problem\n  cannot be written: No space left on device"
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_earlier_results_as_they_were(results, tmp_path, monkeypatch):
    folder = results.save(tmp_path / "results")
    before = contents(tmp_path)
    monkeypatch.setattr(
        results_folder.csv_file, "write", lambda *a: (_ for _ in ()).throw(OSError(28, "No space left"))
    )
    with pytest.raises(StudyError, match="No space left"):
        results.save(folder, "zh")
    assert contents(tmp_path) == before


def test_earlier_results_are_put_back_when_the_new_ones_cannot_take_their_place(results, tmp_path, monkeypatch):
    folder = results.save(tmp_path / "results")
    before = contents(tmp_path)
    rename = type(folder).rename

    def blocked(self, target):
        if self.name.endswith(".part"):
            raise PermissionError(13, "in use")
        return rename(self, target)

    monkeypatch.setattr(type(folder), "rename", blocked)
    with pytest.raises(StudyError, match="in use"):
        results.save(folder, "zh")
    assert contents(tmp_path) == before


def test_earlier_results_are_replaced_as_a_whole(results, tmp_path):
    folder = results.save(tmp_path / "results")
    (folder / ".DS_Store").write_bytes(b"clutter")
    results.save(folder, "zh")
    assert 'lang="zh-CN"' in (folder / "report.html").read_text(encoding="utf-8")
    assert [p.name for p in tmp_path.iterdir()] == ["results"]
    assert not (folder / ".DS_Store").exists()


def test_a_folder_with_anything_else_is_refused(results, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StudyError, match="is not empty and holds no earlier results"):
        results.save(tmp_path)
    folder = results.save(tmp_path / "results")
    (folder / "tables" / "mine.csv").write_text("a")
    with pytest.raises(StudyError, match=re.escape("holds files that are no results (tables/mine.csv)")):
        results.save(folder)
    with pytest.raises(StudyError, match="is a file; name a folder"):
        results.save(tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_another_programs_manifest_is_not_taken_for_ours(results, tmp_path):
    (tmp_path / "manifest.json").write_text('{"name": "a browser extension", "files": {}}')
    with pytest.raises(StudyError, match="holds no earlier results"):
        results.save(tmp_path)


def test_an_empty_folder_is_used(results, tmp_path):
    (tmp_path / "results").mkdir()
    assert (results.save(tmp_path / "results") / "manifest.json").is_file()
