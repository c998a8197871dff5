"""Read an instrument file, and name everything wrong with it in one go.

A survey author mends a YAML file by hand; one mistake per run would be unkind.  Each problem
carries its place: ``constructs[2].items[0].wording``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..errors import InstrumentError, did_you_mean
from ..tables.storing import require_path
from . import places
from .checks import problems_between
from .document import UnreadableError, read_document
from .model import Instrument
from .wording import problems_of

_LARGEST = 1_000_000  # bytes; the longest questionnaires take a fifth of this


def load_instrument(name_or_path: str | Path) -> Instrument:
    """Load a shipped instrument by its name, or an instrument file by its path.

    Parameters
    ----------
    name_or_path
        A shipped name such as ``"bmi-drivers"``, or the path to a YAML file.

    Returns
    -------
    Instrument
        The questionnaire, its constructs and its models.

    Raises
    ------
    InstrumentError
        With every problem of the file, each at its place.

    Examples
    --------
    >>> instrument = load_instrument("corporate-reputation")
    >>> instrument.scales()["COMP"]
    ('comp_1', 'comp_2', 'comp_3')
    """
    require_path(name_or_path, "name_or_path", "a shipped name, or the path of an instrument file")
    if isinstance(name_or_path, str) and name_or_path in places.names():
        path = places.folder() / f"{name_or_path}{places.SUFFIX}"
    else:
        path = Path(name_or_path)
    source = str(name_or_path) or "(no name)"
    try:
        document, problems = read_document(_text(path, source))
    except UnreadableError as refusal:
        raise InstrumentError(source, [str(refusal)]) from None
    return read_instrument(document, source, problems)


def read_instrument(document: Any, source: str = "instrument", problems: list[str] | None = None) -> Instrument:
    """Make an instrument of a document, as YAML or JSON gives it.

    Parameters
    ----------
    document
        Nested dicts and lists.
    source
        How to name the document in a message.
    problems
        What is already known to be wrong with it.

    Returns
    -------
    Instrument
        The checked instrument.

    Raises
    ------
    InstrumentError
        With every problem of the document.

    Examples
    --------
    >>> read_instrument([], "my.yaml")
    Traceback (most recent call last):
    sme_sem.errors.InstrumentError: my.yaml: 1 problem
      expected a mapping with name, title, response_scales, constructs, got a list
    """
    problems = list(problems or ())
    fields = ", ".join(name for name, field in Instrument.model_fields.items() if field.is_required())
    if not isinstance(document, dict):
        found = {list: "a list", str: f"the text {document!r:.40}", type(None): "an empty file"}
        what = found.get(type(document), repr(document))
        colon = "; a full-width colon '：' is no ': '" if "：" in str(document) else ""
        raise InstrumentError(source, [*problems, f"expected a mapping with {fields}, got {what}{colon}"])
    try:
        instrument = Instrument.model_validate(document)
    except ValidationError as error:
        problems += problems_of(error)
    problems += problems_between(document)
    if problems:
        raise InstrumentError(source, problems)
    return instrument


def _text(path: Path, source: str) -> str:
    """Read the file as UTF-8; say what hinders, if anything does."""
    try:
        if path.is_dir():
            raise InstrumentError(source, ["is a folder; name the YAML file in it"])
        if not path.exists():
            raise InstrumentError(source, [_missing(path)])
        if not path.is_file():
            raise InstrumentError(source, ["is not a regular file; name a YAML file"])
        if path.stat().st_size > _LARGEST:
            raise InstrumentError(source, [f"is larger than {_LARGEST // 1_000_000} MB; an instrument is a short text"])
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise InstrumentError(source, [f"cannot be read: {reason}"]) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InstrumentError(source, [_not_utf8(content, error.start)]) from None


def _missing(path: Path) -> str:
    shipped = places.names()
    guess = did_you_mean(path.stem, shipped)
    return f"no such file, and no shipped instrument of that name.{guess} Shipped: {', '.join(shipped)}."


def _not_utf8(content: bytes, start: int) -> str:
    line = content.count(b"\n", 0, start) + 1
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "is saved as UTF-16; save it as UTF-8"
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return f"line {line}: not UTF-8 text; save the file as UTF-8"
    return f"line {line}: not UTF-8 text, but it reads as Chinese in GBK; save the file as UTF-8"
