import re

import numpy as np
import pandas as pd
import pytest
import rjieba

from sme_sem.errors import DataProblem, SourceError
from sme_sem.qualitative import count_keywords, keywords, read_citations, read_keywords, select
from sme_sem.qualitative.documents import firm_and_year, name_pattern
from sme_sem.qualitative.libraries import library
from sme_sem.words import Words

THEMES = {"micro": ["微创新", "迭代创新"], "digital": ["云计算", "Big Data", "5G"]}
FILLER = "公司持续完善治理结构，稳步推进各项工作。\n"


def reports(folder, firms, years, times):
    """A report for each firm and year, which names 微创新 as often as `times(firm, year)` says."""
    for firm in range(firms):
        for year in years:
            text = (
                FILLER * 3 + "公司坚持微创新。\n" * times(firm, year) + "稍微创新一点。\n云计算与5G、big\ndata。5Gs\n"
            )
            (folder / f"{firm:06d}_{year}年年度报告.txt").write_text(text, encoding="utf-8")


def test_planted_mentions_are_counted_exactly_by_document_firm_and_year(tmp_path):
    reports(tmp_path, 4, (2019, 2020, 2021), lambda firm, year: firm * (year - 2018))
    counted = count_keywords(tmp_path, THEMES)
    assert counted.totals.set_index("keyword")["mentions"].to_dict() == {
        "微创新": 6 * 6, "迭代创新": 0, "云计算": 12, "Big Data": 12, "5G": 12,
    }  # fmt: skip
    firms = counted.by_firm()
    assert firms["micro"].tolist() == [0, 6, 12, 18] and firms["digital"].tolist() == [9] * 4
    assert firms["index"].tolist() == [(9 + 6 * f) / 3 for f in range(4)]
    assert counted.by_year()["micro"].tolist() == [6, 12, 18]
    assert counted.index == (36 + 36) / 12
    document = counted.by_document().loc[11]
    assert document[["firm", "year", "micro"]].tolist() == ["000003", 2021, 9]


def test_counts_do_not_depend_on_the_number_of_workers(tmp_path, monkeypatch):
    monkeypatch.setattr(keywords, "_FEW", 0)
    reports(tmp_path, 12, (2019, 2020, 2021), lambda firm, year: (firm * year) % 5)
    (tmp_path / "zz_2020.pdf").write_bytes(b"broken")
    one, two = (count_keywords(tmp_path, THEMES, workers=n) for n in (1, 2))
    pd.testing.assert_frame_equal(one.by_document(), two.by_document())
    assert one.remarks == two.remarks and len(one.remarks) == 1


def test_chinese_keywords_are_words_and_not_stretches_of_characters(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("微创新能力，微创新，稍微创新，细微创新", encoding="utf-8")
    assert count_keywords(file, {"t": ["微创新"]}).counts.loc[0, "微创新"] == 2


def test_keywords_are_those_among_all_words_of_all_clauses(tmp_path):
    keywords = ["微创新", "大数据", "Big  Data", "5G", "B2B平台", "5G big"]
    parts = [
        *keywords,
        "大数据局",
        "稍微创新",
        "x5g big data",
        "b2b平台化",
        "cloud",
        "公司",
        "，",
        "。",
        " ",
        "\n",
        "（",
        "5G网",
    ]
    cutter, rng = rjieba.Jieba(), np.random.default_rng(6)
    for word in ("微创新", "大数据"):
        cutter.add_word(word, 100, None)
    text = "".join(rng.choice(parts, 5000))
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    counted = count_keywords(tmp_path, {"t": keywords}).counts.loc[0]
    every = cutter.cut(text)
    assert counted[["微创新", "大数据"]].tolist() == [every.count("微创新"), every.count("大数据")]
    plain = re.findall(r"(?<![a-z0-9])(b2b平台|5g\s+big|big\s+data|5g)(?![a-z0-9])", text.casefold())
    assert counted[["Big  Data", "5G", "B2B平台", "5G big"]].tolist() == [
        sum(" ".join(match.split()) == word for match in plain) for word in ("big data", "5g", "b2b平台", "5g big")
    ]


def test_full_width_letters_are_letters(tmp_path):
    (tmp_path / "600001_2020.txt").write_text("５Ｇ技术与ＡＩ应用；5G与AI，A１I。", encoding="utf-8")
    assert count_keywords(tmp_path, {"t": ["5G", "ＡＩ"]}).counts.iloc[0].tolist() == [2, 2]


def test_a_user_dictionary_keeps_longer_words_together(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("大数据局发布大数据", encoding="utf-8")
    assert count_keywords(file, {"t": ["大数据"]}).counts.loc[0, "大数据"] == 2
    assert count_keywords(file, {"t": ["大数据"]}, words=["大数据局"]).counts.loc[0, "大数据"] == 1


def test_the_longest_of_overlapping_english_keywords_is_counted(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("Cloud computing, cloud; clouds", encoding="utf-8")
    counted = count_keywords(file, {"t": ["cloud", "cloud computing"]}).counts.loc[0]
    assert counted.to_dict() == {"cloud": 1, "cloud computing": 1}


def test_files_that_cannot_be_read_are_named_and_the_others_counted(tmp_path):
    import docx
    from pypdf import PdfWriter

    (tmp_path / "a_2020.txt").write_bytes("微创新微创新，我们".encode("gb18030"))
    (tmp_path / "b.txt").write_bytes(b"")
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.4 broken")
    scanned, locked = PdfWriter(), PdfWriter()
    scanned.add_blank_page(100, 100)
    scanned.write(tmp_path / "d.pdf")
    locked.add_blank_page(100, 100)
    locked.encrypt("secret", algorithm="RC4-128")
    locked.write(tmp_path / "e.pdf")
    (tmp_path / "f.docx").write_bytes(b"PK\x03\x04 broken")
    word = docx.Document()
    word.add_paragraph("坚持微创新")
    word.add_table(1, 1).cell(0, 0).text = "微创新"
    word.save(tmp_path / "g.docx")
    (tmp_path / "h.txt").write_bytes(bytes(range(256)) * 40)
    counted = count_keywords(tmp_path, {"t": ["微创新"]})
    assert counted.documents["document"].tolist() == ["a_2020.txt", "g.docx"]
    assert counted.counts["微创新"].tolist() == [2, 2]
    said = {r.place.rpartition("/")[2]: (r.severity, r.message.en) for r in counted.remarks}
    assert said["a_2020.txt"] == ("info", "read as GB18030")
    assert said["b.txt"] == ("error", "is empty; not used")
    assert said["c.pdf"][1].startswith("is a broken PDF file")
    assert said["d.pdf"][1] == "holds no text, as scanned pages do; run text recognition (OCR) first"
    assert said["e.pdf"][1] == "is protected by a password; not read"
    assert said["f.docx"][1].startswith("is a broken Word file")
    assert "not read" in said["h.txt"][1].lower() and said["h.txt"][0] == "error"
    assert "Noticed while reading" in str(counted)


def test_nothing_but_unreadable_files_is_refused(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"")
    with pytest.raises(SourceError, match="no document could be read"):
        count_keywords(tmp_path, THEMES)
    with pytest.raises(SourceError, match="no such file or folder"):
        count_keywords(tmp_path / "b", THEMES)


def test_keywords_are_read_from_yaml_and_from_tables(tmp_path):
    (tmp_path / "k.yaml").write_text("数字化:\n  - 云计算\n  - 5G\n", encoding="utf-8")
    (tmp_path / "k.csv").write_text("主题,关键词\n数字化,云计算\n数字化,5G\n", encoding="utf-8")
    expected = {"数字化": ("云计算", "5G")}
    assert read_keywords(tmp_path / "k.yaml") == read_keywords(tmp_path / "k.csv") == expected


def test_every_problem_of_a_keyword_file_is_named():
    with pytest.raises(SourceError) as refusal:
        read_keywords({"a": ["x", "X"], "b": "y", "c": [""]})
    assert refusal.value.problems == (
        "a: 'X' stands already in a; keep it once",
        "b: expected a list of keywords, got 'y'",
        "c: holds an empty keyword",
    )


def test_firm_and_year_are_read_off_the_name_by_a_pattern(tmp_path):
    assert firm_and_year(tmp_path / "2016-03-30 acme 2015年报.pdf") == ("2016", 2015)
    path = tmp_path / "AR2015-acme.pdf"
    assert firm_and_year(path, name_pattern(r"AR(?P<year>\d+)-(?P<firm>\w+)", [path])) == ("acme", 2015)
    assert firm_and_year(tmp_path / "acme.pdf") == ("acme", None)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(", "is no regular expression: missing ), unterminated subpattern at position 0"),
        (r"\d+", r"names neither firm nor year; write groups, such as (?P<firm>\w+?)_(?P<year>\d{4})"),
        (r"(?P<firm>\d+)年", "fits the name of no document, such as 'acme_2015'"),
    ],
)
def test_a_pattern_that_tells_nothing_is_refused(tmp_path, pattern, message):
    (tmp_path / "acme_2015.txt").write_text("digital", encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        count_keywords(tmp_path, {"t": ["digital"]}, pattern=pattern)
    assert str(caught.value) == f"pattern {pattern!r}: 1 problem\n  {message}"


def test_names_that_a_pattern_does_not_fit_are_told(tmp_path):
    for name in ("AR2015-acme.txt", "draft.txt"):
        (tmp_path / name).write_text("digital", encoding="utf-8")
    counted = count_keywords(tmp_path, {"t": ["digital"]}, pattern=r"AR(?P<year>\d+)-(?P<firm>\w+)")
    assert counted.documents["firm"].tolist() == ["acme", "draft"]
    (told,) = counted.remarks
    assert (told.severity, told.place) == ("warning", str(tmp_path / "draft.txt"))
    assert told.message.en.startswith("the pattern does not fit its name")


def test_331_of_1556_firms_pass_two_screens_by_construction():
    # firms below 600 mention the words twice as often as the others; of them 331 cite themselves
    firms = pd.DataFrame(
        {
            "firm": [f"{i:06d}" for i in range(1556)],
            "mentions": np.where(np.arange(1556) < 600, 20, 10),
            "self_share": np.where((np.arange(1556) < 331) | (np.arange(1556) >= 1000), 0.5, 0.1),
        }
    )
    chosen = select(firms, ["mentions > mean", "self_share >= 0.3"])
    assert chosen.rules["left"].tolist() == [600, 331] and chosen.rules["passed"].tolist() == [600, 331 + 556]
    assert chosen.rules["threshold"][0] == pytest.approx((600 * 20 + 956 * 10) / 1556, rel=1e-14)
    assert chosen.kept["firm"].tolist() == [f"{i:06d}" for i in range(331)]


def test_331_of_1556_firms_pass_both_screens_from_reports_and_patents_to_the_list(tmp_path):
    # firm i names the words 3 times if i < 600, else once: above the mean of 2756 / 1556 are the first 600;
    # every patent cites two, in the firms 269 to 1199 both their own, else one: of the 600, 331 cite themselves
    for i in range(1556):
        (tmp_path / f"{i:06d}_2020.txt").write_text("坚持微创新。\n" * (3 if i < 600 else 1) + FILLER, encoding="utf-8")
    firms = [f"{i:06d}" for i in range(1556)]
    own = [269 <= i < 1200 for i in range(1556)]
    rows = [(f, f"{f}-P2", f"{f}-P1", f) for f in firms]
    rows += [(f, f"{f}-P2", "X", f if inside else "other") for f, inside in zip(firms, own)]
    counted = count_keywords(tmp_path, {"micro": ["微创新", "迭代创新"]}).by_firm()
    cited = read_citations(pd.DataFrame(rows, columns=["firm", "patent", "cited", "cited_firm"])).firms
    chosen = select(counted.merge(cited, on="firm"), ["mentions > mean", "self_share > mean"])
    assert chosen.rules["left"].tolist() == [600, 331] and chosen.rules["passed"].tolist() == [600, 931]
    assert chosen.rules["threshold"].tolist() == [2756 / 1556, pytest.approx((931 + 625 / 2) / 1556, rel=1e-14)]
    assert chosen.kept["firm"].tolist() == firms[269:600]


def test_rules_know_ranks_percentiles_and_gaps():
    cases = pd.DataFrame({"x": [1.0, 2.0, 3.0, 3.0, np.nan]})
    assert select(cases, ["x top 1"]).kept.index.tolist() == [2, 3]
    assert select(cases, ["x >= median"]).kept.index.tolist() == [2, 3]
    assert select(cases, ["x <= p25"]).kept.index.tolist() == [0]
    assert select(cases, ["x > 0"]).kept.index.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("x is large", "rule 'x is large': expected for example"),
        ("y > 1", "no column is named 'y'"),
        ("firm > 1", "column 'firm' is not numeric"),
    ],
)
def test_a_rule_that_cannot_be_applied_is_refused(rule, said):
    with pytest.raises(DataProblem) as refusal:
        select(pd.DataFrame({"firm": ["a"], "x": [1]}), [rule])
    assert said in str(refusal.value)


def test_chains_of_own_patents_are_followed_to_their_end():
    rows = [("A", f"P{i + 1}", f"P{i}", "A") for i in range(6)] + [("A", "P6", "P2", "A"), ("A", "P6", "Q", "B")]
    rows += [("B", "Q", "P1", "A"), ("B", "Q2", "", "")]
    found = read_citations(pd.DataFrame(rows, columns=["firm", "patent", "cited", "cited_firm"]))
    firms = found.firms.set_index("firm")
    assert firms.loc["A"].tolist() == [6, 8, 7, 7 / 8, 6]
    assert firms.loc["B"].tolist() == [2, 1, 0, 0.0, 0]
    assert found.network("A").number_of_edges() == 7
    with pytest.raises(DataProblem, match="no firm is named 'C'"):
        found.network("C")


def test_without_owners_a_citation_is_internal_if_the_firm_holds_the_cited_patent():
    rows = [("A", "P2", "P1"), ("A", "P1", "X"), ("B", "Q", "P1"), ("", "Z", "P1")]
    found = read_citations(pd.DataFrame(rows, columns=["firm", "patent", "cited"]))
    assert found.firms["self_citations"].tolist() == [1, 0]
    assert [str(r.place) for r in found.remarks] == ["DataFrame, row 5"]


def test_patents_that_cite_each_other_in_a_circle_are_remarked_and_end():
    rows = [("A", "P1", "P2"), ("A", "P2", "P1"), ("A", "P3", "P1")]
    found = read_citations(pd.DataFrame(rows, columns=["firm", "patent", "cited"]))
    assert found.firms.loc[0, "depth"] == 1
    assert "in a circle" in found.remarks[0].message.en


def test_a_library_that_is_not_installed_is_named_with_the_way_to_get_it():
    with pytest.raises(
        SourceError, match=r'nowhere_to_be_found; install it with: pip install "sme-sem\[qualitative\]"'
    ):
        library("nowhere_to_be_found", Words("reading minds", "读心"))
