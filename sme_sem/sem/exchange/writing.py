"""Which programs a fit can be written for, and the files that go together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...arguments import among
from ...errors import SmeSemError, SpecificationError
from ...suggestions import did_you_mean
from ...tables.storing import A_FOLDER, file_names, require_path, store_all
from ...words import Words, joined
from ..fitted import require_models
from . import amos, answers, lavaan, mplus, semopy
from .stated import refuse

if TYPE_CHECKING:
    from ..result import Fit


@dataclass(frozen=True, slots=True)
class Program:
    """One program that models are written for.

    title : what it is called    suffix : of its files    data : suffix of the file of answers it reads
    """

    title: str
    suffix: str
    data: str
    write: Callable[[Fit, str], str]


PROGRAMS: Mapping[str, Program] = {
    "lavaan": Program("lavaan (R)", ".R", ".csv", lavaan.write),
    "mplus": Program("Mplus", ".inp", ".dat", mplus.write),
    "amos": Program("Amos", ".vb", ".csv", amos.write),
    "semopy": Program("semopy (Python)", ".py", ".csv", semopy.write),
}


def syntax(fit: Fit, program: str = "lavaan", *, data: str | None = None) -> str:
    """Write a fit as a program for another one; parameters, errors and an example: :meth:`sme_sem.Fit.syntax`."""
    if not among(program, PROGRAMS):
        strange = _UNKNOWN.filled(name=repr(program), known=joined(PROGRAMS, ", ", "、"))
        raise SpecificationError(strange + did_you_mean(program, PROGRAMS))
    known = PROGRAMS[program]
    return _written(known, fit, data or f"answers{known.data}")


def _written(program: Program, fit: Fit, data: str) -> str:
    if answers.summary_only(fit) and fit.table.groups > 1:
        raise refuse(program.title, _SEVERAL_MATRICES, Words("fit with data=", "以data=拟合"))
    return program.write(fit, data)


def write_syntax(fits: Mapping[str, Fit], folder: str | Path) -> tuple[Path, ...]:
    """Write every fit for every program that can be told it, with the answers beside.

    ``README.txt`` says what each file is, and which are missing and why.

    Parameters
    ----------
    fits
        Fits by name; the names become those of the files.
    folder
        Made where it is missing.

    Returns
    -------
    tuple of Path
        The files, the README last.

    Raises
    ------
    SpecificationError
        ``fits`` are no fitted models by name, or ``folder`` is no path.  A program that has no words for a model does
        not raise: the README says why its file is missing.
    ExportError
        A file cannot be written; then none is.

    Examples
    --------
    >>> import tempfile
    >>> import sme_sem as sme
    >>> fit = sme.fit("trust =~ t1 + t2 + t3", sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3", 200, seed=1))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(*(path.name for path in write_syntax({"trust": fit}, folder)))
    trust.csv trust.dat trust.R trust.inp trust.vb trust.py README.txt
    """
    require_models(fits, "fits")
    require_path(folder, "folder", A_FOLDER)
    folder, said = Path(folder), []
    contents: dict[Path, bytes] = {}
    for name, stem in zip(fits, file_names(fits), strict=True):
        fit = fits[name]
        for suffix, render in ((".csv", answers.csv), (".dat", answers.dat)):
            contents[folder / f"{stem}{suffix}"] = render(fit).encode()
        for program in PROGRAMS.values():
            file = f"{stem}{program.suffix}"
            try:
                text = _written(program, fit, f"{stem}{program.data}")
            except SmeSemError as problem:
                said.append(f"{file}: not written. {problem}")
                continue
            contents[folder / file] = text.encode()
            said.append(f"{file}: {program.title}, reads {stem}{program.data}")
    contents[folder / "README.txt"] = "\n".join([_ABOUT, *said, ""]).encode()
    return store_all(contents)


_ABOUT = """\
The models of this analysis for other programs. Run each file in this folder; the answers lie beside it, as they were
analysed: screened, reverse-scored, without anything that tells who gave them.
"""


_UNKNOWN = Words("no program {name} is known; it can be one of {known}.", "没有程序{name}；可选{known}。")
_SEVERAL_MATRICES = Words("covariance matrices of several groups in this form", "这种形式的多组协方差矩阵")
