"""A sheet for charts of rectangles and words: written as SVG at once, a tenth of the time a drawing library takes.

Places are inches from the upper left corner; a text stands at the middle of its line.
"""

from __future__ import annotations

from html import escape
from typing import Literal

from ..diagrams.fonts import FONT_FAMILY
from .canvas import INK, SIZE


class Sheet:
    """A white sheet of so many inches that grows by rectangles, lines and texts.

    Examples
    --------
    >>> sheet = Sheet(2.0, 1.0)
    >>> sheet.text("R & D", 0.5, 0.5)
    >>> ">R &amp; D<" in sheet.svg()
    True
    """

    def __init__(self, across: float, up: float) -> None:
        self._size = f'width="{_points(across)}pt" height="{_points(up)}pt"'
        self._frame = f"0 0 {_points(across)} {_points(up)}"
        self._drawn: list[str] = []

    def rectangle(self, x: float, y: float, across: float, up: float, colour: str, edge: str = "none") -> None:
        """Fill a rectangle, its edge in a colour of its own."""
        size = f'width="{_points(across)}" height="{_points(up)}"'
        self._drawn.append(f'<rect x="{_points(x)}" y="{_points(y)}" {size} fill="{colour}" stroke="{edge}"/>')

    def line(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """Draw a thin line."""
        ends = f'x1="{_points(x)}" y1="{_points(y)}" x2="{_points(to_x)}" y2="{_points(to_y)}"'
        self._drawn.append(f'<line {ends} stroke="{INK}"/>')

    def text(
        self,
        said: str,
        x: float,
        y: float,
        *,
        size: float = SIZE,
        colour: str = INK,
        anchor: Literal["start", "middle", "end"] = "start",
        turned: float = 0.0,
    ) -> None:
        """Write one line that begins, has its middle or ends at a place; turned to the left by degrees."""
        at = f'x="{_points(x)}" y="{_points(y + 0.36 * size / 72)}"'
        turn = f' transform="rotate({-turned:g} {_points(x)} {_points(y)})"' if turned else ""
        look = f'font-size="{size:g}" fill="{colour}" text-anchor="{anchor}"'
        self._drawn.append(f"<text {at} {look}{turn}>{escape(said)}</text>")

    def svg(self) -> str:
        """Give the document."""
        head = f'<svg role="img" xmlns="http://www.w3.org/2000/svg" {self._size} viewBox="{self._frame}"'
        ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
        look = f'font-family="{FONT_FAMILY}" stroke-width="0.8"'
        return "\n".join([f"{head} {look}>", ground, *self._drawn, "</svg>\n"])


def _points(inches: float) -> str:
    return f"{round(72 * inches, 2) + 0.0:g}"
