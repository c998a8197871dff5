"""Covariance matrices of several groups, given in place of answers."""

import json

import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import FOLDER, ITEMS, assert_same, column, keyed, pupils
from sme_sem import DataProblem, SpecificationError

REFERENCE = json.loads((FOLDER / "continuous.json").read_text("utf-8"))
TWO = "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6"


def summary(*, means=False):
    """Covariances, counts and perhaps means of the two schools, by their names."""
    schools = {school: own[ITEMS] for school, own in pupils().groupby("school", sort=False)}
    found = {"cov": {name: own.cov() for name, own in schools.items()}}
    found["n"] = {name: len(own) for name, own in schools.items()}
    return found | ({"mean": {name: own.mean() for name, own in schools.items()}} if means else {})


def assert_agrees(fit, case):
    ours, labels = keyed(fit.estimates()), fit.moments.labels
    for lhs, op, rhs, group, est, se in case["estimates"]:
        row = ours[lhs, op, rhs, labels[group - 1]]
        assert row["est"] == pytest.approx(est, rel=1e-5, abs=1e-5), (lhs, op, rhs)
        if se is not None:
            assert row["se"] == pytest.approx(se, rel=1e-5, abs=1e-5), (lhs, op, rhs)
    for measure, value in case["measures"].items():
        if value is not None:
            assert fit.measures()[measure.replace(".", "_")] == pytest.approx(value, rel=1e-6, abs=1e-6), measure


def options_of(case):
    return {key.replace(".", "_"): value for key, value in (case["options"] or {}).items()}


@pytest.mark.parametrize("name", REFERENCE["groups"])
def test_groups_of_covariances_agree_with_lavaan(name):
    case = REFERENCE["groups"][name]
    fit = sme.fit(case["model"], **summary(means=case["means"]), **options_of(case))
    assert fit.moments.labels == ("Pasteur", "Grant-White")
    assert_agrees(fit, case)


@pytest.mark.parametrize("name", REFERENCE["without_means"])
def test_groups_without_their_means_agree_with_lavaan(name):
    case = REFERENCE["without_means"][name]
    fit = sme.fit(case["model"], pupils(), **options_of(case))
    assert_agrees(fit, case)
    assert fit.measures()["chisq_scaled"] == pytest.approx(case["scaled"], rel=1e-6)
    assert "~1" not in set(fit.estimates()["op"])


@pytest.mark.parametrize("means", [False, True])
def test_covariances_by_group_give_what_the_answers_give(means):
    whole = sme.fit(TWO, pupils(), group="school", meanstructure=means)
    known = sme.fit(TWO, **summary(means=means))
    assert_same(column(known), column(whole), atol=1e-9)
    assert_same(column(known, "se"), column(whole, "se"), atol=1e-9)
    for name, value in whole.measures().items():
        assert known.measures()[name] == pytest.approx(value, rel=1e-8, abs=1e-8), name
    indices = [f.modification_indices().set_index(["lhs", "op", "rhs", "group"]).sort_index() for f in (known, whole)]
    pd.testing.assert_frame_equal(*indices, rtol=1e-6, atol=1e-8)


def test_groups_of_a_list_are_numbered():
    own = summary(means=True)
    listed = sme.fit(TWO, **{name: list(values.values()) for name, values in own.items()})
    assert listed.moments.labels == ("Group 1", "Group 2")
    assert listed.measures()["chisq"] == pytest.approx(sme.fit(TWO, **own).measures()["chisq"])
    turned = {name: dict(reversed(values.items())) for name, values in own.items()}
    assert sme.fit(TWO, cov=own["cov"], n=turned["n"], mean=turned["mean"]).measures()["chisq"] == pytest.approx(
        listed.measures()["chisq"]
    )


def test_a_single_group_in_a_list_is_no_group():
    own = pupils()[ITEMS]
    one, plain = sme.fit(TWO, cov=[own.cov()], n=[301]), sme.fit(TWO, cov=own.cov(), n=301)
    assert one.moments.labels == ("",)
    assert column(one) == column(plain)


def test_means_are_left_out_of_groups_only_where_nothing_rests_on_them():
    without = sme.fit(TWO, pupils(), group="school", meanstructure=False)
    assert not without.table.means
    held = sme.fit(TWO, pupils(), group="school", meanstructure=False, group_equal=["loadings", "intercepts"])
    assert held.table.means
    with pytest.raises(SpecificationError, match="the model has a mean structure: give mean= beside cov="):
        sme.fit(TWO, **summary(), group_equal=["loadings", "intercepts"])


@pytest.mark.parametrize(
    ("given", "problem", "message"),
    [
        ({"n": 301}, SpecificationError, "cov= is of 2 groups, n= of 1: give as many in both, as in cov=[S1, S2]"),
        ({"n": None}, SpecificationError, "cov= is of 2 groups, n= of 0: "),
        ({"n": {"Pasteur": 1, "west": 2}}, SpecificationError, "n= is of the groups 'Pasteur', 'west', and cov= of"),
        ({"mean": [1]}, SpecificationError, "cov= is of 2 groups, mean= of 1: "),
        ({"n": [156, 1]}, DataProblem, "group 'Grant-White': n=, the number of respondents behind"),
    ],
)
def test_what_does_not_fit_together_is_told(given, problem, message):
    with pytest.raises(problem) as caught:
        sme.fit(TWO, **(summary() | given))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("given", [[], {}])
def test_no_group_at_all_is_told(given):
    with pytest.raises(
        SpecificationError, match=r"^cov= holds no covariance matrix: give one, or one of each group\.$"
    ):
        sme.fit(TWO, cov=given, n=given)


@pytest.mark.parametrize("n", [float("nan"), float("inf"), "145", 1])
def test_a_count_that_is_none_is_told_with_its_group(n):
    given = summary()
    with pytest.raises(
        DataProblem, match=r"^group 'Pasteur': n=, the number of respondents .* must be given and above 1"
    ):
        sme.fit(TWO, **given | {"n": given["n"] | {"Pasteur": n}})


@pytest.mark.parametrize(
    ("means", "problem", "message"),
    [
        (None, SpecificationError, r"^mean= is not known of 'Pasteur': give the means of every group, or of none\.$"),
        (
            [3.0] * len(ITEMS),
            DataProblem,
            r"^group 'Pasteur': mean= must be a Series with the variables' names as its index",
        ),
        (
            pd.Series(float("nan"), ITEMS),
            DataProblem,
            r"^group 'Pasteur': the means have missing or infinite entries: fill",
        ),
    ],
)
def test_means_that_are_none_are_told_with_their_group(means, problem, message):
    given = summary(means=True)
    with pytest.raises(problem, match=message):
        sme.fit(TWO, **given | {"mean": given["mean"] | {"Pasteur": means}})


def test_other_programs_say_that_they_cannot_be_told_covariances_by_group():
    fit = sme.fit(TWO, **summary())
    for program in ("lavaan", "mplus", "amos", "semopy"):
        with pytest.raises(SpecificationError, match="covariance matrices of several groups"):
            fit.syntax(program)
    assert "meanstructure = FALSE" in sme.fit(TWO, pupils(), group="school", meanstructure=False).syntax("lavaan")
