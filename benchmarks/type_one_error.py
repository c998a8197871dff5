"""How often tests of model differences, and of invariance, reject at 5 % what is true.

Answers are drawn from a population in which the narrower of two models holds (or neither is nearer than the other), the
models are fitted, and the tests that ``sme.compare`` and ``sme.invariance`` report are counted where they reject.  Six
items of two constructs; every survey has a seed of its own.  Writes ``type_one_error.md`` beside this file, in some
eight minutes: ``python benchmarks/type_one_error.py [surveys]`` (1000).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

import sme_sem as sme
from sme_sem.comparison.difference import difference
from sme_sem.comparison.vuong import rivalry

HERE = Path(__file__).parent
SURVEYS, SEED = 1000, 20261
FEWER, PERMUTATIONS = 200, 39  # of the permutation tests: 39 permutations have a p of exactly .05
LOW, HIGH = 3.0, 7.0
ITEMS = {"f": ("x1", "x2", "x3"), "g": ("y1", "y2", "y3")}
NAMES = [name for items in ITEMS.values() for name in items]
FREE = "f =~ x1 + x2 + x3\ng =~ y1 + y2 + y3"
EQUAL = "f =~ 1*x1 + 1*x2 + 1*x3\ng =~ 1*y1 + 1*y2 + 1*y3"
HELD = ("loadings", "intercepts", "residuals")
LOADING, CORRELATION = 0.75, 0.4

Rng = np.random.Generator
PValues = dict[str, float]


class Study(NamedTuple):
    """Rows of the table: what is compared, how many respondents, and p-values of one survey by the test's name."""

    title: str
    sizes: tuple[int, ...]
    survey: Callable[[Rng, int], PValues]
    share: float = 1.0


def normal(random: Rng, n: int, residual_links: tuple[tuple[str, str], ...] = ()) -> pd.DataFrame:
    """Answers of a population in which all loadings are equal; linked items have residuals that correlate by .35."""
    common = np.array([[1, CORRELATION], [CORRELATION, 1]])
    place = np.repeat([0, 1], 3)
    error = np.eye(6) * (1 - LOADING**2)
    for a, b in residual_links:
        i, j = NAMES.index(a), NAMES.index(b)
        error[i, j] = error[j, i] = 0.35 * (1 - LOADING**2)
    covariance = LOADING**2 * common[np.ix_(place, place)] + error
    return pd.DataFrame(random.standard_normal((n, 6)) @ np.linalg.cholesky(covariance).T, columns=NAMES)


def heavy(random: Rng, n: int) -> pd.DataFrame:
    """The same with the tails of a t distribution of 7 degrees of freedom: an excess kurtosis of 2."""
    return normal(random, n).div(np.sqrt(random.chisquare(7, size=n) / 7), axis=0)


def cut(random: Rng, n: int) -> pd.DataFrame:
    """The same cut into five skewed categories."""
    return normal(random, n).apply(lambda column: np.digitize(column, (-1.8, -1.2, -0.5, 0.4)) + 1)


def plain(random: Rng, n: int) -> PValues:
    answers = normal(random, n)
    free, equal = sme.fit(FREE, answers), sme.fit(EQUAL, answers)
    return {
        "plain": difference(free, equal).pvalue,
        "Vuong's likelihood ratio (nested)": rivalry(free, equal).ratio_pvalue,
    }


def scaled(random: Rng, n: int) -> PValues:
    answers = heavy(random, n)
    free, equal = sme.fit(FREE, answers, estimator="MLM"), sme.fit(EQUAL, answers, estimator="MLM")
    return {name: difference(free, equal, method).pvalue for method, name in NAMED.items()}


def ordered(random: Rng, n: int) -> PValues:
    answers = cut(random, n)
    free, equal = sme.fit(FREE, answers, ordered=True), sme.fit(EQUAL, answers, ordered=True)
    return {"Satorra 2000": difference(free, equal).pvalue}


def invariant(random: Rng, n: int) -> PValues:
    answers = two_groups(random, n)
    fits = [sme.fit(FREE, answers, group="group", group_equal=HELD[:k]) for k in range(len(HELD) + 1)]
    steps = zip(("metric", "scalar", "strict"), fits, fits[1:], strict=False)
    return {f"{step} step": difference(wide, narrow).pvalue for step, wide, narrow in steps}


def dealt_out(random: Rng, n: int) -> PValues:
    found = sme.invariance(
        FREE,
        two_groups(random, n),
        group="group",
        steps=("configural", "metric", "scalar"),
        permutations=PERMUTATIONS,
        seed=int(random.integers(2**31)),
        progress=False,
    ).permutation
    rows = found.set_index(["step", "measure"])["pvalue"]
    asked = [("configural", "chisq"), ("metric", "chisq"), ("metric", "cfi"), ("scalar", "chisq"), ("scalar", "cfi")]
    return {f"{step}, {'Δ' if step != 'configural' else ''}{INDEX[index]}": rows[step, index] for step, index in asked}


def two_groups(random: Rng, n: int) -> pd.DataFrame:
    return normal(random, 2 * n).assign(group=np.repeat(["a", "b"], n))


def indistinguishable(random: Rng, n: int) -> PValues:
    """Each model has a loading that is zero in the population, so that both are the same there."""
    answers = normal(random, n)
    found = rivalry(sme.fit(FREE + " + x1", answers), sme.fit(FREE + "\nf =~ y1", answers))
    return {"Vuong: distinguishable": found.distinguishable_pvalue}


def tied(random: Rng, n: int) -> PValues:
    """Each model lacks one of two residual correlations of the same size, so that both are as near."""
    answers = normal(random, n, (("x1", "x2"), ("y1", "y2")))
    found = rivalry(sme.fit(FREE + "\nx1 ~~ x2", answers), sme.fit(FREE + "\ny1 ~~ y2", answers))
    return {"Vuong: z": found.pvalue}


NAMED = {"standard": "plain (uncorrected)", "satorra.bentler.2001": "Satorra-Bentler 2001"}
NAMED["satorra.bentler.2010"] = "Satorra-Bentler 2010"
INDEX = {"chisq": "χ²", "cfi": "CFI"}
STUDIES = (
    Study("equal loadings, ML, normal answers", (100, 500), plain),
    Study("equal loadings, MLM, heavy tails", (100, 200, 500), scaled),
    Study("equal loadings, WLSMV, five skewed categories", (200, 500), ordered),
    Study("invariance, ML, two groups of n", (100, 300), invariant),
    Study("invariance by permutation, two groups of n", (50,), dealt_out, FEWER / SURVEYS),
    Study("models that are the same in the population", (200, 1000), indistinguishable),
    Study("different models, equally near", (200, 500, 2000, 10_000), tied),
)


def rejections(study: Study, n: int, surveys: int) -> pd.DataFrame:
    """One row per survey, one column per test; a survey in which a model has no estimates is an empty row."""
    seeds = np.random.SeedSequence([SEED, STUDIES.index(study), n]).spawn(surveys)
    found = []
    for seed in seeds:
        try:
            found.append(study.survey(np.random.default_rng(seed), n))
        except sme.SmeSemError:
            found.append({})
    return pd.DataFrame(found)


def rows(surveys: int) -> Iterator[str]:
    """Lines of the table."""
    for study in STUDIES:
        for n in study.sizes:
            frame = rejections(study, n, round(surveys * study.share))
            for test in frame.columns:
                p = frame[test].dropna()
                rate = 100 * (p <= 0.05 + 1e-12).mean()
                inside = "yes" if LOW <= rate <= HIGH else "**no**"
                yield f"| {study.title} | {test} | {n:,} | {len(p):,} of {len(frame):,} | {rate:.1f} | {inside} |"


HEAD = """\
# True models, rejected at 5 %

{surveys:,} simulated surveys in each row ({fewer:,} of the permutation tests, of {permutations} permutations each),
written by `python benchmarks/type_one_error.py {surveys}`. Six items of two constructs; what is tested is true: all
loadings are equal, groups do not differ, or neither model is nearer. Rejected: p at or below .05; "inside" is a rate
from 3 to 7 %. By chance alone a rate of 5 % is off by {error:.1f} points in two rows of three, and by {twice:.1f} in
one of twenty; of the permutation tests by {wide:.1f} and {wider:.1f}. "Surveys" are those with a
p; in the others a model had no estimates, or the method no answer.

What is outside: the plain difference of answers with heavy tails, which comes inside at no n (`sme.compare` takes the
scaled one after MLM or MLR), and Vuong's z while models are near to each other for so few respondents: it then rejects
too rarely, so that what it finds can be believed, and comes inside only with thousands of them.

| what | test | n | surveys | rejected % | inside |
| --- | --- | ---: | ---: | ---: | --- |
"""


def main() -> None:
    surveys = int(sys.argv[1]) if len(sys.argv) > 1 else SURVEYS
    lines = []
    for line in rows(surveys):
        lines.append(line)
        print(line, flush=True)
    error = 100 * np.sqrt(0.05 * 0.95 / surveys)
    fewer = round(surveys * FEWER / SURVEYS)
    wide = 100 * np.sqrt(0.05 * 0.95 / fewer)
    errors = {"error": error, "twice": 2 * error, "wide": wide, "wider": 2 * wide}
    head = HEAD.format(surveys=surveys, fewer=fewer, permutations=PERMUTATIONS, **errors)
    (HERE / "type_one_error.md").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
