"""Everything sme_sem raises on purpose.

::

    SmeSemError
    ├── InstrumentError        the instrument file does not describe a survey
    ├── ExportError            a file cannot be written, or cannot hold the instrument
    ├── ResponseError          the file of answers cannot be read
    ├── SourceError            coded segments, documents or lists of words cannot be read
    ├── StudyError             the study file does not describe a study
    ├── SyntaxProblem          the model text cannot be read
    ├── SpecificationError     the model names something unknown, or contradicts itself
    ├── DataProblem            the data cannot carry this model
    ├── IdentificationError    some parameters cannot be told apart
    └── ConvergenceError       the estimates were not found

A message says what is wrong, where, and what would do.
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Sequence
from difflib import get_close_matches
from itertools import islice
from numbers import Integral, Number, Real
from typing import Any

from .letters import width
from .words import NOTHING, Text, Words, joined, written


class SmeSemError(Exception):
    """Base of every error raised on purpose.

    said : the message; Words where it is known in Chinese as well
    """

    def __init__(self, said: Text = "") -> None:
        self.said = said
        super().__init__(str(said))

    def in_chinese(self) -> str:
        """Give the message in Chinese, as far as it is known."""
        return written(self.said, "zh")


_MOST_SHOWN = 200
_MOST_COMPARED = 1_000
_MOST_QUOTED = 40
_MOST_KNOWN = 20


class _Listed(SmeSemError):
    """Several problems of one file, all found in one reading.

    source : the file, as the user named it
    lines : one for each problem, beginning with its place; Words where it is known in Chinese as well
    problems : the same in English
    """

    def __init__(self, source: str, lines: Iterable[Text]) -> None:
        self.source, self.lines = source, tuple(lines)
        self.problems = tuple(map(str, self.lines))
        n = len(self.lines)
        more = _MORE.filled(n=n - _MOST_SHOWN) if n > _MOST_SHOWN else None
        head = Words(f"{source}: {n} problem{'s' * (n != 1)}", f"{source}：{n}处问题")
        shown = [head, *self.lines[:_MOST_SHOWN], *filter(None, [more])]
        super().__init__(joined(shown, "\n  ", "\n  "))


_MORE = Words("and {n} more", "另有{n}处")


class InstrumentError(_Listed):
    """The instrument file does not describe a survey."""


class ExportError(_Listed):
    """A file cannot be written, or the format cannot hold the instrument."""


class StudyError(_Listed):
    """The study file does not describe a study."""


class ResponseError(SmeSemError):
    """The file of answers cannot be read."""


class SourceError(_Listed):
    """Coded segments, documents or lists of words cannot be read."""


class SyntaxProblem(SmeSemError):
    """The model text cannot be read.

    line, column : place of the mistake, counted from 1
    text : the offending line
    expected : what would have been accepted
    """

    def __init__(self, line: int, column: int, text: str, problem: Text, expected: Text) -> None:
        self.line, self.column, self.text, self.expected = line, column, text, str(expected)
        before = "".join(_blank(letter) for letter in text[: column - 1])
        place = Words(f"model, line {line}, column {column}: ", f"模型第{line}行第{column}列：")
        super().__init__(place + problem + f"\n  {text}\n  {before}^\n  " + Words("expected ", "应为") + expected)


def _blank(letter: str) -> str:
    """As much empty space as a letter takes in a terminal."""
    return letter if letter == "\t" else ("", " ", "\u3000")[width(letter)]


class SpecificationError(SmeSemError):
    """The model names something unknown, or contradicts itself."""


class DataProblem(SmeSemError):
    """The data cannot carry this model.

    said : the message without its group; Words where it is known in Chinese as well
    group : the group of respondents it is about, if it is about one
    """

    def __init__(self, said: Text, group: str = "") -> None:
        self.group = group
        super().__init__(f"group {group!r}: {said}" if group else said)
        self.said = said

    def in_chinese(self) -> str:
        """Give the message in Chinese, if it is known."""
        said = super().in_chinese()
        return f"组{self.group!r}：{said}" if self.group else said


class IdentificationError(SmeSemError):
    """Some parameters cannot be told apart.

    parameters : their names, such as ``"visual =~ x1"``
    """

    def __init__(self, said: Text, parameters: Sequence[str] = ()) -> None:
        self.parameters = tuple(parameters)
        super().__init__(said)


class ConvergenceError(SmeSemError):
    """The estimates were not found."""


def nearest(unknown: str, known: Iterable[str]) -> list[str]:
    """List the known spellings nearest to an unknown one, three at most."""
    by_fold = {name.casefold(): name for name in islice(dict.fromkeys(known), _MOST_COMPARED)}
    near = get_close_matches(unknown[:_MOST_COMPARED].casefold(), by_fold, n=3, cutoff=0.6)
    return [by_fold[fold] for fold in near]


def probability(name: str, value: object, example: float) -> float:
    """Give back a level of confidence or significance, or refuse what does not lie between 0 and 1.

    >>> probability("level", 0.9, 0.95)
    0.9
    """
    if isinstance(value, Real) and 0 < float(value) < 1:
        return float(value)
    raise SpecificationError(
        Words(
            f"{name}={value!r}: give a share between 0 and 1, such as {name}={example}.",
            f"{name}={value!r}：应为0与1之间的比例，如{name}={example}。",
        )
    )


def whole(name: str, value: object, least: int, wanted: Text = "", most: float = float("inf")) -> int:
    """Give back a whole number, or refuse what is none, too small or too large.

    >>> whole("draws", 1000, 2)
    1000
    """
    if isinstance(value, Integral) and not isinstance(value, bool) and least <= int(value) <= most:
        return int(value)
    wanted = wanted or Words(f"a whole number, at least {least}", f"整数，至少为{least}")
    raise SpecificationError(Words(f"{name}={value!r}: give ", f"{name}={value!r}：应给出") + wanted + Words(".", "。"))


def texts(name: str, value: str | Iterable[str], example: str) -> tuple[str, ...]:
    """Read an option that takes one text or several."""
    found = (value,) if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)
    if not all(isinstance(text, str) for text in found):
        raise SpecificationError(
            Words(
                f"{name}={value!r}: give a text, or a list of texts, such as {name}=[{example!r}].",
                f"{name}={value!r}：应为文本或文本列表，如{name}=[{example!r}]。",
            )
        )
    return found


def listed(name: str, value: object, example: str) -> list[Any]:
    """Read an option that names one column or several; a name need not be a text.

    >>> listed("items", "t1", "t1"), listed("items", [1, 2], "t1")
    (['t1'], [1, 2])
    """
    found = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
    if value is None or not all(isinstance(one, Hashable) for one in found):
        raise SpecificationError(
            Words(
                f"{name}={value!r}: give a name, or a list of names, such as {name}=[{example!r}].",
                f"{name}={value!r}：应为名称或名称列表，如{name}=[{example!r}]。",
            )
        )
    return found


def among(value: object, known: Container[str]) -> bool:
    """Whether a text is one of those known; what is no text is none of them."""
    return isinstance(value, str) and value in known


def require_kind(name: str, value: object, kinds: Any, expected: Text) -> None:
    """Refuse an argument of another kind than is needed, and say what was given.

    kinds : a type or several, as for ``isinstance``

    >>> require_kind("group", "region", str, "the name of a column")
    """
    if isinstance(value, kinds):
        return
    plain = (value is None or isinstance(value, (str, Number))) and len(repr(value)) <= _MOST_QUOTED
    got = repr(value) if plain else type(value).__name__
    raise SpecificationError(_KIND.filled(name=name, expected=expected, got=got))


_KIND = Words("{name} must be {expected}, not {got}.", "{name}应为{expected}，而非{got}。")


def did_you_mean(unknown: object, known: Iterable[str]) -> Words:
    """Name the nearest known spellings: ``" Did you mean 'MK1' or 'MK2'?"``, or nothing.

    >>> did_you_mean("vizual", ["visual", "textual", "speed"]).zh
    "是否应为'visual'？"
    """
    near = nearest(unknown, known) if isinstance(unknown, str) else []
    if not near:
        return NOTHING
    return Words(f" Did you mean {' or '.join(map(repr, near))}?", f"是否应为{'或'.join(map(repr, near))}？")


def or_known(unknown: object, known: Iterable[str]) -> Words:
    """Name the nearest known spellings, or else what is known.

    >>> or_known("QQ", ["trust", "use"]).en
    ' Known are trust, use.'
    """
    names = list(dict.fromkeys(known))
    return did_you_mean(unknown, names) or _known(names)


def and_known(unknown: object, known: Iterable[str]) -> Words:
    """Name the nearest known spellings, and what is known.

    >>> and_known("trst", ["trust", "use"]).en
    " Did you mean 'trust'? Known are trust, use."
    """
    names = list(dict.fromkeys(known))
    return did_you_mean(unknown, names) + _known(names)


def _known(names: Sequence[str]) -> Words:
    if not names:
        return NOTHING
    more = len(names) - _MOST_KNOWN
    rest = Words(f" and {more} more", f"等{len(names)}个") if more > 0 else NOTHING
    return Words(" Known are ", "可用：") + joined(names[:_MOST_KNOWN], ", ", "、") + rest + Words(".", "。")
