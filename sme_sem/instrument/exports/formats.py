"""The formats in which an instrument can leave, and what to do with each file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from ...arguments import among
from ...errors import ExportError
from ...suggestions import did_you_mean
from ...tables import Words, joined
from .questionnaire import Questionnaire

ExportLanguage = Literal["en", "zh", "both"]


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write an instrument.

    suffix : how the file's name ends
    languages : which it can hold, its usual one first
    purpose : what the file is for
    advice : how it is fielded, and how the answers come back
    """

    name: str
    suffix: str
    languages: tuple[ExportLanguage, ...]
    purpose: Words
    advice: Words

    def problems(self, questionnaire: Questionnaire) -> list[Words]:
        """What this format cannot hold."""
        check: Callable[[Questionnaire], list[Words]] = self._module().problems
        return check(questionnaire)

    def render(self, questionnaire: Questionnaire) -> bytes:
        """Give the file's bytes; the same questionnaire gives the same bytes."""
        write: Callable[[Questionnaire], bytes] = self._module().render
        return write(questionnaire)

    def _module(self) -> Any:
        return import_module(f".{self.name.replace('-', '_')}", __package__)


FORMATS = {
    known.name: known
    for known in (
        Format(
            "xlsform",
            ".xlsx",
            ("both", "en", "zh"),
            Words("XLSForm for KoboToolbox and ODK", "用于KoboToolbox与ODK的XLSForm"),
            Words(
                "Upload the form to KoboToolbox or ODK Central; download the answers with XML values and headers.",
                "将表单上传至KoboToolbox或ODK Central；下载数据时请选择“XML值与标题”。",
            ),
        ),
        Format(
            "limesurvey",
            ".txt",
            ("both", "en", "zh"),
            Words("LimeSurvey structure, tab-separated", "LimeSurvey问卷结构（制表符分隔）"),
            Words(
                "Import it as a new survey; export the responses with question codes as headings and answer codes.",
                "在LimeSurvey中导入为新问卷；导出数据时标题选“问题代码”，答案选“答案代码”。",
            ),
        ),
        Format(
            "wenjuanxing",
            ".txt",
            ("zh", "en"),
            Words("text to import in Wenjuanxing", "问卷星导入文本"),
            Words(
                "Paste it under 'import text' in Wenjuanxing, look the form over; download the answers by option text.",
                "在问卷星“文本导入”中粘贴并检查题型；下载数据时请选择“按选项文本下载”。",
            ),
        ),
        Format(
            "redcap",
            ".csv",
            ("en", "zh"),
            Words("REDCap data dictionary", "REDCap数据字典"),
            Words(
                "Upload it as data dictionary; export the records as CSV with raw data.",
                "上传为数据字典；以CSV（原始数据）导出记录。",
            ),
        ),
        Format(
            "word",
            ".docx",
            ("en", "zh", "both"),
            Words("questionnaire to print", "可打印问卷"),
            Words(
                "Print it; type the answers into a table with a row per respondent and the question ids as headings.",
                "打印发放；录入数据时每位受访者一行，以题项编号为列名。",
            ),
        ),
        Format(
            "ddi",
            ".xml",
            ("both", "en", "zh"),
            Words("DDI-Codebook 2.5, to archive with the data", "DDI-Codebook 2.5，随数据存档"),
            Words("Deposit it beside the file of answers.", "与数据文件一并存档。"),
        ),
        Format(
            "json-schema",
            ".json",
            ("both", "en", "zh"),
            Words("JSON Schema (2020-12) of one respondent's answers", "单份答卷的JSON Schema（2020-12）"),
            Words(
                "Check each respondent's answers against it before they are stored.",
                "存储之前，可用它校验每份答卷。",
            ),
        ),
    )
}
"""Every format by its name."""


def format_named(name: str) -> Format:
    """Look a format up; an unknown one is an ExportError that names the known ones.

    >>> format_named("redcap").suffix
    '.csv'
    """
    if not among(name, FORMATS):
        raise ExportError(
            Words("export", "导出"),
            [
                _UNKNOWN.filled(name=repr(name))
                + did_you_mean(name, FORMATS)
                + _ALL.filled(names=joined(FORMATS, ", ", "、"))
            ],
        )
    return FORMATS[name]


_UNKNOWN = Words("no format is named {name}.", "没有名为{name}的格式。")
_ALL = Words(" The formats are: {names}.", "可用：{names}。")
