"""Permutation tests of invariance: what they are made of, and whether they find what was planted."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from comparison.test_invariance import ONE, in_categories, two_regions
from sem.holzinger import MODEL, pupils
from sme_sem.comparison import permutation
from sme_sem.tables import text

STEPS = ("configural", "metric", "scalar")
# metric step of hs.csv by school, lavaan 0.6-14: 200 permutations by R's sample(), seed 632; p and its 95 % point
LAVAAN = {
    "chisq": (0.388, 15.83),
    "cfi": (0.388, -0.01109),
    "tli": (0.463, -0.00395),
    "rmsea": (0.408, 0.00172),
    "srmr": (0.562, 0.00969),
}


def dealt(result, seed, numbers):
    """Measures of every step in some permutations."""
    free = dict.fromkeys(result.fits, ())
    return permutation._dealt(permutation.Task(result._design, result.fits, free, seed, numbers))


@pytest.mark.parametrize(
    ("frame", "options"),
    [
        (two_regions(120), {}),
        (two_regions(120), {"estimator": "MLR"}),
        (two_regions(120), {"likelihood": "wishart"}),
        (two_regions(120).mask(lambda f: f == f["t1"].max()), {"missing": "fiml"}),
        (two_regions(120).mask(lambda f: f == f["t1"].max()), {"missing": "pairwise"}),
        (two_regions(120).mask(lambda f: f == f["t1"].max()), {"missing": "robust_two_stage"}),
        (two_regions(120).assign(w=np.linspace(0.5, 1.5, 240)), {"weights": "w"}),
        (two_regions(120), {"estimator": "GLS"}),
        (in_categories(two_regions(120)), {"ordered": True}),
    ],
)
def test_a_permutation_is_a_fit_of_answers_dealt_out_again(frame, options):
    result = sme.invariance(ONE, frame, group="region", steps=STEPS, **options)
    found = dealt(result, 7, range(2))
    order = np.random.default_rng(np.random.SeedSequence(7, spawn_key=(1,))).permutation(len(frame))
    again = frame.iloc[order].reset_index(drop=True).assign(region=frame["region"])
    own = sme.invariance(ONE, again, group="region", steps=STEPS, **options)
    for step, measured in zip(STEPS, found[1], strict=True):
        measures = own.fits[step].measures()
        expected = [measures[name] for name in permutation.MEASURES]
        assert measured == pytest.approx(expected, rel=1e-6, abs=1e-7)
    assert not np.allclose(found[0], found[1])


def test_respondents_set_aside_are_not_dealt_out():
    frame = two_regions(100)
    frame.loc[:9, "t1"] = np.nan
    result = sme.invariance(ONE, frame, group="region", steps=STEPS)
    without = sme.invariance(ONE, frame.iloc[10:], group="region", steps=STEPS)
    assert dealt(result, 3, range(3)) == pytest.approx(dealt(without, 3, range(3)), rel=1e-8, abs=1e-9)


def test_p_is_the_share_that_does_no_better_and_counts_what_was_observed():
    random = np.random.default_rng(1)
    drawn = random.normal(size=(99, 2, 5))
    observed = random.normal(size=(2, 5))
    table = permutation._summed_up(("metric", "scalar"), observed, drawn, 100).set_index(["step", "measure"])
    for s, step in enumerate(("metric", "scalar")):
        for m, measure in enumerate(permutation.MEASURES):
            higher_is_worse = measure in ("chisq", "rmsea", "srmr")
            as_bad = drawn[:, s, m] >= observed[s, m] if higher_is_worse else drawn[:, s, m] <= observed[s, m]
            assert table.loc[(step, measure), "pvalue"] == pytest.approx((1 + as_bad.sum()) / 100)
    assert (table["failed"] == 1).all() and (table["permutations"] == 99).all()


def test_a_planted_intercept_is_found_at_the_scalar_step_only():
    found = sme.invariance(
        ONE, two_regions(intercept=0.4), group="region", permutations=99, seed=1, progress=False
    ).permutation
    pvalues = found.pivot(index="step", columns="measure", values="pvalue")
    assert (pvalues.loc["scalar"] < 0.05).all()
    assert (pvalues.drop(index="scalar") > 0.05).all(axis=None)


def test_of_an_ordered_item_a_planted_loading_is_found():
    frame = in_categories(two_regions(loading=0.3))
    result = sme.invariance(ONE, frame, group="region", steps=("configural", "metric"), ordered=True)
    found = sme.invariance(
        ONE,
        frame,
        group="region",
        steps=("configural", "thresholds", "metric"),
        ordered=True,
        permutations=19,
        progress=False,
    )
    pvalues = found.permutation.set_index(["step", "measure"])["pvalue"]
    assert pvalues["metric", "chisq"] == pytest.approx(1 / 20)
    assert pvalues["thresholds", "chisq"] > 0.05
    assert result.permutation is None


def test_the_distribution_by_chance_is_near_the_chi_square_where_that_holds():
    frame = two_regions(400)
    found = sme.invariance(ONE, frame, group="region", permutations=200, seed=2, progress=False)
    row = found.permutation.set_index(["step", "measure"]).loc[("metric", "chisq")]
    assert row["critical"] == pytest.approx(7.81, abs=1.6)  # 95 % of chi-square with 3 df; 200 draws
    assert row["pvalue"] == pytest.approx(found.table.set_index("step").loc["metric", "pvalue_diff"], abs=0.1)


def test_pupils_give_what_permutations_in_lavaan_give():
    found = sme.invariance(MODEL, pupils(), group="school", permutations=300, seed=1, progress=False).permutation
    rows = found.set_index(["step", "measure"])
    for measure, (pvalue, critical) in LAVAAN.items():
        row = rows.loc[("metric", measure)]
        assert row["pvalue"] == pytest.approx(pvalue, abs=0.13)  # three standard errors of two such shares
        assert row["critical"] == pytest.approx(critical, rel=0.25, abs=0.0025)
    assert rows.loc[("scalar", "chisq"), "pvalue"] == pytest.approx(1 / 301)


def test_any_number_of_workers_gives_the_same_bytes():
    arguments = {"group": "region", "permutations": 60, "seed": 4, "progress": False}
    one = sme.invariance(ONE, two_regions(80), workers=1, **arguments).permutation
    two = sme.invariance(ONE, two_regions(80), workers=2, **arguments).permutation
    assert one.to_csv() == two.to_csv()
    other = sme.invariance(ONE, two_regions(80), **{**arguments, "seed": 5}).permutation
    assert one.to_csv() != other.to_csv()


def test_progress_begins_at_nothing_and_ends_with_all():
    told = []
    sme.invariance(
        ONE, two_regions(80), group="region", permutations=30, progress=lambda done, all_: told.append((done, all_))
    )
    assert told == [(0, 30), (25, 30), (30, 30)]


def test_permutations_without_estimates_are_counted_and_too_many_of_them_are_refused():
    result = sme.invariance(ONE, two_regions(60), group="region", steps=("configural", "metric"))
    hopeless = {step: replace(fit, options=replace(fit.options, max_iterations=1)) for step, fit in result.fits.items()}
    with pytest.raises(sme.ConvergenceError, match="20 of 20 permutations had a step without estimates"):
        permutation.permuted(
            result._design,
            hopeless,
            dict.fromkeys(hopeless, ()),
            permutations=20,
            seed=1,
            workers=1,
            progress=False,
        )


def test_a_saturated_configural_step_has_a_p_of_one():
    found = sme.invariance("trust =~ t1 + t2 + t3", two_regions(80), group="region", permutations=19, progress=False)
    pvalues = found.permutation.pivot(index="step", columns="measure", values="pvalue")
    assert pvalues.loc["configural", ["chisq", "cfi", "rmsea"]].tolist() == [1, 1, 1]
    assert np.isfinite(pvalues.drop(index="configural")[["chisq", "cfi", "rmsea", "srmr"]]).all(axis=None)


@pytest.mark.parametrize("permutations", [-1, 5, 18, 2.5, True])
def test_too_few_permutations_are_refused(permutations):
    with pytest.raises(sme.SpecificationError, match="give a whole number, 19 or more"):
        sme.invariance(ONE, two_regions(60), group="region", permutations=permutations)


def test_clusters_are_not_dealt_out():
    frame = two_regions(100).assign(firm=np.arange(200) % 40)
    with pytest.raises(sme.SpecificationError, match="cluster= says that they belong together"):
        sme.invariance(ONE, frame, group="region", cluster="firm", permutations=100, progress=False)


def test_the_test_prints_in_both_languages():
    result = sme.invariance(ONE, two_regions(60), group="region", permutations=19, progress=False)
    steps, table, _ = result.tables()
    assert steps.name == "invariance" and isinstance(table.frame(), pd.DataFrame)
    assert "p of ΔCFI" in text.render(table) and "Metric (weak) invariance" in text.render(table)
    assert "置换次数" in text.render(table, "zh")
    assert "p of ΔCFI" in str(result)
