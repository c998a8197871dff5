"""What the parts of an instrument must agree on: every name is known, unique, and used where it can be.

The checks read the document as written, part by part, and pass over what is missing or of a wrong
type (the record types report that): so all mistakes of a file are found in one reading.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any, TypeGuard

from ..errors import SyntaxProblem, did_you_mean
from ..syntax import read_terms
from ..words import Text, Words
from .address import find
from .options import option_name
from .syntax import factors, paths, statements

CONSTRUCT = Words("construct", "构念")
_SCALE, _MODEL = Words("response scale", "作答量表"), Words("model", "模型")
_MOST_PROBLEMS = 500
_ITEM_IDS = ("constructs.*.items.*.id", "additional_items.*.id")
_IDS = (*_ITEM_IDS, "attention_checks.*.id", "background.*.id", "metadata.*.id")


def problems_between(document: Any) -> list[Text]:
    """Every contradiction between the parts of a document, each with its place; of very many, the first."""
    checks = [
        _scales,
        _unique_ids,
        _construct_names,
        _indicators,
        _second_order,
        _scale_names,
        _background,
        _options,
        _attention,
        _chosen_models,
    ]
    if _names(document, "constructs.*.name"):  # without constructs, these would only repeat what is missing
        checks += [_models, _hypotheses, _answers]
    checks.append(unreadable_models)
    return list(islice((problem for check in checks for problem in check(document)), _MOST_PROBLEMS))


def _scales(document: Any) -> Iterator[Text]:
    for place, scale in find(document, "response_scales.*", dict):
        lowest, highest = scale.get("lowest"), scale.get("highest")
        if not _whole(lowest) or not _whole(highest):
            continue
        if lowest >= highest:
            yield f"{place}.highest: must be above lowest ({lowest}), got {highest}"
            continue
        for code in _mapping(scale.get("anchors")):
            if isinstance(code, int) and not lowest <= code <= highest:
                yield f"{place}.anchors[{code}]: off the scale, which runs from {lowest} to {highest}"
        for spot, code in find(scale, "missing_codes.*", int):
            if lowest <= code <= highest:
                yield f"{place}.{spot}: {code} is a valid answer; the scale runs from {lowest} to {highest}"


def _unique_ids(document: Any) -> Iterator[Text]:
    yield from _repeated(found for pattern in _IDS for found in find(document, pattern))


def _construct_names(document: Any) -> Iterator[Text]:
    yield from _repeated(find(document, "constructs.*.name"))
    used = {name: place for pattern in _IDS for place, name in find(document, pattern)}
    for place, construct in find(document, "constructs.*", dict):
        name = construct.get("name")
        only = [item for _, item in find(construct, "items.*.id")] == [name]
        if isinstance(name, str) and name in used and not only:
            yield _used_twice(f"{place}.name", name, used[name])


def _indicators(document: Any) -> Iterator[Text]:
    for place, construct in find(document, "constructs.*", dict):
        items, elements = construct.get("items"), construct.get("of")
        if items and elements:
            yield f"{place}: has both items and of; a construct is measured by one of them"
        elif not items and not elements:
            yield f"{place}: has neither items nor of; list its items, or the constructs it stands over"
        ids = [item for _, item in find(construct, "items.*.id")]
        name = construct.get("name")
        if isinstance(items, list) and len(items) == len(ids) == 1 and isinstance(name, str) and name != ids[0]:
            yield (
                f"{place}.name: a construct of one item carries the item's id, because the item itself "
                f"enters the models; expected {ids[0]!r}, got {name!r}"
            )


def _second_order(document: Any) -> Iterator[Text]:
    names = _names(document, "constructs.*.name")
    over = _over(document)
    for place, construct in find(document, "constructs.*", dict):
        seen: set[str] = set()
        for spot, element in find(construct, "of.*"):
            where = f"{place}.{spot}"
            if element not in names:
                yield f"{where}: no construct is named {element!r}.{did_you_mean(element, names)}"
            elif any(construct.get("name") == name for name in _reached(element, over)):
                yield f"{where}: {construct['name']!r} would stand over itself"
            elif element in seen:
                yield f"{where}: {element!r} is already named"
            seen.add(element)


def _scale_names(document: Any) -> Iterator[Text]:
    known = _keys(document, "response_scales")
    patterns = ("constructs.*.scale", "constructs.*.items.*.scale", "additional_items.*.scale")
    for pattern in (*patterns, "attention_checks.*.scale"):
        for place, name in find(document, pattern):
            if known and name not in known:
                yield named_nowhere(place, _SCALE, name) + did_you_mean(name, known)


def _background(document: Any) -> Iterator[Text]:
    for place, question in find(document, "background.*", dict):
        kind, categories = question.get("kind", "category"), question.get("categories")
        if kind in ("category", "multiple") and not categories:
            yield f"{place}.categories: missing; list the answers, or set kind to numeric or text"
        elif kind in ("numeric", "text") and categories:
            yield f"{place}.categories: a {kind} question has none; leave them out, or set kind to category"
        if question.get("ordered") is True and kind != "category":
            yield f"{place}.ordered: is for categories of which one is chosen; leave it out of a {kind} question"
        yield from _bounds(place, question, kind)


def _bounds(place: str, question: Any, kind: Any) -> Iterator[Text]:
    """Complain of the range of a number where it is none, or where there is no number."""
    given = {key: question[key] for key in ("lowest", "highest") if question.get(key) is not None}
    for key, bound in given.items():
        if kind != "numeric":
            yield f"{place}.{key}: is for the answers to a numeric question; leave it out of a {kind} question"
        elif isinstance(bound, float) and not math.isfinite(bound):
            yield f"{place}.{key}: expected a finite number, got {bound}"
    if kind != "numeric" or not all(_number(bound) for bound in given.values()):
        return
    lowest, highest = given.get("lowest", -math.inf), given.get("highest", math.inf)
    if lowest >= highest:
        yield f"{place}.highest: must be above lowest ({lowest}), got {highest}"
    for spot, code in find(question, "missing_codes.*", int) if given else ():
        if lowest <= code <= highest:
            yield f"{place}.{spot}: {code} is a valid answer; the question allows {_span(given)}"


def _span(given: dict[str, Any]) -> str:
    if len(given) == 2:
        return f"{given['lowest']} to {given['highest']}"
    return f"{given['lowest']} and more" if "lowest" in given else f"{given['highest']} and less"


def _options(document: Any) -> Iterator[Text]:
    """Every option of a question with several answers becomes a variable of its own."""
    taken = {i.casefold(): i for pattern in _IDS for _, i in find(document, pattern) if isinstance(i, str)}
    for place, question in find(document, "background.*", dict):
        if question.get("kind") != "multiple" or not isinstance(question.get("id"), str):
            continue
        for code in _mapping(question.get("categories")):
            name = option_name(question["id"], code)
            where = f"{place}.categories[{code!r}]"
            if name.casefold() in taken:
                yield f"{where}: would be the variable {name!r}, like {taken[name.casefold()]}; recode or rename one"
            taken.setdefault(name.casefold(), f"the option {code!r}")


def _attention(document: Any) -> Iterator[Text]:
    scales = _mapping(document.get("response_scales"))
    for place, check in find(document, "attention_checks.*", dict):
        name, expected = check.get("scale") or next(iter(scales), None), check.get("expected")
        scale = _mapping(scales.get(name)) if isinstance(name, str) else {}
        lowest, highest = scale.get("lowest"), scale.get("highest")
        if _whole(lowest) and _whole(highest) and _whole(expected) and lowest < highest:
            if not lowest <= expected <= highest:
                yield f"{place}.expected: {expected} is off the scale, which runs from {lowest} to {highest}"


def _models(document: Any) -> Iterator[Text]:
    constructs = _names(document, "constructs.*.name")
    known = [*constructs, *_observed(document), *_category_columns(document)]
    for place, model in find(document, "models.*", dict):
        listed = [name for _, name in find(model, "constructs.*")]
        for spot, name in find(model, "constructs.*"):
            if name not in constructs:
                yield named_nowhere(f"{place}.{spot}", CONSTRUCT, name) + did_you_mean(name, constructs)
        structure = model.get("structure")
        if isinstance(structure, str) and _readable(structure):
            yield from _unknown_variables(f"{place}.structure", structure, known)
            yield from _products(document, f"{place}.structure", structure)
            yield from _parts_beside_composites(document, f"{place}.structure", structure)
            entering = set(listed) | _elements(document, listed)
            for name in _variables(structure) if listed else ():
                if name in constructs and name not in entering:
                    yield f"{place}.structure: names {name!r}, which the list of constructs leaves out"


def unreadable_models(document: Any) -> Iterator[Text]:
    """Complain of models that are no model syntax: where, and what was expected."""
    for place, structure in find(document, "models.*.structure", str):
        try:
            read_terms(structure)
        except SyntaxProblem as problem:
            yield f"{place}: {problem}".replace("\n", "\n    ")


def _readable(structure: str) -> bool:
    return not any(unreadable_models({"models": {"": {"structure": structure}}}))


def _parts_beside_composites(document: Any, place: str, structure: str) -> Iterator[Text]:
    """Complain of models that name a composite and also what it is made of."""
    named = set(_variables(structure))
    entering = named | _elements(document, sorted(named))
    for name, parts in _composites(document).items():
        for part in parts:
            if name in entering and part in named and part != name:
                yield f"{place}: names {part!r}, which the composite {name!r} is made of and stands for in the model"


def _composites(document: Any) -> dict[str, list[str]]:
    """What each construct with ``measurement: composite`` is made of."""
    made = [c for _, c in find(document, "constructs.*", dict) if c.get("measurement") == "composite"]
    return {
        c["name"]: [part for pattern in ("of.*", "items.*.id") for _, part in find(c, pattern)]
        for c in made
        if isinstance(c.get("name"), str)
    }


def _products(document: Any, place: str, structure: str) -> Iterator[Text]:
    """Complain of products that no product indicators can measure, or that stand without their factors."""
    present, named = paths(structure), set(_variables(structure))
    for outcome, cause in sorted(present):
        parts = factors(cause)
        if len(parts) > 2:
            yield f"{place}: {cause!r} multiplies {len(parts)} variables; a product is of two constructs"
            continue
        for name in parts if len(parts) == 2 else ():
            if said := _no_factor(document, name, named):
                yield f"{place}: {cause!r} multiplies {said}"
            elif (outcome, name) not in present:
                yield f"{place}: {outcome!r} has the product {cause!r} as a cause, but not {name!r} itself; add it"


def _no_factor(document: Any, name: str, named: set[str]) -> str:
    """Say why a variable can be no factor of a product; nothing where it can."""
    if name in _composites(document):
        return f"the composite {name!r}, which has no items that reflect it"
    for _, construct in find(document, "constructs.*", dict):
        own = [item for _, item in find(construct, "items.*.id")]
        if construct.get("name") == name and not own:
            return f"{name!r}, which has no items of its own to multiply; take one of the constructs it stands over"
        if name in own and construct.get("name") != name and construct.get("name") in named:
            return f"{name!r}, an item of {construct.get('name')!r}; multiply the construct"
    for _, question in find(document, "background.*", dict):
        if question.get("id") == name:
            return _no_quantity(name, question)
    return ""


def _no_quantity(name: str, question: dict[Any, Any]) -> str:
    """Say why a background question can be no factor of a product; nothing where its answers are a quantity."""
    kind, codes = question.get("kind", "category"), list(_mapping(question.get("categories")))
    if kind in ("text", "multiple"):
        return (
            f"{name!r}, a question of kind {kind}; a moderator is a number, a question of two categories or one with "
            f"'ordered: true' （{name!r}不能作调节变量：调节变量须为数值题、二分类题或注明ordered: true的有序题）"
        )
    if kind == "category" and any(isinstance(code, str) for code in codes):
        return (
            f"{name!r}, whose codes are texts; give its categories whole numbers as codes "
            f"（{name!r}的编码为文字，请改用整数编码）"
        )
    if kind == "category" and question.get("ordered") is not True and len(codes) > 2:
        return (
            f"{name!r}, which has {len(codes)} categories without order; compare them as groups in the study "
            f"(group: {name}), or write 'ordered: true' to it if they stand in order "
            f"（{name!r}为无序的多分类变量，不能作调节变量；请在研究文件中按组比较（group: {name}），若各类别有序则注明"
            "ordered: true）"
        )
    return ""


def _chosen_models(document: Any) -> Iterator[Text]:
    models, hypothesized = _keys(document, "models"), document.get("hypothesized")
    for pattern in ("hypothesized", "rivals.*", "hypotheses.*.model"):
        for place, name in find(document, pattern):
            if name not in models:
                known = Words(f" The models are: {', '.join(models)}.", f"已有模型：{'、'.join(models)}。")
                yield named_nowhere(place, _MODEL, name) + (did_you_mean(name, models) or (known if models else ""))
    yield from _repeated(find(document, "rivals.*"))
    for place, name in find(document, "rivals.*"):
        if name == hypothesized:
            yield f"{place}: {name!r} is the hypothesized model; a rival is another one"


def _hypotheses(document: Any) -> Iterator[Text]:
    yield from _repeated(find(document, "hypotheses.*.id"))
    columns = _category_columns(document)
    known = [*_names(document, "constructs.*.name"), *_observed(document), *columns]
    for place, hypothesis in find(document, "hypotheses.*", dict):
        path = hypothesis.get("path")
        if not isinstance(path, str) or not path.strip():
            continue
        outcome, _, cause = ("".join(side.split()) for side in path.partition("~"))
        sides = (outcome, cause)
        if paths(path) != {sides}:
            yield f"{place}.path: expected 'outcome ~ cause', such as 'BMI ~ MKT' or 'BMI ~ MKT:CAP', got {path!r}"
            continue
        problems: list[Text] = [
            _unknown(f"{place}.path", name, known) for side in sides for name in factors(side) if name not in known
        ]
        problems += _mediators(place, hypothesis, sides, known)
        if cause in columns.values():
            own = [column for column, question in columns.items() if question == cause]
            problems.append(
                f"{place}.path: {cause!r} has categories without order, so that its paths have no one sign; name the "
                f"column of a category, such as {own[-1]!r}, or write 'ordered: true' to the question if they have one"
            )
        yield from problems
        if not problems:
            yield from _untested(document, place, hypothesis, sides, columns)


def _mediators(place: str, hypothesis: Any, sides: tuple[str, str], known: list[str]) -> Iterator[Text]:
    """Complain of mediators that are not known, or stand twice on the route."""
    ends = dict(zip(sides, ("outcome", "cause"), strict=True))
    seen: set[str] = set()
    for spot, name in _via(hypothesis):
        where = f"{place}.{spot}"
        if name in ends:
            yield f"{where}: {name!r} is the {ends[name]} of the path; a mediator stands between cause and outcome"
        elif name in seen:
            yield f"{where}: {name!r} is already named"
        elif name not in known:
            yield _unknown(where, name, known)
        seen.add(name)


def _via(hypothesis: Any) -> list[tuple[str, str]]:
    """List the mediators, one by itself or several, with their places."""
    return [*find(hypothesis, "via"), *find(hypothesis, "via.*")]


def _untested(
    document: Any, place: str, hypothesis: Any, path: tuple[str, str], columns: dict[str, str]
) -> Iterator[Text]:
    """Complain of a hypothesis whose path, or a path of whose route, is not in its model.

    columns : the questions of the columns of categories, which stand in a model by either name
    """
    name = hypothesis.get("model") or document.get("hypothesized")
    if name is None:
        yield f"{place}.model: missing; name the model that holds the path, or a hypothesized model"
        return
    model = _mapping(document.get("models")).get(name) if isinstance(name, str) else None
    structure = _mapping(model).get("structure", "")
    if model is None or not isinstance(structure, str) or not _readable(structure):
        return
    via = [mediator for _, mediator in _via(hypothesis)]
    outcome, cause = path
    if via and ":" in cause:
        return  # told already
    for start, end in pairwise((cause, *via, outcome)):
        if paths(structure).isdisjoint({(end, start), (end, columns.get(start, start))}):
            yield f"{place}.{'via' if via else 'path'}: the model {name!r} has no path {f'{end} ~ {start}'!r}"


def _answers(document: Any) -> Iterator[Text]:
    known = [*_names(document, "constructs.*.name"), *_observed(document)]
    for place, answers in find(document, "answers", dict):
        if not answers.get("file") and not answers.get("synthetic"):
            yield f"{place}: expected file (answers), synthetic (a population to draw from), or both (drawn answers)"
        for pattern in ("synthetic.population", "synthetic.groups.*.population"):
            for spot, population in find(answers, pattern):
                yield from _unknown_variables(f"{place}.{spot}", population, known)
        for pattern in ("synthetic.products.*.outcome", "synthetic.products.*.of.*"):
            for spot, name in find(answers, pattern):
                if name not in known:
                    yield _unknown(f"{place}.{spot}", name, known)
        yield from _groups(document, answers, f"{place}.synthetic.groups")


def _groups(document: Any, answers: Any, place: str) -> Iterator[Text]:
    questions = {q["id"]: q for _, q in find(document, "background.*", dict) if isinstance(q.get("id"), str)}
    groups = [group for _, group in find(answers, "synthetic.groups.*", dict)]
    shares = [group.get("share") for group in groups]
    if shares and all(isinstance(s, float) for s in shares) and not math.isclose(sum(shares), 1):
        yield f"{place}: the shares must add up to 1, got {sum(shares):g}"
    for i, group in enumerate(groups):
        for name, code in _mapping(group.get("answers")).items():
            if name not in questions:
                yield f"{place}[{i}].answers: no background question is named {name!r}.{did_you_mean(name, questions)}"
            elif code not in list(_mapping(questions[name].get("categories"))):
                yield f"{place}[{i}].answers.{name}: {code!r} is no answer to this question"


def _unknown_variables(place: str, text: str, known: list[str]) -> Iterator[Text]:
    defined = {name for s in statements(text) if s.operator in ("=~", "<~") for name in s.left}
    for name in _variables(text):
        if name not in known and name not in defined:
            yield _unknown(place, name, known)


def _unknown(place: str, name: str, known: list[str]) -> Words:
    said = Words(
        f"{place}: {name!r} is no construct, item or background question.",
        f"{place}：{name!r}不是构念、题项或背景题。",
    )
    return said + did_you_mean(name, known)


def named_nowhere(place: str, kind: Words, name: str) -> Words:
    """Complain that nothing of a kind has such a name."""
    return Words(f"{place}: no {kind} is named {name!r}.", f"{place}：没有名为{name!r}的{kind.zh}。")


def _variables(text: str) -> list[str]:
    return list(dict.fromkeys(name for statement in statements(text) for name in statement.names))


def _used_twice(place: str, name: str, before: str) -> Words:
    return Words(f"{place}: {name!r} is already used at {before}", f"{place}：{name!r}已用于{before}")


def _repeated(found: Iterator[tuple[str, str]]) -> Iterator[Text]:
    seen: dict[str, str] = {}
    for place, name in found:
        if name in seen:
            yield _used_twice(place, name, seen[name])
        seen.setdefault(name, place)


def _over(document: Any) -> dict[str, list[str]]:
    """Map each construct to those it stands over."""
    named = ((c.get("name"), c) for _, c in find(document, "constructs.*", dict))
    return {name: [element for _, element in find(c, "of.*")] for name, c in named if isinstance(name, str)}


def _reached(start: str, over: dict[str, list[str]]) -> set[str]:
    """Collect a construct and everything it stands over, however deep."""
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += over.get(name, [])
    return reached


def _elements(document: Any, names: list[str]) -> set[str]:
    over = _over(document)
    return {element for name in names for element in _reached(name, over)}


def _observed(document: Any) -> list[str]:
    return [name for pattern in (*_ITEM_IDS, "background.*.id") for _, name in find(document, pattern)]


def _category_columns(document: Any) -> dict[str, str]:
    """The columns that stand in models for questions of more than two categories without order, each with its question.

    >>> _category_columns({"background": [{"id": "city", "categories": {1: "Harbin", 2: "Daqing", 3: "Jixi"}}]})
    {'city.1': 'city', 'city.2': 'city', 'city.3': 'city'}
    """
    asked = [q for _, q in find(document, "background.*", dict) if q.get("kind", "category") == "category"]
    codes = {
        q["id"]: list(_mapping(q.get("categories")))
        for q in asked
        if q.get("ordered") is not True and isinstance(q.get("id"), str)
    }
    return {
        option_name(name, code): name
        for name, own in codes.items()
        if len(own) > 2 or any(isinstance(code, str) for code in own)
        for code in own
    }


def _names(document: Any, pattern: str) -> list[str]:
    return [name for _, name in find(document, pattern)]


def _keys(document: Any, field: str) -> list[str]:
    return [key for key in _mapping(document.get(field)) if isinstance(key, str)]


def _mapping(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> TypeGuard[float]:
    return _whole(value) or (isinstance(value, float) and math.isfinite(value))


def _whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
