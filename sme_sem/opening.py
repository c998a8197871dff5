"""Open a study: by its file, or that of a shipped instrument as a demonstration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from . import ledger
from .errors import StudyError
from .instrument import Instrument, load_instrument, path_of, shipped
from .study import Study
from .study_file import StudyFile, instrument_of_study, read_study_file
from .suggestions import did_you_mean
from .tables import Words
from .tables.storing import IS_A_FILE, require_path, sha256_of
from .words import at

if TYPE_CHECKING:
    import pandas as pd


def load_study(path: str | Path) -> Study:
    """Load a study file, and name everything wrong with it in one go.

    Parameters
    ----------
    path
        A YAML file; paths in it are relative to its folder.

    Returns
    -------
    Study
        Ready for ``run()``.

    Raises
    ------
    StudyError
        With every problem of the file, each at its place.
    InstrumentError
        If the instrument it names has problems of its own.

    Examples
    --------
    >>> import tempfile
    >>> from sme_sem.instrument import new_study
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     study = load_study(new_study(folder, "corporate-reputation"))
    >>> study.models
    ('reputation', 'full_mediation', 'drivers')
    """
    require_path(path, wanted=Words("the path of a study file", "研究文件的路径"))
    path = Path(path)
    choices = read_study_file(path)
    folder, source = path.parent, str(path)
    name = choices.instrument
    file = path_of(name) if name in shipped() else folder / name
    own = load_instrument(name if name in shipped() else file)
    problems = [*_missing_data(choices, own, folder), *_output_problems(folder / choices.output)]
    problems += _missing_trail(choices, folder)
    try:
        instrument = instrument_of_study(choices, own, source)
    except StudyError as error:
        raise StudyError(source, [*error.lines, *problems]) from None
    if problems:
        raise StudyError(source, problems)
    answers, synthetic, provenance = _answers(choices, instrument, folder, file)
    trail = folder / choices.trail if choices.trail else _trail_of(own, file)
    book = folder / ledger.NAME
    return Study(instrument, choices, answers, folder, sha256_of(file), synthetic, provenance, book, trail)


def demo_study(instrument: str = "bmi-drivers", *, output: str | Path = "results") -> Study:
    """Make a study of a shipped instrument and the answers that come with it.

    Parameters
    ----------
    instrument
        A shipped name; answers that are no real ones are drawn from its population, and every page
        of the report says so.
    output
        The folder for the results.

    Returns
    -------
    Study
        Ready for ``run()``; its fits are recorded in no ledger.

    Raises
    ------
    InstrumentError
        No shipped instrument has that name.

    Examples
    --------
    >>> study = demo_study("corporate-reputation")
    >>> study.answers.name, study.synthetic
    ('corporate-reputation.csv', False)
    """
    file, own = path_of(instrument), load_instrument(instrument)
    choices = StudyFile(instrument=instrument, output=str(output))
    answers, synthetic, provenance = _answers(choices, own, Path(), file)
    trail = _trail_of(own, file)
    return Study(own, choices, answers, Path(), sha256_of(file), synthetic, provenance, trail=trail)


def _answers(
    choices: StudyFile, instrument: Instrument, folder: Path, file: Path
) -> tuple[Path | pd.DataFrame, bool, Words | None]:
    """Find the answers: the study's file, or what comes with the instrument."""
    if choices.data is not None:
        return folder / choices.data, False, None
    come_with = instrument.answers
    assert come_with is not None  # checked on loading
    if come_with.file:
        return file.parent / come_with.file, come_with.synthetic is not None, come_with.provenance.words
    from .synthetic import draw_answers

    return draw_answers(instrument), True, come_with.provenance.words


def _missing_data(choices: StudyFile, instrument: Instrument, folder: Path) -> list[Words]:
    if choices.data is None:
        return [] if instrument.answers else [at("data", _MISSING)]
    path = folder / choices.data
    try:
        if path.exists():
            return []
    except (OSError, ValueError):
        return []  # reading will say what hinders
    near = [p.name for p in path.parent.iterdir() if p.is_file()] if path.parent.is_dir() else []
    advice = did_you_mean(path.name, near)
    if instrument.answers and instrument.answers.synthetic:
        command = f"sme-sem simulate --instrument {choices.instrument} --output {choices.data}"
        advice += Words(
            f" Leave 'data' out to study synthetic answers, or write some with: {command}",
            f"删去data即用合成数据；或生成一份：{command}",
        )
    return [at("data", _NO_SUCH_FILE.filled(file=choices.data)) + advice]


def _missing_trail(choices: StudyFile, folder: Path) -> list[Words]:
    if choices.trail is None or (folder / choices.trail).is_file():
        return []
    begin = Words(" Write one with: sme-sem code draft", "可用以下命令生成：sme-sem code draft")
    return [at("trail", _NO_SUCH_FILE.filled(file=choices.trail)) + begin]


def _trail_of(instrument: Instrument, file: Path) -> Path | None:
    """Find the coded segments that come with an instrument file, if they lie where it says."""
    trail = file.parent / instrument.trail if instrument.trail else None
    return trail if trail is not None and trail.is_file() else None


def _output_problems(output: Path) -> list[Words]:
    try:
        taken = output.exists() and not output.is_dir()
    except (OSError, ValueError) as error:
        return [at("output", Words(f"cannot be a folder: {error}", f"不能作文件夹：{error}"))]
    return [at("output", IS_A_FILE)] if taken else []


_MISSING = Words("missing; name the file of answers", "缺少；请写数据文件")
_NO_SUCH_FILE = Words("no such file: {file}.", "文件不存在：{file}。")
