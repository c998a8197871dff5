"""Options are understood as lavaan's users write them."""

from inspect import signature

import numpy as np
import pytest

import sme_sem as sme
from sme_sem.arguments import chosen
from sme_sem.errors import SpecificationError
from sme_sem.instrument.parts import Hypothesis
from sme_sem.sem.hypotheses import test_hypotheses
from sme_sem.sem.spelling import _HERE, missing_of

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


@pytest.mark.parametrize(
    ("options", "en", "zh"),
    [
        (
            {"sampling_weights": "w"},
            "fit has no option 'sampling_weights'; here it is written weights=.",
            "fit没有选项'sampling_weights'；此处写作weights=。",
        ),
        (
            {"sample.cov": 1, "sample.nobs": 100},
            "fit has no option 'sample.cov'; here it is written cov=. "
            "fit has no option 'sample.nobs'; here it is written n=.",
            "fit没有选项'sample.cov'；此处写作cov=。fit没有选项'sample.nobs'；此处写作n=。",
        ),
        (
            {"std.lv": True},
            "fit has no option 'std.lv'; here it is written std_lv=.",
            "fit没有选项'std.lv'；此处写作std_lv=。",
        ),
        (
            {"estimater": "ML"},
            "fit has no option 'estimater'. Did you mean 'estimator'?",
            "fit没有选项'estimater'。是否应为'estimator'？",
        ),
        ({"unknown": 1}, "fit has no option 'unknown'.", "fit没有选项'unknown'。"),
        (
            {"auto_cov_y": False},
            "fit has no option 'auto_cov_y'; here it is written 'y1 ~~ 0*y2'.",
            "fit没有选项'auto_cov_y'；此处写作'y1 ~~ 0*y2'。",
        ),
    ],
)
def test_options_by_other_names_are_refused_with_their_own(options, en, zh):
    with pytest.raises(SpecificationError) as caught:
        sme.fit(MODEL, answers(), **options)
    assert str(caught.value) == en
    assert caught.value.in_chinese() == zh


def test_what_is_handed_on_to_a_fit_is_refused_as_there():
    frame = answers().dropna()
    for ask in (
        lambda **options: sme.invariance(MODEL, frame, group="region", **options),
        lambda **options: sme.compare_estimators(MODEL, frame, **options),
        lambda **options: sme.fit_imputed(MODEL, [frame, frame], **options),
        lambda **options: sme.power("y ~ 0.3*x", 60, draws=2, seed=1, **options),
    ):
        with pytest.raises(
            SpecificationError, match=r"^fit has no option 'sampling_weights'; here it is written weights=\.$"
        ):
            ask(sampling_weights="region")


def test_a_two_level_model_has_fewer_options():
    with pytest.raises(SpecificationError) as caught:
        sme.fit_two_level("level: 1\n t1 ~~ t1\n level: 2\n t1 ~~ t1", answers(), cluster="region", stdlv=True)
    assert str(caught.value) == "fit_two_level has no option 'stdlv'. Did you mean 'std_lv'?"


def test_names_that_lavaan_has_are_told_by_names_that_are_there():
    known = set(signature(sme.fit).parameters)
    named = {here.removesuffix("=") for here in _HERE.values() if here.endswith("=")}
    assert named <= known
    assert not known & set(_HERE)


@pytest.mark.parametrize(
    ("written", "meant"),
    [({"se": "Bootstrap", "seed": 1}, {"bootstrap": 1000, "seed": 1}), ({"ordered": []}, {"ordered": False})],
)
def test_habits_that_mean_the_same_are_taken(written, meant):
    own, other = (sme.fit(MODEL, answers(), **options).estimates() for options in (written, meant))
    assert own.equals(other)
