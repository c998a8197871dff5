import io
import math
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from sme_sem.errors import ExportError
from sme_sem.tables import Column, Kind, Table, Words, excel
from tables.examples import HOSTILE, PATHS


def sheets(content):
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}


def part(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode("utf-8")


def test_a_sheet_has_title_headings_numbers_and_notes():
    rows = sheets(excel.render([PATHS], "zh"))["paths"]
    assert rows[0][0] == "路径系数表"
    assert rows[1] == ["路径", "β", "p", ""]
    assert rows[2] == ["信任 → 使用", 0.4321, 0.00004, "***"]
    assert rows[4] == ["age → use", "–", "–", "–"]
    assert rows[5][0] == "样本量 N = 412。"


def test_numbers_are_shown_by_the_format_of_their_kind():
    styles = part(excel.render([PATHS]), "xl/styles.xml")
    assert 'formatCode=".000"' in styles
    assert 'formatCode="[&lt;0.001]&quot;&lt; .001&quot;;.000"' in styles


def test_no_text_becomes_a_formula_or_a_link():
    content = excel.render([HOSTILE])
    sheet = part(content, "xl/worksheets/sheet1.xml")
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    rows = sheets(content)["hostile"]
    assert [row[0] for row in rows[2:6]] == ["=HYPERLINK(1)", "+86 10", "-", "@cmd"]
    assert [row[1] for row in rows[2:5]] == [-1.5, 2.0, -3.25]
    assert rows[5][1] == "∞"
    assert rows[1] == ["=SUM(A1)", "a & b"]


def test_the_same_tables_give_the_same_bytes(monkeypatch):
    first = excel.render([PATHS, HOSTILE])
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    assert excel.render([PATHS, HOSTILE]) == first
    assert b"2000-01-01" in zipfile.ZipFile(io.BytesIO(first)).read("docProps/core.xml")


def test_sheet_names_are_short_distinct_and_allowed():
    names = ["a" * 40, "a" * 50, "Fit", "fit", "x[1]:*?/\\y", "'quoted'", "History", ""]
    tables = [Table(name, "t", (Column("a", "A"),), ((1,),)) for name in names]
    found = list(sheets(excel.render(tables)))
    assert len(found) == len({name.casefold() for name in found}) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in found)
    assert "history" not in {name.casefold() for name in found}


def test_what_excel_cannot_hold_as_a_number_or_a_cell_is_written_as_text():
    columns = (Column("a", "A"), Column("b", "B", Kind.COUNT))
    rows = sheets(excel.render([Table("t", "t", columns, (("信" * 40000, 12345678901234567),))]))["t"]
    assert rows[2][0] == "信" * 32766 + "…"
    assert rows[2][1] == "12345678901234567"


def test_a_table_without_rows_or_a_book_without_tables_still_opens():
    empty = Table("t", "Empty", (Column("a", "A"),), ())
    assert sheets(excel.render([empty]))["t"] == [["Empty"], ["A"]]
    assert len(sheets(excel.render([]))) == 1


def test_a_banner_heads_every_sheet_and_every_printed_page():
    content = excel.render([PATHS, HOSTILE], "zh", banner=Words("synthetic answers", "合成（模拟）数据"))
    assert [rows[0][0] for rows in sheets(content).values()] == ["合成（模拟）数据"] * 2
    assert "<oddHeader>&amp;C合成（模拟）数据</oddHeader>" in part(content, "xl/worksheets/sheet2.xml")


def test_the_file_is_replaced_as_a_whole_or_stays(tmp_path, monkeypatch):
    path = tmp_path / "new" / "tables.xlsx"
    assert excel.write([PATHS], path) == path
    before = path.read_bytes()

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr("sme_sem.tables.storing.os.replace", full)
    with pytest.raises(ExportError, match="cannot be written: no space left"):
        excel.write([HOSTILE], path)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["tables.xlsx"]


def test_full_precision_survives():
    value = math.pi / 1000
    rows = sheets(excel.render([Table("t", "t", (Column("x", "x", Kind.ESTIMATE),), ((value,),))]))["t"]
    assert rows[2][0] == pytest.approx(value, rel=1e-15)
