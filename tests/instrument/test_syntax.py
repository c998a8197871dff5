from __future__ import annotations

import pytest

from sme_sem.instrument.syntax import Statement, paths, statements


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A ~ B + C", ["A", "B", "C"]),
        ("A ~ b1*B + start(.5)*C", ["A", "B", "C"]),
        ("A ~ c(x, y)*B", ["A", "B"]),
        ("A ~~ 0*B", ["A", "B"]),
        ("A ~ B:C", ["A", "B", "C"]),
        ("A ~ 1", ["A"]),
        ("A ~\n  B +\n  C", ["A", "B", "C"]),
        ("A ~ B\n  + C", ["A", "B", "C"]),
        ("A ~ B; C ~ D  # E ~ F", ["A", "B", "C", "D"]),
        ("A ~ B ! E ~ F", ["A", "B"]),
        ("indirect := a*b\na == b\na > 0", []),
        ("创新 ~ 市场", ["创新", "市场"]),
        ("", []),
        ("~", []),
        ("A ~ .5*B.x", ["A", "B.x"]),
    ],
)
def test_a_statement_names_its_variables_and_not_its_labels_or_numbers(text, names):
    assert [name for statement in statements(text) for name in statement.names] == names


def test_the_operator_is_told_apart():
    assert [s.operator for s in statements("A =~ a\nA ~ B\nA ~~ B\nu | t1")] == ["=~", "~", "~~"]
    assert next(statements("A =~ a + b")) == Statement(("A",), "=~", ("a", "b"))


def test_only_regressions_are_paths():
    assert paths("A + B ~ C\nA ~~ D\nF =~ x") == {("A", "C"), ("B", "C")}


def test_a_product_is_one_cause():
    assert paths("A ~ B + b*B : C") == {("A", "B"), ("A", "B:C")}
