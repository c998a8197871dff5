from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from chinese import wholly_chinese
from sme_sem.errors import InstrumentError, SpecificationError, StudyError
from sme_sem.instrument import begin, load_instrument, new_study, path_of


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_study_with_real_answers_is_complete(tmp_path):
    study = new_study(tmp_path / "a" / "b", "corporate-reputation")
    assert study == tmp_path / "a" / "b" / "study.yaml"
    assert names(study.parent) == ["corporate-reputation.csv", "instrument.yaml", "study.yaml"]
    assert yaml.safe_load(study.read_text(encoding="utf-8")) == {
        "instrument": "instrument.yaml",
        "data": "corporate-reputation.csv",
        "estimator": "ML",
        "missing": "listwise",
        "language": "en",
        "output": "results",
        "seed": 1,
    }
    source = path_of("corporate-reputation").with_suffix(".csv")
    assert (study.parent / "corporate-reputation.csv").read_bytes() == source.read_bytes()


def test_the_copied_instrument_is_the_shipped_one(tmp_path):
    new_study(tmp_path, "bmi-drivers")
    assert load_instrument(tmp_path / "instrument.yaml") == load_instrument("bmi-drivers")


def test_a_study_without_answers_says_where_to_put_them(tmp_path):
    text = new_study(str(tmp_path), "bmi-drivers").read_text(encoding="utf-8")
    assert names(tmp_path) == ["instrument.yaml", "study.yaml"]
    assert "data: answers.csv             # put your answers there: a row per respondent" in text


def test_the_commented_examples_are_right_when_the_comment_marks_are_taken_away(tmp_path):
    text = new_study(tmp_path, "bmi-drivers").read_text(encoding="utf-8")
    start = text.index("# models:")
    example = "\n".join(line.removeprefix("# ") for line in text[start:].splitlines() if ":" in line or "~" in line)
    example = example.replace("Principal components of the items of some constructs:", "")
    heading = "A bootstrap of the hypothesized model: intervals of its paths, and what kind of mediation there is:"
    assert heading in example
    example = example.replace(heading, "")
    for heading in (
        "Common factors of the items, as many as parallel analysis suggests where their number is left out:",
        "Cut-offs of SRMR, RMSEA and CFI that go with the hypothesized model, from so many samples:",
        "By which rules the items of a pre-test are kept, revised or dropped:",
        "What could as well have been done otherwise; every combination is fitted, and each hypothesis gets its curve:",
    ):
        assert heading in example
        example = example.replace(heading, "")
    assert yaml.safe_load(example) == {
        "models": {"my_direct": {"structure": "BMI ~ MKT + CAP + POL + CULT\n"}},
        "components": {"constructs": ["VP", "VC", "VD", "VCAP"], "n_components": 4, "rotation": "varimax"},
        "factors": {"n_factors": 4, "rotation": "oblimin"},
        "bootstrap": {"draws": 5000, "interval": "perc"},
        "dynamic_cutoffs": 1000,
        "item_rules": "hair",
        "multiverse": {"estimator": ["ML", "MLR"], "missing": ["listwise", "fiml"]},
    }


@pytest.mark.parametrize("name", ["bmi-drivers", "corporate-reputation", "micro-innovation"])
def test_a_study_with_chinese_comments_says_the_same(tmp_path, name):
    texts = [new_study(tmp_path / tongue, name, tongue).read_text(encoding="utf-8") for tongue in ("en", "zh")]
    english, chinese = (text.splitlines() for text in texts)
    for one, other in zip(english, chinese, strict=True):
        comment = max(one.find("# ", 1), 0) if one != other else len(one)
        assert one[:comment].replace("language: en", "language: zh") == other[:comment]
        assert comment == len(one) or wholly_chinese(other[comment:].replace("sme-sem run", ""))


def test_a_study_in_another_language_is_refused(tmp_path):
    with pytest.raises(SpecificationError, match="language"):
        new_study(tmp_path / "new", "bmi-drivers", "fr")
    assert not (tmp_path / "new").exists()


def test_a_study_begins_with_an_instrument_file_and_the_answers_beside_it(tmp_path):
    first = new_study(tmp_path / "first", "corporate-reputation")
    second = new_study(tmp_path / "second", first.with_name("instrument.yaml"))
    assert names(second.parent) == names(first.parent)
    assert all(
        (second.parent / name).read_bytes() == (first.parent / name).read_bytes() for name in names(first.parent)
    )


def test_answers_that_do_not_lie_beside_the_instrument_file_are_asked_for(tmp_path):
    first = new_study(tmp_path / "first", "corporate-reputation")
    first.with_name("corporate-reputation.csv").unlink()
    second = new_study(tmp_path / "second", str(first.with_name("instrument.yaml")))
    assert names(second.parent) == ["instrument.yaml", "study.yaml"]
    assert yaml.safe_load(second.read_text(encoding="utf-8"))["data"] == "answers.csv"


@pytest.mark.parametrize("name", ["my answers.csv", "答卷: 1.csv", "a #1.csv"])
def test_the_name_of_any_file_of_answers_is_read_back(document, name):
    from sme_sem.instrument import read_instrument

    texts = begin._study(read_instrument(document), name)
    assert yaml.safe_load(texts.en)["data"] == yaml.safe_load(texts.zh)["data"] == name


def test_nothing_that_exists_is_overwritten(tmp_path):
    (tmp_path / "study.yaml").write_text("mine")
    (tmp_path / "corporate-reputation.csv").write_text("mine too")
    with pytest.raises(StudyError) as caught:
        new_study(tmp_path, "corporate-reputation")
    assert str(caught.value) == (
        f"{tmp_path}: 2 problems\n"
        "  study.yaml: already exists; name another folder, or move it away\n"
        "  corporate-reputation.csv: already exists; name another folder, or move it away"
    )
    assert names(tmp_path) == ["corporate-reputation.csv", "study.yaml"]
    assert (tmp_path / "study.yaml").read_text() == "mine"


def test_other_files_in_the_folder_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    new_study(tmp_path, "bmi-drivers")
    assert names(tmp_path) == ["instrument.yaml", "notes.txt", "study.yaml"]


@pytest.mark.parametrize("made_before", [True, False])
def test_a_failure_on_the_way_leaves_nothing_behind(tmp_path, monkeypatch, made_before):
    folder = tmp_path / "study"
    if made_before:
        folder.mkdir()
    rename = Path.rename

    def full_disk(self, target):
        if self.name == "instrument.yaml":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full_disk)
    with pytest.raises(StudyError) as caught:
        new_study(folder, "bmi-drivers")
    assert str(caught.value) == f"{folder}: 1 problem\n  cannot be written: No space left on device"
    assert folder.exists() == made_before
    assert not made_before or names(folder) == []


def test_a_file_is_no_folder(tmp_path):
    target = tmp_path / "taken"
    target.write_text("mine")
    with pytest.raises(StudyError) as caught:
        new_study(target, "bmi-drivers")
    assert str(caught.value) == f"{target}: 1 problem\n  is a file; name a folder"
    with pytest.raises(StudyError) as caught:
        new_study(target / "below", "bmi-drivers")
    assert str(caught.value) == f"{target / 'below'}: 1 problem\n  cannot be written: Not a directory"


def test_an_unknown_instrument_makes_no_folder(tmp_path):
    with pytest.raises(InstrumentError, match="Did you mean 'bmi-drivers'"):
        new_study(tmp_path / "new", "bmi-driver")
    assert not (tmp_path / "new").exists()


def test_the_template_holds_for_an_instrument_without_models(document):
    from sme_sem.instrument import read_instrument

    for field in ("models", "hypothesized", "rivals", "hypotheses"):
        del document[field]
    for text in (begin._study(read_instrument(document)).en, begin._study(read_instrument(document)).zh):
        assert yaml.safe_load(text)["data"] == "answers.csv"
