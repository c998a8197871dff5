"""A platform in small: it takes the form we exported, finds each question in it, and writes answers as it would.

``fielded(instrument, answers, "limesurvey")`` exports the instrument, reads the form as LimeSurvey does, and
gives the bytes of LimeSurvey's download.  ``answers`` has a column per question, named by id, and codes as
given (before reversed items are turned), for a question with several answers a tuple of those chosen; NaN or
None is a question left out.  A question is found in the form
by its wording alone, and an answer that the form does not offer stops with an error: so what comes back
through the reader proves the form, not the writer.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

import pandas as pd
import xlsxwriter
from python_calamine import CalamineWorkbook

from sme_sem.instrument import export_instrument

STARTED, SUBMITTED, SECONDS = "2026-04-18 08:00:00", "2026-04-18 08:01:20", 80


@dataclass(frozen=True)
class Asked:
    """One question as the form holds it: the heading of its column, and what each code offered is called.

    several : whether more than one may be chosen
    """

    heading: str
    wording: str
    offered: dict[str, str] = field(default_factory=dict)
    several: bool = False


def exported(instrument, format, language=None, **choices):
    """The bytes of an export."""
    with tempfile.TemporaryDirectory() as folder:
        return export_instrument(instrument, folder, format=format, language=language, **choices).read_bytes()


def fielded(instrument, answers, format, language=None):
    """The download of the platform that an export is for, as bytes."""
    form = exported(instrument, format, language)
    asked = _FORMS[format](form)
    tongue = "zh" if format == "wenjuanxing" and language is None else language or "en"
    held = {_letters(one.wording): one for one in asked}
    questions = {name: held[_letters(wording)] for name, wording in _wordings(instrument, tongue).items()}
    assert len(questions) == len(asked), "the form asks something else"
    columns = {one.heading: [_given(value, one) for value in answers[name]] for name, one in questions.items()}
    return _DOWNLOADS[format](columns, {one.heading: one for one in asked})


def _wordings(instrument, tongue):
    everything = (*instrument.items(), *instrument.attention_checks, *instrument.background)
    return {one.id: getattr(one.wording, tongue) for one in everything}


def _letters(text):
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _given(value, question):
    """A cell as the code that was chosen, or the tuple of all chosen; empty where nothing was."""
    if value is None or value != value:
        return ""
    if question.several:
        return tuple(_given(one, replace(question, several=False)) for one in value)
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if question.offered and text not in question.offered:
        raise ValueError(f"{question.heading}: the form offers {list(question.offered)}, not {text!r}")
    return text


# --- reading forms -----------------------------------------------------------------------------------


def sheets(form):
    """The sheets of a workbook as lists of dicts."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(form))
    tables = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    return {name: [dict(zip(head, row)) for row in rows] for name, (head, *rows) in tables.items()}


def _xlsform(form):
    book = sheets(form)
    label = next(name for name in book["survey"][0] if name.startswith("label"))
    lists = {}
    for row in book["choices"]:
        lists.setdefault(row["list_name"], {})[row["name"]] = row[label]
    groups, asked = [], []
    for row in book["survey"]:
        kind, _, answers = row["type"].partition(" ")
        if kind == "begin_group":
            groups.append(row["name"])
        elif kind == "end_group":
            groups.pop()
        elif kind not in ("start", "end"):
            several = kind == "select_multiple"
            asked.append(Asked("/".join([*groups, row["name"]]), row[label], lists.get(answers, {}), several))
    assert not groups
    return asked


def _limesurvey(form):
    rows = list(csv.DictReader(io.StringIO(form.decode("utf-8-sig"), newline=""), delimiter="\t"))
    base = next(row["text"] for row in rows if (row["class"], row["name"]) == ("S", "language"))
    asked, question, kind, offered = [], None, None, {}
    for row in (row for row in rows if row["language"] == base):
        text = html.unescape(row["text"])
        if row["class"] in ("G", "Q"):
            offered, kind = {}, None
        if row["class"] == "Q":
            question, kind = row["name"], row["type/scale"]
            asked += [] if kind == "F" else [Asked(question, text, offered, kind == "M")]
        elif row["class"] == "SQ" and kind == "F":
            asked.append(Asked(f"{question}[{row['name']}]", text, offered))
        elif row["class"] in ("SQ", "A"):
            offered[row["name"]] = text
    return asked


def _wenjuanxing(form):
    _, *blocks = form.decode().rstrip("\n").split("\n\n")
    asked = []
    for number, block in enumerate(blocks, start=1):
        head, *lines = block.split("\n")
        title, kind = re.fullmatch(rf"{number}、(.*)\[(.*题)\]", head).groups()
        if kind == "矩阵量表题":
            columns, *rows = lines
            offered = {str(n): label for n, label in enumerate(re.split("[ \t]+", columns), start=1)}
            asked += [Asked(f"第{number}题({row})", row, offered) for row in rows]
        else:
            offered = {str(n): label for n, label in enumerate(lines, start=1)}
            asked.append(Asked(f"{number}、{title}", title, offered, kind == "多选题"))
    return asked


def _redcap(form):
    asked = []
    for row in csv.DictReader(io.StringIO(form.decode("utf-8-sig"), newline="")):
        if row["Variable / Field Name"] != "record_id":
            choices = row["Choices, Calculations, OR Slider Labels"]
            pairs = (choice.strip().partition(", ") for choice in choices.split("|")) if choices else ()
            offered = {code: html.unescape(label) for code, _, label in pairs}
            several = row["Field Type"] == "checkbox"
            asked.append(Asked(row["Variable / Field Name"], html.unescape(row["Field Label"]), offered, several))
    return asked


def _ddi(form):
    space = {"d": "ddi:codebook:2_5"}
    asked, book = [], ET.fromstring(form)
    groups = {g.get("name"): g.get("var").split() for g in book.iterfind(".//d:varGrp[@type='multipleResp']", space)}
    grouped = {number for numbers in groups.values() for number in numbers}
    for name, numbers in groups.items():
        options = {v.get("ID"): v for v in book.iterfind(".//d:var", space)}
        offered = {
            options[n].get("name").removeprefix(f"{name}."): options[n].findtext("d:labl", "", space) for n in numbers
        }
        asked.append(Asked(name, options[numbers[0]].findtext("d:qstn/d:qstnLit", "", space), offered, True))
    for variable in book.iterfind(".//d:var", space):
        wording = variable.find("d:qstn/d:qstnLit", space)
        if wording is not None and variable.get("ID") not in grouped:
            offered = {
                category.findtext("d:catValu", None, space): category.findtext("d:labl", "", space)
                for category in variable.iterfind("d:catgry", space)
            }
            asked.append(Asked(variable.get("name"), wording.text, offered))
    return asked


def _json_schema(form):
    asked = []
    for name, one in json.loads(form)["properties"].items():
        several = one.get("type") == "array"
        options = (one["items"] if several else one).get("oneOf", ())
        if "title" in one:
            asked.append(Asked(name, one["title"], {str(o["const"]): o["title"] for o in options}, several))
    return asked


_FORMS = {
    "xlsform": _xlsform,
    "limesurvey": _limesurvey,
    "wenjuanxing": _wenjuanxing,
    "redcap": _redcap,
    "ddi": _ddi,
    "json-schema": _json_schema,
}


# --- writing downloads -------------------------------------------------------------------------------


def _apart(columns, asked, heading, yes, no, nothing, *, together=False):
    """Give each option of a question with several answers a column, perhaps behind one of all chosen."""
    apart = {}
    for name, cells in columns.items():
        if not asked[name].several:
            apart[name] = cells
            continue
        if together:
            apart[name] = [" ".join(cell) for cell in cells]
        for code in asked[name].offered:
            apart[heading(name, code)] = [(yes if code in cell else no) if cell else nothing for cell in cells]
    return apart


def _kobo(columns, asked):
    """KoboToolbox: XML values and headers, ``;`` between the cells, groups before the name."""
    columns = _apart(columns, asked, "{}/{}".format, "1", "0", "", together=True)
    n = _length(columns)
    own = {
        "_id": [str(1000 + i) for i in range(n)],
        "_uuid": [f"00000000-0000-4000-8000-{i:012d}" for i in range(n)],
        "_submission_time": [SUBMITTED.replace(" ", "T")] * n,
        "_index": [str(i + 1) for i in range(n)],
    }
    times = {
        "start": [f"{STARTED.replace(' ', 'T')}.000+08:00"] * n,
        "end": [f"{SUBMITTED.replace(' ', 'T')}.000+08:00"] * n,
    }
    return _csv({**times, **columns, **own}, ";", csv.QUOTE_ALL)


def _limesurvey_codes(columns, asked):
    """LimeSurvey: question codes as headings, answer codes, ``Y`` for an option chosen, a byte-order mark."""
    columns = _apart(columns, asked, "{}[{}]".format, "Y", "", "")
    n = _length(columns)
    own = {
        "id": [str(i + 1) for i in range(n)],
        "submitdate": [SUBMITTED] * n,
        "lastpage": ["9"] * n,
        "startlanguage": ["en"] * n,
        "seed": [str(123456 + i) for i in range(n)],
        "startdate": [STARTED] * n,
        "datestamp": [SUBMITTED] * n,
    }
    return b"\xef\xbb\xbf" + _csv({**own, **columns}, ",", csv.QUOTE_ALL)


def _wenjuanxing_texts(columns, asked):
    """Wenjuanxing: one header row, six columns of its own, options as text, ``(跳过)`` where nothing was chosen."""

    def text(name, given):
        offered = asked[name].offered
        if isinstance(given, tuple):
            return "┋".join(offered[code] for code in given)
        return offered.get(given, given) or "(跳过)"

    n = _length(columns)
    own = {
        "序号": list(range(1, n + 1)),
        "提交答卷时间": ["2026/4/18 08:01:20"] * n,
        "所用时间": [f"{SECONDS}秒"] * n,
        "来源": ["手机提交"] * n,
        "来源详情": ["直接访问"] * n,
        "来自IP": ["192.0.2.1(黑龙江-哈尔滨)"] * n,
    }
    texts = {name: [text(name, cell) for cell in cells] for name, cells in columns.items()}
    return workbook({**own, **texts})


def _redcap_raw(columns, asked):
    """REDCap: raw data, names of fields as headings, a box not ticked is 0, the state of the form last."""
    columns = _apart(columns, asked, "{}___{}".format, "1", "0", "0")
    n = _length(columns)
    return _csv(
        {"record_id": [str(i + 1) for i in range(n)], **columns, "questionnaire_complete": ["2"] * n},
        ",",
        csv.QUOTE_MINIMAL,
    )


def _plain(columns, asked):
    columns = _apart(columns, asked, "{}.{}".format, "1", "0", "")
    return _csv({"respondent_id": [f"R{i}" for i in range(_length(columns))], **columns}, ",", csv.QUOTE_MINIMAL)


def _records(columns, _):
    """A record for each respondent, without what was not answered."""
    rows = zip(*columns.values())
    records = [{name: _number(text) for name, text in zip(columns, row) if text} for row in rows]
    return json.dumps(records, ensure_ascii=False).encode()


_DOWNLOADS = {
    "xlsform": _kobo,
    "limesurvey": _limesurvey_codes,
    "wenjuanxing": _wenjuanxing_texts,
    "redcap": _redcap_raw,
    "ddi": _plain,
    "json-schema": _records,
}
SUFFIXES = {"wenjuanxing": ".xlsx", "json-schema": ".json"}
"""How a download's name ends, where it is not ``.csv``."""


def workbook(columns):
    """Columns as the first sheet of a workbook."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, (name, cells) in enumerate(columns.items()):
            sheet.write_string(0, place, name)
            for line, cell in enumerate(cells, start=1):
                sheet.write(line, place, cell)
    return stream.getvalue()


def _csv(columns, delimiter, quoting):
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, quoting=quoting)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values()))
    return stream.getvalue().encode()


def _number(text):
    if isinstance(text, tuple):
        return [_number(one) for one in text]
    return int(text) if re.fullmatch(r"-?\d+", text) else float(text) if re.fullmatch(r"-?\d+\.\d+", text) else text


def _length(columns):
    return len(next(iter(columns.values())))


def draw(instrument, n=6, seed=1, gaps=True):
    """Answers to an instrument, drawn evenly over what each question allows."""
    generator = pd.Series(range(n)).sample(n, random_state=seed).to_numpy()
    columns = {}
    rated = [*instrument.items(), *instrument.attention_checks]
    for place, one in enumerate(rated):
        codes = list(instrument.response_scale(one.id).codes)
        columns[one.id] = [codes[(int(i) * 3 + place) % len(codes)] for i in generator]
    for place, question in enumerate(instrument.background):
        codes = list(question.categories) or ([18, 40.5] if question.kind == "numeric" else ["free text", "自由文本"])
        if question.kind == "multiple":
            codes = [chosen for k in range(len(codes)) for chosen in combinations(codes, k + 1)]
        columns[question.id] = [codes[(int(i) + place) % len(codes)] for i in generator]
    frame = pd.DataFrame(columns, dtype=object)
    if gaps:
        for place in range(0, frame.shape[1], 4):
            frame.iat[place % n, place] = None
    return frame


def write(folder, instrument, answers, format, language=None):
    """Put a download into a folder and give its path."""
    path = Path(folder) / f"answers-{format}{SUFFIXES.get(format, '.csv')}"
    path.write_bytes(fielded(instrument, answers, format, language))
    return path
