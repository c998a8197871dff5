"""What was answered: files of answers read, checked against the instrument, and screened."""

from .read import PLATFORMS, read_responses
from .responses import Responses
from .sample import sample_table
from .screening import Screening, screen

__all__ = ["PLATFORMS", "Responses", "Screening", "read_responses", "sample_table", "screen"]
