import numpy as np
import pandas as pd
import pytest

import small_study
import sme_sem as sme
from sme_sem import ledger
from sme_sem.errors import DataProblem, SpecificationError
from sme_sem.kernels.variance_shares import variance_shares
from sme_sem.moderation import Moderated
from sme_sem.sensitivity.wording import level_of
from sme_sem.study_file import SCREENING_RULES

MODEL = "trust =~ t1 + t2 + t3\nuse =~ u1 + u2 + u3\nuse ~ trust"
POPULATION = """
    trust =~ 0.8*t1 + 0.8*t2 + 0.7*t3
    use =~ 0.8*u1 + 0.7*u2 + 0.7*u3
    use ~ 0.5*trust
    use ~~ 0.75*use
    t1 ~~ 0.36*t1; t2 ~~ 0.36*t2; t3 ~~ 0.51*t3
    u1 ~~ 0.36*u1; u2 ~~ 0.51*u2; u3 ~~ 0.51*u3
"""


def answers(n=400, seed=3):
    frame = sme.simulate(POPULATION, n, seed=seed)
    frame["age"] = np.random.default_rng(seed).normal(size=n)
    frame["region"] = np.arange(n) % 2
    return frame


def curves(**choices):
    return sme.multiverse(
        MODEL, answers(), choices=choices, hypotheses={"H1": "use ~ trust > 0"}, workers=1, progress=False
    )


def test_every_combination_is_what_a_fit_of_its_own_finds():
    result = curves(
        items={"all": (), "without t3": "t3"},
        estimator=["ML", "MLR"],
        subset={"all": None, "even": "region == 0"},
    )
    assert result.specifications == result.distinct == len(result.curve) == 8
    frame = answers()
    for row in result.curve.to_dict("records"):
        model = MODEL.replace(" + t3", "") if row["items"] != "all" else MODEL
        data = frame if row["subset"] == "all" else frame[frame["region"] == 0]
        fit = sme.fit(model, data, estimator=row["estimator"])
        own = fit.estimates().query("op == '~'").iloc[0]
        std = fit.standardized().query("op == '~'").iloc[0]
        assert row["n"] == len(data)
        assert (row["est"], row["se"], row["pvalue"]) == (own["est"], own["se"], own["pvalue"])
        assert (row["std"], row["std_ci_lower"]) == (std["est_std"], std["ci_lower"])


def test_the_curve_ascends_and_the_table_sums_it_up():
    result = curves(items={"all": (), "without t3": "t3", "without u1": "u1"}, estimator=["ML", "MLR"])
    std = result.curve["std"]
    assert (np.diff(std) >= 0).all()
    row = result.table.iloc[0]
    assert (row["estimated"], row["minimum"], row["median"], row["maximum"]) == (6, std.min(), std.median(), std.max())
    assert row["share_supported"] == 1 and row["share_opposite"] == 0


def test_a_significant_estimate_of_the_other_sign_is_the_opposite_of_support():
    result = sme.multiverse(
        MODEL, answers(), choices={"estimator": ["ML", "MLR"]}, hypotheses="use ~ trust < 0", progress=False
    )
    row = result.table.iloc[0]
    assert (row["share_supported"], row["share_opposite"]) == (0, 1)


def test_equal_analyses_are_fitted_once_and_counted_each():
    result = curves(subset={"all": None, "also all": "age < 1000"}, estimator=["ML"])
    assert (result.specifications, result.distinct) == (2, 1)
    assert result.curve["est"].nunique() == 1


def test_what_cannot_be_fitted_is_counted_and_named():
    result = curves(missing=["listwise", "fiml"], estimator=["ML", "MLM"])
    row = result.table.iloc[0]
    assert (row["estimated"], row["failed"]) == (3, 1)
    assert result.failures[["missing", "estimator"]].values.tolist() == [["fiml", "MLM"]]
    assert "missing: fiml; estimator: MLM" in str(result)


def test_an_inadmissible_solution_supports_nothing():
    frame = answers()
    root = np.linalg.cholesky([[1, 0.8, 0.8], [0.8, 1, 0.4], [0.8, 0.4, 1]])
    own = np.random.default_rng(0).normal(size=(400, 3)) @ root.T  # a loading above one explains these best
    frame[["t1", "t2", "t3"]] = own + 0.4 * frame[["u1"]].to_numpy()
    whole = sme.fit(MODEL, frame)
    assert whole.converged and not whole.admissible
    result = sme.multiverse(
        MODEL, frame, choices={"estimator": ["ML"]}, hypotheses={"H1": "use ~ trust"}, progress=False
    )
    row = result.table.iloc[0]
    assert (row["estimated"], row["inadmissible"]) == (0, 1)
    assert np.isnan(row["share_supported"])
    with pytest.raises(DataProblem, match="no analysis has an admissible estimate of 'H1'"):
        result.specification_curve()


def test_a_hypothesis_whose_path_is_left_out_is_untested_there():
    result = sme.multiverse(
        MODEL + "\nuse ~ age",
        answers(),
        choices={"paths": {"as stated": (), "without age": "- use ~ age"}},
        hypotheses={"H1": "use ~ trust > 0", "H2": "use ~ age"},
        progress=False,
    )
    assert result.table["untested"].tolist() == [0, 1]


def test_covariates_adjust_outcomes_and_what_lies_behind_them():
    result = curves(covariates={"none": (), "age": "age"})
    adjusted = sme.fit(MODEL + "\nuse ~ age\ntrust ~ age", answers())
    row = result.curve.set_index("covariates").loc["age"]
    assert row["est"] == adjusted.estimates().query("op == '~' and rhs == 'trust'")["est"].item()


def test_predictors_stay_correlated_when_covariates_are_adjusted_for():
    frame = answers()
    random = np.random.default_rng(0)
    common = 0.5 * frame["t1"] + random.normal(size=400)
    frame["x1"], frame["x2"], frame["x3"] = (common + random.normal(size=400) for _ in range(3))
    model = MODEL + " + x\nx =~ x1 + x2 + x3"
    result = sme.multiverse(
        model, frame, choices={"covariates": {"age": "age"}}, hypotheses={"H1": "use ~ x"}, progress=False
    )
    by_hand = sme.fit(model + "\nuse ~ age\ntrust ~ age\nx ~ age\ntrust ~~ x", frame)
    assert result.curve["est"].item() == by_hand.estimates().query("op == '~' and rhs == 'x'")["est"].item()


def test_defined_effects_can_be_hypotheses():
    result = sme.multiverse(
        MODEL.replace("~ trust", "~ a*trust") + "\ntwice := 2*a",
        answers(),
        choices={"estimator": ["ML", "MLR"]},
        hypotheses=["twice > 0", "use ~ trust > 0"],
        progress=False,
    )
    est = result.curve.groupby("hypothesis")["est"].first()
    assert est["twice"] == pytest.approx(2 * est["use ~ trust"], rel=1e-12)


def test_any_number_of_workers_gives_the_same_bytes():
    choices = {"items": {"all": (), "a": "t1", "b": "t2", "c": "t3", "d": "u1"}, "estimator": ["ML", "MLR"]}
    arguments = {"choices": choices, "hypotheses": "use ~ trust > 0", "progress": False}
    one = sme.multiverse(MODEL, answers(), workers=1, **arguments)
    two = sme.multiverse(MODEL, answers(), workers=2, **arguments)
    assert one.curve.to_csv() == two.curve.to_csv()
    assert one.specification_curve() == two.specification_curve()


def test_joblib_says_where_the_work_is_done():
    import joblib

    with joblib.parallel_config(backend="threading", n_jobs=2):
        result = sme.multiverse(
            MODEL,
            answers(),
            choices={"items": {str(i): f"t{i}" for i in (1, 2, 3)} | {f"u{i}": f"u{i}" for i in (1, 2, 3)}}
            | {"estimator": ["ML", "MLR"]},
            hypotheses="use ~ trust > 0",
            progress=False,
        )
    assert result.table["estimated"].item() == 12


def test_a_dask_cluster_of_processes_gives_the_same_bytes():
    distributed = pytest.importorskip("distributed")
    import joblib

    choices = {"items": {"all": (), "a": "t1", "b": "t2", "c": "u1"}, "estimator": ["ML", "MLR", "GLS"]}
    arguments = {"choices": choices, "hypotheses": "use ~ trust > 0", "progress": False}
    alone = sme.multiverse(MODEL, answers(), workers=1, **arguments)
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0")
    with cluster, distributed.Client(cluster), joblib.parallel_config(backend="dask"):
        together = sme.multiverse(MODEL, answers(), **arguments)
    assert alone.curve.to_csv() == together.curve.to_csv()
    assert alone.table.equals(together.table) and alone.influence.equals(together.influence)


def test_progress_is_shown_before_the_first_fit(monkeypatch):
    told, fitted = [], []

    def watched(moderated, **options):
        fitted.append(list(told))
        return sme.fit(moderated.model, moderated.frame, **options)

    monkeypatch.setattr(Moderated, "fit", watched)
    sme.multiverse(
        MODEL,
        answers(),
        choices={"items": {"all": (), "a": "t1"}},
        hypotheses="use ~ trust",
        progress=lambda done, total: told.append((done, total)),
        workers=1,
    )
    assert fitted[0] == [(0, 2)]


def test_every_different_fit_is_recorded_once_with_its_levels(tmp_path):
    path = tmp_path / "ledger.jsonl"
    arguments = {
        "choices": {
            "subset": {"all": None, "also all": "age < 1000", "even": "region == 0"},
            "estimator": ["ML", "MLM"],
        }
        | {"missing": ["listwise", "fiml"]},
        "hypotheses": "use ~ trust",
        "progress": False,
        "ledger": path,
    }
    result = sme.multiverse(MODEL, answers(), **arguments)
    lines = ledger.read(path)
    assert len(lines) == result.distinct == 8
    assert {one.label for one in lines} == {"post hoc"} and {one.looked_at for one in lines} == {8}
    row = result.curve.query("subset == 'even' and estimator == 'MLM' and missing == 'listwise'").iloc[0]
    own = [one for one in lines if one.options["choices"]["subset"] == "even" and one.outcome.get("n") == row["n"]]
    assert sum(one.options["estimator"]["name"] == "MLM" for one in own) == 1
    assert sum("needs complete answers" in one.outcome.get("reason", "") for one in lines) == 2
    before = path.read_bytes()
    sme.multiverse(MODEL, answers(), **arguments)
    assert path.read_bytes() == before


def test_the_fits_of_a_study_go_into_its_own_ledger_and_what_was_planned_keeps_its_label(tmp_path):
    study = sme.load_study(small_study.write_study(tmp_path))
    choices = {"model": ["direct", "with_age"], "estimator": ["ML", "MLR"], "items": {"all": (), "no t3": "t3"}}
    sme.multiverse(study, choices=choices, progress=False)
    lines = ledger.read(tmp_path / "ledger.jsonl")
    labels = {(one.options["choices"]["model"], one.options["choices"]["items"]): one.label for one in lines}
    assert labels["direct", "all"] == "hypothesized" and labels["with_age", "all"] == "planned rival"
    assert labels["direct", "no t3"] == labels["with_age", "no t3"] == "post hoc"
    recorded = study.run().recorded
    assert recorded == {"hypothesized": 3, "planned rival": 3, "post hoc": 5}


def test_progress_begins_at_nothing_and_ends_with_all():
    told = []
    sme.multiverse(
        MODEL,
        answers(),
        choices={"items": {"all": (), "a": "t1"}},
        hypotheses="use ~ trust",
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[0] == (0, 2) and told[-1] == (2, 2)


def test_a_study_brings_its_models_screening_and_hypotheses(tmp_path):
    study = sme.load_study(small_study.write_study(tmp_path))
    result = sme.multiverse(
        study,
        choices={"model": ["direct", "with_age"], "screening": {"usual": ("empty", "missing"), "none": ()}},
        progress=False,
    )
    assert result.table["hypothesis"].tolist() == ["H1", "H2"]
    assert result.table["untested"].tolist() == [0, 2]
    verdict = study.run().hypotheses.frame.set_index("id").loc["H1"]
    own = result.curve.query("hypothesis == 'H1' and model == 'direct' and screening == 'usual'").iloc[0]
    assert own["est"] == pytest.approx(verdict["est"], rel=1e-12)
    assert own["pvalue"] == pytest.approx(verdict["pvalue"], rel=1e-12)
    assert own["supported"] == verdict["supported"]


def test_a_study_of_ordered_answers_stays_one_where_items_are_left_out(tmp_path):
    study = sme.load_study(small_study.write_study(tmp_path, ordered=["t1", "t2", "t3", "u1", "u2", "u3"]))
    choices = {"items": {"all": (), "without t3": "t3"}}
    result = sme.multiverse(study, choices=choices, hypotheses="USE ~ TRUST > 0", progress=False)
    run = study.run()
    model = run.fits["direct"].specification.drop("TRUST =~ t3")
    fewer = sme.fit(model, run.responses.frame, ordered=["t1", "t2", "u1", "u2", "u3"])
    whole = run.fits["direct"]
    for own, fit in (("all", whole), ("without t3", fewer)):
        expected = fit.estimates().query("op == '~'").iloc[0]
        row = result.curve.set_index("items").loc[own]
        assert fit.estimator == "WLSMV" and row["est"] == pytest.approx(expected["est"], rel=1e-12)
        assert row["se"] == pytest.approx(expected["se"], rel=1e-12)


def test_products_of_constructs_are_measured_as_in_a_study():
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(2, 500))
    use = 0.4 * a + 0.3 * b + 0.4 * a * b + 0.7 * rng.normal(size=500)
    frame = pd.DataFrame({f"{n}{i}": v + 0.6 * rng.normal(size=500) for n, v in zip("abu", (a, b, use)) for i in "123"})
    measured = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nU =~ u1 + u2 + u3\n"
    models = {"moderated": f"{measured}U ~ A + B + A:B", "plain": f"{measured}U ~ A + B"}
    result = sme.multiverse(None, frame, choices={"model": models}, hypotheses="U ~ A:B > 0", progress=False)
    posed = sme.with_products(models["moderated"], frame)
    expected = sme.fit(posed.model, posed.frame, estimator="MLR").estimates().set_index(["lhs", "rhs"]).loc["U", "AxB"]
    own = result.curve.set_index("model")
    assert own.loc["moderated", ["est", "se"]].tolist() == pytest.approx([expected["est"], expected["se"]], rel=1e-12)
    assert own.loc["moderated", "supported"] and own.loc["plain", "status"] == "not in this model"


def test_the_figure_is_the_same_every_time_and_marks_every_level():
    result = curves(items={"all": (), "without t3": "t3"}, estimator=["ML", "MLR"])
    svg = result.specification_curve("H1", language="zh")
    assert svg == result.specification_curve("H1", language="zh")
    assert "题项：without t3" in svg and "估计方法：MLR" in svg and "共4种设定" in svg
    assert "items: without t3" in result.specification_curve("H1")


def test_the_choice_that_was_made_to_matter_moves_the_estimate():
    frame = answers()
    frame.loc[frame["region"] == 1, "t1"] = np.random.default_rng(0).normal(size=200)
    result = sme.multiverse(
        MODEL,
        frame,
        choices={"subset": {"even": "region == 0", "odd": "region == 1"}, "estimator": ["ML", "MLR"]},
        hypotheses="use ~ trust > 0",
        progress=False,
    )
    first, second = result.influence.to_dict("records")
    assert first["choice"] == "subset" and first["share"] == pytest.approx(1) and second["share"] < 1e-6


def test_shares_of_an_additive_outcome_sum_to_one():
    a, b, c = np.meshgrid(range(3), range(4), range(2), indexing="ij")
    levels = np.stack([a.ravel(), b.ravel(), c.ravel()], axis=1)
    values = 1.0 * levels[:, 0] + np.array([0.0, 2.0, -1.0, 0.5])[levels[:, 1]]
    alone, together = variance_shares(values, levels)
    assert alone == pytest.approx(together)
    assert alone.sum() == pytest.approx(1)
    assert alone[2] == pytest.approx(0, abs=1e-12)
    spread = np.var(np.arange(3)), np.var([0.0, 2.0, -1.0, 0.5])
    assert alone[:2] == pytest.approx(np.array(spread) / sum(spread))


def test_a_pure_interaction_belongs_to_neither_choice_alone_and_to_both_together():
    levels = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    alone, together = variance_shares(np.array([1.0, -1.0, -1.0, 1.0]), levels)
    assert alone == pytest.approx([0, 0], abs=1e-12)
    assert together == pytest.approx([1, 1])


def test_nothing_that_varies_has_no_shares():
    alone, together = variance_shares(np.full(4, 0.3), np.array([[0, 0], [0, 1], [1, 0], [1, 1]]))
    assert np.isnan(alone).all() and np.isnan(together).all()


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"estimater": ["ML"]}, "'estimater' is none of .* Did you mean 'estimator'"),
        ({"items": "t1"}, "give a list of levels"),
        ({"items": {"x": "t9"}}, "the models have no indicator 't9'"),
        ({"covariates": {"x": "agee"}}, "no column 'agee'. Did you mean 'age'"),
        ({"subset": {"x": "reggion == 1"}}, "is no condition on the data"),
        ({"subset": {"x": "region == 7"}}, "no row meets 'region == 7'"),
        ({"subset": {"x": "region"}}, "true or false for each of the 400 rows"),
        ({"options": {"x": {"group": "region"}}}, "a curve is of one sample"),
        ({"estimator": []}, "has no level"),
        ({}, "choices= is a mapping"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_at_once(choices, said):
    with pytest.raises(SpecificationError, match=said):
        curves(**choices)


@pytest.mark.parametrize(
    ("hypotheses", "said"),
    [
        (None, "hypotheses= is empty"),
        ("use ~ trust > 1", "is not read"),
        (["use ~ trust > 0", "use ~ trust < 0"], r"^two hypotheses are named 'use ~ trust', and would be"),
        ({1: "use ~ trust", "1": "use ~ trust > 0"}, "^two hypotheses are named '1'"),
        ("use ~ trust + age", "is 2 relations"),
    ],
)
def test_a_hypothesis_that_makes_no_sense_is_refused_at_once(hypotheses, said):
    with pytest.raises(SpecificationError, match=said):
        sme.multiverse(MODEL, answers(), choices={"estimator": ["ML"]}, hypotheses=hypotheses, progress=False)


def test_an_item_cannot_be_left_out_where_it_is_the_last():
    result = sme.multiverse(
        "use =~ u1 + u2 + u3; use ~ t1; x =~ 1*t2",
        answers(),
        choices={"items": {"all": (), "t2": "t2"}},
        hypotheses="use ~ t1",
        progress=False,
    )
    assert "'x' has no indicator left" in result.failures["reason"].item()
    assert result.failures["reason_zh"].item() == "删去t2后，'x'没有题项。"
    assert result.tables()[-1].rows[0][-1].zh.startswith("删去t2后")


def test_what_composites_are_made_of_can_be_left_out_too():
    result = sme.multiverse(
        "use <~ u1 + u2 + u3; t1 ~ use; t2 ~ use",
        answers(),
        choices={"items": {"all": (), "no marker": "u1"}},
        hypotheses="t1 ~ use",
        progress=False,
    )
    fewer = sme.fit("use <~ u2 + u3; t1 ~ use; t2 ~ use", answers()).standardized().query("op == '~'")
    assert result.curve.set_index("items").loc["no marker", "std"] == pytest.approx(fewer["est_std"].iloc[0])


def test_what_a_study_calls_its_models_and_constructs_stands_in_tables_and_figures(tmp_path):
    from sme_sem.tables import text

    study = sme.load_study(small_study.write_study(tmp_path))
    choices = {"model": ["direct", "with_age"], "missing": ["listwise", "fiml"], "covariates": [[], ["age"]]}
    choices["screening"] = [["empty"], ["empty", "duplicate_id"]]
    result = sme.multiverse(study, choices=choices, progress=False)
    hypotheses, moved, *_ = (text.render(table, "zh") for table in result.tables())
    assert "使用 ← 信任" in hypotheses and "USE ~ TRUST" in result.table["path"].tolist()
    assert "缺失值处理" in moved and "missing" not in moved
    svg = result.specification_curve("H1", language="zh")
    for said in ("H1：使用 ← 信任", "模型：含年龄", "缺失值处理：列表删除", "控制变量：Age", "控制变量：无"):
        assert said in svg
    assert "问卷筛选：空白问卷、编号重复" in svg
    assert "model: With age" in result.specification_curve("H1") and "missing: listwise" in result.specification_curve()


def test_every_screening_rule_has_a_name_in_the_language_of_the_table():
    for rule in SCREENING_RULES:
        said = level_of("screening", rule, None, None)
        assert said.en == rule and said.zh != rule


def test_a_choice_that_moves_nothing_has_no_lowest_level():
    rows = curves(estimator=["ML", "MLR"], items={"all": (), "without t3": "t3"}).tables()[1].records()
    found = {r["choice"]: (r["lowest_level"], r["highest_level"]) for r in rows if r["hypothesis"] == "H1"}
    assert found["estimator"] == (None, None) and None not in found["items"]


def test_tables_are_written_in_both_languages():
    from sme_sem.tables import text

    tables = curves(missing=["listwise", "fiml"], estimator=["ML", "MLM"]).tables()
    assert [table.name for table in tables] == ["multiverse", "multiverse_choices", "multiverse_failures"]
    assert "a two-sided p below .05" in text.render(tables[0])
    assert "支持比例" in text.render(tables[0], "zh") and "拟合失败" in text.render(tables[2], "zh")
    assert isinstance(tables[0].frame(), pd.DataFrame)


def test_paths_from_categories_without_order_are_added_and_taken_out_together(tmp_path):
    industry = {"id": "industry", "label": "Industry", "wording": "Which?", "categories": {1: "A", 2: "B", 3: "C"}}
    document = {**small_study.INSTRUMENT, "background": [*small_study.INSTRUMENT["background"], industry]}
    document["models"] = {**document["models"], "direct": {"title": "Direct", "structure": "USE ~ TRUST + industry"}}
    frame = small_study.answers().assign(industry=[1 + i % 3 for i in range(200)])
    study = sme.load_study(small_study.write_study(tmp_path, frame, document=document))
    told = {"hypotheses": {"H1": "USE ~ industry.3 > 0"}, "progress": False}
    chosen = {"as it is": (), "without": "- USE ~ industry", "more": "TRUST ~ industry"}
    result = sme.multiverse(study, choices={"paths": chosen}, **told)
    assert result.curve.set_index("paths")["status"].to_dict() == {
        "as it is": "fitted",
        "more": "fitted",
        "without": "not in this model",
    }
    labels = [entry.label for entry in ledger.read(study.ledger)]
    assert labels == ["hypothesized", "post hoc", "post hoc"]
    with pytest.raises(SpecificationError, match="'USE ~ a\\*industry': industry is a question of categories without"):
        sme.multiverse(study, choices={"paths": ["USE ~ a*industry"]}, **told)
