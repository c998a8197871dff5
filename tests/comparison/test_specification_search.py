import numpy as np
import pytest

import sme_sem as sme
from sem.holzinger import MODEL, pupils
from sme_sem.errors import SpecificationError

ONE = "trust =~ t1 + t2 + t3 + t4 + t5"
POPULATION = "trust =~ 1*t1 + 1*t2 + 1*t3 + 1*t4 + 1*t5"


def planted(n=400, seed=1):
    return sme.fit(ONE, sme.simulate(f"{POPULATION}; t1 ~~ 0.5*t2", n, seed=seed))


def quiet(fit, **options):
    return sme.search(fit, progress=False, **options)


def test_a_planted_covariance_is_found_first_and_again_in_nearly_every_half():
    found = quiet(planted(), most=1, halves=10)
    assert found.steps["change"].tolist() == ["t1 ~~ t2"]
    top = found.stability.iloc[0]
    assert top["change"] == "t1 ~~ t2" and top["share"] > 0.9


def test_each_step_is_the_fit_of_the_model_it_names():
    found = quiet(sme.fit(MODEL, pupils()), most=2, halves=0)
    assert found.steps["change"].iloc[0] == "visual =~ x9"
    by_hand = sme.fit(MODEL + "\n" + "\n".join(found.steps["change"]), pupils())
    assert found.steps["chisq"].iloc[1] == pytest.approx(by_hand.measures()["chisq"], rel=1e-9)
    assert found.fit.measures()["bic"] == pytest.approx(by_hand.measures()["bic"], rel=1e-9)
    assert found.steps["chisq_drop"].sum() == pytest.approx(
        sme.fit(MODEL, pupils()).measures()["chisq"] - by_hand.measures()["chisq"], rel=1e-8
    )


def test_models_looked_at_are_all_whose_index_was_computed():
    fit = planted()
    table = fit.modification_indices()
    found = quiet(fit, most=1, halves=0)
    assert found.looked_at == (table["op"] == "~~").sum() == 10


def test_neighbours_find_the_lowest_bic_by_fitting_every_one():
    fit = planted()
    found = quiet(fit, kind="neighbours", most=1, halves=0)
    pairs = [(a, b) for a in range(1, 6) for b in range(a + 1, 6)]
    bics = {
        f"t{a} ~~ t{b}": sme.fit(
            f"{ONE}\nt{a} ~~ t{b}", sme.simulate(f"{POPULATION}; t1 ~~ 0.5*t2", 400, seed=1)
        ).measures()["bic"]
        for a, b in pairs
    }
    assert found.looked_at == len(bics)
    assert found.steps["change"].item() == min(bics, key=bics.get) == "t1 ~~ t2"
    assert found.steps["bic"].item() == pytest.approx(min(bics.values()), rel=1e-9)


def test_neighbours_take_out_a_path_that_is_not_there():
    answers = sme.simulate("y ~ 0.5*x + 0*w; z ~ 0.5*y", 300, seed=2)
    found = quiet(sme.fit("y ~ x + w; z ~ y", answers), kind="neighbours", relations=["~"], most=3, halves=0)
    assert "- y ~ w" in found.steps["change"].tolist()
    assert np.isnan(found.steps["mi"].iloc[found.steps["change"].tolist().index("- y ~ w")])


def test_no_variable_becomes_its_own_cause():
    answers = sme.simulate("y ~ 0.5*x; z ~ 0.5*y + 0.5*x", 300, seed=2)
    found = quiet(sme.fit("y ~ x; z ~ y", answers), relations=["~"], halves=0)
    assert found.steps["change"].tolist() == ["z ~ x"]


def test_what_is_found_in_pure_noise_is_all_optimism():
    gains, corrected = [], []
    for seed in range(12):
        fit = sme.fit(ONE, sme.simulate(POPULATION, 300, seed=seed))
        row = quiet(fit, most=1, alpha=0.999, halves=5).optimism.iloc[0]
        gains.append(row["gain"])
        corrected.append(row["gain_corrected"])
    assert np.mean(gains) > 2.5  # the largest of ten, not one chi-square of mean one
    assert abs(np.mean(corrected) - 1) < 1.5  # what is left is about the one that any free parameter gains


def test_bootstrap_of_the_search_measures_in_the_respondents_themselves():
    found = quiet(planted(), most=1, halves=0, bootstrap=20)
    row = found.optimism.iloc[0]
    assert row["method"] == "bootstrap" and row["repetitions"] == 20 and row["failed"] == 0
    assert row["gain_corrected"] == pytest.approx(row["gain"] - row["optimism"])
    assert 0 < row["gain_corrected"] < row["gain"]


def test_the_number_of_workers_changes_nothing():
    one, two = (quiet(planted(), most=1, halves=3, workers=workers) for workers in (1, 2))
    assert one.optimism.equals(two.optimism) and one.stability.equals(two.stability)


def test_gaps_are_met_in_every_half():
    answers = sme.simulate(f"{POPULATION}; t1 ~~ 0.5*t2", 300, seed=1)
    answers.iloc[::7, 2] = np.nan
    found = quiet(sme.fit(ONE, answers, missing="fiml"), most=1, halves=2)
    assert found.steps["change"].tolist() == ["t1 ~~ t2"] and found.optimism["failed"].item() == 0


def test_only_what_is_allowed_is_changed():
    found = quiet(sme.fit(MODEL, pupils()), allowed=["x7 ~~ x8", "x1 ~~ x2"], halves=0)
    assert set(found.steps["change"]) <= {"x7 ~~ x8", "x1 ~~ x2"}
    assert found.looked_at <= 4


def test_a_product_is_known_whatever_the_order_of_its_factors():
    answers = sme.simulate("y ~ 0.3*x + 0.3*z; x ~~ 0.2*z", 200, seed=1)
    answers["y"] += 0.5 * answers["x"] * answers["z"]
    fit = sme.fit("y ~ x + z + 0*x:z", answers)
    for spelled in ("y ~ x:z", "y ~ z:x"):
        assert quiet(fit, allowed=[spelled], halves=0).steps["change"].tolist() == ["y ~ x:z"]


def test_it_is_said_that_all_of_it_is_post_hoc():
    from sme_sem.tables import text

    found = quiet(planted(), most=1, halves=2)
    assert found.label == "post hoc"
    assert "Post hoc: 10 models were looked at" in str(found)
    assert [t.name for t in found.tables()] == ["search", "search_optimism", "search_stability"]
    assert "乐观偏差" in text.render(found.tables()[1], "zh")


def test_a_model_that_needs_nothing_is_left_as_it_is():
    fit = sme.fit(ONE, sme.simulate(POPULATION, 300, seed=3))
    found = quiet(fit, alpha=1e-6, halves=0)
    assert found.fit is fit and not len(found.steps)
    assert "No change improved the model." in str(found)


def test_what_cannot_be_searched_is_refused():
    fit = planted()
    with pytest.raises(SpecificationError, match="kind='all' is not available"):
        quiet(fit, kind="all")
    with pytest.raises(SpecificationError, match="most=0"):
        quiet(fit, most=0)
    with pytest.raises(SpecificationError, match="halves=-1"):
        quiet(fit, halves=-1)
    summary = sme.fit(ONE, cov=sme.simulate(POPULATION, 300, seed=3).cov(), n=300)
    with pytest.raises(SpecificationError, match="can only be halved or drawn where their answers are known"):
        quiet(summary)
    with pytest.raises(SpecificationError, match="compares models by likelihood"):
        quiet(sme.fit(ONE, sme.simulate(POPULATION, 300, seed=3), estimator="ULS"))
