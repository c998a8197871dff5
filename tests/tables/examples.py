"""Tables that several tests print."""

import math

from sme_sem.tables import Column, Kind, Number, Table, Words, term

PATHS = Table(
    "paths",
    Words("Path coefficients", "路径系数表"),
    (
        Column("path", term("Path")),
        Column("beta", "β", Kind.COEFFICIENT),
        Column("p", "p", Kind.PROBABILITY),
        Column("stars", "", Kind.STARS),
    ),
    (
        (Words("trust → use", "信任 → 使用"), 0.4321, 0.00004, 0.00004),
        ("cost → use", -0.07, 0.312, 0.312),
        ("age → use", math.nan, None, None),
    ),
    (Words("N = 412.", "样本量 N = 412。"),),
)
HOSTILE = Table(
    "hostile",
    "<b>=1+1</b>",
    (Column("answer", "=SUM(A1)"), Column("number", "a & b", Kind.ESTIMATE)),
    (
        ("=HYPERLINK(1)", -1.5),
        ("+86 10", 2.0),
        ("-", -3.25),
        ("@cmd", math.inf),
        ("  =1", 1e-300),
        ("<script>", None),
        ("bell \a", 0.1),
        ("http://x.y", 1),
    ),
)
FULL, PARTIAL = Words("Full mediation", "完全中介"), Words("Partial mediation", "部分中介")
MODELS = Table(
    "models",
    Words("Two models", "两个模型"),
    (
        Column("part", "", once=True),
        Column("path", term("Path")),
        Column("b1", "b", Kind.ESTIMATE, FULL),
        Column("p1", "p", Kind.PROBABILITY, FULL),
        Column("b2", "b", Kind.ESTIMATE, PARTIAL),
    ),
    (
        (term("Path"), "use ← trust", Number(0.5, p=0.0004), 0.0004, Number(-0.25, p=0.03)),
        (term("Path"), "use ← cost", Number(0.1, p=0.4), 0.4, None),
        (term("Model fit"), "df", Number(30, kind=Kind.COUNT), None, Number(31, kind=Kind.COUNT)),
    ),
    (Words("b: unstandardized.", "b为非标准化系数。"), "*** p < .001, ** p < .01, * p < .05."),
    blank=True,
)
