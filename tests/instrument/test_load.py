"""Every message is quoted whole, as the author of an instrument file will read it."""

from __future__ import annotations

import re
import time

import pytest
import yaml

from instrument.small import CHANNELS
from sme_sem.errors import InstrumentError
from sme_sem.instrument import load_instrument, read_instrument, shipped

SHIPPED = f"Shipped: {', '.join(shipped())}."
FIELDS = "expected a mapping with name, title, response_scales, constructs"


def complaint(document) -> str:
    """What is wrong with a document; every line of it is told in Chinese as well."""
    with pytest.raises(InstrumentError) as caught:
        read_instrument(document, "my.yaml")
    assert_chinese(caught.value)
    return str(caught.value)


def file_complaint(path) -> str:
    with pytest.raises(InstrumentError) as caught:
        load_instrument(path)
    assert_chinese(caught.value)
    return str(caught.value).replace(str(path), "my.yaml")


def assert_chinese(error):
    told = [line.zh for line in error.lines]
    assert [text for text in told if not re.search("[\u4e00-\u9fff]", text)] == []


def test_a_file_reads_as_the_document_it_holds(document, written):
    path = written(yaml.safe_dump(document, allow_unicode=True))
    assert load_instrument(path) == load_instrument(str(path)) == read_instrument(document)


@pytest.mark.parametrize("style", ["", ">-"])
def test_lines_of_chinese_are_joined_without_a_space(document, written, style):
    document["title"] = "TITLE"
    text = yaml.safe_dump(document, allow_unicode=True)
    folded = f"{style}\n  顾客忠诚。\n  另有 SEM\n  模型"
    found = load_instrument(written(text.replace("TITLE", folded))).title.zh
    assert found == "顾客忠诚。另有 SEM 模型"
    assert load_instrument(written(text.replace("TITLE", "男 性"))).title.zh == "男 性"


def test_a_byte_order_mark_does_no_harm(document, written):
    text = yaml.safe_dump(document, allow_unicode=True)
    assert load_instrument(written(b"\xef\xbb\xbf" + text.encode())) == read_instrument(document)


def test_a_model_that_is_no_syntax_is_told_with_its_place_beside_other_mistakes(document):
    name = document["hypotheses"][0].get("model") or document["hypothesized"]
    document["models"][name]["structure"] = "stay ~ VALUE + + PRICE"
    said = complaint(document)
    assert f"models.{name}.structure: model, line 1, column 16: '+' before no number" in said
    assert "hypotheses" not in said  # what a model does not say is asked only of one that can be read
    document["version"] = 2
    assert "2 problems" in complaint(document)


def test_every_problem_is_named_with_its_place_in_one_reading(document):
    document["version"] = 2
    document["title"] = {"en": "Only English"}
    document["colour"] = "red"
    document["constructs"][0]["items"][1]["wording"] = 3
    del document["constructs"][1]["items"][0]["wording"]
    document["constructs"][1]["lable"] = document["constructs"][1].pop("label")
    document["constructs"][4]["items"] = "u1, u2"
    document["additional_items"][0]["reversed"] = "yes"
    document["response_scales"]["likelihood"] = {"lowest": 10, "highest": 1}
    document["hypotheses"][0]["sign"] = "positive"
    assert complaint(document) == (
        "my.yaml: 11 problems\n"
        "  version: expected text, got 2; put it in quotes if it is meant as text\n"
        "  title.zh: missing; expected text\n"
        "  constructs[0].items[1].wording: expected text, got 3; put it in quotes if it is meant as text\n"
        "  constructs[1].label: missing; expected text\n"
        "  constructs[1].items[0].wording: missing; expected text\n"
        "  constructs[1].lable: not a known field. Did you mean 'label' or 'scale'?\n"
        "  constructs[4].items: expected a list, got 'u1, u2'\n"
        "  additional_items[0].reversed: expected true or false, got 'yes'\n"
        "  hypotheses[0].sign: expected '+' or '-', got 'positive'\n"
        "  colour: not a known field. Known here: name, version, title, description, response_scales, "
        "constructs, additional_items, attention_checks, background, metadata, models, hypothesized, "
        "rivals, hypotheses, trail, answers.\n"
        "  response_scales.likelihood.highest: must be above lowest (10), got 1"
    )


def drawn(population="USE ~ age", n=9):
    return {"provenance": "Mine", "synthetic": {"population": population, "n": n, "seed": 1}}


GONE = object()
ONE_MISTAKE = [
    (
        "constructs",
        GONE,
        "constructs: missing; expected a list",
    ),
    (
        "response_scales",
        GONE,
        "response_scales: missing; expected a mapping",
    ),
    (
        "constructs.0.label",
        "  ",
        "constructs[0].label: is empty; expected text",
    ),
    (
        "constructs.2.of",
        "PRICE",
        "constructs[2].of: expected a list, got 'PRICE'",
    ),
    (
        "constructs.2.of",
        ["TRUST", "PRISE"],
        "constructs[2].of[1]: no construct is named 'PRISE'. Did you mean 'PRICE'?",
    ),
    (
        "constructs.2.of",
        ["TRUST", "VALUE"],
        "constructs[2].of[1]: 'VALUE' would stand over itself",
    ),
    (
        "constructs.2.of",
        ["TRUST", "TRUST"],
        "constructs[2].of[1]: 'TRUST' is already named",
    ),
    (
        "constructs.2.of",
        GONE,
        "constructs[2]: has neither items nor of; list its items, or the constructs it stands over",
    ),
    (
        "additional_items.0.id",
        "t1",
        "additional_items[0].id: 't1' is already used at constructs[0].items[0].id",
    ),
    (
        "additional_items.0.scale",
        "likelyhood",
        "additional_items[0].scale: no response scale is named 'likelyhood'. Did you mean 'likelihood'?",
    ),
    (
        "metadata.0.id",
        "age",
        "metadata[0].id: 'age' is already used at background[1].id",
    ),
    (
        "metadata.0.meaning",
        GONE,
        "metadata[0].meaning: missing; expected one of 'respondent_id', 'started_at', "
        "'submitted_at', 'duration_s', 'source', 'ip', 'status', 'language', 'other'",
    ),
    (
        "background.1.kind",
        GONE,
        "background[1].categories: missing; list the answers, or set kind to numeric or text",
    ),
    (
        "background.0.kind",
        "text",
        "background[0].categories: a text question has none; leave them out, or set kind to category",
    ),
    (
        "background.1.ordered",
        True,
        "background[1].ordered: is for categories of which one is chosen; leave it out of a numeric question",
    ),
    (
        "background.0.lowest",
        0,
        "background[0].lowest: is for the answers to a numeric question; leave it out of a category question",
    ),
    (
        "background.1",
        {"id": "age", "label": "A", "wording": "A?", "kind": "numeric", "lowest": 9, "highest": 0.5},
        "background[1].highest: must be above lowest (9), got 0.5",
    ),
    (
        "background.1",
        {"id": "age", "label": "A", "wording": "A?", "kind": "numeric", "lowest": 0, "missing_codes": [99]},
        "background[1].missing_codes[0]: 99 is a valid answer; the question allows 0 and more",
    ),
    (
        "background.1",
        {"id": "age", "label": "A", "wording": "A?", "kind": "numeric", "highest": float("inf")},
        "background[1].highest: expected a finite number, got inf",
    ),
    (
        "background.0.categories",
        {1.5: "x"},
        "background[0].categories.1.5: expected a whole number or text, got 1.5",
    ),
    (
        "attention_checks.0.expected",
        GONE,
        "attention_checks[0].expected: missing; expected a whole number",
    ),
    (
        "attention_checks.0.expected",
        True,
        "attention_checks[0].expected: expected a whole number, got True",
    ),
    (
        "attention_checks.0.expected",
        6,
        "attention_checks[0].expected: 6 is off the scale, which runs from 1 to 5",
    ),
    (
        "response_scales.agreement.anchors",
        {6: "Max"},
        "response_scales.agreement.anchors[6]: off the scale, which runs from 1 to 5",
    ),
    (
        "response_scales.agreement.anchors",
        {"low": "x"},
        "response_scales.agreement.anchors.low: expected a whole number as key, got 'low'",
    ),
    (
        "response_scales.agreement.missing_codes",
        [-1, 3],
        "response_scales.agreement.missing_codes[1]: 3 is a valid answer; the scale runs from 1 to 5",
    ),
    (
        "response_scales.agreement.highest",
        1,
        "response_scales.agreement.highest: must be above lowest (1), got 1",
    ),
    (
        "models.short.structure",
        "stay ~ VALU",
        "models.short.structure: 'VALU' is no construct, item or background question. Did you mean 'VALUE'?",
    ),
    (
        "models.short.constructs",
        ["VALUES", "VALUE", "stay"],
        "models.short.constructs[0]: no construct is named 'VALUES'. Did you mean 'VALUE'?",
    ),
    (
        "models.short.constructs",
        ["USE", "stay"],
        "models.short.structure: names 'VALUE', which the list of constructs leaves out",
    ),
    (
        "rivals",
        ["shirt"],
        "rivals[0]: no model is named 'shirt'. Did you mean 'short'?",
    ),
    (
        "rivals",
        ["long"],
        "rivals[0]: 'long' is the hypothesized model; a rival is another one",
    ),
    (
        "rivals",
        ["short", "short"],
        "rivals[1]: 'short' is already used at rivals[0]",
    ),
    (
        "hypothesized",
        "longest",
        "hypothesized: no model is named 'longest'. Did you mean 'long'?",
    ),
    (
        "hypothesized",
        GONE,
        "hypotheses[0].model: missing; name the model that holds the path, or a hypothesized model",
    ),
    (
        "hypotheses.0.path",
        "stay ~ VALEU",
        "hypotheses[0].path: 'VALEU' is no construct, item or background question. Did you mean 'VALUE'?",
    ),
    (
        "hypotheses.0.path",
        "VALUE ~ stay",
        "hypotheses[0].path: the model 'long' has no path 'VALUE ~ stay'",
    ),
    (
        "hypotheses.0.path",
        "VALUE -> stay",
        "hypotheses[0].path: expected 'outcome ~ cause', such as 'BMI ~ MKT' or 'BMI ~ MKT:CAP', got 'VALUE -> stay'",
    ),
    (
        "hypotheses.0.path",
        "stay ~ VALUE + USE",
        "hypotheses[0].path: expected 'outcome ~ cause', such as 'BMI ~ MKT' or 'BMI ~ MKT:CAP', "
        "got 'stay ~ VALUE + USE'",
    ),
    (
        "hypotheses.0.path",
        "stay ~ VALUE:PRCIE",
        "hypotheses[0].path: 'PRCIE' is no construct, item or background question. Did you mean 'PRICE'?",
    ),
    (
        "models.short.structure",
        "stay ~ PRICE + PRICE:USE",
        "models.short.structure: 'stay' has the product 'PRICE:USE' as a cause, but not 'USE' itself; add it",
    ),
    (
        "models.short.structure",
        "PRICE ~ USE + stay + USE:stay + USE:p1",
        "models.short.structure: 'USE:p1' multiplies 'p1', an item of 'PRICE'; multiply the construct",
    ),
    (
        "models.short.structure",
        "stay ~ PRICE\nPRICE ~ PRICE",
        "models.short.structure: 'PRICE' acts on itself; name another variable",
    ),
    (
        "models.short.structure",
        "stay ~ PRICE + USE + VALUE + PRICE:USE:VALUE",
        "models.short.structure: 'PRICE:USE:VALUE' multiplies 3 variables; a product is of two constructs",
    ),
    (
        "constructs.0.measurement",
        "formative",
        "constructs[0].measurement: expected 'reflective' or 'composite', got 'formative'",
    ),
    (
        "hypotheses.0.model",
        "shore",
        "hypotheses[0].model: no model is named 'shore'. Did you mean 'short'?",
    ),
    (
        "answers",
        {"provenance": "Mine"},
        "answers: expected file (answers), synthetic (a population to draw from), or both (drawn answers)",
    ),
    (
        "answers",
        {"provenance": "Mine", "file": "../a.csv"},
        "answers.file: expected the name of a file that lies beside the instrument, got '../a.csv'",
    ),
    (
        "answers",
        drawn(population="USE ~ x9"),
        "answers.synthetic.population: 'x9' is no construct, item or background question.",
    ),
    (
        "answers",
        drawn(n=1),
        "answers.synthetic.n: must be 2 or more, got 1",
    ),
]


IN_MODEL = "USE ~ VALUE\nstay ~ USE + age + VALUE\nage ~ USE"
ROUTES = [
    ("USEE", "hypotheses[0].via: 'USEE' is no construct, item or background question. Did you mean 'USE'?"),
    (
        ["USE", "aged"],
        "hypotheses[0].via[1]: 'aged' is no construct, item or background question. Did you mean 'age'?",
    ),
    (["USE", "age", "USE"], "hypotheses[0].via[2]: 'USE' is already named"),
    (
        ["USE", "stay"],
        "hypotheses[0].via[1]: 'stay' is the outcome of the path; a mediator stands between cause and outcome",
    ),
    ("VALUE", "hypotheses[0].via: 'VALUE' is the cause of the path; a mediator stands between cause and outcome"),
    ("age", "hypotheses[0].via: the model 'long' has no path 'age ~ VALUE'"),
    ([""], "hypotheses[0].via[0]: is empty; expected text"),
    (3, "hypotheses[0].via: expected a list, got 3"),
    ([3], "hypotheses[0].via[0]: expected text, got 3; put it in quotes if it is meant as text"),
]


@pytest.fixture
def mediated(document):
    document["models"]["long"]["structure"] = IN_MODEL
    return document


@pytest.mark.parametrize(("via", "problem"), ROUTES)
def test_a_mistaken_mediator_is_told_with_its_place(mediated, via, problem):
    mediated["hypotheses"][0]["via"] = via
    assert problem in complaint(mediated).split("\n  ")[1:]


def test_every_mistake_of_a_route_is_told_and_no_path_that_it_would_need(mediated):
    mediated["hypotheses"][0] |= {"via": ["USE", "SUE", "USE"], "path": "stay ~ VALEU"}
    assert [line.split(":")[0] for line in complaint(mediated).split("\n  ")[1:]] == [
        "hypotheses[0].path",
        "hypotheses[0].via[1]",
        "hypotheses[0].via[2]",
    ]


def test_a_moderated_route_is_one_problem(mediated):
    mediated["hypotheses"][0] |= {"path": "stay ~ VALUE:USE", "via": "age"}
    assert complaint(mediated) == (
        "my.yaml: 1 problem\n  hypotheses[0].via: a moderated path, 'stay ~ VALUE:USE', has no mediators; leave via "
        "out, or name a single cause"
    )


@pytest.mark.parametrize(("via", "route"), [("USE", ["USE"]), (["USE"], ["USE"]), (["USE", "age"],) * 2, ([], [])])
def test_mediators_are_one_or_several_and_come_back_as_they_were(mediated, written, via, route):
    mediated["hypotheses"][0]["via"] = via
    read = load_instrument(written(yaml.safe_dump(mediated, allow_unicode=True)))
    assert read.hypotheses[0].route == ("VALUE", *route, "stay")
    again = read.model_dump(mode="json", include={"hypotheses"})
    assert load_instrument(written(yaml.safe_dump(mediated | again, allow_unicode=True))) == read


def test_a_route_asks_for_no_direct_path(mediated):
    mediated["models"]["long"]["structure"] = "USE ~ VALUE; stay ~ USE"
    mediated["hypotheses"][0]["via"] = "USE"
    assert read_instrument(mediated).hypotheses[0].via == ("USE",)


@pytest.mark.parametrize(("place", "value", "problem"), ONE_MISTAKE)
def test_one_mistake_makes_one_problem(document, place, value, problem):
    *steps, last = (int(step) if step.isdigit() else step for step in place.split("."))
    holder = document
    for step in steps:
        holder = holder[step]
    if value is GONE:
        del holder[last]
    else:
        holder[last] = value
    assert complaint(document) == f"my.yaml: 1 problem\n  {problem}"


def test_a_name_that_cannot_stand_in_a_model_is_refused(document):
    document["additional_items"][0]["id"] = "Q 1"
    assert complaint(document) == (
        "my.yaml: 1 problem\n"
        "  additional_items[0].id: 'Q 1' cannot name a variable; begin with a letter, go on with letters, "
        "digits, '_' or '.'"
    )


def test_a_construct_cannot_share_its_name_with_an_item_of_another(document):
    document["constructs"][4]["name"] = "t1"
    document["models"]["long"]["structure"] = "stay ~ VALUE"
    assert complaint(document) == (
        "my.yaml: 1 problem\n  constructs[4].name: 't1' is already used at constructs[0].items[0].id"
    )


@pytest.mark.parametrize(
    ("structure", "problem"),
    [
        ("stay ~ VALUE + TRUST", "names 'TRUST', which the composite 'VALUE' is made of and stands for in the model"),
        ("stay ~ VALUE + p1", "names 'p1', which the composite 'PRICE' is made of and stands for in the model"),
        (
            "stay ~ PRICE + USE + PRICE:USE",
            "'PRICE:USE' multiplies the composite 'PRICE', which has no items that reflect it",
        ),
    ],
)
def test_a_composite_stands_for_what_it_is_made_of(document, structure, problem):
    for place in (1, 2):
        document["constructs"][place]["measurement"] = "composite"
    document["models"]["short"]["structure"] = structure
    assert complaint(document) == f"my.yaml: 1 problem\n  models.short.structure: {problem}"


def test_a_construct_of_one_item_must_carry_its_id(document):
    document["constructs"][4]["items"].pop()
    assert complaint(document) == (
        "my.yaml: 1 problem\n"
        "  constructs[4].name: a construct of one item carries the item's id, because the item itself "
        "enters the models; expected 'u1', got 'USE'"
    )


def test_a_construct_has_items_or_elements_and_not_both(document):
    document["constructs"][2]["items"] = [{"id": "v1", "wording": "Good."}, {"id": "v2", "wording": "Fine."}]
    assert complaint(document) == (
        "my.yaml: 1 problem\n  constructs[2]: has both items and of; a construct is measured by one of them"
    )


def test_a_ring_of_second_order_constructs_is_refused(document):
    document["constructs"].append({"name": "ALL", "label": "All", "of": ["VALUE", "USE"]})
    document["constructs"][2]["of"] = ["TRUST", "ALL"]
    assert complaint(document) == (
        "my.yaml: 2 problems\n"
        "  constructs[2].of[1]: 'VALUE' would stand over itself\n"
        "  constructs[5].of[0]: 'ALL' would stand over itself"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", f"{FIELDS}, got an empty file"),
        ("# nothing yet\n", f"{FIELDS}, got an empty file"),
        ("- a\n- b\n", f"{FIELDS}, got a list"),
        ("hello", f"{FIELDS}, got the text 'hello'"),
        ("name：small", f"{FIELDS}, got the text 'name：small'; a full-width colon '：' is no ': '"),
        ("3", f"{FIELDS}, got 3"),
        (
            "name: a: b",
            "line 1, column 8: a second ': ' in one line; put the text in quotes, or check the indentation",
        ),
        ("title:\n\ten: x", "line 2, column 1: a tab; indent with spaces"),
        (
            "rivals: [a, b",
            "line 1, column 14: a bracket is never closed, a comma is missing, or a text with ? : ' "
            "needs quotes (opened at line 1)",
        ),
        (
            "name: 'small\ntitle: x\n",
            "line 3, column 1: a quotation mark is never closed; close it (opened at line 1)",
        ),
        (
            "name：small\ntitle: x",
            "line 2, column 6: a full-width colon '：' after a key; write ': ', with a space",
        ),
        (
            "sign: -",
            "line 1, column 7: a '-' stands where no list can begin; put a text such as '-' in quotes",
        ),
        ("name: @home", "line 1, column 7: a text cannot begin with this character; put it in quotes"),
        ('name: "\\q"', "line 1, column 9: a backslash in double quotes; use single quotes"),
        (
            "a:\n  - b\n c: 1",
            "line 3, column 2: the line does not fit the ones above it; align it with its neighbours",
        ),
        ("a: &x [1, 2]\nb: *x", "line 2, column 4: the alias *x is not accepted; write its content out"),
        (
            "a: !!python/name:os.system x",
            "line 1, column 4: the tag !!python/name:os.system is not accepted; leave it out",
        ),
        ("a: 1\n---\nb: 2", "line 2, column 1: a second document starts here; expected one in a file"),
        ("[" * 500, "line 1, column 22: nested more than 20 levels deep; no instrument needs that"),
        ("a: 1\nb: \x07", "line 2: an invisible control character; delete it, or save the file as UTF-8"),
        (
            "name: 中文".encode("gb18030"),
            "line 1: not UTF-8 text, but it reads as Chinese in GBK; save the file as UTF-8",
        ),
        (b"a: 1\nb: \xff\xff\xff", "line 2: not UTF-8 text; save the file as UTF-8"),
        ("name: x".encode("utf-16"), "is saved as UTF-16; save it as UTF-8"),
    ],
)
def test_an_unreadable_file_says_where_and_what_would_do(written, text, problem):
    assert file_complaint(written(text)) == f"my.yaml: 1 problem\n  {problem}"


def test_a_key_written_twice_is_named_with_both_lines_beside_all_other_problems(written):
    text = "name: small\ntitle: A\ntitle: B\nresponse_scales:\n  a: {lowest: 1, highest: 5, lowest: 0}\n"
    assert file_complaint(written(text)) == (
        "my.yaml: 3 problems\n"
        "  title: written twice, at line 2 and line 3; keep one\n"
        "  response_scales.a.lowest: written twice, at line 5 and line 5; keep one\n"
        "  constructs: missing; expected a list"
    )


def test_answers_named_yes_no_and_on_stay_texts(document, written):
    text = yaml.safe_dump(document, allow_unicode=True).replace("Harbin", "Yes").replace("Daqing", "No")
    assert "1: Yes" in text
    categories = load_instrument(written(text)).background[0].categories
    assert [category.en for category in categories.values()] == ["Yes", "No"]


def test_an_alias_bomb_is_refused_at_its_first_alias(written):
    bomb = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdefgh", "bcdefghi"))
    assert file_complaint(written(bomb)) == (
        "my.yaml: 1 problem\n  line 2, column 8: the alias *a is not accepted; write its content out"
    )


def test_an_oversized_file_is_not_read(written):
    assert file_complaint(written("#" * 1_000_001)) == (
        "my.yaml: 1 problem\n  is larger than 1 MB; the YAML file is a short text"
    )


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "bmi-driver",
            f"no such file, and no shipped instrument of that name. Did you mean 'bmi-drivers'? {SHIPPED}",
        ),
        (
            "bmi-drivers.yaml",
            f"no such file, and no shipped instrument of that name. Did you mean 'bmi-drivers'? {SHIPPED}",
        ),
        ("weather", f"no such file, and no shipped instrument of that name. {SHIPPED}"),
        ("x" * 5000, "cannot be read: File name too long"),
    ],
)
def test_a_missing_file_names_the_nearest_shipped_instrument(name, problem, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InstrumentError) as caught:
        load_instrument(name)
    assert str(caught.value) == f"{name}: 1 problem\n  {problem}"


def test_a_folder_is_not_an_instrument(tmp_path):
    assert file_complaint(tmp_path) == "my.yaml: 1 problem\n  is a folder; name the YAML file in it"


def test_an_error_keeps_its_source_and_its_problems_apart(document):
    del document["name"]
    with pytest.raises(InstrumentError) as caught:
        read_instrument(document, "my.yaml")
    assert (caught.value.source, caught.value.problems) == ("my.yaml", ("name: missing; expected text",))


def test_options_that_would_be_one_variable_are_named(document):
    document["background"][0] |= {"kind": "multiple", "categories": {"a b": "One", "A_B": "Two", "c": "Three"}}
    document["background"].append({"id": "city.C", "label": "C", "wording": "C?", "kind": "text"})
    assert complaint(document) == (
        "my.yaml: 2 problems\n"
        "  background[0].categories['A_B']: would be the variable 'city.A_B', like the option 'a b'; "
        "recode or rename one\n"
        "  background[0].categories['c']: would be the variable 'city.c', like city.C; recode or rename one"
    )
    document["background"][0]["kind"] = "category"
    assert read_instrument(document).background[0].kind == "category"


def test_a_question_with_several_answers_stands_in_models_option_by_option(document):
    document["background"].append(CHANNELS)
    document["models"]["short"]["structure"] = "stay ~ VALUE + sales.channels.2"
    read_instrument(document)
    document["models"]["short"]["structure"] = "stay ~ VALUE + sales.channels"
    assert complaint(document) == (
        "my.yaml: 1 problem\n  models.short.structure: 'sales.channels' is no construct, item or background question. "
        "Did you mean 'sales.channels.2' or 'sales.channels.1' or 'sales.channels.10'?"
    )


def test_keys_within_keys_without_end_are_refused(written):
    assert file_complaint(written("? " * 100_000)) == (
        "my.yaml: 1 problem\n  line 1, column 43: nested more than 20 levels deep; no instrument needs that"
    )


def test_very_many_mistakes_are_counted_and_the_first_shown(document):
    document |= {f"unknown{i}": 1 for i in range(1_000)}
    lines = complaint(document).splitlines()
    assert lines[0] == "my.yaml: 1000 problems" and len(lines) == 202
    assert lines[-1] == "  and 800 more"


def test_names_that_nothing_bears_do_not_keep_the_reader_busy(document):
    document["constructs"] += [
        {"name": f"C{i}", "label": "C", "items": [{"id": f"a{i}", "wording": "A"}, {"id": f"b{i}", "wording": "B"}]}
        for i in range(2_000)
    ]
    document["constructs"].append({"name": "ALL", "label": "All", "of": [f"nobody{i}" for i in range(20_000)]})
    begun = time.process_time()
    assert complaint(document).startswith("my.yaml: 500 problems")
    assert time.process_time() - begun < 15


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"kind": "numeric"}, ""),
        ({"categories": {1: "Harbin", 2: "Daqing"}}, ""),
        ({"categories": {1: "Small", 2: "Middle", 3: "Large"}, "ordered": True}, ""),
        ({"categories": {1: "Harbin", 2: "Daqing", 3: "Jixi"}}, "has 3 categories without order"),
        ({"categories": {"h": "Harbin", "d": "Daqing"}}, "whose codes are texts"),
        ({"kind": "text"}, "a question of kind text"),
    ],
)
def test_background_questions_moderate_where_their_answers_are_a_quantity(document, question, said):
    document["background"][0] = {"id": "city", "label": "City", "wording": "Where?", **question}
    document["models"]["short"]["structure"] = "stay ~ USE + city + USE:city"
    if not said:
        assert read_instrument(document).labels()["USExcity"].en == "Use × City"
        return
    with pytest.raises(InstrumentError) as caught:
        read_instrument(document)
    (problem,) = caught.value.problems
    assert problem.startswith("models.short.structure: 'USE:city' multiplies 'city', ") and said in problem
    assert "models.short.structure：乘积'USE:city'：'city'" in caught.value.in_chinese()
