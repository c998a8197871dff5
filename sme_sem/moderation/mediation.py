"""Moderated mediation: an indirect effect that depends on a moderator.

::

    first stage    mediator ~ a X + W + d XW,  outcome ~ b mediator       indirect(w) = (a + d w) b     index d b
    second stage   mediator ~ a X,  outcome ~ b mediator + W + d mW       indirect(w) = a (b + d w)     index a d

The index of moderated mediation is the slope of the indirect effect over the moderator.  Hayes (2015), Multivariate
Behavioral Research 50, 1-22.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ..arguments import chosen
from ..errors import SpecificationError
from ..syntax import VARIABLE
from ..words import Words, joined
from .slopes import numbers_at


def moderated_mediation(
    predictor: str,
    mediator: str,
    outcome: str,
    moderator: str,
    *,
    stage: str = "first",
    product: str | None = None,
    at: Sequence[float] = (-1, 0, 1),
) -> str:
    """Write the paths and ``:=`` lines of a moderated mediation, to be added to a model.

    Formulas and sources: :mod:`sme_sem.moderation.mediation`.

    Parameters
    ----------
    predictor, mediator, outcome, moderator
        Names of constructs or observed variables.
    stage
        Which path is moderated: ``"first"`` (to the mediator) or ``"second"`` (to the outcome).
    product
        The variable that carries the interaction; by default the two names joined by an x, as
        :func:`sme_sem.product_indicators` names it.  For the second stage centre an observed moderator before it is
        multiplied by the mediator: what the model leaves unexplained of the mediator else covaries with the product,
        and the fit warns that errors are wrong.
    at
        Values of the moderator, in its units, and from its mean where the product is a construct
        (:func:`sme_sem.with_products`); fit with ``std_lv=True`` to have them in standard deviations of a
        construct.

    Returns
    -------
    str
        The lines, the direct effect included; ``index_mod_med`` is the index of moderated mediation and
        ``indirect_1``, ``indirect_2`` ... are the indirect effects at the values, in their order.

    Raises
    ------
    SpecificationError
        Two of the four names are the same, one cannot stand in a model, ``stage`` is unknown, or ``at`` holds no
        numbers.

    Examples
    --------
    >>> print(moderated_mediation("X", "M", "Y", "W", at=(-1, 1)))
    M ~ a1*X + W + a3*XxW
    Y ~ b1*M + X
    index_mod_med := a3*b1
    indirect_1 := (a1 + a3*(-1))*b1
    indirect_2 := (a1 + a3*(1))*b1
    """
    stage = chosen("stage", stage, ("first", "second"))
    names = (predictor, mediator, outcome, moderator)
    for name in (*names, *([product] if product else [])):
        if not isinstance(name, str) or not re.fullmatch(VARIABLE, name):
            raise SpecificationError(_NO_NAME.filled(name=repr(name)))
    if len(set(names)) < 4:
        raise SpecificationError(_FOUR.filled(names=joined(map(repr, names), ", ", "、")))
    values = numbers_at(at, Words("values of the moderator", "调节变量的取值"), fewest=0)
    first = stage == "first"
    carrier = product or f"{predictor if first else mediator}x{moderator}"
    lines = (
        [f"{mediator} ~ a1*{predictor} + {moderator} + a3*{carrier}", f"{outcome} ~ b1*{mediator} + {predictor}"]
        if first
        else [f"{mediator} ~ a1*{predictor}", f"{outcome} ~ b1*{mediator} + {moderator} + b3*{carrier} + {predictor}"]
    )
    lines.append(f"index_mod_med := {'a3*b1' if first else 'a1*b3'}")
    for number, value in enumerate(values, start=1):
        here = np.format_float_positional(value, trim="-")
        effect = f"(a1 + a3*({here}))*b1" if first else f"a1*(b1 + b3*({here}))"
        lines.append(f"indirect_{number} := {effect}")
    return "\n".join(lines)


_NO_NAME = Words(
    "{name} cannot name a variable of a model: use letters, digits, '_' and '.'.",
    "{name}不能作为模型中的变量名：请用字母、数字、'_'与'.'。",
)
_FOUR = Words(
    "a moderated mediation needs four variables; got {names}.", "有调节的中介需要四个不同的变量；此处为{names}。"
)
