"""Every writer takes every character there is, those that nobody has named yet, and halves of characters."""

import csv
import unicodedata
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pyarrow.parquet as pq
import pypdf
import pytest
from openpyxl.utils.escape import unescape

from exports.document import Document, small_table, text
from exports.drawing import Drawing
from exports.writers.csv import CsvWriter
from exports.writers.parquet import ParquetWriter
from exports.writers.pdf.fonts import Fonts
from exports.writers.pdf.printed import Printed
from exports.writers.pdf.report import write_pdf
from exports.writers.pdf.text import visual_parts
from exports.writers.svg import svg_of
from exports.writers.xlsx import XlsxWriter
from rules.exports import guarded

CODES = 0x110000
ROW = 256  # code points of a text
TEXTS = ["".join(map(chr, range(start, start + ROW))) for start in range(0, CODES, ROW)]
HALVES = ["\ud800", "a\udc00", "\udbff\ud800 b", "\udfffא\ud83d"]
COLUMNS = [text("name", "Name")]


def kept(text: str) -> str:
    """A text as a file can hold it."""
    return "".join("\ufffd" if 0xD800 <= ord(letter) <= 0xDFFF else letter for letter in text)


def document_of(texts: list[str], said: str) -> Document:
    """A list of names, with a text in every place that says what it is."""
    table = small_table("names", "Names", COLUMNS, [SimpleNamespace(name=name) for name in texts], 2)
    return Document(
        title=said,
        business=said,
        currency="GBP",
        exponent=2,
        period=said,
        made_at=datetime(2026, 3, 5, tzinfo=UTC),
        tables=(table,),
        filters=((said, said),),
        notices=(said,),
        definition=said,
    )


def written(writer: Any, document: Document) -> bytes:
    out = BytesIO()
    writing = writer(out, document, document.tables[0])
    writing.write(document.tables[0].batch)
    writing.close()
    return out.getvalue()


def test_csv() -> None:
    document = document_of([*TEXTS, *HALVES], HALVES[0])

    rows = list(csv.reader(StringIO(written(CsvWriter, document).decode(), newline="")))

    assert [row[0] for row in rows] == ["name", *(guarded(kept(text)) for text in [*TEXTS, *HALVES])]


def test_parquet() -> None:
    document, kept_open = document_of([*TEXTS, *HALVES], HALVES[0]), BytesIO()
    kept_open.close = lambda: None  # type: ignore[method-assign]
    writer = ParquetWriter(kept_open, document, document.tables[0])
    writer.write(document.tables[0].batch)  # type: ignore[arg-type]
    writer.close()

    table = pq.read_table(BytesIO(kept_open.getvalue()))

    assert table["name"].to_pylist() == [kept(text) for text in [*TEXTS, *HALVES]]
    assert table.schema.metadata[b"business"].decode() == "\ufffd"


@pytest.mark.parametrize("said", [HALVES[0], TEXTS[0], TEXTS[255]])
def test_a_workbook(tmp_path: Path, said: str) -> None:
    document, out = document_of([*TEXTS, *HALVES], said), BytesIO()
    writer = XlsxWriter(out, document, str(tmp_path))
    writer.part(document.tables[0]).write(document.tables[0].batch)  # type: ignore[arg-type]
    writer.close()

    rows = openpyxl.load_workbook(out, read_only=True).worksheets[1].iter_rows(min_row=2, values_only=True)

    cells = [unescape(str(row[0])) for row in rows]
    assert cells == [kept(text) for text in [*TEXTS, *HALVES]]


def test_a_drawing() -> None:
    drawing = Drawing("names", "\ud800", 10, 10)
    for text_ in [*TEXTS, *HALVES]:
        drawing.label(0, 0, text_)

    shown = [label.text for label in ET.fromstring(svg_of(drawing, TEXTS[0])).iter("{http://www.w3.org/2000/svg}text")]

    assert shown[2:256] == [kept(text) for text in TEXTS[1:255]]
    assert shown[-4:] == [kept(text) for text in HALVES]


@pytest.mark.parametrize("start", range(0, CODES, 0x10000))
def test_the_order_of_letters(start: int) -> None:
    for text_ in TEXTS[start // ROW : (start + 0x10000) // ROW]:
        assert len("".join(part for part, _ in visual_parts(f"א{text_}"))) > ROW // 2


def of_each_kind() -> list[str]:
    """A character of each kind that Unicode's tables tell apart, and of each block."""
    kinds: dict[tuple[Any, ...], str] = {}
    for letter in map(chr, range(CODES)):
        told = (unicodedata.category(letter), unicodedata.bidirectional(letter), unicodedata.combining(letter))
        kinds.setdefault((*told, ord(letter) // ROW), letter)
    return list(kinds.values())


def test_paper() -> None:
    letters = of_each_kind()
    names = [f"a{''.join(letters[at : at + 40])}" for at in range(0, len(letters), 40)]
    document, out = document_of([*names, *HALVES], f"{HALVES[0]}\U0001fae9\u0378"), BytesIO()
    table = document.tables[0]
    assert len(names) < 500

    write_pdf(out, document, [Printed(table, table.batch.to_pylist(), table.count)], Fonts(Path("/nowhere")))  # type: ignore[union-attr]

    assert pypdf.PdfReader(out).pages[0].extract_text()
