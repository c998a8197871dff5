import hashlib
import re

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import xlsxwriter

from chinese import wholly_chinese
from sme_sem.errors import ResponseError
from sme_sem.responses import read_responses

from .conftest import ANSWERS, HEADER, found

EXPECTED = {
    "MK1": [1.0, 5.0, 3.0],
    "MK2": [2.0, 4.0, 3.0],
    "MK3": [3.0, 5.0, 3.0],
    "size": [1.0, 2.0, 1.0],
    "age": [7.0, 12.5, 30.0],
    "respondent": ["a", "b", "c"],
    "seconds": [80.0, 95.0, 61.0],
}


def workbook(path, sheets):
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    sheet.write(r, c, cell)
    return path


def numbers(rows):
    return [[cell if not cell.replace(".", "").isdigit() else float(cell) for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("name", "delimiter", "encoding", "end"),
    [
        ("answers.csv", ",", "utf-8", "\n"),
        ("answers.csv", ",", "utf-8-sig", "\r\n"),
        ("answers.csv", ";", "utf-8", "\r\n"),
        ("answers.tsv", "\t", "utf-8", "\n"),
        ("answers.txt", "\t", "utf-16", "\r\n"),
        ("answers.txt", "\t", "utf-16-le", "\n"),
        ("answers.csv", ",", "gbk", "\r"),
    ],
)
def test_text_files_of_every_delimiter_and_encoding_give_the_same_answers(
    csv_file, instrument, name, delimiter, encoding, end
):
    header = [*HEADER[:2], "本企业关注竞争对手。", *HEADER[3:]]
    path = csv_file(*ANSWERS, name=name, header=header, delimiter=delimiter, encoding=encoding, end=end)
    responses = read_responses(path, instrument)
    assert responses.frame.to_dict("list") == EXPECTED
    assert found(responses, "matched") == [("info", None, "本企业关注竞争对手。", None)]
    assert responses.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert bool(found(responses, "encoding")) is not encoding.startswith("utf-8")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("rows", [["4{d}3"], ["4{d}3", "2{d}1{d}5"], ["4{d}3{d}5{d}1{d}", "1{d}2{d}3{d}4{d}"]])
def test_the_delimiter_is_found_though_no_row_is_as_long_as_the_names(tmp_path, instrument, delimiter, rows):
    path = tmp_path / "answers.csv"
    lines = ["MK1{d}MK2{d}a remark, or none{d}", *rows] if delimiter != "," else ["MK1{d}MK2{d}remark{d}", *rows]
    path.write_text("\n".join(lines).format(d=delimiter) + "\n", encoding="utf-8")
    responses = read_responses(path, instrument)
    assert responses.frame["MK1"].tolist() == [float(row[0]) for row in rows]
    uneven = found(responses, "short_row") + found(responses, "long_row")
    assert len(uneven) == sum(row.count("{d}") < 3 for row in rows)


def test_commas_in_a_single_column_of_text_split_nothing(tmp_path, instrument):
    path = tmp_path / "answers.csv"
    path.write_text("MK1;remark, wish\n4;fine, really\n5;good\n", encoding="utf-8")
    assert read_responses(path, instrument).extra.columns.tolist() == ["remark, wish"]
    path.write_text("本企业关注竞争对手。\n4\n3\n", encoding="utf-8")
    assert read_responses(path, instrument).frame["MK1"].tolist() == [4.0, 3.0]


def test_the_encoding_of_a_gbk_file_is_stated(csv_file, instrument):
    responses = read_responses(csv_file(("非常同意",), header=("MK1",), encoding="gbk"), instrument)
    assert responses.frame["MK1"].tolist() == [5.0]
    assert found(responses, "encoding") == [("info", None, None, "gb18030")]


def test_an_encoding_that_is_given_is_taken_without_a_word(csv_file, instrument):
    path = csv_file(("一般",), header=("MK1",), encoding="big5")
    responses = read_responses(path, instrument, encoding="big5")
    assert responses.frame["MK1"].tolist() == [3.0]
    assert found(responses, "encoding") == []


def test_a_workbook_gives_the_same_answers_as_text(tmp_path, instrument):
    path = workbook(tmp_path / "answers.xlsx", {"Sheet1": [HEADER, *numbers(ANSWERS)]})
    responses = read_responses(path, instrument)
    assert responses.frame.to_dict("list") == EXPECTED
    assert responses.raw.loc[1, "MK1"] == "1"


def test_a_sheet_is_chosen_by_name_and_the_choice_of_the_first_is_stated(tmp_path, instrument):
    path = workbook(tmp_path / "answers.xlsx", {"pilot": [["MK1"], [1.0]], "main": [["MK1"], [2.0]], "none": []})
    first, main = read_responses(path, instrument), read_responses(path, instrument, sheet="main")
    assert (first.frame["MK1"].item(), main.frame["MK1"].item()) == (1.0, 2.0)
    assert found(first, "sheet") == [("info", None, None, "pilot")]
    assert found(main, "sheet") == []
    with pytest.raises(ResponseError) as caught:
        read_responses(path, instrument, sheet="mian")
    assert str(caught.value) == (
        f"{path}: has no sheet 'mian'; its sheets are 'pilot', 'main', 'none'. Did you mean 'main'?"
    )
    with pytest.raises(ResponseError) as caught:
        read_responses(path, instrument, sheet="none")
    assert str(caught.value) == (
        f"{path}: the sheet 'none' is empty; its other sheets are 'pilot', 'main', choose with sheet="
    )


def test_a_first_sheet_without_answers_is_refused_with_the_names_of_the_others(tmp_path, instrument):
    path = workbook(tmp_path / "answers.xlsx", {"说明": [["读我"]], "数据": [["MK1"], [2.0]]})
    assert refusal(path, instrument) == (
        f"{path}: the sheet '说明' holds one row and no answers under it; its other sheets are '数据', choose with "
        "sheet="
    )
    assert read_responses(path, instrument, sheet="数据").collected == 1
    path = workbook(tmp_path / "answers.xlsx", {"说明": [["读我"], ["先读"]], "数据": [["MK1"], [2.0]]})
    assert refusal(path, instrument).endswith(
        "or choose the instrument that was asked; its other sheets are '数据', choose with sheet="
    )


def test_a_workbook_named_csv_is_read_as_what_it_is(tmp_path, instrument):
    path = workbook(tmp_path / "answers.xlsx", {"Sheet1": [["MK1"], [4.0]]}).rename(tmp_path / "answers.csv")
    responses = read_responses(path, instrument)
    assert responses.frame["MK1"].tolist() == [4.0]
    assert len(found(responses, "format")) == 1


def test_an_spss_file_brings_its_wordings_labels_and_missing_codes(tmp_path, instrument):
    path = tmp_path / "answers.sav"
    frame = pd.DataFrame(
        {"题1": [5.0, 1.0, 9.0, np.nan], "MK2": [1.0, 5.0, 2.0, 3.0], "规模": [10.0, 20.0, 10.0, 20.0]}
    )
    pyreadstat.write_sav(
        frame,
        str(path),
        column_labels={"题1": "本企业关注竞争对手", "规模": "企业规模"},
        variable_value_labels={
            "题1": {5.0: "非常同意"},
            "MK2": {1.0: "strongly agree", 5.0: "strongly disagree"},
            "规模": {10.0: "小型", 20.0: "中型"},
        },
        missing_ranges={"题1": [9]},
    )
    responses = read_responses(path, instrument)
    assert responses.frame["MK1"].fillna(0).tolist() == [5.0, 1.0, 0.0, 0.0]
    assert responses.frame["MK2"].tolist() == [5.0, 1.0, 2.0, 3.0]
    assert responses.frame["size"].tolist() == [1.0, 2.0, 1.0, 2.0]
    assert found(responses, "missing_code") == [("info", None, "MK1", "9")]
    assert ("warning", None, "MK2", "1") in found(responses, "label_disagrees")
    assert responses.rows.tolist() == [1, 2, 3, 4]


def test_a_data_frame_in_memory_reads_like_a_file(instrument):
    frame = pd.DataFrame(numbers(ANSWERS), columns=HEADER)
    responses = read_responses(frame, instrument)
    assert responses.frame.to_dict("list") == EXPECTED
    assert responses.source == "DataFrame"
    assert responses.rows.tolist() == [2, 3, 4]
    assert responses.sha256 != read_responses(frame.assign(MK1=1), instrument).sha256
    assert responses.sha256 == read_responses(frame.copy(), instrument).sha256


def test_nothing_in_a_data_frame_is_read_as_nothing(instrument):
    frame = pd.DataFrame({"MK1": [None, pd.NA, pd.NaT, float("nan"), 2]}, dtype=object)
    assert read_responses(frame, instrument).frame["MK1"].isna().tolist() == [True] * 4 + [False]


def test_quoted_commas_and_line_breaks_stay_inside_their_cell(tmp_path, instrument):
    path = tmp_path / "answers.csv"
    path.write_bytes(b'MK1,remark\n1,"good, really"\n2,"two\nlines"\n9,x\n')
    responses = read_responses(path, instrument)
    assert responses.extra["remark"].tolist() == ["good, really", "two\nlines", "x"]
    assert found(responses, "off_scale") == [("error", 4, "MK1", "9")]


def test_rows_with_too_many_or_too_few_cells_are_named(tmp_path, instrument):
    path = tmp_path / "answers.csv"
    path.write_bytes(b"MK1,MK2,MK3\n1,2,3\n1,2,3,4\n1,2\n1,2,3,\n1,2,3\n")
    responses = read_responses(path, instrument)
    assert found(responses, "long_row") == [("error", 3, None, None)]
    assert found(responses, "short_row") == [("warning", 4, None, None)]
    assert responses.extra["column D"].tolist() == ["", "4", "", "", ""]


def test_the_line_in_which_excel_names_the_delimiter_is_obeyed(tmp_path, instrument):
    path = tmp_path / "answers.csv"
    path.write_bytes(b"sep=;\r\nMK1;MK2\r\n1;2\r\n")
    assert read_responses(path, instrument).frame.to_dict("list") == {"MK1": [1.0], "MK2": [2.0]}


def test_commas_in_the_wordings_of_a_tab_file_do_not_mislead(tmp_path, instrument):
    path = tmp_path / "answers.csv"
    path.write_bytes(b"MK1\tMK2\ta, b, c, d, e\n1\t2\tx\n3\t4\ty\n")
    assert read_responses(path, instrument).frame.to_dict("list") == {"MK1": [1.0, 3.0], "MK2": [2.0, 4.0]}


def refusal(path, instrument, **options):
    with pytest.raises(ResponseError) as caught:
        read_responses(path, instrument, **options)
    assert wholly_chinese(re.sub("（.*?）", "", caught.value.in_chinese()))  # in brackets a reader's own words
    return str(caught.value)


def test_a_missing_file_names_its_neighbours(csv_file, instrument, tmp_path):
    csv_file(*ANSWERS)
    message = refusal(tmp_path / "anwsers.csv", instrument)
    assert message.startswith(f"{tmp_path / 'anwsers.csv'}: no such file in ")
    assert message.endswith(" Did you mean 'answers.csv'?")


def test_a_missing_folder_is_named(instrument, tmp_path):
    path = tmp_path / "nowhere" / "answers.csv"
    assert refusal(path, instrument) == f"{path}: the folder {str(path.parent)!r} does not exist"


def test_a_folder_lists_the_files_it_holds(csv_file, instrument, tmp_path):
    csv_file(*ANSWERS)
    assert refusal(tmp_path, instrument) == (
        f"{tmp_path}: is a folder, name one file of answers in it; it holds 'answers.csv'"
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty; expected column names and one row per respondent"),
        (b" \n\n", "is empty; expected column names and one row per respondent"),
        (b",,\n,,\n", "is empty; expected column names and one row per respondent"),
        (b"MK1,MK2\n", "holds column names but no answers; expected one row per respondent under them"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x01", "is not a table of answers"),
        (b"MK1,MK2\n1,\x00\n4,5\n", "it holds binary data"),
        (bytes(range(256)) * 8, "is not a table of answers"),
        (b"PK\x03\x04 this is no workbook", "cannot be read as a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 nor this", "cannot be read as a workbook"),
        (b"$FL2 nor an SPSS file", "cannot be read as an SPSS file"),
        (
            b"<html><table><tr><td>MK1</td></tr></table></html>",
            "is a web page or XML, not a table of answers",
        ),
        (b'MK1,MK2\n1,2\n3,"4\n5,1\n', 'line 3: a quotation mark (") is opened in this row and never closed'),
        (b'MK1\n"' + b"x" * 200_000 + b'"\n', "line 2: cannot be split into cells"),
        (b"1,2,3\n4,5,1\n", "its first row looks like answers: put the item ids in a row above them"),
        (
            b"a,b,c\n4,5,1\n",
            "no column is an item of the instrument 'demo' (MK1, MK2, MK3); its columns are 'a',",
        ),
    ],
)
def test_what_is_no_table_of_answers_is_refused_in_one_sentence(tmp_path, instrument, content, words):
    path = tmp_path / "answers.csv"
    path.write_bytes(content)
    message = refusal(path, instrument)
    assert words in message
    assert message.startswith((str(path), path.name))


def test_wrong_options_say_which_are_right(csv_file, instrument):
    path = csv_file(*ANSWERS)
    assert "use one of 'auto', 'plain'" in refusal(path, instrument, platform="planet")
    assert "has no sheets, so sheet='main' cannot be read" in refusal(path, instrument, sheet="main")
    assert "'utf-ate' is not an encoding" in refusal(path, instrument, encoding="utf-ate")
    with pytest.raises(ResponseError) as caught:
        read_responses(None, instrument)
    assert str(caught.value) == "answers: expected the path of a file or a pandas DataFrame, got NoneType"


def test_a_wrong_encoding_names_the_line(csv_file, instrument):
    path = csv_file(("1",), ("非常同意",), header=("MK1",), encoding="gbk")
    assert refusal(path, instrument, encoding="utf-8") == (
        f"{path}: cannot be decoded: its line 3 is not valid utf-8; leave encoding= out to have it recognised"
    )
