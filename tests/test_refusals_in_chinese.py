"""What is refused in Python says in Chinese what is wrong, where, and what would do."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from chinese import wholly_chinese
from small_study import INSTRUMENT
from sme_sem import qualitative
from sme_sem.errors import SmeSemError
from sme_sem.instrument.load import read_instrument
from sme_sem.responses import Cutoffs

MODEL = "trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3; use ~ trust"
SCALES = {"trust": ["t1", "t2", "t3"], "use": ["u1", "u2", "u3"]}


@pytest.fixture(scope="module")
def answers():
    return sme.simulate("trust =~ .8*t1 + .8*t2 + .7*t3; use =~ .8*u1 + .8*u2 + .7*u3; use ~ .5*trust", 120, seed=1)


@pytest.fixture(scope="module")
def fit(answers):
    return sme.fit(MODEL, answers)


def small(id="city", **changes):
    """An instrument whose one closed question on the background is changed."""
    question = INSTRUMENT["background"][0] | {"id": id} | changes
    return read_instrument(INSTRUMENT | {"background": [question, *INSTRUMENT["background"][1:]]})


def read(answers):
    return sme.read_responses(answers.rank(pct=True).mul(5).apply(np.ceil), small())


def holes(answers):
    return answers.mask(np.random.default_rng(2).random(answers.shape) < 0.1)


CASES = {
    "no table": lambda a, f: sme.factors([[1, 2]], 1),
    "no scales": lambda a, f: sme.reliability(a, ["t1", "t2"]),
    "items that are no list": lambda a, f: sme.reliability(a, {"trust": "t1"}),
    "an unknown item": lambda a, f: sme.reliability(a, {"trust": ["t1", "t22"]}),
    "an item named twice": lambda a, f: sme.reliability(a, {"trust": ["t1", "t1"]}),
    "no covariances": lambda a, f: sme.components(cov=pd.DataFrame([[1.0, 2.0], [2.0, 1.0]])),
    "one construct": lambda a, f: sme.discriminant(a, "trust =~ t1 + t2 + t3"),
    "one scale": lambda a, f: sme.heterotrait(a, {"trust": ["t1", "t2"]}),
    "paths between constructs": lambda a, f: sme.discriminant(a, MODEL),
    "factors of two items": lambda a, f: sme.factors(a[["t1", "t2"]], 1),
    "too many factors": lambda a, f: sme.factors(a, 9),
    "no general construct": lambda a, f: sme.hierarchical(sme.fit(MODEL.rpartition(";")[0], a)),
    "no outcome": lambda a, f: sme.importance(f, a, "trusst", (-9, 9)),
    "answers beyond the scale": lambda a, f: sme.importance(f, a, "use", (0, 1)),
    "a scale without ends": lambda a, f: sme.importance(f, a, "use", 7),
    "unknown rules": lambda a, f: sme.item_advice(a, SCALES, 3),
    "ends the wrong way round": lambda a, f: sme.item_advice(a, SCALES, "wu", response_scale=(5, 1)),
    "a marker of the model": lambda a, f: sme.method_bias(a, MODEL, marker=["t1", "t2"]),
    "no items": lambda a, f: sme.missing(a[[]]),
    "waves without order": lambda a, f: sme.nonresponse(a.assign(when=list("xyz") * 40), "when"),
    "a share of all": lambda a, f: sme.nonresponse(a, "t1", share=1),
    "too many categories": lambda a, f: sme.reliability(a, SCALES, ordered=True),
    "one rater": lambda a, f: sme.rater_agreement(a[:1]),
    "noise without categories": lambda a, f: sme.retention(a, correlation="polychoric", noise="normal"),
    "no such group column": lambda a, f: sme.congruence(a, "region", 1),
    "one group": lambda a, f: sme.congruence(a.assign(region=1), "region", 1),
    "a group of a model without": lambda a, f: sme.validity(f, group="north"),
    "categories unknown": lambda a, f: sme.regression(
        "t1 ~ kind", a.assign(kind=[1, 2, 3] * 40), categorical={"kind": {1: "a", 2: "b"}}
    ),
    "nothing missing": lambda a, f: sme.impute(a, seed=3),
    "no such group column to impute by": lambda a, f: sme.impute(holes(a), seed=3, group="region"),
    "no such ordered item": lambda a, f: sme.impute(holes(a), seed=3, ordered=["t9"]),
    "too few answers of a group": lambda a, f: sme.impute(holes(a).assign(g=[1] * 115 + [2] * 5), seed=3, group="g"),
    "everybody alike": lambda a, f: sme.impute(a.assign(t1=[None] + [1.0] * 119), seed=3),
    "no copies": lambda a, f: sme.fit_imputed(MODEL, a),
    "copies with gaps": lambda a, f: sme.fit_imputed(MODEL, [holes(a), holes(a)]),
    "one fit": lambda a, f: sme.pool([f]),
    "no fits": lambda a, f: sme.pool([a]),
    "no degrees of freedom of complete answers": lambda a, f: sme.pool([f, f], complete_df=0),
    "another sample": lambda a, f: sme.pool([f, sme.fit(MODEL, a[1:])]),
    "the full model first": lambda a, f: sme.compare_imputed(sme.pool([f, f]), sme.pool([f, f])),
    "a number that is none": lambda a, f: sme.rmsea_power("many", 20),
    "one respondent": lambda a, f: sme.rmsea_power(1, 20),
    "no degrees of freedom": lambda a, f: sme.rmsea_power(200, 0),
    "one RMSEA twice": lambda a, f: sme.rmsea_power(200, 20, null=0.05, true=0.05),
    "a power of one": lambda a, f: sme.rmsea_sample_size(20, power=1),
    "hypotheses too near": lambda a, f: sme.rmsea_sample_size(1, null=0.05, true=0.0500001),
    "no instrument to write": lambda a, f: sme.export_instrument("small", "q.docx", format="word"),
    "no instrument file": lambda a, f: sme.load_instrument(3),
    "a language a format cannot hold": lambda a, f: sme.export_instrument(small(), ".", format="redcap", language="x"),
    "a name a platform cannot hold": lambda a, f: sme.export_instrument(small("城市"), ".", format="redcap"),
    "a name a platform has itself": lambda a, f: sme.export_instrument(small("record_id"), ".", format="redcap"),
    "codes with spaces": lambda a, f: sme.export_instrument(
        small(kind="multiple", categories={"1 a": "Harbin", "2 b": "Daqing"}), ".", format="xlsform"
    ),
    "codes a platform cannot hold": lambda a, f: sme.export_instrument(
        small(categories={"1 a": "Harbin", "2 b": "Daqing"}), ".", format="limesurvey"
    ),
    "one label twice": lambda a, f: sme.export_instrument(
        small(wording="我们乐于使用。", categories={1: "是", 2: "是！"}), ".", format="wenjuanxing"
    ),
    "a key that is no text": lambda a, f: read_instrument({1: 2}),
    "no answers to read": lambda a, f: sme.read_responses(None, small()),
    "no responses": lambda a, f: sme.screen(a),
    "no rounds": lambda a, f: sme.response_quality(read(a), rounds=0),
    "cut-offs of another kind": lambda a, f: sme.response_quality(read(a), cutoffs=0),
    "a cut-off beyond its span": lambda a, f: Cutoffs(even_odd=30),
    "a share above one": lambda a, f: sme.screen(read(a), max_missing=50),
    "too few for regularities": lambda a, f: sme.provenance(read(a[:20])),
    "weights that are texts": lambda a, f: sme.fit(MODEL, a.assign(w="x"), weights="w"),
    "a weight of zero": lambda a, f: sme.fit(MODEL, a.assign(w=0), weights="w"),
    "weights without a name": lambda a, f: sme.fit(MODEL, a, weights=["w"]),
    "clusters that are lists": lambda a, f: sme.fit(MODEL, a.assign(school=[[1]] * 120), cluster="school"),
    "a group without a name": lambda a, f: sme.fit(MODEL, a, group=3),
    "covariances without n": lambda a, f: sme.fit(MODEL, cov=a.cov()),
    "half a respondent": lambda a, f: sme.fit(MODEL, cov=a.cov(), n=99.5),
    "covariances without names": lambda a, f: sme.fit(MODEL, cov=a.cov().to_numpy(), n=120),
    "covariances with gaps": lambda a, f: sme.fit(MODEL, cov=a.cov() * np.nan, n=120),
    "covariances askew": lambda a, f: sme.fit(MODEL, cov=a.cov() + np.triu(np.ones(6), 1), n=120),
    "means without names": lambda a, f: sme.fit(MODEL, cov=a.cov(), mean=[1, 2, 3], n=120),
    "means with gaps": lambda a, f: sme.fit(MODEL, cov=a.cov(), mean=a.mean() * np.nan, n=120),
    "no group of covariances": lambda a, f: sme.fit(MODEL, cov=[], n=[]),
    "means of one group": lambda a, f: sme.fit(MODEL, cov=[a.cov()] * 2, n=[120] * 2, mean=[a.mean(), None]),
    "counts of other groups": lambda a, f: sme.fit(MODEL, cov={"a": a.cov(), "b": a.cov()}, n={"a": 9, "c": 9}),
    "more groups than counts": lambda a, f: sme.fit(MODEL, cov=[a.cov()] * 2, n=[120]),
    "no coded segments": lambda a, f: qualitative.saturation(a),
    "a trail of nothing": lambda a, f: qualitative.read_trail(
        pd.DataFrame({"source": ["F1"], "concept": ["rivals"], "item": [""]})
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_refused_is_said_in_chinese(case, answers, fit):
    with pytest.raises(SmeSemError) as caught:
        CASES[case](answers, fit)
    assert wholly_chinese(caught.value.in_chinese())
