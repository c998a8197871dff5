"""Files for a model: its text, and a table of numbers with or without codes for missing answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..errors import SmeSemError, SpecificationError
from ..words import Words, at

if TYPE_CHECKING:
    import pandas as pd

    from ..responses.findings import Finding
    from ..tables import Language

_DECIMAL_COMMAS, _THOUSANDS = r"[+-]?\d+(,\d+)?", r"[+-]?\d{1,3}(,\d{3})*"  # 1,5 is a number, 1,500 may be two
_SHOWN = 3
_AT, _MORE = Words("row {row} {said}", "第{row}行{said}"), Words("and {n} more", "另有{n}处")
_MISSING_CODES = (-9.0, -99.0, -999.0, 99.0, 999.0)


def text_of(path: Path) -> str:
    """Read a text file."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        from ..instrument.document import NOT_UTF_8

        raise SpecificationError(at(str(path), NOT_UTF_8)) from None


def numbers_of(path: Path, sheet: str | None, missing_codes: Sequence[float], language: Language) -> pd.DataFrame:
    """Read a table of numbers; a column that holds anything else stays text, and a model cannot use it.

    Raises :class:`~sme_sem.errors.ResponseError` where answers may stand in the wrong column.
    """
    import pandas as pd

    from ..responses.files import read_table

    table = read_table(path, sheet)
    _heed(table.findings, path, language)
    cells = table.cells
    columns = [_as_numbers(cells.iloc[:, i], missing_codes) for i in range(cells.shape[1])]
    return pd.concat(columns, axis=1).set_axis(cells.columns, axis=1)


def _heed(findings: Sequence[Finding], path: Path, language: Language) -> None:
    """Refuse a file with errors of reading, and point out what else should be looked at."""
    from ..errors import ResponseError
    from ..words import joined, written

    for severity in ("error", "warning"):
        grave = [one for one in findings if one.severity == severity]
        if not grave:
            continue
        shown = [_AT.filled(row=one.row, said=one.message) if one.row else one.message for one in grave[:_SHOWN]]
        more = [_MORE.filled(n=len(grave) - _SHOWN)] if len(grave) > _SHOWN else []
        said = Words(f"{path}: ", f"{path}：") + joined([*shown, *more])
        if severity == "error":
            raise ResponseError(said)
        typer.echo(written(said, language), err=True)


def _as_numbers(texts: pd.Series[Any], missing_codes: Sequence[float]) -> pd.Series[Any]:
    import pandas as pd

    stripped = texts.str.strip()
    stripped = stripped.mask(stripped.isin(("", "NA", "NaN", ".")))
    values = pd.to_numeric(stripped, errors="coerce")
    if bool((values.isna() & stripped.notna()).any()):
        given = stripped.dropna()
        if not given.str.fullmatch(_DECIMAL_COMMAS).all() or given.str.fullmatch(_THOUSANDS).all():
            return stripped.mask(values.isin(list(missing_codes)))
        values = pd.to_numeric(stripped.str.replace(",", "."))
    return values.mask(values.isin(list(missing_codes)))


@contextmanager
def suspecting(numbers: pd.DataFrame, texts: Iterable[str], group: str | None, language: Language) -> Iterator[None]:
    """Point out, when the work is done or refused, numbers of the models' columns that may mean a missing answer."""
    try:
        yield
    finally:
        used = {group, *chain.from_iterable(map(_variables, texts))}
        suspect_codes(numbers.loc[:, numbers.columns.isin(used)], language)


def _variables(text: str) -> set[str]:
    """Name what a model speaks of; nothing if it cannot be read, which is refused elsewhere."""
    from ..sem.specification import Specification

    try:
        return {factor for name in Specification.read(text).variables for factor in name.split(":")}
    except SmeSemError:
        return set()


def suspect_codes(frame: pd.DataFrame, language: Language) -> None:
    """Point out numbers that stand for missing answers elsewhere and lie far from the others of a column."""
    from ..words import written

    found: dict[float, list[str]] = {}
    for name, column in frame.items():
        for code in _likely_codes(column):
            found.setdefault(code, []).append(str(name))
    for code, names in found.items():
        columns = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
        said = Words(
            f"{code:g} lies far from the other values of {columns}. If it stands for a missing answer, "
            f"say so: --missing-code {code:g}",
            f"{columns} 中的 {code:g} 远离其他取值。若它表示缺失，请注明：--missing-code {code:g}",
        )
        typer.echo(written(said, language), err=True)


def _likely_codes(column: pd.Series[Any]) -> list[float]:
    """Which of the usual codes occur in a column at more than its own width away from the other values.

    >>> import pandas as pd
    >>> _likely_codes(pd.Series([1.0, 5.0, -99.0])), _likely_codes(pd.Series([60.0, 120.0, 99.0]))
    ([-99.0], [])
    """
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(column):
        return []
    others = column[~column.isin(_MISSING_CODES)].dropna()
    if others.empty:
        return []
    low, high = float(others.min()), float(others.max())
    room = max(high - low, 1)
    return [code for code in _MISSING_CODES if (column == code).any() and (code < low - room or code > high + room)]
