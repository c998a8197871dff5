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

from collections.abc import Iterable, Sequence

from .letters import width
from .words import Text, Words, at, joined, written


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


class _Listed(SmeSemError):
    """Several problems of one file, all found in one reading.

    source : the file, as the user named it
    lines : one for each problem, beginning with its place; Words where it is known in Chinese as well
    problems : the same in English
    """

    def __init__(self, source: Text, lines: Iterable[Text]) -> None:
        self.source, self.lines = str(source), tuple(lines)
        self.problems = tuple(map(str, self.lines))
        n = len(self.lines)
        more = _MORE.filled(n=n - _MOST_SHOWN) if n > _MOST_SHOWN else None
        head = at(source, Words(f"{n} problem{'s' * (n != 1)}", f"{n}处问题"))
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
