"""The formats tables can be printed in, by name and by the suffix of their files.

To add one: a module beside this one that writes a :class:`Table`, and an entry in ``FORMATS``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..arguments import among
from ..errors import SpecificationError
from ..suggestions import and_known
from ..words import Language, Words, at
from . import csv_file, excel, html, json_text, latex, markdown, text, word
from .language import require_language
from .storing import require_path, store
from .table import Table

Tables = Sequence[Table]


@dataclass(frozen=True, slots=True)
class Format:
    """One way to print tables.

    name, suffix : by which it is asked for
    piece : writes tables to be put into a document
    file : writes a file that opens by itself
    single : it holds one table only
    """

    name: str
    suffix: str
    piece: Callable[[Tables, Language], str | bytes]
    file: Callable[[Tables, Language], str | bytes]
    single: bool = False


def rendered(tables: Tables, name: str, language: Language = "en") -> str | bytes:
    """Write tables in the format of this name.

    >>> from sme_sem.tables import Column
    >>> print(rendered([Table("fit", "Fit", (Column("cfi", "CFI"),), ((0.973,),))], "markdown"))
    **Fit**
    <BLANKLINE>
    | CFI |
    | :--- |
    | 0.973 |
    """
    if not among(name, FORMATS):
        unknown = Words(f"unknown format {name!r}.", f"未知的格式{name!r}。")
        raise SpecificationError(unknown + and_known(name, FORMATS))
    require_language(language)
    _require_room(FORMATS[name], tables)
    return FORMATS[name].piece(tables, language)


def save(tables: Tables, path: str | Path, language: Language = "en") -> Path:
    """Write tables to a file, as a whole or not at all, in the format of its suffix."""
    found = format_of(path)
    require_language(language)
    _require_room(found, tables)
    content = found.file(tables, language)
    return store(path, content.encode("utf-8") if isinstance(content, str) else content)


def format_of(path: str | Path) -> Format:
    """Find the format of a file's suffix.

    >>> format_of("tables.XLSX").name
    'excel'
    """
    require_path(path)
    suffix = Path(path).suffix.lower()
    for one in FORMATS.values():
        if one.suffix == suffix:
            return one
    known = ", ".join(one.suffix for one in FORMATS.values())
    raise SpecificationError(
        at(
            str(path),
            Words(
                f"no format has the suffix {suffix!r}; it can be one of {known}.",
                f"没有后缀为{suffix!r}的格式；可用{known}。",
            ),
        )
    )


def _require_room(chosen: Format, tables: Tables) -> None:
    if chosen.single and len(tables) != 1:
        names = ", ".join(table.name for table in tables)
        raise SpecificationError(
            Words(
                f"{chosen.name} holds one table, and here are {len(tables)} ({names}): take excel, or write each to "
                "a file of its own with sme_sem.tables.csv_file.write.",
                f"{chosen.name}只容一张表，此处有{len(tables)}张（{names}）：请用excel，或以sme_sem.tables.csv_file.write各写一个文件。",
            )
        )


def _each(render: Callable[[Table, Language], str], between: str) -> Callable[[Tables, Language], str]:
    return lambda tables, language: between.join(render(table, language) for table in tables)


def _lines(render: Callable[[Table, Language], str]) -> Callable[[Tables, Language], str]:
    together = _each(render, "\n\n")
    return lambda tables, language: f"{together(tables, language)}\n"


def _csv(tables: Tables, language: Language) -> bytes:
    return csv_file.render(tables[0], language).encode("utf-8-sig")


FORMATS = {
    known.name: known
    for known in (
        Format("text", ".txt", _each(text.render, "\n\n"), _lines(text.render)),
        Format("markdown", ".md", _each(markdown.render, "\n\n"), _lines(markdown.render)),
        Format("latex", ".tex", _each(latex.render, "\n\n"), latex.document),
        Format("html", ".html", _each(html.render, "\n"), html.page),
        Format("json", ".json", json_text.render, lambda tables, language: f"{json_text.render(tables, language)}\n"),
        Format("csv", ".csv", _each(csv_file.render, ""), _csv, single=True),
        Format("word", ".docx", word.render, word.render),
        Format("excel", ".xlsx", excel.render, excel.render),
    )
}
