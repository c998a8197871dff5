"""Read a model written for another program into a specification."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ...arguments import chosen, require_kind
from ...words import Words
from ..specification import Specification
from . import amos_reading, mplus_reading

Syntax = Literal["lavaan", "mplus", "amos"]


def read_model(text: str, syntax: Syntax = "lavaan", *, observed: Iterable[str] = ()) -> Specification:
    """Read a model in the words of lavaan, Mplus or Amos.

    Parameters
    ----------
    text
        ``"mplus"``: an input file, or its MODEL statements alone (BY, ON, WITH, ``[means]``, variances, ``@``, ``*``,
        labels in brackets, lists such as ``x1-x4``, growth by ``|``, MODEL CONSTRAINT).  ``"amos"``: a program with
        ``Sem.AStructure`` lines, or such lines alone (``t1 <--- trust (1)``, ``a <--> b``).
    syntax
        Which of them.
    observed
        Names of the columns of the data, by which an Amos program tells variables from constructs.  Left out, a
        variable is a construct if a path from it, or its variance, is fixed.

    Returns
    -------
    Specification
        For :func:`sme_sem.fit`.  What Amos leaves unsaid is stated as fixed to zero where the default here is another.
        Mplus holds loadings and intercepts (thresholds) equal across groups by default: ask for it by ``group_equal=``.
        What the section of a group mentions is free there all the same, by a label such as ``f.x2.b``.

    Raises
    ------
    SyntaxProblem
        With line, column and what was expected.
    SpecificationError
        ``syntax`` is unknown, or a relation is written twice with modifiers that contradict each other.

    Examples
    --------
    >>> print(read_model("trust BY t1-t3*1 (l1-l3); trust@1; use ON trust (b);", "mplus"))
    trust =~ NA*l1*start(1.0)*t1 + l2*start(1.0)*t2 + l3*start(1.0)*t3
    trust ~~ 1.0*trust
    use ~ b*trust
    >>> print(read_model("t1 <- trust (1); t2 <- trust; t1 <- e1 (1); t2 <- e2 (1); e1 <-> e2", "amos"))
    trust =~ 1.0*t1 + t2
    t1 ~~ t2
    """
    require_kind("text", text, str, Words("the text of a model", "模型的文本"))
    require_kind("observed", observed, Iterable, _NAMES)
    columns = frozenset([observed] if isinstance(observed, str) else map(str, observed))
    known = chosen("syntax", syntax, ("lavaan", "mplus", "amos"))
    if known == "mplus":
        return mplus_reading.read(text)
    if known == "amos":
        return amos_reading.read(text, columns)
    return Specification.read(text)


_NAMES = Words("the names of the observed variables, such as ['t1', 't2']", "观测变量的名称，如['t1', 't2']")
