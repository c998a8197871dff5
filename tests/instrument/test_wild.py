"""Whatever a file holds, the answer is an instrument or an InstrumentError."""

from __future__ import annotations

import copy

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instrument.small import SMALL
from sme_sem.errors import InstrumentError
from sme_sem.instrument import load_instrument, read_instrument

TEXT = yaml.safe_dump(SMALL, allow_unicode=True, sort_keys=False)

names = st.sampled_from(
    [
        "TRUST",
        "VALUE",
        "stay",
        "t1",
        "agreement",
        "long",
        "stay ~ VALUE",
        "~",
        "=~",
        "of",
        "A ~ A",
        "",
        "市场",
    ]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | names | st.text(max_size=8)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.integers() | names, inner, max_size=3),
    max_leaves=8,
)


def settles(read, *arguments) -> None:
    try:
        instrument = read(*arguments)
    except InstrumentError as error:
        assert error.problems
    else:
        instrument.tables()
        instrument.labels()
        for model in instrument.models:
            instrument.model_syntax(model)
        for item in instrument.item_ids:
            instrument.response_scale(item)


def places(value, place=()):
    yield place
    if isinstance(value, (dict, list)):
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(entry, (*place, key))


PLACES = [place for place in places(SMALL) if place]


@given(anything)
def test_any_document(document):
    settles(read_instrument, document)


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.just("delete") | st.tuples(anything)), min_size=1, max_size=4))
def test_any_damage_to_a_good_document(damages):
    document = copy.deepcopy(SMALL)
    for place, damage in damages:
        holder = document
        try:
            for step in place[:-1]:
                holder = holder[step]
            if damage == "delete":
                del holder[place[-1]]
            else:
                holder[place[-1]] = copy.deepcopy(damage[0])
        except (KeyError, IndexError, TypeError):
            continue  # an earlier damage took the place away
    settles(read_instrument, document)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.text(alphabet="ab:-[]{}#&*!|>'\"%@`?,\n\t ：0.~", max_size=60).map(str.encode))
def test_any_bytes(tmp_path, content):
    path = tmp_path / "wild.yaml"
    path.write_bytes(content)
    settles(load_instrument, path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(TEXT)), st.integers(0, 20), st.text(alphabet="ab:-[]{}#&*!|>'\"%\n\t ：1~", max_size=6))
def test_any_slip_of_the_pen(tmp_path, start, length, typed):
    path = tmp_path / "wild.yaml"
    path.write_text(TEXT[:start] + typed + TEXT[start + length :], encoding="utf-8")
    settles(load_instrument, path)


@given(names | st.text(max_size=20) | st.text(alphabet="ab/\\.:\0~", max_size=8))
def test_any_name(name):
    settles(load_instrument, name)
