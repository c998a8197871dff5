"""What there is to know of a survey platform: by which marks its files are known, and how they are read.

A platform turns the table as received into answers, one row per respondent, and says of every column what it is: a
heading by which its question can be found, something known of the respondent, something of the platform's own, or
somebody's personal data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import pandas as pd

from ...tables import Words
from ..files import TextTable
from ..findings import Finding

Aside = Literal["metadata", "platform", "personal"]

KIND = re.compile(r"\s*[\[【][^\]】]{1,8}题[\]】]\s*")  # such as [单选题]
INSIDE = re.compile(r"(.*?)\s*[(（]([^()（）]+)[)）]", re.DOTALL)


class Heading(NamedTuple):
    """By what the question of a column can be found.

    names : texts any of which may be its id, its label or its wording
    parts : pairs of a question and a part of it, a row of a matrix or an option of a multiple choice
    """

    names: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Adapted:
    """A file of a platform, its columns told apart.

    table : the answers alone
    columns : what each column is
    metadata : what is known of the respondents, under the names of :mod:`~sme_sem.responses.metadata`, as text
    missing : texts that stand for no answer in any column
    option_number : how the platform writes the number of an option, if its files can hold those in place of
        codes; the group is the number, counted from 1
    aliases : other ways of writing an answer
    """

    table: TextTable
    columns: tuple[Heading | Aside, ...]
    metadata: Mapping[str, pd.Series] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    option_number: re.Pattern[str] | None = None
    aliases: Callable[[str], str] | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Platform:
    """A survey platform, or a program that writes files of answers.

    marks : what in a table shows that it comes from there; nothing if it does not
    adapt : how such a table is read
    last_resort : asked only where no other platform has left its marks
    """

    name: str
    title: Words
    marks: Callable[[TextTable], tuple[Words, ...]]
    adapt: Callable[[TextTable], Adapted]
    last_resort: bool = False


def has_columns(names: Iterable[str]) -> tuple[Words]:
    """Say which columns show where a table comes from."""
    known = list(names)
    return (Words(f"it has the columns {', '.join(known)}", f"含有列{'、'.join(known)}"),)


def first(table: TextTable, names: Iterable[str]) -> pd.Series | None:
    """Find the first of some columns that a table has; the case of their names does not matter."""
    by_name = {header.strip().casefold(): i for i, header in reversed([*enumerate(table.headers)])}
    found = next((by_name[name.casefold()] for name in names if name.casefold() in by_name), None)
    return None if found is None else table.cells.iloc[:, found]


def present(table: TextTable, names: Iterable[str]) -> list[str]:
    """Name those of some columns that a table has, exactly so written."""
    headers = {header.strip() for header in table.headers}
    return [name for name in names if name in headers]


def known(metadata: Mapping[str, pd.Series | None]) -> dict[str, pd.Series]:
    """Keep what a file has."""
    return {name: column for name, column in metadata.items() if column is not None}
