"""What is wrong, or odd, about a model or its estimates, in words that tell what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .parameters import ParameterTable
from .solution import Point


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One observation about a fit: how bad, a code to test for, and a sentence with its remedy."""

    severity: Literal["error", "warning", "info"]
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.message}"


def inseparable(information: np.ndarray, table: ParameterTable, constraints: np.ndarray) -> tuple[str, ...]:
    """Name the parameters that cannot be told apart: those in the null space of the information.

    information : (q, q); its units are divided out, so that a parameter's scale does not matter
    constraints : (k, q) slopes of constraints, each of which settles a direction
    """
    if len(constraints):
        length = np.linalg.norm(constraints, axis=1, keepdims=True)
        settled = constraints / np.where(length > 0, length, 1)
        information = information + np.diagonal(information).max() * settled.T @ settled
    diagonal = np.diagonal(information)
    names = table.names()
    silent = diagonal <= np.finfo(float).tiny  # moves no moment at all, whatever its unit
    if silent.any():
        return tuple(name for name, s in zip(names, silent, strict=True) if s)
    scale = 1 / np.sqrt(diagonal)
    scaled = information * np.outer(scale, scale)
    spectrum = np.linalg.eigvalsh(scaled)
    if not len(spectrum) or spectrum[0] >= 1e-10 * spectrum[-1]:
        return ()
    values, vectors = np.linalg.eigh(scaled)
    null = vectors[:, values < 1e-10 * values[-1]]
    weight = np.abs(null).max(axis=1, initial=0.0)
    return tuple(name for name, w in zip(names, weight, strict=True) if w > 0.05 * weight.max() > 0)


def unidentified_message(names: tuple[str, ...]) -> str:
    """Say that, and how to help it."""
    listed = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    return (
        f"the model is not identified: these parameters cannot be told apart: {listed}. Fix one of them, set some "
        "equal by a common label, or give every construct a fixed loading (or a fixed variance) and enough indicators."
    )


def too_many_parameters_message(parameters: int, moments: int) -> str:
    """Say that there are fewer statistics than parameters."""
    return (
        f"the model is not identified: {parameters} free parameters for {moments} sample moments "
        f"(df = {moments - parameters}). Remove paths, fix loadings, or measure constructs with more indicators."
    )


def examine(point: Point, n: int) -> list[Diagnostic]:
    """Look for inadmissible values and thin data at a solution that was found."""
    found = [*_negative_variances(point), *_latent_covariance(point)]
    if n < 5 * point.table.n_free / max(point.table.groups, 1) and n < 100:
        found.append(
            Diagnostic(
                "info",
                "small_sample",
                f"{n} respondents for {point.table.n_free} free parameters: standard errors and tests are rough.",
            )
        )
    return found


def _negative_variances(point: Point) -> list[Diagnostic]:
    found = []
    for row, value in zip(point.table.parameters, point.estimates, strict=True):
        if row.op == "~~" and row.lhs == row.rhs and row.free and value < 0:
            what = "variance" if row.lhs in point.table.latent else "residual variance"
            found.append(
                Diagnostic(
                    "warning",
                    "negative_variance",
                    f"Heywood case: the {what} of {row.lhs} is negative ({value:.3g}), which no variance can be; "
                    "do not interpret this solution. Usual causes: a small sample, a construct with two indicators, "
                    "an outlier, or a wrong model. Look at its item, give the construct more indicators, or "
                    "reconsider the paths at it.",
                )
            )
    return found


def _latent_covariance(point: Point) -> list[Diagnostic]:
    """Correlations beyond one among constructs, which no single variance shows."""
    p, found = point.pattern.observed, []
    for group in range(point.table.groups):
        residual = point.S[group, p:, p:]
        total = point.moments.cov[group, p:, p:]
        if not len(total):
            continue
        for name, matrix in (
            ("covariance matrix of the constructs", total),
            ("residual covariance matrix of the constructs", residual),
        ):
            variance = np.diagonal(matrix)
            if (variance <= 0).any():
                continue  # reported as a negative variance, or fixed at zero on purpose
            correlation = matrix / np.sqrt(np.outer(variance, variance))
            if np.linalg.eigvalsh(correlation)[0] < -1e-8:
                off = np.abs(correlation - np.eye(len(correlation)))
                i, j = np.unravel_index(off.argmax(), off.shape)
                latent = point.table.latent
                found.append(
                    Diagnostic(
                        "warning",
                        "latent_not_positive_definite",
                        f"the {name} is not positive definite; the largest correlation is "
                        f"{correlation[i, j]:.3f}, between {latent[i]} and {latent[j]}. They may be one construct, "
                        "or an indicator belongs elsewhere: merge them, or reconsider the measurement of both.",
                    )
                )
                break
    return found
