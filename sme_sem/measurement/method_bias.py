"""Whether answers agree because they were asked the same way: common method bias, looked at from several sides.

* A marker, items that theory relates to nothing else, may load on all items, equally or freely; what it explains there
  is method (Williams, Hartman & Cavazotte, 2010).
* Without a marker, an unmeasured method factor on all items, uncorrelated with the constructs.  Conventional, but it
  also takes what constructs truly share, and where loadings are alike they take what is method (Richardson, Simmering &
  Sturman, 2009).
* Full collinearity: a construct that all others explain (VIF above 3.3) is a warning (Kock, 2015).
* Harman's single factor: the share of the first component.  Conventional and weak; a small share proves nothing.

Williams, Hartman & Cavazotte (2010), Organizational Research Methods 13, 477-514.  Richardson, Simmering & Sturman
(2009), Organizational Research Methods 12, 762-800.  Kock (2015), International Journal of e-Collaboration 11(4), 1-10.
Podsakoff, MacKenzie, Lee & Podsakoff (2003), Journal of Applied Psychology 88, 879-903.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ..errors import IdentificationError, SpecificationError
from ..kernels import components as kernel
from ..kernels import fit_indices
from ..sem.columns import measure_columns
from ..sem.composites import WEIGHT
from ..sem.specification import Specification
from ..tables import Column, Kind, Table, Tabled, Text, Words, about, naming, rows_from, term
from ..threads import one_thread
from ..words import at
from .answers import complete_answers, require_correlations
from .collinearity import variance_inflation
from .shares import NO_CONSTRUCT

if TYPE_CHECKING:
    from ..sem.fit import Fit

CUSTOMARY = 50.0  # per cent of the variance, from which on Harman's first component is taken for a method


@dataclass(frozen=True, eq=False)
class MethodBias(Tabled):
    """Signs of common method bias.

    comparison : one row per model (model, chisq, df, cfi, tli, rmsea, srmr, against, chisq_diff, df_diff, pvalue_diff,
        cfi_diff), NaN where a model was not found; ``against`` names the model it is compared with
    shares : one row per model with a method factor (model, method_percent, construct_percent): mean share of the items'
        variance
    vif : one row per construct (construct, vif, tolerance), all other constructs as predictors
    harman_percent, harman_components : variance of the first unrotated component, and how many eigenvalues exceed 1
    """

    comparison: pd.DataFrame
    shares: pd.DataFrame
    vif: pd.DataFrame
    harman_percent: float
    harman_components: int
    n: int
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the comparison of models, the method's share, collinearity, and Harman's single factor."""
        models = tuple(
            tuple(_LABELS.get(value, value) if isinstance(value, str) else value for value in row)
            for row in rows_from(self.comparison, _MODEL_COLUMNS)
        )
        shares = tuple((_LABELS[str(row[0])], *row[1:]) for row in self.shares.itertuples(index=False, name=None))
        vif = rows_from(self.vif)
        bias = term("Common method bias") + Words(": ", "：")
        harman = (self.harman_percent, self.harman_components)
        return (
            Table("method_models", bias + _COMPARED, _MODEL_COLUMNS, models, (_LISTWISE.filled(n=self.n), *self.notes)),
            Table("method_shares", bias + _SHARES, _SHARE_COLUMNS, shares, (_UPPER,) if shares else ()),
            Table("full_collinearity", bias + _COLLINEARITY, _VIF_COLUMNS, vif, (_KOCK,)),
            Table(
                "harman",
                term("Harman single-factor test"),
                _HARMAN_COLUMNS,
                (harman,),
                (_WEAK if self.harman_percent < CUSTOMARY else _EXCEEDED,),
            ),
        )


@one_thread()
def method_bias(frame: pd.DataFrame, model: str | Specification, *, marker: Sequence[str] = ()) -> MethodBias:
    """Look for common method bias.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent, reverse-worded items already recoded; rows with a gap in an item are left out.
    model : str or Specification
        lavaan syntax; of it the constructs and their items count (``=~``), and covariances of items' residuals.
        Constructs measured by constructs, and composites (``<~``), are left out.
    marker : sequence of str, optional
        At least two items, not in the model, that theory relates to none of its constructs.

    Returns
    -------
    MethodBias
        ``.comparison``, ``.shares``, ``.vif``, ``.harman_percent``.

    Raises
    ------
    SyntaxProblem, SpecificationError
        The model cannot be read or has no construct with items, the answers lack a column, or ``marker`` is a single
        item or part of the model.
    DataProblem
        Respondents are too few, or an item is not numeric, does not vary or follows from others.

    Notes
    -----
    All models are fitted by maximum likelihood, constructs with unit variance.  ``measurement``: constructs that
    correlate freely; ``single_factor``: one factor instead; ``method_equal``, ``method_free``: a method factor beside
    the constructs, with equal or free loadings.

    With a marker: ``marker_cfa``, all constructs and the marker; ``marker_baseline``, the marker uncorrelated with
    constructs and its measurement fixed at what ``marker_cfa`` found; ``marker_equal``, ``marker_free``, it also loads
    on all items; ``marker_restricted``, ``marker_equal`` with the constructs' correlations held at those of
    ``marker_baseline``: if it fits worse, method has distorted them.

    Sources: :mod:`sme_sem.measurement.method_bias`.

    Examples
    --------
    >>> import sme_sem as sme
    >>> model = "trust =~ 2*t1 + 2*t2 + 2*t3; use =~ 2*u1 + 2*u2 + 2*u3; trust ~~ .3*use"
    >>> answers = sme.simulate(model, 300, seed=1)
    >>> result = sme.method_bias(answers, "trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3; use ~ trust")
    >>> result.comparison["model"].tolist()
    ['measurement', 'single_factor', 'method_equal', 'method_free']
    >>> result.vif["vif"].round(2).tolist()
    [1.05, 1.05]
    """
    specification = Specification.read(model).for_all_groups("method_bias")
    measured = _measurement(specification)
    scales = _scales(measured)
    items = list(dict.fromkeys(item for own in scales.values() for item in own))
    marker = _marker(marker, specification)
    answers = complete_answers(frame, [*items, *marker]).frame
    R = require_correlations(complete_answers(answers[items]))
    eigenvalues, _ = kernel.principal_components(R)
    models = _unmeasured(answers, measured, items, _new_name(specification, answers, "method"))
    if marker:
        models += _marked(answers, measured, items, marker, _new_name(specification, answers, "marker"))
    vif = variance_inflation(answers, {"": list(scales)}, scales).vif
    return MethodBias(
        comparison=_comparison(models),
        shares=_shares(models, items),
        vif=vif.rename(columns={"predictor": "construct"})[["construct", "vif", "tolerance"]],
        harman_percent=float(100 * eigenvalues[0] / len(R)),
        harman_components=int((eigenvalues > 1 + 1e-12).sum()),
        n=len(answers),
        notes=(*_left_out(specification), *_notes(models)),
    )


def _measurement(specification: Specification) -> Specification:
    """Keep the constructs with items, and the covariances of items' residuals."""
    observed = set(specification.observed)
    return Specification(
        tuple(
            t
            for t in specification.relations
            if (t.op == "=~" and t.rhs in observed) or (t.op == "~~" and t.lhs != t.rhs and {t.lhs, t.rhs} <= observed)
        )
    )


def _scales(measured: Specification) -> dict[str, list[str]]:
    scales: dict[str, list[str]] = {}
    for t in measured.relations:
        if t.op == "=~":
            scales.setdefault(t.lhs, []).append(t.rhs)
    if not scales:
        raise SpecificationError(NO_CONSTRUCT)
    return scales


def _marker(marker: Sequence[str], specification: Specification) -> list[str]:
    if isinstance(marker, str) or not isinstance(marker, Collection) or len(marker) == 1:
        raise SpecificationError(_MARKER.filled(marker=repr(marker)))
    if used := [item for item in marker if item in specification.variables]:
        raise SpecificationError(at("marker", _PART_OF_MODEL.filled(item=repr(used[0]))))
    return list(marker)


def _new_name(specification: Specification, answers: pd.DataFrame, name: str) -> str:
    while name in specification.variables or name in answers.columns:
        name += "_"
    return name


class _Model(NamedTuple):
    """A model, fitted unless items are too few; the name of the one it is compared with; and of its method factor."""

    name: str
    fit: Fit | None
    against: str = ""
    factor: str = ""


_ENOUGH = 100  # a method factor that is there is found within forty; one that is not, never


def _fitted(model: Specification, answers: pd.DataFrame) -> Fit | None:
    from ..sem.fit import fit

    try:
        return fit(model, answers, std_lv=True, on_failure="return", max_iterations=_ENOUGH)
    except IdentificationError:  # more parameters than moments
        return None


def _unmeasured(answers: pd.DataFrame, measured: Specification, items: Sequence[str], method: str) -> list[_Model]:
    """Fit the measurement model, one factor, and an unmeasured method factor."""
    everything, apart = _sum(items), _fixed(method, dict.fromkeys(measured.latent, 0.0))
    residuals = Specification(tuple(t for t in measured.terms if t.op == "~~"))
    ones = " + ".join(f"1*{item}" for item in items)
    # the variance of the method is free, so that it may also turn out to be none
    equal = measured.add(f"{method} =~ {ones}; {method} ~~ NA*{method}; {apart}")
    free = measured.add(f"{method} =~ {everything}; {apart}")
    return [
        _Model("measurement", _fitted(measured, answers)),
        _Model("single_factor", _fitted(residuals.add(f"{method} =~ {everything}"), answers), "measurement"),
        _Model("method_equal", _fitted(equal, answers), "measurement", method),
        _Model("method_free", _fitted(free, answers), "measurement", method),
    ]


def _marked(
    answers: pd.DataFrame, measured: Specification, items: Sequence[str], marker: Sequence[str], name: str
) -> list[_Model]:
    """Fit the models with a marker (Williams, Hartman & Cavazotte 2010)."""
    first = _fitted(measured.add(f"{name} =~ {_sum(marker)}"), answers)
    if first is None or not first.converged:
        return [_Model("marker_cfa", first)]
    found, constructs = _estimates(first), measured.latent
    held = "; ".join(f"{name} =~ {found[name, '=~', i]}*{i}; {i} ~~ {found[i, '~~', i]}*{i}" for i in marker)
    baseline = measured.add(f"{held}; {_fixed(name, dict.fromkeys(constructs, 0.0))}")
    equal = baseline.add(f"{name} =~ " + " + ".join(f"equal_{name}*{item}" for item in items))
    based = _fitted(baseline, answers)
    models = [
        _Model("marker_cfa", first),
        _Model("marker_baseline", based, "marker_cfa"),
        _Model("marker_equal", _fitted(equal, answers), "marker_baseline", name),
        _Model("marker_free", _fitted(baseline.add(f"{name} =~ {_sum(items)}"), answers), "marker_equal", name),
    ]
    if based is None or not based.converged or len(constructs) < 2:
        return models
    correlations = _estimates(based)
    kept = "; ".join(f"{a} ~~ {correlations[a, '~~', b]}*{b}" for a, b in combinations(constructs, 2))
    return [*models, _Model("marker_restricted", _fitted(equal.add(kept), answers), "marker_equal", name)]


def _estimates(fit: Fit) -> dict[tuple[str, str, str], float]:
    rows = fit.estimates()
    keys = zip(rows["lhs"], rows["op"], rows["rhs"], strict=True)
    return dict(zip(keys, map(float, rows["est"]), strict=True))


def _comparison(models: Sequence[_Model]) -> pd.DataFrame:
    """One row per model, and what sets it apart from the one it is compared with."""
    measures = {model.name: _measures(model.fit) for model in models}
    return pd.DataFrame(
        [
            {
                "model": model.name,
                **measures[model.name],
                "against": model.against,
                **_difference(measures[model.name], measures.get(model.against)),
            }
            for model in models
        ]
    )


def _shares(models: Sequence[_Model], items: Sequence[str]) -> pd.DataFrame:
    """How much of the items' variance method and constructs explain; NaN without a proper solution."""
    rows = [(model.name, *_share(model, items)) for model in models if model.factor]
    return pd.DataFrame(rows, columns=["model", "method_percent", "construct_percent"])


def _share(model: _Model, items: Sequence[str]) -> tuple[float, float]:
    if model.fit is None or not model.fit.admissible:
        return np.nan, np.nan
    loadings = model.fit.estimates()
    loadings = loadings[(loadings["op"] == "=~") & loadings["rhs"].isin(items)]
    square, of_method = loadings["std_all"] ** 2, loadings["lhs"] == model.factor
    return float(100 * square[of_method].sum() / len(items)), float(100 * square[~of_method].sum() / len(items))


def _left_out(specification: Specification) -> tuple[Text, ...]:
    composites = list(dict.fromkeys(term.lhs for term in specification.relations if term.op == WEIGHT))
    return (about(composites, _COMPOSITES),) if composites else ()


def _notes(models: Sequence[_Model]) -> tuple[Text, ...]:
    """Name the models that were not found, or whose solution is not a proper one."""
    notes: list[Text] = []
    for name, fit, _, factor in models:
        if fit is None:
            notes.append(_NOT_FOUND.filled(model=_LABELS[name], reason=_TOO_FEW))
        elif not fit.admissible:
            words = _IMPROPER if fit.converged else _NOT_FOUND
            said = words.filled(model=_LABELS[name], reason=_plainly(_first(fit.diagnostics[0].words), factor))
            notes.append(naming(said, (*fit.latent, *fit.observed)))
    return tuple(notes)


def _first(said: Words) -> Words:
    """Keep what is wrong, the first sentence, and leave out what would help a model of one's own."""
    return Words(re.split(r"\.(?:\s+(?=[A-Z])|$)", said.en)[0], said.zh.split("。")[0])


def _plainly(said: Words, factor: str) -> Words:
    """Write out the name that the method factor has in the model."""
    if not factor:
        return said
    name = re.compile(rf"(?<![A-Za-z0-9_]){factor}(?![A-Za-z0-9_])")
    return Words(name.sub(_FACTOR.en, said.en), name.sub(_FACTOR.zh, said.zh))


def _sum(items: Sequence[str]) -> str:
    return " + ".join(items)


def _fixed(name: str, values: Mapping[str, float]) -> str:
    return f"{name} ~~ " + " + ".join(f"{value}*{other}" for other, value in values.items())


def _measures(fit: Fit | None) -> dict[str, float]:
    names = ("chisq", "df", "cfi", "tli", "rmsea", "srmr")
    if fit is None or not fit.converged:
        return dict.fromkeys(names, np.nan)
    own = fit.measures()
    return {name: float(own[name]) for name in names}


def _difference(own: Mapping[str, float], other: Mapping[str, float] | None) -> dict[str, float]:
    """The likelihood-ratio test of two nested models, the one with more degrees of freedom being the restricted one."""
    if other is None:
        return dict.fromkeys(("chisq_diff", "df_diff", "pvalue_diff", "cfi_diff"), np.nan)
    sign = 1 if own["df"] >= other["df"] else -1
    chi_square, df = sign * (own["chisq"] - other["chisq"]), sign * (own["df"] - other["df"])
    return {
        "chisq_diff": chi_square,
        "df_diff": df,
        "pvalue_diff": float(fit_indices.p_value(chi_square, df)),
        "cfi_diff": own["cfi"] - other["cfi"],
    }


_MARKER = Words("marker={marker}: give a list of at least two items.", "marker={marker}：应为至少两个题项的列表。")
_PART_OF_MODEL = Words(
    "{item} is part of the model; a marker must be unrelated to the model's constructs.",
    "{item}已在模型中；标记变量须与模型的构念无关。",
)
_LABELS: dict[str, Words] = {
    "measurement": Words("Constructs", "构念测量模型"),
    "single_factor": Words("Single factor", "单因子模型"),
    "method_equal": Words("Constructs + method factor, equal loadings", "构念 + 方法因子（载荷相等）"),
    "method_free": Words("Constructs + method factor, free loadings", "构念 + 方法因子（载荷自由）"),
    "marker_cfa": Words("Marker: with the constructs", "标记变量：与构念自由相关"),
    "marker_baseline": Words("Marker: baseline", "标记变量：基线模型"),
    "marker_equal": Words("Marker: equal method loadings (Method-C)", "标记变量：方法载荷相等（Method-C）"),
    "marker_free": Words("Marker: free method loadings (Method-U)", "标记变量：方法载荷自由（Method-U）"),
    "marker_restricted": Words(
        "Marker: constructs' correlations held (Method-R)", "标记变量：构念相关固定为基线值（Method-R）"
    ),
}
_FACTOR = Words("the method factor", "方法因子")
_COMPOSITES = Words("made of items, which are left out of all this.", "由题项合成，其题项不纳入本项分析。")
_COMPARED = Words("comparison of models", "模型比较")
_SHARES = Words("variance explained by method and constructs", "方法与构念解释的方差")
_COLLINEARITY = Words("full collinearity", "全共线性检验")
_LISTWISE = Words(
    "N = {n} complete respondents, maximum likelihood. A model is compared with the one in the column Against.",
    "样本量 N = {n}（完整作答），极大似然估计。每个模型与“对照”列所示模型比较。",
)
_KOCK = Words(
    "Each construct (mean of its items) predicted by all others; above 3.3 is taken as a sign of bias (Kock, 2015).",
    "以其余全部构念预测每一构念（题项均值）；VIF大于3.3提示可能存在偏差（Kock，2015）。",
)
_WEAK = Words(
    "Conventional and weak: a first component below 50 % does not show that there is no method bias.",
    "该检验沿用惯例，检验力弱：首个成分低于50%并不能证明不存在共同方法偏差。",
)
_EXCEEDED = Words(
    "The first component explains 50 % or more, which is customarily taken as a sign of common method bias. The test "
    "is weak here too: items of constructs that are truly related share as much.",
    "首个成分的方差占比达到50%，超出惯用界限，提示可能存在共同方法偏差。但该检验在此方向同样较弱：若构念之间确有较强相关，"
    "题项也会共享同样多的方差。",
)
_UPPER = Words(
    "A method factor that is measured by the items alone also takes what the constructs truly share: its share of the "
    "variance is an upper bound of what is method, no estimate of it (Richardson et al., 2009).",
    "仅由题项自身测得的方法因子也会吸收构念之间真实共有的方差：其方差占比是方法方差的上限，而非估计值（Richardson等，2009）。",
)
_NOT_FOUND = Words("{model}: not found ({reason})", "{model}：未得到解（{reason}）")
_TOO_FEW = Words("the model has more parameters than the items have covariances", "模型参数多于题项的协方差数")
_IMPROPER = Words("{model}: not a proper solution ({reason})", "{model}：解不合理（{reason}）")
_MODEL_COLUMNS = (
    Column("model", Words("Model", "模型")),
    *measure_columns("chisq"),
    Column("df", term("Degrees of freedom"), Kind.COUNT),
    *measure_columns("cfi", "tli", "rmsea", "srmr"),
    Column("against", Words("Against", "对照")),
    Column("chisq_diff", "Δχ²", Kind.STATISTIC),
    Column("df_diff", "Δdf", Kind.COUNT),
    Column("pvalue_diff", "p", Kind.PROBABILITY),
    Column("cfi_diff", "ΔCFI", Kind.COEFFICIENT),
)
_SHARE_COLUMNS = (
    Column("model", Words("Model", "模型")),
    Column("method_percent", Words("Method %", "方法（%）"), Kind.PERCENT),
    Column("construct_percent", Words("Constructs %", "构念（%）"), Kind.PERCENT),
)
_VIF_COLUMNS = (
    Column("construct", term("Construct")),
    Column("vif", term("Variance inflation factor") + Words(" (VIF)", "（VIF）"), Kind.ESTIMATE),
    Column("tolerance", Words("Tolerance", "容差"), Kind.COEFFICIENT),
)
_HARMAN_COLUMNS = (
    Column("harman_percent", Words("First component %", "首个成分方差百分比"), Kind.PERCENT),
    Column("harman_components", Words("Eigenvalues above 1", "特征值大于1的成分数"), Kind.COUNT),
)
