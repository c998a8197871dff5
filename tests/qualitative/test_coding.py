import numpy as np
import pandas as pd
import pytest

from qualitative.corpora import MAIN, PROJECT, concepts, planted, project
from sme_sem.errors import DataProblem, SourceError
from sme_sem.qualitative import coding_tables, cooccurrence, frequencies, read_coding


@pytest.fixture
def coding():
    return read_coding(planted(25, lambda s, k: k % 25 <= s))


def test_a_planted_corpus_is_counted_exactly(coding):
    assert [len(coding.codes(level)) for level in ("concept", "category", "main_category")] == [85, 18, 6]
    table = frequencies(coding).table.set_index("code")
    expected = {concept: 25 - k % 25 for k, (concept, _) in enumerate(concepts())}
    assert table["sources"].to_dict() == table["segments"].to_dict() == expected
    assert table["percent"][concepts()[24][0]] == 4.0


def test_sixty_segments_of_six_sources_are_counted_exactly():
    # source s holds ten concepts from 5 s on: those of the odd fives are held by two sources
    sixty = read_coding(planted(6, lambda s, k: 5 * s <= k < 5 * s + 10))
    assert (len(sixty.segments), len(sixty.sources), len(sixty.codes("concept"))) == (60, 6, 35)
    assert frequencies(sixty).table["sources"].value_counts().to_dict() == {2: 25, 1: 10}
    table = frequencies(sixty, "category").table.set_index("code")
    assert table["segments"].tolist() == [10] * 5 + [5] * 2
    assert table["percent"].tolist() == [100 * 2 / 6] * 5 + [100 / 6] * 2
    main = frequencies(sixty, "main_category").by_source
    assert main.to_numpy().tolist() == [[10, 10, 5, 0, 0, 0], [0, 0, 5, 10, 10, 5], [0, 0, 0, 0, 0, 5]]


def test_categories_count_segments_of_all_their_concepts_and_each_source_once(coding):
    counted = frequencies(coding, "category")
    planted_segments = {}
    for k, (_, category) in enumerate(concepts()):
        planted_segments[category] = planted_segments.get(category, 0) + 25 - k % 25
    table = counted.table.set_index("code")
    assert table["segments"].to_dict() == planted_segments
    assert table.loc["M0C0", "sources"] == 25
    assert counted.by_source.loc["M0C0"].tolist() == [min(s + 1, 5) for s in range(25)]


def test_the_three_steps_of_coding_are_laid_out_as_papers_print_them(coding):
    opened, categories, axial = coding_tables(coding)
    assert len(opened.rows) == sum(25 - k % 25 for k in range(85))
    built = {row[0]: row for row in categories.rows}
    assert len(built) == 18
    assert built["M0C0"] == ("M0C0", 25, "、".join(f"M0C0-{i}" for i in range(5)))
    assert {(m, c) for m, c, _ in axial.rows} == {(m, c) for m, below in MAIN.items() for c in below}


def test_two_coders_of_one_segment_count_it_once():
    rows = [("F1", "Li", "a"), ("F1", "Wang", "a"), ("F2", "Li", "a")]
    frame = pd.DataFrame(rows, columns=["source", "coder", "concept"]).assign(segment="same words")
    assert frequencies(read_coding(frame)).table.loc[0, ["segments", "sources"]].tolist() == [2, 2]


def test_chinese_headings_and_gbk_files_are_read(tmp_path):
    file = tmp_path / "编码.csv"
    file.write_bytes("受访者,原始语句,初始概念,范畴,主范畴\n企业甲,需求变得快,用户需求,市场,外部\n".encode("gb18030"))
    coding = read_coding(file)
    assert coding.segments.loc[0, ["source", "concept", "main_category"]].tolist() == ["企业甲", "用户需求", "外部"]


def test_workbooks_are_read_and_own_headings_are_named(tmp_path):
    file = tmp_path / "codes.xlsx"
    pd.DataFrame({"who": ["F1"], "open": ["a"]}).to_excel(file, index=False)
    assert read_coding(file, {"source": "who", "concept": "open"}).codes() == ("a",)


def test_a_missing_column_is_named_with_what_would_do():
    with pytest.raises(SourceError) as refusal:
        read_coding(pd.DataFrame({"who": ["F1"], "concept": ["a"]}))
    assert str(refusal.value).startswith("DataFrame: 1 problem\n  source: no column of that name; expected 'source', ")


def test_a_wrong_name_of_a_column_is_answered_with_the_nearest():
    with pytest.raises(SourceError, match=r"source: no column is named 'whom'. Did you mean 'who'"):
        read_coding(pd.DataFrame({"who": ["F1"], "concept": ["a"]}), {"source": "whom"})


def test_rows_that_cannot_be_used_are_remarked_and_the_others_kept():
    frame = pd.DataFrame(
        [("F1", "a", "x"), ("", "b", "x"), ("F1", "", "x"), ("F1", "a", "x"), ("F2", "a", "y"), ("", "", "")],
        columns=["source", "concept", "category"],
    ).assign(segment=["words"] * 5 + [""])
    coding = read_coding(frame)
    assert len(coding.segments) == 2
    said = [(r.severity, str(r.place), r.message.en) for r in coding.remarks]
    assert said == [
        ("error", "DataFrame, row 3", "no source is named; the row was left out"),
        ("error", "DataFrame, row 4", "no concept is given; the row was left out"),
        ("warning", "DataFrame, row 5", "repeats an earlier row; counted once"),
        ("warning", "DataFrame", "a stands under more than one: x, y"),
    ]


def test_cooccurrence_is_the_product_of_who_holds_what(coding):
    result = cooccurrence(coding, "concept")
    held = frequencies(coding).by_source.to_numpy() > 0
    loop = [[int(np.sum(a & b)) for b in held] for a in held]
    assert result.matrix.to_numpy().tolist() == loop
    pair = result.edges.set_index(["first", "second"]).loc[("M0C0-0", "M0C0-1")]
    assert (pair["together"], pair["jaccard"]) == (24, 24 / 25)
    assert (cooccurrence(coding, "concept", within="segment").edges["together"] == 0).all()


def test_an_unknown_level_or_source_is_answered_with_the_nearest(coding):
    with pytest.raises(DataProblem, match="Did you mean 'category'"):
        frequencies(coding, "categry")
    with pytest.raises(DataProblem, match="no source is named 'firm 0'"):
        coding.of_sources(("firm 0",))


def test_a_project_of_the_exchange_format_is_read_with_levels_coders_and_groups(tmp_path):
    file = tmp_path / "project.qdpx"
    file.write_bytes(project(PROJECT, {"S1.txt": "A: price war, and", "S3.txt": "nothing coded"}))
    coding = read_coding(file)
    first = coding.segments.loc[0]
    assert first[["source", "segment", "concept", "category", "main_category", "coder"]].tolist() == [
        "Interview 1", "price war", "price war", "Market", "External guidance", "Li",
    ]  # fmt: skip
    assert first["definition"] == "Demand and rivalry"
    assert coding.segments["unit"].tolist() == [1, 1, 2, 3]
    assert coding.segments.loc[2, ["segment", "group"]].tolist() == ["用户需求", "government"]
    assert coding.sources == ("Interview 1", "Interview 2", "Interview 3")
    assert [r.message.en for r in coding.remarks] == [
        "a segment from 5 to 90 lies outside the text of 7 characters",
        "a segment names a code that the codebook lacks; left out",
    ]


def test_positions_count_characters_beyond_the_basic_plane_as_one(tmp_path):
    file = tmp_path / "p.qdpx"
    xml = PROJECT.replace("用户需求变化快", "😀用户需求").replace(
        'startPosition="0" endPosition="4"', 'startPosition="1" endPosition="5"'
    )
    file.write_bytes(project(xml, {"S1.txt": "A: price war"}))
    assert read_coding(file).segments.loc[2, "segment"] == "用户需求"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not a zip", "is no intact REFI-QDA archive"),
        (project(PROJECT)[:200], "is no intact REFI-QDA archive"),
        (project("<Project><Users>"), "project.qde is no well-formed XML"),
        (project("<Other/>"), "project.qde begins with <Other>; expected <Project>"),
        (project("<!DOCTYPE x [<!ENTITY a 'b'>]><Project/>"), "declares entities"),
        (project("<Project/>"), "the project holds no coded segment that could be read"),
    ],
)
def test_a_broken_project_is_refused_with_its_reason(tmp_path, content, said):
    file = tmp_path / "broken.qdpx"
    file.write_bytes(content)
    with pytest.raises(SourceError) as refusal:
        read_coding(file)
    assert said in str(refusal.value)


def test_a_damaged_stream_inside_an_archive_is_refused(tmp_path):
    content = bytearray(project(PROJECT * 1))
    content[60:200] = bytes(140)
    file = tmp_path / "damaged.qdpx"
    file.write_bytes(bytes(content))
    with pytest.raises(SourceError, match="export the project again"):
        read_coding(file)


def test_texts_missing_from_an_archive_leave_segments_known_by_position(tmp_path):
    file = tmp_path / "project.qdpx"
    file.write_bytes(project(PROJECT))
    coding = read_coding(file)
    assert "its text is not in the archive" in coding.remarks[0].message.en
    assert coding.segments["unit"].tolist() == [1, 1, 2, 3]
