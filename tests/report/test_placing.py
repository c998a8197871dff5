from itertools import combinations

import numpy as np
import pytest

from sme_sem.report.placing import Box, crosses, distance, label_boxes, leader

FRAME = Box(0, 0, 6, 4)
MIDDLE = [Box(3, 0, 3, 4), Box(0, 2, 6, 2)]


def test_a_label_alone_stands_beside_its_point():
    (box,) = label_boxes([(2.0, 1.0)], [(1.0, 0.2)], FRAME)
    assert box.left == pytest.approx(2.11) and (box.bottom + box.top) / 2 == pytest.approx(1.0)


def test_near_the_edge_it_stands_on_the_other_side():
    (box,) = label_boxes([(5.8, 1.0)], [(1.0, 0.2)], FRAME)
    assert box.right == pytest.approx(5.69)


def test_a_label_as_broad_as_the_frame_stands_above_its_point_inside():
    (box,) = label_boxes([(5.0, 1.0)], [(5.9, 0.2)], FRAME)
    assert box.within(FRAME) and box.bottom > 1.0


def test_a_line_is_left_free_where_there_is_room():
    (box,) = label_boxes([(2.9, 2.0)], [(1.0, 0.2)], FRAME, MIDDLE)
    assert not any(map(box.meets, MIDDLE)) and distance((2.9, 2.0), box) < 0.3


@pytest.mark.parametrize("seed", range(10))
def test_labels_cross_neither_lines_nor_marks_nor_one_another_and_name_their_own_point(seed):
    rng = np.random.default_rng(seed)
    points = [(float(x), float(y)) for x, y in rng.uniform((0.5, 0.5), (5.5, 3.5), (7, 2))]
    corner = Box(5, 0, 6, 0.2)
    found = label_boxes(points, [(0.9, 0.17)] * 7, FRAME, MIDDLE, [corner])
    assert found == label_boxes(points, [(0.9, 0.17)] * 7, FRAME, MIDDLE, [corner])
    assert not any(a.meets(b) for a, b in combinations([*found, corner], 2))
    for point, box in zip(points, found):
        assert box.within(FRAME) and not any(map(box.meets, MIDDLE))
        assert min(points, key=lambda other: distance(other, box)) == point


def test_where_no_place_is_free_a_line_is_crossed_before_other_writing():
    narrow = Box(0, 0, 1.2, 0.6)
    found = label_boxes([(0.6, 0.2), (0.6, 0.4)], [(1.1, 0.15)] * 2, narrow, [Box(0.6, 0, 0.6, 0.6)])
    assert not found[0].meets(found[1]) and all(box.within(narrow) for box in found)


@pytest.mark.parametrize("seed", [4, 11])
def test_the_line_to_a_point_crosses_no_other_label(seed):
    rng = np.random.default_rng(seed)
    points = [(float(x), float(y)) for x, y in rng.normal((3, 2), (0.7, 0.5), (7, 2))]
    found = label_boxes(points, [(1.2, 0.17)] * 7, FRAME)
    lines = [(i, line) for i, (point, box) in enumerate(zip(points, found)) for line in leader(point, box)]
    assert lines
    assert not any(crosses(*line, box) for i, line in lines for j, box in enumerate(found) if i != j)
