import re
from itertools import combinations
from xml.etree import ElementTree

import pytest

from sme_sem.letters import width
from sme_sem.report.word_figures import code_network, saturation_curve, word_bars, word_cloud

COUNTS = {f"词{i}<&>": 100 - i for i in range(40)} | {"never": 0}


def boxes(svg):
    for x, y, size, text in re.findall(r'x="([\d.]+)" y="([\d.]+)" font-size="([\d.]+)".*?</title>(.*?)</text>', svg):
        across, up = width(text.replace("&lt;&amp;&gt;", "<&>")) * float(size) * 0.56, float(size)
        yield float(x) - across / 2, float(y) - up / 2, float(x) + across / 2, float(y) + up / 2


def test_words_of_a_cloud_do_not_overlap_and_stay_inside():
    placed = list(boxes(word_cloud(COUNTS, across=1400, up=800)))
    assert len(placed) == 40
    assert all(a[0] >= 0 and a[1] >= 0 and a[2] <= 1400 and a[3] <= 800 for a in placed)
    assert all(a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1] for a, b in combinations(placed, 2))


def test_sizes_of_a_cloud_follow_the_counts():
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', word_cloud({"a": 100, "b": 25, "c": 4}))]
    assert sizes == [54.0, 32.5, 19.6]


def test_every_picture_is_well_formed_whatever_the_words():
    edges = [("a<b", "c&d", 2.0), ("a<b", "e", 0.0)]
    for svg in (
        word_cloud(COUNTS),
        word_cloud({}),
        word_bars(COUNTS, language="zh"),
        code_network({"a<b": 3, "c&d": 2, "e": 0}, edges),
        saturation_curve([1, 2], [1.5, 2.0], "zh"),
    ):
        ElementTree.fromstring(svg)
    assert code_network({"a<b": 3, "c&d": 2, "e": 0}, edges).count("<line") == 1


def test_bars_show_the_most_frequent_first_and_say_how_often():
    svg = word_bars({"rare": 1, "often": 9}, most=1)
    assert "often" in svg and ">9<" in svg and "rare" not in svg


def test_a_network_shows_the_most_frequent_codes_and_the_lines_between_them():
    svg = code_network({"a": 1, "b": 3, "c": 2}, [("a", "b", 5.0), ("b", "c", 1.0)], most=2)
    assert (svg.count("<circle"), svg.count("<line"), ">a<" in svg) == (2, 1, False)


@pytest.mark.parametrize(
    "name", ["Government guidance and policy incentives of all kinds", "政府引导与政策激励及其长期影响"]
)
def test_long_names_in_a_network_stay_inside_of_it(name):
    svg = code_network({"a": 1, f"{name}1": 1, "b": 1, f"{name}2": 1}, [])
    across = float(re.search(r'width="(\d+)" height', svg)[1])
    room = 13 * sum(0.5 if c.isascii() else 1 for c in name)
    ends = re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="(start|end)"[^>]*>([^<]+)<', svg)
    beside = {text[-1]: (float(x) if side == "end" else across - float(x)) for x, side, text in ends if name in text}
    assert beside.keys() == {"1", "2"} and min(beside.values()) > room
