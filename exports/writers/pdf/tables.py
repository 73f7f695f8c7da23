"""Tables on pages: the header on each of them, numbers to the right, long texts in several lines.

Short narrow tables stand side by side, a long narrow one goes on in another column of the page, as in a newspaper.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from exports.document import Column, ColumnKind
from exports.writers.csv import amount_text, day_text
from exports.writers.pdf.page import INNER, MARGIN, PAGE, Pages
from exports.writers.pdf.text import Typesetter

SIZE, LEADING = 7.5, 9.5
PADDING = 4.0
MOST_LINES = 6
NARROWEST_TEXT = 60.0
TITLE, NOTE, FOOT = 20.0, 17.0, 14.0
TITLE_SIZE, NOTE_SIZE = 11.0, 8.0
GAP = 16.0
SHORT = 0.45 * PAGE
RIGHT = frozenset((ColumnKind.INTEGER, ColumnKind.MONEY, ColumnKind.PERCENT, ColumnKind.NUMBER))
NOTHING = "–"
NO_ROWS = "There is nothing to show."


def shown(column: Column, cell: Any, exponent: int) -> str:
    """A cell as people read it."""
    if cell is None:
        return NOTHING
    match column.kind:
        case ColumnKind.TEXT:
            return cell.replace("_", " ").capitalize() if column.is_word else cell
        case ColumnKind.INTEGER:
            return f"{cell:,}"
        case ColumnKind.MONEY:
            whole, dot, rest = amount_text(exponent, cell).partition(".")
            sign = "−" if whole.startswith("-") else ""
            return f"{sign}{abs(int(whole)):,}{dot}{rest}"
        case ColumnKind.PERCENT:
            return f"{cell:,.1f} %".replace("-", "−")
        case ColumnKind.NUMBER:
            return f"{cell:,.{column.decimals}f}".replace("-", "−")
        case ColumnKind.DATE:
            return day_text(cell)
        case ColumnKind.FLAG:
            return "yes" if cell else "no"


@dataclass(frozen=True)
class Block:
    """A table as it is laid out: titles and cells in lines of text that fit the widths of its columns."""

    title: str
    title_width: float
    note: str
    columns: Sequence[Column]
    widths: Sequence[float]
    titles: Sequence[Sequence[str]]
    rows: Sequence[Sequence[Sequence[str]]]

    @cached_property
    def inner(self) -> float:
        """How wide its columns are together."""
        return sum(self.widths)

    @cached_property
    def width(self) -> float:
        """How much of the page it takes from left to right."""
        return min(max(self.inner, self.title_width), INNER)

    @cached_property
    def heights(self) -> list[float]:
        """How high each row is."""
        return [LEADING * max(map(len, row)) + 3 for row in self.rows]

    @cached_property
    def header(self) -> float:
        """How high the titles of the columns are."""
        return LEADING * max(map(len, self.titles)) + 5 if self.rows else 0.0

    @cached_property
    def above(self) -> float:
        """How high the title of the table is, with what is noted below it."""
        return TITLE + (NOTE if self.note else 0)

    @cached_property
    def height(self) -> float:
        """How high all of it is in one piece."""
        return self.above + self.header + sum(self.heights) + FOOT


def block_of(  # noqa: PLR0913  a table is these
    type: Typesetter, title: str, note: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]], exponent: int
) -> Block:
    """Lay a table out."""
    texts = [[shown(c, cell, exponent) for c, cell in zip(columns, row, strict=True)] for row in rows]
    widths = _widths(type, columns, texts)
    titles = [
        type.wrapped(c.title, w - 2 * PADDING, SIZE, most=5, bold=True) for c, w in zip(columns, widths, strict=True)
    ]
    lines = [
        [
            type.wrapped(text, width - 2 * PADDING, SIZE, most=MOST_LINES) if column.kind is ColumnKind.TEXT else [text]
            for column, text, width in zip(columns, row, widths, strict=True)
        ]
        for row in texts
    ]
    title_width = type.width(title, TITLE_SIZE, bold=True)
    return Block(
        title=title,
        title_width=title_width,
        note=note or ("" if rows else NO_ROWS),
        columns=columns,
        widths=widths,
        titles=titles,
        rows=lines,
    )


# ---------------------------------------------------------------- on the page


def draw_blocks(pages: Pages, blocks: Sequence[Block]) -> None:
    """Tables one below the other, or beside each other where they are short and there is room."""
    for shelf in _shelves(blocks):
        if shelf[0].height <= SHORT:
            _draw_beside(pages, shelf)
        else:
            _draw_long(pages, shelf[0])


def _shelves(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    shelf: list[Block] = []
    for block in blocks:
        together = [*shelf, block]
        fits = sum(each.width for each in together) + GAP * (len(together) - 1) <= INNER
        if shelf and not (fits and all(each.height <= SHORT for each in together)):
            yield shelf
            together = [block]
        shelf = together
    if shelf:
        yield shelf


def _draw_beside(pages: Pages, shelf: Sequence[Block]) -> None:
    pages.need(max(block.height for block in shelf))
    x, top = MARGIN, pages.y
    for block in shelf:
        pages.y = top
        _draw_title(pages, block, x)
        _draw_piece(pages, block, x, 0, len(block.rows))
        x += block.width + GAP
    pages.y = top + max(block.height for block in shelf)


def _draw_long(pages: Pages, block: Block) -> None:
    strands = _strands(block.inner)
    pages.need(block.above + block.header + 3 * LEADING + PADDING)
    _draw_title(pages, block, MARGIN)
    start, first = 0, True
    while start < len(block.rows):
        if not first:
            pages.turn()
        top, lowest = pages.y, pages.y
        for place, (start_, end) in enumerate(_pieces(block.heights, start, pages.room - block.header, strands)):
            pages.y = top
            _draw_piece(pages, block, MARGIN + place * (block.inner + GAP), start_, end)
            lowest, start = max(lowest, pages.y), end
        pages.y, first = lowest, False
    pages.y += FOOT


def _strands(width: float) -> int:
    return max(1, int((INNER + GAP) // (width + GAP)))


def _pieces(heights: Sequence[float], start: int, room: float, strands: int) -> list[tuple[int, int]]:
    """Which rows go into each column of a page; columns are equally long where they hold all that is left."""
    pieces = _filled(heights, start, room, strands)
    if pieces[-1][1] < len(heights):
        return pieces
    least = sum(heights[start:]) / strands
    while least < room and _filled(heights, start, least, strands)[-1][1] < len(heights):
        least += LEADING
    return _filled(heights, start, min(least, room), strands)


def _filled(heights: Sequence[float], start: int, room: float, strands: int) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    while len(pieces) < strands and start < len(heights):
        end, left = start + 1, room - heights[start]
        while end < len(heights) and heights[end] <= left:
            left -= heights[end]
            end += 1
        pieces.append((start, end))
        start = end
    return pieces


def _draw_title(pages: Pages, block: Block, x: float) -> None:
    pages.y += TITLE - 6
    pages.text(x, pages.y, pages.type.fitted(block.title, block.width, TITLE_SIZE, bold=True), TITLE_SIZE, bold=True)
    pages.y += 6
    if block.note:
        pages.y += NOTE - 6
        pages.text(x, pages.y, block.note, NOTE_SIZE, grey=0.2)
        pages.y += 6


def _draw_piece(pages: Pages, block: Block, x: float, start: int, end: int) -> None:
    """Some rows of a table below its header."""
    if start == end:
        return
    _draw_header(pages, block, x)
    for place in range(start, end):
        height = block.heights[place]
        if place % 2:
            pages.box(x, pages.y, block.inner, height, 0.96)
        _draw_lines(pages, block, x, block.rows[place], bold=False)
        pages.y += height
    pages.line([(x, pages.y), (x + block.inner, pages.y)], 0.6, 0.5)


def _draw_header(pages: Pages, block: Block, x: float) -> None:
    """The titles of the columns, at the foot of as many lines as the longest needs."""
    most = max(map(len, block.titles))
    titles = [[*[""] * (most - len(lines)), *lines] for lines in block.titles]
    _draw_lines(pages, block, x, titles, bold=True)
    pages.y += block.header
    pages.line([(x, pages.y - 2), (x + block.inner, pages.y - 2)], 0.0, 0.9)


def _draw_lines(pages: Pages, block: Block, x: float, cells: Sequence[Sequence[str]], *, bold: bool) -> None:
    for column, width, lines in zip(block.columns, block.widths, cells, strict=True):
        for at, text in enumerate(lines):
            y = pages.y + LEADING * (at + 1) - 1.5
            if not text:
                continue
            if column.kind in RIGHT:
                pages.text(x + width - PADDING, y, text, SIZE, anchor="end", bold=bold)
            else:
                pages.text(x + PADDING, y, text, SIZE, bold=bold)
        x += width


# ---------------------------------------------------------------- widths


def _widths(type: Typesetter, columns: Sequence[Column], texts: Sequence[Sequence[str]]) -> list[float]:
    """What each column needs; where that is more than the page has, texts give way, and then all.

    Titles are in two lines where the page has room for them beside each other, else as narrow as their longest word.
    """
    cells = [_width_of_cells(type, column, [row[at] for row in texts]) for at, column in enumerate(columns)]
    roomy, needed = (
        [max(cell, title(type, column)) + 2 * PADDING + 1 for cell, column in zip(cells, columns, strict=True)]
        for title in (_two_lines, _longest_word)
    )
    is_short = len(texts) * (LEADING + 3) < SHORT
    if sum(roomy) <= INNER and (is_short or _strands(sum(roomy)) == _strands(sum(needed))):
        return roomy
    texts_at = [at for at, column in enumerate(columns) if column.kind is ColumnKind.TEXT]
    _narrow(needed, [at for at in texts_at if columns[at].wide])
    _narrow(needed, texts_at)
    scale = min(1.0, INNER / sum(needed))
    return [width * scale for width in needed]


def _narrow(needed: list[float], at: Sequence[int]) -> None:
    """Let these columns give way, in proportion to what they have above the least."""
    spare = {place: max(needed[place] - NARROWEST_TEXT, 0.0) for place in at}
    excess, total = sum(needed) - INNER, sum(spare.values())
    for place, width in spare.items() if excess > 0 and total > 0 else ():
        needed[place] -= width * min(1.0, excess / total)


def _width_of_cells(type: Typesetter, column: Column, texts: Sequence[str]) -> float:
    longest = max((type.width(text, SIZE) for text in texts), default=0.0)
    return min(longest, 400.0 if column.wide else 150.0)


def _longest_word(type: Typesetter, column: Column) -> float:
    return max(type.width(word, SIZE, bold=True) for word in column.title.split())


def _two_lines(type: Typesetter, column: Column) -> float:
    """How wide a title is in two lines that are as even as can be."""
    words = column.title.split()
    breaks = ((" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words) + 1))
    return min(max(type.width(line, SIZE, bold=True) for line in lines) for lines in breaks) + 0.1
