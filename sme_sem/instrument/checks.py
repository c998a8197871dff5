"""What the parts of an instrument must agree on: every name is known, unique, and used where it can be.

The checks read the document as written, part by part, and pass over what is missing or of a wrong
type (the record types report that): so all mistakes of a file are found in one reading.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any, TypeGuard

from ..errors import SyntaxProblem
from ..suggestions import did_you_mean
from ..syntax import read_terms
from ..words import Text, Words, at
from .address import find
from .options import is_quantity, option_name
from .syntax import factors, paths, statements

CONSTRUCT = Words("construct", "构念")
_SCALE, _MODEL = Words("response scale", "作答量表"), Words("model", "模型")
_QUESTION = Words("background question", "背景题")
_MOST_PROBLEMS = 500
_ITEM_IDS = ("constructs.*.items.*.id", "additional_items.*.id")
_IDS = (*_ITEM_IDS, "attention_checks.*.id", "background.*.id", "metadata.*.id")


def problems_between(document: Any) -> list[Words]:
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


def _scales(document: Any) -> Iterator[Words]:
    for place, scale in find(document, "response_scales.*", dict):
        lowest, highest = scale.get("lowest"), scale.get("highest")
        if not _whole(lowest) or not _whole(highest):
            continue
        if lowest >= highest:
            yield _not_above(place, lowest, highest)
            continue
        for code in _mapping(scale.get("anchors")):
            if isinstance(code, int) and not lowest <= code <= highest:
                yield at(f"{place}.anchors[{code}]", _OFF_SCALE.filled(lowest=lowest, highest=highest))
        for spot, code in find(scale, "missing_codes.*", int):
            if lowest <= code <= highest:
                yield at(f"{place}.{spot}", _VALID.filled(code=code, span=_SPAN.filled(lowest=lowest, highest=highest)))


def _not_above(place: str, lowest: object, highest: object) -> Words:
    said = Words(f"must be above lowest ({lowest}), got {highest}", f"必须大于lowest（{lowest}），实际为{highest}")
    return at(f"{place}.highest", said)


def _unique_ids(document: Any) -> Iterator[Words]:
    yield from _repeated(found for pattern in _IDS for found in find(document, pattern))


def _construct_names(document: Any) -> Iterator[Words]:
    yield from _repeated(find(document, "constructs.*.name"))
    used = {name: place for pattern in _IDS for place, name in find(document, pattern)}
    for place, construct in find(document, "constructs.*", dict):
        name = construct.get("name")
        only = [item for _, item in find(construct, "items.*.id")] == [name]
        if isinstance(name, str) and name in used and not only:
            yield _used_twice(f"{place}.name", name, used[name])


def _indicators(document: Any) -> Iterator[Words]:
    for place, construct in find(document, "constructs.*", dict):
        items, elements = construct.get("items"), construct.get("of")
        if items and elements:
            yield at(place, _BOTH)
        elif not items and not elements:
            yield at(place, _NEITHER)
        ids = [item for _, item in find(construct, "items.*.id")]
        name = construct.get("name")
        if isinstance(items, list) and len(items) == len(ids) == 1 and isinstance(name, str) and name != ids[0]:
            yield at(f"{place}.name", _OF_ONE_ITEM.filled(item=repr(ids[0]), name=repr(name)))


def _second_order(document: Any) -> Iterator[Words]:
    names = _names(document, "constructs.*.name")
    over = _over(document)
    for place, construct in find(document, "constructs.*", dict):
        seen: set[str] = set()
        for spot, element in find(construct, "of.*"):
            where = f"{place}.{spot}"
            if element not in names:
                yield named_nowhere(where, CONSTRUCT, element) + did_you_mean(element, names)
            elif any(construct.get("name") == name for name in _reached(element, over)):
                yield at(where, _OVER_ITSELF.filled(name=repr(construct["name"])))
            elif element in seen:
                yield _named_twice(where, element)
            seen.add(element)


def _scale_names(document: Any) -> Iterator[Words]:
    known = _keys(document, "response_scales")
    patterns = ("constructs.*.scale", "constructs.*.items.*.scale", "additional_items.*.scale")
    for pattern in (*patterns, "attention_checks.*.scale"):
        for place, name in find(document, pattern):
            if known and name not in known:
                yield named_nowhere(place, _SCALE, name) + did_you_mean(name, known)


def _background(document: Any) -> Iterator[Words]:
    for place, question in find(document, "background.*", dict):
        kind, categories = question.get("kind", "category"), question.get("categories")
        if kind in ("category", "multiple") and not categories:
            yield at(f"{place}.categories", _NO_CATEGORIES)
        elif kind in ("numeric", "text") and categories:
            yield at(f"{place}.categories", _HAS_NO_CATEGORIES.filled(kind=kind))
        if question.get("ordered") is True and kind != "category":
            yield at(f"{place}.ordered", _NOT_ORDERED.filled(kind=kind))
        yield from _bounds(place, question, kind)


def _bounds(place: str, question: Any, kind: Any) -> Iterator[Words]:
    """Complain of the range of a number where it is none, or where there is no number."""
    given = {key: question[key] for key in ("lowest", "highest") if question.get(key) is not None}
    for key, bound in given.items():
        if kind != "numeric":
            yield at(f"{place}.{key}", _NO_RANGE.filled(kind=kind))
        elif isinstance(bound, float) and not math.isfinite(bound):
            yield at(f"{place}.{key}", _NOT_FINITE.filled(bound=bound))
    if kind != "numeric" or not all(_number(bound) for bound in given.values()):
        return
    lowest, highest = given.get("lowest", -math.inf), given.get("highest", math.inf)
    if lowest >= highest:
        yield _not_above(place, lowest, highest)
    for spot, code in find(question, "missing_codes.*", int) if given else ():
        if lowest <= code <= highest:
            yield at(f"{place}.{spot}", _VALID.filled(code=code, span=_ALLOWED[tuple(given)].filled(**given)))


def _options(document: Any) -> Iterator[Words]:
    """Every option of a question with several answers becomes a variable of its own."""
    taken: dict[str, Text] = {i.casefold(): i for pattern in _IDS for _, i in find(document, pattern)}
    for place, question in find(document, "background.*", dict):
        if question.get("kind") != "multiple" or not isinstance(question.get("id"), str):
            continue
        for code in _mapping(question.get("categories")):
            name = option_name(question["id"], code)
            where = f"{place}.categories[{code!r}]"
            if name.casefold() in taken:
                yield at(where, _SAME_VARIABLE.filled(name=repr(name), other=taken[name.casefold()]))
            taken.setdefault(name.casefold(), Words(f"the option {code!r}", f"选项{code!r}"))


def _attention(document: Any) -> Iterator[Words]:
    scales = _mapping(document.get("response_scales"))
    for place, check in find(document, "attention_checks.*", dict):
        name, expected = check.get("scale") or next(iter(scales), None), check.get("expected")
        scale = _mapping(scales.get(name)) if isinstance(name, str) else {}
        lowest, highest = scale.get("lowest"), scale.get("highest")
        if _whole(lowest) and _whole(highest) and _whole(expected) and lowest < highest:
            if not lowest <= expected <= highest:
                said = Words(f"{expected} is ", f"{expected}") + _OFF_SCALE.filled(lowest=lowest, highest=highest)
                yield at(f"{place}.expected", said)


def _models(document: Any) -> Iterator[Words]:
    constructs = _names(document, "constructs.*.name")
    known = [*constructs, *_observed(document), *_category_columns(document)]
    for place, model in find(document, "models.*", dict):
        listed = [name for _, name in find(model, "constructs.*")]
        for spot, name in find(model, "constructs.*"):
            if name not in constructs:
                yield named_nowhere(f"{place}.{spot}", CONSTRUCT, name) + did_you_mean(name, constructs)
        structure = model.get("structure")
        if isinstance(structure, str) and _mistake(structure) is None:
            yield from _unknown_variables(f"{place}.structure", structure, known)
            for name in sorted(outcome for outcome, cause in paths(structure) if cause == outcome):
                yield at(f"{place}.structure", _ON_ITSELF.filled(name=repr(name)))
            yield from _products(document, f"{place}.structure", structure)
            yield from _parts_beside_composites(document, f"{place}.structure", structure)
            entering = set(listed) | _elements(document, listed)
            for name in _variables(structure) if listed else ():
                if name in constructs and name not in entering:
                    yield at(f"{place}.structure", _LEFT_OUT.filled(name=repr(name)))


def unreadable_models(document: Any) -> Iterator[Words]:
    """Complain of models that are no model syntax: where, and what was expected."""
    for place, structure in find(document, "models.*.structure", str):
        problem = _mistake(structure)
        if problem is not None:
            yield at(place, Words(*(text.replace("\n", "\n    ") for text in (str(problem), problem.in_chinese()))))


def _mistake(structure: str) -> SyntaxProblem | None:
    try:
        read_terms(structure)
    except SyntaxProblem as problem:
        return problem
    return None


def _parts_beside_composites(document: Any, place: str, structure: str) -> Iterator[Words]:
    """Complain of models that name a composite and also what it is made of."""
    named = set(_variables(structure))
    entering = named | _elements(document, sorted(named))
    for name, parts in _composites(document).items():
        for part in parts:
            if name in entering and part in named and part != name:
                yield at(place, _BESIDE_COMPOSITE.filled(part=repr(part), name=repr(name)))


def _composites(document: Any) -> dict[str, list[str]]:
    """What each construct with ``measurement: composite`` is made of."""
    made = [c for _, c in find(document, "constructs.*", dict) if c.get("measurement") == "composite"]
    return {
        c["name"]: [part for pattern in ("of.*", "items.*.id") for _, part in find(c, pattern)]
        for c in made
        if isinstance(c.get("name"), str)
    }


def _products(document: Any, place: str, structure: str) -> Iterator[Words]:
    """Complain of products that no product indicators can measure, or that stand without their factors."""
    present, named = paths(structure), set(_variables(structure))
    for outcome, cause in sorted(present):
        parts = factors(cause)
        if len(parts) > 2:
            yield at(place, _TOO_MANY_FACTORS.filled(cause=repr(cause), n=len(parts)))
            continue
        for name in parts if len(parts) == 2 else ():
            if said := _no_factor(document, name, named):
                yield at(place, Words(f"{cause!r} multiplies ", f"乘积{cause!r}：") + said)
            elif (outcome, name) not in present:
                yield at(place, _FACTOR_MISSING.filled(outcome=repr(outcome), cause=repr(cause), name=repr(name)))


def _no_factor(document: Any, name: str, named: set[str]) -> Words | None:
    """Say why a variable can be no factor of a product; nothing where it can."""
    if name in _composites(document):
        return _FACTOR_COMPOSITE.filled(name=repr(name))
    for _, construct in find(document, "constructs.*", dict):
        own = [item for _, item in find(construct, "items.*.id")]
        if construct.get("name") == name and not own:
            return _FACTOR_WITHOUT_ITEMS.filled(name=repr(name))
        if name in own and construct.get("name") != name and construct.get("name") in named:
            return _FACTOR_ITEM.filled(name=repr(name), construct=repr(construct.get("name")))
    asked = (question for _, question in find(document, "background.*", dict) if question.get("id") == name)
    return next((_no_quantity(name, question) for question in asked), None)


def _no_quantity(name: str, question: dict[Any, Any]) -> Words | None:
    """Say why a background question can be no factor of a product; nothing where its answers are a quantity."""
    kind, codes = question.get("kind", "category"), list(_mapping(question.get("categories")))
    if kind == "text":
        return _FACTOR_OF_TEXT.filled(name=repr(name))
    if kind == "category" and any(isinstance(code, str) for code in codes):
        return _FACTOR_OF_TEXTS.filled(name=repr(name))
    if kind == "category" and question.get("ordered") is not True and len(codes) > 2:
        return _FACTOR_WITHOUT_ORDER.filled(name=repr(name), n=len(codes), id=name)
    return None


def _chosen_models(document: Any) -> Iterator[Words]:
    models, hypothesized = _keys(document, "models"), document.get("hypothesized")
    for pattern in ("hypothesized", "rivals.*", "hypotheses.*.model"):
        for place, name in find(document, pattern):
            if name not in models:
                known = Words(f" The models are: {', '.join(models)}.", f"已有模型：{'、'.join(models)}。")
                yield named_nowhere(place, _MODEL, name) + (did_you_mean(name, models) or (known if models else ""))
    yield from _repeated(find(document, "rivals.*"))
    for place, name in find(document, "rivals.*"):
        if name == hypothesized:
            yield at(place, _NO_RIVAL.filled(name=repr(name)))


def _hypotheses(document: Any) -> Iterator[Words]:
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
            yield at(f"{place}.path", _NO_PATH.filled(path=repr(path)))
            continue
        problems: list[Words] = [
            _unknown(f"{place}.path", name, known) for side in sides for name in factors(side) if name not in known
        ]
        problems += _mediators(place, hypothesis, sides, known)
        if cause in columns.values():
            own = [column for column, question in columns.items() if question == cause]
            problems.append(at(f"{place}.path", _NO_SIGN.filled(cause=repr(cause), column=repr(own[-1]))))
        yield from problems
        if not problems:
            yield from _untested(document, place, hypothesis, sides, columns)


def _mediators(place: str, hypothesis: Any, sides: tuple[str, str], known: list[str]) -> Iterator[Words]:
    """Complain of mediators that are not known, or stand twice on the route."""
    ends = dict(zip(sides, (Words("outcome", "结果变量"), Words("cause", "原因变量")), strict=True))
    seen: set[str] = set()
    for spot, name in _via(hypothesis):
        where = f"{place}.{spot}"
        if name in ends:
            yield at(where, _AT_THE_END.filled(name=repr(name), end=ends[name]))
        elif name in seen:
            yield _named_twice(where, name)
        elif name not in known:
            yield _unknown(where, name, known)
        seen.add(name)


def _via(hypothesis: Any) -> list[tuple[str, str]]:
    """List the mediators, one by itself or several, with their places."""
    return [*find(hypothesis, "via"), *find(hypothesis, "via.*")]


def _untested(
    document: Any, place: str, hypothesis: Any, path: tuple[str, str], columns: dict[str, str]
) -> Iterator[Words]:
    """Complain of a hypothesis whose path, or a path of whose route, is not in its model.

    columns : the questions of the columns of categories, which stand in a model by either name
    """
    name = hypothesis.get("model") or document.get("hypothesized")
    if name is None:
        yield at(f"{place}.model", _NO_MODEL)
        return
    model = _mapping(document.get("models")).get(name) if isinstance(name, str) else None
    structure = _mapping(model).get("structure", "")
    if model is None or not isinstance(structure, str) or _mistake(structure) is not None:
        return
    via = [mediator for _, mediator in _via(hypothesis)]
    outcome, cause = path
    if via and ":" in cause:
        return  # told already
    for start, end in pairwise((cause, *via, outcome)):
        if paths(structure).isdisjoint({(end, start), (end, columns.get(start, start))}):
            path_of_it = repr(f"{end} ~ {start}")
            said = Words(f"the model {name!r} has no path {path_of_it}", f"模型{name!r}中没有路径{path_of_it}")
            yield at(f"{place}.{'via' if via else 'path'}", said)


def _answers(document: Any) -> Iterator[Words]:
    known = [*_names(document, "constructs.*.name"), *_observed(document)]
    for place, answers in find(document, "answers", dict):
        if not answers.get("file") and not answers.get("synthetic"):
            yield at(place, _NO_ANSWERS)
        for pattern in ("synthetic.population", "synthetic.groups.*.population"):
            for spot, population in find(answers, pattern):
                yield from _unknown_variables(f"{place}.{spot}", population, known)
        for pattern in ("synthetic.products.*.outcome", "synthetic.products.*.of.*"):
            for spot, name in find(answers, pattern):
                if name not in known:
                    yield _unknown(f"{place}.{spot}", name, known)
        yield from _groups(document, answers, f"{place}.synthetic.groups")


def _groups(document: Any, answers: Any, place: str) -> Iterator[Words]:
    questions = {q["id"]: q for _, q in find(document, "background.*", dict) if isinstance(q.get("id"), str)}
    groups = [group for _, group in find(answers, "synthetic.groups.*", dict)]
    shares = [group.get("share") for group in groups]
    if shares and all(isinstance(s, float) for s in shares) and not math.isclose(sum(shares), 1):
        total = f"{sum(shares):g}"
        yield at(place, Words(f"the shares must add up to 1, got {total}", f"各组share之和须为1，实际为{total}"))
    for i, group in enumerate(groups):
        for name, code in _mapping(group.get("answers")).items():
            if name not in questions:
                yield named_nowhere(f"{place}[{i}].answers", _QUESTION, name) + did_you_mean(name, questions)
            elif code not in list(_mapping(questions[name].get("categories"))):
                said = Words(f"{code!r} is no answer to this question", f"{code!r}不是该题的选项")
                yield at(f"{place}[{i}].answers.{name}", said)


def _unknown_variables(place: str, text: str, known: list[str]) -> Iterator[Words]:
    defined = {name for s in statements(text) if s.operator in ("=~", "<~") for name in s.left}
    for name in _variables(text):
        if name not in known and name not in defined:
            yield _unknown(place, name, known)


def _unknown(place: str, name: str, known: list[str]) -> Words:
    said = Words(f"{name!r} is no construct, item or background question.", f"{name!r}不是构念、题项或背景题。")
    return at(place, said) + did_you_mean(name, known)


def named_nowhere(place: str, kind: Words, name: str) -> Words:
    """Complain that nothing of a kind has such a name."""
    return at(place, Words(f"no {kind} is named {name!r}.", f"没有名为{name!r}的{kind.zh}。"))


def _variables(text: str) -> list[str]:
    return list(dict.fromkeys(name for statement in statements(text) for name in statement.names))


def _used_twice(place: str, name: str, before: str) -> Words:
    return at(place, Words(f"{name!r} is already used at {before}", f"{name!r}已用于{before}"))


def _named_twice(place: str, name: str) -> Words:
    return at(place, Words(f"{name!r} is already named", f"{name!r}已列出"))


def _repeated(found: Iterator[tuple[str, str]]) -> Iterator[Words]:
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
    """The variables of items and background questions; one of each option where several may be chosen."""
    found = [name for pattern in _ITEM_IDS for _, name in find(document, pattern)]
    for _, question in find(document, "background.*", dict):
        name = question.get("id")
        if isinstance(name, str) and question.get("kind") == "multiple":
            found += [option_name(name, code) for code in _mapping(question.get("categories"))]
        elif isinstance(name, str):
            found.append(name)
    return found


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
    return {option_name(name, code): name for name, own in codes.items() if not is_quantity(own) for code in own}


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


_OFF_SCALE = Words("off the scale, which runs from {lowest} to {highest}", "超出量表范围（{lowest}至{highest}）")
_VALID = Words("{code} is a valid answer; {span}", "{code}是有效答案；{span}")
_SPAN = Words("the scale runs from {lowest} to {highest}", "量表范围为{lowest}至{highest}")
_ALLOWED = {
    ("lowest", "highest"): Words("the question allows {lowest} to {highest}", "该题允许{lowest}至{highest}"),
    ("lowest",): Words("the question allows {lowest} and more", "该题允许{lowest}及以上"),
    ("highest",): Words("the question allows {highest} and less", "该题允许{highest}及以下"),
}
_BOTH = Words(
    "has both items and of; a construct is measured by one of them", "同时含items与of；构念只能由其中之一测量"
)
_NEITHER = Words(
    "has neither items nor of; list its items, or the constructs it stands over",
    "既无items也无of；请列出其题项，或其所含的低阶构念",
)
_OVER_ITSELF = Words("{name} would stand over itself", "{name}包含了自身")
_OF_ONE_ITEM = Words(
    "a construct of one item carries the item's id, because the item itself enters the models; expected {item}, got "
    "{name}",
    "单题项构念须以题项编号为名，因为进入模型的是题项本身；应为{item}，实际为{name}",
)
_NO_CATEGORIES = Words(
    "missing; list the answers, or set kind to numeric or text", "缺少；请列出选项，或将kind设为numeric或text"
)
_HAS_NO_CATEGORIES = Words(
    "a {kind} question has none; leave them out, or set kind to category",
    "{kind}题没有选项；请删去，或将kind设为category",
)
_NOT_ORDERED = Words(
    "is for categories of which one is chosen; leave it out of a {kind} question", "仅用于单选题；请从{kind}题中删去"
)
_NO_RANGE = Words(
    "is for the answers to a numeric question; leave it out of a {kind} question", "仅用于数值题；请从{kind}题中删去"
)
_NOT_FINITE = Words("expected a finite number, got {bound}", "应为有限的数字，实际为{bound}")
_SAME_VARIABLE = Words(
    "would be the variable {name}, like {other}; recode or rename one",
    "对应的变量名为{name}，与{other}相同；请更改其中一个的编码或名称",
)
_LEFT_OUT = Words("names {name}, which the list of constructs leaves out", "含{name}，而constructs列表中没有")
_BESIDE_COMPOSITE = Words(
    "names {part}, which the composite {name} is made of and stands for in the model",
    "含{part}，而它是合成构念{name}的组成部分，在模型中已由{name}代表",
)
_ON_ITSELF = Words("{name} acts on itself; name another variable", "{name}以自身为原因变量；请改为其他变量")
_TOO_MANY_FACTORS = Words(
    "{cause} multiplies {n} variables; a product is of two constructs",
    "{cause}为{n}个变量的乘积；乘积只能由两个构念构成",
)
_FACTOR_MISSING = Words(
    "{outcome} has the product {cause} as a cause, but not {name} itself; add it",
    "{outcome}的原因变量中有乘积{cause}，却没有{name}本身；请加入",
)
_FACTOR_COMPOSITE = Words(
    "the composite {name}, which has no items that reflect it", "{name}为合成构念，没有反映它的题项，不能相乘"
)
_FACTOR_WITHOUT_ITEMS = Words(
    "{name}, which has no items of its own to multiply; take one of the constructs it stands over",
    "{name}自身没有可相乘的题项；请改用其所含的低阶构念之一",
)
_FACTOR_ITEM = Words(
    "{name}, an item of {construct}; multiply the construct", "{name}是{construct}的题项；请改用该构念相乘"
)
_FACTOR_OF_TEXT = Words(
    "{name}, a question of kind text; a moderator is a number, a question of two categories or one with "
    "'ordered: true'",
    "{name}为text题，不能作调节变量；调节变量须为数值题、二分类题或注明ordered: true的有序题",
)
_FACTOR_OF_TEXTS = Words(
    "{name}, whose codes are texts; give its categories whole numbers as codes", "{name}的编码为文字；请改用整数编码"
)
_FACTOR_WITHOUT_ORDER = Words(
    "{name}, which has {n} categories without order; compare them as groups in the study (group: {id}), or write "
    "'ordered: true' to it if they stand in order",
    "{name}有{n}个无序类别，不能作调节变量；请在研究文件中按组比较（group: {id}），若各类别有序则注明ordered: true",
)
_NO_RIVAL = Words(
    "{name} is the hypothesized model; a rival is another one", "{name}就是假设模型；竞争模型须为其他模型"
)
_NO_PATH = Words(
    "expected 'outcome ~ cause', such as 'BMI ~ MKT' or 'BMI ~ MKT:CAP', got {path}",
    "应为“结果变量 ~ 原因变量”，如'BMI ~ MKT'或'BMI ~ MKT:CAP'，实际为{path}",
)
_NO_SIGN = Words(
    "{cause} has categories without order, so that its paths have no one sign; name the column of a category, such as "
    "{column}, or write 'ordered: true' to the question if they have one",
    "{cause}的类别无序，其路径没有单一的方向；请写某一类别的列，如{column}，若各类别有序则在该题注明ordered: true",
)
_AT_THE_END = Words(
    "{name} is the {end} of the path; a mediator stands between cause and outcome",
    "{name}是该路径的{end}；中介变量位于原因变量与结果变量之间",
)
_NO_MODEL = Words(
    "missing; name the model that holds the path, or a hypothesized model", "缺少；请写含有该路径的模型，或指定假设模型"
)
_NO_ANSWERS = Words(
    "expected file (answers), synthetic (a population to draw from), or both (drawn answers)",
    "应有file（数据文件）、synthetic（抽取数据的总体），或两者皆有（已抽取的数据）",
)
