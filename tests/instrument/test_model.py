from __future__ import annotations

import pytest
from pydantic import ValidationError

from sme_sem.errors import SpecificationError
from sme_sem.instrument import load_instrument, read_instrument
from sme_sem.tables import Words, text


def test_items_come_in_the_order_of_the_constructs_and_additional_ones_last(document):
    instrument = read_instrument(document)
    assert instrument.item_ids == ("t1", "t2", "p1", "p2", "stay", "u1", "u2", "overall")
    assert [item.id for item in instrument.items()] == list(instrument.item_ids)


def test_reversed_items_are_named(document):
    assert read_instrument(document).reversed_items == ("t2",)


def test_scales_hold_several_items_and_those_of_one_item_only_on_request(document):
    instrument = read_instrument(document)
    several = {"TRUST": ("t1", "t2"), "PRICE": ("p1", "p2"), "USE": ("u1", "u2")}
    assert instrument.scales() == several
    assert instrument.scales(single_items=True) == several | {"stay": ("stay",)}


def test_an_item_is_answered_on_its_own_scale_or_its_constructs_or_the_first(document):
    document["constructs"][3]["items"][0]["scale"] = "agreement"
    document["attention_checks"][0]["scale"] = "likelihood"
    instrument = read_instrument(document)
    highest = {name: instrument.response_scale(name).highest for name in ("t1", "stay", "overall", "check")}
    assert highest == {"t1": 5, "stay": 5, "overall": 10, "check": 10}
    del document["constructs"][3]["items"][0]["scale"]
    assert list(read_instrument(document).response_scale("stay").codes) == list(range(11))


def test_a_model_text_measures_the_constructs_its_structure_names_and_their_elements(document):
    assert read_instrument(document).model_syntax("short") == (
        "TRUST =~ t1 + t2\nPRICE =~ p1 + p2\nVALUE =~ TRUST + PRICE\nstay ~ VALUE"
    )


def test_a_construct_of_one_item_enters_as_the_item_itself(document):
    instrument = read_instrument(document)
    assert "stay =~" not in instrument.model_syntax("long")
    assert instrument.model_constructs("short") == ("TRUST", "PRICE", "VALUE", "stay")


def test_a_model_without_structure_measures_all_constructs_or_those_listed(document):
    document["models"] |= {"all": {"title": "All"}, "two": {"title": "Two", "constructs": ["USE", "PRICE"]}}
    instrument = read_instrument(document)
    assert instrument.model_syntax("all") == (
        "TRUST =~ t1 + t2\nPRICE =~ p1 + p2\nVALUE =~ TRUST + PRICE\nUSE =~ u1 + u2"
    )
    assert instrument.model_syntax("two") == "PRICE =~ p1 + p2\nUSE =~ u1 + u2"


def test_a_listed_second_order_construct_brings_its_elements(document):
    document["models"]["value"] = {"title": "Value", "constructs": ["VALUE"]}
    assert read_instrument(document).model_constructs("value") == ("TRUST", "PRICE", "VALUE")


def test_text_written_once_serves_both_languages(document):
    instrument = read_instrument(document)
    assert instrument.construct("USE").label.words == Words("Use", "Use")
    assert instrument.labels()["TRUST"] == Words("Trust", "信任")
    assert instrument.labels()["city"] == Words("City", "City")


def test_a_misspelt_model_is_named_beside_the_one_that_is_meant():
    instrument = load_instrument("corporate-reputation")
    with pytest.raises(SpecificationError) as caught:
        instrument.model_syntax("reputaton")
    assert str(caught.value) == "the instrument has no model 'reputaton'. Did you mean 'reputation'?"
    with pytest.raises(SpecificationError, match=r"no model None\. Known are reputation, full_mediation, drivers\.$"):
        instrument.model_constructs(None)


def test_lookups_name_what_they_miss(document):
    instrument = read_instrument(document)
    assert instrument.item("t2").reversed
    assert instrument.construct_of("t2").name == "TRUST"
    assert instrument.construct_of("overall") is None
    for call, message in (
        (lambda: instrument.item("t22"), r"^the instrument has no item 't22'\. Did you mean 't2'"),
        (lambda: instrument.construct("TRUTS"), r"^the instrument has no construct 'TRUTS'\. Did you mean 'TRUST'\?$"),
        (lambda: instrument.response_scale("q"), r"^the instrument has no item or attention check 'q'\.$"),
        (lambda: instrument.response_scale(["t2"]), r"^the instrument has no item or attention check \['t2'\]\.$"),
        (lambda: instrument.measurement_syntax(("NONE",)), r"^the instrument has no construct 'NONE'\.$"),
        (lambda: instrument.measurement_syntax(3), r"^constructs=3: give a text, or a list of texts"),
    ):
        with pytest.raises(SpecificationError, match=message):
            call()


def test_a_hypothesis_knows_its_outcome_and_its_cause(document):
    (hypothesis,) = read_instrument(document).hypotheses
    assert (hypothesis.outcome, hypothesis.cause, hypothesis.sign) == ("stay", "VALUE", "+")


def test_records_do_not_change(document):
    instrument = read_instrument(document)
    with pytest.raises(ValidationError):
        instrument.name = "other"


def test_the_questionnaire_prints_as_a_table_in_both_languages(document):
    (table,) = read_instrument(document).tables()
    assert [row[1] for row in table.rows] == ["t1", "t2", "p1", "p2", "stay", "u1", "u2", "overall"]
    assert [row[3] for row in table.rows] == ["", "R", "", "", "", "", "", ""]
    chinese = text.render(table, "zh").splitlines()
    assert chinese[0] == "小型调查"
    assert chinese[4].split() == ["信任", "t1", "我们信任供应商。"]


def test_variable_names_may_be_chinese(document):
    document["constructs"][4] |= {
        "name": "使用",
        "items": [{"id": "题1", "wording": "每天"}, {"id": "题2", "wording": "每周"}],
    }
    document["models"]["long"]["structure"] = "stay ~ VALUE + 使用"
    assert "使用 =~ 题1 + 题2" in read_instrument(document).model_syntax("long")


def test_loading_twice_gives_equal_instruments():
    assert load_instrument("bmi-drivers") == load_instrument("bmi-drivers")


def test_categories_are_only_names_unless_the_instrument_says_that_they_stand_in_order(document):
    sizes = {"id": "size", "label": "Size", "wording": "How large?", "categories": {1: "Small", 2: "Large"}}
    document["background"].append(sizes | {"ordered": True})
    assert read_instrument(document).nominal == {"city": {1: Words("Harbin", "Harbin"), 2: Words("Daqing", "Daqing")}}
    del document["background"][-1]["ordered"]
    assert list(read_instrument(document).nominal) == ["city", "size"]


def test_size_classes_of_the_shipped_instruments_stand_in_order():
    assert list(load_instrument("bmi-drivers").nominal) == ["region", "industry", "ownership"]


def test_codebooks_tell_categories_in_order_from_those_without(document, tmp_path):
    document["background"][0]["ordered"] = True
    book = read_instrument(document).export(tmp_path / "book.xml", format="ddi").read_text("utf-8")
    (city,) = (line for line in book.splitlines() if 'name="city"' in line)
    assert 'nature="ordinal"' in city
