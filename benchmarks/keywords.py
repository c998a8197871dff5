"""Count keywords in a made corpus of annual reports: reports a second, and memory, by number of workers.

Reports are drawn clause by clause with a fixed seed from the made vocabulary below; a theme's keyword stands in one
clause of ten, and the counts are checked against what was planted.  Run as
``python benchmarks/keywords.py [REPORTS [CHARACTERS]]``; each number of workers runs in a process of its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from joblib.externals.loky import get_reusable_executor

from sme_sem.qualitative import count_keywords
from sme_sem.qualitative import keywords as counting

REPORTS, CHARACTERS, SEED, WORKERS = 1556, 100_000, 2026, (1, 2)
THEMES = {
    "micro-innovation": ["微创新", "迭代创新", "渐进式创新"],
    "digital": ["云计算", "大数据", "人工智能", "物联网", "区块链", "数字化转型", "智能制造", "工业互联网", "5G"],
}
KEYWORDS = [word for words in THEMES.values() for word in words]
SUBJECTS = ["公司", "报告期内", "董事会", "管理层", "子公司", "募投项目", "研发团队", "主要客户", "审计机构", "我们"]
VERBS = ["持续推进", "不断完善", "稳步提高", "严格执行", "积极拓展", "进一步优化", "重点关注", "全面落实"]
OBJECTS = ["内部控制", "产品质量", "市场渠道", "供应链管理", "营业收入", "知识产权", "生产工艺", "人才培养", "现金流量"]
ENDS = ["，", "，", "。", "；", "。\n"]
WIDTHS = (8, 8, 13, 8, 8, 10, 10, 8, 12)


def write(folder: Path, reports: int, characters: int) -> dict[str, int]:
    """Write the reports, and give how often each keyword was planted."""
    rng = np.random.default_rng(SEED)
    planted = dict.fromkeys(KEYWORDS, 0)
    parts = [np.array(words, dtype=object) for words in (SUBJECTS, VERBS, OBJECTS, ENDS, KEYWORDS)]
    clauses = round(characters / 12.5)  # characters of a clause, on average
    for report in range(reports):
        subject, verb, thing, end, keyword = (words[rng.integers(len(words), size=clauses)] for words in parts)
        thing = np.where(rng.random(clauses) < 0.1, keyword, thing)
        for word, times in zip(
            *np.unique(thing[np.isin(thing, KEYWORDS)].astype(str), return_counts=True), strict=True
        ):
            planted[str(word)] += int(times)
        text = "".join((subject + verb + thing + end).tolist())
        (folder / f"{600_000 + report}_2020.txt").write_text(text, encoding="utf-8")
    return planted


def run(folder: Path, workers: int) -> None:
    """Count once, and print one line."""
    planted = json.loads((folder / "planted.json").read_text(encoding="utf-8"))
    counting._FEW = 0  # start the workers whatever it costs
    begun = time.perf_counter()
    counted = count_keywords(folder, THEMES, workers=workers, progress=True)
    seconds = time.perf_counter() - begun
    assert counted.counts.sum().to_dict() == planted
    reports, characters = len(counted.documents), int(counted.documents["characters"].sum())
    get_reusable_executor().shutdown(wait=True)  # a worker's memory and time are known when it has ended
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    own, theirs = (one.ru_maxrss / 1024 for one in used)
    figures = (f"{workers}", f"{reports:,}", f"{characters / 1e6:.1f}", f"{seconds:.1f}", f"{cpu:.1f}")
    figures += (f"{reports / seconds:,.0f}", f"{characters / seconds / 1e6:.2f}", f"{own:.0f}", f"{theirs:.0f}")
    print(" ".join(f"{figure:>{width}}" for figure, width in zip(figures, WIDTHS, strict=True)), flush=True)


def main() -> None:
    if sys.argv[1:2] == ["--folder"]:
        run(Path(sys.argv[2]), int(sys.argv[3]))
        return
    reports, characters = (*map(int, sys.argv[1:3]), *(REPORTS, CHARACTERS)[len(sys.argv[1:3]) :])
    heads = ("workers", "reports", "characters M", "s", "CPU s", "reports/s", "M chars/s", "MiB", "of a worker")
    print(" ".join(f"{head:>{width}}" for head, width in zip(heads, WIDTHS, strict=True)), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        planted = write(Path(folder), reports, characters)
        (Path(folder) / "planted.json").write_text(json.dumps(planted), encoding="utf-8")
        for workers in WORKERS:
            subprocess.run([sys.executable, __file__, "--folder", folder, str(workers)], check=True)


if __name__ == "__main__":
    main()
