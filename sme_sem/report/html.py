"""Report -> one HTML page.

The page is complete in itself: no script, no font, no picture is fetched, and its security policy forbids it; it
allows one script, by its hash, which sorts tables.  Tables are three-line tables, numbered; wide ones scroll in their
own frame, and what a statistic means appears where the pointer rests on its name.  A report on synthetic answers says
so at the head of the page (in print: of every page) and beside every section's title.  The same report gives the same
bytes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from importlib import resources
from pathlib import Path

from sme_sem.tables import Language, Table, Text, Words, html, term, written
from sme_sem.tables.format import printable, typeset
from sme_sem.tables.storing import file_names, require_path, store

from ..diagrams.fonts import FONT_FAMILY
from ..diagrams.picture import points
from .glossary import hints
from .report import Content, Figure, Report

_TABLE, _FIGURE = (
    Words("Table {n}. {title}", "表 {n}　{title}"),
    Words("Figure {n}. {title}", "图 {n}　{title}"),
)
_IDENTIFIER = re.compile(r'(\sid="|url\(#|href="#)')
_EQUATION = re.compile(r"(?:(?<=\w)|(?<=\))) (=|(?<=\bp )<) (?=[−\d.])")
_LEGIBLE = 0.75  # the least share of its size at which a drawing is shown
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:"
_TAGS: dict[Language, str] = {"en": "en", "zh": "zh-CN"}


def write(report: Report, path: str | Path, language: Language = "en") -> Path:
    """Write the page to a file, as a whole or not at all, and return its path."""
    require_path(path)
    return store(path, render(report, language).encode("utf-8"))


def render(report: Report, language: Language = "en") -> str:
    """Print a report as one self-contained HTML page.

    Parameters
    ----------
    report
        The report; every text in it is escaped, figures are taken as they are.
    language
        Of the page.

    Returns
    -------
    str
        The page, from ``<!doctype html>`` to its end.

    Examples
    --------
    >>> from sme_sem.report.report import Section
    >>> page = render(Report("Results", (Section("sample", "Sample", ("N = 344.",)),)))
    >>> '<section id="section-sample">' in page
    True
    """
    sections = _numbered(report)
    banner = f'<p class="banner" role="note">{_text(report.banner, language)}</p>' if report.synthetic else ""
    mark = f'<span class="mark">{_text(report.banner, language)}</span>' if report.synthetic else ""
    parts = [
        "<!doctype html>",
        f'<html lang="{_TAGS[language]}">',
        _head(report, language),
        "<body>",
        banner,
        _opening(report, language),
        _contents(sections, language),
        "<main>",
        *(_section(section, language, mark) for section in sections),
        "</main>",
        f"<script>{_script()}</script>",
        "</body>",
        "</html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


@dataclass(frozen=True, slots=True)
class _Part:
    """A section with its anchor, its contents numbered and named so that no two share an anchor."""

    anchor: str
    title: Text
    content: tuple[Content, ...]


def _numbered(report: Report) -> list[_Part]:
    tables, figures = report.tables(), report.figures()
    table_names = iter(file_names(table.name for table in tables))
    figure_names = iter(file_names(figure.name for figure in figures))
    tables_seen = figures_seen = 0
    parts = []
    anchors = file_names(section.name for section in report.sections)
    for anchor, section in zip(anchors, report.sections, strict=True):
        content: list[Content] = []
        for piece in section.content:
            if isinstance(piece, Table):
                tables_seen += 1
                title = _TABLE.filled(n=tables_seen, title=piece.title)
                piece = replace(piece, name=next(table_names), title=title)
            elif isinstance(piece, Figure):
                figures_seen += 1
                caption = _FIGURE.filled(n=figures_seen, title=piece.caption)
                piece = replace(piece, name=next(figure_names), caption=caption)
            content.append(piece)
        parts.append(_Part(f"section-{anchor}", section.title, tuple(content)))
    return parts


def _head(report: Report, language: Language) -> str:
    style = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    policy = _POLICY.format(digest=base64.b64encode(hashlib.sha256(_script().encode()).digest()).decode())
    title = _text(report.title, language)
    if report.synthetic:
        banner = _text(report.banner, language)
        title += f"——{banner}" if language == "zh" else f" ({banner})"
    return (
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>{title}</title>\n'
        f"<style>\nbody {{ font-family: {FONT_FAMILY}; }}\n{style}</style></head>"
    )


def _script() -> str:
    return resources.files(__package__).joinpath("page.js").read_text(encoding="utf-8")


def _opening(report: Report, language: Language) -> str:
    subtitle = f'<p class="subtitle">{_text(report.subtitle, language)}</p>' if report.subtitle else ""
    facts = "".join(f"<dt>{_text(name, language)}</dt><dd>{_text(fact, language)}</dd>" for name, fact in report.facts)
    facts = f'<dl class="facts">{facts}</dl>' if facts else ""
    return f"<header><h1>{_text(report.title, language)}</h1>{subtitle}{facts}</header>"


def _contents(parts: Sequence[_Part], language: Language) -> str:
    if not parts:
        return ""
    lines = []
    for part in parts:
        links = "".join(f"<li>{_link(*place, language)}</li>" for place in map(_place, part.content) if place)
        links = f"<ul>{links}</ul>" if links else ""
        lines.append(f"<li>{_link(part.anchor, part.title, language)}{links}</li>")
    heading = _text(term("Contents"), language)
    return f'<nav aria-labelledby="contents"><h2 id="contents">{heading}</h2><ol>{"".join(lines)}</ol></nav>'


def _place(piece: Content) -> tuple[str, Text] | None:
    """Anchor and title of a table or a figure."""
    if isinstance(piece, Table):
        return html.anchor(piece.name), piece.title
    return (_figure_anchor(piece), piece.caption) if isinstance(piece, Figure) else None


def _link(anchor: str, title: Text, language: Language) -> str:
    return f'<a href="#{anchor}">{_text(title, language)}</a>'


def _section(part: _Part, language: Language, mark: str) -> str:
    content = "\n".join(_piece(piece, language) for piece in part.content)
    return f'<section id="{part.anchor}">\n<h2>{_text(part.title, language)}{mark}</h2>\n{content}\n</section>'


def _piece(piece: Content, language: Language) -> str:
    if isinstance(piece, Table):
        return html.render(piece, language, hints=hints(language))
    if isinstance(piece, Figure):
        return (
            f'<figure class="picture" id="{_figure_anchor(piece)}">'
            f"<figcaption>{_text(piece.caption, language)}</figcaption>"
            f'<div class="scroll">{_inlined(piece, language)}</div></figure>'
        )
    paragraphs = re.split(r"\n\s*\n", written(piece, language).strip())
    return "\n".join(
        f"<p>{escape(_unbroken(typeset(printable(paragraph))))}</p>" for paragraph in paragraphs if paragraph
    )


def _unbroken(text: str) -> str:
    """Keep ``p = .068`` on one line, by no-break spaces around its sign."""
    return _EQUATION.sub("\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}", text)


def _figure_anchor(figure: Figure) -> str:
    return f"figure-{figure.name}"


def _inlined(figure: Figure, language: Language) -> str:
    """Take the ``<svg>`` element out of its document and give its identifiers the figure's name."""
    svg = figure.svg[max(figure.svg.find("<svg"), 0) :].strip()
    prefix = f"{_figure_anchor(figure)}-"
    svg = re.sub(r"<[^>]*>", lambda tag: _IDENTIFIER.sub(rf"\g<1>{prefix}", tag.group()), svg)
    least = f"min-width: {_LEGIBLE * points(svg)[0]:.0f}pt"  # a drawing is scrolled before it is illegible
    label = f'aria-label="{_text(figure.caption, language)}" style="{least}"'
    return re.sub(r"<svg\b(?!\s+aria-label)", lambda start: f"{start.group()} {label}", svg, count=1)


def _text(text: Text, language: Language) -> str:
    return escape(typeset(printable(written(text, language))))
