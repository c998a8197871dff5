"""Which variable plays which part in a model: covariates, items, markers, final outcomes (lavaan's ``ov.x`` ...)."""

from __future__ import annotations

from collections.abc import Iterable

from . import composites
from .options import Options
from .specification import Specification


class Roles:
    """Which variable plays which part (lavaan's ``ov.x``, ``lv.x``, ``ov.y``, ``lv.y`` ...)."""

    def __init__(self, specification: Specification) -> None:
        terms = specification.relations
        self.latent = specification.latent
        self.observed = specification.observed
        latent = set(self.latent)
        indicators = {t.rhs for t in terms if t.op in ("=~", composites.WEIGHT)}
        outcomes = {t.lhs for t in terms if t.op == "~"}
        predictors = {t.rhs for t in terms if t.op == "~"}
        spoken_of = {n for t in terms if t.op in ("~~", "~1") for n in (t.lhs, t.rhs)}
        self.covariates = tuple(n for n in self.observed if n in predictors - indicators - outcomes - spoken_of)
        self.exogenous_constructs = tuple(n for n in self.latent if n not in indicators and n not in outcomes)
        last = outcomes - predictors - indicators
        self.final_constructs = tuple(n for n in self.latent if n in last)
        self.final_observed = tuple(n for n in self.observed if n in last and n not in latent)
        self.block_of = {t.lhs: t.block for t in terms if t.block}
        self.composites = composites.composites_of(specification)
        self.markers = {composite.name: composite.marker for composite in self.composites}
        self.made = {item for composite in self.composites for item in composite.items}
        self.indicators_of: dict[str, list[str]] = {}
        self.owners_of: dict[str, list[str]] = {}
        self.effects_of: dict[str, list[str]] = {}
        self.fixed_means = {t.lhs for t in terms if t.op == "~1" and t.fixed and None not in t.fixed}
        self.unmeasuring = {t.rhs for t in terms if t.op == "=~" and t.fixed and not any(v != 0 for v in t.fixed)}
        for t in terms:
            if t.cause:
                self.effects_of.setdefault(t.cause, []).append(t.effect)
            if t.op == "=~":
                self.indicators_of.setdefault(t.lhs, []).append(t.rhs)
                self.owners_of.setdefault(t.rhs, []).append(t.lhs)

    def tells(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether equal intercepts tell a construct's mean: not where free means of constructs below make up for it."""
        for effect in self.effects_of.get(name, ()):
            if effect not in self.latent:
                return True
            fixed = effect in self.fixed_means
            if fixed and effect not in seen and self.tells(effect, seen | {name}):
                return True
        return False

    def share(self, name: str, earlier: Iterable[Roles]) -> bool:
        """Whether something can be equal to an earlier group's that tells a construct's variance and mean."""
        own = set(self.effects_of.get(name, ()))
        return name not in self.latent or any(not own.isdisjoint(other.effects_of.get(name, ())) for other in earlier)

    def one_block(self, a: str, b: str) -> bool:
        """Whether two different constructs stand in the same exploratory block."""
        return a != b and a in self.block_of and self.block_of[a] == self.block_of.get(b)


def given_variables(specification: Specification, options: Options) -> tuple[str, ...]:
    """Exogenous observed variables whose moments the model takes as given."""
    return Roles(specification.united).covariates if options.fixed_x else ()
