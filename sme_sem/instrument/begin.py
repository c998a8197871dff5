"""Begin a study: a folder with a commented study file, its instrument, and the answers if there are any."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path

from ..errors import StudyError
from ..tables.language import require_language
from ..tables.storing import A_FOLDER, IS_A_FILE, require_path, unwritable
from ..words import NOTHING, Language, Words, at, written
from . import places
from .library import path_of
from .load import load_instrument
from .model import Instrument

_STUDY = Words(
    """\
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
""",
    """\
# 以问卷“{name}”进行的研究：{title}
# 运行：  sme-sem run study.yaml

instrument: instrument.yaml   # 问卷，及其构念、模型与假设；可自由修改
{data}
{trail}
# distributed: 600            # 发放的问卷数：报告将据此给出回收率
estimator: ML                 # ML；作答明显非正态时用MLR或MLM
# ordered: true               # 作答按有序类别处理（WLSMV；此时删去estimator一行）；也可列出部分题项
# group: {group}               # 一道背景题：模型在其各组中测量的内容是否相同？
missing: listwise             # listwise剔除有缺失的受访者；fiml使用全部作答（ML或MLR）
language: zh                  # 报告的语言：en、zh或both
output: results               # 存放报告及其图表的文件夹
seed: 1                       # 一切随机抽取均由此种子决定

# 问卷所列之外的模型，或取代其中同名的模型：
# models:
#   {model}:
#     structure: |
{structure}

# 若干构念的题项的主成分：
# components:
#   constructs: [{constructs}]
#   n_components: {n_components}
#   rotation: varimax

# 题项的公因子；不写个数时由平行分析决定：
# factors:
#   n_factors: {n_components}
#   rotation: oblimin

# 对假设模型作Bootstrap：各路径的置信区间，以及中介的类型：
# bootstrap:
#   draws: 5000
#   interval: perc              # perc（百分位法）、bc（偏差校正）或bca

# 适合假设模型的SRMR、RMSEA与CFI临界值，由所示数目的样本得出：
# dynamic_cutoffs: 1000

# 预测试中依何种规则保留、修订或删除题项：
# item_rules: hair            # hair、wu或nunnally-bernstein

# 还可以怎样分析：拟合每一种组合，给出每条假设的曲线：
# multiverse:
#   estimator: [ML, MLR]
#   missing: [listwise, fiml]
""",
)


def new_study(folder: str | Path, instrument: str | Path, language: Language = "en") -> Path:
    """Write a study to begin with: ``study.yaml``, ``instrument.yaml``, bundled answers and coded segments.

    Nothing that exists is overwritten, and nothing is left half-written.

    Parameters
    ----------
    folder
        Where to write; made if it does not exist.
    instrument
        A shipped instrument, such as ``"bmi-drivers"``, or the path of an instrument file.
    language
        Of the comments in ``study.yaml``, and of the report that it asks for: ``"en"`` or ``"zh"``.

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
    require_language(language)
    folder = Path(folder)
    known = load_instrument(instrument)
    source = path_of(str(instrument)) if instrument in places.names() else Path(instrument)
    answers = _beside(source, known.answers.file if known.answers else None)
    trail = _beside(source, known.trail)
    study = written(_study(known, answers.name if answers else None, trail.name if trail else None), language)
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


def _study(instrument: Instrument, file: str | None = None, segments: str | None = None) -> Words:
    model = instrument.models.get(instrument.hypothesized or "")
    structure = model.structure.strip() if model else ""
    elements = next((c.of for c in instrument.constructs if c.of), tuple(instrument.scales())[:2])
    data = _with(f"data: {_as_yaml(file or _ANSWERS)}", _BUNDLED if file else _PUT_THERE)
    trail = _with(f"trail: {_as_yaml(segments)}", _INTERVIEWS) + "\n" if segments else NOTHING
    return _STUDY.filled(
        trail=trail,
        name=instrument.name,
        title=Words(*(" ".join(text.split()) for text in (instrument.title.en, instrument.title.zh))),
        data=data,
        model=f"my_{instrument.hypothesized or 'model'}",
        structure="\n".join(f"#       {line}" for line in structure.splitlines()),
        constructs=", ".join(elements),
        group=next((question.id for question in instrument.background), "city"),
        n_components=len(elements),
    )


def _with(line: str, comment: Words) -> Words:
    return Words.same(f"{line:<29} # ") + comment


def _as_yaml(name: str) -> str:
    """Quote a file name where YAML would read it as something else."""
    return name if re.fullmatch(r"[A-Za-z][\w.-]*\.\w+", name) else json.dumps(name, ensure_ascii=False)


_ANSWERS = "answers.csv"
_BUNDLED = Words("one row per respondent, one column per item", "每名受访者一行，每个题项一列")
_PUT_THERE = Words(
    "put your answers there: a row per respondent, a column per item",
    "请将作答放在此处：每名受访者一行，每个题项一列",
)
_INTERVIEWS = Words("interviews: a row per coded segment", "访谈：每个编码片段一行")
_EXISTS = Words("already exists; name another folder, or move it away", "已存在；请写另一文件夹，或将其移走")
