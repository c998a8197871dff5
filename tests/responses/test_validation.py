import datetime

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sme_sem.instrument.load import load_instrument
from sme_sem.instrument.parts import BackgroundQuestion, ResponseScale
from sme_sem.responses import read_responses, screen
from sme_sem.responses.choices import joined_reader
from sme_sem.responses.labels import category_reader, duration_reader, folded, rating_reader
from sme_sem.responses.quantities import quantity_reader

from . import dialects
from .conftest import ANSWERS, YAML, found


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


def test_a_number_with_its_unit_is_read_and_noted_once(instrument):
    responses = answers(instrument, "age", "8年", "12.5 years", "３年", "7")
    assert responses.frame["age"].tolist() == [8.0, 12.5, 3.0, 7.0]
    assert found(responses, "with_unit") == [("warning", None, "age", None)]
    told = responses.findings.query("rule == 'with_unit'").iloc[0]
    assert told["message"] == (
        "3 answers were written with a unit and read as the number alone: '年' (2), 'years' (1); look whether it is "
        "the unit that the question asks for"
    )
    assert told["message_zh"] == (
        "有3个答案带有单位，已按其中的数字读取：'年' (2)、'years' (1)；请核对是否为题目所问的单位"
    )
    assert found(responses, "not_a_number") == []


@pytest.mark.parametrize(
    "text", ["3万元", "2千", "约8年", "8-10年", "10年以上", "8个月", "10+", "三年", "8 apples", "1,200人"]
)
def test_a_unit_that_counts_for_more_and_words_beside_a_number_are_refused(instrument, text):
    responses = answers(instrument, "age", "8", text)
    assert responses.frame["age"].isna().tolist() == [False, True]
    assert found(responses, "not_a_number") == [("error", 3, "age", text)]


def test_a_unit_that_is_refused_is_named(instrument):
    (message,) = answers(instrument, "age", "3万元").findings.query("severity == 'error' and row == 2")["message"]
    assert message == (
        "'3万元' is not a number alone, and '万元' beside it is no unit that could be left out; write digits only, in "
        "the unit that the question asks for"
    )


def numeric(wording, **bounds):
    question = {"id": "amount", "label": "A", "wording": wording, "kind": "numeric"}
    return quantity_reader(BackgroundQuestion.model_validate(question | bounds))


@pytest.mark.parametrize(
    ("wording", "text", "value"),
    [
        ("研发投入占比？", "60%", 60.0),
        ("研发投入占比？", "60％", 60.0),
        ("员工人数？", "25 人", 25.0),
        ("您的年龄？", "38岁", 38.0),
        ("月收入（元）？", "3000元", 3000.0),
        ("年收入（万元）？", "3000元", None),
        ("年收入（万元）？", "30万元", None),
        ("每周工作多少小时？", "40小时", 40.0),
        ("贵企业成立了多少个月？", "18个月", 18.0),
        ("贵企业成立了多少个月？", "2年", None),
        ("How many hours a week?", "40 hours", 40.0),
    ],
)
def test_a_unit_is_left_out_where_the_question_asks_in_it(wording, text, value):
    assert numeric(wording)(text).value == value


def question(kind, categories=None):
    words = {"id": "q", "label": "Q", "wording": "Which?", "kind": kind, "categories": categories or {}}
    return BackgroundQuestion.model_validate(words)


MANY = {i: f"Option {i}" for i in range(1, 15)}
PLACES = {name: name.capitalize() for name in ("north", "east", "northeast")}


@pytest.mark.parametrize(
    ("categories", "text", "codes"),
    [
        (MANY, "1 2", (1.0, 2.0)),  # twelve is an option too
        (MANY, "1 14", (1.0, 14.0)),
        (MANY, "12", (12.0,)),
        (PLACES, "north east", ("north", "east")),
        (PLACES, "northeast", ("northeast",)),
        (PLACES | {"northeast": "North East"}, "North East", ("northeast",)),
    ],
)
def test_options_with_spaces_between_them_are_not_read_as_one(categories, text, codes):
    assert joined_reader(question("multiple", categories))(text).value == codes


def several_answers(tmp_path):
    path = tmp_path / "several.yaml"
    asked = '  - {id: ch, label: Ch, wording: "Which?", kind: multiple, categories: {1: Shops, 2: Online, 3: Other}}\n'
    path.write_text(YAML.replace("metadata:\n", asked + "metadata:\n"), encoding="utf-8")
    return load_instrument(path)


def test_an_option_of_one_for_yes_and_two_for_no_is_read_as_the_file_labels_it_or_not_at_all(tmp_path):
    answers = pd.DataFrame({"MK1": [1.0, 2], "ch_1": [1.0, 2], "ch_2": [1.0, 2], "ch_3": [2.0, 2]})
    asked, path = several_answers(tmp_path), tmp_path / "yes.sav"
    yes = {1: "Yes", 2: "No"}
    pyreadstat.write_sav(answers, path, variable_value_labels={"ch_1": yes, "ch_2": yes, "ch_3": yes})
    read = read_responses(path, asked).frame[["ch.1", "ch.2", "ch.3"]]
    assert read.to_numpy().tolist() == [[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    bare = read_responses(answers, asked)
    assert bare.frame["ch.2"].tolist()[0] == 1.0 and np.isnan(bare.frame["ch.2"].tolist()[1])
    assert ("error", 3, "ch.2", "2") in found(bare, "unknown_category")
    chosen = read_responses(pd.DataFrame({"MK1": [1, 2], "ch_1": [1, None], "ch_2": [None, 2]}), asked).frame
    assert chosen[["ch.1", "ch.2"]].to_numpy().tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_an_option_that_nobody_chose_is_not_chosen_by_all_where_two_is_no(tmp_path):
    asked = several_answers(tmp_path)
    nobody = pd.DataFrame({"MK1": [1, 2], "ch_1": [1, 2], "ch_2": [2, 2], "ch_3": [1, 2]})
    read = read_responses(nobody, asked)
    assert not (read.frame["ch.2"] == 1).any()
    assert ("error", 2, "ch.2", "2") in found(read, "unknown_category")
    numbers = pd.DataFrame({"MK1": [1, 2], "ch_1": [1, 0], "ch_2": [2, 2], "ch_3": [0, 3]})
    assert read_responses(numbers, asked).frame[["ch.1", "ch.2", "ch.3"]].to_numpy().tolist() == [[1, 1, 0], [0, 1, 1]]


def test_respondents_without_an_id_are_not_the_same(instrument):
    answers = pd.DataFrame({"respondent": ["NA", "NA", "n/a", "a"], "MK1": [1, 2, 3, 4]})
    responses = read_responses(answers, instrument)
    assert responses.metadata["respondent_id"].isna().tolist() == [True, True, True, False]
    assert screen(responses, ["duplicate_id"]).kept.all() and not found(responses, "duplicate_id")


def test_digits_that_stand_apart_are_several_numbers():
    assert category_reader(question("category", MANY))("1 2").rule == "unknown_category"
    read = quantity_reader(question("numeric"))
    assert [read(text).rule for text in ("2 5", "2 5 years")] == ["not_a_number", "not_a_number"]
    assert read("12 345").value == 12345
    scale = ResponseScale(lowest=0, highest=100, anchors={})
    assert [rating_reader(scale)(text).rule for text in ("5 0", "5 0分")] == ["not_a_number", "not_a_number"]


def test_a_number_before_a_label_that_begins_with_one_is_no_code():
    read = category_reader(question("category", {1: "5 years", 2: "8 years"}))
    assert read("15 years").rule == "unknown_category"
    assert (read("1. 5 years").value, read("5 years").value) == (1.0, 1.0)


@pytest.mark.parametrize("written", ["1 18-25", "1\u300018-25", "1. 18-25", "18-25"])
def test_a_code_may_stand_before_a_label_that_begins_with_a_number(written):
    assert category_reader(question("category", {1: "18-25", 2: "26-35"}))(written).value == 1.0
    assert category_reader(question("category", {1: "18-25", 2: "26-35"}))("2 18-25").value is None
    shares = ResponseScale(lowest=1, highest=2, anchors={1: {"en": "18-25", "zh": "18-25"}})
    assert rating_reader(shares)(written).value == 1.0


def test_points_of_a_scale_are_its_codes_if_they_are_codes(instrument):
    responses = answers(instrument, "MK2", "5分", " 4 分", "6分", "4.5分", "5分左右")
    assert responses.frame["MK2"].fillna(0).tolist() == [5, 4, 0, 0, 0]
    assert [row for _, row, _, _ in found(responses, "not_a_number")] == [4, 5, 6]


def test_a_number_beyond_what_its_question_allows_is_a_finding():
    read = numeric("成立多少年？", lowest=0, highest=150, missing_codes=[-1])
    assert [read(text).value for text in ("0", "150", "150年")] == [0.0, 150.0, 150.0]
    assert [read(text).rule for text in ("2015", "2015年", "-2", "-1")] == ["off_scale"] * 3 + ["missing_code"]
    assert read("2015").message.zh == "高于该题允许的最大值150；请更正，若表示缺失，请列入该题的missing_codes"
    assert read("-2").message.en == (
        "is below 0, the lowest that the question allows; correct it, or list it among the question's missing_codes if "
        "it means no answer"
    )


def test_calendar_years_among_ages_are_noted(instrument):
    responses = answers(instrument, "age", "7", "2015", "12", "2011年", "", "30")
    assert found(responses, "calendar_year") == [("warning", None, "age", None)]
    assert responses.findings.query("rule == 'calendar_year'")["message"].item() == (
        "2 answers look like calendar years, and most others are below 150: rows 3, 5; correct them, or give the "
        "question a highest value, so that they count as missing"
    )


@pytest.mark.parametrize("cells", [["2015", "2011", "8"], ["7", "1899", "3"], ["400", "2015", "900"], ["7", "8"]])
def test_years_that_were_asked_for_and_large_numbers_are_not(instrument, cells):
    assert found(answers(instrument, "age", *cells), "calendar_year") == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *[
            ("80", 80),
            ("80秒", 80),
            ("1分20秒", 80),
            ("1小时1分", 3660),
            ("80.5 s", 80.5),
            ("01:20", 80),
            ("90:05", 5405),
        ],
        *[
            ("0:01:20", 80),
            ("１：０１：２０", 3680),
            ("00:01:20.250", 80.25),
            ("1 day, 0:00:20", 86420),
            ("1:20:60", None),
        ],
        *[(str(datetime.time(0, 1, 20)), 80), (str(pd.Timedelta(seconds=80)), 80), ("-1 days +23:59:40", None)],
    ],
)
def test_a_duration_is_read_in_seconds(text, seconds):
    assert duration_reader(text).value == seconds


def test_a_duration_that_cannot_be_read_is_taken_from_start_and_end():
    meant = dialects.survey(
        metadata=[{"id": id, "meaning": id} for id in ("started_at", "submitted_at", "duration_s")],
    )
    times = {"started_at": ["2026-04-18 08:00:00"] * 2, "submitted_at": ["2026-04-18 08:01:20"] * 2}
    frame = pd.DataFrame({"MK1": [1, 2], **times, "duration_s": ["short", "long"]})
    responses = read_responses(frame, meant)
    assert responses.metadata["duration_s"].tolist() == [80.0, 80.0]
    assert responses.findings["rule"].tolist().count("derived") == 1
    one = read_responses(frame.assign(duration_s=["short", "0:01:00"]), meant)
    assert one.metadata["duration_s"].isna().tolist() == [True, False]  # a column that tells some is believed


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
    assert list(findings.columns) == ["severity", "row", "column", "value", "rule", "message", "message_zh", "count"]
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
