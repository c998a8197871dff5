"""How well models foretell respondents they have not seen: k-fold cross-validation.

The respondents are divided into k parts; each part is foretold by the model fitted to the others::

    d_i = 2 (l_i of the saturated model, all respondents) - 2 (l_i of the model, fitted without i's part)

Its mean is the cross-validated discrepancy, on the scale of chi-square / n; unlike that it grows when a model takes up
what is peculiar to these respondents.  Cudeck and Browne (1983), Multivariate Behavioral Research 18, 147-167.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from numbers import Integral
from typing import NamedTuple

import numpy as np

from ..errors import ConvergenceError, SpecificationError
from ..kernels import covariances, fiml, gaps, ram
from ..kernels.discrepancy import Sample
from ..kernels.log_density import log_density
from ..kernels.minimise import Status
from ..responses.moments import Moments
from ..sem.constraints import constrained
from ..sem.fit import Fit
from ..sem.fitting import sample_of
from ..sem.search import estimated
from ..sem.stack import searched, stacked
from ..tasks import seeded
from ..words import Words
from .sameness import same_rows
from .vuong import has_likelihood


class Foretold(NamedTuple):
    """The cross-validated discrepancy of every model, and the error of its difference from the smallest one."""

    discrepancy: dict[str, float]
    standard_error: dict[str, float]


def cross_validated(fits: Mapping[str, Fit], folds: int, seed: int | None) -> Foretold:
    """Cross-validate models of the same answers, all on the same division.

    Raises :class:`~sme_sem.errors.SpecificationError` without answers or likelihood, and
    :class:`~sme_sem.errors.ConvergenceError` where a model was not found without some part of the respondents.
    """
    first = next(iter(fits.values()))
    if not all(has_likelihood(fit) and same_rows(first, fit) for fit in fits.values()):
        raise SpecificationError(_BY_LIKELIHOOD)
    fewest = int(first.moments.n.min())
    if not isinstance(folds, Integral) or not 2 <= folds <= fewest // 2:
        raise SpecificationError(_FROM_TO.filled(folds=repr(folds), most=fewest // 2, fewest=fewest))
    parts = _parts(first.moments, folds, seed)
    apart = {name: _foretold(name, fit, parts, folds) for name, fit in fits.items()}
    best = min(apart.values(), key=np.mean)
    return Foretold(
        {name: float(d.mean()) for name, d in apart.items()},
        {name: float((d - best).std() / np.sqrt(len(d))) if d is not best else np.nan for name, d in apart.items()},
    )


def _parts(moments: Moments, folds: int, seed: int | None) -> tuple[np.ndarray, ...]:
    """Which part each respondent belongs to, by group."""
    random = np.random.default_rng(seeded(seed))
    return tuple(random.permutation(np.arange(n) % folds) for n in moments.n)


def _foretold(name: str, fit: Fit, parts: tuple[np.ndarray, ...], folds: int) -> np.ndarray:
    """d of every respondent, by group and part: -> (n,)"""
    training = [_without(fit.moments, parts, fold) for fold in range(folds)]
    samples = [sample_of(fit.table, own, fit.options) for own in training]
    batched = fit.moments.patterns is None and not constrained(fit.table)
    thetas = (
        _fitted_together(fit, samples)
        if batched
        else [_fitted(fit, sample, own) for sample, own in zip(samples, training, strict=True)]
    )
    found = []
    for fold, (theta, sample, own) in enumerate(zip(thetas, samples, training, strict=True)):
        if theta is None:
            raise ConvergenceError(_NOT_WITHOUT.filled(name=repr(name), part=fold + 1, folds=folds))
        found.append(_distances(fit, theta, sample, own, [part == fold for part in parts]))
    return np.concatenate(found)


def _without(moments: Moments, parts: tuple[np.ndarray, ...], fold: int) -> Moments:
    """The moments of all respondents but those of one part."""
    assert moments.answers is not None
    return moments_of(moments, tuple(own[part != fold] for own, part in zip(moments.answers, parts, strict=True)))


def moments_of(moments: Moments, kept: tuple[np.ndarray, ...]) -> Moments:
    """The moments of other answers to the same questions, by group; met as the first ones were."""
    n = np.array([len(own) for own in kept])
    if moments.patterns is None:
        covariance = np.stack([covariances.of_answers(own, ddof=0) for own in kept])
        mean = np.stack([own.mean(axis=0) for own in kept])
        return replace(moments, covariance=covariance, mean=mean, n=n, answers=kept)
    patterns = gaps.missing_patterns(kept)
    covariance, mean, saturated = fiml.saturated(patterns, len(kept))
    return replace(
        moments,
        covariance=covariance,
        mean=mean,
        n=n,
        answers=kept,
        patterns=patterns,
        saturated=float(saturated),
    )


def _fitted_together(fit: Fit, samples: list[Sample]) -> list[np.ndarray | None]:
    """All parts at once, from the estimates of all respondents."""
    best = searched(fit, stacked(samples))
    arrived = [status is Status.CONVERGED for status in best.status]
    return [theta if there else None for theta, there in zip(best.theta, arrived, strict=True)]


def _fitted(fit: Fit, sample: Sample, moments: Moments) -> np.ndarray | None:
    best = estimated(fit.table, fit.pattern, sample, moments, fit.options.max_iterations)
    return best.theta[0] if best.status[0] is Status.CONVERGED else None


def _distances(
    fit: Fit, theta: np.ndarray, sample: Sample, training: Moments, left_out: list[np.ndarray]
) -> np.ndarray:
    """d of the respondents who were left out."""
    every = fit.moments
    assert every.answers is not None and every.mean is not None and training.mean is not None
    implied = ram.implied(fit.pattern, theta, sample.covariance, sample.mean)
    mean = implied.mu if fit.table.means else training.mean
    found = []
    for g, (answers, rows) in enumerate(zip(every.answers, left_out, strict=True)):
        own = answers[rows]
        saturated = log_density(own, every.mean[g], every.covariance[g])
        found.append(2 * (saturated - log_density(own, mean[g], implied.sigma[g])))
    return np.concatenate(found)


_BY_LIKELIHOOD = Words(
    "folds= foretells single respondents: it needs maximum likelihood (ML, MLR, MLM) and the same data= for all "
    "models.",
    "folds对每名受访者作预测：须用最大似然估计（ML、MLR、MLM），且各模型使用同一数据。",
)
_FROM_TO = Words(
    "folds={folds}: from 2 to {most} for {fewest} respondents (smallest group).",
    "folds={folds}：最小的组有{fewest}名受访者，可取2至{most}。",
)
_NOT_WITHOUT = Words(
    "model {name} was not found without part {part} of {folds}: it depends on few respondents. Take fewer folds= or "
    "another seed=, or leave the model out.",
    "去掉{folds}部分中的第{part}部分后，模型{name}未得到解：它依赖于少数受访者。请减少folds，更换seed，或删去该模型。",
)
