"""Products of observed variables that the model names and the data need not have."""

import json

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import sme_sem as sme
from chinese import wholly_chinese
from sem.holzinger import FOLDER, assert_same, column, keyed, pupils, pupils_with_gaps
from sme_sem import DataProblem, SpecificationError

REFERENCE = json.loads((FOLDER / "continuous.json").read_text("utf-8"))["products"]
MODEL = "x9 ~ x1 + x4 + x1:x4"


@pytest.mark.parametrize("name", REFERENCE)
def test_products_agree_with_lavaan(name):
    case = REFERENCE[name]
    options = {key.replace(".", "_"): value for key, value in (case["options"] or {}).items()}
    fit = sme.fit(case["model"], pupils(), **options)
    ours = keyed(fit.estimates())
    for lhs, op, rhs, _group, est, se in case["estimates"]:
        assert ours[lhs, op, rhs, ""]["est"] == pytest.approx(est, rel=1e-5, abs=1e-5), (lhs, op, rhs)
        if se is not None:
            assert ours[lhs, op, rhs, ""]["se"] == pytest.approx(se, rel=1e-5, abs=1e-5), (lhs, op, rhs)
    for measure, value in case["measures"].items():
        if value is not None:
            assert fit.measures()[measure.replace(".", "_")] == pytest.approx(value, rel=1e-6, abs=1e-6), measure


def test_a_product_is_a_predictor_of_least_squares():
    data = pupils()
    X = sm.add_constant(pd.DataFrame({"x1": data.x1, "x4": data.x4, "x1:x4": data.x1 * data.x4}))
    theirs = sm.OLS(data.x9, X).fit()
    ours = column(sme.fit(MODEL, data))
    for name in ("x1", "x4", "x1:x4"):
        assert ours["x9", "~", name, ""] == pytest.approx(theirs.params[name], rel=1e-9)


@pytest.mark.parametrize("options", [{}, {"missing": "fiml"}], ids=str)
def test_a_product_that_is_not_answered_is_missing(options):
    data = pupils_with_gaps()
    made = data.assign(**{"x2:x5": data.x2 * data.x5})
    model = "x9 ~ x2 + x5 + x2:x5"
    named, columns = (sme.fit(model, own, fixed_x=False, **options) for own in (data, made))
    assert_same(column(named), column(columns))
    assert named.n == columns.n


def test_a_column_of_that_name_is_taken_as_it_is_and_the_data_stay():
    data = pupils()
    centred = data.assign(**{"x1:x4": (data.x1 - data.x1.mean()) * (data.x4 - data.x4.mean())})
    assert column(sme.fit(MODEL, centred))["x9", "~", "x1", ""] != column(sme.fit(MODEL, data))["x9", "~", "x1", ""]
    assert "x1:x4" not in data.columns


def test_three_factors_are_multiplied():
    fit = sme.fit("x9 ~ x1:x2:x3", pupils())
    data = pupils()
    product = data.x1 * data.x2 * data.x3
    expected = np.cov(product, data.x9)[0, 1] / product.var()
    assert column(fit)["x9", "~", "x1:x2:x3", ""] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("model", "problem", "message"),
    [
        (
            "v =~ x1 + x2 + x3; t =~ x4 + x5 + x6; x9 ~ v + t + v:t",
            SpecificationError,
            "the product 'v:t': 'v' is a construct, which has no answers to multiply. Measure the product by products "
            "of items: sme.with_products(model, data) makes them.",
        ),
        (
            "v =~ x1 + x2 + x3; x9 ~ v + x4 + x4:v",
            SpecificationError,
            "the product 'x4:v': 'v' is a construct, which has no answers to multiply. Measure the product by products "
            "of items: sme.with_products(model, data) makes them.",
        ),
        (
            "x9 ~ x1 + x1:x44",
            SpecificationError,
            "the product 'x1:x44': the data have no column 'x44'. Did you mean 'x4'?",
        ),
        (
            "x9 ~ x1 + x1:school",
            DataProblem,
            "the product 'x1:school': not numeric: 'school' (such as 'Pasteur'). Give answers as numbers and leave "
            "empty what was not answered, or leave the column out; labels become numbers where an instrument reads the "
            "answers.",
        ),
    ],
)
def test_what_cannot_be_multiplied_is_named(model, problem, message):
    with pytest.raises(problem) as caught:
        sme.fit(model, pupils())
    assert str(caught.value) == message
    assert wholly_chinese(caught.value.in_chinese())


def test_factors_kept_as_objects_are_multiplied():
    objects = pupils()
    objects[["x1", "x4"]] = objects[["x1", "x4"]].astype(object)
    assert objects["x1"].dtype == object
    pd.testing.assert_frame_equal(
        sme.fit(MODEL, objects).estimates(), sme.fit(MODEL, pupils()).estimates(), check_exact=True
    )
