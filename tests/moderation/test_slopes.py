import numpy as np
import pandas as pd
import pytest
from scipy import special

import sme_sem as sme
from sem.holzinger import pupils
from sme_sem.errors import SpecificationError
from sme_sem.kernels import conditional_slope
from sme_sem.tables import written

Z = special.ndtri(0.975)


def moderated(n=300, seed=1, mean=0.0):
    frame = sme.simulate("y ~ 0.4*x + 0.2*w", n, seed=seed)
    frame["w"] += mean
    frame["xxw"] = frame["x"] * frame["w"]
    frame["y"] += 0.3 * frame["xxw"]
    return frame


def fitted(**options):
    return sme.fit("y ~ x + w + xxw", moderated(**options))


def test_a_simple_slope_is_the_effect_after_moving_the_moderators_zero_there():
    frame = moderated(mean=2.0)
    slopes = sme.simple_slopes(sme.fit("y ~ x + w + xxw", frame), "y", "x", "w", at=(-1, 0.5)).table
    for row in slopes.to_dict("records"):
        moved = frame.assign(w=frame["w"] - row["value"])
        moved["xxw"] = moved["x"] * moved["w"]
        own = sme.fit("y ~ x + w + xxw", moved).estimates().query("op == '~' and rhs == 'x'").iloc[0]
        for name in ("est", "se", "z", "pvalue", "ci_lower", "ci_upper"):
            assert row[name] == pytest.approx(own[name], rel=1e-6)
    assert slopes["value"].to_numpy() == pytest.approx(
        frame["w"].mean() + np.array([-1, 0.5]) * frame["w"].std(ddof=0), rel=1e-8
    )


def test_at_the_ends_of_the_region_the_effect_is_just_significant():
    slopes = sme.simple_slopes(fitted(), "y", "x", "w")
    ends = slopes.region[["lower_sd", "upper_sd"]].to_numpy()[0]
    assert slopes.region["significant"].item() == "outside"
    at_ends = sme.simple_slopes(fitted(), "y", "x", "w", at=ends).table
    assert abs(at_ends["z"].to_numpy()) == pytest.approx([Z, Z], rel=1e-8)
    beyond = sme.simple_slopes(fitted(), "y", "x", "w", at=(ends[0] - 0.1, ends.mean(), ends[1] + 0.1)).table
    assert (beyond["pvalue"] < 0.05).tolist() == [True, False, True]


def test_regions_are_what_a_fine_grid_says():
    random = np.random.default_rng(3)
    kinds = set()
    for _ in range(200):
        effect = random.normal(0, [0.4, 0.15])
        root = random.normal(0, 0.15, (2, 2))
        vcov = root @ root.T
        ends, outside = conditional_slope.significant_region(effect, vcov, Z)
        m = np.linspace(-40, 40, 4001)
        slope, variance = conditional_slope.slope(effect, vcov, m)
        significant = slope**2 > Z**2 * variance
        within = (m > ends[0]) & (m < ends[1])  # False for NaN
        assert (significant == (~within if outside else within)).all()
        kinds.add((bool(outside), bool(np.isnan(ends).any())))
    assert {(True, False), (False, False), (False, True)} <= kinds


def test_the_latent_moderators_deviation_is_the_models():
    products = sme.product_indicators(
        pupils(), {"visual": ["x1", "x2", "x3"], "speed": ["x7", "x8", "x9"]}, name="visualxspeed"
    )
    model = "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\ntextual =~ x4 + x5 + x6\n" + products.model
    fit = sme.fit(model + "\ntextual ~ b*visual + speed + d*visualxspeed\nhigh := b + d", products.frame, std_lv=True)
    own = sme.simple_slopes(fit, "textual", "visual", "speed", at=(1,)).table.iloc[0]
    defined = fit.estimates().query("lhs == 'high'").iloc[0]
    assert own["value"] == pytest.approx(1, rel=1e-9)
    assert (own["est"], own["se"]) == pytest.approx((defined["est"], defined["se"]), rel=1e-9)


def test_each_group_has_its_slopes_and_its_region():
    frame = moderated(n=400)
    frame["region"] = np.where(np.arange(400) < 200, "north", "south")
    slopes = sme.simple_slopes(sme.fit("y ~ x + w + xxw", frame, group="region"), "y", "x", "w")
    alone = sme.simple_slopes(sme.fit("y ~ x + w + xxw", frame.query("region == 'south'")), "y", "x", "w")
    south = slopes.table.query("group == 'south'")
    assert south["est"].to_numpy() == pytest.approx(alone.table["est"].to_numpy(), rel=1e-8)
    assert "south" in str(slopes)
    assert slopes.figure("south") != slopes.figure("north")
    with pytest.raises(SpecificationError, match="'east' is not among 'north', 'south'"):
        slopes.figure("east")


def test_the_figure_marks_the_ends_in_both_languages():
    slopes = sme.simple_slopes(fitted(), "y", "x", "w")
    assert "x对y的效应" in slopes.figure(language="zh")
    assert "简单斜率" in slopes.tables()[0].title.zh
    heads = [str(column.heading) for column in slopes.tables()[0].columns]
    assert {"95% CI lower", "95% CI upper"} <= set(heads)
    for language in ("en", "zh"):
        ends = [written(column.heading, language) for column in slopes.tables()[1].columns]
        assert len(set(ends)) == len(ends)


def test_the_band_of_the_figure_is_that_of_the_table(monkeypatch):
    drawn = {}

    def drawing(at, est, lower, upper, *_):
        drawn.update({round(x, 9): values for x, *values in zip(at, est, lower, upper, strict=True)})
        return "<svg/>"

    monkeypatch.setattr("sme_sem.report.curves.conditional_effect", drawing)
    slopes = sme.simple_slopes(fitted(), "y", "x", "w", level=0.9)
    slopes.figure()
    for at, row in zip((-1.0, 0.0, 1.0), slopes.table.to_dict("records"), strict=True):
        assert drawn[at] == pytest.approx([row["est"], row["ci_lower"], row["ci_upper"]], rel=1e-10)


def test_a_variance_below_zero_leaves_out_what_rests_on_it_and_nothing_else():
    frame, random = moderated(), np.random.default_rng(5)
    frame["a"] = random.normal(size=len(frame))
    frame["b"] = random.normal(size=len(frame)) - 0.5 * frame["a"]
    fit = sme.fit("f =~ 1*a + 1*b; y ~ x + w + xxw + f", frame)
    assert not fit.admissible
    own = sme.simple_slopes(fit, "y", "x", "w")
    assert own.table.drop(columns="group").notna().all(axis=None)
    of_it = sme.simple_slopes(
        sme.fit("f =~ 1*a + 1*b; y ~ x + f + f:x", frame.assign(**{"f:x": 1.0 * frame["xxw"]})), "y", "x", "f"
    )
    assert of_it.table["est"].isna().all() and of_it.region["lower_sd"].isna().all()


def test_a_path_that_is_not_there_is_named():
    with pytest.raises(SpecificationError, match="no path y ~ v"):
        sme.simple_slopes(fitted(), "y", "x", "v")
    plain = sme.fit("y ~ x + w", moderated())
    with pytest.raises(SpecificationError, match="name the product by product="):
        sme.simple_slopes(plain, "y", "x", "w")
    with pytest.raises(SpecificationError, match="give standard deviations"):
        sme.simple_slopes(fitted(), "y", "x", "w", at=())
    with pytest.raises(SpecificationError, match="level=95: give a share"):
        sme.simple_slopes(fitted(), "y", "x", "w", level=95)


def test_the_index_of_moderated_mediation_is_the_slope_of_the_indirect_effect():
    frame = sme.simulate("M ~ 0.4*X + 0.2*W", 2000, seed=4)
    frame["XxW"] = frame["X"] * frame["W"]
    frame["M"] += 0.3 * frame["XxW"]
    frame["Y"] = 0.5 * frame["M"] + 0.1 * frame["X"] + np.random.default_rng(44).normal(size=2000)
    fit = sme.fit(sme.moderated_mediation("X", "M", "Y", "W", at=(0, 1, 2)), frame)
    defined = fit.estimates().query("op == ':='").set_index("lhs")["est"]
    assert np.diff(defined[["indirect_1", "indirect_2", "indirect_3"]]) == pytest.approx(
        [defined["index_mod_med"]] * 2, rel=1e-9
    )
    assert defined["index_mod_med"] == pytest.approx(0.15, abs=0.03)
    first = fit.effects("Y", "X").query("effect == 'indirect'")["est"].iloc[0]
    assert defined["indirect_1"] == pytest.approx(first, rel=1e-9)


def test_the_second_stage_is_moderated_at_the_outcome():
    text = sme.moderated_mediation("X", "M", "Y", "W", stage="second", at=(-1,))
    assert text.splitlines() == [
        "M ~ a1*X",
        "Y ~ b1*M + W + b3*MxW + X",
        "index_mod_med := a1*b3",
        "indirect_1 := a1*(b1 + b3*(-1))",
    ]
    with pytest.raises(SpecificationError, match="needs four variables"):
        sme.moderated_mediation("X", "M", "Y", "X")


def _second_stage(mean, n=400, seed=7):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"X": random.normal(size=n), "W": random.normal(size=n) + mean})
    frame["M"] = 0.4 * frame["X"] + random.normal(size=n)
    frame["Y"] = 0.3 * frame["M"] + 0.2 * frame["W"] + 0.2 * frame["M"] * frame["W"] + random.normal(size=n)
    return frame.assign(MxW=frame["M"] * frame["W"])


def test_a_product_that_the_model_sets_apart_from_its_mediator_is_told_with_what_mends_it():
    text, frame = sme.moderated_mediation("X", "M", "Y", "W", stage="second", at=()), _second_stage(3.0)
    (said,) = sme.fit(text, frame).diagnostics
    assert said.code == "product_set_apart" and said.severity == "warning"
    lines = said.message.split("or write ")[1].removesuffix(".")
    assert lines == "M ~~ MxW; X ~~ W; X ~~ MxW; W ~~ MxW"
    mended = sme.fit(f"{text}\n{lines}", frame)
    assert mended.diagnostics == ()
    plain = sme.regression("Y ~ M + W + MW + X", frame.assign(MW=frame["MxW"])).coefficients.set_index("predictor")
    own = mended.estimates().query("lhs == 'Y' and op == '~'").set_index("rhs")
    assert own.loc["M", "se"] == pytest.approx(plain.loc["M", "se"], rel=0.02)
    assert own.loc["MxW", "se"] == pytest.approx(plain.loc["MW", "se"], rel=0.02)


def test_robust_errors_do_not_rest_on_a_product_set_apart():
    text, frame = "M ~ X; Y ~ M + W + MxW + X", _second_stage(3.0, 2000)
    plain, robust = (sme.fit(text, frame, estimator=name) for name in ("ML", "MLR"))
    errors = [
        fit.estimates().query("lhs == 'Y' and rhs == 'MxW' and op == '~'")["se"].item() for fit in (plain, robust)
    ]
    right = sme.regression("Y ~ M + W + MW + X", frame.assign(MW=frame["MxW"])).coefficients.set_index("predictor")
    assert errors[1] == pytest.approx(right.loc["MW", "se"], rel=0.1) and errors[0] < 0.5 * errors[1]
    said, other = (fit.diagnostics[0].words for fit in (plain, robust))
    assert "Standard errors, standardized values" in said.en and "标准误、标准化结果" in said.zh
    assert "; robust standard errors do not. Centre W" in other.en and "稳健标准误则不受影响" in other.zh


@pytest.mark.parametrize("product", ["MxW", "W:M"])
def test_a_product_of_a_centred_moderator_needs_no_warning(product):
    model = f"M ~ X; Y ~ M + W + {product} + X"
    assert sme.fit(model, _second_stage(0.0)).diagnostics == ()
    assert [d.code for d in sme.fit(model, _second_stage(2.0)).diagnostics] == ["product_set_apart"]


def test_chance_in_small_samples_and_groups_seldom_needs_a_warning():
    model, alarms = "M ~ X; Y ~ M + W + MxW + X", 0
    for seed in range(30):
        small, apart = _second_stage(0.0, 60, seed), _second_stage(3.0, 60, seed)
        three = _second_stage(0.0, 240, seed).assign(g=np.arange(240) % 3)
        alarms += len(sme.fit(model, small).diagnostics) + len(sme.fit(model, three, group="g").diagnostics)
        assert [d.code for d in sme.fit(model, apart).diagnostics] == ["product_set_apart"]
    assert alarms <= 2  # 25 where any correlation of .2 counts


def test_a_variable_of_its_own_is_not_taken_for_a_product():
    answers = sme.simulate("y ~ 0.4*brand + 0.2*trust + 0.3*brand_trust; brand ~~ 0*trust", 200, seed=1)
    fit = sme.fit("y ~ brand + trust + brand_trust", answers)
    with pytest.raises(SpecificationError, match="name the product by product="):
        sme.simple_slopes(fit, "y", "brand", "trust")


def test_values_of_the_moderator_are_written_in_full():
    text = sme.moderated_mediation("X", "M", "Y", "W", at=(-1.0, 0.25, 1234567.89))
    assert [line.split("a3*(")[1] for line in text.splitlines()[3:]] == ["-1))*b1", "0.25))*b1", "1234567.89))*b1"]
