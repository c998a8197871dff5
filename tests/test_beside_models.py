"""What a study looks at beside its models, and where the report shows it."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from small_study import INSTRUMENT, answers, write_study
from sme_sem.beside_models import _NO_FACTOR as NO_FACTOR
from sme_sem.errors import StudyError
from sme_sem.opening import load_study
from sme_sem.report.contents import report_of
from sme_sem.report.report import Figure
from sme_sem.tables import Table, Words, written

TIMED = {**INSTRUMENT, "metadata": [*INSTRUMENT["metadata"], {"id": "sent", "meaning": "submitted_at"}]}


def shown(results, language="en"):
    """Tables and figures of the report by name, and its sentences."""
    content = [piece for section in report_of(results, language).sections for piece in section.content]
    named = {piece.name: piece for piece in content if isinstance(piece, (Table, Figure))}
    return named, [written(piece, language) for piece in content if isinstance(piece, (str, Words))]


def timed(late_use=0):
    frame = answers()
    frame["sent"] = pd.date_range("2026-03-01 08:00", periods=len(frame), freq="37min").astype(str)
    late = frame.index >= 150
    for item, step in (("u1", late_use), ("u2", late_use), ("u3", -late_use)):
        frame.loc[late, item] = (frame.loc[late, item] + step).clip(1, 5)
    return frame


def test_complete_answers_without_times_add_nothing_but_power(tmp_path):
    named, _ = shown(load_study(write_study(tmp_path)).run())
    assert "overall_power" in named
    others = {
        "missing_scales",
        "nonresponse",
        "provenance",
        "htmt_intervals",
        "item_advice",
        "multiverse",
        "factor_fit",
    }
    assert not others & set(named)


def test_gaps_are_shown_by_construct_and_pattern_with_what_they_go_along_with(tmp_path):
    frame = answers().astype(object)
    frame.loc[frame["age"] > 50, "t1"] = None
    found = load_study(write_study(tmp_path, frame)).run()
    named, _ = shown(found)
    gaps = int((frame["age"] > 50).sum())
    assert [row[2] for row in named["missing_scales"].rows] == [gaps]
    assert dict(row[:2] for row in named["missing_patterns"].rows)["t1"] == gaps
    assert [row[1] for row in named["missing_background"].rows] == ["age"]
    assert found.missing.mcar is not None and "little_mcar" in named


def test_late_respondents_with_gaps_are_compared_by_what_they_answered(tmp_path):
    said = "A score is the mean of the items that were answered."
    for gaps in (0, 12):
        frame = timed().astype(object)
        frame.loc[frame.index[-gaps:] if gaps else [], "t1"] = None
        named, _ = shown(load_study(write_study(tmp_path / str(gaps), frame, document=TIMED)).run())
        assert {(row[2], row[3]) for row in named["nonresponse"].rows} == {(50, 50)}
        assert (said in map(str, named["nonresponse"].notes)) == bool(gaps)


def test_gaps_that_go_along_with_nothing_are_one_sentence(tmp_path):
    frame = answers().astype(object)
    frame.loc[np.random.default_rng(3).choice(200, 12, replace=False), "t1"] = None
    named, said = shown(load_study(write_study(tmp_path, frame)).run())
    assert "missing_background" not in named
    assert any("in no background variable (2 comparisons" in sentence for sentence in said)


@pytest.mark.parametrize(("late_use", "words"), [(0, "in none of 4 variables"), (2, "in 1 of 4 variables")])
def test_late_respondents_are_compared_where_the_file_tells_times(tmp_path, late_use, words):
    study = write_study(tmp_path, timed(late_use), document=TIMED)
    named, said = shown(load_study(study).run())
    assert [row[0] for row in named["nonresponse"].rows][:2] == [Words("Trust", "信任"), Words("Use", "使用")]
    assert {(row[2], row[3]) for row in named["nonresponse"].rows} == {(50, 50)}
    assert any(words in sentence for sentence in said)


def test_checks_of_the_file_appear_where_one_asks_for_a_look(tmp_path):
    frame = answers()
    frame["t2"] = frame["t1"]
    named, _ = shown(load_study(write_study(tmp_path, frame)).run())
    assert [written(row[0]) for row in named["provenance"].rows] == ["Pairs of items that correlate above .95"]


def test_constructs_that_may_be_one_are_listed_with_their_interval(tmp_path):
    frame = answers()
    jump = np.random.default_rng(2).integers(-1, 2, (len(frame), 3))
    frame[["u1", "u2", "u3"]] = (frame[["t1", "t2", "t3"]].to_numpy() + jump).clip(1, 5)
    frame["u3"] = 6 - frame["u3"]
    named, _ = shown(load_study(write_study(tmp_path, frame)).run())
    assert named["htmt_intervals"].rows[0][:2] == (Words("Trust", "信任"), Words("Use", "使用"))


def test_a_pre_test_advises_on_its_items_by_the_rules_it_names(tmp_path):
    frame = answers()
    frame["t3"] = np.random.default_rng(1).integers(1, 6, len(frame))
    named, _ = shown(load_study(write_study(tmp_path, frame, item_rules="wu")).run())
    advice = {row[1]: written(row[-2]) for row in named["item_advice"].rows}
    assert advice["t3"] == "drop" and advice["u1"] == "keep"


def test_other_analyses_of_a_study_are_shown_with_their_curves(tmp_path):
    choices = {"estimator": ["ML", "MLR"], "covariates": [[], ["age"]]}
    found = load_study(write_study(tmp_path, multiverse=choices)).run()
    named, _ = shown(found, "zh")
    assert found.problems == () and found.multiverse.specifications == 4
    assert {"multiverse", "specifications_H1", "specifications_H2"} <= set(named)
    assert "共4种设定" in named["specifications_H1"].svg


def test_paths_of_groups_are_drawn_at_the_step_of_equal_loadings(tmp_path):
    found = load_study(write_study(tmp_path, group="city")).run()
    drawn = shown(found)[0]["paths_by_group"]
    assert ">Harbin<" in drawn.svg and ">Daqing<" in drawn.svg and ">Use ← Trust<" in drawn.svg
    assert ">使用 ← 信任<" in shown(found, "zh")[0]["paths_by_group"].svg
    (table,) = (table for table in report_of(found).tables() if table.name == "paths_by_group")
    heads = [(str(column.group), str(column.heading)) for column in table.columns[1:5]]
    assert heads == [("Harbin", "b"), ("Harbin", "S.E."), ("Daqing", "b"), ("Daqing", "S.E.")]


def test_power_of_overall_fit_is_that_of_the_planning_functions(tmp_path):
    from sme_sem import rmsea_power, rmsea_sample_size

    close, _ = shown(load_study(write_study(tmp_path)).run())[0]["overall_power"].rows
    assert close[3:] == (200, rmsea_power(200, 8), rmsea_sample_size(8))


def test_rules_and_choices_that_are_none_are_refused(tmp_path):
    with pytest.raises(StudyError) as refusal:
        load_study(write_study(tmp_path, item_rules="hare", multiverse={"estimater": ["ML"]}))
    said = "\n".join(refusal.value.problems)
    assert "item_rules: 'hare' is not available" in said and "Did you mean 'hair'?" in said
    assert "multiverse: 'estimater' is none of" in said


def test_what_cannot_be_done_is_a_problem_and_the_study_goes_on(tmp_path):
    found = load_study(write_study(tmp_path, multiverse={"covariates": [["height"]]})).run()
    assert found.fit is not None
    assert [written(problem.step) for problem in found.problems] == ["Other analyses"]


def test_common_factors_are_sought_where_the_study_asks_for_them(tmp_path):
    items = ["t1", "t2", "t3", "u1", "u2", "u3"]
    turned = answers().assign(u3=lambda frame: 6 - frame["u3"])[items]
    found = load_study(write_study(tmp_path, factors={"method": "ml", "rotation": "promax"})).run()
    expected = sme.factors(turned, sme.retention(turned).suggested["parallel"], "promax", method="ml")
    pd.testing.assert_frame_equal(found.factors.loadings, expected.loadings)
    named, said = shown(found)
    assert {"rotated_factors", "factor_variance", "factor_fit", "factor_correlations", "factor_loadings"} <= set(named)
    share, test = expected.variance["cumulative"].iloc[-1], f"χ²({expected.df}) = {expected.chisq:.3f}"
    (line,) = (one for one in said if one.startswith("2 factors explain"))
    assert f"explain {share:.1f}% of the variance of 6 items (number: parallel analysis)" in line and test in line
    assert "Common factors" in str(named["definitions"].rows) and not found.problems


def test_chosen_factors_of_some_constructs_from_polychoric_correlations(tmp_path):
    chosen = {"constructs": ["TRUST"], "n_factors": 1, "rotation": "none", "correlation": "polychoric"}
    found = load_study(write_study(tmp_path, factors=chosen)).run()
    expected = sme.factors(answers()[["t1", "t2", "t3"]], 1, "none", correlation="polychoric")
    pd.testing.assert_frame_equal(found.factors.loadings, expected.loadings)
    _, said = shown(found, "zh")
    (line,) = (one for one in said if one.startswith("1个公因子共解释3个题项"))
    assert line.endswith("（因子数：研究文件指定）。")


def test_factors_that_cannot_be_are_told_and_refused(tmp_path):
    found = load_study(write_study(tmp_path / "many", factors={"n_factors": 5})).run()
    assert found.factors is None
    assert [str(p.step) for p in found.problems] == ["Exploratory factor analysis"]
    noise = pd.DataFrame(
        np.random.default_rng(1).integers(1, 6, (200, 6)), columns=["t1", "t2", "t3", "u1", "u2", "u3"]
    )
    frame = answers().assign(**noise)
    found = load_study(write_study(tmp_path / "noise", frame, factors={}, rivals=[], hypotheses=[])).run()
    assert any(p.message == NO_FACTOR for p in found.problems)
    with pytest.raises(StudyError) as refusal:
        load_study(
            write_study(tmp_path / "odd", factors={"rotation": "obliman", "constructs": ["TRSUT"], "method": "pc"})
        )
    said = str(refusal.value)
    assert "factors.rotation: 'obliman' is not available" in said and "factors.method: expected" in said
    with pytest.raises(StudyError, match=r"factors.constructs\[0\]: no construct is named 'TRSUT'"):
        load_study(write_study(tmp_path / "who", factors={"constructs": ["TRSUT"]}))
