"""What a person should know about a file of answers: one line for each thing noticed.

severity : ``info`` (done as you would expect), ``warning`` (look at it), ``error`` (something was not usable)
row : the row of the file as a spreadsheet numbers it, the column names being row 1;
    for an SPSS file the number of the case
rule : what was noticed, one of :data:`RULES`
message, message_zh : what it is and what would do, in English and in Chinese
count : how many answers, respondents, rows, columns or items it is about
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import pandas as pd

from ..tables import Words, joined

Severity = Literal["info", "warning", "error"]
MOST = 1000
"""Findings of one kind in one column that are named one by one."""
SEVERITIES: dict[str, Words] = {
    "error": Words("error", "错误"),
    "warning": Words("warning", "警告"),
    "info": Words("info", "提示"),
}
_ORDER = {"error": 0, "warning": 1, "info": 2}

RULES: dict[str, Words] = {
    "long_row": Words("row with more cells than there are column names", "单元格多于列名的行"),
    "short_row": Words("row with fewer cells than there are column names", "单元格少于列名的行"),
    "missing_column": Words("question without a column", "缺少对应列的题目"),
    "ambiguous_column": Words("several columns for one question", "多列对应同一题目"),
    "unknown_column": Words("column that answers no question", "无法对应题目的列"),
    "off_scale": Words("answer off the response scale or range", "超出量表或取值范围的答案"),
    "with_unit": Words("numbers written with a unit", "带单位的数字"),
    "calendar_year": Words("answers that look like calendar years", "疑似公历年份的答案"),
    "fractional": Words("answer between two codes", "介于两个编码之间的答案"),
    "not_a_number": Words("text that is neither a number nor a known label", "既非数字也非已知选项的文字"),
    "unknown_category": Words("category that the instrument does not list", "问卷中未列出的类别"),
    "attention_failed": Words("attention check failed", "注意力检测未通过"),
    "duplicate_id": Words("respondent id used before", "重复的受访者编号"),
    "duplicate_row": Words("row equal to an earlier one in every cell", "与先前完全相同的行"),
    "empty_row": Words("row without any answer", "空白行"),
    "label_disagrees": Words("code that the file labels in another way", "文件标签与编码不一致"),
    "option_numbers": Words("numbers that could be codes or count the options", "无法区分选项序号与编码的数字"),
    "not_a_time": Words("text that is no point in time", "无法识别的时间"),
    "date_order": Words("dates that could be read in two ways", "日月顺序不明的日期"),
    "test_answer": Words("answers given while trying the questionnaire out", "试填问卷"),
    "unfinished": Words("respondents who did not come to the end", "未答完问卷的受访者"),
    "dropped": Words("personal data dropped", "已删除的个人信息"),
    "platform": Words("survey platform that wrote the file", "导出数据的问卷平台"),
    "platform_column": Words("columns of the platform, kept aside", "平台附加列"),
    "time_zone": Words("time zone of the times", "时间所属时区"),
    "derived": Words("computed from other columns", "由其他列计算得出"),
    "encoding": Words("encoding of the file", "文件编码"),
    "format": Words("format of the file", "文件格式"),
    "sheet": Words("sheet of the workbook", "所用工作表"),
    "matched": Words("column recognised by something other than the exact id", "非按编号匹配的列"),
    "recoded": Words("labels read as codes", "选项文字转换为编码"),
    "missing_code": Words("code or word for a missing answer", "缺失值编码"),
    "empty_cell": Words("empty cells", "空白单元格"),
    "none_chosen": Words("respondents who chose none of several options", "未选择任何选项的受访者"),
    "reversed": Words("reverse-coded items turned", "反向计分题已转换"),
}


class Finding(NamedTuple):
    """One thing noticed; ``row``, ``column`` and ``value`` are None where it concerns more than one.

    number : the count
    """

    severity: Severity
    row: int | None
    column: str | None
    value: str | None
    rule: str
    message: Words
    number: int = 1


def finding(
    severity: Severity,
    rule: str,
    message: Words,
    *,
    row: int | None = None,
    column: str | None = None,
    value: str | None = None,
    count: int = 1,
) -> Finding:
    """Note one thing, naming only the places it has."""
    return Finding(severity, row, column, value, rule, message, count)


def capped(findings: Iterable[Finding], most: int = MOST) -> Iterator[Finding]:
    """Name the first of a kind in a column one by one, and count the others in one more finding.

    >>> off = Words("'9' is off", "'9'超出量表")
    >>> noted = [finding("error", "off_scale", off, row=row, column="MK1") for row in range(2, 9)]
    >>> [f.message.en for f in capped(noted, most=2)]
    ["'9' is off", "'9' is off", 'and 5 more cells or rows of this kind, the last in row 8']
    """
    counts: dict[tuple[str, str | None], list[Any]] = {}
    for found in findings:
        tally = counts.setdefault((found.rule, found.column), [0, found])
        tally[0] += 1
        tally[1] = found
        if tally[0] <= most:
            yield found
    for (rule, column), (count, last) in counts.items():
        if count > most:
            more = count - most
            yield finding(last.severity, rule, _MORE.filled(n=more, row=last.row), column=column, count=more)


def findings_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """Put findings into one table, the gravest first and then by row."""
    ordered = sorted(findings, key=lambda f: (_ORDER[f.severity], f.row or 0))
    rows = [(*found[:-2], found.message.en, found.message.zh, found.number) for found in ordered]
    frame = pd.DataFrame(rows, columns=[*Finding._fields[:-1], "message_zh", "count"], dtype=object)
    return frame.astype({"row": "Int64", "count": "int64"})


def placed(found: Mapping[Any, Any]) -> Words:
    """Write a finding behind its place.

    >>> found = {"row": 5, "column": "MK1", "message": "'9' is off the scale", "message_zh": "'9'超出量表范围"}
    >>> placed(found).en, placed(found).zh
    ("row 5, MK1: '9' is off the scale", "第5行，MK1：'9'超出量表范围")
    """
    row = None if pd.isna(found["row"]) else found["row"]
    column = found["column"] or ""
    en = ", ".join(filter(None, (f"row {row}" if row else "", column)))
    zh = "，".join(filter(None, (f"第{row}行" if row else "", column)))
    return Words(f"{en}: " if en else "", f"{zh}：" if zh else "") + message_of(found)


def message_of(found: Mapping[Any, Any]) -> Words:
    """Give the message of a row of the findings in both languages."""
    return Words(found["message"], found["message_zh"])


def shortened(text: str, longest: int = 60) -> str:
    """Quote a cell in a message, cut where it would fill the screen.

    >>> shortened("strongly agree")
    "'strongly agree'"
    """
    return repr(cut(text, longest))


def quoted(text: str, message: Words) -> Words:
    """Say something of a cell, its text in front."""
    return Words(f"{shortened(text)} {message.en}", f"{shortened(text)}{message.zh}")


def cut(text: str, longest: int = 60) -> str:
    """Leave out the end of a text that would fill the screen."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def listed(names: Iterable[object], most: int = 8) -> Words:
    """List some names and count the rest.

    >>> print(listed("abcd", most=2))
    a, b and 2 more
    """
    known = list(names)
    rest = len(known) - most
    said = joined(known[:most], ", ", "、")
    return said + Words(f" and {rest} more", f"等{len(known)}个") if rest > 0 else said


_MORE = Words(
    "and {n} more cells or rows of this kind, the last in row {row}",
    "另有{n}个同类单元格或行，最后一个在第{row}行",
)


def stands_for_missing(column: str, text: str, rows: Sequence[int]) -> Finding:
    """One finding for a sign that means "no answer", wherever a column holds it."""
    message = _STANDS_FOR_MISSING.filled(text=shortened(text), n=len(rows), rows=listed(rows))
    return finding("info", "missing_code", message, column=column, value=text, count=len(rows))


_STANDS_FOR_MISSING = Words(
    "{text} stands for a missing answer in {n} of the cells: rows {rows}", "{text}在{n}个单元格中表示缺失：第{rows}行"
)
