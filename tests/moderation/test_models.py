import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.errors import SpecificationError
from sme_sem.instrument import Hypothesis
from sme_sem.sem.hypotheses import test_hypotheses as judge

MEASURED = "A =~ a1 + a2 + a3 + a4\nB =~ b1 + b2 + b3\nC =~ c1 + c2 + c3\nY =~ y1 + y2 + y3"
LOADINGS = {"a": (0.9, 0.6, 0.8, 0.4), "b": (0.8, 0.7, 0.9), "c": (0.8, 0.8, 0.8), "y": (0.9, 0.8, 0.8)}


def answers(n=4000, seed=4):
    """Y = .4 A - .3 B + .35 AB + e; loadings differ, so that their order shows."""
    draw = np.random.default_rng(seed)
    A, B, C = draw.standard_normal((3, n))
    B = 0.3 * A + np.sqrt(1 - 0.09) * B
    Y = 0.4 * A - 0.3 * B + 0.35 * A * B + 0.7 * draw.standard_normal(n)
    values = {"a": A, "b": B, "c": C, "y": Y}
    columns = {
        f"{letter}{place}": loading * values[letter] + np.sqrt(1 - loading**2) * draw.standard_normal(n)
        for letter, loadings in LOADINGS.items()
        for place, loading in enumerate(loadings, start=1)
    }
    return sme.simulate("x ~~ x", n, seed=1).drop(columns="x").assign(**columns)


def test_a_model_without_products_and_its_answers_stay_as_they_are():
    frame = answers(n=50)
    found = sme.with_products(MEASURED, frame)
    assert found.frame is frame and found.products == () and found.model == sme.Specification.read(MEASURED)
    assert found.tables() == ()


def test_products_of_observed_variables_are_left_to_the_fit():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(200, 2)), columns=["x", "z"])
    frame["y"] = 0.3 * frame["x"] * frame["z"] + rng.normal(size=200)
    posed = sme.with_products("y ~ x + z + x:z", frame)
    assert posed.frame is frame and not posed.products
    paths = posed.fit().estimates().query("op == '~'").set_index("rhs")["est"]
    by_hand = np.linalg.lstsq(np.column_stack([np.ones(200), frame.x, frame.z, frame.x * frame.z]), frame.y, rcond=None)
    np.testing.assert_allclose(paths.loc[["x", "z", "x:z"]], by_hand[0][1:], rtol=1e-8)


def test_first_items_are_matched_and_the_others_best_with_best_as_far_as_the_shorter_construct_reaches():
    frame = answers()
    found = sme.with_products(f"{MEASURED}\nY ~ A + B + A:B", frame)
    assert found.products[0].pairs == (("a1", "b1"), ("a3", "b3"), ("a2", "b2"))
    by_hand = sme.product_indicators(frame, {"A": ["a1", "a3", "a2"], "B": ["b1", "b3", "b2"]})
    assert found.model == sme.Specification.read(f"{MEASURED}\nY ~ A + B + AxB\n{by_hand.model}")
    assert found.frame.equals(by_hand.frame)


def test_a_planted_product_comes_back_with_its_standardized_coefficient():
    found = sme.with_products(f"{MEASURED}\nY ~ A + B + C + A:B", answers())
    fit = sme.fit(found.model, found.frame, estimator="MLR")
    asked = [Hypothesis(id=path, path=path, text="More.") for path in ("Y ~ A : B", "Y ~ A:C")]
    test, absent = judge(asked, fit).tests
    variance = 0.4**2 + 0.3**2 - 2 * 0.4 * 0.3 * 0.3 + 0.35**2 * 1.09 + 0.49
    assert test.supported and test.beta == pytest.approx(0.35 / np.sqrt(variance), abs=0.04)
    assert absent.supported is None and absent.verdict.en == "not in this model"


def test_the_standardized_product_is_what_one_deviation_of_the_moderator_adds_to_the_standardized_slope():
    found = sme.with_products(f"{MEASURED}\nY ~ A + B + A:B", answers(n=600))
    fit = sme.fit(found.model, found.frame)
    tests = judge([Hypothesis(id="H", path="Y ~ A:B", text="More.")], fit)
    slopes = sme.simple_slopes(fit, "Y", "A", "B", at=(0, 1)).table["est_std"]
    assert tests.tests[0].beta == pytest.approx(slopes[1] - slopes[0], rel=1e-10)
    assert "Wen, Marsh and Hau" in tests.tables()[0].notes[-1].en


def test_items_may_all_be_ordered_and_their_products_stay_numbers():
    frame = answers(n=500)[[f"{c}{i}" for c in "aby" for i in (1, 2, 3)]]
    cut = frame.apply(lambda column: pd.cut(column, [-np.inf, -1, 0, 1, np.inf], labels=False) + 1.0)
    model = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nY =~ y1 + y2 + y3\nY ~ A + B + A:B"
    moderated = sme.with_products(model, cut)
    every, listed = moderated.fit(ordered=True), moderated.fit(ordered=list(cut.columns))
    assert set(every.table.ordered) == set(cut.columns) and every.estimator == "WLSMV"
    assert every.estimates().equals(listed.estimates())
    slope = every.estimates().query("op == '~' and rhs == 'AxB'").iloc[0]
    assert slope["ci_lower"] > 0


def test_a_hypothesis_without_a_product_says_nothing_of_products():
    fit = sme.fit(f"{MEASURED}\nY ~ A + B", answers(n=300))
    assert len(judge([Hypothesis(id="H", path="Y ~ A", text="More.")], fit).tables()[0].notes) == 1


def test_indicators_of_two_products_that_share_an_item_have_correlated_residuals():
    found = sme.with_products(f"{MEASURED}\nY ~ A + B + C + A:B + A:C", answers(n=200))
    first, second = found.products
    covariances = {(t.lhs, t.rhs) for t in found.model.terms if t.op == "~~"}
    assert covariances == set(zip(first.columns, second.columns, strict=True))
    assert sme.fit(found.model, found.frame).converged


def test_the_square_of_a_construct_is_a_product_with_itself():
    found = sme.with_products(f"{MEASURED}\nY ~ A + A:A", answers(n=200))
    assert found.products[0].name == "AxA" and found.products[0].pairs[0] == ("a1", "a1")


@pytest.mark.parametrize(
    ("structure", "said"),
    [
        ("Y ~ A + A:B:C", "'A:B:C' has 3 factors"),
        ("Y ~ A + A:D", "'D' is no construct of the model"),
        ("Y ~ A + A:b1", "'b1' is no construct of the model"),
        ("S =~ A + B\nY ~ C + S + C:S", "'S' is measured by constructs (A, B)"),
        ("D =~ d1 + d2\nY ~ A + D + A:D", "the data have no column 'd1'"),
    ],
)
def test_what_cannot_be_multiplied_is_refused_with_its_name(structure, said):
    with pytest.raises(SpecificationError) as caught:
        sme.with_products(f"{MEASURED}\n{structure}", answers(n=30))
    assert said in str(caught.value)


def test_the_indicators_of_every_product_are_listed():
    found = sme.with_products(f"{MEASURED}\nY ~ A + B + C + A:B + B:C", answers(n=100))
    assert [table.title.en for table in found.tables()] == [f"Product indicators: {name}" for name in ("AxB", "BxC")]


def two_groups(n=1500):
    """The effect of A on Y is .4 + .25 B; B has mean 0 in one group, 2 in the other."""
    rng = np.random.default_rng(4)
    parts = []
    for name, centre in (("low", 0.0), ("high", 2.0)):
        A, B = rng.standard_normal(n), centre + rng.standard_normal(n)
        Y = (0.4 + 0.25 * B) * A + 0.3 * B + 0.6 * rng.standard_normal(n)
        items = {
            f"{v}{i}": own + 0.5 * rng.standard_normal(n)
            for v, own in zip("aby", (A, B, Y), strict=True)
            for i in (1, 2, 3)
        }
        parts.append(pd.DataFrame(items).assign(g=name))
    return pd.concat(parts, ignore_index=True)


MODEL = "A =~ a1 + a2 + a3; B =~ b1 + b2 + b3; Y =~ y1 + y2 + y3; Y ~ A + B + A:B"


@pytest.mark.parametrize("equal", [(), ("loadings", "intercepts")])
def test_products_in_groups_are_centred_within_them(equal):
    data = two_groups()
    fit = sme.with_products(MODEL, data).fit(group="g", group_equal=equal)
    slopes = sme.simple_slopes(fit, "Y", "A", "B").table
    at_mean = slopes[slopes["at"] == 0].set_index("group")["est"]
    np.testing.assert_allclose(at_mean[["low", "high"]], [0.4, 0.9], atol=0.04)
    moderated = fit.estimates().query("op == '~' and rhs == 'AxB'")["est"]
    np.testing.assert_allclose(moderated, 0.25, atol=0.03)


@pytest.mark.parametrize("method", ["double_mean_centering", "mean_centering", "residual"])
def test_centred_within_groups_each_group_has_what_it_has_alone(method):
    data, constructs = two_groups(100), {"A": ["a1", "a2"], "B": ["b1", "b2"]}
    high = data["g"] == "high"
    both = sme.product_indicators(data, constructs, method=method, group="g")
    alone = sme.product_indicators(data[high], constructs, method=method)
    np.testing.assert_allclose(both.frame.loc[high, list(both.columns)], alone.frame[list(alone.columns)], atol=1e-12)


def test_products_centred_within_groups_are_made_anew_for_a_fit_without_them():
    data = two_groups(300)
    plain = sme.with_products(MODEL, data).fit()
    again = sme.with_products(MODEL, data, "g").fit()
    np.testing.assert_allclose(again.estimates()["est"], plain.estimates()["est"], rtol=1e-9)
