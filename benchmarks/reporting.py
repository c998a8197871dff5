"""Write everything that is handed over of a study that has been run: CPU seconds, language by language.

The answers come with the instrument.  The first language also pays for loading what draws figures and writes Word
and Excel files.  Run as ``python benchmarks/reporting.py [INSTRUMENT]``.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from sme_sem.opening import demo_study


def main() -> None:
    name = sys.argv[1] if sys.argv[1:] else "bmi-drivers"
    results = demo_study(name).run()
    begun = last = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        for language in ("en", "zh"):
            written = results.save(Path(folder) / language, language)
            now = time.process_time()
            files = [path for path in written.rglob("*") if path.is_file()]
            size = sum(path.stat().st_size for path in files) / 1e6
            print(f"{language}: {len(files)} files, {size:.1f} MB, {now - last:.1f} s", flush=True)
            last = now
    print(f"both: {last - begun:.1f} s")


if __name__ == "__main__":
    main()
