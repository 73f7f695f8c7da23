"""Text files: CSV and its like, with any delimiter, encoding and line ends, packed or not."""

import csv
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.readers.headers import find_header
from ingest.readers.lines import LineWindow, open_lines
from ingest.readers.quotes import UNCLOSED, fields_as_they_stand, fields_of_line, spanning_record
from ingest.readers.source import (
    CHUNK_ROWS,
    FIELD_LIMIT,
    Chunk,
    LineCounts,
    Reading,
    Source,
    add_fitted,
    repeats_header,
    shown,
    squeezed,
)

LINE_SHOWN = 2 * FIELD_LIMIT  # characters of an unreadable line that are looked at to show it


@contextmanager
def open_delimited(path: Path, reading: Reading) -> Generator[Source]:
    """Open a text file whose first record, or the first one wanted, is the header."""
    counts = LineCounts()
    with open_lines(path, reading.encoding, counts) as window:
        found = find_header(window, path, reading.delimiter, reading.wanted)
        window.take(found.lines)
        counts.header_lines = found.lines
        yield Source(found.names, RecordReader(window, found.delimiter, found.names).chunks(), counts)


@dataclass
class RecordReader:
    """Reads the records below the header: many lines at once where each is a record, else line by line."""

    window: LineWindow
    delimiter: str
    header: list[str]

    def chunks(self) -> Iterator[Chunk]:
        """All records, and whatever is wrong with them."""
        window, counts = self.window, self.window.counts
        while window.fill(CHUNK_ROWS):
            lines = window.lines[:CHUNK_ROWS]
            chunk = self._at_once(lines) or self._one_by_one(lines)
            counts.records += len(chunk.rows)
            if chunk.rows:
                yield chunk

    def _at_once(self, lines: list[str]) -> Chunk | None:
        """The rows of lines of which each is a record by itself, None where one is not."""
        if max(map(len, lines)) > FIELD_LIMIT or "\0" in "".join(lines):
            return None
        try:
            rows = list(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return None
        if len(rows) != len(lines):
            return None
        number = self.window.number
        self.window.take(len(lines))
        width = len(self.header)
        if width > 1 and set(map(len, rows)) == {width} and not self._repeats_header(rows):
            return Chunk(list(range(number, number + len(rows))), list(rows))
        chunk = Chunk()
        for place, row in enumerate(rows):
            self._add(chunk, number + place, row, lines[place])
        return chunk

    def _repeats_header(self, rows: list[list[str]]) -> bool:
        first = self.header[0]
        return any(repeats_header(row, self.header) for row in rows if row[0].strip() == first)

    def _one_by_one(self, lines: list[str]) -> Chunk:
        chunk, window, index = Chunk(), self.window, 0
        while index < len(lines):
            line, number, used = window.lines[index], window.number + index, 1
            row = fields_of_line(line, self.delimiter)
            if row == UNCLOSED:
                spanning = spanning_record(window, index, len(self.header), self.delimiter)
                row, used = spanning or (row, 1)
            if isinstance(row, str):
                self._reject(chunk, number, line, row)
            else:
                self._add(chunk, number, row, line)
            window.counts.continuation_lines += used - 1
            index += used
        window.take(index)
        return chunk

    def _add(self, chunk: Chunk, number: int, row: list[str], line: str) -> None:
        if len(row) <= 1 and not line.strip():
            self.window.counts.blank_lines += 1
        else:
            add_fitted(chunk, number, row, self.header, self.delimiter)

    def _reject(self, chunk: Chunk, number: int, line: str, problem: str) -> None:
        fields = squeezed(fields_as_they_stand(line[:LINE_SHOWN], self.delimiter), len(self.header), self.delimiter)
        chunk.add(number, [shown(text) for text in fields], problem)
