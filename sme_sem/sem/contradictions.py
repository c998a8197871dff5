"""What a model cannot say: refused before its parameters are laid out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..errors import SpecificationError
from ..syntax import Term
from ..words import Words, at
from .parameters import Parameter
from .roles import Roles
from .specification import Specification


def require_common_parts(block: str, own: Roles, whole: Roles) -> None:
    """Refuse a block of a group that does not name what the others do, in the parts all groups have in common."""
    absent = [name for name in whole.observed if name not in own.observed]
    if absent:
        raise SpecificationError(_ELSEWHERE_ONLY.filled(name=absent[0], block=repr(block)))
    explained = [name for name in own.covariates if name not in whole.covariates]
    if explained:
        raise SpecificationError(_PREDICTS_ONLY.filled(name=explained[0], block=repr(block)))
    if own.composites != whole.composites or own.block_of != whole.block_of:
        raise SpecificationError(_COMMON_TO_ALL.filled(block=repr(block)))


def require_sound_terms(specification: Specification, groups: int) -> None:
    """Refuse arrows from a variable to itself, arrows written twice, and modifiers for another number of groups."""
    loadings = {term.key for term in specification.relations if term.op == "=~"}
    for term in specification.relations:
        for kind, what in _LISTS.items():
            n = len(getattr(term, kind))
            if n not in (0, 1, groups):
                many = Words(f"{groups} group{'s' * (groups > 1)}", str(groups))
                raise SpecificationError(at(str(term), _ONE_FOR_EACH.filled(n=n, what=what, groups=many)))
        if term.op == "=~" and term.lhs == term.rhs:
            raise SpecificationError(at(str(term), _OWN_INDICATOR))
        if term.op == "~" and term.lhs == term.rhs:
            raise SpecificationError(at(str(term), _ON_ITSELF))
        if term.op == "~" and (term.rhs, "=~", term.lhs) in loadings:
            raise SpecificationError(_SAME_ARROW.filled(term=term, loading=f"{term.rhs} =~ {term.lhs}"))


def require_thresholds(specification: Specification, ordered: Mapping[str, int]) -> None:
    """Refuse thresholds and scales of what is not ordered, and thresholds beyond the last."""
    for term in specification.relations:
        if term.op in ("|", "~*~") and term.lhs not in ordered:
            raise SpecificationError(at(str(term), _NOT_ORDERED.filled(name=repr(term.lhs))))
        if term.op == "|" and term.rhs not in {f"t{k + 1}" for k in range(ordered[term.lhs])}:
            count = ordered[term.lhs]
            last = Words(f" to t{count}", f"至t{count}") if count > 1 else ""
            raise SpecificationError(at(str(term), _THRESHOLDS.filled(n=count + 1, last=last)))
        if term.op == "~*~" and term.lhs != term.rhs:
            raise SpecificationError(at(str(term), _OF_ONE.filled(name=repr(term.lhs))))


def refuse_ordered_items_of_composites(roles: Roles, ordered: Mapping[str, int]) -> None:
    """Refuse ordered categories in a composite, which is a sum of numbers."""
    for name in (name for name in ordered if name in roles.made):
        raise SpecificationError(_SUMMED.filled(name=repr(name)))


def refuse_repeated_names(parameters: Iterable[Parameter], definitions: Iterable[Term]) -> None:
    """Refuse a name that is defined twice, or is a label as well."""
    taken = {p.label: Words(f"the label of {p}", f"是{p}的标签") for p in parameters if p.label}
    for term in definitions:
        if term.op == ":=":
            if term.lhs in taken:
                raise SpecificationError(at(str(term), _TAKEN.filled(name=repr(term.lhs), what=taken[term.lhs])))
            taken[term.lhs] = Words(f"defined as {term.rhs}", f"定义为{term.rhs}")


NOTHING_OBSERVED = Words(
    "the model names no observed variable: write at least one '=~', '~' or '~~' line.",
    "模型中没有观测变量：请至少写一行'=~'、'~'或'~~'。",
)
_ELSEWHERE_ONLY = Words(
    "'{name}' stands in the model of another group, and not in that of group {block}: groups have the same observed "
    "variables. Add the line '{name} ~~ {name}' to its block, or 'y ~ 0*{name}' where it predicts y elsewhere.",
    "'{name}'出现在其他组的模型中，而不在组{block}的模型中：各组的观测变量须相同。请在其区块中加一行"
    "'{name} ~~ {name}'；若它在其他组预测y，则加'y ~ 0*{name}'。",
)
_PREDICTS_ONLY = Words(
    "'{name}' only predicts in group {block} and does more in another: add the line '{name} ~~ {name}' to its block.",
    "'{name}'在组{block}中只是自变量，在其他组中则不然：请在其区块中加一行'{name} ~~ {name}'。",
)
_COMMON_TO_ALL = Words(
    "group {block} has other composites (<~) or exploratory blocks (efa()) than the rest: write them before the first "
    "'group:' line, for all groups.",
    "组{block}的合成构念（<~）或探索性区块（efa()）与其他组不同：请写在第一个'group:'行之前，使其适用于各组。",
)
_LISTS = {
    "fixed": Words("values", "取值"),
    "labels": Words("labels", "标签"),
    "starts": Words("start values", "初始值"),
    "lowers": Words("lower bounds", "下界"),
    "uppers": Words("upper bounds", "上界"),
}
_ONE_FOR_EACH = Words(
    "{n} {what} for {groups}; give one, or one for each group.", "{groups}个组有{n}个{what}；请给出一个，或每组一个。"
)
_OWN_INDICATOR = Words("a construct cannot be its own indicator.", "潜变量不能是自己的题项。")
_ON_ITSELF = Words("a variable cannot be regressed on itself.", "变量不能对自身回归。")
_SAME_ARROW = Words(
    "{term} is the arrow of {loading} once more: keep one of them.", "{term}与{loading}是同一条路径：请保留其一。"
)
_NOT_ORDERED = Words("{name} is not an ordered variable; name it in ordered=.", "{name}不是有序变量；请列入ordered。")
_THRESHOLDS = Words(
    "the answers have {n} categories, so the thresholds are t1{last}.", "作答有{n}个类别，因此阈值为t1{last}。"
)
_OF_ONE = Words("a scale belongs to one variable, {name}.", "尺度只属于一个变量，即{name}。")
_SUMMED = Words(
    "{name} is an item of a composite (<~), which is a sum of numbers: leave it out of ordered=.",
    "{name}是合成构念（<~）的题项，而合成构念是数值之和：请勿列入ordered。",
)
_TAKEN = Words("{name} is {what} already; give it another name.", "{name}已{what}；请改用其他名称。")
