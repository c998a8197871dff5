"""Reading model text: what every construct means, and what a mistake is told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chinese import wholly_chinese
from sme_sem import SmeSemError, Specification, SyntaxProblem
from sme_sem.syntax import Term, read_terms


def one(text):
    (term,) = read_terms(text)
    return term


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("f =~ x", Term("f", "=~", "x")),
        ("f =~ 0", Term("f", "=~", "", fixed=(0.0,))),
        ("y ~ x", Term("y", "~", "x")),
        ("a ~~ b", Term("a", "~~", "b")),
        ("y ~ 1", Term("y", "~1")),
        ("y ~ 0", Term("y", "~1", fixed=(0.0,))),
        ("y ~ 2*1", Term("y", "~1", fixed=(2.0,))),
        ("y ~ m*1", Term("y", "~1", labels=("m",))),
        ("ind := a*b", Term("ind", ":=", "a*b")),
        ("a == 2 * b", Term("a", "==", "2*b")),
        ("a > 0", Term("a", ">", "0")),
        ("a < b + 1", Term("a", "<", "b+1")),
        ("y ~ 0.8*x", Term("y", "~", "x", fixed=(0.8,))),
        ("y ~ -0.8*x", Term("y", "~", "x", fixed=(-0.8,))),
        ("y ~ - -.5*x", Term("y", "~", "x", fixed=(0.5,))),
        ("y ~ 1e-2*x", Term("y", "~", "x", fixed=(0.01,))),
        ("y ~ 1/4*x", Term("y", "~", "x", fixed=(0.25,))),
        ("f =~ 1/4*x", Term("f", "=~", "x", fixed=(0.25,))),
        ("y ~ NA*x", Term("y", "~", "x", fixed=(None,))),
        ("y ~ a*x", Term("y", "~", "x", labels=("a",))),
        ('y ~ "a b"*x', Term("y", "~", "x", labels=("a b",))),
        ("y ~ label('a')*x", Term("y", "~", "x", labels=("a",))),
        ("y ~ start(0.5)*x", Term("y", "~", "x", starts=(0.5,))),
        ("y ~ 0.5?x", Term("y", "~", "x", starts=(0.5,))),
        ("y ~ equal('f =~ x1')*x", Term("y", "~", "x", equal="f =~ x1")),
        ("y ~ equal('a')*x", Term("y", "~", "x", labels=("a",))),
        ("y ~ c(a, b)*x", Term("y", "~", "x", labels=("a", "b"))),
        ("y ~ c(0, NA)*c('', m)*x", Term("y", "~", "x", fixed=(0.0, None), labels=("", "m"))),
        ("y ~ c(0.5, NA)*x", Term("y", "~", "x", fixed=(0.5, None))),
        ("y ~ c('a', NA)*x", Term("y", "~", "x", labels=("a", ""))),
        ("y ~ label(c('a', 'b'))*x", Term("y", "~", "x", labels=("a", "b"))),
        ("y ~ (0.5)*x", Term("y", "~", "x", fixed=(0.5,))),
        ("y ~ sqrt(2)*x", Term("y", "~", "x", fixed=(1.4142135623730951,))),
        ("y ~ -1/sqrt(4)*x", Term("y", "~", "x", fixed=(-0.5,))),
        ("y ~ start(exp(0)/(1/(-4)))*x", Term("y", "~", "x", starts=(-4.0,))),
        ("y ~ c(log(1), -(3/2))*x", Term("y", "~", "x", fixed=(0.0, -1.5))),
        ("y ~ log*x", Term("y", "~", "x", labels=("log",))),
        ("y ~ sqrt(3 + 1)*x", Term("y", "~", "x", fixed=(2.0,))),
        ("y ~ c(0.5*2 - 3, 2/4*6)*x", Term("y", "~", "x", fixed=(-2.0, 3.0))),
        ("y ~ start(2 - 3*4)*x", Term("y", "~", "x", starts=(-10.0,))),
        ("y ~ -2^2*x", Term("y", "~", "x", fixed=(-4.0,))),
        ("y ~ 2^-1/4*x", Term("y", "~", "x", fixed=(0.125,))),
        ("y ~ 2^3^(1 + 1)*x", Term("y", "~", "x", fixed=(512.0,))),
        ("y ~ (a)*x", Term("y", "~", "x", labels=("a",))),
        ("y ~ as.numeric(NA)*x", Term("y", "~", "x", fixed=(None,))),
        ("y ~ rep(0, 3)*x", Term("y", "~", "x", fixed=(0.0, 0.0, 0.0))),
        ("y ~ rep('a', times = 2)*x", Term("y", "~", "x", labels=("a", "a"))),
        ("y ~ rep(c(a, b), each = 2)*x", Term("y", "~", "x", labels=("a", "a", "b", "b"))),
        ("y ~ start(rep(c(1, 2), 2))*x", Term("y", "~", "x", starts=(1.0, 2.0, 1.0, 2.0))),
        ("y ~ c(rep(1, 2), NA)*x", Term("y", "~", "x", fixed=(1.0, 1.0, None))),
        ("y ~ 'f =~ x1'*x", Term("y", "~", "x", equal="f =~ x1")),
        ("y ~ equal(c('', 'a'))*x", Term("y", "~", "x", labels=("", "a"))),
        ("y ~ equal(c('f =~ x1', 'f =~ x1'))*x", Term("y", "~", "x", equal="f =~ x1")),
        ("f = ~ x", Term("f", "=~", "x")),
        ("a ~ ~ b", Term("a", "~~", "b")),
        ("ind: = a*b", Term("ind", ":=", "a*b")),
        ("f <\t~ x", Term("f", "<~", "x")),
        ("y ~ start(c(1, 2))*x", Term("y", "~", "x", starts=(1.0, 2.0))),
        ("y ~ a*start(0.5)*x", Term("y", "~", "x", labels=("a",), starts=(0.5,))),
        ("y ~ NA*a*start(2)*x", Term("y", "~", "x", fixed=(None,), labels=("a",), starts=(2.0,))),
        ('efa("one")*f =~ x', Term("f", "=~", "x", block="one")),
        ("y ~ x:z", Term("y", "~", "x:z")),
        ("y.1 ~ x_2", Term("y.1", "~", "x_2")),
        ("创新 =~ 题1", Term("创新", "=~", "题1")),
        ("y ~ 系数*x", Term("y", "~", "x", labels=("系数",))),
        ("y ~ c*x", Term("y", "~", "x", labels=("c",))),
        ("start ~ label", Term("start", "~", "label")),
    ],
)
def test_every_construct_is_one_term(text, term):
    assert one(text) == term


@pytest.mark.parametrize(
    "text",
    [
        "f =~ a + b\ny ~ f",
        "f =~ a + b; y ~ f",
        "f =~ a +\n b\ny ~ f",
        "f =~ a\n + b\ny ~ f",
        "f =~\n\n a +\n# a comment\n b ! another\n\n;;\ny\t~  f # the end",
        "\ufefff =~ a + b\r\ny ~ f\r\n",
        "f =~ a + b\ry ~ f",
        "f=~a+b;y~f",
        "  f =~ a + b;  \n  y ~ f;",
    ],
)
def test_line_breaks_comments_and_spaces_do_not_matter(text):
    assert read_terms(text) == (Term("f", "=~", "a"), Term("f", "=~", "b"), Term("y", "~", "f"))


def test_a_star_at_the_beginning_of_a_line_continues_it():
    assert one("y ~ a\n * x") == Term("y", "~", "x", labels=("a",))


def test_several_names_on_the_left_stand_for_a_line_each():
    assert [(t.lhs, t.rhs) for t in read_terms("y + z ~ a + b")] == [("y", "a"), ("y", "b"), ("z", "a"), ("z", "b")]


def test_a_rotation_block_may_have_several_constructs():
    terms = read_terms('efa("b")*f + efa("b")*g =~ x1 + x2')
    assert {t.block for t in terms} == {"b"}
    assert [t.lhs for t in terms] == ["f", "f", "g", "g"]


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but a comment", ";;\n;"])
def test_a_text_without_statements_has_no_terms(text):
    assert read_terms(text) == ()


def test_a_covariance_is_the_same_both_ways_round():
    assert one("a ~~ b").key == one("b ~~ a").key
    assert one("a ~ b").key != one("b ~ a").key


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "f =~ x1\ny ~ x +",
            "model, line 2, column 8: the statement ends here\n  y ~ x +\n         ^\n  expected a variable's name",
        ),
        (
            "f =~ 1",
            "model, line 1, column 7: the statement ends here\n  f =~ 1\n        ^\n"
            "  expected '*' between a modifier and its variable",
        ),
        ("y ~ x z", "model, line 1, column 7: 'z' is out of place\n  y ~ x z\n        ^\n  expected '+'"),
        (
            "~ x",
            "model, line 1, column 1: nothing stands before '~'\n  ~ x\n  ^\n  expected the name of a variable",
        ),
        (
            "y ~ x ~ z",
            "model, line 1, column 7: a second operator in one statement\n"
            "  y ~ x ~ z\n        ^\n  expected a new line before it",
        ),
        (
            "f =~ x1 + x2 +\n\ny ~ f",
            "model, line 3, column 3: a second operator in one statement\n"
            "  y ~ f\n    ^\n  expected a variable after the '+' that ends line 1",
        ),
        (
            "f =~ x1;  trust",
            "model, line 1, column 11: this line has no operator\n  f =~ x1;  trust\n            ^\n"
            "  expected one of =~ <~ ~ ~~ | ~*~ := == < >, as in 'y ~ x'",
        ),
        (
            "f =~ x1 + 2 + x3",
            "model, line 1, column 13: '+' does not follow a modifier\n  f =~ x1 + 2 + x3\n              ^\n"
            "  expected '*' and a variable's name",
        ),
        (
            "a$b ~ x",
            "model, line 1, column 2: '$' does not belong to the syntax\n  a$b ~ x\n   ^\n"
            "  expected a name, a number or an operator",
        ),
        (
            "f =\uff5e x1",
            "model, line 1, column 4: '\uff5e' does not belong to the syntax\n  f =\uff5e x1\n     ^\n"
            "  expected '~' in half width",
        ),
        (
            "y ~ 2",
            "model, line 1, column 5: 2 is not a variable\n  y ~ 2\n      ^\n"
            "  expected a variable's name, or 1 for the intercept",
        ),
        (
            "3 ~ x",
            "model, line 1, column 1: '3' is not a variable's name\n  3 ~ x\n  ^\n"
            "  expected a name before the operator",
        ),
        (
            "y ~ a*b*x",
            "model, line 1, column 7: this term already has a modifier of that kind\n  y ~ a*b*x\n        ^\n"
            "  expected one fixed value, one label, one start",
        ),
        (
            "y ~ c(1, a)*x",
            "model, line 1, column 5: numbers and labels in one list\n  y ~ c(1, a)*x\n      ^\n"
            '  expected all numbers (or NA), or all labels; both by two modifiers, as in c(0, NA)*c("", "m")*x',
        ),
        (
            "y ~ c(1 2)*x",
            "model, line 1, column 9: '2' in a list\n  y ~ c(1 2)*x\n          ^\n  expected ',' or ')'",
        ),
        (
            "y ~ prior(1)*x",
            "model, line 1, column 5: unknown modifier 'prior'\n  y ~ prior(1)*x\n      ^\n"
            "  expected c(), rep(), start(), label(), equal(), lower() or upper()",
        ),
        (
            "y ~ start(a)*x",
            "model, line 1, column 5: start() takes numbers\n  y ~ start(a)*x\n      ^\n"
            "  expected start(0.5) or start(c(0.5, 0.6))",
        ),
        (
            "y ~ label(1)*x",
            'model, line 1, column 5: label() takes names in quotes\n  y ~ label(1)*x\n      ^\n  expected label("a")',
        ),
        (
            "y ~ a?x",
            "model, line 1, column 5: '?' follows a start value\n  y ~ a?x\n      ^\n  expected a number, as in 0.5?x",
        ),
        (
            "f =~ 1/0*x",
            "model, line 1, column 8: cannot divide by this\n  f =~ 1/0*x\n         ^\n"
            "  expected a number other than zero",
        ),
        (
            "y ~ 1e999*x",
            "model, line 1, column 5: this number is too large\n  y ~ 1e999*x\n      ^\n"
            "  expected a number below 1e300",
        ),
        (
            "y ~ sqrt(x)*z",
            "model, line 1, column 10: 'x' is no number\n  y ~ sqrt(x)*z\n           ^\n"
            "  expected a number in the brackets",
        ),
        (
            "y ~ c(1 + a)*x",
            "model, line 1, column 11: 'a' is no number\n  y ~ c(1 + a)*x\n            ^\n  expected a number",
        ),
        (
            "y ~ -(a)*x",
            "model, line 1, column 5: '-' before no number\n  y ~ -(a)*x\n      ^\n"
            "  expected a variable's name, or a modifier and '*'",
        ),
        (
            "y ~ (-8)^(1/3)*x",
            "model, line 1, column 5: -8^0.333333 is no number\n  y ~ (-8)^(1/3)*x\n      ^\n  expected a finite value",
        ),
        (
            "y ~ rep(1, 0)*x",
            "model, line 1, column 12: rep() cannot repeat so many times\n  y ~ rep(1, 0)*x\n             ^\n"
            "  expected a whole number from 1 to 1000",
        ),
        (
            "y ~ equal(c('f =~ a', 'f =~ b'))*x",
            "model, line 1, column 5: equal() takes one relation for all groups\n"
            "  y ~ equal(c('f =~ a', 'f =~ b'))*x\n      ^\n"
            "  expected labels, the same where parameters are to be equal, as in c(a, b)*x",
        ),
        (
            "y ~ sqrt(-1)*x",
            "model, line 1, column 5: sqrt(-1) is no number\n  y ~ sqrt(-1)*x\n      ^\n  expected a finite value",
        ),
        (
            "y ~ 1/(1e-300/1e9)*x",
            "model, line 1, column 5: this number is too large\n  y ~ 1/(1e-300/1e9)*x\n      ^\n"
            "  expected a number below 1e300",
        ),
        (
            f"y ~ {'(' * 51}2{')' * 51}*x",
            f"model, line 1, column 55: too many brackets in each other\n  y ~ {'(' * 51}2{')' * 51}*x\n"
            f"{' ' * 56}^\n  expected 50 at most",
        ),
        (
            "y ~ -log*x",
            "model, line 1, column 5: '-' before no number\n  y ~ -log*x\n      ^\n"
            "  expected a variable's name, or a modifier and '*'",
        ),
        (
            "x :=",
            "model, line 1, column 3: nothing follows ':='\n  x :=\n    ^\n"
            "  expected an expression of labels, as in a*b",
        ),
        (
            "a + b := 3",
            "model, line 1, column 1: a definition gives one name\n  a + b := 3\n  ^\n  expected name := expression",
        ),
        (
            "a == b d",
            "model, line 1, column 8: 'd' is out of place\n  a == b d\n         ^\n"
            "  expected an operator between two labels or numbers",
        ),
        (
            "a == b *",
            "model, line 1, column 8: '*' stands last in an expression\n  a == b *\n         ^\n"
            "  expected a label or a number after it",
        ),
        (
            "-a > 0",
            "model, line 1, column 1: '-' stands first in the line\n  -a > 0\n  ^\n"
            "  expected a label or a number, as in 0 - a",
        ),
    ],
)
def test_a_mistake_is_shown_where_it_stands(text, message):
    with pytest.raises(SyntaxProblem) as caught:
        read_terms(text)
    assert str(caught.value) == message
    said, shown, caret, expected = caught.value.in_chinese().split("\n")
    assert message.split("\n")[1:3] == [shown, caret]
    for part, start in ((said, "模型第"), (expected, "  应为")):
        assert part.startswith(start) and wholly_chinese(part)


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("f =~ x1 +", "模型第1行第10列：语句在此结束\n  f =~ x1 +\n           ^\n  应为变量名"),
        ("y ~ x z", "模型第1行第7列：'z'位置不当\n  y ~ x z\n        ^\n  应为'+'"),
        (
            "f =~ x1 +\ny ~ f",
            "模型第2行第3列：一条语句中有两个运算符\n  y ~ f\n    ^\n  应为第1行末'+'之后的变量",
        ),
        (
            "f =~ a\ngroup: 1",
            "模型第2行第1列：组'1'的区块为空\n  group: 1\n  ^\n"
            "  应为单独一行的'group: 1'或'group: \"Germany\"'，其下为该组的内容",
        ),
        ("a >= 0", "模型第1行第4列：'='位置不当\n  a >= 0\n     ^\n  应为标签或数值：'>'已包括相等"),
    ],
)
def test_a_mistake_is_told_in_chinese_as_well(text, chinese):
    with pytest.raises(SyntaxProblem) as caught:
        read_terms(text)
    assert caught.value.in_chinese() == chinese


def test_a_problem_carries_its_place():
    with pytest.raises(SyntaxProblem) as caught:
        read_terms("f =~ a\n\n  g =~ b + $")
    problem = caught.value
    assert (problem.line, problem.column, problem.text) == (3, 12, "  g =~ b + $")


def test_an_unclosed_quote_is_a_mistake_and_not_the_rest_of_the_file():
    with pytest.raises(SyntaxProblem, match="line 1, column 5"):
        read_terms('y ~ "a*x\nz ~ w')


# --- round trips ---------------------------------------------------------------------------------

names = st.sampled_from(["x1", "y", "f", "g.1", "题_3", "trust", "c", "start", "efa", "NA1", "因子", "_x".lstrip("_")])
values = st.one_of(st.none(), st.floats(-1e6, 1e6, allow_subnormal=False))
free_text = st.text(st.characters(blacklist_characters='"\n\r', blacklist_categories=["Cs", "Cc"]), max_size=6)
labels = st.one_of(names, free_text, st.just("NA"), st.just("p.1"), st.just('say "a"'))
tuples = {
    "fixed": st.lists(values, max_size=3).map(tuple),
    "labels": st.lists(labels, max_size=3).map(tuple),
    "starts": st.lists(values, max_size=3).map(tuple),
    "equal": st.one_of(st.just(""), st.just("f =~ x1"), st.just("y ~ 1")),
}
structural = st.one_of(
    st.builds(Term, names, st.just("=~"), names, **tuples, block=st.sampled_from(["", "b1", "第 一"])),
    st.builds(Term, names, st.sampled_from(["~", "~~"]), names, **tuples),
    st.builds(Term, names, st.just("~1"), **tuples),
)
defining = st.builds(
    Term, names, st.sampled_from([":=", "==", "<", ">"]), st.sampled_from(["a*b", "2", "(a+b)/c^2", "exp(a)", "-a"])
)


@st.composite
def specifications(draw):
    terms = draw(st.lists(st.one_of(structural, structural, defining), max_size=8))
    unique = {}
    for place, term in enumerate(terms):
        unique.setdefault(place if term.op in ("==", "<", ">") else term.key, term)
    return Specification(tuple(unique.values()))


@settings(max_examples=300)
@given(specifications())
def test_a_specification_reads_back_from_its_own_text(spec):
    assert Specification.read(str(spec)) == spec


WORDS = """
    x y1 f 题 a.b =~ ~ ~~ := == < > + * ( ) , - / ^ ? ; # ! $
    NA 1 0 .5 1e3 "a" 'b' c( start( equal( label( efa("b")*
"""
pieces = st.sampled_from([*WORDS.split(), "\n", "\t", " "])


@settings(max_examples=600)
@given(
    st.one_of(
        st.text(max_size=40), st.lists(pieces, max_size=14).map("".join), st.lists(pieces, max_size=14).map(" ".join)
    )
)
def test_any_text_is_read_or_refused_and_what_is_read_reads_back(text):
    try:
        spec = Specification.read(text)
    except SmeSemError as problem:
        assert isinstance(problem, SyntaxProblem)
        assert problem.text in text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "").split("\n")
        assert 1 <= problem.column <= len(problem.text) + 1
        return
    assert Specification.read(str(spec)) == spec


@pytest.mark.parametrize(
    ("text", "column", "problem", "expected"),
    [
        ("level: 1\nf =~ x", 6, "models of two levels are fitted by sme.fit_two_level", "with cluster= for errors"),
        (
            "level: within\nf =~ x",
            6,
            "models of two levels are fitted by sme.fit_two_level",
            "with cluster= for errors and tests",
        ),
        ("Level: 1\nf =~ x", 6, "models of two levels are fitted by sme.fit_two_level", "with cluster= for errors"),
        ("f : x", 3, "':' does not belong to the syntax", "a name, a number or an operator"),
    ],
)
def test_what_lavaan_has_and_this_has_not_is_said_with_what_would_do(text, column, problem, expected):
    with pytest.raises(SyntaxProblem) as caught:
        read_terms(text)
    assert str(caught.value).startswith(f"model, line 1, column {column}: {problem}\n")
    assert expected in caught.value.expected


@pytest.mark.parametrize(
    ("text", "column", "problem", "expected"),
    [
        ("c >= 0", 4, "'=' is out of place", "a label or a number: '>' allows equality too"),
        ("c <= 0", 4, "'=' is out of place", "a label or a number: '<' allows equality too"),
        ("d := b*(c", 8, "'(' is not closed", "a ')' after it"),
        ("d := b*c)", 9, "')' closes no bracket", "a '(' before it"),
    ],
)
def test_mistakes_in_constraints_are_shown_where_they_are(text, column, problem, expected):
    with pytest.raises(SyntaxProblem) as caught:
        read_terms(text)
    assert (caught.value.column, caught.value.expected) == (column, expected)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("text", "before"),
    [("信任 =~ 信一 @", "\u3000\u3000    \u3000\u3000 "), ("\tf =~ @", "\t     ")],
)
def test_the_caret_stands_under_its_letter_in_a_terminal(text, before):
    with pytest.raises(SyntaxProblem) as caught:
        read_terms(text)
    assert str(caught.value).split("\n")[2] == f"  {before}^"


# --- blocks of groups --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "f =~ a\ngroup: 1\ny ~ x\ngroup: Old Town\ny ~ z\nd := p*q",
        'f =~ a; group: 1; y ~ x; group: "Old Town"; y ~ z; d := p*q',
        "d := p*q\n f =~ a\n  Group : 1  # the first\n y ~\n x\n GROUP:'Old Town'! the second\n\n y ~ z",
    ],
)
def test_what_follows_a_line_with_a_group_holds_in_that_group(text):
    spec = Specification.read(text)
    common, one, two, defined = spec.terms
    assert common == Term("f", "=~", "a")
    assert one == Term("y", "~", "x", group="1")
    assert two == Term("y", "~", "z", group="Old Town")
    assert defined == Term("d", ":=", "p*q")
    assert spec.blocks == ("1", "Old Town")
    assert str(spec) == 'f =~ a\ngroup: 1\ny ~ x\ngroup: "Old Town"\ny ~ z\nd := p*q'
    assert Specification.read(str(spec)) == spec


@pytest.mark.parametrize(
    "text", ["y ~ x +\n group:x", "y ~\ngroup:x\n", "y ~ x + group:x", "y ~ x\ngroup:x ~~ group:x", "group:x ~ 1"]
)
def test_a_product_with_a_variable_of_that_name_begins_no_block(text):
    assert Specification.read(text).blocks == ()
    assert "group:x" in Specification.read(text).variables


@pytest.mark.parametrize(
    ("text", "line", "column", "problem"),
    [
        ("f =~ a\n  group:\ny ~ x", 2, 3, "this block names no group"),
        ("group: ''\ny ~ x", 1, 1, "this block names no group"),
        ("f =~ a\ngroup: 1", 2, 1, "nothing holds in group '1': its block is empty"),
        ("group: 1\nd := 2\ngroup: 2\ny ~ x", 1, 1, "nothing holds in group '1': its block is empty"),
        ("group: 1; y ~ x; group: 2; y ~ z; group: 1; y ~ w", 1, 35, "there is a block of group '1' already"),
        ("group : a b ~ c", 1, 7, "this begins no block of a group"),
        ("f =~ a\ngroup: 'x\n a ~~ b", 2, 6, "this begins no block of a group"),
        ("f =~ a +\n group: b", 2, 7, "this begins no block of a group"),
    ],
)
def test_mistakes_in_a_block_are_shown_where_they_are(text, line, column, problem):
    with pytest.raises(SyntaxProblem) as caught:
        read_terms(text)
    shown = text.split("\n")[line - 1]
    assert str(caught.value) == (
        f"model, line {line}, column {column}: {problem}\n  {shown}\n  {' ' * (column - 1)}^\n"
        "  expected 'group: 1' or 'group: \"Germany\"' on a line of its own, and below it what holds in that group"
    )
