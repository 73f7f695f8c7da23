"""PDF files as pypdf reads them, and charts as SVG."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from operator import itemgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import pypdf
import pytest
from bidi import get_display

from exports import charts
from exports.document import Column, Document, money, small_table, text
from exports.drawing import Box, Drawing, Label
from exports.writers.pdf.fonts import Fonts
from exports.writers.pdf.printed import Printed
from exports.writers.pdf.report import write_pdf
from exports.writers.pdf.text import MISSING, Typesetter, visual_parts
from exports.writers.svg import svg_of
from tests.exports.conftest import HOSTILE, Files

AS_OF = 'asOf: "2026-03-05"'


def reader_of(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(content))


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in reader_of(content).pages)


def fonts_of(reader: pypdf.PdfReader) -> Iterator[Any]:
    for page in reader.pages:
        yield from (font.get_object() for font in page["/Resources"]["/Font"].values())  # pyright: ignore


def test_a_page_says_whose_it_is_for_when_and_which(files: Files) -> None:
    content = files.content(f"segmentation({AS_OF}, days: 365, customerType: RETAIL)", "PDF")

    text = text_of(content)

    for said in (
        "Corner Shop",
        "Customer segmentation by RFM (POS)",
        "The 365 days to 5 March 2026",
        "Customer type: retail",
        "Amounts in GBP",
        "Revenue by segment",
        "How it is computed",
        f"page 1 of {len(reader_of(content).pages)}",
    ):
        assert said in text
    assert reader_of(content).metadata.title == "Customer segmentation by RFM (POS)"  # pyright: ignore


@pytest.mark.parametrize("filter_", ["orders", "daysSinceLastPurchase"])
def test_a_range_of_whole_numbers_is_said_in_words(files: Files, filter_: str) -> None:
    field = f"customers(first: 1, filter: {{{filter_}: {{min: 2, max: 2000}}}})"

    text = text_of(files.content(field, "PDF"))

    assert "from 2 to 2,000" in text


def test_every_font_is_embedded(files: Files) -> None:
    reader = reader_of(files.content(f"customers({AS_OF})", "PDF"))

    descriptors = [font["/FontDescriptor"].get_object() for font in fonts_of(reader) if "/FontDescriptor" in font]

    assert descriptors
    assert all("/FontFile2" in descriptor for descriptor in descriptors)
    names = {str(descriptor["/FontName"]) for descriptor in descriptors}
    assert any("Fira" in name for name in names)
    assert any("Droid" in name for name in names), "Chinese and Japanese"
    assert any("Nanum" in name for name in names), "Korean"


LONG = 'purchasePatterns(period: {start: "2024-01-01", end: "2026-03-05"}, grouping: DAILY)'


def test_a_report_is_a_few_pages_with_its_charts_and_the_begin_of_long_tables(files: Files) -> None:
    content = files.content(LONG, "PDF")

    text = text_of(content)

    assert "The first 20 rows of 795. CSV, XLSX and Parquet files have all of them." in text
    assert "Revenue over time (* not whole)" in text
    assert "By hour" not in text, "the map of the week shows it"
    assert len(reader_of(content).pages) <= 3


def test_a_table_that_is_asked_for_is_printed_long_and_says_where_it_is_cut(files: Files) -> None:
    content = files.content(LONG, "PDF", part='"series"')

    text = text_of(content)

    assert "The first 500 rows of 795. CSV, XLSX and Parquet files have all of them." in text
    headers = [page.extract_text().count("Transactions") for page in reader_of(content).pages]
    assert min(headers[2:-1]) >= 1, "each page has the header"
    assert "By hour" in text_of(files.content(LONG, "PDF", part='"byHour"'))


# ---------------------------------------------------------------- text


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter(Fonts(Path("/nowhere")))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("plain", [("plain", False)]),
        ("דוד", [("דוד", True)]),
        ("Ann דוד", [("Ann ", False), ("דוד", True)]),
        ("דוד Ann", [("Ann", False), ("דוד ", True)]),
        ("دار 12 x", [("x", False), (" ", True), ("12", False), ("دار ", True)]),
    ],
)
def test_lines_are_put_into_visual_order(text: str, parts: list[tuple[str, bool]]) -> None:
    assert visual_parts(text) == parts


@pytest.mark.parametrize("name", [name for name, _ in HOSTILE.values()])
def test_there_is_a_glyph_for_every_letter(typesetter: Typesetter, name: str) -> None:
    typesetter.missing.clear()

    layout = typesetter.layout(name)

    assert layout.width > 0
    assert not typesetter.missing - {"🙂", "\U0001fae9", "\u0378"}


def test_arabic_letters_are_joined(typesetter: Typesetter) -> None:
    joined, alone = typesetter.layout("محمد").runs, typesetter.layout("م").runs

    assert len(joined) == 1
    assert str(alone[0].text) not in str(joined[0].text), "another glyph begins a word"


def test_what_no_font_has_is_a_box_and_is_told(typesetter: Typesetter) -> None:
    typesetter.missing.clear()

    layout = typesetter.layout("ab\U0001f996")

    assert MISSING in "".join(str(run.text) for run in layout.runs)
    assert typesetter.missing == {"\U0001f996"}


def test_long_texts_are_cut_to_their_width(typesetter: Typesetter) -> None:
    text = "a very long text that does not fit"

    fitted = typesetter.fitted(text, 60, 8)

    assert fitted.endswith("…")
    assert typesetter.width(fitted, 8) <= 60
    assert typesetter.wrapped(text, 60, 8, most=1)[-1].endswith("…")
    assert " ".join(typesetter.wrapped(text, 60, 8)) == text


# ---------------------------------------------------------------- charts


@dataclass(frozen=True)
class Point:
    customers: float
    revenue: float


def drawings() -> list[Drawing]:
    return [
        charts.lorenz_curve([Point(float(i), i * i / 100) for i in range(101)]),
        charts.bars("bars", "Bars <&>", [("a & b", 3.0, "3"), ("less", -1.0, "-1"), ("none", 0.0, "0")]),
        charts.line_chart("line", "Line", ["1", "2"], [charts.Series("x", [None, 50.0], "circle")]),
        charts.retention_trend([]),
        charts.cohort_heat_map([]),
        charts.rfm_grid([]),
    ]


@pytest.mark.parametrize("drawing", drawings(), ids=lambda drawing: drawing.name)
def test_a_chart_is_well_formed_svg(drawing: Drawing) -> None:
    svg = ET.fromstring(svg_of(drawing, "Shop <&>"))

    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert drawing.title in "".join(svg.itertext())


def test_shades_tell_more_from_less_without_colour() -> None:
    shades = [charts.shade(share) for share in (0, 0.01, 0.25, 0.5, 1)]

    assert shades == sorted(shades, reverse=True)
    assert len(set(shades)) == 5


# ---------------------------------------------------------------- pages

NAMED = text("name", "Name", wide=True)


def printed(columns: Sequence[Column], rows: Sequence[dict[str, Any]], **more: Any) -> list[str]:
    """The text of each page of a document with one table, or with several where they are given."""
    table = small_table("rows", "Rows of it", columns, rows, 2)
    given: dict[str, Any] = {"tables": (table,), **more}
    document = Document("Title", "Shop", "EUR", 2, "today", datetime(2026, 3, 5, tzinfo=UTC), **given)
    held = [Printed(t, t.batch.to_pylist(), t.count, is_main=place == 0) for place, t in enumerate(document.tables)]  # pyright: ignore
    out = BytesIO()
    write_pdf(out, document, held, Fonts(Path("/nowhere")))
    return [page.extract_text() for page in reader_of(out.getvalue()).pages]


def people(count: int) -> list[Any]:
    return [SimpleNamespace(name=f"name {i:03}") for i in range(count)]


def test_a_long_narrow_table_goes_on_beside_itself() -> None:
    (page,) = printed([NAMED], people(200))

    assert page.count("\nName\n") >= 4, "the header is above each column"
    assert re.findall(r"name \d+", page) == [row.name for row in people(200)]


def test_no_row_is_lost_where_pages_turn() -> None:
    pages = printed([NAMED, text("said", "Said", lambda _: "much " * 60, wide=True)], people(300))

    assert re.findall(r"name \d+", "\n".join(pages)) == [row.name for row in people(300)]
    assert len(pages) > 5
    assert all("Said" in page for page in pages), "each page has the header"


def test_short_tables_stand_beside_each_other() -> None:
    tables = [small_table(name, f"Table {name}", [NAMED], people(20), 2) for name in "abcdef"]

    assert len(printed([NAMED], [], tables=tuple(tables))) == 1


def test_a_short_table_is_not_torn() -> None:
    wide = [text(f"c{i}", "Wide", lambda row: row.name * 3) for i in range(4)]
    tables = [small_table(name, f"Table {name}", wide, people(20), 2) for name in "abcd"]

    pages = printed([NAMED], [], tables=tuple(tables))

    assert [page.count("Table ") for page in pages] == [2, 2]


def test_an_empty_table_is_told() -> None:
    (page,) = printed([NAMED], [])

    assert "Rows of it" in page
    assert "There is nothing to show." in page


def test_columns_without_a_cell_are_left_out() -> None:
    (page,) = printed([NAMED, text("city", "City", lambda _: None)], people(3))

    assert "City" not in page


def test_what_was_before_stands_below_its_figure() -> None:
    figure = money("spent", "Spent", itemgetter(0))
    earlier = money("previousSpent", "Spent, before", itemgetter(1))
    summary = small_table("summary", "Summary", [figure, earlier], [("12.50", "-1.00")], 2)

    (page,) = printed([NAMED], people(1), summary=summary)

    assert "Spent\n12.50\nbefore: −1.00" in page
    assert "Spent, before" not in page


def test_an_address_too_long_for_its_column_is_broken_not_cut(typesetter: Typesetter) -> None:
    address = "a.very.long.name.of.somebody@mail.of.a.company.example.com"

    lines = typesetter.wrapped(f"to {address}", 80, 8)

    assert "".join(lines) == f"to{address}"
    assert all(typesetter.width(line, 8) <= 80 for line in lines)


@pytest.mark.parametrize(
    "line", ["Ann (דוד) 12, x", "شركة ABC (المملكة) 2024", "דוד (Ann) כהן", "a [ד (ב] c) d", "דוד (12)", "(a) דוד ("]
)
def test_brackets_go_the_way_of_what_they_hold(line: str) -> None:
    shown = "".join(part[::-1] if is_right else part for part, is_right in visual_parts(line))

    assert shown == get_display(line), "as the library for terminals shows it, which cannot shape"


# ---------------------------------------------------------------- what charts say


def labels_of(drawing: Drawing) -> list[Label]:
    return [shape for shape in drawing.shapes if isinstance(shape, Label)]


def test_numbers_on_a_shade_can_be_read_without_colour() -> None:
    """The contrast of W3C's guidelines, 4.5, for the letters on every shade."""

    def luminance(grey: float) -> float:
        return grey / 12.92 if grey <= 0.04045 else ((grey + 0.055) / 1.055) ** 2.4

    shares = [i / 200 for i in range(201)]
    side = charts.Axis("", [str(share) for share in shares])
    drawing = charts.heat_map(
        "h", "H", side, charts.Axis("", ["x"]), lambda i, _: charts.HeatMapCell(shares[i], "7"), ""
    )
    boxes = [shape for shape in drawing.shapes if isinstance(shape, Box)][: len(shares)]
    inks = [label for label in labels_of(drawing) if label.text == "7"]
    for box, ink in zip(boxes, inks, strict=True):
        lighter, darker = sorted((luminance(box.fill or 0.0), luminance(ink.grey)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_long_labels_stay_on_the_page(typesetter: Typesetter) -> None:
    long = "A category with a name of very many letters that nobody would want to type twice"
    wide = "顧客" * 30
    rows = [(name, 1.0, "1") for name in (long, wide)]
    side = charts.Axis("", [long, wide])
    drawings = [
        charts.bars("b", "B", rows),
        charts.heat_map("h", "H", side, side, lambda _row, _column: charts.HeatMapCell(1, "9"), ""),
    ]
    for drawing in drawings:
        for label in labels_of(drawing):
            width = typesetter.width(label.text, label.size)
            left = label.x - width * {"start": 0, "middle": 0.5, "end": 1}[label.anchor]
            assert left >= -5, label.text
            assert left + width <= drawing.width + 5, label.text


def test_a_lorenz_curve_below_zero_has_round_percentages() -> None:
    drawing = charts.lorenz_curve([Point(float(i), -7 + i * 1.07) for i in range(101)])

    shown = [label.text for label in labels_of(drawing) if label.anchor == "end"]
    assert shown == ["−20 %", "0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]


def test_a_cohort_that_is_not_over_is_marked() -> None:
    def cell(retention: float, complete: bool) -> Any:
        return SimpleNamespace(retention=retention, complete=complete)

    cohorts = [
        SimpleNamespace(key=f"2026-{i:02}", size=10, periods=[cell(100.0, True), cell(40.0, False)]) for i in (1, 2)
    ]

    shown = [label.text for label in labels_of(charts.cohort_heat_map(cohorts))]

    assert shown.count("40*") == 2
    assert "2026-01  (10)" in shown
