import re

import pytest

from sme_sem.tables import Column, Kind, Table, latex
from tables.examples import HOSTILE, MODELS, PATHS


def test_a_table_has_booktabs_rules_a_caption_a_label_and_notes():
    assert latex.render(MODELS) == (
        "\\begin{table}[htbp]\n\\centering\n\\begin{threeparttable}\n\\caption{Two models}\\label{tab:models}\n"
        "\\begin{tabular}{@{}llrrr@{}}\n\\toprule\n"
        "& & \\multicolumn{2}{c}{Full mediation} & \\multicolumn{1}{c}{Partial mediation} \\\\\n"
        "\\cmidrule(lr){3-4}\\cmidrule(lr){5-5}\n"
        " & Path & \\textit{b} & \\textit{p} & \\textit{b} \\\\\n\\midrule\n"
        "Path & use $\\leftarrow$ trust & 0.500*** & $<$~.001 & $-$0.250* \\\\\n"
        " & use $\\leftarrow$ cost & 0.100 & .400 &  \\\\\n"
        "Model fit & df & 30 &  & 31 \\\\\n\\bottomrule\n\\end{tabular}\n"
        "\\begin{tablenotes}[flushleft]\\footnotesize\n"
        "\\item \\textit{Note.} \\textit{b}: unstandardized.\n"
        "\\item *** \\textit{p} $<$ .001, ** \\textit{p} $<$ .01, * \\textit{p} $<$ .05.\n"
        "\\end{tablenotes}\n\\end{threeparttable}\n\\end{table}"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("50% of R&D_1 #2", "50\\% of R\\&D\\_1 \\#2"),
        ("\\input{x}", "\\textbackslash{}input\\{x\\}"),
        ("a -- b", "a -{}- b"),
        ("χ² ≤ 3", "$\\chi$$^{2}$ $\\leq$ 3"),
        ("H₀", "H$_{0}$"),
        ("“so”", "``so''"),
        ("[1]", "{}[1]"),
        ("*", "{}*"),
    ],
)
def test_what_tex_would_act_upon_is_escaped(text, written):
    table = Table("t", "t", (Column("a", "A"),), ((text,),))
    assert latex.render(table).splitlines()[8] == f"{written} \\\\"


def test_a_word_too_long_for_a_line_may_be_broken():
    body = latex.render(Table("t", "t", (Column("a", "A"),), (("x" * 60,),)))
    assert body.count("\\allowbreak{}") == 2 and body.count("x") == 60


def test_a_long_label_gets_a_paragraph_of_a_given_width_that_the_page_can_hold():
    table = Table("t", "t", (Column("a", "A"), Column("n", "N", Kind.COUNT)), (("word " * 60, 3),))
    widths = re.findall(r">\{\\ragged\w+\\arraybackslash\}p\{([\d.]+)em\}", latex.render(table))
    assert len(widths) == 2
    assert 40 < sum(map(float, widths)) < 46  # a line of A4 less margins holds some 46 em


def test_a_broad_table_is_turned_and_a_long_one_goes_over_pages_with_its_headings():
    columns = tuple(Column(f"c{i}", f"Coefficient{i:02}", Kind.STATISTIC) for i in range(12))
    assert "\\begin{sidewaystable}" in latex.render(Table("t", "t", columns, ((-1234.5,) * 12,)))
    long = latex.render(Table("t", "t", columns, ((-1234.5,) * 12,) * 60, ("N = 3.",)))
    assert long.startswith("\\begin{landscape}") and long.endswith("\\end{landscape}")
    assert long.count("Coefficient00") == 2 and "\\endhead" in long and "\\textit{N} = 3." in long


def test_environments_and_braces_are_balanced_whatever_the_table():
    for table in (PATHS, HOSTILE, MODELS):
        written = latex.document([table, table], "zh")
        assert re.findall(r"\\begin\{(\w+)", written).__len__() == written.count("\\end{")
        bare = re.sub(r"\\[{}]", "", written)
        assert bare.count("{") == bare.count("}")


def test_labels_of_a_document_differ():
    assert re.findall(r"\\label\{(.*?)\}", latex.document([PATHS, PATHS])) == ["tab:paths", "tab:paths_2"]


def test_a_table_of_few_rows_and_many_lines_goes_over_several_pages():
    columns = (Column("name", "Name"), Column("meaning", "Meaning"), Column("source", "Source"))
    rows = tuple((f"Index {i}", "What it means, said at some length. " * 6, "Somebody (1999)") for i in range(20))
    assert "\\begin{longtable}" in latex.render(Table("t", "t", columns, rows))
    assert "\\begin{longtable}" not in latex.render(Table("t", "t", columns, rows[:8]))
    assert "\\begin{longtable}" in latex.render(Table("t", "t", columns, rows[:8], ("A note. " * 400,)))
