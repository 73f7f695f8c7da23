"""Physical lines out of the bytes of a text file, with their line ends, while memory stays flat."""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from ingest.problems import ImportProblem
from ingest.readers.encodings import encoding_of
from ingest.readers.kinds import GZIP, HEAD, head_of, kind_of, refuse_other_kinds, unpacks_to_too_much
from ingest.readers.source import LineCounts

BLOCK = 262_144  # bytes read at once
BATCHES_AHEAD = 4
ENDS = re.compile(r"[\r\n]")
LINE_LIMIT = 1_048_576  # characters; of a longer line one more than these is kept


@contextmanager
def open_lines(path: Path, encoding: str | None, counts: LineCounts) -> Generator["LineWindow"]:
    """Open a text file, packed or not; what is no text is refused by what it is."""
    with _unpacked(path) as binary:
        head = _read(binary, path, HEAD)
        refuse_other_kinds(path, head)
        if not head:
            raise ImportProblem(f"{path.name} is empty")
        yield LineWindow(_batches(binary, head, encoding_of(path, head, encoding), path), counts)


@contextmanager
def _unpacked(path: Path) -> Generator[IO[bytes]]:
    packed = path.name.lower().endswith(".gz")
    if packed and kind_of(head := head_of(path)) != GZIP:
        refuse_other_kinds(path, head)
        raise ImportProblem(f"{path.name} is not packed with gzip: name it {path.name[: -len('.gz')]}")
    with path.open("rb") as raw:
        yield cast(IO[bytes], _Unpacking(raw, path)) if packed else raw


class _Unpacking(gzip.GzipFile):
    """A packed file that is refused where it unpacks to much more than text does."""

    def __init__(self, raw: IO[bytes], path: Path) -> None:
        super().__init__(fileobj=raw)
        self._raw, self._path = raw, path

    def read(self, size: int | None = -1) -> bytes:
        """Read on."""
        data = super().read(size)
        if unpacks_to_too_much(self.tell(), self._raw.tell()):
            raise ImportProblem(
                f"{self._path.name} is no packed text: it unpacks to more than {self.tell():,} bytes "
                f"from {self._raw.tell():,}. Unpack it, and import the file inside"
            )
        return data


def _read(binary: IO[bytes], path: Path, size: int, line: int = 0) -> bytes:
    try:
        return binary.read(size)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ImportProblem(
            f"{path.name} is not a whole gzip file (after line {line}): {error}. Copy or download it again"
        ) from error


@dataclass
class LineWindow:
    """The lines of a file that are read and not yet taken; `number` is that of the first of them."""

    batches: Iterator[list[str]]
    counts: LineCounts
    lines: list[str] = field(default_factory=list[str])
    number: int = 1

    def fill(self, count: int) -> bool:
        """Read on until there are so many lines, if they are not too long; whether there is any."""
        for _ in range(BATCHES_AHEAD):
            if len(self.lines) >= count or not self.more():
                break
        return bool(self.lines)

    def more(self) -> bool:
        """Read on; whether there was more."""
        batch = next(self.batches, None)
        if batch is None:
            return False
        self.counts.physical_lines += len(batch)
        self.lines += batch
        return True

    def take(self, count: int) -> None:
        """Let go of the first lines."""
        del self.lines[:count]
        self.number += count


def _batches(binary: IO[bytes], head: bytes, encoding: str, path: Path) -> Iterator[list[str]]:
    """The lines of one block after the other, never an empty list."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, pending, data = 0, "", head
    while True:
        state = decoder.getstate()
        try:
            text = decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            decoder.setstate(state)
            before = pending + _valid_part(decoder, data, error, len(state[0]))
            raise ImportProblem(_wrong_byte(path, line + len(_split(f"{before}.")), encoding, error)) from error
        except UnicodeError as error:  # UTF-16 and UTF-32 that do not begin with their mark
            raise ImportProblem(
                f"{path.name} cannot be read as {encoding}: {error}. Name it exactly, like --encoding utf-16-le"
            ) from error
        if len(pending) > LINE_LIMIT and data and not ENDS.search(pending[-1] + text):
            data = _read(binary, path, BLOCK, line)  # of a line that is too long no more is kept
            continue
        lines = _split(pending + text)
        pending = lines.pop() if data and lines and not lines[-1].endswith("\n") else ""  # a \r may be half of \r\n
        if len(pending) > LINE_LIMIT:
            pending = pending[: LINE_LIMIT + 1] + ("\r" if pending.endswith("\r") else "")
        if lines:
            line += len(lines)
            yield lines
        if not data:
            return
        data = _read(binary, path, BLOCK, line)


def _split(text: str) -> list[str]:
    """Lines with their ends: \\n, \\r\\n or \\r, and unlike str.splitlines nothing else. Byte order marks go."""
    lines = list(io.StringIO(text, newline=""))
    if "\ufeff" in text:  # files put one behind the other have them in the midst
        lines = [bare for line in lines if (bare := line.lstrip("\ufeff"))]
    return lines


def _valid_part(decoder: codecs.IncrementalDecoder, data: bytes, error: UnicodeDecodeError, buffered: int) -> str:
    with suppress(UnicodeDecodeError):
        return decoder.decode(data[: max(0, error.start - buffered)])
    return ""


def _wrong_byte(path: Path, line: int, encoding: str, error: UnicodeDecodeError) -> str:
    byte = error.object[error.start]
    name = "UTF-8" if encoding == "utf-8" else encoding
    return (
        f"{path.name} is not {name}: byte 0x{byte:02x} in line {line}. "
        "Name the encoding it was written in, like --encoding cp1252 or --encoding latin-1"
    )
