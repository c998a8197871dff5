"""Standard errors that a fit takes from bootstrap samples."""

import numpy as np
import pytest

import sme_sem as sme

MEDIATION = "m ~ a*x; y ~ b*m + c*x; indirect := a*b"
CONSTRUCTS = "F =~ a + b + c; G =~ d + e + f; G ~ F"


def people(n=150):
    return sme.simulate("m ~ 0.4*x; y ~ 0.5*m + 0.2*x; x ~~ 1*x", n, seed=3)


def test_errors_and_intervals_are_those_of_the_same_samples():
    answers = people()
    fit = sme.fit(MEDIATION, answers, bootstrap=200, seed=5)
    found = sme.bootstrap(sme.fit(MEDIATION, answers), 200, seed=5).table.set_index("parameter")
    own = fit.estimates()
    own.index = [f"{row.lhs}{row.op}{row.rhs}" for row in own.itertuples()]
    names = ["m~x", "y~m", "y~x", "m~~m", "indirect:=a*b"]
    for column, other in (("se", "se"), ("ci_lower", "perc_lower"), ("ci_upper", "perc_upper")):
        np.testing.assert_allclose(own.loc[names, column], found.loc[names, other].astype(float), rtol=1e-12)
    standardized = fit.standardized().set_index(["lhs", "op", "rhs"])
    assert standardized.loc[("y", "~", "m"), "se"] == pytest.approx(found.loc["std(y~m)", "se"], rel=1e-12)


def test_estimates_and_fit_do_not_change():
    answers = people()
    plain, fit = sme.fit(MEDIATION, answers), sme.fit(MEDIATION, answers, bootstrap=50, seed=5)
    np.testing.assert_array_equal(plain.estimates()["est"], fit.estimates()["est"])
    assert plain.measures().equals(fit.measures())


def test_fixed_values_and_given_variables_have_no_error():
    estimates = sme.fit(MEDIATION, people(), bootstrap=50, seed=5).estimates().set_index(["lhs", "op", "rhs"])
    assert np.isnan(estimates.loc[("x", "~~", "x"), ["se", "ci_lower", "ci_upper"]].astype(float)).all()


def test_what_a_constraint_settles_is_its_own_interval():
    fit = sme.fit(MEDIATION + "; a == 0.5; double := 2*a", people(), bootstrap=50, seed=5)
    for _, row in fit.estimates().set_index("label").loc[["a", "double"]].iterrows():
        assert row["se"] == 0 and np.isnan(row["z"])
        assert row["ci_lower"] == pytest.approx(row["est"], rel=1e-12)
        assert row["ci_upper"] == pytest.approx(row["est"], rel=1e-12)


def test_the_unit_of_the_answers_changes_no_ratio_to_an_error():
    model = MEDIATION + "; none := a - a"
    ratios = []
    for unit in (1e-6, 1.0, 1e6):
        rows = sme.fit(model, unit * people(), bootstrap=100, seed=5).estimates().query("free or op == ':='")
        ratios.append((rows["est"] / rows["se"])[rows["label"] != "none"])
        assert rows.set_index("lhs").loc["none", "se"] == 0
    np.testing.assert_allclose(ratios[0], ratios[1], rtol=1e-6)
    np.testing.assert_allclose(ratios[2], ratios[1], rtol=1e-6)


def test_the_unit_of_one_variable_changes_no_ratio_to_an_error():
    model = MEDIATION + "; none := a - a"
    found = []
    for unit in (1.0, 1e5, 1e9):  # a mediator in points, or an amount in yuan
        rows = sme.fit(model, people().assign(m=unit * people()["m"]), bootstrap=100, seed=5).bootstrapped.table
        rows = rows[rows["kind"].isin(["estimate", "defined", "effect"])].set_index("parameter")
        assert rows.loc["none:=a-a", "se"] == 0
        found.append(rows[["est", "se", "bca_lower", "bca_upper", "pvalue"]].drop("none:=a-a"))
    for other in found[1:]:
        for name in ("est", "bca_lower", "bca_upper"):
            np.testing.assert_allclose(other[name] / other["se"], found[0][name] / found[0]["se"], rtol=1e-6)
        np.testing.assert_allclose(other["pvalue"], found[0]["pvalue"])


def test_a_difference_that_a_constraint_holds_at_zero_has_no_error():
    fit = sme.fit("m ~ a*x; y ~ b*m + x; a == b; none := a - b", people(), bootstrap=50, seed=5)
    assert fit.estimates().set_index("lhs").loc["none", "se"] == 0


def test_errors_approach_those_of_the_information_matrix():
    answers = sme.simulate("F =~ .8*a + .7*b + .6*c; G =~ .8*d + .7*e + .6*f; G ~ .5*F", 800, seed=2)
    plain, fit = sme.fit(CONSTRUCTS, answers), sme.fit(CONSTRUCTS, answers, se="bootstrap", seed=1)
    assert len(fit.bootstrapped.draws) == 1000
    free = plain.estimates()["free"]
    ratio = fit.estimates()["se"][free] / plain.estimates()["se"][free]
    assert ratio.between(0.85, 1.15).all()


def test_the_covariances_of_shared_parameters_stand_once():
    fit = sme.fit("F =~ a + k*b + k*c + d", _four(), bootstrap=60, seed=1)
    assert fit.vcov.shape == (fit.table.n_free, fit.table.n_free)
    assert np.linalg.eigvalsh(fit.vcov)[0] > 0


def test_clusters_are_drawn_whole():
    answers = people().assign(school=np.repeat(np.arange(30), 5))
    fit = sme.fit(MEDIATION, answers, cluster="school", bootstrap=50, seed=1)
    assert fit.bootstrapped.kind == "cluster"


def test_tables_say_where_errors_come_from():
    fit = sme.fit(MEDIATION, people(), bootstrap=50, seed=1)
    assert "50 bootstrap samples" in str(fit)


@pytest.mark.parametrize("options", [{"bootstrap": -1}, {"bootstrap": True}, {"bootstrap": 50, "se": "robust"}])
def test_what_makes_no_sense_is_refused(options):
    with pytest.raises(sme.SpecificationError, match="bootstrap"):
        sme.fit(MEDIATION, people(), **options)


def test_a_covariance_matrix_has_nobody_to_draw():
    covariance = people().cov()
    with pytest.raises(sme.SpecificationError, match="answers themselves"):
        sme.fit(MEDIATION, cov=covariance, n=150, bootstrap=50)


def _four():
    return sme.simulate("F =~ .8*a + .7*b + .7*c + .6*d", 300, seed=4)
