"""Two models of the same constructs beside each other, every node at the same place, and what differs marked.

A path or covariance that only one of the models has carries a dagger; a path of both whose sign or significance
differs, a double dagger.  Such paths are also drawn in another colour, except in grey.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from ..letters import width
from ..tables import Language, Text, Words, joined, written
from ..tables.format import printable
from .drawing import document, elements, extent, footed, text
from .layout import LINE, Arrangement, arrange, explained
from .model import DiagramModel, Path
from .routing import route

_GAP, _TITLE, _CELL = 40.0, 15.0, 8.4  # between the two; size of titles, and room of one narrow character
_ONLY_HERE, _DIFFERENT = "†", "‡"
_KEYS = {
    _ONLY_HERE: Words("† only on this side", "† 仅存在于该侧"),
    _DIFFERENT: Words("‡ sign or significance differs from the other side", "‡ 符号或显著性与另一侧不同"),
}


def diagram_pair(
    models: tuple[DiagramModel, DiagramModel],
    titles: tuple[Text, Text],
    language: Language = "en",
    *,
    items: bool = True,
    grey: bool = False,
    notes: Sequence[Text] = (),
) -> str:
    """Draw two models beside each other as one SVG document, and mark their differences.

    Parameters
    ----------
    models
        The one to stand on the left, and the one on the right.
    titles
        What to write above them.
    language, items, grey, notes
        As for one model; see :func:`~sme_sem.diagrams.drawing.path_diagram`.

    Examples
    --------
    >>> full = DiagramModel((), paths=(Path("a", "b", 0.4), Path("b", "c", 0.5)))
    >>> partial = DiagramModel((), paths=(*full.paths, Path("a", "c", 0.1)))
    >>> drawing = diagram_pair((full, partial), ("Full", "Partial"))
    >>> drawing.count("†<"), drawing.count(">.500<")
    (1, 2)
    """
    both = _united(*models)
    place = arrange(both, language, items=items)
    drawn, bounds = [], []
    for own, other in (models, models[::-1]):
        arrangement = _of_one(place, own)
        arrows = route(_marked(own, other), arrangement)
        drawn.append(elements(arrangement, arrows, grey))
        bounds.append(extent(arrangement, arrows))
    left, right = bounds
    shift = left[2] - right[0] + _GAP
    top = min(left[1], right[1])
    bottom = max(left[3], right[3])
    heads = [
        text(_shown(title, language, side[2] - side[0]), (side[0] + side[2]) / 2 + moved, top, _TITLE, "#1a1a1a")
        for title, side, moved in zip(titles, bounds, (0.0, shift), strict=True)
    ]
    keys = joined(said for mark, said in _KEYS.items() if any(mark in part for side in drawn for part in side))
    foot = [written(said, language) for said in (keys, *notes) if said]
    frame = left[0], top - 1.5 * LINE, max(left[2], right[2] + shift), bottom
    feet, frame = footed(frame, foot)
    moved = [f'<g transform="translate({shift:.1f},0)">', *drawn[1], "</g>"]
    return document([*heads, *drawn[0], *moved, *feet], frame, language)


def _united(a: DiagramModel, b: DiagramModel) -> DiagramModel:
    """Join everything that either has, so that both find their places in it."""
    return DiagramModel(
        _joined(a.nodes, b.nodes, lambda node: node.name, lambda node: node.r_squared is not None),
        _joined(a.loadings, b.loadings, lambda loading: (loading.construct, loading.item)),
        _joined(a.paths, b.paths, lambda path: (path.source, path.target)),
        _joined(a.covariances, b.covariances, lambda covariance: frozenset((covariance.a, covariance.b))),
    )


_T = TypeVar("_T")


def _joined(
    first: Iterable[_T], second: Iterable[_T], name: Callable[[_T], object], better: Callable[[_T], bool] = bool
) -> tuple[_T, ...]:
    """Take each once, in the first one's order and wording, unless only the second one is the better."""
    known: dict[object, _T] = {}
    for one in (*first, *second):
        if name(one) not in known or (better(one) and not better(known[name(one)])):
            known[name(one)] = one
    return tuple(known.values())


def _of_one(place: Arrangement, model: DiagramModel) -> Arrangement:
    """Keep the boxes of one model, with its own explained variance."""
    own = {*(n.name for n in model.nodes), *(x.item for x in model.loadings), *(x.construct for x in model.loadings)}
    own |= {name for path in model.paths for name in (path.source, path.target)}
    own |= {name for covariance in model.covariances for name in (covariance.a, covariance.b)}
    boxes = {
        name: replace(box, r_squared=explained(model.node(name))) for name, box in place.boxes.items() if name in own
    }
    owner = {item: construct for item, construct in place.owner.items() if item in boxes and construct in boxes}
    return Arrangement(boxes, owner, place.n_columns)


def _marked(own: DiagramModel, other: DiagramModel) -> DiagramModel:
    theirs = {(path.source, path.target): path for path in other.paths}
    pairs = {frozenset((covariance.a, covariance.b)) for covariance in other.covariances}
    paths = tuple(_marked_path(path, theirs.get((path.source, path.target))) for path in own.paths)
    covariances = tuple(
        c if frozenset((c.a, c.b)) in pairs else replace(c, stars=c.stars + _ONLY_HERE) for c in own.covariances
    )
    return replace(own, paths=paths, covariances=covariances)


def _marked_path(path: Path, other: Path | None) -> Path:
    if other is None:
        return replace(path, stars=path.stars + _ONLY_HERE, changed=True)
    signs = [(one.value or 0.0) > 0 for one in (path, other)]
    if path.significant != other.significant or (path.significant and signs[0] != signs[1]):
        return replace(path, stars=path.stars + _DIFFERENT, changed=True)
    return path


def _shown(title: Text, language: Language, room: float) -> str:
    """Write a title as far as there is room above its model."""
    said = " ".join(printable(written(title, language)).split())
    while width(said) * _CELL > max(room, 12 * _CELL):
        said = said[:-2].rstrip("…") + "…"
    return said
