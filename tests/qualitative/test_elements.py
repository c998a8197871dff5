import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sme_sem.errors import DataProblem, SourceError
from sme_sem.kernels import panel as kernel
from sme_sem.qualitative import expert_panel, read_elements


def literature():
    used = {"value proposition": 20, "value offer": 4, "channel": 12, "cost": 3, "logistics": 1}
    rows = [(f"study {s:02d}", e) for e, times in used.items() for s in range(times)]
    return pd.DataFrame(rows, columns=["study", "element"])


def test_studies_are_counted_once_for_merged_synonyms_and_the_merging_is_recorded():
    found = read_elements(literature(), {"value offer": "value proposition"})
    assert found.n_studies == 20
    assert found.table["element"].tolist() == ["value proposition", "channel", "cost", "logistics"]
    assert found.table["studies"].tolist() == [20, 12, 3, 1]
    assert found.table["percent"].tolist() == [100.0, 60.0, 15.0, 5.0]
    assert found.table["cumulative"].tolist() == [100 * c / 36 for c in (20, 32, 35, 36)]
    assert found.merged.to_dict("records") == [{"written": "value offer", "element": "value proposition", "studies": 4}]
    assert found.candidates(["studies >= 3"]).kept["element"].tolist() == ["value proposition", "channel", "cost"]


def test_synonyms_come_from_a_table_too_and_chains_of_them_are_refused(tmp_path):
    file = tmp_path / "s.csv"
    file.write_text("原表述,要素\nvalue offer,value proposition\n", encoding="utf-8")
    assert read_elements(literature(), file).table.loc[0, "studies"] == 20
    with pytest.raises(SourceError, match="a: is counted as b, itself counted as c; name one"):
        read_elements(literature(), {"a": "b", "b": "c"})


def test_rows_without_a_study_are_remarked():
    frame = pd.DataFrame({"study": ["A", ""], "element": ["x", "y"]})
    assert [str(r.place) for r in read_elements(frame).remarks] == ["DataFrame, row 3"]


def test_modified_kappa_by_hand():
    for experts, agreeing, kappa in [(3, 3, 1), (3, 2, 7 / 15), (5, 4, (4 / 5 - 5 / 32) / (27 / 32))]:
        assert float(kernel.modified_kappa(agreeing, experts)) == pytest.approx(kappa, rel=1e-12)


def test_critical_ratios_are_those_of_the_published_table():
    # Ayre and Scally (2014), exact critical values at .05, one-sided
    for experts, ratio in {5: 1.0, 7: 1.0, 8: 0.75, 9: 0.778, 10: 0.8, 11: 0.636, 15: 0.6, 20: 0.5, 40: 0.3}.items():
        assert kernel.critical_ratio(experts) == pytest.approx(ratio, abs=5e-4)
    assert np.isnan(kernel.critical_ratio(4))


def test_kendalls_w_is_the_mean_rank_correlation_rescaled():
    rng = np.random.default_rng(6)
    ratings = rng.permuted(np.tile(np.arange(7), (5, 1)), axis=1)
    rho = np.mean([stats.spearmanr(a, b).statistic for i, a in enumerate(ratings) for b in ratings[:i]])
    assert float(kernel.kendall_w(ratings)) == pytest.approx((4 * rho + 1) / 5, rel=1e-12)


def test_kendalls_w_with_ties_follows_friedmans_test():
    ratings = np.random.default_rng(7).integers(1, 6, size=(8, 6))
    panel = expert_panel(pd.DataFrame(ratings))
    friedman = stats.friedmanchisquare(*ratings.T)
    assert panel.chisq == pytest.approx(friedman.statistic, rel=1e-12)
    assert panel.pvalue == pytest.approx(friedman.pvalue, rel=1e-10)


def test_w_is_one_for_the_same_order_and_undefined_without_any():
    assert float(kernel.kendall_w(np.array([[1, 2, 3], [2, 4, 5]]))) == 1.0
    assert np.isnan(kernel.kendall_w(np.full((3, 4), 2.0)))


def test_a_panel_is_described_by_hand_checked_numbers_and_gaps_are_told():
    ratings = pd.DataFrame({"value": [5, 5, 4, 4], "cost": [2, 3, 4, np.nan]})
    panel = expert_panel(ratings, relevant=4, essential=5)
    value, cost = (panel.elements.loc[i] for i in (0, 1))
    assert (value["mean"], value["cvr"], value["i_cvi"]) == (4.5, 0.0, 1.0)
    assert value["cv"] == pytest.approx(np.sqrt(1 / 3) / 4.5)
    assert (cost["experts"], cost["cvr"], cost["i_cvi"]) == (3, -1.0, pytest.approx(1 / 3))
    assert (panel.s_cvi_ave, panel.s_cvi_ua) == (pytest.approx(2 / 3), 0.5)
    assert panel.notes[1].en == "1 experts with gaps are left out of Kendall's W."
    assert panel.keep(["mean >= 4"]).kept["element"].tolist() == ["value"]


def test_ratings_go_on_to_principal_components():
    rng = np.random.default_rng(9)
    core = rng.normal(size=(60, 2)).repeat(3, axis=1)
    ratings = pd.DataFrame(core + 0.4 * rng.normal(size=(60, 6)), columns=list("abcdef"))
    found = expert_panel(ratings).components(n_components=2)
    assert (found.loadings.abs().to_numpy().argmax(axis=1).reshape(2, 3).std(axis=1) == 0).all()


def test_ratings_that_are_no_panel_are_refused():
    with pytest.raises(DataProblem, match="every column must hold numbers"):
        expert_panel(pd.DataFrame({"a": ["high", "low"], "b": [1, 2]}))
    with pytest.raises(DataProblem, match="two experts and two elements"):
        expert_panel(pd.DataFrame({"a": [1], "b": [2]}))
    with pytest.raises(DataProblem, match="fewer than two experts rated b"):
        expert_panel(pd.DataFrame({"a": [1, 2], "b": [2, np.nan]}))


def test_ratings_that_are_infinite_or_stand_twice_are_refused():
    ratings = pd.DataFrame({"a": [5, 4, np.inf], "b": [3, 3, 2]})
    with pytest.raises(DataProblem, match="infinite ratings of a"):
        expert_panel(ratings)
    with pytest.raises(DataProblem, match="a column stands twice: b"):
        expert_panel(ratings[["b", "b"]])
    with pytest.raises(DataProblem, match="relevant is the least answer that counts"):
        expert_panel(ratings[["b"]].assign(c=1), relevant=float("nan"))
