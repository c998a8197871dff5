import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from report.examples import reputation
from sme_sem.diagrams.drawing import path_diagram
from sme_sem.report import html
from sme_sem.report.figures import forest, scree
from sme_sem.report.report import Figure, Report, Section
from sme_sem.tables import Column, Kind, Table, Words

TABLE = Table(
    "fit",
    Words("Model fit", "模型拟合度"),
    (Column("m", "Model"), Column("cfi", "CFI", Kind.COEFFICIENT)),
    (("A", 0.97),),
)
VOID = {"meta", "link", "br", "hr", "img"}


def report(**changes):
    sections = (
        Section("sample", Words("Sample", "样本"), (Words("N = 344.\n\nSecond.", "共344份。\n\n第二段。"), TABLE)),
        Section(
            "model",
            Words("Model", "模型"),
            (
                TABLE,
                Figure("scree", Words("Scree plot", "碎石图"), scree([2.0, 0.5])),
                Figure("scree", Words("Again", "再次"), scree([2.0, 0.5])),
                Figure("paths", "Paths", forest([])),
                Figure("diagram", "Path diagram", path_diagram(reputation())),
            ),
        ),
    )
    values = {
        "title": Words("Results", "结果"),
        "sections": sections,
        "facts": ((Words("Answers", "样本"), "344"),),
    }
    return Report(**{**values, **changes})


class Page(HTMLParser):
    """Tags, identifiers and text; checks on the way that every element is closed in order."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.ids, self.open, self.texts = [], [], [], []
        self.feed(source)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_fetches_nothing(language):
    page = html.render(report(synthetic=True), language)
    assert set(re.findall(r"https?://[^\s\"'<>]+", page)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert not re.search(r"<script\s|<link|<img|<iframe|@import|url\((?!#)", page)
    assert "default-src 'none'" in page


def test_the_only_script_is_the_one_the_policy_names_by_its_hash():
    page = html.render(report(synthetic=True))
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in page


def test_a_statistic_carries_its_definition_and_its_source():
    page = Page(html.render(report()))
    titles = [attrs["title"] for tag, attrs in page.tags if tag == "abbr"]
    assert len(titles) == 2 and all("Bentler (1990)" in title for title in titles)


def test_tables_whose_rows_stand_under_a_common_label_are_not_sorted():
    rows = (("A", 0.1), ("A", 0.2), ("B", 0.3))
    free = Table("t", "t", (Column("m", "Model"), Column("x", "x")), rows)
    merged = Table("t", "t", (Column("m", "Model", once=True), Column("x", "x")), rows)
    pages = [html.render(Report("t", (Section("s", "s", (table,)),))) for table in (free, merged)]
    assert ['class="sme-table sortable"' in page for page in pages] == [True, False]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_identifier_is_used_once_and_every_reference_leads_somewhere(language):
    source = html.render(report(synthetic=True), language)
    page = Page(source)
    assert len(page.ids) == len(set(page.ids))
    aims = [value[1:] for _, attrs in page.tags for name, value in attrs.items() if name.endswith("href")]
    aims += re.findall(r"url\(#([^)]+)\)", source)
    assert len(aims) > 10
    assert set(aims) <= set(page.ids)


def test_the_contents_list_sections_tables_and_figures():
    links = {attrs["href"]: text for attrs, text in _links(html.render(report(), "zh"))}
    assert links["#section-sample"] == "样本"
    assert links["#table-fit"] == "表 1　模型拟合度"
    assert links["#table-fit_2"] == "表 2　模型拟合度"
    assert links["#figure-scree"] == "图 1　碎石图"
    assert links["#figure-scree_2"] == "图 2　再次"


def _links(source):
    return [({"href": href}, text) for href, text in re.findall(r'<a href="([^"]+)">([^<]*)</a>', source)]


def test_the_page_is_in_its_language():
    english, chinese = (html.render(report(), language) for language in ("en", "zh"))
    assert '<html lang="en">' in english
    assert "Table 1. Model fit" in english
    assert "Contents" in english
    assert '<html lang="zh-CN">' in chinese
    assert "目录" in chinese
    assert "第二段。" in chinese
    assert "Microsoft YaHei" in chinese


def test_an_equation_is_not_broken_and_a_model_text_stays_as_it_is():
    said = "χ²(3) = 7.1, p < .001, β = -.2; x == 5, a = b, x < 5"
    page = html.render(Report("t", (Section("s", "S", (said,)),)))
    assert "χ²(3)\xa0=\xa07.1, p\xa0&lt;\xa0.001, β\xa0=\xa0−.2; x == 5, a = b, x &lt; 5" in page


def test_an_empty_line_begins_a_paragraph():
    page = html.render(report())
    assert "<p>N\xa0=\xa0344.</p>\n<p>Second.</p>" in page


@pytest.mark.parametrize(("language", "words"), [("en", "synthetic answers"), ("zh", "合成（模拟）数据")])
def test_synthetic_answers_are_named_in_the_title_on_every_page_and_in_every_section(language, words):
    page = html.render(report(synthetic=True), language)
    texts = Page(page).texts
    assert [tag for tag, text in texts if text == words] == ["p", "span", "span"]
    title = next(text for tag, text in texts if tag == "title")
    assert title.endswith({"en": f"({words})", "zh": f"——{words}"}[language])
    assert len(re.findall(rf"<h2>[^<]*<span class=\"mark\">{re.escape(words)}</span></h2>", page)) == 2
    printed = page[page.index("@media print") :]
    assert re.search(r"\.banner \{ display: table-header-group; break-inside: avoid;", printed)
    assert "@page" in printed


def test_real_answers_have_no_banner():
    page = html.render(report())
    assert "synthetic" not in page
    assert 'class="banner"' not in page
    assert 'class="mark"' not in page


def test_nothing_a_person_wrote_becomes_markup():
    evil = '"><script>alert(1)</script>\x00'
    page = html.render(
        Report(
            evil,
            (
                Section(
                    evil,
                    evil,
                    (
                        evil,
                        Table(evil, evil, (Column("a", evil),), ((evil,),), (evil,)),
                        Figure(evil, evil, scree([1.0])),
                    ),
                ),
            ),
            subtitle=evil,
            facts=((evil, evil),),
            synthetic=True,
            banner=evil,
        )
    )
    assert page.count("<script") == 1  # ours
    assert "\x00" not in page
    assert not [tag for tag, attrs in Page(page).tags if any(name.startswith("on") for name in attrs)]
    page.encode("utf-8")


def test_a_figure_is_one_element_with_its_caption_for_those_who_cannot_see_it():
    tags = Page(html.render(report())).tags
    pictures = [attrs for tag, attrs in tags if tag == "svg"]
    assert [picture["role"] for picture in pictures] == ["img"] * 4
    assert pictures[0]["aria-label"] == "Figure 1. Scree plot"
    assert pictures[3]["viewbox"]


def test_a_picture_with_a_prolog_is_put_in_without_it():
    drawing = '<g id="a"/><use href="#a"/><text>an id="a"</text>'
    svg = f'<?xml version="1.0"?>\n<!DOCTYPE svg>\n<svg width="9" height="9">{drawing}</svg>\n'
    page = html.render(Report("t", (Section("s", "s", (Figure("f", "c", svg),)),)))
    assert "<?xml" not in page
    assert page.count("<!") == 1
    assert '<g id="figure-f-a"/><use href="#figure-f-a"/><text>an id="a"</text>' in page


def test_a_report_knows_its_tables_and_figures_in_order():
    assert [table.name for table in report().tables()] == ["fit", "fit"]
    assert [figure.name for figure in report().figures()] == ["scree", "scree", "paths", "diagram"]


def test_a_report_without_sections_is_a_page():
    page = html.render(Report("Nothing", ()))
    Page(page)
    assert "<nav" not in page


def test_the_same_report_gives_the_same_bytes_in_a_file(tmp_path):
    path = html.write(report(synthetic=True), tmp_path / "new" / "report.html", "zh")
    assert path.read_text(encoding="utf-8") == html.render(report(synthetic=True), "zh")


def test_a_drawing_is_scrolled_before_its_letters_are_illegible_but_not_in_print():
    svg = '<svg width="1200" height="300"><text>x</text></svg>'
    page = html.render(Report("t", (Section("s", "s", (Figure("f", "c", svg),)),)))
    assert '<div class="scroll"><svg aria-label="Figure 1. c" style="min-width: 675pt"' in page
    assert "min-width: 0 !important" in page[page.index("@media print") :]
