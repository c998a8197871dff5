"""Thresholds and correlations that a path model implies: derivatives, parameterizations, and formulas by hand."""

import numpy as np
import pytest

from sem.models import central_difference
from sme_sem.kernels import gradients, latent_response, least_squares
from sme_sem.kernels.discrepancy import Sample
from sme_sem.kernels.latent_response import OrderedPattern
from sme_sem.sem.completion import parameter_table
from sme_sem.sem.options import Options
from sme_sem.sem.specification import Specification

MODELS = {
    "items": ("f =~ a + b + c; g =~ d + e + k", {"a": 2, "b": 3, "c": 2, "d": 1, "e": 1, "k": 2}),
    "covariates": ("f =~ a + b + c; f ~ x + z; b ~ x", {"a": 2, "b": 1, "c": 3}),
    "ordered mediator": ("m ~ x; y ~ m + x; w ~ m + y", {"m": 2, "y": 1, "w": 3}),
    "ordered mediator, residuals correlated": ("m ~ x; y ~ m; w ~ m + x; y ~~ w", {"m": 1, "y": 2, "w": 1}),
    "mixed": ("f =~ a + b + c + d; d ~~ b", {"a": 2, "c": 1}),
    "mixed mediator": ("m ~ x; y ~ m; w ~ y", {"m": 2, "w": 1}),
    "second order": ("f =~ a + b; g =~ c + d; h =~ e + k; t =~ f + g + h", dict.fromkeys("abcdek", 2)),
}
every_model = pytest.mark.parametrize("name", MODELS)
both = pytest.mark.parametrize("parameterization", ["delta", "theta"])
groups_too = pytest.mark.parametrize("groups", [1, 2])


def at_a_point(name, parameterization="delta", groups=1, seed=1):
    """A model's table and pattern and a theta with admissible variances; in two groups scales differ."""
    text, ordered = MODELS[name]
    equal = ("loadings", "thresholds", "intercepts") if groups > 1 else ()
    options = Options(meanstructure=True, parameterization=parameterization, group_equal=equal)
    table = parameter_table(Specification.read(text), options, groups, tuple(ordered.items()))
    rng = np.random.default_rng(seed)
    theta = np.zeros(table.n_free)
    for p in table.parameters:
        if not p.free:
            continue
        if p.op == "|":
            theta[p.index] = int(p.rhs[1:]) * 0.6 - 1 + rng.uniform(-0.2, 0.2)
        elif p.op == "~*~" or (p.op == "~~" and p.lhs == p.rhs):
            theta[p.index] = rng.uniform(0.3, 0.9)
        elif p.op == "~~":
            theta[p.index] = rng.uniform(-0.15, 0.15)
        else:
            theta[p.index] = rng.uniform(0.2, 0.8)
    return table, table.pattern, theta


def matrices_by_hand(table, pattern, theta):
    """Thresholds, slopes and covariances of responses as they are seen, group by group, from the definitions."""
    found = []
    for g in range(table.groups):
        names, p = table.variables, len(table.observed)
        place = {name: i for i, name in enumerate(names)}
        A, S, m = np.zeros((len(names), len(names))), np.zeros((len(names), len(names))), np.zeros(len(names))
        D, tau = np.ones(p), {}
        for row in table.parameters:
            if row.group != g or row.derived or row.exogenous:
                continue
            value, i = theta[row.index] if row.free else row.value, place[row.lhs]
            if row.op == "=~":
                A[place[row.rhs], i] = value
            elif row.op == "~":
                A[i, place[row.rhs]] = value
            elif row.op == "~~":
                S[i, place[row.rhs]] = S[place[row.rhs], i] = value
            elif row.op == "~1":
                m[i] = value
            elif row.op == "|":
                tau[row.lhs, row.rhs] = value
            else:
                D[i] = value
        E = np.linalg.inv(np.eye(len(names)) - A)
        cut = [place[name] for name in table.ordered]
        if table.delta:  # residual variances by fixed-point iteration, one variable's arrow after the other
            for _ in range(100):
                for i in cut:
                    S[i, i] += (D[i] ** -2 - (E @ S @ E.T)[i, i]) / E[i, i] ** 2
        sigma, mu = E @ S @ E.T, E @ m
        if not table.delta:
            D[cut] = np.diagonal(sigma)[cut] ** -0.5
        x = [place[name] for name in table.exogenous]
        y = range(p - len(x))
        found.append(
            {
                "thresholds": [
                    D[place[n]] * (tau[n, t] - mu[place[n]]) if t else mu[place[n]] for n, t in table.thresholds
                ],
                "slopes": [D[i] * E[i, j] for j in x for i in y],
                "variances": [sigma[i, i] for i in y if i not in cut],
                "covariances": [D[i] * D[j] * sigma[i, j] for j in y for i in range(j + 1, len(y))],
                "D": D[y],
                "sigma": sigma,
            }
        )
    return found


@every_model
@both
@groups_too
def test_moments_are_those_of_the_definitions(name, parameterization, groups):
    table, pattern, theta = at_a_point(name, parameterization, groups)
    found = latent_response.responses(pattern, theta)
    for g, own in enumerate(matrices_by_hand(table, pattern, theta)):
        kinds = "thresholds", "slopes", "variances", "covariances"
        np.testing.assert_allclose(found.vector[g], np.concatenate([own[kind] for kind in kinds]), atol=1e-12)
        np.testing.assert_allclose(found.D[g], own["D"], rtol=1e-12)


@every_model
@both
@groups_too
def test_slopes_are_those_of_finite_differences(name, parameterization, groups):
    _, pattern, theta = at_a_point(name, parameterization, groups)
    cells = latent_response.jacobian(pattern, latent_response.responses(pattern, theta))
    ours = least_squares.by_parameter(pattern, cells)
    numeric = central_difference(lambda t: latent_response.responses(pattern, t).vector, theta)
    np.testing.assert_allclose(ours, numeric.mT, atol=1e-8)


@every_model
@both
def test_the_gradient_of_the_discrepancy_is_that_of_finite_differences(name, parameterization):
    _, pattern, theta = at_a_point(name, parameterization, groups=2)
    _, _, elsewhere = at_a_point(name, parameterization, groups=2, seed=2)
    target = latent_response.responses(pattern, elsewhere).vector
    weight = np.random.default_rng(3).uniform(0.5, 2, target.shape)
    sample = Sample(None, None, np.array([0.4, 0.6]), None, weight, target)
    found = latent_response.slope(pattern, sample, theta)
    numeric = central_difference(lambda t: latent_response.slope(pattern, sample, t).value, theta)
    np.testing.assert_allclose(found.gradient, numeric, atol=1e-7)
    assert found.value > 0 and latent_response.slope(pattern, sample, elsewhere).value < 1e-25
    value, gradient = gradients.of_ordered(pattern, sample, theta)
    assert value == pytest.approx(found.value, rel=1e-12)
    np.testing.assert_allclose(gradient, found.gradient, rtol=1e-10, atol=1e-12)


@every_model
@groups_too
def test_in_delta_residual_variances_make_every_response_s_variance_the_inverse_square_of_its_scale(name, groups):
    _, pattern, theta = at_a_point(name, "delta", groups)
    found = latent_response.responses(pattern, theta)
    o = pattern.ordered
    variance = np.linalg.diagonal(found.moments.sigma)[:, o]
    np.testing.assert_allclose(variance, found.D[:, o] ** -2, rtol=1e-12)


@every_model
@groups_too
def test_the_slopes_of_residual_variances_are_those_of_finite_differences(name, groups):
    _, pattern, theta = at_a_point(name, "delta", groups)
    o, p, G = pattern.ordered, pattern.observed, pattern.groups

    def residual(t):
        _, S, _ = latent_response.matrices(pattern, t, np.zeros((G, p, p)), np.zeros((G, p)))
        return S[:, o, o]

    cells = latent_response.residual_slopes(pattern, latent_response.responses(pattern, theta))
    np.testing.assert_allclose(
        least_squares.by_parameter(pattern, cells), central_difference(residual, theta).mT, atol=1e-8
    )


@pytest.mark.parametrize("name", ["items", "covariates", "mixed", "second order"])
def test_delta_and_theta_imply_the_same_when_every_response_changes_its_unit(name):
    """y* divided by its theta deviation is the delta response: loadings, thresholds and paths go with it."""
    theta_table, theta_pattern, theta = at_a_point(name, "theta")
    delta_table, delta_pattern, _ = at_a_point(name, "delta")
    D = latent_response.responses(theta_pattern, theta).D[0]
    unit = dict(zip(theta_table.observed, D)) | dict.fromkeys(theta_table.latent, 1.0)
    values = {p.key: theta[p.index] for p in theta_table.parameters if p.free}
    markers = {p.lhs: unit[p.rhs] for p in theta_table.parameters if p.op == "=~" and not p.free}
    of = {f: markers[f] for f in theta_table.latent}  # constructs take the new unit of their marker
    for f in theta_table.latent:
        for p in theta_table.parameters:
            if p.op == "=~" and p.lhs == f and not p.free and p.rhs in theta_table.latent:
                of[f] = of[p.rhs]
    unit |= of
    moved = np.zeros(delta_table.n_free)
    for p in delta_table.parameters:
        if not p.free:
            continue
        i, j = unit[p.lhs], unit.get(p.rhs, 1.0)
        factor = {"=~": j / i, "~": i / j, "~~": i * j, "|": i, "~1": i}[p.op]
        moved[p.index] = values[p.key] * factor
    np.testing.assert_allclose(
        latent_response.responses(delta_pattern, moved).vector,
        latent_response.responses(theta_pattern, theta).vector,
        atol=1e-12,
    )


@both
def test_a_batch_is_its_members(parameterization):
    _, pattern, theta = at_a_point("covariates", parameterization, groups=2)
    batch = theta + np.random.default_rng(5).uniform(-0.02, 0.02, (2, 3, len(theta)))
    found = latent_response.responses(pattern, batch)
    slopes = latent_response.jacobian(pattern, found)
    for b in np.ndindex(2, 3):
        own = latent_response.responses(pattern, batch[b])
        np.testing.assert_array_equal(found.vector[b], own.vector)
        np.testing.assert_array_equal(slopes[b], latent_response.jacobian(pattern, own))


def test_a_response_of_negative_variance_has_no_scale_and_harms_nobody():
    table, pattern, theta = at_a_point("items", "theta")
    variance = next(p.index for p in table.parameters if p.op == "~~" and p.lhs == p.rhs == "f")
    batch = np.stack([theta, theta, theta])
    batch[1, variance] = -50.0
    vector = latent_response.responses(pattern, batch).vector
    assert np.isnan(vector[1]).any()
    np.testing.assert_array_equal(vector[[0, 2]], latent_response.responses(pattern, batch[[0, 2]]).vector)


def test_what_is_asked_of_the_pattern():
    _, pattern, _ = at_a_point("mixed mediator")
    assert isinstance(pattern, OrderedPattern)
    assert (pattern.modelled, pattern.numeric.tolist(), pattern.ordered.tolist()) == (3, [1], [0, 2])
    assert pattern.sign.tolist() == [1, 1, -1, 1]
    assert [x.tolist() for x in pattern.pairs] == [[1, 2, 2], [0, 0, 1]]


@every_model
@both
@groups_too
def test_thresholds_of_their_own_are_set_aside_and_put_back_where_they_fit(name, parameterization, groups):
    table, pattern, theta = at_a_point(name, parameterization, groups)
    apart = pattern.apart
    whole = latent_response.responses(pattern, theta)
    rest = latent_response.responses(apart.pattern, theta[apart.staying])
    np.testing.assert_array_equal(rest.vector, apart.of(whole.vector))
    own = {p.index for p in table.parameters if p.op == "|" and p.free}
    shared = {i for i in own if sum(p.index == i for p in table.parameters) > 1}
    assert set(apart.parameter.ravel()) == own - shared
    sample = Sample(None, None, np.full(groups, 1 / groups), None, None, whole.vector)
    there = apart.together(sample, theta[None, apart.staying], pattern.owner)
    np.testing.assert_allclose(there, theta[None], rtol=1e-12)


@both
def test_slopes_of_the_rest_are_those_with_every_threshold_at_its_moment(parameterization):
    _, pattern, theta = at_a_point("mixed mediator", parameterization)
    apart = pattern.apart
    vector = latent_response.responses(pattern, theta).vector
    vector = vector + np.random.default_rng(2).normal(scale=0.1, size=vector.shape)
    weight = np.random.default_rng(3).uniform(1, 2, size=vector.shape)
    sample = Sample(None, None, np.ones(1), None, weight, vector)
    fitting = apart.together(sample, theta[apart.staying], pattern.owner)
    whole = latent_response.slope(pattern, sample, fitting)
    rest = sample._replace(weight=apart.of(weight), target=apart.of(vector))
    part = latent_response.slope(apart.pattern, rest, theta[apart.staying])
    assert whole.value == pytest.approx(part.value, rel=1e-12)
    np.testing.assert_allclose(whole.gradient[apart.staying], part.gradient, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(whole.gradient[apart.parameter], 0, atol=1e-12)
    told = np.linalg.inv(whole.hessian)[np.ix_(apart.staying, apart.staying)]
    np.testing.assert_allclose(told, np.linalg.inv(part.hessian), rtol=1e-9, atol=1e-12)
