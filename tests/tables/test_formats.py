import io
from dataclasses import dataclass

import docx
import pytest

from sme_sem import SpecificationError
from sme_sem.tables import Column, Kind, Table, Tabled, latex
from sme_sem.tables.formats import FORMATS, rendered, save
from tables import readers
from tables.examples import MODELS, PATHS


@dataclass(frozen=True)
class Result(Tabled):
    shown: tuple

    def tables(self):
        return self.shown


def test_a_result_goes_to_every_format_by_its_name():
    result = Result((PATHS,))
    for name in FORMATS:
        content = result.to(name, "zh")
        assert isinstance(content, bytes if name in ("word", "excel") else str)
        assert content == rendered([PATHS], name, "zh")


def test_a_file_is_written_in_the_format_of_its_suffix_and_opens_by_itself(tmp_path):
    result = Result((PATHS, MODELS))
    for suffix, start in {
        ".tex": b"\\documentclass",
        ".html": b"<!doctype html>",
        ".md": b"**Path",
        ".docx": b"PK",
    }.items():
        path = result.save(tmp_path / "new" / f"tables{suffix}")
        assert path.read_bytes().startswith(start)
    assert result.save(tmp_path / "T.DOCX").read_bytes() == result.to("word")
    assert [len(t.rows) for t in docx.Document(tmp_path / "T.DOCX").tables] == [4, 5]


def test_chinese_comes_back_from_every_file(tmp_path):
    for suffix in (".txt", ".md", ".tex", ".html"):
        assert "信任" in save([PATHS], tmp_path / f"t{suffix}", "zh").read_text(encoding="utf-8")


def test_an_unknown_format_or_suffix_is_refused_with_what_there_is():
    with pytest.raises(SpecificationError) as refusal:
        Result((PATHS,)).to("latx")
    assert str(refusal.value) == (
        "unknown format 'latx'. Did you mean 'latex'? Known are text, markdown, latex, html, json, csv, word, excel."
    )
    with pytest.raises(SpecificationError) as refusal:
        Result((PATHS,)).save("tables.pdf")
    assert str(refusal.value) == (
        "tables.pdf: no format has the suffix '.pdf'; it can be one of .txt, .md, .tex, .html, .json, .csv, "
        ".docx, .xlsx."
    )


def test_csv_refuses_two_tables_and_says_what_would_do(tmp_path):
    for ask in (lambda r: r.to("csv"), lambda r: r.save(tmp_path / "two.csv")):
        with pytest.raises(
            SpecificationError, match=r"csv holds one table, and here are 2 \(paths, models\): take excel"
        ):
            ask(Result((PATHS, MODELS)))
    assert not (tmp_path / "two.csv").exists()


def test_a_csv_file_begins_with_the_mark_by_which_excel_knows_chinese(tmp_path):
    assert Result((PATHS,)).save(tmp_path / "t.csv", "zh").read_bytes().startswith(b"\xef\xbb\xbfpath,")


def test_every_printing_format_shows_the_same_cells():
    grids = {
        "word": readers.of_word(rendered([MODELS], "word"))[1:],
        "html": readers.of_html(rendered([MODELS], "html"))[1:],
        "latex": readers.of_latex(rendered([MODELS], "latex").replace("$\\leftarrow$", "←"))[1:],
    }
    stripped = {name: [[cell.strip() for cell in row] for row in rows] for name, rows in grids.items()}
    assert stripped["word"] == [
        ["", "Path", "b", "p", "b"],
        ["Path", "use ← trust", "0.500***", "< .001", "-0.250*"],
        ["", "use ← cost", "0.100", ".400", ""],
        ["Model fit", "df", "30", "", "31"],
    ]
    assert stripped["word"] == stripped["html"] == stripped["latex"]
    assert readers.of_markdown(rendered([MODELS], "markdown"))[1:] == stripped["word"][1:]


def test_a_minus_is_a_minus_sign_where_it_is_looked_at_and_a_hyphen_where_it_is_read():
    columns = (Column("sign", "Expected"), Column("b", "b", Kind.COEFFICIENT), Column("ci", "CI"))
    table = Table("t", "T", columns, (("-", -0.25, "[-.3, -.2]"),)).noted("b = -.1")
    html = rendered([table], "html")
    assert [f">{cell}<" in html for cell in ("−", "−.250", "[−.3, −.2]")] == [True] * 3 and "= −.1" in html
    document = docx.Document(io.BytesIO(rendered([table], "word")))
    assert [cell.text for cell in document.tables[0].rows[1].cells] == ["−", "−.250", "[−.3, −.2]"]
    latex_rows = rendered([table], "latex")
    assert "$-$ & $-$.250 & [$-$.3, $-$.2] \\\\" in latex_rows and "= $-$.1" in latex_rows
    for form in ("text", "markdown", "csv", "json"):
        assert "−" not in rendered([table], form)


def test_a_document_in_english_that_holds_chinese_loads_its_fonts():
    assert "ctex" not in latex.document([PATHS], "en")
    assert "scheme=plain]{ctex}" in latex.document([PATHS.noted("信度")], "en")
    assert latex.document([PATHS], "zh").startswith("% XeLaTeX\n\\documentclass[UTF8,zihao=false]{ctexart}")


def test_a_banner_stands_at_the_head_of_every_page():
    from sme_sem.tables import excel, html, word

    document = docx.Document(io.BytesIO(word.render([PATHS], banner="synthetic & drawn")))
    assert document.sections[0].header.paragraphs[0].text == "synthetic & drawn"
    assert "\\markboth{synthetic \\& drawn}" in latex.document([PATHS], banner="synthetic & drawn")
    assert "<strong>synthetic &amp; drawn</strong>" in html.page([PATHS], banner="synthetic & drawn")
    assert readers.of_excel(excel.render([PATHS], banner="drawn"))[0][0] == "Path coefficients"


def test_a_construct_called_like_a_statistic_is_no_symbol_in_a_heading():
    from sme_sem.tables import html

    columns = (Column("construct", "Construct"), Column("SD", "SD", Kind.COEFFICIENT, named=True), Column("p", "p"))
    table = Table("htmt", "HTMT", columns, (("M", 0.5, 0.1),))
    assert "| Construct | SD | *p* |" in rendered([table], "markdown")
    assert "Construct & SD & \\textit{p}" in rendered([table], "latex")
    assert ">SD</th>" in html.render(table) and "<i>p</i></th>" in html.render(table)
    (heads, *_) = docx.Document(io.BytesIO(rendered([table], "word"))).tables[0].rows
    assert [cell.paragraphs[0].runs[0].italic for cell in heads.cells] == [None, None, True]
