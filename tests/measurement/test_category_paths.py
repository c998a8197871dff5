import copy

import numpy as np
import pandas as pd
import pytest

import small_study
from sme_sem.errors import DataProblem, SpecificationError
from sme_sem.instrument import read_instrument
from sme_sem.measurement.category_paths import category_paths
from sme_sem.tables import Words

REGIONS = {1: {"en": "East", "zh": "东"}, 2: {"en": "South", "zh": "南"}, 3: {"en": "West", "zh": "西"}, 4: "North"}


def instrument(categories=REGIONS, **more):
    document = copy.deepcopy(small_study.INSTRUMENT)
    label = {"en": "Region", "zh": "地区"}
    document["background"].append(
        {"id": "region", "label": label, "wording": "Where?", "categories": categories} | more
    )
    return read_instrument(document, "regions")


def found(chosen=(2.0, 3.0, np.nan, 4.0, 2.0), categories=REGIONS, **more):
    frame = pd.DataFrame({"region": list(chosen), "city": [1.0] * len(chosen)})
    return category_paths(instrument(categories, **more), frame), frame


def test_a_path_from_a_question_is_one_from_every_category_but_the_first_that_somebody_chose():
    own, frame = found()
    model = "USE =~ u1 + u2\nUSE ~ TRUST + region + city\nTRUST ~ region"
    assert own.written(model) == (
        "USE =~ u1 + u2\nUSE ~ TRUST + region.3 + region.4 + city\nTRUST ~ region.3 + region.4"
    )
    added = own.added_to(frame)
    assert list(added) == ["region", "city", "region.2", "region.3", "region.4"]
    assert added["region.3"].tolist()[:2] == [0, 1] and added.iloc[2, 2:].isna().all()
    assert own.labels(instrument())["region.3"] == Words("Region: West", "地区：西")
    assert own.notes(["region.3", "TRUST"]) == (
        Words(
            "Paths from categories compare each with the reference: Region (South).",
            "类别变量的各路径均与参照组比较：地区（南）。",
        ),
        Words("Nobody is in: Region: East.", "无人属于：地区：东。"),
    )
    assert own.notes(["TRUST"]) == ()


def test_a_model_without_such_a_question_stays_as_it_is_written():
    own, frame = found()
    assert own.written("USE ~ TRUST  # as it was") == "USE ~ TRUST  # as it was"
    assert own.only(["USE ~ TRUST"]).questions == {} and own.only(["USE ~ TRUST"]).added_to(frame) is frame
    assert set(own.only(["USE ~ a*region.3"]).questions) == {"region"}


def test_two_categories_and_those_in_order_are_numbers():
    assert found(categories={1: "East", 2: "South"})[0].questions == {}
    assert found(ordered=True)[0].questions == {}
    lettered, _ = found(["e", "s"], {"e": "East", "s": "South"})
    assert lettered.written("USE ~ region") == "USE ~ region.s"


@pytest.mark.parametrize("line", ["USE ~ a*region", "USE ~ region:TRUST", "region ~~ TRUST", "USE =~ u1 + region"])
def test_a_question_that_is_more_than_a_plain_predictor_is_refused_with_the_columns(line):
    with pytest.raises(SpecificationError) as caught:
        found()[0].written(line)
    assert str(caught.value).endswith(
        "region is a question of categories without order, whose codes are no quantity. In a model it can be a "
        "predictor, 'y ~ region', without label, value or product; these go with the columns of its categories: "
        "region.3 + region.4. If its categories stand in order, write 'ordered: true' to it in the instrument."
    )
    assert "region.3 + region.4" in caught.value.said.zh


def test_a_question_is_no_outcome():
    with pytest.raises(SpecificationError, match="region is a question of categories without order, and its codes"):
        found()[0].written("region ~ TRUST")


def test_a_question_that_cannot_be_compared_is_told_where_a_model_names_it():
    alone, frame = found([2.0, 2.0])
    assert alone.added_to(frame) is frame and alone.written("USE ~ TRUST") == "USE ~ TRUST"
    with pytest.raises(DataProblem, match="region: everybody is in the same category"):
        alone.written("USE ~ region")
    alike, _ = found(["a-b", "a/b", "c"], {"a-b": "One", "a/b": "Two", "c": "Three"})
    with pytest.raises(SpecificationError, match=r"would be called region\.a_b, like another"):
        alike.written("USE ~ region")
