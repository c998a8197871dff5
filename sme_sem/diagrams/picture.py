"""Figures as files: SVG as it is, PNG and PDF for documents that cannot hold SVG.

PNG is drawn by resvg with the fonts of the system, so that Chinese is shown wherever a Chinese font is installed.  PDF
is one page of the picture's size that holds it at 300 dots per inch.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable
from pathlib import Path

from ..errors import SpecificationError
from ..tables.storing import require_path, store
from ..words import Words, at

_POINTS = {"pt": 1.0, "px": 0.75, "": 0.75}


def png(svg: str, zoom: float = 2.0) -> bytes:
    """Draw an SVG document on white.

    >>> png('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"/>')[1:4]
    b'PNG'
    """
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom, dpi=96, background="#ffffff"))


def points(svg: str) -> tuple[float, float]:
    """Width and height of an SVG document in points.

    >>> points('<svg width="96px" height="48"/>'), points('<svg height="3pt" width="72pt"/>')
    ((72.0, 36.0), (72.0, 3.0))
    """
    (across, unit), (up, unit_up) = (_size(svg, side) for side in ("width", "height"))
    return across * unit, up * unit_up


def letters(svg: str) -> float:
    """Size of the smallest letters of an SVG document, in points; infinite where there are none.

    >>> letters('<svg width="96px" height="48"><text font-size="11">a</text><text font-size="13">b</text></svg>')
    8.25
    """
    sizes = re.findall(r'\bfont(?:-size="|-size: |: )([\d.]+)', svg)
    return min(map(float, sizes), default=math.inf) * _size(svg, "width")[1]


def _size(svg: str, side: str) -> tuple[float, float]:
    """Give the width or the height as written, and the points of its unit."""
    found = re.search(rf'<svg\b[^>]*?\s{side}="([\d.]+)(pt|px|)"', svg)
    assert found is not None, "a figure states its size"
    return float(found[1]), _POINTS[found[2]]


def pdf(svg: str) -> bytes:
    """Draw an SVG document on a page of its size.

    >>> pdf('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"/>')[:4]
    b'%PDF'
    """
    from PIL import Image

    zoom = 300 / 96
    stream = io.BytesIO()
    with Image.open(io.BytesIO(png(svg, zoom))) as drawn:
        drawn.convert("RGB").save(stream, "PDF", resolution=300, quality=95, creationDate=None, modDate=None)
    return stream.getvalue()


class Picture(str):
    """A drawing: the text of one SVG document, shown by notebooks, saved by ``save``."""

    __slots__ = ()

    @property
    def svg(self) -> str:
        """The document alone."""
        return str(self)

    def __repr__(self) -> str:
        return f"<Picture: SVG of {len(self):,} characters>"

    def save(self, path: str | Path) -> Path:
        """Write the drawing to a file, as a whole or not at all, and return its path.

        Parameters
        ----------
        path
            Ending in .svg, .png or .pdf.

        Raises
        ------
        SpecificationError
            The path has another ending, or is none.
        ExportError
            The file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Picture('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"/>').save(f"{folder}/a.png").name
        'a.png'
        """
        require_path(path)
        suffix = Path(path).suffix.lower()
        if suffix not in _WRITTEN:
            raise SpecificationError(at(str(path), _ENDINGS))
        return store(path, _WRITTEN[suffix](self))

    def pdf(self) -> bytes:
        """Draw it on a page of its size, as a file's bytes."""
        return pdf(self.svg)

    def _repr_svg_(self) -> str:
        return str(self)


_ENDINGS = Words(
    "a drawing is saved as .svg, .png or .pdf; choose one of these endings.",
    "图形可保存为.svg、.png或.pdf；请选用其中一种后缀。",
)
_WRITTEN: dict[str, Callable[[Picture], bytes]] = {".svg": str.encode, ".png": png, ".pdf": lambda own: own.pdf()}
