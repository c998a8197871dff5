import json

import pandas as pd
import pytest

from qualitative.corpora import PROJECT, planted, project
from sme_sem import cli, load_instrument
from sme_sem.instrument import path_of


@pytest.fixture
def run(capsys):
    """Run a command; give its exit code, what it printed, and what it complained of."""

    def command(*arguments):
        code = cli.main(["code", *map(str, arguments)])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return command


@pytest.fixture
def segments(tmp_path):
    file = tmp_path / "segments.csv"
    planted(12, lambda s, k: k % 6 <= s).to_csv(file, index=False)
    return file


def test_describe_prints_every_table_in_the_language_asked_for(run, segments, tmp_path):
    code, out, _ = run("describe", segments, "--level", "category", "-l", "zh", "-o", tmp_path / "out")
    assert code == 0
    assert all(title in out for title in ("编码概况", "范畴频数", "主轴式编码", "同一材料内的编码共现矩阵", "饱和"))
    figures = sorted(p.name for p in (tmp_path / "out" / "figures").iterdir())
    assert figures == ["frequencies.svg", "network.svg", "saturation.svg"]
    assert (tmp_path / "out" / "tables.xlsx").is_file()
    counts = pd.read_csv(tmp_path / "out" / "tables" / "category_frequencies.csv")
    assert len(counts) == 18


def test_tables_are_printed_for_programs_and_what_was_written_is_told_apart(run, segments, tmp_path):
    code, out, err = run("describe", segments, "--format", "json", "--output", tmp_path / "out")
    assert code == 0 and json.loads(out)[0]["name"] == "coding" and err == f"Written: {tmp_path / 'out'}\n"
    code, out, err = run("draft", segments, "--format", "csv", "--output", tmp_path / "mine.yaml")
    assert code == 0 and out.startswith("concept,segments,sources,item,") and "trail: mine-trail.csv" in err


def test_describe_compares_groups_and_coders_where_there_are_two(run, tmp_path):
    frame = pd.DataFrame(
        [("F1", "firm", "Li", "s1", "a"), ("F1", "firm", "Wang", "s1", "a"), ("G1", "gov", "Li", "s2", "b")],
        columns=["source", "group", "coder", "segment", "concept"],
    )
    frame.to_csv(tmp_path / "s.csv", index=False)
    _, out, _ = run("describe", tmp_path / "s.csv", "--hold-out", "G1")
    assert "Agreement of coders" in out and "What firm and gov name" in out
    assert "They hold codes that the others lack." in out


def test_a_project_with_unusable_parts_leaves_with_the_code_that_asks_for_a_person(run, tmp_path):
    (tmp_path / "p.qdpx").write_bytes(project(PROJECT))
    code, out, _ = run("describe", tmp_path / "p.qdpx")
    assert code == 1 and "a segment names a code that the codebook lacks" in out


def test_a_broken_project_is_refused_with_one_message(run, tmp_path):
    (tmp_path / "p.qdpx").write_bytes(b"broken")
    code, out, err = run("describe", tmp_path / "p.qdpx")
    assert (code, out) == (2, "") and "is no intact REFI-QDA archive" in err


def test_keywords_are_counted_and_firms_chosen(run, tmp_path):
    for firm in range(6):
        text = "微创新。" * (10 if firm < 2 else 1)
        (tmp_path / f"firm{firm}_2020.txt").write_text(text, encoding="utf-8")
    (tmp_path / "k.yaml").write_text("micro: [微创新]\n", encoding="utf-8")
    (tmp_path / "words.dic").write_text("微创新性 3 n\n", encoding="utf-8")
    code, _, err = run(
        "keywords", *sorted(tmp_path.glob("*.txt")), "-k", tmp_path / "k.yaml", "--rule", "mentions > mean",
        "--words", tmp_path / "words.dic", "-o", tmp_path / "out",
    )  # fmt: skip
    assert code == 0 and "6 documents, " in err
    kept = pd.read_csv(tmp_path / "out" / "tables" / "kept.csv")["name"].tolist()
    assert kept == ["firm0", "firm1"]
    assert "微创新" in (tmp_path / "out" / "figures" / "word_cloud.svg").read_text(encoding="utf-8")


def test_citations_and_elements_print_their_tables(run, tmp_path):
    (tmp_path / "c.csv").write_text("firm,patent,cited\nA,P2,P1\nA,P1,X\nB,Q,R\n", encoding="utf-8")
    code, out, _ = run("citations", tmp_path / "c.csv", "--rule", "self_share >= 0.5")
    assert code == 0 and "Patent citations by firm" in out and out.split("Kept")[1].split()[-2:-1] == ["A"]
    (tmp_path / "e.csv").write_text("study,element\nS1,value\nS2,value\nS2,cost\n", encoding="utf-8")
    code, out, _ = run("elements", tmp_path / "e.csv", "--rule", "studies >= 2")
    assert code == 0 and "2 studies; a study counts once" in out


def test_experts_keep_elements_by_rules(run, tmp_path):
    (tmp_path / "x.csv").write_text("专家,value,cost\nLi,5,2\nWang,4,3\nZhao,5,\n", encoding="utf-8")
    code, out, _ = run("experts", tmp_path / "x.csv", "--rule", "mean >= 4")
    assert code == 0 and "Kendall W" in out and out.split("Kept")[1].split()[-2:-1] == ["value"]
    (tmp_path / "y.csv").write_text("value,cost\n5,high\n", encoding="utf-8")
    code, _, err = run("experts", tmp_path / "y.csv")
    assert code == 2 and "row 2, cost: 'high' is no number" in err


def test_codes_of_missing_ratings_are_pointed_out_and_left_out(run, tmp_path):
    (tmp_path / "x.csv").write_text("value,cost\n5,99\n4,-9\n5,4\n4,2\n", encoding="utf-8")
    code, out, err = run("experts", tmp_path / "x.csv")
    assert code == 0 and "99 lies far from the other values of cost." in err and "--missing-code -9" in err
    code, out, err = run("experts", tmp_path / "x.csv", "--missing-code", "99", "--missing-code", "-9")
    assert (code, err) == (0, "") and [line.split()[:3] for line in out.splitlines() if line.startswith("cost ")] == [
        ["cost", "2", "3.000"]
    ]


def test_columns_with_headings_of_their_own_can_be_named(run, tmp_path):
    (tmp_path / "e.csv").write_text("paper,item\nS1,value\nS2,value\n", encoding="utf-8")
    code, _, err = run("elements", tmp_path / "e.csv")
    assert code == 2 and "Rename a column, or say which it is: columns={'study': ...}, --column study=..." in err
    code, out, _ = run("elements", tmp_path / "e.csv", "--column", "study=paper")
    assert code == 0 and "2 studies; a study counts once" in out
    for wrong in ("paper", "study=", "=paper"):
        code, _, err = run("elements", tmp_path / "e.csv", "--column", wrong)
        assert (code, err) == (2, f"sme-sem: --column {wrong}: expected FIELD=HEADING, such as study=Author\n")
    (tmp_path / "c.csv").write_text("company,patent,cited\nA,P2,P1\n", encoding="utf-8")
    assert run("citations", tmp_path / "c.csv", "--column", "firm=company")[0] == 0
    (tmp_path / "s.csv").write_text("who,concept,category\nF1,a,c\nF2,b,c\n", encoding="utf-8")
    assert run("describe", tmp_path / "s.csv", "--column", "source=who")[0] == 0
    assert run("draft", tmp_path / "s.csv", "--column", "source=who", "-o", tmp_path / "i.yaml")[0] == 0


def test_a_list_whose_columns_cannot_be_named_does_not_offer_it(run, segments, tmp_path):
    (tmp_path / "r.csv").write_text("a,effect\nM0,M1\n", encoding="utf-8")
    code, _, err = run("draft", segments, "--relations", tmp_path / "r.csv", "-o", tmp_path / "i.yaml")
    assert code == 2 and err.endswith("Rename a column\n")


def test_the_list_of_elements_that_comes_with_the_package_is_counted(run):
    code, out, _ = run("elements", path_of("bm-elements").with_name("bm-elements.literature.csv"))
    assert code == 0 and "12 studies" in out


def test_draft_writes_an_instrument_that_loads_and_the_trail_beside_it(run, segments, tmp_path):
    (tmp_path / "r.csv").write_text("cause,effect\nM0,M1\n", encoding="utf-8")
    code, out, _ = run("draft", segments, "--relations", tmp_path / "r.csv", "-o", tmp_path / "mine.yaml")
    assert code == 0 and "From segments to paths" in out
    assert load_instrument(tmp_path / "mine.yaml").models["draft"].structure == "M1 ~ M0\n"
    trail = pd.read_csv(tmp_path / "mine-trail.csv")
    assert len(trail) == len(pd.read_csv(segments))
    code, out, _ = run("draft", segments, "-o", tmp_path / "second.yaml", "-l", "zh")
    assert code == 0 and "问卷初稿" in out and "Draft" not in out
    assert f"已写入：{tmp_path / 'second-trail.csv'}\n" in out
    assert out.endswith("在 study.yaml 中加入下行，报告便会列出编码链：  trail: second-trail.csv\n")
    code, _, err = run("draft", segments, "-o", tmp_path / "mine.yaml")
    assert code == 2 and "already exists" in err
