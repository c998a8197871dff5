"""One maximum-likelihood fit of a full questionnaire: this package, lavaan and semopy, side by side.

36 items, 9 constructs, 98 free parameters, 632 respondents, one BLAS thread.  Prints a table of ratios
and writes it to ``results.md`` beside this file.  Exit code 1 if the estimates do not agree with lavaan.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

import sme_sem as sme

HERE = Path(__file__).parent
RESPONDENTS, SEED = 632, 2026
DRIVERS = ("MARKET", "TECH", "POLICY", "ENTRE", "CULTURE", "INTERNAL")
ROUTES = {
    "INNOV": dict(zip(DRIVERS, (0.25, 0.15, 0.10, 0.20, 0.20, 0.10), strict=True)),
    "BMI": {"INNOV": 0.45, "MARKET": 0.20, "ENTRE": 0.15},
    "PERF": {"BMI": 0.40, "INNOV": 0.25},
}
CONSTRUCTS = (*DRIVERS, *ROUTES)
LOADINGS = (0.82, 0.76, 0.70, 0.79)
AGREEMENT = 1e-5
ROUNDS = 3


def items(construct: str) -> list[str]:
    return [f"{construct.lower()}_{i}" for i in range(1, len(LOADINGS) + 1)]


def model() -> str:
    measurement = [f"{name} =~ {' + '.join(items(name))}" for name in CONSTRUCTS]
    structure = [f"{outcome} ~ {' + '.join(causes)}" for outcome, causes in ROUTES.items()]
    return "\n".join([*measurement, *structure])


def answers() -> pd.DataFrame:
    """Draw five-point answers from the model."""
    rng = np.random.default_rng(SEED)
    q = len(DRIVERS)
    drivers = rng.multivariate_normal(np.zeros(q), 0.35 + 0.65 * np.eye(q), RESPONDENTS)
    scores = dict(zip(DRIVERS, drivers.T, strict=True))
    for outcome, causes in ROUTES.items():
        explained = sum(weight * scores[cause] for cause, weight in causes.items())
        scores[outcome] = explained + 0.65 * rng.standard_normal(RESPONDENTS)
    columns = {}
    for name in CONSTRUCTS:
        for item, loading in zip(items(name), LOADINGS, strict=True):
            error = np.sqrt(1 - loading**2) * rng.standard_normal(RESPONDENTS)
            columns[item] = np.clip(np.round(3 + loading * scores[name] + error), 1, 5)
    return pd.DataFrame(columns)


def seconds(job: Callable[[], object], repeats: int) -> float:
    """Fastest of repeated runs after one that is not counted: what else the machine does is left out."""
    job()
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        job()
        taken.append(time.perf_counter() - started)
    return min(taken)


def fastest(rounds: list[dict[str, float]]) -> dict[str, float]:
    """For each job the fastest of the rounds, in which the programs take turns."""
    return {job: min(taken[job] for taken in rounds) for job in rounds[0]}


@dataclass(frozen=True, eq=False)
class Lavaan:
    """What lavaan did: seconds by job, its estimates, its versions."""

    seconds: dict[str, float]
    estimates: pd.DataFrame
    versions: dict[str, str]


def run_lavaan(frame: pd.DataFrame) -> Lavaan | None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model.txt").write_text(model() + "\n", encoding="utf-8")
        frame.to_csv(folder / "answers.csv", index=False)
        command = [
            "Rscript",
            str(HERE / "lavaan_fit.R"),
            *(str(folder / f) for f in ("model.txt", "answers.csv", ".")),
        ]
        threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        try:
            subprocess.run(command, check=True, env={**os.environ, **threads})
        except (FileNotFoundError, subprocess.CalledProcessError) as error:
            print(f"lavaan is left out: {error}", file=sys.stderr)
            return None
        times = pd.read_csv(folder / "times.csv").set_index("job")["seconds"]
        versions = pd.read_csv(folder / "versions.csv", dtype=str).set_index("name")["version"]
        return Lavaan(times.to_dict(), pd.read_csv(folder / "estimates.csv"), versions.to_dict())


def run_ours(frame: pd.DataFrame) -> dict[str, float]:
    text = model()

    def estimation() -> object:
        return sme.fit(text, frame)

    def measures() -> object:
        fit = sme.fit(text, frame)
        return np.sqrt(np.diagonal(fit.vcov)), fit.measures()

    def everything() -> object:
        fit = sme.fit(text, frame)
        return fit.estimates(), fit.standardized(), fit.measures()

    jobs = {"estimation": estimation, "measures": measures, "everything": everything}
    return {name: seconds(job, 15) for name, job in jobs.items()}


def run_semopy(frame: pd.DataFrame) -> dict[str, float]:
    import semopy

    text = model()

    def measures() -> object:
        fitted = semopy.Model(text)
        fitted.fit(frame)
        return fitted.inspect(), semopy.calc_stats(fitted)

    def everything() -> object:
        fitted = semopy.Model(text)
        fitted.fit(frame)
        return fitted.inspect(std_est=True), semopy.calc_stats(fitted)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {"measures": seconds(measures, 2), "everything": seconds(everything, 2)}


def largest_difference(fit: sme.Fit, lavaan: Lavaan) -> float:
    """Largest relative difference of estimates, standard errors and standardized estimates."""
    ours = fit.estimates().set_index(["lhs", "op", "rhs"])
    theirs = lavaan.estimates.set_index(["lhs", "op", "rhs"])
    pairs = [("est", "est"), ("se", "se"), ("std_all", "std.all")]
    return max(
        float(np.nanmax(np.abs(ours.loc[theirs.index, a] - theirs[b]).where(ours["free"]) / np.abs(theirs[b])))
        for a, b in pairs
    )


def table_of_ratios(ours: dict[str, float], semopy: dict[str, float], lavaan: Lavaan | None) -> str:
    jobs = {
        "measures": "estimates, standard errors, fit measures",
        "everything": "the same, tables of estimates, standardized solution",
    }
    rows = ["| one ML fit | this package | lavaan | semopy |", "| --- | ---: | ---: | ---: |"]
    for job, label in jobs.items():
        times = [lavaan.seconds[job] if lavaan else None, semopy[job]]
        ratios = [f"{taken / ours[job]:.1f} x" if taken else "not installed" for taken in times]
        rows.append(f"| {label} | 1 ({1000 * ours[job]:.1f} ms) | {' | '.join(ratios)} |")
    return "\n".join(rows)


def main() -> int:
    frame = answers()
    with threadpool_limits(1):
        fit = sme.fit(model(), frame)
        rounds = [(run_ours(frame), run_lavaan(frame), run_semopy(frame)) for _ in range(ROUNDS)]
    ours, semopy = fastest([r[0] for r in rounds]), fastest([r[2] for r in rounds])
    lavaan = rounds[0][1]
    if lavaan:
        lavaan = replace(lavaan, seconds=fastest([r[1].seconds for r in rounds if r[1]]))
    difference = largest_difference(fit, lavaan) if lavaan else float("nan")
    agreement = f"Largest relative difference to lavaan's estimates and standard errors: {difference:.0e}."
    versions = {name: version(name) for name in ("sme-sem", "numpy", "scipy", "semopy")}
    versions = {"Python": platform.python_version()} | versions | (lavaan.versions if lavaan else {})
    paragraphs = [
        "# How fast",
        "Made by `make bench` on one machine with one BLAS thread; the programs take turns, and the fastest run of "
        "each counts.",
        table_of_ratios(ours, semopy, lavaan),
        f"{frame.shape[1]} items, {len(CONSTRUCTS)} constructs, {int(fit.measures()['npar'])} parameters, "
        f"{len(frame)} respondents. Estimation alone takes {1000 * ours['estimation']:.1f} ms here.",
        agreement if lavaan else "lavaan is not installed here.",
        ", ".join(f"{name} {value}" for name, value in versions.items()) + ".",
    ]
    text = "\n\n".join(paragraphs)
    (HERE / "results.md").write_text(text + "\n", encoding="utf-8")
    print(text)
    if difference > AGREEMENT:
        print(f"The estimates differ from lavaan's by more than {AGREEMENT:g}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
