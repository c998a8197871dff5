"""Which elements earlier studies use and how often: from literature to candidates for the expert questionnaire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ..errors import SourceError
from ..tables import Column, Kind, Table, Tabled, Words, rows_from, term
from ..words import at
from .lists import ListSource, read_list
from .remarks import Remark, in_row, remarks_table
from .selection import Selection, select

_FIELDS = {
    "study": ("author", "source", "reference", "文献", "作者", "研究"),
    "element": ("factor", "component", "item", "要素", "构成要素", "因素"),
}
_SYNONYMS = {"written": ("synonym", "as_written", "原表述", "同义词"), "element": ("counted_as", "要素", "归并为")}


@dataclass(frozen=True, eq=False)
class Elements(Tabled):
    """How many studies use each element.

    table : element, studies, percent (of all studies), share (of all mentions, in percent), cumulative, most first
    merged : written, element, studies: what was counted under another name
    n_studies : number of studies
    """

    table: pd.DataFrame
    merged: pd.DataFrame
    n_studies: int
    remarks: tuple[Remark, ...] = ()

    def candidates(self, rules: Sequence[str]) -> Selection:
        """Choose elements by rules such as ``"studies >= 3"`` or ``"cumulative <= 80"``.

        Parameters
        ----------
        rules
            About the columns of ``table``, as for :func:`select`.

        Raises
        ------
        DataProblem
            A rule cannot be read, or names no such column.

        Examples
        --------
        >>> import pandas as pd
        >>> used = pd.DataFrame({"study": ["A", "A", "B"], "element": ["value", "channel", "value"]})
        >>> read_elements(used).candidates(["studies >= 2"]).kept["element"].tolist()
        ['value']
        """
        return select(self.table, rules)

    def tables(self) -> tuple[Table, ...]:
        """Give the frequency distribution, and what was merged."""
        rows = rows_from(self.table)
        merged = rows_from(self.merged)
        noted = (_N.filled(n=self.n_studies),)
        found = [Table("elements", Words("Elements in the literature", "文献要素频数分布"), _COLUMNS, rows, noted)]
        if merged:
            found.append(Table("synonyms", Words("Merged synonyms", "同义要素归并记录"), _MERGED, merged))
        return (*found, *remarks_table(self.remarks))


def read_elements(
    source: ListSource,
    synonyms: Mapping[str, str] | ListSource | None = None,
    columns: Mapping[str, str] | None = None,
) -> Elements:
    """Count how many studies use each element.

    Parameters
    ----------
    source
        Table with the columns ``study`` and ``element``, a row for each element of each study.
    synonyms
        As written -> element to count it under, or a table with the columns ``written`` and ``element``.
    columns
        Field -> heading, where the file has headings of its own.

    Returns
    -------
    Elements
        ``.table``, ``.merged``, ``.candidates(rules)``.

    Raises
    ------
    SourceError
        If a file cannot be read or lacks a column, or a synonym leads to another synonym.

    Examples
    --------
    >>> import pandas as pd
    >>> used = pd.DataFrame({"study": ["A", "A", "B"], "element": ["value proposition", "channel", "value offer"]})
    >>> read_elements(used, {"value offer": "value proposition"}).table[["element", "studies", "cumulative"]].values
    array([['value proposition', 2, 66.66...], ['channel', 1, 100.0]], dtype=object)
    """
    place = "DataFrame" if isinstance(source, pd.DataFrame) else str(source)
    frame, rows = read_list(source, _FIELDS, ("study", "element"), columns or {})
    unusable = (frame == "").any(axis=1)
    blank = (frame == "").all(axis=1)
    wrong = zip(rows, unusable & ~blank, strict=True)
    remarks = tuple(Remark("error", in_row(place, row), _INCOMPLETE) for row, bad in wrong if bad)
    frame = frame[~unusable].rename(columns={"element": "written"})
    if frame.empty:
        raise SourceError(place, [Words("names no element of any study", "未列出任何文献的要素")])
    known = _mapping(synonyms)
    frame["element"] = [known.get(text, text) for text in frame["written"]]
    once = frame.drop_duplicates(["study", "element"])
    counts = once["element"].value_counts(sort=False)
    counts = counts.sort_values(ascending=False, kind="stable")
    n, mentions = frame["study"].nunique(), int(counts.sum())
    table = pd.DataFrame({"element": counts.index.astype(object), "studies": counts.to_numpy()})
    table["percent"] = 100 * table["studies"] / n
    table["share"] = 100 * table["studies"] / mentions
    table["cumulative"] = 100 * table["studies"].cumsum() / mentions
    changed = frame[frame["written"] != frame["element"]].drop_duplicates()
    merged = changed.groupby(["written", "element"], sort=False)["study"].nunique().rename("studies").reset_index()
    return Elements(table, merged, n, remarks)


def _mapping(synonyms: Mapping[str, str] | ListSource | None) -> dict[str, str]:
    if synonyms is None:
        return {}
    if isinstance(synonyms, Mapping):
        known = {str(written): str(element) for written, element in synonyms.items()}
        place = "synonyms"
    else:
        frame, _ = read_list(synonyms, _SYNONYMS, tuple(_SYNONYMS))
        known = dict(zip(frame["written"], frame["element"], strict=True))
        place = "synonyms" if isinstance(synonyms, pd.DataFrame) else str(synonyms)
    known = {written: element for written, element in known.items() if written != element}
    chained = [
        at(
            w,
            Words(
                f"is counted as {e}, itself counted as {known[e]}; name one",
                f"归并为{e}，而{e}又归并为{known[e]}；请只写一个",
            ),
        )
        for w, e in known.items()
        if e in known
    ]
    if chained:
        raise SourceError(place, chained)
    return known


_INCOMPLETE = Words("names no study or no element; the row was left out", "缺少文献或要素，该行未使用")
_N = Words("{n} studies; a study counts once for an element.", "共{n}篇文献；每篇文献对同一要素仅计一次。")
_COLUMNS = (
    Column("element", Words("Element", "要素")),
    Column("studies", term("Frequency"), Kind.COUNT),
    Column("percent", Words("% of studies", "占文献百分比"), Kind.PERCENT),
    Column("share", term("Percentage"), Kind.PERCENT),
    Column("cumulative", term("Cumulative percentage"), Kind.PERCENT),
)
_MERGED = (
    Column("written", Words("As written", "原表述")),
    Column("element", Words("Counted as", "归并为")),
    Column("studies", Words("Studies", "文献数"), Kind.COUNT),
)
