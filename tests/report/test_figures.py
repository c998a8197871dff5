import logging
import re
import xml.etree.ElementTree as ET

import matplotlib
import numpy as np
import pandas as pd
import pytest

from sme_sem.report.charts import forest_by_group
from sme_sem.report.figures import Interval, forest, likert_bars, scree
from sme_sem.tables import Words

SVG = "{http://www.w3.org/2000/svg}"
CODES = pd.DataFrame({"MK1": [1, 2, 5, 5], "MK2": [3, 3, 4, np.nan], "MK3": [np.nan] * 4})
PATHS = [
    Interval(Words("LIKE → CUSA", "好感度 → 满意度"), 0.424, 0.3, 0.548),
    Interval("COMP → CUSL", 0.009, -0.1, 0.118),
]
RULE = Words("eigenvalue above 1", "特征值大于1")
FIGURES = {
    "scree": lambda language: scree([2.4, 0.9, 0.7], parallel=[1.2, 1.0, 0.8], kept=1, rule=RULE, language=language),
    "likert": lambda language: likert_bars(
        CODES, {"MK1": Words("Demand", "需求")}, (1, 5), {1: Words("no", "非常不同意"), 5: "$yes$"}, language
    ),
    "forest": lambda language: forest(PATHS, language),
}


def texts(svg):
    return ["".join(element.itertext()) for element in ET.fromstring(svg).iter(f"{SVG}text")]


def marks(svg, colour):
    return len(re.findall(rf"<use[^>]*fill: {colour}", svg))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_the_same_numbers_give_the_same_bytes_without_date(figure, language):
    svg = figure(language)
    assert svg == figure(language)
    assert svg.startswith("<svg ")
    assert "<metadata" not in svg
    assert not re.search(r"20\d\d-\d\d-\d\d", svg)


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_chinese_is_text_in_a_font_of_the_readers_system_without_any_complaint(figure, caplog):
    with caplog.at_level(logging.WARNING):
        svg = figure("zh")
    assert not caplog.records
    assert re.search(r"[\u4e00-\u9fff]", "".join(texts(svg)))
    assert "Microsoft YaHei" in svg
    assert "DejaVu" not in svg
    ET.fromstring(svg)


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_no_setting_of_the_user_changes_a_figure_or_is_changed(figure):
    expected = figure("en")
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "black", "svg.fonttype": "path"}):
        before = dict(matplotlib.rcParams)
        assert figure("en") == expected
        assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_a_figure_brings_no_style_for_the_whole_page(figure):
    assert "<style" not in figure("en")


def test_the_scree_plot_says_how_many_components_are_kept_by_which_rule():
    assert "kept: 1 (eigenvalue above 1)" in texts(FIGURES["scree"]("en"))
    assert "保留 1 个（特征值大于1）" in texts(FIGURES["scree"]("zh"))
    assert "kept: 1" in texts(scree([2.0, 1.0], kept=1))
    assert not [text for text in texts(scree([2.0, 1.0])) if text.startswith("kept")]
    assert {"Component", "Eigenvalue"} <= set(texts(scree([2.0, 1.0])))


def test_the_scree_plot_has_a_mark_for_each_component():
    assert marks(scree([3.0, 1.0, 0.5, 0.25]), "#0072b2") == 4
    assert marks(scree([3.0, 1.0], parallel=[1.5, 1.0]), "#d55e00") == 3  # and its key


def test_bars_show_the_share_of_each_answer_among_those_given():
    found = texts(FIGURES["likert"]("en"))
    assert found.count("25%") == 3  # twice in MK1, once on the axis
    assert {"67%", "33%", "n = 4", "n = 3", "n = 0"} <= set(found)


def test_bars_are_named_by_label_or_else_by_item_and_keys_by_their_wording():
    found = texts(FIGURES["likert"]("zh"))
    assert {"需求", "MK2", "1 非常不同意", "2", "3", "5 $yes$"} <= set(found)


def test_labels_that_are_too_long_end_in_an_ellipsis():
    found = texts(likert_bars(CODES[["MK1"]], {"MK1": "信" * 60}, (1, 5)))
    assert [text for text in found if text.endswith("…")] == ["信" * 21 + "…"]


def test_a_path_between_two_constructs_of_long_names_is_written_whole():
    path = "Business model innovation ← Capability driver"
    assert path in texts(forest([Interval(path, 0.2, 0.1, 0.3)]))
    assert path in texts(forest_by_group({"all": [Interval(path, 0.2, 0.1, 0.3)]}))


def test_many_long_keys_take_several_lines():
    def lines(anchors):
        svg = likert_bars(CODES[["MK1"]], {}, (1, 5), anchors)
        return len({e.get("y") for e in ET.fromstring(svg).iter(f"{SVG}text") if re.match(r"\d \w", e.text)})

    assert lines({point: "x" for point in range(1, 6)}) == 1
    assert lines({point: "neither agree nor disagree" for point in range(1, 6)}) > 1


def test_an_interval_is_written_beside_its_path_and_one_over_zero_is_grey():
    svg = forest(PATHS)
    assert {".424 [.300, .548]", ".009 [−.100, .118]", "LIKE → CUSA"} <= set(texts(svg))
    assert marks(svg, "#0072b2") == 1
    assert marks(svg, "#ffffff") == 1
    assert "好感度 → 满意度" in texts(forest(PATHS, "zh"))


@pytest.mark.parametrize("estimate", [(float("nan"),) * 3, (0.1, float("nan"), float("nan"))])
def test_an_estimate_without_interval_is_a_dash(estimate):
    assert any("[–, –]" in text for text in texts(forest([Interval("a", *estimate)])))


def test_figures_of_nothing_are_still_figures():
    for svg in (forest([]), scree([]), likert_bars(CODES[[]], {}, (1, 5))):
        ET.fromstring(svg)


def test_markup_and_dollars_in_labels_are_text():
    svg = forest([Interval("<b> & $100$ \\alpha \x00", 0.1, 0.0, 0.2)])
    assert "<b> & $100$ \\alpha \ufffd" in texts(svg)
