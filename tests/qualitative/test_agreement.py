import numpy as np
import pandas as pd
import pytest
from statsmodels.stats import inter_rater

from sme_sem.errors import DataProblem
from sme_sem.kernels import agreement as kernel
from sme_sem.qualitative import agreement, read_coding

# Krippendorff (2011), Computing Krippendorff's alpha-reliability: four observers, twelve units
OBSERVERS = {
    "A": "1 2 3 3 2 1 4 1 2 . . .",
    "B": "1 2 3 3 2 2 4 1 2 5 . 3",
    "C": ". 3 3 3 2 3 4 2 2 5 1 .",
    "D": "1 2 3 3 2 4 4 1 2 5 1 .",
}
# Fleiss' kappa, ten subjects by fourteen raters: en.wikipedia.org/wiki/Fleiss'_kappa, worked example
FOURTEEN = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip
# Fleiss (1971), Measuring nominal scale agreement among many raters, Psychological Bulletin 76, 378-382, table 1:
# thirty patients, six psychiatrists each, five diagnoses
SIX = """00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031 00501 30012 51000
         02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"""
# Cohen (1968), Weighted kappa, Psychological Bulletin 70, 213-220: 200 cases, as in the help of psych
PROPORTIONS = [[0.44, 0.07, 0.09], [0.05, 0.20, 0.05], [0.01, 0.03, 0.06]]
# made up; alphas by the Python package krippendorff 0.9.0
GRADES = ["1 2 . 3 5 4 2 1 . 3 5 2", "1 3 2 3 4 4 . 1 5 3 5 1", "2 2 2 . 5 3 2 1 5 4 5 2"]


def observed():
    values = {name: [None if v == "." else int(v) for v in row.split()] for name, row in OBSERVERS.items()}
    return pd.DataFrame(values, dtype=object)


@pytest.mark.parametrize(
    ("scale", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_is_that_of_krippendorffs_example(scale, published):
    assert agreement(observed(), scale=scale, draws=0).alpha == pytest.approx(published, abs=5e-4)


def test_fleiss_kappa_is_that_of_the_worked_example():
    assert float(kernel.fleiss_kappa(np.array(FOURTEEN))) == pytest.approx(0.210, abs=5e-4)


def test_fleiss_kappa_is_that_of_his_own_example():
    counts = np.array([[int(cell) for cell in row] for row in SIX.split()])
    assert (counts.sum(axis=0) / counts.sum()).round(3).tolist() == [0.144, 0.144, 0.167, 0.306, 0.239]
    assert float(kernel.fleiss_kappa(counts)) == pytest.approx(0.430, abs=5e-4)


def test_cohens_kappa_is_that_of_his_own_example():
    assert float(kernel.cohen_kappa(200 * np.array(PROPORTIONS))[0]) == pytest.approx(0.492, abs=5e-4)


@pytest.mark.parametrize(
    ("scale", "theirs"),
    [
        ("nominal", 0.5384615384615384),
        ("ordinal", 0.9072235576923077),
        ("interval", 0.9101883148237566),
        ("ratio", 0.8460294297221327),
    ],
)
def test_alpha_is_that_of_the_package_krippendorff(scale, theirs):
    rows = [[None if cell == "." else int(cell) for cell in row.split()] for row in GRADES]
    table = pd.DataFrame(dict(enumerate(rows)), dtype=object)
    assert agreement(table, scale=scale, draws=0).alpha == pytest.approx(theirs, rel=1e-12)


def test_kappas_are_those_of_statsmodels():
    rng = np.random.default_rng(3)
    for _ in range(20):
        table = rng.integers(1, 30, size=(4, 4))
        theirs = inter_rater.cohens_kappa(table)
        kappa, error = kernel.cohen_kappa(table)
        assert float(kappa) == pytest.approx(theirs.kappa, rel=1e-12)
        assert float(error) == pytest.approx(theirs.std_kappa, rel=1e-12)
        counts = rng.multinomial(6, [0.5, 0.3, 0.2], size=25)
        assert float(kernel.fleiss_kappa(counts)) == pytest.approx(inter_rater.fleiss_kappa(counts), rel=1e-12)


def test_cohens_kappa_by_hand():
    assert float(kernel.cohen_kappa(np.array([[20, 5], [10, 15]]))[0]) == pytest.approx(0.4, rel=1e-14)


def test_perfect_agreement_is_one_and_chance_is_near_zero():
    rng = np.random.default_rng(1)
    said = rng.integers(0, 4, 4000)
    same = agreement(pd.DataFrame({"a": said, "b": said}), draws=0)
    apart = agreement(pd.DataFrame({"a": said, "b": rng.permutation(said)}), draws=0)
    assert (same.alpha, same.fleiss, same.pairs.loc[0, "kappa"]) == (1.0, 1.0, 1.0)
    assert max(abs(apart.alpha), abs(apart.fleiss), abs(apart.pairs.loc[0, "kappa"])) < 0.03


def test_alpha_of_complete_nominal_judgements_is_fleiss_kappa_with_a_small_sample_correction():
    counts = np.random.default_rng(2).multinomial(5, [0.6, 0.3, 0.1], size=30).astype(float)
    alpha = kernel.krippendorff_alpha(kernel.coincidences(counts), np.arange(3.0))
    kappa, n = kernel.fleiss_kappa(counts), counts.sum()
    assert float(alpha) == pytest.approx(1 - (n - 1) / n * (1 - float(kappa)), rel=1e-12)


def test_a_batch_of_weighted_samples_is_its_members():
    counts = np.random.default_rng(4).multinomial(3, [0.5, 0.3, 0.2], size=12).astype(float)
    weight = np.random.default_rng(5).multinomial(12, np.full(12, 1 / 12), size=6).astype(float)
    batch = kernel.krippendorff_alpha(kernel.coincidences(counts, weight), np.arange(3.0), "ordinal")
    for own, value in zip(weight, batch, strict=True):
        repeated = np.repeat(counts, own.astype(int), axis=0)
        alone = kernel.krippendorff_alpha(kernel.coincidences(repeated), np.arange(3.0), "ordinal")
        assert value == pytest.approx(float(alone), rel=1e-12)


def test_the_interval_follows_the_seed_and_holds_alpha():
    first, again, other = (agreement(observed(), seed=s) for s in (1, 1, 2))
    assert (first.alpha_ci_lower, first.alpha_ci_upper) == (again.alpha_ci_lower, again.alpha_ci_upper)
    assert first.alpha_ci_lower != other.alpha_ci_lower
    assert first.alpha_ci_lower < first.alpha < first.alpha_ci_upper


def test_coded_segments_are_compared_where_coders_met_and_ambiguous_ones_left_out():
    rows = [("s1", "Li", "x"), ("s1", "Wang", "x"), ("s2", "Li", "y"), ("s2", "Wang", "x"), ("s3", "Li", "y")]
    rows += [("s3", "Wang", "y"), ("s4", "Li", "x"), ("s4", "Li", "y"), ("s4", "Wang", "y"), ("s5", "Li", "x")]
    frame = pd.DataFrame(rows, columns=["segment", "coder", "category"])
    coding = read_coding(frame.assign(source="F1", concept=frame["category"] + frame.index.astype(str)))
    result = agreement(coding, draws=0)
    assert result.pairs.loc[0, "units"] == 3
    assert result.pairs.loc[0, "percent"] == pytest.approx(200 / 3)
    assert result.pairs.loc[0, "kappa"] == pytest.approx(0.4)
    assert [n.en for n in result.notes] == [
        "1 segments that a coder gave several codes are left out.",
        "1 units that not everybody judged are left out of Fleiss' kappa.",
    ]


def test_coders_who_use_one_category_only_have_no_kappa():
    result = agreement(pd.DataFrame({"a": ["x"] * 5, "b": ["x"] * 5}), draws=10)
    assert np.isnan([result.alpha, result.fleiss, result.pairs.loc[0, "kappa"], result.alpha_ci_lower]).all()


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(DataProblem, match="units that two coders or more have judged"):
        agreement(pd.DataFrame({"a": ["x", None], "b": [None, "x"]}))
    with pytest.raises(DataProblem, match="a judgement of b is 'high'; scale='interval' needs numbers"):
        agreement(pd.DataFrame({"a": [1, 2], "b": [1, "high"]}), scale="interval")


def test_one_code_is_one_code_however_a_coder_wrote_it():
    numbers, texts = [1, 2, 1, 2, np.nan], ["1 ", " 2", "1", "2", " "]
    judged = pd.DataFrame({"A": numbers, "B": texts})
    assert agreement(judged, draws=0).alpha == 1.0
    assert judged["B"].tolist() == texts  # the caller's own


@pytest.mark.parametrize(("first", "kind"), [([1, 2, 1, 2, None], "Int64"), (["a", "b", "a", "b", None], "string")])
def test_gaps_are_gaps_however_pandas_writes_them(first, kind):
    plain = pd.DataFrame({"A": first, "B": [*first[:3], first[0], first[1]]})
    scales = ["nominal", "interval"] if kind == "Int64" else ["nominal"]
    for scale in scales:
        assert agreement(plain.astype(kind), scale=scale, draws=9).alpha == agreement(plain, scale=scale, draws=9).alpha


def test_several_codes_in_one_cell_and_an_empty_table_are_refused():
    with pytest.raises(DataProblem, match=r"a judgement of A is \['x'\] \(unit 7\); give each unit one code"):
        agreement(pd.DataFrame({"A": [["x"]], "B": ["x"]}, index=[7]))
    with pytest.raises(DataProblem, match="two coders"):
        agreement(pd.DataFrame(), scale="interval")
