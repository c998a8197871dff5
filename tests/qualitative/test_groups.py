import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats import multitest
from statsmodels.stats.contingency_tables import Table2x2

from sme_sem.errors import DataProblem
from sme_sem.qualitative import compare_groups, read_coding

FIRMS = {"market": 90, "capability": 80, "policy": 60, "team": 46, "cooperation": 30}  # 306 keywords
GOVERNMENT = {"policy": 95, "cooperation": 50, "market": 40, "capability": 22, "team": 2}  # 209 keywords


@pytest.fixture
def coding():
    rows = [
        (f"{group} {i % 10}", group, f"{group} {code} {i}", code)
        for group, named in (("firm", FIRMS), ("government", GOVERNMENT))
        for code, times in named.items()
        for i in range(times)
    ]
    return read_coding(pd.DataFrame(rows, columns=["source", "group", "segment", "concept"]))


def test_counts_and_ranks_are_exact(coding):
    result = compare_groups(coding, "concept")
    table = result.table.set_index("code")
    assert result.sizes == (306, 209)
    assert table["first"].to_dict() == FIRMS and table["second"].to_dict() == GOVERNMENT
    assert table.loc["policy", ["first_rank", "second_rank"]].tolist() == [3, 1]
    assert table.loc["team", ["first_rank", "second_rank"]].tolist() == [4, 5]


def test_tests_and_odds_are_those_of_statsmodels(coding):
    table = compare_groups(coding, "concept").table.set_index("code")
    for code in ("market", "policy", "cooperation"):
        theirs = Table2x2([[FIRMS[code], GOVERNMENT[code]], [306 - FIRMS[code], 209 - GOVERNMENT[code]]])
        own = table.loc[code]
        independent = theirs.test_nominal_association()
        assert own["chisq"] == pytest.approx(independent.statistic, rel=1e-10)
        assert own["pvalue"] == pytest.approx(independent.pvalue, rel=1e-9)
        assert own["cramers_v"] == pytest.approx(np.sqrt(independent.statistic / 515), rel=1e-10)
        assert own["odds_ratio"] == pytest.approx(theirs.oddsratio, rel=1e-10)
        assert (own["or_ci_lower"], own["or_ci_upper"]) == pytest.approx(theirs.oddsratio_confint(), rel=1e-9)
    holm = multitest.multipletests(table["pvalue"], method="holm")[1]
    assert np.allclose(table["pvalue_holm"], holm, rtol=1e-12, atol=0)


def test_the_whole_table_is_tested_too(coding):
    result = compare_groups(coding, "concept")
    test = stats.chi2_contingency([[FIRMS[c], GOVERNMENT[c]] for c in FIRMS])
    assert (result.chisq, result.df) == pytest.approx((test.statistic, 4), rel=1e-12)
    assert result.rank_correlation == pytest.approx(1 - 6 * 22 / 120, abs=1e-12)  # rank differences 2, 2, 2, 1, 3


def test_the_whole_test_is_that_of_a_published_table():
    """Agresti (2007), An Introduction to Categorical Data Analysis, 2nd ed., table 2.5: X2 = 30.1, df = 2, p < .001."""
    parties = ("Democrat", "independent", "Republican")
    named = {"women": (762, 327, 468), "men": (484, 239, 477)}
    rows = [(f"{g}{c}{i}", g, c) for g, held in named.items() for c, n in zip(parties, held) for i in range(n)]
    result = compare_groups(read_coding(pd.DataFrame(rows, columns=["source", "group", "concept"])), "concept")
    assert (round(result.chisq, 1), result.df) == (30.1, 2)
    assert result.pvalue == pytest.approx(2.954e-07, rel=5e-4)  # chisq.test of R 4.2.2


def test_small_expectations_get_fishers_test_and_empty_cells_a_half():
    rows = [("F", "a")] * 8 + [("F", "b")] * 1 + [("G", "a")] * 9
    frame = pd.DataFrame([(f"s{i}", g, c) for i, (g, c) in enumerate(rows)], columns=["source", "group", "concept"])
    own = compare_groups(read_coding(frame), "concept").table.set_index("code").loc["b"]
    assert np.isnan(own["chisq"]) and own["pvalue"] == pytest.approx(1.0)
    assert own["odds_ratio"] == pytest.approx(1.5 * 9.5 / (0.5 * 8.5), rel=1e-12)


def test_sources_count_once_on_request(coding):
    result = compare_groups(coding, "concept", unit="sources")
    assert result.sizes == (10, 10)
    assert result.table.set_index("code").loc["team", ["first", "second"]].tolist() == [10, 2]


def test_a_comparison_needs_two_known_groups(coding):
    with pytest.raises(DataProblem, match=r"no respondent group is named 'firms'. Did you mean 'firm'"):
        compare_groups(coding, "concept", groups=("firms", "government"))
    alone = read_coding(pd.DataFrame({"source": ["F"], "concept": ["a"]}))
    with pytest.raises(DataProblem, match=r"needs two groups; the coding has 0 \(no group named\)"):
        compare_groups(alone, "concept")
