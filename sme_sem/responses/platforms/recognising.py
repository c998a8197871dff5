"""Tell which platform wrote a file; two that could have, or none that was asked for, are never guessed between."""

from __future__ import annotations

from dataclasses import replace

from ...errors import ResponseError
from ...suggestions import did_you_mean
from ...tables import Words, joined
from ...words import at
from ..files import TextTable
from ..findings import finding
from .google_forms import GOOGLE_FORMS
from .kobo import KOBO
from .limesurvey import LIMESURVEY
from .plain import PLAIN, SPSS, STATA
from .platform import Adapted, Platform
from .qualtrics import QUALTRICS
from .redcap import REDCAP
from .surveymonkey import SURVEYMONKEY
from .tencent import TENCENT
from .wenjuanxing import WENJUANXING

REGISTRY: dict[str, Platform] = {
    platform.name: platform
    for platform in (
        PLAIN,
        WENJUANXING,
        TENCENT,
        QUALTRICS,
        SURVEYMONKEY,
        LIMESURVEY,
        KOBO,
        REDCAP,
        GOOGLE_FORMS,
        SPSS,
        STATA,
    )
}
NAMES = ("auto", *REGISTRY)
"""What ``platform=`` may be."""


def adapted(table: TextTable, platform: str) -> tuple[Platform, Adapted]:
    """Read a table as its platform writes them; ``"auto"`` finds out which that is, and says why."""
    if platform not in NAMES:
        unknown = _UNKNOWN.filled(platform=repr(platform), known=joined(map(repr, NAMES), ", ", "、"))
        raise ResponseError(unknown + did_you_mean(str(platform), NAMES))
    if platform == "auto":
        chosen, why = recognised(table)
    else:
        chosen, why = REGISTRY[platform], (Words("platform= says so", "由platform=指定"),)
    read = chosen.adapt(table)
    if not len(read.table.cells):
        raise ResponseError(at(table.source, _HEADINGS_ONLY.filled(title=chosen.title)))
    message = _READ_AS.filled(title=chosen.title, why=joined(why))
    note = finding("info", "platform", message, value=chosen.name)
    return chosen, replace(read, findings=(note, *read.findings))


def recognised(table: TextTable) -> tuple[Platform, tuple[Words, ...]]:
    """Find the one platform whose marks a table bears."""
    for last_resort in (False, True):
        asked = [platform for platform in REGISTRY.values() if platform.last_resort is last_resort]
        fitting = [(platform, marks) for platform in asked if (marks := platform.marks(table))]
        if len(fitting) > 1:
            both = joined(_MARKED.filled(title=own.title, marks=joined(marks, ", ", "、")) for own, marks in fitting)
            names = joined((f"platform={platform.name!r}" for platform, _ in fitting), " or ", "或")
            raise ResponseError(at(table.source, _SEVERAL.filled(both=both, names=names)))
        if fitting:
            return fitting[0]
    raise AssertionError("the plain table fits everything")


_UNKNOWN = Words("platform={platform} is not known; use one of {known}.", "platform={platform}未知；可选{known}。")
_HEADINGS_ONLY = Words(
    "read as {title}, it holds headings but no answers; expected one row per respondent under them",
    "按{title}读取，有表头而无作答；表头之下应每名受访者一行",
)
_MARKED = Words("{title} ({marks})", "{title}（{marks}）")
_SEVERAL = Words(
    "could come from more than one platform: {both}; say which with {names}",
    "可能来自多个平台：{both}；请以{names}指明",
)
_READ_AS = Words(
    "read as {title}: {why} (choose another with platform=)", "识别为{title}：{why}（可用platform=另行指定）"
)
