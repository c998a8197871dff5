"""What a model is fitted to: answers, or a covariance matrix of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..arguments import texts
from ..errors import SpecificationError
from ..responses.design import Drawn
from ..responses.moments import Moments, moments_of_answers, moments_of_summaries
from ..responses.summaries import summaries
from ..words import Words
from .contradictions import NOTHING_OBSERVED
from .interactions import with_interactions
from .options import Options, any_ordered
from .roles import given_variables
from .specification import Specification


@dataclass(frozen=True, eq=False)
class Source:
    """Where the moments come from, as :func:`sme_sem.fit` was given it.

    data : answers      cov, mean, n : moments in place of them
    group : the column that divides respondents      drawn : the columns that tell how they were drawn
    """

    data: pd.DataFrame | None
    cov: Any
    mean: Any
    n: Any
    group: str | None
    drawn: Drawn


def moments_of(
    source: Source, specification: Specification, options: Options, ordered: bool | Sequence[str] | None
) -> Moments:
    """Condense the answers to the variables of a model, or take the moments that were given.

    ordered : the variables whose answers are ordered categories, or True for all

    Raises
    ------
    SpecificationError
        Arguments are missing or do not go together, or the model names variables that are not there.
    DataProblem
        The answers cannot carry the model.
    """
    if specification.blocks and source.data is not None and source.group is None:
        specification.arranged(())
    standardized = _standardized(specification, options, ordered)
    if (source.data is None) == (source.cov is None):
        raise SpecificationError(_ONE_SOURCE)
    if not specification.observed:
        raise SpecificationError(NOTHING_OBSERVED)
    if source.cov is not None:
        _require_summaries_only(source, standardized)
        return moments_of_summaries(summaries(source.cov, source.n, source.mean), specification.observed)
    if not isinstance(source.data, pd.DataFrame):
        raise SpecificationError(_NO_FRAME.filled(kind=type(source.data).__name__))
    if source.n is not None or source.mean is not None:
        raise SpecificationError(_OF_SUMMARIES)
    refuse_columns(specification.latent, source.data)
    categorical = any_ordered(ordered)
    return moments_of_answers(
        with_interactions(source.data, specification),
        specification.observed,
        source.group,
        missing="available" if categorical and options.missing == "pairwise" else options.missing,
        given=given_variables(specification, options) if categorical or options.missing == "fiml" else (),
        drawn=source.drawn,
        constructs=specification.latent,
        standardized=standardized,
    )


def _require_summaries_only(source: Source, standardized: Sequence[str]) -> None:
    """Refuse what tells about respondents beside a covariance matrix."""
    if source.drawn != Drawn():
        raise SpecificationError(_DRAWN)
    if source.group is not None:
        raise SpecificationError(_GROUPED)
    if standardized:
        raise SpecificationError(_STANDARDIZED)


def _standardized(
    specification: Specification, options: Options, ordered: bool | Sequence[str] | None
) -> tuple[str, ...]:
    """Which variables are standardized before the analysis: numbers whose moments are not given."""
    if not options.std_ov or ordered is True:
        return ()
    apart = {*given_variables(specification, options), *(texts("ordered", ordered, "q1") if ordered else ())}
    return tuple(name for name in specification.observed if name not in apart)


def refuse_columns(constructs: Sequence[str], data: pd.DataFrame) -> None:
    """Refuse a construct that has the name of a column."""
    clash = [name for name in constructs if name in data.columns]
    if clash:
        raise SpecificationError(_CLASH.filled(name=repr(clash[0])))


_ONE_SOURCE = Words(
    "give either data= (one row per respondent) or cov= with n=, and not both.",
    "应给出data=（每名受访者一行），或cov=与n=，二者只取其一。",
)
_NO_FRAME = Words("data must be a pandas DataFrame, not {kind}.", "data应为pandas的DataFrame，而非{kind}。")
_OF_SUMMARIES = Words(
    "n= and mean= go with cov=; of data= they follow from the answers. Leave them out.",
    "n=与mean=配合cov=使用；给出data=时由作答算得。请删去。",
)
_DRAWN = Words(
    "cluster= and weights= tell about respondents, so they need data=.",
    "cluster=与weights=说明受访者的情况，因此需要data=。",
)
_GROUPED = Words(
    "group= divides respondents, so it needs data=; a covariance matrix has none.",
    "group=划分受访者，因此需要data=；协方差矩阵中没有受访者。",
)
_STANDARDIZED = Words(
    "std_ov= standardizes answers, so it needs data=; give correlations as cov=.",
    "std_ov=将作答标准化，因此需要data=；也可以cov=给出相关系数矩阵。",
)
_CLASH = Words(
    "{name} is a construct of the model (it stands left of =~) and a column of the data as well: rename one.",
    "{name}既是模型的潜变量（位于=~左侧），又是数据中的列：请为其一改名。",
)
