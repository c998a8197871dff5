import struct
import xml.etree.ElementTree as ET

import pytest

from sme_sem.diagrams.picture import png
from sme_sem.report.sheet import Sheet

SVG = "{http://www.w3.org/2000/svg}"


def drawn():
    sheet = Sheet(3.0, 2.0)
    sheet.rectangle(0.5, 0.25, 1.0, 0.5, "#0072b2", edge="#ffffff")
    sheet.line(0, 1, 3, 1)
    sheet.text("<b> & 信", 1.5, 1.0, anchor="middle")
    sheet.text("turned", 1.0, 1.5, turned=45)
    return sheet


def test_places_are_inches_and_the_picture_keeps_its_size_as_pixels():
    root = ET.fromstring(drawn().svg())
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("216pt", "144pt", "0 0 216 144")
    _, box = root.iter(f"{SVG}rect")
    assert [float(box.get(name)) for name in ("x", "y", "width", "height")] == [36, 18, 72, 36]
    assert struct.unpack(">II", png(drawn().svg())[16:24]) == pytest.approx((576, 384), abs=1)


def test_markup_is_text_and_a_turned_text_turns_about_its_place():
    said, turned = ET.fromstring(drawn().svg()).iter(f"{SVG}text")
    assert said.text == "<b> & 信" and said.get("text-anchor") == "middle"
    assert float(said.get("y")) == pytest.approx(72 + 0.36 * 9, abs=0.01)
    assert turned.get("transform") == "rotate(-45 72 108)"
