"""Every printed cell of every report, as pypdf reads it, is that of the GraphQL answer."""

import re
from decimal import Decimal
from io import BytesIO
from typing import Any
from unicodedata import normalize

import pypdf
import pytest

from exports.customer_values import LAST_PURCHASE, SEGMENT
from exports.customers import NAME, NUMBER, PERSONAL, PROFILE
from exports.document import Column, ColumnKind, integer, money
from exports.reports import (
    acquisition,
    affinity,
    lifetime_value,
    migration,
    patterns,
    products,
    receivables,
    retention,
    segmentation,
)
from tests.exports.cases import CASES, Case
from tests.exports.conftest import HOSTILE, Files

COLUMNS: dict[tuple[str, str], tuple[Column, ...]] = {
    ("segmentation", "segments"): segmentation.SEGMENTS,
    ("segmentation", "summary"): segmentation.SUMMARY,
    ("segmentation", "cells"): segmentation.CELLS,
    ("segmentation", "cutPoints"): segmentation.CUT_POINTS,
    ("migration", "moves"): migration.MOVES,
    ("trend", "points"): migration.POINTS,
    ("lifetime value", "customers"): lifetime_value.VALUES,
    ("lifetime value", "summary"): lifetime_value.SUMMARY,
    ("lifetime value", "distribution"): lifetime_value.BUCKETS,
    ("lifetime value", "lorenz"): lifetime_value.LORENZ,
    ("patterns", "series"): patterns.SERIES,
    ("patterns", "summary"): patterns.SUMMARY + patterns.FREQUENCY,
    ("patterns", "baskets"): patterns.BASKETS,
    ("patterns", "byWeekdayHour"): patterns.HOURS_OF_WEEK,
    ("patterns", "byWeekday"): patterns.TIMES,
    ("patterns", "byHour"): patterns.TIMES,
    ("patterns", "byMonth"): patterns.TIMES,
    ("patterns", "seasonality"): patterns.SEASONS,
    ("patterns", "paymentMethods"): patterns.METHODS,
    ("patterns", "categories"): patterns.CATEGORIES,
    ("affinity", "pairs"): affinity.PAIRS,
    ("retention", "cohorts"): retention.COHORTS,
    ("retention", "summary"): retention.SUMMARY,
    ("retention", "trends"): retention.TRENDS,
    ("retention", "repeatPurchases"): retention.REPEATS,
    ("acquisition", "bySource"): acquisition.by("Source"),
    ("acquisition", "byCampaign"): acquisition.by("Campaign"),
    ("acquisition", "summary"): acquisition.SUMMARY,
    ("customers", "customers"): (
        *(NUMBER, NAME, money("revenue", "Revenue"), integer("orders", "Orders"), LAST_PURCHASE, SEGMENT),
        *(*PROFILE[2:], *PERSONAL),
    ),
    ("receivables", "aging"): receivables.AGING,
    ("products", "products"): products.COLUMNS,
}
NAMES = {name for name, _ in HOSTILE.values()}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The text of each file that was opened, without white space."""
    return {}


def squeezed(text: str) -> str:
    return re.sub(r"[\s\x00]", "", text)


def as_paper_has_it(column: Column, value: Any) -> str:
    """A value of the answer as people read it."""
    match column.kind:
        case _ if value is None:
            return "–"
        case ColumnKind.MONEY | ColumnKind.INTEGER:
            shown = f"{Decimal(value):,}"
        case ColumnKind.PERCENT:
            shown = f"{value:,.1f}%"
        case ColumnKind.NUMBER:
            shown = f"{value:,.{column.decimals}f}"
        case ColumnKind.FLAG:
            return "yes" if value else "no"
        case ColumnKind.TEXT if column.is_word:
            return value.replace("_", " ").capitalize()
        case _:
            return value
    return shown.replace("-", "−")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_paper_has_the_cells_of_the_answer(files: Files, case: Case, pages: dict[str, str]) -> None:
    rows = case.rows(files.ask(f"{{ found: {case.field} {{ {case.selection} }} }}")["found"])
    if str(case) not in pages:
        reader = pypdf.PdfReader(BytesIO(files.content(case.field, "PDF", part=f'"{case.part}"')))
        pages[str(case)] = squeezed("".join(page.extract_text() for page in reader.pages))
    printed = [column for column in COLUMNS[case.name, case.part] if column.printed]
    columns = [column for column in printed if any(row[column.name] is not None for row in rows)]
    assert columns
    text, place = pages[str(case)], -1

    if case.part == "summary":
        for column in columns:
            assert squeezed(f"{column.title}{as_paper_has_it(column, rows[0][column.name])}") in text
        return
    for row in rows:
        for line in lines(columns, row):
            place = text.find(line, place + 1)
            assert place >= 0, line


def lines(columns: list[Column], row: dict[str, Any]) -> list[str]:
    """The cells of a row in one line, or in several where there are names between that have tests of their own."""
    cells = ["\n" if row[c.name] in NAMES else squeezed(as_paper_has_it(c, row[c.name])) for c in columns]
    return [line for line in "".join(cells).split("\n") if line]


SHOWN = {
    "H14": "नम",  # of letters that are one glyph together pypdf knows the first
    "H16": "Zoë□O'Brien",
    "H17": "abc",
    "H21": "Ann □□",
}


@pytest.mark.parametrize("number", HOSTILE)
def test_a_hostile_name_is_printed(files: Files, number: str) -> None:
    content = files.content(f'customers(asOf: "2026-03-05", filter: {{search: "{number}"}})', "PDF")

    text = normalize("NFKC", pypdf.PdfReader(BytesIO(content)).pages[0].extract_text())

    name = normalize("NFKC", SHOWN.get(number, HOSTILE[number][0]))
    assert squeezed(f"{number}{name}") in squeezed(text)
