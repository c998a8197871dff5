"""The same three respondents, written byte for byte as each survey platform writes its files."""

import csv
import io

import pandas as pd
import pyreadstat
import xlsxwriter

from sme_sem.instrument.model import Instrument

SCALE = {
    1: {"en": "Strongly disagree", "zh": "非常不同意"},
    2: {"en": "Disagree", "zh": "不同意"},
    3: {"en": "Neutral", "zh": "一般"},
    4: {"en": "Agree", "zh": "同意"},
    5: {"en": "Strongly agree", "zh": "非常同意"},
}
SIZES = {1: {"en": "Small", "zh": "小型"}, 2: {"en": "Medium, or larger", "zh": "中型及以上"}}
CHANNELS = {
    1: {"en": "Shops", "zh": "门店"},
    2: {"en": "Online, own site", "zh": "线上"},
    3: {"en": "Agents", "zh": "代理商"},
}
WORDINGS = {
    "MK1": {"en": "Our firm watches its competitors.", "zh": "本企业关注竞争对手。"},
    "MK2": {"en": "Our firm asks its customers - often.", "zh": "本企业经常征询客户意见。"},
    "MK3": {"en": "Our firm ignores the market.", "zh": "本企业不关注市场。"},
    "AC1": {"en": "Please choose agree strongly here.", "zh": "此题请选择非常同意。"},
    "size": {"en": "How large is your firm?", "zh": "贵企业的规模是？"},
    "channels": {"en": "Where do you sell?", "zh": "贵企业通过哪些渠道销售？"},
    "age": {"en": "How old is your firm?", "zh": "贵企业成立多少年(年)？"},
}


def survey(**changed):
    """The instrument that was asked; ``changed`` replaces parts of it."""
    items = [{"id": name, "wording": WORDINGS[name], "reversed": name == "MK3"} for name in ("MK1", "MK2", "MK3")]
    asked = {name: {"id": name, "label": name, "wording": WORDINGS[name]} for name in ("size", "channels", "age")}
    document = {
        "name": "demo",
        "title": "Demo",
        "response_scales": {"agreement": {"lowest": 1, "highest": 5, "anchors": SCALE}},
        "constructs": [{"name": "MARKET", "label": "Market", "items": items}],
        "attention_checks": [{"id": "AC1", "wording": WORDINGS["AC1"], "expected": 5}],
        "background": [
            asked["size"] | {"categories": SIZES},
            asked["channels"] | {"kind": "multiple", "categories": CHANNELS},
            asked["age"] | {"kind": "numeric"},
        ],
    }
    return Instrument.model_validate(document | changed)


RESPONDENTS = (
    {"MK1": 5, "MK2": 4, "MK3": 1, "AC1": 5, "size": 1, "channels": (1, 3), "age": 7},
    {"MK1": 3, "MK2": 2, "MK3": 5, "AC1": 5, "size": 2, "channels": (2,), "age": 12.5},
    {"MK1": 1, "MK2": None, "MK3": 3, "AC1": 2, "size": 1, "channels": None, "age": None},
)
NAN = float("nan")
FRAME = {
    "MK1": [5.0, 3.0, 1.0],
    "MK2": [4.0, 2.0, NAN],
    "MK3": [5.0, 1.0, 3.0],
    "size": [1.0, 2.0, 1.0],
    "channels.1": [1.0, 0.0, NAN],
    "channels.2": [0.0, 1.0, NAN],
    "channels.3": [1.0, 0.0, NAN],
    "age": [7.0, 12.5, NAN],
}
ATTENTION = [True, True, False]
ITEMS = ("MK1", "MK2", "MK3", "AC1")


def said(name, code, language):
    """What a respondent chose, in words; numbers and nothing as they are."""
    labels = {"size": SIZES, "channels": CHANNELS, "age": {}}.get(name, SCALE)
    return labels[code][language] if code in labels else "" if code is None else f"{code:g}"


def code(value):
    return "" if value is None else f"{value:g}"


def chosen(person, option, yes="1", no="0", nothing=""):
    picked = person["channels"]
    return nothing if picked is None else yes if option in picked else no


def comma_separated(rows, delimiter=",", end="\r\n", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue()


def saved(path, rows, encoding="utf-8", **how):
    path.write_bytes(comma_separated(rows, **how).encode(encoding))
    return path


def workbook(path, rows):
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Sheet1")
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                sheet.write(r, c, cell)
    return path


# --- Wenjuanxing ---------------------------------------------------------------------------------------

WJX_OWN = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")


def _wjx_own(i):
    return (str(i + 1), f"2026/4/{18 + i} 8:0{i}:00", f"{80 + i}秒", "微信", "N/A", f"1.2.3.{i}(黑龙江-哈尔滨)")


def wenjuanxing_texts():
    """Rows of the download by option text: matrix rows, options joined, a fill-in beside an option, tabs."""
    head = (
        *WJX_OWN,
        "1、您的姓名：",
        "2、贵企业的规模是？",
        "3(1)、本企业关注竞争对手。",
        "3(2)、本企业经常征询客户意见。",
        "第3题(本企业不关注市场。)",
        "4．此题请选择非常同意。[单选题]",
        "5、贵企业通过哪些渠道销售？",
        "6：贵企业成立多少年(年)？",
    )
    rows = [head]
    for i, person in enumerate(RESPONDENTS):
        picked = person["channels"]
        channels = "(空)" if picked is None else "┋".join(said("channels", c, "zh") for c in picked)
        channels = channels.replace("代理商", "代理商〖东北区〗")
        name, size = ("王芳\t", "李 明", "赵强")[i], said("size", person["size"], "zh")
        answers = [said(item, person[item], "zh") or "(跳过)" for item in ITEMS]
        rows.append((*_wjx_own(i), name, size, *answers, channels, code(person["age"]) or "(空)"))
    return rows


def wenjuanxing_numbers():
    """Rows of the download by option number: a column of 0 and 1 for each option, -3 skipped, -2 blank."""
    head = (
        *WJX_OWN,
        "1、您的姓名：",
        "2、贵企业的规模是？",
        "3、题目—本企业关注竞争对手。",
        "3、题目—本企业经常征询客户意见。",
        "3、题目—本企业不关注市场。",
        "4、此题请选择非常同意。",
        "5、贵企业通过哪些渠道销售？(门店)",
        "5、(线上)",
        "5、(代理商)",
        "6、贵企业成立多少年(年)？",
    )
    rows = [head]
    for i, person in enumerate(RESPONDENTS):
        options = [chosen(person, option, nothing="-3") for option in CHANNELS]
        answers = [code(person[item]) or "-3" for item in ITEMS]
        rows.append((*_wjx_own(i), "某某", code(person["size"]), *answers, *options, code(person["age"]) or "-2"))
    return rows


# --- Tencent Survey ------------------------------------------------------------------------------------

TENCENT_FRONT = ("编号", "开始答题时间", "结束答题时间", "答题时长")
TENCENT_BACK = ("语言", "清洗数据结果", "智能清洗数据无效概率", "地理位置国家和地区", "地理位置省", "地理位置市")
TENCENT_BACK += ("用户类型", "用户标识", "昵称", "自定义字段", "IP", "UA", "Referrer", "")


def _tencent_own(i, duration):
    front = (str(i + 1), f"2026-04-{18 + i} 08:00:00", f"2026-04-{18 + i} 08:01:2{i}", duration(80 + i))
    place, user = ("中国", "浙江省", "杭州市"), ("微信", f"u{i}", "小王")
    back = ("简体中文", "有效", "0.1", *place, *user, "", f"1.2.3.{i}", "Mozilla", "", "")
    return front, back


def tencent_texts():
    """Rows of the download by text: options behind a letter, and a column for each of several."""
    head = (
        *TENCENT_FRONT,
        "1.贵企业的规模是？",
        "2.请根据实际情况作答:本企业关注竞争对手。",
        "2.请根据实际情况作答:本企业经常征询客户意见。",
        "2.请根据实际情况作答:本企业不关注市场。",
        "3.此题请选择非常同意。",
        "4.贵企业通过哪些渠道销售？:门店",
        "4.贵企业通过哪些渠道销售？:线上",
        "4.贵企业通过哪些渠道销售？:代理商____{fillblank-0b5f}",
        "5.贵企业成立多少年(年)？_填空1",
        *TENCENT_BACK,
    )
    rows = [head]
    for i, person in enumerate(RESPONDENTS):
        front, back = _tencent_own(i, lambda s: f"{s // 60}分{s % 60}秒")
        size = f"{'AB'[person['size'] - 1]}.{said('size', person['size'], 'zh')}"
        answers = [person[item] and f"{'ABCDE'[person[item] - 1]}.{said(item, person[item], 'zh')}" for item in ITEMS]
        labels = {1: "A.门店", 2: "B.线上[图片]", 3: "C.代理商____"}
        options = [chosen(person, option, yes=labels[option], no="") for option in CHANNELS]
        rows.append((*front, size, *(a or "" for a in answers), *options, code(person["age"]), *back))
    return rows


def tencent_numbers():
    """Rows of the download by code: an option is its number, one of several a column of 0 and 1."""
    head = (
        *TENCENT_FRONT,
        "1.贵企业的规模是？",
        "2.本企业关注竞争对手。",
        "3.本企业经常征询客户意见。",
        "4.本企业不关注市场。",
        "5.此题请选择非常同意。",
        "6.(门店)",
        "6.(线上)",
        "6.(代理商)",
        "7.贵企业成立多少年(年)？",
        *TENCENT_BACK,
    )
    rows = [head]
    for i, person in enumerate(RESPONDENTS):
        front, back = _tencent_own(i, str)
        options = [chosen(person, option) for option in CHANNELS]
        answers = [code(person[item]) for item in ITEMS]
        rows.append((*front, code(person["size"]), *answers, *options, code(person["age"]), *back))
    return rows


# --- Qualtrics -----------------------------------------------------------------------------------------

QUALTRICS_OWN = (
    ("StartDate", "Start Date"),
    ("EndDate", "End Date"),
    ("Status", "Response Type"),
    ("IPAddress", "IP Address"),
    ("Progress", "Progress"),
    ("Duration (in seconds)", "Duration (in seconds)"),
    ("Finished", "Finished"),
    ("RecordedDate", "Recorded Date"),
    ("ResponseId", "Response ID"),
    ("RecipientLastName", "Recipient Last Name"),
    ("RecipientEmail", "Recipient Email"),
    ("LocationLatitude", "Location Latitude"),
    ("DistributionChannel", "Distribution Channel"),
    ("UserLanguage", "User Language"),
)


def qualtrics(texts, split=True, headings=3):
    """Rows of a CSV export, numeric or in words; options in one column or in one each."""
    stem = "To what extent do you agree?\n"
    asked = [(f"Q1_{i}", f"{stem} - {WORDINGS[item]['en']}") for i, item in enumerate(ITEMS[:3], start=1)]
    asked += [("Q2", WORDINGS["AC1"]["en"]), ("Q3", f"{WORDINGS['size']['en']} - Selected Choice")]
    asked += [("Q3_2_TEXT", f"{WORDINGS['size']['en']} - Medium, or larger - Text")]
    options = [(f"Q4_{c}", f"{WORDINGS['channels']['en']} - Selected Choice - {t['en']}") for c, t in CHANNELS.items()]
    asked += options if split else [("Q4", WORDINGS["channels"]["en"])]
    asked += [("Q5", WORDINGS["age"]["en"]), ("Q5_First Click", "Timing - First Click")]
    names = [name for name, _ in (*QUALTRICS_OWN, *asked)]
    imports = [
        f'{{"ImportId":"{n}","timeZone":"America/Denver"}}' if "Date" in n else f'{{"ImportId":"{n}"}}' for n in names
    ]
    rows = [names, [text for _, text in (*QUALTRICS_OWN, *asked)], imports][:headings]
    write = (lambda name, value: said(name, value, "en")) if texts else (lambda name, value: code(value))
    for i, person in enumerate(RESPONDENTS):
        status = ("IP Address", "IP Address", "Survey Preview")[i] if texts else ("0", "0", "1")[i]
        finished = ("True", "False", "True")[i] if texts else ("1", "0", "1")[i]
        own = [f"2026-04-{18 + i} 08:00:00", f"2026-04-{18 + i} 08:01:2{i}", status, f"1.2.3.{i}", "100", str(80 + i)]
        own += [finished, f"2026-04-{18 + i} 08:02:00", f"R_{i}", "Wang", f"w{i}@example.org", "45.8", "email", "EN"]
        picked = person["channels"] or ()
        if split:
            channels = [(said("channels", c, "en") if texts else "1") if c in picked else "" for c in CHANNELS]
        else:
            channels = [",".join(write("channels", c) for c in picked)]
        beside = "exactly 60" if person["size"] == 2 else ""
        answers = [write(item, person[item]) for item in ITEMS]
        rows.append([*own, *answers, write("size", person["size"]), beside, *channels, code(person["age"]), "1.3"])
    return rows


# --- SurveyMonkey --------------------------------------------------------------------------------------


def surveymonkey(texts):
    """Rows with two rows of headings, a question over its first column only, HTML in the wordings."""
    own = ("Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name")
    top = [*own, "<strong>Do you agree?</strong>", "", "", WORDINGS["AC1"]["en"], "How large is your&nbsp;firm?", ""]
    top += [WORDINGS["channels"]["en"], "", "", WORDINGS["age"]["en"]]
    under = [""] * len(own) + [WORDINGS[item]["en"] for item in ITEMS[:3]] + ["Response"]
    under += ["Response", "Other (please specify)", *(t["en"] for t in CHANNELS.values()), "Open-Ended Response"]
    rows = [top, under]
    write = (lambda name, value: said(name, value, "en")) if texts else (lambda name, value: code(value))
    for i, person in enumerate(RESPONDENTS):
        own = [f"11801234567{i}", "41234", f"04/{18 + i}/2026 08:00:00 AM", f"04/{18 + i}/2026 08:01:2{i} AM"]
        own += [f"1.2.3.{i}", f"w{i}@example.org", "Fang"]
        picked = person["channels"] or ()
        channels = [write("channels", c) if c in picked else "" for c in CHANNELS]
        answers = [write(item, person[item]) for item in ITEMS]
        rows.append([*own, *answers, write("size", person["size"]), "", *channels, code(person["age"])])
    return rows


# --- LimeSurvey ----------------------------------------------------------------------------------------

LIME_OWN = (
    "id",
    "submitdate",
    "lastpage",
    "startlanguage",
    "seed",
    "token",
    "startdate",
    "datestamp",
    "ipaddr",
    "refurl",
)
LIME_LONG = ("Response ID", "Date submitted", "Last page", "Start language", "Seed", "Access code", "Date started")
LIME_LONG += ("Date last action", "IP address", "Referrer URL")


def limesurvey(full):
    """Rows with codes in headings and answers, or with both in full."""
    if full:
        head = [*LIME_LONG, *(f"Do you agree? [{WORDINGS[item]['en']}]" for item in ITEMS[:3]), WORDINGS["AC1"]["en"]]
        head += [WORDINGS["size"]["en"], *(f"{WORDINGS['channels']['en']} [{t['en']}]" for t in CHANNELS.values())]
        head += [f"{WORDINGS['channels']['en']} [Other]", WORDINGS["age"]["en"], "Total time"]
    else:
        head = [*LIME_OWN, *(f"MARKET[{item}]" for item in ITEMS[:3]), "AC1", "size"]
        head += [*(f"channels[{c}]" for c in CHANNELS), "channels[other]", "age", "interviewtime"]
    rows = [head]
    for i, person in enumerate(RESPONDENTS):
        submitted = "" if i == 2 else f"2026-04-{18 + i} 08:01:2{i}"
        started = f"2026-04-{18 + i} 08:00:00"
        own = [str(i + 1), submitted, "3", "en", "123", f"tok{i}", started, started, f"1.2.3.{i}", ""]
        yes, no = ("Yes", "No") if full else ("Y", "")
        channels = [chosen(person, c, yes, no) for c in CHANNELS]
        if full:
            answers = [said(item, person[item], "en") for item in (*ITEMS, "size")]
        else:
            answers = [f"A{person[item]}" if person[item] else "" for item in (*ITEMS, "size")]
        rows.append([*own, *answers, *channels, "", code(person["age"]), f"{80 + i}.00"])
    return rows


# --- KoboToolbox and ODK -------------------------------------------------------------------------------


def kobo(labels, deprefixed="/"):
    """Rows with XML names or labels, groups, a column for all chosen and one for each."""
    tail = (
        "_id",
        "_uuid",
        "_submission_time",
        "_validation_status",
        "_notes",
        "_status",
        "_submitted_by",
        "__version__",
    )
    tail += ("_tags", "_index")
    if labels:
        head = ["start", "end", "Your name", *(f"Your market/{WORDINGS[item]['en']}" for item in ITEMS[:3])]
        head += [
            WORDINGS["AC1"]["en"],
            f"About you/{WORDINGS['size']['en']}",
            f"About you/{WORDINGS['channels']['en']}",
        ]
        head += [f"About you/{WORDINGS['channels']['en']}/{t['en']}" for t in CHANNELS.values()]
        head += [f"About you/{WORDINGS['age']['en']}", *tail]
    else:
        head = ["start", "end", "name", *(f"market{deprefixed}{item}" for item in ITEMS[:3]), "AC1"]
        head += [
            f"you{deprefixed}size",
            f"you{deprefixed}channels",
            *(f"you{deprefixed}channels/{c}" for c in CHANNELS),
        ]
        head += [f"you{deprefixed}age", *tail]
    rows = [head]
    for i, person in enumerate(RESPONDENTS):
        write = (lambda name, value: said(name, value, "en")) if labels else (lambda name, value: code(value))
        times = [f"2026-04-{18 + i}T08:00:00.000+08:00", f"2026-04-{18 + i}T08:01:2{i}.000+08:00"]
        together = " ".join(write("channels", c) for c in person["channels"] or ())
        options = [chosen(person, c) for c in CHANNELS]
        own = [
            str(900 + i),
            f"uuid-{i}",
            f"2026-04-{18 + i}T00:05:00",
            "",
            "",
            "submitted_via_web",
            "wang",
            "vQ",
            "",
            str(i + 1),
        ]
        answers = [write(item, person[item]) for item in (*ITEMS, "size")]
        rows.append([*times, "Wang Fang", *answers, together, *options, code(person["age"]), *own])
    return rows


def odk():
    """Rows as ODK Central writes them: groups joined by a hyphen, all chosen in one column."""
    head = ["SubmissionDate", "start", "end", *(f"market-{item}" for item in ITEMS[:3]), "AC1", "you-size"]
    head += ["you-channels", "you-age", "meta-instanceID", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent"]
    head += ["ReviewState", "DeviceID", "Edits", "FormVersion"]
    rows = [head]
    for i, person in enumerate(RESPONDENTS):
        times = [f"2026-04-{18 + i}T00:05:00.000Z", f"2026-04-{18 + i}T08:00:00.000+08:00"]
        times += [f"2026-04-{18 + i}T08:01:2{i}.000+08:00"]
        answers = [code(person[item]) for item in (*ITEMS, "size")]
        together = " ".join(map(str, person["channels"] or ()))
        own = [f"uuid:{i}", f"uuid:{i}", "17", "Wang Fang", "0", "", "collect:1", "0", "1"]
        rows.append([*times, *answers, together, code(person["age"]), *own])
    return rows


# --- REDCap --------------------------------------------------------------------------------------------


def redcap(labels):
    """Rows of raw data, or with labels; a checkbox explodes to one column for each choice."""
    if labels:
        head = ["Record ID", "Survey Identifier", "Survey Timestamp", *(WORDINGS[item]["en"] for item in ITEMS)]
        head += [
            WORDINGS["size"]["en"],
            *(f"{WORDINGS['channels']['en']} (choice={t['en']})" for t in CHANNELS.values()),
        ]
        head += [WORDINGS["age"]["en"], "Complete?"]
    else:
        head = ["record_id", "redcap_survey_identifier", "firm_timestamp", *(item.lower() for item in ITEMS), "size"]
        head += [*(f"channels___{c}" for c in CHANNELS), "age", "firm_complete"]
    rows = [head]
    for i, person in enumerate(RESPONDENTS):
        write = (lambda name, value: said(name, value, "en")) if labels else (lambda name, value: code(value))
        stamp = "[not completed]" if i == 2 else f"2026-04-{18 + i} 08:01"
        complete = ("Complete", "Complete", "Incomplete")[i] if labels else ("2", "2", "0")[i]
        yes, no = ("Checked", "Unchecked") if labels else ("1", "0")
        options = [chosen(person, c, yes, no) for c in CHANNELS]
        answers = [write(item, person[item]) for item in (*ITEMS, "size")]
        rows.append([str(i + 1), f"w{i}@example.org", stamp, *answers, *options, code(person["age"]), complete])
    return rows


# --- Google Forms --------------------------------------------------------------------------------------


def google_forms(joint=", "):
    """Rows with full texts; a grid has its row in brackets, checkboxes are joined."""
    head = ["Timestamp", "Email Address", *(f"Do you agree? [{WORDINGS[item]['en']}]" for item in ITEMS[:3])]
    head += [WORDINGS["AC1"]["en"], WORDINGS["size"]["en"], WORDINGS["channels"]["en"], WORDINGS["age"]["en"]]
    rows = [head]
    for i, person in enumerate(RESPONDENTS):
        answers = [said(item, person[item], "en") for item in (*ITEMS, "size")]
        together = joint.join(said("channels", c, "en") for c in person["channels"] or ())
        rows.append([f"4/{18 + i}/2026 8:01:2{i}", f"w{i}@example.org", *answers, together, code(person["age"])])
    return rows


# --- SPSS and Stata ------------------------------------------------------------------------------------


def _statistics_frame():
    columns = {f"V{i}": [person[name] for person in RESPONDENTS] for i, name in enumerate((*ITEMS, "size"), start=1)}
    columns |= {f"channels_{c}": [chosen(p, c, 1, 0, None) for p in RESPONDENTS] for c in CHANNELS}
    frame = pd.DataFrame(columns | {"V9": [person["age"] for person in RESPONDENTS]}, dtype=float)
    labels = {f"V{i}": WORDINGS[name]["zh"] for i, name in enumerate((*ITEMS, "size"), start=1)}
    values = {f"V{i}": {float(c): t["zh"] for c, t in SCALE.items()} for i in range(1, 5)}
    values["V5"] = {float(c): t["zh"] for c, t in SIZES.items()}
    return frame, labels | {"V9": WORDINGS["age"]["zh"]}, values


def spss(path):
    """A .sav file with labels in Chinese, and 9 declared missing in V2."""
    frame, labels, values = _statistics_frame()
    frame.loc[2, "V2"] = 9.0
    pyreadstat.write_sav(
        frame, str(path), column_labels=labels, variable_value_labels=values, missing_ranges={"V2": [9]}
    )
    return path


def stata(path):
    """A .dta file with labels in Chinese, and .a in V2."""
    frame, labels, values = _statistics_frame()
    frame["V2"] = frame["V2"].astype(object)
    frame.loc[2, "V2"] = "a"
    values.pop("V2")
    pyreadstat.write_dta(
        frame,
        str(path),
        column_labels=labels,
        variable_value_labels=values,
        missing_user_values={"V2": ["a"]},
        version=15,
    )
    return path
