"""A drawing as an SVG file."""

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from exports.drawing import Box, Drawing, Label, Line, Mark

FONTS = "FiraGO, 'Noto Sans', 'DejaVu Sans', sans-serif"
MARGIN, HEADING = 10.0, 24.0
RADIUS = 2.4
NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # not even as a reference


def svg_of(drawing: Drawing, heading: str = "") -> str:
    """The drawing with its title above, and a line of `heading` beside it for what it is of."""
    width, height = drawing.width + 2 * MARGIN, drawing.height + HEADING + 2 * MARGIN
    title = f"{drawing.title}{f' · {heading}' if heading else ''}"
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
            f'height="{height:g}" font-family="{FONTS}" role="img">',
            f"<title>{_escaped(title)}</title>",
            f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>',
            f'<text x="{MARGIN:g}" y="{MARGIN + 12:g}" font-size="11" font-weight="bold">{_escaped(title)}</text>',
            f'<g transform="translate({MARGIN:g} {MARGIN + HEADING:g})">',
            *_elements(drawing.shapes),
            "</g></svg>\n",
        )
    )


def _elements(shapes: Iterable[Box | Line | Mark | Label]) -> Iterable[str]:
    for shape in shapes:
        match shape:
            case Box():
                fill = "none" if shape.fill is None else _grey(shape.fill)
                stroke = "" if shape.outline is None else f' stroke="{_grey(shape.outline)}" stroke-width="0.5"'
                yield (
                    f'<rect x="{shape.x:.2f}" y="{shape.y:.2f}" width="{shape.width:.2f}" height="{shape.height:.2f}" '
                    f'fill="{fill}"{stroke}/>'
                )
            case Line():
                points = " ".join(f"{x:.2f},{y:.2f}" for x, y in shape.points)
                dashes = f' stroke-dasharray="{" ".join(f"{d:g}" for d in shape.dashes)}"' if shape.dashes else ""
                yield (
                    f'<polyline points="{points}" fill="none" stroke="{_grey(shape.grey)}" '
                    f'stroke-width="{shape.width:g}"{dashes}/>'
                )
            case Mark():
                yield _mark(shape)
            case Label():
                weight = ' font-weight="bold"' if shape.bold else ""
                yield (
                    f'<text x="{shape.x:.2f}" y="{shape.y:.2f}" font-size="{shape.size:.2f}" '
                    f'text-anchor="{shape.anchor}" fill="{_grey(shape.grey)}"{weight}>{_escaped(shape.text)}</text>'
                )


def _escaped(text: str) -> str:
    return escape(NOT_XML.sub("\ufffd", text))


def _mark(mark: Mark) -> str:
    style = f'fill="{"#000" if mark.filled else "#fff"}" stroke="#000" stroke-width="0.75"'
    if mark.shape == "circle":
        return f'<circle cx="{mark.x:.2f}" cy="{mark.y:.2f}" r="{RADIUS}" {style}/>'
    side = 2 * RADIUS
    return f'<rect x="{mark.x - RADIUS:.2f}" y="{mark.y - RADIUS:.2f}" width="{side}" height="{side}" {style}/>'


def _grey(value: float) -> str:
    level = round(255 * value)
    return f"#{level:02x}{level:02x}{level:02x}"
