"""Whether to believe a fitted model: what its search and its diagnostics say."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Self

from ..kernels.minimise import Status
from ..tables import Tabled
from .diagnosis import Diagnostic


class Judged(Tabled):
    """A fitted model of any kind; ``diagnostics`` tell what is to be minded."""

    diagnostics: tuple[Diagnostic, ...]

    @property
    def _ended(self) -> Status:
        """How the search for the estimates ended."""
        raise NotImplementedError

    @property
    def _measures(self) -> dict[str, float]:
        """How well it fits, by the names of the measures."""
        raise NotImplementedError

    @property
    def converged(self) -> bool:
        """Whether the estimates were found and the model is identified."""
        return self._ended is Status.CONVERGED and not any(d.severity == "error" for d in self.diagnostics)

    @property
    def admissible(self) -> bool:
        """Whether it converged without a warning such as a negative variance."""
        return self.converged and not any(d.severity == "warning" for d in self.diagnostics)

    def _noting(self, diagnostics: Iterable[Diagnostic]) -> Self:
        """The same with further diagnostics; what has been computed of it stays."""
        noted = copy(self)
        object.__setattr__(noted, "diagnostics", (*self.diagnostics, *diagnostics))
        return noted

    def summary(self) -> str:
        """Everything as text, as printing the fit shows it."""
        return str(self)
