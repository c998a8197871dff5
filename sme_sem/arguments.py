"""How arguments are read: what is meant by them, or a refusal that says what can be given.

Of options that go by name capitals, dots and hyphens do not matter, as in lavaan.
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable
from numbers import Integral, Number, Real
from typing import Any, TypeVar

from .errors import SpecificationError
from .words import Text, Words

_T = TypeVar("_T", bound=str)
_MOST_QUOTED = 40


def chosen(name: str, value: _T, allowed: tuple[_T, ...], note: Text = "") -> _T:
    """Look up which of the allowed values is meant; the message lists what is possible.

    >>> chosen("estimator", "mlr", ("ML", "MLR")), chosen("se", "robust.sem", ("standard", "robust_sem"))
    ('MLR', 'robust_sem')
    """
    for one in allowed:
        if means(value, one):
            return one
    known = [repr(one) for one in allowed]
    en, zh = f"is not available; it can be {', '.join(known)}.", f"不可用；可选{'、'.join(known)}。"
    raise SpecificationError(Words(f"{name}={value!r} {en}", f"{name}={value!r}{zh}") + note)


def means(value: object, name: str) -> bool:
    """Whether an option is the one of that name."""
    return isinstance(value, str) and plain(value) == plain(name)


def plain(value: str) -> str:
    """Write a name as it is compared.

    >>> plain("Satorra.Bentler")
    'satorra_bentler'
    """
    return value.lower().replace(".", "_").replace("-", "_")


def flag(name: str, value: object) -> bool:
    """Read an option that is on or off; a text or a number is neither.

    >>> flag("std_lv", True)
    True
    """
    import numpy as np  # not before it is needed: the command line begins here

    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise SpecificationError(Words(f"{name}={value!r}: give True or False.", f"{name}={value!r}：应为True或False。"))


def probability(name: str, value: object, example: float) -> float:
    """Give back a level of confidence or significance, or refuse what does not lie between 0 and 1.

    >>> probability("level", 0.9, 0.95)
    0.9
    """
    if isinstance(value, Real) and 0 < float(value) < 1:
        return float(value)
    raise SpecificationError(
        Words(
            f"{name}={value!r}: give a share between 0 and 1, such as {name}={example}.",
            f"{name}={value!r}：应为0与1之间的比例，如{name}={example}。",
        )
    )


def whole(name: str, value: object, least: int, wanted: Text = "", most: float = float("inf")) -> int:
    """Give back a whole number, or refuse what is none, too small or too large.

    >>> whole("draws", 1000, 2)
    1000
    """
    if isinstance(value, Integral) and not isinstance(value, bool) and least <= int(value) <= most:
        return int(value)
    wanted = wanted or Words(f"a whole number, at least {least}", f"整数，至少为{least}")
    raise SpecificationError(Words(f"{name}={value!r}: give ", f"{name}={value!r}：应给出") + wanted + Words(".", "。"))


def texts(name: str, value: str | Iterable[str], example: str) -> tuple[str, ...]:
    """Read an option that takes one text or several."""
    found = (value,) if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)
    if not all(isinstance(text, str) for text in found):
        raise SpecificationError(
            Words(
                f"{name}={value!r}: give a text, or a list of texts, such as {name}=[{example!r}].",
                f"{name}={value!r}：应为文本或文本列表，如{name}=[{example!r}]。",
            )
        )
    return found


def listed(name: str, value: object, example: str) -> list[Any]:
    """Read an option that names one column or several; a name need not be a text.

    >>> listed("items", "t1", "t1"), listed("items", [1, 2], "t1")
    (['t1'], [1, 2])
    """
    found = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
    if value is None or not all(isinstance(one, Hashable) for one in found):
        raise SpecificationError(
            Words(
                f"{name}={value!r}: give a name, or a list of names, such as {name}=[{example!r}].",
                f"{name}={value!r}：应为名称或名称列表，如{name}=[{example!r}]。",
            )
        )
    return found


def among(value: object, known: Container[str]) -> bool:
    """Whether a text is one of those known; what is no text is none of them."""
    return isinstance(value, str) and value in known


def require_kind(name: Text, value: object, kinds: Any, expected: Text) -> None:
    """Refuse an argument of another kind than is needed, and say what was given.

    kinds : a type or several, as for ``isinstance``

    >>> require_kind("group", "region", str, "the name of a column")
    """
    if isinstance(value, kinds):
        return
    plain = (value is None or isinstance(value, (str, Number))) and len(repr(value)) <= _MOST_QUOTED
    got = repr(value) if plain else type(value).__name__
    raise SpecificationError(_KIND.filled(name=name, expected=expected, got=got))


_KIND = Words("{name} must be {expected}, not {got}.", "{name}应为{expected}，而非{got}。")
