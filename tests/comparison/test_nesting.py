"""Nesting is told by what models reproduce, however they are written."""

import pytest

import sme_sem as sme
from sem.holzinger import ITEMS, MODEL, pupils, pupils_with_gaps
from sme_sem.comparison.nesting import Relation, relation, reproduced

TWO = "visual =~ x1 + x2 + x3\nrest =~ x4 + x5 + x6 + x7 + x8 + x9"
NESTED = {
    "a path fixed": (MODEL, MODEL + "\nvisual ~~ 0*textual", {}),
    "constructs merged": (MODEL, TWO, {}),
    "equal loadings": (MODEL, "visual =~ x1 + a*x2 + a*x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9", {}),
    "written by a constraint": (
        MODEL,
        "visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\na == 2*b",
        {},
    ),
    "means and gaps": (MODEL, TWO, {"missing": "fiml"}),
    "weighted least squares": (MODEL, TWO, {"estimator": "WLS"}),
    "second order": (MODEL, MODEL + "\ng =~ visual + a*textual + a*speed", {}),
}


@pytest.mark.parametrize("what", NESTED)
def test_a_special_case_is_found_and_not_the_other_way_round(what):
    wide, narrow, options = NESTED[what]
    data = pupils_with_gaps() if "missing" in options else pupils()
    a, b = sme.fit(wide, data, **options), sme.fit(narrow, data, **options)
    assert relation(a, b) is Relation.NESTED
    assert not reproduced(b, a).exactly


def test_scaling_by_a_variance_or_a_loading_is_one_model():
    a, b = sme.fit(MODEL, pupils()), sme.fit(MODEL, pupils(), std_lv=True)
    assert relation(a, b) is Relation.EQUIVALENT
    assert relation(b, a) is Relation.EQUIVALENT


def test_three_correlated_constructs_and_a_second_order_one_are_equivalent():
    second = sme.fit(MODEL + "\ng =~ visual + textual + speed", pupils())
    assert relation(sme.fit(MODEL, pupils()), second) is Relation.EQUIVALENT


def test_models_of_equal_size_that_say_different_things_are_not_nested():
    moved = "visual =~ x1 + x2 + x3 + x9\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8"
    assert relation(sme.fit(MODEL, pupils()), sme.fit(moved, pupils())) is Relation.NOT_NESTED


def test_more_degrees_of_freedom_alone_do_not_nest():
    wide = sme.fit("visual =~ x1 + x2 + x3 + x4 + x7\ntextual =~ x5 + x6\nspeed =~ x8 + x9", pupils(), orthogonal=False)
    narrow = sme.fit(MODEL + "\nvisual ~~ 0*textual", pupils())
    assert wide.measures()["df"] < narrow.measures()["df"]
    assert relation(wide, narrow) is Relation.NOT_NESTED


def test_the_two_parameterizations_of_ordered_answers_are_one_model():
    frame = pupils()
    frame[ITEMS] = (frame[ITEMS] > frame[ITEMS].median()).astype(int)
    delta = sme.fit(MODEL, frame, ordered=ITEMS)
    theta = sme.fit(MODEL, frame, ordered=ITEMS, parameterization="theta")
    assert relation(delta, theta) is Relation.EQUIVALENT
    narrow = sme.fit(MODEL + "\nvisual ~~ 0*speed", frame, ordered=ITEMS, parameterization="theta")
    assert relation(delta, narrow) is Relation.NESTED
