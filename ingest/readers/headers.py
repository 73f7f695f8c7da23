"""Where the header of a text file is, and the delimiter that splits it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ingest.problems import ImportProblem
from ingest.readers.lines import LineWindow
from ingest.readers.quotes import UNCLOSED, fields_as_they_stand, fields_in, fields_of_line
from ingest.readers.source import HEADER_RECORDS, Wanted, checked_header, cleaned_names

DELIMITERS = ",;\t|"
HEADER_SPAN = 30  # lines that a header with line breaks in its names may have
LINES_SEARCHED = 1_000
SEPARATOR_LINE = re.compile(r'"?sep=([^"\r\n])"?[\r\n]*', re.IGNORECASE)


@dataclass(frozen=True)
class HeaderFound:
    """A header: its names, the delimiter between them, how many lines to skip with it."""

    names: list[str]
    delimiter: str
    lines: int


@dataclass(frozen=True)
class _Candidate:
    """A record that may be the header, read with one delimiter; `problem` where it cannot be."""

    names: list[str]
    delimiter: str
    start: int
    end: int
    problem: str | None = None


def find_header(window: LineWindow, path: Path, told: str | None, wanted: Wanted | None) -> HeaderFound:
    """The header among the first lines, which stay in the window."""
    if not window.fill(LINES_SEARCHED):
        raise ImportProblem(f"{path.name} is empty")
    separator = SEPARATOR_LINE.fullmatch(window.lines[0])
    start = 1 if separator else 0
    given = _checked_delimiter(told) if told is not None else separator and separator[1]
    found = _chosen(window, start, given or DELIMITERS, wanted, prefers_tab=not path.name.lower().startswith(".csv"))
    if found is None:
        raise ImportProblem(f"{path.name} has no header: its lines are blank")
    if found.problem:
        raise ImportProblem(f"{path.name}, line {found.start + 1}, the header: {found.problem}")
    return HeaderFound(checked_header(found.names, path), found.delimiter, found.end)


def _checked_delimiter(told: str) -> str:
    delimiter = "\t" if told in ("\\t", "tab") else told
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise ImportProblem(f'"{told}" cannot be a delimiter: it must be one character, like --delimiter ";"')
    return delimiter


def _chosen(
    window: LineWindow, start: int, delimiters: str, wanted: Wanted | None, *, prefers_tab: bool
) -> _Candidate | None:
    every = [list(islice(_candidates(window.lines, start, mark, wanted), HEADER_RECORDS)) for mark in delimiters]
    firsts = [records[0] for records in every if records]
    asked = [hit for records in every for hit in records if _is_wanted(hit, wanted)]
    nearest = min((hit.start for hit in asked), default=0)
    choices = [hit for hit in asked if hit.start == nearest] or firsts
    tabbed = [choice for choice in choices if choice.delimiter == "\t" and len(choice.names) > 1]
    if prefers_tab and tabbed:
        return tabbed[0]
    return max(choices, key=lambda choice: len(choice.names), default=None)


def _is_wanted(candidate: _Candidate, wanted: Wanted | None) -> bool:
    return wanted is not None and candidate.problem is None and wanted(cleaned_names(candidate.names))


def _candidates(lines: Sequence[str], start: int, delimiter: str, wanted: Wanted | None) -> Iterator[_Candidate]:
    """The records from the first line that is not blank, while nobody knows how many columns there are."""
    while start < len(lines):
        if not lines[start].strip():
            start += 1
            continue
        candidate = _candidate(lines, start, delimiter)
        yield candidate
        is_title = wanted is not None and not _is_wanted(candidate, wanted)  # whose quote may be a stray
        start = start + 1 if is_title else candidate.end


def _candidate(lines: Sequence[str], start: int, delimiter: str) -> _Candidate:
    row = fields_of_line(lines[start], delimiter)
    if row == UNCLOSED:
        for end in range(start + 2, min(start + HEADER_SPAN, len(lines)) + 1):
            joined = fields_in(lines[start:end], delimiter)
            if joined != UNCLOSED:
                if isinstance(joined, str):
                    break
                return _Candidate(joined, delimiter, start, end)
    if isinstance(row, str):
        return _unreadable(lines[start], start, delimiter, row)
    return _Candidate(row, delimiter, start, start + 1)


def _unreadable(line: str, start: int, delimiter: str, problem: str) -> _Candidate:
    return _Candidate(fields_as_they_stand(line, delimiter), delimiter, start, start + 1, problem)
