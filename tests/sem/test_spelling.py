"""Options are understood as lavaan's users write them."""

import numpy as np
import pytest

import sme_sem as sme
from sme_sem.errors import SpecificationError
from sme_sem.instrument.parts import Hypothesis
from sme_sem.sem.hypotheses import test_hypotheses
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


ANALYSES = {
    "factors": (lambda a, **o: sme.factors(a, 1, **o), {"method": "ml", "rotation": "none"}),
    "components": (lambda a, **o: sme.components(a, 2, **o), {"rotation": "quartimax", "correlation": "polychoric"}),
    "retention": (lambda a, **o: sme.retention(a, draws=20, **o), {"noise": "permutation", "correlation": "pearson"}),
    "loading_intervals": (lambda a, **o: sme.loading_intervals(a, 1, draws=20, **o), {"method": "minres"}),
    "congruence": (
        lambda a, **o: sme.congruence(a.assign(g=np.arange(len(a)) % 2), "g", 1, **o),
        {"method": "ml", "rotation": "none"},
    ),
    "polychoric": (lambda a, **o: sme.polychoric(a, **o), {"missing": "pairwise"}),
    "test_hypotheses": (
        lambda a, **o: test_hypotheses(
            [Hypothesis(id="H1", path="t3 ~ t1", sign="+", text="t1 raises t3")], sme.fit("t3 ~ t1", a), **o
        ),
        {"correction": "benjamini-hochberg"},
    ),
}


@pytest.mark.parametrize("name", ANALYSES)
def test_capitals_do_not_matter_in_other_analyses_either(name):
    analysis, options = ANALYSES[name]
    frame = answers()[["t1", "t2", "t3"]].round()
    capitals = {option: value.upper() for option, value in options.items()}
    assert str(analysis(frame, **capitals)) == str(analysis(frame, **options))


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
