"""What a path diagram shows: constructs, items, and the arrows between them with their values.

The record knows nothing of fitting; whoever has estimates fills it in.  Values are
standardized estimates at full precision; ``None`` draws the arrow without a number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..tables import Text


@dataclass(frozen=True, slots=True)
class Node:
    """A construct (an ellipse, or a hexagon if it is made of its items) or an observed variable (a rectangle).

    name : what loadings, paths and covariances call it
    label : what is written on it
    r_squared : explained share of its variance, written beneath the label
    composite : whether the construct is made of its items
    """

    name: str
    label: Text
    latent: bool = True
    r_squared: float | None = None
    composite: bool = False


@dataclass(frozen=True, slots=True)
class Loading:
    """From a construct to its item; the item of a second-order construct is itself a construct.

    weight : the arrow leads from the item to the construct, which is made of it
    """

    construct: str
    item: str
    value: float | None = None
    stars: str = ""
    weight: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """A structural path; one that is not significant is dashed, one that differs from another model's is coloured."""

    source: str
    target: str
    value: float | None = None
    stars: str = ""
    significant: bool = True
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Covariance:
    """A double-headed arrow between two constructs, or between the residuals of two items."""

    a: str
    b: str
    value: float | None = None
    stars: str = ""


@dataclass(frozen=True, slots=True)
class DiagramModel:
    """Everything a diagram shows.

    A name that only occurs in loadings, paths or covariances needs no node: it is drawn as
    an observed variable under its own name (as a construct, if it has items).
    """

    nodes: tuple[Node, ...]
    loadings: tuple[Loading, ...] = ()
    paths: tuple[Path, ...] = ()
    covariances: tuple[Covariance, ...] = ()

    def structural(self) -> DiagramModel:
        """Leave out what only measures: items, and constructs that only measure others."""
        causal = {name for path in self.paths for name in (path.source, path.target)}
        measuring = {loading.item for loading in self.loadings} - causal
        return replace(
            self,
            nodes=tuple(node for node in self.nodes if node.name not in measuring),
            loadings=(),
            covariances=tuple(c for c in self.covariances if not {c.a, c.b} & measuring),
        )

    def node(self, name: str) -> Node:
        """Find a node by name, or make the one that stands for a name without node."""
        for node in self.nodes:
            if node.name == name:
                return node
        return Node(name, name, latent=any(loading.construct == name for loading in self.loadings))
