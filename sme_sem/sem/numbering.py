"""Which parameters are one and the same: by a shared label, by ``equal()``, or held equal across groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ..errors import SpecificationError
from ..relation import bare
from ..suggestions import did_you_mean
from ..words import Words, at
from .parameters import Parameter
from .specification import Specification

Place = tuple[tuple[str, str, str], int]  # a relation, and its group


def numbered(
    parameters: list[Parameter],
    equal: Mapping[Place, str],
    held: Callable[[Parameter], bool],
) -> list[Parameter]:
    """Number the free parameters; equal labels, ``equal()``, and kinds held equal across groups share a number."""
    first: dict[Place, Parameter] = {}
    for p in parameters:  # what the model states stands before what is added by default
        first.setdefault((p.key, p.group), p)
    kept = list(first.values())
    twins = _twins(kept, equal, held)
    by_label = fixed_by_label(kept)
    ready: list[Parameter] = []
    count = 0
    for place, p in enumerate(kept):
        twin = by_label.get(p.label) if p.label else None
        if twin is None and place in twins:
            twin = ready[twins[place]]
        if twin is not None and p.free:
            p = p.numbered(twin.index, twin.value)
        elif p.free:
            p = p.numbered(count)
            count += 1
        if p.label:
            by_label.setdefault(p.label, p)
        ready.append(p)
    return ready


def fixed_by_label(parameters: Iterable[Parameter]) -> dict[str, Parameter]:
    """The first fixed relation with each label: all that carry it have its value."""
    first: dict[str, Parameter] = {}
    for p in parameters:
        if p.label and not p.varies:
            first.setdefault(p.label, p)
    return first


def equated(by_group: Sequence[Specification]) -> dict[Place, str]:
    """What ``equal()`` says of relations in each group."""
    return {(t.key, g): t.equal for g, model in enumerate(by_group) for t in model.relations if t.equal}


def _twins(
    kept: list[Parameter],
    equal: Mapping[Place, str],
    held: Callable[[Parameter], bool],
) -> dict[int, int]:
    """Which parameter, by place, equals which earlier one, by ``equal()`` or across groups.

    A parameter with a label equals those of its label alone, whatever is held equal across groups, as in lavaan.
    """
    if not equal and not any(p.group for p in kept):
        return {}
    place_of = {(bare(str(p)), p.group): place for place, p in enumerate(kept)}
    twins: dict[int, int] = {}
    for place, p in enumerate(kept):
        written = equal.get((p.key, p.group))
        if written:
            target = place_of.get((bare(written), p.group))
            if target is None:
                near = did_you_mean(written, [str(q) for q in kept])
                raise SpecificationError(at(str(p), _EQUAL_TO_NOTHING.filled(written=repr(written)) + near))
            if target != place:
                twins[max(place, target)] = min(place, target)
        elif p.free and p.group and not p.label and held(p):
            earlier = (place_of.get((bare(str(p)), group)) for group in range(p.group))
            first = next((match for match in earlier if match is not None and not kept[match].label), place)
            if first != place and kept[first].free:
                twins.setdefault(place, first)
    return twins


_EQUAL_TO_NOTHING = Words("equal({written}) names no parameter.", "equal({written})所指的参数不存在。")
