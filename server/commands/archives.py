"""The file that `backup` writes: a ZIP of one Parquet file for each table, with a manifest that says what they are.

The form is the same for every store, so what was backed up on SQLite can be restored into PostgreSQL and the other way.
"""

import zipfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.apart import apart
from models.backup import Columns, StoredKind, TableLayout
from server.commands.archive_tables import NotABackup, in_words, pieces_of

FORMAT = "customer-api-backup"
VERSION = 1
MANIFEST = "manifest.json"
MOST_MANIFEST = 4 * 2**20  # bytes: of some 60,000 businesses
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others would be unpacked all at once
MOST_GROWN = 4  # times the file that its parts may unpack to: what `backup` writes is not packed by the ZIP

arrow = cast(Any, pa)  # it comes without types
ARROW_TYPES: dict[StoredKind, Any] = {
    StoredKind.INTEGER: arrow.int64(),
    StoredKind.TEXT: arrow.string(),
    StoredKind.BOOLEAN: arrow.bool_(),
    StoredKind.MOMENT: arrow.timestamp("us", tz="UTC"),
    StoredKind.DAY: arrow.date32(),
}


@dataclass(frozen=True)
class Manifest:
    """What a backup is of."""

    schema: str
    made_at: datetime
    epoch: str
    businesses: Mapping[str, int]  # the revision of each, by name
    tables: Sequence[TableLayout]
    rows: Mapping[str, int]

    def as_json(self) -> bytes:
        """The manifest as it stands in the file."""
        head = {"format": FORMAT, "version": VERSION, "schema": self.schema, "made_at": self.made_at}
        tables = [{**vars(layout), "rows": self.rows[layout.name]} for layout in self.tables]
        told = {**head, "epoch": self.epoch, "businesses": self.businesses, "tables": tables}
        return orjson.dumps(told, option=orjson.OPT_INDENT_2)

    @classmethod
    def of_json(cls, text: bytes) -> "Manifest":
        """The manifest of a file; NotABackup where it is none that this version reads."""
        try:
            return cls._of(orjson.loads(text))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise NotABackup(f"its manifest is none, or damaged: {error}") from error

    @classmethod
    def _of(cls, told: Any) -> "Manifest":
        if told["format"] != FORMAT or told["version"] != VERSION:
            raise NotABackup(f"it is of a form that this version does not read: {told['format']} {told['version']}")
        return cls(
            _text(told["schema"]),
            datetime.fromisoformat(told["made_at"]),
            _text(told["epoch"]),
            {name: _whole(revision) for name, revision in told["businesses"].items()},
            [_layout(table) for table in told["tables"]],
            {table["name"]: _whole(table["rows"]) for table in told["tables"]},
        )


def _whole(told: Any) -> int:
    if type(told) is not int or told < 0:
        raise ValueError(f"{told!r:.60} is no number of rows or revision")
    return told


def _text(told: Any) -> str:
    if type(told) is not str:
        raise ValueError(f"{told!r:.60} is no name")
    return told


def _layout(told: Mapping[str, Any]) -> TableLayout:
    columns = {name: StoredKind(kind) for name, kind in told["columns"].items()}
    key, references = (tuple(map(_text, told[names])) for names in ("key", "own_references"))
    return TableLayout(_text(told["name"]), columns, key, tuple(sorted(references)))


def refuse_strangers(told: Sequence[TableLayout], there: Mapping[str, TableLayout]) -> None:
    """Raise NotABackup unless the tables that a manifest tells are those of the schema, each once and the same in all.

    A name of the manifest stands in SQL only after this.
    """
    names = [layout.name for layout in told]
    if sorted(names) != sorted(there):
        raise NotABackup("the backup does not have the tables of its schema: was its manifest changed?")
    for layout in told:
        if layout != there[layout.name]:
            raise NotABackup(f"the backup tells other columns of {layout.name} than its schema has: was it changed?")


# ---------------------------------------------------------------- digests


@cache
def _hashing() -> duckdb.DuckDBPyConnection:
    """What computes the hashes of all tables: to begin one for each took longer than all else of a small store."""
    return duckdb.connect(":memory:", config={"threads": 1})


class Digest:
    """How many rows there are, and the sum of their hashes, whatever their order."""

    def __init__(self) -> None:
        self.rows = 0
        self.total = 0

    def add(self, chunk: pa.Table) -> None:
        """Count some rows in."""
        names = ", ".join(f'"{name}"' for name in chunk.column_names)
        counted = _hashing().cursor().execute(f"SELECT count(*), sum(hash({names})) FROM chunk").fetchone()
        if counted and counted[0]:
            self.rows += counted[0]
            self.total += counted[1]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Digest) and (self.rows, self.total) == (other.rows, other.total)

    __hash__ = None  # pyright: ignore[reportAssignmentType]  it changes


def chunk_of(columns: Columns, values: Sequence[Sequence[Any]]) -> pa.Table:
    """Some rows of a table, given as one list of values for each column."""
    typed = zip(values, columns.values(), strict=True)
    arrays: list[Any] = [arrow.array(some, ARROW_TYPES[kind]) for some, kind in typed]
    return pa.Table.from_arrays(arrays, list(columns))


# ---------------------------------------------------------------- the file


class ArchiveWriter:
    """Writes the tables one after the other, and the manifest at the end."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file

    @contextmanager
    def table(self, layout: TableLayout) -> Generator[Callable[[pa.Table], None]]:
        """What writes the rows of a table."""
        with (
            self._file.open(f"{layout.name}.parquet", "w", force_zip64=True) as member,
            pq.ParquetWriter(member, _columns(layout), compression="zstd") as writer,
        ):
            yield writer.write_table

    def close(self, manifest: Manifest) -> None:
        """Say what it was."""
        self._file.writestr(MANIFEST, manifest.as_json())


def _columns(layout: TableLayout) -> Any:
    return arrow.schema([(name, ARROW_TYPES[kind]) for name, kind in layout.columns.items()])


class _Unreadable(Exception):
    """A table takes too much to be read."""


class ArchiveReader:
    """Reads a backup; the ZIP's own checksums tell about damage."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.manifest = manifest
        self._path = path

    def tables(self, *names: str) -> Iterator[tuple[TableLayout, Iterator[pa.Table]]]:
        """Each table, or those of these names, with its rows, some at a time, to be taken to their end before the next.

        They are read apart, for a few bytes of them may stand for gigabytes.
        """
        wanted = [layout for layout in self.manifest.tables if not names or layout.name in names]
        asked = [(layout.name, _columns(layout)) for layout in wanted]
        with apart(pieces_of, self._path, asked, refusal=_Unreadable()) as pieces:
            for layout in wanted:
                yield layout, _rows(layout, pieces)

    def damaged(self) -> str | None:
        """The name of a part whose bytes are not what was written, None where all are."""
        with in_words(), zipfile.ZipFile(self._path) as file:
            return file.testzip()


def _rows(layout: TableLayout, pieces: Iterator[pa.Table | None]) -> Iterator[pa.Table]:
    try:
        for piece in pieces:
            if piece is None:
                return
            yield piece
    except _Unreadable:
        raise NotABackup(
            f"{layout.name}.parquet takes more memory or time to read than any that `backup` writes"
        ) from None


def _refuse_bombs(file: zipfile.ZipFile, path: Path) -> None:
    if file.getinfo(MANIFEST).file_size > MOST_MANIFEST:
        raise NotABackup(f"its manifest has more than {MOST_MANIFEST:,} bytes")
    if any(part.compress_type not in PACKINGS for part in file.infolist()):
        raise NotABackup("it is packed in a way that `backup` does not use")
    size = path.stat().st_size
    unpacked = sum(part.file_size for part in file.infolist())
    if unpacked > MOST_MANIFEST and unpacked > MOST_GROWN * size:
        raise NotABackup(f"it unpacks to {unpacked:,} bytes from {size:,}, which no backup does")


def _manifest_of(path: Path) -> Manifest:
    with in_words(), zipfile.ZipFile(path) as file:
        _refuse_bombs(file, path)
        return Manifest.of_json(file.read(MANIFEST))


@contextmanager
def reading(path: Path) -> Generator[ArchiveReader]:
    """A backup to be read; NotABackup says what is wrong with a file that is none."""
    try:
        yield ArchiveReader(path, _manifest_of(path))
    except NotABackup as error:
        raise NotABackup(f"{path.name} cannot be restored: {error}") from None
