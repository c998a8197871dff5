import json

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import FOLDER, pupils
from sme_sem.errors import DataProblem, SpecificationError

REFERENCE = json.loads((FOLDER / "products.json").read_text("utf-8"))
VISUAL, SPEED = ["x1", "x2", "x3"], ["x7", "x8", "x9"]
MODEL = "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\ntextual =~ x4 + x5 + x6\ntextual ~ visual + speed + vs\n"


def of_pupils(**options):
    return sme.product_indicators(pupils(), {"visual": VISUAL, "speed": SPEED}, **options)


def values(products):
    return products.frame[list(products.columns)].to_numpy()


def test_double_mean_centred_products_are_those_of_semtools():
    products = of_pupils()
    assert list(products.columns) == REFERENCE["columns"]
    assert values(products)[:4] == pytest.approx(np.array(REFERENCE["double_mean_centering"]), rel=1e-10)


def test_residual_centred_products_are_those_of_a_regression_in_r():
    assert values(of_pupils(method="residual"))[:2] == pytest.approx(np.array(REFERENCE["residual"]), rel=1e-10)


def test_a_latent_interaction_has_lavaans_estimates():
    products = of_pupils(name="vs")
    fit = sme.fit(MODEL + products.model, products.frame)
    paths = fit.estimates().query("op == '~'")
    assert paths["est"].to_numpy() == pytest.approx(REFERENCE["est"], rel=1e-6)
    assert paths["se"].to_numpy() == pytest.approx(REFERENCE["se"], rel=1e-6)
    assert fit.measures()["chisq"] == pytest.approx(REFERENCE["chisq"], rel=1e-7)


def test_double_mean_centring_leaves_no_mean():
    assert values(of_pupils()).mean(axis=0) == pytest.approx([0, 0, 0], abs=1e-14)
    once = values(of_pupils(method="mean_centering"))
    assert once.mean(axis=0) == pytest.approx(
        [np.cov(pupils()[a], pupils()[b], bias=True)[0, 1] for a, b in zip(VISUAL, SPEED)]
    )


def test_residual_centred_products_are_unrelated_to_every_indicator():
    frame = of_pupils(method="residual").frame
    apart = frame.drop(columns="school").corr().loc[["x1.x7", "x2.x8", "x3.x9"], VISUAL + SPEED].to_numpy()
    assert abs(apart).max() < 1e-12


def test_products_as_they_are_are_plain_products():
    frame = of_pupils(method="none").frame
    assert (frame["x2.x8"] == frame["x2"] * frame["x8"]).all()


def test_every_pair_has_correlated_residuals_where_an_indicator_is_shared():
    products = of_pupils(match=False)
    assert len(products.columns) == 9
    lines = products.model.splitlines()[1:]
    assert len(lines) == 18  # three pairs in each of three rows and of three columns
    assert "x1.x7 ~~ x1.x8" in lines and "x1.x7 ~~ x2.x8" not in lines


def test_the_square_of_a_construct_is_the_product_with_itself():
    products = sme.product_indicators(pupils(), {"visual": VISUAL}, name="visual2")
    square = (pupils()["x1"] - pupils()["x1"].mean()) ** 2
    assert products.columns == ("x1.x1", "x2.x2", "x3.x3")
    assert products.frame["x1.x1"].to_numpy() == pytest.approx((square - square.mean()).to_numpy(), rel=1e-12)
    assert len(sme.product_indicators(pupils(), {"visual": VISUAL}, match=False).columns) == 6


def test_a_gap_stays_a_gap():
    frame = pupils()
    frame.loc[4, "x1"] = np.nan
    for method in ("double_mean_centering", "residual"):
        made = sme.product_indicators(frame, {"visual": VISUAL, "speed": SPEED}, method=method).frame
        assert np.isnan(made.loc[4, "x1.x7"]) and made["x1.x7"].notna().sum() == 300


def test_a_planted_interaction_and_a_planted_square_are_found_again():
    random = np.random.default_rng(5)
    n = 20_000
    A, B = random.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], n).T
    Y = 0.4 * A + 0.3 * B + 0.25 * A * B + 0.15 * A**2 + random.normal(0, 0.6, n)
    answers = {}
    for name, latent in (("a", A), ("b", B), ("y", Y)):
        for i, loading in enumerate((1, 0.8, 0.9), start=1):
            answers[f"{name}{i}"] = 3 + loading * latent + random.normal(0, 0.5, n)

    interaction = sme.product_indicators(pd.DataFrame(answers), {"A": ["a1", "a2", "a3"], "B": ["b1", "b2", "b3"]})
    square = sme.product_indicators(interaction.frame, {"A": ["a1", "a2", "a3"]})
    model = "A =~ a1 + a2 + a3; B =~ b1 + b2 + b3; Y =~ y1 + y2 + y3; Y ~ A + B + AxB + AxA\n"
    shared = "".join(f"\n{p} ~~ {q}" for p, q in zip(interaction.columns, square.columns))
    fit = sme.fit(f"{model}{interaction.model}\n{square.model}{shared}", square.frame)
    found = fit.estimates().query("op == '~'").set_index("rhs")["est"]
    assert found[["A", "B", "AxB", "AxA"]].to_numpy() == pytest.approx([0.4, 0.3, 0.25, 0.15], abs=0.02)


@pytest.mark.parametrize(
    ("constructs", "options", "said"),
    [
        ({"A": ["x1"], "B": ["x2"], "C": ["x3"]}, {}, "names 3: give two"),
        ({1: ["x1", "x2"], 2: ["x4", "x5"]}, {}, "^each name in constructs must be a text, such as 'A', not 1"),
        ({"A": ["x1", "x1"], "B": ["x4", "x5"]}, {}, r"^'A' names an indicator twice \(x1, x1\): name each once\.$"),
        ({"A": ["x1", "x2", "x3"], "B": ["x4", "x5"]}, {}, "of 3 and 2 indicators cannot be matched .* match=False"),
        ({"A": ["x1"], "B": ["x77"]}, {}, "'B': the data have no column 'x77'"),
        ({"A": ["x1"], "B": []}, {}, "'B' has no indicator"),
        ({"A": ["x1"], "B": ["x2"]}, {"method": "double"}, "method='double' is not available"),
        ({"A": ["x1"], "B": ["x2"]}, {"name": "x9"}, "already have a column 'x9'"),
    ],
)
def test_what_cannot_be_multiplied_is_refused(constructs, options, said):
    with pytest.raises(SpecificationError, match=said):
        sme.product_indicators(pupils(), constructs, **options)


def test_words_cannot_be_multiplied():
    with pytest.raises(DataProblem, match=r"^not numeric: 'school' \(such as '"):
        sme.product_indicators(pupils(), {"A": ["x1"], "B": ["school"]})
    with pytest.raises(DataProblem, match="'x7' holds no numbers to multiply"):
        sme.product_indicators(pupils().assign(x7=np.nan), {"A": ["x1"], "B": ["x7"]})


def test_indicators_kept_as_objects_are_multiplied():
    own = sme.product_indicators(pupils().astype({"x1": object, "x7": object}), {"visual": VISUAL, "speed": SPEED})
    np.testing.assert_array_equal(values(own), values(of_pupils()))


def test_the_products_are_listed():
    assert "x1.x7" in str(of_pupils())


def test_columns_that_occur_twice_or_are_infinite_are_refused():
    rng = np.random.default_rng(1)
    twice = pd.DataFrame(rng.normal(size=(50, 3)), columns=["a", "a", "b"])
    with pytest.raises(DataProblem, match="column 'a' occurs more than once"):
        sme.product_indicators(twice, {"A": ["a"], "B": ["b"]})
    endless = pd.DataFrame(rng.normal(size=(50, 2)), columns=["a", "b"])
    endless.loc[0, "a"] = np.inf
    with pytest.raises(DataProblem, match="infinite values in 'a'"):
        sme.product_indicators(endless, {"A": ["a"], "B": ["b"]})
