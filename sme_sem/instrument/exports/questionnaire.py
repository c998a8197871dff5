"""An instrument as respondents meet it: parts of questions, in the order in which they are asked.

The items of a construct stand together, those on one response scale in one part; additional items
follow, background questions come last.  An attention check stands inside a part on its own scale,
neither first nor last in it, and several are spread over the questionnaire: none can be told from an
item by its place.  What a part measures is not shown unless that is wanted, because respondents who
know the construct answer more alike (Podsakoff, MacKenzie, Lee and Podsakoff, 2003, Journal of Applied
Psychology 88, 879-903).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from ...tables import NOTHING, Words
from ...tables.format import printable
from ..model import Instrument
from ..parts import AttentionCheck, BackgroundQuestion, Item

Tongue = Literal["en", "zh"]
Kind = Literal["rating", "category", "multiple", "numeric", "text"]

_ONE_IN_EACH_ROW = Words("Please choose one answer in each row.", "请在每一行选择一个答案。")
_ONE = Words("Please choose one answer.", "请选择一个答案。")
ALL_THAT_APPLY = Words("Please choose all that apply.", "可多选")
"""What respondents read beside a question with several answers, where a format does not show it otherwise."""
_ABOUT_YOU = Words("Finally, some questions about you or your organisation.", "最后，请填写一些基本信息。")
_PART = Words("Part {n}", "第{n}部分")


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose: its code, and its label if it has one."""

    code: int | str
    label: Words | None = None

    @property
    def words(self) -> Words:
        """What a respondent reads: the label, or the code where there is none."""
        return self.label or Words(str(self.code), str(self.code))


@dataclass(frozen=True, slots=True)
class Question:
    """One question, and the answers it allows.

    required : a form asks for an answer before it goes on
    missing_codes : codes that stand for "no answer" in a file; they are not offered
    ordered : its categories stand in order
    """

    id: str
    wording: Words
    kind: Kind
    options: tuple[Option, ...] = ()
    required: bool = False
    missing_codes: tuple[int | str, ...] = ()
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Questions that stand together.

    name : for files, never shown to respondents
    heading, instruction : what respondents read above them
    scale : name of the response scale that all of them share; None for background questions
    """

    name: str
    heading: Words
    instruction: Words
    questions: tuple[Question, ...]
    scale: str | None = None

    @property
    def is_grid(self) -> bool:
        """Whether the questions can be rows of one table, with the answers as its columns."""
        return self.scale is not None and len(self.questions) > 1


@dataclass(frozen=True)
class Questionnaire:
    """What an export writes: an instrument, its parts, and the languages in which to write them."""

    instrument: Instrument
    parts: tuple[Part, ...]
    tongues: tuple[Tongue, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in the order asked."""
        return tuple(question for part in self.parts for question in part.questions)

    def texts(self, words: Words) -> dict[Tongue, str]:
        """Give a text in each language wanted, on one line, without characters that no file can hold."""
        return {tongue: one_line(words.zh if tongue == "zh" else words.en) for tongue in self.tongues}

    def text(self, words: Words) -> str:
        """Give a text in the first language wanted."""
        return self.texts(words)[self.tongues[0]]


def one_line(text: str) -> str:
    r"""Write a text on one line.

    >>> one_line("We  watch\n our market. ")
    'We watch our market.'
    """
    return " ".join(printable(text).split())


def lay_out(instrument: Instrument, tongues: tuple[Tongue, ...], *, constructs: bool = False) -> Questionnaire:
    """Put the questions of an instrument in the order in which they are asked.

    Parameters
    ----------
    instrument
        What is asked.
    tongues
        The languages to write, the first one first.
    constructs
        Head each part with the label of its construct, in place of "Part 1".

    Returns
    -------
    Questionnaire
        Its parts, with every question once.

    Examples
    --------
    >>> from sme_sem.instrument import load_instrument
    >>> parts = lay_out(load_instrument("bmi-drivers"), ("en",)).parts
    >>> [len(part.questions) for part in parts], parts[-1].name
    ([4, 4, 4, 4, 4, 3, 3, 3, 5], 'background')
    """
    rated = _with_checks(tuple(_rated(instrument)), instrument)
    parts = (*rated, *_background(instrument))
    headed = tuple(
        replace(part, heading=part.heading if constructs and part.heading.en else _PART.filled(n=n))
        for n, part in enumerate(parts, start=1)
    )
    return Questionnaire(instrument, _distinctly_named(headed), tongues)


def _rated(instrument: Instrument) -> Iterator[Part]:
    """One part for each run of items of a construct on one scale."""
    no_heading = NOTHING
    groups = [(c.name, c.label.words, c.items) for c in instrument.constructs]
    for name, label, items in (*groups, ("additional", no_heading, instrument.additional_items)):
        for scale, run in groupby(items, key=lambda item: _scale_name(instrument, item)):
            questions = tuple(_rating(item, instrument, scale) for item in run)
            yield Part(name, label, _ONE_IN_EACH_ROW if len(questions) > 1 else _ONE, questions, scale)


def _with_checks(parts: tuple[Part, ...], instrument: Instrument) -> tuple[Part, ...]:
    """Spread the attention checks over the parts, each in the middle of one on its scale."""
    held = list(parts)
    for n, check in enumerate(instrument.attention_checks, start=1):
        scale = _scale_name(instrument, check)
        question = _rating(check, instrument, scale)
        wanted = n * len(parts) // (len(instrument.attention_checks) + 1)
        fitting = [i for i, part in enumerate(held) if part.scale == scale and len(part.questions) > 1]
        if fitting:
            place = min(fitting, key=lambda i: (abs(i - wanted), i))
            part = held[place]
            middle = (len(part.questions) + 1) // 2
            held[place] = replace(part, questions=(*part.questions[:middle], question, *part.questions[middle:]))
        else:
            held.append(Part("check", NOTHING, _ONE, (question,), scale))
    return tuple(held)


def _background(instrument: Instrument) -> tuple[Part, ...]:
    questions = tuple(_background_question(question) for question in instrument.background)
    return (Part("background", NOTHING, _ABOUT_YOU, questions),) if questions else ()


def _rating(asked: Item | AttentionCheck, instrument: Instrument, scale_name: str) -> Question:
    scale = instrument.response_scales[scale_name]
    labels = {code: text.words for code, text in scale.anchors.items()}
    options = tuple(Option(code, labels.get(code)) for code in scale.codes)
    return Question(asked.id, asked.wording.words, "rating", options, True, scale.missing_codes)


def _background_question(question: BackgroundQuestion) -> Question:
    options = tuple(Option(code, label.words) for code, label in question.categories.items())
    codes, ordered = question.missing_codes, question.ordered
    return Question(question.id, question.wording.words, question.kind, options, False, codes, ordered)


def _scale_name(instrument: Instrument, asked: Item | AttentionCheck) -> str:
    scale = instrument.response_scale(asked.id)
    return next(name for name, known in instrument.response_scales.items() if known is scale)


def _distinctly_named(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Give each part a name that neither another part nor a question has, whatever the case of letters."""
    taken = {question.id.casefold() for part in parts for question in part.questions}
    named: list[Part] = []
    for part in parts:
        name, number = part.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{part.name}_{number}"
        taken.add(name.casefold())
        named.append(replace(part, name=name))
    return tuple(named)
