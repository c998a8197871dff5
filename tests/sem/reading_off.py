"""What lavaan reads off fits to the pupils' tests: reference/reading_off.json, made by reading_off.R beside it."""

import json
from functools import cache

import sme_sem as sme
from sem.holzinger import FOLDER, pupils, pupils_with_gaps

CASES = json.loads((FOLDER / "reading_off.json").read_text("utf-8"))["cases"]


def cases_with(what):
    return [name for name, case in CASES.items() if what in case]


@cache
def fitted(name):
    case = CASES[name]
    options = {key.replace(".", "_"): value for key, value in case["options"].items()} if case["options"] else {}
    data = pupils() if case["data"] == "hs.csv" else pupils_with_gaps()
    return sme.fit(case["model"], data, **options)
