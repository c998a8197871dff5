import csv
import io
import math

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sme_sem.tables import Column, Kind, Table, csv_file
from tables.examples import HOSTILE, PATHS


def read(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def test_numbers_come_back_as_they_were(tmp_path):
    numbers = (1 / 3, 1e-17, -2.5, 12345678901234.5)
    table = Table("t", "t", (Column("x", "X", Kind.ESTIMATE),), tuple((x,) for x in numbers))
    (path,) = csv_file.write([table], tmp_path)
    assert tuple(pd.read_csv(path)["x"]) == numbers


def test_the_file_begins_with_the_mark_by_which_excel_knows_chinese(tmp_path):
    (path,) = csv_file.write([PATHS], tmp_path, "zh")
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfpath,")
    assert "信任 → 使用" in content.decode("utf-8-sig")


def test_missing_values_are_empty():
    assert read(csv_file.render(PATHS))[3] == ["age → use", "", "", ""]


def test_a_text_like_a_formula_gets_an_apostrophe_and_a_number_does_not():
    rows = read(csv_file.render(HOSTILE))[1:]
    assert [row[0] for row in rows[:6]] == ["'=HYPERLINK(1)", "'+86 10", "-", "'@cmd", "'  =1", "<script>"]
    assert [row[1] for row in rows[:5]] == ["-1.5", "2.0", "-3.25", "inf", "1e-300"]


def test_a_heading_like_a_formula_gets_one_too():
    assert csv_file.render(Table("t", "t", (Column("=a", "A"),), ())) == "'=a\r\n"


@settings(deadline=None)  # a shared machine may pause
@given(st.lists(st.tuples(st.text(), st.floats()), max_size=6))
def test_no_cell_of_text_ever_begins_like_a_formula(rows):
    table = Table("t", "t", (Column("a", "A"), Column("x", "X", Kind.ESTIMATE)), tuple(rows))
    written = read(csv_file.render(table))[1:]
    assert len(written) == len(rows)
    for (label, number), (text, digits) in zip(rows, written):
        assert text.strip() in ("+", "-") or not text.strip().startswith(("=", "+", "-", "@"))
        assert len(text) - len(label) in (0, 1)
        assert math.isnan(number) if digits == "" else float(digits) == number


def test_a_count_is_written_whole_and_significance_as_stars():
    columns = (Column("n", "N", Kind.COUNT), Column("df", "df", Kind.COUNT), Column("sig", "Sig.", Kind.STARS))
    table = Table("t", "t", columns, ((25.0, 12.5, 0.004), (float("inf"), None, 0.2)))
    assert csv_file.render(table) == "n,df,sig\r\n25,12.5,**\r\ninf,,\r\n"


def test_columns_that_share_a_name_keep_their_values():
    table = Table("t", "t", (Column("a", "A"), Column("a", "B")), ((1, 2),))
    assert csv_file.render(table) == "a,a\r\n1,2\r\n"


def test_each_table_has_its_own_file_inside_the_folder(tmp_path):
    tables = [Table(name, "t", (Column("a", "A"),), ()) for name in ("fit", "Fit", "../../fit", "信度/效度", "")]
    paths = csv_file.write(tables, tmp_path / "new")
    assert [path.name for path in paths] == [
        "fit.csv",
        "Fit_2.csv",
        "fit_3.csv",
        "信度_效度.csv",
        "table.csv",
    ]
    assert {path.parent for path in paths} == {tmp_path / "new"}
    assert all(path.exists() for path in paths)
