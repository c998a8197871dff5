"""Read printed tables back, each by other means than those that wrote them: rows of cells, headings included.

A minus sign comes back as a hyphen, whatever the format makes of it.
"""

import csv
import io
import re
from html.parser import HTMLParser

import docx
from markdown_it import MarkdownIt
from python_calamine import CalamineWorkbook


def of_word(content):
    table = docx.Document(io.BytesIO(content)).tables[0]
    return [[cell.text.replace("−", "-") for cell in row.cells] for row in table.rows]


def of_excel(content):
    """Rows of the first sheet under its title."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)[1:]


def of_csv(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def of_html(page):
    return _Page(page.replace("−", "-")).rows


def of_markdown(text):
    """Rows of the table; a cell with any markup but line breaks and symbols in italics is refused."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    rows, inside = [], False
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        inside = token.type in ("td_open", "th_open") or (inside and token.type not in ("td_close", "th_close"))
        if inside and token.type == "inline":
            rows[-1].append("".join(map(_plain, token.children)))
    return rows


def _plain(token):
    if token.type in ("em_open", "em_close"):
        return ""
    if token.type == "html_inline" and token.content == "<br>":
        return "\n"
    assert token.type == "text", token
    return token.content


def of_latex(text):
    """Rows between the rules; fails where a sign is left that TeX would act upon."""
    text = re.sub(r"\\endfirsthead.*?\\endfoot\n(.*?)\\end\{longtable\}", r"\1\\bottomrule", text, flags=re.S)
    body = re.search(r"\\toprule\n(.*)\\bottomrule", text, re.S).group(1)
    lines = [line for line in body.splitlines() if line != "\\midrule" and not line.startswith("\\cmidrule")]
    assert all(line.endswith(" \\\\") for line in lines), lines
    assert not any(line.startswith(("[", "*")) for line in lines)
    return [[_unescaped(cell) for cell in re.split(r"(?<!\\)&", line[:-3])] for line in lines]


def _unescaped(cell):
    cell = re.sub(
        r"^\\multicolumn\{\d+\}\{(?:c|>\{\\centering\\arraybackslash\}p\{[\d.]+em\})\}\{(.*)\}$", r"\1", cell.strip(" ")
    )
    cell = re.sub(r"\\textit\{(\w+)\}", r"\1", cell).replace("\\allowbreak{}", "")
    cell = re.sub(r"\\newline(?: |$)", "\n", cell)
    for written, sign in _LATEX.items():
        cell = cell.replace(written, sign)
    cell = re.sub(r"\\([&#%_$])", lambda found: chr(0xE000 + ord(found.group(1))), cell)
    cell = cell.replace("\\{", "\ue07b").replace("\\}", "\ue07d").replace("{}", "")
    assert not re.search(r"[\\$&#%_^{}]", cell), cell
    return re.sub("[\ue000-\ue07f]", lambda found: chr(ord(found.group()) - 0xE000), cell)


_LATEX = {  # what holds a backslash or braces comes back as a private sign, so that it is not read twice
    "\\textbackslash{}": "\ue05c",
    "\\textasciicircum{}": "\ue05e",
    "\\textasciitilde{}": "\ue07e",
    "\\textasciigrave{}": "\ue060",
    "\\textendash{}": "–",
    "$\\infty$": "∞",
    "$-$": "-",
    "$<$~": "< ",
    "$<$": "<",
    "$>$": ">",
    "$|$": "|",
}


class _Page(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.rows, self._inside = [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self._inside = True
        else:
            assert tag in ("figure", "table", "caption", "thead", "tbody", "p", "i"), tag

    def handle_endtag(self, tag):
        self._inside = self._inside and tag not in ("td", "th")

    def handle_data(self, data):
        if self._inside:
            self.rows[-1][-1] += data
