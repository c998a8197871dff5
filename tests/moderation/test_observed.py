"""Moderators that are observed: a column of numbers that changes what a construct does."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.errors import DataProblem, SpecificationError

FOLDER = Path(__file__).parents[1] / "reference"
FOREIGN = json.loads((FOLDER / "products.json").read_text("utf-8"))["observed_moderator"]
MEASURED = "E =~ e1 + e2 + e3\nA =~ a1 + a2 + a3 + a4\nY =~ y1 + y2 + y3"
FREE = f"{MEASURED}\nY ~ A + E + size + age + A:size"
EXPLAINED = f"{MEASURED}\nA ~ E\nY ~ A + E + size + age + A:size"


def answers(n=3000, seed=1, codes=(1, 2, 3), shares=(0.5, 0.35, 0.15), error=0.5):
    """Y = .4 A + .2 E + .2 size + .1 age + .3 A (size - mean) + e; all causes are correlated."""
    draw = np.random.default_rng(seed)
    size = draw.choice(np.array(codes, dtype=float), n, p=shares)
    s = size - np.dot(codes, shares)
    E = 0.3 * s + draw.standard_normal(n)
    age = 10 + 0.5 * s + draw.standard_normal(n)
    A = 0.4 * s + 0.3 * E + 0.8 * draw.standard_normal(n)
    Y = 0.4 * A + 0.2 * E + 0.2 * size + 0.1 * age + 0.3 * A * s + 0.6 * draw.standard_normal(n)
    items = {
        f"{letter}{place}": (1 - 0.1 * place) * own / 0.9 + error * draw.standard_normal(n)
        for letter, own, count in (("e", E, 3), ("a", A, 4), ("y", Y, 3))
        for place in range(1, count + 1)
    }
    return pd.DataFrame(items).assign(size=size, age=age)


def slopes_of(fit, outcome="Y"):
    own = fit.estimates().query("op == '~' and lhs == @outcome")
    return own.set_index("rhs")[["est", "se"]]


def test_every_item_is_multiplied_and_no_residuals_of_the_products_are_correlated():
    found = sme.with_products(FREE, answers(300))
    (product,) = found.products
    assert {pair for pair in product.pairs} == {(f"a{i}", "size") for i in (1, 2, 3, 4)} and product.pairs[0][0] == "a1"
    products = set(product.columns)
    assert not [t for t in found.model.terms if t.op == "~~" and {t.lhs, t.rhs} & products]
    by_hand = sme.product_indicators(answers(300), {"A": ["a1", "a2"], "size": ["size"]}, match=False)
    assert by_hand.model == "Axsize =~ a1.size + a2.size"


@pytest.mark.parametrize("model", [FREE, EXPLAINED])
@pytest.mark.parametrize("moderator", [{}, {"codes": (0, 1), "shares": (0.65, 0.35)}])
def test_a_planted_interaction_is_found_again(model, moderator):
    own = slopes_of(sme.with_products(model, answers(**moderator)).fit())
    truth = pd.Series({"A": 0.4, "E": 0.2, "size": 0.2, "age": 0.1, "Axsize": 0.3})
    assert (abs(own["est"][truth.index] - truth) < 3.5 * own["se"][truth.index]).all()
    assert own["se"].max() < 0.06


def test_lavaan_finds_the_same():
    frame = pd.read_csv(FOLDER / "hs.csv")
    model = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; textual ~ visual + x8 + x9 + visual:x8"
    fit = sme.with_products(model, frame).fit()
    own = slopes_of(fit, "textual")
    for column in ("est", "se"):
        assert own[column].to_dict() == pytest.approx(FOREIGN[column], rel=1e-6)
    assert fit.measures()[["chisq", "df", "chisq_scaled"]].tolist() == pytest.approx(FOREIGN["chisq"], rel=1e-7)


def test_without_errors_of_measurement_it_is_the_regression_with_a_product():
    frame = answers(400)
    fit = sme.with_products("A =~ a1; Y =~ y1; Y ~ A + size + age + A:size", frame).fit()
    a, s = (frame[name] - frame[name].mean() for name in ("a1", "size"))
    causes = np.column_stack([np.ones(400), a, s, frame["age"], a * s])
    by_hand = np.linalg.lstsq(causes, frame["y1"], rcond=None)[0][1:]
    np.testing.assert_allclose(slopes_of(fit)["est"][["A", "size", "age", "Axsize"]], by_hand, rtol=1e-7)


def test_a_predictor_the_model_explains_still_correlates_with_its_moderator():
    stated = {frozenset((t.lhs, t.rhs)) for t in sme.with_products(EXPLAINED, answers(200)).model.terms if t.op == "~~"}
    wanted = ("A size", "A Axsize", "size Axsize", "size age", "E size", "E age", "age Axsize")
    assert stated == {frozenset(pair.split()) for pair in wanted}
    joined = sme.with_products(f"{MEASURED}\nA ~ size\nY ~ A + size + A:size", answers(200)).model
    assert frozenset(("A", "size")) not in {frozenset((t.lhs, t.rhs)) for t in joined.terms if t.op == "~~"}


def test_slopes_are_those_at_values_of_the_moderator_itself():
    fit = sme.with_products(FREE, answers()).fit()
    found = sme.simple_slopes(fit, "Y", "A", "size")
    b, d = slopes_of(fit)["est"][["A", "Axsize"]]
    mean = answers()["size"].mean()
    table = found.table
    np.testing.assert_allclose(table["value"][1], mean, rtol=1e-9)
    np.testing.assert_allclose(table["est"], b + d * (table["value"] - mean), rtol=1e-9)
    region = found.region.iloc[0]
    at_end = sme.simple_slopes(fit, "Y", "A", "size", at=(region["lower_sd"], region["upper_sd"])).table
    np.testing.assert_allclose(at_end["value"], region[["lower", "upper"]].astype(float), rtol=1e-9)
    np.testing.assert_allclose(at_end["pvalue"], 0.05, rtol=1e-6)
    assert found.figure().startswith("<svg")


def test_a_moderator_with_two_values_is_looked_at_there():
    frame = answers(codes=(1, 2), shares=(0.65, 0.35))
    fit = sme.with_products(FREE, frame).fit()
    found = sme.simple_slopes(fit, "Y", "A", "size")
    assert found.table["value"].tolist() == pytest.approx([1, 2])
    assert np.diff(found.table["est"]) == pytest.approx(slopes_of(fit)["est"]["Axsize"])
    assert "two values" in found.tables()[0].notes[0].en
    assert len(sme.simple_slopes(fit, "Y", "A", "size", at=(-1, 0, 1)).table) == 3
    assert list(sme.simple_slopes(fit, "Y", "size", "A").table["value"])[1] == 0


def test_conditional_indirect_effects_stand_at_values_of_an_observed_moderator():
    frame = answers(600, codes=(0, 1), shares=(0.65, 0.35))
    fit = sme.with_products(f"{MEASURED}\nA ~ E\nY ~ A + E + size + A:size", frame).fit()
    found = sme.conditional_indirect(sme.bootstrap(fit, 40, seed=1, progress=False), "E", "A", "Y", "size")
    slopes = sme.simple_slopes(fit, "Y", "A", "size").table["est"]
    first = slopes_of(fit, "A")["est"]["E"]
    np.testing.assert_allclose(found.table["est"], first * slopes, rtol=1e-9)
    assert found.table["value"].tolist() == pytest.approx([0, 1]) and found.change["change"].tolist() == ["index"]
    assert "two values" in found.tables()[0].notes[1].en


def test_groups_and_ordered_items_go_with_an_observed_moderator():
    frame = answers(900).assign(half=np.repeat(["a", "b"], 450))
    both = sme.with_products(FREE, frame).fit(group="half")
    slopes = sme.simple_slopes(both, "Y", "A", "size").table
    means = frame.groupby("half")["size"].mean()
    np.testing.assert_allclose(slopes.loc[slopes["at"] == 0, "value"], means, rtol=1e-6)
    items = [c for c in frame if c[0] in "eay" and c != "age"]
    cut = frame.assign(**{c: pd.qcut(frame[c], 4, labels=False) + 1.0 for c in items})
    fit = sme.with_products(FREE, cut).fit(ordered=True)
    assert set(fit.table.ordered) == set(items) and slopes_of(fit)["est"]["Axsize"] > 0.1


def test_products_that_share_only_the_moderator_have_uncorrelated_residuals():
    found = sme.with_products(f"{MEASURED}\nY ~ A + E + size + A:size + E:size", answers(300))
    columns = {column for product in found.products for column in product.columns}
    assert not [t for t in found.model.terms if t.op == "~~" and {t.lhs, t.rhs} <= columns]
    assert found.fit().converged
    other = sme.with_products(f"{MEASURED}\nY ~ A + E + size + A:size + A:E", answers(300))
    assert [t for t in other.model.terms if t.op == "~~" and {t.lhs, t.rhs} == {"a1.size", "a1.e1"}]


def test_what_cannot_moderate_is_refused():
    frame = answers(100).assign(kind=pd.Categorical(list("abcd") * 25), word=["x", "y"] * 50)
    for name, kind, said in (
        ("e1", SpecificationError, "'e1' is no construct of the model .* an item of 'E'"),
        ("kind", SpecificationError, "'kind' has 4 categories without order"),
        ("sizes", SpecificationError, "no such column. Did you mean 'size'"),
        ("word", DataProblem, "word"),
    ):
        with pytest.raises(kind, match=said):
            sme.with_products(f"{MEASURED}\nY ~ A + {name} + A:{name}", frame)
