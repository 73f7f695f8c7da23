"""Which lines are one record: strictly read, so that a stray double quote spoils its own line and no other."""

import csv
from collections.abc import Iterable, Sequence
from itertools import islice

from ingest.readers.lines import LINE_LIMIT, LineWindow
from ingest.readers.source import FIELD_LIMIT, HOLDS_NUL, TOO_LONG

RECORD_LINES = 1_000  # that a quoted field may span, with all of its record
RECORD_LENGTH = 131_072  # characters, likewise
NARROW = 2  # columns up to which a line of prose with a comma is easily taken for a row

UNCLOSED = 'a double quote is not closed; write one within a text as "", or take it out'
FOLLOWED = 'text follows a closing double quote; write one within a text as ""'
LONG_LINE = f"the line has more than {LINE_LIMIT:,} characters; is a line end missing?"


def fields_in(lines: Iterable[str], delimiter: str) -> list[str] | str:
    """The first record of these lines, or what is wrong with it."""
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return _words_for(str(error))


def fields_of_line(line: str, delimiter: str) -> list[str] | str:
    """The record that is this line alone, or what is wrong with it."""
    if len(line) > LINE_LIMIT:
        return LONG_LINE
    if "\0" in line:
        return HOLDS_NUL
    row = fields_in((line,), delimiter)
    if not isinstance(row, str) and len(line) > FIELD_LIMIT and max(map(len, row), default=0) > FIELD_LIMIT:
        return TOO_LONG
    return row


def fields_as_they_stand(line: str, delimiter: str) -> list[str]:
    """The fields of a line that cannot be read: a delimiter is one wherever it stands, a pair of quotes goes."""
    return [_without_quotes(text) for text in line.rstrip("\r\n").split(delimiter)]


def spanning_record(window: LineWindow, start: int, width: int, delimiter: str) -> tuple[list[str], int] | None:
    """The record of the line at `start`, whose quotes do not close, and how many lines it has.

    None where going on does not explain the open quote: the record has no end within the limits, is not read strictly,
    has not the header's number of fields, or would swallow a line that is a whole row.
    """
    _look_ahead(window, start)
    reader = csv.reader(islice(window.lines, start, start + RECORD_LINES), delimiter=delimiter, strict=True)
    try:
        row = next(reader)
    except csv.Error:
        return None
    if not _is_whole(row, width) or any("\0" in text for text in row):
        return None
    lines = window.lines[start : start + reader.line_num]
    if sum(map(len, lines)) > RECORD_LENGTH or (width > NARROW and _swallows(lines, width, delimiter)):
        return None
    return row, len(lines)


def _words_for(error: str) -> str:
    if error == "unexpected end of data":
        return UNCLOSED
    if error.startswith("field larger than field limit"):
        return TOO_LONG
    return FOLLOWED if "expected after" in error else f"not readable as CSV ({error})"


def _without_quotes(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return text[1:-1].replace('""', '"') if quoted else text


def _look_ahead(window: LineWindow, start: int) -> None:
    while len(window.lines) - start < RECORD_LINES and sum(map(len, window.lines[start:])) <= RECORD_LENGTH:
        if not window.more():
            break


def _is_whole(row: Sequence[str], width: int) -> bool:
    return len(row) == width or (len(row) > width and not any(row[width:]))


def _swallows(lines: Sequence[str], width: int, delimiter: str) -> bool:
    """Whether a later line is a row by itself.

    The last line holds the closing quote, and is no row to one who takes the quotes for what they are: what ends a text
    of several lines in the first column would always look like one. It is believed to be one only if the first line is
    a row too once its open quote is a letter: then both quotes are strays, like an inch sign or a ditto mark.
    """
    if any(_reads_whole(line, width, delimiter) for line in lines[1:-1]):
        return True
    if not _is_whole(_with_open_quote_as_text(lines[0], delimiter), width):
        return False
    return _reads_whole(lines[-1], width, delimiter) or _is_whole(fields_as_they_stand(lines[-1], delimiter), width)


def _reads_whole(line: str, width: int, delimiter: str) -> bool:
    row = fields_of_line(line, delimiter)
    return not isinstance(row, str) and _is_whole(row, width)


def _with_open_quote_as_text(line: str, delimiter: str) -> list[str]:
    *before, opened = next(csv.reader((line,), delimiter=delimiter))
    return [*before, *opened.rstrip("\r\n").split(delimiter)]
