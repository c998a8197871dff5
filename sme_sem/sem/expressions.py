"""Quantities defined from parameters: ``indirect := a*b``, with their exact derivatives.

An expression is evaluated on pairs (value, gradient), so that the delta method needs no numerical
differentiation: var(g) = grad^T V grad (Rao 1973, section 6a.2).  Values may carry any leading batch
axes; gradients have one more axis, the free parameters.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial, reduce

import numpy as np
from scipy import special

from ..errors import SpecificationError
from ..letters import NAME
from ..suggestions import did_you_mean
from ..syntax import Term
from ..words import Words, at, joined


@dataclass(frozen=True, eq=False)
class Quantity:
    """A value and its gradient: (...), (..., q)"""

    value: np.ndarray
    gradient: np.ndarray

    def mapped(self, value: np.ndarray, slope: np.ndarray) -> Quantity:
        """Apply a function with the given value and derivative."""
        return Quantity(value, np.asarray(slope)[..., None] * self.gradient)


Known = Mapping[str, Quantity]

_FUNCTIONS: dict[str, Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]] = {
    "exp": lambda x: (np.exp(x), np.exp(x)),
    "log": lambda x: (np.log(x), 1 / x),
    "log10": lambda x: (np.log10(x), 1 / (x * np.log(10))),
    "expm1": lambda x: (np.expm1(x), np.exp(x)),
    "log1p": lambda x: (np.log1p(x), 1 / (1 + x)),
    "log2": lambda x: (np.log2(x), 1 / (x * np.log(2))),
    "sqrt": lambda x: (np.sqrt(x), 0.5 / np.sqrt(x)),
    "abs": lambda x: (x * np.sign(np.real(x)), np.sign(np.real(x))),
    "sin": lambda x: (np.sin(x), np.cos(x)),
    "cos": lambda x: (np.cos(x), -np.sin(x)),
    "tan": lambda x: (np.tan(x), 1 + np.tan(x) ** 2),
    "asin": lambda x: (np.arcsin(x), 1 / np.sqrt(1 - x**2)),
    "acos": lambda x: (np.arccos(x), -1 / np.sqrt(1 - x**2)),
    "atan": lambda x: (np.arctan(x), 1 / (1 + x**2)),
    "sinh": lambda x: (np.sinh(x), np.cosh(x)),
    "cosh": lambda x: (np.cosh(x), np.sinh(x)),
    "tanh": lambda x: (np.tanh(x), 1 - np.tanh(x) ** 2),
    "asinh": lambda x: (np.arcsinh(x), 1 / np.sqrt(1 + x**2)),
    "acosh": lambda x: (np.arccosh(x), 1 / np.sqrt(x**2 - 1)),
    "atanh": lambda x: (np.arctanh(x), 1 / (1 - x**2)),
    "plogis": lambda x: (1 / (1 + np.exp(-x)), 1 / (2 + np.exp(x) + np.exp(-x))),
    "pnorm": lambda x: (special.ndtr(x), np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)),
}
"""R's names: ``plogis`` and ``pnorm`` turn logits and probits into probabilities, ``atanh`` is Fisher's z."""

_LARGEST = {"max": 1, "min": -1}
"""Of several values; where two are equal the first gives the slope, which is not defined there."""

_WORD = re.compile(rf"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>\.?{NAME})")


def evaluate(text: str, known: Known) -> Quantity:
    """Evaluate an expression of labels, numbers, ``+ - * / ^``, brackets and a few functions.

    Raises :class:`~sme_sem.errors.SpecificationError` naming what is unknown.
    """
    with np.errstate(all="ignore"):  # a logarithm of a negative estimate is NaN, and shown as such
        try:
            return _evaluate(_parsed(text), text, known)
        except (RecursionError, OverflowError):
            raise SpecificationError(_TOO_LONG.filled(text=text[:60])) from None


def define(definitions: Sequence[Term], known: Known) -> dict[str, Quantity]:
    """Evaluate ``name := expression`` in order; later ones may use earlier ones."""
    everything = dict(known)
    found = {}
    for term in definitions:
        if term.op == ":=":
            everything[term.lhs] = found[term.lhs] = evaluate(term.rhs, everything)
    return found


@lru_cache(maxsize=256)
def _parsed(text: str) -> ast.expr:
    python = _WORD.sub(lambda m: m["number"] or _encoded(m["name"]), text).replace("^", "**")
    try:
        return ast.parse(python, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise SpecificationError(_UNREAD.filled(text=repr(text))) from None


def _encoded(name: str) -> str:
    """Dots are allowed in labels but not in Python names, which also unite look-alikes such as a and full-width a."""
    return "v_" + "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}_" for c in name)


def _decoded(name: str) -> str:
    return re.sub("_([0-9a-f]+)_", lambda m: chr(int(m[1], 16)), name.removeprefix("v_"))


def _evaluate(node: ast.expr, text: str, known: Known) -> Quantity:
    match node:
        case ast.Constant(value=int() | float() as number):
            return Quantity(np.asarray(float(number)), np.zeros(1))
        case ast.Name(id=name):
            label = _decoded(name)
            if label in known:
                return known[label]
            unknown = _UNKNOWN.filled(label=repr(label)) + did_you_mean(label, known) + _HOW_TO_LABEL
            raise SpecificationError(at(repr(text), unknown))
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            inner = _evaluate(operand, text, known)
            return inner if isinstance(sign, ast.UAdd) else Quantity(-inner.value, -inner.gradient)
        case ast.BinOp(left=left, op=op, right=right):
            return _combined(_evaluate(left, text, known), op, _evaluate(right, text, known), text)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if _decoded(name) in _FUNCTIONS:
            inner = _evaluate(argument, text, known)
            return inner.mapped(*_FUNCTIONS[_decoded(name)](inner.value))
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as several, keywords=[]) if _decoded(name) in _LARGEST:
            return reduce(partial(_larger, _LARGEST[_decoded(name)]), (_evaluate(one, text, known) for one in several))
    functions = joined((*_FUNCTIONS, *_LARGEST), ", ", "、")
    raise SpecificationError(at(repr(text), _UNDERSTOOD.filled(functions=functions)))


def _larger(sign: int, a: Quantity, b: Quantity) -> Quantity:
    """The larger of two, or with the sign -1 the smaller; NaN where either is."""
    first = sign * np.real(a.value) >= sign * np.real(b.value)
    unknown = np.isnan(a.value) | np.isnan(b.value)
    value = np.where(unknown, np.nan, np.where(first, a.value, b.value))
    return Quantity(value, np.where(first[..., None], a.gradient, b.gradient))


def _combined(a: Quantity, op: ast.operator, b: Quantity, text: str) -> Quantity:
    x, y = a.value[..., None], b.value[..., None]
    match op:
        case ast.Add():
            return Quantity(a.value + b.value, a.gradient + b.gradient)
        case ast.Sub():
            return Quantity(a.value - b.value, a.gradient - b.gradient)
        case ast.Mult():
            return Quantity(a.value * b.value, y * a.gradient + x * b.gradient)
        case ast.Div():
            return Quantity(a.value / b.value, a.gradient / y - x * b.gradient / y**2)
        case ast.Pow():
            by_base = y * x ** (y - 1) * a.gradient
            constant = not np.any(b.gradient)
            by_exponent = 0.0 if constant else np.log(x) * x**y * b.gradient
            return Quantity(a.value**b.value, by_base + by_exponent)
    raise SpecificationError(at(repr(text), _JOINING))


_TOO_LONG = Words("an expression, or a number in it, is too long: {text} ...", "表达式或其中的数值过长：{text} ...")
_UNREAD = Words(
    "cannot read the expression {text}: expected labels and numbers joined by + - * / ^ and brackets.",
    "无法读取表达式{text}：应为以+ - * / ^和括号连接的标签与数值。",
)
_UNKNOWN = Words(
    "{label} is neither a label in the model nor defined before.", "{label}既不是模型中的标签，也未在此前定义。"
)
_HOW_TO_LABEL = Words(" Label a parameter by writing label*variable.", "参数的标签写作：标签*变量。")
_UNDERSTOOD = Words(
    "only labels, numbers, + - * / ^, brackets and the functions {functions} are understood.",
    "只能使用标签、数值、+ - * / ^、括号以及函数{functions}。",
)
_JOINING = Words("only + - * / ^ can join labels.", "标签之间只能用+ - * / ^连接。")
