"""Vuong's tests: against their definition, against each other, and under models that are known to be equal or not."""

import numpy as np
import pytest
from scipy import stats

import sme_sem as sme
from sem.holzinger import ITEMS, MODEL, pupils, pupils_with_gaps
from sme_sem.comparison.vuong import log_likelihoods, rivalry
from sme_sem.kernels import vuong as kernel
from sme_sem.kernels.log_density import log_density

MOVED = "visual =~ x1 + x2 + x3 + x9\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8"
NARROW = MODEL + "\nvisual ~~ 0*speed"


@pytest.mark.parametrize("options", [{}, {"meanstructure": True}, {"group": "school"}])
def test_log_likelihoods_add_up_to_that_of_the_fit(options):
    fit = sme.fit(MODEL, pupils(), **options)
    assert log_likelihoods(fit).sum() == pytest.approx(fit.measures()["logl"], rel=1e-12)


def test_log_likelihoods_with_gaps_add_up_to_that_of_the_fit():
    fit = sme.fit(MODEL, pupils_with_gaps(), missing="fiml")
    assert log_likelihoods(fit).sum() == pytest.approx(fit.measures()["logl"], rel=1e-12)


def test_the_log_density_is_that_of_the_answers_given():
    random = np.random.default_rng(5)
    root = random.standard_normal((3, 3))
    covariance, mean = root @ root.T + np.eye(3), np.array([1.0, 2.0, 3.0])
    answers = random.standard_normal((4, 3))
    answers[1, 2] = answers[2, 0] = np.nan
    expected = [
        stats.multivariate_normal(mean[g], covariance[np.ix_(g, g)]).logpdf(row[g])
        for row in answers
        for g in [np.flatnonzero(~np.isnan(row))]
    ]
    np.testing.assert_allclose(log_density(answers, mean, covariance), expected, rtol=1e-12)


def test_the_weights_are_the_eigenvalues_of_w():
    random = np.random.default_rng(2)
    scores = random.standard_normal((60, 5)) @ random.standard_normal((5, 5))
    f, g = scores[:, :2], scores[:, 2:]
    A_f, A_g = np.diag([2.0, 3.0]), np.diag([1.0, 0.5, 4.0])
    B = scores.T @ scores / 60
    inverse = np.zeros((5, 5))
    inverse[:2, :2], inverse[2:, 2:] = A_f, -A_g
    expected = np.sort(np.linalg.eigvals(B @ inverse).real)
    np.testing.assert_allclose(kernel.weights(f, g, A_f, A_g), expected, rtol=1e-9, atol=1e-12)


def test_the_statistics_follow_their_definition():
    a, b = sme.fit(MODEL, pupils()), sme.fit(MOVED, pupils())
    apart = log_likelihoods(a) - log_likelihoods(b)
    found = rivalry(a, b)
    assert found.variance == pytest.approx(apart.var(), rel=1e-12)
    assert found.z == pytest.approx(apart.sum() / (np.sqrt(301) * apart.std()), rel=1e-12)
    assert found.ratio == pytest.approx(b.measures()["chisq"] - a.measures()["chisq"], rel=1e-9)
    assert found.aic[0] == pytest.approx(a.measures()["aic"] - b.measures()["aic"], rel=1e-9)
    assert found.aic[2] - found.aic[1] == pytest.approx(2 * 1.959964 * 2 * np.sqrt(301) * apart.std(), rel=1e-6)


def test_models_of_unequal_size_differ_by_their_criteria_and_p_is_of_both_tails():
    a, b = sme.fit(MODEL, pupils()), sme.fit(MOVED + "\nx1 ~~ x9\nx2 ~~ x8", pupils())
    for first, second in ((a, b), (b, a)):
        found = rivalry(first, second)
        for criterion in ("aic", "bic"):
            ours = first.measures()[criterion] - second.measures()[criterion]
            assert getattr(found, criterion)[0] == pytest.approx(ours, rel=1e-9)
        assert found.pvalue == pytest.approx(2 * stats.norm.sf(abs(found.z)), rel=1e-10)


def test_turning_the_models_round_turns_the_signs():
    a, b = sme.fit(MODEL, pupils()), sme.fit(MOVED, pupils())
    there, back = rivalry(a, b), rivalry(b, a)
    assert back.z == pytest.approx(-there.z, rel=1e-12)
    assert back.bic == pytest.approx((-there.bic[0], -there.bic[2], -there.bic[1]), rel=1e-12)
    assert back.distinguishable_pvalue == pytest.approx(there.distinguishable_pvalue, rel=1e-6)


def test_without_misfit_the_weights_of_nested_models_are_zeros_and_ones():
    """Normal answers whose model is true: then 2 (L_f - L_g) is the plain chi-square difference."""
    frame = sme.simulate("a =~ 1*x1 + 0.8*x2 + 0.9*x3\nb =~ 1*x4 + 0.8*x5 + 0.9*x6\na ~~ 0*b", 40_000, seed=632)
    model = "a =~ x1 + x2 + x3\nb =~ x4 + x5 + x6"
    wide, narrow = sme.fit(model, frame), sme.fit(model + "\na ~~ 0*b", frame)
    found = rivalry(wide, narrow)
    plain = narrow.measures()["chisq"] - wide.measures()["chisq"]
    assert found.ratio_pvalue == pytest.approx(stats.chi2.sf(plain, 1), abs=0.02)
    assert found.distinguishable_pvalue > 0.01


def test_a_plain_difference_and_vuongs_ratio_have_one_statistic():
    a, b = sme.fit(MODEL, pupils()), sme.fit(NARROW, pupils())
    found = sme.compare({"wide": a, "narrow": b}, method="vuong")
    plain = sme.compare({"wide": a, "narrow": b}, method="standard")
    assert found.table.iloc[1]["chisq_diff"] == pytest.approx(plain.table.iloc[1]["chisq_diff"], rel=1e-9)
    assert found.table.iloc[1]["pvalue_diff"] != plain.table.iloc[1]["pvalue_diff"]


def test_rows_in_another_order_are_refused():
    turned = sme.fit(MOVED, pupils().iloc[::-1])
    with pytest.raises(sme.SpecificationError, match="the rows of their data stand in different orders"):
        sme.compare({"a": sme.fit(MODEL, pupils()), "b": turned}, method="vuong")


def test_summary_statistics_are_refused():
    cov, n = pupils()[ITEMS].cov(), 301
    fits = {"a": sme.fit(MODEL, cov=cov, n=n), "b": sme.fit(MOVED, cov=cov, n=n)}
    with pytest.raises(sme.SpecificationError, match="it needs maximum likelihood"):
        sme.compare(fits, method="vuong")
    assert sme.compare(fits).pairs["test"].tolist() == ["none"]
