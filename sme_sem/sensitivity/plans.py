"""A combination of choices made into something that can be fitted: a model, the respondents, and options.

Covariates are adjusted for at every outcome of a path and at every construct behind one, so that a covariate may be
related to the predictors as well; residual covariances of those constructs stay free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import combinations as pairs_of
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from ..errors import SmeSemError, SpecificationError
from ..measurement.category_paths import CategoryPaths, category_paths
from ..responses.screening import screen
from ..sem.composites import WEIGHT
from ..sem.left_out import without
from ..sem.specification import Specification
from ..suggestions import did_you_mean
from ..tables import Text, Words, joined
from ..words import at
from .choices import Choice

if TYPE_CHECKING:
    from ..instrument import Instrument
    from ..responses import Responses
    from ..responses.screening import Screening

Names = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Base:
    """What the choices start from.

    model : None where it is chosen    models : those that can be chosen by name    frame : all respondents
    kept : which of them are analysed where no screening is chosen    responses : of a study
    categories : what stands in the models of a study for questions whose categories have no order
    """

    model: Specification | None
    models: Mapping[str, str]
    frame: pd.DataFrame
    kept: np.ndarray
    options: Mapping[str, Any]
    responses: Responses | None = None
    categories: CategoryPaths = field(default_factory=CategoryPaths)


@dataclass(frozen=True, eq=False)
class Plan:
    """One analysis.

    model : None where the choices contradict each other, as ``problem`` says    rows : (n,) of bool
    """

    model: Specification | None
    rows: np.ndarray
    options: Mapping[str, Any]
    problem: Text = ""

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """Equal for plans that are one and the same analysis."""
        return self.model, self.problem, self.rows.tobytes(), repr(sorted(self.options.items()))


class ScreenedStudy(Protocol):
    """What is needed of a study: an instrument, choices, answers, and who is kept."""

    @property
    def instrument(self) -> Instrument:
        """Constructs, models and hypotheses."""

    @property
    def choices(self) -> Any:
        """What the study file states."""

    def screen(self, responses: Responses) -> Screening:
        """Screen answers by the rules of the study."""

    def _read(self) -> tuple[Responses, bool]: ...


def base_of_study(study: ScreenedStudy) -> Base:
    """Begin with a study: its answers, its screening, its hypothesized model."""
    instrument, chosen = study.instrument, study.choices
    responses, _ = study._read()
    screening = study.screen(responses)
    categories = category_paths(instrument, screening.responses().frame)
    model = instrument.model_syntax(instrument.hypothesized) if instrument.hypothesized else None
    return Base(
        None if model is None else Specification.read(categories.written(model)),
        {name: instrument.model_syntax(name) for name in instrument.models},
        categories.added_to(responses.frame),
        screening.kept.to_numpy(dtype=bool),
        {"estimator": chosen.estimator, "missing": chosen.missing, "ordered": chosen.ordered},
        responses,
        categories,
    )


def base_of_model(model: str | Specification | None, data: pd.DataFrame, options: Mapping[str, Any]) -> Base:
    """Begin with a model and a table of answers."""
    if not isinstance(data, pd.DataFrame):
        raise SpecificationError(
            Words(
                f"data must be a pandas DataFrame, not {type(data).__name__}.",
                f"data应为pandas的DataFrame，而非{type(data).__name__}。",
            )
        )
    specification = None if model is None else Specification.read(model)
    return Base(specification, {}, data, np.ones(len(data), dtype=bool), options)


def prepared(base: Base, choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Turn the levels' values into what a plan is made of; a level that makes no sense is refused here."""
    if base.model is None and "model" not in {choice.name for choice in choices}:
        raise SpecificationError(
            Words(
                "there is no model to begin with: name models in choices={'model': ...}.",
                "没有可依据的模型：请在choices={'model': ...}中列出模型。",
            )
        )
    known = [c.levels.values() for c in choices if c.name == "model"]
    models = [_model(base, value) for values in known for value in values]
    if base.model is not None and not models:
        models = [base.model]
    items = {t.rhs for m in models for t in m.terms if t.op in ("=~", WEIGHT) and t.rhs not in m.latent}
    return tuple(
        choice._replace(levels={level: _value(base, choice.name, v, items) for level, v in choice.levels.items()})
        for choice in choices
    )


def names_of(base: Base, choices: Sequence[Choice]) -> tuple[set[str], set[str]]:
    """Variables, and quantities defined by ``:=``, that analyses may have; choices as :func:`prepared` gave them."""
    models = [] if base.model is None else [base.model]
    models += [Specification.read(text) for text in base.models.values()]
    models += [model for choice in choices if choice.name == "model" for model in choice.levels.values()]
    lines = [line for choice in choices if choice.name == "paths" for own in choice.levels.values() for line in own]
    models += [Specification.read(_bare(line)) for line in lines]
    variables = {name for model in models for name in model.variables} | set(map(str, base.frame.columns))
    return variables, {term.lhs for model in models for term in model.terms if term.op == ":="}


def plan(base: Base, choices: Sequence[Choice], combination: Mapping[str, str]) -> Plan:
    """Apply one combination of levels, as :func:`prepared` gave them."""
    chosen = {choice.name: choice.levels[combination[choice.name]] for choice in choices}
    rows = chosen.get("screening", base.kept)
    if "subset" in chosen:
        rows = rows & chosen["subset"]
    options = dict(base.options)
    for name in ("estimator", "missing", "options"):
        options |= chosen.get(name, {})
    model = chosen.get("model", base.model)
    assert model is not None  # as prepared() made sure
    changes = (chosen.get(name, ()) for name in ("paths", "items", "covariates"))
    orthogonal = bool(options.get("orthogonal") or options.get("orthogonal_x"))
    changed = _changed(model, *changes, orthogonal=orthogonal)
    if not isinstance(changed, Specification):
        return Plan(None, rows, options, changed)
    return Plan(changed, rows, options | _ordered_items(base, changed, options.get("ordered")))


def _ordered_items(base: Base, model: Specification, ordered: Any) -> dict[str, Any]:
    """Leave ordered items that a model has not out of the options; a name that is no item at all is told by the fit."""
    if ordered is None or isinstance(ordered, bool):
        return {}
    named = (ordered,) if isinstance(ordered, str) else ordered
    absent = set(base.frame.columns) - set(model.observed)
    return {"ordered": [name for name in named if name not in absent] or None}


def _value(base: Base, name: str, value: Any, items: set[str]) -> Any:
    if name == "model":
        return _model(base, value)
    if name in ("paths", "items", "covariates"):
        names = () if value is None else (value,) if isinstance(value, str) else tuple(value)
        known: Sequence[str] | None = {"items": sorted(items), "covariates": list(map(str, base.frame.columns))}.get(
            name
        )
        for one in names:
            if known is not None and one not in known:
                absent = _NO_INDICATOR if name == "items" else _NO_COLUMN
                said = absent.filled(choice=repr(name), name=repr(one))
                raise SpecificationError(said + did_you_mean(str(one), known))
            if name == "paths":
                Specification.read(_bare(one))
        if name == "paths":
            return tuple(_by_category(base, line) for line in names)
        return tuple(column for own in names for column in base.categories.columns_of(own))
    if name == "screening" and base.responses is not None:
        rules = value if isinstance(value, Mapping) else {"rules": () if value is None else value}
        return screen(base.responses, **rules).kept.to_numpy(dtype=bool)
    if name in ("screening", "subset"):
        return _rows(base.frame, name, value)
    options = dict(value) if isinstance(value, Mapping) else {name: value}
    if "group" in options:
        raise SpecificationError(
            at(
                f"choices[{name!r}]",
                Words(
                    "a curve is of one sample; choose groups by subset= conditions.",
                    "曲线只针对一个样本；请以subset=的条件选取组别。",
                ),
            )
        )
    return options


def _by_category(base: Base, line: str) -> str:
    """Write a path to be added or taken out with one from every category of a question."""
    own = base.categories.written(_bare(line))
    return f"- {own}" if line.strip().startswith("-") else own


def _model(base: Base, value: Any) -> Specification:
    if isinstance(value, str) and value in base.models:
        return Specification.read(base.categories.written(base.models[value]))
    if isinstance(value, str) and base.models and "~" not in value:
        raise SpecificationError(
            at(
                "choices['model']",
                Words(f"the study has no model {value!r}.", f"研究中没有模型{value!r}。")
                + did_you_mean(value, base.models),
            )
        )
    return Specification.read(base.categories.written(str(Specification.read(value))))


def _rows(frame: pd.DataFrame, name: str, condition: Any) -> np.ndarray:
    """Which rows meet a condition: an expression of columns, or their own truth values."""
    if condition is None:
        return np.ones(len(frame), dtype=bool)
    if not isinstance(condition, str):
        met = np.asarray(condition)
    else:
        try:
            met = np.asarray(frame.eval(condition, engine="python"))
        except Exception as problem:  # pandas raises many kinds, and the reason is the user's text in each
            raise SpecificationError(
                at(
                    f"choices[{name!r}]",
                    Words(
                        f"{condition!r} is no condition on the data: {problem}. Write one of columns, such "
                        "as 'region == 1' or 'seconds > 120 and age >= 18'.",
                        f"{condition!r}不是关于数据的条件：{problem}。请以各列写出，如'region == 1'或'seconds > 120 "
                        "and age >= 18'。",
                    ),
                )
            ) from None
    if met.shape != (len(frame),) or met.dtype != bool:
        raise SpecificationError(
            at(
                f"choices[{name!r}]",
                Words(
                    f"a condition gives true or false for each of the {len(frame)} rows; {condition!r} "
                    f"gives {met.dtype} of shape {met.shape}.",
                    f"条件须对{len(frame)}行逐行给出真假；{condition!r}给出的是{met.dtype}，形状{met.shape}。",
                ),
            )
        )
    if not met.any():
        raise SpecificationError(
            at(f"choices[{name!r}]", Words(f"no row meets {condition!r}.", f"没有一行符合{condition!r}。"))
        )
    return met


def _bare(line: str) -> str:
    return line.strip().removeprefix("-").strip()


@lru_cache(maxsize=1024)
def _changed(
    model: Specification, paths: Names, items: Names, covariates: Names, *, orthogonal: bool
) -> Specification | Text:
    """Apply what is chosen of the model; the reason why that is impossible, where it is."""
    try:
        return _adjusted(_without_items(_with_paths(model, paths), items), covariates, orthogonal=orthogonal)
    except SmeSemError as problem:
        return problem.said


def _with_paths(model: Specification, lines: Names) -> Specification:
    for line in lines:
        model = model.drop(_bare(line)) if line.strip().startswith("-") else model.add(line)
    return model


def _without_items(model: Specification, items: Names) -> Specification:
    gone = set(items) & set(model.observed)
    left = without(model, gone)
    emptied = [name for name in model.latent if name not in left.latent]
    if emptied:
        raise SpecificationError(_EMPTIED.filled(items=joined(items, ", ", "、"), name=repr(emptied[0])))
    return left


def _adjusted(model: Specification, covariates: Names, *, orthogonal: bool) -> Specification:
    if not covariates:
        return model
    paths = [t for t in model.relations if t.op == "~"]
    outcomes = list(dict.fromkeys(t.lhs for t in paths))
    causes = dict.fromkeys(t.rhs for t in paths)
    behind = [name for name in model.latent if name in causes and name not in outcomes]
    if not outcomes:
        raise SpecificationError(at("covariates", _NO_OUTCOME))
    for name in (*outcomes, *behind):
        for covariate in covariates:
            if covariate != name:
                model = model.add(f"{name} ~ {covariate}")
    stated = {frozenset((t.lhs, t.rhs)) for t in model.relations if t.op == "~~"}
    for a, b in pairs_of(behind, 2):
        if not orthogonal and frozenset((a, b)) not in stated:
            model = model.add(f"{a} ~~ {b}")
    return model


_NO_INDICATOR = Words(
    "choices[{choice}]: the models have no indicator {name}.", "choices[{choice}]：各模型均无题项{name}。"
)
_EMPTIED = Words("without {items}, {name} has no indicator left.", "删去{items}后，{name}没有题项。")
_NO_OUTCOME = Words("the model has no path whose outcome could be adjusted.", "模型中没有结果变量可加入协变量的路径。")
_NO_COLUMN = Words("choices[{choice}]: the data have no column {name}.", "choices[{choice}]：数据中没有列{name}。")
