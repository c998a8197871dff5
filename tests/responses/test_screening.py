import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sme_sem.errors import ResponseError
from sme_sem.instrument.model import Instrument
from sme_sem.responses import read_responses, sample_table, screen
from sme_sem.tables import Kind, text

from . import dialects
from .conftest import ANSWERS
from .dialects import saved, survey

COLUMNS = ["respondent", "MK1", "MK2", "MK3", "AC1", "size"]


def read(instrument, *rows):
    return read_responses(pd.DataFrame(rows, columns=COLUMNS), instrument)


GOOD = ("a", 1, 2, 3, 5, 1)


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (("", "", "", "", "", ""), "empty"),
        (("b", 1, "", "", 5, 1), "missing"),
        (("b", 1, 7, "x", 5, 1), "missing"),
        (("b", 1, 2, 3, 4, 1), "attention"),
        (("a", 5, 5, 5, 5, 2), "duplicate_id"),
    ],
)
def test_a_respondent_who_trips_a_rule_goes_with_the_reason(instrument, row, rule):
    screening = screen(read(instrument, GOOD, row))
    assert screening.kept.tolist() == [True, False]
    assert screening.excluded[["respondent", "row", "rule"]].values.tolist() == [[2, 3, rule]]
    assert screening.excluded["reason"].item() == screening.reasons[rule].en


@pytest.mark.parametrize(
    "row",
    [
        ("b", 1, 2, "", 5, 1),  # a third missing, half allowed
        ("b", 1, 2, 3, "", 1),  # attention check left out
        ("", 1, 2, 3, 5, 1),  # no id
        ("b", 1, 2, 3, 5, 1),  # the same answers under another id
    ],
)
def test_a_respondent_who_just_does_not_stays(instrument, row):
    assert screen(read(instrument, GOOD, row, ("", 2, 2, 2, 5, 2))).kept.all()


@pytest.mark.parametrize(("share", "said"), [(0.2, "20%"), (0.004, "0.4%")])
def test_the_share_that_may_be_missing_is_an_argument_and_part_of_the_reason(instrument, share, said):
    responses = read(instrument, GOOD, ("b", 1, 2, "", 5, 1))
    screening = screen(responses, max_missing=share)
    assert screening.excluded["reason"].tolist() == [f"more than {said} of the items missing"]


def test_only_the_rules_that_are_named_apply(instrument):
    responses = read(instrument, GOOD, GOOD, ("b", 1, 2, 3, 4, 1))
    assert screen(responses, ["attention"]).kept.tolist() == [True, True, False]
    assert screen(responses, "duplicate_row").kept.tolist() == [True, False, True]
    assert screen(responses, ()).kept.all()
    assert screen(responses, ("attention", "duplicate_id")).flags.columns.tolist() == [
        "attention",
        "duplicate_id",
    ]


def test_previews_go_and_the_unfinished_stay_unless_that_is_asked_for(tmp_path):
    responses = read_responses(saved(tmp_path / "answers.csv", dialects.qualtrics(texts=True)), survey())
    assert responses.metadata["status"].tolist() == ["complete", "incomplete", "preview"]
    (told,) = responses.findings.query("rule == 'unfinished'").to_dict("records")
    assert told["count"] == 1 and told["column"] == "Status" and "'unfinished'" in told["message"]
    usual, strict = (screen(responses, rules) for rules in (("empty", "preview"), ("unfinished", "preview")))
    assert usual.kept.tolist() == [True, True, False] and strict.kept.tolist() == [True, False, False]
    assert [str(stage) for stage, *_ in strict.tables()[0].rows] == [
        *(
            "Collected",
            "Excluded: questionnaire not finished",
            "Excluded: preview or test of the questionnaire",
            "Valid",
        )
    ]
    assert len(screen(responses, ()).responses().frame) == 3


def test_a_state_that_the_instrument_names_itself_counts_as_the_platform_writes_it():
    meant = survey(metadata=[{"id": "Status", "meaning": "status"}])
    frame = pd.DataFrame({"MK1": [1, 2, 3], "Status": ["IP Address", "Survey Preview", "partial"]})
    assert screen(read_responses(frame, meant), ["preview", "unfinished"]).kept.tolist() == [True, False, False]
    without = read_responses(frame[["MK1"]], survey())
    assert screen(without, ["preview", "unfinished"]).kept.all()


def test_an_unknown_rule_and_an_impossible_share_are_refused(instrument):
    with pytest.raises(ResponseError) as caught:
        screen(read(instrument, GOOD), ["atention"])
    assert str(caught.value) == (
        "no screening rule is named 'atention'; known are 'empty', 'preview', 'unfinished', 'missing', "
        "'attention', 'duplicate_id', 'duplicate_row', 'careless'. Did you mean 'attention'?"
    )
    with pytest.raises(ResponseError, match=r"from 0 to 1; got 50"):
        screen(read(instrument, GOOD), max_missing=50)


def test_the_kept_responses_are_a_new_record_and_the_old_one_is_untouched(instrument):
    responses = read(instrument, ("x", 1, 2, 3, 1, 1), GOOD)
    kept = screen(responses).responses()
    assert kept.counts == {"collected": 2, "valid": 1}
    assert kept.frame.index.tolist() == kept.rows.index.tolist() == kept.raw.index.tolist() == [2]
    assert kept.rows.tolist() == [3]
    assert responses.counts == {"collected": 2} and len(responses.frame) == 2


def test_a_second_screening_still_counts_from_what_was_collected(instrument):
    once = screen(read(instrument, ("x", 1, 2, 3, 1, 1), GOOD, ("b", 1, "", 3, 5, 1)), ["attention"]).responses()
    twice = screen(once, ["missing"], max_missing=0)
    assert [count for _, count, _ in twice.tables()[0].rows] == [3, 1, 1, 1]
    assert twice.responses().counts == {"collected": 3, "valid": 1}


rows = st.lists(
    st.tuples(
        st.sampled_from("ab "),
        *[st.sampled_from(["1", "5", "", "x"])] * 3,
        st.sampled_from(["5", "1", ""]),
        st.just(""),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows)
def test_collected_minus_every_exclusion_is_valid(instrument, rows):
    screening = screen(read(instrument, *rows))
    (table,) = screening.tables()
    collected, *excluded, valid = [count for _, count, _ in table.rows]
    assert collected - sum(excluded) == valid == len(screening.responses().frame)
    assert len(screening.excluded) == sum(excluded)


def test_the_sample_is_described_category_by_category_in_both_languages(instrument):
    table = sample_table(read(instrument, GOOD, GOOD, GOOD, ("d", 1, 1, 1, 5, "")))
    assert [row[2:] for row in table.rows] == [(3, 100.0), (0, 0.0), (1, None)]
    assert [column.kind for column in table.columns[2:]] == [Kind.COUNT, Kind.PERCENT]
    lines = text.render(table, "zh").splitlines()
    assert lines[0] == "样本特征"
    assert lines[4].split() == ["企业规模", "小型", "3", "100.0"]
    assert lines[-1] == "N = 4。百分比以作答该题者为基数。"


def test_category_codes_may_be_letters(instrument):
    document = instrument.model_dump()
    document["background"][0]["categories"] = {"s": "Small", "m": "Medium"}
    responses = read(Instrument.model_validate(document), ("a", 1, 2, 3, 5, "S"), ("b", 1, 2, 3, 5, "medium"))
    assert responses.frame["size"].tolist() == ["s", "m"]
    assert [row[2] for row in sample_table(responses).rows] == [1, 1]


def test_responses_show_counts_findings_and_missing_answers_in_both_languages(instrument):
    responses = screen(read(instrument, GOOD, ("b", 1, 9, "", 5, 1))).responses()
    counts, findings, missing = responses.tables()
    assert [row[1] for row in counts.rows] == [2, 1]
    off_scale = next(row for row in findings.rows if str(row[1]) == "answer off the response scale or range")
    assert (off_scale[0].zh, off_scale[2], off_scale[3].en, off_scale[3].zh) == (
        "错误",
        1,
        "row 3, MK2: 9",
        "第3行，MK2：9",
    )
    assert sum(row[2] for row in findings.rows) == responses.findings["count"].sum()
    assert [row[1:] for row in missing.rows] == [(1, 0, 0.0)] * 3
    before = read(instrument, GOOD, ("b", 1, 9, "", 5, 1)).tables()[2]
    assert [row[2:] for row in before.rows] == [(0, 0.0), (1, 50.0), (1, 50.0)]


def test_a_label_that_two_categories_share_means_neither(instrument):
    document = instrument.model_dump()
    document["background"][0]["categories"] = {1: "Small", 2: "small", 3: "Large"}
    responses = read(Instrument.model_validate(document), ("a", 1, 2, 3, 5, "small"), ("b", 1, 2, 3, 5, "large"))
    assert responses.frame["size"].fillna(0).tolist() == [0, 3]
    assert "unknown_category" in set(responses.findings["rule"])


def kept_again(tmp_path, responses):
    """Write checked answers, read them again, and see that they are written as before."""
    path = tmp_path / "kept.csv"
    path.write_text(responses.to_csv(), encoding="utf-8")
    again = read_responses(path, responses.instrument)
    assert not {"unknown_column", "dropped", "platform_column"} & set(again.findings["rule"])
    assert again.to_csv() == responses.to_csv()
    return again


def test_kept_answers_begin_with_the_id_of_the_platform_and_give_it_back(tmp_path):
    path = dialects.saved(tmp_path / "answers.csv", dialects.wenjuanxing_numbers())
    kept = screen(read_responses(path, dialects.survey())).responses()
    assert kept.to_csv().startswith("sme_sem_respondent,MK1,")
    again = kept_again(tmp_path, kept)
    assert again.metadata["respondent_id"].tolist() == kept.metadata["respondent_id"].tolist() == ["1", "2"]
    assert again.extra.empty
    assert again.frame.to_numpy().tolist() == kept.frame.to_numpy().tolist()


def test_kept_answers_begin_with_the_row_of_the_file_where_no_id_tells_respondents_apart(tmp_path):
    alike = {"MK1": 1, "MK2": 2, "MK3": 3}
    kept = screen(read_responses(pd.DataFrame([alike, {"MK1": 9}, alike]), dialects.survey())).responses()
    assert [line.partition(",")[0] for line in kept.to_csv().splitlines()] == ["sme_sem_row", "2", "4"]
    again = kept_again(tmp_path, kept)
    assert again.extra.empty
    assert screen(again, "duplicate_row").kept.tolist() == [True, False]
    doubled = pd.DataFrame({"序号": ["7", "7"], "提交答卷时间": "", "所用时间": "9", "MK1": ["1", "2"]})
    assert read_responses(doubled, dialects.survey()).to_csv().startswith("sme_sem_row,")


def test_kept_answers_need_no_more_where_the_instrument_has_a_column_for_the_id(tmp_path, instrument, csv_file):
    kept = screen(read_responses(csv_file(*ANSWERS), instrument)).responses()
    head = kept.to_csv().splitlines()[0].split(",")
    assert "respondent" in head and not {"sme_sem_row", "sme_sem_respondent"} & set(head)
    kept_again(tmp_path, kept)


def test_findings_are_counted_by_what_they_are_about():
    asked = dialects.survey()
    rows = [{**dict.fromkeys(("MK1", "MK2"), "Agree"), "MK3": 1, "channels": "", "age": "3年", "AC1": 5}] * 3
    split = pd.DataFrame(rows).drop(columns="channels").assign(**{f"channels_{code}": 0 for code in (1, 2, 3)})
    responses = read_responses(split.assign(size=["", "1", "NA"]), asked)
    counts = {str(rule): count for _, rule, count, _ in responses.tables()[1].rows}
    assert counts["respondents who chose none of several options"] == 3
    assert counts["labels read as codes"] == 6
    assert counts["numbers written with a unit"] == 3
    assert counts["reverse-coded items turned"] == counts["empty cells"] == 1
    assert counts["column recognised by something other than the exact id"] == 3
    heading = text.render(responses.tables()[1], "zh").splitlines()[2].split()
    assert heading == ["级别", "发现", "数量", "示例"]
