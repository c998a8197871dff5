"""How many respondents are needed: power, bias and coverage by simulation, and the power of the test of overall fit."""

from .overall import rmsea_power, rmsea_sample_size
from .power import Power, power

__all__ = ["Power", "power", "rmsea_power", "rmsea_sample_size"]
