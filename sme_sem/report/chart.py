"""A chart as a drawing whose PDF holds lines and letters: it can be enlarged, searched and copied from."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from ..diagrams.picture import Picture
from .canvas import style, svg_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CHINESE = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Arial Unicode MS",
)


class Chart(Picture):
    """The text of one SVG document, with what it was drawn from."""

    __slots__ = ("figure",)
    figure: Figure

    def pdf(self) -> bytes:
        """Draw lines and letters on a page; as a picture where no installed font has the letters."""
        with style(), warnings.catch_warnings():
            warnings.filterwarnings("error", message=r"Glyph \d+ .* missing from")
            try:
                return _lines_and_letters(self.figure)
            except UserWarning:
                return super().pdf()


def chart_of(figure: Figure) -> Chart:
    """Give a chart as a drawing."""
    chart = Chart(svg_of(figure))
    chart.figure = figure
    return chart


def _lines_and_letters(figure: Figure) -> bytes:
    """Write a page without date or program name, its letters those of installed fonts."""
    from matplotlib import font_manager
    from matplotlib.text import Text

    installed = set(font_manager.get_font_names())
    family = ["DejaVu Sans", *(name for name in _CHINESE if name in installed)]
    for text in figure.findobj(Text):
        text.set_fontfamily(family)
    stream = io.BytesIO()
    figure.savefig(stream, format="pdf", metadata=dict.fromkeys(("Creator", "Producer", "CreationDate")))
    return stream.getvalue()
