"""Drawn answers, written as a survey platform writes its downloads: to try a study on what will arrive.

Wenjuanxing writes one row of headings (``3、…``, and ``2(1)、…`` in a matrix) in Chinese, options as texts, and
``(跳过)`` where nothing was chosen; Qualtrics three rows of headings (names, wordings, ImportIds), in English.  Both
put columns of their own before the answers.  Questions stand in the order of the exported form.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence

import pandas as pd

from .errors import SpecificationError
from .instrument import Instrument
from .instrument.exports.questionnaire import Question, Questionnaire, Tongue, lay_out
from .responses.matching import SYNTHETIC_MARK
from .suggestions import and_known
from .words import Words

Row = Sequence[str]


def download(answers: pd.DataFrame, instrument: Instrument, platform: str = "plain") -> bytes:
    """Write drawn answers as a file of a survey platform.

    Parameters
    ----------
    answers
        As :func:`sme_sem.synthetic.draw_answers` gives them: codes, a column per question.
    instrument
        What was asked.
    platform : {"plain", "wenjuanxing", "qualtrics"}
        Whose file it looks like; plain: the answers as they are, under the ids of the questions.

    Returns
    -------
    bytes
        A CSV file; drawn answers keep their mark.

    Raises
    ------
    SpecificationError
        If there is no such platform.

    Examples
    --------
    >>> import sme_sem as sme
    >>> from sme_sem.synthetic import draw_answers
    >>> instrument = sme.load_instrument("bmi-drivers")
    >>> file = download(draw_answers(instrument, n=2, seed=1), instrument, "wenjuanxing")
    >>> file.decode("utf-8-sig").split(",")[:3]
    ['序号', '提交答卷时间', '所用时间']
    """
    if platform not in PLATFORMS:
        unknown = Words(f"unknown platform {platform!r}.", f"未知的平台{platform!r}。")
        raise SpecificationError(unknown + and_known(platform, PLATFORMS))
    return PLATFORMS[platform](answers, instrument)


def _plain(answers: pd.DataFrame, instrument: Instrument) -> bytes:
    return answers.to_csv(index=False, lineterminator="\n").encode()


def _wenjuanxing(answers: pd.DataFrame, instrument: Instrument) -> bytes:
    questionnaire = lay_out(instrument, ("zh",))
    own = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")
    respondents = [
        (str(number), time.replace("-", "/"), f"{seconds}秒", "链接", "N/A", "192.0.2.1(黑龙江-哈尔滨)")
        for number, (_, time, seconds) in enumerate(_respondents(answers, instrument), start=1)
    ]
    headings = list(_numbered(questionnaire, answers))
    columns = [_said(answers[question.id], question, "zh", nothing="(跳过)") for _, question in headings]
    return _csv([(*own, *(heading for heading, _ in headings))], respondents, columns, answers, "\ufeff")


def _qualtrics(answers: pd.DataFrame, instrument: Instrument) -> bytes:
    questionnaire = lay_out(instrument, ("en",))
    own = (
        ("StartDate", "Start Date"),
        ("EndDate", "End Date"),
        ("Status", "Response Type"),
        ("IPAddress", "IP Address"),
        ("Progress", "Progress"),
        ("Duration (in seconds)", "Duration (in seconds)"),
        ("Finished", "Finished"),
        ("ResponseId", "Response ID"),
        ("DistributionChannel", "Distribution Channel"),
        ("UserLanguage", "User Language"),
    )
    respondents = [
        (_earlier(time, seconds), time, "IP Address", "192.0.2.1", "100", seconds, "True", name, "anonymous", "EN")
        for name, time, seconds in _respondents(answers, instrument)
    ]
    asked: list[tuple[str, str]] = []
    columns: list[list[str]] = []
    for question in (q for q in questionnaire.questions if q.id in answers):
        wording = questionnaire.text(question.wording)
        said = _said(answers[question.id], question, "en", nothing="")
        if question.kind == "multiple":
            labels = [option.words.en for option in question.options]
            asked += [
                (f"{question.id}_{n}", f"{wording} - Selected Choice - {x}") for n, x in enumerate(labels, start=1)
            ]
            columns += [[label if label in own.split("┋") else "" for own in said] for label in labels]
        else:
            asked.append((question.id, wording))
            columns.append(said)
    names = [name for name, _ in (*own, *asked)]
    texts = [text for _, text in (*own, *asked)]
    imports = [json.dumps({"ImportId": name}) for name in names]
    return _csv([names, texts, imports], respondents, columns, answers, "")


def _numbered(questionnaire: Questionnaire, answers: pd.DataFrame) -> Iterator[tuple[str, Question]]:
    """Head the questions as a download does: one number for each question, and for all rows of a matrix."""
    number = 0
    for part in questionnaire.parts:
        asked = [question for question in part.questions if question.id in answers]
        for row, question in enumerate(asked, start=1):
            number += row == 1 or not part.is_grid
            counted = f"{number}({row})" if part.is_grid else f"{number}"
            yield f"{counted}、{questionnaire.text(question.wording)}", question


def _said(column: pd.Series, question: Question, tongue: Tongue, *, nothing: str) -> list[str]:
    """Write what was chosen in words, numbers as they are."""
    words = {str(option.code): getattr(option.words, tongue) for option in question.options}
    codes = ["" if pd.isna(value) else str(value) for value in column]
    return ["┋".join(words.get(code, code) for code in chosen.split("┋")) if chosen else nothing for chosen in codes]


def _respondents(answers: pd.DataFrame, instrument: Instrument) -> list[tuple[str, str, str]]:
    """Say of each respondent the name, the time of submission, and the seconds it took."""
    held = {column.meaning: answers[column.id] for column in instrument.metadata if column.id in answers}
    n = len(answers)
    names = held.get("respondent_id", pd.Series([f"S{i:04d}" for i in range(1, n + 1)]))
    times = held.get("submitted_at", pd.Series(["2026-03-02 08:00"] * n))
    seconds = held.get("duration_s", pd.Series([300] * n))
    stamps = pd.to_datetime(times).dt.strftime("%Y-%m-%d %H:%M:%S")
    return [(str(a), str(b), str(c)) for a, b, c in zip(names, stamps, seconds, strict=True)]


def _earlier(time: str, seconds: str) -> str:
    return (pd.Timestamp(time) - pd.Timedelta(int(seconds), "s")).strftime("%Y-%m-%d %H:%M:%S")


def _csv(
    heads: Sequence[Row], respondents: Sequence[Row], columns: Sequence[Row], answers: pd.DataFrame, mark: str
) -> bytes:
    """Put a platform's own columns, the answers and the mark of drawn answers side by side under the headings."""
    marks = answers[SYNTHETIC_MARK].tolist() if SYNTHETIC_MARK in answers else []
    named = [SYNTHETIC_MARK] if marks else []
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for head in heads:
        writer.writerow([*head, *named])
    for place, own in enumerate(respondents):
        writer.writerow([*own, *(column[place] for column in columns), *marks[place : place + 1]])
    return (mark + out.getvalue()).encode()


PLATFORMS: dict[str, Callable[[pd.DataFrame, Instrument], bytes]] = {
    "plain": _plain,
    "wenjuanxing": _wenjuanxing,
    "qualtrics": _qualtrics,
}
