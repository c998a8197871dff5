"""semopy confirms our numbers, model by model, and says what it cannot do."""

import logging
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.errors import ConvergenceError, SpecificationError
from sme_sem.sem.second_engine import _Answer, _compared, cross_check

THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
POPULATION = """
    visual =~ 1*x1 + 0.6*x2 + 0.7*x3
    textual =~ 1*x4 + 1.1*x5 + 0.9*x6
    speed =~ 1*x7 + 1.2*x8 + 1.1*x9
    visual ~~ 0.8*visual + 0.4*textual + 0.25*speed
    textual ~~ 0.98*textual + 0.17*speed
    speed ~~ 0.38*speed
"""


@pytest.fixture(scope="module")
def pupils():
    return sme.simulate(POPULATION, 301, seed=1939)


MODELS = {
    "markers": (THREE, {}),
    "standardized constructs": (THREE, {"std_lv": True}),
    "orthogonal": (THREE, {"orthogonal": True}),
    "covariances divided by n - 1": (THREE, {"likelihood": "wishart"}),
    "observed information": (THREE, {"information": "observed"}),
    "equal loadings": ("visual =~ x1 + a*x2 + a*x3\ntextual =~ x4 + b*x5 + b*x6", {}),
    "equal residuals, correlated residuals": (
        "visual =~ x1 + x2 + x3 + x9\nx1 ~~ v*x1\nx2 ~~ v*x2\nx2 ~~ x9",
        {},
    ),
    "fixed residual": ("visual =~ x1 + x2 + x3 + x4\nx1 ~~ 0.5*x1", {"std_lv": True}),
    "single indicator": ("visual =~ x1 + x2 + x3\none =~ x9\none ~ visual", {}),
    "second order": (THREE + "\nability =~ visual + textual + speed", {}),
    "structural, with an observed outcome": (THREE + "\nspeed ~ visual + textual\nx10 ~ visual + textual", {}),
    "observed predictors": ("visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nvisual ~ x4 + x5\nspeed ~ visual + x4", {}),
    "observed predictors, free": ("visual =~ x1 + x2 + x3\nvisual ~ x4 + x5\nx6 ~ visual", {"fixed_x": False}),
    "uncorrelated predictors": ("visual =~ x1 + x2 + x3\nvisual ~ x4 + x5\nx4 ~~ 0*x5", {}),
    "paths only": ("x6 ~ x4 + x5\nx7 ~ x6 + x4\nx8 ~ x6", {}),
    "covariances only": ("x1 ~~ x2\nx1 ~~ x3", {}),
    "a construct and a variable without arrows": ("visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nvisual ~~ x9", {}),
    "a covariance fixed at zero": ("visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\ntextual ~~ 0*x1", {}),
}


@pytest.mark.parametrize(("model", "options"), MODELS.values(), ids=MODELS)
def test_everything_is_confirmed(pupils, model, options):
    fit = sme.fit(model, pupils.assign(x10=pupils["x1"] + pupils["x9"] ** 2), **options)
    check = cross_check(fit)
    assert check.frame[~check.frame["confirmed"]].empty
    assert check.confirmed == check.compared == 2 * fit.table.n_free + 4 - bool(fit.table.covariates)


@pytest.mark.parametrize(("share", "confirmed"), [(0.5, True), (2.0, False)])
def test_nothing_beyond_its_tolerance_is_confirmed(pupils, share, confirmed):
    """Every quantity moved by half, or twice, of what it may differ."""
    fit, off = sme.fit("visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6", pupils.div(50)), 1e-3 * share
    errors = np.sqrt(np.diagonal(fit.vcov))
    near = np.maximum(np.abs(fit.theta), errors)
    m = fit.measures()
    moved = _Answer(
        estimates=fit.theta + off * near,
        errors=errors * (1 + off),
        chi_square=m["chisq"] * (1 + off),
        df=int(m["df"]) + (not confirmed),
        cfi=m["cfi"] - off,
        rmsea=m["rmsea"] + off,
        message="",
    )
    rows = _compared(fit, moved, 1e-3)
    assert len(rows) == 2 * fit.table.n_free + 4
    assert {own for *_, own in rows} == {confirmed}


def test_the_corporate_reputation_model_is_confirmed_on_the_real_answers():
    instrument = sme.load_instrument("corporate-reputation")
    responses = sme.read_responses(sme.bundled_answers("corporate-reputation"), instrument)
    kept = sme.screen(responses).responses()
    check = cross_check(sme.fit(instrument.model_syntax(instrument.hypothesized), kept.frame))
    assert check.confirmed == check.compared >= 54
    assert abs(check.frame.set_index("quantity").loc["chisq", "difference"]) < 1e-4


def test_chinese_names_reach_semopy_and_return(pupils):
    chinese = pupils.rename(columns={"x1": "题项一", "x2": "题项二"})
    check = cross_check(sme.fit("视觉 =~ 题项一 + 题项二 + x3 + x4", chinese))
    assert check.confirmed == check.compared == 20
    assert "SE(视觉 =~ 题项二)" in check.frame["quantity"].tolist()


def test_a_covariance_matrix_serves_as_well_as_answers(pupils):
    from_answers = cross_check(sme.fit(THREE, pupils)).frame
    from_matrix = cross_check(sme.fit(THREE, cov=pupils.cov(), n=301)).frame
    assert from_matrix["confirmed"].all()
    np.testing.assert_allclose(from_matrix["theirs"], from_answers["theirs"], rtol=1e-5, atol=1e-6)


def test_a_wrong_estimate_is_not_confirmed(pupils):
    fit = sme.fit(THREE, pupils)
    theta = fit.theta.copy()
    theta[0] *= 1.001
    check = cross_check(replace(fit, theta=theta))
    row = check.frame.iloc[0]
    assert row["quantity"] == "visual =~ x2"
    assert not row["confirmed"]
    assert row["difference"] == pytest.approx(row["theirs"] - row["ours"])
    assert check.confirmed < check.compared


def test_variances_divided_by_n_do_not_pass_for_those_divided_by_n_minus_one(pupils):
    fit = sme.fit(THREE, pupils)
    check = cross_check(replace(fit, theta=sme.fit(THREE, pupils, likelihood="wishart").theta))
    names = check.frame.loc[~check.frame["confirmed"], "quantity"].tolist()
    assert {"visual ~~ visual", "x4 ~~ x4"} <= set(names)


def test_semopy_is_silent_and_leaves_logging_as_it_was(pupils, capfd):
    root, before = logging.getLogger(), logging.root.manager.disable
    handlers = list(root.handlers)
    cross_check(sme.fit(THREE, pupils, std_lv=True))
    assert capfd.readouterr() == ("", "")
    assert root.handlers == handlers
    assert logging.root.manager.disable == before


def test_semopy_as_the_engine_gives_a_fit_with_its_estimates(pupils):
    theirs, ours = (sme.fit("visual =~ x1 + x2 + x3 + x4", pupils, engine=engine) for engine in ("semopy", "sme"))
    difference = abs(theirs.theta - ours.theta).max()
    assert 0 < difference < 1e-4
    assert theirs.measures()["chisq"] == pytest.approx(ours.measures()["chisq"], abs=1e-5)
    assert [d.code for d in theirs.diagnostics] == ["estimated_by_semopy"]
    assert theirs.admissible


def test_an_engine_that_stopped_too_early_is_not_believed(pupils, monkeypatch):
    from sme_sem.sem import second_engine

    fitted = second_engine._fitted
    monkeypatch.setattr(second_engine, "_fitted", lambda model, cov, n: fitted(model, 1.2 * cov, n))
    with pytest.raises(ConvergenceError, match="no minimum"):
        sme.fit("visual =~ x1 + x2 + x3 + x4", pupils, engine="semopy")


def test_means_are_refused(pupils):
    with pytest.raises(SpecificationError) as problem:
        cross_check(sme.fit(THREE, pupils, meanstructure=True))
    assert str(problem.value) == (
        "semopy's maximum likelihood has no means and intercepts; fit without them (meanstructure=False)."
    )


def test_a_covariance_of_an_item_and_a_construct_is_refused(pupils):
    fit = sme.fit("a =~ x1 + x2 + x3 + x7; b =~ x4 + x5 + x6; b ~~ x7", pupils, on_failure="return")
    with pytest.raises(SpecificationError, match=r"between an item and a construct or a predictor: b ~~ x7\."):
        cross_check(fit)


def test_a_fit_that_did_not_converge_is_refused(pupils):
    fit = sme.fit(THREE, pupils, max_iterations=1, on_failure="return")
    with pytest.raises(ConvergenceError, match="nothing to confirm"):
        cross_check(fit)


def test_a_failure_inside_semopy_is_reported_in_one_sentence(pupils, monkeypatch):
    import semopy

    def broken(*arguments, **options):
        raise ValueError("no such thing")

    monkeypatch.setattr(semopy.Model, "fit", broken)
    with pytest.raises(SpecificationError, match=r"it stopped with ValueError \(no such thing\)"):
        cross_check(sme.fit(THREE, pupils))


def test_the_table_counts_and_speaks_both_languages(pupils):
    check = cross_check(sme.fit(THREE, pupils))
    (table,) = check.tables()
    assert table.notes[0].en == "46 of 46 values confirmed by semopy (tolerance 0.0001)."
    assert table.notes[0].zh == "semopy 证实了 46 个数值中的 46 个（容许误差 0.0001）。"
    assert isinstance(table.frame(), pd.DataFrame)
    doubted = replace(check, frame=check.frame.assign(confirmed=False), message="it gave up")
    assert doubted.tables()[0].notes[-1].en == "semopy's optimiser ended with: it gave up."
