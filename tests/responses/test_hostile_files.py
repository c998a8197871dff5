"""Files made to do harm: refused in one message, or read as the text they are; never executed, never unfolded."""

import csv
import io
import os
import re
import struct
import time
import tracemalloc
import zipfile

import numpy as np
import pytest

from chinese import wholly_chinese
from sme_sem.errors import InstrumentError, ResponseError
from sme_sem.instrument import load_instrument
from sme_sem.responses import PLATFORMS, read_responses
from sme_sem.tables import csv_file

from .conftest import found
from .dialects import survey, workbook


def refusal(path, **options):
    with pytest.raises(ResponseError) as caught:
        read_responses(path, survey(), **options)
    assert "\n" not in str(caught.value)
    assert wholly_chinese(re.sub("（.*?）", "", caught.value.in_chinese()))  # in brackets a reader's own words
    return str(caught.value)


def peak_while(act):
    """Megabytes that Python held at most."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


FORMULAS = ("=cmd|' /C calc'!A0", "+SUM(A1:A9)", "-1+cmd", "@SUM(1)", '\t=HYPERLINK("http://x")')


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_formulas_are_text_that_is_no_answer(tmp_path, kind):
    rows = [("MK1", "remark"), *((formula, formula) for formula in FORMULAS), ("4", "fine")]
    if kind == "csv":
        path = tmp_path / "answers.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    else:
        path = workbook_of_strings(tmp_path / "answers.xlsx", rows)
    responses = read_responses(path, survey())
    assert responses.frame["MK1"].fillna(0).tolist() == [0.0] * len(FORMULAS) + [4.0]
    assert len(found(responses, "not_a_number")) == len(FORMULAS)
    assert responses.extra["remark"].tolist() == [*FORMULAS, "fine"]
    for table in responses.tables():
        cells = csv.reader(io.StringIO(csv_file.render(table, "en")))
        assert not any(cell.lstrip().startswith(("=", "+", "@")) for row in cells for cell in row)


def workbook_of_strings(path, rows):
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)
    return path


def test_ten_thousand_columns_are_read_quickly_and_told_in_few_findings(tmp_path):
    path = tmp_path / "answers.csv"
    names = ["MK1", *(f"extra question {i} of many" for i in range(9_999))]
    path.write_text(",".join(names) + "\n" + "\n".join(",".join(["3"] * 10_000) for _ in range(20)), encoding="utf-8")
    begun = time.process_time()
    responses = read_responses(path, survey())
    assert time.process_time() - begun < 30
    assert responses.frame["MK1"].tolist() == [3.0] * 20
    unknown = responses.findings.query("rule == 'unknown_column'")
    assert len(unknown) == 21
    assert unknown["message"].iloc[-1].startswith("9979 more columns answer no question; kept in extra, not used:")


def test_a_column_of_rubbish_is_counted_and_not_listed_without_end(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("MK1\n" + "\n".join(f"rubbish {i}" for i in range(5_000)), encoding="utf-8")
    responses = read_responses(path, survey())
    told = responses.findings.query("rule == 'not_a_number'")
    assert len(told) == 1001
    assert "and 4000 more cells or rows of this kind, the last in row 5001" in told["message"].tolist()
    assert responses.frame["MK1"].isna().all()


@pytest.mark.parametrize("name", ["answers.csv", "answers.xlsx", "answers.sav", "answers.dta"])
def test_binary_junk_is_refused_under_any_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(bytes(range(256)) * 40)
    assert "is not a table of answers" in refusal(path)


@pytest.mark.parametrize(
    ("start", "words"), [(b"<stata_dta>", "a Stata file"), (b"$FL2", "an SPSS file"), (b"PK\x03\x04", "a workbook")]
)
def test_a_promising_start_does_not_help_junk(tmp_path, start, words):
    path = tmp_path / "answers.csv"
    path.write_bytes(start + bytes(range(256)) * 4)
    assert f"cannot be read as {words}" in refusal(path)


def archive(path, members, forged=None):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            with file.open(name, "w", force_zip64=True) as member:
                for part in content:
                    member.write(part)
    if forged:
        data = path.read_bytes()
        path.write_bytes(data.replace(forged[0], forged[1]))
    return path


def sheet(cells):
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return [start, *cells, b"</sheetData></worksheet>"]


def test_a_zip_bomb_is_refused_before_it_unfolds(tmp_path):
    zeros = [b"\0" * (1 << 20)] * 150
    path = archive(tmp_path / "answers.xlsx", {"xl/worksheets/sheet1.xml": zeros})
    assert path.stat().st_size < 1 << 20
    assert peak_while(lambda: refusal(path)) < 20
    assert "is no ordinary workbook: it unfolds from" in refusal(path)


def test_the_size_that_a_zip_bomb_states_is_not_believed(tmp_path):
    size = 150 << 20
    path = archive(
        tmp_path / "answers.xlsx",
        {"xl/worksheets/sheet1.xml": [b"\0" * (1 << 20)] * 150},
        forged=(size.to_bytes(8, "little"), (10).to_bytes(8, "little")),
    )
    with zipfile.ZipFile(path) as file:
        path.write_bytes(
            path.read_bytes().replace(file.infolist()[0].file_size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
        )
    assert "is no ordinary workbook: it unfolds from" in refusal(path)


def test_a_sheet_of_two_cells_in_opposite_corners_is_refused(tmp_path):
    whole = workbook(tmp_path / "whole.xlsx", [["MK1"], [4]])
    with zipfile.ZipFile(whole) as file:
        members = {name: [file.read(name)] for name in file.namelist()}
    corners = [b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>']
    path = archive(tmp_path / "answers.xlsx", members | {"xl/worksheets/sheet1.xml": sheet(corners)})
    assert refusal(path) == (
        f"{path}: is no ordinary workbook: it spans 17,179,869,184 cells, 4 of them written; open it in a spreadsheet "
        "program, copy the answers alone into a new workbook, or save them as CSV"
    )
    assert read_responses(whole, survey()).frame["MK1"].tolist() == [4.0]


def record(kind, content=b""):
    """A record of a binary workbook."""
    return bytes([kind & 127 | 128, 1] if kind > 127 else [kind]) + bytes([len(content)]) + content


def test_a_binary_sheet_of_two_cells_in_opposite_corners_is_refused(tmp_path):
    def text(letters):
        return struct.pack("<I", len(letters)) + letters.encode("utf-16-le")

    def row(number, column):
        cell = struct.pack("<IId", column, 0, 1.0)
        return record(0, struct.pack("<I", number) + bytes(13)) + record(5, cell)

    sheets = record(0x9C, struct.pack("<II", 0, 1) + text("rId1") + text("Sheet1"))
    target = '<Relationship Id="rId1" Type="{0}/worksheet" Target="worksheets/sheet1.bin"/>'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    members = {
        "xl/workbook.bin": [record(0x83) + record(0x8F) + sheets + record(0x90) + record(0x84)],
        "xl/_rels/workbook.bin.rels": [
            f'<Relationships xmlns="{space}">{target.format(kind)}</Relationships>'.encode()
        ],
    }

    def sheet_to(last_row, last_column):
        whole = record(0x94, struct.pack("<IIII", 0, last_row, 0, last_column))
        cells = row(0, 0) + row(last_row, last_column)
        return [record(0x81) + whole + record(0x91) + cells + record(0x92) + record(0x82)]

    path = archive(tmp_path / "far.xlsb", members | {"xl/worksheets/sheet1.bin": sheet_to(1_048_575, 16_383)})
    assert "is no ordinary workbook: it spans 17,179,869,184 cells; open it" in refusal(path)
    path = archive(tmp_path / "near.xlsb", members | {"xl/worksheets/sheet1.bin": sheet_to(1, 1)})
    assert "no column is an item of the instrument" in refusal(path)


def test_a_sheet_that_repeats_its_cells_without_end_is_refused(tmp_path):
    cell = b'<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="float" '
    cell += b'office:value="1" table:number-columns-repeated="16384"><text:p>1</text:p></table:table-cell>'
    cell += b"</table:table-row>"
    path = archive(tmp_path / "answers.ods", {"mimetype": [b"x"], "content.xml": [cell]})
    assert "is no ordinary workbook: it spans 17,179,869,184 cells" in refusal(path)


def shared_texts(*lengths):
    texts = [b"<si><t>" + b"x" * length + b"</t></si>" for length in lengths]
    return [b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">', *texts, b"</sst>"]


def sharing(path, cells, length, decoy=()):
    """A workbook with one long text that a number of cells share."""
    whole = workbook(path.with_name("whole.xlsx"), [["MK1"], ["x"]])
    with zipfile.ZipFile(whole) as file:
        members = {name: [file.read(name)] for name in file.namelist()}
    rows = [b'<row r="%d"><c r="A%d" t="s"><v>1</v></c></row>' % (row, row) for row in range(2, cells + 2)]
    first = b'<row r="1"><c r="A1" t="inlineStr"><is><t>MK1</t></is></c></row>'
    own = {"xl/sharedStrings.xml": shared_texts(3, length), "xl/worksheets/sheet1.xml": sheet([first, *rows])}
    return archive(path, dict(decoy) | members | own)


def test_a_text_that_very_many_cells_share_is_refused_before_it_is_copied(tmp_path):
    path = sharing(tmp_path / "answers.xlsx", 5_000, 30_000)
    assert path.stat().st_size < 100_000
    assert peak_while(lambda: refusal(path)) < 20
    assert refusal(path).startswith(
        f"{path}: is no ordinary workbook: it shares its texts among 5,000 cells, 150,055,000 bytes in all; open it in"
    )
    decoy = {"decoy.xml": shared_texts(1, 1)}
    assert "shares its texts among 5,000 cells, 150,055,000" in refusal(
        sharing(tmp_path / "decoy.xlsx", 5_000, 30_000, decoy)
    )


def test_long_texts_that_not_all_cells_share_are_read(tmp_path):
    path = sharing(tmp_path / "answers.xlsx", 1_000, 30_000)
    assert read_responses(path, survey()).collected == 1_000


def test_a_text_without_end_in_a_workbook_is_refused(tmp_path):
    path = sharing(tmp_path / "answers.xlsx", 1, 500_000)
    assert f"{path}: is no ordinary workbook: it holds a text of more than 400,000 bytes" in refusal(path)


def test_a_sheet_under_another_name_and_in_other_quotation_marks_is_measured_too(tmp_path):
    corners = [b"<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"]
    path = archive(tmp_path / "answers.xlsx", {"elsewhere.xml": sheet(corners)})
    assert "spans 17,179,869,184 cells, 4 of them written" in refusal(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MK1" + b",q" * 20_000 + b"\n1" + b",1" * 20_000, "row 1: has 20,001 cells, at most 16,384 are read"),
        (b"MK1,a\n" + b"1,2\n" * 3 + b"1" + b",2" * 20_000, "row 5: has 20,001 cells, at most 16,384 are read"),
        (
            b"MK1\n" + b"1\n" * 9_999 + b"1" + b",2" * 9_999,
            "row 10001: the rows to here span 100,000,000 cells, 20,000",
        ),
        (b"MK1\n" + b"\n" * 5_000_000 + b"1\n", "has more than 5,000,000 rows; a file of answers has one for each"),
    ],
)
def test_a_small_file_that_would_become_a_large_table_is_refused_at_once(tmp_path, content, words):
    path = tmp_path / "answers.csv"
    path.write_bytes(content)
    begun = time.process_time()
    assert words in refusal(path)
    assert time.process_time() - begun < 15


def test_blank_rows_between_answers_are_kept_as_respondents_who_said_nothing(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("MK1\n4\n\n\n5\n\n", encoding="utf-8")
    responses = read_responses(path, survey())
    assert responses.frame["MK1"].fillna(0).tolist() == [4, 0, 0, 5]
    assert responses.findings.query("rule == 'empty_row'")["row"].tolist() == [3, 4]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no place among files here")
def test_a_pipe_is_not_waited_for(tmp_path):
    path = tmp_path / "answers.csv"
    os.mkfifo(path)
    assert refusal(path) == f"{path}: is not a regular file; name a file of answers"


def test_many_equal_rows_are_counted_quickly(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("id,MK1\n" + "7,4\n" * 200_000, encoding="utf-8")
    begun = time.process_time()
    responses = read_responses(path, survey(metadata=[{"id": "id", "meaning": "respondent_id"}]))
    assert time.process_time() - begun < 15
    for rule in ("duplicate_row", "duplicate_id"):
        told = responses.findings.loc[responses.findings["rule"] == rule, "message"].tolist()
        assert len(told) == 1001 and "row 2" in told[0]
        assert "and 198999 more cells or rows of this kind, the last in row 200001" in told


def test_two_encodings_in_one_file_are_refused(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_bytes("MK1,备注\n1,本企业关注竞争对手\n".encode() + "2,本企业关注竞争对手\n".encode("gbk"))
    assert refusal(path) == (
        f"{path}: mixes encodings: line 2 is UTF-8, line 3 is not; were two files joined? Save each in UTF-8 first, or "
        "name one encoding for all of it with encoding="
    )


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "big5", "shift_jis", "cp1252"])
def test_a_file_of_one_old_encoding_is_not_mistaken_for_two(tmp_path, encoding):
    words = {"shift_jis": "これは会社の市場です", "cp1252": "Straße, façade, naïve"}.get(encoding, "本企業市場客戶意見")
    words = "本企业关注竞争对手经常征询客户意见" if encoding.startswith("gb") else words
    path = tmp_path / "answers.csv"
    path.write_bytes(("MK1;remark\n" + f"4;{words}\n" * 5).encode(encoding))
    assert read_responses(path, survey()).frame["MK1"].tolist() == [4.0] * 5


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1 << 20, "line 2: cannot be split into cells (field larger than field limit (131072))"),
        (20 << 20, "line 2: has more than 10,000,000 characters; is there one row per respondent, and a line break"),
    ],
)
def test_a_cell_without_end_is_refused(tmp_path, size, words):
    path = tmp_path / "answers.csv"
    path.write_bytes(b'MK1\n"' + b"x" * size + b'"\n')
    assert words in refusal(path)


def test_a_line_of_very_many_cells_is_refused_before_it_is_split(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_bytes(b"MK1\n" + b"," * (20 << 20))
    assert peak_while(lambda: refusal(path)) < 120
    assert "line 2: has more than 10,000,000 characters" in refusal(path)


@pytest.mark.parametrize("line", [256, 20 << 20])
def test_twenty_megabytes_of_no_encoding_are_refused_quickly(tmp_path, line):
    junk = np.random.default_rng(3).integers(32, 256, 20 << 20).astype(np.uint8)
    junk[::line] = ord("\n")
    path = tmp_path / "answers.csv"
    path.write_bytes(junk.tobytes())
    begun = time.process_time()
    assert "is not a table of answers, or its encoding could not be recognised" in refusal(path)
    assert time.process_time() - begun < 5


def test_a_large_file_of_another_kind_is_refused_by_its_first_rows(tmp_path, monkeypatch):
    path = tmp_path / "answers.csv"
    path.write_bytes(b'{"time": 1, "words": ["one, two", 3]}\n{"time": 2}\n' * 100_000)
    with monkeypatch.context() as patched:
        patched.delattr("sme_sem.responses.read.read_table")
        at_once = refusal(path)
    monkeypatch.setattr("sme_sem.responses.files._LARGE", 1 << 30)
    assert at_once == refusal(path)
    assert "no column is an item of the instrument" in at_once


@pytest.mark.parametrize(
    ("encoding", "first"),
    [("utf-8", b"MK1,remark\n4,fine\n"), ("utf-8", b'remark,MK1\n"a long\n\nremark",4\n'), ("utf-16", b"MK1\n4\n")],
)
def test_a_look_at_the_first_rows_refuses_no_answers(tmp_path, monkeypatch, encoding, first):
    path = tmp_path / "answers.csv"
    path.write_text(first.decode() * 2, encoding=encoding)
    whole = read_responses(path, survey())
    monkeypatch.setattr("sme_sem.responses.files._LARGE", 0)
    for size in range(2, 40):
        monkeypatch.setattr("sme_sem.responses.files._BEGINNING", size)
        again = read_responses(path, survey())
        assert again.frame.equals(whole.frame) and again.findings.equals(whole.findings)


def test_a_long_cell_is_not_shown_in_full(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_bytes(b"MK1,remark\n" + b"x" * 100_000 + b"," + b"y" * 100_000 + b"\n")
    responses = read_responses(path, survey())
    assert responses.findings["message"].str.len().max() < 400
    assert max(map(len, str(responses).splitlines())) < 1000


def test_headings_made_to_keep_a_reader_busy_do_not(tmp_path):
    awkward = ["StartDate", *("[" * 3_000, " - " * 1_300, "/" * 3_900, "(" * 3_900, " " * 3_900 + "x", "—" * 3_900)]
    cells = [
        "2026-04-18 08:00:00",
        *["[" * 100_000, "〖" * 100_000, " " * 100_000 + "〖", " - " * 40_000, "1," * 60_000, "x"],
    ]
    rows = [["MK1", "channels", *awkward], ["4", "1," * 60_000, *cells]]
    path = tmp_path / "answers.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    begun = time.process_time()
    for platform in PLATFORMS:
        if platform != "qualtrics":
            assert read_responses(path, survey(), platform=platform).collected in (0, 1)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([rows[0], ['{"ImportId":' + "[" * 100_000, " - " * 40_000, *cells], rows[1]])
    assert read_responses(path, survey()).platform == "qualtrics"
    assert time.process_time() - begun < 30


def test_a_name_without_end_is_refused(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("MK1," + "x" * 5_000 + "\n1,2\n", encoding="utf-8")
    assert refusal(path) == (
        "answers.csv: the name of column 2 has 5,000 characters, at most 4,000 are read; is there a quotation mark "
        "missing in the first row?"
    )


def test_anchors_that_multiply_are_refused(tmp_path):
    path = tmp_path / "bomb.yaml"
    levels = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    path.write_text("\n".join(["a0: &a0 [x, x]", *levels]), encoding="utf-8")

    def load():
        with pytest.raises(InstrumentError) as caught:
            load_instrument(path)
        assert "the alias *a0 is not accepted; write its content out" in str(caught.value)

    assert peak_while(load) < 20


def test_a_text_of_very_many_values_is_refused_before_they_are_read(tmp_path):
    path = tmp_path / "long.yaml"
    for content in ("- 1\n" * 200_000, "k: 1\n" * 150_000, "[" + "1," * 200_000 + "]"):
        path.write_text(content, encoding="utf-8")
        begun = time.process_time()
        with pytest.raises(InstrumentError, match="more than 40,000 keys and values to here; no questionnaire needs"):
            load_instrument(path)
        assert time.process_time() - begun < 8
