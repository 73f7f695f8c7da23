"""A report on paper: what a manager prints, in a few pages. Every file of another kind has all rows."""

from collections.abc import Sequence
from threading import Lock
from typing import BinaryIO

from exports.document import Document
from exports.writers.pdf.fonts import Fonts
from exports.writers.pdf.page import INNER, MARGIN, Pages
from exports.writers.pdf.printed import Printed
from exports.writers.pdf.tables import Block, block_of, draw_blocks, shown
from exports.writers.pdf.text import Typesetter

TILES = 4
TILE_HEIGHT = 36.0
SMALL = 8.0
_turn = Lock()  # fonts are those of the process, and two documents at once would not be faster


def write_pdf(out: BinaryIO, document: Document, tables: Sequence[Printed], fonts: Fonts) -> None:
    """The whole report."""
    with _turn:
        typesetter = Typesetter(fonts)
        footer = " · ".join((document.business, document.title, document.period))
        pages = Pages(out, typesetter, document.title, document.business, footer)
        _head(pages, document)
        _figures(pages, document)
        for notice in document.notices:
            _paragraph(pages, f"Notice: {notice}")
        for drawing in document.charts:
            pages.need(drawing.height + 24)
            _subtitle(pages, drawing.title)
            pages.draw(drawing)
            pages.y += 10
        draw_blocks(pages, [_block(pages, document, printed) for printed in tables if printed.is_shown])
        if document.definition:
            lines = pages.type.wrapped(document.definition, INNER, SMALL)
            pages.need(20 + (SMALL + 3) * len(lines))
            _subtitle(pages, "How it is computed")
            _paragraph(pages, document.definition)
        if typesetter.missing:
            signs = " ".join(f"U+{ord(letter):04X}" for letter in sorted(typesetter.missing)[:20])
            _paragraph(pages, f"No font here has these characters (see the setting FONTS): {signs}")
        pages.close()


def _head(pages: Pages, document: Document) -> None:
    pages.y += 8
    pages.text(MARGIN, pages.y, pages.type.fitted(document.business, INNER - 120, 10), 10, grey=0.3)
    made = f"made on {document.made_at:%Y-%m-%d at %H:%M}"
    pages.text(MARGIN + INNER, pages.y, made, 7.5, anchor="end", grey=0.35)
    for line in pages.type.wrapped(document.title, INNER, 19, most=2, bold=True):
        pages.y += 24
        pages.text(MARGIN, pages.y, line, 19, bold=True)
    pages.y += 15
    pages.text(MARGIN, pages.y, f"{document.period[:1].upper()}{document.period[1:]}", 10)
    said = [f"{label}: {value}" for label, value in document.filters]
    pages.y += 6
    _paragraph(pages, " · ".join((*said, f"Amounts in {document.currency}")))
    pages.line([(MARGIN, pages.y), (MARGIN + INNER, pages.y)], 0.0, 0.9)
    pages.y += 8


def _figures(pages: Pages, document: Document) -> None:
    """What the summary says, and small below it what it was in the period before, where that was asked for."""
    cells = {column.name: (column, cell) for column, cell in document.figures if column.printed}
    befores = {column.before for column, _ in cells.values()}
    figures = [(*held, cells.get(held[0].before)) for name, held in cells.items() if name not in befores]
    width, height = INNER / TILES, TILE_HEIGHT + (10 if any(before for *_, before in figures) else 0)
    for place, (column, cell, before) in enumerate(figures):
        if place % TILES == 0:
            pages.y += height if place else 0
            pages.need(height)
        x = MARGIN + width * (place % TILES)
        text = pages.type.fitted(shown(column, cell, document.exponent), width - 8, 13, bold=True)
        pages.text(x, pages.y + 10, pages.type.fitted(column.title, width - 8, 7.5), 7.5, grey=0.35)
        pages.text(x, pages.y + 25, text, 13, bold=True)
        if before:
            pages.text(x, pages.y + 35, f"before: {shown(*before, document.exponent)}", 7.5, grey=0.35)
    pages.y += height + 2 if figures else 0


def _block(pages: Pages, document: Document, printed: Printed) -> Block:
    note = ""
    if printed.is_cut:
        of = "" if printed.of is None else f" of {printed.of:,}"
        note = f"The first {len(printed.rows)} rows{of}. CSV, XLSX and Parquet files have all of them."
    names = [column.name for column in printed.columns]
    rows = [[row[name] for name in names] for row in printed.rows]
    return block_of(pages.type, printed.table.title, note, printed.columns, rows, document.exponent)


def _subtitle(pages: Pages, text: str) -> None:
    pages.y += 14
    pages.text(MARGIN, pages.y, pages.type.fitted(text, INNER, 11, bold=True), 11, bold=True)
    pages.y += 6


def _paragraph(pages: Pages, text: str, size: float = SMALL) -> None:
    for line in pages.type.wrapped(text, INNER, size):
        pages.need(size + 3)
        pages.y += size + 3
        pages.text(MARGIN, pages.y, line, size, grey=0.2)
    pages.y += 6
