"""What WLSMV finds again of a population whose answers were cut into categories.

Nine five-point items of three constructs with two paths and a mediation; surveys of 200, 632 and 2000 respondents whose
thresholds are symmetric or skewed.  For each the bias of the paths, how many of their 95 % intervals cover the truth,
and how often the scaled and shifted test rejects the model, which is true, at 5 %.  The smallest surveys are analysed
with intervals from bootstrap samples too.  Writes ``recovery_ordered.md`` beside this file:
``python benchmarks/recovery_ordered.py [surveys]`` (500).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

import sme_sem as sme

HERE = Path(__file__).parent
SURVEYS, SEED = 500, 20260
DRAWS = 500  # bootstrap samples
SIZES = ((200, 0), (200, DRAWS), (632, 0), (2000, 0))
CUTS = {"symmetric": (-1.3, -0.5, 0.5, 1.3), "skewed": (-1.8, -1.2, -0.5, 0.4)}
PATHS = {("use", "trust"): 0.5, ("gain", "trust"): 0.2, ("gain", "use"): 0.4}
LOADINGS = (0.8, 0.7, 0.75)
ITEMS = {name: [f"{name}{k}" for k in (1, 2, 3)] for name in ("trust", "use", "gain")}
FITTED = "\n".join(
    [f"{name} =~ {' + '.join(items)}" for name, items in ITEMS.items()] + ["use ~ trust", "gain ~ trust + use"]
)


def population() -> str:
    """The model with values that give every construct and every response variance one, so that paths are beta."""
    (ut, gt, gu), lines = PATHS.values(), []
    residual = {"trust": 1.0, "use": 1 - ut**2, "gain": 1 - gt**2 - gu**2 - 2 * gt * gu * ut}
    for name, items in ITEMS.items():
        lines.append(f"{name} =~ " + " + ".join(f"{v}*{item}" for v, item in zip(LOADINGS, items, strict=True)))
        lines.append(f"{name} ~~ {residual[name]}*{name}")
        lines += [f"{item} ~~ {1 - v**2}*{item}" for v, item in zip(LOADINGS, items, strict=True)]
    return "\n".join([*lines, f"use ~ {ut}*trust", f"gain ~ {gt}*trust + {gu}*use"])


def survey(text: str, n: int, cuts: tuple[float, ...], seed: int) -> pd.DataFrame:
    """Answers from 1 to 5."""
    return sme.simulate(text, n, seed=seed).apply(lambda response: np.digitize(response, cuts) + 1)


def one(text: str, n: int, draws: int, cuts: tuple[float, ...], seed: int) -> dict[str, float] | None:
    """Standardized paths, whether their intervals cover the truth, and the test's p; None where there is no fit."""
    try:
        found = sme.fit(FITTED, survey(text, n, cuts, seed), ordered=True, bootstrap=draws, seed=seed)
    except sme.SmeSemError:
        return None
    rows = found.standardized().query("op == '~'").set_index(["lhs", "rhs"])
    result = {"p": float(found.measures()["pvalue_scaled"]), "admissible": float(found.admissible)}
    for path, truth in PATHS.items():
        row = rows.loc[path]
        result["est " + " <- ".join(path)] = float(row["est_std"])
        result["in " + " <- ".join(path)] = float(row["ci_lower"] <= truth <= row["ci_upper"])
    return result


def line(kind: str, n: int, draws: int, surveys: int) -> str:
    """A row of the table, from as many surveys; every survey has a seed of its own."""
    text = population()
    seeds = np.random.SeedSequence([SEED, n, list(CUTS).index(kind)]).generate_state(surveys)
    jobs = (delayed(one)(text, n, draws, CUTS[kind], int(seed)) for seed in seeds)
    found = Parallel(n_jobs=-1)(jobs)
    frame = pd.DataFrame([result for result in found if result is not None])
    bias, cover = [], []
    for path, truth in PATHS.items():
        name = " <- ".join(path)
        bias.append(f"{100 * (frame['est ' + name].mean() / truth - 1):+.1f}")
        cover.append(f"{100 * frame['in ' + name].mean():.1f}")
    cells = [
        f"{n:,}",
        kind,
        f"{draws} samples" if draws else "± 1.96 errors",
        f"{len(frame)} of {surveys}",
        *bias,
        *cover,
        f"{100 * (frame['p'] < 0.05).mean():.1f}",
        f"{100 * (1 - frame['admissible'].mean()):.1f}",
    ]
    return "| " + " | ".join(cells) + " |"


def table(surveys: int) -> str:
    """The whole table with its explanation."""
    names = [" <- ".join(path) for path in PATHS]
    headings = [
        "n",
        "thresholds",
        "intervals",
        "converged",
        *(f"bias % {x}" for x in names),
        *(f"covered % {x}" for x in names),
    ]
    headings += ["rejected %", "with a warning %"]
    rows = []
    for kind in CUTS:
        for n, draws in SIZES:
            rows.append(line(kind, n, draws, surveys))
            print(rows[-1], flush=True)
    error = 100 * np.sqrt(0.05 * 0.95 / surveys)
    return "\n".join(
        [
            "# What WLSMV finds again",
            "",
            f"{surveys} simulated surveys in each row: nine five-point items of three constructs, paths of "
            f"{', '.join(map(str, PATHS.values()))} (standardized), thresholds "
            + "; ".join(f"{kind} {', '.join(map(str, cut))}" for kind, cut in CUTS.items())
            + ". Bias of the mean estimate in per cent of the truth; 95 % intervals that cover it, from the "
            f"estimates' errors or from the percentiles of {DRAWS} bootstrap samples; the true model "
            "rejected at 5 % by the scaled and shifted test. By chance alone a rate of 5 % (95 %) is off by "
            f"{error:.1f} points in two surveys of three, and by {2 * error:.1f} in one of twenty.",
            "",
            "| " + " | ".join(headings) + " |",
            "| " + " | ".join(["---"] * len(headings)) + " |",
            *rows,
            "",
            f"Made by `python benchmarks/recovery_ordered.py {surveys}`.",
            "",
        ]
    )


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else SURVEYS
    (HERE / "recovery_ordered.md").write_text(table(wanted), encoding="utf-8")
