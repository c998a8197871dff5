"""What was answered: the answers as received, as numbers, and everything noticed in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..arguments import require_kind, whole
from ..instrument.model import Instrument
from ..tables import Column, Kind, Table, Tabled, Words, term
from .findings import RULES, SEVERITIES, cut
from .platforms import REGISTRY
from .tracing import trace
from .validation import TURNED


@dataclass(frozen=True, eq=False)
class Responses(Tabled):
    """The answers of all respondents to one instrument.

    source, sha256 : name of the file and the hash of its bytes (of the cells, for a DataFrame)
    raw : the table as received but for personal data, every cell as text
    rows : for each respondent the row of the file, the column names being row 1
        (in an SPSS file the number of the case)
    frame : items, background and metadata, checked; items as numbers, reverse-coded ones turned
    attention : for each attention check whether it was passed, NA where it was not answered
    metadata : of respondent_id, started_at, submitted_at, duration_s, source, language and status those that the file
        tells; points in time, seconds and texts
    platform : the survey platform that wrote the file; ``"plain"`` for none
    extra : the columns that answer no question, as text
    findings : everything noticed: severity, row, column, value, rule, message, message_zh, count
    collected : rows in the file
    valid : respondents kept by screening; None before it
    """

    instrument: Instrument
    source: str
    sha256: str
    raw: pd.DataFrame
    rows: pd.Series[Any]
    frame: pd.DataFrame
    attention: pd.DataFrame
    extra: pd.DataFrame
    findings: pd.DataFrame
    collected: int
    metadata: pd.DataFrame
    platform: str = "plain"
    valid: int | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many answered: ``collected`` rows, and after screening the ``valid`` ones."""
        known = {"collected": self.collected, "valid": self.valid}
        return {stage: count for stage, count in known.items() if count is not None}

    @property
    def items(self) -> tuple[str, ...]:
        """The items that have a column, in the order of the instrument."""
        return tuple(name for name in self.instrument.item_ids if name in self.frame.columns)

    def scales(self, *, fewest: int = 2, varied: bool = False, reflective: bool = False) -> dict[str, list[str]]:
        """The items of each construct that have a column, and vary if asked, where there are so many.

        reflective : only of constructs that their items reflect, not of composites
        """
        fewest = whole("fewest", fewest, 1)
        own = {item for item in self.items if not varied or self.frame[item].nunique() > 1}
        made = {c.name for c in self.instrument.constructs if reflective and c.measurement == "composite"}
        scales = {name: own for name, own in self.instrument.scales(single_items=True).items() if name not in made}
        present = {name: [item for item in items if item in own] for name, items in scales.items()}
        return {name: items for name, items in present.items() if len(items) >= fewest}

    def to_csv(self) -> str:
        """Write the checked answers.

        The first column says from whom they come: the platform's id of the respondent, or the row of the file, unless
        the instrument has a column for the id.  The last names the items that are turned, so that none is turned again.
        """
        turned = [name for name in self.instrument.reversed_items if name in self.frame.columns]
        frame = self.frame.assign(**{TURNED: " ".join(turned)}) if turned else self.frame
        own = [m.id for m in self.instrument.metadata if m.meaning == "respondent_id" and m.id in frame.columns]
        return trace(frame, self.raw, self.rows, self.metadata, own).to_csv(index=False, lineterminator="\n")

    def tables(self) -> tuple[Table, ...]:
        """Show the counts, the findings by rule, and the share of missing answers per item."""
        return self._counts(), self._findings(), self._missing()

    def _counts(self) -> Table:
        names = {"collected": Words("Collected", "回收问卷"), "valid": Words("Valid", "有效问卷")}
        columns = (Column("stage", Words("Stage", "阶段")), Column("count", term("Frequency"), Kind.COUNT))
        rows = tuple((names[stage], count) for stage, count in self.counts.items())
        note = Words(f"Source: {self.source}, SHA-256 {self.sha256}.", f"来源：{self.source}，SHA-256 {self.sha256}。")
        return Table("response_counts", Words("Responses", "问卷回收情况"), columns, rows, (note,))

    def _findings(self) -> Table:
        columns = (
            Column("severity", Words("Severity", "级别")),
            Column("rule", Words("Finding", "发现")),
            Column("count", Words("Number", "数量"), Kind.COUNT),
            Column("example", Words("Example", "示例")),
        )
        grouped = self.findings.groupby(["severity", "rule"], sort=False)
        rows = tuple(
            (SEVERITIES[first["severity"]], RULES[first["rule"]], int(found["count"].sum()), _place(first))
            for _, found in grouped
            for first in (found.iloc[0],)
        )
        title = Words("Findings on reading the answers", "数据读取检查结果")
        return Table("findings", title, columns, rows, (_COUNTED,) if rows else ())

    def _missing(self) -> Table:
        columns = (
            Column("item", term("Item")),
            Column("answered", Words("Answered", "已作答"), Kind.COUNT),
            Column("missing", Words("Missing values", "缺失值"), Kind.COUNT),
            Column("percent", term("Percentage"), Kind.PERCENT),
        )
        n = len(self.frame)
        gaps = self.frame[list(self.items)].isna().sum()
        rows = tuple((name, n - int(gap), int(gap), 100 * int(gap) / n if n else None) for name, gap in gaps.items())
        return Table("missing_answers", Words("Missing answers per item", "各题项缺失情况"), columns, rows)


_COUNTED = Words(
    "Number: of the answers, respondents, rows, columns or items that a finding is about.",
    "数量指该项所涉及的答案、受访者、行、列或题项的个数。",
)


def _place(found: pd.Series[Any]) -> Words:
    """Where the first finding of a kind lies, or which platform was found, in both languages."""
    row = None if pd.isna(found["row"]) else int(found["row"])
    if found["rule"] == "platform":
        return REGISTRY[found["value"]].title
    rest = [cut(str(found[key])) for key in ("column", "value") if found[key] is not None]
    en = ", ".join(filter(None, (f"row {row}" if row else "", ": ".join(rest))))
    zh = "，".join(filter(None, (f"第{row}行" if row else "", "：".join(rest))))
    return Words(en, zh)


def require_responses(responses: object) -> None:
    """Refuse what is no :class:`Responses`: most often a table of answers that no instrument has read."""
    require_kind("responses", responses, Responses, _RESPONSES)


_RESPONSES = Words("answers as sme.read_responses returns them", "sme.read_responses返回的答卷")
