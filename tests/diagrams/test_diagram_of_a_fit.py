import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

import sme_sem as sme
from sme_sem.diagrams.picture import Picture

MODEL = "T =~ t1 + t2 + t3; U =~ u1 + u2 + u3; U ~ T"


@pytest.fixture(scope="module")
def answers():
    frame = sme.simulate("T =~ .8*t1 + .7*t2 + .6*t3; U =~ .8*u1 + .7*u2 + .6*u3; U ~ .5*T", 300, seed=1)
    return frame.assign(city=np.where(np.arange(300) % 2, "Harbin", "Daqing"))


def texts(picture):
    return ["".join(e.itertext()) for e in ET.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text")]


def test_two_groups_are_drawn_beside_each_other(answers):
    fit = sme.fit(MODEL, answers, group="city")
    found = texts(sme.diagram(fit, items=False))
    std = fit.estimates().query("op == '~'")
    assert {text.strip() for text in found} >= {"Harbin", "Daqing"}
    for value in std["std_all"]:
        assert any(text.startswith(f"{value:.3f}".lstrip("0")) for text in found)


def test_two_models_carry_their_titles_and_what_stands_against_them(answers):
    both = {"One": sme.fit(MODEL, answers), "Two": sme.fit(MODEL + "; u1 ~~ t1", answers)}
    found = texts(sme.diagram(both))
    assert {"One", "Two"} <= set(found)
    assert any(text.endswith("†") for text in found)


def test_a_model_without_a_solution_is_not_drawn(answers):
    fit = sme.fit(MODEL, answers, max_iterations=1, on_failure="return")
    with pytest.raises(sme.ConvergenceError, match="no solution to draw"):
        sme.diagram(fit)


def test_three_models_are_too_many_for_one_picture(answers):
    fit = sme.fit(MODEL, answers)
    with pytest.raises(sme.SpecificationError, match="got 3"):
        sme.diagram({"a": fit, "b": fit, "c": fit})


def test_a_drawing_is_saved_by_the_ending_of_its_file(answers, tmp_path):
    picture = sme.diagram(sme.fit(MODEL, answers))
    starts = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}
    for ending, start in starts.items():
        content = picture.save(tmp_path / f"model.{ending}").read_bytes()
        assert content.startswith(start)
        assert content == picture.save(tmp_path / f"again.{ending}").read_bytes()
    drawn = np.asarray(Image.open(io.BytesIO((tmp_path / "model.png").read_bytes())).convert("L"))
    assert drawn.min() < 60 and drawn.max() == 255
    with pytest.raises(sme.SpecificationError, match=r"\.svg, \.png or \.pdf"):
        Picture(picture.svg).save(tmp_path / "model.bmp")


def test_a_fit_draws_itself_as_the_text_of_an_svg_document():
    fit = sme.fit("y ~ x + w", sme.simulate("y ~ 0.4*x + 0.2*w", 200, seed=1))
    picture = fit.diagram(language="zh")
    assert picture == sme.diagram(fit, language="zh").svg and picture.startswith("<svg") and ">w</text>" in picture
    assert repr(picture).startswith("<Picture: SVG of ") and picture._repr_svg_() == picture.svg
