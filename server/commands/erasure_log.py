"""Who was erased since a backup was made, so that a restore erases them again before it is served.

It is read of the store that is replaced, where that is said, or else of the newest later backup in the same folder.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, cast

from sqlalchemy import Select

from models.backup import Filling, StoredKind, TableLayout
from models.database import Database
from models.erasure import erased_customer, erasure_log
from models.revision import installation_key
from models.schema_version import head, schema_of
from server.commands.archives import ArchiveReader, NotABackup, reading
from server.store import StoreError

LOG = erased_customer.name
CUSTOMERS = "customer"
COLUMNS = ("business_id", "customer_id", "day")
WRITTEN = TableLayout(LOG, dict.fromkeys(COLUMNS, StoredKind.INTEGER), (), ())


class LoggedErasure(NamedTuple):
    """That a customer of a business was erased on a day."""

    business_id: int
    customer_id: int
    day: int


@dataclass(frozen=True)
class ErasureLog:
    """Who was erased, and what says so."""

    rows: frozenset[LoggedErasure] = frozenset()
    source: str | None = None


async def log_since(source: Path, archive: ArchiveReader, replaces: str | None) -> ErasureLog:
    """The erasure log of the store that is replaced, else of the newest backup of the same store beside the source."""
    key = _key_of(archive)
    if replaces is not None:
        return await _of_store(replaces, key)
    for path in _later(source, archive.manifest.made_at):
        with suppress(NotABackup, OSError), reading(path) as later:
            if _key_of(later) == key:
                rows = (LoggedErasure(*row) for row in _values(later, LOG, COLUMNS))
                return ErasureLog(frozenset(rows), path.name)
    return ErasureLog()


async def _of_store(url: str, key: str | None) -> ErasureLog:
    database = Database(url)
    try:
        if await schema_of(database) != head():
            raise StoreError("the store to replace has no schema of this version: run python main.py migrate on it")
        async with database.reading() as connection:
            if (await connection.execute(installation_key())).scalar_one() != key:
                raise StoreError("the store to replace is not the one that the backup was made of")
            rows = (await connection.execute(cast(Select[Any], erasure_log()))).all()
    finally:
        await database.close()
    return ErasureLog(frozenset(LoggedErasure(*row) for row in rows), "the store that it replaces")


def _later(source: Path, since: datetime) -> list[Path]:
    """The backups beside a file that were made after it, the newest first."""
    made: list[tuple[datetime, Path]] = []
    for path in source.parent.glob("*.zip"):
        with suppress(NotABackup, OSError), reading(path) as archive:
            made.append((archive.manifest.made_at, path))
    return [path for made_at, path in sorted(made, reverse=True) if made_at > since]


def _key_of(archive: ArchiveReader) -> str | None:
    """By what a store is the same as another one: the key of its ids, which a restored one keeps."""
    return next((key for (key,) in _values(archive, "installation", ("digest_key",))), None)


def _values(archive: ArchiveReader, name: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Some columns of a table of a backup; nothing where an older one has them not."""
    layout = next((one for one in archive.manifest.tables if one.name == name), None)
    if layout is None or not set(columns) <= layout.columns.keys():
        return
    for _, chunks in archive.tables(name):
        for chunk in chunks:
            yield from zip(*(chunk.column(column).to_pylist() for column in columns), strict=True)


# ---------------------------------------------------------------- into the restored store


def erasures_missing(archive: ArchiveReader, log: ErasureLog) -> list[LoggedErasure]:
    """Those of the log who are in the backup and not in its own log: keys of others are of nobody yet."""
    known = {LoggedErasure(*row)[:2] for row in _values(archive, LOG, COLUMNS)}
    wanted = {row[:2]: row for row in sorted(log.rows) if row[:2] not in known}
    there = _values(archive, CUSTOMERS, ("business_id", "id")) if wanted else iter(())
    return sorted(wanted[cast(tuple[int, int], pair)] for pair in there if pair in wanted)


async def write_log(fill: Filling, rows: Iterable[LoggedErasure]) -> None:
    """Write the log into the store that is being filled, with its rows or not at all."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    if columns:
        await fill.add(WRITTEN, columns)
