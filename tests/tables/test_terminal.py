"""Tables in a terminal are no wider than it; elsewhere they stay whole."""

import sys
from dataclasses import replace

import pytest

import sme_sem as sme
from sme_sem import cli
from sme_sem.letters import width
from sme_sem.tables import Column, Kind, Table, Words, terminal, text
from tables.examples import PATHS

WIDE = Table(
    "wide",
    Words("Loadings of every item", "各题项的载荷"),
    (
        Column("construct", Words("Construct", "构念"), once=True),
        Column("item", Words("Item", "题项")),
        *(Column(f"f{i}", Words(f"Component {i}", f"成分{i}"), Kind.COEFFICIENT) for i in range(9)),
        Column("stars", Words("Sig.", "显著性"), Kind.STARS),
    ),
    tuple(("Trust", f"t{k}", *[0.1 * k] * 9, 0.001) for k in range(3)),
    (Words("A note that is a good deal longer than the line. " * 3, "一条远远长于一行的注释。" * 7),),
)
SAID = Table(
    "said",
    "Pairs",
    (Column("pair", "Pair"), Column("p", "p", Kind.PROBABILITY), Column("why", "Why")),
    (("full, partial", 0.02, "nested; the test that goes with this estimator is the plain one"),) * 2,
)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("cells", [40, 60, 80])
def test_no_line_is_longer_than_the_terminal_and_no_cell_is_lost(language, cells):
    lines = terminal.render(WIDE, language, cells).split("\n")
    assert max(map(width, lines)) <= cells
    assert " ".join(lines).count(".200") == 9 and "t2" in " ".join(lines)
    assert not any(line.startswith(("。", "，")) or line.endswith("（") for line in lines)


def test_long_texts_are_broken_before_columns_are_divided():
    lines = terminal.render(SAID, cells=50).split("\n")
    assert lines[4] == "full, partial  .020  nested; the test that goes"
    assert lines[5].strip() == "with this estimator is the"
    assert len([line for line in lines if line.startswith("Pair ")]) == 1


def test_columns_under_one_heading_stay_together_and_a_further_block_ends_with_its_last_value():
    columns = [Column(f"{part}{k}", f"Column {k}", Kind.COEFFICIENT, part) for part in "AB" for k in range(2)]
    columns[3] = replace(columns[3], group=columns[2].group)
    columns = [replace(c, group=f"A heading of part {c.group} and more") for c in columns]
    rows = ((1, 0.1, 0.2, 0.3, 0.4), (2, 0.1, 0.2, None, None))
    table = Table("groups", "Groups", (Column("row", "Row"), *columns), rows, blank=True)
    lines = terminal.render(table, cells=60).split("\n")
    assert max(map(width, lines)) <= 60
    first, second = "\n".join(lines).split("A heading of part B")
    assert "Column 0  " in first and first.count("Column") == 2 and second.count("Column") == 2
    assert "2" in first.split("Column 1")[1] and "\n2" not in second


def test_numbers_name_the_rows_where_texts_do_not_tell_them_apart():
    columns = (Column("path", "Path"), *(Column(n, n, Kind.COUNT) for n in ("N", "samples", "needed")))
    table = Table("power", "Power", columns, (("B ~ A", 100, 50, 258), ("B ~ A", 200, 50, 232)))
    assert terminal.render(table, cells=22).split("\n")[-3:-1] == ["B ~ A  100     258", "B ~ A  200     232"]


def test_what_fits_is_as_it_is_without_a_terminal():
    assert terminal.render(PATHS, cells=80) == terminal.render(PATHS) == text.render(PATHS)


def test_results_and_commands_ask_the_terminal_that_is_written_to(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COLUMNS", "60")
    fit = sme.fit("use ~ trust", sme.simulate("use ~ 0.4*trust", 100, seed=1))
    whole = str(fit)
    assert max(map(width, whole.split("\n"))) > 60
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert max(map(width, str(fit).split("\n"))) <= 60 and fit.to("text") == whole
    assert cli.main(["list"]) == 0
    assert max(map(width, capsys.readouterr().out.split("\n"))) <= 60
