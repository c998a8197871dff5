import pandas as pd
import pytest

import sme_sem as sme
from qualitative.corpora import MAIN, planted
from sme_sem.errors import InstrumentError, SourceError
from sme_sem.qualitative import Relation, draft_instrument, read_coding, read_relations

OUTCOME = {"micro-innovation": ["We improve products in small steps.", "We try and learn fast.", "We iterate fast."]}


@pytest.fixture
def coding():
    return read_coding(planted(44, lambda s, k: (s + k) % 4 == 0))


def test_every_concept_becomes_an_item_of_its_category(coding):
    draft = draft_instrument(coding)
    instrument = draft.instrument
    assert len(instrument.item_ids) == 85
    assert len([c for c in instrument.constructs if c.items]) == 18
    second = {c.name: c.of for c in instrument.constructs if c.of}
    assert {main: set(below) for main, below in second.items()} == {m: set(below) for m, below in MAIN.items()}


def test_relations_become_the_model_and_its_hypotheses(coding):
    relations = [Relation("M0", "M1"), Relation("M1", "micro-innovation"), Relation("M2C0", "micro-innovation", "-")]
    instrument = draft_instrument(coding, relations, further=OUTCOME).instrument
    assert instrument.models["draft"].structure == "M1 ~ M0\nmicro_innovation ~ M1 + M2C0\n"
    assert [(h.id, h.path, h.sign) for h in instrument.hypotheses] == [
        ("H1", "M1 ~ M0", "+"), ("H2", "micro_innovation ~ M1", "+"), ("H3", "micro_innovation ~ M2C0", "-"),
    ]  # fmt: skip
    assert "M0 =~" in instrument.model_syntax("draft") and "M3" not in instrument.model_syntax("draft")


def test_the_draft_is_an_instrument_file_that_names_the_segments_of_every_item(coding, tmp_path):
    draft = draft_instrument(coding, [Relation("M0", "M1")])
    file = draft.write(tmp_path / "draft.yaml")
    assert sme.load_instrument(file) == draft.instrument
    lines = file.read_text(encoding="utf-8").splitlines()
    item = next(i for i, line in enumerate(lines) if line.strip() == '- id: "M0C0_1"')
    # 11 of the 44 firms name the concept: 5 are quoted
    assert lines[item - 6].strip().startswith("# firm 00, row 2: firm 00 says M0C0-0")
    assert lines[item - 1].strip() == "# and 6 more segments"
    with pytest.raises(SourceError, match="already exists"):
        draft.write(file)


def test_the_trail_leads_from_every_segment_to_its_paths(coding):
    draft = draft_instrument(coding, [Relation("M0", "M1"), Relation("M1", "M2")])
    assert len(draft.trail) == len(coding.segments)
    own = draft.trail[draft.trail["concept"] == "M1C0-0"]
    item = next(i.id for i in draft.instrument.items() if i.wording.en == "M1C0-0")
    assert set(own["item"]) == {item} and set(own["main_construct"]) == {"M1"}
    assert set(own["paths"]) == {"H1: M0 → M1; H2: M1 → M2"}
    assert set(draft.trail.loc[draft.trail["main_construct"] == "M5", "paths"]) == {""}
    rows = [r for r in draft.tables()[0].rows if r[3] == item]
    assert [str(r[5]) for r in rows] == ["H1: M0 → M1", "H2: M1 → M2"]
    assert {r[1:3] for r in rows} == {(len(own), own["source"].nunique())}


def test_a_draft_can_be_answered_and_its_model_fitted(coding):
    relations = [Relation("M2C0", "micro-innovation"), Relation("M3C0", "micro-innovation")]
    instrument = draft_instrument(coding, relations, further=OUTCOME).instrument
    loadings = [
        f"{c.name} =~ {' + '.join(f'0.8*{i.id}' for i in c.items)}"
        for c in instrument.constructs
        if c.name in ("M2C0", "M3C0", "micro_innovation")
    ]
    answers = sme.simulate("\n".join([*loadings, "micro_innovation ~ 0.5*M2C0 + 0.2*M3C0"]), 800, seed=4)
    table = sme.fit(instrument.model_syntax("draft"), answers).estimates()
    paths = table[table["op"] == "~"].set_index("rhs")["est"]
    assert paths["M2C0"] == pytest.approx(0.5, abs=0.1) and paths["M3C0"] == pytest.approx(0.2, abs=0.1)


def test_single_concepts_and_lone_categories_stand_for_what_is_above_them():
    rows = [("F1", "rivals", "市场竞争", "外部"), ("F1", "steps", "微创新", "行为"), ("F2", "trials", "微创新", "行为")]
    coding = read_coding(pd.DataFrame(rows, columns=["source", "concept", "category", "main_category"]))
    instrument = draft_instrument(coding, [Relation("外部", "行为")], names={"市场竞争": "MKT"}).instrument
    assert instrument.model_syntax("draft") == "微创新 =~ 微创新_1 + 微创新_2\n微创新 ~ MKT"
    assert instrument.construct("MKT").items[0].id == "MKT"


def test_relations_are_read_from_a_table_with_signs_in_words():
    frame = pd.DataFrame({"原因": ["a", "b"], "结果": ["c", "c"], "方向": ["正向", "-"]})
    assert read_relations(frame) == (Relation("a", "c", "+"), Relation("b", "c", "-"))
    with pytest.raises(SourceError, match="row 2: expected cause, effect and a sign"):
        read_relations(pd.DataFrame({"cause": ["a"], "effect": ["b"], "sign": ["up"]}))


def test_what_cannot_be_drafted_is_refused(coding):
    with pytest.raises(SourceError, match="M0 -> M9: no category is named 'M9'"):
        draft_instrument(coding, [Relation("M0", "M9")])
    with pytest.raises(SourceError, match="no concept has a category"):
        draft_instrument(read_coding(pd.DataFrame({"source": ["F"], "concept": ["a"]})))
    with pytest.raises(InstrumentError, match="cannot name a variable"):
        draft_instrument(coding, names={"M0C0": "1 x"})


def test_a_draft_can_be_read_whatever_the_words_hold(tmp_path):
    rows = [("F1\nname: other", "said\u2028so\x7f", "line\nbreak: # \u2028no"), ("F2", "", "- \x85 'it'")]
    coded = pd.DataFrame(rows, columns=["source", "segment", "concept"]).assign(category="market")
    draft = draft_instrument(read_coding(coded))
    loaded = sme.load_instrument(draft.write(tmp_path / "draft.yaml"))
    assert [item.wording.en for item in loaded.items()] == [concept for _, _, concept in rows]
    assert "      # F1 name: other, row 2: said so\n" in draft.text


def test_names_of_constructs_are_not_those_of_items():
    coded = pd.DataFrame({"source": "F", "category": ["A", "A", "A 1", "A?"], "concept": list("abcd")})
    draft = draft_instrument(read_coding(coded)).instrument
    assert draft.item_ids == ("A_1", "A_2", "A_1_2", "A_3")
    assert [c.label.en for c in draft.constructs] == ["A", "A 1", "A?"]


def test_a_category_cannot_act_on_itself(coding):
    with pytest.raises(SourceError, match="M0 -> M0: acts on itself; name two categories"):
        draft_instrument(coding, [Relation("M0", "M0")])
