"""Score tests, against the model with the parameter actually freed."""

from dataclasses import replace

import numpy as np
import pytest

import sme_sem as sme
from sem.models import POPULATIONS, central_difference, fitted_text, moments_by_hand
from sme_sem.kernels import discrepancy
from sme_sem.sem.candidates import candidates_of
from sme_sem.sem.completion import parameter_table
from sme_sem.sem.options import Options
from sme_sem.sem.parameters import Parameter
from sme_sem.sem.presentation import modification_indices
from sme_sem.sem.specification import Specification

MODEL = """
    trust =~ t1 + t2 + t3
    use =~ u1 + u2 + u3
    gain =~ g1 + g2 + g3
    use ~ trust
    gain ~ use
"""


@pytest.fixture(scope="module")
def answers():
    return sme.simulate(POPULATIONS["paths among constructs"], 600, seed=9)


@pytest.fixture(scope="module")
def fit(answers):
    return sme.fit(MODEL, answers)


def key(row):
    return row["lhs"], row["op"], row["rhs"]


def as_text(row):
    return f"{row['lhs']} ~ 1" if row["op"] == "~1" else f"{row['lhs']} {row['op']} {row['rhs']}"


def test_the_largest_come_first(fit):
    indices = fit.modification_indices()
    assert list(indices.columns) == ["lhs", "op", "rhs", "group", "mi", "epc", "sepc_lv", "sepc_all"]
    assert (indices["mi"].diff().dropna() <= 0).all()
    assert len(indices) > 40


def test_what_was_left_out_of_the_population_s_model_is_found(fit):
    top = {frozenset([r["lhs"], r["op"], r["rhs"]]) for r in fit.modification_indices().head(6).to_dict("records")}
    assert frozenset(["t1", "~~", "u1"]) in top
    assert frozenset(["gain", "~", "trust"]) in top


def test_no_free_parameter_is_a_candidate(fit):
    free = {p.key for p in fit.table.parameters if p.free}
    assert not {key(r) for r in fit.modification_indices().to_dict("records")} & free


def test_freeing_a_parameter_lowers_chi_square_and_moves_it_about_as_foretold(fit, answers):
    before = fit.measures()["chisq"]
    compared = 0
    for row in fit.modification_indices().to_dict("records"):
        if not 0.5 < row["mi"] < 20:  # a linear forecast: good for small steps
            continue
        relation = as_text(row).replace("=~ ", "=~ NA*") if row["op"] == "=~" else as_text(row)
        freed = sme.fit(fit.specification.add(relation), answers, on_failure="return")
        if not freed.admissible:
            continue
        compared += 1
        estimate = next(r for r in freed.estimates().to_dict("records") if key(r) == key(row))["est"]
        assert before - freed.measures()["chisq"] == pytest.approx(row["mi"], rel=0.2, abs=0.1), relation
        assert np.sign(estimate) == np.sign(row["epc"]), relation
        assert estimate == pytest.approx(row["epc"], rel=0.5, abs=0.02), relation
    assert compared >= 15


@pytest.mark.parametrize("relation", ["t1 ~~ u1", "gain ~ trust", "use =~ g2", "u1 ~~ g3"])
def test_the_index_is_the_score_test_of_the_larger_model(fit, relation):
    """N s^2 / V with the slope taken numerically and the information of the model that has the parameter."""
    table = parameter_table(fit.specification.add(relation), Options())
    pattern = table.pattern
    where = table.names().index(relation)
    values = {p.key: fit.theta[p.index] for p in fit.table.parameters if p.free}
    theta = np.zeros(table.n_free)
    for p in table.parameters:
        if p.free:
            theta[p.index] = values.get(p.key, 0.0)
    slope = central_difference(lambda x: discrepancy.value(pattern, fit.sample, x), theta)[where] / 2
    information = discrepancy.slope(pattern, fit.sample, theta).hessian / 2
    V = 1 / np.linalg.inv(information)[where, where]
    rows = {as_text(r): r for r in fit.modification_indices().to_dict("records")}
    assert rows[relation]["mi"] == pytest.approx(fit.n * slope**2 / V, rel=1e-5)
    assert rows[relation]["epc"] == pytest.approx(-slope / V, rel=1e-5)


def test_a_fixed_parameter_is_tested_where_it_is_fixed(answers):
    at_truth = sme.fit("trust =~ t1 + 0.8*t2 + t3; use =~ u1 + u2 + u3", answers)
    far = sme.fit("trust =~ t1 + 1.4*t2 + t3; use =~ u1 + u2 + u3", answers)
    mi = {
        name: {as_text(r): r for r in fit.modification_indices().to_dict("records")}["trust =~ t2"]
        for name, fit in (("truth", at_truth), ("far", far))
    }
    assert mi["truth"]["mi"] < 4 < 20 < mi["far"]["mi"]
    assert mi["far"]["epc"] < 0


def test_a_perfect_model_needs_nothing():
    covariance, _ = moments_by_hand(POPULATIONS["two constructs"])
    indices = sme.fit(fitted_text(POPULATIONS["two constructs"]), cov=covariance, n=400).modification_indices()
    assert len(indices) > 10
    assert indices["mi"].max() < 1e-12


def test_what_a_free_parameter_already_says_is_no_candidate():
    # t1 ~~ t2 and the other loadings are free: freeing t1 ~~ t1's twin, trust ~~ trust with all loadings, adds nothing
    fit = sme.fit("trust =~ t1 + t2 + t3", sme.simulate(POPULATIONS["two constructs"], 200, seed=1))
    assert len(fit.modification_indices()) == 0


def test_moments_of_covariates_are_listed_and_promise_nothing():
    # lavaan 0.6-14 and 0.7 list gender ~~ gender with an index of 1e-23, as any that are kept as the sample has them
    answers = sme.simulate("m ~ 0.4*x + 0.2*z; y ~ 0.5*m; x ~~ 0.3*z", 200, seed=1)
    fit = sme.fit("m ~ x + z; y ~ m", answers)
    listed = fit.modification_indices()
    given = listed[listed["lhs"].isin(["x", "z"]) & listed["rhs"].isin(["x", "z"]) & (listed["op"] == "~~")]
    assert set(zip(given["lhs"], given["rhs"], strict=True)) == {("x", "x"), ("x", "z"), ("z", "z")}
    assert (given[["mi", "epc", "sepc_lv", "sepc_all"]] == 0).all(axis=None)
    assert all(row[1] > 0 for row in modification_indices(fit).rows)
    with_means = sme.fit("m ~ x + z; y ~ m", answers, meanstructure=True).modification_indices()
    assert with_means.loc[with_means["op"] == "~1", ["lhs", "mi"]].to_numpy().tolist() == [["x", 0.0], ["z", 0.0]]
    estimated = sme.fit("m ~ x + z; y ~ m", answers, fixed_x=False).modification_indices()
    assert not (estimated["mi"] == 0).any()


def test_units_do_not_change_an_index(fit, answers):
    rescaled = sme.fit(MODEL, answers * [100, 1, 1, 0.01, 1, 1, 1, 1, 1])
    ours = {as_text(r): r["mi"] for r in fit.modification_indices().to_dict("records")}
    theirs = {as_text(r): r for r in rescaled.modification_indices().to_dict("records")}
    assert set(ours) == set(theirs)
    for name, mi in ours.items():
        assert theirs[name]["mi"] == pytest.approx(mi, rel=1e-6, abs=1e-8), name


def test_intercepts_are_candidates_where_means_are_modelled():
    population = POPULATIONS["means"]
    answers = sme.simulate(population, 400, seed=3)
    spec = sme.Specification.read(fitted_text(population))
    fit, freed = sme.fit(spec.add("t2 ~ 0*1"), answers), sme.fit(spec, answers)
    row = next(r for r in fit.modification_indices().to_dict("records") if key(r) == ("t2", "~1", ""))
    assert row["mi"] == pytest.approx(fit.measures()["chisq"] - freed.measures()["chisq"], rel=0.2)
    assert row["mi"] > 4
    assert 0 < row["epc"]


def test_a_loading_of_a_construct_and_a_path_to_it_are_one_candidate():
    # a latent change score: the change is measured by the later state and predicts it, which is one arrow
    text = "s1 =~ 1*y1; s2 =~ 1*y2; s3 =~ 1*y3; s2 ~ 1*s1; s3 ~ 1*s2; d2 =~ 1*s2; d3 =~ 1*s3; d3 ~ d2"
    free = "; s1 ~~ s1; d2 ~~ s1; y1 ~~ 0.1*y1; y2 ~~ 0.1*y2; y3 ~~ 0.1*y3; s2 ~~ 0*s2; s3 ~~ 0*s3; d2 ~~ d2; d3 ~~ d3"
    truth = "s1 =~ 1*y1; y2 ~ 0.8*y1; y3 ~ 0.7*y2"
    answers = sme.simulate(truth, 300, seed=3)
    changes = sme.fit(text + free, answers, preset="explicit")
    named = [key(row) for row in changes.modification_indices().to_dict("records")]
    assert ("d3", "=~", "s3") in named or ("s3", "~", "s2") in named
    assert ("s3", "~", "d3") not in named


@pytest.mark.parametrize(
    ("text", "options", "thresholds"),
    [
        (MODEL, Options(), ()),
        (MODEL + "g1 ~~ 0.1*u1; use ~~ 0*use; t3 ~ 1*1; gain ~ x", Options(meanstructure=True), ()),
        (MODEL + "gain ~ c(0, NA)*trust + x", Options(group_equal=("loadings",)), (("t1", 3), ("u2", 1))),
        (MODEL + "gain ~ x", Options(parameterization="theta"), (("t1", 3), ("u2", 1))),
        ("offer <~ p1 + p2; trust =~ t1 + t2 + t3; trust ~ offer; y ~ trust + x", Options(), ()),
    ],
)
def test_each_candidate_stands_where_the_model_would_have_it_and_none_twice(text, options, thresholds):
    table = parameter_table(Specification.read(text), options, 2, thresholds)
    found = candidates_of(table)
    said = {name: list(column) for name, column in found.columns(np.arange(len(found.op)), ["0", "1"]).items()}
    rows = zip(said["lhs"], said["op"], said["rhs"], map(int, said["group"]), strict=True)
    freed = replace(table, parameters=tuple(Parameter(*row) for row in rows))
    pattern = found.pattern
    group, cell = np.nonzero(pattern.parameter >= table.n_free)
    cells = {
        pattern.parameter[g, c] - table.n_free: (g, (pattern.matrix[c], pattern.row[c], pattern.col[c]))
        for g, c in zip(group, cell, strict=True)
    }
    assert [cells[r] for r in range(len(found.op))] == list(zip(freed.group, freed.cells, strict=True))
    assert len(set(cells.values())) == len(found.op)
    free = {(p.group, table.cells[r]) for r, p in enumerate(table.parameters) if p.free}
    assert not free & set(cells.values())
    values = {(p.group, p.key): p.value for p in table.parameters if not (p.free or p.derived or p.exogenous)}
    assert [values.get((p.group, p.key), 0.0) for p in freed.parameters] == found.value.tolist()
