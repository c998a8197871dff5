"""How the numbers of a report were computed, with what, and how to arrive at them again."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import TYPE_CHECKING, Any

from ..instrument import shipped
from ..tables import NOTHING, Column, Table, Words
from .methods import definitions
from .report import Content, Section

if TYPE_CHECKING:
    from .results import Results

COMPUTED_WITH = ("numpy", "scipy", "pandas", "statsmodels", "pingouin", "factor_analyzer", "semopy", "matplotlib")


def methods(results: Results) -> Section:
    """Say how everything was computed, and with what."""
    columns = (Column("option", Words("Option", "选项")), Column("value", Words("Value", "取值")))
    options = tuple((name, _plainly(value)) for name, value in sorted(_flat(results.options).items()))
    choices = Table("options", Words("Choices of this analysis", "本次分析的选项"), columns, options)
    names = ("sme-sem", *COMPUTED_WITH)
    packages = (("Python", platform.python_version()), *((name, metadata.version(name)) for name in names))
    columns = (Column("package", Words("Package", "软件包")), Column("version", Words("Version", "版本")))
    versions = Table("versions", Words("Versions", "版本"), columns, packages)
    content: list[Content | None] = [_confirmation(results), _recorded(results)]
    content += [definitions(results), choices, versions]
    for name, fit in results.fits.items():
        title = results.model_titles.get(name, name)
        content.append(_SYNTAX.filled(model=title, text="; ".join(str(fit.specification).splitlines())))
    return Section(
        "methods",
        Words("How this was computed", "计算方法说明"),
        tuple(piece for piece in content if piece is not None),
    )


def reproduction(results: Results) -> Section:
    """Tell how to arrive at the same numbers again."""
    hashes = results.sha256
    name = results.instrument.name
    said = _AGAIN.filled(
        version=metadata.version("sme-sem"),
        instrument=name,
        demo=_DEMO.filled(instrument=name) if name in shipped() else NOTHING,
        edition=results.instrument.version,
        data=hashes.get("data", results.responses.sha256),
        seed=results.options.get("seed", 1),
    )
    return Section("reproduction", Words("How to reproduce this report", "如何复现本报告"), (said,))


def _confirmation(results: Results) -> Words | None:
    """How many values of the hypothesized model an independent program confirms."""
    if results.fit is None:
        return None
    check = results.second_engine
    if check is None:
        return _NOT_CONFIRMED
    return _CONFIRMED.filled(confirmed=check.confirmed, compared=check.compared, tolerance=f"{check.tolerance:g}")


def _recorded(results: Results) -> Words | None:
    """How many fits of these answers there have been, by what led to them."""
    if results.recorded is None:
        return None
    return _RECORDED.filled(**{name.replace(" ", "_"): count for name, count in results.recorded.items()})


def _flat(options: Any, prefix: str = "") -> dict[str, Any]:
    """Write nested choices as ``components.rotation``."""
    found: dict[str, Any] = {}
    for name, value in options.items():
        found |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return found


def _plainly(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


_SYNTAX = Words("Model “{model}”: {text}", "模型“{model}”：{text}")
_RECORDED = Words(
    "Fits of these answers recorded in ledger.jsonl: {hypothesized} of hypothesized models, {planned_rival} of planned "
    "rivals, {post_hoc} post hoc (named after others had been fitted, or varied by the multiverse).",
    "ledger.jsonl中记录的本数据拟合次数：假设模型{hypothesized}次，预先设定的竞争模型{planned_rival}次，"
    "事后模型（在其他模型拟合之后提出，或为多重设定分析的变式）{post_hoc}次。",
)
_CONFIRMED = Words(
    "semopy, an independent program, was given the hypothesized model as well: {confirmed} of {compared} values "
    "(estimates, standard errors, chi-square, CFI, RMSEA) agree within a relative {tolerance}.",
    "假设模型另由独立程序semopy估计：{compared}个数值（估计值、标准误、卡方、CFI、RMSEA）中有{confirmed}个"
    "在相对误差{tolerance}以内一致。",
)
_NOT_CONFIRMED = Words(
    "No independent program confirmed these values: semopy does not estimate models of this kind.",
    "这些数值未经独立程序核对：semopy不能估计此类模型。",
)
_AGAIN = Words(
    "Install sme-sem {version}.\n\n"
    "Put the file of answers (SHA-256 {data}) and the study file, which names the questionnaire {instrument} "
    "(version {edition}), into a folder, and run: sme-sem run study.yaml{demo}.\n\n"
    "Every random number starts from seed {seed}. manifest.json holds the SHA-256 of every file of this folder; when "
    "the hashes agree, every number does.",
    "安装 sme-sem {version}。\n\n"
    "将数据文件（SHA-256 {data}）与研究文件（其中指定问卷{instrument}，版本{edition}）放入同一文件夹，"
    "运行 sme-sem run study.yaml{demo}。\n\n"
    "所有随机数均以种子{seed}开始。manifest.json列有本文件夹每个文件的SHA-256；哈希值一致即全部数值一致。",
)
_DEMO = Words(" (a demonstration: sme-sem demo {instrument})", "（演示则运行 sme-sem demo {instrument}）")
