"""An instrument as the files in which it is fielded, printed and documented: one module for each format."""

from .export import default_name, export_instrument
from .formats import FORMATS, Format, format_named

__all__ = ["FORMATS", "Format", "default_name", "export_instrument", "format_named"]
