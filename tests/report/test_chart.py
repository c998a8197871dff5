"""Charts saved as PDF are lines and letters; they are a picture only where letters have no font."""

import io
import pickle

import pytest
from matplotlib import font_manager
from pypdf import PdfReader

import sme_sem as sme
from sme_sem.report import chart


def slopes():
    return sme.simple_slopes(sme.fit("y ~ x + w + x:w", sme.simulate("y ~ 0.4*x + 0.2*w", 200, seed=1)), "y", "x", "w")


def power():
    return sme.power("use ~ 0.3*trust", [50, 100], draws=10, progress=False)


def page_of(content):
    page = PdfReader(io.BytesIO(content)).pages[0]
    return page.extract_text(), len(page.images)


@pytest.mark.parametrize(("figure", "said"), [(slopes, "Effect of x on y"), (power, "Respondents")])
def test_a_saved_chart_has_letters_that_can_be_searched_and_no_pixels(figure, said, tmp_path):
    content = figure().figure().save(tmp_path / "chart.pdf").read_bytes()
    text, images = page_of(content)
    assert said in text and images == 0
    assert content == figure().figure().save(tmp_path / "again.pdf").read_bytes()


def test_chinese_letters_are_those_of_an_installed_font_and_else_drawn_as_a_picture(monkeypatch):
    drawn = power().figure(language="zh")
    known = set(font_manager.get_font_names()) & set(chart._CHINESE)
    text, images = page_of(drawn.pdf())
    assert ("样本量" in text, images) == ((True, 0) if known else (False, 1))
    monkeypatch.setattr(chart, "_CHINESE", ())
    assert page_of(power().figure(language="zh").pdf()) == ("", 1)


def test_a_chart_keeps_its_lines_where_a_process_hands_it_to_another():
    drawn = power().figure()
    sent = pickle.loads(pickle.dumps(drawn))
    assert sent == drawn and page_of(sent.pdf()) == page_of(drawn.pdf())
