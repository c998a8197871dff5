"""The instruments that come with the package, and the answers that come with them."""

from __future__ import annotations

from pathlib import Path

from ..errors import InstrumentError
from ..suggestions import did_you_mean
from ..tables import Words
from . import places
from .load import load_instrument


def shipped() -> dict[str, Words]:
    """Name the shipped instruments, with their titles.

    Returns
    -------
    dict
        Instrument name to title.

    Examples
    --------
    >>> shipped()["corporate-reputation"].en
    'Corporate reputation, satisfaction and loyalty of mobile-phone customers'
    """
    return {name: load_instrument(name).title.words for name in places.names()}


def path_of(name: str) -> Path:
    """Find the file of a shipped instrument.

    Parameters
    ----------
    name
        A shipped name, such as ``"bmi-drivers"``.

    Returns
    -------
    pathlib.Path
        Its YAML file.

    Raises
    ------
    InstrumentError
        No shipped instrument has that name.

    Examples
    --------
    >>> path_of("bmi-drivers").name
    'bmi-drivers.yaml'
    """
    names = places.names()
    if name not in names:
        problem = Words("no shipped instrument of that name.", "没有该名称的内置问卷。") + did_you_mean(name, names)
        known = Words(f" Shipped: {', '.join(names)}.", f"内置问卷：{'、'.join(names)}。")
        raise InstrumentError(str(name), [problem + known])
    return places.folder() / f"{name}{places.SUFFIX}"


def bundled_answers(name: str) -> Path | None:
    """Find the file of answers that comes with a shipped instrument.

    Parameters
    ----------
    name
        A shipped name.

    Returns
    -------
    pathlib.Path or None
        Real answers, or drawn ones (see :attr:`Answers.synthetic`; their name says so); None where
        answers are to be drawn.

    Raises
    ------
    InstrumentError
        No shipped instrument has that name.

    Examples
    --------
    >>> bundled_answers("corporate-reputation").name
    'corporate-reputation.csv'
    """
    path, answers = path_of(name), load_instrument(name).answers
    return path.parent / answers.file if answers and answers.file else None


def instrument_schema() -> dict[str, object]:
    """Write the JSON Schema of an instrument file, so that editors complete and check it.

    Returns
    -------
    dict
        Ready for ``json.dump``.

    Examples
    --------
    >>> instrument_schema()["title"]
    'Instrument'
    """
    from .model import Instrument

    schema = Instrument.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
