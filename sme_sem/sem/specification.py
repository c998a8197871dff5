"""A model as a value: its terms, apart from data and from fitting."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from ..arguments import require_kind
from ..errors import SpecificationError
from ..letters import WORD
from ..relation import Relation
from ..suggestions import did_you_mean, perhaps
from ..syntax import DEFINING, VARIABLE, Term, read_terms
from ..words import Text, Words, joined


@dataclass(frozen=True)
class Specification:
    """The relations a model states, in the order written.

    A value: two with the same terms are equal; ``add``, ``drop`` and ``rename`` give new ones; its
    ``str`` is model syntax that reads back as the same specification.

    >>> spec = Specification.read("trust =~ t1 + t2; use ~ b*trust")
    >>> print(spec.add("use ~ cost").drop("use ~ trust"))
    trust =~ t1 + t2
    use ~ cost
    """

    terms: tuple[Term, ...]

    def __post_init__(self) -> None:
        if isinstance(self.terms, str):
            raise SpecificationError(_TAKES_TERMS)

    @classmethod
    def read(cls, text: str | Specification) -> Specification:
        """Read lavaan syntax; a Specification is returned as it is.

        Parameters
        ----------
        text
            Relations, by line or parted by ``;``.  Of one written twice the first counts, with the modifiers of both.

        Raises
        ------
        SyntaxProblem
            With line, column and what was expected.
        SpecificationError
            A relation is written twice with modifiers that contradict each other, or ``text`` is no text.

        Examples
        --------
        >>> spec = Specification.read("trust =~ t1 + t2; use ~ trust")
        >>> spec.latent, spec.observed
        (('trust',), ('t1', 't2', 'use'))
        """
        if isinstance(text, Specification):
            return text
        if not isinstance(text, str):
            raise SpecificationError(_NO_MODEL.filled(kind=type(text).__name__))
        return _read(text)

    def add(self, text: str) -> Specification:
        """Add relations; one that is already there takes the new modifiers.

        Parameters
        ----------
        text
            lavaan syntax; what stands in no block of a group is for all groups.

        Returns
        -------
        Specification
            The relations there were, then the new ones; the old one stays as it is.

        Raises
        ------
        SyntaxProblem
            With line, column and what was expected.
        SpecificationError
            The text writes a relation twice with modifiers that contradict each other.

        Examples
        --------
        >>> spec = Specification.read("trust =~ t1 + t2; use ~ trust")
        >>> print(spec.add("use ~ b*trust + cost"))
        trust =~ t1 + t2
        use ~ b*trust + cost
        """
        new = read_terms(text)
        keys = {(term.key, term.group): term for term in new if term.op not in DEFINING}

        def updated(term: Term) -> Term:
            own = keys.get((term.key, term.group)) or keys.get((term.key, ""))
            return _updated(term, own) if own else term

        kept = tuple(map(updated, self.terms))
        present = {(term.key, term.group) for term in kept}
        everywhere = {key for key, _ in present if self.blocks and {(key, name) for name in self.blocks} <= present}
        further = (t for t in new if (t.key, t.group) not in present and (t.group or t.key not in everywhere))
        return Specification(_merged((*kept, *further)))

    def add_terms(self, terms: Iterable[Term]) -> Specification:
        """Add relations that are there as terms; of one written twice the first counts, with the modifiers of both.

        Parameters
        ----------
        terms
            Those of another specification, for instance.

        Raises
        ------
        SpecificationError
            A term contradicts one that is there, or is none.

        Examples
        --------
        >>> measured, paths = Specification.read("trust =~ t1 + t2"), Specification.read("use ~ trust")
        >>> print(measured.add_terms(paths.terms))
        trust =~ t1 + t2
        use ~ trust
        """
        require_kind("terms", terms, Iterable, _TERMS)
        for term in (further := tuple(terms)):
            require_kind(Words("each of terms", "terms的每一项"), term, Term, _TERM)
        return Specification(_merged((*self.terms, *further)))

    def drop(self, text: str) -> Specification:
        """Remove relations.

        Parameters
        ----------
        text
            lavaan syntax; modifiers do not matter.  What stands in no block of a group is removed from every block.

        Returns
        -------
        Specification
            The other relations, in their order.

        Raises
        ------
        SpecificationError
            The model does not contain one of them.
        SyntaxProblem
            With line, column and what was expected.

        Examples
        --------
        >>> spec = Specification.read("trust =~ t1 + t2 + t3; use ~ b*trust + cost")
        >>> print(spec.drop("trust =~ t3; use ~ trust"))
        trust =~ t1 + t2
        use ~ cost
        """
        unwanted = {(term.key, term.group) for term in read_terms(text)}
        present = {term.key: str(Relation(*term.key)) for term in self.terms}
        placed = {(term.key, group) for term in self.terms for group in {"", term.group}}
        for key, group in sorted(unwanted.difference(placed)):
            absent = str(Relation(*key))
            if key in present:
                where = _elsewhere(self, key)
                raise SpecificationError(_NOT_IN_BLOCK.filled(absent=repr(absent), group=repr(group), where=where))
            between = [text for own, text in present.items() if {own[0], own[2]} == {key[0], key[2]}]
            near = perhaps(between[:1]) or did_you_mean(absent, present.values())
            raise SpecificationError(_NOT_THERE.filled(absent=repr(absent)) + near)
        return Specification(tuple(t for t in self.terms if not {(t.key, t.group), (t.key, "")} & unwanted))

    def rename(self, names: Mapping[str, str]) -> Specification:
        """Rename variables, everywhere they occur, in products such as ``x:z`` and in ``equal("f =~ x")`` too.

        Parameters
        ----------
        names
            New names by old ones.

        Raises
        ------
        SpecificationError
            A variable is not there, or a new name is none or is taken.

        Examples
        --------
        >>> spec = Specification.read("use ~ cost + trust + cost:trust")
        >>> print(spec.rename({"cost": "price"}))
        use ~ price + trust + price:trust
        """
        require_kind("names", names, Mapping, _NEW_NAMES)
        known = self.variables | {factor for name in self.variables for factor in name.split(":")}
        for name in names:
            if name not in known:
                strange = _NO_SUCH_VARIABLE.filled(name=repr(name))
                raise SpecificationError(strange + did_you_mean(str(name), sorted(known)))
        taken = self.variables - set(names)
        for name in names.values():
            if not isinstance(name, str) or name == "NA" or not re.fullmatch(VARIABLE, name):
                raise SpecificationError(_NO_NAME.filled(name=repr(name)))
            if name in taken:
                raise SpecificationError(_TAKEN.filled(name=repr(name)))
            taken.add(name)

        def new(name: str) -> str:
            return names[name] if name in names else ":".join(names.get(factor, factor) for factor in name.split(":"))

        def renamed(term: Term) -> Term:
            if term.op in DEFINING:
                return term
            equal = str(renamed(read_terms(term.equal)[0])) if term.equal else ""
            return replace(term, lhs=new(term.lhs), rhs=term.rhs if term.op == "|" else new(term.rhs), equal=equal)

        return Specification(tuple(map(renamed, self.terms)))

    @cached_property
    def relations(self) -> tuple[Term, ...]:
        """The terms that carry parameters: everything but definitions and constraints, and ``f =~ 0``."""
        return tuple(term for term in self.terms if term.op not in DEFINING and (term.rhs or term.op != "=~"))

    @cached_property
    def blocks(self) -> tuple[str, ...]:
        """The groups that have blocks of their own, ``group: Germany``, in order of appearance."""
        return tuple(dict.fromkeys(term.group for term in self.terms if term.group))

    @property
    def united(self) -> Specification:
        """The relations of all groups as if they were of one: what plays a part in any."""
        if not self.blocks:
            return self
        own = [term for term in self.terms if term.op not in DEFINING]
        first = {term.key: replace(term, group="") for term in reversed(own)}
        return Specification(tuple(dict.fromkeys(first[term.key] for term in own)))

    def for_all_groups(self, what: Text) -> Specification:
        """Give the model back, or refuse blocks of groups where ``what`` is asked."""
        if self.blocks:
            lines = ", ".join(repr(f"group: {_named(name)}") for name in self.blocks)
            raise SpecificationError(_FOR_ALL.filled(what=what, lines=lines))
        return self

    def by_group(self, groups: int) -> tuple[Specification, ...]:
        """What holds in each group, without blocks: the same in all if there are none.

        Blocks are taken in their order; :meth:`arranged` puts them in that of the groups.

        Raises
        ------
        SpecificationError
            There are not as many blocks as groups.
        """
        if not self.blocks:
            return (self,) * groups
        if groups == 1:
            self.for_all_groups(Words("a model of one group", "单组分析"))
        if len(self.blocks) != groups:
            blocks = ", ".join(self.blocks)
            raise SpecificationError(_OTHERWISE_MANY.filled(n=len(self.blocks), blocks=blocks, groups=groups))
        return tuple(self._within(name, g, groups) for g, name in enumerate(self.blocks))

    def _within(self, block: str, group: int, groups: int) -> Specification:
        own = (_narrowed(t, group, groups) for t in self.terms if t.group in ("", block))
        return Specification(_merged(replace(term, group="") for term in own))

    def arranged(self, labels: Sequence[str]) -> Specification:
        """Give every group its block, in the groups' order and with all that holds there; nothing if there are none.

        Parameters
        ----------
        labels
            Of the groups.  Blocks are named by these or by number, from 1.

        Raises
        ------
        SpecificationError
            Blocks and groups do not go together.

        Examples
        --------
        >>> spec = Specification.read("f =~ a + b + c; group: 2; a ~~ b")
        >>> print(spec.arranged(["North", "South"]))
        group: North
        f =~ a + b + c
        group: South
        f =~ a + b + c
        a ~~ b
        """
        if not self.blocks:
            return self
        if len(labels) < 2:
            raise SpecificationError(_ONE_GROUP.filled(blocks=", ".join(self.blocks)) + GIVE_GROUPS)
        numbers = {str(g + 1): label for g, label in enumerate(labels)}
        known = numbers if {*labels}.isdisjoint(self.blocks) else {label: label for label in labels}
        for block in self.blocks:
            if block not in known:
                strange = _NO_SUCH_GROUP.filled(block=repr(block), groups=", ".join(map(repr, labels)))
                raise SpecificationError(strange + (did_you_mean(block, labels) or _NAME_THEM))
        named = {known[block]: block for block in self.blocks}
        terms: list[Term] = []
        for g, label in enumerate(labels):
            own = self._within(named.get(label, ""), g, len(labels))
            if not own.relations:
                raise SpecificationError(_SILENT.filled(label=repr(label), line=f"group: {_named(label)}"))
            terms += (replace(term, group=label) for term in own.terms if term.op not in DEFINING)
        return Specification((*terms, *(term for term in self.terms if term.op in DEFINING)))

    @cached_property
    def variables(self) -> set[str]:
        """Every variable named, latent or observed."""
        return {name for term in self.relations for name in (term.lhs, term.rhs if term.op != "|" else "") if name}

    @cached_property
    def latent(self) -> tuple[str, ...]:
        """Constructs: whatever stands left of ``=~`` or ``<~``, in order of appearance."""
        return tuple(dict.fromkeys(term.lhs for term in self.terms if term.op in ("=~", "<~")))

    @cached_property
    def observed(self) -> tuple[str, ...]:
        """Variables that must be in the data: indicators, outcomes, predictors, then the rest."""
        latent = set(self.latent)
        order: list[str] = []
        for ops, sides in (
            (("=~", "<~"), "r"),
            (("~",), "l"),
            (("~",), "r"),
            (("~~", "~1"), "lr"),
            (("|", "~*~"), "l"),
        ):
            for term in self.relations:
                if term.op in ops:
                    order += [term.lhs] * ("l" in sides) + [term.rhs] * ("r" in sides)
        return tuple(name for name in dict.fromkeys(order) if name and name not in latent)

    def __str__(self) -> str:
        lines: list[tuple[Term, list[str]]] = []
        for term in self.terms:
            written = _written_right(term)
            if lines and term.op not in DEFINING and _same_line(lines[-1][0], term):
                lines[-1][1].append(written)
            else:
                lines.append((term, [written]))
        text, block = [], ""
        for term, right in lines:
            if term.group and term.group != block:
                block = term.group
                text.append(f"group: {_named(block)}")
            text.append(f"{_written_left(term)} {_head(term.op)} {' + '.join(right)}")
        return "\n".join(text)


@lru_cache(maxsize=128)
def _read(text: str) -> Specification:
    return Specification(_merged(read_terms(text)))


def _merged(terms: Iterable[Term]) -> tuple[Term, ...]:
    found: dict[object, Term] = {}
    for place, term in enumerate(terms):
        key: object = place if term.op in ("==", "<", ">") else (term.key, term.group)
        found[key] = _joined(found[key], term) if key in found and term.op != ":=" else found.get(key, term)
    order = ("", *dict.fromkeys(term.group for term in found.values() if term.group))
    if len(order) == 1:
        return tuple(found.values())

    def place_of(term: Term) -> int:  # what holds in all groups, the blocks, and definitions last
        return len(order) if term.op in DEFINING else order.index(term.group)

    return tuple(sorted(found.values(), key=place_of))


def _narrowed(term: Term, group: int, groups: int) -> Term:
    """What ``c(a, b)*x`` says of one group."""
    kinds = ("fixed", "labels", "starts", "lowers", "uppers")
    several = {kind: values for kind in kinds if len(values := getattr(term, kind)) == groups > 1 and not term.group}
    return replace(term, **{kind: values[group : group + 1] for kind, values in several.items()})


def _elsewhere(specification: Specification, key: tuple[str, str, str]) -> Words:
    stands = [term.group for term in specification.terms if term.key == key]
    return _FOR_EVERY_GROUP if "" in stands else _OF_OTHERS.filled(groups=joined(map(repr, stands), ", ", "、"))


def _named(group: str) -> str:
    """A group's name as it is written in a block's first line."""
    return group if re.fullmatch(rf"{WORD}|\d+", group) else _quoted(group)


def _joined(first: Term, second: Term) -> Term:
    """One relation written twice: modifiers may add up, and must not contradict each other."""
    for what in ("fixed", "labels", "starts", "equal", "block", "lowers", "uppers"):
        before, after = getattr(first, what), getattr(second, what)
        if before and after and before != after:
            one, other = _written_right(first), _written_right(second)
            raise SpecificationError(_TWICE.filled(relation=first, one=one, other=other))
    return _updated(first, second)


def _updated(old: Term, new: Term) -> Term:
    """The old relation with whatever modifiers the new one brings."""
    return replace(
        old,
        fixed=new.fixed or old.fixed,
        labels=new.labels or old.labels,
        starts=new.starts or old.starts,
        equal=new.equal or old.equal,
        block=new.block or old.block,
        lowers=new.lowers or old.lowers,
        uppers=new.uppers or old.uppers,
    )


def _same_line(a: Term, b: Term) -> bool:
    return (a.lhs, _head(a.op), a.block, a.group) == (b.lhs, _head(b.op), b.block, b.group)


def _head(op: str) -> str:
    return "~" if op == "~1" else op


def _written_left(term: Term) -> str:
    return f"efa({_quoted(term.block)})*{term.lhs}" if term.block else term.lhs


def _written_right(term: Term) -> str:
    if term.op in DEFINING:
        return term.rhs
    if term.op == "=~" and not term.rhs:
        return "0"
    parts = []
    if term.fixed:
        parts.append(_listed([_number(v) for v in term.fixed]))
    if term.labels:
        plain = all(_is_name(label) for label in term.labels)
        parts.append(_listed([label if plain else _quoted(label) for label in term.labels]))
    if term.starts:
        parts.append(f"start({_listed([_number(v) for v in term.starts])})")
    for word, limits in (("lower", term.lowers), ("upper", term.uppers)):
        if limits:
            parts.append(f"{word}({_listed([_number(v) for v in limits])})")
    if term.equal:
        parts.append(f"equal({_quoted(term.equal)})")
    return "*".join([*parts, term.rhs or "1"])


def _is_name(label: str) -> bool:
    return re.fullmatch(WORD, label) is not None and label != "NA"


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


def _listed(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"c({', '.join(values)})"


def _number(value: float | None) -> str:
    return "NA" if value is None else repr(value)


_TAKES_TERMS = Words(
    "text is read by Specification.read(text); Specification(...) takes terms.",
    "文本由Specification.read(text)读取；Specification(...)接受的是模型项（Term）。",
)
_NO_MODEL = Words(
    "a model is text in lavaan's syntax, or a Specification, not {kind}: write it as in 'trust =~ t1 + t2 + t3'.",
    "模型应为lavaan语法的文本或Specification，而非{kind}：写法如'trust =~ t1 + t2 + t3'。",
)
_TERMS = Words(
    "terms, such as those of Specification.read('use ~ trust').terms",
    "模型项，如Specification.read('use ~ trust').terms",
)
_TERM = Words(
    "a term, as in Specification.read('use ~ trust').terms", "一个模型项，如Specification.read('use ~ trust').terms所含"
)
_NOT_IN_BLOCK = Words(
    "cannot drop {absent} from the block of group {group}: {where}", "无法从组{group}的区块中删去{absent}：{where}"
)
_FOR_EVERY_GROUP = Words("it stands before the blocks, for all groups.", "它写在各区块之前，适用于所有组。")
_OF_OTHERS = Words("it stands in that of {groups}.", "它写在组{groups}的区块中。")
_NOT_THERE = Words("cannot drop {absent}: the model does not contain it.", "无法删去{absent}：模型中没有这一关系。")
_NEW_NAMES = Words("new names by old ones, such as {'t1': 'trust1'}", "由旧名称对应新名称的字典，如{'t1': 'trust1'}")
_NO_SUCH_VARIABLE = Words(
    "cannot rename {name}: the model has no such variable.", "无法重命名{name}：模型中没有此变量。"
)
_NO_NAME = Words(
    "cannot rename to {name}: a name has letters, digits, '_' and '.', and begins with a letter.",
    "无法改名为{name}：名称由字母、数字、'_'与'.'组成，并以字母开头。",
)
_TAKEN = Words(
    "cannot rename to {name}: the model already has a variable of that name", "无法改名为{name}：模型中已有同名变量"
)
GIVE_GROUPS = Words(
    "name the column that divides respondents (group=), or give the covariance matrix of each group (cov=).",
    "请指明划分受访者的列（group=），或给出各组的协方差矩阵（cov=）。",
)
_FOR_ALL = Words(
    "{what} takes a model that holds in all groups: leave out the lines {lines}.",
    "{what}要求模型对各组一律适用：请删去以下各行：{lines}。",
)
_OTHERWISE_MANY = Words(
    "the model has blocks of {n} groups ({blocks}), and here are {groups}.",
    "模型有{n}个组的区块（{blocks}），而此处有{groups}个组。",
)
_ONE_GROUP = Words(
    "the model has blocks of groups ({blocks}), and here is one group: ",
    "模型有分组区块（{blocks}），而此处只有一个组：",
)
_NO_SUCH_GROUP = Words(
    "the model has a block of group {block}, but the groups are {groups}.", "模型有组{block}的区块，而各组为{groups}。"
)
_NAME_THEM = Words(" Name them in that way, or by their numbers from 1.", "请按这些名称，或按从1起的序号命名。")
_SILENT = Words(
    "the model says nothing of group {label}: add a block '{line}', or write what holds in all groups before the first "
    "block.",
    "模型未涉及组{label}：请加区块'{line}'，或将各组共有的内容写在第一个区块之前。",
)
_TWICE = Words(
    "{relation} is written twice, once as {one} and once as {other}: keep one of them.",
    "{relation}写了两次，一次为{one}，一次为{other}：请保留其一。",
)
