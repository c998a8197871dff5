"""Survey analysis and structural equation modelling, from the questionnaire file to the results report.

A tour, on answers of 344 customers that come with the package:

>>> import sme_sem as sme
>>> instrument = sme.load_instrument("corporate-reputation")
>>> responses = sme.read_responses(sme.bundled_answers("corporate-reputation"), instrument)
>>> kept = sme.screen(responses).responses()
>>> alpha = sme.reliability(kept.frame, instrument.scales()).scales.set_index("scale")["alpha"]
>>> round(float(alpha["COMP"]), 2)
0.78
>>> fit = sme.fit(instrument.model_syntax(instrument.hypothesized), kept.frame)
>>> fit.converged, fit.n
(True, 336)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import (
    ConvergenceError,
    DataProblem,
    ExportError,
    IdentificationError,
    InstrumentError,
    ResponseError,
    SmeSemError,
    SourceError,
    SpecificationError,
    StudyError,
    SyntaxProblem,
)

if TYPE_CHECKING:
    from .comparison import compare, equivalents, invariance, search, side_by_side
    from .imputation import compare_imputed, fit_imputed, impute, pool
    from .instrument import bundled_answers, export_instrument, load_instrument, new_study, shipped
    from .measurement.adequacy import adequacy
    from .measurement.collinearity import collinearity
    from .measurement.components import components
    from .measurement.correlations import correlations
    from .measurement.descriptives import descriptives
    from .measurement.discriminant import discriminant, heterotrait
    from .measurement.factors import factors
    from .measurement.hierarchical import hierarchical
    from .measurement.importance import importance
    from .measurement.item_advice import item_advice
    from .measurement.mcar import mcar
    from .measurement.method_bias import method_bias
    from .measurement.missing import missing
    from .measurement.nonresponse import nonresponse
    from .measurement.normality import normality
    from .measurement.polychoric import polychoric
    from .measurement.raters import rater_agreement
    from .measurement.regression import regression
    from .measurement.reliability import reliability
    from .measurement.retention import retention
    from .measurement.stability import congruence, loading_intervals
    from .measurement.validity import validity
    from .moderation import (
        conditional_indirect,
        moderated_mediation,
        product_indicators,
        simple_slopes,
        with_products,
    )
    from .multilevel import fit_two_level
    from .opening import demo_study, load_study
    from .planning import power, rmsea_power, rmsea_sample_size
    from .resampling.bootstrap import bootstrap
    from .resampling.dynamic_cutoffs import dynamic_cutoffs
    from .resampling.mediation import mediation
    from .responses import provenance, read_responses, response_quality, screen
    from .sem.diagram import diagram
    from .sem.estimator_comparison import compare_estimators
    from .sem.exchange import read_model, write_syntax
    from .sem.fit import Fit, fit
    from .sem.specification import Specification
    from .sem.t_size import t_size
    from .sensitivity.multiverse import multiverse
    from .simulation import simulate
    from .verification import verify

__version__ = "0.1.0"

# name -> module; loaded at first use, so that importing the package costs next to nothing
_HOME = {
    "Fit": "sem.fit",
    "Specification": "sem.specification",
    "adequacy": "measurement.adequacy",
    "bootstrap": "resampling.bootstrap",
    "bundled_answers": "instrument",
    "collinearity": "measurement.collinearity",
    "compare": "comparison",
    "compare_estimators": "sem.estimator_comparison",
    "compare_imputed": "imputation",
    "components": "measurement.components",
    "conditional_indirect": "moderation",
    "congruence": "measurement.stability",
    "correlations": "measurement.correlations",
    "demo_study": "opening",
    "descriptives": "measurement.descriptives",
    "discriminant": "measurement.discriminant",
    "diagram": "sem.diagram",
    "dynamic_cutoffs": "resampling.dynamic_cutoffs",
    "equivalents": "comparison",
    "export_instrument": "instrument",
    "factors": "measurement.factors",
    "fit": "sem.fit",
    "fit_imputed": "imputation",
    "fit_two_level": "multilevel",
    "heterotrait": "measurement.discriminant",
    "hierarchical": "measurement.hierarchical",
    "impute": "imputation",
    "importance": "measurement.importance",
    "invariance": "comparison",
    "item_advice": "measurement.item_advice",
    "load_instrument": "instrument",
    "load_study": "opening",
    "loading_intervals": "measurement.stability",
    "mcar": "measurement.mcar",
    "mediation": "resampling.mediation",
    "method_bias": "measurement.method_bias",
    "missing": "measurement.missing",
    "moderated_mediation": "moderation",
    "multiverse": "sensitivity",
    "new_study": "instrument",
    "nonresponse": "measurement.nonresponse",
    "normality": "measurement.normality",
    "polychoric": "measurement.polychoric",
    "pool": "imputation",
    "power": "planning",
    "product_indicators": "moderation",
    "provenance": "responses",
    "read_model": "sem.exchange",
    "rater_agreement": "measurement.raters",
    "read_responses": "responses",
    "regression": "measurement.regression",
    "reliability": "measurement.reliability",
    "response_quality": "responses",
    "retention": "measurement.retention",
    "rmsea_power": "planning",
    "rmsea_sample_size": "planning",
    "screen": "responses",
    "search": "comparison",
    "shipped": "instrument",
    "side_by_side": "comparison",
    "simple_slopes": "moderation",
    "simulate": "simulation",
    "t_size": "sem.t_size",
    "validity": "measurement.validity",
    "verify": "verification",
    "with_products": "moderation",
    "write_syntax": "sem.exchange",
}

__all__ = [
    "ConvergenceError",
    "DataProblem",
    "ExportError",
    "Fit",
    "IdentificationError",
    "InstrumentError",
    "ResponseError",
    "SmeSemError",
    "SourceError",
    "Specification",
    "SpecificationError",
    "StudyError",
    "SyntaxProblem",
    "adequacy",
    "bootstrap",
    "bundled_answers",
    "collinearity",
    "compare",
    "compare_estimators",
    "compare_imputed",
    "components",
    "conditional_indirect",
    "congruence",
    "correlations",
    "demo_study",
    "descriptives",
    "diagram",
    "discriminant",
    "dynamic_cutoffs",
    "equivalents",
    "export_instrument",
    "factors",
    "fit",
    "fit_imputed",
    "fit_two_level",
    "heterotrait",
    "hierarchical",
    "importance",
    "impute",
    "invariance",
    "item_advice",
    "load_instrument",
    "load_study",
    "loading_intervals",
    "mcar",
    "mediation",
    "method_bias",
    "missing",
    "moderated_mediation",
    "multiverse",
    "new_study",
    "nonresponse",
    "normality",
    "polychoric",
    "pool",
    "power",
    "product_indicators",
    "provenance",
    "rater_agreement",
    "read_model",
    "read_responses",
    "regression",
    "reliability",
    "response_quality",
    "retention",
    "rmsea_power",
    "rmsea_sample_size",
    "screen",
    "search",
    "shipped",
    "side_by_side",
    "simple_slopes",
    "simulate",
    "t_size",
    "validity",
    "verify",
    "with_products",
    "write_syntax",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
