"""The answers of a fit as files that other programs read, beside their programs.

``<name>.csv`` has names in its first line and serves R, Python and Amos; ``<name>.dat`` has none and serves Mplus,
with -9999 for a missing answer.  A fit from a covariance matrix leaves that matrix instead (divided by n - 1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from ..result import Fit

MISSING = -9999
GROUP = "group"


def summary_only(fit: Fit) -> bool:
    """Whether the fit knows a covariance matrix and no answers."""
    return fit.moments.answers is None


def covariances(fit: Fit) -> pd.DataFrame:
    """The sample's covariances, divided by n - 1; those of groups below each other."""
    moments, names = fit.moments, list(fit.moments.names)
    frames = [
        pd.DataFrame(own * (n / (n - 1)), index=names, columns=names)
        for own, n in zip(moments.covariance, moments.n, strict=True)
    ]
    return frames[0] if len(frames) == 1 else pd.concat(frames, keys=moments.labels)


def analysed(fit: Fit) -> pd.DataFrame:
    """The analysed answers, group after group, with the group, the weight and the cluster where there are such."""
    moments, options = fit.moments, fit.options
    assert moments.answers is not None
    frames: list[pd.DataFrame] = []
    before = 0
    for g, own in enumerate(moments.answers):
        frame = pd.DataFrame(np.asarray(own), columns=list(moments.names))
        weights, clusters = moments.design.of(g)
        if weights is not None:
            frame[str(options.weights)] = weights
        if clusters is not None:
            frame[str(options.cluster)] = clusters if moments.design.crossed else clusters + before
        if len(moments.labels) > 1:
            frame[group_column(fit)] = moments.labels[g]
        frames.append(frame)
        before += len(frame)
    return pd.concat(frames, ignore_index=True)


def group_column(fit: Fit) -> str:
    """How the column of groups is called in the files: ``group``, unless a variable has that name."""
    name = GROUP
    while name in {*fit.table.variables, fit.options.weights, fit.options.cluster}:
        name += "_"
    return name


def csv(fit: Fit) -> str:
    """The file with names; whole numbers are written as such."""
    if summary_only(fit):
        return covariances(fit).to_csv(lineterminator="\n")
    return _whole(analysed(fit)).to_csv(index=False, lineterminator="\n")


def dat(fit: Fit) -> str:
    """The file without names; groups are numbered from 1."""
    if summary_only(fit):
        S = covariances(fit).to_numpy()
        rows = [] if fit.moments.mean is None else [fit.moments.mean[0]]
        rows += [S[i, : i + 1] for i in range(len(S))]
        return "".join(" ".join(repr(float(v)) for v in row) + "\n" for row in rows)
    frame = analysed(fit)
    if len(fit.moments.labels) > 1:
        column = group_column(fit)
        frame[column] = frame[column].map({label: i + 1 for i, label in enumerate(fit.moments.labels)})
    return _whole(frame.fillna(MISSING)).to_csv(index=False, header=False, sep=" ", lineterminator="\n")


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Write columns of whole numbers without a decimal point."""
    whole = {}
    for name, column in frame.select_dtypes("float").items():
        values = column.to_numpy()
        missing = np.isnan(values)
        if (missing | (values == np.rint(values))).all():
            whole[name] = "Int64" if missing.any() else "int64"
    return frame.astype(whole)
