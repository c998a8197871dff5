"""Which respondents to keep, and why the others go; nothing is deleted, so it can be undone.

Each rule flags respondents; who is flagged by a chosen rule is excluded, for the first reason
that applies, so that the counts from collected to valid add up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from types import NoneType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..arguments import require_kind, texts
from ..errors import ResponseError
from ..suggestions import did_you_mean
from ..tables import Column, Kind, Table, Tabled, Words, joined, term
from ..tables.format import percent
from .metadata import PREVIEWS, UNFINISHED, has_state
from .quality import ResponseQuality, response_quality
from .quality_indices import SOME_CUTOFFS, Cutoffs
from .responses import Responses, require_responses
from .tracing import columns_of, untraced, whereabouts
from .validation import empty_rows, row_numbers, same_as_before

DEFAULT_RULES = ("empty", "preview", "missing", "attention", "duplicate_id")
QUALITY_RULES = ("attention", "careless")
"""Rules that judge how somebody answered; results are shown with and without those who are set aside by them alone."""
_ROUNDS = 5


@dataclass(frozen=True, eq=False)
class Screening(Tabled):
    """Who is kept, who is not, and for what reason.

    screened : the responses as they were before
    flags : respondent x rule, True where a rule applies
    kept : True for respondents to whom none applies
    excluded : respondent, row, rule, reason; the first rule that applies
    reasons : what each rule says, in both languages
    quality : the indices behind the rule ``"careless"``; None where it was not named
    """

    screened: Responses
    flags: pd.DataFrame
    kept: pd.Series[Any]
    excluded: pd.DataFrame
    reasons: dict[str, Words]
    quality: ResponseQuality | None = None

    def responses(self) -> Responses:
        """Give the responses of those who were kept; findings stay complete.

        Examples
        --------
        >>> import sme_sem as sme
        >>> instrument = sme.load_instrument("corporate-reputation")
        >>> responses = sme.read_responses(sme.bundled_answers("corporate-reputation"), instrument)
        >>> sme.screen(responses, ["missing"], max_missing=0).responses().counts
        {'collected': 344, 'valid': 336}
        """
        return self._only(self.kept)

    def without(self, rules: Sequence[str]) -> Responses:
        """Give the responses of those who would be kept if some of the rules had not been named.

        Parameters
        ----------
        rules
            What not to ask for; names that were not among the rules do not matter.

        Examples
        --------
        >>> import sme_sem as sme
        >>> instrument = sme.load_instrument("corporate-reputation")
        >>> responses = sme.read_responses(sme.bundled_answers("corporate-reputation"), instrument)
        >>> sme.screen(responses, ["empty", "missing"], max_missing=0).without(["missing"]).counts
        {'collected': 344, 'valid': 344}
        """
        return self._only(~self.flags.drop(columns=list(texts("rules", rules, "missing")), errors="ignore").any(axis=1))

    def _only(self, kept: pd.Series[Any]) -> Responses:
        all_ = self.screened
        return replace(
            all_,
            raw=all_.raw[kept],
            rows=all_.rows[kept],
            frame=all_.frame[kept],
            attention=all_.attention[kept],
            metadata=all_.metadata[kept],
            extra=all_.extra[kept],
            valid=int(kept.sum()),
        )

    def tables(self) -> tuple[Table, ...]:
        """Show the way from collected to valid questionnaires."""
        n = self.screened.collected
        by_rule = self.excluded["rule"].value_counts()
        counts = [(Words("Collected", "回收问卷"), n)]
        if earlier := n - len(self.kept):
            counts.append((Words("Excluded: in an earlier screening", "剔除：此前已筛除"), earlier))
        counts += [
            (Words("Excluded: ", "剔除：") + self.reasons[rule], int(by_rule.get(rule, 0)))
            for rule in self.flags.columns
            if rule != "preview" or by_rule.get(rule, 0)  # most files cannot have any
        ]
        counts.append((Words("Valid", "有效问卷"), int(self.kept.sum())))
        columns = (
            Column("stage", Words("Stage", "阶段")),
            Column("count", term("Frequency"), Kind.COUNT),
            Column("percent", term("Percentage"), Kind.PERCENT),
        )
        rows = tuple((stage, count, 100 * count / n if n else None) for stage, count in counts)
        note = Words(
            "A respondent to whom several rules apply is counted at the first.",
            "符合多条规则的受访者只计入第一条。",
        )
        return (Table("screening", Words("Screening of the responses", "问卷筛选"), columns, rows, (note,)),)

    def set_aside(self) -> Table:
        """List those who are set aside, each with the id, the row of the file and every rule that applies.

        Examples
        --------
        >>> import sme_sem as sme
        >>> instrument = sme.load_instrument("corporate-reputation")
        >>> responses = sme.read_responses(sme.bundled_answers("corporate-reputation"), instrument)
        >>> len(sme.screen(responses, ["missing"], max_missing=0).set_aside().rows)
        8
        """
        known = whereabouts(self.screened.rows, self.screened.metadata)
        columns = (*columns_of(known), Column("reasons", Words("Set aside for", "剔除原因")))
        rows = []
        for respondent in self.excluded["respondent"]:
            applied = [said for rule, said in self.reasons.items() if self.flags[rule][respondent]]
            rows.append((respondent, *known.loc[respondent], joined(applied)))
        return Table("set_aside", Words("Respondents set aside", "被剔除的受访者"), columns, tuple(rows))


def screen(
    responses: Responses,
    rules: Sequence[str] = DEFAULT_RULES,
    *,
    max_missing: float = 0.5,
    cutoffs: Cutoffs | None = None,
) -> Screening:
    """Decide which respondents to keep.

    Parameters
    ----------
    responses : Responses
        As read by ``read_responses``.
    rules : sequence of str
        In the order in which they are given as the reason: ``"empty"`` (nothing answered),
        ``"preview"`` (the platform says that somebody tried the questionnaire out),
        ``"unfinished"`` (the platform says that the end was not reached; not applied unless named),
        ``"missing"`` (more than ``max_missing`` of the items without a usable answer),
        ``"attention"`` (an attention check answered wrongly; one left out does not count),
        ``"duplicate_id"`` (the respondent id occurred before; the first is kept),
        ``"duplicate_row"`` (equal to an earlier row in every cell; not applied unless named),
        ``"careless"`` (at least two of the indices of ``response_quality`` raise a flag, compared with respondents who
        are not careless, in up to five rounds; not applied unless named).
    max_missing : float
        The largest share of items, 0 to 1, that may be missing.
    cutoffs : Cutoffs, optional
        Of the rule ``"careless"``: from where on an index raises a flag, and how many flags are needed.

    Returns
    -------
    Screening
        ``.responses()`` of those who were kept, ``.excluded`` with the reasons, ``.flags``.

    Raises
    ------
    ResponseError
        If a rule is unknown, or ``max_missing`` is no share.
    SpecificationError
        If ``responses``, ``rules`` or ``cutoffs`` are of another kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from sme_sem.instrument.model import Instrument
    >>> from sme_sem.responses import read_responses
    >>> instrument = Instrument.model_validate({
    ...     "name": "demo", "title": "Demo", "response_scales": {"agree": {"lowest": 1, "highest": 5}},
    ...     "constructs": [{"name": "M", "label": "Market", "items": [
    ...         {"id": "M1", "wording": "We watch."}, {"id": "M2", "wording": "We follow."}]}]})
    >>> answers = pd.DataFrame({"M1": [1, 2, None], "M2": [3, None, None]})
    >>> screening = screen(read_responses(answers, instrument))
    >>> screening.excluded[["respondent", "row", "rule"]].values.tolist()
    [[3, 4, 'empty']]
    >>> screening.responses().counts
    {'collected': 3, 'valid': 2}
    """
    require_responses(responses)
    require_kind("cutoffs", cutoffs, (Cutoffs, NoneType), SOME_CUTOFFS)
    rules = texts("rules", rules, "missing")
    for rule in rules:
        if rule not in _RULES:
            known = joined(map(repr, _RULES), ", ", "、")
            raise ResponseError(_NO_RULE.filled(rule=repr(rule), known=known) + did_you_mean(str(rule), _RULES))
    share = isinstance(max_missing, Real) and not isinstance(max_missing, bool)
    if not share or not 0 <= max_missing <= 1:
        raise ResponseError(_NO_SHARE.filled(share=repr(max_missing)))
    chosen = tuple(dict.fromkeys(rules))
    cutoffs = cutoffs or Cutoffs()
    quality = response_quality(responses, cutoffs=cutoffs, rounds=_ROUNDS) if "careless" in chosen else None
    limits = _Limits(max_missing, quality)
    flags = pd.DataFrame(
        {rule: _RULES[rule](responses, limits) for rule in chosen},
        index=responses.frame.index,
        dtype=bool,
    )
    kept = ~flags.any(axis=1).rename("kept")
    reasons = {rule: _REASONS[rule].filled(share=percent(max_missing), flags=cutoffs.flags) for rule in chosen}
    return Screening(responses, flags, kept, _excluded(responses, flags, kept, reasons), reasons, quality)


class _Limits(NamedTuple):
    """What a rule compares with; the quality of the answers only where a rule asks for it."""

    max_missing: float
    quality: ResponseQuality | None


def _excluded(
    responses: Responses, flags: pd.DataFrame, kept: pd.Series[Any], reasons: dict[str, Words]
) -> pd.DataFrame:
    gone = flags[~kept]
    rule = gone.idxmax(axis=1).astype(object) if len(gone) else pd.Series([], dtype=object)
    return pd.DataFrame(
        {
            "respondent": gone.index.to_numpy(),
            "row": responses.rows[~kept].to_numpy(),
            "rule": rule.to_numpy(),
            "reason": [reasons[name].en for name in rule],
        }
    )


def _empty(responses: Responses, limits: _Limits) -> pd.Series[Any]:
    return empty_rows(untraced(responses.raw))


def _preview(responses: Responses, limits: _Limits) -> pd.Series[Any]:
    return _in_state(responses, PREVIEWS)


def _unfinished(responses: Responses, limits: _Limits) -> pd.Series[Any]:
    return _in_state(responses, UNFINISHED)


def _in_state(responses: Responses, states: Collection[str]) -> pd.Series[Any]:
    if "status" not in responses.metadata.columns:
        return pd.Series(False, index=responses.frame.index)
    return has_state(responses.metadata["status"], states)


def _missing(responses: Responses, limits: _Limits) -> pd.Series[Any]:
    missing = np.zeros(len(responses.frame))
    for name in responses.items:
        missing += responses.frame[name].isna().to_numpy()
    return pd.Series(missing / len(responses.items) > limits.max_missing, index=responses.frame.index)


def _attention(responses: Responses, limits: _Limits) -> pd.Series[Any]:
    return responses.attention.eq(False).fillna(False).astype(bool).any(axis=1)


def _duplicate_id(responses: Responses, limits: _Limits) -> pd.Series[Any]:
    if "respondent_id" not in responses.metadata.columns:
        return pd.Series(False, index=responses.frame.index)
    return same_as_before(responses.metadata["respondent_id"]).notna()


def _duplicate_row(responses: Responses, limits: _Limits) -> pd.Series[Any]:
    cells = untraced(responses.raw)
    return same_as_before(row_numbers(cells).mask(empty_rows(cells))).notna()


def _careless(responses: Responses, limits: _Limits) -> pd.Series[Any]:
    assert limits.quality is not None  # where this rule is named
    return limits.quality.flagged


_RULES: dict[str, Callable[[Responses, _Limits], pd.Series[Any]]] = {
    "empty": _empty,
    "preview": _preview,
    "unfinished": _unfinished,
    "missing": _missing,
    "attention": _attention,
    "duplicate_id": _duplicate_id,
    "duplicate_row": _duplicate_row,
    "careless": _careless,
}
_REASONS = {
    "empty": Words("nothing answered", "空白问卷"),
    "preview": Words("preview or test of the questionnaire", "预览或试填记录"),
    "unfinished": Words("questionnaire not finished", "未答完问卷"),
    "missing": Words("more than {share} of the items missing", "缺失题项超过{share}"),
    "attention": Words("attention check failed", "注意力检测未通过"),
    "duplicate_id": Words("respondent id used before", "受访者编号重复"),
    "duplicate_row": Words("equal to an earlier row in every cell", "与先前问卷完全相同"),
    "careless": Words("{flags} or more flags of careless answering", "不认真作答标记达到{flags}项"),
}


_NO_RULE = Words("no screening rule is named {rule}; known are {known}.", "没有名为{rule}的筛选规则；可用：{known}。")
_NO_SHARE = Words(
    "max_missing is a share of the items, from 0 to 1; got {share}", "max_missing应为题项的比例（0至1），实为{share}"
)
