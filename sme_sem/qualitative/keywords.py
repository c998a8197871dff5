"""How often keywords of a theme occur in documents, by document, firm and year.

Chinese text is cut into words first (jieba's dictionary and algorithm, by rjieba, the keywords added to it), so that
微创新 is not found in 稍微创新; a keyword with Latin letters or digits is found as whole words, in any case of letters.
Documents are read one by one, in parallel, and only their counts are kept.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from ..arguments import texts
from ..errors import SourceError
from ..tables import Column, Kind, Table, Tabled, Words, rows_from
from ..tables.format import cell
from ..tables.storing import require_path, unreadable
from ..tasks import Progress, results, shown
from ..words import Text, at
from .documents import documents_in, firm_and_year, name_pattern, read_document
from .libraries import library
from .lists import read_list
from .remarks import Remark, remarks_table

Themes = Mapping[str, Sequence[str]]
_Counted = tuple[Path, dict[str, int] | None, int, Words | None]
_CLAUSE_END = re.compile(r"[\s，。；：、！？（）“”《》]|\Z")  # no word reaches beyond these
_LATIN = re.compile(r"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９]")
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width letters, digits and signs
_FREQUENCY = (
    100  # of a keyword in the dictionary: cut out of 微创新能力 (创新能力 has 3 to 10), not out of 稍微创新 (300)
)
_TOGETHER = 16  # documents handed to a worker at a time
_FEW = 32  # PDF or Word files that are faster read here than by workers that must first start
_PLAIN = 0.01  # of such a file: what reading and counting a text file takes


@dataclass(frozen=True, eq=False)
class KeywordCounts(Tabled):
    """Mentions of keywords.

    counts : documents x keywords
    documents : document, firm, year, characters (blanks not counted)
    themes : theme -> keywords
    remarks : files that were not read, and why
    """

    counts: pd.DataFrame
    documents: pd.DataFrame
    themes: Mapping[str, tuple[str, ...]]
    remarks: tuple[Remark, ...] = ()

    @property
    def totals(self) -> pd.DataFrame:
        """By keyword, most mentioned first: theme, keyword, mentions, documents (that hold it)."""
        rows = [
            (theme, word, int(self.counts[word].sum()), int((self.counts[word] > 0).sum()))
            for theme, words in self.themes.items()
            for word in words
        ]
        frame = pd.DataFrame(rows, columns=["theme", "keyword", "mentions", "documents"])
        return frame.sort_values("mentions", ascending=False, kind="stable", ignore_index=True)

    def by_document(self) -> pd.DataFrame:
        """By document: document, firm, year, characters, mentions, one column per theme."""
        return pd.concat([self.documents, self._mentions()], axis=1)

    def by_firm(self) -> pd.DataFrame:
        """By firm: firm, reports, mentions, index (mentions / reports), one column per theme."""
        return self._gathered("firm")

    def by_year(self) -> pd.DataFrame:
        """By year: year, reports, mentions, index, one column per theme; undated documents are left out."""
        return self._gathered("year")

    @property
    def index(self) -> float:
        """Mentions of all keywords over the number of documents."""
        return float(self.counts.to_numpy().sum() / len(self.counts))

    def tables(self) -> tuple[Table, ...]:
        """Give mentions by keyword, firm and year, then what was not read."""
        mentions = (_MENTIONS, Column("documents", Words("Documents", "文档数"), Kind.COUNT))
        words = (Column("theme", Words("Theme", "主题")), Column("keyword", Words("Keyword", "关键词")), *mentions)
        themes = tuple(Column(str(t), str(t), Kind.COUNT, named=True) for t in self.themes)
        reports = (Column("reports", Words("Reports", "报告数"), Kind.COUNT), _MENTIONS, _INDEX)
        note = _READ.filled(n=len(self.documents), index=cell(self.index, Kind.ESTIMATE))
        return (
            Table("keywords", Words("Keywords", "关键词词频"), words, _rows(self.totals), (note,)),
            Table(
                "keywords_by_firm",
                Words("Keywords by firm", "各企业关键词词频"),
                (Column("firm", Words("Firm", "企业")), *reports, *themes),
                _rows(self.by_firm()),
            ),
            Table(
                "keywords_by_year",
                Words("Keywords by year", "各年份关键词词频"),
                (Column("year", Words("Year", "年份")), *reports, *themes),
                _rows(self.by_year()),
            ),
            *remarks_table(self.remarks),
        )

    def _mentions(self) -> pd.DataFrame:
        themes = {theme: self.counts[list(words)].sum(axis=1) for theme, words in self.themes.items()}
        return pd.DataFrame({"mentions": self.counts.sum(axis=1), **themes})

    def _gathered(self, name: str) -> pd.DataFrame:
        keys = self.documents[name]
        sums = self._mentions().groupby(keys, sort=True).sum()
        sums.insert(0, "reports", keys.value_counts().reindex(sums.index))
        sums.insert(2, "index", sums["mentions"] / sums["reports"])
        return sums.reset_index()


def read_keywords(source: str | os.PathLike[str] | Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Read keywords by theme: a YAML file ``theme: [word, ...]``, or a table with the columns theme and keyword.

    Parameters
    ----------
    source
        File, or a mapping.

    Returns
    -------
    dict
        Theme -> keywords, each keyword in one theme only.

    Raises
    ------
    SourceError
        If the file cannot be read, a theme is empty, or a keyword stands twice.

    Examples
    --------
    >>> read_keywords({"micro-innovation": ["微创新", "迭代创新"]})
    {'micro-innovation': ('微创新', '迭代创新')}
    """
    if not isinstance(source, Mapping):
        require_path(source, "themes", _THEMES)
    place = "keywords" if isinstance(source, Mapping) else str(source)
    themes = source if isinstance(source, Mapping) else _themes_in(Path(source), place)
    problems, found, seen = list[Text](), {}, dict[str, str]()
    for theme, words in themes.items():
        if isinstance(words, str) or not isinstance(words, Sequence) or not words:
            problems.append(
                at(
                    str(theme),
                    Words(f"expected a list of keywords, got {words!r:.40}", f"应为关键词列表，实为{words!r:.40}"),
                )
            )
            continue
        found[str(theme)] = tuple(str(word).strip() for word in words)
        for word in found[str(theme)]:
            if not word:
                problems.append(at(str(theme), Words("holds an empty keyword", "有空的关键词")))
            elif word.casefold() in seen:
                problems.append(
                    at(
                        str(theme),
                        Words(
                            f"{word!r} stands already in {seen[word.casefold()]}; keep it once",
                            f"{word!r}已列入{seen[word.casefold()]}；请只保留一处",
                        ),
                    )
                )
            seen[word.casefold()] = str(theme)
    if not found and not problems:
        problems.append(Words("holds no theme; expected theme: [keyword, ...]", "没有主题；应为 主题: [关键词, ...]"))
    if problems:
        raise SourceError(place, problems)
    return found


def count_keywords(
    sources: str | Path | Iterable[str | Path],
    themes: Themes | str | os.PathLike[str],
    *,
    pattern: str | None = None,
    words: Sequence[str] = (),
    workers: int = 1,
    progress: bool | Progress = False,
) -> KeywordCounts:
    """Count keywords in documents (txt, PDF, docx).

    Parameters
    ----------
    sources
        Files and folders.
    themes
        Theme -> keywords, or what :func:`read_keywords` reads.
    pattern
        How a file's name tells firm and year: a regular expression with groups ``firm`` and ``year``.
    words
        Further words for the dictionary that text is cut by, so that keywords inside of them are not counted.
    workers
        Processes that share the work where it is worth starting them; the counts do not depend on it.
    progress
        True for a bar, or a function of the documents read and those there are.

    Returns
    -------
    KeywordCounts
        ``.totals``, ``.by_document()``, ``.by_firm()``, ``.by_year()``, ``.remarks``.

    Raises
    ------
    SourceError
        If a path, a keyword or the pattern is wrong, or no document could be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = Path(folder, "600001_2020.txt")
    ...     _ = report.write_text("坚持微创新，稍微创新不算。Big data, big DATA!", encoding="utf-8")
    ...     counted = count_keywords(folder, {"theme": ["微创新", "big data"]})
    >>> counted.counts.iloc[0].to_dict()
    {'微创新': 1, 'big data': 2}
    """
    known = read_keywords(themes)
    paths = documents_in(sources)
    named = None if pattern is None else name_pattern(pattern, paths)
    keywords, further = tuple(w for own in known.values() for w in own), texts("words", words, "微创新")
    found: list[_Counted] = []
    batches = [paths[i : i + _TOGETHER] for i in range(0, len(paths), _TOGETHER)]
    work = partial(_count_batch, keywords=keywords, words=further)
    with shown(progress, _COUNTING) as tell:
        for counted in results(work, batches, workers if _effort(paths) > _FEW else 1):
            found += counted
            tell(len(found), len(paths))
    remarks = tuple(
        Remark("error" if own is None else "info", str(path), said) for path, own, _, said in found if said is not None
    )
    read = [(path, own, length) for path, own, length, _ in found if own is not None]
    if not read:
        raise SourceError(
            str(paths[0].parent),
            [
                Words("no document could be read", "没有可读取的文档"),
                *(at(str(r.place), r.message) for r in remarks[:5]),
            ],
        )
    if named is not None:
        remarks += tuple(Remark("warning", str(path), _UNNAMED) for path, *_ in read if not named.search(path.stem))
    rows = [(path.name, *firm_and_year(path, named), length) for path, _, length in read]
    documents = pd.DataFrame(rows, columns=["document", "firm", "year", "characters"]).astype({"year": "Int64"})
    counts = pd.DataFrame([own for _, own, _ in read], columns=list(keywords))
    return KeywordCounts(counts, documents, known, remarks)


def _effort(paths: Sequence[Path]) -> float:
    return sum(1 if path.suffix.lower() in (".pdf", ".docx") else _PLAIN for path in paths)


def _count_batch(paths: Sequence[Path], keywords: tuple[str, ...], words: tuple[str, ...]) -> list[_Counted]:
    found: list[_Counted] = []
    counter = _Counter.of(keywords, words)
    for path in paths:
        read = read_document(path)
        if read.text is None:
            found.append((path, None, 0, read.remark))
        else:
            length = sum(map(len, read.text.split()))
            found.append((path, counter.count(read.text), length, read.remark))
    return found


class _Counter:
    """Counts keywords in a text: Chinese ones among its words, others as whole words."""

    def __init__(self, keywords: tuple[str, ...], words: tuple[str, ...]) -> None:
        self._keywords = keywords
        self._chinese = frozenset(word for word in keywords if not _LATIN.search(word))
        others = [word for word in keywords if word not in self._chinese]
        self._latin = {" ".join(word.translate(_NARROW).casefold().split()): word for word in others}
        self._cutter = library("rjieba", Words("cutting Chinese text into words", "中文分词")).Jieba()
        for word in dict.fromkeys((*self._chinese, *(w for w in words if not _LATIN.search(w)))):
            self._cutter.add_word(word, max(_FREQUENCY, self._cutter.suggest_freq(word)), None)
        self._near = re.compile("|".join(map(re.escape, self._chinese))) if self._chinese else None
        longest = sorted(self._latin, key=len, reverse=True)
        self._whole = re.compile(rf"(?:{'|'.join(map(_spelt, longest))})(?![a-z0-9])") if longest else None

    @staticmethod
    @cache
    def of(keywords: tuple[str, ...], words: tuple[str, ...]) -> _Counter:
        """Keep one counter for each set of keywords: a dictionary takes a while to load."""
        return _Counter(keywords, words)

    def count(self, text: str) -> dict[str, int]:
        """How often each keyword occurs; clauses that hold none of their characters are not cut."""
        words = Counter(self._cutter.cut("\n".join(self._clauses(text))))
        whole = self._whole.findall(text.translate(_NARROW).casefold()) if self._whole is not None else ()
        spelt = Counter(self._latin[" ".join(match.split())] for match in whole)
        return {word: words[word] if word in self._chinese else spelt[word] for word in self._keywords}

    def _clauses(self, text: str) -> Iterator[str]:
        """Give the clauses that hold the characters of a Chinese keyword, each once."""
        backwards, n, end = text[::-1], len(text), 0
        for match in self._near.finditer(text) if self._near is not None else ():
            if match.start() >= end:
                start = n - _end(backwards, n - match.start())
                end = _end(text, match.end())
                yield text[start:end]


def _end(text: str, start: int) -> int:
    """Where the clause ends that goes on at ``start``."""
    match = _CLAUSE_END.search(text, start)
    return match.start() if match is not None else len(text)


def _spelt(word: str) -> str:
    """Find a word that no letter or digit stands before; its first character comes first, so that it is looked for."""
    first, rest = re.escape(word[0]), r"\s+".join(map(re.escape, word[1:].split(" ")))
    return rf"{first}(?<![a-z0-9]{first}){rest}"


def _themes_in(path: Path, place: str) -> Mapping[str, Any]:
    if path.suffix.lower() not in (".yaml", ".yml"):
        frame, _ = read_list(path, _FIELDS, tuple(_FIELDS))
        return {str(theme): own["keyword"].tolist() for theme, own in frame.groupby("theme", sort=False)}
    import yaml

    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, yaml.YAMLError) as problem:
        raise SourceError(
            place, [Words("is no YAML in UTF-8: ", "不是UTF-8编码的YAML文件：") + " ".join(str(problem).split())[:160]]
        ) from None
    except (OSError, ValueError) as problem:  # ValueError: a NUL in the name
        raise SourceError(place, [unreadable(problem)]) from None
    if not isinstance(document, dict):
        raise SourceError(place, [Words("expected theme: [keyword, ...]", "应为 主题: [关键词, ...]")])
    return document


def _rows(frame: pd.DataFrame) -> tuple[tuple[object, ...], ...]:
    return rows_from(frame.astype(object))


_FIELDS = {"theme": ("主题", "类别", "维度"), "keyword": ("word", "关键词", "词语")}
_COUNTING = Words("Reading documents", "读取文档")
_READ = Words("Documents read: {n}. Mentions per document: {index}.", "读取文档{n}份，篇均提及{index}次。")
_UNNAMED = Words(
    "the pattern does not fit its name, which is taken for the firm; the year is unknown",
    "文件名与pattern不符：以文件名为企业，年份未知",
)
_MENTIONS = Column("mentions", Words("Mentions", "词频"), Kind.COUNT)
_INDEX = Column("index", Words("Mentions per report", "词频/报告数"), Kind.ESTIMATE)
_THEMES = Words(
    "keywords by theme, such as {'price': ['cheap', 'dear']}, or the path of a file",
    "按主题给出的关键词，如{'price': ['cheap', 'dear']}，或文件的路径",
)
