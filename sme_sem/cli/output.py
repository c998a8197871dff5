"""What a command hands over: tables in the form asked for, progress while it works, and an exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..errors import SpecificationError, StudyError
from ..tasks import terminal_bar
from .options import Form

if TYPE_CHECKING:
    from ..tables import Language, Table, Text

DONE, LOOK, REFUSED = 0, 1, 2


def hand_over(tables: Sequence[Table], language: Language, form: Form | None, output: Path | None) -> None:
    """Print tables in the form asked for, or store them."""
    from ..tables import csv_file
    from ..tables.formats import FORMATS, rendered, save
    from ..tables.storing import store

    if output is not None:
        check_output(form, output, several=len(tables) > 1)
        if form is Form.csv and output.suffix.lower() != ".csv":
            csv_file.write(tables, output, language)
        elif form is None:
            save(tables, output, language)
        else:
            content = FORMATS[_name(form)].file(tables, language)
            store(output, content.encode("utf-8") if isinstance(content, str) else content)
        say_written(output, language)
    elif form in (None, Form.table):
        print_tables(tables, language)
    elif form is Form.csv:
        texts = [csv_file.render(table, language) for table in tables]
        typer.echo("\n".join(text.replace("\r\n", "\n") for text in texts), nl=False)
    else:
        typer.echo(rendered(tables, form.value, language))


def say_written(path: Path, language: Language, *, err: bool = False) -> None:
    """Print where something was written."""
    from ..tables import Words, written

    typer.echo(written(Words("Written: {path}", "已写入：{path}").filled(path=path), language), err=err)


def check_output(form: Form | None, output: Path | None, *, several: bool = True) -> None:
    """Refuse a file that could not take the tables in this form, before the work is done."""
    from ..tables.formats import FORMATS, format_of

    if output is None:
        return
    _unwritten(output)
    own = {one.suffix: one for one in FORMATS.values()}.get(output.suffix.lower())
    if form is not None and own is not None and own.name != _name(form):
        fitting = "a folder" if form is Form.csv else f"a {FORMATS[_name(form)].suffix} file"
        raise SpecificationError(
            f"--output {output}: --format {form.value} does not go with {own.suffix}; leave --format out, or name "
            f"{fitting}"
        )
    chosen = format_of(output) if form is None else own
    if several and chosen is not None and chosen.single:
        raise SpecificationError(
            f"--output {output}: a CSV file holds one table only, and these are several; name a workbook (.xlsx), or a "
            "folder for a file of each: --format csv --output FOLDER"
        )


def check_csv(output: Path) -> None:
    """Refuse to write CSV under a name by which another program would open it, or over what is there."""
    if output.suffix.lower() != ".csv":
        raise SpecificationError(f"{output}: what is written is CSV; name a file that ends in .csv")
    refuse_existing(output)


def _name(form: Form) -> str:
    return "text" if form is Form.table else form.value


def refuse_existing(output: Path) -> None:
    """Refuse to write over what is there, before the work is done."""
    if output.exists():
        raise StudyError(str(output), ["already exists; name another file, or move it away"])


def _unwritten(output: Path) -> None:
    """Refuse to write over a file, or tables among those of another run."""
    if output.is_file():
        refuse_existing(output)
    if any(output.glob("*.csv")):
        raise StudyError(str(output), ["holds tables already; name another folder, or move them away"])


def for_programs(form: Form | None, output: Path | None) -> bool:
    """Whether a program reads what is printed, so that remarks belong elsewhere."""
    return form not in (None, Form.table) and output is None


def print_tables(tables: Iterable[Table], language: Language) -> None:
    """Print tables as text, with an empty line after each."""
    from ..tables import text

    for table in tables:
        typer.echo(text.render(table, language) + "\n")


@contextmanager
def progress_bar() -> Iterator[Callable[[Text, int, int], None]]:
    """Show a bar on the terminal, and nothing where nobody looks."""
    with terminal_bar() as bar:
        task = bar.add_task("", total=None)
        yield lambda name, done, total: bar.update(task, description=str(name), completed=done, total=total)
