from hypothesis import given, settings
from hypothesis import strategies as st

from sme_sem.letters import width
from sme_sem.tables import Column, Kind, Table, text
from tables.examples import PATHS


def test_numbers_stand_right_and_labels_left():
    assert text.render(PATHS) == (
        "Path coefficients\n"
        "───────────────────────────────\n"
        "Path             β       p\n"
        "───────────────────────────────\n"
        "trust → use   .432  < .001  ***\n"
        "cost → use   -.070    .312\n"
        "age → use        –       –  –\n"
        "───────────────────────────────\n"
        "N = 412."
    )


def test_chinese_columns_stand_under_their_heading():
    lines = text.render(PATHS, "zh").splitlines()
    places = {width(line[: line.index(mark)]) for line, mark in ((lines[4], "  .432"), (lines[5], " -.070"))}
    assert lines[0] == "路径系数表"
    assert len(places) == 1


def test_an_empty_table_still_has_its_heading():
    assert text.render(Table("t", "Nothing", (Column("a", "A"),), ())).splitlines()[2] == "A"


@settings(deadline=None)  # a shared machine may pause
@given(st.lists(st.text(alphabet="aé信β", max_size=8), min_size=1, max_size=6))
def test_the_next_column_begins_at_the_same_cell_in_every_line(labels):
    columns = (Column("label", "L"), Column("n", "N", Kind.COUNT))
    lines = text.render(Table("t", "t", columns, tuple((label, 7) for label in labels))).splitlines()[4:-1]
    assert len({width(line) for line in lines}) == 1
    assert all(line.endswith("  7") for line in lines)
