"""Fitted models beside each other, every pair by the test that is right for it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, cast

import numpy as np
import pandas as pd

from ..arguments import chosen
from ..kernels import fit_indices
from ..sem.columns import measure_columns
from ..sem.fit import Fit
from ..sem.presentation import OF_MODEL, Labels, named, require_labels
from ..sem.quoted import corrected, held_back, objections, reported_alike
from ..sem.rivals import DIFFERENCE_COLUMNS, PLAIN_CHISQ
from ..tables import Column, Kind, Table, Tabled, Text, Words, joined, rows_from, term
from ..threads import one_thread
from .folds import Foretold, cross_validated
from .nesting import Relation
from .pairs import METHODS, Method, Pair, pair, recommended
from .sameness import require_comparable


@dataclass(frozen=True, eq=False)
class Comparison(Tabled):
    """Several models of the same answers.

    table : one row per model, by degrees of freedom; the differences are from the row above
    pairs : one row per pair of models: how they stand to each other, the test and why it, in both languages (``why``,
        ``why_zh``), its result, and intervals for the differences in AIC and BIC (wider minus narrower)
    recommended_test : the method these models call for, whichever was asked for
    """

    table: pd.DataFrame
    pairs: pd.DataFrame
    recommended_test: str
    notes: tuple[Text, ...]

    def tables(self) -> tuple[Table, ...]:
        """Give the models, and then the pairs."""
        columns = tuple(c for c in _COLUMNS if c.name in self.table)
        models = Table("model_comparison", _MODELS, columns, rows_from(self.table, columns), self.notes)
        return models, self.pairs_table()

    def differences(self, model: str) -> dict[str, tuple[float, float]]:
        """Give chi-square, as the pairs are tested, of each model nested with this one less that of this one, and p.

        Parameters
        ----------
        model
            Name of one of the models.

        Returns
        -------
        dict
            The difference, negative where the other model is the wider one, and its p by the other model's name.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("use ~ 0.4*trust + 0.3*cost", 200, seed=1)
        >>> fits = {"free": sme.fit("use ~ trust + cost", answers), "equal": sme.fit("use ~ a*trust + a*cost", answers)}
        >>> sme.compare(fits).differences("equal")["free"][0] < 0
        True
        """
        own = self.pairs[self.pairs["relation"].eq("nested") & self.pairs["pvalue"].notna()]
        found = {}
        for row in own.to_dict("records"):
            both = {row["wider"], row["narrower"]}
            if isinstance(model, Hashable) and model in both:
                (other,) = both - {model}
                sign = 1 if other == row["narrower"] else -1
                found[str(other)] = sign * float(row["statistic"]), float(row["pvalue"])
        return found

    def pairs_table(self, titles: Labels | None = None, *, why: bool = True) -> Table:
        """Give the pairs, without columns that say nothing of any.

        Parameters
        ----------
        titles
            What to print for a model's name.
        why
            Say of each pair, in a column, why it is tested so; or else in notes, where there is no room for one.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("use ~ 0.4*trust + 0.3*cost", 200, seed=1)
        >>> fits = {"free": sme.fit("use ~ trust + cost", answers), "equal": sme.fit("use ~ a*trust + a*cost", answers)}
        >>> sme.compare(fits).pairs_table(why=False).frame()[["wider", "narrower", "relation"]].values.tolist()
        [['free', 'equal', 'nested']]
        """
        require_labels(titles, "titles")
        columns = tuple(c for c in _PAIR_COLUMNS if self.pairs[c.name].notna().any() and (why or c.name != "why"))
        rows = tuple(_written(row, titles, columns) for row in self.pairs.to_dict("records"))
        notes: list[Text] = [] if why else _reasons(self.pairs, titles)
        notes += (_STATISTIC, _INTERVALS) if any(c.name == "aic_diff" for c in columns) else ()
        return Table("model_pairs", _PAIRS, columns, rows, tuple(notes))


@one_thread()
def compare(
    models: Mapping[str, Fit], *, method: str = "auto", folds: int | None = None, seed: int | None = None
) -> Comparison:
    """Compare fitted models of the same answers.

    Whether two models are nested is found out numerically (Bentler and Satorra 2010), not by their names.  Nested
    models are compared by the chi-square difference test that goes with their estimator; others by Vuong's tests,
    where there is a likelihood.

    Parameters
    ----------
    models : mapping of str to Fit
        What ``sme.fit`` returned, by name.
    method : str
        ``"auto"``, or one for all: ``"standard"``, ``"satorra.bentler.2001"``, ``"satorra.bentler.2010"``,
        ``"satorra.2000"`` (scaled and shifted) or ``"vuong"``; underscores may stand for dots.
    folds : int, optional
        Cross-validate on so many parts of the respondents: adds ``cv_discrepancy`` (per respondent, on the scale of
        chi-square / n) and ``cv_difference_se``, the standard error of its difference from the best model's.
    seed : int, optional
        Of the division into parts.

    Returns
    -------
    Comparison
        ``.table``, ``.pairs``, ``.recommended_test``; prints as tables.

    Raises
    ------
    SpecificationError
        If the models rest on different respondents, variables, groups or estimators, or the method does not go with
        them; the message says which.
    ConvergenceError
        If a model did not converge.

    Examples
    --------
    >>> import pandas as pd, sme_sem as sme
    >>> names = ["t1", "t2", "t3", "t4"]
    >>> S = pd.DataFrame([[1, .5, .4, .4], [.5, 1, .3, .3], [.4, .3, 1, .4], [.4, .3, .4, 1]], names, names)
    >>> free = sme.fit("trust =~ t1 + t2 + t3 + t4", cov=S, n=200)
    >>> equal = sme.fit("trust =~ t1 + a*t2 + a*t3 + a*t4", cov=S, n=200)
    >>> result = sme.compare({"free": free, "equal": equal})
    >>> result.table[["model", "df", "chisq_diff", "df_diff", "pvalue_diff"]].round(3)
       model  df  chisq_diff  df_diff  pvalue_diff
    0   free   2         NaN      NaN          NaN
    1  equal   4       0.402      2.0        0.818
    """
    taken = cast(Method, chosen("method", method, METHODS))
    require_comparable(models)
    fits = dict(sorted(models.items(), key=lambda item: item[1].inference.df))
    pairs = tuple(pair((a, b), fits[a], fits[b], taken) for a, b in combinations(fits, 2))
    foretold = cross_validated(fits, folds, seed) if folds is not None else None
    return Comparison(
        _models(fits, pairs, foretold),
        pd.DataFrame([_record(p) for p in pairs]),
        recommended(pairs, next(iter(fits.values()))),
        _notes(fits, pairs, foretold),
    )


def _models(fits: Mapping[str, Fit], pairs: tuple[Pair, ...], foretold: Foretold | None) -> pd.DataFrame:
    by_names = {(p.wide, p.narrow): p for p in pairs}
    rows: list[dict[str, Any]] = []
    previous = ""
    for (name, fit), robust in zip(fits.items(), reported_alike(fits.values()), strict=True):
        plain = fit.measures()
        p = by_names.get((previous, name))
        if p is not None and p.relation is not Relation.NESTED:
            p = None
        row: dict[str, Any] = {"model": name, "npar": int(plain["npar"]), "df": int(plain["df"])}
        row |= {"chisq": plain["chisq"]}
        row |= {
            "chisq_diff": np.nan if p is None else p.statistic,
            "df_diff": np.nan if p is None else p.df,
            "pvalue_diff": np.nan if p is None else p.pvalue,
        }
        row |= {key: robust[key] for key in ("cfi", "tli", "rmsea", "srmr")}
        row |= {key: plain.get(key, np.nan) for key in ("aic", "bic")}
        row |= {"akaike_weight": np.nan, "ecvi": plain.get("ecvi", np.nan)}
        if foretold is not None:
            row |= {"cv_discrepancy": foretold.discrepancy[name], "cv_difference_se": foretold.standard_error[name]}
        rows.append(row)
        previous = name
    frame = pd.DataFrame(rows)
    frame["akaike_weight"] = fit_indices.akaike_weights(frame["aic"].to_numpy(dtype=float))
    return frame


def _record(p: Pair) -> dict[str, Any]:
    return {
        "wider": p.wide,
        "narrower": p.narrow,
        "relation": p.relation.value,
        "test": p.test,
        "statistic": p.statistic,
        "df": p.df,
        "pvalue": p.pvalue,
        "distinguishable_pvalue": p.distinguishable_pvalue,
        "aic_diff": p.aic[0],
        "aic_diff_ci_lower": p.aic[1],
        "aic_diff_ci_upper": p.aic[2],
        "bic_diff": p.bic[0],
        "bic_diff_ci_lower": p.bic[1],
        "bic_diff_ci_upper": p.bic[2],
        "why": p.why.en,
        "why_zh": p.why.zh,
    }


def _written(row: Mapping[Any, Any], titles: Labels | None, columns: tuple[Column, ...]) -> tuple[Any, ...]:
    words = {
        "wider": named(row["wider"], titles),
        "narrower": named(row["narrower"], titles),
        "relation": _RELATIONS[row["relation"]],
        "test": _TESTS[row["test"]],
        "why": Words(row["why"], row["why_zh"]),
    }
    return tuple(words.get(c.name, row[c.name]) for c in columns)


def _reasons(pairs: pd.DataFrame, titles: Labels | None) -> list[Text]:
    """Say why each test is used, once where it has one reason, or else with the pairs of each."""
    found: list[Text] = []
    for test, own in pairs.groupby("test", sort=False):
        for (why, why_zh), alike in own.groupby(["why", "why_zh"], sort=False):
            who = [
                _PAIR.filled(a=named(row["wider"], titles), b=named(row["narrower"], titles))
                for row in alike.to_dict("records")
            ]
            of = _PAIRS_OF.filled(pairs=joined(who)) if len(alike) < len(own) else ""
            found.append(_REASON.filled(test=_TESTS[str(test)], of=of, why=Words(str(why), str(why_zh))))
    return found


def _notes(fits: Mapping[str, Fit], pairs: tuple[Pair, ...], foretold: Foretold | None) -> tuple[Text, ...]:
    notes: list[Text] = [_ABOVE]
    if any(corrected(fit) for fit in fits.values()):
        notes.append(PLAIN_CHISQ)
    if any(p.relation is Relation.NOT_NESTED for p in pairs):
        notes.append(_RIVALS)
    if foretold is not None:
        notes.append(_FORETOLD)
    notes += [
        OF_MODEL.filled(model=name, said=said)
        for name, fit in fits.items()
        for said in (*objections(fit), *held_back(fit))
    ]
    return tuple(notes)


_MODELS = Words("Model comparison", "模型比较")
_PAIRS = Words("Pairs of models", "模型两两比较")
_COLUMNS = (
    Column("model", Words("Model", "模型")),
    Column("npar", Words("Parameters", "参数数"), Kind.COUNT),
    *measure_columns("df", "chisq"),
    *DIFFERENCE_COLUMNS,
    *measure_columns("cfi", "tli", "rmsea", "srmr", "aic", "bic"),
    Column("akaike_weight", term("Akaike weight"), Kind.COEFFICIENT),
    Column("ecvi", "ECVI", Kind.ESTIMATE),
    Column("cv_discrepancy", Words("Cross-validated discrepancy", "交叉验证差异"), Kind.ESTIMATE),
    Column("cv_difference_se", Words("S.E. of its difference from the best", "与最优模型之差的标准误"), Kind.ESTIMATE),
)
_PAIR_COLUMNS = (
    Column("wider", Words("Wider model", "较宽模型")),
    Column("narrower", Words("Narrower model", "较窄模型")),
    Column("relation", Words("Relation", "关系")),
    Column("test", Words("Test", "检验")),
    Column("statistic", Words("Statistic", "统计量"), Kind.STATISTIC),
    Column("df", "df", Kind.COUNT),
    Column("pvalue", "p", Kind.PROBABILITY),
    Column("distinguishable_pvalue", Words("p of distinguishability", "可区分性p值"), Kind.PROBABILITY),
    Column("aic_diff", "ΔAIC", Kind.STATISTIC),
    Column("aic_diff_ci_lower", Words("lower", "下限"), Kind.STATISTIC),
    Column("aic_diff_ci_upper", Words("upper", "上限"), Kind.STATISTIC),
    Column("why", Words("Why", "理由")),
)
_RELATIONS = {
    "nested": Words("nested", "嵌套"),
    "equivalent": Words("equivalent", "等价"),
    "not nested": Words("not nested", "非嵌套"),
}
_TESTS = {
    "standard": Words("χ² difference", "卡方差异"),
    "satorra.bentler.2001": Words("scaled χ² difference (2001)", "校正卡方差异（2001）"),
    "satorra.bentler.2010": Words("scaled χ² difference (2010)", "校正卡方差异（2010）"),
    "satorra.2000": Words("scaled and shifted χ² difference", "缩放平移卡方差异"),
    "vuong": Words.same("Vuong"),
    "none": Words("none", "无"),
}
_ABOVE = Words(
    "Models by degrees of freedom; Δ: from the row above, only where that model contains this one. Nesting was tested "
    "numerically (Bentler and Satorra 2010). Smaller AIC, BIC and ECVI are better.",
    "模型按自由度排列；Δ为与上一行模型之差，仅在嵌套时给出。嵌套关系以数值方法检验（Bentler与Satorra，2010）。"
    "AIC、BIC、ECVI越小越好。",
)
_RIVALS = Words(
    "Models that are not nested have no χ² difference; how they compare is in the table of pairs, where the statistic "
    "is Vuong's z.",
    "非嵌套模型无卡方差值，其比较见模型两两比较表，统计量为Vuong的z值。",
)
_FORETOLD = Words(
    "Cross-validated discrepancy: how far respondents lie from a model fitted without them, on the scale of χ²/N.",
    "交叉验证差异：以不含该受访者的样本拟合模型后其偏离程度，量纲同χ²/N。",
)
_PAIR = Words("“{a}” and “{b}”", "“{a}”与“{b}”")
_PAIRS_OF = Words(" ({pairs})", "（{pairs}）")
_REASON = Words("Test “{test}”{of}: {why}.", "检验“{test}”{of}：{why}。")
_STATISTIC = Words(
    "Statistic: the χ² difference of nested models, else Vuong's z, which is positive where the wider model is nearer "
    "to the answers; that counts only where the two can be distinguished.",
    "统计量：嵌套模型为卡方差值，其余为Vuong的z值（为正表示较宽模型更接近数据）；仅当两模型可区分时才有意义。",
)
_INTERVALS = Words(
    "ΔAIC: wider minus narrower model with its 95% interval (Merkle, You and Preacher 2016).",
    "ΔAIC为较宽模型减较窄模型及其95%置信区间（Merkle、You与Preacher，2016）。",
)
