from hypothesis import given, settings
from hypothesis import strategies as st

from sme_sem.tables import Column, Kind, Table
from sme_sem.tables.layout import TURNED, UPRIGHT, layout, room
from sme_sem.tables.typography import runs


def table(columns, label="Label", rows=1):
    heads = (Column("label", label), *(Column(f"c{i}", f"C{i}", Kind.STATISTIC) for i in range(columns)))
    return Table("t", "t", heads, ((label, *(-123.456 for _ in range(columns))),) * rows)


def test_a_small_table_is_not_broken_turned_or_shrunk():
    shape = layout(table(3))
    assert (shape.broken, shape.turned, shape.size) == (False, False, 1.0)


def test_a_long_label_is_broken_before_anything_else():
    shape = layout(table(3, "word " * 40))
    assert (shape.broken, shape.turned, shape.size) == (True, False, 1.0)


def test_writing_shrinks_before_the_page_is_turned():
    shapes = [layout(table(columns)) for columns in range(1, 24)]
    looks = [(shape.turned, -shape.size) for shape in shapes]
    assert looks == sorted(looks)
    assert {shape.turned for shape in shapes} == {False, True}


def test_long_labels_of_a_short_table_take_more_lines_before_the_page_is_turned():
    said = "Market drivers have a positive effect on innovation."
    labels = tuple(Column(f"l{i}", f"L{i}") for i in range(2))
    numbers = tuple(Column(f"c{i}", f"C{i}", Kind.STATISTIC) for i in range(7))
    row = (said, said, *[-123.456] * 7)
    short, tall = (layout(Table("t", "t", labels + numbers, (row,) * rows)) for rows in (5, 40))
    assert (short.turned, tall.turned) == (False, True) and short.broken
    assert min(short.widths[:2]) >= room("innovation.")


@settings(deadline=None)  # a shared machine may pause
@given(st.integers(0, 30), st.text(max_size=80), st.sampled_from(["en", "zh"]))
def test_columns_never_exceed_the_page(columns, label, language):
    shape = layout(table(columns, label), language)
    assert sum(shape.widths) <= (TURNED if shape.turned else UPRIGHT) / shape.size
    assert all(width > 0 for width in shape.widths)


def test_a_number_is_never_cut_while_the_page_has_room():
    shape = layout(table(6, "word " * 40))
    assert min(shape.widths[1:]) >= room("-123.456")


def test_a_group_has_room_for_its_heading():
    columns = (Column("x", "b", Kind.COUNT, "Partial mediation"), Column("y", "p", Kind.COUNT, "Partial mediation"))
    assert sum(layout(Table("t", "t", columns, ((1, 2),))).widths) + 2.5 >= room("Partial mediation")


def test_symbols_of_statistics_are_italic_and_words_are_not():
    italic = {"p", "N", "n", "M", "SD", "t", "z", "r", "b", "df", "F"}
    assert all(runs(f"{symbol} = 1") == [(symbol, True), (" = 1", False)] for symbol in italic)
    for text in ("S.E.", "C.R.", "p-value"[1:], "RMSEA", "CFI", "R_1", "Part", "n.s.", "it's", "β", "x.p", "AVE"):
        assert not any(is_italic for _, is_italic in runs(text)), text
    assert runs("χ²的p值") == [("χ²的", False), ("p", True), ("值", False)]


def test_a_column_has_room_for_the_minus_that_is_printed_not_for_the_hyphen():
    minus, hyphen = room("\N{MINUS SIGN}.068"), room("-.068")
    assert minus - hyphen > 0.5
    shape = layout(Table("t", "t", (Column("beta", "β", Kind.COEFFICIENT),), ((-0.068,),)))
    assert shape.widths == (minus,)
