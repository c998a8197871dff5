"""A model as a value: its terms, apart from data and from fitting."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from ..errors import SpecificationError, did_you_mean, require_kind
from ..letters import WORD
from ..relation import Relation
from ..syntax import DEFINING, VARIABLE, Term, read_terms


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
            raise SpecificationError("text is read by Specification.read(text); Specification(...) takes terms.")

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
            raise SpecificationError(
                f"a model is text in lavaan's syntax, or a Specification, not {type(text).__name__}: write it as in "
                "'trust =~ t1 + t2 + t3'."
            )
        return _read(text)

    def add(self, text: str) -> Specification:
        """Add relations; one that is already there takes the new modifiers.

        Parameters
        ----------
        text
            lavaan syntax.

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
        keys = {term.key: term for term in new if term.op not in DEFINING}
        kept = tuple(_updated(term, keys[term.key]) if term.key in keys else term for term in self.terms)
        present = {term.key for term in kept}
        return Specification(_merged((*kept, *(term for term in new if term.key not in present))))

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
        require_kind("terms", terms, Iterable, "terms, such as those of Specification.read('use ~ trust').terms")
        for term in (further := tuple(terms)):
            require_kind("each of terms", term, Term, "a term, as in Specification.read('use ~ trust').terms")
        return Specification(_merged((*self.terms, *further)))

    def drop(self, text: str) -> Specification:
        """Remove relations.

        Parameters
        ----------
        text
            lavaan syntax; modifiers do not matter.

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
        unwanted = {term.key for term in read_terms(text)}
        present = {term.key: str(Relation(*term.key)) for term in self.terms}
        for key in sorted(unwanted.difference(present)):
            absent = str(Relation(*key))
            between = [text for own, text in present.items() if {own[0], own[2]} == {key[0], key[2]}]
            near = f" Did you mean {between[0]!r}?" if between else did_you_mean(absent, present.values())
            raise SpecificationError(f"cannot drop {absent!r}: the model does not contain it.{near}")
        return Specification(tuple(term for term in self.terms if term.key not in unwanted))

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
        require_kind("names", names, Mapping, "new names by old ones, such as {'t1': 'trust1'}")
        known = self.variables | {factor for name in self.variables for factor in name.split(":")}
        for name in names:
            if name not in known:
                raise SpecificationError(
                    f"cannot rename {name!r}: the model has no such variable.{did_you_mean(str(name), sorted(known))}"
                )
        taken = self.variables - set(names)
        for name in names.values():
            if not isinstance(name, str) or name == "NA" or not re.fullmatch(VARIABLE, name):
                raise SpecificationError(
                    f"cannot rename to {name!r}: a name has letters, digits, '_' and '.', and begins with a letter."
                )
            if name in taken:
                raise SpecificationError(f"cannot rename to {name!r}: the model already has a variable of that name")
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
        """The terms that carry parameters: everything but definitions and constraints."""
        return tuple(term for term in self.terms if term.op not in DEFINING)

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
        return "\n".join(f"{_written_left(t)} {_head(t.op)} {' + '.join(right)}" for t, right in lines)


@lru_cache(maxsize=128)
def _read(text: str) -> Specification:
    return Specification(_merged(read_terms(text)))


def _merged(terms: Iterable[Term]) -> tuple[Term, ...]:
    found: dict[object, Term] = {}
    for place, term in enumerate(terms):
        key: object = place if term.op in ("==", "<", ">") else term.key
        found[key] = _joined(found[key], term) if key in found and term.op != ":=" else found.get(key, term)
    return tuple(found.values())


def _joined(first: Term, second: Term) -> Term:
    """One relation written twice: modifiers may add up, and must not contradict each other."""
    for what in ("fixed", "labels", "starts", "equal", "block", "lowers", "uppers"):
        before, after = getattr(first, what), getattr(second, what)
        if before and after and before != after:
            raise SpecificationError(
                f"{first} is written twice, once as {_written_right(first)} and once as "
                f"{_written_right(second)}: keep one of them."
            )
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
    return (a.lhs, _head(a.op), a.block) == (b.lhs, _head(b.op), b.block)


def _head(op: str) -> str:
    return "~" if op == "~1" else op


def _written_left(term: Term) -> str:
    return f"efa({_quoted(term.block)})*{term.lhs}" if term.block else term.lhs


def _written_right(term: Term) -> str:
    if term.op in DEFINING:
        return term.rhs
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
