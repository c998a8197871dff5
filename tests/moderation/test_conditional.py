import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.tables import text

STAGES = {"first": (0.3, 0.0), "second": (0.0, 0.3), "both": (0.3, 0.3)}


def answers(stage="first", n=1500, mean=2.0, seed=3):
    """M = .4 X + d XW, Y = .5 M + e MW + .1 X, with W centred in the products and given a mean afterwards."""
    d, e = STAGES[stage]
    random = np.random.default_rng(seed)
    X, W, u, v = random.normal(size=(4, n))
    M = 0.4 * X + 0.2 * W + d * X * W + u
    Y = 0.5 * M + 0.2 * W + e * M * W + 0.1 * X + v
    frame = pd.DataFrame({"X": X, "M": M, "Y": Y, "W": W + mean})
    return frame.assign(XxW=X * frame["W"], MxW=M * frame["W"])


def drawn(stage="first", draws=200, **planting):
    if stage == "both":
        model = "M ~ X + W + XxW; Y ~ M + W + MxW + X"
    else:
        model = sme.moderated_mediation("X", "M", "Y", "W", stage=stage, at=(1, 3))
    return sme.bootstrap(sme.fit(model, answers(stage, **planting)), draws, seed=1)


@pytest.mark.parametrize("stage", list(STAGES))
def test_planted_conditional_effects_are_found_again(stage):
    d, e = STAGES[stage]
    found = sme.conditional_indirect(drawn(stage), "X", "M", "Y", "W")
    assert found.stages == (("first", "second") if stage == "both" else (stage,))
    truth = [(0.4 + d * w) * (0.5 + e * w) for w in (-1, 0, 1)]
    assert found.table["est"].to_numpy() == pytest.approx(truth, abs=0.06)
    assert (np.abs(found.table["est"] - truth) < 4 * found.table["se"]).all()
    change = found.change.iloc[0]
    expected = truth[2] - truth[0] if stage == "both" else d * 0.5 + e * 0.4
    assert change["change"] == ("contrast" if stage == "both" else "index")
    assert change["est"] == pytest.approx(expected, abs=0.06)
    assert change["ci_lower"] > 0


@pytest.mark.parametrize("interval", ["perc", "bca"])
def test_the_index_and_its_interval_are_those_of_the_defined_quantity(interval):
    draws = drawn()
    own = sme.conditional_indirect(draws, "X", "M", "Y", "W", interval=interval).change.iloc[0]
    defined = draws.table[draws.table["lhs"] == "index_mod_med"].iloc[0]
    for name, wanted in (
        ("est", "est"),
        ("se", "se"),
        ("ci_lower", f"{interval}_lower"),
        ("ci_upper", f"{interval}_upper"),
    ):
        assert own[name] == pytest.approx(defined[wanted], rel=1e-9), name


def test_values_are_deviations_from_the_moderators_mean():
    frame, draws = answers(), drawn(draws=20)
    table = sme.conditional_indirect(draws, "X", "M", "Y", "W", at=(-1, 1)).table
    expected = frame["W"].mean() + np.array([-1, 1]) * frame["W"].std(ddof=0)
    assert table["value"].to_numpy() == pytest.approx(expected, rel=1e-9)


def test_an_effect_nobody_moderates_has_an_index_about_zero():
    frame = answers().assign(M=lambda own: 0.4 * own["X"] + np.random.default_rng(8).normal(size=len(own)))
    frame["Y"] = 0.5 * frame["M"] + np.random.default_rng(9).normal(size=len(frame))
    fit = sme.fit(sme.moderated_mediation("X", "M", "Y", "W"), frame)
    change = sme.conditional_indirect(sme.bootstrap(fit, 200, level=0.99), "X", "M", "Y", "W").change.iloc[0]
    assert change["ci_lower"] < 0 < change["ci_upper"]


def test_both_tables_come_in_both_languages():
    effects, change = sme.conditional_indirect(drawn(draws=20), "X", "M", "Y", "W").tables()
    assert "X → M → Y at values of W" in text.render(effects)
    assert "条件间接效应" in text.render(effects, "zh")
    assert "Index of moderated mediation" in text.render(change)
    assert "有调节的中介指数" in text.render(change, "zh")


def test_the_level_is_written_as_it_was_given():
    fit = sme.fit(sme.moderated_mediation("X", "M", "Y", "W"), answers())
    effects, _ = sme.conditional_indirect(sme.bootstrap(fit, 5, level=0.975), "X", "M", "Y", "W").tables()
    assert "97.5% bootstrap intervals" in text.render(effects)


def test_what_is_not_moderated_is_refused():
    draws = sme.bootstrap(sme.fit("M ~ X; Y ~ M + X", answers()), 5)
    with pytest.raises(sme.SpecificationError, match="no path of X → M → Y is moderated by 'W'"):
        sme.conditional_indirect(draws, "X", "M", "Y", "W")
    with pytest.raises(sme.SpecificationError, match="give standard deviations"):
        sme.conditional_indirect(draws, "X", "M", "Y", "W", at=())


def test_a_planted_curve_has_its_slopes_and_its_turning_point():
    random = np.random.default_rng(6)
    x = random.normal(1.0, 1.5, 3000)
    frame = pd.DataFrame({"x": x, "xxx": x**2, "y": 0.8 * x - 0.2 * x**2 + random.normal(size=3000)})
    slopes = sme.simple_slopes(sme.fit("y ~ x + xxx", frame), "y", "x", "x")
    values = slopes.table["value"].to_numpy()
    assert slopes.table["est"].to_numpy() == pytest.approx(0.8 - 0.4 * values, abs=0.05)
    defined = sme.fit("y ~ b*x + d*xxx; high := b + 2*d*3", frame).estimates().query("lhs == 'high'").iloc[0]
    at_three = sme.simple_slopes(sme.fit("y ~ x + xxx", frame), "y", "x", "x", at=((3 - x.mean()) / x.std(),)).table
    assert at_three[["est", "se"]].to_numpy()[0] == pytest.approx([defined["est"], defined["se"]], rel=1e-8)
    assert slopes.region["lower"].item() < 2 < slopes.region["upper"].item()  # where the curve turns
