"""Tables that several tests print."""

import math

from sme_sem.tables import Column, Kind, Table, Words, term

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
