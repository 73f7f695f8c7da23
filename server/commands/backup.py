"""The commands `backup` and `restore`: everything that a store holds, into one file and into an empty store."""

import os
import zipfile
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import typer

from models.backup import Contents, Filling, TableLayout, contents, filling, layouts
from models.database import Database
from models.erasure import erased_customer
from models.migrate import migrate
from models.rows_in_bulk import insert_rows
from models.schema_version import is_known, schema_of
from models.statistics import refresh_statistics
from resolvers.delivered import discard_undelivered
from resolvers.erasure import erase_what_came_back
from resolvers.operation.ids import use_ids_of
from rules.failures import Failure
from server.commands.actor import COMMAND_LINE
from server.commands.archive_tables import CHUNK, NotABackup
from server.commands.archives import (
    ArchiveReader,
    ArchiveWriter,
    Digest,
    Manifest,
    chunk_of,
    reading,
    refuse_strangers,
)
from server.commands.erasure_log import COLUMNS, LOG, ErasureLog, LoggedErasure, erasures_missing, log_since, write_log
from server.commands.progress import progress_bar
from server.settings import Settings
from server.store import StoreError, naming_problems, opened, weakness_of_guard

Progress = Callable[[str, int, int | None], None]


class BackupFailed(Failure):
    """What was written is not what was read; the message says where."""


# ---------------------------------------------------------------- backup


async def back_up(settings: Settings, target: Path, now: datetime) -> None:
    """Write everything that the store holds at this moment into a new file, and read it again to be sure."""
    async with opened(settings) as database:
        schema = await schema_of(database)
        with _arriving(target) as part, progress_bar() as bar:
            digests, manifest = await _write(database, part, schema or "", now, bar.rows)
            _compare(part, digests, bar.rows)
    _tell(target, manifest)


def _tell(target: Path, manifest: Manifest) -> None:
    rows, size = sum(manifest.rows.values()), target.stat().st_size
    businesses = ", ".join(manifest.businesses) or "no business"
    typer.echo(f"{target}: {rows:,} rows, {size:,} bytes, verified; {businesses}")


@contextmanager
def _arriving(target: Path) -> Generator[Path]:
    """A file beside the target, readable by its owner alone, that becomes the target when it is complete."""
    if target.exists():
        raise BackupFailed(f"{target} is there already: choose another name")
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


async def _write(
    database: Database, part: Path, schema: str, now: datetime, progress: Progress
) -> tuple[dict[str, Digest], Manifest]:
    async with contents(database) as found:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as file:
            archive, tables = ArchiveWriter(file), layouts()
            digests = {layout.name: await _write_table(found, archive, layout, progress) for layout in tables}
            rows = {name: digest.rows for name, digest in digests.items()}
            manifest = Manifest(
                schema=schema,
                made_at=now,
                epoch=await found.epoch(),
                businesses=await found.business_revisions(),
                tables=tables,
                rows=rows,
            )
            archive.close(manifest)
    return digests, manifest


async def _write_table(found: Contents, archive: ArchiveWriter, layout: TableLayout, progress: Progress) -> Digest:
    digest, of = Digest(), await found.count(layout.name)
    with archive.table(layout) as write:
        async for values in found.rows(layout, CHUNK):
            chunk = chunk_of(layout.columns, values)
            digest.add(chunk)
            write(chunk)
            progress(layout.name, digest.rows, of)
    return digest


def _compare(part: Path, digests: dict[str, Digest], progress: Progress) -> None:
    with reading(part) as archive:
        for layout, chunks in archive.tables():
            digest, of = Digest(), digests[layout.name]
            for chunk in chunks:
                digest.add(chunk)
                progress("verifying", digest.rows, of.rows)
            if digest != of:
                raise BackupFailed(f"what was written of {layout.name} is not what was read: nothing was kept")


# ---------------------------------------------------------------- restore


async def restore(settings: Settings, source: Path, replaces: str | None = None) -> None:
    """Fill an empty store from a backup, all of it or nothing; afterwards it is a new store, with a new epoch.

    Who was erased since is erased again, by the log of the store that it `replaces` or of a later backup.
    """
    with reading(source) as archive:
        _check(archive, source)
        log = await log_since(source, archive, replaces)
        missing = erasures_missing(archive, log)
        manifest, database = archive.manifest, Database(settings.store)
        try:
            async with naming_problems(database):
                await _make_tables(database, manifest.schema)
            with progress_bar() as bar:
                async with filling(database, manifest.tables) as fill:
                    await _fill(fill, archive, bar.rows, missing)
            await migrate(database)
            await discard_undelivered(database)
            await _erase_again(database, archive, missing)
            await refresh_statistics(database)
            weakness = await weakness_of_guard(database)
        finally:
            await database.close()
    businesses = ", ".join(f"{name} at revision {revision}" for name, revision in manifest.businesses.items())
    typer.echo(f"restored {sum(manifest.rows.values()):,} rows of {manifest.made_at:%Y-%m-%d %H:%M} UTC, verified")
    typer.echo(f"  {businesses or 'no business'}")
    _tell_erasures(log, len(missing))
    if weakness is not None:
        typer.echo(f"  row-level security is weaker than it could be: {weakness}")


def _check(archive: ArchiveReader, source: Path) -> None:
    damaged = archive.damaged()
    if damaged:
        raise NotABackup(f"{source.name} is damaged: {damaged} is not what was written; nothing was restored")
    if not is_known(archive.manifest.schema):
        raise NotABackup(f"the backup has schema {archive.manifest.schema}, which this version does not know")


async def _make_tables(database: Database, schema: str) -> None:
    current = await schema_of(database)
    if current is None:
        await migrate(database, schema)
    elif current != schema:
        raise StoreError(f"the database has schema {current}, the backup {schema}: restore it into a new database")


def _tell_erasures(log: ErasureLog, again: int) -> None:
    if log.source is not None:
        typer.echo(f"  erased since, by {log.source}: {again:,}, who are erased again")
    else:
        typer.echo(
            "  who was erased since is not known: there is no later backup beside it, and --replaces names no store"
        )


async def _erase_again(database: Database, archive: ArchiveReader, missing: Sequence[LoggedErasure]) -> None:
    await use_ids_of(database)
    if not _has_log(archive):
        async with database.transaction() as connection:
            await insert_rows(connection, erased_customer, COLUMNS, [tuple(row) for row in missing])
    await erase_what_came_back(database, actor=COMMAND_LINE, clock=lambda: datetime.now(UTC))


def _has_log(archive: ArchiveReader) -> bool:
    return any(layout.name == LOG for layout in archive.manifest.tables)


async def _fill(
    fill: Filling, archive: ArchiveReader, progress: Progress, missing: Sequence[LoggedErasure] = ()
) -> None:
    refuse_strangers(archive.manifest.tables, await fill.tables_there())
    occupied = await fill.occupied()
    if occupied:
        raise StoreError(f"the database is not empty (it has rows in {occupied}): restore goes into a new one only")
    await fill.clear()
    for layout, chunks in archive.tables():
        digest, of = Digest(), archive.manifest.rows[layout.name]
        for chunk in chunks:
            await fill.add(layout, [column.to_pylist() for column in chunk.columns])
            digest.add(chunk)
            progress(layout.name, digest.rows, of)
        if digest.rows != of:
            raise NotABackup(f"the backup has {digest.rows:,} rows of {layout.name} where it says {of:,}")
    await fill.refer_ahead()
    for layout, chunks in archive.tables():
        await _compare_restored(fill, layout, chunks, progress)
    await fill.make_new()
    if _has_log(archive):  # in the same transaction: nobody finds the store without it
        await write_log(fill, missing)


async def _compare_restored(fill: Filling, layout: TableLayout, chunks: Iterable[pa.Table], progress: Progress) -> None:
    meant, restored = Digest(), Digest()
    for chunk in chunks:
        meant.add(chunk)
    async for values in fill.written.rows(layout, CHUNK):
        restored.add(chunk_of(layout.columns, values))
        progress("verifying", restored.rows, meant.rows)
    if meant != restored:
        raise BackupFailed(f"what was restored of {layout.name} is not what the backup holds: nothing was kept")
