"""Drawings of a few kinds of marks, which a PDF page and an SVG file show alike. Points from the top left corner."""

from collections.abc import Sequence
from dataclasses import dataclass, field

GREY = float  # 0 is black, 1 is white


@dataclass(frozen=True)
class Box:
    """A filled rectangle, with an outline where `outline` is a grey."""

    x: float
    y: float
    width: float
    height: float
    fill: GREY | None
    outline: GREY | None = None


@dataclass(frozen=True)
class Line:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    grey: GREY = 0.0
    width: float = 0.75
    dashes: tuple[float, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A small mark at a point: `circle`, `square` or `triangle`, filled or not, so that lines differ without colour."""

    x: float
    y: float
    shape: str
    filled: bool = True


@dataclass(frozen=True)
class Label:
    """A line of text; `anchor` is start, middle or end of it at (x, y), its base line."""

    x: float
    y: float
    text: str
    size: float = 7
    anchor: str = "start"
    grey: GREY = 0.0
    bold: bool = False


@dataclass
class Drawing:
    """Marks in the order that they are drawn."""

    name: str
    title: str
    width: float
    height: float
    shapes: list[Box | Line | Mark | Label] = field(default_factory=list[Box | Line | Mark | Label])

    def box(  # noqa: PLR0913  a rectangle is these
        self, x: float, y: float, width: float, height: float, fill: GREY | None, outline: GREY | None = None
    ) -> None:
        """Draw a rectangle."""
        self.shapes.append(Box(x=x, y=y, width=width, height=height, fill=fill, outline=outline))

    def line(
        self, points: Sequence[tuple[float, float]], grey: GREY = 0.0, width: float = 0.75, dashes: Sequence[float] = ()
    ) -> None:
        """Draw a line."""
        self.shapes.append(Line(tuple(points), grey, width, tuple(dashes)))

    def mark(self, x: float, y: float, shape: str, *, filled: bool = True) -> None:
        """Draw a mark."""
        self.shapes.append(Mark(x, y, shape, filled))

    def label(self, x: float, y: float, text: str, **style: float | str | bool) -> None:
        """Draw a text."""
        self.shapes.append(Label(x, y, text, **style))  # pyright: ignore[reportArgumentType]
