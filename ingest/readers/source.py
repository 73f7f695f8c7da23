"""What an open file gives: the names of its columns, its rows in chunks, and the counts that prove none is lost."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.problems import ImportProblem

CHUNK_ROWS = 5_000  # small enough that a chunk stays in the processor's cache
FIELD_LIMIT = 131_072  # characters; the C reader's own limit
MOST_COLUMNS = 1_000  # what a row may need of memory where the rows are brought in order
HEADER_RECORDS = 30  # among the first so many the header is looked for
SHOWN = 1_000  # characters of an unreadable field that a reject shows

TOO_LONG = f"a field has more than {FIELD_LIMIT:,} characters; shorten it"
HOLDS_NUL = "the row holds a NUL character (a byte of zero, shown as ␀); take it out"
HEADER_AGAIN = "the header again: are several files pasted together? Leave the line out"

Wanted = Callable[[list[str]], bool]


@dataclass(frozen=True)
class Reading:
    """How a file is to be read, as far as it was told."""

    encoding: str | None
    delimiter: str | None
    wanted: Wanted | None


@dataclass
class Chunk:
    """Some consecutive rows: each as many texts as the header has names; `problems` by index in the chunk."""

    lines: list[int] = field(default_factory=list[int])
    rows: list[Sequence[str]] = field(default_factory=list[Sequence[str]])
    problems: dict[int, str] = field(default_factory=dict[int, str])

    def add(self, line: int, row: Sequence[str], problem: str | None = None) -> None:
        """Append one row."""
        if problem is not None:
            self.problems[len(self.rows)] = problem
        self.lines.append(line)
        self.rows.append(row)


@dataclass
class LineCounts:
    """What became of the lines of a file so far; when it is read, `physical_lines` is the sum of the other four.

    Lines of a workbook are the rows of its sheet, those of a Parquet file its rows.
    """

    records: int = 0  # given as rows, those with a problem included
    blank_lines: int = 0
    header_lines: int = 0  # all up to the header's last line: preamble, `sep=`, the header itself
    continuation_lines: int = 0  # the second and later lines of records that span lines
    physical_lines: int = 0


@dataclass(frozen=True)
class Source:
    """An open file: the names of its columns, its chunks, which can be read once, and counts that grow meanwhile."""

    header: list[str]
    chunks: Iterator[Chunk]
    counts: LineCounts


BLANKS = re.compile(r"\s+")


def cleaned_name(name: str) -> str:
    """The name of a column without blanks around it; a line break in it is one blank."""
    return BLANKS.sub(_as_one_where_broken, name).strip()


def _as_one_where_broken(blanks: re.Match[str]) -> str:
    return " " if "\n" in blanks[0] or "\r" in blanks[0] else blanks[0]


def cleaned_names(names: Sequence[str]) -> list[str]:
    """Names of columns, without the nameless ones at the end."""
    cleaned = [cleaned_name(name) for name in names]
    while cleaned and not cleaned[-1]:
        cleaned.pop()
    return cleaned


def checked_header(names: Sequence[str], path: Path) -> list[str]:
    """The cleaned names, where there are any."""
    header = cleaned_names(names)
    if not header:
        raise ImportProblem(f"{path.name} has no header: its first line must name the columns")
    if len(header) > MOST_COLUMNS:
        raise ImportProblem(f"{path.name} has {len(header):,} columns, and at most {MOST_COLUMNS:,} are read")
    return header


def add_fitted(chunk: Chunk, line: int, row: Sequence[str], header: Sequence[str], delimiter: str) -> None:
    """Append a row whose fields are as many as the header's, or say that they are not; empty ones at the end go."""
    width = len(header)
    if len(row) > width and not any(row[width:]):
        row = row[:width]
    if len(row) == width:
        chunk.add(line, row, HEADER_AGAIN if repeats_header(row, header) else None)
        return
    fields = "1 field" if len(row) == 1 else f"{len(row)} fields"
    chunk.add(line, squeezed(row, width, delimiter), f"{fields} where the header has {width}")


def repeats_header(row: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a row is the header again."""
    first = row[0].strip()
    return (first == header[0] or "\n" in first or "\r" in first) and cleaned_names(row) == header


def squeezed(row: Sequence[str], width: int, delimiter: str) -> list[str]:
    """The row with so many fields: what is too much stands in the last one, what lacks is empty."""
    fitted = [*row[: width - 1], delimiter.join(row[width - 1 :])] if len(row) > width else [*row]
    return [*fitted, *[""] * (width - len(fitted))]


def shown(text: str) -> str:
    """A text as a reject shows it: not too long, without a NUL, which no store takes."""
    return (f"{text[:SHOWN]}…" if len(text) > FIELD_LIMIT else text).replace("\0", "␀")


def cell_problem(row: Sequence[str]) -> str | None:
    """What no row may hold."""
    if max(map(len, row), default=0) > FIELD_LIMIT:
        return TOO_LONG
    return HOLDS_NUL if any("\0" in text for text in row) else None
