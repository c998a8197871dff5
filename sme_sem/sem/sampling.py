"""What gaps, weights and clusters ask of an estimator, and what should be known about them."""

from __future__ import annotations

from ..errors import SpecificationError
from ..responses.design import Design, Drawn
from ..words import NOTHING, Words, joined
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
    problem = _stages(options) or (NOTHING if ordered else _pairwise(options)) or _design(options)
    if problem:
        raise SpecificationError(problem)


def _stages(options: Options) -> Words:
    missing = options.missing
    if missing not in WAYS:
        return NOTHING
    if options.method != TWO_STAGE:
        return _OWN_ERRORS.filled(missing=repr(missing))
    if options.information != "observed":
        return _BY_OBSERVED.filled(missing=repr(missing))
    if options.likelihood != "normal":
        return _BY_N.filled(missing=repr(missing))
    if missing == "two_stage" and (options.cluster or options.weights):
        return _SIMPLE_SAMPLE
    return NOTHING


def _pairwise(options: Options) -> Words:
    if options.missing != "pairwise":
        return NOTHING
    other = options.method.discrepancy != "ML" or options.method.needs_answers or options.information != "expected"
    return _ONLY_ML if options.cluster or options.weights or other else NOTHING


def _design(options: Options) -> Words:
    if options.missing in WAYS:
        return NOTHING
    for argument, given, possible in (
        ("weights", options.weights, _WITH_WEIGHTS),
        ("cluster", options.cluster, _WITH_CLUSTERS),
    ):
        if given is None or options.method in map(ESTIMATORS.__getitem__, possible):
            continue
        known = _AS_MLR.filled(names=joined(map(repr, possible), " or ", "或"))
        if options.estimator in ("ML", *possible):
            return _OF_ITS_OWN.filled(argument=argument, known=known)
        return _GOES_WITH.filled(argument=argument, known=known, name=repr(options.estimator))
    if options.weights is not None and options.likelihood != "normal":
        return _WEIGHTED_BY_N
    return NOTHING


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


_OWN_ERRORS = Words(
    "missing={missing} has its own errors and test: take estimator='ML' and leave se= and test= out; "
    "'robust_two_stage' does not suppose normal answers.",
    "missing={missing}自有标准误与检验：请用estimator='ML'，并删去se=与test=；'robust_two_stage'不假定作答服从正态分布。",
)
_BY_OBSERVED = Words(
    "missing={missing} rests on the observed information: leave information= out.",
    "missing={missing}以观测信息为依据：请删去information=。",
)
_BY_N = Words("missing={missing} divides by n: leave likelihood= out.", "missing={missing}除以n：请删去likelihood=。")
_SIMPLE_SAMPLE = Words(
    "missing='two_stage' supposes a simple random sample: with cluster= or weights= use 'robust_two_stage'.",
    "missing='two_stage'假定简单随机抽样：指定cluster=或weights=时请用'robust_two_stage'。",
)
_ONLY_ML = Words(
    "missing='pairwise' goes with estimator='ML' and expected information only, and without cluster= and weights=: "
    "errors of covariances from different respondents are not known here. Use missing='fiml' or 'robust_two_stage'.",
    "missing='pairwise'只能与estimator='ML'及期望信息同用，且不能有cluster=与weights=：各协方差来自不同的受访者，"
    "此处无法得到其标准误。请用missing='fiml'或'robust_two_stage'。",
)
_AS_MLR = Words("estimator={names} ('ML' is taken for 'MLR')", "estimator={names}（'ML'按'MLR'处理）")
_OF_ITS_OWN = Words(
    "{argument}= brings errors and a test of its own: leave se= and test= out, and take {known}.",
    "{argument}=自带标准误与检验：请删去se=与test=，并用{known}。",
)
_GOES_WITH = Words(
    "{argument}= goes with {known}, not with {name}.", "{argument}=只能与{known}同用，不能与{name}同用。"
)
_WEIGHTED_BY_N = Words(
    "weights= goes with likelihood='normal': a weighted covariance has no n - 1.",
    "weights=只能与likelihood='normal'同用：加权协方差没有n - 1这一除数。",
)
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
