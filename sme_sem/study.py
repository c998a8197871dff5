"""A study: the whole chain from a file of answers to results, in its order.

Read the answers, screen them, describe the sample, look at scales and components, fit the
hypothesized model and its rivals, test the hypotheses.  A step that cannot be done is reported
and the others go on; only an input that makes no sense stops a study.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

from . import ledger
from .arguments import require_kind
from .beside_models import look_beside_models
from .errors import ResponseError, SmeSemError, StudyError
from .instrument import Instrument
from .instrument.syntax import factors
from .measurement.category_paths import CategoryPaths, category_paths
from .report.results import Problem, Results
from .responses import Cutoffs, Responses, Screening, read_responses, sample_table, screen
from .responses.screening import QUALITY_RULES
from .steps import Progress, Steps
from .study_file import StudyFile
from .study_models import StudyModels
from .tables import Table, Text, Words
from .threads import one_thread
from .words import at

if TYPE_CHECKING:
    import pandas as pd

    from .comparison.compare import Comparison
    from .comparison.equivalents import Equivalents
    from .comparison.invariance import Invariance
    from .measurement import Importance, Normality, Reliability
    from .moderation import SimpleSlopes
    from .qualitative.coding import Coding
    from .resampling.bootstrap import Bootstrap
    from .resampling.mediation import Mediation
    from .sem.fit import Fit
    from .sem.second_engine import CrossCheck


@dataclass(frozen=True, eq=False)
class Study:
    """An instrument, answers to it, and the choices of the analysis.

    instrument : with the study's models and hypotheses put in
    choices : what the study file states
    answers : the file of answers, or answers in memory
    folder : what relative paths of the study are relative to
    instrument_sha256 : hash of the instrument's file
    synthetic : the answers are known to be drawn
    provenance : where the answers come from, as far as the instrument says it
    ledger : the file in which every fit is recorded; None for a study that has no folder of its own
    trail : the file of the coded segments behind the items
    categories : what stands in the models for questions whose categories have no order; known once answers are read
    """

    instrument: Instrument
    choices: StudyFile
    answers: Path | pd.DataFrame
    folder: Path
    instrument_sha256: str
    synthetic: bool = False
    provenance: Words | None = None
    ledger: Path | None = None
    trail: Path | None = None
    categories: CategoryPaths = field(default_factory=CategoryPaths)

    @property
    def output(self) -> Path:
        """The folder for the results."""
        return self.folder / self.choices.output

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models to fit: the hypothesized one, its rivals, and those that hypotheses name."""
        chosen = (self.instrument.hypothesized, *self.instrument.rivals)
        named = (h.model for h in self.instrument.hypotheses)
        return tuple(dict.fromkeys(name for name in (*chosen, *named) if name))

    @one_thread()
    def run(self, progress: Progress | None = None) -> Results:
        """Do every step in order and gather what they found.

        Parameters
        ----------
        progress
            Called before each step with its name, the steps done, and the steps there are.

        Returns
        -------
        Results
            ``.problems`` names what a person must look at.

        Raises
        ------
        ResponseError
            If the answers cannot be read, or screening leaves nobody.
        StudyError
            If more questionnaires came back than were sent out.

        Examples
        --------
        >>> import sme_sem as sme
        >>> results = sme.demo_study("corporate-reputation").run()
        >>> results.counts, results.problems
        ({'collected': 344, 'valid': 344, 'analysed': 336}, ())
        """
        require_kind("progress", progress, (Callable, NoneType), _PROGRESS)
        steps = Steps(progress, tuple(self._steps()), self.instrument.category_labels(self.choices.group))
        found = self._screened(steps)
        posed = replace(self, categories=found.categories)
        for stage in (
            posed._analyse_scales,
            posed._analyse_items,
            posed._fit_models,
            posed._examine_hypothesized,
            posed._look_beside_models,
            posed._bootstrap,
            posed._simulate_cutoffs,
            posed._test_hypotheses,
            posed._trace_items,
            posed._compare_groups,
            posed._count_fits_again,
        ):
            found = stage(found, steps)
        return replace(found, failed_steps=tuple(steps.problems))

    @property
    def _models(self) -> StudyModels:
        return StudyModels(self.instrument, self.choices, self.categories)

    def _steps(self) -> Iterator[Text]:
        """Name the steps of which a run tells, in their order."""
        yield from (_READING, _SCREENING, _RELIABILITY, _COMPONENTS)
        yield from map(self._fitting, self.models)
        yield _TESTING
        if self.choices.bootstrap is not None:
            yield _BOOTSTRAP
        if self.choices.dynamic_cutoffs is not None:
            yield _CUTOFFS

    def _fitting(self, model: str) -> Words:
        return _FITTING.filled(model=self.instrument.models[model].title.words)

    def _screened(self, steps: Steps) -> Results:
        """Read and screen the answers: the results before any analysis."""
        steps.begin(_READING)
        responses, synthetic = self._read()
        self._require_sent(responses)
        steps.begin(_SCREENING)
        screening = self.screen(responses)
        kept = screening.responses()
        if not len(kept.frame):
            rules = ", ".join(self.choices.screening.rules)
            raise ResponseError(at(responses.source, _NOBODY_LEFT.filled(n=responses.collected, rules=rules)))
        categories = category_paths(self.instrument, kept.frame).only(map(self.instrument.model_syntax, self.models))
        return Results(
            instrument=self.instrument,
            title=(self.choices.title or self.instrument.title).words,
            options=_options(self.choices),
            screening=screening,
            responses=replace(kept, frame=categories.added_to(kept.frame)),
            categories=categories,
            sample=sample_table(kept),
            hypothesized=self.instrument.hypothesized,
            synthetic=synthetic,
            provenance=self.provenance,
            sha256={"data": responses.sha256, "instrument": self.instrument_sha256},
        )

    def _analyse_scales(self, found: Results, steps: Steps) -> Results:
        """Look at the scales, each by itself and together."""
        from .measurement import correlations

        steps.begin(_RELIABILITY)
        kept = found.responses
        scales = {**self._present_scales(kept), **self._controls(kept)}
        return replace(
            found,
            reliability=_reliability(kept, steps),
            correlations=steps.attempt(_CORRELATIONS, lambda: correlations(kept.frame, scales))
            if len(scales) > 1
            else None,
        )

    def _analyse_items(self, found: Results, steps: Steps) -> Results:
        """Describe the items, and condense them to components."""
        from .measurement import adequacy, components, descriptives, retention

        steps.begin(_COMPONENTS)
        chosen = self.choices.components
        modelled = {c for name in self.models for c in self.instrument.model_constructs(name)}
        items = self._items_of(chosen.constructs or modelled, found.responses)
        if len(items) < 2:
            return found
        frame, answers = found.responses.frame, found.responses.frame[items]
        every = self._items_of({*(chosen.constructs or ()), *modelled}, found.responses)
        described = [item for item in every if frame[item].notna().any()]
        found = replace(
            found,
            descriptives=steps.attempt(_DESCRIPTIVES, lambda: descriptives(frame, described)),
            adequacy=steps.attempt(_ADEQUACY, lambda: adequacy(answers)),
            components=steps.attempt(_COMPONENTS, lambda: components(answers, chosen.n_components, chosen.rotation)),
        )
        if found.components is None:
            return found
        return replace(found, retention=steps.attempt(_RETENTION, lambda: retention(answers, seed=self.choices.seed)))

    def _fit_models(self, found: Results, steps: Steps) -> Results:
        """Fit the models, and record what was fitted."""
        kept = found.responses
        fits: dict[str, Fit] = {}
        failures: dict[str, Text] = {}
        for name in self.models:
            steps.begin(self._fitting(name))
            try:
                fits[name] = self._models.fit(name, kept)
            except SmeSemError as problem:
                failures[name] = self._models.absent_items(name, kept) or steps.told(problem)
        found = replace(found, fits=fits, failures=failures)
        recorded = steps.attempt(_LEDGER, lambda: self._record(fits, found.sha256["data"])) if self.ledger else None
        return found if recorded is None else replace(found, recorded=recorded[0], post_hoc=recorded[1])

    def _examine_hypothesized(self, found: Results, steps: Steps) -> Results:
        """Ask of the hypothesized model whether it can be relied on, and what it says."""
        steps.begin(_TESTING)
        main, name, kept, group = found.fit, found.hypothesized, found.responses, self.choices.group
        if main is None or name is None:
            return found
        if main.latent:
            found = self._examine_measurement(found, main, name, steps)
        others = found.screening.without(QUALITY_RULES)
        others = replace(others, frame=self.categories.added_to(others.frame))
        if len(others.frame) > len(kept.frame):
            found = replace(found, everyone=steps.attempt(_EVERYONE, lambda: self._models.fit(name, others)))
        return replace(
            found,
            importance=steps.attempt(_IMPORTANCE, lambda: self._importance(kept, main)),
            importance_by_group=steps.attempt(_IMPORTANCE, lambda: self._importance(kept, main, group))
            if group is not None
            else None,
            compared=steps.attempt(_COMPARISON, lambda: _compared(main, found.fits)),
            equivalents=steps.attempt(_EQUIVALENTS, lambda: _equivalents(main)),
            second_engine=_cross_checked(main),
        )

    def _examine_measurement(self, found: Results, main: Fit, name: str, steps: Steps) -> Results:
        """Ask whether the constructs of the hypothesized model are measured well."""
        from .measurement import method_bias, validity

        syntax, kept = self._models.syntax(name), found.responses
        measured = self._models.measurement(main, name, kept)
        marker = self.instrument.scales().get(self.choices.marker or "", ())
        return replace(
            found,
            measurement=measured,
            validity=steps.attempt(_VALIDITY, lambda: validity(measured)),
            method_bias=steps.attempt(_METHOD_BIAS, lambda: method_bias(kept.frame, syntax, marker=marker)),
            normality=_normality(main, kept),
        )

    def _look_beside_models(self, found: Results, steps: Steps) -> Results:
        """Look at what no model holds."""
        return look_beside_models(self, found, steps)

    def _bootstrap(self, found: Results, steps: Steps) -> Results:
        """Draw the respondents anew, if the study asks for it."""
        main = found.fit
        if self.choices.bootstrap is None:
            return found
        steps.begin(_BOOTSTRAP)
        drawn = steps.attempt(_BOOTSTRAP, lambda: self._bootstrapped(main)) if main is not None else None
        return found if drawn is None else replace(found, bootstrap=drawn, mediation=self._mediated(drawn))

    def _simulate_cutoffs(self, found: Results, steps: Steps) -> Results:
        """Find cut-offs of fit that go with the hypothesized model, if the study asks for them."""
        from .resampling.dynamic_cutoffs import dynamic_cutoffs

        main, draws, seed = found.fit, self.choices.dynamic_cutoffs, self.choices.seed
        if draws is None:
            return found
        steps.begin(_CUTOFFS)
        if main is None:
            return found
        cutoffs = steps.attempt(_CUTOFFS, lambda: dynamic_cutoffs(main, draws, seed=seed, progress=False))
        return replace(found, dynamic_cutoffs=cutoffs)

    def _test_hypotheses(self, found: Results, steps: Steps) -> Results:
        """Test the hypotheses, and ask at which values of its moderator an effect differs from zero."""
        from .sem.hypotheses import test_hypotheses

        if not self.instrument.hypotheses:
            return found
        tests = test_hypotheses(
            self.instrument.hypotheses,
            found.fit,
            self.choices.alpha,
            correction=self.choices.correction,
            others={name: found.fits.get(name) for name in self.models},
            labels=found.labels,
            titles=found.model_titles,
            bootstrap=found.bootstrap,
            interval=self.choices.bootstrap.interval if self.choices.bootstrap is not None else "perc",
        )
        return replace(found, hypotheses=tests, slopes=_slopes(self.instrument, found.fits))

    def _trace_items(self, found: Results, steps: Steps) -> Results:
        """Follow the items back to the coded segments, if the study names any."""
        trail = steps.attempt(_TRAIL, lambda: self._trail(found.fit, found.fits)) if self.trail else None
        return found if trail is None else replace(found, trail=trail, coding=steps.attempt(_CODING, self._coding))

    def _compare_groups(self, found: Results, steps: Steps) -> Results:
        """Ask whether groups differ."""
        if not self.choices.group:
            return found
        return replace(found, invariance=self._invariance(found.responses, steps))

    def _count_fits_again(self, found: Results, steps: Steps) -> Results:
        """Count the recorded fits once more: a multiverse has entered its own."""
        if self.ledger is None or found.recorded is None or found.multiverse is None:
            return found
        here, data = self.ledger, found.sha256["data"]
        entries = steps.attempt(_LEDGER, lambda: ledger.read(here))
        return (
            found if entries is None else replace(found, recorded=ledger.counts(e for e in entries if e.data == data))
        )

    def screen(self, responses: Responses) -> Screening:
        """Screen answers by the rules of the study.

        Parameters
        ----------
        responses
            As read by :func:`sme_sem.read_responses`.

        Returns
        -------
        Screening
            As :func:`sme_sem.screen` gives it.

        Examples
        --------
        >>> import sme_sem as sme
        >>> study = sme.demo_study("corporate-reputation")
        >>> study.screen(sme.read_responses(study.answers, study.instrument)).responses().counts
        {'collected': 344, 'valid': 344}
        """
        chosen = self.choices.screening
        return screen(responses, chosen.rules, max_missing=chosen.max_missing, cutoffs=Cutoffs(flags=chosen.min_flags))

    def _invariance(self, kept: Responses, steps: Steps) -> Invariance | None:
        """Test whether the hypothesized model measures the same in every group, as many steps as can be fitted."""
        from .comparison.invariance import STEPS

        name = self.instrument.hypothesized
        if name is None:
            return None
        ordered, taken = self._models.ordered(name), partial(self._models.invariance, name, kept)
        found = steps.attempt(_INVARIANCE, taken)
        usual = [step for step in STEPS if step != "means" and (ordered or step != "thresholds")]
        while found is None and len(usual) > 1:
            usual.pop()
            with contextlib.suppress(SmeSemError):  # why a step cannot be fitted has been noted
                found = taken(steps=tuple(usual))
        return found

    def _importance(self, responses: Responses, fit: Fit, group: str | None = None) -> Importance | None:
        """Ask which drivers of the last outcome matter most; None without such, or where drivers moderate."""
        from .measurement import importance
        from .measurement.importance import drivers_of

        grouping = self.categories.standing_for(group) if group is not None else set()
        own = [(p.lhs, p.rhs) for p in fit.table.parameters if p.op == "~" and grouping.isdisjoint((p.lhs, p.rhs))]
        last = [name for name in dict(own) if all(name != cause for _, cause in own)]
        products = any(name not in responses.frame for name in fit.observed)
        if not last or not fit.converged or products:
            return None
        known = [(item, self.instrument.response_scale(item)) for item in responses.items]
        scale = {item: (float(own.lowest), float(own.highest)) for item, own in known}
        drivers = drivers_of(fit, last[0])
        controls = {name for name in drivers if name in fit.observed and name not in scale}
        if controls.issuperset(drivers):
            return None
        if group is not None:
            fit = self._models.in_each_group(fit, responses, group)
            controls -= grouping
        alpha = self.choices.alpha
        found = importance(fit, responses.frame, last[0], scale, group=group, alpha=alpha, controls=controls)
        return found.in_order(self.instrument.category_labels(group))

    def _record(self, fits: Mapping[str, Fit], data: str) -> tuple[dict[str, int], frozenset[str]]:
        """Enter the fits into the ledger; count those of these answers by label, and name the models post hoc."""
        assert self.ledger is not None
        known = ledger.read(self.ledger)
        new = []
        for name, fit in fits.items():
            intended = ledger.HYPOTHESIZED if name == self.instrument.hypothesized else ledger.PLANNED_RIVAL
            label = ledger.label_of(known, data, str(fit.specification), intended)
            new.append(ledger.entry(fit, data, label, name=name))
        counts = ledger.counts(one for one in ledger.record(self.ledger, new) if one.data == data)
        return counts, frozenset(one.name for one in new if one.label == ledger.POST_HOC)

    def _bootstrapped(self, fit: Fit) -> Bootstrap:
        """Draw the respondents anew, as the study file says."""
        from .resampling.bootstrap import bootstrap

        assert self.choices.bootstrap is not None
        chosen, level = self.choices.bootstrap, 1 - self.choices.alpha
        bca = chosen.interval == "bca"
        return bootstrap(fit, chosen.draws, seed=self.choices.seed, level=level, bca=bca, progress=False)

    def _mediated(self, drawn: Bootstrap) -> Mediation | None:
        """Say what kind of mediation there is; None in a model without indirect effects."""
        from .resampling.mediation import mediation

        assert self.choices.bootstrap is not None
        if not (drawn.table["op"] == "indirect").any():
            return None
        return mediation(
            drawn, interval=self.choices.bootstrap.interval, labels=self.categories.labels(self.instrument)
        )

    def _read(self) -> tuple[Responses, bool]:
        """Read the answers; drawn ones are recognised by their mark."""
        from .synthetic import MARK

        choices = self.choices
        answers = self.answers
        if not isinstance(answers, Path):
            answers = answers.drop(columns=MARK, errors="ignore")
        responses = read_responses(
            answers,
            self.instrument,
            platform=choices.platform,
            sheet=choices.sheet,
            encoding=choices.encoding,
        )
        if self.synthetic:
            responses = replace(responses, source=self.instrument.name)
        marked = MARK in responses.extra.columns and bool(responses.extra[MARK].str.strip().ne("").any())
        return responses, self.synthetic or marked

    def _require_sent(self, responses: Responses) -> None:
        """Refuse a study of which more questionnaires came back than were sent out."""
        sent, returned = self.choices.distributed, responses.collected
        if sent is not None and sent < returned:
            said = _MORE_RETURNED.filled(sent=sent, source=responses.source, returned=returned)
            raise StudyError(Words("study file", "研究文件"), [at("distributed", said)])

    def _trail(self, fit: Fit | None, others: Mapping[str, Fit]) -> Table:
        """Lay out the coded segments behind the items, up to the estimated paths."""
        from .qualitative.trail import read_trail, trail_table

        assert self.trail is not None
        return trail_table(read_trail(self.trail), self.instrument, fit, others)

    def _coding(self) -> Coding:
        """Read the same segments as what was said and how it was coded."""
        from .qualitative.coding import read_coding

        assert self.trail is not None
        return read_coding(self.trail)

    def _present_scales(self, responses: Responses) -> dict[str, list[str]]:
        """Items of the constructs that models of the study use, as far as the answers have them and they vary."""
        instrument = self.instrument
        used = instrument.with_elements(c for name in self.models for c in instrument.model_constructs(name))
        present = responses.scales(fewest=1, varied=True)
        return {name: items for name, items in present.items() if name in used or not used}

    def _controls(self, responses: Responses) -> dict[str, list[str]]:
        """Background questions of the hypothesized model whose answers are quantities, each as a scale of its own."""
        model, frame = self.instrument.hypothesized, responses.frame
        entering = self._models.names(model) - set(self.categories.questions) if model else set()
        asked = [question.id for question in self.instrument.background if question.id in entering]
        return {name: [name] for name in asked if name in frame and frame[name].nunique() > 1}

    def _items_of(self, constructs: Collection[str], responses: Responses) -> list[str]:
        """The items of constructs, in the order of the answers; of all where none is named."""
        instrument = self.instrument
        entering = instrument.with_elements(constructs or [construct.name for construct in instrument.constructs])
        scales = instrument.scales(single_items=True)
        wanted = {item for name, items in scales.items() if name in entering for item in items}
        return [item for item in responses.items if item in wanted]


def _compared(main: Fit, fits: Mapping[str, Fit]) -> Comparison | None:
    """Compare the models that explain the same answers by the same estimator, pair by pair."""
    from .comparison import compare
    from .sem.rivals import comparable

    alike = {
        name: fit
        for name, fit in fits.items()
        if fit.converged and fit.options.method == main.options.method and comparable(fit, main)
    }
    return compare(alike) if main.converged and len(alike) > 1 else None


def _equivalents(fit: Fit) -> Equivalents | None:
    """List the models one relation away that fit exactly as well."""
    from .comparison import equivalents

    return equivalents(fit) if fit.converged else None


def _normality(fit: Fit, kept: Responses) -> Normality | None:
    """Ask how far the items of a model are from normal; None where they are ordered, or too few can be looked at."""
    from .measurement import normality

    items = [item for item in kept.items if item in fit.observed]
    if fit.table.ordered or len(items) < 2:
        return None
    try:
        return normality(kept.frame[items])
    except SmeSemError:
        return None


def _cross_checked(fit: Fit | None) -> CrossCheck | None:
    """Ask an independent program for the same model; None where it cannot estimate such a model."""
    if fit is None or not fit.converged:
        return None
    try:
        return fit.cross_check()
    except SmeSemError:
        return None


def _slopes(instrument: Instrument, fits: Mapping[str, Fit]) -> tuple[SimpleSlopes, ...]:
    """Take the slopes of every moderated effect that a hypothesis names and a model holds."""
    from .moderation import simple_slopes

    asked = [(h, fits.get(h.model or instrument.hypothesized or "")) for h in instrument.hypotheses if h.moderator]
    return tuple(
        simple_slopes(fit, h.outcome, factors(h.cause)[0], str(h.moderator), labels=dict(instrument.labels()))
        for h, fit in asked
        if fit is not None and fit.converged
    )


def _reliability(responses: Responses, steps: Steps) -> Reliability | None:
    """Analyse each scale by itself, so that one that fails leaves the others their results."""
    from .measurement import reliability

    if len(responses.frame) < 2:
        steps.problems.append(Problem(_RELIABILITY, _ONE_RESPONDENT))
        return None
    found, turned = [], responses.instrument.reversed_items
    for name, items in responses.scales(reflective=True).items():
        one = steps.attempt(_RELIABILITY, partial(reliability, responses.frame, {name: items}, reversed_items=turned))
        found += [one] if one is not None else []
    return _together(found) if found else None


def _together(found: Sequence[Reliability]) -> Reliability:
    import pandas as pd

    notes = {
        table: tuple(dict.fromkeys(note for one in found for note in one.notes[table])) for table in found[0].notes
    }
    return replace(
        found[0],
        scales=pd.concat([one.scales for one in found], ignore_index=True),
        items=pd.concat([one.items for one in found], ignore_index=True),
        notes=notes,
        opposed=tuple(said for one in found for said in one.opposed),
    )


def _options(choices: StudyFile) -> dict[str, Any]:
    """List the choices that influence results; no paths."""
    paths = {"instrument", "data", "trail", "output", "language", "title", "models", "hypotheses"}
    return choices.model_dump(mode="json", exclude=paths, exclude_none=True)


_ONE_RESPONDENT = Words(
    "one respondent is left, and at least two are needed. Collect more answers, or relax the screening rules.",
    "仅剩一名受访者，至少需要两名。请收集更多答卷，或放宽筛选规则。",
)
_READING = Words("Reading the answers", "数据读取")
_SCREENING = Words("Screening", "问卷筛选")
_RELIABILITY = Words("Reliability", "信度分析")
_CORRELATIONS = Words("Correlations", "相关分析")
_DESCRIPTIVES = Words("Descriptive statistics", "描述性统计")
_COMPARISON = Words("Comparison of the models", "模型比较")
_EQUIVALENTS = Words("Equivalent models", "等价模型")
_IMPORTANCE = Words("Importance of the drivers", "驱动因素重要性分析")
_RETENTION = Words("Number of components", "成分数目")
_METHOD_BIAS = Words("Common method bias", "共同方法偏差")
_ADEQUACY = Words("KMO and Bartlett's test", "KMO和巴特利特检验")
_COMPONENTS = Words("Principal components", "主成分分析")
_VALIDITY = Words("Validity", "效度分析")
_FITTING = Words("Fitting: {model}", "模型拟合：{model}")
_EVERYONE = Words("Fitting with those set aside as careless", "含被剔除者的模型拟合")
_INVARIANCE = Words("Measurement invariance", "测量不变性")
_LEDGER = Words("Ledger", "分析台账")
_TRAIL = Words("Trail of the coding", "编码溯源")
_CODING = Words("Coded segments", "编码片段")
_BOOTSTRAP = Words.same("Bootstrap")
_CUTOFFS = Words("Dynamic cut-offs of fit", "拟合指标的动态临界值")
_TESTING = Words("Testing the hypotheses", "假设检验")
_NOBODY_LEFT = Words(
    "none of the {n} respondents is left after screening ({rules}); check the answers, or relax the screening rules",
    "{n}名受访者经筛选（{rules}）后无一保留；请检查作答，或放宽筛选规则",
)
_MORE_RETURNED = Words(
    "{sent} questionnaires were sent out, but {source} holds {returned}. Give the number sent out, or leave it out.",
    "发放问卷{sent}份，而{source}中有{returned}份。请填写实际发放数，或删去该键。",
)
_PROGRESS = Words("a function of a step's name, the steps done and all", "以步骤名、已完成步骤数与总步骤数为参数的函数")
