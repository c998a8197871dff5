import math

import pandas as pd
import pytest
from pydantic import ValidationError

import sme_sem as sme
from sme_sem.errors import SpecificationError
from sme_sem.instrument import Hypothesis
from sme_sem.sem.hypotheses import test_hypotheses as judge
from sme_sem.sem.routes import route_effect
from sme_sem.simulation import simulate
from sme_sem.tables import Words

MODEL = "m ~ a*x; w ~ b*m + x; y ~ c*w + d*m + x; short := a*d; long := a*b*c"
DRAWS = 600


def expected(id, via, path="y ~ x", sign="+", model=None):
    return Hypothesis(id=id, path=path, sign=sign, text={"en": "It does.", "zh": "如此。"}, model=model, via=via)


@pytest.fixture(scope="module")
def answers():
    return simulate("m ~ 0.4*x; w ~ 0.3*m + 0.1*x; y ~ 0.5*w + -0.2*m + 0.1*x", 300, seed=4)


@pytest.fixture(scope="module")
def fitted(answers):
    return sme.fit(MODEL, answers)


@pytest.fixture(scope="module")
def resampled(answers):
    return sme.fit(MODEL, answers, bootstrap=DRAWS, seed=2)


@pytest.mark.parametrize("via", [["m"], ["w"], ["m", "w"]])
def test_the_numbers_are_those_of_the_route_among_the_effects(fitted, via):
    test = judge([expected("H", via)], fitted).tests[0]
    row = fitted.effects("y", "x").set_index("route").loc[" → ".join(["x", *via, "y"])]
    for mine, own in {"beta": "est_std"}.items() | {
        (n, n) for n in ("est", "se", "z", "pvalue", "ci_lower", "ci_upper")
    }:
        assert getattr(test, mine) == pytest.approx(row[own], rel=1e-12)


def test_the_numbers_are_the_product_of_the_paths_with_the_error_of_the_delta_method(fitted):
    test = judge([expected("H", "m")], fitted).tests[0]
    own = fitted.estimates().set_index("label").loc[["a", "d"]]
    (a, d), names = own["est"], own["lhs"] + " ~ " + own["rhs"]
    V = fitted.vcov.loc[names, names].to_numpy()
    assert test.est == pytest.approx(a * d, rel=1e-12)
    assert test.se == pytest.approx(math.sqrt(d * d * V[0, 0] + a * a * V[1, 1] + 2 * a * d * V[0, 1]), rel=1e-12)
    assert test.beta == pytest.approx(own["std_all"].prod(), rel=1e-12)
    assert test.z == pytest.approx(test.est / test.se, rel=1e-12)


@pytest.mark.parametrize(("name", "route"), [("short", "xmy"), ("long", "xmwy")])
@pytest.mark.parametrize("which", ["fitted", "resampled"])
def test_a_route_has_the_inference_of_the_same_product_defined_in_the_model(request, which, name, route):
    fit = request.getfixturevalue(which)
    effect = route_effect(fit, tuple(route), 0.9)
    tables = (
        (fit.estimates(level=0.9), "est", effect.estimate),
        (fit.standardized(level=0.9), "est_std", effect.standardized),
    )
    for frame, est, own in tables:
        row = frame[frame["lhs"] == name].iloc[0]
        for mine, column in {"est": est, "se": "se", "z": "z", "ci_lower": "ci_lower", "ci_upper": "ci_upper"}.items():
            assert getattr(own, mine) == pytest.approx(row[column], rel=1e-9)


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_samples_of_the_fit_give_error_interval_and_verdict(resampled, alpha):
    asked = [expected("H1", ["m", "w"]), expected("H2", "m", sign="-"), expected("H3", "w"), expected("H4", "m")]
    tests = judge(asked, resampled, alpha).tests
    rows = sme.mediation(resampled.bootstrapped).effects.set_index("route")
    for test in tests:
        row = rows.loc[" → ".join(["x", *test.via, "y"])]
        assert (test.est, test.se, test.pvalue) == pytest.approx((row["est"], row["se"], row["pvalue"]), rel=1e-9)
        beyond = test.ci_lower > 0 if test.sign == "+" else test.ci_upper < 0
        assert test.supported == beyond
        if alpha == 0.05:
            assert (test.ci_lower, test.ci_upper) == pytest.approx((row["ci_lower"], row["ci_upper"]), rel=1e-9)
    assert {test.supported for test in tests} == {True, False}


@pytest.mark.parametrize("interval", ["perc", "bc", "bca"])
def test_samples_may_be_given_with_the_interval_to_take(answers, interval):
    fit = sme.fit(MODEL, answers)
    drawn = sme.bootstrap(fit, 200, seed=3, progress=False)
    test = judge([expected("H", ["m", "w"])], fit, bootstrap=drawn, interval=interval).tests[0]
    row = sme.mediation(drawn, interval=interval).effects.set_index("route").loc["x → m → w → y"]
    for name in ("est", "se", "ci_lower", "ci_upper", "pvalue"):
        assert getattr(test, name) == pytest.approx(row[name], rel=1e-9)
    assert test.beta == pytest.approx(row["est_std"], rel=1e-9)


def test_samples_and_the_delta_method_agree_where_respondents_are_many_and_both_recover_the_product():
    many = simulate("m ~ 0.4*x; y ~ 0.5*m + 0.2*x; x ~~ 1*x", 5000, seed=1)
    asked = [expected("H", "m")]
    delta, drawn = (judge(asked, sme.fit("m ~ x; y ~ m + x", many, bootstrap=n)).tests[0] for n in (0, 800))
    assert delta.est == drawn.est == pytest.approx(0.2, abs=3 * delta.se)
    assert drawn.se == pytest.approx(delta.se, rel=0.1)


def test_a_small_sample_is_judged_by_the_skewed_interval_of_its_samples():
    few = simulate("m ~ 0.5*x; y ~ 0.5*m; x ~~ 1*x", 60, seed=1)
    delta, drawn = (judge([expected("H", "m")], sme.fit("m ~ x; y ~ m", few, bootstrap=n)).tests[0] for n in (0, 1000))
    assert delta.ci_upper - delta.est == pytest.approx(delta.est - delta.ci_lower)
    assert drawn.ci_upper - drawn.est > 1.2 * (drawn.est - drawn.ci_lower)


@pytest.mark.parametrize("via", [["w", "m"], ["q"], ["m", "m"], ["m", "w", "x"]])
def test_a_route_that_the_model_does_not_hold_is_not_tested(fitted, via):
    test = judge([expected("H", via)], fitted).tests[0]
    assert test.supported is None and test.verdict.en == "not in this model" and math.isnan(test.est)


def test_a_direct_path_is_no_mediation(answers):
    asked = [expected("H1", "m"), expected("H2", ())]
    tests = judge(asked, sme.fit("y ~ x + m", answers)).tests
    assert [t.verdict.en for t in tests] == ["not in this model", tests[1].verdict.en] and tests[
        1
    ].supported is not None
    tests = judge(asked, sme.fit("y ~ m; m ~ x", answers)).tests
    assert tests[0].supported is not None and tests[1].verdict.en == "not in this model"


def test_loadings_are_no_paths_of_a_route():
    frame = simulate("f =~ 0.8*a + 0.8*b + 0.8*c; f ~ 0.5*x", 300, seed=1)
    fit = sme.fit("f =~ a + b + c; f ~ x", frame)
    assert "x → f → a" in fit.effects("a", "x")["route"].tolist()
    assert judge([expected("H", "f", "a ~ x")], fit).tests[0].verdict.en == "not in this model"


@pytest.mark.parametrize("draws", [0, 50])
def test_a_fixed_path_leaves_the_others_to_be_tested_and_is_told(answers, draws):
    fit = sme.fit("m ~ 0.4*x; y ~ m", answers, bootstrap=draws)
    found = judge([expected("H7", "m")], fit)
    row = fit.estimates().query("op == '~' and rhs == 'm'").iloc[0]
    (test,) = found.tests
    assert (test.est, test.se) == pytest.approx((0.4 * row["est"], 0.4 * row["se"]), rel=1e-9)
    assert found.notes[-1].en == "H7: a path of the route is fixed by the model; the test is of the others."


@pytest.mark.parametrize("model", ["m ~ 0.4*x; y ~ 0.5*m", "m ~ 0*x; y ~ m"])
@pytest.mark.parametrize("draws", [0, 50])
def test_a_product_that_the_model_fixes_is_not_tested(answers, model, draws):
    test = judge([expected("H", "m")], sme.fit(model, answers, bootstrap=draws)).tests[0]
    assert test.supported is None and test.verdict.en == "fixed in this model" and math.isnan(test.est)


def test_without_a_fit_there_is_no_verdict(answers):
    lost = sme.fit("m ~ x; y ~ m", answers, max_iterations=0, on_failure="return")
    for found in (None, lost):
        assert judge([expected("H", "m")], found).tests[0].verdict.en == "model not fitted"


def test_another_model_may_hold_the_route_and_is_tested_by_its_own_errors(answers, fitted):
    other = sme.fit("m ~ x; y ~ m", answers)
    drawn = sme.bootstrap(fitted, 50, seed=3, progress=False)
    asked = [expected("H1", "m"), expected("H2", "m", model="short")]
    found = judge(asked, fitted, others={"short": other}, bootstrap=drawn)
    assert found.tests[1].se == other.effects("y", "x").set_index("effect").loc["indirect", "se"]
    assert found.tests[0].se != fitted.effects("y", "x").set_index("route").loc["x → m → y", "se"]
    assert [note.en.split(":")[0] for note in found.notes[-2:]] == ["H2", found.notes[-1].en.split(":")[0]]
    assert "H1 [" in found.notes[-1].en and "H2 [" not in found.notes[-1].en


def test_a_correction_counts_routes_and_paths_alike(fitted):
    asked = [expected("H1", ["m", "w"]), expected("H2", (), "m ~ x"), expected("H3", "w"), expected("H4", "q")]
    plain, holm = judge(asked, fitted), judge(asked, fitted, correction="holm")
    worst = max(t.pvalue for t in plain.tests[:3])
    assert [t.pvalue_adjusted for t in holm.tests if t.pvalue == worst] == [worst]
    least = min(t.pvalue for t in plain.tests[:3])
    assert [t.pvalue_adjusted for t in holm.tests if t.pvalue == least] == pytest.approx([3 * least])
    assert "3 tests (Holm, 1979)" in holm.tables()[0].notes[0].en


def test_the_table_writes_the_route_and_says_how_it_was_tested(fitted, resampled):
    labels = {"x": Words("Culture", "文化"), "m": Words("Capability", "能力"), "y": "BMI"}
    asked = [expected("H5", "m"), expected("H1", (), "y ~ m")]
    delta = judge(asked, fitted, labels=labels).tables()[0]
    assert [str(r["path"]) for r in delta.records("en")] == ["Culture → Capability → BMI", "BMI ← Capability"]
    assert [str(r["path"]) for r in delta.records("zh")] == ["文化 → 能力 → BMI", "BMI ← 能力"]
    assert delta.notes[-1].en == (
        "H5: tested by the product of the paths along the route, its error by the delta method (Sobel, 1982). Products "
        "are not normal in small samples: a bootstrap is the better test."
    )
    assert delta.notes[-1].zh.startswith("H5：以路径链上各路径系数之积检验，标准误由Delta法（Sobel，1982）得到。")
    found = judge(asked, resampled, 0.1, labels=labels)
    test, note = found.tests[0], found.tables()[0].notes[-1]
    assert note.en == (
        "Tested by the product of the paths along the route, with its error, 90% percentile interval and the p that "
        f"goes with this from {DRAWS} bootstrap samples: H5 [{test.ci_lower:.3f}, {test.ci_upper:.3f}]."
    )
    assert f"90%百分位法置信区间及相应p值来自{DRAWS}个Bootstrap样本：H5 [" in note.zh


def test_paths_alone_are_said_nothing_of_routes(fitted):
    assert len(judge([expected("H1", (), "y ~ m")], fitted).tables()[0].notes) == 1


def test_the_frame_names_the_mediators(fitted):
    frame = judge([expected("H1", ["m", "w"]), expected("H2", ())], fitted).frame
    assert frame["via"].tolist() == ["m → w", ""]
    assert (frame["ci_lower"] < frame["est"]).all() and (frame["est"] < frame["ci_upper"]).all()


def test_a_moderated_route_is_refused():
    with pytest.raises(ValidationError, match="a moderated path, 'y ~ x:z', has no mediators; leave via out"):
        expected("H", "m", "y ~ x:z")


def test_samples_drawn_where_the_model_holds_are_refused(fitted):
    drawn = sme.bootstrap(fitted, 20, kind="bollen-stine", progress=False)
    with pytest.raises(SpecificationError, match="take kind='nonparametric' for effects"):
        judge([expected("H", "m")], fitted, bootstrap=drawn)


def test_a_multiverse_follows_the_route(answers):
    models = {"full": "m ~ x; y ~ m", "partial": "m ~ x; y ~ m + x", "none": "y ~ x; m ~~ y"}
    asked = [expected("H5", "m"), expected("H1", (), "y ~ x")]
    found = sme.multiverse(None, answers, choices={"model": models}, hypotheses=asked, progress=False)
    own = found.curve.query("hypothesis == 'H5'").set_index("model")
    assert own.loc["none", "status"] == "not in this model"
    for name in ("full", "partial"):
        fit = sme.fit(models[name], answers)
        row = fit.effects("y", "x").set_index("effect").loc["indirect"]
        assert own.loc[name, ["est", "se", "pvalue", "std"]].tolist() == pytest.approx(
            row[["est", "se", "pvalue", "est_std"]].tolist(), rel=1e-9
        )
        defined = sme.fit(models[name].replace("~ x;", "~ a*x;").replace("~ m", "~ b*m") + "; ab := a*b", answers)
        std = defined.standardized().query("lhs == 'ab'").iloc[0]
        assert own.loc[name, ["std_se", "std_ci_lower"]].tolist() == pytest.approx(
            [std["se"], std["ci_lower"]], rel=1e-9
        )
    assert found.table["path"].tolist() == ["x → m → y", "y ~ x"]
    assert isinstance(found.specification_curve("H5"), str)
    assert pd.isna(own.loc["none", "est"])


def test_a_multiverse_refuses_a_mediator_that_no_model_has(answers):
    with pytest.raises(SpecificationError, match=r"hypothesis 'H': no model has a variable 'mm'\. Did you mean 'm'\?"):
        sme.multiverse(
            "m ~ x; y ~ m", answers, choices={"estimator": ["ML"]}, hypotheses=[expected("H", "mm")], progress=False
        )
