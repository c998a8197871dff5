"""Planted truth comes back: every study of the package, drawn again and again from its population.

For each seed the whole way is gone: answers are drawn as people give them, read, screened, and fitted by the
hypothesized model and its rivals.  Written to ``recovery_studies.md``:

- share of planted paths (standardized) within two standard errors of the estimate, of all and of the worst path;
- share of seeds in which a hypothesis gets the right label, of all, of the worst, and all of them at once;
- for each false rival, the share of seeds in which it is rejected: its BIC is the larger one, or it finds no solution;
  for one that holds the truth and more, the share in which its additional paths are rightly not significant.

Run: ``python benchmarks/recovery_studies.py [--seeds 100] [STUDY ...]``
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import pandas as pd
from scipy.stats import chi2

import sme_sem as sme
from sme_sem.instrument import Instrument
from sme_sem.kernels import ram
from sme_sem.population import standardized
from sme_sem.sem.completion import parameter_table
from sme_sem.sem.hypotheses import test_hypotheses
from sme_sem.sem.options import Options
from sme_sem.sem.specification import Specification
from sme_sem.simulation import laid_out
from sme_sem.synthetic import draw_answers

STUDIES = ("bm-elements", "bmi-drivers", "micro-innovation", "digital-micro-innovation", "involution", "sim")
WIDER = {"micro-innovation": ["partial_mediation"], "involution": ["partial_mediation"]}
EQUIVALENT = {"bmi-drivers": ["partial_mediation"]}
TABLE = Path(__file__).with_suffix(".md")

PathOf = tuple[int, str, str]


def planted(instrument: Instrument) -> dict[PathOf, float]:
    """The standardized paths of the population; products make a moderated outcome vary a little more than one."""
    synthetic = instrument.answers.synthetic
    texts = [f"{synthetic.population}\n{group.population}" for group in synthetic.groups] or [synthetic.population]
    found = {}
    for group, text in enumerate(texts):
        table = parameter_table(Specification.read(standardized(text)), Options(fixed_x=False))
        paths = {(p.lhs, p.rhs): p.value for p in table.parameters if p.op == "~"}
        variance = dict.fromkeys((outcome for outcome, _ in paths), 1.0)
        for product in synthetic.products:
            variance[product.outcome] += product.effect**2 * (1 + correlation(text, *product.of) ** 2)
        found |= {(group, y, x): value / math.sqrt(variance[y]) for (y, x), value in paths.items()}
    return found


def correlation(population: str, one: str, other: str) -> float:
    """The correlation of two constructs in the population."""
    table, theta = laid_out(standardized(population))
    at = [list(table.variables).index(name) for name in (one, other)]
    return float(ram.implied(table.pattern, theta).cov[0][*at])


def one_seed(instrument: Instrument, truth: dict[PathOf, float], seed: int) -> dict[tuple[str, str], bool]:
    """What came out as planted, by kind and name."""
    kept = sme.screen(sme.read_responses(draw_answers(instrument, seed=seed), instrument)).responses()
    linear = [h for h in instrument.hypotheses if not h.moderator]
    named = {h.model for h in linear if h.model}
    models = dict.fromkeys([instrument.hypothesized, *instrument.rivals, *sorted(named)])
    fits = {m: sme.fit(instrument.model_syntax(m), kept.frame, on_failure="return") for m in models}
    main = fits[instrument.hypothesized]
    found: dict[tuple[str, str], bool] = {}
    for group, name in enumerate(group_names(instrument)):
        for model in (instrument.hypothesized, *sorted(named)):
            rows = kept.frame if not name else kept.frame[kept.frame[name[0]] == name[1]]
            fit = fits[model] if not name else sme.fit(instrument.model_syntax(model), rows)
            for row in fit.standardized().query("op == '~'").itertuples():
                value = truth[group, row.lhs, row.rhs]
                label = f"{row.lhs} ~ {row.rhs}" + (f" ({name[0]} {name[1]})" if name else "")
                found["path", label] = abs(row.est_std - value) <= 2 * row.se
    tests = test_hypotheses(linear, main, others=fits).tests
    found |= {("hypothesis", test.id): test.supported is True for test in tests}
    measures = main.measures()
    for rival in instrument.rivals:
        other = fits[rival].measures()
        if rival in EQUIVALENT.get(instrument.name, ()):
            found["equivalent", rival] = abs(other["chisq"] - measures["chisq"]) < 1e-4
        elif rival in WIDER.get(instrument.name, ()):
            gain, more = measures["chisq"] - other["chisq"], measures["df"] - other["df"]
            found["wider", rival] = bool(chi2.sf(gain, more) > 0.05)
        else:
            found["rival", rival] = not fits[rival].converged or other["bic"] > measures["bic"]
    if instrument.answers.synthetic.products:
        found |= moderations(instrument, kept.frame)
    return found


def group_names(instrument: Instrument) -> list[tuple[str, int | str] | None]:
    """The background answer that marks each group; None for a population of one kind."""
    groups = instrument.answers.synthetic.groups
    return [next(iter(group.answers.items())) for group in groups] or [None]


def moderations(instrument: Instrument, answers: pd.DataFrame) -> dict[tuple[str, str], bool]:
    """Whether planted products are found: matched products of centred items as indicators (Marsh, Wen and Hau 2004)."""
    syntax, frame = instrument.model_syntax(instrument.hypothesized), answers.copy()
    names = []
    for product in instrument.answers.synthetic.products:
        pairs = list(zip(*([i.id for i in instrument.construct(c).items] for c in product.of), strict=False))
        name = "x".join(product.of)
        for a, b in pairs:
            raw = (frame[a] - frame[a].mean()) * (frame[b] - frame[b].mean())
            frame[f"{a}.{b}"] = raw - raw.mean()  # double-mean-centred (Lin, Wen, Marsh and Lin 2010)
        syntax += f"\n{name} =~ " + " + ".join(f"{a}.{b}" for a, b in pairs) + f"\n{product.outcome} ~ {name}"
        names.append((name, product))
    rows = sme.fit(syntax, frame, estimator="MLR").estimates().query("op == '~'").set_index(["lhs", "rhs"])
    return {
        ("moderation", name): bool(
            rows.loc[(p.outcome, name), "est"] * p.effect > 0 and rows.loc[(p.outcome, name), "pvalue"] < 0.05
        )
        for name, p in names
    }


def summary(name: str, runs: pd.DataFrame) -> list[str]:
    """The lines of one study; columns of ``runs`` are (kind, name), rows are seeds."""
    shares = runs.mean()

    def share(kind: str) -> pd.Series:
        return shares[kind] if kind in shares.index.get_level_values(0) else pd.Series(dtype=float)

    def worst(kind: str) -> str:
        return f"{share(kind).mean():.3f} | {share(kind).min():.2f} ({share(kind).idxmin()})"

    jointly = runs["hypothesis"].all(axis=1).mean()
    rivals = [f"{r} {s:.2f}" for r, s in share("rival").items()]
    rivals += [f"{r} (wider) {s:.2f}" for r, s in share("wider").items()]
    rivals += [f"{r} (equivalent) {s:.2f}" for r, s in share("equivalent").items()]
    rivals += [f"product {r} {s:.2f}" for r, s in share("moderation").items()]
    return [f"| {name} | {len(runs)} | {worst('path')} | {worst('hypothesis')} | {jointly:.2f} | {'; '.join(rivals)} |"]


HEAD = """# Planted truth, recovered

Written by `recovery_studies.py`, seeds 1, 2, ...; what each column means is said there. "Wider": the rival holds the
truth and more, and the share is that in which its additional paths are rightly not significant (.95 expected).
"Equivalent": the rival fits exactly as well, and the share is that in which it was seen to. "Product": a planted
moderation was found.

| study | seeds | paths within 2 SE | worst path | hypotheses | worst hypothesis | all of them | false rivals rejected |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("studies", nargs="*", default=STUDIES)
    parser.add_argument("--seeds", type=int, default=100)
    asked = parser.parse_args()
    lines = []
    for name in asked.studies:
        instrument = sme.load_instrument(name)
        truth = planted(instrument)
        runs = pd.DataFrame([one_seed(instrument, truth, seed) for seed in range(1, asked.seeds + 1)])
        runs.columns = pd.MultiIndex.from_tuples(runs.columns)
        lines += summary(name, runs)
        print(lines[-1], flush=True)
    if tuple(asked.studies) == STUDIES:
        TABLE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
