"""Write an instrument as a file that a survey platform, a printer or an archive takes."""

from __future__ import annotations

from pathlib import Path

from ...arguments import require_kind
from ...errors import ExportError
from ...tables.storing import file_names, require_path, store
from ...words import Words, at, joined
from ..model import AN_INSTRUMENT, Instrument
from .formats import ExportLanguage, Format, format_named
from .questionnaire import Tongue, lay_out

_TONGUES: dict[str, tuple[Tongue, ...]] = {"en": ("en",), "zh": ("zh",), "both": ("en", "zh")}


def export_instrument(
    instrument: Instrument,
    path: str | Path,
    *,
    format: str,
    language: ExportLanguage | None = None,
    constructs: bool = False,
) -> Path:
    """Write an instrument as a form to field, a questionnaire to print, or its documentation.

    Questions keep their ids as names, so that the answers come back through :func:`sme_sem.read_responses`
    without a mapping.  The same instrument gives the same bytes.

    Parameters
    ----------
    instrument : Instrument
        What is asked.
    path : str or Path
        The file to write, or a folder, in which it is named ``<instrument>-<format>``.  A file that exists
        is replaced as a whole; nothing is left half-written.
    format : str
        ``"xlsform"``, ``"limesurvey"``, ``"wenjuanxing"``, ``"redcap"``, ``"word"``, ``"ddi"`` or ``"json-schema"``.
    language : {"en", "zh", "both"}, optional
        Left out, both where the format holds both (one for a printed questionnaire).
    constructs : bool
        Show respondents the labels of the constructs as headings; left out, the parts are numbered.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    ExportError
        If the format is unknown or cannot hold this instrument, with every reason, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from sme_sem.instrument import load_instrument
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_instrument(load_instrument("bmi-drivers"), folder, format="xlsform").name
    'bmi-drivers-xlsform.xlsx'
    """
    require_kind("instrument", instrument, Instrument, AN_INSTRUMENT)
    require_path(path, wanted=_FILE_OR_FOLDER)
    known = format_named(format)
    what = _AS.filled(instrument=instrument.name, format=format)
    language = language or known.languages[0]
    if language not in known.languages:
        offered = joined(map(repr, known.languages), " or ", "或")
        raise ExportError(what, [at("language", _LANGUAGE.filled(offered=offered, language=repr(language)))])
    target = _target(Path(path), instrument, known)
    questionnaire = lay_out(instrument, _TONGUES[language], constructs=constructs)
    problems = known.problems(questionnaire)
    if problems:
        raise ExportError(what, problems)
    return store(target, known.render(questionnaire))


def default_name(instrument: Instrument, format: str) -> str:
    """Name the file of an export.

    >>> from sme_sem.instrument import load_instrument
    >>> default_name(load_instrument("bmi-drivers"), "word")
    'bmi-drivers-word.docx'
    """
    known = format_named(format)
    return f"{file_names([f'{instrument.name}-{known.name}'])[0]}{known.suffix}"


_FILE_OR_FOLDER = Words("the path of a file or a folder", "文件或文件夹的路径")
_AS = Words("{instrument} as {format}", "{instrument}（{format}）")
_LANGUAGE = Words("expected {offered}, got {language}", "应为{offered}，实为{language}")
_PLACE = Words(
    "expected a folder that exists, or a file name ending in {suffix} for {format}",
    "应为已有的文件夹，或以{suffix}结尾的文件名（{format}）",
)


def _target(path: Path, instrument: Instrument, known: Format) -> Path:
    if path.is_dir():
        return path / default_name(instrument, known.name)
    if path.suffix.lower() != known.suffix:
        raise ExportError(str(path), [_PLACE.filled(suffix=known.suffix, format=known.name)])
    return path
