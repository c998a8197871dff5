"""Models of other programs, read."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sme_sem as sme
from sem.exchanged import ITEMS, MODEL, fits, pupils
from sme_sem.sem.exchange import mplus as writing
from sme_sem.sem.exchange.stated import number
from sme_sem.sem.specification import Specification
from sme_sem.syntax import Term


def mplus(text):
    return str(sme.read_model(text, "mplus"))


def amos(text, **options):
    return str(sme.read_model(text, "amos", **options))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f BY x1-x3;", "f =~ x1 + x2 + x3"),
        ("F by X1 x2@0.5 (a); f WITH g;", "F =~ X1 + 0.5*a*x2\nF ~~ g"),
        ("f BY x1* x2 x3 (k); f@1;", "f =~ NA*k*x1 + k*x2 + k*x3\nf ~~ 1.0*f"),
        ("f BY x1 x2 x3 (k);", "f =~ x1 + k*x2 + k*x3"),
        ("y ON x (b)\n  z*0.3;", "y ~ b*x + start(0.3)*z"),
        ("[x1-x2@0] (m); {u1*};", "x1 ~ 0.0*m*1\nx2 ~ 0.0*m*1\nu1 ~*~ NA*u1"),
        ("[u1$1 u1$2] (t1 t2);", "u1 | t1*t1 + t2*t2"),
        ("y1 y2 PON x1 x2; a b WITH c;", "y1 ~ x1\ny2 ~ x2\na ~~ c\nb ~~ c"),
        ("x1@-0.5; ! a comment\nx2 (v);", "x1 ~~ -0.5*x1\nx2 ~~ v*x2"),
        (
            "MODEL: y ON x (a);\nMODEL CONSTRAINT: NEW(c); c = a**2 + exp(a); a > 0; 1 = a;",
            "y ~ a*x\nc := a^2+exp(a)\na > 0\n1 == a",
        ),
        (
            "TITLE: anything: [at] all; DATA: FILE IS a.dat;\nVARIABLE: NAMES ARE sex x1-x3 z;\n"
            "USEVARIABLES ARE x1-x3 z;\nMODEL:\n f BY x1-z;\nOUTPUT: STDYX;",
            "f =~ x1 + x2 + x3 + z",
        ),
    ],
)
def test_mplus_statements_are_read(text, expected):
    assert mplus(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t1 <- f (1)\nt2 <--- f\nf ---> t3 (b)", "f =~ 1.0*t1 + t2 + b*t3"),
        ("t1 = (1) f + (1) e1; t2 = (l) f + (1) e2; e1 (v); e1 <> e2 (0)", "f =~ 1.0*t1 + l*t2\nt1 ~~ v*t1 + 0.0*t2"),
        ("t1 <- f; t2 <- f; f (1)", "f =~ NA*t1 + t2\nf ~~ 1.0*f"),
        ("t1 <- f (1); t2 <- f; y <- f (b); y <- x; y <- d (1)", "f =~ 1.0*t1 + t2 + b*y\ny ~ x\nx ~~ f"),
        ("a <- x; b <- x", "a ~ x\nb ~ x\na ~~ 0.0*b"),
    ],
)
def test_amos_lines_are_read(text, expected):
    found = sme.read_model(text, "amos")
    wanted = Specification.read(expected)
    assert {(t.key, t.fixed, t.labels) for t in found.terms} == {(t.key, t.fixed, t.labels) for t in wanted.terms}


def test_the_columns_of_the_data_tell_what_amos_takes_for_observed():
    assert amos("y <- x (1)", observed=["x", "y"]) == "y ~ 1.0*x"
    assert "x =~ NA*y" in amos("y <- x", observed=["y"])


@pytest.mark.parametrize(
    ("syntax", "text", "place", "problem"),
    [
        ("mplus", "f BY x1-x3;\n y ON", (2, 6), "the statement does not end"),
        ("mplus", "f BY x1 @ x2;", (1, 9), "no number follows '@'"),
        ("mplus", "f BY x1-z3;", (1, 6), "x1-z3 is no list of known variables"),
        ("mplus", "f BY x1\n x2 (a b);", (2, 5), "2 labels for 1 parameters of this line"),
        ("mplus", "s | y1 ON x1;", (1, 3), "'|': not read are random slopes"),
        ("mplus", "i s | y1@0 y2@1 AT a1-a2;", (1, 5), "'|': not read are random slopes"),
        ("mplus", "i s q | y1@0 y2@1 y3;", (1, 7), "powers of free times"),
        ("mplus", "f BY y1 y2;\ni s | f@0 g@1;", (2, 5), "'|': not read are growth of ordered answers or of factors"),
        ("mplus", "i s | ;", (1, 5), "nothing follows '|'"),
        ("mplus", "f XWITH g;", (1, 3), "'XWITH': not read are latent interactions"),
        ("mplus", "f BY x ON y;", (1, 8), "a second relation in one statement"),
        ("mplus", "ON y;", (1, 1), "nothing stands before ON"),
        ("mplus", "[x1;", (1, 1), "'[' is never closed"),
        ("mplus", "y ON x; €", (1, 9), "'€' does not belong to the syntax"),
        ("mplus", "MODEL: y ON x;\nMODEL g2: y ON x;", (2, 10), "MODEL G2: which group is that"),
        ("amos", "a <- b <- c", (1, 8), "a second arrow in one line"),
        ("amos", "a <- b (", (1, 8), "'(' does not belong to the syntax"),
        ("amos", "x <- y\na b", (2, 3), "no arrow connects these"),
        ("amos", "a <- b (?)", (1, 8), "(?) says nothing of a parameter"),
        ("amos", 'Sem.AStructure("a <- b <- c")', (1, 24), "a second arrow in one line"),
    ],
)
def test_a_mistake_is_told_with_its_place(syntax, text, place, problem):
    with pytest.raises(sme.SyntaxProblem) as caught:
        sme.read_model(text, syntax)
    assert (caught.value.line, caught.value.column) == place
    assert problem in str(caught.value)
    assert str(caught.value).splitlines()[1] == f"  {text.splitlines()[place[0] - 1]}"


# --- there and back ----------------------------------------------------------------------------------

FREE, FIXED = (None,), (0.5,)
MODIFIERS = st.sampled_from(
    [
        {},
        {"fixed": FREE},
        {"fixed": FIXED},
        {"labels": ("a",)},
        {"starts": (0.25,)},
        {"fixed": (-2.0,), "labels": ("b",)},
    ]
)


@st.composite
def specifications(draw):
    found = []
    for factor, items in (("f", ["x1", "x2", "x3"]), ("g", ["x4", "x5"])):
        for item in items:
            marker = item in ("x1", "x4")
            own = draw(st.sampled_from([{}, {"fixed": FREE}, {"fixed": FIXED}]) if marker else MODIFIERS)
            found.append(Term(factor, "=~", item, **own))
    others = [
        ("g", "~", "f"),
        ("g", "~", "z"),
        ("x1", "~~", "x2"),
        ("f", "~~", "f"),
        ("x1", "~~", "x1"),
        ("x5", "~1", ""),
    ]
    for lhs, op, rhs in draw(st.lists(st.sampled_from(others), unique=True)):
        found.append(Term(lhs, op, rhs, **draw(MODIFIERS)))
    return Specification(tuple(found))


def entry(term):
    """A term with its modifiers and no more, as its statement says it."""
    said = "*" if term.fixed == FREE else "".join(f"@{number(value)}" for value in term.fixed)
    said += "".join(f"*{number(value)}" for value in term.starts) + "".join(f" ({label})" for label in term.labels)
    return writing.placed(term.lhs, term.op, term.rhs, said, {})


@given(specifications())
@settings(max_examples=200, deadline=None)
def test_what_is_written_for_mplus_reads_back_as_it_was(specification):
    statements = writing.statements(map(entry, specification.terms))
    assert sme.read_model("\n".join(["MODEL:", *statements]), "mplus").terms == specification.terms


@cache
def _again(name, syntax):
    return sme.read_model(fits()[name].syntax(syntax), syntax)


@pytest.mark.parametrize("name", ["cfa", "paths", "wishart", "effect_coding"])
def test_a_whole_mplus_file_reads_back_as_the_same_model(name):
    fit = fits()[name]
    again = sme.fit(_again(name, "mplus"), pupils(), preset="explicit", likelihood=fit.options.likelihood)
    assert again.measures()["chisq"] == pytest.approx(
        sme.fit(fit.specification, pupils(), likelihood=fit.options.likelihood).measures()["chisq"], rel=1e-8
    )
    assert again.measures()["df"] == fit.measures()["df"]


def test_groups_of_an_mplus_file_read_back_as_the_same_model():
    fit = fits()["groups"]
    again = sme.fit(_again("groups", "mplus"), pupils(), group="school", preset="explicit")
    assert list(again.measures()[["npar", "df"]]) == list(fit.measures()[["npar", "df"]])
    assert again.measures()["chisq"] == pytest.approx(fit.measures()["chisq"], rel=1e-8)


@pytest.mark.parametrize("name", ["cfa", "wishart"])
@pytest.mark.parametrize("told", [(), (*ITEMS, "age")])
def test_an_amos_program_reads_back_as_the_same_model(name, told):
    fit = fits()[name]
    read = sme.read_model(fit.syntax("amos"), "amos", observed=told)
    again = sme.fit(read, pupils(), likelihood=fit.options.likelihood)
    assert list(again.measures()[["npar", "df"]]) == list(fit.measures()[["npar", "df"]])
    assert again.measures()["chisq"] == pytest.approx(fit.measures()["chisq"], rel=1e-8)
    assert np.sort(again.theta) == pytest.approx(np.sort(fit.theta), rel=1e-5)


def test_lavaan_is_read_as_everywhere():
    assert sme.read_model(MODEL) == Specification.read(MODEL)
    with pytest.raises(sme.SpecificationError, match="syntax='stata' is not available"):
        sme.read_model(MODEL, "stata")


def test_a_column_that_sends_arrows_stays_an_outcome_in_what_amos_reads():
    survey = sme.load_instrument("corporate-reputation")
    frame = sme.read_responses(sme.bundled_answers("corporate-reputation"), survey).frame
    fit = sme.fit(survey.model_syntax("reputation"), frame)
    again = sme.fit(sme.read_model(fit.syntax("amos"), "amos"), frame)
    arrows = [
        {(p.lhs, p.rhs) for p in model.specification.relations if p.op == op}
        for op in ("=~", "~")
        for model in (fit, again)
    ]
    assert arrows[0] == arrows[1] and arrows[2] == arrows[3] and ("cusa", "COMP") in arrows[2]
    assert again.measures()["chisq"] == pytest.approx(fit.measures()["chisq"], rel=1e-8)


def test_text_in_place_of_terms_is_told():
    with pytest.raises(sme.SpecificationError, match=r"Specification\.read"):
        sme.Specification("f =~ x1 + x2")


def test_a_column_explained_by_a_construct_of_constructs_is_its_outcome_in_what_amos_reads():
    text = "A =~ x1 + x2 + x3\nB =~ x4 + x5 + x6\nG =~ A + B\nx9 ~ G"
    fit = sme.fit(text, pupils())
    again = sme.read_model(fit.syntax("amos"), "amos")
    arrows = {(t.lhs, t.op, t.rhs) for t in again.relations if t.op in ("=~", "~")}
    assert {("G", "=~", "A"), ("G", "=~", "B"), ("x9", "~", "G")} <= arrows
    assert sme.fit(again, pupils()).measures()["chisq"] == pytest.approx(fit.measures()["chisq"], rel=1e-7)


@pytest.mark.parametrize("program", ["amos", "mplus"])
@pytest.mark.parametrize(
    "model",
    [
        "F =~ x0 + x1 + x2; G =~ 1*y; G ~~ 0.4*G; y ~~ NA*y; F ~~ G",
        "F =~ x0 + x1 + x2; G =~ 1*y; G ~ F; G ~~ 0*G; y ~~ y",
        "F =~ x0 + x1 + x2; G =~ 1*y; G ~ F; y ~~ 0.3*y",
        "F =~ x0 + x1 + x2; G =~ y; G ~ F",
    ],
)
def test_the_residual_variance_of_an_only_item_is_read_as_it_is_written(program, model):
    rng = np.random.default_rng(0)
    F = rng.normal(size=300)
    data = pd.DataFrame({f"x{i}": F + rng.normal(size=300) for i in range(3)}).assign(y=0.5 * F + rng.normal(size=300))
    fit = sme.fit(model, data)
    again = sme.fit(sme.read_model(fit.syntax(program), program, observed=list(data)), data)
    own, read = (one.estimates().query("op == '~~' and lhs == 'y'")[["est", "free"]].to_numpy() for one in (fit, again))
    np.testing.assert_allclose(read.astype(float), own.astype(float), atol=1e-6)
    assert again.measures()["chisq"] == pytest.approx(fit.measures()["chisq"], abs=1e-8)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("MODEL b: [x1]; [f@0];", 'x1 ~ c(NA, NA)*c("", "x1.b")*1\nf ~ c(0.0, 0.0)*1'),
        ("MODEL b: f BY x1@1 x2;", 'f =~ c(1.0, 1.0)*x1 + c("", "f.x2.b")*x2 + x3'),
        ("MODEL b: f BY x1; f@1;", 'f =~ c(1.0, NA)*c("", "f.x1.b")*x1 + x2 + x3\nf ~~ c(NA, 1.0)*f'),
        ("MODEL a: f BY x2;\nMODEL b: f BY x2;", 'f =~ x1 + c("f.x2.a", "f.x2.b")*x2 + x3'),
        ("MODEL b: [f-g@0];", "f ~ c(0.0, 0.0)*1\ng ~ c(0.0, 0.0)*1"),
        ("MODEL b: f WITH g@0;", "f ~~ c(NA, 0.0)*g"),
        ("MODEL b: x1@0.3;", "x1 ~~ c(NA, 0.3)*x1"),
        ("MODEL b: x1 WITH x2;", "x1 ~~ c(0.0, NA)*x2"),
    ],
)
def test_of_what_one_group_alone_says_the_others_have_the_usual(said, expected):
    head = "VARIABLE: NAMES ARE x1-x6 town;\nGROUPING IS town (1 = a 2 = b);\nMODEL: f BY x1-x3; g BY x4-x6;\n"
    text = str(sme.read_model(head + said, "mplus"))
    assert text.replace("\ng =~ x4 + x5 + x6", "").removeprefix("f =~ x1 + x2 + x3\n") == expected


def test_what_a_group_mentions_is_free_of_the_equality_that_is_asked_for():
    text = "VARIABLE: NAMES ARE x1-x9 town; GROUPING IS town (1 = Pasteur 2 = White);\nMODEL: f BY x1-x4;\n"
    partial = sme.read_model(text + "MODEL White: f BY x3; [x3];", "mplus")
    fit = sme.fit(partial, pupils(), group="school", group_equal=("loadings", "intercepts"))
    excepted = sme.fit(
        "f =~ x1 + x2 + x3 + x4",
        pupils(),
        group="school",
        group_equal=("loadings", "intercepts"),
        group_partial=("f =~ x3", "x3 ~ 1"),
    )
    assert list(fit.measures()[["npar", "df"]]) == list(excepted.measures()[["npar", "df"]])
    assert fit.measures()["chisq"] == pytest.approx(excepted.measures()["chisq"], rel=1e-8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f BY u1a-u1c;", "f =~ u1a + u1b + u1c"),
        ("f BY U1A - U1B;", "f =~ U1A + U1B"),
        ("trust BY x1 x2; fear BY y1 y2; use BY z1 z2; use ON trust-fear;", "use ~ trust + fear"),
        ("VARIABLE: NAMES ARE x1 - x3;\nMODEL: f BY x1-x3;", "f =~ x1 + x2 + x3"),
        ("VARIABLE: NAMES ARE id age use fear; USEV = age-fear;\nMODEL: f BY age-fear;", "f =~ age + use + fear"),
    ],
)
def test_lists_of_mplus_go_by_numbers_by_letters_and_by_the_order_of_factors(text, expected):
    assert expected in str(sme.read_model(text, "mplus")).split("\n")


GROWTH = """VARIABLE: NAMES ARE y1-y4 x1 x2 a1-a4;
MODEL: i s | y1@0 y2@1 y3@2 y4@3;
i s ON x1 x2;
y1-y4 PON a1-a4;
"""


def test_growth_of_mplus_is_lavaan_s():
    frame = sme.simulate("i =~ 1*y1 + 1*y2 + 1*y3 + 1*y4\ns =~ 0*y1 + 1*y2 + 2*y3 + 3*y4\ns ~~ 0.3*s", 200, seed=1)
    read = sme.fit(sme.read_model("i s | y1@0 y2@1 y3@2 y4@3;", "mplus"), frame)
    written = "i =~ 1*y1 + 1*y2 + 1*y3 + 1*y4\ns =~ 0*y1 + 1*y2 + 2*y3 + 3*y4"
    expected = sme.fit(written, frame, preset="growth").measures()
    assert read.measures()["chisq"] == pytest.approx(expected["chisq"], rel=1e-8)
    assert list(read.measures()[["npar", "df"]]) == list(expected[["npar", "df"]])
    rng = np.random.default_rng(1)
    frame = frame.assign(**{name: rng.normal(size=200) for name in ("x1", "x2", "a1", "a2", "a3", "a4")})
    found = sme.fit(sme.read_model(GROWTH, "mplus"), frame).measures()
    assert list(found[["npar", "df", "baseline_df"]]) == [17, 21, 30]  # Mplus 8.2, of such a model


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("i s q | y1@0 y2@0.1 y3@0.2;", "q =~ 0.0*y1 + 0.01*y2 + 0.04*y3"),
        ("i s | y1@0 y2@1 y3*\ny4 (late);", "s =~ 0.0*y1 + 1.0*y2 + NA*y3 + NA*late*y4"),
        ("i s | y1@0 y2@1; [i@0]; [y1-y2] (a);", "i ~ 0.0*1"),
        ("i s | y1@0 y2@1; [i@0]; [y1-y2] (a);", "y1 ~ a*1"),
        ("i s | y1@0 y2@1 y3@1; i t | y1@0 y2@0 y3@1; i-t WITH x;", "s ~~ x"),
    ],
)
def test_growth_of_mplus_has_powers_and_free_times_and_the_means_that_are_said(text, expected):
    assert expected in str(sme.read_model(text, "mplus")).split("\n")


def test_the_last_statement_of_a_section_of_mplus_needs_no_semicolon_but_that_of_a_text_does():
    assert str(sme.read_model("MODEL: f BY x1 x2\nOUTPUT: TECH1;", "mplus")) == "f =~ x1 + x2"
    with pytest.raises(sme.SyntaxProblem, match="the statement does not end"):
        sme.read_model("MODEL: f BY x1 x2\n", "mplus")


def test_numbers_with_zeros_in_front_and_loops_of_mplus():
    assert str(sme.read_model("f BY q08-q10;", "mplus")) == "f =~ q08 + q09 + q10"
    with pytest.raises(sme.SyntaxProblem, match=r"line 2, column 19: loops \(DO\) are not read"):
        sme.read_model("MODEL: y ON x (a1);\nMODEL CONSTRAINT: DO(1,3) a# > 0;", "mplus")
