import csv

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sme_sem.errors import ResponseError
from sme_sem.instrument.model import Instrument
from sme_sem.responses import PLATFORMS, read_responses, sample_table
from sme_sem.responses.labels import NO_ANSWER, folded
from sme_sem.responses.platforms import REGISTRY

from . import dialects
from .conftest import found
from .dialects import ATTENTION, FRAME, saved, survey, workbook


def at(day, clock):
    return pd.Timestamp(f"2026-04-{day} {clock}")


def days(*clocks):
    return [at(18 + i, clock) for i, clock in enumerate(clocks)]


SECONDS = [80.0, 81.0, 82.0]
SUBMITTED = days("08:01:20", "08:01:21", "08:01:22")
STARTED = days("08:00:00", "08:00:00", "08:00:00")
UTC = days("00:00:00", "00:00:00", "00:00:00")
WJX = {
    "respondent_id": ["1", "2", "3"],
    "submitted_at": days("08:00:00", "08:01:00", "08:02:00"),
    "duration_s": SECONDS,
    "source": ["微信"] * 3,
}
TENCENT = {
    "respondent_id": ["1", "2", "3"],
    "started_at": STARTED,
    "submitted_at": SUBMITTED,
    "duration_s": SECONDS,
    "language": ["简体中文"] * 3,
}
QUALTRICS = {
    "respondent_id": ["R_0", "R_1", "R_2"],
    "started_at": STARTED,
    "submitted_at": SUBMITTED,
    "duration_s": SECONDS,
    "source": ["email"] * 3,
    "language": ["EN"] * 3,
    "status": ["complete", "incomplete", "preview"],
}
SURVEYMONKEY = {
    "respondent_id": ["118012345670", "118012345671", "118012345672"],
    "started_at": STARTED,
    "submitted_at": SUBMITTED,
    "duration_s": SECONDS,
    "source": ["41234"] * 3,
}
LIME = {
    "respondent_id": ["1", "2", "3"],
    "started_at": STARTED,
    "submitted_at": [*SUBMITTED[:2], pd.NaT],
    "duration_s": SECONDS,
    "language": ["en"] * 3,
    "status": ["complete", "complete", "incomplete"],
}
KOBO = {
    "respondent_id": ["uuid-0", "uuid-1", "uuid-2"],
    "started_at": UTC,
    "submitted_at": days("00:05:00", "00:05:00", "00:05:00"),
    "duration_s": SECONDS,
}
REDCAP = {
    "respondent_id": ["1", "2", "3"],
    "submitted_at": [*days("08:01:00", "08:01:00"), pd.NaT],
    "status": ["complete", "complete", "incomplete"],
}
GOOGLE = {"submitted_at": SUBMITTED}

#: name of the case: platform, how the file is written, metadata, columns dropped
CASES = {
    "wenjuanxing, texts, GBK": (
        "wenjuanxing",
        lambda p: saved(p, dialects.wenjuanxing_texts(), encoding="gbk"),
        WJX,
        ["来自IP", "1、您的姓名："],
    ),
    "wenjuanxing, texts, workbook": (
        "wenjuanxing",
        lambda p: workbook(p.with_suffix(".xlsx"), dialects.wenjuanxing_texts()),
        WJX,
        ["来自IP", "1、您的姓名："],
    ),
    "wenjuanxing, numbers": (
        "wenjuanxing",
        lambda p: saved(p, dialects.wenjuanxing_numbers(), encoding="utf-8-sig"),
        WJX,
        ["来自IP", "1、您的姓名："],
    ),
    "tencent, texts": (
        "tencent",
        lambda p: saved(p, dialects.tencent_texts(), encoding="utf-8-sig", quoting=csv.QUOTE_ALL),
        TENCENT,
        ["用户标识", "昵称", "IP"],
    ),
    "tencent, numbers": (
        "tencent",
        lambda p: workbook(p.with_suffix(".xlsx"), dialects.tencent_numbers()),
        TENCENT,
        ["用户标识", "昵称", "IP"],
    ),
    **{
        f"qualtrics, {'texts' if texts else 'numbers'}, {'split' if split else 'joined'}, {headings} headings": (
            "qualtrics",
            lambda p, t=texts, s=split, h=headings: saved(p, dialects.qualtrics(t, s, h), encoding="utf-8-sig"),
            QUALTRICS,
            ["IPAddress", "RecipientLastName", "RecipientEmail", "LocationLatitude"],
        )
        for texts, split, headings in (
            (True, True, 3),
            (False, True, 3),
            (True, False, 3),
            (False, False, 3),
            (True, True, 2),
        )
    },
    **{
        f"surveymonkey, {'texts' if texts else 'numbers'}, {kind}": (
            "surveymonkey",
            (lambda p, t=texts: saved(p, dialects.surveymonkey(t)))
            if kind == "csv"
            else (lambda p, t=texts: workbook(p.with_suffix(".xlsx"), dialects.surveymonkey(t))),
            SURVEYMONKEY,
            ["IP Address", "Email Address", "First Name"],
        )
        for texts, kind in ((True, "csv"), (False, "csv"), (True, "xlsx"))
    },
    "limesurvey, codes": (
        "limesurvey",
        lambda p: saved(p, dialects.limesurvey(full=False), encoding="utf-8-sig", quoting=csv.QUOTE_ALL, end="\n"),
        LIME,
        ["ipaddr"],
    ),
    "limesurvey, full": (
        "limesurvey",
        lambda p: saved(p, dialects.limesurvey(full=True), encoding="utf-8-sig", quoting=csv.QUOTE_ALL, end="\n"),
        LIME,
        ["IP address"],
    ),
    "kobo, names": (
        "kobo",
        lambda p: saved(p, dialects.kobo(labels=False), delimiter=";", quoting=csv.QUOTE_ALL),
        KOBO,
        ["name", "_submitted_by"],
    ),
    "kobo, labels": (
        "kobo",
        lambda p: saved(p, dialects.kobo(labels=True), delimiter=";", quoting=csv.QUOTE_ALL),
        KOBO,
        ["Your name", "_submitted_by"],
    ),
    "odk": (
        "kobo",
        lambda p: saved(p, dialects.odk()),
        KOBO | {"respondent_id": ["uuid:0", "uuid:1", "uuid:2"]},
        ["SubmitterID", "SubmitterName", "DeviceID"],
    ),
    "redcap, raw": ("redcap", lambda p: saved(p, dialects.redcap(labels=False)), REDCAP, ["redcap_survey_identifier"]),
    "redcap, labels": ("redcap", lambda p: saved(p, dialects.redcap(labels=True)), REDCAP, ["Survey Identifier"]),
    "google forms": ("google_forms", lambda p: saved(p, dialects.google_forms()), GOOGLE, ["Email Address"]),
    "google forms, semicolons": (
        "google_forms",
        lambda p: saved(p, dialects.google_forms(";"), quoting=csv.QUOTE_ALL),
        GOOGLE,
        ["Email Address"],
    ),
    "spss": ("spss", lambda p: dialects.spss(p.with_suffix(".sav")), {}, []),
    "stata": ("stata", lambda p: dialects.stata(p.with_suffix(".dta")), {}, []),
}


def same(left, right):
    return left == right or (pd.isna(left) and pd.isna(right))


def assert_columns(frame, expected):
    assert list(frame.columns) == list(expected)
    for name, values in expected.items():
        assert all(map(same, frame[name].tolist(), values)), (name, frame[name].tolist())


@pytest.mark.parametrize("case", CASES)
def test_a_file_of_each_platform_gives_the_answers_that_were_given(tmp_path, case):
    platform, write, metadata, dropped = CASES[case]
    responses = read_responses(write(tmp_path / "answers.csv"), survey())
    assert responses.platform == platform
    assert_columns(responses.frame, FRAME)
    assert responses.attention["AC1"].tolist() == ATTENTION
    assert_columns(responses.metadata, metadata)
    assert [column for _, _, column, _ in found(responses, "dropped")] == dropped
    assert not set(dropped) & {*responses.raw.columns, *responses.extra.columns}


@pytest.mark.parametrize("case", CASES)
def test_nothing_but_what_a_person_must_see_is_a_warning(tmp_path, case):
    platform, write, metadata, _ = CASES[case]
    responses = read_responses(write(tmp_path / "answers.csv"), survey())
    grave = responses.findings[responses.findings["severity"] != "info"]
    assert ("unfinished" in set(grave["rule"])) == ("incomplete" in metadata.get("status", ()))
    grave = grave[grave["rule"] != "unfinished"]
    left = {
        "qualtrics": [("test_answer", "Status"), ("unknown_column", "Q3_2_TEXT"), ("attention_failed", "AC1")],
        "surveymonkey": [("unknown_column", "column M"), ("attention_failed", "AC1")],
        "limesurvey": [("unknown_column", "other"), ("attention_failed", "AC1")],
    }.get(platform, [("attention_failed", "AC1")])
    told = [
        (rule, "other" if "other" in column.lower() else column) for rule, column in zip(grave["rule"], grave["column"])
    ]
    assert sorted(told) == sorted(left)
    (named,) = found(responses, "platform")
    assert named[3] == platform


@pytest.mark.parametrize("case", CASES)
def test_a_platform_that_is_named_reads_as_the_one_that_is_found(tmp_path, case):
    platform, write, _, _ = CASES[case]
    path = write(tmp_path / "answers.csv")
    told, alone = (read_responses(path, survey(), platform=name) for name in (platform, "auto"))
    pd.testing.assert_frame_equal(told.frame, alone.frame)
    pd.testing.assert_frame_equal(told.metadata, alone.metadata)
    assert "platform= says so" in told.findings.query("rule == 'platform'")["message"].item()
    examples = {str(rule): example for _, rule, _, example in told.tables()[1].rows}
    assert examples["survey platform that wrote the file"] == REGISTRY[told.platform].title


def test_what_was_filled_in_beside_an_option_is_no_option(tmp_path):
    head, *rows = dialects.tencent_texts()
    place = head.index("4.贵企业通过哪些渠道销售？:代理商____{fillblank-0b5f}") + 1
    name = "4.贵企业通过哪些渠道销售？:代理商____{fillblank-0b5f}[填空]"
    rows = [(*row[:place], "东北区", *row[place:]) for row in rows]
    path = saved(tmp_path / "answers.csv", [(*head[:place], name, *head[place:]), *rows])
    responses = read_responses(path, survey())
    assert_columns(responses.frame, FRAME)
    assert responses.extra[name].tolist() == ["东北区"] * 3
    assert [column for _, _, column, _ in found(responses, "unknown_column")] == [name]


def test_an_answer_that_looks_like_a_lettered_option_stays_what_the_instrument_calls_it():
    labels = {1: {"en": "A. Smith", "zh": "A.甲"}, 2: {"en": "Smith", "zh": "甲"}}
    question = {"id": "size", "label": "Size", "wording": "规模？", "categories": labels}
    frame = pd.DataFrame(
        {"编号": ["1", "2"], "开始答题时间": "", "结束答题时间": "", "1.MK1": "3", "2.规模？": ["A.甲", "B.甲"]}
    )
    responses = read_responses(frame, survey(background=[question]))
    assert responses.platform == "tencent"
    assert responses.frame["size"].tolist() == [1.0, 2.0]


def test_a_table_in_memory_is_recognised_like_its_file(tmp_path):
    path = saved(tmp_path / "answers.csv", dialects.qualtrics(texts=True))
    responses = read_responses(pd.read_csv(path, dtype=str, keep_default_na=False), survey())
    assert responses.platform == "qualtrics"
    assert_columns(responses.frame, FRAME)
    assert responses.rows.tolist() == [4, 5, 6]


def test_personal_data_stay_where_they_are_asked_for(tmp_path):
    path = saved(tmp_path / "answers.csv", dialects.wenjuanxing_texts())
    kept = read_responses(path, survey(), keep_personal=True)
    assert {"来自IP", "1、您的姓名："} <= set(kept.extra.columns)
    assert found(kept, "dropped") == []
    assert "王芳" in kept.extra["1、您的姓名："].str.strip().tolist()


IMPERSONAL = (
    "brand name",
    "手机品牌",
    "Name of the product line",
    "What is the name of your company?",
    "企业名称",
    "请填写—企业名称：",
    "公司地址",
    "Company address",
    "Brand (name)",
    "品牌（名字）",
    "您的手机(品牌)",
    "您是否使用微信",
    "3、您使用的渠道(微信)",
    "您通过什么渠道了解我们—电话",
    "How do customers contact you? - E-mail",
    "Which channels do you use? [WhatsApp]",
    "respondent",
    "Contact",
    "Line number",
    "First",
)


@pytest.mark.parametrize(
    ("header", "cells", "kind"),
    [
        ("Name", ["A", "B"], "name"),
        ("Your first name:", ["A", "B"], "name"),
        ("3、您的联系电话：", ["1", ""], "phone number"),
        ("E-mail", ["", ""], "e-mail address"),
        ("1、请填写—收货人姓名：", ["A", "B"], "name"),
        ("请填写—姓名", ["A", "B"], "name"),
        ("4(1)、收货人姓名", ["A", "B"], "name"),
        ("第3题(收货人姓名)", ["A", "B"], "name"),
        ("您的称呼", ["A", "B"], "name"),
        ("请填写您的真实姓名（选填）", ["A", "B"], "name"),
        ("姓名及联系方式", ["A", "B"], "phone number"),
        ("First and last name", ["A", "B"], "name"),
        ("Q1.1 What’s your name?", ["A", "B"], "name"),
        ("Please enter your full name.", ["A", "B"], "name"),
        ("Contact person (name)", ["A", "B"], "name"),
        ("Contact details - First name", ["A", "B"], "name"),
        ("contact/name", ["A", "B"], "name"),
        ("Name (optional)", ["A", "B"], "name"),
        ("Name and e-mail", ["A", "B"], "name"),
        ("QQ号", ["1", "2"], "account"),
        ("您的微信号：", ["A", "B"], "account"),
        ("支付宝账号（用于发放红包）", ["A", "B"], "account"),
        ("WeChat ID", ["A", "B"], "account"),
        ("您的E-mail", ["", ""], "e-mail address"),
        ("Your home address", ["A", "B"], "location"),
        ("收货信息—地址", ["A", "B"], "location"),
        ("remark", ["a@b.org", "c@d.com"], "e-mail address"),
        ("remark", ["13800138000", ""], "phone number"),
        ("remark", ["10.0.0.1", "10.0.0.2"], "IP address"),
        ("remark", ["10.0.0.1", "x", "y"], None),
        *((header, ["A", "B"], None) for header in IMPERSONAL),
    ],
)
def test_personal_data_are_known_by_their_heading_or_by_their_answers(header, cells, kind):
    frame = pd.DataFrame({"MK1": ["1"] * len(cells), header: cells})
    told = read_responses(frame, survey()).findings.query("rule == 'dropped'")["message"].tolist()
    assert told == ([f"holds personal data ({kind}): dropped; keep_personal=True would keep it"] if kind else [])


def test_a_question_of_the_instrument_is_kept_even_if_it_is_personal():
    question = {"id": "phone", "label": "Phone", "wording": "Your phone number?", "kind": "text"}
    responses = read_responses(pd.DataFrame({"MK1": ["1"], "phone": ["13800138000"]}), survey(background=[question]))
    assert responses.frame["phone"].tolist() == ["13800138000"]
    assert found(responses, "dropped") == []


def test_metadata_take_the_names_that_the_instrument_gives_them(tmp_path):
    metadata = [
        {"id": "who", "meaning": "respondent_id"},
        {"id": "seconds", "meaning": "duration_s"},
        {"id": "address", "meaning": "ip"},
    ]
    path = saved(tmp_path / "answers.csv", dialects.wenjuanxing_texts())
    responses = read_responses(path, survey(metadata=metadata))
    assert responses.frame["who"].tolist() == ["1", "2", "3"]
    assert responses.frame["seconds"].tolist() == SECONDS
    assert "address" not in responses.frame.columns
    assert found(responses, "missing_column") == []


def test_a_file_that_two_platforms_could_have_written_is_not_guessed_at(tmp_path):
    rows = [
        (*row, *extra)
        for row, extra in zip(dialects.redcap(labels=False), [("_id", "_submission_time"), *[("1", "")] * 3])
    ]
    path = saved(tmp_path / "answers.csv", rows)
    with pytest.raises(ResponseError) as caught:
        read_responses(path, survey())
    assert str(caught.value) == (
        "answers.csv: could come from more than one platform: KoboToolbox or ODK (it has the columns _id, "
        "_submission_time); REDCap (it has the columns record_id, redcap_survey_identifier, firm_complete, "
        "channels___1); say which with platform='kobo' or platform='redcap'"
    )
    assert read_responses(path, survey(), platform="redcap").platform == "redcap"


def test_an_unknown_platform_names_those_that_are_known():
    with pytest.raises(ResponseError) as caught:
        read_responses(pd.DataFrame({"MK1": ["1"]}), survey(), platform="qualtrix")
    assert str(caught.value).endswith("Did you mean 'qualtrics'?")
    assert all(repr(name) in str(caught.value) for name in PLATFORMS)


def test_headings_that_qualtrics_does_not_write_are_not_taken_for_answers(tmp_path):
    rows = dialects.qualtrics(texts=True)
    with pytest.raises(ResponseError) as caught:
        read_responses(saved(tmp_path / "answers.csv", [rows[0], ["x"] * len(rows[0]), *rows[3:]]), survey())
    assert "under StartDate row 2 holds 'x', neither a time nor a heading of Qualtrics" in str(caught.value)


def test_headings_without_answers_are_refused(tmp_path):
    path = saved(tmp_path / "answers.csv", dialects.qualtrics(texts=True)[:3])
    with pytest.raises(ResponseError) as caught:
        read_responses(path, survey())
    assert str(caught.value) == (
        "answers.csv: read as Qualtrics, it holds headings but no answers; expected one row per respondent under them"
    )
    assert caught.value.in_chinese() == "answers.csv：按Qualtrics读取，有表头而无作答；表头之下应每名受访者一行"


def scale(lowest, highest):
    return {"agreement": {"lowest": lowest, "highest": highest}}


def wjx(*cells, header="1、本企业关注竞争对手。"):
    return pd.DataFrame(
        [[*dialects._wjx_own(i), cell] for i, cell in enumerate(cells)], columns=[*dialects.WJX_OWN, header]
    )


def test_numbers_that_could_count_the_options_are_not_taken_for_codes():
    responses = read_responses(wjx("1", "2", "7"), survey(response_scales=scale(0, 6)))
    assert responses.frame["MK1"].isna().all()
    assert [row for _, row, _, _ in found(responses, "option_numbers")] == [2, 3, 4]
    assert read_responses(wjx("0", "2", "6"), survey(response_scales=scale(0, 6))).frame["MK1"].tolist() == [0, 2, 6]


def test_a_sign_for_no_answer_that_is_also_a_code_is_not_decided():
    responses = read_responses(wjx("-3", "2", "-1"), survey(response_scales=scale(-3, 3)))
    assert found(responses, "option_numbers") == [("error", 2, "MK1", "-3")]
    assert responses.frame["MK1"].isna().tolist() == [True, False, False]


def test_the_option_codes_of_limesurvey_are_numbers_of_options_only_where_codes_begin_at_1(tmp_path):
    rows = [[*dialects.LIME_OWN, "MK1"], *[["1", "", "", "en", *[""] * 6, cell] for cell in ("AO01", "A5", "A9", "5")]]
    responses = read_responses(saved(tmp_path / "a.csv", rows), survey())
    assert responses.frame["MK1"].fillna(0).tolist() == [1.0, 5.0, 0.0, 5.0]
    assert found(responses, "not_a_number") == [("error", 4, "MK1", "A9")]
    shifted = read_responses(saved(tmp_path / "b.csv", rows), survey(response_scales=scale(0, 6)))
    assert shifted.frame["MK1"].fillna(9).tolist() == [9.0, 9.0, 9.0, 5.0]
    assert [value for *_, value in found(shifted, "option_numbers")] == ["AO01", "A5"]


def test_a_survey_of_limesurvey_without_time_stamps_has_no_times(tmp_path):
    rows = [[*dialects.LIME_OWN, "MK1"], ["1", "1980-01-01 00:00:00", "1", "en", *[""] * 6, "4"]]
    responses = read_responses(saved(tmp_path / "answers.csv", rows), survey())
    assert responses.metadata["submitted_at"].isna().all()
    assert responses.metadata["status"].tolist() == ["complete"]


def test_lists_in_a_table_in_memory_are_options_chosen_together():
    frame = pd.DataFrame({"MK1": [1, 2, 3], "channels": [[1, 3], (2,), None]})
    responses = read_responses(frame, survey())
    assert responses.frame[["channels.1", "channels.2", "channels.3"]].iloc[:2].to_numpy().tolist() == [
        [1, 0, 1],
        [0, 1, 0],
    ]
    assert responses.frame["channels.2"].isna().tolist() == [False, False, True]


def test_an_option_of_two_questions_is_claimed_by_neither_and_by_its_stem_alone(tmp_path):
    question = {"id": "bought", "label": "Bought", "wording": "Where do you buy?", "kind": "multiple"}
    asked = [b.model_dump() for b in survey().background[1:2]] + [question | {"categories": dialects.CHANNELS}]
    head = ("MK1", "5、贵企业通过哪些渠道销售？(门店)", "5、(线上)", "9、(代理商)")
    frame = pd.DataFrame([[*dialects._wjx_own(0), "1", "1", "0", "1"]], columns=[*dialects.WJX_OWN, *head])
    responses = read_responses(frame, survey(background=asked))
    assert responses.frame[["channels.1", "channels.2"]].iloc[0].tolist() == [1.0, 0.0]
    assert "channels.3" not in responses.frame.columns and "bought.3" not in responses.frame.columns
    assert ("warning", None, "9、(代理商)", None) in found(responses, "unknown_column")
    assert ("warning", None, "channels", None) in found(responses, "missing_column")


@pytest.mark.parametrize(
    ("cell", "chosen"),
    [
        ("门店┋线上", [1, 1, 0]),
        ("门店→代理商", [1, 0, 1]),
        ("Shops, Online, own site", [1, 1, 0]),
        ("Online, own site;Agents", [0, 1, 1]),
        ("1 3", [1, 0, 1]),
        ("1,2,3", [1, 1, 1]),
        ("1|2", [1, 1, 0]),
        ("代理商", [0, 0, 1]),
        ("1 1", [1, 0, 0]),
    ],
)
def test_chosen_options_are_told_apart_however_they_are_joined(cell, chosen):
    responses = read_responses(pd.DataFrame({"MK1": ["1"], "channels": [cell]}), survey())
    assert responses.frame[["channels.1", "channels.2", "channels.3"]].iloc[0].tolist() == chosen


def test_a_choice_of_several_is_described_option_by_option(tmp_path):
    responses = read_responses(saved(tmp_path / "answers.csv", dialects.redcap(labels=False)), survey())
    table = sample_table(responses)
    rows = [row for row in table.rows if row[0].en == "channels"]
    assert [(row[1].en, *row[2:]) for row in rows] == [
        ("Shops", 1, 50.0),
        ("Online, own site", 1, 50.0),
        ("Agents", 1, 50.0),
        ("Missing", 1, None),
    ]
    assert table.notes[1].en == "Several answers were possible to channels: percentages may add up to more than 100."
    assert table.notes[1].zh == "channels为多选题，百分比之和可超过100。"


def test_a_choice_with_an_unknown_option_is_not_half_read():
    responses = read_responses(pd.DataFrame({"MK1": ["1"], "channels": ["门店┋邮购"]}), survey())
    assert responses.frame[["channels.1", "channels.2", "channels.3"]].isna().all(axis=None)
    assert found(responses, "unknown_category") == [("error", 2, "channels", "门店┋邮购")]


@pytest.mark.parametrize("heading", ["时间戳记", "时间戳", "タイムスタンプ", "Zeitstempel", "Marca temporal"])
@pytest.mark.parametrize(
    "written",
    ["2026/4/{} 下午3:12:01", "2026/04/{} 3:12:01 下午", "2026/4/{} 下午 3:12:01", "2026/4/{} 3:12:01 p. m."],
)
def test_google_forms_in_other_languages_tell_when_answers_came_in(tmp_path, heading, written):
    head, *rows = dialects.google_forms()
    own = [[written.format(18 + i), *row[1:]] for i, row in enumerate(rows)]
    responses = read_responses(saved(tmp_path / "answers.csv", [[heading, "电子邮件地址", *head[2:]], *own]), survey())
    assert responses.platform == "google_forms"
    assert responses.metadata["submitted_at"].tolist() == [at(18 + i, "15:12:01") for i in range(3)]


def test_a_time_behind_which_stand_half_of_the_day_and_zone_is_turned_to_utc(tmp_path):
    head, *rows = dialects.google_forms()
    own = [[f"2026/04/{18 + i} 12:05:00 上午 GMT+8", *row[1:]] for i, row in enumerate(rows)]
    responses = read_responses(saved(tmp_path / "answers.csv", [["时间戳记", *head[1:]], *own]), survey())
    assert responses.metadata["submitted_at"].tolist() == [at(17 + i, "16:05:00") for i in range(3)]


def test_a_date_that_can_be_read_in_two_ways_is_noted(tmp_path):
    rows = dialects.google_forms()
    swapped = [rows[0], *[[f"{i}/4/2026 8:00:00", *row[1:]] for i, row in enumerate(rows[1:], start=5)]]
    responses = read_responses(saved(tmp_path / "answers.csv", swapped), survey())
    assert responses.metadata["submitted_at"].dt.month.tolist() == [5, 6, 7]
    assert found(responses, "date_order") == [("warning", None, "Timestamp", None)]
    one = [rows[0], *[[f"{day}/4/2026 8:00:00", *row[1:]] for day, row in zip((5, 6, 18), rows[1:])]]
    decided = read_responses(saved(tmp_path / "answers.csv", one), survey())
    assert decided.metadata["submitted_at"].dt.day.tolist() == [5, 6, 18]
    assert found(decided, "date_order") == []


cells = st.one_of(
    st.sampled_from(
        [
            "1",
            "5",
            "-2",
            "-3",
            "非常同意",
            "非常同意〖x〗",
            "同意┋一般",
            "=cmd()",
            "2026/4/18",
            "80秒",
            "(跳过)",
            "A3",
            "",
        ]
    ),
    st.text(max_size=6),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(*[cells] * 9), min_size=1, max_size=4))
def test_every_cell_of_a_platforms_file_is_in_the_frame_or_in_a_finding(rows):
    names = [*dialects.WJX_OWN, "MK1", "size", "channels"]
    responses = read_responses(pd.DataFrame(rows, columns=names), survey(), platform="wenjuanxing")
    told = {(column, value) for column, value in zip(responses.findings["column"], responses.findings["value"])}
    shown = {"MK1": responses.frame["MK1"], "size": responses.frame["size"], "channels": responses.frame["channels.1"]}
    shown |= {"提交答卷时间": responses.metadata["submitted_at"], "所用时间": responses.metadata["duration_s"]}
    for name, known in shown.items():
        for text, value in zip(responses.raw[name], known, strict=True):
            assert not pd.isna(value) or not text.strip() or (name, text) in told or folded(text) in NO_ANSWER
    assert np.isin(responses.frame["MK1"].dropna(), range(1, 6)).all()
    assert str(responses)


@pytest.mark.parametrize(
    ("cells", "rows"),
    [(("1┋2", "2", "门店┋线上"), [2, 3]), (("1┋2", "0"), [])],  # nothing is counted from 0, so 0, 1 and 2 are codes
)
def test_numbers_of_several_options_in_a_cell_are_refused_where_they_could_count_the_options(tmp_path, cells, rows):
    words = {"id": "ch", "label": "Channels", "wording": "销售渠道？", "kind": "multiple"}
    asked = Instrument.model_validate(
        {
            "name": "demo", "title": "Demo", "response_scales": {"agree": {"lowest": 1, "highest": 5}},
            "constructs": [{"name": "M", "label": "M", "items": [{"id": "M1", "wording": "我们关注市场。"}]}],
            "background": [{**words, "categories": {0: "无", 1: "门店", 2: "线上"}}],
        }
    )  # fmt: skip
    head = "序号,提交答卷时间,所用时间,来源,1、我们关注市场。,2、销售渠道？\n"
    lines = [f"{i},2026/4/18 8:00:00,80秒,微信,4,{cell}\n" for i, cell in enumerate(cells)]
    (tmp_path / "a.csv").write_text(head + "".join(lines), encoding="utf-8")
    responses = read_responses(tmp_path / "a.csv", asked)
    assert [row for _, row, _, _ in found(responses, "option_numbers")] == rows
    assert responses.frame[["ch.1", "ch.2"]].iloc[-1].tolist() == ([1.0, 1.0] if rows else [0.0, 0.0])
