"""What every export has in common: one file, whole or not at all, the same bytes, nothing that runs."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest

import sme_sem as sme
from instrument.fielded import exported
from sme_sem.errors import ExportError
from sme_sem.instrument import read_instrument
from sme_sem.instrument.exports import FORMATS
from sme_sem.instrument.exports.export import default_name
from sme_sem.instrument.exports.questionnaire import lay_out

EVERY = [(name, language) for name, form in FORMATS.items() for language in form.languages]
HOSTILE = "=cmd|'/C calc'!A0 ${t1} {TOKEN} [t1] <script>&\"\\ ]]> [单选题]"


@pytest.fixture
def small(document):
    return read_instrument(document)


@pytest.fixture
def hostile(document):
    """Every text is one that a careless writer would let run."""
    document["title"] = HOSTILE
    signs = iter("=+-@" * 10)
    for construct in document["constructs"]:
        construct["label"] = f"{next(signs)}label"
        for item in construct.get("items", ()):
            item["wording"] = f"{next(signs)}{item['id']} {HOSTILE}"
    document["response_scales"]["agreement"]["anchors"] = {1: f"=no {HOSTILE}", 5: f"@yes {HOSTILE}"}
    document["background"][0]["categories"] = {1: "+here | there", 2: "-there"}
    several = {"id": "several", "label": "=several", "wording": f"@{HOSTILE}", "kind": "multiple"}
    document["background"].append(several | {"categories": {1: f"=a {HOSTILE}", 2: "-b ┋ →c"}})
    return read_instrument(document)


# --- the questionnaire -------------------------------------------------------------------------------


def test_every_question_is_asked_once(small):
    asked = [question.id for question in lay_out(small, ("en",)).questions]
    assert sorted(asked) == sorted([*small.item_ids, "check", "city", "age"])


def test_items_of_a_construct_stand_together_and_background_comes_last(small):
    parts = lay_out(small, ("en",)).parts
    assert [[q.id for q in part.questions] for part in parts] == [
        ["t1", "t2"],
        ["p1", "check", "p2"],
        ["stay"],
        ["u1", "u2"],
        ["overall"],
        ["city", "age"],
    ]
    assert [part.scale for part in parts] == [*["agreement"] * 2, "likelihood", "agreement", "likelihood", None]


@pytest.mark.parametrize("name", sorted(sme.shipped()))
def test_an_attention_check_is_neither_first_nor_last_of_a_part_on_its_scale(name):
    instrument = sme.load_instrument(name)
    checks = {check.id for check in instrument.attention_checks}
    for part in lay_out(instrument, ("en",)).parts:
        ids = [question.id for question in part.questions]
        assert not checks & {ids[0], ids[-1]}
        assert all(instrument.response_scales[part.scale] == instrument.response_scale(i) for i in checks & set(ids))


def test_several_attention_checks_are_spread(document):
    document["attention_checks"] = [{"id": f"check{n}", "wording": f"Choose {n}.", "expected": n} for n in (1, 2, 3)]
    parts = lay_out(read_instrument(document), ("en",)).parts
    holding = [i for i, part in enumerate(parts) if any(q.id.startswith("check") for q in part.questions)]
    assert len(holding) >= 2


def test_an_attention_check_on_a_scale_of_its_own_is_asked_by_itself(document):
    document["response_scales"]["odd"] = {"lowest": 1, "highest": 3}
    document["attention_checks"][0] |= {"scale": "odd", "expected": 2}
    parts = lay_out(read_instrument(document), ("en",)).parts
    assert [q.id for q in parts[5].questions] == ["check"] and parts[5].scale == "odd"


def test_items_of_one_construct_on_two_scales_are_two_parts(document):
    document["constructs"][0]["items"][1]["scale"] = "likelihood"
    parts = lay_out(read_instrument(document), ("en",)).parts
    assert [(part.name, part.scale) for part in parts[:2]] == [("TRUST", "agreement"), ("TRUST_2", "likelihood")]


def test_a_part_never_has_the_name_of_a_question(small):
    parts = lay_out(small, ("en",)).parts
    assert [part.name for part in parts if "stay" in [q.id for q in part.questions]] == ["stay_2"]


def test_respondents_see_what_a_part_measures_only_if_that_is_wanted(small):
    headings = [part.heading.zh for part in lay_out(small, ("zh",)).parts]
    assert headings == [f"第{n}部分" for n in range(1, 7)]
    shown = [part.heading.zh for part in lay_out(small, ("zh",), constructs=True).parts]
    assert shown[0] == "信任" and shown[4] == "第5部分"


# --- every format ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("format", "language"), EVERY)
def test_the_same_instrument_gives_the_same_bytes(small, format, language):
    assert exported(small, format, language) == exported(small, format, language)


@pytest.mark.parametrize("format", ["xlsform", "word"])
def test_packed_files_carry_no_time_of_their_own(small, format):
    with zipfile.ZipFile(io.BytesIO(exported(small, format))) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        about = packed.read("docProps/core.xml").decode()
    assert about.count("2000-01-01T00:00:00Z") == 2
    assert "python" not in about


def test_the_bytes_do_not_depend_on_the_process(small, tmp_path):
    program = (
        "import sys, hashlib, pathlib, sme_sem\n"
        "i = sme_sem.load_instrument('bmi-drivers')\n"
        f"from sme_sem.instrument.exports import FORMATS\n"
        f"p = pathlib.Path({str(tmp_path)!r})\n"
        "print([hashlib.sha256(i.export(p, format=f).read_bytes()).hexdigest() for f in FORMATS])"
    )
    printed = [
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, **_environment()},
        ).stdout
        for seed in ("1", "2")
    ]
    assert printed[0] == printed[1] and len(printed[0]) > 400


def _environment():
    import os

    return {name: value for name, value in os.environ.items() if name != "PYTHONHASHSEED"}


@pytest.mark.parametrize(("format", "language"), EVERY)
def test_hostile_texts_are_written_as_texts(hostile, format, language):
    content = exported(hostile, format, language)
    if format == "xlsform":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            assert not [n for n in packed.namelist() if b"<f>" in packed.read(n) or b"hyperlink" in packed.read(n)]
    elif format in ("limesurvey", "redcap"):
        cells = [
            c.strip('"')
            for line in content.decode("utf-8-sig").splitlines()
            for c in line.replace("\t", ",").split(",")
        ]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert content


def test_a_control_character_never_reaches_a_file(document):
    item = document["constructs"][0]["items"][0]
    item["wording"] = {"en": "We trust\x0b our\nsupplier\x00.", "zh": "信任"}
    instrument = read_instrument(document)
    for format in FORMATS:
        content = exported(instrument, format, "en")
        if format not in ("xlsform", "word"):
            assert not {0, 11} & set(content)
            assert "We trust� our supplier�." in content.decode("utf-8-sig")


# --- the file ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_a_folder_gets_a_file_named_after_instrument_and_format(small, format, tmp_path):
    path = small.export(tmp_path, format=format)
    assert path == tmp_path / default_name(small, format)
    assert path.name == f"small-{format}{FORMATS[format].suffix}"
    assert path.read_bytes() == exported(small, format)


def test_every_format_has_a_file_name_of_its_own(small):
    assert len({default_name(small, format) for format in FORMATS}) == len(FORMATS) == 7


def test_a_name_that_is_no_file_name_is_made_one(document, tmp_path):
    document["name"] = "../../etc/my survey"
    path = read_instrument(document).export(tmp_path, format="ddi")
    assert path.parent == tmp_path and path.name == "etc_my_survey-ddi.xml"


def test_an_existing_file_is_replaced_as_a_whole(small, tmp_path):
    path = tmp_path / "form.xlsx"
    path.write_bytes(b"old")
    assert sme.export_instrument(small, path, format="xlsform") == path
    assert path.read_bytes() == exported(small, "xlsform")


def test_nothing_is_left_of_an_export_that_fails(small, tmp_path, monkeypatch):
    path = tmp_path / "form.csv"
    path.write_bytes(b"old")
    monkeypatch.setattr("os.replace", _refuse)
    with pytest.raises(ExportError, match=r"cannot be written: No room"):
        small.export(path, format="redcap")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("form.csv", b"old")]


def _refuse(*_):
    raise OSError(28, "No room")


def test_problems_leave_what_stood_there(document, tmp_path):
    path = tmp_path / "form.csv"
    path.write_bytes(b"old")
    document["background"][0]["id"] = "城市"
    with pytest.raises(ExportError):
        read_instrument(document).export(path, format="redcap")
    assert path.read_bytes() == b"old"


# --- refusals ----------------------------------------------------------------------------------------


def refusal(instrument, path, **choices):
    with pytest.raises(ExportError) as caught:
        instrument.export(path, **choices)
    return str(caught.value)


def test_an_unknown_format_is_refused_with_the_nearest(small, tmp_path):
    assert refusal(small, tmp_path, format="xlform") == (
        "export: 1 problem\n  no format is named 'xlform'. Did you mean 'xlsform'? "
        "The formats are: xlsform, limesurvey, wenjuanxing, redcap, word, ddi, json-schema."
    )


@pytest.mark.parametrize("format", ["redcap", "wenjuanxing"])
def test_a_format_of_one_language_refuses_both(small, tmp_path, format):
    first, second = FORMATS[format].languages
    assert refusal(small, tmp_path, format=format, language="both") == (
        f"small as {format}: 1 problem\n  language: expected {first!r} or {second!r}, got 'both'"
    )


def test_a_file_name_must_fit_its_format(small, tmp_path):
    path = tmp_path / "form.csv"
    assert refusal(small, path, format="xlsform") == (
        f"{path}: 1 problem\n  expected a folder that exists, or a file name ending in .xlsx for xlsform"
    )


def test_ids_that_a_platform_cannot_spell_are_all_named(document, tmp_path):
    document["background"][0]["id"] = "城市"
    document["background"].append({"id": "T_1", "label": "T", "wording": "T?", "kind": "text"})
    assert refusal(read_instrument(document), tmp_path, format="limesurvey") == (
        "small as limesurvey: 2 problems\n"
        "  城市: LimeSurvey codes are up to 20 letters and digits of English, a letter first; "
        "rename it in the instrument\n"
        "  T_1: would be 'T1', like t1; rename one in the instrument"
    )


def test_ids_that_a_platform_keeps_for_itself_are_refused(document, tmp_path):
    document["background"].append({"id": "record.id", "label": "T", "wording": "T?", "kind": "text"})
    assert "record.id: would be 'record_id', like the platform's own 'record_id'" in refusal(
        read_instrument(document), tmp_path, format="redcap"
    )
    document["background"][-1]["id"] = "start"
    assert "start: would be 'start', like the platform's own 'start'" in refusal(
        read_instrument(document), tmp_path, format="xlsform"
    )


def test_codes_that_limesurvey_cannot_hold_are_refused(document, tmp_path):
    document["background"][0]["categories"] = {"harbin": "Harbin", "dq": "Daqing", -1: "Elsewhere"}
    assert refusal(read_instrument(document), tmp_path, format="limesurvey").endswith(
        "city: LimeSurvey's answer codes are up to 5 letters and digits; recode harbin, -1 in the instrument"
    )


def test_questions_worded_alike_are_refused_where_only_wordings_tell_them_apart(document, tmp_path):
    document["constructs"][1]["items"][1]["wording"] = "Cheap!"
    document["background"][0]["categories"] = {1: "Here", 2: "here"}
    assert refusal(read_instrument(document), tmp_path, format="wenjuanxing") == (
        "small as wenjuanxing: 2 problems\n"
        "  p2: is worded like p1; Wenjuanxing tells questions apart by wording only\n"
        "  city: the answers 1 and 2 are both labelled 'here'"
    )


def test_a_format_knows_what_it_is_for():
    assert all(form.purpose.zh and form.advice.en and replace(form).name == name for name, form in FORMATS.items())
