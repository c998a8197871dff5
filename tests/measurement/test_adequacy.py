"""KMO and Bartlett's test: psych's numbers, second formulas, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sme_sem.errors import DataProblem, SmeSemError, SpecificationError
from sme_sem.measurement import adequacy
from sme_sem.tables import text


def test_kmo_and_bartlett_agree_with_psych(firms, firms_reference):
    result = adequacy(firms)
    assert result.kmo == pytest.approx(firms_reference["kmo"], rel=1e-9)
    np.testing.assert_allclose(result.kmo_items, firms_reference["kmo_items"], rtol=1e-9)
    assert list(result.kmo_items.index) == firms_reference["items"]
    assert result.bartlett_chisq == pytest.approx(firms_reference["bartlett_chisq"], rel=1e-9)
    assert result.bartlett_df == firms_reference["bartlett_df"]


def test_kmo_is_found_again_from_the_inverse_correlations(pupils):
    R = pupils.corr().to_numpy()
    P = np.linalg.inv(R)
    partial = -P / np.sqrt(np.outer(np.diag(P), np.diag(P)))
    off = ~np.eye(9, dtype=bool)
    expected = (R[off] ** 2).sum() / ((R[off] ** 2).sum() + (partial[off] ** 2).sum())
    assert adequacy(pupils).kmo == pytest.approx(expected, rel=1e-10)


def test_bartlett_is_found_again_from_the_eigenvalues(pupils):
    result = adequacy(pupils)
    expected = -(300 - (2 * 9 + 5) / 6) * np.log(np.linalg.eigvalsh(pupils.corr())).sum()
    assert result.bartlett_chisq == pytest.approx(expected, rel=1e-10)
    assert result.bartlett_pvalue == pytest.approx(stats.chi2.sf(expected, 36), rel=1e-8)


def test_units_change_nothing_and_raise_no_false_alarm(pupils):
    small = adequacy(pupils * 1e-4)
    assert small.kmo == pytest.approx(adequacy(pupils).kmo, rel=1e-10)


def test_bartlett_holds_its_level_when_items_are_unrelated():
    rng = np.random.default_rng(7)
    rejected = np.mean([adequacy(pd.DataFrame(rng.normal(size=(60, 4)))).bartlett_pvalue < 0.1 for _ in range(400)])
    assert rejected == pytest.approx(0.1, abs=3 * np.sqrt(0.1 * 0.9 / 400))


def test_rows_with_a_gap_are_left_out_and_counted(pupils):
    pupils.loc[[3, 5, 7], "x4"] = np.nan
    result = adequacy(pupils)
    assert result.n == 298
    assert result.kmo == adequacy(pupils.dropna()).kmo
    assert [str(note) for note in result.tables()[0].notes] == [
        "N = 298 of 301 respondents; 3 left out (listwise) because an answer is missing."
    ]


def test_the_table_is_written_in_both_languages(pupils):
    table, items = adequacy(pupils).tables()
    assert (table.name, items.name) == ("kmo_bartlett", "kmo_items")
    assert "KMO and Bartlett's test" in text.render(table)
    assert "< .001" in text.render(table)
    for words in (
        "KMO和巴特利特检验",
        "KMO取样适切性量数",
        "巴特利特球形度检验：近似卡方",
        "自由度",
        "显著性",
    ):
        assert words in text.render(table, "zh")


def problem(frame):
    with pytest.raises(SmeSemError) as caught:
        adequacy(frame)
    return type(caught.value), str(caught.value)


def test_constant_items_are_named(pupils):
    assert problem(pupils.assign(x2=1.0, x5=2.0)) == (
        DataProblem,
        "everybody gave the same answer to x2, x5: no correlations. Leave it out.",
    )


def test_more_items_than_respondents_are_refused(pupils):
    pupils.loc[9, "x1"] = np.nan
    assert problem(pupils.head(10)) == (
        DataProblem,
        "9 complete respondents (of 10) for 9 items: at least 10 are needed, and in practice several times "
        "as many. Take fewer items, or fill in or collect more answers.",
    )


def test_a_total_beside_its_parts_is_named_with_them(pupils):
    pupils["total"] = pupils["x1"] + pupils["x2"]
    assert problem(pupils) == (
        DataProblem,
        "the correlation matrix is singular: x1, x2, total can be computed from one another "
        "(a duplicate, or a total beside its parts). Leave one out.",
    )


def test_one_column_has_no_correlations(pupils):
    assert problem(pupils[["x1"]]) == (DataProblem, "1 item: correlations need at least two.")


def test_infinite_answers_are_named(pupils):
    pupils.loc[0, "x3"] = np.inf
    assert problem(pupils) == (
        DataProblem,
        "infinite values in x3. Make them missing, or correct them.",
    )


def test_two_columns_of_one_name_are_refused(pupils):
    assert problem(pupils.rename(columns={"x2": "x1"})) == (
        SpecificationError,
        "named more than once: x1. Every item counts once.",
    )


@given(
    st.lists(
        st.tuples(*[st.one_of(st.integers(1, 5).map(float), st.just(np.nan), st.just(np.inf))] * 3),
        max_size=12,
    )
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_answered_there_is_a_result_or_an_explanation(rows):
    try:
        result = adequacy(pd.DataFrame(rows, columns=["a", "b", "c"], dtype=float))
    except SmeSemError:
        return
    assert np.isnan(result.kmo) or 0 <= result.kmo <= 1
    assert 0 <= result.bartlett_pvalue <= 1
