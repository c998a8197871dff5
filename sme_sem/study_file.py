"""What a study file states: which instrument, which answers, and the choices of the analysis.

Every mistake of a file is found in one reading, each with its place.  Models of the study stand
beside those of the instrument, or in place of one of the same name; they are checked as the
instrument's own are.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from .errors import InstrumentError, SmeSemError, SpecificationError, StudyError, SyntaxProblem
from .instrument import Hypothesis, Instrument, read_instrument
from .instrument.checks import CONSTRUCT, named_nowhere, unreadable_models
from .instrument.document import UnreadableError, read_file
from .instrument.parts import BilingualText, VariableName, Written, refusal
from .instrument.syntax import factors, paths
from .instrument.wording import no_mapping, problems_of
from .measurement.item_advice import RULES
from .measurement.rotations import ROTATIONS, ROTATIONS_OF_FACTORS
from .responses import PLATFORMS
from .responses.screening import DEFAULT_RULES
from .sem.cutoffs import PROFILES
from .sem.estimators import ESTIMATORS
from .sem.hypotheses import CORRECTIONS
from .sem.specification import Specification
from .sensitivity.choices import read_choices
from .suggestions import did_you_mean, or_known
from .words import Text, Words, at

SCREENING_RULES = (*DEFAULT_RULES, "unfinished", "duplicate_row", "careless")
MISSING = ("listwise", "fiml")


class _Record(BaseModel):
    """A frozen record that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _ordered(value: Any) -> Any:
    listed = isinstance(value, (list, tuple)) and all(isinstance(name, str) and name.strip() for name in value)
    if value is None or isinstance(value, bool) or listed:
        return value
    raise refusal("ordered_type", _ALL_OR_SOME, found=f"{value!r:.60}")


class ScreeningChoice(_Record):
    """Which respondents are set aside, from which share of missing answers and how many flags of carelessness on."""

    rules: tuple[Written, ...] = DEFAULT_RULES
    max_missing: Annotated[float, Field(ge=0, le=1)] = 0.5
    min_flags: Annotated[StrictInt, Field(ge=1, le=7)] = 2


class StudyModel(_Record):
    """A model of the study: lavaan syntax of the structural part."""

    structure: StrictStr
    title: BilingualText | None = None
    description: BilingualText | None = None
    constructs: tuple[VariableName, ...] | None = None


class ComponentsChoice(_Record):
    """Principal components of the items of some constructs (left out: of all items in the models)."""

    constructs: tuple[VariableName, ...] | None = None
    n_components: Annotated[StrictInt, Field(ge=1)] | None = None
    rotation: Written = "varimax"


class FactorsChoice(_Record):
    """Common factors of the items of some constructs (left out: of all); as many as parallel analysis suggests."""

    constructs: tuple[VariableName, ...] | None = None
    n_factors: Annotated[StrictInt, Field(ge=1)] | None = None
    rotation: Written = "oblimin"
    method: Literal["minres", "paf", "ml"] = "minres"
    correlation: Literal["pearson", "polychoric"] = "pearson"


class BootstrapChoice(_Record):
    """A bootstrap of the hypothesized model, for intervals of its paths, verdicts on mediation and tests of routes."""

    draws: Annotated[StrictInt, Field(ge=100)] = 5000
    interval: Literal["perc", "bc", "bca"] = "perc"


class StudyFile(_Record):
    """The fields of a study file.

    instrument : a shipped name, or the path of an instrument file
    data : the path of the answers; left out, those that come with the instrument
    distributed : how many questionnaires were sent out, for the rates of response
    trail : a table of the coded segments behind the items, as ``sme-sem code draft`` writes it
    output : folder for the results
    alpha : level at which hypotheses are tested
    correction : of their p values for the number of hypotheses
    ordered : true, or the items, for answers taken as ordered categories (estimator WLSMV unless another is named)
    group : a background question across whose answers measurement invariance of the hypothesized model is tested, and
        the drivers of the outcome are compared
    marker : a construct that theory relates to nothing in the hypothesized model, for a test of common method bias
    thresholds : which profile judges the fit
    hypothesized, rivals, hypotheses : in place of the instrument's
    factors : an exploratory factor analysis; left out, there is none
    bootstrap : how the hypothesized model is bootstrapped; left out, it is not
    dynamic_cutoffs : samples for cut-offs of fit that go with the hypothesized model; left out, there are none
    item_rules : of a pre-test, the rules by which items are kept, revised or dropped
    multiverse : what could as well have been done otherwise; every combination is fitted
    """

    instrument: Written
    title: BilingualText | None = None
    data: Written | None = None
    distributed: Annotated[StrictInt, Field(ge=1)] | None = None
    trail: Written | None = None
    sheet: Written | None = None
    encoding: Written | None = None
    platform: Written = "auto"
    screening: ScreeningChoice = ScreeningChoice()
    estimator: Written = "ML"
    missing: Written = "listwise"
    ordered: Annotated[StrictBool | tuple[Written, ...] | None, BeforeValidator(_ordered)] = None
    group: Written | None = None
    marker: Written | None = None
    alpha: Annotated[float, Field(gt=0, lt=1)] = 0.05
    correction: Written = "none"
    thresholds: Written = "conventional"
    language: Literal["en", "zh", "both"] = "en"
    output: Written = "results"
    seed: Annotated[StrictInt, Field(ge=0)] = 1
    models: dict[Written, StudyModel] = {}
    hypothesized: Written | None = None
    rivals: tuple[Written, ...] | None = None
    hypotheses: tuple[Hypothesis, ...] | None = None
    components: ComponentsChoice = ComponentsChoice()
    factors: FactorsChoice | None = None
    bootstrap: BootstrapChoice | None = None
    dynamic_cutoffs: Annotated[StrictInt, Field(ge=100)] | None = None
    item_rules: Written | None = None
    multiverse: dict[str, Any] | None = None


def read_study_file(path: Path) -> StudyFile:
    """Read and check a study file, except for what only the instrument can tell.

    Raises :class:`~sme_sem.errors.StudyError` with every problem.
    """
    source = str(path)
    try:
        document, problems = read_file(path, Words("the study file", "研究文件"), _missing)
    except UnreadableError as unreadable:
        raise StudyError(source, [unreadable.said]) from None
    if not isinstance(document, dict):
        raise StudyError(source, [*problems, no_mapping(document, "instrument, data")])
    study = None
    try:
        study = StudyFile.model_validate(document)
    except ValidationError as error:
        problems += problems_of(error, StudyFile, _SPANS)
    problems += _choices(document)
    if problems:
        problems += unreadable_models(document)
    if problems or study is None:
        raise StudyError(source, problems)
    if not study.ordered:
        return study.model_copy(update={"ordered": None})
    return study if "estimator" in study.model_fields_set else study.model_copy(update={"estimator": "WLSMV"})


def instrument_of_study(study: StudyFile, instrument: Instrument, source: str) -> Instrument:
    """Put the study's models and hypotheses into the instrument, checked as its own are.

    The instrument's hypotheses may lose their path when the study replaces a model; they stay, and
    the results say that the model does not contain it.
    """
    own = study.hypotheses is not None
    document = _lists(instrument.model_dump(exclude_none=True))
    document["models"] = {**document.get("models", {}), **_models(study, instrument)}
    document.update(_chosen(study, instrument))
    document["hypotheses"] = _lists([h.model_dump(exclude_none=True) for h in study.hypotheses or ()]) if own else []
    problems: list[Text] = []
    merged = instrument
    try:
        merged = read_instrument(document, source)
    except InstrumentError as error:
        problems += error.lines
    problems += _contradictory_models(document["models"])
    problems += _unknown_constructs(study, instrument)
    problems += _unknown_questions(study, instrument)
    problems += _moderating_group(study, document)
    problems += _related_marker(study, merged)
    if problems:
        raise StudyError(source, problems)
    return merged if own else merged.model_copy(update={"hypotheses": instrument.hypotheses})


def _missing(path: Path) -> Words:
    names = [p.name for p in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
    begin = Words(" Begin one with: sme-sem new", "新建研究请用：sme-sem new")
    return Words("no such file.", "文件不存在。") + did_you_mean(path.name, names) + begin


_SPANS: dict[tuple[int | str, ...], Words] = {
    ("alpha",): Words("a number between 0 and 1, such as 0.05", "0与1之间的数，如0.05"),
    ("screening", "max_missing"): Words("a share from 0 to 1, such as 0.5", "0至1的比例，如0.5"),
    ("screening", "min_flags"): Words("a number of flags from 1 to 7, such as 2", "1至7的整数，如2"),
}


def _choices(document: dict[Any, Any]) -> Iterator[Words]:
    """Complain of a word that is none of those to choose from."""
    screening, components, factors = (document.get(key) for key in ("screening", "components", "factors"))
    asked: list[tuple[str, Any, tuple[str, ...]]] = [
        ("estimator", document.get("estimator"), tuple(ESTIMATORS)),
        ("missing", document.get("missing"), MISSING),
        ("platform", document.get("platform"), PLATFORMS),
        ("correction", document.get("correction"), CORRECTIONS),
        ("thresholds", document.get("thresholds"), tuple(PROFILES)),
        ("item_rules", document.get("item_rules"), tuple(RULES)),
    ]
    if isinstance(components, dict):
        asked.append(("components.rotation", components.get("rotation"), tuple(ROTATIONS)))
    if isinstance(factors, dict):
        asked.append(("factors.rotation", factors.get("rotation"), tuple(ROTATIONS_OF_FACTORS)))
    if isinstance(screening, dict) and isinstance(screening.get("rules"), list):
        asked += [(f"screening.rules[{i}]", r, SCREENING_RULES) for i, r in enumerate(screening["rules"])]
    for place, value, known in asked:
        if isinstance(value, str) and value.strip() and value not in known:
            choices = Words(_either(known), "、".join(known))
            yield at(place, _NOT_AVAILABLE.filled(value=repr(value), choices=choices)) + did_you_mean(value, known)
    if isinstance(document.get("multiverse"), dict):
        try:
            read_choices(document["multiverse"], place="")
        except SpecificationError as problem:
            yield at("multiverse", problem.said)
    estimator = ESTIMATORS.get(str(document.get("estimator", "ML")))
    if document.get("ordered"):
        named = "estimator" in document and estimator is not None
        if named and estimator is not None and estimator.discrepancy in ("ML", "GLS"):
            yield at("estimator", _NOT_ORDERED.filled(estimator=estimator.name))
        if document.get("missing") == "fiml":
            yield at("missing", _NOT_WITH_ORDERED)
    elif (
        document.get("missing") == "fiml"
        and estimator is not None
        and (estimator.se == "robust_sem" or estimator.discrepancy != "ML")
    ):
        yield at("missing", _COMPLETE_ONLY.filled(estimator=estimator.name))


def _either(known: tuple[str, ...]) -> str:
    *others, last = known
    return f"{', '.join(others)} or {last}" if others else last


def _models(study: StudyFile, instrument: Instrument) -> dict[str, Any]:
    """Write the study's models as an instrument file would, each with a title."""
    found = {}
    for name, model in study.models.items():
        known = instrument.models.get(name)
        title: Any = {"en": name, "zh": name}
        if model.title is not None:
            title = model.title.model_dump()
        elif known is not None:
            title = {"en": f"{known.title.en} (changed)", "zh": f"{known.title.zh}（已修改）"}
        found[name] = {**_lists(model.model_dump(exclude_none=True)), "title": title}
    return found


def _chosen(study: StudyFile, instrument: Instrument) -> dict[str, Any]:
    """Which model is the hypothesized one, and which are its rivals: by default all the others named."""
    models = [*instrument.models, *(name for name in study.models if name not in instrument.models)]
    hypothesized = study.hypothesized or instrument.hypothesized or next(iter(models), None)
    rivals = study.rivals
    if rivals is None:
        new = [name for name in study.models if name not in instrument.models]
        before = [instrument.hypothesized] if instrument.hypothesized else []
        rivals = tuple(n for n in dict.fromkeys((*before, *instrument.rivals, *new)) if n != hypothesized)
    return {"rivals": list(rivals), **({"hypothesized": hypothesized} if hypothesized else {})}


def _contradictory_models(models: dict[str, Any]) -> Iterator[Words]:
    for name, model in models.items():
        try:
            Specification.read(model.get("structure", "")).for_all_groups(Words("a study", "研究"))
        except SyntaxProblem:
            continue  # told already
        except SmeSemError as problem:
            yield at(f"models.{name}.structure", problem.said)


def _unknown_constructs(study: StudyFile, instrument: Instrument) -> Iterator[Words]:
    known = [construct.name for construct in instrument.constructs]
    factors = study.factors.constructs if study.factors is not None else ()
    for place, names in (("components", study.components.constructs), ("factors", factors)):
        for i, name in enumerate(names or ()):
            if name not in known:
                yield named_nowhere(f"{place}.constructs[{i}]", CONSTRUCT, name) + did_you_mean(name, known)


def _unknown_questions(study: StudyFile, instrument: Instrument) -> Iterator[Words]:
    """Complain of a group that no background question asks for, and of ordered items that nobody is asked."""
    asked = [question.id for question in instrument.background if question.kind == "category"]
    if study.group is not None and study.group not in asked:
        none = Words(" The instrument has none.", "问卷中没有此类题目。")
        said = named_nowhere("group", Words("single-choice background question", "单选背景题"), study.group)
        yield said + (or_known(study.group, asked) or none)
    for i, name in enumerate(study.ordered if isinstance(study.ordered, tuple) else ()):
        if name not in instrument.item_ids:
            said = named_nowhere(f"ordered[{i}]", Words("item", "题项"), name)
            yield said + did_you_mean(name, instrument.item_ids)


def _related_marker(study: StudyFile, instrument: Instrument) -> Iterator[Words]:
    """Complain of a marker that nobody is asked for, of one item, or in the model whose method bias it is to tell."""
    name, model = study.marker, instrument.hypothesized
    if name is None:
        return
    scales = instrument.scales(single_items=True)
    if name not in scales:
        yield named_nowhere("marker", Words("construct with items", "带题项的构念"), name) + did_you_mean(name, scales)
    elif len(scales[name]) < 2:
        yield at("marker", _ONE_ITEM.filled(name=repr(name)))
    elif model is not None and name in instrument.model_constructs(model):
        yield at("marker", _RELATED.filled(name=repr(name), model=repr(model)))


def _moderating_group(study: StudyFile, document: dict[str, Any]) -> Iterator[Words]:
    """Complain of groups by a variable that moderates in the model that is compared between them."""
    name = document.get("hypothesized")
    structure = document["models"].get(name, {}).get("structure", "")
    for _, cause in sorted(paths(structure)):
        if ":" in cause and study.group in factors(cause):
            yield at("group", _MODERATES.filled(group=repr(study.group), model=repr(name), cause=cause))


def _lists(value: Any) -> Any:
    """Turn tuples into lists, as a file would give them."""
    if isinstance(value, dict):
        return {key: _lists(entry) for key, entry in value.items()}
    return [_lists(entry) for entry in value] if isinstance(value, (list, tuple)) else value


_ALL_OR_SOME = Words(
    "expected true for all items, or a list of some such as [MK1, MK2], got {found}",
    "应为true（所有题项），或部分题项的列表，如[MK1, MK2]，实际为{found}",
)
_NOT_AVAILABLE = Words("{value} is not available; choose {choices}.", "{value}不可用；可选{choices}。")
_NOT_ORDERED = Words(
    "{estimator} does not take answers as ordered; leave it out, or choose WLSMV",
    "{estimator}不能把答案作为有序类别；请删去，或选WLSMV",
)
_NOT_WITH_ORDERED = Words(
    "fiml does not go with ordered, which meets gaps by pairs of items; leave it out",
    "fiml不能与ordered同用，有序类别按成对题项处理缺失；请删去",
)
_COMPLETE_ONLY = Words(
    "fiml does not go with {estimator}, which needs complete answers; choose ML or MLR",
    "fiml不能与{estimator}同用，后者要求完整作答；请选ML或MLR",
)
_ONE_ITEM = Words("{name} has one item; a marker needs two or more.", "{name}只有一个题项，标记变量至少需要两个题项。")
_RELATED = Words(
    "{name} is part of the model {model}; a marker must be unrelated to the model's constructs.",
    "{name}属于模型{model}，而标记变量须与模型中的构念无关。",
)
_MODERATES = Words(
    "{group} moderates in the model {model} ({cause}), and within its groups it does not vary. Leave group out; or "
    "take {cause} out of the model, and the comparison of groups tells whether paths differ",
    "{group}在模型{model}中为调节变量（{cause}），组内没有差异。请删去group，或从模型中删去{cause}，由多组比较检验路径差异",
)
