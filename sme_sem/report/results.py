"""What a study found: every result of the chain, as one record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ..comparison.equivalents import Equivalents
from ..comparison.invariance import Invariance
from ..instrument import Instrument
from ..measurement import (
    Adequacy,
    Components,
    Correlations,
    Descriptives,
    Importance,
    MethodBias,
    Normality,
    Reliability,
    Retention,
    Validity,
)
from ..measurement.category_paths import CategoryPaths
from ..measurement.discriminant import Heterotrait
from ..measurement.factors import Factors
from ..measurement.item_advice import ItemAdvice
from ..measurement.missing import Missing
from ..measurement.nonresponse import Nonresponse
from ..resampling.bootstrap import Bootstrap
from ..resampling.dynamic_cutoffs import DynamicCutoffs
from ..resampling.mediation import Mediation
from ..responses import Responses, Screening, findings
from ..responses.origin import Provenance
from ..sem.fit import Fit
from ..sem.hypotheses import HypothesisTests
from ..sem.presentation import Labels
from ..sem.quoted import objections
from ..sem.second_engine import CrossCheck
from ..tables import NOTHING, Language, Table, Tabled, Text, Words

if TYPE_CHECKING:
    import pandas as pd

    from ..comparison.compare import Comparison
    from ..qualitative.coding import Coding


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person must look at before the results are used.

    step, message : where it occurred, and what it is
    """

    step: Text
    message: Text


class Slopes(Protocol):
    """An effect at values of its moderator, as far as a report shows it."""

    def tables(self) -> tuple[Table, ...]:
        """Give the slopes, and where they differ from zero."""

    def figure(self, *, language: Language = "en") -> str:
        """Draw the effect over the moderator."""


class Analyses(Protocol):
    """A multiverse, as far as a report shows it."""

    @property
    def table(self) -> pd.DataFrame:
        """One row per hypothesis."""

    def tables(self) -> tuple[Table, ...]:
        """Give the hypotheses, what moves them, and what failed."""

    def specification_curve(self, hypothesis: str | None = None, *, language: Language = "en") -> str:
        """Draw the estimates of a hypothesis in ascending order."""


@dataclass(frozen=True, eq=False)
class Results(Tabled):
    """All results of one study; printing them shows the headline tables, ``save`` writes the folder.

    instrument : with the models and hypotheses of the study
    title : what the report is headed with
    options : the choices of the study file that influence results
    screening, responses : who was kept and why; the kept answers
    sample : who answered, by the background questions
    reliability, adequacy, components, validity : None where the step failed or there was nothing to do
    descriptives, correlations, method_bias : likewise
    normality : of the items of the hypothesized model together; None where they are taken as ordered
    measurement : the hypothesized model's constructs alone, correlating freely; ``validity`` is theirs
    hypothesized : name of the hypothesized model, None for a study without models
    fits, failures : fitted models by name; for those that could not be fitted, the reason
    hypotheses : None for a study without hypotheses
    bootstrap, mediation : of the hypothesized model, where the study asks for it; no mediation without indirect effects
    dynamic_cutoffs : likewise
    invariance : the hypothesized model step by step across the study's groups; None where the study names none
    retention, importance : likewise; the drivers of the outcome
    importance_by_group : the same of each group, where the study names groups
    slopes : one for every moderated effect among the hypotheses, with its tables and its figure
    compared : the hypothesized model and its rivals by pairs, of those that explain the same answers alike
    equivalents : the models, one relation away from the hypothesized one, that fit exactly as well; None if not sought
    trail : the coded segments behind the items, up to the paths; None where the study names none
    coding : the same segments as they were coded
    second_engine : the hypothesized model's values beside semopy's; None where semopy cannot estimate it
    everyone : the hypothesized model fitted with those whom only the quality of their answers excludes; None for nobody
    missing : gaps in the items of those who were kept
    nonresponse : early against late respondents, where the file tells times
    regularities : what the whole file tells of its origin
    factors, item_advice : the common factors of the items; which to keep, where the study names rules
    heterotrait : HTMT of every pair of constructs with intervals
    multiverse : the study's hypotheses in every combination of the choices it names
    categories : the columns that stand in the models for questions whose categories have no order
    failed_steps : steps other than models that could not be done
    synthetic, provenance : whether the answers were drawn, and where they come from
    sha256 : hashes of what went in, ``"data"`` and ``"instrument"``
    recorded : how many fits of these answers the study's ledger holds, by label; None without a ledger
    post_hoc : the models that, by the ledger, were named after others had been fitted
    """

    instrument: Instrument
    title: Words
    options: Mapping[str, Any]
    screening: Screening
    responses: Responses
    sample: Table
    hypothesized: str | None
    reliability: Reliability | None = None
    adequacy: Adequacy | None = None
    components: Components | None = None
    fits: Mapping[str, Fit] = field(default_factory=dict)
    failures: Mapping[str, Text] = field(default_factory=dict)
    hypotheses: HypothesisTests | None = None
    slopes: Sequence[Slopes] = ()
    measurement: Fit | None = None
    validity: Validity | None = None
    descriptives: Descriptives | None = None
    correlations: Correlations | None = None
    method_bias: MethodBias | None = None
    normality: Normality | None = None
    second_engine: CrossCheck | None = None
    invariance: Invariance | None = None
    retention: Retention | None = None
    importance: Importance | None = None
    importance_by_group: Importance | None = None
    compared: Comparison | None = None
    equivalents: Equivalents | None = None
    trail: Table | None = None
    coding: Coding | None = None
    bootstrap: Bootstrap | None = None
    mediation: Mediation | None = None
    dynamic_cutoffs: DynamicCutoffs | None = None
    everyone: Fit | None = None
    missing: Missing | None = None
    nonresponse: Nonresponse | None = None
    regularities: Provenance | None = None
    factors: Factors | None = None
    heterotrait: Heterotrait | None = None
    item_advice: ItemAdvice | None = None
    multiverse: Analyses | None = None
    categories: CategoryPaths = field(default_factory=CategoryPaths)
    failed_steps: tuple[Problem, ...] = ()
    synthetic: bool = False
    provenance: Words | None = None
    sha256: Mapping[str, str] = field(default_factory=dict)
    recorded: Mapping[str, int] | None = None
    post_hoc: frozenset[str] = frozenset()

    @property
    def fit(self) -> Fit | None:
        """The hypothesized model's fit, if there is one."""
        return self.fits.get(self.hypothesized) if self.hypothesized else None

    @property
    def counts(self) -> dict[str, int]:
        """Respondents: ``collected``, ``valid`` after screening, ``analysed`` in the hypothesized model."""
        found = {"collected": self.screening.screened.collected, "valid": int(self.screening.kept.sum())}
        return {**found, "analysed": self.fit.n} if self.fit else found

    @property
    def labels(self) -> Labels:
        """What to print for constructs and variables."""
        return self.categories.labels(self.instrument)

    @property
    def model_titles(self) -> Labels:
        """What to print for a model's name."""
        return {name: model.title.words for name, model in self.instrument.models.items()}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything a person must look at; empty if the results can be used as they are."""
        noticed = self.screening.screened.findings
        errors = noticed[noticed["severity"] == "error"]
        found = [Problem(_READING, _unusable(errors))] if len(errors) else []
        found += self.failed_steps
        against = () if self.reliability is None else self.reliability.opposed
        found += [Problem(_RELIABILITY, said.labelled(self.labels)) for said in against]
        for name, reason in self.failures.items():
            found.append(Problem(self._model(name), _NOT_FITTED.filled(why=reason)))
        for name, fit in self.fits.items():
            found += [Problem(self._model(name), said) for said in objections(fit)]
        return tuple(found)

    def tables(self) -> tuple[Table, ...]:
        """Give the headline tables."""
        from .contents import headline

        return headline(self)

    def save(self, folder: str | Path, language: Language = "en") -> Path:
        """Write report.html, .docx, tables.docx, .xlsx, .tex, tables/, figures/, syntax/, manifest.json.

        ``tables/`` holds each table as CSV, and as LaTeX and Markdown to be put into a text; ``syntax/`` each model for
        lavaan, Mplus, Amos and semopy, with the answers as they were analysed.
        The folder is complete or not there: it is written aside and renamed at the end.  An earlier
        results folder is replaced; one that holds other files or edited ones is refused, as anything that is not empty.

        Parameters
        ----------
        folder
            Where to write; made where it is missing.
        language : {"en", "zh"}
            Of the report and the tables.

        Returns
        -------
        pathlib.Path
            The folder.  :func:`sme_sem.verify` shows an example.

        Raises
        ------
        StudyError
            The folder is a file, holds something else than results as they were written, or cannot be written.
        SpecificationError
            ``folder`` is no path, or the language is unknown.
        """
        from .folder import save

        return save(self, folder, language)

    def _model(self, name: str) -> Words:
        return _MODEL.filled(name=self.model_titles.get(name, name))


def _unusable(errors: pd.DataFrame) -> Words:
    """Count what could not be used, show the first of it with place and remedy, and say where the rest is."""
    first = [findings.placed(found) for found in errors.head(_SHOWN).to_dict("records")]
    listed = sum((Words.same("\n") + said for said in first), NOTHING)
    many = len(errors) > 1
    return (
        _FINDINGS.filled(n=len(errors), what=_MANY if many else _ONE)
        + listed
        + (_MORE if len(errors) > _SHOWN else NOTHING)
    )


_SHOWN = 3
_READING = Words("Reading the answers", "数据读取")
_RELIABILITY = Words("Reliability", "信度分析")
_FINDINGS = Words(
    "{n} {what} could not be used and count as missing; see tables/findings_in_detail.csv",
    "有{n}处答案或列无法使用，按缺失处理；详见 tables/findings_in_detail.csv",
)
_ONE, _MANY = Words("answer or column", ""), Words("answers or columns", "")
_MORE = Words.same("\n…")
_MODEL = Words("Model “{name}”", "模型“{name}”")
_NOT_FITTED = Words("could not be fitted: {why}", "未能拟合：{why}")
