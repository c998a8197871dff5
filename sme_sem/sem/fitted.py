"""What a function that takes fitted models asks of them, before it looks inside."""

from __future__ import annotations

from collections.abc import Mapping

from ..arguments import require_kind
from ..errors import ConvergenceError, SpecificationError
from ..words import Text, Words
from .result import Fit

A_FIT = Words("a fitted model as sme.fit returns it", "sme.fit返回的拟合模型")
NOT_CONVERGED = Words("the model did not converge, so ", "模型未收敛，因此")


def require_solution(fit: object, consequence: Text) -> None:
    """Refuse what is no fitted model, and a fit that did not converge.

    consequence : what then cannot be, after "the model did not converge, so"
    """
    require_kind("fit", fit, Fit, A_FIT)
    assert isinstance(fit, Fit)
    if not fit.converged:
        raise ConvergenceError(NOT_CONVERGED + consequence)


def require_models(models: object, name: str = "models") -> None:
    """Refuse what is no mapping of names to fitted models."""
    require_kind(name, models, Mapping, _BY_NAME)
    assert isinstance(models, Mapping)
    for own, fit in models.items():
        if not isinstance(fit, Fit):
            raise SpecificationError(_NO_FIT.filled(own=repr(own), kind=type(fit).__name__))


_BY_NAME = Words(
    "fitted models by name, such as {'full': fit, 'restricted': other}",
    "按名称给出的拟合模型，如{'full': fit, 'restricted': other}",
)
_NO_FIT = Words(
    "{own} is no fitted model but {kind}: give what sme.fit returns.",
    "{own}不是拟合模型，而是{kind}：请给出sme.fit返回的结果。",
)
