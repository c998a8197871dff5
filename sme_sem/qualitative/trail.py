"""The trail from what people said to the path that tests it: segment -> concept -> item -> construct -> path.

A trail is kept as a table beside the instrument (``sme-sem code draft`` writes it): which segment, coded as which
concept, stands behind which item.  Constructs and paths are read off the instrument at hand, so that the trail stays
true when the questionnaire or the model is changed later.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import prod
from types import NoneType
from typing import TYPE_CHECKING

import pandas as pd

from ..arguments import require_kind
from ..errors import SourceError
from ..instrument import Hypothesis, Instrument
from ..instrument.model import AN_INSTRUMENT
from ..responses.numeric import require_frame
from ..tables import Column, Kind, Table, Text, Words, joined, term
from .coding import LEVEL_NAMES
from .lists import ListSource, read_list

if TYPE_CHECKING:
    from ..sem.fit import Fit

_FIELDS = {
    "source": ("资料来源", "来源"),
    "segment": ("原始语句", "片段"),
    "concept": ("概念", "初始概念"),
    "item": ("item_id", "题项", "题项编号"),
}


def read_trail(source: ListSource) -> pd.DataFrame:
    """Read a trail: a table with the columns source, segment, concept and item, a row for each coded segment.

    Parameters
    ----------
    source
        File or DataFrame.

    Returns
    -------
    DataFrame
        source, segment, concept, item; rows without an item are left out.

    Raises
    ------
    SourceError
        If the file cannot be read, lacks a column, or names no item.

    Examples
    --------
    >>> read_trail(pd.DataFrame({"source": ["F1"], "concept": ["rivals"], "item": ["MK1"]})).values.tolist()
    [['F1', '', 'rivals', 'MK1']]
    """
    frame, _ = read_list(source, _FIELDS, ("source", "concept", "item"))
    frame = frame[frame["item"] != ""].reset_index(drop=True)
    if frame.empty:
        raise SourceError("DataFrame" if isinstance(source, pd.DataFrame) else str(source), [_NO_ITEM])
    return frame


def trail_table(
    trail: pd.DataFrame, instrument: Instrument, fit: Fit | None = None, others: Mapping[str, Fit] | None = None
) -> Table:
    """Lay the trail out item by item, each with the paths its construct is on and, from a fit, their estimates.

    Parameters
    ----------
    trail
        Of :func:`read_trail` or of a :class:`Draft`.
    instrument
        The instrument as it was answered.
    fit
        The fitted model; left out, there are no estimates.
    others
        Further fitted models by name, for hypotheses that name theirs.

    Returns
    -------
    Table
        concept, segments, sources, item, construct, path, std_all; a line for each path.

    Examples
    --------
    >>> import sme_sem as sme
    >>> trail = read_trail(pd.DataFrame({"source": ["F1"], "concept": ["rivals"], "item": ["MK2"]}))
    >>> trail_table(trail, sme.load_instrument("bmi-drivers")).rows[0][:5]
    ('rivals', 1, 1, 'MK2', Words(en='Market driver', zh='市场驱动'))
    """
    require_frame(trail, "trail")
    require_kind("instrument", instrument, Instrument, AN_INSTRUMENT)
    require_kind("others", others, (Mapping, NoneType), _BY_NAME)
    estimates: dict[str | None, dict[tuple[str, str], float]] = {
        None: _estimates(fit),
        **{name: _estimates(own) for name, own in (others or {}).items()},
    }
    rows: list[tuple[object, ...]] = []
    gone: dict[str, None] = {}
    for (item, concept), own in trail.groupby(["item", "concept"], sort=False):
        if item not in instrument.item_ids:
            gone[str(item)] = None
            continue
        construct = instrument.construct_of(str(item))
        counted = (concept, len(own), own["source"].nunique(), item, construct.label.words if construct else None)
        paths = _paths(instrument, construct.name) if construct else []
        tested = [(h, _along(h, estimates.get(h.model, {}))) for h in paths]
        rows += [(*counted, _named(h, instrument), value) for h, value in tested] or [(*counted, None, None)]
    without = [item for item in instrument.item_ids if item not in set(trail["item"])]
    notes: list[Text] = []
    if gone:
        notes.append(_GONE.filled(items=", ".join(gone)))
    if without:
        notes.append(_WITHOUT.filled(items=", ".join(without)))
    columns = _COLUMNS if fit is not None else _COLUMNS[:-1]
    return Table("trail", _TITLE, columns, tuple(row[: len(columns)] for row in rows), tuple(notes))


def _paths(instrument: Instrument, construct: str) -> list[Hypothesis]:
    """Find the hypotheses on a construct, or on one of second order that stands over it."""
    own = {construct, *(c.name for c in instrument.constructs if construct in c.of)}
    return [h for h in instrument.hypotheses if own & set(h.route)]


def _named(hypothesis: Hypothesis, instrument: Instrument) -> Words:
    labels = instrument.labels()
    route = joined([labels.get(name, Words(name, name)) for name in hypothesis.route], " → ", " → ")
    return Words(f"{hypothesis.id}: ", f"{hypothesis.id}：") + route


def _along(hypothesis: Hypothesis, estimates: Mapping[tuple[str, str], float]) -> float | None:
    """The standardized path, or the product of those along a route; None where the model has not all of them."""
    found = [estimates.get((effect, cause)) for cause, effect in pairwise(hypothesis.route)]
    known = [value for value in found if value is not None]
    return prod(known) if len(known) == len(found) else None


def _estimates(fit: Fit | None) -> dict[tuple[str, str], float]:
    if fit is None:
        return {}
    from ..sem.fitted import A_FIT
    from ..sem.result import Fit

    require_kind("fit", fit, Fit, A_FIT)
    table = fit.standardized()
    paths = table[table["op"] == "~"]
    return dict(zip(zip(paths["lhs"], paths["rhs"], strict=True), paths["est_std"].tolist(), strict=True))


_TITLE = Words("From segments to paths", "从原始语句到路径")
_GONE = Words("No longer in the questionnaire: {items}.", "已不在问卷中的题项：{items}。")
_WITHOUT = Words("Items without a coded segment behind them: {items}.", "没有编码片段支撑的题项：{items}。")
_COLUMNS = (
    Column("concept", LEVEL_NAMES["concept"]),
    Column("segments", Words("Segments", "参考点数"), Kind.COUNT),
    Column("sources", Words("Sources", "材料数量"), Kind.COUNT),
    Column("item", term("Item")),
    Column("construct", term("Construct")),
    Column("path", term("Path")),
    Column("std_all", Words("Standardized", "标准化估计"), Kind.COEFFICIENT),
)
_NO_ITEM = Words("names no item", "未列出任何题项")
_BY_NAME = Words("fitted models by name, such as {'rival': fit}", "按名称给出的拟合模型，如{'rival': fit}")
