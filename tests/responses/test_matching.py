import pytest

from sme_sem.errors import ResponseError
from sme_sem.instrument.model import Instrument
from sme_sem.responses import read_responses

from .conftest import found


@pytest.mark.parametrize(
    "header",
    [
        "mk1",
        " MK1 ",
        "ＭＫ１",
        "Our firm watches its competitors",
        "OUR  FIRM watches its competitors.",
        "本企业关注竞争对手",
        "1、本企业关注竞争对手。[单选题]",
        "Q3. Our firm watches its competitors.",
        "第3题(本企业关注竞争对手)",
        "2、以下说法是否符合贵企业情况—本企业关注竞争对手",
        "To what extent do you agree? [Our firm watches its competitors.]",
        "MK1. Some other text",
    ],
)
def test_an_item_is_recognised_by_id_wording_or_both(csv_file, instrument, header):
    responses = read_responses(csv_file(("2",), header=(header,)), instrument)
    assert responses.frame["MK1"].tolist() == [2.0]


@pytest.mark.parametrize("header", ["mk2level", "MK2Level", "mk_2_level"])
def test_an_id_is_recognised_as_a_platform_must_spell_it(csv_file, instrument, header):
    spelled = Instrument.model_validate(
        instrument.model_dump() | {"additional_items": [{"id": "MK_2.level", "wording": "Level?"}]}
    )
    responses = read_responses(csv_file(("1", "2"), header=("MK1", header)), spelled)
    assert responses.frame["MK_2.level"].tolist() == [2.0]
    assert "recognised by the id without its signs" in responses.findings.query("rule == 'matched'")["message"].item()


def test_a_spelling_that_two_ids_share_names_neither(csv_file, instrument):
    shared = [{"id": name, "wording": f"{name}?"} for name in ("MK_9", "MK.9")]
    twice = Instrument.model_validate(instrument.model_dump() | {"additional_items": shared})
    responses = read_responses(csv_file(("1", "2"), header=("MK1", "mk9")), twice)
    assert list(responses.extra.columns) == ["mk9"]


def test_a_label_names_a_background_question(csv_file, instrument):
    responses = read_responses(csv_file(("2", "中型"), header=("MK1", "企业规模")), instrument)
    assert responses.frame["size"].tolist() == [2.0]
    assert found(responses, "matched") == [("info", None, "企业规模", None)]


def test_an_exact_id_is_not_worth_a_word(csv_file, instrument):
    assert found(read_responses(csv_file(("2",), header=("MK1",)), instrument), "matched") == []


def test_unknown_columns_are_kept_aside_and_the_nearest_question_is_named(csv_file, instrument):
    responses = read_responses(csv_file(("1", "2", "hello"), header=("MK1", "MK_2", "remark")), instrument)
    assert list(responses.extra.columns) == ["MK_2", "remark"]
    assert found(responses, "unknown_column") == [
        ("warning", None, "MK_2", None),
        ("warning", None, "remark", None),
    ]
    messages = responses.findings.set_index("column")["message"]
    assert messages["MK_2"] == ("answers no question of 'demo'; kept in extra, not used. Did you mean 'MK2'?")


def test_an_item_without_a_column_is_an_error_that_names_the_nearest_column(csv_file, instrument):
    responses = read_responses(csv_file(("1", "2", "3"), header=("MK1", "MK_2", "MK3")), instrument)
    assert found(responses, "missing_column")[0] == ("error", None, "MK2", None)
    assert "MK2" not in responses.frame.columns
    message = responses.findings.query("column == 'MK2'")["message"].item()
    assert message == (
        "no column answers the item MK2: it is left out of every analysis; "
        "rename its column to 'MK2'. Did you mean 'MK_2'?"
    )


def test_of_two_columns_for_one_item_the_exact_id_is_used_and_both_are_named(csv_file, instrument):
    responses = read_responses(csv_file(("4", "2"), header=("mk1", "MK1")), instrument)
    assert responses.frame["MK1"].tolist() == [2.0]
    assert responses.extra["mk1"].tolist() == ["4"]
    assert found(responses, "ambiguous_column") == [("error", None, "MK1", None)]


def test_two_columns_of_the_same_name_are_not_merged(csv_file, instrument):
    responses = read_responses(csv_file(("4", "2"), header=("MK1", "MK1")), instrument)
    assert responses.frame["MK1"].tolist() == [4.0]
    assert responses.extra.iloc[0].tolist() == ["2"]
    assert found(responses, "ambiguous_column") == [("error", None, "MK1", None)]


def test_a_file_without_any_item_is_refused(csv_file, instrument):
    with pytest.raises(ResponseError) as caught:
        read_responses(csv_file(("1", "x"), header=("size", "remark")), instrument)
    assert str(caught.value) == (
        "answers.csv: no column is an item of the instrument 'demo' (MK1, MK2, MK3); its columns are 'size', "
        "'remark'; name the columns by item id or by wording, or choose the instrument that was asked"
    )


def test_a_wording_that_two_items_share_identifies_neither(csv_file, instrument):
    document = instrument.model_dump()
    items = document["constructs"][0]["items"]
    items[1]["wording"] = items[0]["wording"]
    twins = Instrument.model_validate(document)
    responses = read_responses(csv_file(("1", "2"), header=("本企业关注竞争对手。", "MK3")), twins)
    assert list(responses.frame.columns) == ["MK3"]
    assert found(responses, "unknown_column") == [("warning", None, "本企业关注竞争对手。", None)]
