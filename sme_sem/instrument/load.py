"""Read an instrument file, and name everything wrong with it in one go.

A survey author mends a YAML file by hand; one mistake per run would be unkind.  Each problem
carries its place: ``constructs[2].items[0].wording``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..errors import InstrumentError
from ..suggestions import did_you_mean
from ..tables.storing import require_path
from ..words import Text, Words
from . import places
from .checks import problems_between
from .document import UnreadableError, read_file
from .model import Instrument
from .wording import full_width_colon, no_mapping, problems_of


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
    require_path(name_or_path, "name_or_path", _NAME_OR_PATH)
    if isinstance(name_or_path, str) and name_or_path in places.names():
        path = places.folder() / f"{name_or_path}{places.SUFFIX}"
    else:
        path = Path(name_or_path)
    source = str(name_or_path) or _NO_NAME
    try:
        document, problems = read_file(path, Words("the YAML file", "YAML文件"), _missing)
    except UnreadableError as refusal:
        raise InstrumentError(source, [refusal.said]) from None
    return read_instrument(document, source, problems)


def read_instrument(document: Any, source: Text = "instrument", problems: Iterable[Text] = ()) -> Instrument:
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
    found = [*problems]
    fields = ", ".join(name for name, field in Instrument.model_fields.items() if field.is_required())
    if not isinstance(document, dict):
        raise InstrumentError(source, [*found, no_mapping(document, fields) + full_width_colon(document)])
    try:
        instrument = Instrument.model_validate(document)
    except ValidationError as error:
        found += problems_of(error)
    found += problems_between(document)
    if found:
        raise InstrumentError(source, found)
    return instrument


def _missing(path: Path) -> Words:
    shipped = places.names()
    guess = did_you_mean(path.stem, shipped)
    said = Words("no such file, and no shipped instrument of that name.", "文件不存在，也没有该名称的内置问卷。")
    return said + guess + Words(f" Shipped: {', '.join(shipped)}.", f"内置问卷：{'、'.join(shipped)}。")


_NAME_OR_PATH = Words("a shipped name, or the path of an instrument file", "内置问卷的名称，或问卷文件的路径")
_NO_NAME = Words("(no name)", "（无名）")
