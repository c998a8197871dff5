"""What holds for every test: no window is opened, and hypothesis draws the same examples each time."""

import os

from hypothesis import HealthCheck, settings

os.environ["MPLBACKEND"] = "Agg"

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,  # a busy machine is not a failure
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")

collect_ignore = ["reference/quality.py"]  # it needs a package of its own
