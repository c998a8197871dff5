import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import FOLDER, pupils
from sme_sem.resampling import bootstrap as module

REFERENCE = json.loads((FOLDER / "bootstrap.json").read_text("utf-8"))
MODEL, THREE = REFERENCE["model"], REFERENCE["three"]
GAPS = {"missing": "fiml", "fixed_x": False}
MEDIATION = "m ~ a*x; y ~ b*m + c*x; indirect := a*b; total := a*b + c"


def rows(draws, n):
    """The rows that reference/bootstrap.R drew."""
    x, found = 42, np.zeros((draws, n), dtype=int)
    for d in range(draws):
        for i in range(n):
            x = 16807 * x % 2147483647
            found[d, i] = x % n
    return found


def mediation(n=150, seed=3):
    return sme.simulate("m ~ 0.4*x; y ~ 0.5*m + 0.2*x; x ~~ 1*x", n, seed=seed)


def by_name(found):
    return found.table.set_index("parameter")


# --- the same samples as another program ---------------------------------------------------------------


@pytest.fixture(scope="module")
def given():
    return sme.bootstrap(sme.fit(MODEL, pupils()), resamples=rows(REFERENCE["draws"], 301))


@pytest.mark.parametrize("name", list(REFERENCE["table"]))
def test_given_samples_give_lavaans_errors_and_intervals(given, name):
    own = by_name(given).loc[name]
    for column, expected in REFERENCE["table"][name].items():
        assert own[column] == pytest.approx(expected, rel=1e-5, abs=1e-5), column


@pytest.mark.parametrize("estimator", list(REFERENCE["estimators"]))
def test_least_squares_estimates_of_given_samples_are_lavaans(estimator):
    found = sme.bootstrap(sme.fit(THREE, pupils(), estimator=estimator), resamples=rows(3, 301))
    for name, expected in REFERENCE["estimators"][estimator].items():
        assert np.allclose(found.draws[name], expected, rtol=1e-4, atol=1e-4), name


@pytest.mark.parametrize(
    ("name", "model", "file", "options"),
    [
        ("fiml", THREE, "hs_miss.csv", {"missing": "fiml"}),
        ("mixed", REFERENCE["one"], "joint.csv", {"ordered": ["z2", "z4", "z5"]}),
        ("mixed_covariate", REFERENCE["path"], "joint.csv", {"ordered": ["z2", "z5"]}),
    ],
)
def test_estimates_of_given_samples_with_gaps_or_mixed_answers_are_lavaans(name, model, file, options, monkeypatch):
    monkeypatch.setattr(module, "_MOST_LEFT_OUT", 2)
    data = pd.read_csv(FOLDER / file)
    found = sme.bootstrap(sme.fit(model, data, **options), resamples=rows(4, len(data)))
    for parameter, expected in REFERENCE["one_by_one"][name].items():
        lavaans = np.array([np.nan if value == "NA" else value for value in expected])
        known = np.isfinite(lavaans)
        assert known.sum() >= 2
        assert np.allclose(found.draws[parameter][known], lavaans[known], rtol=1e-4, atol=1e-4), parameter


# --- each sample is a fit ------------------------------------------------------------------------------


CASES = {
    "maximum likelihood": (MODEL, {}),
    "generalized least squares": (MODEL, {"estimator": "GLS"}),
    "diagonally weighted, normal theory": (THREE, {"estimator": "DWLS", "meanstructure": True}),
    "diagonally weighted, robust": (THREE, {"estimator": "WLSMV"}),
    "divided by n - 1, with means": (MODEL, {"likelihood": "wishart", "meanstructure": True}),
    "two groups": (THREE, {"group": "school", "group_equal": "loadings"}),
    "observed variables, given covariates": ("x1 ~ p*x2 + q*x3; x4 ~ r*x1; through := p*r", {"meanstructure": True}),
    "a constraint": ("visual =~ x1 + u*x2 + w*x3; u == 2*w", {}),
}


def assert_same_parameters(draw, fit, second_group, **near):
    """Hold a draw's estimates, plain and standardized, against those of a fit to the rows drawn."""
    for (_, row), (_, standard) in zip(fit.estimates().iterrows(), fit.standardized().iterrows()):
        name = f"{row['lhs']}{row['op']}{''.join(row['rhs'].split())}"
        name += ".g2" if row["group"] == second_group else ""
        if name in draw.index:
            assert draw[name] == pytest.approx(row["est"], **near), name
        assert draw[f"std({name})"] == pytest.approx(standard["est_std"], **near), name


@pytest.mark.parametrize("case", list(CASES))
def test_a_sample_gives_what_a_fit_to_its_rows_gives(case):
    model, options = CASES[case]
    data = pupils().sort_values("school", kind="stable")
    rng = np.random.default_rng(4)
    members = [np.flatnonzero(data["school"] == school) for school in data["school"].unique()]
    drawn = np.stack([np.concatenate([rng.choice(own, len(own)) for own in members]) for _ in range(3)])
    found = sme.bootstrap(sme.fit(model, data, **options), resamples=drawn)
    assert found.failed == 0
    for k, own in enumerate(drawn):
        draw = found.draws.iloc[k]
        again = sme.fit(model, data.iloc[own], **options)
        assert_same_parameters(draw, again, "Pasteur", rel=1e-5, abs=1e-6)
        explained = draw[[column for column in found.draws.columns if column.startswith("r2(")]]
        assert np.allclose(explained, again.r_squared(), rtol=1e-5, atol=1e-6)
        if options.get("estimator") != "DWLS":  # whose test is not of what it minimises
            assert found.statistic[k] == pytest.approx(again.measures()["chisq"], rel=1e-5, abs=1e-6)


def likert(n=300, seed=6):
    """Nine ordered questions of 2 to 4 categories, and two regions."""
    population = "f =~ 1*a + 0.8*b + 0.9*c; g =~ 1*d + 0.8*e + 0.7*h; g ~ 0.5*f"
    answers = sme.simulate(population, n, seed=seed)
    for k, name in enumerate(answers):
        cuts = [[0.2], [-0.8, 0.5], [-1.2, 0, 1]][k % 3]
        answers[name] = np.searchsorted(cuts, answers[name])
    return answers.assign(region=np.repeat(["north", "south"], [n // 2, n - n // 2]))


@pytest.mark.parametrize(
    "options", [{}, {"parameterization": "theta"}, {"estimator": "ULSMV"}, {"group": "region"}], ids=str
)
def test_a_sample_of_ordered_answers_gives_what_a_fit_to_its_rows_gives(options):
    model, data = "f =~ a + b + c; g =~ d + e + h; g ~ p*f; double := 2*p", likert()
    rng = np.random.default_rng(4)
    drawn = np.stack([np.concatenate([rng.integers(150, size=150), 150 + rng.integers(150, size=150)]) for _ in "123"])
    found = sme.bootstrap(sme.fit(model, data, ordered=True, **options), resamples=drawn)
    assert found.failed == 0
    for k, own in enumerate(drawn):
        draw = found.draws.iloc[k]
        again = sme.fit(model, data.iloc[own], ordered=True, **options)
        assert_same_parameters(draw, again, "south", rel=1e-5, abs=1e-5)
        assert found.statistic[k] == pytest.approx(again.measures()["chisq"], rel=1e-4, abs=1e-5)


def test_a_sample_without_an_outer_category_fails_and_is_counted():
    data = likert(60)
    fit = sme.fit("f =~ a + b + c", data, ordered=True)
    rare = np.flatnonzero(data["c"] < 3)
    drawn = np.random.default_rng(1).integers(60, size=(6, 60))
    drawn[2] = np.random.default_rng(2).choice(rare, 60)
    assert sme.bootstrap(fit, resamples=drawn).failures == {"bad_start": 1}


def test_a_sample_of_mixed_answers_without_a_category_fails_and_is_counted(monkeypatch):
    monkeypatch.setattr(module, "_MOST_LEFT_OUT", 3)
    data = mixed(200)
    fit = sme.fit("f =~ a + b + c; f ~ age", data, ordered=["a", "b", "c"])
    drawn = np.random.default_rng(1).integers(200, size=(4, 200))
    drawn[2] = np.random.default_rng(2).choice(np.flatnonzero(data["c"] < 3), 200)
    found = sme.bootstrap(fit, resamples=drawn)
    assert found.failures == {"bad_start": 1}
    assert found.draws.iloc[2].isna().all() and found.draws.drop(index=2).notna().all(axis=None)


def mixed(n=300, *, gaps=0.0):
    """Ordered questions, continuous ones and two covariates; gaps in the questions."""
    data = likert(n)
    rng = np.random.default_rng(12)
    data["age"] = rng.normal(size=n)
    data["size"] = 0.3 * data["age"] + rng.normal(size=n)
    for name in "de":
        data[name] = data[name] + 0.2 * data["age"] + rng.normal(size=n)
    return data.assign(**{name: data[name].mask(rng.random(n) < gaps) for name in "abcdeh"})


LATENT = "f =~ a + b + c; g =~ d + e + h; g ~ p*f; double := 2*p"
ONE_BY_ONE = {
    "gaps": (LATENT, {"missing": "fiml"}, 0.1),
    "gaps, groups and a covariate": (LATENT + "; f ~ age", {"missing": "fiml", "group": "region"}, 0.1),
    "gaps and a constraint": ("g =~ d + u*e + w*h; u == 2*w", {"missing": "fiml"}, 0.1),
    "gaps, few patterns": ("e ~ age + d; d ~ age", {"missing": "fiml"}, 0.2),
    "gaps in two stages": (LATENT, {"missing": "two_stage"}, 0.1),
    "gaps by pairs": (LATENT, {"missing": "pairwise"}, 0.1),
    "sampling weights": (LATENT, {"weights": "weight"}, 0.0),
    "gaps and sampling weights": (LATENT, {"weights": "weight", "missing": "fiml"}, 0.1),
    "ordered and continuous": (LATENT, {"ordered": ["a", "b", "c", "h"]}, 0.0),
    "ordered with covariates": (LATENT + "; f ~ age + size", {"ordered": ["a", "b", "c", "h"]}, 0.0),
    "ordered, by the full weight": (LATENT, {"ordered": ["a", "b", "c", "h"], "estimator": "WLS"}, 0.0),
    "ordered, groups": (LATENT + "; f ~ age", {"ordered": ["a", "b", "c", "h"], "group": "region"}, 0.0),
    "ordered, gaps by pairs": (LATENT, {"ordered": ["a", "b", "c", "h"], "missing": "pairwise"}, 0.1),
    "all ordered, gaps by pairs": (
        "f =~ 1*a + 1*b + 1*c", {"ordered": True, "missing": "pairwise", "parameterization": "theta"}, 0.1
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", list(ONE_BY_ONE))
def test_whatever_the_moments_a_sample_gives_what_a_fit_to_its_rows_gives(case, monkeypatch):
    monkeypatch.setattr(module, "_MOST_LEFT_OUT", 3)
    model, options, share = ONE_BY_ONE[case]
    data = mixed(gaps=share).assign(weight=1.0)
    if "weights" in options:
        data["weight"] = np.random.default_rng(2).uniform(0.5, 2, len(data))
    rng = np.random.default_rng(4)
    drawn = np.stack([np.concatenate([rng.integers(150, size=150), 150 + rng.integers(150, size=150)]) for _ in "12"])
    found = sme.bootstrap(sme.fit(model, data, **options), resamples=drawn, htmt=True)
    assert found.failed == 0
    for k, own in enumerate(drawn):
        draw = found.draws.iloc[k]
        again = sme.fit(model, data.iloc[own], **options)
        assert_same_parameters(draw, again, "south", rel=2e-5, abs=2e-6)
        if options.get("missing") != "pairwise":  # where N is not that of every moment
            assert found.statistic[k] == pytest.approx(again.measures()["chisq"], rel=1e-4, abs=1e-5)


def test_effects_along_routes_are_the_products_of_their_paths():
    found = sme.bootstrap(sme.fit(MEDIATION, mediation()), 40, seed=1)
    draws = found.draws
    assert np.allclose(draws["x → m → y"], draws["indirect:=a*b"])
    assert np.allclose(draws["total_indirect(x → y)"], draws["indirect:=a*b"])
    assert np.allclose(draws["total(x → y)"], draws["total:=a*b+c"])
    assert np.allclose(draws["std(x → m → y)"], draws["std(indirect:=a*b)"])


def test_the_estimates_are_those_of_the_fit():
    fit = sme.fit(MODEL, pupils())
    found = by_name(sme.bootstrap(fit, 20))
    effects = fit.effects("speed", "visual").set_index("effect")
    assert found.loc["total(visual → speed)", "est"] == pytest.approx(effects.loc["total", "est"])
    assert found.loc["std(total(visual → speed))", "est"] == pytest.approx(effects.loc["total", "est_std"])
    assert found.loc["r2(speed)", "est"] == pytest.approx(fit.r_squared()["speed"])


def test_heterotrait_monotrait_ratios_are_kept_where_asked_for():
    fit = sme.fit(MODEL, pupils())
    found = sme.bootstrap(fit, 30, htmt=True)
    expected = sme.validity(fit).htmt.loc["textual", "visual"]
    assert by_name(found).loc["htmt(visual, textual)", "est"] == pytest.approx(expected)
    assert found.draws["htmt(visual, textual)"].std() > 0.01
    assert not sme.bootstrap(fit, 3).draws.columns.str.startswith("htmt").any()


# --- what it is for ------------------------------------------------------------------------------------


def test_bootstrap_errors_agree_with_robust_errors():
    fit = sme.fit(
        MODEL,
        sme.simulate(
            "visual =~ 1*x1 + 0.8*x2 + 0.7*x3; textual =~ 1*x4 + 0.9*x5 + 0.8*x6; speed =~ 1*x7 + 0.7*x8 + 0.9*x9;"
            "textual ~ 0.4*visual; speed ~ 0.3*textual + 0.2*visual",
            600,
            seed=2,
        ),
        estimator="MLR",
    )
    found = by_name(sme.bootstrap(fit, 1500, seed=1))
    own = fit.estimates().set_index(["lhs", "op", "rhs"])
    for key in (("visual", "=~", "x2"), ("textual", "~", "visual"), ("x5", "~~", "x5")):
        assert found.loc["".join(key), "se"] == pytest.approx(own.loc[key, "se"], rel=0.1)


def test_intervals_of_an_indirect_effect_cover_the_truth_as_often_as_they_say():
    covered = 0
    for seed in range(50):
        found = by_name(sme.bootstrap(sme.fit(MEDIATION, mediation(100, seed)), 250, seed=seed))
        own = found.loc["indirect:=a*b"]
        covered += own["bca_lower"] < 0.2 < own["bca_upper"]
    assert 43 <= covered <= 49


def test_the_p_value_and_the_interval_never_contradict_each_other():
    for seed in range(6):
        table = sme.bootstrap(sme.fit(MEDIATION, mediation(60, seed)), 200, seed=seed, level=0.9).table
        table = table[table["se"] > 0]
        for name in ("perc", "bc", "bca"):
            p = table["pvalue" if name == "perc" else f"{name}_pvalue"]
            outside = (table[f"{name}_lower"] > 0) | (table[f"{name}_upper"] < 0)
            assert ((p < 0.1) == outside)[p.notna()].all()


def test_a_constant_has_no_error_and_no_p_value():
    own = by_name(sme.bootstrap(sme.fit("f =~ x1 + x2 + x3; g =~ x4", pupils()), 20)).loc["std(g=~x4)"]
    assert own["se"] == 0
    assert own["perc_lower"] == own["perc_upper"] == own["est"]
    assert np.isnan(own["pvalue"])


def test_the_acceleration_comes_from_leaving_out_each_respondent():
    data, fit = mediation(40), sme.fit(MEDIATION, mediation(40))
    found = by_name(sme.bootstrap(fit, 400, seed=2))
    left_out = []
    for i in range(40):
        e = sme.fit(MEDIATION, data.drop(index=i)).estimates().set_index("label")["est"]
        left_out.append(e["indirect"])
    a = module.intervals.acceleration(-np.array(left_out)[:, None])
    draws = np.sort(sme.bootstrap(fit, 400, seed=2).draws[["indirect:=a*b"]].to_numpy(), axis=0)
    w = module.intervals.bias_correction(draws, found.loc[["indirect:=a*b"], "est"].to_numpy())
    expected = module.intervals.percentile(draws, 0.95, w, a)[:, 0]
    assert found.loc["indirect:=a*b", ["bca_lower", "bca_upper"]].tolist() == pytest.approx(list(expected), rel=1e-6)


# --- the model's test ----------------------------------------------------------------------------------


def test_the_model_holds_exactly_in_the_answers_that_bollen_and_stine_draw_from():
    for options in ({}, {"group": "school", "meanstructure": True}, {"estimator": "GLS"}):
        fit = sme.fit(THREE, pupils(), **options)
        moments = module._conforming(fit)
        data = pd.concat(
            [
                pd.DataFrame(own, columns=fit.observed).assign(school=label)
                for own, label in zip(moments.answers, moments.labels)
            ]
        )
        again = sme.fit(THREE, data, **options)
        assert again.measures()["chisq"] == pytest.approx(0, abs=1e-8)
        assert np.allclose(again.theta, fit.theta, atol=1e-6)


def test_a_true_model_is_not_rejected_and_a_wrong_one_is():
    wrong = sme.fit("visual =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9", pupils())
    assert sme.bootstrap(wrong, 200, kind="bollen-stine").pvalue == 0
    population = "f =~ 1*a + 0.8*b + 0.7*c + 0.9*d"
    true = sme.fit("f =~ a + b + c + d", sme.simulate(population, 300, seed=1))
    found = sme.bootstrap(true, 400, kind="bollen-stine")
    assert found.pvalue == pytest.approx(true.measures()["pvalue"], abs=0.08)
    assert np.isnan(sme.bootstrap(true, 10).pvalue)


def test_the_model_is_tested_by_whole_clusters_where_there_are_any():
    model, once = "F =~ a + b + c + d", sme.simulate("F =~ .8*a + .7*b + .6*c + .7*d; a ~~ .1*b", 150, seed=3)
    twice = pd.concat([once, once]).assign(who=[*range(150), *range(150)])
    alone, known, named = (
        sme.bootstrap(fit, 200, kind="bollen-stine", bca=False, **own).pvalue
        for fit, own in (
            (sme.fit(model, once), {}),
            (sme.fit(model, twice, cluster="who"), {}),
            (sme.fit(model, twice), {"cluster": twice["who"]}),
        )
    )
    assert 0 < alone == known == named
    assert sme.bootstrap(sme.fit(model, twice), 200, kind="bollen-stine", bca=False).pvalue < alone / 2


def test_answers_with_gaps_are_turned_pattern_by_pattern():
    data = mixed(gaps=0.1)
    complete = sme.fit(LATENT, data.dropna(), meanstructure=True)
    as_if_gaps = sme.fit(LATENT, data.dropna(), missing="fiml")
    plain, turned = (module._conforming(fit).answers[0] for fit in (complete, as_if_gaps))
    assert np.allclose(plain, turned, atol=1e-5)
    fit = sme.fit(LATENT, data, missing="fiml")
    answers = pd.DataFrame(module._conforming(fit).answers[0], columns=fit.observed)
    assert (answers.isna().to_numpy() == data[list(fit.observed)].isna().to_numpy()).all()
    assert sme.fit(LATENT, answers, missing="fiml").measures()["chisq"] < 0.02 * fit.measures()["chisq"]


@pytest.mark.parametrize("missing", ["fiml", "two_stage"])
def test_with_gaps_too_a_true_model_is_not_rejected_and_a_wrong_one_is(missing):
    data = sme.simulate(
        "f =~ 1*a + 0.8*b + 0.7*c; g =~ 1*d + 0.8*e + 0.9*h; f ~~ 0.4*g; f ~~ 1*f; g ~~ 1*g", 250, seed=3
    )
    data = data.mask(np.random.default_rng(1).random(data.shape) < 0.08).dropna(how="all")
    true = sme.fit("f =~ a + b + c; g =~ d + e + h", data, missing=missing)
    found = sme.bootstrap(true, 150, kind="bollen-stine")
    assert found.failed == 0
    expected = true.measures()["pvalue" if missing == "fiml" else "pvalue_scaled"]
    assert found.pvalue == pytest.approx(expected, abs=0.12)
    wrong = sme.fit("f =~ a + b + c + d + e + h", data, missing=missing)
    assert sme.bootstrap(wrong, 60, kind="bollen-stine").pvalue == 0


@pytest.mark.parametrize(
    ("model", "options", "reason"),
    [
        ("f =~ a + b + c", {"ordered": True}, "ordered answers cannot be transformed"),
        ("f =~ a + b + c", {"missing": "pairwise"}, "come from other respondents each"),
    ],
)
def test_where_the_model_cannot_be_made_to_hold_its_test_is_refused(model, options, reason):
    with pytest.raises(sme.SpecificationError, match=reason):
        sme.bootstrap(sme.fit(model, likert(), **options), kind="bollen-stine")


def test_rotated_constructs_are_refused():
    fit = sme.fit("efa('b')*f + efa('b')*g =~ x1 + x2 + x3 + x4 + x5 + x6", pupils())
    with pytest.raises(sme.SpecificationError, match="may change places and signs"):
        sme.bootstrap(fit)


# --- clusters and groups -------------------------------------------------------------------------------


def test_clusters_are_drawn_as_a_whole_and_widen_the_errors_of_what_varies_between_them():
    rng = np.random.default_rng(1)
    school = np.repeat(np.arange(25), 12)
    data = mediation(300)
    data["x"] += 2 * rng.normal(size=25)[school]
    data["m"] += 2 * rng.normal(size=25)[school]
    fit = sme.fit(MEDIATION, data)
    clustered = sme.bootstrap(fit, 400, kind="cluster", cluster=school)
    plain = sme.bootstrap(fit, 400)
    assert by_name(clustered).loc["m~x", "se"] > 2 * by_name(plain).loc["m~x", "se"]


def test_the_clusters_of_a_fit_are_drawn_without_being_named_again():
    data = mediation(100).assign(firm=np.random.default_rng(2).permutation(np.repeat(np.arange(20), 5)))
    fit = sme.fit(MEDIATION, data, cluster="firm")
    own = sme.bootstrap(fit, 20, kind="cluster")
    assert own.draws.equals(sme.bootstrap(fit, 20, kind="cluster", cluster=pd.factorize(data["firm"])[0]).draws)
    with pytest.raises(sme.SpecificationError, match="Take kind='cluster'"):
        sme.bootstrap(fit)


@pytest.mark.parametrize("cluster", [[1.0, np.nan] * 75, ["a", None, 2] * 50])
def test_a_respondent_without_a_cluster_is_refused(cluster):
    with pytest.raises(sme.SpecificationError, match=r"^cluster= has no cluster for (75|50) of the respondents; name "):
        sme.bootstrap(sme.fit(MEDIATION, mediation()), 10, kind="cluster", cluster=cluster)


def test_clusters_may_be_named_by_words_and_numbers():
    fit, numbered = sme.fit(MEDIATION, mediation()), [0, 1, 2] * 50
    named = sme.bootstrap(fit, 10, kind="cluster", cluster=pd.Series([0, 1, "x"] * 50)).draws
    assert named.equals(sme.bootstrap(fit, 10, kind="cluster", cluster=numbered).draws)


def test_clusters_of_one_are_respondents():
    fit = sme.fit(MEDIATION, mediation())
    alone = sme.bootstrap(fit, 30, kind="cluster", cluster=np.arange(150))
    assert alone.draws.equals(sme.bootstrap(fit, 30).draws)


# --- reproducible, interruptible, honest ---------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_with_any_number_of_workers():
    fit = sme.fit(MEDIATION, mediation())
    alone = sme.bootstrap(fit, 600, seed=5, workers=1)
    for workers in (None, 2):
        together = sme.bootstrap(fit, 600, seed=5, workers=workers)
        assert alone.draws.to_numpy().tobytes() == together.draws.to_numpy().tobytes()
        assert alone.table.equals(together.table)
    assert not alone.draws.equals(sme.bootstrap(fit, 600, seed=6).draws)


def test_a_dask_cluster_of_processes_gives_the_same_bytes(tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    import joblib

    monkeypatch.chdir(tmp_path)  # where the workers keep their files
    complete = sme.fit(MEDIATION, mediation())
    with_gaps = sme.fit("m ~ x; y ~ m", mediation(60).mask(np.random.default_rng(1).random((60, 3)) < 0.1), **GAPS)
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0")
    with cluster, distributed.Client(cluster) as client:
        processes = set(client.run(os.getpid).values())
        assert len(processes) == 2 and os.getpid() not in processes
        with joblib.parallel_config(backend="dask"):
            together = [sme.bootstrap(fit, 600, seed=5) for fit in (complete, with_gaps)]
    for fit, found in zip((complete, with_gaps), together):
        alone = sme.bootstrap(fit, 600, seed=5)
        assert found.draws.to_numpy().tobytes() == alone.draws.to_numpy().tobytes()
        assert found.table.equals(alone.table)


def test_more_draws_begin_with_the_fewer():
    fit = sme.fit(MEDIATION, mediation())
    assert sme.bootstrap(fit, 500).draws.iloc[:250].equals(sme.bootstrap(fit, 250).draws)


KILLED = """
import os, sys
import pandas as pd
import sme_sem as sme
from sme_sem.resampling import checkpoint

checkpoint.EVERY = 0.0
fit = sme.fit(sys.argv[1], pd.read_csv("answers.csv"))

def kill(done, total):
    if done >= 500:
        os.kill(os.getpid(), 9)

sme.bootstrap(fit, 900, checkpoint="boot.npz", progress=kill)
"""


@pytest.mark.skipif(os.name == "nt", reason="no signal kills at once")
def test_a_killed_bootstrap_goes_on_where_it_was(tmp_path):
    data = mediation()
    data.to_csv(tmp_path / "answers.csv", index=False)
    ended = subprocess.run([sys.executable, "-c", KILLED, MEDIATION], cwd=tmp_path, env=_environment())
    assert ended.returncode == -9
    assert [p.name for p in tmp_path.iterdir() if p.suffix != ".csv"] == ["boot.npz"]
    fit, calls = sme.fit(MEDIATION, pd.read_csv(tmp_path / "answers.csv")), []
    resumed = sme.bootstrap(fit, 900, checkpoint=tmp_path / "boot.npz", progress=lambda *now: calls.append(now))
    assert calls[:2] == [(500, 1050), (750, 1050)]
    assert resumed.table.equals(sme.bootstrap(fit, 900).table)


def _environment():
    """With the package under test to be found by a new process."""
    return os.environ | {"PYTHONPATH": str(Path(sme.__file__).parents[1])}


class StoppedError(Exception):
    pass


def test_an_interrupted_bootstrap_goes_on_from_its_checkpoint_with_the_same_result(tmp_path):
    fit, file = sme.fit(MEDIATION, mediation()), tmp_path / "boot.npz"
    calls = []

    def stop(done, total):
        calls.append((done, total))
        if done >= 500:
            raise StoppedError

    with pytest.raises(StoppedError):
        sme.bootstrap(fit, 900, checkpoint=file, progress=stop)
    assert calls[-1] == (500, 1050)
    calls.clear()
    resumed = sme.bootstrap(fit, 900, checkpoint=file, progress=lambda *now: calls.append(now))
    assert calls[:2] == [(500, 1050), (750, 1050)]  # of 900 draws and 150 respondents left out
    calls.clear()
    sme.bootstrap(fit, 900, checkpoint=file, progress=lambda *now: calls.append(now))
    assert calls == [(1050, 1050)]  # nothing is left to do, which is told too
    whole = sme.bootstrap(fit, 900)
    assert resumed.draws.to_numpy().tobytes() == whole.draws.to_numpy().tobytes()
    assert resumed.table.equals(whole.table)
    assert [p.name for p in tmp_path.iterdir()] == ["boot.npz"]


def test_a_checkpoint_of_another_analysis_is_refused(tmp_path):
    fit, file = sme.fit(MEDIATION, mediation()), tmp_path / "boot.npz"
    sme.bootstrap(fit, 50, checkpoint=file)
    with pytest.raises(sme.SpecificationError, match="belongs to another analysis"):
        sme.bootstrap(fit, 50, seed=2, checkpoint=file)
    with pytest.raises(sme.SpecificationError, match="belongs to another analysis"):
        sme.bootstrap(sme.fit(MEDIATION, mediation(seed=9)), 50, checkpoint=file)
    file.write_text("nothing")
    with pytest.raises(sme.SpecificationError, match="no checkpoint of a bootstrap"):
        sme.bootstrap(fit, 50, checkpoint=file)


def test_samples_that_fail_are_counted_shown_and_not_used():
    fit = sme.fit(MEDIATION, mediation(30))
    drawn = np.random.default_rng(1).integers(30, size=(20, 30))
    drawn[[4, 11]] = 7  # one respondent thirty times over
    found = sme.bootstrap(fit, resamples=drawn)
    assert found.failed == 2 and found.failures == {"bad_start": 2}
    assert found.draws.iloc[[4, 11]].isna().all(axis=None)
    assert found.draws.drop(index=[4, 11]).notna().all(axis=None)
    assert found.table["se"].notna().all()
    assert (
        "2 samples failed and are not used (nothing to fit, as where an item does not vary or a category is empty: 2)."
        in str(found)
    )
    assert "18 of 20 bootstrap samples" in str(found)


def test_when_nearly_all_samples_fail_there_is_no_result():
    fit = sme.fit(MEDIATION, mediation(30))
    with pytest.raises(sme.ConvergenceError, match="5 of 5 samples failed"):
        sme.bootstrap(fit, resamples=np.full((5, 30), 7))


def test_improper_samples_are_named():
    data = sme.simulate("f =~ 0.9*a + 0.4*b + 0.3*c", 60, seed=4)
    found = sme.bootstrap(sme.fit("f =~ a + b + c", data), 300)
    assert found.negative_variances > 0
    assert f"{found.negative_variances} samples gave a negative variance" in str(found)


def test_tables_come_in_both_languages():
    from sme_sem.tables import text

    found = sme.bootstrap(sme.fit(MEDIATION, mediation()), 20, kind="bollen-stine")
    tables = found.tables()
    assert [t.name for t in tables] == [
        "bootstrap_test", "bootstrap_effects", "bootstrap_estimates", "bootstrap_standardized", "bootstrap_shares",
    ]  # fmt: skip
    assert "自助法" in text.render(tables[0], "zh")
    assert "Bollen-Stine test of the model" in text.render(tables[0], "en")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "parametric"}, "kind='parametric' is not available"),
        ({"level": 95}, "give a share between 0 and 1"),
        ({"draws": 1}, r"^draws=1: give how many samples to draw, at least two, and for intervals 1000 or more\.$"),
        ({"kind": "cluster"}, "go together"),
        ({"kind": "cluster", "cluster": [1, 2]}, "one cluster for each of the 150 respondents"),
        ({"kind": "cluster", "cluster": [1] * 150}, "one cluster only"),
        ({"resamples": np.full((2, 150), 150)}, "from 0 to 149"),
        ({"resamples": np.zeros((2, 150))}, "matrix of whole numbers"),
    ],
)
def test_what_cannot_be_done_is_said(arguments, message):
    with pytest.raises(sme.SpecificationError, match=message):
        sme.bootstrap(sme.fit(MEDIATION, mediation()), **arguments)


def test_there_must_be_answers_to_draw_from_and_a_model_that_converged():
    data = mediation()
    summary = sme.fit("m ~ x; y ~ m", cov=data.cov(), n=150)
    with pytest.raises(sme.SpecificationError, match="fit the model with data=, not cov="):
        sme.bootstrap(summary)
    failed = sme.fit(MODEL, pupils(), max_iterations=1, on_failure="return")
    with pytest.raises(sme.ConvergenceError, match="did not converge"):
        sme.bootstrap(failed)


@pytest.mark.parametrize(("usual", "other"), [(1, 2), (0.1, 0.2), (30, 31)])
def test_draws_in_which_a_variable_does_not_vary_fail_whatever_its_codes(usual, other):
    rng = np.random.default_rng(5)
    t, rare = rng.standard_normal(300), np.arange(300) < 2
    frame = pd.DataFrame({"t": t, "x": np.where(rare, other, usual), "y": 0.4 * t + rng.standard_normal(300)})
    found = sme.bootstrap(sme.fit("y ~ t + x", frame), 300, seed=1, progress=False)
    plain = sme.bootstrap(sme.fit("y ~ t + x", frame.assign(x=rare.astype(float))), 300, seed=1, progress=False)
    assert 20 < found.failed == plain.failed < 65  # neither of the two is drawn with a probability of .135
    np.testing.assert_allclose(found.table["se"][:3], plain.table["se"][:3] / [1, other - usual, 1], rtol=1e-6)


def test_tables_name_quantities_in_words_and_leave_out_what_is_not_there():
    from sme_sem.resampling.presentation import bootstrap_paths

    data = mediation()
    drawn = sme.fit(MEDIATION, data, bootstrap=30, seed=1).bootstrapped
    effects = next(t for t in drawn.tables() if t.name == "bootstrap_effects")
    names = [column.name for column in effects.columns]
    assert names[:5] == ["parameter", "est", "se", "bias", "perc_lower"] and names[6:8] == ["bc_lower", "bc_upper"]
    assert any("bias-corrected ones stand in their place" in str(note) for note in effects.notes)
    shown = [str(row[0]) for row in effects.rows]
    assert not any("std(" in one or "total_" in one for one in shown)
    assert any(one.endswith(": Total effect, standardized") for one in shown)
    full = sme.bootstrap(sme.fit(MEDIATION, data), 30, seed=1, progress=False)
    assert "bca_lower" in [column.name for column in full.tables()[0].columns]
    for interval, p in (("perc", "pvalue"), ("bc", "bc_pvalue"), ("bca", "bca_pvalue")):
        columns = [column.name for column in bootstrap_paths(full, interval=interval).columns]
        assert columns[2:] == ["est", "se", "bias", f"{interval}_lower", f"{interval}_upper", p]
    said = bootstrap_paths(full, interval="bca").notes[1]
    assert "; p goes with the BCa interval." in said.en and "；p值与BCa法置信区间一致。" in said.zh


def test_samples_in_which_a_marker_counts_for_little_are_fitted_as_a_fit_does():
    population = "g =~ .8*b0 + .7*b1 + .6*b2; g ~ .15*a0 + .3*a1 + .4*a2; y ~ .2*a0 + .3*a1 + .2*a2"
    data = sme.simulate(population + "; a0 ~~ .4*a1 + .4*a2; a1 ~~ .4*a2", 300, seed=3)
    fit = sme.fit("C <~ a0 + a1 + a2; G =~ b0 + b1 + b2; G ~ C; y ~ C", data)
    rows = np.random.default_rng(1).integers(0, 300, (30, 300))
    found = sme.bootstrap(fit, resamples=rows, progress=False)
    for k, own in enumerate(rows):
        try:
            alone = sme.fit(fit.specification, data.iloc[own].reset_index(drop=True)).estimates()
        except sme.SmeSemError:
            continue
        weight = float(alone.query("op == '<~' and rhs == 'a1'")["est"].iloc[0])
        assert found.draws["C<~a1"].iloc[k] == pytest.approx(weight, rel=1e-5)
    assert found.failed <= 1


def test_what_is_rounding_is_found_block_by_block(monkeypatch):
    answers = sme.simulate("m ~ 0.4*x; y ~ 0.5*m + 0.1*x; x ~~ 1*x", 200, seed=1)
    fit = sme.fit(f"{MEDIATION}; nothing := (a + b) - (b + a)", answers.assign(x=answers["x"] * 1e5))
    whole = sme.bootstrap(fit, 40, seed=1, bca=False, workers=1).table
    monkeypatch.setattr(module, "MOST_AT_ONCE", 2)
    pd.testing.assert_frame_equal(sme.bootstrap(fit, 40, seed=1, bca=False, workers=1).table, whole)
    se = whole.set_index("parameter")["se"]
    assert se["nothing:=(a+b)-(b+a)"] == 0 and se["indirect:=a*b"] > 0
