"""A report as a workbook: what it is and its figures on the first sheet, then a sheet for each part."""

from typing import Any, BinaryIO

import pyarrow as pa
import xlsxwriter

from exports.document import Column, ColumnKind, Document, Table, cells_of
from rules.days import date_of

MOST_ROWS = 1_048_575  # of a sheet beside its header
LONGEST_TEXT = 32_767
LONGEST_NAME = 31
EXCEL_EPOCH = 25_569  # the serial number of 1970-01-01
FIRST_EXCEL_DAY = 61  # before it the serial numbers are those of a calendar that never was
WIDTHS = {
    ColumnKind.INTEGER: 11,
    ColumnKind.MONEY: 14,
    ColumnKind.PERCENT: 10,
    ColumnKind.NUMBER: 11,
    ColumnKind.DATE: 12,
    ColumnKind.FLAG: 9,
}
NARROWEST, WIDEST = 8, 60


class XlsxWriter:
    """Writes one part after the other, a row at a time; what was written is in a folder, which the caller removes."""

    def __init__(self, out: BinaryIO, document: Document, folder: str) -> None:
        # A text is a text, whatever it begins with.
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": folder}
        self._book: Any = xlsxwriter.Workbook(out, options)
        self._book.set_properties({"title": document.title, "company": document.business, "created": _naive(document)})
        self._formats = self._made_formats(document.exponent)
        self._exponent = document.exponent
        self._names: set[str] = set()
        self._first(document)

    def _made_formats(self, exponent: int) -> dict[Any, Any]:
        decimals = f".{'0' * exponent}" if exponent else ""
        shown = {
            ColumnKind.MONEY: f"#,##0{decimals}",
            ColumnKind.PERCENT: "0.0%",
            ColumnKind.INTEGER: "#,##0",
            ColumnKind.DATE: "yyyy-mm-dd",
        }
        made = {kind: self._book.add_format({"num_format": shape}) for kind, shape in shown.items()}
        header = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
        wrapped = {"text_wrap": True, "valign": "top"}
        more = {"title": {"bold": True, "font_size": 16}, "header": header, "bold": {"bold": True}, "wrapped": wrapped}
        return made | {name: self._book.add_format(style) for name, style in more.items()}

    def _format(self, column: Column) -> Any:
        if column.kind is not ColumnKind.NUMBER:
            return self._formats.get(column.kind)
        shape = f"#,##0.{'0' * column.decimals}"
        return self._formats.get(shape) or self._formats.setdefault(shape, self._book.add_format({"num_format": shape}))

    def _first(self, document: Document) -> None:
        sheet = self._sheet("Summary")
        sheet.set_column(0, 0, 38)
        sheet.set_column(1, 1, 80)
        sheet.write_string(0, 0, document.title, self._formats["title"])
        about = [("Business", document.business), ("Period", document.period), *document.filters]
        about += [("Currency", document.currency), ("Made", f"{document.made_at:%Y-%m-%d %H:%M}")]
        row = 2
        for label, value in about:
            sheet.write_string(row, 0, label, self._formats["bold"])
            sheet.write_string(row, 1, value)
            row += 1
        for column, cell in document.figures:
            row += 1
            sheet.write_string(row, 0, column.title, self._formats["bold"])
            (shown,) = self.shown(column.kind, [cell])
            sheet.write(row, 1, shown, self._format(column))
        for text in (*document.notices, document.definition):
            row += 2
            sheet.write_string(row, 0, "How it is computed" if text is document.definition else "Notice")
            sheet.write_string(row, 1, text[:LONGEST_TEXT], self._formats["wrapped"])

    def shown(self, kind: ColumnKind, cells: list[Any]) -> list[Any]:
        """The cells of a column as a sheet has them: amounts and percentages as numbers, days by serial number."""
        match kind:
            case ColumnKind.TEXT:
                return [None if cell is None else cell[:LONGEST_TEXT] for cell in cells]
            case ColumnKind.MONEY:
                unit = 10**self._exponent
                return [None if cell is None else cell / unit for cell in cells]
            case ColumnKind.PERCENT:
                return [None if cell is None else cell / 100 for cell in cells]
            case ColumnKind.DATE:
                return [None if cell is None else _serial(cell) for cell in cells]
            case _:
                return cells

    def part(self, table: Table) -> "Part":
        """A sheet for a part, and more of them where it is longer than a sheet."""
        return Part(self, table)

    def sheet_of(self, table: Table, place: int) -> Any:
        """The sheet for a part, the place-th of it."""
        return self._sheet(table.title if place == 1 else f"{table.title[: LONGEST_NAME - 6]} ({place})")

    def _sheet(self, title: str) -> Any:
        name = "".join(letter for letter in title if letter not in "[]:*?/\\")[:LONGEST_NAME].strip("'") or "Part"
        number = 2
        while name.lower() in self._names:
            name, number = f"{name[: LONGEST_NAME - 4]} ({number})", number + 1
        self._names.add(name.lower())
        return self._book.add_worksheet(name)

    def header(self, sheet: Any, table: Table) -> None:
        """The frozen first row, with the widths of the columns."""
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(table.columns):
            sheet.set_column(at, at, _width(column), self._format(column))
            sheet.write_string(0, at, column.title, self._formats["header"])

    def close(self) -> None:
        """Put the workbook together."""
        self._book.close()


class Part:
    """The sheets of one part."""

    def __init__(self, of: XlsxWriter, table: Table) -> None:
        self._of, self._table = of, table
        self._sheets = 0
        self._begin()

    def _begin(self) -> None:
        self._sheets += 1
        self._sheet, self._row = self._of.sheet_of(self._table, self._sheets), 0
        self._of.header(self._sheet, self._table)

    def write(self, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch."""
        kinds = (column.kind for column in self._table.columns)
        columns = [self._of.shown(kind, cells) for kind, cells in zip(kinds, cells_of(batch), strict=True)]
        for cells in zip(*columns, strict=True):
            if self._row == MOST_ROWS:
                self._begin()
            self._row += 1
            self._sheet.write_row(self._row, 0, cells)


def _serial(day: int) -> int | str:
    serial = day + EXCEL_EPOCH
    return serial if serial >= FIRST_EXCEL_DAY else date_of(day).isoformat()


def _width(column: Column) -> int:
    if column.kind is ColumnKind.TEXT:
        return 34 if column.wide else 18
    longest_word = max(map(len, column.title.split()))
    return max(NARROWEST, WIDTHS[column.kind], min(longest_word + 2, WIDEST))


def _naive(document: Document) -> Any:
    return document.made_at.replace(tzinfo=None)
