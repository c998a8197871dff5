import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from report.examples import innovation, layered, reputation
from sme_sem.diagrams.drawing import Covariance, DiagramModel, Loading, Node, Path, extent, path_diagram
from sme_sem.diagrams.layout import arrange, wrapped
from sme_sem.diagrams.pair import diagram_pair
from sme_sem.diagrams.routing import Role, overlap, route
from sme_sem.letters import width
from sme_sem.tables import Words

SVG = "{http://www.w3.org/2000/svg}"
MODELS = {
    "reputation": reputation(),
    "second order": innovation(),
    "twelve exogenous": layered([12], 6),
    "eleven causes": layered([11, 1], 6),
    "three columns": layered([5, 4, 3], 6),
    "four columns": layered([3, 3, 3, 3], 6),
    "chain": layered([1, 1, 1, 1, 1], 3),
}


def drawn(model, language="en", items=True):
    arrangement = arrange(model, language, items=items)
    return arrangement, route(model, arrangement)


def texts(svg):
    return [element.text for element in ET.fromstring(svg).iter(f"{SVG}text")]


def reach(line):
    """Where a line of the drawing begins and ends, as numbers."""
    numbers = line.get("d").replace("M", "").replace("C", "").replace(",", " ").split()
    return tuple(map(float, numbers[:2])), tuple(map(float, numbers[-2:]))


@pytest.mark.parametrize("items", [True, False], ids=["items", "no items"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_no_node_covers_another_and_all_stay_in_the_picture(model, language, items):
    arrangement, arrows = drawn(model, language, items)
    left, top, right, bottom = extent(arrangement, arrows)
    bounds = [box.bounds for box in arrangement.boxes.values()]
    assert not [pair for pair in combinations(bounds, 2) if overlap(*pair)]
    for box in [*bounds, *(arrow.value.bounds for arrow in arrows)]:
        assert left < box[0] < box[2] < right
        assert top < box[1] < box[3] < bottom
    root = ET.fromstring(path_diagram(model, language, items=items))
    frame = [float(number) for number in root.get("viewBox").split()]
    assert frame == pytest.approx([left, top, right - left, bottom - top], abs=0.06)


@pytest.mark.parametrize("items", [True, False], ids=["items", "no items"])
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_no_value_covers_another_value_or_a_node(model, items):
    arrangement, arrows = drawn(model, items=items)
    values = [arrow.value.bounds for arrow in arrows]
    boxes = [box.bounds for box in arrangement.boxes.values()]
    assert not [pair for pair in combinations(values, 2) if overlap(*pair)]
    assert not [(value, box) for value in values for box in boxes if overlap(value, box)]


@pytest.mark.parametrize("model", [reputation(), innovation()], ids=["reputation", "second order"])
def test_no_arrow_runs_over_a_node_it_does_not_join(model):
    arrangement, arrows = drawn(model)
    for arrow in arrows:
        points = [arrow.at(step / 60) for step in range(61)]
        for name, box in arrangement.boxes.items():
            left, top, right, bottom = box.bounds
            met = any(left < x < right and top < y < bottom for x, y in points)
            assert name in arrow.ends or not met, (arrow.ends, name)


def test_every_arrow_begins_and_ends_at_the_border_of_its_nodes():
    arrangement, arrows = drawn(reputation())
    for arrow in arrows:
        for name, (x, y) in zip(arrow.ends, (arrow.curve[0], arrow.curve[3])):
            box = arrangement.boxes[name]
            across, down = 2 * (x - box.x) / box.width, 2 * (y - box.y) / box.height
            distance = math.hypot(across, down) if box.latent else max(abs(across), abs(down))
            assert distance == pytest.approx(1)


def test_causes_stand_left_of_effects_and_items_outside():
    boxes = arrange(reputation()).boxes
    assert boxes["comp_1"].x < boxes["COMP"].x == boxes["LIKE"].x < boxes["CUSA"].x < boxes["CUSL"].x
    assert boxes["CUSL"].x < boxes["cusl_1"].x
    assert boxes["cusa_2"].y < boxes["CUSA"].y
    assert boxes["cusa_1"].x < boxes["cusa_2"].x == boxes["CUSA"].x < boxes["cusa_3"].x


def test_the_elements_of_a_second_order_construct_stand_beyond_it_and_their_items_further():
    boxes = arrange(innovation()).boxes
    assert boxes["MKT"].x < boxes["BMI"].x < boxes["VP"].x < boxes["VP1"].x
    assert len({boxes[name].x for name in ("VP", "VC", "VD", "VA")}) == 1
    assert boxes["BMI"].y == pytest.approx((boxes["VP"].y + boxes["VA"].y) / 2)


def test_a_mediator_makes_way_for_the_direct_paths():
    arrangement, arrows = drawn(reputation())
    direct = [a for a in arrows if a.role is Role.PATH and a.ends in (("COMP", "CUSL"), ("LIKE", "CUSL"))]
    assert len(direct) == 2
    for arrow in direct:
        (x0, y0), (x1, y1), _, (x3, y3) = arrow.curve
        assert (y1 - y0) * (x3 - x0) == pytest.approx((y3 - y0) * (x1 - x0))  # straight
        assert arrow.at(0.5)[1] > arrangement.boxes["CUSA"].bounds[3]


def test_covariances_of_causes_bulge_to_the_left_and_in_a_measurement_model_to_the_free_side():
    arrangement, arrows = drawn(reputation())
    (arc,) = [arrow for arrow in arrows if arrow.ends == ("COMP", "LIKE")]
    assert arc.at(0.5)[0] < arrangement.boxes["COMP"].bounds[0]
    arrangement, arrows = drawn(layered([3], 3))
    arcs = [arrow for arrow in arrows if arrow.role is Role.COVARIANCE]
    assert len(arcs) == 3
    assert all(arc.at(0.5)[0] > arrangement.boxes["F00"].bounds[2] for arc in arcs)


def test_a_covariance_of_two_items_bulges_away_from_their_construct():
    arrangement, arrows = drawn(reputation())
    (arc,) = [arrow for arrow in arrows if arrow.ends == ("comp_1", "comp_2")]
    assert arc.at(0.5)[0] < arrangement.boxes["comp_1"].bounds[0]


def test_paths_back_and_forth_run_apart():
    model = DiagramModel((), paths=(Path("a", "b", 0.3), Path("b", "a", 0.2)))
    there, back = drawn(model)[1]
    assert math.dist(there.at(0.5), back.at(0.5)) > 20
    assert not overlap(there.value.bounds, back.value.bounds)


def test_circles_are_drawn_too():
    model = DiagramModel((), paths=(Path("a", "b", 0.1), Path("b", "c", 0.2), Path("c", "a", 0.3), Path("a", "a", 1.0)))
    boxes = arrange(model).boxes
    assert len({box.x for box in boxes.values()}) == 3
    assert {t for t in texts(path_diagram(model)) if t.startswith(".")} == {".100", ".200", ".300"}


def test_constructs_that_measure_each_other_do_not_stop_the_drawing():
    model = DiagramModel((), (Loading("A", "B", 0.5), Loading("B", "A", 0.5), Loading("A", "A", 0.5)))
    assert set(arrange(model).boxes) == {"A", "B"}
    assert texts(path_diagram(model)).count(".500") == 2


def test_an_item_of_two_constructs_stands_once_and_has_two_arrows():
    model = DiagramModel((), (Loading("A", "x", 0.5), Loading("B", "x", 0.2), Loading("B", "y", 0.7)))
    svg = path_diagram(model)
    assert texts(svg).count("x") == 1
    assert {".500", ".200", ".700"} <= set(texts(svg))


def test_values_stars_and_explained_variance_are_written_as_in_the_tables():
    found = texts(path_diagram(reputation()))
    assert {".162*", ".009", ".504***", ".645***", "R² = .290", "R² = .560"} <= set(found)
    without = DiagramModel((), paths=(Path("a", "b"), Path("b", "c", math.nan)))
    assert sorted(texts(path_diagram(without))) == ["a", "b", "c", "–"]


def test_a_negative_value_has_a_minus_sign_that_no_dash_is_taken_for():
    found = texts(path_diagram(DiagramModel((), paths=(Path("a-b", "c", -0.25, "*"),))))
    assert "\N{MINUS SIGN}.250*" in found and "a-b" in found


def test_a_path_that_is_not_significant_is_dashed_and_thin():
    root = ET.fromstring(path_diagram(reputation()))
    lines = [g.find(f"{SVG}path") for g in root.iter(f"{SVG}g") if g.get("class") == "path"]
    dashed = [line for line in lines if line.get("stroke-dasharray")]
    solid = [line for line in lines if not line.get("stroke-dasharray")]
    assert (len(dashed), len(solid)) == (1, 4)
    assert float(dashed[0].get("stroke-width")) < float(solid[0].get("stroke-width"))
    weights = {e.text: e.get("font-weight") for e in root.iter(f"{SVG}text")}
    assert (weights[".504***"], weights[".009"]) == ("bold", None)


def test_paths_have_one_head_and_covariances_two():
    root = ET.fromstring(path_diagram(reputation()))
    heads = {
        (g.get("class"), len(g.findall(f"{SVG}polygon")))
        for g in root.iter(f"{SVG}g")
        if g.find(f"{SVG}path") is not None
    }
    assert heads == {("path", 1), ("loading", 1), ("covariance", 2)}


def test_an_arrow_points_at_its_target():
    model = DiagramModel((), paths=(Path("cause", "effect", 0.5),))
    boxes = arrange(model).boxes
    (line,) = ET.fromstring(path_diagram(model)).iter(f"{SVG}path")
    start, end = reach(line)
    assert abs(start[0] - boxes["cause"].bounds[2]) < 0.2
    assert abs(end[0] - boxes["effect"].bounds[0]) < 10


def test_constructs_are_ellipses_and_observed_variables_rectangles():
    root = ET.fromstring(path_diagram(reputation()))
    assert len(list(root.iter(f"{SVG}ellipse"))) == 4
    assert len(list(root.iter(f"{SVG}rect"))) == 12 + 1  # and the ground
    nameless = DiagramModel((), (Loading("F", "x", 0.5),), (Path("age", "F", 0.1),))
    assert len(list(ET.fromstring(path_diagram(nameless)).iter(f"{SVG}ellipse"))) == 1


def test_without_items_the_structural_model_remains():
    found = texts(path_diagram(reputation(), items=False))
    assert ".504***" in found
    assert not [text for text in found if "_" in text or text == ".120*"]
    assert {"价值主张", ".830***"} <= set(texts(path_diagram(innovation(), items=False)))


def test_the_structure_of_a_model_is_what_its_paths_join():
    found = texts(path_diagram(innovation().structural()))
    assert not {"价值主张", ".830***"} & set(found)
    joined = {path.source for path in innovation().paths} | {path.target for path in innovation().paths}
    assert {node.name for node in innovation().structural().nodes} == joined


def test_labels_are_in_the_language_asked_for():
    assert "能力" in texts(path_diagram(reputation(), "zh"))
    assert "路径图" in path_diagram(reputation(), "zh")
    assert "Competence" in texts(path_diagram(reputation(), "en"))


def test_chinese_labels_take_twice_the_room():
    def broad(label):
        return arrange(DiagramModel((), (), (Path(label, "y", 0.1),))).boxes[label].width

    assert broad("信度检验信度检验") - 16 == pytest.approx(2 * (broad("abcdefgh") - 16))


def test_a_label_stays_inside_its_ellipse():
    label = Words(
        "Technology-based small enterprises and their innovation of business models",
        "科技型中小企业商业模式创新的驱动因素研究与分析",
    )
    for language in ("en", "zh"):
        box = arrange(DiagramModel((Node("F", label, r_squared=0.5),)), language).boxes["F"]
        lines = [*box.lines, "R² = .500"]
        for at, line in enumerate(lines):
            corner_x = width(line) * 7.2 / 2
            corner_y = abs(at - (len(lines) - 1) / 2) * 17 + 6
            assert math.hypot(2 * corner_x / box.width, 2 * corner_y / box.height) < 1.03


def test_long_labels_are_broken_then_cut_and_kept_whole_for_the_pointer():
    label = "Perceived organisational commitment towards sustainability and digitalisation of supply chains"
    svg = path_diagram(DiagramModel((Node("F", label),)))
    assert texts(svg) == ["Perceived", "organisational", "commitment…"]
    assert f"<title>{label}</title>" in svg


@settings(deadline=None)  # a shared machine may pause
@given(st.text(alphabet="ab 信度…", max_size=80), st.integers(2, 20), st.integers(1, 4))
def test_broken_labels_fit_and_lose_nothing_silently(text, cells, lines):
    found = wrapped(text, cells, lines)
    assert 1 <= len(found) <= lines
    assert all(width(line) <= cells for line in found)
    if not any(line.endswith("…") for line in found):
        assert "".join("".join(found).split()) == "".join(text.split())


def test_markup_in_labels_is_text():
    label = '</text><script>alert("1")</script>&\x00'
    svg = path_diagram(DiagramModel((Node("a", label),), (Loading("a", label, 0.5, "<*>"),)))
    assert "<script" not in svg
    assert ".500<*>" in texts(svg)
    assert ET.fromstring(svg).find(f".//{SVG}g[@class='construct']/{SVG}title").text == label[:-1] + "\ufffd"


def test_the_same_model_gives_the_same_bytes():
    assert path_diagram(reputation()) == path_diagram(reputation())
    assert path_diagram(innovation(), "zh") == path_diagram(innovation(), "zh")


def test_an_empty_model_is_an_empty_picture():
    assert texts(path_diagram(DiagramModel(()))) == []


NAMES = st.sampled_from(["A", "B", "C", "D", "x1", "x2", "信任"])
LINKS = st.lists(st.tuples(NAMES, NAMES), max_size=9)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LINKS, LINKS, LINKS, st.booleans())
def test_any_tangle_of_arrows_is_drawn_with_its_nodes_apart(loadings, paths, pairs, items):
    model = DiagramModel(
        (),
        tuple(Loading(a, b, 0.5) for a, b in loadings),
        tuple(Path(a, b, 0.25) for a, b in paths),
        tuple(Covariance(a, b, 0.125) for a, b in pairs),
    )
    boxes = arrange(model, items=items).boxes
    assert not [p for p in combinations([b.bounds for b in boxes.values()], 2) if overlap(*p)]
    found = texts(path_diagram(model, items=items))
    assert found.count(".250") == sum(a != b for a, b in paths)
    if items:
        assert found.count(".500") == sum(a != b for a, b in loadings)
        assert found.count(".125") == sum(a != b for a, b in pairs)


@st.composite
def studies(draw):
    """Models as studies have them: up to 12 constructs of up to 6 items, paths from earlier ones to later ones."""
    names = [f"F{i:02d}" for i in range(draw(st.integers(2, 12)))]
    sizes = draw(st.lists(st.integers(1, 6), min_size=len(names), max_size=len(names)))
    pairs = list(combinations(names, 2))
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=24, unique=True))
    paths = tuple(Path(a, b, draw(st.floats(-1, 1)), "***", draw(st.booleans())) for a, b in chosen)
    caused = {path.target for path in paths}
    causes = [name for name in names if name not in caused][:6]
    labels = st.sampled_from(["Trust", "Perceived usefulness of the tool", "企业文化驱动因素", "信任"])
    return DiagramModel(
        tuple(Node(name, draw(labels), r_squared=0.5 if name in caused else None) for name in names),
        tuple(Loading(name, f"{name}_{i}", 0.8, "***") for name, n in zip(names, sizes) for i in range(n)),
        paths,
        tuple(Covariance(a, b, 0.3, "*") for a, b in combinations(causes, 2)),
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(studies(), st.booleans())
def test_of_twelve_constructs_with_six_items_nothing_covers_a_node_or_a_value(model, items):
    arrangement, arrows = drawn(model, items=items)
    boxes = [box.bounds for box in arrangement.boxes.values()]
    values = [arrow.value.bounds for arrow in arrows]
    assert not [pair for pair in combinations([*boxes, *values], 2) if overlap(*pair)]


def test_in_grey_no_colour_is_left():
    def colours(svg):
        found = {code.lower() for code in re.findall(r"#[0-9a-fA-F]{6}", svg)}
        return {code for code in found if not code[1:3] == code[3:5] == code[5:7]}

    assert colours(path_diagram(reputation()))
    pair = diagram_pair((reputation(), innovation()), ("a", "b"), grey=True)
    assert not colours(path_diagram(reputation(), grey=True)) and not colours(pair)


def test_two_models_have_every_node_at_the_same_place_and_their_differences_marked():
    left = reputation()
    paths = [path for path in left.paths if (path.source, path.target) != ("COMP", "CUSL")]
    paths = tuple(replace(p, significant=False) if (p.source, p.target) == ("COMP", "CUSA") else p for p in paths)
    svg = diagram_pair((left, replace(left, paths=paths, covariances=left.covariances[:1])), ("One", "Two"))
    found = texts(svg)
    assert {".009†", ".120*†", ".162*‡", "One", "Two"} <= set(found)
    assert (found.count(".162*‡"), found.count(".424***"), found.count(".009†")) == (2, 2, 1)
    places = [float(e.get("cy")) for e in ET.fromstring(svg).iter(f"{SVG}ellipse")]
    assert places[:4] == places[4:]


def test_the_key_of_a_pair_explains_the_marks_that_stand_in_it():
    one, two = Path("a", "b", 0.4, "*", True), Path("b", "c", 0.1, "", False)
    full, part = DiagramModel((), paths=(one, two)), DiagramModel((), paths=(one,))
    alike, apart = (texts(diagram_pair((full, other), ("x", "y"))) for other in (full, part))
    assert not [said for said in alike if "†" in said or "‡" in said]
    assert "† only on this side" in apart


def test_an_arrow_only_one_model_has_is_marked_even_without_a_value():
    both = DiagramModel((), paths=(Path("a", "b"),))
    svg = diagram_pair((replace(both, paths=(*both.paths, Path("a", "c"))), both), ("x", "y"))
    assert texts(svg).count("†") == 1


def test_each_model_of_a_pair_shows_its_own_explained_variance():
    one = DiagramModel((Node("y", "y", r_squared=0.25),), paths=(Path("x", "y", 0.5),))
    two = DiagramModel((Node("y", "y", r_squared=0.75),), paths=(Path("x", "y", 0.9),))
    found = texts(diagram_pair((one, two), ("1", "2")))
    assert ("R² = .250" in found, "R² = .750" in found) == (True, True)


@pytest.mark.parametrize("across", [True, False], ids=["in a row", "in a column"])
def test_the_value_of_a_residual_covariance_of_neighbours_stands_outside_its_arc(across):
    paths = (Path("A", "B", 0.4), Path("B", "C", 0.4)) if across else (Path("B", "C", 0.4),)
    loadings = tuple(Loading(name, f"{name}{i}", 0.7) for name in "ABC" for i in (1, 2, 3))
    covariance = Covariance("B1", "B2", 0.3, "***")
    arrangement, arrows = drawn(DiagramModel((), loadings, paths, (covariance,)))
    arc = next(arrow for arrow in arrows if arrow.role is Role.COVARIANCE)
    left, top, right, bottom = arc.value.bounds
    points = [arc.at(step / 50) for step in range(51)]
    assert not [(x, y) for x, y in points if left < x < right and top < y < bottom]
    assert not [box for box in arrangement.boxes.values() if overlap(box.bounds, arc.value.bounds)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_long_note_is_broken_into_lines_within_the_picture(language):
    long = Words(
        "A residual variance is negative and must be mended. " * 4, "残差方差为负，请先修正模型，再解释结果。" * 4
    )
    model = DiagramModel((), (Loading("B", "b1", 0.7), Loading("B", "b2", 1.1)))
    svg = ET.fromstring(path_diagram(model, language, notes=(long,)))
    left, _, across, _ = map(float, svg.get("viewBox").split())
    notes = [text for text in svg.iter(f"{SVG}text") if text.get("font-size") == "12"]
    assert len(notes) > 2
    for line in notes:
        half = width(line.text) * 6.2 / 2
        assert left <= float(line.get("x")) - half and float(line.get("x")) + half <= left + across


def test_an_arc_of_a_middle_column_goes_around_the_items_between():
    constructs = [*"ABC", "Z"]
    loadings = tuple(Loading(name, f"{name}{i}", 0.7) for name in constructs for i in range(5))
    paths = (*(Path("X", name, 0.3) for name in "ABC"), *(Path(name, "Z", 0.3) for name in "ABC"))
    model = DiagramModel((Node("X", "X"),), loadings, paths, (Covariance("A", "B", 0.2), Covariance("A", "C", 0.2)))
    arrangement, arrows = drawn(model)
    for arrow in (arrow for arrow in arrows if arrow.role is Role.COVARIANCE):
        for left, top, right, bottom in (b.bounds for n, b in arrangement.boxes.items() if n not in arrow.ends):
            points = [arrow.at(step / 40) for step in range(41)]
            assert not [(x, y) for x, y in points if left < x < right and top < y < bottom]


def test_values_of_covariances_leave_other_arrows_visible():
    model = layered([6, 1], 4)
    _, arrows = drawn(model)
    covered = 0
    for arrow in (arrow for arrow in arrows if arrow.role is Role.COVARIANCE):
        left, top, right, bottom = arrow.value.bounds
        others = (other for other in arrows if other is not arrow)
        covered += sum(
            any(left < x < right and top < y < bottom for x, y in (other.at(step / 60) for step in range(61)))
            for other in others
        )
    assert covered <= 25


def test_a_wording_is_cut_behind_a_whole_word_and_no_chinese_character_stands_alone():
    assert wrapped("Our firm has become stronger than others", 24, 1) == ("Our firm has become…",)
    assert wrapped("与客户的结构嵌入性", 16, 3) == ("与客户的结构嵌", "入性")
