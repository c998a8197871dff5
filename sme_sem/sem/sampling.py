"""What gaps, weights and clusters ask of an estimator, and what should be known about them."""

from __future__ import annotations

from ..errors import SpecificationError
from ..responses.design import Design, Drawn
from ..tables import Words
from .diagnosis import Diagnostic
from .estimators import ESTIMATORS, Estimator
from .options import Options
from .parameters import ParameterTable
from .two_stage import TWO_STAGE, WAYS

MISSING = ("listwise", "fiml", "pairwise", *WAYS)
ENOUGH_CLUSTERS = 30  # Muthen and Satorra (1995); errors from fewer are too small on average

_WITH_CLUSTERS = ("MLR", "MLM")
_WITH_WEIGHTS = ("MLR",)


def estimator(method: Estimator, missing: str, drawn: Drawn) -> Estimator:
    """Give ``"ML"`` the errors and test of two stages, or take ``"MLR"`` for it in samples with weights or clusters."""
    if method != ESTIMATORS["ML"]:
        return method
    if missing in WAYS:
        return TWO_STAGE
    return method if drawn == Drawn() else ESTIMATORS["MLR"]


def require_agreement(options: Options, *, ordered: bool) -> None:
    """Raise :class:`~sme_sem.errors.SpecificationError` where two choices exclude each other."""
    problem = _stages(options) or ("" if ordered else _pairwise(options)) or _design(options)
    if problem:
        raise SpecificationError(problem)


def _stages(options: Options) -> str:
    missing = options.missing
    if missing not in WAYS:
        return ""
    if options.method != TWO_STAGE:
        return (
            f"missing={missing!r} has its own errors and test: take estimator='ML' and leave se= and test= out; "
            "'robust_two_stage' does not suppose normal answers."
        )
    if options.information != "observed":
        return f"missing={missing!r} rests on the observed information: leave information= out."
    if options.likelihood != "normal":
        return f"missing={missing!r} divides by n: leave likelihood= out."
    if missing == "two_stage" and (options.cluster or options.weights):
        return "missing='two_stage' supposes a simple random sample: with cluster= or weights= use 'robust_two_stage'."
    return ""


def _pairwise(options: Options) -> str:
    if options.missing != "pairwise":
        return ""
    other = options.method.discrepancy != "ML" or options.method.needs_answers or options.information != "expected"
    if options.cluster or options.weights or other:
        return (
            "missing='pairwise' goes with estimator='ML' and expected information only, and without cluster= and "
            "weights=: errors of covariances from different respondents are not known here. Use missing='fiml' or "
            "'robust_two_stage'."
        )
    return ""


def _design(options: Options) -> str:
    if options.missing in WAYS:
        return ""
    for argument, given, possible in (
        ("weights", options.weights, _WITH_WEIGHTS),
        ("cluster", options.cluster, _WITH_CLUSTERS),
    ):
        if given is None or options.method in map(ESTIMATORS.__getitem__, possible):
            continue
        known = f"estimator={' or '.join(map(repr, possible))} ('ML' is taken for 'MLR')"
        if options.estimator in ("ML", *possible):
            return f"{argument}= brings errors and a test of its own: leave se= and test= out, and take {known}."
        return f"{argument}= goes with {known}, not with {options.estimator!r}."
    if options.weights is not None and options.likelihood != "normal":
        return "weights= goes with likelihood='normal': a weighted covariance has no n - 1."
    return ""


def examine(design: Design, options: Options, table: ParameterTable) -> list[Diagnostic]:
    """Say what errors and tests rest on, where that is thin."""
    found = []
    if options.missing == "pairwise" and not table.ordered:
        found.append(Diagnostic("info", "pairwise", _PAIRWISE))
    if design.clusters is None:
        return found
    counts = [int(own.max()) + 1 for own in design.clusters]
    if min(counts) < ENOUGH_CLUSTERS or sum(counts) < table.n_free:
        message = _FEW.filled(c=sum(counts), q=table.n_free, enough=ENOUGH_CLUSTERS)
        found.append(Diagnostic("warning", "few_clusters", message))
    if design.crossed:
        found.append(Diagnostic("warning", "clusters_cross_groups", _CROSSED))
    return found


_FEW = Words(
    "{c} clusters for {q} free parameters: cluster-robust errors and tests need many clusters in every group (at "
    "least {enough}, and more than there are parameters); with fewer the errors tend to be too small.",
    "{c}个聚类估计{q}个自由参数：聚类稳健标准误与检验要求每组有足够多的聚类（至少{enough}个，且多于参数个数）；"
    "聚类过少时标准误往往偏小。",
)
_CROSSED = Words(
    "some clusters have members in several groups; their dependence across groups is not taken into account, so "
    "errors of differences between groups may be wrong.",
    "部分聚类的成员分属多个组；跨组的相依性未被考虑，因此组间差异的标准误可能有误。",
)
_PAIRWISE = Words(
    "pairwise covariances: standard errors and tests take all respondents to have answered everything. Report "
    "missing='fiml' or 'robust_two_stage' instead.",
    "成对协方差：标准误与检验假定每个样本回答了所有题项。正式报告请改用missing='fiml'或'robust_two_stage'。",
)
