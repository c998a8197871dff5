"""Expressions of labels, with their derivatives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chinese import wholly_chinese
from sem.models import central_difference
from sme_sem import SmeSemError, SpecificationError
from sme_sem.sem.expressions import Quantity, define, evaluate
from sme_sem.syntax import read_terms

LABELS = ["a", "b.c", "d_e", "斜率"]
VALUES = np.array([0.5, 1.3, 0.8, 2.0])


def known(values=VALUES):
    return {name: Quantity(np.asarray(v), unit) for name, v, unit in zip(LABELS, values, np.eye(4))}


EXPRESSIONS = [
    "a*b.c",
    "a + b.c - d_e",
    "a/b.c",
    "-a + +b.c",
    "(a + b.c)*(a - 斜率)",
    "a^2",
    "a**3",
    "2^a",
    "a^b.c",
    "a^(-1)",
    "exp(a)*log(b.c)",
    "sqrt(a*b.c) - abs(-d_e)",
    "sin(a)*cos(d_e) + tanh(斜率)",
    "log10(a) + log2(斜率) - tan(d_e)",
    "asin(a) - acos(a*d_e) + atan(斜率) + asinh(b.c)",
    "sinh(a) + cosh(斜率)*acosh(斜率 + 3) + expm1(a) + log1p(d_e^2)",
    "pnorm(a - b.c) + plogis(斜率) * atanh(a*d_e)",
    "a/(a + b.c*d_e)",
    "1e2*a + .5*d_e - 2.5e-1",
    "max(a*b.c, d_e, 斜率/4) - 2*min(b.c, a^2)",
    "max(a, 0.1)*min(b.c)",
    "7",
]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_the_derivative_is_that_of_finite_differences(text):
    gradient = np.broadcast_to(evaluate(text, known()).gradient, (4,))
    numeric = central_difference(lambda x: evaluate(text, known(x)).value, VALUES)
    np.testing.assert_allclose(gradient, numeric, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a*b.c", 0.65),
        ("2 - 3 - 4", -5),
        ("2*3^2", 18),
        ("-2^2", -4),
        ("8/2/2", 2),
        ("exp(0) + sqrt(9)", 4),
        ("1e2*a", 50),
        ("log10(1000) + log2(8)", 6),
        ("pnorm(1.96)", 0.975002104851780),  # R 4.2.2
        ("plogis(-2)", 0.119202922022118),
        ("atanh(0.5)", 0.549306144334055),
        ("4*atan(1) + acos(0) - asin(1)", np.pi),
        ("cosh(1) - sinh(1)", 0.367879441171442),
        ("asinh(sinh(2)) + acosh(cosh(2)) + log1p(expm1(2))", 6),
        (".5*斜率", 1),
        ("max(a, b.c, -斜率) - min(a, b.c)", 0.8),
        ("max(log(-a), 1)", np.nan),
    ],
)
def test_the_value_is_that_of_arithmetic(text, value):
    assert evaluate(text, known()).value == pytest.approx(value, nan_ok=True)


def test_values_may_have_any_leading_axes():
    batch = np.array([[0.1, 0.2, 0.3], [1.0, 2.0, 3.0]])
    gradient = np.zeros((2, 3, 2))
    gradient[..., 0] = 1
    found = evaluate("a^2 + 1", {"a": Quantity(batch, gradient)})
    np.testing.assert_allclose(found.value, batch**2 + 1)
    np.testing.assert_allclose(found.gradient[..., 0], 2 * batch)


def test_the_larger_of_two_is_found_in_every_member_with_its_own_derivative():
    a, b = np.array([1.0, 4.0, np.nan]), np.array([2.0, 3.0, 0.0])
    own = {"a": Quantity(a, np.eye(2)[0]), "b": Quantity(b, np.eye(2)[1])}
    found = evaluate("max(a, b)", own)
    np.testing.assert_array_equal(found.value, [2, 4, np.nan])
    np.testing.assert_array_equal(found.gradient[:2], [[0, 1], [1, 0]])
    np.testing.assert_array_equal(evaluate("min(b, a)", own).value, [1, 3, np.nan])


def test_definitions_may_use_earlier_ones():
    found = define(read_terms("ind := a*b.c\ntotal := ind + d_e\nshare := ind/total\na == 1"), known())
    assert list(found) == ["ind", "total", "share"]
    assert found["share"].value == pytest.approx(0.65 / 1.45)


def test_but_not_later_ones():
    with pytest.raises(SpecificationError, match="'ind' is neither a label in the model nor defined before"):
        define(read_terms("total := ind + a\nind := a*b.c"), known())


def test_an_unknown_label_is_named_with_the_nearest():
    with pytest.raises(SpecificationError) as caught:
        evaluate("a*b_c", known())
    assert str(caught.value) == (
        "'a*b_c': 'b_c' is neither a label in the model nor defined before. Did you mean 'b.c'? "
        "Label a parameter by writing label*variable."
    )


def test_what_is_no_expression_is_refused():
    with pytest.raises(SpecificationError) as caught:
        evaluate("a*(b.c", known())
    assert str(caught.value) == (
        "cannot read the expression 'a*(b.c': expected labels and numbers joined by + - * / ^ and brackets."
    )


@pytest.mark.parametrize(
    "text",
    [
        "sum(a)",
        "max()",
        "max(*a)",
        "max(a, key=b.c)",
        "exp(a, a)",
        "a[0]",
        "a if a else a",
        "'a'",
        "True",
        "2j",
        "a.exp()",
        "lambda: a",
    ],
)
def test_nothing_of_python_but_arithmetic_is_understood(text):
    with pytest.raises(SpecificationError) as caught:
        evaluate(text, known())
    assert wholly_chinese(caught.value.in_chinese().replace(text, ""))


def test_an_unknown_function_is_told_the_known_ones():
    with pytest.raises(SpecificationError) as caught:
        evaluate("sum(a)", known())
    assert str(caught.value) == (
        "'sum(a)': only labels, numbers, + - * / ^, brackets and the functions "
        "exp, log, log10, expm1, log1p, log2, sqrt, abs, sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, "
        "asinh, acosh, atanh, plogis, pnorm, max, min "
        "are understood."
    )


@pytest.mark.parametrize("text", ["a % 2", "a // 2", "a @ a"])
def test_other_operators_are_refused(text):
    with pytest.raises(SpecificationError):
        evaluate(text, known())


def test_a_logarithm_of_a_negative_number_is_nan_without_a_warning():
    assert np.isnan(evaluate("log(0 - a)", known()).value)
    assert np.isinf(evaluate("1/(a - a)", known()).value)


def test_look_alikes_are_told_apart():
    wide = Quantity(np.asarray(2.0), np.ones(1))
    narrow = Quantity(np.asarray(9.0), np.ones(1))
    assert evaluate("ａ", {"a": narrow, "ａ": wide}).value == 2
    assert evaluate("a", {"a": narrow, "ａ": wide}).value == 9


@pytest.mark.parametrize("length", [1200, 5000])
@pytest.mark.parametrize("before, after", [("a+", ""), ("-", ""), ("(", ")")])
def test_an_endless_expression_is_refused_politely(before, after, length):
    with pytest.raises(SpecificationError, match=r"cannot read the expression|too long"):
        evaluate(before * length + "a" + after * length, known())


def test_a_number_beyond_all_bounds_is_refused():
    with pytest.raises(SpecificationError) as caught:
        evaluate("9" * 400, known())
    assert str(caught.value) == f"an expression, or a number in it, is too long: {'9' * 60} ..."


WORDS = "1 2.5 0 + - * / ^ ( ) exp log , . [ ' x é lambda not import 1_0 0x1 = { None"


@settings(max_examples=400)
@given(st.lists(st.sampled_from([*LABELS, *WORDS.split(), "9" * 400, "\n"]), max_size=9).map("".join))
def test_any_text_is_evaluated_or_refused(text):
    try:
        found = evaluate(text, known())
    except SmeSemError:
        return
    assert np.broadcast_to(found.gradient, (4,)).shape == (4,)
    assert np.shape(found.value) == ()
