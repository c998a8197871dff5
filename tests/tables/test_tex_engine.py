"""Tables through a TeX engine; skipped where there is none."""

import shutil
import subprocess

import pytest

from sme_sem.tables import Column, Kind, Table, latex
from tables.test_odd_texts import ODD


@pytest.mark.skipif(shutil.which("xelatex") is None, reason="no XeLaTeX is installed")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_whatever_somebody_wrote_can_be_typeset(language, tmp_path):
    missing = [name for name in ("ctexart.cls", "threeparttable.sty") if not found(name)]
    if missing:
        pytest.skip(f"TeX lacks {', '.join(missing)}")
    columns = (Column("a", "Text"), Column("n", "n", Kind.COUNT))
    tables = [Table(f"t{i}", text, columns, ((text, 1), (text, 2)), (text,)) for i, text in enumerate(ODD)]
    (tmp_path / "odd.tex").write_text(latex.document(tables, language), encoding="utf-8")
    run = subprocess.run(
        ["xelatex", "-interaction=nonstopmode", "-halt-on-error", "odd.tex"],
        cwd=tmp_path,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout.decode("utf-8", "replace")[-2000:]
    assert (tmp_path / "odd.pdf").read_bytes().startswith(b"%PDF")


def found(name):
    return bool(subprocess.run(["kpsewhich", name], capture_output=True, timeout=60, check=False).stdout.strip())
