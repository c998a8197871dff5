"""Thin tables and correlations at their bound are said, and what cannot be told is refused."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.ordered_answers import drawn, fitted
from sme_sem.kernels import latent_moments

MODEL = "trust =~ t1 + t2 + t3 + t4"
TRUST = "trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3 + 0.7*t4; t1 ~~ 0.4*t1; t2 ~~ 0.5*t2; t3 ~~ 0.6*t3; t4 ~~ 0.5*t4"


@pytest.fixture(scope="module")
def items():
    return drawn(TRUST, 400, seed=1)


def said(data, model=MODEL, **options):
    """Diagnostics by code: (severity, message)"""
    fit = sme.fit(model, data, **{"ordered": True, **options})
    for diagnostic in fit.diagnostics:
        assert diagnostic.words.zh != diagnostic.words.en
    return {d.code: (d.severity, d.message) for d in fit.diagnostics}


def test_a_sound_sample_has_nothing_to_report(items):
    assert said(items) == {}


def test_few_categories_are_advised_to_be_taken_as_ordered(items):
    fit = sme.fit(MODEL, items)
    (diagnostic,) = fit.diagnostics
    assert fit.admissible and (diagnostic.severity, diagnostic.code) == ("info", "few_categories")
    assert diagnostic.message == (
        "every item has at most 4 different answers, which are analysed as if they were continuous. ordered=True takes "
        "them as ordered categories (WLSMV); sme.compare_estimators shows whether conclusions differ."
    )
    assert diagnostic.message not in " ".join(note.en for table in fit.tables() for note in table.notes)


@pytest.mark.parametrize("options", [{"estimator": "ML"}, {"estimator": "MLR"}, {"ordered": False}])
def test_who_has_chosen_is_not_advised(items, options):
    assert sme.fit(MODEL, items, **options).diagnostics == ()


@pytest.mark.parametrize("change", [{"t2": np.arange(400) % 6}, {"t2": 0.5}])
def test_one_item_with_more_answers_or_fractions_is_enough_for_silence(items, change):
    column = np.asarray(change["t2"]) + (items["t2"] if np.ndim(change["t2"]) == 0 else 0)
    assert sme.fit(MODEL, items.assign(t2=column)).diagnostics == ()


def test_covariates_do_not_count_as_items(items):
    data = items.assign(age=np.random.default_rng(1).normal(40, 9, 400))
    assert [d.code for d in sme.fit(f"{MODEL}; trust ~ age", data).diagnostics] == ["few_categories"]


def test_rare_categories_are_named_with_their_counts(items):
    data = items.assign(t2=np.where(np.arange(400) == 7, 9, items["t2"]))
    assert said(data) == {
        "rare_category": (
            "info",
            "categories with fewer than 5 answers: t2 = 9 (1). Their thresholds are uncertain, and so are the "
            "correlations that rest on them; bring neighbouring categories together.",
        )
    }


def test_rare_categories_are_counted_in_every_group(items):
    data = items.assign(town=np.where(np.arange(400) < 200, "east", "west"))
    east = data.index[(data["town"] == "east") & (data["t3"] == 4)]
    data.loc[east[2:], "t3"] = 3
    assert said(data, group="town")["rare_category"][1].startswith(
        "categories with fewer than 5 answers in group east: t3 = 4 (2)."
    )


def test_rare_categories_are_counted_beside_covariates_too(items):
    data = items.assign(t2=np.where(np.arange(400) == 7, 9, items["t2"]), age=np.arange(400) % 37)
    assert said(data, f"{MODEL}; trust ~ age")["rare_category"][1].startswith(
        "categories with fewer than 5 answers: t2 = 9 (1)."
    )


def test_a_sixth_answer_of_the_last_respondent_is_seen(items):
    wide = items.assign(t1=np.where(np.arange(400) > 397, np.arange(400) - 392, items["t1"]))
    assert sme.fit(MODEL, wide).diagnostics == ()
    five = items.assign(t1=np.where(np.arange(400) > 398, 5, items["t1"]))
    assert "at most 5 different answers" in sme.fit(MODEL, five).diagnostics[0].message


def test_five_answers_are_no_longer_rare(items):
    data = items.assign(t2=np.where(np.arange(400) < 5, 9, items["t2"]))
    assert "rare_category" not in said(data)


def test_an_empty_cell_of_two_binary_items_is_named(items):
    data = items.assign(t1=(items["t1"] > 2) * 1, t2=(items["t1"] > 3) * 1)
    assert said(data)["empty_cell"] == (
        "info",
        "one of the four combinations of answers was given by nobody: t1 – t2. Half an answer is put there, or the "
        "correlation would be perfect; it is uncertain all the same.",
    )


def near_copy(items):
    copied = items["t1"].copy()
    copied[:3] = copied[:3] % 4 + 1
    return items.assign(t2=copied)


def test_a_correlation_at_its_bound_is_a_warning_and_so_is_what_follows_from_it(items):
    found = said(near_copy(items))
    assert found["perfect_correlation"] == (
        "warning",
        "no answers speak against a perfect correlation of t1 – t2: it is set to .999 in size, and neither its "
        "standard error nor the test of the model can be trusted. They may ask the same thing: leave one out, or bring "
        "categories together.",
    )
    assert found["sparse_table"][0] == "info" and "t1 – t2." in found["sparse_table"][1]
    assert found["negative_variance"][1].startswith("Heywood case: the residual variance of t1 is negative")
    assert not sme.fit(MODEL, near_copy(items), ordered=True).admissible


def test_correlations_that_contradict_each_other_are_a_warning(items):
    found = said(items.assign(t1=(items["t1"] > 2) * 1, t2=items["t1"]))
    severity, message = found["correlations_not_definite"]
    assert severity == "warning" and "smallest eigenvalue -0.0" in message
    fit = sme.fit(MODEL, items.assign(t1=(items["t1"] > 2) * 1, t2=items["t1"]), ordered=True)
    assert np.isnan(fit.measures()["cfi_robust"])


def test_a_residual_variance_that_follows_from_the_rest_may_be_a_heywood_case():
    data = drawn("t1 ~~ 0.6*t2 + 0.6*t3; t2 ~~ 0.2*t3", 200, seed=1)
    delta = sme.fit("f =~ t1 + t2 + t3", data, ordered=True)
    assert [d.code for d in delta.diagnostics if d.severity == "warning"] == ["negative_variance"]
    residual = delta.estimates().query("op == '~~' and lhs == 't1' and rhs == 't1'")["est"].item()
    assert residual < 0 and f"({residual:.3f})" in delta.diagnostics[0].message


def test_diagnostics_of_the_answers_stand_beside_those_of_the_model_in_the_table_of_them(items):
    table = next(t for t in sme.fit(MODEL, near_copy(items), ordered=True).tables() if t.name == "diagnostics")
    assert [row[1] for row in table.rows] == ["negative_variance", "perfect_correlation", "sparse_table"]


def test_a_covariate_that_separates_the_categories_is_refused():
    rng = np.random.default_rng(1)
    z = rng.normal(size=60) + np.repeat([0, 8], 30)
    data = pd.DataFrame({"a": (z > 4) * 1, "b": rng.integers(0, 3, 60), "c": rng.integers(0, 3, 60), "z": z})
    with pytest.raises(sme.DataProblem, match="cannot be told from the answers"):
        sme.fit("f =~ a + b + c; f ~ z", data, ordered=["a", "b", "c"])


def test_small_samples_have_a_correlation_for_every_pair():
    """Tables of ten or twenty answers, where the outer product of scores is a poor curvature."""
    rng = np.random.default_rng(1)
    pairs = missing = 0
    for _ in range(150):
        n, categories = int(rng.choice([8, 12, 20, 30])), int(rng.integers(2, 7))
        response = rng.standard_normal((n, 1)) * 0.7 + rng.standard_normal((n, 6)) * 0.7
        cuts = np.sort(rng.normal(size=categories - 1))
        codes = np.stack([np.unique(np.digitize(own, cuts), return_inverse=True)[1] for own in response.T], axis=1)
        levels = codes.max(axis=0) + 1
        if (levels > 1).all():
            found = latent_moments.moments(codes.astype(float), levels)
            pairs, missing = pairs + 15, missing + np.isnan(found.correlation).sum() / 2
    assert pairs > 1000 and missing == 0


def test_reference_cases_without_problems_are_silent_or_say_only_what_is_thin():
    codes = {d.code for case in ("bfi_wlsmv", "ability_binary_theta") for d in fitted(case).diagnostics}
    assert codes <= {"rare_category", "sparse_table"}


def test_a_variable_of_two_values_beside_ordered_ones_must_be_ordered_too():
    rng = np.random.default_rng(1)
    latent = rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))
    data = pd.DataFrame((latent > 1).astype(float), columns=list("abcd"))
    with pytest.raises(sme.DataProblem, match=r"variances of 'c', 'd' cannot be told.*takes two values only"):
        sme.fit("f =~ a + b + c + d", data, ordered=["a", "b"])


def test_tests_of_normal_answers_are_not_given_of_ordered_ones(items):
    with pytest.raises(sme.SpecificationError, match="test='browne_residual_nt' is of normal answers"):
        sme.fit(MODEL, items, ordered=True, test="browne_residual_nt")


def test_equal_residuals_that_restrict_nothing_are_told(items):
    own = {
        "data": items.assign(g=["A", "B"] * 200),
        "group": "g",
        "group_equal": ("loadings", "thresholds", "residuals"),
    }
    assert said(**own)["residuals_follow"][0] == "info"
    assert "residuals_follow" not in said(**own, parameterization="theta")
