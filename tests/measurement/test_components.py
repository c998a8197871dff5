"""Principal components: psych's loadings, rotations at rest, and tables as analysts know them."""

import numpy as np
import pandas as pd
import pytest

from sme_sem.errors import DataProblem, SmeSemError, SpecificationError
from sme_sem.kernels import rotation as kernel
from sme_sem.measurement import components, polychoric
from sme_sem.tables import text

VARIANCE_COLUMNS = [
    *["component", "eigenvalue", "percent", "cumulative"],
    *["extraction", "extraction_percent", "extraction_cumulative"],
    *["rotation", "rotation_percent", "rotation_cumulative"],
]
ROTATIONS = ["none", "varimax", "promax", "oblimin"]
OBLIQUE = ["promax", "oblimin"]


def columns_apart(ours, theirs):
    """Distance of every column of theirs from its nearest of ours, up to sign."""
    return [min(np.abs(sign * ours - column[:, None]).max(axis=0).min() for sign in (1, -1)) for column in theirs.T]


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_loadings_agree_with_psych(abilities, abilities_reference, rotation):
    result = components(cov=abilities, n=213, n_components=3, rotation=rotation)
    theirs = np.array(abilities_reference["loadings"][rotation])
    apart = columns_apart(result.loadings.to_numpy(), theirs)
    assert max(apart) < abilities_reference["tolerance"][rotation]
    np.testing.assert_allclose(result.eigenvalues, abilities_reference["eigenvalues"], rtol=1e-12)


@pytest.mark.parametrize("rotation", OBLIQUE)
def test_component_correlations_agree_with_psych(abilities, abilities_reference, rotation):
    result = components(cov=abilities, n_components=3, rotation=rotation)
    theirs = np.array(abilities_reference["correlations"][rotation])
    ours = result.correlations.to_numpy()
    pairs = np.triu_indices(3, 1)
    np.testing.assert_allclose(np.sort(ours[pairs]), np.sort(theirs[pairs]), atol=1e-3)


def test_varimax_stands_still_at_its_answer(firms):
    result = components(firms, n_components=9)
    L = result.loadings.to_numpy()
    directions = L / np.sqrt(result.communalities.to_numpy()[:, None])
    assert np.abs(kernel.conditions(kernel.varimax, directions, np.eye(9), oblique=False)).max() < 1e-8


def test_oblimin_stands_still_at_its_answer(firms):
    result = components(firms, n_components=9, rotation="oblimin")
    L, phi = result.loadings.to_numpy(), result.correlations.to_numpy()
    assert np.abs(kernel.conditions(kernel.quartimin, L, phi, oblique=True)).max() < 1e-6


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_rotation_changes_neither_communalities_nor_what_is_reproduced(pupils, rotation):
    plain = components(pupils, n_components=3, rotation="none")
    result = components(pupils, n_components=3, rotation=rotation)
    L, phi = result.loadings.to_numpy(), result.correlations.to_numpy()
    np.testing.assert_allclose(L @ phi @ L.T, plain.loadings @ plain.loadings.T, atol=1e-12)
    np.testing.assert_allclose(result.communalities, plain.communalities, rtol=1e-12)
    np.testing.assert_allclose(np.diag(phi), 1, rtol=1e-12)
    np.testing.assert_allclose(result.structure, L @ phi, rtol=1e-12)


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_columns_have_positive_sums_and_stand_in_order_of_variance(firms, rotation):
    result = components(firms, n_components=9, rotation=rotation)
    assert (result.loadings.sum() > 0).all()
    rotated = result.variance["rotation"].dropna().to_numpy()
    assert (np.diff(rotated) <= 0).all()
    assert list(result.loadings) == [f"PC{j}" for j in range(1, 10)]


def test_planted_clusters_are_found_under_any_rotation():
    pattern = np.kron(np.eye(2), np.array([[0.9], [0.8], [0.7]]))
    R = pattern @ pattern.T + np.diag(1 - (pattern**2).sum(axis=1))
    frame = pd.DataFrame(R, columns=list("abcdef"), index=list("abcdef"))
    for rotation in ("varimax", "promax", "oblimin"):
        L = components(cov=frame, n_components=2, rotation=rotation).loadings
        assert np.abs(L.loc[list("abc"), "PC1"]).min() * np.abs(L.loc[list("def"), "PC2"]).min() > 0.5 or (
            np.abs(L.loc[list("abc"), "PC2"]).min() * np.abs(L.loc[list("def"), "PC1"]).min() > 0.5
        )
        assert np.sort(np.abs(L.to_numpy()), axis=1)[:, 0].max() < 1e-6


def test_variance_explained_adds_up(pupils):
    result = components(pupils, n_components=3)
    table = result.variance
    assert list(table) == VARIANCE_COLUMNS
    assert table["eigenvalue"].sum() == pytest.approx(9)
    own = np.linalg.eigvalsh(pupils.corr())[::-1]
    np.testing.assert_allclose(table["eigenvalue"], own, rtol=1e-10)
    np.testing.assert_allclose(table["percent"], own / 0.09, rtol=1e-10)
    np.testing.assert_allclose(table["cumulative"], own.cumsum() / 0.09, rtol=1e-10)
    np.testing.assert_allclose(table["extraction"][:3], own[:3], rtol=1e-10)
    np.testing.assert_allclose(table["extraction_percent"][:3], own[:3] / 0.09, rtol=1e-10)
    np.testing.assert_allclose(table["extraction_cumulative"][:3], own[:3].cumsum() / 0.09, rtol=1e-10)
    turned = (result.loadings.to_numpy() ** 2).sum(axis=0)
    np.testing.assert_allclose(table["rotation"][:3], turned, rtol=1e-10)
    np.testing.assert_allclose(table["rotation_percent"][:3], turned / 0.09, rtol=1e-10)
    assert table["extraction"].sum() == pytest.approx(table["rotation"].sum())
    assert table["rotation_cumulative"][2] == pytest.approx(100 * result.communalities.sum() / 9)
    assert table.loc[3:, "extraction":].isna().all().all()


def test_correlated_components_have_no_percentages_that_could_be_added(pupils):
    table = components(pupils, n_components=3, rotation="oblimin").variance
    assert table["rotation"].notna().sum() == 3
    assert table[["rotation_percent", "rotation_cumulative"]].isna().all().all()


def test_without_a_number_components_above_one_are_kept_and_the_table_says_so(pupils):
    result = components(pupils)
    assert result.loadings.shape[1] == (result.eigenvalues > 1).sum() == 3
    notes = [str(note) for note in result.tables()[0].notes]
    assert "Components with an eigenvalue above 1 were kept (Kaiser's criterion)." in notes
    assert not any("Kaiser" in str(note) for note in components(pupils, 3).tables()[0].notes)


def test_one_component_needs_no_rotation(pupils):
    for rotation in ROTATIONS:
        result = components(pupils, n_components=1, rotation=rotation)
        assert result.loadings["PC1"].pow(2).sum() == pytest.approx(result.eigenvalues[1])


def test_an_item_unrelated_to_what_is_kept_is_left_in_peace():
    R = np.eye(5)
    R[:2, :2] = [[1, 0.8], [0.8, 1]]
    R[2:4, 2:4] = [[1, 0.6], [0.6, 1]]
    result = components(cov=pd.DataFrame(R, index=list("abcde"), columns=list("abcde")), n_components=2)
    np.testing.assert_allclose(result.loadings.loc["e"], 0, atol=1e-12)
    np.testing.assert_allclose(result.communalities, [0.9, 0.9, 0.8, 0.8, 0], atol=1e-12)


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_scores_have_the_correlations_the_loadings_say(pupils, rotation):
    result = components(pupils, n_components=3, rotation=rotation)
    scores = result.scores()
    np.testing.assert_allclose(scores.mean(), 0, atol=1e-12)
    np.testing.assert_allclose(scores.cov(), result.correlations, atol=1e-10)
    with_items = pd.concat([pupils, scores], axis=1).corr().loc[list(pupils), list(scores)]
    np.testing.assert_allclose(with_items, result.structure, atol=1e-10)


def test_scores_keep_the_rows_and_a_gap_stays_a_gap(pupils):
    pupils.index = [f"r{i % 200}" for i in range(301)]
    pupils.iloc[5, 2] = np.nan
    scores = components(pupils, n_components=2).scores()
    assert scores.index.equals(pupils.index)
    assert scores.iloc[5].isna().all()
    assert scores.notna().all(axis=1).sum() == 300


def test_a_covariance_matrix_gives_what_the_answers_give(pupils):
    of_answers, of_matrix = components(pupils, 3), components(cov=pupils.cov(), n=301, n_components=3)
    np.testing.assert_allclose(of_matrix.loadings, of_answers.loadings, atol=1e-10)
    assert str(of_matrix.tables()[0].notes[0]) == "N = 301."
    with pytest.raises(DataProblem, match="scores need the answers"):
        of_matrix.scores()


def test_reversing_an_item_turns_its_loadings_and_nothing_else(pupils):
    plain, reverse = components(pupils, 3), components(pupils.assign(x2=-pupils["x2"]), 3)
    expected = plain.loadings.copy()
    expected.loc["x2"] *= -1
    np.testing.assert_allclose(reverse.loadings, expected, atol=1e-8)


def test_loadings_are_printed_by_component_without_the_small_ones(pupils):
    result = components(pupils, n_components=3)
    table = result.tables()[1]
    assert table.name == "rotated_components"
    frame = table.frame()
    shown = frame[["PC1", "PC2", "PC3"]]
    strongest = shown.abs().max(axis=1).groupby(shown.abs().to_numpy(na_value=0).argmax(axis=1))
    assert all(group.is_monotonic_decreasing for _, group in strongest)
    assert shown.abs().min().min() >= 0.5
    assert (result.loadings.abs() < 0.5).any().any()
    assert sorted(frame["item"]) == sorted(pupils)
    everything = components(pupils, 3, suppress=0).tables()[1]
    assert everything.frame()[["PC1", "PC2", "PC3"]].notna().all().all()


def test_the_tables_are_written_in_both_languages(pupils):
    variance, rotated = components(pupils, n_components=3).tables()
    assert variance.name == "total_variance_explained"
    for words in ("总方差解释", "初始特征值", "提取载荷平方和", "旋转载荷平方和", "总计", "方差百分比", "累积百分比"):
        assert words in text.render(variance, "zh")
    for words in (
        "旋转后的成分矩阵",
        "公因子方差",
        "提取方法：主成分分析。",
        "旋转方法：凯撒正态化最大方差法。",
    ):
        assert words in text.render(rotated, "zh")
    assert "Loadings below .500 in size are not shown." in text.render(rotated)


@pytest.mark.parametrize("rotation", ["varimax", *OBLIQUE])
def test_one_component_is_not_rotated(pupils, rotation):
    found = components(pupils, 1, rotation)
    assert [table.name for table in found.tables()] == ["total_variance_explained", "component_matrix"]
    assert "otation" not in str(found) and "correlate" not in str(found)


@pytest.mark.parametrize(
    "rotation, names",
    [
        ("none", ["total_variance_explained", "component_matrix"]),
        ("varimax", ["total_variance_explained", "rotated_components"]),
        *[
            (
                r,
                [
                    "total_variance_explained",
                    "rotated_components",
                    "structure_matrix",
                    "component_correlations",
                ],
            )
            for r in OBLIQUE
        ],
    ],
)
def test_every_rotation_brings_the_tables_it_needs(pupils, rotation, names):
    result = components(pupils, n_components=2, rotation=rotation)
    assert [table.name for table in result.tables()] == names
    for table in result.tables():
        assert text.render(table, "zh") != text.render(table)


def problem(*arguments, **options):
    with pytest.raises(SmeSemError) as caught:
        components(*arguments, **options)
    return type(caught.value), str(caught.value)


def test_a_misspelt_rotation_is_named_with_the_nearest(pupils):
    assert problem(pupils, rotation="varimx") == (
        SpecificationError,
        "rotation='varimx' is not available; it can be 'varimax', 'promax', 'oblimin', 'geomin', 'quartimax', "
        "'equamax', 'none'. Did you mean 'varimax' or 'quartimax'?",
    )


@pytest.mark.parametrize("number", [0, 10, 2.5, True, "three", float("nan")])
def test_an_impossible_number_of_components_is_refused(pupils, number):
    assert problem(pupils, number) == (
        SpecificationError,
        f"n_components={number!r}: give a whole number from 1 to 9.",
    )


def test_answers_and_covariances_together_are_refused(pupils):
    message = "give either the answers (frame) or their covariances (cov), and only one of them"
    assert problem(pupils, cov=pupils.cov()) == (SpecificationError, message)
    assert problem() == (SpecificationError, message)


def test_uncorrelated_items_have_no_component_above_one():
    kind, message = problem(cov=pd.DataFrame(np.eye(4)))
    assert kind is DataProblem
    assert message == "no eigenvalue exceeds 1: the items are uncorrelated. Give n_components to go on."


@pytest.mark.parametrize(
    "matrix, message",
    [
        ([[1, 0.5, 0.2], [0.5, 1, 0.1]], "cov must be square with at least two items, got 2 x 3."),
        ([[1.0]], "cov must be square with at least two items, got 1 x 1."),
        (
            [[1, 0.5], [0, 1]],
            "cov must be symmetric and without gaps; give the full matrix, not one triangle.",
        ),
        (
            [[1, np.nan], [np.nan, 1]],
            "cov must be symmetric and without gaps; give the full matrix, not one triangle.",
        ),
        ([[1, 0], [0, 0]], "no variance in 1: the diagonal of cov must be positive."),
        ([["a", "b"], ["c", "d"]], "cov holds something that is not a number."),
        (
            [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]],
            "not a covariance matrix: its smallest eigenvalue is negative (-0.8). "
            "Compute it from complete answers (listwise), and give it with all its digits.",
        ),
        (
            [[1, 1, 0.3], [1, 1, 0.3], [0.3, 0.3, 1]],
            "the correlation matrix is singular: 0, 1 can be computed from one another "
            "(a duplicate, or a total beside its parts). Leave one out.",
        ),
    ],
)
def test_a_matrix_that_holds_no_covariances_is_refused(matrix, message):
    assert problem(cov=pd.DataFrame(matrix)) == (DataProblem, message)


def test_text_among_the_answers_is_refused_by_the_column_s_name(pupils):
    assert problem(pupils.assign(city="Beijing")) == (
        DataProblem,
        "not numeric: 'city' (such as 'Beijing'). Give answers as numbers and leave empty what was not answered, or "
        "leave the column out; labels become numbers where an instrument reads the answers.",
    )


def test_polychoric_components_are_those_of_the_polychoric_matrix(survey):
    items = survey.iloc[:, :8]
    found = components(items, 2, correlation="polychoric")
    from_matrix = components(cov=polychoric(items).correlation, n_components=2)
    np.testing.assert_allclose(found.loadings, from_matrix.loadings, atol=1e-12)
    assert any("Polychoric correlations" in str(note) for note in found.notes)
    with pytest.raises(DataProblem, match="scores need the answers"):
        found.scores()


def test_columns_with_names_of_several_levels_are_refused():
    frame = pd.DataFrame(np.eye(5), columns=pd.MultiIndex.from_product([["x"], list("abcde")]))
    with pytest.raises(DataProblem, match="the columns have names of 2 levels; give each one name"):
        components(frame)
