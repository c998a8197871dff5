"""Drawn answers in the files of survey platforms come back as they were drawn."""

import pandas as pd
import pytest

from sme_sem import load_instrument, load_study, read_responses, shipped
from sme_sem.downloads import PLATFORMS, download
from sme_sem.errors import SpecificationError
from sme_sem.instrument import read_instrument
from sme_sem.synthetic import MARK, draw_answers

DRAWN = [name for name in shipped() if name != "corporate-reputation"]
SPECIAL = [platform for platform in PLATFORMS if platform != "plain"]


def saved(folder, content):
    path = folder / "answers.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("platform", SPECIAL)
@pytest.mark.parametrize("name", DRAWN)
def test_answers_come_back_through_a_platforms_file_as_they_were_drawn(tmp_path, name, platform):
    instrument = load_instrument(name)
    drawn = draw_answers(instrument, n=40, seed=7)
    expected = read_responses(drawn, instrument)
    found = read_responses(saved(tmp_path, download(drawn, instrument, platform)), instrument)
    assert found.findings.query("rule == 'platform'")["value"].tolist() == [platform]
    assert found.findings.query("severity == 'error'").empty
    asked = [c for c in expected.frame if c in [*instrument.item_ids] or c.split(".")[0] in questions(instrument)]
    pd.testing.assert_frame_equal(
        found.frame[asked].reset_index(drop=True), expected.frame[asked].reset_index(drop=True), check_dtype=False
    )
    assert found.attention.to_numpy().tolist() == expected.attention.to_numpy().tolist()
    assert found.extra[MARK].eq("yes").all()


def questions(instrument):
    return [question.id for question in instrument.background]


def small(**background):
    """Two items with labels at the ends only, and one background question."""
    return read_instrument(
        {
            "name": "small",
            "title": "Small",
            "response_scales": {"agreement": {"lowest": 1, "highest": 5, "anchors": {1: "No", 5: "Yes"}}},
            "constructs": [
                {"name": "T", "label": "Trust", "items": [{"id": f"t{i}", "wording": f"Trust {i}."} for i in (1, 2)]}
            ],
            "background": [{"id": "b", "label": "B", "wording": "And you?", **background}],
        }
    )


@pytest.mark.parametrize("platform", SPECIAL)
def test_codes_without_a_label_several_choices_and_gaps_come_back(tmp_path, platform):
    instrument = small(kind="multiple", categories={1: "Shops", 2: "Web", 3: "Agents"})
    answers = pd.DataFrame({"t1": [1, 3, 5], "t2": [2, None, 4], "b": ["1┋3", "2", None]}).astype({"t2": "Int64"})
    found = read_responses(saved(tmp_path, download(answers, instrument, platform)), instrument, platform=platform)
    assert found.frame["t1"].tolist() == [1, 3, 5]
    assert found.frame["t2"].tolist() == pytest.approx([2, float("nan"), 4], nan_ok=True)
    assert found.frame[["b.1", "b.2", "b.3"]].iloc[:2].to_numpy().tolist() == [[1, 0, 1], [0, 1, 0]]
    assert MARK not in found.extra


def test_numbers_stay_numbers(tmp_path):
    answers = pd.DataFrame({"t1": [1, 2], "t2": [3, 4], "b": [12, 30]})
    instrument = small(kind="numeric")
    for platform in PLATFORMS:
        path = saved(tmp_path, download(answers, instrument, platform))
        assert read_responses(path, instrument, platform=platform).frame["b"].tolist() == [12, 30]


def test_a_study_of_a_platforms_file_knows_that_its_answers_were_drawn(tmp_path):
    instrument = load_instrument("bm-elements")
    saved(tmp_path, download(draw_answers(instrument, n=150), instrument, "wenjuanxing"))
    (tmp_path / "study.yaml").write_text("instrument: bm-elements\ndata: answers.csv\n", encoding="utf-8")
    assert load_study(tmp_path / "study.yaml").run().synthetic


def test_a_platform_that_is_not_known_is_answered_with_the_nearest():
    with pytest.raises(SpecificationError, match="Did you mean 'qualtrics'"):
        download(pd.DataFrame(), small(kind="numeric"), "qualtrix")
