"""How badly a model may fit at most: an equivalence test in place of a fixed cut-off of fit indices.

A T-size is the worst value of the index in the population that the answers do not speak against; what is called close
or fair then depends on the respondents and the degrees of freedom (:mod:`sme_sem.kernels.t_size`).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..arguments import probability
from ..errors import SpecificationError
from ..kernels import t_size as kernel
from ..tables import Column, Kind, Table, Tabled, Text, Words
from ..tables.format import percent
from .fit import Fit
from .fitted import require_solution
from .quoted import objections, reported

VERDICTS = (
    Words("excellent", "优秀"),
    Words("close", "接近"),
    Words("fair", "尚可"),
    Words("mediocre", "普通"),
    Words("poor", "不良"),
)


@dataclass(frozen=True, eq=False)
class TSize(Tabled):
    """T-sizes of the RMSEA and the CFI.

    table : index, value (the estimate), t_size, the T-sizes up to which a fit is called excellent, close, fair and
        mediocre (of the CFI: from which), and verdict
    level : of confidence
    notes : what stands against the fit
    """

    table: pd.DataFrame
    level: float
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give T-sizes beside what they are measured by."""
        names = [str(word) for word in VERDICTS]
        rows = tuple(
            (row["index"].upper(), *(row[c.name] for c in _COLUMNS[1:-1]), VERDICTS[names.index(row["verdict"])])
            for row in self.table.to_dict("records")
        )
        nothing = (_NOTHING,) if (self.table.loc[self.table["index"] == "cfi", "t_size"] <= 0).any() else ()
        notes = (_RULE.filled(level=percent(self.level)), *nothing, _SOURCE, *self.notes)
        return (Table("t_size", _TITLE, _COLUMNS, rows, notes),)


def t_size(fit: Fit, *, alpha: float = 0.05) -> TSize:
    """Find how badly a model may fit at most, by RMSEA and CFI, and what that is called.

    Parameters
    ----------
    fit
        A converged model of one group, from answers taken as numbers.
    alpha
        Level of the test; sizes hold with confidence 1 - alpha.

    Returns
    -------
    TSize
        ``.table``.

    Raises
    ------
    SpecificationError
        The model has several groups, ordered answers or no degrees of freedom, or ``alpha`` is no level.
    ConvergenceError
        The fit did not converge.

    Notes
    -----
    Of an estimator that corrects the test, the corrected chi-squares of the model and of the baseline are taken.  A CFI
    with a T-size of zero is called poor, whatever its limits: so few answers do not exclude that nothing fits.

    Sources: :mod:`sme_sem.kernels.t_size`.

    Examples
    --------
    >>> import sme_sem as sme
    >>> population = "trust =~ 1*t1 + 1*t2 + 1*t3; use =~ 1*u1 + 1*u2 + 1*u3; trust ~~ 0.4*use"
    >>> model = "trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3"
    >>> found = sme.t_size(sme.fit(model, sme.simulate(population, 300, seed=1)))
    >>> found.table.set_index("index")["t_size"].round(3).to_dict()
    {'rmsea': 0.07, 'cfi': 0.96}
    """
    require_solution(fit, _NOT_FOUND)
    alpha = probability("alpha", alpha, 0.05)
    measures, N = reported(fit), fit.inference.total
    x2, df = measures["chisq"], measures["df"]
    ending = "_scaled" if "baseline_chisq_scaled" in measures else ""
    base, base_df = measures[f"baseline_chisq{ending}"], measures[f"baseline_df{ending}"]
    if fit.table.groups > 1 or fit.moments.ordered is not None:
        raise SpecificationError(_OTHER_KIND)
    if not (df > 0 and base_df > 0):
        raise SpecificationError(_SATURATED)
    rmsea = kernel.rmsea(x2, df, N, alpha)
    cfi = kernel.cfi(x2, df, base, base_df, alpha)
    sizes = kernel.rmsea_sizes(df, N, alpha), kernel.cfi_sizes(df, base, base_df, alpha)
    worse = (rmsea > sizes[0]).sum(), ((cfi < sizes[1]) | (cfi <= 0)).sum()  # limits of zero are no limits
    names = [str(word) for word in VERDICTS]
    rows = [
        {"index": name, "value": measures[name], "t_size": own, **dict(zip(names, limits, strict=False))}
        | {"verdict": names[over]}
        for name, own, limits, over in zip(("rmsea", "cfi"), (rmsea, cfi), sizes, worse, strict=True)
    ]
    return TSize(pd.DataFrame(rows), 1 - alpha, objections(fit))


_TITLE = Words("T-size: how badly the model may fit", "T尺度：模型拟合的最差程度")
_COLUMNS = (
    Column("index", Words("Index", "指标")),
    Column("value", Words("Value", "数值"), Kind.COEFFICIENT),
    Column("t_size", Words("T-size", "T尺度"), Kind.COEFFICIENT),
    *(Column(str(word), word, Kind.COEFFICIENT, group=Words("Limit of", "界限")) for word in VERDICTS[:-1]),
    Column("verdict", Words("Verdict", "评价")),
)
_RULE = Words(
    "With {level} confidence the index is no worse than its T-size in the population; the limits are what .01, .05, "
    ".08 and .10 of the RMSEA, and .99, .95, .92 and .90 of the CFI, would come to in a sample like this one.",
    "在{level}的置信水平下，总体中该指标不劣于T尺度；各界限为RMSEA的.01、.05、.08、.10与CFI的.99、.95、.92、.90"
    "在同样条件的样本中对应的T尺度。",
)
_NOTHING = Words(
    "The T-size of the CFI is 0: these answers do not exclude that the model fits no better than no relations at all.",
    "CFI的T尺度为0：现有作答不能排除该模型的拟合并不优于变量互不相关的模型。",
)
_SOURCE = Words("Yuan et al. (2016); Marcoulides & Yuan (2017).", "Yuan等（2016）；Marcoulides与Yuan（2017）。")
_NOT_FOUND = Words("it has no size of misfit; see fit.diagnostics.", "无从估计失拟程度；参见fit.diagnostics。")
_OTHER_KIND = Words(
    "T-sizes are for models of one group, from answers taken as numbers: fit such a model for them.",
    "T尺度仅适用于将作答视为数值的单组模型：请另行拟合此类模型。",
)
_SATURATED = Words(
    "without degrees of freedom, of the model or of its baseline, there is no size of misfit.",
    "模型或基线模型的自由度为零，无从估计失拟程度。",
)
