"""Ordered answers where they are hardest: free scales, Heywood cases, any origin, and steep likelihoods."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.special import log_ndtr

import sme_sem as sme
from sme_sem.kernels import response_scores

GROWTH = "i =~ 1*y1 + 1*y2 + 1*y3 + 1*y4; s =~ 0*y1 + 1*y2 + 2*y3 + 3*y4; i ~ 0*1; s ~ 1; " + "; ".join(
    f"y{t} | a*t1 + b*t2 + c*t3" for t in (1, 2, 3, 4)
)
CUTS = [-1, -0.3, 0.4, 1.2]


def waves():
    rng = np.random.default_rng(7)
    i = rng.normal(size=700)
    s = 0.25 + 0.2 * i + 0.3 * rng.normal(size=700)
    noise = [(0.8 + 0.1 * t) * rng.normal(size=700) for t in range(4)]
    return pd.DataFrame({f"y{t + 1}": np.digitize(i + s * t + noise[t], [-0.8, 0.2, 1.2]) for t in range(4)})


def items(loadings, n=200, seed=7):
    rng = np.random.default_rng(seed)
    f = rng.normal(size=n)
    columns = [np.digitize(a * f + np.sqrt(1 - a * a) * rng.normal(size=n), CUTS) for a in loadings]
    return pd.DataFrame(np.column_stack(columns), columns=list("abcdefg"[: len(loadings)]))


# --- what the model writes ---------------------------------------------------------------------------


@pytest.mark.parametrize(("parameterization", "operator"), [("theta", "~~"), ("delta", "~*~")])
@pytest.mark.parametrize("written", ["", "v{t}*", "start(0.8)*", "NA*", "lower(0.01)*"])
def test_a_residual_variance_or_scale_that_the_model_names_is_free(parameterization, operator, written):
    own = "; ".join(f"y{t} {operator} {written.format(t=t)}y{t}" for t in (2, 3, 4))
    fit = sme.fit(f"{GROWTH}; {own}", waves(), ordered=True, parameterization=parameterization)
    found = fit.measures()
    assert (found["npar"], found["df"]) == (10, 8)
    assert found["chisq"] == pytest.approx(
        3.498394, abs=2e-6
    )  # lavaan 0.6-14, both parameterizations and all spellings


def test_a_definition_follows_a_free_residual_and_a_number_holds_it():
    text = f"{GROWTH}; y2 ~~ v*y2; y3 ~~ 1*y3; y4 ~~ 1*y4; sd := sqrt(v)"
    rows = sme.fit(text, waves(), ordered=True, parameterization="theta").estimates().set_index(["lhs", "op", "rhs"])
    v, sd = rows.loc[("y2", "~~", "y2")], rows.loc[("sd", ":=", "sqrt(v)")]
    assert sd["est"] == pytest.approx(np.sqrt(v["est"])) and sd["se"] == pytest.approx(v["se"] / (2 * sd["est"]))
    assert not rows.loc[("y3", "~~", "y3"), "free"] and rows.loc[("y3", "~~", "y3"), "est"] == 1


def test_free_residuals_of_mplus_are_estimated():
    text = (
        "i BY y1-y4@1; s BY y1@0 y2@1 y3@2 y4@3; [i@0 s]; [y1$1 y2$1 y3$1 y4$1] (1); [y1$2 y2$2 y3$2 y4$2] (2);"
        "[y1$3 y2$3 y3$3 y4$3] (3); y1@1 y2-y4*1;"
    )
    found = sme.fit(sme.read_model(text, "mplus"), waves(), ordered=True, parameterization="theta").measures()
    assert (found["npar"], found["chisq"]) == (10, pytest.approx(3.498394, abs=2e-6))


# --- Heywood cases of the theta parameterization -----------------------------------------------------


def test_a_heywood_case_is_called_so_in_both_parameterizations():
    data = items((0.5, 0.6, 0.5, 0.9))
    delta = sme.fit("f =~ a + b + c + d", data, ordered=True)
    assert [d.code for d in delta.diagnostics] == ["negative_variance"]
    with pytest.raises(sme.ConvergenceError, match="latent response behind d, a Heywood case") as refusal:
        sme.fit("f =~ a + b + c + d", data, ordered=True, parameterization="theta")
    assert "Heywood情形" in refusal.value.in_chinese()
    returned = sme.fit("f =~ a + b + c + d", data, ordered=True, parameterization="theta", on_failure="return")
    assert not returned.converged and [d.code for d in returned.diagnostics][:1] == ["not_converged"]


def test_a_model_that_is_not_identified_is_not_called_a_heywood_case():
    data = items((0.7, 0.7), n=400)
    with pytest.raises(sme.IdentificationError):
        sme.fit("f =~ a + b", data, ordered=True, parameterization="theta")


@pytest.mark.parametrize("seed", [3, 5, 11, 19, 40])
def test_no_search_ends_where_nothing_can_be_evaluated(seed):
    rng = np.random.default_rng(seed)
    f = rng.normal(size=200)
    data = pd.DataFrame(
        {
            "a": np.digitize(0.4 * f + 0.9 * rng.normal(size=200), [-0.5, 0.6]),
            "b": np.digitize(-0.98 * f + 0.2 * rng.normal(size=200), [-1.6]),
            "c": np.digitize(0.99 * f + 0.14 * rng.normal(size=200), [0, 0.6, 1.2]),
            "y": np.digitize(rng.normal(size=200), [0.0]),
            "x": rng.normal(size=200),
        }
    )
    try:
        fit = sme.fit("f =~ a + b + c; y ~ x", data, ordered=True, parameterization="theta")
    except (sme.ConvergenceError, sme.IdentificationError):
        return
    assert np.isfinite(fit.measures()["chisq"]) and fit.implied().notna().all(axis=None)


def test_a_correlation_that_nothing_speaks_against_is_named_where_a_model_fails_on_it():
    counts = {(0, 0): 0, (0, 1): 0, (0, 2): 0, (0, 3): 11, (1, 0): 103, (1, 1): 37, (1, 2): 34, (1, 3): 15}
    rows = [(b, c) for (b, c), n in counts.items() for _ in range(n)]
    data = pd.DataFrame(rows, columns=["b", "c"]).assign(a=np.random.default_rng(1).integers(0, 3, len(rows)))
    found = sme.polychoric(data)
    assert found.correlation.loc["b", "c"] == -0.999 and found.at_bound == (("b", "c"),)
    with pytest.raises(
        sme.IdentificationError, match="Mind that no answers speak against a perfect correlation of b – c"
    ):
        sme.fit("f =~ a + b + c", data, ordered=True)


# --- origin and unit ---------------------------------------------------------------------------------


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
@pytest.mark.parametrize("origin", [1e3, 1e5, -1e6])
def test_where_a_continuous_variable_begins_changes_nothing(parameterization, origin):
    rng = np.random.default_rng(19)
    f = rng.normal(size=300)
    own = {
        f"y{j}": np.digitize(a * f + np.sqrt(1 - a * a) * rng.normal(size=300), [-1, -0.2, 0.6, 1.3])
        for j, a in enumerate((0.6, 0.7, 0.98, 0.8))
    }
    data = pd.DataFrame({**own, "c": 0.5 * f + 0.866 * rng.normal(size=300)})
    options = {"ordered": list(own), "parameterization": parameterization}
    here = sme.fit("f =~ y0 + y1 + y2 + y3 + c", data, **options)
    there = sme.fit("f =~ y0 + y1 + y2 + y3 + c", data.assign(c=data["c"] + origin), **options)
    kept = here.estimates()["op"] != "~1"
    for column in ("est", "se"):
        one, other = (fit.estimates().loc[kept, column].to_numpy() for fit in (here, there))
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)
    assert here.measures()["chisq"] == pytest.approx(there.measures()["chisq"], rel=1e-6)


# --- scores where items are steep --------------------------------------------------------------------


def integrated(loadings, lower, upper):
    """Mean, deviation and mode of one respondent by adding up a fine grid."""
    z = np.linspace(-8, 8, 800_001)
    height = -z * z / 2
    for b, low, high in zip(loadings, lower, upper, strict=True):
        a, c = low - b * z, high - b * z
        small, large = np.where(a > 0, -c, a), np.where(a > 0, -a, c)
        top = log_ndtr(large)
        height = height + top + np.log1p(-np.exp(np.minimum(log_ndtr(small) - top, 0)))
    share = np.exp(height - height.max())
    share /= share.sum()
    mean = (share * z).sum()
    return mean, np.sqrt((share * z * z).sum() - mean**2), z[height.argmax()]


@pytest.mark.parametrize("loading", [0.9, 0.98, 0.995, 0.9999])
def test_scores_of_steep_items_are_what_adding_up_gives(loading):
    rng = np.random.default_rng(2)
    b = np.array([1.0, 1.0, loading / np.sqrt(1 - loading**2)])
    cuts = [np.array([-1.4, -0.4, 0.5, 1.6])] * 2 + [np.array(CUTS) * np.sqrt(1 + b[2] ** 2)]
    f, lower, upper = rng.normal(size=12), np.empty((12, 3)), np.empty((12, 3))
    for k in range(3):
        edges, place = np.r_[-np.inf, cuts[k], np.inf], np.searchsorted(cuts[k], b[k] * f + rng.normal(size=12))
        lower[:, k], upper[:, k] = edges[place], edges[place + 1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        means, spread = response_scores.means(b[:, None], lower, upper)
        modes, _ = response_scores.modes(b[:, None], lower, upper)
    for i in range(12):
        mean, deviation, mode = integrated(b, lower[i], upper[i])
        assert means[i, 0] == pytest.approx(mean, abs=1e-4 * deviation)
        assert np.sqrt(spread[i, 0, 0]) == pytest.approx(deviation, rel=1e-4)
        assert modes[i, 0] == pytest.approx(mode, abs=2e-5)


def test_everybody_has_a_score_near_a_heywood_case():
    rng = np.random.default_rng(1)
    f = rng.normal(size=300)
    answers = {
        k: a * f + np.sqrt(1 - a * a) * rng.normal(size=300) for k, a in zip("abc", (0.7, 0.7, 0.9999), strict=True)
    }
    data = pd.DataFrame({k: np.digitize(y, CUTS) for k, y in answers.items()})
    fit = sme.fit("f =~ 1*a + 1*b + 60*c; f ~~ 1*f", data, ordered=True, parameterization="theta")
    for method in ("eap", "regression"):
        scores = fit.scores(method)["f"]
        assert scores.notna().all() and (scores.groupby(data["c"]).mean().diff().dropna() > 0.3).all()


def test_scores_of_a_construct_with_a_negative_variance_are_refused():
    rng = np.random.default_rng(1)
    data = pd.DataFrame({c: np.digitize(rng.normal(size=60), [-0.5, 0.6]) for c in "abc"})
    fit = sme.fit("f =~ a + b + c", data, ordered=True)
    assert float(fit.estimates().query("lhs == 'f' and op == '~~'")["est"].iloc[0]) < 0
    for method in ("eap", "regression"):
        with pytest.raises(sme.SpecificationError, match="the covariance matrix of the constructs is not positive"):
            fit.scores(method)


# --- messages ----------------------------------------------------------------------------------------


def test_variables_whose_moments_cannot_be_told_are_named():
    data = items((0.7, 0.7, 0.7, 0.7), n=400).assign(x=lambda frame: (frame["a"] > 2) * 1.0)
    with pytest.raises(sme.DataProblem, match="variances of 'x' cannot be told"):
        sme.fit("f =~ b + c + d; f ~ x", data, ordered=["b", "c", "d"], fixed_x=False)


def test_invariance_of_ordered_items_says_that_it_takes_theta():
    data = items((0.7, 0.7, 0.7, 0.7), n=400).assign(g=lambda frame: np.arange(len(frame)) % 2)
    with pytest.raises(sme.SpecificationError, match="tested in the theta parameterization"):
        sme.invariance("f =~ a + b + c + d", data, group="g", ordered=True, parameterization="delta")


def test_no_close_fit_is_told_by_a_statistic_that_has_no_p():
    fit = sme.fit("f =~ a + b + c + d", items((0.7, 0.7, 0.7, 0.7), n=400), ordered=True, estimator="DWLS")
    table = next(table for table in fit.tables() if table.name == "model_test")
    row = dict(zip((column.name for column in table.columns), table.rows[0], strict=True))
    assert np.isnan(row["pvalue"]) and np.isnan(row["rmsea_pvalue"])


@pytest.mark.parametrize("cuts", ["1*t1 + 0*t2", "k*t1 + k*t2"])
def test_thresholds_that_do_not_ascend_are_named_and_give_no_scores(cuts):
    fit = sme.fit(f"f =~ a + b + c + d\na | {cuts}", items([0.7, 0.8, 0.6, 0.75]), ordered=True)
    (found,) = [d for d in fit.diagnostics if d.code == "thresholds_out_of_order"]
    assert found.message.startswith("the thresholds of a do not ascend, so that an answer between two of them")
    assert not fit.admissible
    with pytest.raises(sme.SpecificationError, match="the thresholds of 'a' do not ascend"):
        fit.scores()


@pytest.mark.parametrize("estimator", ["ULS", "DWLS"])
def test_a_difference_whose_parts_have_no_chi_square_distribution_is_scaled_and_shifted(estimator):
    answers = items([0.7, 0.8, 0.6, 0.75])
    models = {"free": "f =~ a + b + c + d", "equal": "f =~ a + k*b + k*c + k*d"}
    fits = {name: sme.fit(model, answers, ordered=True, estimator=estimator) for name, model in models.items()}
    assert np.isnan(fits["equal"].measures()["pvalue"])
    (pair,) = sme.compare(fits).pairs.to_dict("records")
    (plain,) = sme.compare(fits, method="standard").pairs.to_dict("records")
    adjusted = {
        name: sme.fit(model, answers, ordered=True, estimator=estimator.replace("DWLS", "WLS") + "MV")
        for name, model in models.items()
    }
    (same,) = sme.compare(adjusted).pairs.to_dict("records")
    assert pair["test"] == "satorra.2000" and pair["statistic"] == pytest.approx(same["statistic"], rel=1e-8)
    assert plain["test"] == "standard" and "is no chi-square: take satorra.2000" in plain["why"]


def test_a_correlation_at_which_the_weights_overflow_is_refused_by_name_without_a_warning():
    a = "2" * 21 + "1" + "2" * 8
    coded = {"a": a, "b": "121121010212211101111200101122", "c": "205555500555505220442522505252"}
    answers = pd.DataFrame({name: [int(c) for c in text] for name, text in coded.items()})
    with warnings.catch_warnings(action="error"), pytest.raises(sme.DataProblem, match="correlation of 'a' with 'b'"):
        sme.fit("f =~ a + b + c", answers, ordered=True)


def test_a_model_that_fits_badly_is_found_though_its_steps_are_small():
    rng = np.random.default_rng(31)
    two = rng.normal(size=(400, 2))
    cut = {f"y{j + 1}": np.digitize(0.7 * two[:, j // 2] + rng.normal(size=400), (-0.5, 0.6)) for j in range(4)}
    fit = sme.fit("f =~ y1 + y2 + y3 + y4", pd.DataFrame(cut), ordered=True, std_lv=True)
    # lavaan 0.6-14: cfa(..., ordered = TRUE, std.lv = TRUE)
    assert fit.measures()["chisq"] == pytest.approx(39.2547828, abs=2e-5)
    assert fit.measures()["chisq_scaled"] == pytest.approx(48.029, abs=5e-4)
    loadings = (0.400068197, 0.848974156, 0.136861960, 0.050654445)
    assert fit.estimates()["est"].head(4).tolist() == pytest.approx(loadings, abs=2e-6)
