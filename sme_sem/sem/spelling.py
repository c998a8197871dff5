"""Options that lavaan, or another program, has by another name: what has that name here is meant, or told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from ..arguments import means, plain
from ..errors import SpecificationError
from ..suggestions import did_you_mean
from ..words import Words, joined


def refuse_unknown_options(function: str, given: Iterable[str], known: Iterable[str]) -> NoReturn:
    """Refuse options by names that a function does not know, and say how they are written here.

    >>> refuse_unknown_options("fit", ["sampling_weights"], ["weights"])
    Traceback (most recent call last):
    sme_sem.errors.SpecificationError: fit has no option 'sampling_weights'; here it is written weights=.
    """
    raise SpecificationError(joined((_unknown(function, name, list(known)) for name in given), " ", ""))


def _unknown(function: str, name: str, known: list[str]) -> Words:
    here = name.lower().replace(".", "_")
    here = f"{here}=" if here in known else _HERE.get(here, "")
    en, zh = f"{function} has no option {name!r}", f"{function}没有选项{name!r}"
    if here:
        return Words(f"{en}; here it is written {here}.", f"{zh}；此处写作{here}。")
    return Words(f"{en}.", f"{zh}。") + did_you_mean(name, known)


_HERE = {
    "sample_cov": "cov=",
    "sample_mean": "mean=",
    "sample_nobs": "n=",
    "nobs": "n=",
    "sampling_weights": "weights=",
    "constraints": "'a == b'",
    "start": "'y ~ start(0.5)*x'",
    "group_label": "group=",
    "level_label": "sme.fit_two_level",
    "auto_fix_first": "std_lv=True",
    "auto_cov_lv_x": "orthogonal_x=True",
    "auto_cov_y": "'y1 ~~ 0*y2'",
    "auto_var": "preset=",
    "int_ov_free": "preset=",
    "int_lv_free": "preset=",
    "model_type": "preset=",
    "conditional_x": "fixed_x=",
    "h1_information": "information=",
    "observed_information": "information=",
    "mimic": "likelihood=",
    "fiml": "missing='fiml'",
    "iseed": "seed=",
    "parallel": "sme.bootstrap(fit, workers=)",
    "ncpus": "sme.bootstrap(fit, workers=)",
    "rstarts": "starts=",
    "control": "max_iterations=",
    "optim_method": "max_iterations=",
    "fit_measures": "fit.measures()",
    "std_all": "fit.standardized()",
    "standardized": "fit.standardized()",
}
"""How it is said here what lavaan's options, and some of other programs, are called there."""


def missing_of(value: str) -> str:
    """Read ``missing=``; ``"ml"`` and ``"direct"`` are lavaan's other names for ``"fiml"``, each also with ``".x"``.

    >>> missing_of("ML"), missing_of("robust.two.stage"), missing_of("ml.x")
    ('fiml', 'robust_two_stage', 'fiml')
    """
    name = plain(value) if isinstance(value, str) else value
    return "fiml" if name in ("ml", "direct", *_WITH_COVARIATES) else name


def covariates_too(missing: str) -> bool:
    """Whether ``missing=`` asks for answers to covariates to be modelled, ``"fiml.x"``, and not taken as given."""
    return any(means(missing, name) for name in _WITH_COVARIATES)


_WITH_COVARIATES = ("fiml_x", "ml_x", "direct_x")
