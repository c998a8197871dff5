"""How each survey platform writes its files, and how to tell which of them wrote one."""

from .platform import Adapted, Heading, Platform
from .recognising import NAMES, REGISTRY, adapted

__all__ = ["NAMES", "REGISTRY", "Adapted", "Heading", "Platform", "adapted"]
