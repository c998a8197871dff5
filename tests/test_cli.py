import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import sme_sem
from chinese import wholly_chinese
from small_study import answers, contents, write_study, write_yaml
from sme_sem import __version__, cli, simulate
from sme_sem.tables import Words

QUESTIONNAIRES = ["validate", "screen", "reliability", "correlations", "regression", "components"]
POPULATION = "TRUST =~ 0.8*t1 + 0.7*t2 + 0.6*t3\nUSE =~ 0.8*u1 + 0.7*u2 + 0.6*u3\nUSE ~ 0.4*TRUST\n"
MODEL = "TRUST =~ t1 + t2 + t3\nUSE =~ u1 + u2 + u3\nUSE ~ TRUST\n"


@pytest.fixture
def run(capsys):
    """Run a command; give its exit code, what it printed, and what it complained of."""

    def command(*arguments):
        code = cli.main([str(a) for a in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return command


@pytest.fixture
def files(tmp_path):
    """A folder with the small study and a model text."""
    write_study(tmp_path)
    (tmp_path / "model.txt").write_text(MODEL, encoding="utf-8")
    return tmp_path


# --- what is done ------------------------------------------------------------------------------------


def test_run_prints_the_headline_tables_and_says_where_the_report_is(run, files):
    code, out, err = run("run", files / "study.yaml")
    assert (code, err) == (0, "")
    titles = ["From collected to analysed", "Reliability", "Test of the model", "Fit indices"]
    titles += ["Hypothesis testing results", "Hypothesized and rival models", "Report: "]
    places = [out.index(title) for title in titles]
    assert places == sorted(places)
    assert out.endswith(f"Report: {files / 'results' / 'report.html'}\n")
    assert (files / "results" / "manifest.json").is_file()


def test_run_may_take_another_language_and_folder(run, files):
    code, out, _ = run("run", files / "study.yaml", "--language", "zh", "--output", files / "out")
    assert code == 0 and "假设检验结果" in out
    assert 'lang="zh-CN"' in (files / "out" / "report.html").read_text(encoding="utf-8")
    assert not (files / "results").exists()


@pytest.mark.parametrize("asked", ["on the command line", "in the study"])
def test_run_writes_both_languages_beside_each_other(run, files, asked):
    if asked == "in the study":
        write_study(files, language="both")
    code, out, _ = run("run", files / "study.yaml", *(("--language", "both") if asked != "in the study" else ()))
    reports = {lang: files / f"results{end}" / "report.html" for lang, end in (("en", ""), ("zh-CN", "-zh"))}
    assert code == 0 and out.endswith(f"Report: {reports['en']}\n报告：{reports['zh-CN']}\n")
    for lang, report in reports.items():
        assert f'lang="{lang}"' in report.read_text(encoding="utf-8")


def test_validate_screens_by_the_rules_that_are_named(run, files):
    arguments = ("validate", files / "answers.csv", "--instrument", files / "instrument.yaml")
    _, plain, _ = run(*arguments)
    assert "Excluded: nothing answered" in plain and "flags of careless answering" not in plain
    _, asked, _ = run(*arguments, "--rule", "empty", "--rule", "careless")
    assert "2 or more flags of careless answering" in asked and "Even-odd consistency" in asked
    assert "respondent id used before" not in asked
    code, _, err = run(*arguments, "--rule", "carless")
    assert code == 2 and "Did you mean 'careless'?" in err


def test_screen_names_who_is_set_aside_with_every_reason_and_stores_the_others(run, tmp_path):
    frame = answers()
    frame.loc[4, [c for c in frame if c[0] in "tu"]] = None
    frame.loc[9, "respondent"] = "R1"
    write_study(tmp_path, frame)
    arguments = ("screen", tmp_path / "answers.csv", "--instrument", tmp_path / "instrument.yaml", "--min-flags", 7)
    code, out, _ = run(*arguments, "--kept", tmp_path / "kept.csv", "--format", "json")
    tables = {table["name"]: table["rows"] for table in json.loads(out)}
    assert code == 1
    named = [(row["respondent"], row["id"], row["row"]) for row in tables["set_aside"]]
    assert named == [(5, "R4", 6), (10, "R1", 11)]
    assert tables["set_aside"][0]["reasons"] == "more than 50% of the items missing"
    kept = pd.read_csv(tmp_path / "kept.csv")
    assert len(kept) == 198 and kept.columns[0] == "respondent" and set(kept["sme_sem_turned"]) == {"u3"}
    survey = sme_sem.load_instrument(tmp_path / "instrument.yaml")
    once, again = (sme_sem.read_responses(tmp_path / file, survey) for file in ("answers.csv", "kept.csv"))
    assert once.frame["u3"].drop([5, 10]).tolist() == kept["u3"].tolist() == again.frame["u3"].tolist()
    assert again.extra.empty
    for strange in ("", "u3, t1x"):
        kept.assign(sme_sem_turned=["u3"] * 197 + [strange]).to_csv(tmp_path / "mixed.csv", index=False)
        with pytest.raises(sme_sem.ResponseError, match="sme_sem_turned must name the same items"):
            sme_sem.read_responses(tmp_path / "mixed.csv", survey)
    assert again.findings.query("rule == 'reversed'")["message"].tolist() == [
        "reverse-coded, and turned already, as the file says: u3"
    ]
    code, out, _ = run(*arguments, "--language", "zh")
    assert "剔除原因" in out and "作答认真程度指标" in out
    assert run(*arguments, "--kept", tmp_path / "kept.csv")[0] == 2


@pytest.mark.parametrize("asked", [("-l", "zh"), ("--language", "zh"), ("--language=zh",)])
def test_refusals_are_told_in_the_language_asked_for(run, tmp_path, asked):
    (tmp_path / "study.yml").write_text("{}")
    code, _, err = run("run", tmp_path / "study.yaml", *asked)
    assert code == 2
    assert err.splitlines()[1] == "  文件不存在。是否应为'study.yml'？新建研究请用：sme-sem new"
    assert "no such file. Did you mean" in run("run", tmp_path / "study.yaml", "-l", "en")[2]


def test_findings_are_told_in_the_language_asked_for(run, tmp_path):
    frame = answers().astype(object)
    frame.loc[3, "t1"] = 9
    write_study(tmp_path, frame)
    arguments = ("validate", tmp_path / "answers.csv", "--instrument", tmp_path / "instrument.yaml")
    assert "错误：第5行，t1：'9'超出量表范围1–5" in run(*arguments, "--language", "zh")[1]
    assert "error: row 5, t1: '9' is off the scale 1 to 5" in run(*arguments)[1]


def test_run_twice_replaces_the_results(run, files):
    run("run", files / "study.yaml")
    before = contents(files / "results")
    assert run("run", files / "study.yaml")[0] == 0
    assert contents(files / "results") == before


def test_results_that_somebody_edited_are_not_replaced(run, files, monkeypatch):
    run("run", files / "study.yaml")
    report, note = files / "results" / "report.docx", files / "results" / "note.txt"
    report.write_bytes(report.read_bytes() + b"edited")
    monkeypatch.setattr("sme_sem.study.Study.run", lambda *_: pytest.fail("ran"))
    code, _, err = run("run", files / "study.yaml")
    edited = "  holds results that were edited since they were written (report.docx), which would be lost; "
    edited += "move them, or name another folder\n"
    assert (code, err) == (2, f"sme-sem: {files / 'results'}: 1 problem\n{edited}")
    note.write_text("mine", encoding="utf-8")
    err = run("run", files / "study.yaml")[2]
    assert "2 problems\n  holds files that are no results (note.txt) and would be lost; move them" in err
    assert err.endswith(edited)
    monkeypatch.undo()
    note.unlink()
    report.unlink()
    assert run("run", files / "study.yaml")[0] == 0 and report.is_file()


def test_demo_of_the_real_survey(run, tmp_path):
    code, out, err = run("demo", "corporate-reputation", "--output", tmp_path / "out")
    assert (code, err) == (0, "")
    assert re.search(r"Analysed in the hypothesized model +336", out)
    assert "synthetic" not in out


def test_demo_of_drawn_answers_says_so(run, tmp_path):
    code, out, _ = run("demo", "--output", tmp_path / "out")
    assert code == 0 and "These are synthetic answers" in out


def test_a_new_study_runs_as_it_is(run, tmp_path):
    code, out, _ = run("new", tmp_path / "my", "--instrument", "corporate-reputation")
    assert code == 0 and f"Then:  sme-sem run {tmp_path / 'my' / 'study.yaml'}" in out
    assert run("run", tmp_path / "my" / "study.yaml")[0] == 0


def test_a_new_study_without_answers_says_how_to_draw_some(run, tmp_path):
    _, out, _ = run("new", tmp_path / "my", "--instrument", "bmi-drivers")
    command = next(line.split() for line in out.splitlines() if line.strip().startswith("sme-sem simulate"))
    code, _, err = run("run", tmp_path / "my" / "study.yaml")
    assert code == 2 and "data: no such file: answers.csv." in err
    assert run(*command[1:])[0] == 0
    code, out, _ = run("run", tmp_path / "my" / "study.yaml")
    assert code == 0 and "These are synthetic answers" in out


def test_a_new_study_may_be_begun_in_chinese(run, tmp_path):
    code, out, err = run("new", tmp_path / "my", "-i", "bmi-drivers", "--language", "zh")
    file, answers = tmp_path / "my" / "study.yaml", tmp_path / "my" / "answers.csv"
    assert (code, err) == (0, "") and out == (
        f"已建立：{file}\n请将作答存入{answers}，或抽取合成作答：\n"
        f"  sme-sem simulate --instrument bmi-drivers --output {answers}\n随后：  sme-sem run {file}\n"
    )
    assert "language: zh                  # 报告的语言" in file.read_text(encoding="utf-8")


def test_list_names_the_shipped_instruments(run):
    code, out, _ = run("list")
    assert code == 0
    assert re.search(r"bmi-drivers .* 28 +synthetic", out)
    assert re.search(r"corporate-reputation .* 39 +real", out)


def test_validate_finds_nothing_in_clean_answers(run, files):
    code, out, _ = run("validate", files / "answers.csv", "--instrument", files / "instrument.yaml")
    assert code == 0 and re.search(r"Valid +200 +100.0", out)


def test_validate_names_the_platform_and_takes_another_word_for_it(run, files):
    code, out, _ = run("validate", files / "answers.csv", "--instrument", files / "instrument.yaml")
    assert code == 0 and out.startswith("Platform: plain table\n  read as plain table: no survey platform has left its")
    told = ("validate", files / "answers.csv", "-i", files / "instrument.yaml", "--platform", "redcap", "-l", "zh")
    assert run(*told)[1].startswith("平台：REDCap\n  识别为REDCap：由--platform指定（可用--platform另行指定）")


@pytest.mark.parametrize("command", QUESTIONNAIRES)
def test_every_command_that_reads_answers_can_be_told_how(run, files, command):
    told = (command, files / "answers.csv", "-i", files / "instrument.yaml")
    told += ("--model", "USE ~ TRUST") if command == "regression" else ()
    (files / "answers.csv").write_bytes((files / "answers.csv").read_text("utf-8").encode("utf-16"))
    assert run(*told)[0] == run(*told, "--encoding", "utf-16", "--platform", "redcap")[0] == 0
    code, out, err = run(*told, "--encoding", "utf-8")
    assert (code, out) == (2, "") and "its line 1 is not valid utf-8" in err
    code, out, err = run(*told, "--platform", "redcat")
    assert (code, out) == (2, "") and "Did you mean 'redcap'?" in err


def test_correlations_and_regressions_of_a_file(run, files):
    told = (files / "answers.csv", "-i", files / "instrument.yaml")
    code, out, _ = run("correlations", *told, "--method", "spearman", "--correction", "holm")
    assert code == 0 and "Spearman's rank correlations." in out and "corrected for 1 correlations (Holm)" in out
    code, out, _ = run("regression", *told, "-m", "USE ~ TRUST", "-l", "zh")
    assert code == 0 and "使用的回归分析" in out and re.search(r"^信任 ", out, re.MULTILINE)
    assert "信任" in run("reliability", *told, "-l", "zh")[1] and "1. 信任" in run("correlations", *told, "-l", "zh")[1]
    code, out, _ = run("regression", *told, "-m", "USE ~ TRUST + age + TRUST:age", "--center")
    assert code == 0 and "Trust, Age: mean-centred, in products and beside them." in out
    without = files / "without.csv"
    pd.read_csv(files / "answers.csv", dtype=str).drop(columns="t2").to_csv(without, index=False)
    code, out, _ = run("correlations", without, *told[1:])  # an item without a column is left out, as elsewhere
    assert code == 1 and "Means, standard deviations and correlations" in out
    code, _, err = run("regression", *told, "-m", "USE ~ TRSUT")
    assert code == 2 and "neither a scale nor a column: 'TRSUT'. Did you mean 'TRUST'" in err


def test_categories_without_order_enter_regressions_as_such_and_are_refused_as_quantities(run, tmp_path):
    path = tmp_path / "answers.csv"
    assert run("simulate", "-i", "bmi-drivers", "-n", "200", "-o", path)[0] == 0
    told = (path, "-i", "bmi-drivers")
    code, out, _ = run("regression", *told, "-m", "VCAP ~ size + ownership", "-l", "zh")
    assert code == 0 and "所有制性质：民营" in out and "所有制性质（国有或国有控股）" in out and "企业规模" in out
    code, _, err = run("regression", *told, "-m", "region ~ CAP")
    assert code == 2 and "region is a question of categories without order" in err
    code, _, err = run("correlations", *told, "--control", "region")
    assert code == 2 and "its codes are no quantity to hold constant" in err
    assert run("correlations", *told, "--control", "size")[0] == 0


def test_reliability_and_components_of_a_file(run, files):
    code, out, _ = run("reliability", files / "answers.csv", "-i", files / "instrument.yaml")
    assert code == 0 and "collected 200 → valid 200" in out and re.search(r"Trust +3 +200", out)
    options = ("--constructs", "TRUST,USE", "-n", "2", "--rotation", "promax")
    code, out, _ = run("components", files / "answers.csv", "-i", files / "instrument.yaml", *options)
    assert code == 0 and "Pattern matrix" in out


def test_fit_reads_numbers_and_prints_the_tables_of_the_model(run, files):
    code, out, _ = run("fit", files / "model.txt", files / "answers.csv")
    assert code == 0 and re.search(r"USE ← TRUST +0\.\d+", out)


def test_fit_takes_the_options_of_an_estimation(run, files):
    frame = answers().assign(region=lambda d: ["north", "south"] * (len(d) // 2))
    frame.loc[:9, "t1"] = None
    frame.to_csv(files / "gaps.csv", index=False)
    options = ("--estimator", "MLR", "--missing", "fiml", "--group", "region")
    code, out, _ = run("fit", files / "model.txt", files / "gaps.csv", *options)
    assert code == 0 and re.search(r"^200 ", out, re.M) and "MLR" in out and "south" in out
    answers().to_csv(files / "ordered.csv", index=False)
    assert "WLSMV" in run("fit", files / "model.txt", files / "ordered.csv", "--ordered")[1]


def test_fit_draws_respondents_anew_and_says_what_mediates(run, tmp_path):
    population = "x ~~ 1*x\nm ~ 0.6*x\ny ~ 0.5*m + 0*x\nm ~~ 1*m\ny ~~ 1*y"
    simulate(population, 200, seed=3).to_csv(tmp_path / "d.csv", index=False)
    (tmp_path / "m.txt").write_text("m ~ x\ny ~ m + x")
    code, out, _ = run("fit", tmp_path / "m.txt", tmp_path / "d.csv", "--bootstrap", "200", "--seed", "2")
    assert code == 0 and re.search(r"x → m → y +Indirect effect .* Indirect-only mediation +Full mediation", out)


def test_fit_simulates_cutoffs_that_go_with_the_model(run, tmp_path):
    items = pd.read_csv(EMPLOYEES.with_name("hs.csv")).filter(like="x")
    items.to_csv(tmp_path / "d.csv", index=False)
    (tmp_path / "m.txt").write_text("visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6")
    code, out, _ = run("fit", tmp_path / "m.txt", tmp_path / "d.csv", "--dynamic-cutoffs", "100", "--seed", "2")
    assert code == 0 and "x2 on textual" in out and "seed 2" in out


def test_fit_judges_by_the_thresholds_asked_for(run, files):
    code, out, _ = run("fit", files / "model.txt", files / "answers.csv", "--thresholds", "wu")
    assert code == 0 and "Parsimony normed fit index (PNFI)" in out
    code, _, err = run("fit", files / "model.txt", files / "answers.csv", "--thresholds", "wo")
    assert code != 0 and "no profile of thresholds is named 'wo'" in err


EMPLOYEES = Path(__file__).parent / "reference" / "employees.csv"
TWO_LEVELS = "level: 1\ncw =~ c1 + c2 + c3\nlevel: 2\ncb =~ c1 + c2 + c3\n"


def test_fit_corrects_for_clusters_and_fits_two_levels(run, tmp_path):
    (tmp_path / "one.txt").write_text("c =~ c1 + c2 + c3 + c4")
    (tmp_path / "two.txt").write_text(TWO_LEVELS)
    code, out, _ = run("fit", tmp_path / "one.txt", EMPLOYEES, "--cluster", "firm")
    assert code == 0 and "Errors and test account for clusters: firm." in out
    code, out, _ = run("fit", tmp_path / "two.txt", EMPLOYEES, "--cluster", "firm", "--estimator", "MLR")
    assert code == 0 and "Variance between clusters" in out and "Estimator: MLR, two levels; clusters: firm" in out
    assert "组间方差" in run("fit", tmp_path / "two.txt", EMPLOYEES, "--cluster", "firm", "-l", "zh")[1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "name the column that tells the clusters by --cluster"),
        (("--cluster", "firm", "--ordered", "--group", "size"), "a two-level model takes no --ordered, --group: leave"),
        (("--cluster", "firm", "--missing", "fiml"), "takes no --missing"),
        (("--cluster", "farm"), "--cluster farm names no column of the data. Did you mean 'firm'"),
    ],
)
def test_fit_says_what_two_levels_do_not_take(run, tmp_path, options, said):
    (tmp_path / "two.txt").write_text(TWO_LEVELS)
    code, _, err = run("fit", tmp_path / "two.txt", EMPLOYEES, *options)
    assert code == 2 and said in err


def test_fit_takes_the_codes_of_missing_answers(run, files):
    frame = answers()
    frame.loc[:9, "t1"] = -99
    frame.to_csv(files / "gaps.csv", index=False)
    assert re.search(r"^200 ", run("fit", files / "model.txt", files / "gaps.csv")[1], re.M)
    options = ("--missing-code", "-99", "--missing-code", "-98")
    assert re.search(r"^190 ", run("fit", files / "model.txt", files / "gaps.csv", *options)[1], re.M)


def test_codes_far_from_the_other_values_are_pointed_out_in_the_columns_of_the_model(run, files):
    frame = answers().assign(region=lambda d: d.index % 2 + 1, aside=-99)
    frame.loc[:9, "t1"], frame.loc[5:20, "u2"], frame.loc[0, "region"] = 99, -9, 999
    frame.loc[1:, "aside"] = 1
    frame.to_csv(files / "d.csv", index=False)
    arguments = ("fit", files / "model.txt", files / "d.csv")
    said = [
        "-9 lies far from the other values of u2. If it stands for a missing answer, say so: --missing-code -9\n",
        "99 lies far from the other values of t1. If it stands for a missing answer, say so: --missing-code 99\n",
    ]
    assert sorted(run(*arguments)[2].splitlines(keepends=True)) == said
    code, out, err = run(*arguments, "--estimator", "MLL")
    assert (code, out) == (2, "") and sorted(err.splitlines(keepends=True)[:2]) == said and "aside" not in err
    assert "999 lies far from the other values of region" in run(*arguments, "--group", "region")[2]
    assert run(*arguments, "--missing-code", "-9", "--missing-code", "99")[2] == ""
    (files / "rival.txt").write_text(MODEL.replace("USE ~ TRUST", "USE ~~ 0*TRUST"), encoding="utf-8")
    err = run("compare", arguments[1], files / "rival.txt", arguments[2])[2]
    assert sorted(err.splitlines(keepends=True)) == said


def test_respondents_whose_group_is_blank_belong_to_none(run, files):
    blank = {0: "", 1: " ", 2: "NA", 3: "A ", 4: " B", 5: "-9"}
    frame = answers().assign(region=[blank.get(i, "AB"[i % 2]) for i in range(200)])
    frame.to_csv(files / "d.csv", index=False)
    options = ("--group", "region", "--missing-code", "-9")
    code, out, _ = run("fit", files / "model.txt", files / "d.csv", *options)
    assert code == 0 and re.search(r"^196 .* 16 ", out, re.M)
    assert "196 of 200 respondents are analysed; the others left open what the analysis needs." in out
    code, out, _ = run("invariance", files / "model.txt", files / "d.csv", *options)
    assert code == 0 and re.search(r"^Configural +\S+ +\S+ +16 ", out, re.M), out


def test_many_findings_are_counted_and_the_first_three_shown(run, files):
    write_study(files, answers().assign(t1=lambda d: d["t1"].mask(d.index < 5, 9)))
    code, out, _ = run("run", files / "study.yaml")
    assert code == 1 and out.count("t1: '9' is off the scale") == 3 and "\n    …\n" in out


def test_the_commands_that_are_printed_can_be_pasted(run, tmp_path):
    _, out, _ = run("new", tmp_path / "my study", "--instrument", "bmi-drivers")
    for line in (line for line in out.splitlines() if "sme-sem " in line):
        if os.name != "nt":
            assert all("my study" in word for word in shlex.split(line) if "my" in word)
    assert "my study" in out


def test_a_study_can_begin_with_an_instrument_file(run, files):
    code, out, _ = run("new", files / "new", "-i", files / "instrument.yaml")
    assert code == 0 and "Put the answers into" in out and "simulate" not in out


def test_answers_drawn_by_the_program_give_no_warning(run, tmp_path):
    run("simulate", "-i", "bmi-drivers", "-n", "50", "-o", tmp_path / "a.csv")
    code, out, _ = run("validate", tmp_path / "a.csv", "-i", "bmi-drivers")
    assert code == 0 and "warning" not in out


def test_an_inadmissible_fit_is_printed_with_its_warning_and_exit_code(run, tmp_path):
    frame = pd.DataFrame({"a": [1, 2, 3, 4, 5, 6] * 5, "b": [1, 2, 3, 4, 6, 5] * 5, "c": [2, 1, 4, 3, 6, 5] * 5})
    frame.to_csv(tmp_path / "d.csv", index=False)
    (tmp_path / "m.txt").write_text("f =~ a + b + c")
    code, out, _ = run("fit", tmp_path / "m.txt", tmp_path / "d.csv")
    assert code == 1 and out.count("Caution (warning): Heywood case") == 1


def test_simulate_draws_the_same_answers_for_the_same_seed(run, tmp_path):
    (tmp_path / "population.txt").write_text("f =~ 0.8*a + 0.7*b")
    for name in ("one.csv", "two.csv"):
        options = ("-n", "30", "--seed", "4", "--output", tmp_path / name)
        assert run("simulate", tmp_path / "population.txt", *options)[0] == 0
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert pd.read_csv(tmp_path / "one.csv").shape == (30, 2)


def test_tables_of_two_runs_are_not_mixed_in_one_folder(run, files):
    simulate(POPULATION, 300, seed=1).to_csv(files / "answers.csv", index=False)
    command = "fit", files / "model.txt", files / "answers.csv", "--format", "csv", "--output", files / "tables"
    assert run(*command)[0] == 0
    before = {path.name: path.read_bytes() for path in (files / "tables").iterdir()}
    code, out, err = run(*command, "--estimator", "MLR")
    assert (code, out) == (2, "")
    assert err.endswith("tables: 1 problem\n  holds tables already; name another folder, or move them away\n")
    assert {path.name: path.read_bytes() for path in (files / "tables").iterdir()} == before


@pytest.mark.parametrize(
    ("command", "output"),
    [
        (("fit", "model.txt", "answers.csv", "--bootstrap", "5"), "new.xlsx"),
        (("simulate", "population.txt", "-n", "5"), "new.csv"),
    ],
)
def test_a_seed_below_zero_is_refused_and_nothing_written(run, files, monkeypatch, command, output):
    monkeypatch.chdir(files)
    (files / "population.txt").write_text(POPULATION, encoding="utf-8")
    simulate(POPULATION, 60, seed=1).to_csv("answers.csv", index=False)
    code, out, err = run(*command, "--seed", "-1", "--output", output)
    assert (code, out, err) == (2, "", "sme-sem: --seed -1: give a whole number, at least 0, such as --seed 1.\n")
    assert not (files / output).exists()


def test_version_and_help(run):
    assert run("--version") == (0, f"sme-sem {__version__}\n", "")
    code, out, _ = run("--help")
    assert code == 0 and "sme-sem demo corporate-reputation" in out and "Exit codes" in out


PARTS = {cli.studies: "", cli.questionnaires: "", cli.models: "", cli.coding: "code "}
COMMANDS = [
    group + (command.name or command.callback.__name__)
    for part, group in PARTS.items()
    for command in part.app.registered_commands
]


@pytest.mark.parametrize("command", QUESTIONNAIRES)
def test_every_kind_of_file_that_is_read_is_named_by_the_commands_that_read_it(run, command):
    assert all(f"{kind})" in " ".join(run(command, "--help")[1].split()) for kind in (".sav", ".dta"))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_by_an_example(run, command):
    code, out, _ = run(*command.split(), "--help")
    assert code == 0 and f"  sme-sem {command}" in out.split("Examples:")[1]


@pytest.mark.parametrize("asked", ["--help", "--help -l zh"])
def test_help_needs_none_of_the_heavy_packages(asked):
    heavy = {"numpy", "scipy", "pandas", "pydantic", "matplotlib"}
    unneeded = heavy if "zh" in asked else heavy | {"sme_sem.cli.chinese_help", "sme_sem.tables"}
    script = (
        "import sys, sme_sem.cli\n"
        f"assert sme_sem.cli.main({asked.split()}) == 0\n"
        f"print(sorted({unneeded} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_console_that_cannot_write_chinese_gets_question_marks():
    script = "import sys, sme_sem.cli; sys.exit(sme_sem.cli.main(['list', '--language', 'zh']))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, env={**os.environ, "PYTHONIOENCODING": "cp1252"}
    )
    assert done.returncode == 0 and b"bmi-drivers" in done.stdout and b"?" in done.stdout


# --- several models, groups, and what to plan ----------------------------------------------------------


@pytest.fixture
def rivals(files):
    """Two models of the same answers beside the study's: a narrower one, and one of other items."""
    (files / "none.txt").write_text(MODEL + "USE ~~ 1*USE\nTRUST ~~ 1*TRUST\n", encoding="utf-8")
    (files / "part.txt").write_text("TRUST =~ t1 + t2 + t3\n", encoding="utf-8")
    return files


def test_compare_prints_the_models_and_the_test_of_each_pair(run, rivals):
    code, out, err = run("compare", rivals / "model.txt", rivals / "none.txt", rivals / "answers.csv")
    assert (code, err) == (0, "")
    fits = {
        name: sme_sem.fit((rivals / f"{name}.txt").read_text("utf-8"), pd.read_csv(rivals / "answers.csv"))
        for name in ("model", "none")
    }
    statistic = sme_sem.compare(fits).pairs["statistic"].item()
    assert re.search(rf"model +none +nested +χ² difference +{statistic:.3f} +2 ", out)


def test_compare_takes_an_estimator_a_language_and_a_file(run, rivals):
    target = rivals / "comparison.md"
    options = ("--estimator", "MLR", "--language", "zh", "--output", target)
    code, out, _ = run("compare", rivals / "model.txt", rivals / "none.txt", rivals / "answers.csv", *options)
    assert (code, out) == (0, f"已写入：{target}\n")
    written = target.read_text("utf-8")
    assert "校正卡方差异（2001）" in written and "**模型比较**" in written


def test_compare_refuses_other_items_with_the_reason_and_names_a_model_that_fails(run, rivals):
    code, _, err = run("compare", rivals / "model.txt", rivals / "part.txt", rivals / "answers.csv")
    assert code == 2 and "only one of them contains 'u1', 'u2', 'u3'" in err
    (rivals / "part.txt").write_text("TRUST =~ t1 + t2 + t4\n", encoding="utf-8")
    code, _, err = run("compare", rivals / "model.txt", rivals / "part.txt", rivals / "answers.csv")
    assert code == 2 and "part.txt: unknown variable 't4'" in err


def test_compare_refuses_two_models_of_one_name(run, rivals):
    code, _, err = run("compare", rivals / "model.txt", rivals / "model.txt", rivals / "answers.csv")
    assert code == 2 and "two model files have the same name" in err


def test_invariance_goes_through_the_steps_and_deals_out_permutations(run, files):
    options = ("--group", "city", "--steps", "configural, metric", "--permutations", "19", "--seed", "2")
    code, out, _ = run("invariance", files / "model.txt", files / "answers.csv", *options)
    assert code == 0 and "Metric (weak) invariance" in out and "Scalar" not in out
    assert "Permutation test of invariance" in out
    free = ("--group", "city", "--free", "TRUST =~ t2", "--free", "t3 ~ 1", "--output", files / "steps.txt")
    code, out, _ = run("invariance", files / "model.txt", files / "answers.csv", *free)
    assert (code, out) == (0, f"Written: {files / 'steps.txt'}\n")
    assert "Not held equal: TRUST =~ t2, t3 ~ 1." in (files / "steps.txt").read_text("utf-8")


def test_invariance_searches_for_partial_invariance_and_compares_means(run, files):
    frame = answers()
    frame["t3"] = (frame["t3"] + 1 * (frame["city"] == 2)).clip(upper=5)
    frame.to_csv(files / "shifted.csv", index=False)
    arguments = ("invariance", files / "model.txt", files / "shifted.csv", "--group", "city", "--partial", "scalar")
    code, out, _ = run(*arguments, "--steps", "configural,metric,scalar,means")
    assert code == 0 and "Not held equal: t3 ~ 1." in out and "Latent mean invariance" in out
    assert "Path coefficients by group" in out and "USE ← TRUST" in out
    code, _, err = run(*arguments, "--permutations", "19")
    assert code == 2 and "permutations do not repeat the search" in err


def test_invariance_refuses_a_group_that_is_none(run, files):
    code, _, err = run("invariance", files / "model.txt", files / "answers.csv", "--group", "cty")
    assert code == 2 and "'cty'" in err and "'city'" in err


def test_power_prints_what_a_study_would_find_and_records_that_it_was_planned(run, files):
    (files / "population.txt").write_text(POPULATION, encoding="utf-8")
    options = ("-n", "100", "-n", "200", "--draws", "50", "--ledger", files / "plan.jsonl")
    code, out, _ = run("power", files / "population.txt", *options)
    assert code in (0, 1) and "Power by simulation" in out
    found = sme_sem.power(POPULATION, [100, 200], draws=50, progress=False).table.query("op == '~'")
    for _, row in found.iterrows():
        power = f"{row['power']:.3f}".lstrip("0")
        assert re.search(rf"USE ~ TRUST +{row['n']} .*{re.escape(power)}", out)
    assert len((files / "plan.jsonl").read_text("utf-8").splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("there.md", "already exists"),
        ("tables.pdf", "no format has the suffix '.pdf'"),
        ("t.csv", "--format csv --output FOLDER"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_the_work(run, files, name, reason):
    (files / "population.txt").write_text(POPULATION, encoding="utf-8")
    (files / "there.md").write_text("mine", encoding="utf-8")
    code, out, err = run("power", files / "population.txt", "-n", "100", "--output", files / name)
    assert (code, out) == (2, "") and reason in err
    assert (files / "there.md").read_text("utf-8") == "mine"


@pytest.mark.parametrize("command", ["validate", "screen", "reliability", "components"])
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            ("--output", "t.csv"),
            "--output t.csv: a CSV file holds one table only, and these are several; name a workbook (.xlsx), or a "
            "folder for a file of each: --format csv --output FOLDER\n",
        ),
        (("--output", "t.csv", "--format", "csv"), "--output t.csv: a CSV file holds one table only, and these are"),
        (
            ("--output", "t.docx", "--format", "json"),
            "--output t.docx: --format json does not go with .docx; leave --format out, or name a .json file\n",
        ),
        (
            ("--output", "t.xlsx", "--format", "csv"),
            "--output t.xlsx: --format csv does not go with .xlsx; leave --format out, or name a folder\n",
        ),
    ],
)
def test_a_file_that_cannot_hold_the_tables_is_refused_before_answers_are_read(run, command, options, reason):
    code, out, err = run(command, "nowhere.csv", "-i", "bmi-drivers", *options)
    assert (code, out) == (2, "") and err.startswith(f"sme-sem: {reason}")


def test_one_table_fits_into_a_csv_file(run, tmp_path):
    for name, form in (("a.csv", ()), ("b.csv", ("--format", "csv"))):
        assert run("list", "--output", tmp_path / name, *form)[0] == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


@pytest.mark.parametrize("command", ["simulate", "screen"])
def test_csv_is_not_written_under_the_name_of_a_workbook(run, files, command):
    arguments = {
        "simulate": ("-i", "bmi-drivers", "-o", files / "s.xlsx"),
        "screen": (files / "answers.csv", "-i", files / "instrument.yaml", "--kept", files / "s.xlsx"),
    }[command]
    code, _, err = run(command, *arguments)
    assert (code, err) == (2, f"sme-sem: {files / 's.xlsx'}: what is written is CSV; name a file that ends in .csv\n")
    assert not (files / "s.xlsx").exists()


# --- other forms of tables ---------------------------------------------------------------------------


def test_tables_are_printed_for_programs_and_remarks_kept_apart(run, files):
    told = ("reliability", files / "answers.csv", "-i", files / "instrument.yaml", "--format")
    code, out, err = run(*told, "json")
    scales = json.loads(out)[0]
    assert code == 0 and scales["name"] == "reliability" and scales["rows"][0]["scale"] == "Trust"
    assert 0 < scales["rows"][0]["alpha"] < 1 and "collected 200" in err
    assert run(*told, "csv")[1].startswith("scale,n_items,n,alpha")
    assert run(*told, "markdown")[1].startswith("**Reliability")
    assert "\\begin{" in run(*told, "latex")[1]


def test_tables_are_stored_by_the_suffix_of_the_file(run, files):
    told = ("fit", files / "model.txt", files / "answers.csv")
    assert run(*told, "--output", files / "fit.json")[:2] == (0, f"Written: {files / 'fit.json'}\n")
    stored = json.loads((files / "fit.json").read_text(encoding="utf-8"))
    assert stored[0]["name"] == "model_test"
    assert run(*told, "--format", "csv", "--output", files / "tables")[0] == 0
    assert {f"{table['name']}.csv" for table in stored} == {path.name for path in (files / "tables").iterdir()}
    assert "already exists" in run(*told, "--output", files / "fit.json")[2]
    assert "no format has the suffix '.pdf'" in run(*told, "--output", files / "fit.pdf")[2]
    assert "a CSV file holds one table" in run(*told, "--format", "csv", "--output", files / "fit.csv")[2]


# --- what needs a person -----------------------------------------------------------------------------


def test_answers_that_could_not_be_used_give_exit_code_1(run, files):
    frame = answers().astype(object)
    frame.loc[3, "t1"], frame.loc[4, "t2"], frame.loc[6, "respondent"] = 9, "many", "R5"
    write_study(files, frame)
    code, out, err = run("validate", files / "answers.csv", "-i", files / "instrument.yaml")
    assert (code, err) == (1, "")
    assert "error: row 5, t1: '9' is off the scale" in out
    assert "error: row 6, t2: 'many' " in out
    assert "warning: row 8, respondent: the respondent 'R5' already answered in row 7" in out
    code, out, _ = run("run", files / "study.yaml")
    assert code == 1
    assert "Reading the answers: 2 answers or columns could not be used" in out
    assert "row 5, t1: '9' is off the scale 1 to 5; correct it" in out and "row 6, t2: 'many' is neither" in out
    listed = pd.read_csv(files / "results" / "tables" / "findings_in_detail.csv")
    assert {(5, "t1"), (6, "t2")} <= set(zip(listed["row"], listed["column"]))
    page = (files / "results" / "report.html").read_text(encoding="utf-8")
    assert "&#x27;many&#x27;" in page and "Needs attention first" in page


def test_unusable_answers_count_though_nobody_is_set_aside_and_warnings_are_for_screening(run, files):
    told = (files / "answers.csv", "-i", files / "instrument.yaml")
    frame = answers().astype(object)
    frame.loc[3, "t1"] = 9
    write_study(files, frame)
    assert [run(command, *told)[0] for command in ("validate", "screen")] == [1, 1]
    write_study(files, answers().assign(respondent="R1"))
    assert [run(command, *told)[0] for command in ("validate", "screen")] == [0, 1]


def test_a_missing_column_gives_exit_code_1_and_names_the_models_it_costs(run, files):
    write_study(files, answers().rename(columns={"u2": "something"}))
    code, out, _ = run("run", files / "study.yaml")
    assert code == 1
    assert "Model “Direct”: could not be fitted: item u2 of the instrument has no column in the answers." in out
    assert "model not fitted" in out


def test_a_model_that_fails_gives_exit_code_1(run, files):
    write_study(files, models={"loop": {"structure": "USE ~ TRUST\nTRUST ~ USE"}})
    code, out, _ = run("run", files / "study.yaml")
    assert code == 1 and "Model “loop”: could not be fitted: the model is not identified" in out


def test_many_findings_do_not_fill_the_screen(run, files):
    write_study(files, answers().assign(t1=9))
    _, out, _ = run("validate", files / "answers.csv", "-i", files / "instrument.yaml")
    assert out.count("error: row") == 20 and "and 180 more" in out


# --- what is refused ---------------------------------------------------------------------------------


TEXTS = {
    "broken": "TRUST =~ t1 + t2 + t3\nUSE ~ TRUST +",
    "unknown": "TRUST =~ t1 + t2 + t4",
    "good": "TRUST =~ t1 + t2 + t3",
    "population": POPULATION,
    "levels": "level: 1\nt1 ~~ t2\nlevel: 2\nt1 ~~ t2",
}


@pytest.mark.parametrize(
    ("command", "chinese"),
    [
        ("fit broken answers.csv", "模型第2行第14列：语句在此结束\n  USE ~ TRUST +\n               ^\n  应为变量名\n"),
        ("fit unknown answers.csv", "未知的变量't4'：数据中没有该列，模型中也没有测量它的一行（=~）。"),
        ("compare good unknown answers.csv", "unknown：未知的变量't4'"),
        ("invariance good answers.csv -g town", "未知的变量'town'：数据中没有group所指的列。"),
        ("fit levels answers.csv", "模型有两层：请以--cluster指明分组的列。\n"),
        ("fit good answers.csv --missing most", "--missing most 不可用；可选'listwise'、"),
        ("fit good answers.csv --thresholds mild", "没有名为'mild'的判断标准。"),
        ("power good -n 50", "总体未给出TRUST =~ t2、TRUST =~ t3的取值：请写明，如TRUST =~ 0.5*t2。"),
        ("regression answers.csv -i instrument.yaml -m USE", "模型第1行第1列：此行没有运算符"),
    ],
)
def test_a_refusal_is_told_in_chinese_where_that_is_asked_for(run, files, monkeypatch, command, chinese):
    monkeypatch.chdir(files)
    for name, text in TEXTS.items():
        Path(name).write_text(text, encoding="utf-8")
    code, _, said = run(*command.split(), "-l", "zh")
    assert code == 2 and chinese in said and wholly_chinese(said)


OPTIONS = (
    ("fit good answers.csv --ordered --estimator GLS", "with --ordered use", "--ordered须配"),
    ("fit good answers.csv --cluster t1 --missing pairwise", "and without --cluster and weights=", "--cluster"),
    ("invariance good answers.csv -g region --free nothing", "--free: 'nothing'", "--free："),
    ("invariance good answers.csv -g region --steps scalar,metric", "--steps scalar,metric", "--steps scalar,metric"),
    ("power population -n 50 --categories 1", "--categories 1", "--categories 1"),
    ("power population -n 50 --missing-share 2", "--missing-share: 't1' has", "--missing-share：'t1'"),
)


@pytest.mark.parametrize(("command", "en", "zh"), OPTIONS)
def test_a_refusal_names_options_as_they_are_typed(run, files, monkeypatch, command, en, zh):
    monkeypatch.chdir(files)
    answers().assign(region=lambda d: d.index % 2).to_csv("answers.csv", index=False)
    for name, text in TEXTS.items():
        Path(name).write_text(text, encoding="utf-8")
    for language, said in (("en", en), ("zh", zh)):
        code, _, err = run(*command.split(), "-l", language)
        assert code == 2 and said in err and said.split()[0].removeprefix("--") + "=" not in err


def test_tables_of_a_command_name_options_as_they_are_typed(run, files):
    for language in ("en", "zh"):
        out = run("fit", files / "model.txt", files / "answers.csv", "-l", language)[1]
        assert "--ordered" in out and "ordered=" not in out


def refused(run, *arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("sme-sem: ")
    return err.removeprefix("sme-sem: ")


def test_a_missing_file_is_refused(run, files):
    assert "no such file" in refused(run, "run", files / "missing.yaml")
    said = refused(run, "validate", files / "answer.csv", "-i", files / "instrument.yaml")
    assert "no such file in" in said and "Did you mean 'answers.csv'?" in said
    assert (
        refused(run, "fit", files / "m.txt", files / "answers.csv") == f"{files / 'm.txt'}: No such file or directory\n"
    )


def test_a_wrong_sheet_is_refused(run, files):
    answers().to_excel(files / "answers.xlsx", index=False, sheet_name="data", engine="xlsxwriter")
    write_study(files, data="answers.xlsx", sheet="Sheet1")
    assert "has no sheet 'Sheet1'; its sheets are 'data'." in refused(run, "run", files / "study.yaml")
    assert not (files / "results").exists()
    write_study(files, data="answers.xlsx", sheet="data")
    assert run("run", files / "study.yaml")[0] == 0


def test_unknown_columns_are_refused_when_none_is_an_item(run, files):
    write_study(files, pd.DataFrame({"x": [1], "y": [2]}))
    said = refused(run, "run", files / "study.yaml")
    assert "no column is an item of the instrument 'small'" in said and "'x', 'y'" in said


@pytest.mark.parametrize("content", [b"", b" \n"])
def test_an_empty_file_is_refused(run, files, content):
    (files / "answers.csv").write_bytes(content)
    assert "is empty; expected column names" in refused(run, "run", files / "study.yaml")
    assert not (files / "results").exists()


def test_a_file_of_column_names_only_is_refused(run, files):
    write_study(files, answers().head(0))
    assert "holds column names but no answers" in refused(run, "run", files / "study.yaml")


def test_broken_yaml_is_refused_with_line_and_column(run, files):
    (files / "study.yaml").write_text("instrument: [small\ndata: x", encoding="utf-8")
    assert "line 2" in refused(run, "run", files / "study.yaml")
    (files / "instrument.yaml").write_text("name: 'small", encoding="utf-8")
    write = write_yaml(files / "study.yaml", {"instrument": "instrument.yaml", "data": "answers.csv"})
    said = refused(run, "run", write)
    assert "instrument.yaml: 1 problem" in said and "quotation mark is never closed" in said


def test_an_unknown_variable_in_a_model_is_refused_with_near_names(run, files):
    write_study(files, models={"own": {"structure": "USE ~ TRSUT"}})
    assert "models.own.structure: 'TRSUT'" in refused(run, "run", files / "study.yaml")
    (files / "model.txt").write_text("TRUST =~ t1 + t2 + t33", encoding="utf-8")
    said = refused(run, "fit", files / "model.txt", files / "answers.csv")
    assert "unknown variable 't33'" in said and "Did you mean 't3'" in said


def test_a_syntax_error_is_refused_with_its_place(run, files):
    (files / "model.txt").write_text(MODEL + "USE ~ TRUST ~ t1", encoding="utf-8")
    said = refused(run, "fit", files / "model.txt", files / "answers.csv")
    assert "model, line 4, column 13: a second operator in one statement" in said and "expected" in said


def test_letters_among_numbers_are_refused_by_fit(run, files):
    frame = answers().astype(object)
    frame.loc[3, "t1"] = "many"
    frame.to_csv(files / "letters.csv", index=False)
    assert "not numeric: 't1'" in refused(run, "fit", files / "model.txt", files / "letters.csv")


def test_decimal_commas_are_read_and_thousands_left_alone(run, tmp_path):
    simulate("f =~ 0.8*a + 0.7*b + 0.6*c", 100, seed=3).to_csv(tmp_path / "d.csv", index=False, sep=";", decimal=",")
    (tmp_path / "m.txt").write_text("f =~ a + b + c")
    code, out, _ = run("fit", tmp_path / "m.txt", tmp_path / "d.csv")
    assert code == 0 and re.search(r"^100 ", out, re.M)
    pd.DataFrame({name: ["1,234", "2,345", "987"] * 20 for name in "abc"}).to_csv(
        tmp_path / "d.csv", index=False, sep=";"
    )
    assert "not numeric: 'a'" in refused(run, "fit", tmp_path / "m.txt", tmp_path / "d.csv")


def test_a_model_that_is_not_text_is_refused(run, files):
    (files / "model.txt").write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8 text" in refused(run, "fit", files / "model.txt", files / "answers.csv")


def test_an_output_folder_of_other_things_is_refused_before_the_work(run, files, monkeypatch):
    monkeypatch.setattr("sme_sem.study.Study.run", lambda *a: pytest.fail("must not run"))
    said = refused(run, "run", files / "study.yaml", "--output", files)
    assert "is not empty and holds no earlier results" in said


def test_an_unknown_instrument_is_refused_with_the_shipped_names(run, tmp_path):
    said = refused(run, "demo", "bmi-driver", "--output", tmp_path / "out")
    assert "Did you mean 'bmi-drivers'?" in said and not (tmp_path / "out").exists()


def test_an_unknown_construct_is_refused(run, files):
    code, _, err = run("components", files / "answers.csv", "-i", files / "instrument.yaml", "--constructs", "TRSUT")
    assert code == 2 and "no construct with items is named 'TRSUT'. Did you mean 'TRUST'?" in err
    told = (files / "answers.csv", "-i", files / "instrument.yaml")
    for command, said in (
        (("components", *told, "--constructs", "XX"), "is named 'XX'. Known are TRUST, USE."),
        (("correlations", *told, "--control", "QQ"), "neither a scale nor a column: 'QQ'. Known are TRUST, USE, "),
        (("regression", *told, "-m", "USE ~ QQ", "-l", "zh"), "'QQ'既不是量表也不是列。可用：TRUST、USE、"),
    ):
        code, _, err = run(*command)
        assert code == 2 and said in err


def test_constructs_may_be_named_by_their_labels_in_either_language(run, files):
    told = ("components", files / "answers.csv", "-i", files / "instrument.yaml", "--constructs")
    code, by_name, _ = run(*told, "TRUST,USE")
    assert code == 0
    assert [run(*told, named)[1] for named in ("信任、使用", "trust, Use", "信任，USE")] == [by_name] * 3
    told = ("correlations", files / "answers.csv", "-i", files / "instrument.yaml")
    assert "Use: held constant" in run(*told, "--control", "使用")[1]
    assert "使用：作为控制变量" in run(*told, "--control", "USE", "-l", "zh")[1]


def test_simulate_writes_the_file_of_a_platform_which_validate_reads(run, tmp_path):
    path = tmp_path / "answers.csv"
    assert run("simulate", "-i", "involution", "-n", "30", "--platform", "wenjuanxing", "-o", path)[0] == 0
    assert path.read_text(encoding="utf-8-sig").startswith("序号,提交答卷时间,所用时间")
    assert "wenjuanxing" in run("validate", path, "-i", "involution")[1].casefold()
    assert "unknown platform 'excel'" in refused(
        run, "simulate", "-i", "involution", "--platform", "excel", "-o", tmp_path / "b.csv"
    )
    assert "--platform is for" in refused(
        run, "simulate", path, "-n", "5", "--platform", "qualtrics", "-o", tmp_path / "b.csv"
    )


def test_simulate_refuses_to_overwrite_and_to_guess(run, files):
    assert "already exists" in refused(run, "simulate", "-i", "bmi-drivers", "-o", files / "answers.csv")
    assert "name either" in refused(run, "simulate", "-o", files / "new.csv")
    said = refused(run, "simulate", "-i", "corporate-reputation", "-o", files / "new.csv")
    assert "has no population to draw from" in said
    assert "-n is missing" in refused(run, "simulate", files / "model.txt", "-o", files / "new.csv")
    assert not (files / "new.csv").exists()


def test_a_wrong_use_is_refused_by_the_parser(run):
    code, _, err = run("run")
    assert code == 2 and "Missing argument" in err
    assert run("nonsense")[0] == 2
    for wrong in (
        ("list", "--format", "jsn"),
        ("run", "x", "--language", "cn"),
        ("code", "describe", "x", "--level", "c"),
    ):
        code, _, err = run(*wrong)
        assert code == 2 and re.search(rf"Invalid value for .*: '{wrong[-1]}' is not one of '", err)


def test_an_operating_system_error_is_one_line(run, tmp_path, monkeypatch):
    def denied(*arguments, **options):
        raise PermissionError(13, "Permission denied", "answers.csv")

    rights = "; check the rights of the folder, close the file in other programs, or name another place\n"
    monkeypatch.setattr("sme_sem.opening.demo_study", denied)
    assert refused(run, "demo") == f"answers.csv: Permission denied{rights}"


def test_a_table_that_cannot_be_written_is_refused_with_advice(run, tmp_path, monkeypatch):
    def denied(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.replace", denied)
    assert refused(run, "list", "-o", tmp_path / "l.docx") == (
        f"{tmp_path / 'l.docx'}: 1 problem\n  cannot be written: Permission denied; check the rights of the folder, "
        "and close its files in other programs\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_the_package_can_be_run_where_no_script_is_installed():
    done = subprocess.run([sys.executable, "-m", "sme_sem", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"sme-sem {__version__}\n"


def test_progress_is_shown_on_a_terminal_only(capsys, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    for forced, shown in (("1", True), ("", False)):
        monkeypatch.setenv("FORCE_COLOR", forced) if forced else monkeypatch.delenv("FORCE_COLOR")
        with cli.output.progress_bar() as progress:
            progress(Words("Fitting", "拟合"), 1, 2)
        printed = capsys.readouterr()
        assert printed.out == "" and ("Fitting" in printed.err) is shown


# --- exports -----------------------------------------------------------------------------------------


def test_export_writes_a_file_and_says_how_the_answers_come_back(run, tmp_path):
    code, out, err = run("export", "bmi-drivers", "--to", "redcap", "--output", tmp_path)
    assert (code, err) == (0, "")
    assert out == (
        f"Written: {tmp_path / 'bmi-drivers-redcap.csv'}\n"
        "Upload it as data dictionary; export the records as CSV with raw data.\n"
    )
    assert (tmp_path / "bmi-drivers-redcap.csv").is_file()


def test_export_speaks_the_language_of_the_form(run, tmp_path):
    code, out, _ = run("export", "bmi-drivers", "-t", "word", "-l", "zh", "-o", tmp_path / "form.docx")
    assert code == 0 and "打印发放" in out


def test_export_overwrites_nothing(run, tmp_path):
    form = tmp_path / "form.txt"
    form.write_text("edited by hand", encoding="utf-8")
    code, _, err = run("export", "bmi-drivers", "--to", "limesurvey", "--output", form)
    assert (code, form.read_text(encoding="utf-8")) == (2, "edited by hand")
    assert err.endswith("already exists; name another file, or move it away\n")


def test_export_refuses_an_unknown_format_with_the_known_ones(run, tmp_path):
    code, _, err = run("export", "bmi-drivers", "--to", "limesurvy", "--output", tmp_path)
    assert code == 2 and "Did you mean 'limesurvey'?" in err and "json-schema" in err
    assert not list(tmp_path.iterdir())


def test_the_help_of_export_teaches_every_format(run):
    from sme_sem.instrument.exports import FORMATS

    code, out, _ = run("export", "--help")
    assert code == 0 and "Examples:" in out
    assert all(re.search(rf"^ +{name} +\S", out, re.MULTILINE) for name in FORMATS)


def test_a_model_is_not_fitted_to_a_file_whose_answers_may_stand_in_the_wrong_column(run, tmp_path):
    rows = ["turnover,x1,x2,x3", *(f"{i % 9},{1 + i % 5},{1 + i % 4},{1 + i % 3}" for i in range(60))]
    broken = [row.replace(",", ",5,", 1) if i and not i % 4 else row for i, row in enumerate(rows)]
    short = [row.rsplit(",", 1)[0] if i == 7 else row for i, row in enumerate(rows)]
    for name, lines in (("good", rows), ("broken", broken), ("short", short)):
        (tmp_path / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "m.txt").write_text("x1 ~ x2 + x3", encoding="utf-8")
    for command in ("fit", "compare"):
        code, _, said = run(command, tmp_path / "m.txt", tmp_path / "broken.csv")
        assert code == 2 and "row 5 has 5 cells for 4 column names" in said and "and 12 more" in said
    assert "第5行有5个单元格" in run("fit", tmp_path / "m.txt", tmp_path / "broken.csv", "-l", "zh")[2]
    assert run("fit", tmp_path / "m.txt", tmp_path / "good.csv")[2] == ""
    code, _, said = run("fit", tmp_path / "m.txt", tmp_path / "short.csv")
    assert code == 0 and "row 8 has 3 cells for 4 column names; those not there were read as empty" in said
