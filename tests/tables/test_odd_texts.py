"""Whatever somebody wrote, every format shows it as text, and every number as the number it is."""

import math
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sme_sem.tables import Column, Kind, Number, Table
from sme_sem.tables.format import cell, printable
from sme_sem.tables.formats import FORMATS, rendered
from tables import readers

ODD = (
    "", " ", "-", '"quoted"', "it's", "=1+1", "+86 10", "@SUM(A1)", "<script>alert(1)</script>", "</td></table>",
    "a & b", "&amp;", "שלום עולם", "مرحبا \u202eabc", "👩‍🔬 research", "信度与效度",
    "line\nbreak", "two\r\nlines", "tab\there",
    "bell \a and \x1b[31mred", "\x00", "x" * 5000, "word " * 1000, "a|b", "\\", "\\|", "\\\\ [2em]", "[1em] after",
    "*starred*", "**bold**", "_under_", "`code`", "$x^2$", "100 %", "#1", "~", "{", "}", "\\input{x}", "http://x.y",
    "www.x.y", "a@b.c", "--- rule", "1. list", "p", "N = 3", "𝔘𝔫𝔦", "\ufeffmark", "\u2028line",
)  # fmt: skip
# These are written otherwise in LaTeX.
MATHEMATICS = "–—−…’‘“”\xa0±×·≤≥≠≈√∞←→↔ΔΣαβγδεθλνρτφχψω⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿ₀₁₂₃₄₅₆₇₈₉₋ᵢⱼ"
texts = st.sampled_from(ODD) | st.text(st.characters(exclude_characters=MATHEMATICS), max_size=40)
numbers = st.floats(allow_nan=True, allow_infinity=False, width=64) | st.floats(-1, 1)
kinds = st.sampled_from([Kind.ESTIMATE, Kind.COEFFICIENT, Kind.PROBABILITY, Kind.STATISTIC, Kind.PERCENT])
often = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def tables(draw):
    heading, group, kind = draw(texts), draw(st.just("") | texts), draw(kinds)
    columns = (Column("label", heading), Column("value", draw(texts), kind, group=group))
    rows = draw(st.lists(st.tuples(texts, numbers | numbers.map(lambda x: Number(x, p=0.004))), min_size=1, max_size=4))
    return Table(draw(texts), draw(texts), columns, tuple(rows), tuple(draw(st.lists(texts, max_size=2))))


def on_lines(text):
    return re.sub(r"\r\n?", "\n", printable(text))


def spaced(text):
    return re.sub(r"[\t\u2028\u2029]", " ", on_lines(text))


def expected(table, label):
    """Labels as a format can hold them, and numbers as they are written."""
    kind = table.columns[1].kind
    return [[label(text), cell(value, kind)] for text, value in table.rows]


@often
@given(tables())
def test_word_holds_every_text_and_number(table):
    rows = readers.of_word(rendered([table], "word"))
    assert rows[-len(table.rows) :] == expected(table, on_lines)
    assert rows[-len(table.rows) - 1] == [on_lines(column.heading) for column in table.columns]


@often
@given(tables())
def test_html_holds_every_text_and_number(table):
    rows = readers.of_html(rendered([table], "html"))
    assert rows[-len(table.rows) :] == expected(table, printable)
    assert rows[-len(table.rows) - 1] == [printable(column.heading) for column in table.columns]


@often
@given(tables())
def test_markdown_holds_every_text_and_number(table):
    rows = readers.of_markdown(rendered([table], "markdown"))
    trimmed = [[re.sub(r"\s+", " ", text).strip() for text in row] for row in rows]
    wanted = [[re.sub(r"\s+", " ", text).strip() for text in row] for row in expected(table, spaced)]
    assert trimmed[1:] == wanted


@often
@given(tables())
def test_latex_holds_every_text_and_number_and_no_command_of_theirs(table):
    rows = readers.of_latex(rendered([table], "latex"))[-len(table.rows) :]
    wanted = [[text.replace("\ufffd", "?").strip(" ") for text in row] for row in expected(table, spaced)]
    assert [[re.sub(" +", " ", text).strip(" ") for text in row] for row in rows] == [
        [re.sub(" +", " ", text) for text in row] for row in wanted
    ]


@often
@given(tables())
def test_csv_and_excel_hold_every_number_at_full_precision(table):
    written = readers.of_csv(rendered([table], "csv"))[1:]
    sheet = readers.of_excel(rendered([table], "excel"))[2 if table.columns[1].group else 1 :]
    for (text, value), (label, digits), (shown, number, *_) in zip(table.rows, written, sheet):
        assert label.removeprefix("'") == printable(text).removeprefix("'")
        assert on_lines(shown) == on_lines(text)
        if math.isnan(value):
            assert (digits, number) == ("", "–")
        else:
            assert float(digits) == value == pytest.approx(number, rel=1e-15)  # Excel keeps 16 digits


@often
@given(tables())
def test_the_terminal_has_one_line_for_each_row(table):
    rule, *after = rendered([table], "text").split("\n─")[1:], None
    assert len(rule) == 3 and after == [None]
    lines = rule[1].split("\n")[1:]
    kind = table.columns[1].kind
    assert len(lines) == len(table.rows)
    for line, (_, value) in zip(lines, table.rows):
        assert line.endswith(cell(value, kind))
        assert not re.search("[\x00-\x1f\x7f-\x9f]", line)


@pytest.mark.parametrize("name", [name for name, known in FORMATS.items() if not known.single])
def test_a_text_anywhere_in_a_table_can_be_printed_and_gives_the_same_bytes(name):
    everywhere = [
        Table(
            text,
            text,
            (Column(text, text, group=text, once=True), Column("n", text, Kind.COUNT, group=text)),
            ((text, 3), (text, 4)),
            (text, text),
        )
        for text in ODD
    ]
    assert rendered(everywhere, name, "zh") == rendered(everywhere, name, "zh")
    assert FORMATS[name].file(everywhere, "en")
