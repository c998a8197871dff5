"""Continuous against ordered analysis of the same answers, side by side."""

import numpy as np
import pytest

import sme_sem as sme
from sem.ordered_answers import REFERENCE, answers, drawn

POPULATION = """
    trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3
    use =~ 0.8*u1 + 0.7*u2 + 0.7*u3
    use ~ 0.4*trust
"""
MODEL = "trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3; use ~ trust"


@pytest.fixture(scope="module")
def items():
    return drawn(POPULATION, 400, seed=1)


@pytest.fixture(scope="module")
def compared(items):
    return sme.compare_estimators(MODEL, items)


def test_each_side_is_the_fit_of_its_estimator(items, compared):
    mlr, wlsmv = sme.fit(MODEL, items, estimator="MLR"), sme.fit(MODEL, items, ordered=True)
    for fit, side in ((mlr, "continuous"), (wlsmv, "ordered")):
        own = fit.standardized().query("op == '~'").iloc[0]
        for column in ("est_std", "se", "pvalue"):
            assert compared.paths[f"{column}_{side}"].item() == own[column]
    assert compared.fit_measures.loc["chisq", "ordered"] == wlsmv.measures()["chisq_scaled"]
    assert compared.fit_measures.loc["cfi", "ordered"] == wlsmv.measures()["cfi_robust"]
    assert compared.fit_measures.loc["rmsea", "continuous"] == mlr.measures()["rmsea_robust"]


def test_lavaan_s_numbers_stand_in_the_ordered_column():
    own = REFERENCE["bfi_wlsmv_struct_x"]
    found = sme.compare_estimators(
        "\n".join(own["model"]), answers("bfi_wlsmv_struct_x"), ordered=own["options"]["ordered"]
    )
    rows = found.paths.set_index(["lhs", "rhs"])
    theirs = {(lhs, rhs): std for lhs, op, rhs, _, _, _, std in own["parameters"] if op == "~"}
    assert len(theirs) == 4
    for key, std in theirs.items():
        assert rows.loc[key, "est_std_ordered"] == pytest.approx(std, abs=1e-5)
    assert ("ind", "a*b") in rows.index


def test_conclusions_that_agree_are_called_the_same(compared):
    assert compared.differing == 0 and not compared.paths["differs"].any()
    assert compared.tables()[0].rows[0][-1].en == "same"


def test_a_conclusion_differs_between_the_two_p_values_and_nowhere_else(items, compared):
    weak = "trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use =~ 0.8*u1 + 0.7*u2 + 0.7*u3; use ~ 0.12*trust"
    data = drawn(weak, 300, seed=4)
    p = sme.compare_estimators(MODEL, data).paths[["pvalue_continuous", "pvalue_ordered"]].iloc[0]
    assert p.min() < p.max()
    assert "(sign and significance at .1)" in sme.compare_estimators(MODEL, data, alpha=0.1).tables()[0].notes[0].en
    between = sme.compare_estimators(MODEL, data, alpha=float(p.mean()))
    assert between.differing == 1 and between.tables()[0].rows[0][-1].en == "differs"
    assert between.tables()[0].notes[0].en.startswith("1 of 1 conclusions (sign and significance at ")
    for alpha in (float(p.min()) * 0.9, float(p.max()) * 1.1):
        assert sme.compare_estimators(MODEL, data, alpha=alpha).differing == 0


def test_loadings_are_shown_when_asked_for_or_alone(items):
    asked = sme.compare_estimators(MODEL, items, loadings=True)
    assert asked.paths["op"].tolist() == ["=~"] * 6 + ["~"]
    alone = sme.compare_estimators("trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3", items)
    assert alone.paths["op"].tolist() == ["=~"] * 6 + ["~~"]


def test_tables_speak_both_languages_and_name_the_estimators(compared):
    paths, measures = compared.tables()
    assert (paths.name, measures.name) == ("estimator_paths", "estimator_fit")
    assert [c.heading.en for c in paths.columns[1:4]] == ["MLR: β", "MLR: S.E.", "MLR: p"]
    for table in (paths, measures):
        assert table.title.zh != table.title.en
        assert all(note.zh != note.en for note in table.notes)
    assert [row[0] for row in measures.rows][:3] == ["χ²", "df", "p"]
    assert "use ~ trust" in str(compared)


def test_groups_and_other_options_reach_both_fits(items):
    data = items.assign(town=np.where(np.arange(400) % 2, "west", "east"))
    found = sme.compare_estimators(MODEL, data, group="town", std_lv=True, parameterization="theta")
    assert found.paths["group"].tolist() == ["east", "west"]
    assert found.continuous.options.std_lv and found.ordered.options.parameterization == "theta"
    assert [row[:2] for row in found.tables()[0].rows] == [("east", "use ~ trust"), ("west", "use ~ trust")]


def test_other_estimators_can_be_compared_and_cautions_are_kept(items):
    copied = items["t1"].copy()
    copied[:3] = copied[:3] % 4 + 1
    found = sme.compare_estimators(MODEL, items.assign(t2=copied), estimators=("ML", "ULSMV"))
    assert (found.continuous.estimator, found.ordered.estimator) == ("ML", "ULSMV")
    assert any("ULSMV: Caution (warning): no answers speak against" in note.en for note in found.tables()[0].notes)


@pytest.mark.parametrize("alpha", [0, 1, 5])
def test_a_level_is_a_probability(items, alpha):
    with pytest.raises(sme.SpecificationError, match=f"alpha={alpha}: give a share between 0 and 1"):
        sme.compare_estimators(MODEL, items, alpha=alpha)
