"""Which firms build on their own patents: citation networks inside firms.

A citation is internal when the cited patent is the firm's own: its owner is the firm, or, where no owner of the cited
patent is given, it is one of the firm's citing patents.  The depth of a firm's network is the number of internal
citations in its longest chain (a cites b, b cites c: depth 2); patents that cite each other in a circle count as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ..errors import DataProblem, SourceError
from ..suggestions import did_you_mean
from ..tables import Column, Kind, Table, Tabled, Words, rows_from
from .libraries import library
from .lists import ListSource, read_list
from .remarks import Remark, in_row, remarks_table

if TYPE_CHECKING:
    import networkx

_FIELDS = {
    "firm": ("applicant", "owner", "企业", "申请人", "专利权人"),
    "patent": ("citing", "citing_patent", "专利", "公开号", "引证专利"),
    "cited": ("cited_patent", "被引专利", "被引证专利"),
    "cited_firm": ("cited_owner", "cited_applicant", "被引企业", "被引申请人"),
}


@dataclass(frozen=True, eq=False)
class Citations(Tabled):
    """Patent citations by firm.

    citations : firm, patent, cited, cited_firm, internal
    firms : firm, patents, citations, self_citations, self_share, depth
    """

    citations: pd.DataFrame
    firms: pd.DataFrame
    remarks: tuple[Remark, ...] = ()

    def network(self, firm: str) -> networkx.DiGraph[str]:
        """Give the network of a firm's internal citations, from the citing to the cited patent.

        Parameters
        ----------
        firm
            Its name in ``firms``.

        Raises
        ------
        DataProblem
            There is no such firm.

        Examples
        --------
        >>> import pandas as pd
        >>> found = read_citations(pd.DataFrame({"firm": ["A", "A"], "patent": ["P3", "P2"], "cited": ["P2", "P1"]}))
        >>> list(found.network("A").edges)
        [('P3', 'P2')]
        """
        if firm not in set(self.firms["firm"]):
            raise DataProblem(
                Words(f"no firm is named {firm!r}.", f"没有名为{firm!r}的企业。")
                + did_you_mean(firm, self.firms["firm"])
            )
        own = self.citations[self.citations["firm"] == firm]
        return _network(own)

    def tables(self) -> tuple[Table, ...]:
        """Give the firms, and what was noticed."""
        rows = rows_from(self.firms)
        return Table("citations", _TITLE, _COLUMNS, rows, (_DEPTH,)), *remarks_table(self.remarks)


def read_citations(source: ListSource, columns: Mapping[str, str] | None = None) -> Citations:
    """Read a list of patent citations and describe the network inside each firm.

    Parameters
    ----------
    source
        Table with the columns ``firm``, ``patent``, ``cited`` and, if known, ``cited_firm``; a row for each citation.
        A patent that cites nothing has an empty ``cited``.
    columns
        Field -> heading, where the file has headings of its own.

    Returns
    -------
    Citations
        ``.firms``, for :func:`select`, and ``.network(firm)``.

    Raises
    ------
    SourceError
        If the file cannot be read, lacks a column, or names no patent.

    Examples
    --------
    >>> import pandas as pd
    >>> found = read_citations(pd.DataFrame({"firm": ["A", "A", "A"], "patent": ["P3", "P2", "P3"],
    ...                                      "cited": ["P2", "P1", "X"], "cited_firm": ["A", "A", "B"]}))
    >>> found.firms.to_dict("records")
    [{'firm': 'A', 'patents': 2, 'citations': 3, 'self_citations': 2, 'self_share': 0.666..., 'depth': 2}]
    """
    nx = library("networkx", _NETWORK)
    place = "DataFrame" if isinstance(source, pd.DataFrame) else str(source)
    frame, rows = read_list(source, _FIELDS, ("firm", "patent", "cited"), columns or {})
    nameless = (frame["firm"] == "") | (frame["patent"] == "")
    remarks = [Remark("error", in_row(place, row), _NAMELESS) for row, gone in zip(rows, nameless, strict=True) if gone]
    frame = frame[~nameless].drop_duplicates(["firm", "patent", "cited"], ignore_index=True)
    if frame.empty:
        raise SourceError(place, [Words("names no patent of any firm", "未列出任何企业的专利")])
    own = set(zip(frame["firm"], frame["patent"], strict=True))
    known = pd.Series([pair in own for pair in zip(frame["firm"], frame["cited"], strict=True)], index=frame.index)
    given = frame["cited_firm"] != ""
    frame["internal"] = (frame["cited"] != "") & (frame["cited_firm"] == frame["firm"]).where(given, known)
    found = []
    for firm, cited in frame.groupby("firm", sort=False):
        network = _network(cited)
        condensed = nx.condensation(network)
        if condensed.number_of_nodes() < network.number_of_nodes() or nx.number_of_selfloops(network):
            remarks.append(Remark("warning", f"{place}, {firm}", _CIRCLE))
        depth = nx.dag_longest_path_length(condensed) if len(condensed) else 0
        n, internal = int((cited["cited"] != "").sum()), int(cited["internal"].sum())
        share = internal / n if n else float("nan")
        found.append((firm, cited["patent"].nunique(), n, internal, share, depth))
    firms = pd.DataFrame(found, columns=["firm", "patents", "citations", "self_citations", "self_share", "depth"])
    return Citations(frame, firms, tuple(remarks))


def _network(citations: pd.DataFrame) -> networkx.DiGraph[str]:
    internal = citations[citations["internal"]]
    network = library("networkx", _NETWORK).DiGraph()
    network.add_edges_from(zip(internal["patent"], internal["cited"], strict=True))
    return network


_NETWORK = Words("a citation network", "引用网络")
_NAMELESS = Words("names no firm or no patent; the row was left out", "缺少企业或专利，该行未使用")
_CIRCLE = Words("patents that cite each other in a circle were taken for one", "存在循环引用，互引专利视为一个节点")
_TITLE = Words("Patent citations by firm", "企业专利引用")
_DEPTH = Words("Depth: internal citations in the longest chain.", "深度：最长内部引用链的引用次数。")
_COLUMNS = (
    Column("firm", Words("Firm", "企业")),
    Column("patents", Words("Citing patents", "施引专利数"), Kind.COUNT),
    Column("citations", Words("Citations", "引用数"), Kind.COUNT),
    Column("self_citations", Words("Self-citations", "自引数"), Kind.COUNT),
    Column("self_share", Words("Share", "自引率"), Kind.COEFFICIENT),
    Column("depth", Words("Depth", "深度"), Kind.COUNT),
)
