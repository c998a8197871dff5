import re
import xml.etree.ElementTree as ET
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from sme_sem.report.canvas import INK, on
from sme_sem.report.charts import Driver, forest_by_group, importance_map, loading_map
from sme_sem.report.curves import conditional_effect
from sme_sem.report.figures import Interval
from sme_sem.tables import Words

SVG = "{http://www.w3.org/2000/svg}"
LOADINGS = pd.DataFrame({"trust": [0.812, -0.3], "use": [np.nan, 0.7]}, index=["t1", "u1"])
NAMES = {"trust": Words("Trust", "信任"), "use": Words("Use", "使用")}
DRIVERS = [
    Driver(Words("Market", "市场"), 0.4, 50.0, group=Words("firms", "企业")),
    Driver(Words("Policy", "政策"), 0.1, 70.0, False, group=Words("firms", "企业")),
    Driver(Words("Market", "市场"), 0.2, 60.0, group=Words("offices", "部门")),
]
GROUPS = {
    "企业": [Interval(Words("Market", "市场"), 0.4, 0.3, 0.5)],
    "部门": [Interval(Words("Market", "市场"), 0.1, -0.1, 0.3)],
}
CHARTS = {
    "loadings": lambda language: loading_map(LOADINGS, NAMES, language),
    "importance": lambda language: importance_map(DRIVERS, language),
    "forest": lambda language: forest_by_group(GROUPS, language),
}


def texts(svg):
    return ["".join(element.itertext()) for element in ET.fromstring(svg).iter(f"{SVG}text")]


def marks(svg, colour):
    return len(re.findall(rf"<use[^>]*fill: {colour}", svg))


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_the_same_numbers_give_the_same_bytes(chart):
    drawn = chart("en")
    assert drawn.startswith("<svg") and drawn == chart("en")


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_charts_speak_chinese(chart):
    assert re.search(r"[\u4e00-\u9fff]", "".join(texts(chart("zh"))))


def test_a_map_of_loadings_writes_every_loading_and_leaves_gaps_white():
    found = texts(CHARTS["loadings"]("en"))
    assert {".812", "−.300", ".700", "t1", "Trust"} <= set(found)
    assert len([text for text in found if re.fullmatch(r"−?\.\d{3}", text)]) == 3


def test_every_group_has_its_own_part_and_what_is_not_significant_is_hollow():
    svg = CHARTS["importance"]("en")
    assert texts(svg).count("improve first") == 2
    assert {"firms", "offices"} <= set(texts(svg))
    assert (marks(svg, "#0072b2"), marks(svg, "#ffffff")) == (2, 1)


def labels(svg, names):
    """Left, top, right and bottom of labels, half as wide as high for each letter."""
    found = []
    for element in ET.fromstring(svg).iter(f"{SVG}text"):
        if element.text in names:
            before = {"start": 0, "middle": 0.5, "end": 1}[re.search(r"text-anchor: (\w+)", element.get("style"))[1]]
            across, y = 4.8 * len(element.text), float(element.get("y")) - 3
            left = float(element.get("x")) - before * across
            found.append((left, y - 4, left + across, y + 4))
    return found


def test_labels_of_drivers_that_do_alike_are_set_apart():
    names = ("Market", "Policy", "Culture")
    found = labels(importance_map([Driver(name, 0.3, 50.0) for name in names]), names)
    assert len(found) == 3
    for a, b in combinations(found, 2):
        assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]


def test_no_label_of_a_driver_stands_on_a_mean_line():
    names = {"Below the mean": (0.30, 49.0), "Above it": (0.30, 51.0), "Beside it": (0.29, 50.0), "Far": (0.31, 50.0)}
    svg = importance_map([Driver(name, *at) for name, at in names.items()])
    lines = [path.get("d").split() for path in ET.fromstring(svg).iter(f"{SVG}path") if "dasharray" in str(path.attrib)]
    across, up = (float(line[1]) for line in lines if line[1] == line[4]), (float(line[2]) for line in lines)
    (x, *_), (*_, y) = across, up
    for left, top, right, bottom in labels(svg, names):
        assert not left < x < right and not top < y < bottom


def test_a_negative_driver_stands_by_the_size_of_its_effect_and_says_its_sign():
    drivers = [Driver("Strain", -0.42, 48.0), Driver("Skill", 0.2, 71.0)]
    drawn = importance_map(drivers)
    assert ">Strain (−)<" in drawn and ">Skill<" in drawn
    assert {"improve first; (−): keep low", "keep up; (−): lower first"} <= set(texts(drawn))
    turned = importance_map([Driver("Strain", 0.42, 48.0), Driver("Skill", 0.2, 71.0)])
    assert {"improve first", "keep up"} <= set(texts(turned))
    ticks = [[t for t in texts(svg) if t.startswith((".", "-"))] for svg in (drawn, turned)]
    assert ticks[0] == ticks[1] and ticks[0][0].startswith(".")


def test_groups_of_a_path_stand_together_and_one_over_zero_is_hollow():
    svg = CHARTS["forest"]("en")
    assert texts(svg).count("Market") == 1
    assert marks(svg, "#d55e00") == 0 and marks(svg, "#0072b2") >= 1


def test_charts_of_nothing_are_still_charts():
    for svg in (loading_map(LOADINGS.iloc[:0]), importance_map([]), forest_by_group({})):
        ET.fromstring(svg)


def contrast(one, other):
    """Of two grounds, after WCAG 2.2."""
    linear = [np.array(to_rgb(colour)) for colour in (one, other)]
    linear = [np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) for c in linear]
    low, high = sorted(c @ [0.2126, 0.7152, 0.0722] + 0.05 for c in linear)
    return high / low


@pytest.mark.parametrize("colour", ["#4397c6", "#0072b2", "#d55e00", "#ffffff", "#7f7f7f"])
def test_writing_on_a_colour_is_as_legible_as_black_or_white_can_be(colour):
    assert contrast(on(colour), colour) == max(contrast(ink, colour) for ink in (INK, "white"))
    assert contrast(on(colour), colour) > 4.2


def test_effects_that_exceed_one_keep_their_zero():
    at = np.array([-3.0, 0.0, 3.0])
    found = texts(conditional_effect(at, at, at - 1, at + 1, np.array([-0.71]), ("y", "x", "w")))
    assert {"−3", "0", "1", "−0.710"} <= {text.strip() for text in found}
    assert not any(re.match(r"\s*−?\.", text) for text in found)


def test_what_a_long_name_says_of_an_axis_is_broken_into_lines_that_fit():
    at = np.array([-1.0, 0.0, 1.0])
    names = ("Sustainable innovation", "Innovation with what is at hand", "Help of the government where it is needed")
    found = texts(conditional_effect(at, at, at - 1, at + 1, np.array([np.nan]), names))
    assert {"Effect of Innovation with what is at hand", "on Sustainable innovation"} <= set(found)
    assert {"Help of the government where it is needed, standard deviations from the", "mean"} <= set(found)


def test_paths_of_groups_with_long_names_stand_in_rows_of_their_own():
    long = "Resilience of the firm when its environment changes abruptly and all of its customers leave it at once"
    own = [Interval(f"{long} ← {cause}", 0.1 * i, 0.1 * i - 0.05, 0.1 * i + 0.05) for i, cause in enumerate(("A", "B"))]
    drawn = forest_by_group({"firms": own, "offices": own})
    assert drawn.count("firm when its") == 2 and "← A<" in drawn and "← B<" in drawn
