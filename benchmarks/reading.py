"""Read, validate, screen and condense a large file of answers: CPU seconds, memory, and whether time grows linearly.

60 items of five points and 4 metadata columns, drawn with a fixed seed; one answer in a thousand is missing, one
respondent in a hundred answered twice.  The answers as read are let go once they are screened.  Run as
``python benchmarks/reading.py [RESPONDENTS ...]``; each size runs in a process of its own, so that the peak is its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import sme_sem as sme
from sme_sem.instrument import Instrument
from sme_sem.responses.moments import moments_of_answers

ITEMS, CONSTRUCTS, SEED = 60, 12, 2026
SIZES = (50_000, 100_000)
WIDTHS = (10, 8, 12, 8, 8, 8, 14, 6)


def instrument() -> Instrument:
    each = ITEMS // CONSTRUCTS
    constructs = [
        {
            "name": f"C{c}",
            "label": f"Construct {c}",
            "items": [
                {"id": f"c{c}_{i}", "wording": f"Item {i} of {c}", "reversed": i == each} for i in range(1, each + 1)
            ],
        }
        for c in range(1, CONSTRUCTS + 1)
    ]
    metadata = [{"id": "id", "meaning": "respondent_id"}, {"id": "submitted", "meaning": "submitted_at"}]
    metadata += [{"id": "seconds", "meaning": "duration_s"}, {"id": "source", "meaning": "source"}]
    scales = {"agreement": {"lowest": 1, "highest": 5, "missing_codes": [-9]}}
    document = {"name": "large", "title": "Large", "response_scales": scales, "constructs": constructs}
    return Instrument.model_validate(document | {"metadata": metadata})


def write(path: Path, n: int) -> None:
    rng = np.random.default_rng(SEED)
    symbols = np.array(["1", "2", "3", "4", "5", "-9"])
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(["id", "submitted", "seconds", "source", *instrument().item_ids]) + "\n")
        for start in range(0, n, 20_000):
            rows = min(20_000, n - start)
            general = rng.standard_normal((rows, 1))
            answers = np.clip(np.round(3 + general + rng.standard_normal((rows, ITEMS))), 1, 5).astype(int) - 1
            answers[rng.random(answers.shape) < 0.001] = 5
            seconds = rng.integers(60, 1800, rows)
            for i, own in enumerate(symbols[answers]):
                minute = start + i
                day = f"2026-{minute // 43200 % 12 + 1:02d}-{minute // 1440 % 28 + 1:02d}"
                clock = f"{minute // 60 % 24:02d}:{minute % 60:02d}:00"
                person = minute - minute % 100 // 99  # the last of a hundred is the one before
                file.write(f"R{person:07d},{day} {clock},{seconds[i]},web,{','.join(own)}\n")


def run(path: Path) -> None:
    """Time each step once, and print one line."""
    asked = instrument()
    steps, begun = [], time.process_time()

    def lap() -> None:
        nonlocal begun
        steps.append(time.process_time() - begun)
        begun = time.process_time()

    responses = sme.read_responses(path, asked)
    lap()
    n, kept = responses.collected, sme.screen(responses).responses()
    del responses
    lap()
    moments = moments_of_answers(kept.frame, asked.item_ids)
    lap()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    total = sum(steps)
    assert moments.covariance.shape == (1, ITEMS, ITEMS)
    figures = (f"{n:,}", f"{path.stat().st_size / 1e6:.0f}", *(f"{step:.1f}" for step in (*steps, total)))
    figures += (f"{n / total:,.0f}", f"{peak:.2f}")
    print(" ".join(f"{figure:>{width}}" for figure, width in zip(figures, WIDTHS, strict=True)), flush=True)


def main() -> None:
    if sys.argv[1:2] == ["--file"]:
        run(Path(sys.argv[2]))
        return
    heads = ("n", "file MB", "read, check", "screen", "moments", "total s", "respondents/s", "GiB")
    print(" ".join(f"{head:>{width}}" for head, width in zip(heads, WIDTHS, strict=True)), flush=True)
    for n in map(int, sys.argv[1:]) if sys.argv[1:] else SIZES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "answers.csv"
            write(path, n)
            subprocess.run([sys.executable, __file__, "--file", str(path)], check=True)


if __name__ == "__main__":
    main()
