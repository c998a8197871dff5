from html.parser import HTMLParser

from sme_sem.tables import Column, Kind, Table, html
from tables.examples import HOSTILE, PATHS


class Reader(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


def test_a_table_has_its_caption_headings_cells_and_notes():
    page = html.render(PATHS, "zh")
    texts = Reader(page).texts
    assert texts[:4] == ["路径系数表", "路径", "β", "p"]
    assert [t for t in texts if t.startswith((".4", "< ."))] == [".432", "< .001"]
    assert "".join(texts).endswith("样本量 N = 412。")
    assert page.count("<tr>") == 4


def test_cells_carry_their_kind_so_that_numbers_can_stand_right():
    cells = [attrs["class"] for tag, attrs in Reader(html.render(PATHS)).tags if tag == "td"]
    assert cells[:4] == ["label short", "coefficient", "probability", "stars"]


def test_only_a_short_label_is_kept_on_one_line():
    page = html.render(Table("t", "t", (Column("a", "A"),), (("x" * 28,), ("x" * 29,), ("测" * 15,))))
    assert [attrs["class"] for tag, attrs in Reader(page).tags if tag == "td"] == ["label short", "label", "label"]


def test_nothing_in_a_table_becomes_markup():
    page = html.render(HOSTILE.noted("<i>note</i>"))
    assert {tag for tag, _ in Reader(page).tags} <= {
        "figure", "table", "caption", "thead", "tbody", "tr", "th", "td", "p", "i",
    }  # fmt: skip
    assert "<script>" in Reader(page).texts
    assert "\a" not in page


def test_a_name_cannot_leave_its_attribute():
    page = html.render(Table('x" onclick="y', "t", (Column("a", "A"),), ()))
    assert dict(Reader(page).tags)["figure"] == {"class": "sme-table", "id": html.anchor('x" onclick="y')}


def test_a_table_of_many_columns_is_marked_as_wide():
    columns = tuple(Column(f"c{i}", f"C{i}", Kind.COEFFICIENT) for i in range(13))
    assert 'class="sme-table wide"' in html.render(Table("t", "t", columns, ()))
    broader = html.render(Table("t", "t", (*columns, *columns), ()))
    assert 'class="sme-table wide" id="table-t" style="--cells: ' in broader
    assert 'class="sme-table"' in html.render(Table("t", "t", columns[:12], ()))


def test_long_headings_of_many_numbers_are_to_stand_on_end_in_print():
    columns = tuple(Column(f"c{i}", "Relational embeddedness", Kind.COEFFICIENT) for i in range(20))
    long = html.render(Table("t", "t", columns, ((0.5,) * 20,)))
    assert 'class="sme-table wide upended" id="table-t" style="--cells: ' in long
    short = html.render(Table("t", "t", tuple(Column(c.name, "r", c.kind) for c in columns), ((0.5,) * 20,)))
    assert 'class="sme-table wide" ' in short
