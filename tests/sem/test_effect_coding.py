"""Effect coding: another scale for the constructs, and nothing else."""

import numpy as np
import pytest

import sme_sem as sme
from sem.holzinger import MODEL, column, pupils, pupils_with_gaps

# lavaan 0.7 (snapshot of August 2026), cfa(model, hs.csv, effect.coding = TRUE)
LAVAAN = {
    ("visual", "=~", "x1"): (1.31413484702112, 0.100796625211954),
    ("visual", "=~", "x3"): (0.958491270950989, 0.0892148031257433),
    ("textual", "=~", "x5"): (1.09871169361395, 0.035576375854339),
    ("visual", "~~", "visual"): (0.468638477740308, 0.0620759844087972),
    ("textual", "~~", "speed"): (0.191082656866449, 0.0506196453400745),
    ("x1", "~~", "x1"): (0.549054440725533, 0.113600920183635),
}
DESIGNS = [
    {},
    {"meanstructure": True},
    {"group": "school"},
    {"group": "school", "group_equal": "loadings"},
    {"group": "school", "group_equal": ["loadings", "intercepts"]},
    {"missing": "fiml"},
    {"estimator": "MLR"},
]


def fit(model=MODEL, coding=True, **options):
    data = pupils_with_gaps() if "missing" in options else pupils()
    return sme.fit(model, data, effect_coding=coding, **options)


def test_estimates_and_errors_agree_with_lavaan():
    found = fit()
    est, se = column(found), column(found, "se")
    for key, (value, error) in LAVAAN.items():
        assert est[*key, ""] == pytest.approx(value, rel=1e-6), key
        assert se[*key, ""] == pytest.approx(error, rel=1e-6), key


@pytest.mark.parametrize("options", DESIGNS, ids=str)
def test_loadings_average_one_and_intercepts_sum_to_zero(options):
    found = fit(**options).estimates()
    loadings = found[found["op"] == "=~"].groupby(["group", "lhs"])["est"].mean()
    np.testing.assert_allclose(loadings, 1, atol=1e-9)
    intercepts = found[(found["op"] == "~1") & found["lhs"].str.startswith("x")]
    assert len(intercepts) == (0 if options in ({}, {"estimator": "MLR"}) else 9 * found["group"].nunique())
    for construct in ("x1 x2 x3", "x4 x5 x6", "x7 x8 x9"):
        own = intercepts[intercepts["lhs"].isin(construct.split())]
        np.testing.assert_allclose(own.groupby("group")["est"].sum(), 0, atol=1e-8)


@pytest.mark.parametrize("options", DESIGNS, ids=str)
def test_fit_and_standardized_solution_are_those_of_markers(options):
    coded, marked = fit(**options), fit(coding=False, **options)
    for name in marked.measures().index:
        assert coded.measures()[name] == pytest.approx(marked.measures()[name], rel=1e-6, abs=1e-8), name
    here, there = column(coded, "std_all"), column(marked, "std_all")
    for key in here:
        if key[1] != "~1":
            assert here[key] == pytest.approx(there[key], abs=1e-6), key


def test_with_means_a_construct_s_mean_is_the_average_of_its_indicators_means():
    means = column(fit(meanstructure=True))
    assert means["visual", "~1", "", ""] == pytest.approx(pupils()[["x1", "x2", "x3"]].mean().mean(), rel=1e-8)


def test_one_kind_alone_can_be_asked_for():
    only = fit(coding="loadings", meanstructure=True)
    assert column(only)["visual", "~1", "", ""] == 0
    other = fit(coding=["intercepts"], meanstructure=True)
    assert column(other)["visual", "=~", "x1", ""] == 1
    assert other.measures()["npar"] == only.measures()["npar"] == 30


def test_a_construct_with_a_fixed_loading_keeps_it():
    est = column(fit(MODEL.replace("x2", "0.8*x2") + "\n speed ~~ 1*speed"))
    assert est["visual", "=~", "x2", ""] == 0.8
    assert est["textual", "=~", "x4", ""] + est["textual", "=~", "x5", ""] + est["textual", "=~", "x6", ""] == (
        pytest.approx(3)
    )


def test_constructs_of_constructs_are_coded_as_well():
    coded, marked = (
        fit(MODEL + "\n g =~ visual + textual + speed"),
        fit(MODEL + "\n g =~ visual + textual + speed", coding=False),
    )
    est = column(coded)
    assert sum(est["g", "=~", name, ""] for name in ("visual", "textual", "speed")) == pytest.approx(3)
    assert coded.measures()["chisq"] == pytest.approx(marked.measures()["chisq"], rel=1e-8)


def test_it_stands_beside_constraints_of_the_model():
    found = fit(MODEL.replace("x2", "a*x2").replace("x3", "b*x3") + "\n a == b")
    est = column(found)
    assert est["visual", "=~", "x2", ""] == pytest.approx(est["visual", "=~", "x3", ""], abs=1e-10)
    plain = sme.fit(MODEL.replace("x2", "a*x2").replace("x3", "a*x3"), pupils())
    assert found.measures()["chisq"] == pytest.approx(plain.measures()["chisq"], rel=1e-8)
    assert found.measures()["df"] == plain.measures()["df"]


def test_two_ways_of_giving_a_scale_exclude_each_other():
    with pytest.raises(sme.SpecificationError) as caught:
        fit(std_lv=True)
    assert str(caught.value) == (
        "effect_coding gives constructs the scale of their indicators, std_lv=True a variance of one: choose one."
    )
    with pytest.raises(sme.SpecificationError, match="effect_coding='means' is not available"):
        fit(coding="means")


def test_the_second_engine_declines_constraints():
    with pytest.raises(sme.SpecificationError, match="semopy cannot keep parameters to constraints"):
        fit().cross_check()
