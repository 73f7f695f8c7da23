"""The process that writes a workbook: what it raises is raised here, and it is gone when its workbook is."""

from multiprocessing import active_children
from pathlib import Path

import pyarrow as pa
import pytest
from openpyxl import load_workbook

from exports.document import Column, Document, Table, integer, small_table, text
from exports.writers.workbook import Workbook
from exports.writers.xlsx import XlsxWriter
from tests.builders import NOW

COLUMNS = (text("name", "Name", lambda row: row[0]), integer("count", "Count", lambda row: row[1]))


def table(*columns: Column) -> Table:
    return small_table("rows", "Rows", columns, [("=1+1", 2)], 2)


@pytest.fixture
def document() -> Document:
    return Document("Title", "Shop", "GBP", 2, "today", NOW, (table(*COLUMNS),), summary=table(*COLUMNS))


def test_parts_and_summary_are_as_they_were_told(document: Document, tmp_path: Path) -> None:
    """A process that imports its libraries, half a second."""
    book = Workbook(document, str(tmp_path))
    assert document.tables[0].batch is not None
    book.begin(document.tables[0])
    book.write(document.tables[0].batch)
    book.close()
    found = load_workbook(book.path)
    assert [list(row) for row in found["Rows"].iter_rows(values_only=True)] == [["Name", "Count"], ["=1+1", 2]]
    assert ("Count", 2) in list(found["Summary"].iter_rows(values_only=True))
    book.end()


def test_what_it_cannot_write_is_raised_here(document: Document, tmp_path: Path) -> None:
    """A process that imports its libraries, half a second."""
    book = Workbook(document, str(tmp_path))
    book.begin(document.tables[0])
    book.write(pa.RecordBatch.from_pydict({"name": ["one cell of two"]}))
    with pytest.raises(ValueError, match="zip"):
        book.close()
    book.end()


def test_it_ends_with_its_workbook(document: Document, tmp_path: Path) -> None:
    """A process that imports its libraries, half a second."""
    book = Workbook(document, str(tmp_path))
    (process,) = active_children()
    book.end()
    assert active_children() == []
    with pytest.raises(ValueError, match="closed"):
        process.is_alive()


def test_a_process_that_was_killed_is_told(document: Document, tmp_path: Path) -> None:
    """A process that imports its libraries, half a second."""
    book = Workbook(document, str(tmp_path))
    (process,) = active_children()
    process.kill()
    with pytest.raises(RuntimeError, match="was ended"):
        book.close()
    book.end()


def test_a_table_goes_on_in_another_sheet(document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exports.writers.xlsx.MOST_ROWS", 10)
    many = small_table("rows", "Rows", COLUMNS, [(f"row {place}", place) for place in range(25)], 2)
    assert many.batch is not None
    with (tmp_path / "a.xlsx").open("wb") as file:
        book = XlsxWriter(file, document, str(tmp_path))
        book.part(many).write(many.batch)
        book.close()
    sheets = load_workbook(tmp_path / "a.xlsx").worksheets[1:]
    assert [sheet.max_row - 1 for sheet in sheets] == [10, 10, 5]
    assert {sheet.freeze_panes for sheet in sheets} == {"A2"}
    assert {tuple(cell.value for cell in sheet[1]) for sheet in sheets} == {("Name", "Count")}
    assert [sheet["B2"].value for sheet in sheets] == [0, 10, 20]
