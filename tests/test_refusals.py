"""A wrong kind of object or number is refused by the argument's name, and not where something inside fails over it."""

import pickle

import pandas as pd
import pytest
import yaml

import sme_sem as sme
from chinese import wholly_chinese
from small_study import INSTRUMENT
from sme_sem import qualitative
from sme_sem.errors import DataProblem, ExportError, SmeSemError
from sme_sem.tables import Words, csv_file, excel

MODEL = "trust =~ t1 + t2 + t3; use ~ trust"
FIT = "fit must be a fitted model as sme.fit returns it, not "
MODELS = "must be fitted models by name, such as {'full': fit, 'restricted': other}, not "
FRAME = "frame must be a pandas DataFrame with one column per item, not ndarray."
SCALES = "scales must be items by construct, such as {'market': ['MK1', 'MK2', 'MK3']}, not list."
ANSWERS = "responses must be answers as sme.read_responses returns them, not DataFrame."
STEPS = ("configural", "metric")
CUTOFFS = "cutoffs must be cut-offs such as Cutoffs(flags=3), not 3."
CODING = "coding must be coded segments as sme.qualitative.read_coding returns them, not 3."
BOOTSTRAP = "found must be a bootstrap as sme.bootstrap returns it, not "


@pytest.fixture(scope="module")
def answers():
    return sme.simulate("trust =~ .8*t1 + .8*t2 + .7*t3; use ~ .5*trust", 100, seed=1)


@pytest.fixture(scope="module")
def fit(answers):
    return sme.fit(MODEL, answers)


def answered():
    instrument = sme.load_instrument("corporate-reputation")
    return sme.read_responses(sme.bundled_answers("corporate-reputation"), instrument)


@pytest.fixture(scope="module")
def responses():
    return answered()


OBJECTS = {
    "bootstrap": (lambda a: sme.bootstrap(a), FIT + "DataFrame."),
    "validity": (lambda a: sme.validity(a), FIT + "DataFrame."),
    "hierarchical": (lambda a: sme.hierarchical(None), FIT + "None."),
    "equivalents": (lambda a: sme.equivalents(MODEL), FIT + repr(MODEL) + "."),
    "search": (lambda a: sme.search(a), FIT + "DataFrame."),
    "simple_slopes": (lambda a: sme.simple_slopes(None, "a", "b", "c"), FIT + "None."),
    "importance": (lambda a: sme.importance(a, a, "use", (1, 5)), FIT + "DataFrame."),
    "collinearity": (lambda a: sme.collinearity(MODEL, a), FIT + repr(MODEL) + "."),
    "diagram": (lambda a: sme.diagram(3), FIT[:-6] + ", or two of them by name, not 3."),
    "pool": (lambda a: sme.pool(None), "fits must be fitted models as sme.fit returns them, not None."),
    "pool one": (lambda a: sme.pool([a]), "each of fits must be a fitted model as sme.fit returns it, not DataFrame."),
    "compare_imputed": (
        lambda a: sme.compare_imputed(None, None),
        "restricted must be a pooled fit as sme.fit_imputed returns it, not None.",
    ),
    "compare": (lambda a: sme.compare([a]), "models " + MODELS + "list."),
    "side_by_side": (lambda a: sme.side_by_side([a]), "models " + MODELS + "list."),
    "write_syntax": (lambda a: sme.write_syntax(MODEL, "mplus"), "fits " + MODELS + repr(MODEL) + "."),
    "mediation": (lambda a: sme.mediation(a), BOOTSTRAP + "DataFrame."),
    "conditional_indirect": (lambda a: sme.conditional_indirect(None, *"abcd"), BOOTSTRAP + "None."),
    "screen": (lambda a: sme.screen(a), ANSWERS),
    "response_quality": (lambda a: sme.response_quality(a), ANSWERS),
    "provenance": (lambda a: sme.provenance(a), ANSWERS),
    "read_responses": (
        lambda a: sme.read_responses(a, "corporate-reputation"),
        "instrument must be an instrument as sme.load_instrument returns it, not 'corporate-reputation'.",
    ),
    "export_instrument": (
        lambda a: sme.export_instrument("bmi-drivers", "q.docx", format="word"),
        "instrument must be an instrument as sme.load_instrument returns it, not 'bmi-drivers'.",
    ),
    "reliability": (lambda a: sme.reliability(a, ["t1", "t2"]), SCALES),
    "item_advice": (lambda a: sme.item_advice(a, ["t1", "t2"], "wu"), SCALES),
    "heterotrait": (lambda a: sme.heterotrait(a, ["t1", "t2"]), SCALES),
    "missing scales": (lambda a: sme.missing(a, ["t1", "t2"]), SCALES),
    "a scale": (lambda a: sme.reliability(a, {"t": None}), "scale 't' needs a list of at least two items, got None"),
    "correlations": (lambda a: sme.correlations(a.to_numpy()), FRAME),
    "missing": (lambda a: sme.missing(a.to_numpy()), FRAME),
    "nonresponse": (lambda a: sme.nonresponse(a.to_numpy(), "day"), FRAME),
    "congruence": (lambda a: sme.congruence(a.to_numpy(), "g", 2), FRAME),
    "reliability of no frame": (lambda a: sme.reliability(a.to_numpy(), {"t": ["t1", "t2"]}), FRAME),
    "descriptives": (lambda a: sme.descriptives(a.to_numpy()), FRAME),
    "components": (lambda a: sme.components(a.to_numpy()), FRAME),
    "rater_agreement": (lambda a: sme.rater_agreement(a.to_numpy()), FRAME.replace("frame", "ratings", 1)),
    "with_products": (lambda a: sme.with_products("use ~ t1", 3), FRAME.replace("ndarray", "3")),
    "product_indicators": (lambda a: sme.product_indicators(a.to_numpy(), {"t": ["t1"]}), FRAME),
    "add": (
        lambda a: sme.Specification.read(MODEL).add(3),
        "a model must be text in lavaan's syntax, such as 'trust =~ t1 + t2 + t3', not 3.",
    ),
    "rename": (
        lambda a: sme.Specification.read(MODEL).rename("t1"),
        "names must be new names by old ones, such as {'t1': 'trust1'}, not 't1'.",
    ),
    "read_model": (lambda a: sme.read_model(None, "mplus"), "text must be the text of a model, not None."),
    "load_instrument": (
        lambda a: sme.load_instrument(None),
        "name_or_path must be a shipped name, or the path of an instrument file, not None.",
    ),
    "load_study": (lambda a: sme.load_study(None), "path must be the path of a study file, not None."),
    "verify": (lambda a: sme.verify(None), "folder must be the path of a folder of results, not None."),
    "screen cutoffs": (lambda a: sme.screen(answered(), cutoffs=3), CUTOFFS),
    "response_quality cutoffs": (lambda a: sme.response_quality(answered(), cutoffs=0), CUTOFFS.replace("3.", "0.")),
    "add_terms": (
        lambda a: sme.Specification.read(MODEL).add_terms([3]),
        "each of terms must be a term, as in Specification.read('use ~ trust').terms, not 3.",
    ),
    "add_terms of none": (
        lambda a: sme.Specification.read(MODEL).add_terms(3),
        "terms must be terms, such as those of Specification.read('use ~ trust').terms, not 3.",
    ),
    "read_model observed": (
        lambda a: sme.read_model("t1 <- trust (1)", "amos", observed=3),
        "observed must be the names of the observed variables, such as ['t1', 't2'], not 3.",
    ),
    "frequencies": (lambda a: qualitative.frequencies(3), CODING),
    "coding_tables": (lambda a: qualitative.coding_tables(a), CODING.replace("3", "DataFrame")),
    "saturation": (lambda a: qualitative.saturation(3), CODING),
    "hold_out": (lambda a: qualitative.hold_out(3, ["F1"]), CODING),
    "compare_groups": (lambda a: qualitative.compare_groups(3), CODING),
    "cooccurrence": (lambda a: qualitative.cooccurrence(3), CODING),
    "draft_instrument": (lambda a: qualitative.draft_instrument(3), CODING),
    "new_study": (lambda a: sme.new_study(3, "bmi-drivers"), "folder must be the path of a folder, not 3."),
}


@pytest.mark.parametrize(("call", "message"), OBJECTS.values(), ids=OBJECTS)
def test_another_kind_of_object_is_refused_by_name(answers, call, message):
    with pytest.raises(SmeSemError) as caught:
        call(answers)
    assert str(caught.value) == message


def test_names_that_are_no_texts_are_unknown_names(fit):
    with pytest.raises(SmeSemError, match=r"^3 is not a variable of the model\.$"):
        fit.effects(3, "trust")
    with pytest.raises(SmeSemError, match=r"^3: 1 problem\n  no shipped instrument of that name\. Shipped: "):
        sme.bundled_answers(3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": "100"}, "draws='100': give how many samples to draw, at least two, and for intervals 1000 or more."),
        ({"draws": 50.0}, "draws=50.0: give how many samples to draw, at least two, and for intervals 1000 or more."),
        ({"workers": 0}, "workers=0: give a number of processes such as 2, or -1 for all cores."),
        ({"workers": "x"}, "workers='x': give a number of processes such as 2, or -1 for all cores."),
        (
            {"resamples": "x"},
            "resamples= must be a matrix of whole numbers: one line of row numbers for each draw.",
        ),
    ],
)
def test_a_bootstrap_takes_whole_numbers(fit, options, message):
    with pytest.raises(SmeSemError) as caught:
        sme.bootstrap(fit, **({"draws": 20, "progress": False} | options))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sme.rmsea_power(200, "3"), "df must be a number, not '3'."),
        (lambda: sme.rmsea_power("200", 3), "n must be a number, not '200'."),
        (lambda: sme.rmsea_power(200, 3, true="x"), "true must be a number, not 'x'."),
        (lambda: sme.rmsea_sample_size(3, power="x"), "power must be a number, not 'x'."),
        (lambda: sme.rmsea_sample_size(3, groups=1.5), "groups=1.5: give how many groups there are, one or more."),
    ],
)
def test_the_power_of_overall_fit_takes_numbers(call, message):
    with pytest.raises(SmeSemError) as caught:
        call()
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rules": None}, r"^rules=None: give a text, or a list of texts, such as rules=\['missing'\]\.$"),
        ({"max_missing": "0.5"}, r"^max_missing is a share of the items, from 0 to 1; got '0\.5'$"),
        ({"max_missing": True}, r"^max_missing is a share of the items, from 0 to 1; got True$"),
    ],
)
def test_screening_takes_rules_and_a_share(responses, options, message):
    with pytest.raises(SmeSemError, match=message):
        sme.screen(responses, **options)


def test_resampling_and_shares_take_numbers(answers, responses):
    items = answers[["t1", "t2", "t3"]]
    with pytest.raises(SmeSemError, match=r"^draws='x': give at least two, in practice a thousand\.$"):
        sme.loading_intervals(items, 1, draws="x")
    with pytest.raises(SmeSemError, match=r"^draws=2\.5: give at least two, in practice some thousands\.$"):
        sme.heterotrait(answers, {"t": ["t1", "t2"], "u": ["t3", "use"]}, draws=2.5)
    with pytest.raises(SmeSemError, match=r"^share='x': give a share above 0 and at most 0\.5"):
        sme.nonresponse(answers, "use", share="x")
    with pytest.raises(SmeSemError, match=r"^rounds is 1 or more and resamples 0 or more; got 'x' and 0$"):
        sme.response_quality(responses, rounds="x", resamples=0)


def test_figures_are_saved_in_the_forms_and_drawn_in_the_languages_there_are(fit, answers, tmp_path):
    slopes = sme.simple_slopes(sme.fit("use ~ t1 + t1:t1", answers), "use", "t1", "t1")
    power = sme.power("use ~ 0.3*trust", [50], draws=5, progress=False)
    choices = {"estimator": ["ML", "MLR"]}
    curve = sme.multiverse("use ~ t1", answers, choices=choices, hypotheses="use ~ t1", progress=False)
    for figure in (slopes.figure, power.figure, curve.specification_curve):
        saved = (figure().save(tmp_path / f"figure.{form}") for form in ("svg", "png", "pdf", "PDF"))
        assert [file.read_bytes()[:4] for file in saved] == [b"<svg", b"\x89PNG", *[b"%PDF"] * 2]
        with pytest.raises(SmeSemError, match=r"figure\.jpg: a drawing is saved as \.svg, \.png or \.pdf"):
            figure().save(tmp_path / "figure.jpg")
        with pytest.raises(SmeSemError, match=r"^language='x' is not available; it can be 'en' or 'zh'\.$"):
            figure(language="x")


def test_a_diagram_takes_labels_by_name_and_a_language_it_has(fit):
    with pytest.raises(SmeSemError, match=r"^labels must be labels by name, such as {'TRUST': 'Trust'}, not 3\.$"):
        sme.diagram(fit, labels=3)
    with pytest.raises(SmeSemError, match=r"^language='x' is not available; it can be 'en' or 'zh'\.$"):
        sme.diagram(fit, language="x")


def test_a_panel_names_the_element_it_lacks():
    ratings = pd.DataFrame({"value": [5, 5, 4, 2], "channel": [4, 3, 3, 1], "cost": [2, 1, 2, 5]})
    with pytest.raises(SmeSemError, match=r"^no column 'valu'\. Did you mean 'value'\?$"):
        qualitative.expert_panel(ratings).components(["valu", "cost"], 1)


def test_partial_invariance_is_of_a_step_that_was_fitted(answers):
    steps = sme.invariance("t =~ t1 + t2 + t3", answers.assign(shop=[0, 1] * 50), group="shop", steps=STEPS)
    with pytest.raises(SmeSemError, match=r"^step 'scalr' is none of configural, metric\.$"):
        steps.partial("scalr")


def test_a_search_and_a_multiverse_know_the_variables_they_are_asked_about(fit, answers):
    with pytest.raises(SmeSemError, match=r"^allowed: the model has no variable 'trst'\. Did you mean 'trust'\? "):
        sme.search(fit, allowed=["trst ~~ t1"])
    with pytest.raises(SmeSemError, match=r"^allowed must be relations, such as"):
        sme.search(fit, allowed=3)
    assert sme.search(fit, allowed="t1 ~~ t2", halves=0, progress=False).looked_at <= 1
    model = f"{MODEL}; twice := 2*3"
    for hypothesis, message in (
        ("use ~ trst > 0", r"no model has a variable 'trst'\. Did you mean 'trust'\?$"),
        ("use ~ trust:agee", r"no model has a variable 'agee'\.$"),
        ("twic > 0", r"no quantity is defined as 'twic'\. Did you mean 'twice'\?$"),
    ):
        with pytest.raises(SmeSemError, match=r"^hypothesis 'H1': " + message):
            sme.multiverse(model, answers, choices={"estimator": ["ML"]}, hypotheses={"H1": hypothesis})


def test_comparisons_and_searches_name_the_option_that_is_wrong(fit):
    with pytest.raises(SmeSemError, match=r"^method=3 is not available; it can be 'auto', 'standard', "):
        sme.compare({"a": fit, "b": fit}, method=3)
    with pytest.raises(SmeSemError, match=r"^folds='x': from 2 to 50 for 100 respondents"):
        sme.compare({"a": fit, "b": fit}, folds="x")
    with pytest.raises(SmeSemError, match=r"^relations=3: give a text, or a list of texts, such as relations="):
        sme.side_by_side({"a": fit}, relations=3)
    with pytest.raises(SmeSemError, match=r"^most=True: give how many changes may be made, one or more\.$"):
        sme.search(fit, most=True)


@pytest.mark.parametrize("suppress", ["x", -0.1, float("nan")])
def test_loadings_are_left_out_below_a_size(answers, suppress):
    message = f"suppress={suppress!r}: give a size of loadings, such as suppress=0.3."
    for call in (sme.components, sme.factors):
        with pytest.raises(SmeSemError) as caught:
            call(answers, 1, suppress=suppress)
        assert str(caught.value) == message


@pytest.mark.parametrize("ends", [(5, 1), (1, 1), 3, ("1", "5"), (1, 3, 5), ()])
def test_a_response_scale_rises_from_lowest_to_highest(answers, ends):
    with pytest.raises(SmeSemError) as caught:
        sme.item_advice(answers, {"trust": ["t1", "t2", "t3"]}, "wu", response_scale=ends)
    assert str(caught.value) == f"response_scale={ends!r}: give the lowest and the highest answer, such as (1, 5)."


@pytest.mark.parametrize("at", [["x"], [], 5, [1, None], [[1, 2]], [float("inf")]])
def test_values_of_a_moderator_are_numbers(answers, at):
    squared = sme.fit("use ~ t1 + t1:t1", answers)
    with pytest.raises(SmeSemError) as caught:
        sme.simple_slopes(squared, "use", "t1", "t1", at=at)
    assert str(caught.value) == f"at={at!r}: give standard deviations from the mean, such as (-1, 0, 1)."
    if at != []:  # the index alone
        with pytest.raises(SmeSemError) as caught:
            sme.moderated_mediation("X", "M", "Y", "W", at=at)
        assert str(caught.value) == f"at={at!r}: give values of the moderator, such as (-1, 0, 1)."


def test_what_can_be_gone_through_is_as_good_as_a_list(fit):
    assert "indirect_1" not in sme.moderated_mediation("X", "M", "Y", "W", at=())
    listed, generated = (sme.moderated_mediation("X", "M", "Y", "W", at=at) for at in ([-1, 1], (x for x in (-1, 1))))
    assert listed == generated == sme.moderated_mediation("X", "M", "Y", "W", product="", at=[-1.0, 1.0])
    asked = ["t1 ~~ t2", sme.Specification.read("t1 ~~ t3")]
    found, same = (sme.search(fit, allowed=allowed) for allowed in (asked, ["t1 ~~ t2", "t1 ~~ t3"]))
    assert [str(table) for table in found.tables()] == [str(table) for table in same.tables()]
    assert sme.read_model("f =~ x", observed=range(3)).latent == ("f",)


@pytest.mark.parametrize(
    ("names", "wrong"),
    [(("X 1", "M", "Y", "W"), "'X 1'"), (("X", "M", "Y", 3), "3"), (("X", ["M"], "Y", "W"), "['M']")],
)
def test_a_moderated_mediation_is_of_names_that_a_model_can_hold(names, wrong):
    with pytest.raises(SmeSemError) as caught:
        sme.moderated_mediation(*names)
    assert str(caught.value) == f"{wrong} cannot name a variable of a model: use letters, digits, '_' and '.'."
    with pytest.raises(SmeSemError, match=r"^'X by W' cannot name a variable"):
        sme.moderated_mediation("X", "M", "Y", "W", product="X by W")


def test_words_among_the_answers_are_named_by_column(answers, fit):
    words = answers.astype(object)
    words.loc[3, "t2"] = "often"
    message = r"^not numeric: 't2' \(such as 'often'\)\. Give answers as numbers"
    with pytest.raises(DataProblem, match=message):
        sme.importance(fit, words, "use", (-9, 9))
    with pytest.raises(DataProblem, match=message):
        sme.with_products("trust =~ t1 + t2 + t3; use ~ trust + trust:trust", words)


def test_numbers_kept_as_text_have_the_performance_of_numbers(answers, fit):
    as_text = sme.importance(fit, answers.astype(str), "use", (-9, 9)).table
    assert as_text.equals(sme.importance(fit, answers, "use", (-9, 9)).table)


@pytest.fixture(scope="module")
def draft():
    coded = pd.DataFrame({"source": ["F1", "F2"], "category": ["market"] * 2, "concept": ["rivals", "demand"]})
    return qualitative.draft_instrument(qualitative.read_coding(coded))


def test_a_place_that_is_none_is_refused(fit, draft):
    for save in (fit.save, sme.diagram(fit).save, draft.write, lambda path: excel.write(fit.tables(), path)):
        with pytest.raises(SmeSemError, match=r"^path must be the path of a file, not 3\.$"):
            save(3)
    with pytest.raises(SmeSemError, match=r"^folder must be the path of a folder, not 3\.$"):
        csv_file.write(fit.tables(), 3)
    with pytest.raises(SmeSemError, match=r"^checkpoint must be the path of a file, not 3\.$"):
        sme.bootstrap(fit, draws=10, checkpoint=3, progress=False)


@pytest.mark.parametrize("below", ["file", "nul"])
def test_what_cannot_be_written_says_so(fit, draft, tmp_path, below):
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / ("file" if below == "file" else "n\0l")
    for save, name in ((fit.save, "a.md"), (sme.diagram(fit).save, "a.svg"), (draft.write, "a.yaml")):
        with pytest.raises(ExportError) as caught:
            save(folder / name)
        assert str(caught.value).startswith(f"{folder / name}: 1 problem\n  cannot be written: ")
    with pytest.raises(ExportError, match=r"trust\.csv: 1 problem\n  cannot be written: "):
        sme.write_syntax({"trust": fit}, folder)
    with pytest.raises(ExportError, match=r"\.csv: 1 problem\n  cannot be written: "):
        csv_file.write(fit.tables(), folder)
    with pytest.raises(ExportError, match=r"a\.xlsx: 1 problem\n  cannot be written: "):
        excel.write(fit.tables(), folder / "a.xlsx")
    with pytest.raises(ExportError, match=r"a\.npz: 1 problem\n  cannot be written: "):
        sme.bootstrap(fit, draws=10, checkpoint=folder / "a.npz", progress=False)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


UNUSABLE = {
    "scale": (
        lambda a, f: sme.importance(f, a, "use", 3),
        "scale=3: give the lowest and the highest answer, such as scale=(1, 7), or these by item.",
    ),
    "scale by item": (
        lambda a, f: sme.importance(f, a, "use", {"t1": 3}),
        "scale=3: give the lowest and the highest answer, such as scale=(1, 7), or these by item.",
    ),
    "target": (lambda a, f: sme.importance(f, a, ["use"], (-9, 9)), "['use'] is no outcome of the model."),
    "items": (lambda a, f: sme.descriptives(a, 3), "no column 3. Did you mean 't3'?"),
    "nothing": (
        lambda a, f: sme.missing(a, background=None),
        "background=None: give a name, or a list of names, such as background=['age'].",
    ),
    "order": (
        lambda a, f: sme.nonresponse(a, ["t1"]),
        "order must be the name of a column that says when respondents answered, not list.",
    ),
    "method": (
        lambda a, f: sme.factors(a, 1, method=["ml"]),
        "method=['ml'] is not available; it can be 'minres', 'paf', 'ml'.",
    ),
    "n": (
        lambda a, f: sme.factors(cov=a.cov(), n_factors=1, n="many"),
        "n must be the number of respondents, such as n=250, not 'many'.",
    ),
    "estimators": (
        lambda a, f: sme.compare_estimators(MODEL, a, estimators="MLR"),
        "estimators='MLR': give one for continuous and one for ordered answers, such as estimators=('MLR', 'WLSMV').",
    ),
    "labels": (
        lambda a, f: sme.side_by_side({"trust": f}, labels=3),
        "labels must be labels by name, such as {'TRUST': 'Trust'}, not 3.",
    ),
    "grey": (lambda a, f: sme.diagram(f, grey="dark"), "grey='dark': give True or False."),
    "outcome": (lambda a, f: f.effects(["use"], "trust"), "['use'] is not a variable of the model."),
    "hypotheses": (
        lambda a, f: sme.multiverse(MODEL, a, choices={"estimator": ["ML", "MLR"]}, hypotheses=3),
        "hypotheses must be relations by name, such as {'H1': 'use ~ trust > 0'}, not 3.",
    ),
    "ledger": (
        lambda a, f: sme.power("use ~ 0.5*trust", 50, 5, ledger=3),
        "ledger must be the path of a file, not 3.",
    ),
    "judgements": (
        lambda a, f: qualitative.agreement(3),
        "judgements must be a DataFrame with a column for each coder, or coded segments, not 3.",
    ),
    "ratings": (
        lambda a, f: qualitative.expert_panel(3),
        "ratings must be a pandas DataFrame with one column per item, not 3.",
    ),
    "relevant": (
        lambda a, f: qualitative.expert_panel(a, relevant="often"),
        "relevant must be the least answer that counts, such as relevant=4, not 'often'.",
    ),
    "kept": (lambda a, f: qualitative.expert_panel(a).components(3), "no column 3. Did you mean 't3'?"),
    "rules": (
        lambda a, f: qualitative.select(a, 3),
        "rules=3: give a text, or a list of texts, such as rules=['mentions > mean'].",
    ),
    "documents": (
        lambda a, f: qualitative.count_keywords(3, {"price": ["cheap"]}),
        "sources must be the path of a file or folder, or a list of these, not 3.",
    ),
    "themes": (
        lambda a, f: qualitative.read_keywords(3),
        "themes must be keywords by theme, such as {'price': ['cheap', 'dear']}, or the path of a file, not 3.",
    ),
}


@pytest.mark.parametrize("call, message", UNUSABLE.values(), ids=UNUSABLE)
def test_what_no_function_can_use_is_refused_by_name(answers, fit, call, message):
    with pytest.raises(SmeSemError) as caught:
        call(answers, fit)
    assert str(caught.value) == message


def test_a_name_no_file_can_have_is_told_wherever_one_is_read_or_written(tmp_path):
    place = tmp_path / "n\0l.yaml"
    for attempt in (
        lambda: sme.new_study(place, "bmi-drivers"),
        lambda: sme.power("use ~ 0.5*trust", 50, 5, progress=False, ledger=place),
        lambda: qualitative.read_keywords(place),
        lambda: qualitative.read_coding(place.with_suffix(".qdpx")),
    ):
        with pytest.raises(SmeSemError, match=r"cannot be (written|read): embedded null byte"):
            attempt()


def broken(tmp_path, instrument=None, **study):
    """What is refused of a study, or of its instrument, in English and in Chinese."""
    document = yaml.safe_load(yaml.safe_dump(INSTRUMENT))
    (tmp_path / "small.yaml").write_text(yaml.safe_dump({**document, **(instrument or {})}), encoding="utf-8")
    asked = {"instrument": "small.yaml", "data": "a.csv", **study}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(asked), encoding="utf-8")
    (tmp_path / "a.csv").write_text("t1\n1\n")
    with pytest.raises(SmeSemError) as caught:
        sme.load_study(tmp_path / "study.yaml")
    lines = [str(caught.value).splitlines()[1:], caught.value.in_chinese().splitlines()]
    assert lines[1][0].endswith(f"：{len(lines[0])}处问题")
    return [line.strip() for line in lines[0]], [line.strip() for line in lines[1][1:]]


@pytest.mark.parametrize(
    ("changed", "english", "chinese"),
    [
        ({"sed": 1}, "sed: not a known field. Did you mean 'seed'?", "sed：未知的键。是否应为'seed'？"),
        ({"seed": "x"}, "seed: expected a whole number, got 'x'", "seed：应为整数，实际为'x'"),
        ({"rivals": "direct"}, "rivals: expected a list, got 'direct'", "rivals：应为列表，实际为'direct'"),
        (
            {"data": "b.csv"},
            "data: no such file: b.csv. Did you mean 'a.csv'?",
            "data：文件不存在：b.csv。是否应为'a.csv'？",
        ),
        (
            {"hypothesized": "direkt"},
            "hypothesized: no model is named 'direkt'. Did you mean 'direct'?",
            "hypothesized：没有名为'direkt'的模型。是否应为'direct'？",
        ),
        (
            {"group": "town"},
            "group: no single-choice background question is named 'town'. Known are city.",
            "group：没有名为'town'的单选背景题。可用：city。",
        ),
        (
            {"correction": "holmes"},
            "correction: 'holmes' is not available; choose none, holm or benjamini-hochberg. Did you mean 'holm'?",
            "correction：'holmes'不可用；可选none、holm、benjamini-hochberg。是否应为'holm'？",
        ),
        (
            {"alpha": 5},
            "alpha: expected a number between 0 and 1, such as 0.05, got 5",
            "alpha：应为0与1之间的数，如0.05，实际为5",
        ),
        (
            {"ordered": True, "estimator": "MLR"},
            "estimator: MLR does not take answers as ordered; leave it out, or choose WLSMV",
            "estimator：MLR不能把答案作为有序类别；请删去，或选WLSMV",
        ),
        (
            {"ordered": 3},
            "ordered: expected true for all items, or a list of some such as [MK1, MK2], got 3",
            "ordered：应为true（所有题项），或部分题项的列表，如[MK1, MK2]，实际为3",
        ),
        (
            {"trail": "t.csv"},
            "trail: no such file: t.csv. Write one with: sme-sem code draft",
            "trail：文件不存在：t.csv。可用以下命令生成：sme-sem code draft",
        ),
        (
            {"models": {"m": {"structure": "USE ~ TRUTS"}}},
            "models.m.structure: 'TRUTS' is no construct, item or background question. Did you mean 'TRUST'?",
            "models.m.structure：'TRUTS'不是构念、题项或背景题。是否应为'TRUST'？",
        ),
    ],
)
def test_what_a_study_file_has_wrong_is_told_in_either_language(tmp_path, changed, english, chinese):
    assert broken(tmp_path, **changed) == ([english], [chinese])


def test_what_an_instrument_has_wrong_is_told_in_either_language(tmp_path):
    scale = {"agreement": {"lowest": 1, "highest": None}}
    english, chinese = broken(tmp_path, {"response_scales": scale, "rivals": ["reverse", "reverse"]})
    assert "response_scales.agreement.highest：应为整数，实际为空值" in chinese
    assert "rivals[1]：'reverse'已用于rivals[0]" in chinese
    assert len(english) == len(chinese)


def test_a_file_that_is_missing_is_told_in_either_language(tmp_path):
    (tmp_path / "answers.csv").write_text("a\n1\n")
    with pytest.raises(SmeSemError) as caught:
        sme.read_responses(tmp_path / "answer.csv", sme.load_instrument("corporate-reputation"))
    folder = str(tmp_path.resolve())
    assert caught.value.in_chinese() == (
        f"{tmp_path / 'answer.csv'}：文件夹{folder!r}中没有此文件。是否应为'answers.csv'？"
    )
    with pytest.raises(SmeSemError) as caught:
        sme.load_instrument("bmi-driver")
    assert "文件不存在，也没有该名称的内置问卷。是否应为'bmi-drivers'？" in caught.value.in_chinese()


@pytest.mark.parametrize(
    ("text", "options", "chinese"),
    [
        (
            "trust =~ t1 + t4; use ~ trst",
            {},
            "未知的变量't4'：数据中没有该列，模型中也没有测量它的一行（=~）。另有未知的变量：'trst'。",
        ),
        ("use =~ t1 + t2", {}, "'use'既是模型的潜变量（位于=~左侧），又是数据中的列：请为其一改名。"),
        ("trust =~ t1 + a*t2 + b*t2", {}, "trust =~ t2写了两次，一次为a*t2，一次为b*t2：请保留其一。"),
        ("trust =~ t1 + trust", {}, "trust =~ trust：潜变量不能是自己的题项。"),
        ("use ~ c(a, b, c)*t1", {}, "use ~ t1：1个组有3个标签；请给出一个，或每组一个。"),
        (
            "use ~ slope*t1; ab := slpe*2",
            {},
            "'slpe*2'：'slpe'既不是模型中的标签，也未在此前定义。是否应为'slope'？参数的标签写作：标签*变量。",
        ),
        ("use ~ b*t1; b := 3", {}, "b := 3：'b'已是use ~ t1的标签；请改用其他名称。"),
        ("use ~ lower(2)*upper(1)*t1", {}, "use ~ t1：下界2大于上界1，没有可取的值。"),
        ("use ~ equal('t1 ~ t3')*t1", {}, "use ~ t1：equal('t1 ~ t3')所指的参数不存在。"),
        (
            "made <~ t1 + t2; made =~ t3",
            {},
            "made =~ t3：'made'由其题项合成（<~），不能再由其他题项反映；请改写为回归：t3 ~ made。",
        ),
        (
            "efa('b')*f + efa('b')*g =~ t1 + t2; f =~ t3",
            {},
            "探索性区块'b'：f与g的题项须相同，而t3只属于其中之一。",
        ),
        (
            "group: 1\ntrust =~ t1 + t2",
            {},
            "模型有分组区块（1），而此处只有一个组：请指明划分受访者的列（group=），或给出各组的协方差矩阵（cov=）。",
        ),
        ("use ~ t1", {"group": "city"}, "未知的变量'city'：数据中没有group所指的列。"),
        ("use ~ t1:usse", {}, "乘积't1:usse'：数据中没有'usse'列。是否应为'use'？"),
        ("use ~ t1", {"estimator": "MLX"}, "estimator='MLX'不可用；可选"),
        ("use ~ t1 + t2; t1 ~~ a*t2; a == 1; a == 2", {}, "找不到能满足下列全部约束的参数值：a == 1; a == 2。"),
        ("trust =~ t1 + t2", {}, "模型不可识别"),
    ],
)
def test_what_a_model_says_that_cannot_be_is_told_in_chinese(answers, text, options, chinese):
    with pytest.raises(SmeSemError) as caught:
        sme.fit(text, answers, **options)
    assert caught.value.in_chinese().startswith(chinese) and wholly_chinese(caught.value.in_chinese())


def test_a_refusal_that_has_no_chinese_stays_as_it_is():
    assert SmeSemError("as it is").in_chinese() == "as it is"
    assert DataProblem(Words("no", "否"), "east").in_chinese() == "组'east'：否"
    assert DataProblem("no").in_chinese() == "no"
    assert SmeSemError().in_chinese() == ""


def test_words_in_two_languages_arrive_whole_in_another_process():
    assert pickle.loads(pickle.dumps(Words("no", "否"))) == Words("no", "否")
