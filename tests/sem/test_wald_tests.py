"""Wald tests of equalities: lavaan's, and what they must be by the theory."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sme_sem as sme
from sem.holzinger import pupils
from sme_sem.kernels.wald import statistic

MODEL = """
    visual =~ x1 + a*x2 + b*x3
    textual =~ x4 + c*x5 + d*x6
    speed =~ x7 + e*x8 + f*x9
    ratio := a/c
"""
# lavaan 0.6-14, lavTestWald() on hs.csv, good to five digits as its estimates are: statistic and p of all together
LAVAAN = {
    ("ML", "a == b"): (2.37632702936, 0.123186878061),
    ("ML", "a == b; c == d"): (11.6497104585, 0.00295323166304),
    ("ML", "a*b == 0.5"): (0.742209003184, 0.388954173241),
    ("ML", "ratio == 0.5; e == 1"): (1.19046598817, 0.551434070023),
    ("MLR", "a == b"): (3.81890300495, 0.050677407057),
    ("MLR", "a == b; c == d"): (11.9819457217, 0.00250122951787),
    ("MLR", "a*b == 0.5"): (0.341057199891, 0.559219620878),
    ("MLR", "ratio == 0.5; e == 1"): (1.93860292732, 0.379347933889),
}


@pytest.mark.parametrize(("estimator", "constraints"), LAVAAN)
def test_all_together_agree_with_lavaan(estimator, constraints):
    total = sme.fit(MODEL, pupils(), estimator=estimator).wald_tests(constraints).iloc[-1]
    assert total["lhs"] == "total"
    assert total["df"] == constraints.count("==")
    assert (total["x2"], total["pvalue"]) == pytest.approx(LAVAAN[estimator, constraints], rel=3e-5)


@pytest.mark.parametrize("options", [{}, {"estimator": "MLR"}, {"bootstrap": 50, "seed": 4}])
def test_one_equality_is_the_squared_z_of_the_difference(options):
    fit = sme.fit(MODEL + "\n apart := a - b", pupils(), **options)
    found = fit.wald_tests("a == b").iloc[0]
    row = fit.estimates().set_index("lhs").loc["apart"]
    if not options.get("bootstrap"):
        assert found["se"] == pytest.approx(row["se"], rel=1e-12)
    assert found["difference"] == pytest.approx(row["est"], rel=1e-12)
    assert found["x2"] == pytest.approx((found["difference"] / found["se"]) ** 2, rel=1e-12)


def test_among_many_respondents_it_is_the_difference_in_chi_square():
    answers = sme.simulate("f =~ 0.8*a + 0.7*b + 0.7*c + 0.6*d", 20_000, seed=2)
    text = "f =~ a + k*b + l*c + m*d"
    free, equal = sme.fit(text, answers), sme.fit(text + "\n k == l; l == m", answers)
    drop = equal.measures()["chisq"] - free.measures()["chisq"]
    total = free.wald_tests("k == l; l == m").iloc[-1]
    assert drop > 20
    assert total["x2"] == pytest.approx(drop, rel=0.05)


def test_what_follows_from_the_others_counts_once():
    fit = sme.fit(MODEL, pupils())
    some, more = fit.wald_tests("a == b; b == 0.7"), fit.wald_tests("a == b; b == a; b == 0.7; a == 0.7")
    assert (more["df"].iloc[-1], list(more["df"][:-1])) == (2, [1] * 4)
    assert more["x2"].iloc[-1] == pytest.approx(some["x2"].iloc[-1], rel=1e-9)


def test_a_unit_of_measurement_changes_no_test():
    data = pupils()
    data["x2"] *= 1e6
    plain = sme.fit(MODEL, pupils()).wald_tests("a*d == b; c == d").iloc[-1]
    scaled = sme.fit(MODEL, data).wald_tests("a*d == 1e6*b; c == d").iloc[-1]
    assert scaled["x2"] == pytest.approx(plain["x2"], rel=1e-6)


def test_labels_by_group_are_compared_across_groups():
    text = "visual =~ x1 + c(a1, a2)*x2 + x3; textual =~ x4 + x5 + x6"
    fit = sme.fit(text, pupils(), group="school")
    found = fit.wald_tests("a1 == a2").iloc[0]
    loadings = fit.estimates().query("rhs == 'x2' and op == '=~'")
    assert found["difference"] == pytest.approx(-loadings["est"].diff().iloc[-1])
    assert found["se"] ** 2 == pytest.approx((loadings["se"] ** 2).sum())  # groups are independent


@given(st.integers(1, 5), st.integers(0, 5), st.integers(0, 1000))
def test_the_statistic_is_that_of_any_full_set_of_the_claims(rank, repeated, seed):
    rng = np.random.default_rng(seed)
    root, apart = rng.standard_normal((rank, rank + 2)), rng.standard_normal(rank)
    spread = root @ root.T
    combined = np.vstack([np.eye(rank), rng.standard_normal((repeated, rank))])
    value, df = statistic(combined @ apart, combined @ spread @ combined.T)
    assert df == rank
    assert value == pytest.approx(apart @ np.linalg.solve(spread, apart), rel=1e-6)


def test_claims_about_what_does_not_vary_hold_or_cannot():
    assert statistic(np.zeros(1), np.zeros((1, 1))) == (0.0, 0)
    assert np.isnan(statistic(np.ones(1), np.zeros((1, 1)))[0])


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        ("a == b; a == b + 1", "'a == b; a == b+1': these cannot all hold, whatever the parameters are."),
        ("1 == 2", "'1 == 2' is about what is fixed, by the model or by its constraints: test estimated parameters."),
        ("a < b", "'a < b': a Wald test is of equalities between labels and numbers, as in 'a == b; c == 0'."),
        ("", "'': a Wald test is of equalities between labels and numbers, as in 'a == b; c == 0'."),
        ("aa == b", "'aa': 'aa' is neither a label in the model nor defined before."),
        ("log(a - 100) == 0", "'log(a-100) == 0' has no value, or no standard error, at the estimates."),
    ],
)
def test_what_cannot_be_tested_is_said(constraints, message):
    with pytest.raises(sme.SpecificationError) as caught:
        sme.fit(MODEL, pupils()).wald_tests(constraints)
    assert str(caught.value).startswith(message)


def test_constraints_that_are_no_text_are_refused_by_their_name():
    with pytest.raises(sme.SpecificationError, match=r"^constraints must be text, such as 'a == b; c == 0', not list"):
        sme.fit(MODEL, pupils()).wald_tests(["a == b"])


def test_what_the_model_holds_already_cannot_be_tested():
    fit = sme.fit(MODEL + "\n a == b", pupils())
    with pytest.raises(sme.SpecificationError, match="is about what is fixed"):
        fit.wald_tests("a == b")


def test_without_estimates_nothing_is_tested():
    fit = sme.fit(MODEL, pupils(), max_iterations=1, on_failure="return")
    with pytest.raises(sme.ConvergenceError, match="nothing can be tested"):
        fit.wald_tests("a == b")
