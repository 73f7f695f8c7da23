"""A page to draw on, from the top down, in points; numbered when all pages are known."""

from typing import Any, BinaryIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from exports.drawing import Box, Drawing, Label, Line, Mark
from exports.writers.pdf.text import Typesetter

WIDTH, HEIGHT = A4
MARGIN = 40.0
FOOTER = 46.0
RADIUS = 2.4
INNER = WIDTH - 2 * MARGIN
PAGE = HEIGHT - FOOTER - MARGIN  # what a page holds from top to bottom


class Pages:
    """The pages of a report; `y` is how far down the present one is filled."""

    def __init__(self, out: BinaryIO, typesetter: Typesetter, title: str, author: str, footer: str) -> None:
        self._canvas: Any = Canvas(out, pagesize=A4, pageCompression=1, lang="en")
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setCreator("Customer API")
        self._pages: list[dict[str, Any]] = []
        self._footer = footer
        self.type = typesetter
        self.y = MARGIN

    @property
    def room(self) -> float:
        """The height that is left on this page."""
        return HEIGHT - FOOTER - self.y

    def turn(self) -> None:
        """Begin another page."""
        self._pages.append(dict(self._canvas.__dict__))
        self._canvas._startPage()
        self.y = MARGIN

    def need(self, height: float) -> bool:
        """Begin another page where this one has not so much room; whether it did."""
        if height <= self.room:
            return False
        self.turn()
        return True

    def close(self) -> None:
        """Number the pages and write them."""
        self._pages.append(dict(self._canvas.__dict__))
        for number, page in enumerate(self._pages, 1):
            self._canvas.__dict__.update(page)
            self._number(number)
            self._canvas.showPage()
        self._canvas.save()

    def _number(self, number: int) -> None:
        y = HEIGHT - FOOTER + 20
        self.line([(MARGIN, y - 12), (WIDTH - MARGIN, y - 12)], 0.75, 0.5)
        said = f"page {number} of {len(self._pages)}"
        self.text(WIDTH - MARGIN, y, said, 7, anchor="end", grey=0.35)
        self.text(MARGIN, y, self.type.fitted(self._footer, INNER - 80, 7), 7, grey=0.35)

    # ------------------------------------------------------------ marks

    def text(  # noqa: PLR0913  a text is these
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        anchor: str = "start",
        grey: float = 0.0,
        bold: bool = False,
    ) -> None:
        """A line of text whose base line is at y."""
        layout = self.type.layout(text, bold=bold)
        x -= layout.width * size * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        self._canvas.setFillGray(grey)
        for run in layout.runs:
            self._canvas.setFont(run.font, size)
            self._canvas.drawString(x, HEIGHT - y, run.text)
            x += run.width * size

    def line(self, points: Any, grey: float, width: float, dashes: tuple[float, ...] = ()) -> None:
        """A line through points."""
        self._canvas.setStrokeGray(grey)
        self._canvas.setLineWidth(width)
        self._canvas.setDash(list(dashes))
        path = self._canvas.beginPath()
        path.moveTo(points[0][0], HEIGHT - points[0][1])
        for x, y in points[1:]:
            path.lineTo(x, HEIGHT - y)
        self._canvas.drawPath(path)
        self._canvas.setDash([])

    def box(  # noqa: PLR0913  a rectangle is these
        self, x: float, y: float, width: float, height: float, fill: float | None, outline: float | None = None
    ) -> None:
        """A rectangle whose top left corner is at (x, y)."""
        if fill is not None:
            self._canvas.setFillGray(fill)
        if outline is not None:
            self._canvas.setStrokeGray(outline)
            self._canvas.setLineWidth(0.5)
        self._canvas.rect(x, HEIGHT - y - height, width, height, fill=fill is not None, stroke=outline is not None)

    def _mark(self, x: float, y: float, mark: Mark) -> None:
        self._canvas.setFillGray(0.0 if mark.filled else 1.0)
        self._canvas.setStrokeGray(0.0)
        self._canvas.setLineWidth(0.75)
        if mark.shape == "circle":
            self._canvas.circle(x, HEIGHT - y, RADIUS, fill=1)
        else:
            self._canvas.rect(x - RADIUS, HEIGHT - y - RADIUS, 2 * RADIUS, 2 * RADIUS, fill=1)

    def draw(self, drawing: Drawing) -> None:
        """A drawing at the present place."""
        x, y = MARGIN, self.y
        for shape in drawing.shapes:
            match shape:
                case Box():
                    self.box(x + shape.x, y + shape.y, shape.width, shape.height, shape.fill, shape.outline)
                case Line():
                    points = [(x + px, y + py) for px, py in shape.points]
                    self.line(points, shape.grey, shape.width, shape.dashes)
                case Mark():
                    self._mark(x + shape.x, y + shape.y, shape)
                case Label():
                    at = x + shape.x, y + shape.y
                    self.text(*at, shape.text, shape.size, anchor=shape.anchor, grey=shape.grey, bold=shape.bold)
        self.y += drawing.height
