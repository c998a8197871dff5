"""Cut-offs that go with the model: against published ones, the noncentral distribution, and what was planted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sme_sem as sme
from chinese import wholly_chinese
from sme_sem.resampling.dynamic_cutoffs import DynamicCutoffs, _standing
from sme_sem.resampling.misspecified import RELATED, levels

REFERENCE = Path(__file__).parents[1] / "reference"
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ONE = "g =~ " + " + ".join(f"x{i}" for i in range(1, 10))


@pytest.fixture(scope="module")
def hs():
    return pd.read_csv(REFERENCE / "hs.csv")


@pytest.fixture(scope="module")
def three(hs):
    return sme.fit(THREE, hs)


@pytest.fixture(scope="module")
def found(three):
    return sme.dynamic_cutoffs(three, 1000, progress=False)


def covariances(fit, level):
    return pd.DataFrame(level.covariance, index=list(fit.observed), columns=list(fit.observed))


def test_published_cutoffs_of_the_same_model_are_met(found):
    # R package dynamic (Wolf and McNeish), vignette on this model at n = 301, 500 samples: three decimals
    own = found.table.query("level == 1").iloc[-1]
    for name, published in {"srmr": 0.040, "rmsea": 0.044, "cfi": 0.984}.items():
        assert own[name] == pytest.approx(published, abs=0.003), name


def test_cutoffs_of_the_rmsea_follow_the_noncentral_distribution(three, found):
    n, df = three.n, three.measures()["df"]
    for level in levels(three)[1:]:
        wrong = sme.fit(THREE, cov=covariances(three, level), n=n).measures()["chisq"]
        drawn = found.draws.query("level == @level.number")["rmsea"]
        for share in (0.05, 0.10, 0.50, 0.95):
            chi_square = stats.ncx2.ppf(share, df, wrong)
            expected = np.sqrt(max(chi_square - df, 0) / (n * df))
            assert drawn.quantile(share) == pytest.approx(expected, abs=0.004)


def test_samples_of_the_true_model_have_the_chi_square_they_should(three, found):
    df, n = three.measures()["df"], three.n
    true = found.draws.query("level == 0")["rmsea"]
    assert (true == 0).mean() == pytest.approx(stats.chi2.cdf(df, df), abs=0.05)
    assert true.quantile(0.95) == pytest.approx(np.sqrt((stats.chi2.ppf(0.95, df) - df) / (n * df)), abs=0.004)


@pytest.mark.parametrize("model", [THREE, ONE])
def test_what_a_level_leaves_out_is_found_where_it_is_let_in(hs, model):
    fit = sme.fit(model, hs)
    said = model
    for level in levels(fit)[1:]:
        if model == THREE:
            item, construct = str(level.added).split(" on ")
            said += f"\n{construct} =~ {item}"
        else:
            said += "".join(f"\n{pair.replace(' with ', ' ~~ ')}" for pair in str(level.added).split("; "))
        right = sme.fit(said, cov=covariances(fit, level), n=301)
        assert right.measures()["chisq"] == pytest.approx(0, abs=1e-7)
        values = right.standardized().set_index(["lhs", "op", "rhs"])["est_std"]
        if model == THREE:
            assert values[construct, "=~", item] == pytest.approx(level.size, abs=1e-6)
            assert abs(level.size) <= abs(fit.standardized().set_index(["rhs", "lhs"]).loc[item, "est_std"]).max()
        else:
            pairs = [pair.split(" with ") for pair in str(level.added).split("; ")]
            assert [values[a, "~~", b] for a, b in pairs] == pytest.approx([RELATED] * len(pairs), abs=1e-6)


def test_levels_begin_with_the_weakest_items(three):
    assert [str(level.added) for level in levels(three)] == ["", "x2 on textual", "x7 on textual"]


@pytest.mark.parametrize(("items", "pairs"), [(4, [1]), (5, [1, 1]), (6, [1, 1, 1]), (9, [1, 1, 2]), (12, [2, 2, 2])])
def test_of_one_construct_ever_more_pairs_are_related(items, pairs):
    population = "g =~ " + " + ".join(f"{0.5 + 0.02 * i}*y{i}" for i in range(items))
    fit = sme.fit("g =~ " + " + ".join(f"y{i}" for i in range(items)), sme.simulate(population, 400, seed=3))
    assert [len(str(level.added).split("; ")) for level in levels(fit)[1:]] == pairs


def test_a_reversed_item_leaves_out_a_loading_of_its_own_sign():
    population = "f =~ 0.8*a1 + 0.7*a2 + -0.4*a3; g =~ 0.8*b1 + 0.7*b2 + 0.6*b3; f ~~ 1*f; g ~~ 1*g; f ~~ 0.5*g"
    fit = sme.fit("f =~ a1 + a2 + a3; g =~ b1 + b2 + b3", sme.simulate(population, 500, seed=2))
    level = levels(fit)[1]
    assert str(level.added) == "a3 on g"
    assert level.size < 0
    assert np.linalg.eigvalsh(level.covariance).min() > 0


def test_worse_levels_have_worse_cutoffs(found):
    few = found.table.groupby("level").last()
    assert few["srmr"].is_monotonic_increasing
    assert few["rmsea"].is_monotonic_increasing
    assert few["cfi"].is_monotonic_decreasing


def test_an_index_without_a_cutoff_is_below_nothing():
    # a CFI of .77 and an RMSEA of .11 were called less than level 1, whose models no index can tell from the true one
    population = "a =~ .6*a1 + .4*a2 + .6*a3; b =~ .6*b1 + .4*b2 + .6*b3; a ~~ .3*b"
    fit = sme.fit("a =~ a1 + a2 + a3; b =~ b1 + b2 + b3", sme.simulate(population, 60, seed=5))
    few = sme.dynamic_cutoffs(fit, 100, progress=False)
    assert few.table[["srmr", "rmsea", "cfi"]].isna().all(axis=None)
    assert set(few.indices["level"]) == {0} == set(few.indices["lowest"])
    assert [str(row[2]) for row in few.tables()[1].rows] == ["cannot be told: no cut-off"] * 3
    assert few.tables()[1].rows[0][2].zh == "无临界值，无从判断"


def test_an_index_is_below_the_lowest_level_that_has_a_cutoff(found):
    table = found.table.assign(srmr=found.table["srmr"].where(found.table["level"] == 2))
    one, two, three_ = _standing({"srmr": 0.0, "rmsea": 0.0, "cfi": 0.0}, table)
    assert (one["level"], one["lowest"]) == (0, 2) and (two["level"], two["lowest"]) == (0, 1)
    assert (three_["level"], three_["lowest"]) == (2, 1)
    shown = replace(found, table=table, indices=pd.DataFrame([one, two, three_])).tables()[1].rows
    assert [str(row[2]) for row in shown] == ["less than level 2", "less than level 1", "level 2 or more"]


def test_the_fit_stands_where_its_indices_are(three, found):
    measures = three.measures()
    for row in found.indices.to_dict("records"):
        assert row["value"] == measures[row["index"]]
        assert row["level"] == 2
    good = sme.fit(THREE, cov=covariances(three, levels(three)[0]), n=301)
    assert set(sme.dynamic_cutoffs(good, 200, progress=False).indices["level"]) == {0}


def test_workers_and_repetition_change_nothing(three):
    own, again = (sme.dynamic_cutoffs(three, 150, workers=workers, progress=False) for workers in (1, 2))
    pd.testing.assert_frame_equal(again.draws, own.draws)
    other = sme.dynamic_cutoffs(three, 150, seed=2, progress=False)
    assert (other.draws["srmr"] != own.draws["srmr"]).all()


def test_means_and_constraints_are_part_of_the_model(hs):
    equal = THREE.replace("x2 + x3", "a*x2 + a*x3")
    tables = [
        sme.dynamic_cutoffs(sme.fit(equal, hs, meanstructure=means), 300, progress=False).table.groupby("level").last()
        for means in (False, True)
    ]
    assert tables[1]["rmsea"].to_numpy() == pytest.approx(tables[0]["rmsea"].to_numpy(), abs=0.01)
    assert (tables[1]["srmr"] < tables[0]["srmr"]).all()  # means fit, and count


def test_what_a_model_defines_changes_nothing(hs):
    texts = THREE, THREE + "\nd := 1 + 1"
    own, more = (sme.dynamic_cutoffs(sme.fit(text, hs), 100, progress=False) for text in texts)
    pd.testing.assert_frame_equal(own.table, more.table)


def test_paths_among_constructs_stay(hs):
    fit = sme.fit(THREE + "\nspeed ~ visual\ntextual ~ visual", hs)
    saturated = sme.fit(THREE + "\nspeed ~ visual\ntextual ~ visual\nspeed ~~ textual", hs)
    assert len(levels(fit)) == len(levels(saturated)) == 3
    exact = sme.fit(str(fit.specification), cov=covariances(fit, levels(fit)[0]), n=301)
    for values in zip(exact.standardized()["est_std"], fit.standardized()["est_std"], strict=True):
        assert values[0] == pytest.approx(values[1], abs=1e-6)


def test_tables_say_it_in_both_languages(found):
    assert isinstance(found, DynamicCutoffs)
    assert "x2 on textual" in found.to("text")
    assert "x2在textual上" in found.to("text", "zh")
    assert "水平2或以上" in found.to("text", "zh")


def refusals(hs):
    items = hs.filter(like="x")
    yield "group", lambda: sme.dynamic_cutoffs(sme.fit(THREE, hs, group="school"))
    yield (
        "gaps",
        lambda: sme.dynamic_cutoffs(sme.fit(THREE, items.mask(items > 8), missing="fiml")),
    )
    yield "least squares", lambda: sme.dynamic_cutoffs(sme.fit(THREE, hs, estimator="ULS"))
    yield "saturated", lambda: sme.dynamic_cutoffs(sme.fit("g =~ x1 + x2 + x3", hs))
    yield "nothing free", lambda: sme.dynamic_cutoffs(sme.fit("x1 ~ x2; x3 ~ x1", hs))
    yield "draws", lambda: sme.dynamic_cutoffs(sme.fit(THREE, hs), 10)


@pytest.mark.parametrize("number", range(6))
def test_what_has_no_cutoffs_is_refused_in_both_languages(hs, number):
    with pytest.raises(sme.SpecificationError) as caught:
        list(refusals(hs))[number][1]()
    assert wholly_chinese(caught.value.in_chinese())


def test_an_inadmissible_solution_has_no_population():
    population = "f =~ 1*a1 + 0.5*a2 + 0.5*a3; g =~ 0.7*b1 + 0.7*b2 + 0.7*b3; f ~~ 0.3*g"
    model = "f =~ a1 + a2 + a3; g =~ b1 + b2 + b3"
    for seed in range(1, 60):
        fit = sme.fit(model, sme.simulate(population, 40, seed=seed))
        if fit.converged and not fit.admissible:
            break
    with pytest.raises(sme.SpecificationError, match="inadmissible"):
        sme.dynamic_cutoffs(fit)
