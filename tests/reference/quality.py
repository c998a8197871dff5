"""Makes quality.json: what the package insufficient-effort (1.13.1) finds in the answers that stand there.

In this folder, with that package installed: python quality.py
"""

import json
from pathlib import Path

import ier
import numpy as np

FILE = Path(__file__).with_suffix(".json")
reference = json.loads(FILE.read_text(encoding="utf-8"))
answers = np.array(reference["answers"])
turned = np.where(np.arange(12) % 3 == 2, 6 - answers, answers)  # every third item is worded in reverse
scales = np.split(turned, 4, axis=1)
found = {
    "long_string": ier.longstring_scores(answers),
    "average_string": ier.longstring_scores(answers, avg=True),
    "irv_population": ier.irv(answers),
    "even_odd": ier.evenodd(turned, [3, 3, 3, 3], method="halves"),
    "synonyms": ier.psychsyn(answers, 0.6),
    "antonyms": ier.psychant(answers, -0.6),
    "mahalanobis_root": ier.mahad(answers),
    "person_total": ier.person_total(answers),
    "guttman": [ier.gpoly(scale, normalize=False) for scale in scales],
    "guttman_normed_first_scale": ier.gpoly(scales[0]),
}
for name, values in found.items():
    values = np.asarray(values, dtype=float)
    reference[name] = np.where(np.isnan(values), None, values).tolist()
FILE.write_text(json.dumps(reference) + "\n", encoding="utf-8")
