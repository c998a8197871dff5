"""Options are understood as lavaan's users write them."""

import numpy as np
import pytest

import sme_sem as sme
from sme_sem.errors import SpecificationError
from sme_sem.sem.spelling import chosen, missing_of

MODEL = "trust =~ t1 + t2 + t3"


def answers():
    frame = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3", 120, seed=2)
    frame.iloc[:9, 0] = np.nan
    return frame.assign(region=np.arange(120) % 2)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"missing": "ML"}, {"missing": "fiml"}),
        ({"missing": "direct", "estimator": "mlr"}, {"missing": "fiml", "estimator": "MLR"}),
        ({"missing": "robust.two.stage"}, {"missing": "robust_two_stage"}),
        ({"se": "Robust.Huber.White", "test": "Yuan-Bentler-Mplus"}, {"estimator": "MLR"}),
        ({"likelihood": "Wishart", "information": "Observed"}, {"likelihood": "wishart", "information": "observed"}),
        ({"group": "region", "group_equal": "Loadings"}, {"group": "region", "group_equal": "loadings"}),
        ({"bounds": "pos.var"}, {"bounds": "pos_var"}),
    ],
)
def test_capitals_dots_and_hyphens_do_not_matter(written, meant):
    own, other = sme.fit(MODEL, answers(), **written), sme.fit(MODEL, answers(), **meant)
    assert own.estimates().equals(other.estimates()) and own.measures().equals(other.measures())
    assert own.options.missing == other.options.missing


def test_scores_and_residuals_too():
    fit = sme.fit(MODEL, answers())
    assert fit.scores("Bartlett").equals(fit.scores("bartlett"))
    assert not fit.scores("Bartlett").equals(fit.scores())
    assert fit.residuals("Normalized").equals(fit.residuals("normalized"))


@pytest.mark.parametrize("value", ["mlx", "", None, 1, ["ML"]])
def test_what_is_meant_by_nothing_is_refused(value):
    with pytest.raises(SpecificationError, match="is not available; it can be 'ML', 'MLR'"):
        chosen("estimator", value, ("ML", "MLR"))
    assert missing_of(value) == value
