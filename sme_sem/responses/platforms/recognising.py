"""Tell which platform wrote a file; two that could have, or none that was asked for, are never guessed between."""

from __future__ import annotations

from dataclasses import replace

from ...errors import ResponseError, did_you_mean
from ...tables import Words, joined
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
        raise ResponseError(
            f"platform={platform!r} is not known; use one of {', '.join(map(repr, NAMES))}."
            f"{did_you_mean(str(platform), NAMES)}"
        )
    if platform == "auto":
        chosen, why = recognised(table)
    else:
        chosen, why = REGISTRY[platform], (Words("platform= says so", "由platform=指定"),)
    read = chosen.adapt(table)
    if not len(read.table.cells):
        raise ResponseError(
            f"{table.source}: read as {chosen.title.en}, it holds headings but no answers; expected one row per "
            "respondent under them"
        )
    message = _READ_AS.filled(title=chosen.title, why=joined(why))
    note = finding("info", "platform", message, value=chosen.name)
    return chosen, replace(read, findings=(note, *read.findings))


def recognised(table: TextTable) -> tuple[Platform, tuple[Words, ...]]:
    """Find the one platform whose marks a table bears."""
    for last_resort in (False, True):
        asked = [platform for platform in REGISTRY.values() if platform.last_resort is last_resort]
        fitting = [(platform, marks) for platform in asked if (marks := platform.marks(table))]
        if len(fitting) > 1:
            both = "; ".join(f"{platform.title.en} ({', '.join(map(str, marks))})" for platform, marks in fitting)
            names = " or ".join(f"platform={platform.name!r}" for platform, _ in fitting)
            raise ResponseError(
                f"{table.source}: could come from more than one platform: {both}; say which with {names}"
            )
        if fitting:
            return fitting[0]
    raise AssertionError("the plain table fits everything")


_READ_AS = Words(
    "read as {title}: {why} (choose another with platform=)", "识别为{title}：{why}（可用platform=另行指定）"
)
