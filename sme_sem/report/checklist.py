"""What a paper with structural equation models is expected to report, and where this report answers it.

After the reporting standards for quantitative research, module on structural equation modelling: Appelbaum, Cooper,
Kline, Mayo-Wilson, Nezu & Rao (2018), American Psychologist 73, 3-25; in our own words.  What only the researcher
knows, or what was not done, is marked as missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import metadata
from typing import TYPE_CHECKING, NamedTuple

from ..sem.quoted import objections, reported
from ..sem.rivals import comparable, equivalent_models
from ..tables import Column, Kind, Table, Text, Words, joined, term
from ..tables.format import cell
from . import narrative

if TYPE_CHECKING:
    from ..comparison.equivalents import Equivalents
    from ..sem.fit import Fit
    from ..sem.presentation import Labels
    from .results import Results


def checklist(results: Results) -> Table:
    """Table of what is to be reported, each with its answer; of a study with a fitted model."""
    rows = []
    for name, answer in _items(results):
        if isinstance(answer, _Gap):
            rows.append((name, _MISSING, answer.said))
        else:
            rows.append((name, _REPORTED, answer))
    missing = sum(row[1] is _MISSING for row in rows)
    note = _NOTE.filled(missing=missing, all=len(rows))
    return Table("checklist", Words("Reporting checklist", "报告规范核对表"), _COLUMNS, tuple(rows), (note,))


class _Gap(NamedTuple):
    """What stands in place of an answer."""

    said: Text


def _items(results: Results) -> Iterator[tuple[Words, Text | _Gap]]:
    fit = results.fit
    for name, of_study in _OF_STUDY:
        yield name, of_study(results) or _TO_TELL
    for name, of_fit in _OF_FIT:
        yield name, (None if fit is None else of_fit(results, fit)) or _TO_TELL


def _model(results: Results) -> Text | None:
    title = results.model_titles.get(results.hypothesized or "")
    return _LATE.filled(model=title) if title and results.hypothesized in results.post_hoc else title


def _theory(results: Results) -> Text | None:
    model = results.instrument.models.get(results.hypothesized or "")
    said = model and (model.theory or model.description)
    return said.words if said else None


def _rival_models(results: Results) -> Text | None:
    titles = {name: results.model_titles[name] for name in results.instrument.rivals if name in results.model_titles}
    if not titles:
        return None
    before = [title for name, title in titles.items() if name not in results.post_hoc]
    after = [title for name, title in titles.items() if name in results.post_hoc]
    said = joined(before) if before else _NO_RIVAL_BEFORE
    return said + _NAMED_AFTER.filled(models=joined(after)) if after else said


def _measures(results: Results) -> Text | _Gap:
    constructs = results.instrument.constructs
    stated = sum(construct.origin is not None for construct in constructs)
    counted = _ASKED.filled(items=len(results.responses.items), constructs=len(constructs))
    if stated < len(constructs):
        return _Gap(counted + _ORIGINS_MISSING.filled(stated=stated, all=len(constructs)))
    return counted + _IN_SECTION.filled(section=term("Questionnaire"))


def _origin(results: Results) -> Text | None:
    return results.provenance


def _gaps(results: Results) -> Text:
    items = results.responses.frame[list(results.responses.items)]
    share = 100 * float(items.isna().to_numpy().mean()) if items.size else 0.0
    dealt = _FIML if results.options["missing"] == "fiml" else _LISTWISE
    return _GAPS.filled(share=cell(share, Kind.PERCENT)) + dealt


def _shape(results: Results) -> Text | None:
    if results.descriptives is None:
        return None
    found = results.descriptives.items
    return _SHAPE.filled(
        skew=cell(float(found["skew"].abs().max()), Kind.ESTIMATE),
        kurtosis=cell(float(found["kurtosis"].abs().max()), Kind.ESTIMATE),
        estimator=results.options["estimator"],
    )


def _bias(results: Results) -> Text | None:
    return _IN_SECTION.filled(section=Words("Common method bias", "共同方法偏差")) if results.method_bias else None


def _history(results: Results) -> Text | None:
    counts = results.recorded
    return None if counts is None else _FITTED.filled(n=sum(counts.values()), late=counts.get("post hoc", 0))


def _hashes(results: Results) -> Text:
    return _ANSWERS.filled(hash=results.sha256.get("data", results.responses.sha256)[:16])


def _software(results: Results) -> Text:
    return joined((f"sme-sem {metadata.version('sme-sem')}", f"NumPy {metadata.version('numpy')}"), ", ", "，")


def _degrees(results: Results, fit: Fit) -> Text:
    found = reported(fit)
    return _DEGREES.filled(free=f"{found['npar']:g}", df=f"{found['df']:g}")


def _solution(results: Results, fit: Fit) -> Text:
    said = objections(fit)
    return joined(said) if said else _PROPER


def _fit_as_a_whole(results: Results, fit: Fit) -> Text:
    return narrative.fit_judgement(fit, results.options["thresholds"])


def _local(results: Results, fit: Fit) -> Text | None:
    found = fit.residuals()
    frames = found.values() if isinstance(found, dict) else (found,)
    largest = max((float(frame.abs().max().max()) for frame in frames), default=0.0)
    return _LARGEST.filled(r=cell(largest, Kind.COEFFICIENT))


def _parameters(results: Results, fit: Fit) -> Text:
    return _IN_SECTION.filled(section=Words("Structural model", "结构模型"))


def _equivalents(results: Results, fit: Fit) -> Text | _Gap:
    alike = {name: one for name, one in results.fits.items() if one.converged and comparable(one, fit)}
    pairs = equivalent_models(alike)
    named = [_PAIR.filled(a=results.model_titles.get(a, a), b=results.model_titles.get(b, b)) for a, b in pairs]
    fitted = _AMONG_FITTED.filled(pairs=joined(named)) if named else None
    if results.equivalents is None:
        return fitted + _NOT_LOOKED_FOR if fitted else _Gap(_NOT_LOOKED_FOR)
    own = _one_relation_away(results.equivalents, results.labels)
    return fitted + own if fitted else own


def _one_relation_away(found: Equivalents, labels: Labels) -> Words:
    """Say how many changes of one relation fit exactly as well, and name some."""
    if not found.changes:
        return (_NONE_ALIKE if found.tried else _NOTHING_TO_CHANGE).filled(tried=found.tried)
    some = joined([change.labelled(labels) for change in found.changes[:_NAMED]])
    said = _SUCH_AS if len(found.changes) > _NAMED else _ALIKE
    return said.filled(n=len(found.changes), tried=found.tried, some=some)


def _confirmed(results: Results, fit: Fit) -> Text | None:
    check = results.second_engine
    return None if check is None else _CHECKED.filled(confirmed=check.confirmed, all=check.compared)


def _nothing(results: Results) -> Text | None:
    return None


_OF_STUDY: tuple[tuple[Words, Callable[[Results], Text | _Gap | None]], ...] = (
    (Words("Which model is hypothesized", "假设模型"), _model),
    (Words("Theory behind the model and the direction of its paths", "模型及路径方向的理论依据"), _theory),
    (Words("Rival models named beforehand", "事先设定的竞争模型"), _rival_models),
    (Words("Measures and where they come from", "测量工具及其来源"), _measures),
    (Words("Where, when and from whom answers were collected", "数据收集的地点、时间与对象"), _origin),
    (Words("Respondents collected, kept and analysed", "回收、有效与分析样本量"), narrative.sample),
    (Words("Why this number of respondents (power)", "样本量依据（统计功效）"), _nothing),
    (Words("Consent and approval by an ethics committee", "知情同意与伦理审批"), _nothing),
    (Words("Missing answers and what was done about them", "缺失数据及其处理"), _gaps),
    (Words("Distribution of the answers and the estimator chosen for it", "数据分布及相应的估计方法"), _shape),
    (Words("Program and version", "软件及版本"), _software),
    (Words("Reliability of the scores", "量表信度"), narrative.reliability),
    (Words("Common method bias", "共同方法偏差"), _bias),
    (Words("Models tried in all, and which of them after seeing results", "全部拟合次数及事后模型"), _history),
    (Words("The answers, or their covariances, to repeat the analysis", "可供复算的数据或协方差"), _hashes),
)
_OF_FIT: tuple[tuple[Words, Callable[[Results, Fit], Text | _Gap | None]], ...] = (
    (Words("Free parameters and degrees of freedom", "自由参数与自由度"), _degrees),
    (Words("Whether the solution converged and is admissible", "解是否收敛且可接受"), _solution),
    (Words("Fit as a whole, with the rule it is judged by", "整体拟合及判断标准"), _fit_as_a_whole),
    (Words("Fit of the parts: residuals", "局部拟合：残差"), _local),
    (Words("Loadings", "因子载荷"), lambda results, fit: narrative.loadings(results.measurement or fit)),
    (Words("All estimates with standard errors, plain and standardized", "全部估计值、标准误与标准化值"), _parameters),
    (Words("Hypotheses and their tests", "研究假设及检验"), lambda results, fit: narrative.hypotheses(results)),
    (Words("Explained variance", "解释方差"), lambda results, fit: narrative.explained(results)),
    (Words("Comparison with the rival models", "与竞争模型的比较"), lambda results, fit: narrative.rivals(results)),
    (Words("Models that fit exactly as well", "等价模型"), _equivalents),
    (Words("Confirmation by a second program", "第二软件核对"), _confirmed),
)
_COLUMNS = (
    Column("item", Words("To be reported", "应报告内容")),
    Column("status", Words("Status", "状态")),
    Column("answer", Words("In this report", "本报告中")),
)
_REPORTED, _MISSING = Words("reported", "已报告"), Words("missing", "缺失")
_TO_TELL = _Gap(Words("to be added by the authors", "须由作者补充"))
_NOTE = Words(
    "After the reporting standards for structural equation modelling of Appelbaum et al. (2018), in our own words. "
    "{missing} of {all} are missing here.",
    "依据Appelbaum等（2018）结构方程模型报告规范，以本报告的措辞表述。{all}项中有{missing}项缺失。",
)
_ASKED = Words("{items} items of {constructs} constructs. ", "{constructs}个构念，共{items}个题项。")
_ORIGINS_MISSING = Words(
    "The origin is stated for {stated} of {all} constructs; the others are to be added by the authors.",
    "{all}个构念中有{stated}个注明来源，其余须由作者补充。",
)
_NO_RIVAL_BEFORE = Words("none", "无")
_NAMED_AFTER = Words(
    "; named after others had been fitted (post hoc): {models}", "；在其他模型拟合之后提出（事后）：{models}"
)
_LATE = Words("{model}; named after others had been fitted (post hoc)", "{model}；在其他模型拟合之后提出（事后）")
_NAMED = 3
_AMONG_FITTED = Words("Among the models fitted: {pairs}. ", "所拟合的模型中：{pairs}。")
_ALIKE = Words(
    "Of {tried} changes of one relation, fitting exactly as well: {n} ({some}).",
    "共尝试{tried}种单一关系的改动，拟合完全相同者{n}种（{some}）。",
)
_SUCH_AS = Words(
    "Of {tried} changes of one relation, fitting exactly as well: {n} (such as {some}).",
    "共尝试{tried}种单一关系的改动，拟合完全相同者{n}种（如{some}等）。",
)
_NONE_ALIKE = Words(
    "Of {tried} changes of one relation none fits exactly as well.", "共尝试{tried}种单一关系的改动，无一拟合完全相同。"
)
_NOTHING_TO_CHANGE = Words("The model has no relation that could be exchanged for another.", "模型中没有可改换的关系。")
_NOT_LOOKED_FOR = Words("Models that were not fitted were not looked for.", "未检索所拟合模型以外的等价模型。")
_GAPS = Words("{share}% of the answers to items are missing, after screening. ", "筛选后题项作答缺失率为{share}%。")
_FIML = Words("Full information maximum likelihood.", "采用完全信息最大似然法。")
_LISTWISE = Words("Respondents with a gap in the model's items are left out.", "模型题项有缺失的样本按列表删除。")
_SHAPE = Words(
    "Largest skewness {skew}, largest kurtosis {kurtosis} (absolute values); estimator {estimator}.",
    "偏度与峰度绝对值最大分别为{skew}与{kurtosis}；估计方法{estimator}。",
)
_IN_SECTION = Words("See the section “{section}”.", "见“{section}”一节。")
_FITTED = Words("{n} fits are recorded; {late} of them post hoc.", "共记录{n}次拟合，其中事后拟合{late}次。")
_ANSWERS = Words("File of answers, SHA-256 {hash}…", "数据文件，SHA-256 {hash}…")
_DEGREES = Words("{free} free parameters, {df} degrees of freedom.", "{free}个自由参数，自由度{df}。")
_PROPER = Words(
    "Converged; no negative variance, no correlation above one.", "已收敛；无负方差，无绝对值大于1的相关系数。"
)
_LARGEST = Words("Largest residual correlation {r}.", "相关残差绝对值最大为{r}。")
_PAIR = Words("“{a}” and “{b}”", "“{a}”与“{b}”")
_CHECKED = Words("semopy confirms {confirmed} of {all} values.", "semopy核对{all}个数值，其中{confirmed}个一致。")
