"""What a command hands over: tables in the form asked for, progress while it works, and an exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..errors import SpecificationError, StudyError
from ..tasks import terminal_bar
from ..words import Words, at
from .option_names import tables_as_typed
from .options import Form

if TYPE_CHECKING:
    from ..tables import Language, Table, Text

DONE, LOOK, REFUSED = 0, 1, 2


def hand_over(tables: Sequence[Table], language: Language, form: Form | None, output: Path | None) -> None:
    """Print tables in the form asked for, or store them."""
    from ..tables import csv_file
    from ..tables.formats import FORMATS, rendered, save
    from ..tables.storing import store

    tables = tables_as_typed(tables)
    if output is not None:
        require_fitting_output(form, output, several=len(tables) > 1)
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
    from ..tables import written

    typer.echo(written(Words("Written: {path}", "已写入：{path}").filled(path=path), language), err=err)


def require_fitting_output(form: Form | None, output: Path | None, *, several: bool = True) -> None:
    """Refuse a file that could not take the tables in this form, before the work is done."""
    from ..tables.formats import FORMATS, format_of

    if output is None:
        return
    _refuse_earlier_tables(output)
    own = {one.suffix: one for one in FORMATS.values()}.get(output.suffix.lower())
    if form is not None and own is not None and own.name != _name(form):
        suffix = FORMATS[_name(form)].suffix
        fitting = Words("a folder", "文件夹") if form is Form.csv else Words(f"a {suffix} file", f"{suffix}文件")
        clash = _OTHER_FORM.filled(form=form.value, suffix=own.suffix, fitting=fitting)
        raise SpecificationError(at(f"--output {output}", clash))
    chosen = format_of(output) if form is None else own
    if several and chosen is not None and chosen.single:
        raise SpecificationError(at(f"--output {output}", _ONE_TABLE))


def require_new_csv(output: Path) -> None:
    """Refuse to write CSV under a name by which another program would open it, or over what is there."""
    if output.suffix.lower() != ".csv":
        raise SpecificationError(at(str(output), _CSV))
    refuse_existing(output)


def _name(form: Form) -> str:
    return "text" if form is Form.table else form.value


def refuse_existing(output: Path) -> None:
    """Refuse to write over what is there, before the work is done."""
    if output.exists():
        raise StudyError(str(output), [_EXISTS])


def _refuse_earlier_tables(output: Path) -> None:
    """Refuse to write over a file, or tables among those of another run."""
    if output.is_file():
        refuse_existing(output)
    if any(output.glob("*.csv")):
        raise StudyError(str(output), [_HOLDS_TABLES])


def for_programs(form: Form | None, output: Path | None) -> bool:
    """Whether a program reads what is printed, so that remarks belong elsewhere."""
    return form not in (None, Form.table) and output is None


def print_tables(tables: Iterable[Table], language: Language) -> None:
    """Print tables as text, with an empty line after each."""
    from ..tables import terminal

    for table in tables:
        typer.echo(terminal.render(table, language, terminal.room()) + "\n")


@contextmanager
def progress_bar() -> Iterator[Callable[[Text, int, int], None]]:
    """Show a bar on the terminal, and nothing where nobody looks."""
    with terminal_bar() as bar:
        task = bar.add_task("", total=None)
        yield lambda name, done, total: bar.update(task, description=str(name), completed=done, total=total)


_OTHER_FORM = Words(
    "--format {form} does not go with {suffix}; leave --format out, or name {fitting}",
    "--format {form}与{suffix}不符；请删去--format，或指定{fitting}",
)
_ONE_TABLE = Words(
    "a CSV file holds one table only, and these are several; name a workbook (.xlsx), or a folder for a file of each: "
    "--format csv --output FOLDER",
    "CSV文件只容一张表，此处有多张；请指定工作簿（.xlsx），或以文件夹每表存一文件：--format csv --output FOLDER",
)
_CSV = Words("what is written is CSV; name a file that ends in .csv", "写出的是CSV；请指定以.csv结尾的文件")
_EXISTS = Words("already exists; name another file, or move it away", "已存在；请指定其他文件，或将其移走")
_HOLDS_TABLES = Words(
    "holds tables already; name another folder, or move them away", "其中已有表格；请指定其他文件夹，或将其移走"
)
