"""Begin a study: a folder with a commented study file, its instrument, and the answers if there are any."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path

from ..errors import StudyError
from ..tables.storing import A_FOLDER, IS_A_FILE, require_path, unwritable
from ..words import Words, at
from . import places
from .library import path_of
from .load import load_instrument
from .model import Instrument

_STUDY = """\
# A study of the instrument "{name}": {title}
# Run it with:  sme-sem run study.yaml

instrument: instrument.yaml   # the questionnaire, its constructs, models and hypotheses; edit it freely
{data}
{trail}
# distributed: 600            # questionnaires sent out: the report then gives the rates of response
estimator: ML                 # ML; MLR or MLM where answers are far from normal
# ordered: true               # answers as ordered categories (WLSMV; leave the estimator out); or a list of items
# group: {group}               # a background question: does the model measure the same in each of its groups?
missing: listwise             # listwise drops incomplete respondents; fiml uses every answer (ML or MLR)
language: en                  # language of the report: en, zh or both
output: results               # folder for the report, its tables and its figures
seed: 1                       # everything drawn at random follows from it

# Models beside those of the instrument, or in place of one of the same name:
# models:
#   {model}:
#     structure: |
{structure}

# Principal components of the items of some constructs:
# components:
#   constructs: [{constructs}]
#   n_components: {n_components}
#   rotation: varimax

# Common factors of the items, as many as parallel analysis suggests where their number is left out:
# factors:
#   n_factors: {n_components}
#   rotation: oblimin

# A bootstrap of the hypothesized model: intervals of its paths, and what kind of mediation there is:
# bootstrap:
#   draws: 5000
#   interval: perc              # perc (percentile), bc (bias-corrected) or bca

# Cut-offs of SRMR, RMSEA and CFI that go with the hypothesized model, from so many samples:
# dynamic_cutoffs: 1000

# By which rules the items of a pre-test are kept, revised or dropped:
# item_rules: hair            # hair, wu or nunnally-bernstein

# What could as well have been done otherwise; every combination is fitted, and each hypothesis gets its curve:
# multiverse:
#   estimator: [ML, MLR]
#   missing: [listwise, fiml]
"""


def new_study(folder: str | Path, instrument: str | Path) -> Path:
    """Write a study to begin with: ``study.yaml``, ``instrument.yaml``, bundled answers and coded segments.

    Nothing that exists is overwritten, and nothing is left half-written.

    Parameters
    ----------
    folder
        Where to write; made if it does not exist.
    instrument
        A shipped instrument, such as ``"bmi-drivers"``, or the path of an instrument file.

    Returns
    -------
    pathlib.Path
        The study file.

    Raises
    ------
    InstrumentError
        If there is no such instrument, or its file has problems.
    StudyError
        If a file is in the way, or the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     new_study(folder, "bmi-drivers").name
    'study.yaml'
    """
    require_path(folder, "folder", A_FOLDER)
    folder = Path(folder)
    known = load_instrument(instrument)
    source = path_of(str(instrument)) if instrument in places.names() else Path(instrument)
    answers = _beside(source, known.answers.file if known.answers else None)
    trail = _beside(source, known.trail)
    study = _study(known, answers.name if answers else None, trail.name if trail else None)
    contents = {"study.yaml": study.encode("utf-8"), "instrument.yaml": source.read_bytes()}
    contents |= {file.name: file.read_bytes() for file in (answers, trail) if file is not None}
    try:
        _write_all(folder, contents)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise StudyError(str(folder), [unwritable(error)]) from None
    return folder / "study.yaml"


def _beside(source: Path, name: str | None) -> Path | None:
    """Find a file that comes with an instrument file, if it lies where that says."""
    if not name:
        return None
    file = source.parent / name
    return file if file.is_file() and file.name not in ("study.yaml", "instrument.yaml") else None


def _write_all(folder: Path, contents: dict[str, bytes]) -> None:
    """Write every file or none: first aside, then moved into place."""
    if folder.exists() and not folder.is_dir():
        raise StudyError(str(folder), [IS_A_FILE])
    in_the_way = [name for name in contents if (folder / name).exists()]
    if in_the_way:
        raise StudyError(str(folder), [at(name, _EXISTS) for name in in_the_way])
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    aside, placed = Path(tempfile.mkdtemp(prefix=".new-study-", dir=folder)), []
    try:
        for name, content in contents.items():
            (aside / name).write_bytes(content)
        for name in contents:
            (aside / name).rename(folder / name)
            placed.append(folder / name)
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        shutil.rmtree(aside, ignore_errors=True)
        if made:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    aside.rmdir()


def _study(instrument: Instrument, file: str | None = None, segments: str | None = None) -> str:
    model = instrument.models.get(instrument.hypothesized or "")
    structure = model.structure.strip() if model else ""
    elements = next((c.of for c in instrument.constructs if c.of), tuple(instrument.scales())[:2])
    data = (
        f"{f'data: {_as_yaml(file)}':<29} # one row per respondent, one column per item"
        if file
        else "data: answers.csv             # put your answers there: a row per respondent, a column per item"
    )
    trail = f"{f'trail: {_as_yaml(segments)}':<29} # interviews: a row per coded segment\n" if segments else ""
    return _STUDY.format(
        trail=trail,
        name=instrument.name,
        title=" ".join(instrument.title.en.split()),
        data=data,
        model=f"my_{instrument.hypothesized or 'model'}",
        structure="\n".join(f"#       {line}" for line in structure.splitlines()),
        constructs=", ".join(elements),
        group=next((question.id for question in instrument.background), "city"),
        n_components=len(elements),
    )


def _as_yaml(name: str) -> str:
    """Quote a file name where YAML would read it as something else."""
    return name if re.fullmatch(r"[A-Za-z][\w.-]*\.\w+", name) else json.dumps(name, ensure_ascii=False)


_EXISTS = Words("already exists; name another folder, or move it away", "已存在；请写另一文件夹，或将其移走")
