"""Figure -> PNG, for documents that cannot hold SVG.

Drawn by resvg with the fonts of the system, so that Chinese is shown wherever a Chinese font is installed.
"""

from __future__ import annotations

import re

_POINTS = {"pt": 1.0, "px": 0.75, "": 0.75}
_SIZE = re.compile(r'<svg\b[^>]*?\swidth="([\d.]+)(pt|px|)"')


def png(svg: str, zoom: float = 2.0) -> bytes:
    """Draw an SVG document on white.

    >>> png('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"/>')[1:4]
    b'PNG'
    """
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom, dpi=96, background="#ffffff"))


def points(svg: str) -> float:
    """Width of an SVG document in points.

    >>> points('<svg width="96px" height="3"/>'), points('<svg height="3pt" width="72pt"/>')
    (72.0, 72.0)
    """
    size = _SIZE.search(svg)
    assert size is not None, "a figure states its width"
    return float(size[1]) * _POINTS[size[2]]
