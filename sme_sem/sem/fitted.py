"""What a function that takes fitted models asks of them, before it looks inside."""

from __future__ import annotations

from collections.abc import Mapping

from ..arguments import require_kind
from ..errors import ConvergenceError, SpecificationError
from .result import Fit


def require_solution(fit: object, consequence: str) -> None:
    """Refuse what is no fitted model, and a fit that did not converge.

    consequence : what then cannot be, after "the model did not converge, so"
    """
    require_kind("fit", fit, Fit, "a fitted model as sme.fit returns it")
    assert isinstance(fit, Fit)
    if not fit.converged:
        raise ConvergenceError(f"the model did not converge, so {consequence}")


def require_models(models: object, name: str = "models") -> None:
    """Refuse what is no mapping of names to fitted models."""
    require_kind(name, models, Mapping, "fitted models by name, such as {'full': fit, 'restricted': other}")
    assert isinstance(models, Mapping)
    for own, fit in models.items():
        if not isinstance(fit, Fit):
            raise SpecificationError(f"{own!r} is no fitted model but {type(fit).__name__}: give what sme.fit returns.")
