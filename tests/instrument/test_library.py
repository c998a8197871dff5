from __future__ import annotations

import csv
import json
import math
import re
from hashlib import sha256

import numpy as np
import pytest
import yaml

from sme_sem.errors import InstrumentError
from sme_sem.instrument import (
    Bilingual,
    bundled_answers,
    instrument_schema,
    load_instrument,
    path_of,
    places,
    read_instrument,
    shipped,
)
from sme_sem.instrument.syntax import paths
from sme_sem.responses import read_responses, screen
from sme_sem.sem.completion import parameter_table
from sme_sem.sem.options import Options
from sme_sem.sem.specification import Specification
from sme_sem.synthetic import MARK, draw_answers

NAMES = [
    "bm-elements",
    "bmi-drivers",
    "corporate-reputation",
    "digital-micro-innovation",
    "involution",
    "micro-innovation",
    "sim",
]
STUDIES = [name for name in NAMES if name != "corporate-reputation"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def bilinguals(value):
    if isinstance(value, Bilingual):
        yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from bilinguals(entry)
    elif isinstance(value, tuple):
        for entry in value:
            yield from bilinguals(entry)
    elif hasattr(value, "model_fields_set"):
        for name in type(value).model_fields:
            yield from bilinguals(getattr(value, name))


def rows(name):
    with bundled_answers(name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_shipped_instruments_are_listed_with_both_titles():
    assert list(shipped()) == NAMES
    assert shipped()["bmi-drivers"].zh == "科技型中小企业商业模式创新的驱动因素"


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_instrument_carries_its_files_name(name):
    assert load_instrument(name).name == path_of(name).stem == name


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_text_is_in_english_and_in_chinese(name):
    texts = list(bilinguals(load_instrument(name)))
    assert len(texts) > 60
    assert [t.zh for t in texts if not CHINESE.search(t.zh)] == []
    assert [t.en for t in texts if CHINESE.search(t.en)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_model_has_its_full_text_and_every_path_of_the_hypothesized_one_a_hypothesis(name):
    instrument = load_instrument(name)
    elsewhere = {h.model for h in instrument.hypotheses if h.model}
    assert {instrument.hypothesized, *instrument.rivals, *elsewhere} == set(instrument.models)
    expected = paths(instrument.models[instrument.hypothesized].structure)
    assert {(h.outcome, h.cause) for h in instrument.hypotheses if not h.model} == expected
    for model in instrument.models:
        assert instrument.model_syntax(model).endswith(instrument.models[model].structure.strip())


def test_the_schema_accepts_the_shipped_files_and_refuses_a_misspelt_field():
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(instrument_schema())
    for name in NAMES:
        document = json.loads(json.dumps(yaml.safe_load(path_of(name).read_text(encoding="utf-8"))))
        assert list(validator.iter_errors(document)) == []
        document["titel"] = document.pop("title")
        assert len(list(validator.iter_errors(document))) == 2


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(InstrumentError) as caught:
        path_of("bmi_drivers")
    assert str(caught.value) == (
        "bmi_drivers: 1 problem\n"
        f"  no shipped instrument of that name. Did you mean 'bmi-drivers'? Shipped: {', '.join(NAMES)}."
    )


def test_instruments_inside_the_package_are_preferred_to_those_beside_it(tmp_path, monkeypatch):
    package = tmp_path / "sme_sem"
    (package / "instrument").mkdir(parents=True)
    monkeypatch.setattr(places.resources, "files", lambda _: package / "instrument")
    assert places.folder() == tmp_path / "instruments"
    (package / "instruments").mkdir()
    assert places.folder() == package / "instruments"


# --- the studies: constructs from documents, answers from populations


@pytest.mark.parametrize("name", STUDIES)
def test_every_construct_of_a_study_says_what_it_means_where_it_is_from_and_by_what_it_is_measured(name):
    instrument = load_instrument(name)
    for construct in instrument.constructs:
        assert construct.description and construct.origin, construct.name
        assert len(construct.items) >= 3 or len(construct.of) >= 3, construct.name
    assert len(instrument.reversed_items) >= 2
    assert instrument.attention_checks and len(instrument.background) >= 2


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_sets_three_rivals_with_their_theories_against_its_model(name):
    instrument = load_instrument(name)
    assert len(instrument.rivals) >= 3
    theories = [model.theory for model in instrument.models.values()]
    assert None not in theories and len({t.en for t in theories}) == len(theories)


@pytest.mark.parametrize("name", STUDIES)
def test_a_population_holds_the_paths_of_the_hypotheses_with_their_signs_and_none_besides(name):
    instrument = load_instrument(name)
    synthetic = instrument.answers.synthetic
    texts = [f"{synthetic.population}\n{group.population}" for group in synthetic.groups] or [synthetic.population]
    expected = {(h.outcome, h.cause): h.sign for h in instrument.hypotheses}
    for model in {h.model for h in instrument.hypotheses if h.model}:
        inner = paths(instrument.models[model].structure)
        expected |= {path: "+" for path in inner - set(expected)}
    for text in texts:
        values = {
            (p.lhs, p.rhs): p.value
            for p in parameter_table(Specification.read(text), Options()).parameters
            if p.op == "~"
        }
        values |= {(product.outcome, ":".join(product.of)): product.effect for product in synthetic.products}
        assert {path: "+" if value > 0 else "-" for path, value in values.items()} == expected


@pytest.mark.parametrize("name", STUDIES)
def test_reversed_items_and_no_others_load_negatively_in_the_population(name):
    instrument = load_instrument(name)
    text = instrument.answers.synthetic.population
    loadings = {
        (p.lhs, p.rhs): p.value for p in parameter_table(Specification.read(text), Options()).parameters if p.op == "=~"
    }
    items = {(c.name, item.id) for c in instrument.constructs for item in c.items}
    elements = {(c.name, element) for c in instrument.constructs for element in c.of}
    assert set(loadings) == items | elements
    assert {item for (_, item), value in loadings.items() if value < 0} == set(instrument.reversed_items)


@pytest.mark.parametrize("name", [name for name in STUDIES if name != "bmi-drivers"])
def test_shipped_answers_are_those_drawn_from_the_population_to_the_byte(name):
    instrument, path = load_instrument(name), bundled_answers(name)
    assert path.name == f"{name}.synthetic.csv" and path.stat().st_size < 120_000
    drawn = draw_answers(instrument)
    assert path.read_bytes() == drawn.to_csv(index=False, lineterminator="\n").encode()
    assert (drawn[MARK] == "yes").all()


@pytest.mark.parametrize("name", STUDIES)
def test_answers_to_a_study_are_read_without_a_doubt_but_for_a_few_careless_ones(name):
    instrument = load_instrument(name)
    drawn = draw_answers(instrument, n=1000, seed=1)
    responses = read_responses(drawn, instrument)
    doubts = responses.findings[responses.findings["severity"] != "info"]
    assert set(doubts["rule"]) <= {"attention_failed"}
    careless = instrument.answers.synthetic.manner.careless
    assert (~screen(responses).kept).sum() == pytest.approx(800 * careless, abs=20)


@pytest.mark.parametrize(
    ("name", "spoil", "problem"),
    [
        (
            "micro-innovation",
            lambda d: d["constructs"][0].update(lable=d["constructs"][0].pop("label")),
            "constructs[0].lable: not a known field. Did you mean 'label' or 'scale'?",
        ),
        (
            "digital-micro-innovation",
            lambda d: d["constructs"][3].pop("of"),
            "constructs[3]: has neither items nor of; list its items, or the constructs it stands over",
        ),
        (
            "involution",
            lambda d: d["hypotheses"][0].update(path="MS ~ INVOL"),
            "hypotheses[0].path: 'INVOL' is no construct, item or background question. Did you mean 'INV'?",
        ),
        (
            "sim",
            lambda d: d["constructs"][1]["items"].append(d["constructs"][0]["items"][0]),
            "constructs[1].items[4].id: 'EO1' is already used at constructs[0].items[0].id",
        ),
        (
            "bm-elements",
            lambda d: d["constructs"][1].update(items=[]),
            "constructs[1]: has neither items nor of; list its items, or the constructs it stands over",
        ),
        (
            "sim",
            lambda d: d["answers"]["synthetic"]["groups"][0].update(share=0.5),
            "answers.synthetic.groups: the shares must add up to 1, got 0.9",
        ),
        (
            "sim",
            lambda d: d["answers"]["synthetic"]["groups"][1].update(answers={"respondent": 3}),
            "answers.synthetic.groups[1].answers.respondent: 3 is no answer to this question",
        ),
        (
            "sim",
            lambda d: d["answers"]["synthetic"]["groups"][1].update(answers={"responder": 2}),
            "answers.synthetic.groups[1].answers: no background question is named 'responder'. "
            "Did you mean 'respondent'?",
        ),
        (
            "involution",
            lambda d: d["answers"]["synthetic"]["products"][1].update(of=["OIC", "EST"]),
            "answers.synthetic.products[1].of[1]: 'EST' is no construct, item or background question. "
            "Did you mean 'ST' or 'ES' or 'ST4'?",
        ),
        (
            "involution",
            lambda d: d["answers"]["synthetic"]["manner"].update(careless=-0.1),
            "answers.synthetic.manner.careless: must be 0.0 or more, got -0.1",
        ),
    ],
)
def test_a_mistake_in_a_study_is_named_with_its_place(name, spoil, problem):
    document = yaml.safe_load(path_of(name).read_text(encoding="utf-8"))
    spoil(document)
    with pytest.raises(InstrumentError) as caught:
        read_instrument(document, "my.yaml")
    assert problem in str(caught.value).split("\n  ")


def test_the_literature_names_every_candidate_element_and_no_other():
    instrument, path = load_instrument("bm-elements"), path_of("bm-elements").with_name("bm-elements.literature.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        coded = list(csv.DictReader(stream))
    candidates = {item.id for c in instrument.constructs if c.name != "SUCC" for item in c.items}
    assert {row["item"] for row in coded} == candidates
    assert len({(row["source"], row["year"]) for row in coded}) == 12
    assert len({(row["source"], row["year"], row["item"]) for row in coded}) == len(coded)


def test_interview_keywords_of_firms_and_officers_add_up_to_the_numbers_of_the_study():
    path = path_of("sim").with_name("sim.keywords.synthetic.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        keywords = list(csv.DictReader(stream))
    assert [sum(int(row[group]) for row in keywords) for group in ("firm", "government")] == [306, 209]
    known = {construct.name for construct in load_instrument("sim").constructs}
    assert {row["construct"] for row in keywords} == known - {"INNO"}
    assert {row["synthetic_answers"] for row in keywords} == {"yes"}


# --- corporate-reputation: real answers


def test_the_reputation_answers_are_those_their_origin_describes():
    path = bundled_answers("corporate-reputation")
    origin = path.with_name("corporate-reputation.ORIGIN.md").read_text(encoding="utf-8")
    assert sha256(path.read_bytes()).hexdigest() in origin
    answers = rows("corporate-reputation")
    assert (len(answers), len(answers[0])) == (344, 41)
    missing = {column: sum(row[column] == "-99" for row in answers) for column in answers[0]}
    assert {c: n for c, n in missing.items() if n} == {"cusa": 1, "cusl_1": 3, "cusl_2": 4, "cusl_3": 3}
    assert [sum(row["servicetype"] == code for row in answers) for code in "12"] == [125, 219]


def test_the_reputation_instrument_knows_every_column_and_every_answer():
    instrument = load_instrument("corporate-reputation")
    answers = rows("corporate-reputation")
    questions = {question.id: question for question in instrument.background}
    assert {*instrument.item_ids, *questions} == set(answers[0])
    for row in answers:
        for item in instrument.item_ids:
            scale = instrument.response_scale(item)
            assert int(row[item]) in [*scale.codes, *scale.missing_codes], item
        for name, question in questions.items():
            assert int(row[name]) in question.categories, name


def test_satisfaction_enters_the_reputation_model_as_one_item():
    assert load_instrument("corporate-reputation").model_syntax("reputation") == (
        "COMP =~ comp_1 + comp_2 + comp_3\n"
        "LIKE =~ like_1 + like_2 + like_3\n"
        "CUSL =~ cusl_1 + cusl_2 + cusl_3\n"
        "cusa ~ COMP + LIKE\n"
        "CUSL ~ cusa + COMP + LIKE"
    )


# --- bmi-drivers: a population to draw from


def implied(population):
    """Covariances that a population text implies: (I - B)^-1 S (I - B)^-T over all its variables."""
    entries = []
    for line in population.strip().splitlines():
        if line.endswith("*1"):
            continue  # a mean
        left, operator, right = re.fullmatch(r"(\w+) (=~|~~|~) (.*)", line.strip()).groups()
        for value, name in re.findall(r"(-?[\d.]+)\*(\w+)", right):
            entries.append((left, operator, name, float(value)))
    variables = list(dict.fromkeys(name for left, _, right, _ in entries for name in (left, right)))
    at = {name: i for i, name in enumerate(variables)}
    B, S = np.zeros((2, len(at), len(at)))
    for left, operator, right, value in entries:
        if operator == "~~":
            S[at[left], at[right]] = S[at[right], at[left]] = value
        elif operator == "=~":
            B[at[right], at[left]] = value
        else:
            B[at[left], at[right]] = value
    reach = np.linalg.inv(np.eye(len(at)) - B)
    return variables, reach @ S @ reach.T


def test_every_variable_of_the_population_has_variance_one():
    instrument = load_instrument("bmi-drivers")
    variables, covariance = implied(instrument.answers.synthetic.population)
    assert set(variables) == {*instrument.item_ids, *(c.name for c in instrument.constructs)}
    np.testing.assert_allclose(np.diag(covariance), 1, atol=1e-3)
    assert np.linalg.eigvalsh(covariance)[0] > -1e-9


def test_reversed_items_and_no_others_run_against_their_construct_in_the_population():
    instrument = load_instrument("bmi-drivers")
    variables, covariance = implied(instrument.answers.synthetic.population)
    at = {name: i for i, name in enumerate(variables)}
    against = [
        item for name, items in instrument.scales().items() for item in items if covariance[at[name], at[item]] < 0
    ]
    assert tuple(against) == instrument.reversed_items == ("MK4", "CU4")


def test_the_planted_effects_are_those_of_the_hypotheses():
    population = load_instrument("bmi-drivers").answers.synthetic.population
    (line,) = re.findall(r"BMI ~ (.*)", population)
    planted = {name: float(value) for value, name in re.findall(r"([\d.]+)\*(\w+)", line)}
    assert planted == {"MKT": 0.25, "CAP": 0.35, "POL": 0.20, "CULT": 0.20}
    r_squared = sum(a * b * (1 if p == q else 0.3) for p, a in planted.items() for q, b in planted.items())
    assert math.isclose(1 - r_squared, float(re.search(r"BMI ~~ ([\d.]+)\*BMI", population)[1]), abs_tol=1e-4)


def test_the_firms_survey_asks_what_the_study_needs():
    instrument = load_instrument("bmi-drivers")
    assert instrument.answers.synthetic.n == 632
    assert bundled_answers("bmi-drivers") is None
    assert instrument.construct("BMI").of == ("VP", "VC", "VD", "VCAP")
    assert [q.id for q in instrument.background] == ["region", "size", "age", "industry", "ownership"]
    assert [m.id for m in instrument.metadata] == ["respondent_id", "submitted_at", "duration_s"]
    assert instrument.attention_checks[0].expected == 4
