"""A fit as a Python script for semopy, the program of :meth:`Fit.cross_check`.

Igolkina and Meshcheryakov (2020), semopy: A Python package for structural equation modeling, Structural Equation
Modeling 27, 952-963.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..second_engine import description
from ..start import start_values
from .answers import summary_only

if TYPE_CHECKING:
    from ..result import Fit


def write(fit: Fit, data: str) -> str:
    """Write the script; ``data`` is the CSV file it reads."""
    model = description(fit)
    if summary_only(fit):
        reading = f"covariances = pd.read_csv({data!r}, index_col=0)"
    else:
        names = list(fit.observed)
        reading = f"answers = pd.read_csv({data!r})[{names!r}]\ncovariances = answers.cov(ddof=0)"
    if summary_only(fit) and fit.options.likelihood == "normal":
        reading += f" * {(fit.n - 1)!r} / {fit.n!r}"
    if not summary_only(fit) and fit.options.likelihood == "wishart":
        reading = reading.replace("ddof=0", "ddof=1")
    n = fit.n - (fit.options.likelihood == "wishart")
    begin = [float(v) for v in start_values(fit.table, fit.sample.covariance, None)]
    start = ", ".join(f"{v:.6g}" for v in begin)
    return _SCRIPT.format(n=fit.n, data=data, model=model, reading=reading, start=start, count=n)


_SCRIPT = '''\
# A model of {n} respondents.  Run it in the folder of {data}:  python <this file>
import pandas as pd
from semopy import Model

MODEL = """
{model}
"""

START = [{start}]

{reading}
model = Model(MODEL, mimic_lavaan=True, cov_diag=True)
for name, parameter in model.parameters.items():
    if parameter.active:
        parameter.start, parameter.bound = START[int(name[1:-1])], (None, None)
model.fit(cov=covariances, n_samples={count}, obj="MLW", options={{"ftol": 1e-12, "maxiter": 2000}})
print(model.inspect(std_est=True).to_string())
'''
