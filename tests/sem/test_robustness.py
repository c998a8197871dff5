"""Wild models on wild answers: a fit or a SmeSemError, and never a warning or another exception."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sme_sem as sme
from sem.models import POPULATIONS, fitted_text

MODEL = fitted_text(POPULATIONS["paths among constructs"])
ITEMS = ["v1", "v2", "v3", "v4", "v5", "v6"]
CONSTRUCTS = ["F", "G", "H"]
seeds = st.integers(0, 2**16)


@st.composite
def models(draw):
    """Statements with every operator, sensible or not."""
    name = st.sampled_from([*ITEMS, *CONSTRUCTS])
    modifier = st.sampled_from(
        ["", "", "", "", "NA*", "1*", "0*", "0.5*", "-2*", "a*", "b*", "start(0.3)*", "equal('F =~ v2')*"]
    )
    lines = []
    for construct in draw(st.lists(st.sampled_from(CONSTRUCTS), max_size=3, unique=True)):
        indicators = draw(st.lists(name, min_size=1, max_size=4, unique=True))
        lines.append(f"{construct} =~ " + " + ".join(draw(modifier) + i for i in indicators))
    for _ in range(draw(st.integers(0, 4))):
        left, right = draw(name), draw(st.one_of(name, st.just("1")))
        lines.append(f"{left} {draw(st.sampled_from(['~', '~', '~~']))} {draw(modifier)}{right}".replace("~~ 1", "~ 1"))
    lines += draw(st.lists(st.sampled_from(["d := a*b", "e := log(a)/b", "a == b", "a > 0"]), max_size=1))
    return "\n".join(lines)


@st.composite
def tables(draw):
    """Answers of every kind: few, many, constant, collinear, with holes, in any unit."""
    rng = np.random.default_rng(draw(seeds))
    n = draw(st.sampled_from([0, 1, 2, 3, 6, 7, 10, 40, 200]))
    common = rng.normal(size=(n, 1))
    X = common * draw(st.sampled_from([0.0, 0.8, 30.0])) + rng.normal(size=(n, 6))
    if draw(st.booleans()):
        X = np.clip(np.round(X + 3), 1, 5)  # five-point answers
    X = X * 10.0 ** rng.uniform(-6, 6, size=6) if draw(st.booleans()) else X
    match draw(st.sampled_from(["sound", "sound", "constant", "copy", "sum", "holes", "nearly a copy"])):
        case "constant":
            X[:, 1] = 3
        case "copy":
            X[:, 2] = X[:, 0]
        case "sum":
            X[:, 3] = X[:, 0] + X[:, 1]
        case "nearly a copy":
            X[:, 2] = X[:, 0] * (1 + 1e-9 * rng.normal(size=n))
        case "holes":
            X[rng.random(X.shape) < 0.3] = np.nan
    frame = pd.DataFrame(X, columns=ITEMS)
    return frame.sample(frac=1, axis=1, random_state=draw(st.integers(0, 99)))


def look_at_everything(fit):
    """Read whatever a fit offers."""
    for table in (fit.estimates(), fit.standardized(), fit.modification_indices()):
        assert isinstance(table, pd.DataFrame)
    assert fit.measures()["df"] >= 0
    assert len(fit.r_squared()) <= len(fit.observed) + len(fit.latent)
    assert fit.residuals().shape == (len(fit.observed),) * 2
    assert isinstance(str(fit), str)


@settings(max_examples=120)
@given(models(), tables())
def test_any_model_on_any_answers_is_fitted_or_refused_in_words(text, answers):
    try:
        fit = sme.fit(text, answers)
    except sme.SmeSemError as problem:
        assert len(str(problem)) > 20
        return
    assert fit.converged
    assert np.isfinite(fit.theta).all()
    look_at_everything(fit)


@settings(max_examples=60)
@given(models(), tables())
def test_a_fit_that_failed_can_be_read_when_it_was_asked_for(text, answers):
    try:
        fit = sme.fit(text, answers, on_failure="return", max_iterations=20)
    except sme.SmeSemError:
        return
    if not fit.converged:
        assert any(d.severity == "error" and len(d.message) > 20 for d in fit.diagnostics)
    look_at_everything(fit)


@settings(max_examples=60)
@given(models(), st.sampled_from(["sem", "growth", "explicit"]), st.booleans(), st.booleans(), st.booleans(), seeds)
def test_every_option_on_any_model_is_fitted_or_refused(text, preset, std_lv, orthogonal, fixed_x, seed):
    rng = np.random.default_rng(seed)
    answers = pd.DataFrame(rng.normal(size=(60, 6)) + 0.9 * rng.normal(size=(60, 1)), columns=ITEMS)
    options = {"std_lv": std_lv, "orthogonal": orthogonal, "fixed_x": fixed_x, "preset": preset}
    try:
        fit = sme.fit(text, answers, on_failure="return", max_iterations=30, **options)
    except sme.SmeSemError:
        return
    look_at_everything(fit)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("F =~ v1", {}),  # a baseline without degrees of freedom
        ("v1 ~ 1", {}),
        ("F =~ v1\nv2 ~ 1", {}),
        ("F =~ 0*v1\nF ~~ 1*F", {}),  # a construct that shows nowhere
        ("F =~ v1", {"preset": "explicit"}),  # no variance at all
        ("F =~ v1\nG =~ v4\nH =~ v2 + v3", {}),
        ("F =~ v1 + v2 + v3\nF ~~ -1*F", {}),
        ("v1 ~ 2*v2\nv2 ~ 0.5*v1", {}),  # a loop without equilibrium
    ],
)
def test_models_at_the_edge_are_read_to_the_end(text, options):
    answers = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 6)), columns=ITEMS)
    look_at_everything(sme.fit(text, answers, on_failure="return", max_iterations=30, **options))


def test_a_definition_is_checked_even_where_the_fit_failed():
    answers = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 6)), columns=ITEMS)
    with pytest.raises(sme.SpecificationError, match="'a' is neither a label"):
        sme.fit("F =~ v1\nG =~ v2\nH =~ 0*v3\nd := a*b", answers, on_failure="return")


@settings(max_examples=60)
@given(models(), seeds)
def test_any_population_is_drawn_from_or_refused(text, seed):
    try:
        answers = sme.simulate(text, 3, seed=seed)
    except sme.SmeSemError:
        return
    assert np.isfinite(answers.to_numpy()).all()


def sound(seed, n=150):
    return sme.simulate(POPULATIONS["paths among constructs"], n, seed=seed)


def values(fit, column="est"):
    rows = fit.estimates()
    keys = [(*sorted([r.lhs, r.rhs]), r.op) if r.op == "~~" else (r.lhs, r.rhs, r.op) for r in rows.itertuples()]
    return dict(zip(keys, rows[column]))


@settings(max_examples=20)
@given(seeds)
def test_the_order_of_rows_columns_and_lines_does_not_matter(seed):
    answers, rng = sound(seed), np.random.default_rng(seed)
    shuffled = answers.iloc[rng.permutation(150), rng.permutation(9)]
    measurement, structure = (
        MODEL.strip().split("\n")[:3],
        [line for line in MODEL.strip().split("\n")[3:] if line.strip()],
    )
    lines = [*rng.permutation(structure), *rng.permutation(measurement)]
    plain, mixed = sme.fit(MODEL, answers), sme.fit("\n".join(lines), shuffled)
    for column in ("est", "se", "std_all"):
        assert values(mixed, column) == pytest.approx(values(plain, column), rel=1e-6, abs=1e-8, nan_ok=True)
    assert mixed.measures().to_dict() == pytest.approx(plain.measures().to_dict(), rel=1e-7, abs=1e-9)


@settings(max_examples=20)
@given(seeds)
def test_units_rescale_the_estimates_as_theory_says(seed):
    answers = sound(seed)
    units = pd.Series(10.0 ** np.random.default_rng(seed).uniform(-6, 6, size=9), index=answers.columns)
    plain, rescaled = sme.fit(MODEL, answers), sme.fit(MODEL, answers * units)
    scale = units.to_dict() | {construct: units[f"{construct[0]}1"] for construct in plain.latent}  # its marker's
    for column in ("est", "se"):
        before, after = values(plain, column), values(rescaled, column)
        for (a, b, op), value in before.items():
            factor = {"=~": scale[b] / scale[a], "~": scale[a] / scale[b], "~~": scale[a] * scale[b]}[op]
            assert after[a, b, op] == pytest.approx(value * factor, rel=1e-5, nan_ok=True), (column, a, op, b)
    assert values(rescaled, "std_all") == pytest.approx(values(plain, "std_all"), rel=1e-6)
    assert rescaled.measures()["chisq"] == pytest.approx(plain.measures()["chisq"], rel=1e-8)


@settings(max_examples=20)
@given(seeds)
def test_moving_the_answers_moves_the_means_alone(seed):
    answers = sound(seed)
    shift = pd.Series(np.random.default_rng(seed).uniform(-1e3, 1e3, size=9), index=answers.columns)
    plain, moved = (sme.fit(MODEL, x, meanstructure=True) for x in (answers, answers + shift))
    before, after = values(plain), values(moved)
    for (a, b, op), value in before.items():
        expected = value + shift.get(a, 0.0) if op == "~1" else value
        assert after[a, b, op] == pytest.approx(expected, rel=1e-6, abs=1e-8), (a, op, b)


@settings(max_examples=15)
@given(seeds)
def test_answers_that_all_occur_twice_halve_the_variance_of_the_estimates(seed):
    answers = sound(seed)
    once, twice = sme.fit(MODEL, answers), sme.fit(MODEL, pd.concat([answers, answers], ignore_index=True))
    np.testing.assert_allclose(twice.theta, once.theta, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(twice.vcov, once.vcov / 2, rtol=1e-6, atol=1e-12)
    assert twice.measures()["chisq"] == pytest.approx(2 * once.measures()["chisq"], rel=1e-8)


def test_a_search_that_failed_where_variances_vanish_is_read_to_the_end():
    answers = pd.DataFrame(np.random.default_rng(0).normal(size=(120, 6)), columns=ITEMS)
    answers[["v1", "v2"]] = answers[["v1", "v2"]].round().clip(-2, 2)
    text = "v4 ~ 0.5*v5\nF =~ v5\nG =~ v6 + v4 + v2\nH =~ NA*v5 + v3"
    options = {"ordered": ["v1", "v2"], "preset": "explicit", "on_failure": "return", "max_iterations": 30}
    look_at_everything(sme.fit(text, answers, **options))
