"""From coding to questionnaire: categories become constructs, concepts become items to be worded, relations a model.

A draft is for a person to finish: every item is still the concept it comes from, and every item names the segments
behind it, in comments of the file and in the trail segment -> concept -> item -> construct -> path.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any, NamedTuple

import pandas as pd
import yaml

from ..arguments import require_kind, texts
from ..errors import SourceError
from ..instrument import Instrument, read_instrument
from ..suggestions import did_you_mean
from ..tables import Table, Tabled
from ..tables.storing import require_path, store
from ..words import Words, at
from .coding import Coding, require_coding
from .lists import ListSource, read_list
from .trail import trail_table

_UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_MOST_SEGMENTS = 5  # quoted in a comment; the trail holds all
_FIELDS = {
    "cause": ("from", "原因", "前因", "自变量"),
    "effect": ("to", "outcome", "结果", "因变量"),
    "sign": ("direction", "方向", "符号"),
}


class Relation(NamedTuple):
    """One relation of selective coding: a category, or main category, that acts on another."""

    cause: str
    effect: str
    sign: str = "+"


@dataclass(frozen=True, eq=False)
class Draft(Tabled):
    """An instrument to be finished, and the trail that leads back to the segments.

    instrument : checked as any instrument file is
    text : the YAML file, with the segments of every item in comments
    trail : row, source, segment, concept, item, construct, main_construct, paths
    """

    instrument: Instrument
    text: str
    trail: pd.DataFrame

    def write(self, path: str | Path) -> Path:
        """Write the instrument file and return its path.

        Parameters
        ----------
        path
            A new file.

        Raises
        ------
        SourceError
            The file exists; it is kept.
        ExportError
            The file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> import pandas as pd
        >>> from sme_sem.qualitative import read_coding
        >>> coded = pd.DataFrame({"source": ["F1", "F2"], "category": ["market"] * 2, "concept": ["rivals", "demand"]})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     draft_instrument(read_coding(coded)).write(f"{folder}/draft.yaml").name
        'draft.yaml'
        """
        require_path(path)
        if os.path.exists(path):
            raise SourceError(
                str(path),
                [Words("already exists; name another file, or move it away", "已存在；请指定其他文件，或将其移走")],
            )
        return store(path, self.text.encode("utf-8"))

    def tables(self) -> tuple[Table, ...]:
        """Give the trail item by item, then the questionnaire."""
        return trail_table(self.trail, self.instrument), *self.instrument.tables()


def read_relations(source: ListSource) -> tuple[Relation, ...]:
    """Read relations between categories from a table with the columns cause, effect and, if wanted, sign.

    Parameters
    ----------
    source
        File or DataFrame.

    Returns
    -------
    tuple of Relation
        In the order of the file.

    Raises
    ------
    SourceError
        If a column is missing, or a sign is neither ``+`` nor ``-``.

    Examples
    --------
    >>> import pandas as pd
    >>> read_relations(pd.DataFrame({"cause": ["market"], "effect": ["innovation"]}))
    (Relation(cause='market', effect='innovation', sign='+'),)
    """
    frame, rows = read_list(source, _FIELDS, ("cause", "effect"))
    found = [Relation(c, e, _SIGNS.get(s, s)) for c, e, s in frame.itertuples(index=False, name=None)]
    problems = [
        Words(
            f"row {row}: expected cause, effect and a sign + or -, got {', '.join(map(repr, relation))}",
            f"第{row}行：应为cause、effect与符号+或-，实为{'、'.join(map(repr, relation))}",
        )
        for row, relation in zip(rows, found, strict=True)
        if not relation.cause or not relation.effect or relation.sign not in ("+", "-")
    ]
    if problems:
        raise SourceError("DataFrame" if isinstance(source, pd.DataFrame) else str(source), problems)
    return tuple(found)


def draft_instrument(
    coding: Coding,
    relations: Iterable[Relation] = (),
    *,
    name: str = "draft",
    title: str | None = None,
    names: Mapping[str, str] | None = None,
    further: Mapping[str, Sequence[str]] | None = None,
) -> Draft:
    """Draft an instrument from coded segments: a construct for each category, an item for each of its concepts.

    A main category of several categories becomes a second-order construct over them; of one category, the category
    itself.

    Parameters
    ----------
    coding
        Coded segments with categories.
    relations
        Who acts on whom, by the names of categories or main categories: the draft model and its hypotheses.
    name, title
        Of the instrument; left out, the title says that it is a draft.
    names
        Category -> variable name, such as ``{"market competition": "MKT"}``; others are made of the category's name.
    further
        Constructs that were not coded, such as an outcome: name -> wordings of its items.

    Returns
    -------
    Draft
        ``.text`` (YAML), ``.instrument``, ``.trail``, ``.write(path)``.

    Raises
    ------
    SourceError
        If there are no categories, or a relation names something unknown.
    InstrumentError
        If ``names`` hold what cannot name a variable.

    Examples
    --------
    >>> import pandas as pd
    >>> from sme_sem.qualitative import read_coding
    >>> coding = read_coding(pd.DataFrame({"source": ["F1", "F2", "F2"], "category": ["market", "market", "innovation"],
    ...                                    "concept": ["rivals", "demand", "small steps"]}))
    >>> draft = draft_instrument(coding, [Relation("market", "innovation")])
    >>> print(draft.instrument.model_syntax("draft"))
    market =~ market_1 + market_2
    innovation ~ market
    """
    require_coding(coding)
    require_kind("names", names, (Mapping, NoneType), _NAMES)
    constructs = _constructs(coding, names or {}, _further(further))
    relations = _relations(relations)
    known = {c.label: c.name for c in constructs} | _alone(coding, constructs)
    _check(relations, known)
    paths = [(known[r.effect], known[r.cause], r.sign) for r in relations]
    document = _document(name, title, constructs, relations, paths)
    instrument = read_instrument(document, name)
    trail = _trail(coding, constructs, instrument)
    return Draft(instrument, _yaml(document, trail), trail)


def _relations(given: Iterable[Relation]) -> tuple[Relation, ...]:
    require_kind("relations", given, Iterable, _SOME_RELATIONS)
    found = tuple(given)
    for one in found:
        require_kind(Words("each of relations", "relations的每一项"), one, Relation, _A_RELATION)
    return found


def _further(given: Mapping[str, Sequence[str]] | None) -> dict[str, tuple[str, ...]]:
    require_kind("further", given, (Mapping, NoneType), _WORDINGS)
    return {name: texts("further", wordings, "I come again.") for name, wordings in (given or {}).items()}


class _Construct(NamedTuple):
    """A construct to be: its items as (id, concept), or the constructs it stands over."""

    name: str
    label: str
    definition: str
    items: tuple[tuple[str, str], ...]
    of: tuple[str, ...] = ()


def _constructs(coding: Coding, names: Mapping[str, str], further: Mapping[str, tuple[str, ...]]) -> list[_Construct]:
    segments = coding.segments[coding.segments["category"] != ""]
    if segments.empty:
        raise SourceError(
            "coding",
            [
                Words(
                    "no concept has a category; group the concepts first (axial coding)",
                    "没有归入范畴的概念；请先将概念归类（主轴式编码）",
                )
            ],
        )
    taken: set[str] = set()

    def named(label: str, concepts: Sequence[str] = ()) -> str:
        """Name a construct so that neither it nor an item of it has a name that another has."""
        variable = names.get(label) or re.sub(r"\W+", "_", label).strip("_") or "construct"
        variable = variable if not variable[0].isdigit() else f"C_{variable}"
        unique, number = variable, 2
        while not taken.isdisjoint({unique, *_item_ids(unique, concepts)}):
            unique, number = f"{variable}_{number}", number + 1
        taken.update((unique, *_item_ids(unique, concepts)))
        return unique

    found, variables = [], {}
    for label, own in segments.groupby("category", sort=False):
        definition = next((text for text in own["definition"] if text), "")
        concepts = tuple(dict.fromkeys(own["concept"]))
        variables[label] = named(str(label), concepts)
        found.append(_first_order(variables[label], str(label), definition, concepts))
    found += [_first_order(named(label, wordings), label, "", wordings) for label, wordings in further.items()]
    for label, own in segments[segments["main_category"] != ""].groupby("main_category", sort=False):
        below = tuple(variables[category] for category in dict.fromkeys(own["category"]))
        if len(below) > 1:
            found.append(_Construct(named(str(label)), str(label), "", (), below))
    return found


def _first_order(name: str, label: str, definition: str, concepts: tuple[str, ...]) -> _Construct:
    return _Construct(name, label, definition, tuple(zip(_item_ids(name, concepts), concepts, strict=True)))


def _item_ids(name: str, concepts: Sequence[str]) -> tuple[str, ...]:
    """Number the items of a construct; a single one carries the construct's name."""
    return (name,) if len(concepts) == 1 else tuple(f"{name}_{i}" for i in range(1, len(concepts) + 1))


def _alone(coding: Coding, constructs: Sequence[_Construct]) -> dict[str, str]:
    """Let a main category of one category name that category's construct."""
    variables = {c.label: c.name for c in constructs}
    segments = coding.segments[(coding.segments["main_category"] != "") & (coding.segments["category"] != "")]
    below = segments.groupby("main_category", sort=False)["category"].unique()
    return {str(main): variables[own[0]] for main, own in below.items() if len(own) == 1 and main not in variables}


def _check(relations: Sequence[Relation], known: Mapping[str, str]) -> None:
    problems = [
        at(
            f"{relation.cause} -> {relation.effect}",
            Words(f"no category is named {label!r}.", f"没有名为{label!r}的范畴。") + did_you_mean(label, known),
        )
        for relation in relations
        for label in relation[:2]
        if label not in known
    ]
    problems += [
        at(f"{r.cause} -> {r.effect}", Words("acts on itself; name two categories", "指向自身；请写两个不同的范畴"))
        for r in relations
        if r.cause == r.effect or (r.cause in known and known[r.cause] == known.get(r.effect))
    ]
    problems += [
        at(f"{r.cause} -> {r.effect}", Words(f"a sign is + or -, got {r.sign!r}", f"符号应为+或-，实为{r.sign!r}"))
        for r in relations
        if r.sign not in "+-"
    ]
    if problems:
        raise SourceError("relations", problems)


def _document(
    name: str,
    title: str | None,
    constructs: Sequence[_Construct],
    relations: Sequence[Relation],
    paths: Sequence[tuple[str, str, str]],
) -> dict[str, Any]:
    structure: dict[str, list[str]] = {}
    for effect, cause, _ in paths:
        structure.setdefault(effect, []).append(cause)
    document: dict[str, Any] = {
        "name": name,
        "title": title or _TITLE,
        "response_scales": {"agreement": {"lowest": 1, "highest": 5, "anchors": _ANCHORS}},
        "constructs": [_construct(construct) for construct in constructs],
    }
    if paths:
        lines = "\n".join(f"{effect} ~ {' + '.join(dict.fromkeys(causes))}" for effect, causes in structure.items())
        document["models"] = {"draft": {"title": _MODEL, "structure": f"{lines}\n"}}
        document["hypothesized"] = "draft"
        document["hypotheses"] = [
            {"id": f"H{i}", "path": f"{effect} ~ {cause}", "sign": sign, "text": _hypothesis(relation)}
            for i, ((effect, cause, sign), relation) in enumerate(zip(paths, relations, strict=True), 1)
        ]
    return document


def _construct(construct: _Construct) -> dict[str, Any]:
    found: dict[str, Any] = {"name": construct.name, "label": construct.label}
    if construct.definition:
        found["description"] = construct.definition
    if construct.of:
        return {**found, "of": list(construct.of)}
    return {**found, "items": [{"id": item, "wording": concept} for item, concept in construct.items]}


def _hypothesis(relation: Relation) -> dict[str, str]:
    en, zh = ("positive", "正向") if relation.sign == "+" else ("negative", "负向")
    return {
        "en": f"{relation.cause} has a {en} effect on {relation.effect}.",
        "zh": f"{relation.cause}对{relation.effect}具有{zh}影响。",
    }


def _trail(coding: Coding, constructs: Sequence[_Construct], instrument: Instrument) -> pd.DataFrame:
    """Follow every coded segment to its item, its construct, and the paths that construct is on."""
    items = {(c.label, concept): (item, c.name) for c in constructs for item, concept in c.items}
    above = {below: c.name for c in constructs for below in c.of}
    rows = []
    segments = coding.segments[coding.segments["category"] != ""]
    for row in segments.drop_duplicates(["unit", "concept", "category"]).itertuples():
        item, construct = items[str(row.category), str(row.concept)]
        main = above.get(construct, "")
        own = {construct, main}
        paths = [h for h in instrument.hypotheses if own & set(h.route)]
        written = "; ".join(f"{h.id}: {' → '.join(h.route)}" for h in paths)
        rows.append((row.row, row.source, row.segment, row.concept, item, construct, main, written))
    columns = ["row", "source", "segment", "concept", "item", "construct", "main_construct", "paths"]
    return pd.DataFrame(rows, columns=columns)


def _yaml(document: Mapping[str, Any], trail: pd.DataFrame) -> str:
    """Write the document with the segments of every item before it."""
    quoted = {str(item): own for item, own in trail.groupby("item", sort=False)}
    lines = [_HEAD]
    for part, value in document.items():
        if part != "constructs":
            lines.append(_dumped({part: value}))
            continue
        lines.append("constructs:")
        for construct in value:
            plain = {key: entry for key, entry in construct.items() if key != "items"}
            lines.append(_indented(_dumped([plain]), 2))
            if "items" in construct:
                lines.append("    items:")
            for item in construct.get("items", ()):
                lines += [f"      # {words}" for words in _quotes(quoted.get(item["id"]))]
                lines.append(f"      - id: {_quoted(item['id'])}")
                lines.append(f"        wording: {_quoted(item['wording'])}")
    return "\n".join(lines) + "\n"


def _quotes(segments: pd.DataFrame | None) -> list[str]:
    if segments is None:
        return []
    shown = segments.head(_MOST_SEGMENTS)
    lines = [
        f"{_in_one_line(source)}, row {row}: {_in_one_line(text)[:160]}".rstrip(": ")
        for row, source, text in shown[["row", "source", "segment"]].itertuples(index=False, name=None)
    ]
    rest = len(segments) - len(shown)
    return [*lines, *([f"and {rest} more segments"] if rest else [])]


def _in_one_line(text: object) -> str:
    return " ".join(_UNPRINTED.sub(" ", str(text)).split())


def _quoted(text: str) -> str:
    """Write a text in quotation marks, what YAML does not print as its number."""
    written = json.dumps(text, ensure_ascii=False)
    return _UNPRINTED.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _dumped(value: Any) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=10_000).rstrip("\n")


def _indented(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in text.splitlines())


_HEAD = """\
# A draft: every item is still the concept it was coded from.  Word the items in both languages
# (wording: {en: ..., zh: ...}), mark those of a reversed wording (reversed: true), and read the model again.
# Comments name the segments an item rests on."""
_SIGNS = {"": "+", "正": "+", "正向": "+", "positive": "+", "负": "-", "负向": "-", "negative": "-", "−": "-"}
_TITLE = {"en": "Draft questionnaire", "zh": "问卷初稿"}
_MODEL = {"en": "Model from selective coding", "zh": "选择式编码模型"}
_ANCHORS = {1: {"en": "Strongly disagree", "zh": "非常不同意"}, 5: {"en": "Strongly agree", "zh": "非常同意"}}
_NAMES = Words("variable names by category, such as {'market': 'MKT'}", "按范畴给出的变量名，如{'market': 'MKT'}")
_SOME_RELATIONS = Words(
    "relations, such as [Relation('market', 'innovation')]", "关系，如[Relation('market', 'innovation')]"
)
_A_RELATION = Words("a relation, such as Relation('market', 'innovation')", "关系，如Relation('market', 'innovation')")
_WORDINGS = Words(
    "wordings by construct, such as {'loyalty': ['I come again.']}",
    "按构念给出的表述，如{'loyalty': ['I come again.']}",
)
