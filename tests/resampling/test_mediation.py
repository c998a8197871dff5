from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.resampling.mediation import verdict
from sme_sem.tables import text

PARALLEL = "m ~ x; k ~ x; y ~ m + k + x"


def planted(through=0.5, direct=0.3, n=400, seed=1):
    return sme.simulate(f"m ~ 0.6*x; k ~ 0.4*x; y ~ {through}*m + 0*k + {direct}*x; x ~~ 1*x", n, seed=seed)


def found(draws=400, *, model=PARALLEL, seed=1, options=(), **planting):
    fit = sme.fit(model, planted(**planting), **dict(options))
    return sme.bootstrap(fit, draws, seed=seed)


@pytest.mark.parametrize(
    ("through", "direct", "kinds"),
    [
        (0.5, 0.4, ("complementary", "partial")),
        (0.5, -0.5, ("competitive", "partial")),
        (0.5, 0.0, ("indirect-only", "full")),
        (0.0, 0.4, ("direct-only", "none")),
        (0.0, 0.0, ("no effect", "none")),
    ],
)
def test_planted_mediation_is_recognised(through, direct, kinds):
    draws = sme.bootstrap(sme.fit(PARALLEL, planted(through, direct, 800)), 400, level=0.995)
    effects = sme.mediation(draws, interval="bca").effects.set_index("route")
    assert tuple(effects.loc["x → m → y", ["type", "mediation"]]) == kinds


@pytest.mark.parametrize(("lower", "upper"), [(0.0, 0.2), (-0.1, 0.0), (np.nan, np.nan)])
def test_an_interval_that_touches_zero_or_does_not_exist_finds_nothing(lower, upper):
    assert verdict((0.1, lower, upper), (0.2, 0.1, 0.3)) == ("direct-only", "none")


def test_intervals_that_were_not_asked_for_find_nothing_and_deny_nothing():
    draws = sme.bootstrap(sme.fit(PARALLEL, planted()), 20, bca=False)
    with pytest.raises(sme.SpecificationError, match=r"^the bootstrap has no BCa intervals, because it was "):
        sme.mediation(draws, interval="bca")


def test_a_route_without_an_interval_has_no_verdict():
    draws = found(20)
    one_side = draws.table.assign(bc_lower=np.nan, bc_upper=np.nan)  # all draws on one side of the estimate
    effects = sme.mediation(replace(draws, table=one_side), interval="bc").effects
    assert (effects[["type", "mediation"]] == "").all(axis=None) and not effects["assumed"].any()


def test_effects_add_up_and_are_those_of_the_fit():
    draws = found()
    own = sme.mediation(draws).effects.set_index(["effect", "route"])["est"]
    assert own["total"].item() == pytest.approx(own["indirect"].sum() + own["direct"].item(), rel=1e-12)
    delta = draws.fit.effects("y", "x").set_index(["effect", "route"])["est"]
    assert own["indirect", "x → m → y"] == pytest.approx(delta["indirect", "x → m → y"], rel=1e-12)


def test_the_level_is_written_as_it_was_given():
    draws = sme.bootstrap(sme.fit(PARALLEL, planted()), 5, level=0.999)
    for table in (*draws.tables(), *sme.mediation(draws).tables()):
        assert "99.9%" in text.render(table), table.name


def test_limits_and_p_values_are_those_of_the_bootstrap():
    draws = found()
    table = draws.table.set_index("parameter")
    for interval, pvalue in (("perc", "pvalue"), ("bc", "bc_pvalue"), ("bca", "bca_pvalue")):
        own = sme.mediation(draws, interval=interval).effects.set_index("route").loc["x → m → y"]
        assert own["ci_lower"] == table.loc["x → m → y", f"{interval}_lower"]
        assert own["pvalue"] == table.loc["x → m → y", pvalue]
        assert own["est_std"] == table.loc["std(x → m → y)", "est"]


@pytest.mark.parametrize("interval", ["perc", "bca"])
def test_a_difference_of_routes_is_the_one_a_model_defines(interval):
    draws = found(model="m ~ a*x; k ~ c*x; y ~ b*m + d*k + x; apart := a*b - c*d")
    own = sme.mediation(draws, interval=interval).differences.iloc[0]
    defined = draws.table.set_index("parameter").loc["apart:=a*b-c*d"]
    assert (own["first"], own["second"]) == ("x → m → y", "x → k → y")
    for name, wanted in (
        ("est", "est"),
        ("se", "se"),
        ("ci_lower", f"{interval}_lower"),
        ("ci_upper", f"{interval}_upper"),
    ):
        assert own[name] == pytest.approx(defined[wanted], rel=1e-9), name
    assert own["ci_lower"] > 0  # m carries 0.3 and k nothing


def test_without_a_direct_path_full_mediation_is_assumed_and_said_so():
    result = sme.mediation(found(model="m ~ x; y ~ m", direct=0.0))
    row = result.effects.set_index("route").loc["x → m → y"]
    assert row[["type", "mediation", "assumed"]].to_list() == ["indirect-only", "full", True]
    assert "full mediation is assumed, not found" in str(result)
    assert "the model has no direct path" not in str(sme.mediation(found(direct=0.0)))


def test_the_share_of_the_total_is_given_where_effects_have_one_sign():
    shares = sme.mediation(found(model="m ~ x; y ~ m + x")).effects.set_index("effect")
    expected = shares.loc["indirect", "est"] / shares.loc["total", "est"]
    assert shares.loc["indirect", "share"] == pytest.approx(expected)
    assert sme.mediation(found(direct=-0.5)).effects["share"].isna().all()


def test_groups_have_their_own_verdicts_and_all_pairs_compare_them():
    strong, none = planted(0.6, 0.0, 300, 1), planted(0.0, 0.0, 300, 2)
    data = pd.concat([strong.assign(region="north"), none.assign(region="south")], ignore_index=True)
    draws = sme.bootstrap(sme.fit("m ~ x; y ~ m + x", data, group="region"), 300)
    result = sme.mediation(draws, pairs="all")
    kinds = result.effects.query("effect == 'indirect'").set_index("group")["mediation"]
    assert kinds.to_dict() == {"north": "full", "south": "none"}
    across = result.differences.iloc[0]
    assert (across["first"], across["first_group"], across["second_group"]) == ("x → m → y", "north", "south")
    assert across["ci_lower"] > 0
    assert not len(sme.mediation(draws).differences)
    assert "x → m → y [south]" in str(result)


def test_tables_come_in_both_languages_with_labels():
    from sme_sem.tables import Words

    result = sme.mediation(
        found(model="m ~ x; k ~ x; y ~ m + k", direct=0.0), labels={"x": Words("Market", "市场"), "y": "Growth"}
    )
    effects, differences = result.tables()
    assert (effects.name, differences.name) == ("mediation", "indirect_differences")
    assert "Market → m → Growth" in text.render(effects) and "Full mediation" in text.render(effects)
    assert "市场 → m → Growth" in text.render(effects, "zh") and "完全中介" in text.render(effects, "zh")
    assert "间接效应的差异比较" in text.render(differences, "zh")
    for table in (effects, differences):
        assert "95% CI lower" in text.render(table) and "95%置信区间上限" in text.render(table, "zh")


def test_what_has_no_mediation_is_refused():
    with pytest.raises(sme.SpecificationError, match="no indirect effect"):
        sme.mediation(found(20, model="y ~ m + x"))
    fit = sme.fit(PARALLEL, planted())
    with pytest.raises(sme.SpecificationError, match="for the test of the model alone"):
        sme.mediation(sme.bootstrap(fit, 20, kind="bollen-stine"))
    with pytest.raises(sme.SpecificationError, match="interval='norm' is not available"):
        sme.mediation(found(20), interval="norm")


def test_a_fixed_direct_path_is_one():
    result = sme.mediation(found(model="m ~ x; y ~ m + 0.3*x"))
    rows = result.effects.set_index("effect")
    assert rows.loc["direct", "est"] == 0.3 and np.isnan(rows.loc["direct", "se"])
    assert rows.loc["indirect", ["type", "mediation", "assumed"]].to_list() == ["complementary", "partial", False]
    assert rows.loc["indirect", "share"] == pytest.approx(rows.loc["indirect", "est"] / rows.loc["total", "est"])


def test_an_outcome_may_be_called_as_if_it_were_of_a_group():
    answers = planted().rename(columns={"y": "y.g1"})
    found = sme.mediation(sme.bootstrap(sme.fit("m ~ x; y.g1 ~ m + x", answers), 100, seed=1))
    assert "x → m → y.g1" in found.effects["route"].tolist()


def test_effects_of_opposite_signs_are_said_to_suppress_each_other():
    draws = sme.bootstrap(sme.fit(PARALLEL, planted(0.5, -0.5, 800)), 200, seed=1)
    table = sme.mediation(draws).tables()[0]
    row = next(r for r in table.records() if r["route"] == "x → m → y")
    assert row["mediation"] == "Partial mediation (suppression)"
    assert "遮掩效应" in text.render(table, "zh")


@pytest.mark.parametrize("group", [None, "region"])
def test_effects_of_a_bootstrapped_fit_are_judged_by_its_samples(group):
    answers = planted(n=300).assign(region=np.repeat(["a", "b"], 150))
    options = {} if group is None else {"group": group}
    fit = sme.fit(
        "m ~ a*x; y ~ b*m + x; through := a*b" if group is None else PARALLEL, answers, bootstrap=100, **options
    )
    effects, drawn = fit.effects("y", "x"), fit.bootstrapped.table
    for kind, op in (("indirect", "indirect"), ("total", "total")):
        own = drawn[(drawn["kind"] == "effect") & (drawn["op"] == op) & (drawn["lhs"] == "y")]
        found = effects[effects["effect"] == kind]
        assert found["ci_lower"].tolist() == own["perc_lower"].tolist()
        assert found["se"].tolist() == pytest.approx(own["se"].tolist(), rel=1e-12)
    direct = effects[effects["effect"] == "direct"]
    paths = fit.estimates().query("op == '~' and lhs == 'y' and rhs == 'x'")
    assert direct["ci_upper"].tolist() == paths["ci_upper"].tolist()
    if group is None:
        row = fit.estimates().query("op == ':='").iloc[0]
        told = effects.query("effect == 'indirect'").iloc[0]
        assert told[["est", "se", "pvalue", "ci_lower", "ci_upper"]].tolist() == pytest.approx(
            row[["est", "se", "pvalue", "ci_lower", "ci_upper"]].tolist(), rel=1e-12
        )
        assert "bootstrap samples" in str(next(t for t in fit.tables() if t.name == "mediated_effects").notes[0])


def test_an_effect_that_is_fixed_has_no_error_among_those_of_a_bootstrap():
    fit = sme.fit("m ~ 0.5*x; k ~ 0.3*m; y ~ 0.2*k + x", planted(n=200), bootstrap=50)
    told = fit.effects("y", "x").query("effect == 'indirect'").iloc[0]
    assert told["est"] == pytest.approx(0.03) and np.isnan(told[["se", "z", "pvalue"]].astype(float)).all()
