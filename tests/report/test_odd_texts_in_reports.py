"""Whatever stands in an instrument or a sentence, the page and the Word document show it as text."""

import copy
import io
import re
from html.parser import HTMLParser

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from small_study import INSTRUMENT, answers, write_study
from sme_sem.opening import load_study
from sme_sem.report import html, word
from sme_sem.report.contents import report_of
from sme_sem.report.report import Figure, Report, Section
from sme_sem.tables import Column, Table
from sme_sem.tables.format import printable
from tables.test_odd_texts import often, texts

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


class Page(HTMLParser):
    """What a browser makes of a page: the elements, their attributes, and the text outside of scripts and styles."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.attributes, self.texts, self.within = [], set(), [], ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.within = tag

    def handle_endtag(self, tag):
        self.within = ""

    def handle_data(self, data):
        if self.within not in ("script", "style"):
            self.texts.append(data)


def spaced(text):
    return re.sub(r"\s+", " ", printable(text)).strip()


def shown_in_word(content):
    """All writing of a document, and the instructions of its fields."""
    document = docx.Document(io.BytesIO(content))
    body = document.element.body
    lines = []
    for paragraph in body.iter(qn("w:p")):
        pieces = paragraph.iter(qn("w:t"), qn("w:br"), qn("w:tab"))
        lines.append("".join(piece.text or "" if piece.tag == qn("w:t") else " " for piece in pieces))
    fields = {field.get(qn("w:instr")).split()[0] for field in body.iter(qn("w:fldSimple"))}
    assert not list(body.iter(qn("w:instrText"), qn("w:hyperlink"), qn("w:object"), qn("w:altChunk")))
    return spaced(" ".join(lines).replace("−", "-")), fields


@st.composite
def reports(draw):
    """A report with odd texts everywhere, and the list of those that are shown (names are not)."""
    said = [draw(texts) for _ in range(9)]
    table = Table(said[0], said[1], (Column("a", said[2]),), ((said[3],),), (said[4],))
    content = (said[5], table, Figure(said[6], said[6], SVG))
    sections = (Section(said[8], said[8], content),)
    return Report(said[7], sections, said[5], ((said[4], said[3]),), draw(st.booleans())), said[1:]


def plain():
    table = Table("a", "a", (Column("a", "a"),), (("a",),), ("n",))
    section = Section("s", "s", ("p", table, Figure("f", "f", SVG)))
    return Report("t", (section,), "s", (("n", "f"),), synthetic=True)


@often
@given(reports())
def test_a_page_shows_every_text_and_takes_none_for_an_element(made):
    report, said = made
    page, known = Page(html.render(report)), Page(html.render(plain()))
    shown = spaced(" ".join(page.texts))
    for text in said:
        assert all(spaced(part) in shown for part in re.split(r"\n\s*\n", text))
    assert set(page.tags) <= set(known.tags) and page.tags.count("script") == 1
    assert page.attributes <= known.attributes


@often
@given(reports())
def test_a_word_document_shows_every_text_and_takes_none_for_a_field(made):
    report, said = made
    shown, fields = shown_in_word(word.render(report))
    for text in said:
        assert all(spaced(part) in shown for part in re.split(r"\n\s*\n", text))
    assert fields == {"SEQ"}


ODD = (
    "\"quoted\" and 'single'",
    "=1+1",
    "<script>alert(1)</script>",
    "</td></table> & &amp;",
    "שלום \u202eabc",
    "👩\u200d🔬 مرحبا",
    "{x} {0} {",
    "%s $x^2$ \\input{x}",
    "a]]>b<!--",
    "bell \a, \x00 and \x1b[31m",
    "\ufffe",
    "word " * 1000,
    "x" * 5000,
)


@pytest.fixture(scope="module", params=["en", "zh"])
def odd(request, tmp_path_factory):
    """Results of a study whose instrument is full of odd texts, the language, and the texts to be found."""
    document, language = copy.deepcopy(INSTRUMENT), request.param
    said = iter(ODD)
    items = [item for construct in document["constructs"] for item in construct["items"]]
    for item in items:
        item["wording"] = {"en": next(said), "zh": "题项"} if language == "en" else {"en": "item", "zh": next(said)}
    document["title"] = next(said)
    document["constructs"][0]["label"] = next(said)
    document["constructs"][1]["label"] = ODD[2] + ODD[6]
    document["background"][0]["categories"] = {1: next(said), 2: ODD[1]}
    document["models"]["direct"]["title"] = next(said)
    document["hypotheses"][0]["text"] = next(said)
    document["models"]["reverse"]["title"] = next(said)
    document["background"][0]["label"] = next(said)
    assert not list(said)
    folder = tmp_path_factory.mktemp("odd")
    return load_study(write_study(folder, answers(), document=document)).run(), language


def test_a_study_of_odd_texts_has_a_page_that_shows_them_and_runs_none(odd):
    results, language = odd
    page = Page(html.render(report_of(results, language), language))
    shown = spaced(" ".join(page.texts))
    assert all(spaced(text) in shown for text in ODD)
    assert page.tags.count("script") == 1 and not {"iframe", "img", "link", "input"} & set(page.tags)
    assert not [name for name in page.attributes if name.startswith("on")]


def test_a_study_of_odd_texts_has_a_word_document_that_shows_them(odd):
    results, language = odd
    shown, fields = shown_in_word(word.render(report_of(results, language), language))
    assert all(spaced(text) in shown for text in ODD)
    assert fields == {"SEQ"}
