import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sme_sem.responses import read_responses
from sme_sem.responses.labels import duration_reader, folded

from .conftest import ANSWERS, found


def answers(instrument, column, *texts):
    return read_responses(pd.DataFrame({"MK1": "1", column: texts}), instrument)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4", 4),
        ("4.0", 4),
        (" 4 ", 4),
        ("４", 4),
        ("+4", 4),
        ("4e0", 4),
        ("strongly agree", 5),
        ("STRONGLYAGREE", 5),
        ("非常同意", 5),
        ("非常 同意", 5),
        ("5 非常同意", 5),
        ("5=Strongly agree", 5),
        ("非常同意（5）", 5),
    ],
)
def test_an_answer_is_read_however_it_is_written(instrument, text, code):
    responses = answers(instrument, "MK2", text)
    assert responses.frame["MK2"].tolist() == [code]
    assert "error" not in set(responses.findings.query("column == 'MK2'")["severity"])


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("6", "off_scale"),
        ("0", "off_scale"),
        ("-3", "off_scale"),
        ("1e999", "off_scale"),
        ("2.5", "fractional"),
        ("4,0", "not_a_number"),
        ("agreee", "not_a_number"),
        ("3 Strongly agree", "not_a_number"),
        ("inf", "not_a_number"),
    ],
)
def test_an_answer_that_cannot_be_used_becomes_missing_and_a_finding(instrument, text, rule):
    responses = answers(instrument, "MK2", "1", text)
    assert responses.frame["MK2"].isna().tolist() == [False, True]
    assert found(responses, rule) == [("error", 3, "MK2", text)]


def test_a_finding_says_what_is_wrong_and_what_would_do(instrument):
    responses = answers(instrument, "MK2", "6", "strongly agre", "2.5")
    assert responses.findings.query("column == 'MK2' and severity == 'error'")["message"].tolist() == [
        "'6' is off the scale 1 to 5; correct it, or list it among the scale's missing_codes if it means no answer",
        "'strongly agre' is neither a code from 1 to 5 nor a label of the scale; write the code, or add the "
        "label to the scale's anchors. Did you mean 'Strongly agree' or 'Strongly disagree'?",
        "'2.5' lies between two answers; the scale 1 to 5 has whole codes only",
    ]


def test_a_finding_says_the_same_in_chinese(instrument):
    responses = answers(instrument, "MK2", "6", "strongly agre", "2.5")
    assert responses.findings.query("column == 'MK2' and severity == 'error'")["message_zh"].tolist() == [
        "'6'超出量表范围1–5；请更正，若表示缺失，请列入量表的missing_codes",
        "'strongly agre'既不是1–5的编码，也不是量表的选项文字；请改写为编码，或在量表的anchors中补充该文字。"
        "是否应为'Strongly agree'或'Strongly disagree'？",
        "'2.5'介于两个答案之间；量表1–5只有整数编码",
    ]


def test_every_finding_has_chinese_words(csv_file, instrument):
    whole, short = ["R1", "90", "9", "x", "4", "5", "1", "30"], ["R1", "90", "1", "2"]
    rows = (whole, whole, short, [""] * 8, ["R2", "80", "1", "2", "3", "4", "1", "40"])
    found = read_responses(csv_file(*rows), instrument).findings
    assert {"off_scale", "not_a_number", "short_row", "duplicate_row"} <= set(found["rule"])
    assert found["message_zh"].str.contains("[\u4e00-\u9fff]").all()


def test_missing_codes_and_empty_cells_are_counted(instrument):
    responses = answers(instrument, "MK2", "-99", "-99.0", "NA", "", " ", "3")
    assert responses.frame["MK2"].isna().sum() == 5
    assert sorted(found(responses, "missing_code")) == [
        ("info", None, "MK2", "-99"),
        ("info", None, "MK2", "-99.0"),
        ("info", None, "MK2", "NA"),
    ]
    empty = responses.findings.query("rule == 'empty_cell'")["message"].item()
    assert empty == "2 cells are empty and count as missing: MK2 2"


def test_labels_read_as_codes_are_listed_with_their_number(instrument):
    responses = answers(instrument, "MK2", "一般", "3", "一般")
    assert responses.findings.query("rule == 'recoded'")["message"].item() == "labels read as codes: '一般' → 3 (2)"


def test_a_reversed_item_is_turned_once_and_this_is_noted(instrument):
    responses = answers(instrument, "MK3", "1", "strongly agree", "", "9")
    assert responses.frame["MK3"].fillna(0).tolist() == [5.0, 1.0, 0.0, 0.0]
    assert responses.raw["MK3"].tolist() == ["1", "strongly agree", "", "9"]
    assert responses.findings.query("rule == 'reversed'")["message"].item() == (
        "reverse-coded, turned to lowest + highest - answer: MK3"
    )


def test_categories_are_read_by_code_or_label(instrument):
    responses = answers(instrument, "size", "1", "2.0", "small", "中型", "large", "３")
    assert responses.frame["size"].fillna(0).tolist() == [1, 2, 1, 2, 0, 0]
    assert found(responses, "unknown_category") == [("error", 6, "size", "large"), ("error", 7, "size", "３")]


def test_a_question_for_a_number_takes_fractions_and_refuses_words(instrument):
    responses = answers(instrument, "age", "12.5", "-1", "ten", "1e999")
    assert responses.frame["age"].fillna(0).tolist() == [12.5, 0, 0, 0]
    assert found(responses, "not_a_number") == [("error", 4, "age", "ten"), ("error", 5, "age", "1e999")]
    assert found(responses, "missing_code") == [("info", None, "age", "-1")]


@pytest.mark.parametrize(("text", "seconds"), [("80", 80), ("80秒", 80), ("1分20秒", 80), ("1小时1分", 3660)])
def test_a_duration_is_read_in_seconds(text, seconds):
    assert duration_reader(text).value == seconds


def test_a_failed_attention_check_is_named_with_its_answer(instrument):
    responses = answers(instrument, "AC1", "5", "非常同意", "2", "", "x")
    assert responses.attention["AC1"].tolist() == [True, True, False, pd.NA, pd.NA]
    assert found(responses, "attention_failed") == [("warning", 4, "AC1", "2")]
    assert found(responses, "not_a_number") == [("error", 6, "AC1", "x")]
    assert "AC1" not in responses.frame.columns


def test_repeated_ids_and_repeated_rows_name_the_first(csv_file, instrument):
    a, b, c = ANSWERS
    responses = read_responses(csv_file(a, b, ("a", *c[1:]), b, ("", *a[1:]), ("", *b[1:])), instrument)
    assert found(responses, "duplicate_id") == [
        ("warning", 4, "respondent", "a"),
        ("warning", 5, "respondent", "b"),
    ]
    assert found(responses, "duplicate_row") == [("warning", 5, None, None)]
    messages = responses.findings.set_index("rule")["message"]
    assert messages["duplicate_row"] == "is the same in every cell as row 3; was it entered twice?"
    assert messages["duplicate_id"].tolist()[0] == "the respondent 'a' already answered in row 2"


def test_empty_rows_keep_their_place_so_that_row_numbers_stay_right(tmp_path, instrument):
    path = tmp_path / "answers.csv"
    path.write_bytes(b"MK1,MK2,MK3\n1,2,3\n\n,,\n1,2,9\n\n\n")
    responses = read_responses(path, instrument)
    assert found(responses, "empty_row") == [("warning", 3, None, None), ("warning", 4, None, None)]
    assert found(responses, "off_scale") == [("error", 5, "MK3", "9")]
    assert found(responses, "duplicate_row") == []
    assert responses.collected == 4


def test_the_gravest_findings_come_first_and_then_the_rows_in_order(instrument):
    findings = answers(instrument, "MK2", "7", "-99", "x", "9").findings
    assert list(findings.columns) == ["severity", "row", "column", "value", "rule", "message", "message_zh"]
    order = findings["severity"].map({"error": 0, "warning": 1, "info": 2}).tolist()
    assert order == sorted(order)
    assert findings.query("severity == 'error' and column == 'MK2'")["row"].tolist() == [2, 4, 5]


cells = st.one_of(
    st.sampled_from(["1", "5", "4.0", "５", "-99", "", "非常同意", "Neutral", "6", "2.5", "1e999", "NA", "{}", "nan"]),
    st.text(max_size=8),
    st.floats().map(repr),
)


@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(*[cells] * 7), min_size=1, max_size=6))
def test_every_cell_is_either_in_the_frame_or_in_a_finding(instrument, rows):
    names = ["respondent", "MK1", "MK2", "MK3", "AC1", "size", "age"]
    responses = read_responses(pd.DataFrame(rows, columns=names), instrument)
    told = {(c, v) for c, v in zip(responses.findings["column"], responses.findings["value"])}
    for name in names:
        known = responses.attention[name] if name == "AC1" else responses.frame[name]
        for text, value in zip(responses.raw[name], known, strict=True):
            assert not pd.isna(value) or not text.strip() or (name, text) in told
    answers = responses.frame[["MK1", "MK2", "MK3"]].to_numpy(dtype=float)
    assert np.isin(answers[~np.isnan(answers)], range(1, 6)).all()
    assert responses.counts == {"collected": len(rows)}
    assert str(responses)


@settings(deadline=None, derandomize=True)
@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert folded(folded(text)) == folded(text)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    content=st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda t: ("MK1,MK2\n" + t).encode("utf-8", "replace")),
    )
)
def test_any_bytes_are_read_or_refused_but_never_break(tmp_path, instrument, content):
    from sme_sem.errors import ResponseError

    path = tmp_path / "wild.csv"
    path.write_bytes(content)
    try:
        responses = read_responses(path, instrument)
    except ResponseError as refusal:
        assert "\n" not in str(refusal).strip() or "wild.csv" in str(refusal)
    else:
        assert len(responses.frame) == len(responses.raw) == responses.collected
