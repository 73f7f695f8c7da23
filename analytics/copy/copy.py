"""The columnar copy of a business's facts: loaded in one snapshot, caught up by revision, pinned by each operation."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import structlog
from sqlalchemy import SelectBase
from sqlalchemy.dialects import postgresql, sqlite

from analytics.copy.pinned import PinnedView, SnapshotMoved
from analytics.copy.sqlite_reader import sqlite_snapshot
from analytics.copy.statements import (
    all_rows,
    change_count,
    changed_keys,
    changed_rows,
    create,
    insert,
    remove,
    revision_of_business,
    row_count,
    sort_again,
)
from analytics.copy.tables import ALWAYS, COPIED_TABLES, CopiedTable
from models.database import Database
from models.tenancy import NO_ROLE, ROLE, for_business

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

log = structlog.get_logger()

Rows = Sequence[Sequence[Any]]
ReadRows = Callable[[SelectBase, dict[str, Any]], Awaitable[Rows]]

SETTINGS = (
    "SET enable_external_access = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET python_enable_replacements = false",
    "SET preserve_insertion_order = true",
    "SET TimeZone = 'UTC'",
    "SET lock_configuration = true",
)


@dataclass(frozen=True)
class CopyLimits:
    """How much the copies may hold, and how they work.

    `max_bytes` is over all businesses of the process, least recently used first to go. More than `small_change`
    rows that are new or changed are read in columns instead of through the operation that needs them. A table is
    sorted again when `unsorted_share` of its rows, and at least `unsorted_rows`, were added after it was sorted.
    """

    max_bytes: int = 8 * 1024**3
    statement_seconds: float = 30.0
    slow_seconds: float = 1.0
    small_change: int = 20_000
    unsorted_rows: int = 100_000
    unsorted_share: float = 0.1


@dataclass
class CopyFigures:
    """What a copy holds and did, for logs and metrics."""

    rows: dict[str, int] = field(default_factory=dict[str, int])
    nbytes: int = 0
    loads: int = 0
    load_seconds: float = 0.0
    catch_ups: int = 0
    catch_up_seconds: float = 0.0
    compactions: int = 0


class ColumnarCopy:
    """The copy of one business. `lock` orders its loads and catch-ups; pinned views read beside them."""

    def __init__(self, database: Database, business_id: int, limits: CopyLimits | None = None) -> None:
        self.lock = asyncio.Lock()
        self.revision: int | None = None
        self.figures = CopyFigures()
        self.business_id = business_id
        self._database = database
        self._limits = limits or CopyLimits()
        self._root: DuckDBPyConnection | None = None
        self._unsorted: dict[str, int] = {}

    @property
    def tables(self) -> frozenset[str]:
        """The names of the tables that it holds."""
        return frozenset(self._unsorted)

    async def bring_to(self, revision: int, read: ReadRows, need: frozenset[str] = frozenset()) -> None:
        """Make the copy hold the tables it needs and show exactly `revision`, the one that `read` sees.

        What is little is read through `read`, the asker's own snapshot. Call it with the lock held. Raises
        SnapshotMoved where the copy is past that revision, or had to go past it.
        """
        wanted = ALWAYS | self.tables | need
        missing = [copied for copied in COPIED_TABLES if copied.name in wanted - self.tables]
        ahead = 0 if self.revision is None else self.revision - revision
        if missing or ahead < 0:
            behind = self._held() if ahead < 0 else []
            if ahead > 0 or await self._much(behind, missing, read):
                await _to_its_end(self._synchronise, wanted)
            else:
                seen = {"seen": self.revision}
                changes = [(copied, *await _change(copied, seen, read)) for copied in behind]
                loads = [(copied, await read(all_rows(copied), {})) for copied in missing]
                await _to_its_end(self._catch_up, changes, loads, revision)
        if self.revision != revision:
            raise SnapshotMoved

    def pin(self) -> PinnedView:
        """A view of the version that the copy has now; call it with the lock held, close it after the operation."""
        assert self._root is not None
        return PinnedView(self._root.cursor(), self.tables, self._limits.statement_seconds, self._limits.slow_seconds)

    def drop(self) -> None:
        """Forget everything; pinned views keep what they see until they are closed."""
        self._root, self.revision = None, None  # not closed, which would close the pinned views' cursors too
        self._unsorted = {}
        self.figures.rows, self.figures.nbytes = {}, 0

    def _held(self) -> list[CopiedTable]:
        return [copied for copied in COPIED_TABLES if copied.name in self._unsorted]

    async def _much(self, behind: Sequence[CopiedTable], missing: Sequence[CopiedTable], read: ReadRows) -> bool:
        """Whether more has to be read than one operation reads by itself."""
        enough = self._limits.small_change
        found = (await read(change_count(), {"seen": self.revision}))[0][0] if behind else 0
        for copied in missing:
            if found <= enough:
                found += (await read(row_count(copied), {"enough": enough + 1}))[0][0]
        return found > enough

    def _synchronise(self, wanted: frozenset[str]) -> None:
        """Load what is not held and catch up with the rest, all from one snapshot of the store, in columns."""
        started, first = perf_counter(), self.revision is None
        with self._changing() as root, _snapshot(self._database, self.business_id) as cursor:
            revision = self._ask(cursor, revision_of_business(), {}).read_all().column(0)[0].as_py()
            for copied in COPIED_TABLES:
                if copied.name in self._unsorted:
                    self._replace_from(root, cursor, copied)
                elif copied.name in wanted:
                    self._load(root, copied, self._ask(cursor, all_rows(copied), {}))
        self._reached(int(revision))
        self._count_load(started)
        self._tell("mirror loaded" if first else "mirror synchronised", started)

    def _load(self, root: "DuckDBPyConnection", copied: CopiedTable, rows: Any) -> None:
        started = perf_counter()
        root.execute(f'DROP TABLE IF EXISTS "{copied.name}"')
        root.execute(create(copied))
        _insert(root, copied, rows)
        self._unsorted[copied.name] = 0
        log.info(
            "mirror table loaded",
            business=self.business_id,
            table=copied.name,
            rows=rows.num_rows if isinstance(rows, pa.Table) else _counts(root, [copied])[copied.name],
            seconds=round(perf_counter() - started, 3),
        )

    def _replace_from(self, root: "DuckDBPyConnection", cursor: Any, copied: CopiedTable) -> None:
        seen = {"seen": self.revision}
        keys = self._ask(cursor, changed_keys(copied), seen).read_all()
        rows = self._ask(cursor, changed_rows(copied), seen).read_all()
        self._replace(root, copied, keys, rows)

    def _ask(self, cursor: Any, statement: SelectBase, params: dict[str, Any]) -> pa.RecordBatchReader:
        dialect = sqlite.dialect() if self._database.is_sqlite else postgresql.dialect()
        bound = cast(Any, statement).params(business=self.business_id, **params)
        cursor.execute(str(bound.compile(dialect=dialect, compile_kwargs={"literal_binds": True})))
        return cursor.fetch_record_batch()

    def _catch_up(
        self, changes: list[tuple[CopiedTable, Rows, Rows]], loads: list[tuple[CopiedTable, Rows]], revision: int
    ) -> None:
        started, first = perf_counter(), self.revision is None
        with self._changing() as root:
            for copied, keys, rows in changes:
                self._replace(root, copied, _arrow(["key"], keys), _arrow(copied.columns, rows))
            for copied, rows in loads:
                self._load(root, copied, _arrow(copied.columns, rows))
        self._reached(revision)
        if loads:
            self._count_load(started)
        else:
            self.figures.catch_ups += 1
            self.figures.catch_up_seconds += perf_counter() - started
        self._tell("mirror loaded" if first else "mirror caught up", started)

    def _count_load(self, started: float) -> None:
        self.figures.loads += 1
        self.figures.load_seconds += perf_counter() - started

    def _replace(self, root: "DuckDBPyConnection", copied: CopiedTable, keys: pa.Table, rows: pa.Table) -> None:
        if not keys.num_rows:
            return
        root.register("changed", keys)
        root.execute(remove(copied, "changed"))
        root.unregister("changed")
        _insert(root, copied, rows)
        self._unsorted[copied.name] += rows.num_rows
        self._sort_where_it_pays(root, copied)

    def _sort_where_it_pays(self, root: "DuckDBPyConnection", copied: CopiedTable) -> None:
        unsorted = self._unsorted[copied.name]
        if unsorted < self._limits.unsorted_rows:
            return
        if unsorted < self._limits.unsorted_share * _counts(root, [copied])[copied.name]:
            return
        for statement in sort_again(copied):
            root.execute(statement)
        self._unsorted[copied.name] = 0
        self.figures.compactions += 1

    @contextmanager
    def _changing(self) -> "Generator[DuckDBPyConnection]":
        """A transaction of the copy. What fails in it leaves no half: the whole copy is loaded again on next use."""
        root = self._root = self._root or _locked_down()
        root.execute("BEGIN")
        try:
            yield root
            root.execute("COMMIT")
        except BaseException:
            self.drop()
            raise

    def _reached(self, revision: int) -> None:
        assert self._root is not None
        self.revision = revision
        self.figures.rows = _counts(self._root, self._held())
        memory = self._root.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory()").fetchone()
        self.figures.nbytes = int(memory[0]) if memory else 0

    def _tell(self, event: str, started: float) -> None:
        log.info(
            event,
            business=self.business_id,
            revision=self.revision,
            rows=sum(self.figures.rows.values()),
            mebibytes=round(self.figures.nbytes / 1024**2, 1),
            seconds=round(perf_counter() - started, 3),
        )


async def _to_its_end(work: Callable[..., None], *arguments: Any) -> None:
    """Work in a thread. A cancelled caller waits too: its lock keeps others from what is being changed."""
    running = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    cancelled: asyncio.CancelledError | None = None
    while not running.done():
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError as error:
            cancelled = error
    running.result()
    if cancelled is not None:
        raise cancelled


async def _change(copied: CopiedTable, seen: dict[str, Any], read: ReadRows) -> tuple[Rows, Rows]:
    return await read(changed_keys(copied), seen), await read(changed_rows(copied), seen)


def _arrow(names: Sequence[str], rows: Rows) -> pa.Table:
    columns: Any = zip(*rows, strict=True) if rows else [()] * len(names)
    return pa.Table.from_arrays([cast(Any, pa.array(values)) for values in columns], list(names))


def _insert(root: "DuckDBPyConnection", copied: CopiedTable, rows: Any) -> None:
    if isinstance(rows, pa.Table) and not rows.num_rows:
        return  # which the engine would take as long for as for some: small shops have many empty tables
    root.register("arriving", rows)
    root.execute(insert(copied, "arriving"))
    root.unregister("arriving")


def _counts(root: "DuckDBPyConnection", held: Sequence[CopiedTable]) -> dict[str, int]:
    """How many rows tables have: one statement, which takes a third of one for each."""
    counts = " UNION ALL ".join(f"SELECT '{copied.name}', count(*) FROM \"{copied.name}\"" for copied in held)
    return dict(cast(list[tuple[str, int]], root.execute(counts).fetchall()))


def _locked_down() -> "DuckDBPyConnection":
    import duckdb  # noqa: PLC0415  slow to import: it waits for the first report

    root = duckdb.connect(":memory:")
    for setting in SETTINGS:
        root.execute(setting)
    return root


@contextmanager
def _snapshot(database: Database, business_id: int) -> Generator[Any]:
    if database.is_sqlite:
        with sqlite_snapshot(database.adbc_uri) as reader:
            yield reader
        return
    import adbc_driver_postgresql.dbapi  # noqa: PLC0415  slow to import: stores on SQLite do without

    with adbc_driver_postgresql.dbapi.connect(database.adbc_uri) as connection, connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found = cast(tuple[str] | None, cursor.execute(ROLE).fetchone())
        for statement in for_business(found[0] if found else NO_ROLE, business_id):
            cursor.execute(statement)
        yield cursor
        connection.rollback()


class Copies:
    """The copies of this process, one per business, within a budget of bytes."""

    def __init__(self, database: Database, limits: CopyLimits | None = None) -> None:
        self._database = database
        self._limits = limits or CopyLimits()
        self._copies: OrderedDict[int, ColumnarCopy] = OrderedDict()

    def of(self, business_id: int) -> ColumnarCopy:
        """The copy of a business, perhaps not loaded yet; now the most recently used."""
        copy = self._copies.get(business_id)
        if copy is None:
            copy = self._copies[business_id] = ColumnarCopy(self._database, business_id, self._limits)
        self._copies.move_to_end(business_id)
        return copy

    def keep_within_budget(self) -> None:
        """Drop the least recently used copies until the rest fits; the last used one and busy ones stay."""
        held = sum(copy.figures.nbytes for copy in self._copies.values())
        for copy in list(self._copies.values())[:-1]:
            if held <= self._limits.max_bytes:
                return
            if copy.revision is not None and not copy.lock.locked():
                held -= copy.figures.nbytes
                log.info("mirror dropped", business=copy.business_id, mebibytes=copy.figures.nbytes // 1024**2)
                copy.drop()

    async def forget(self, business_id: int) -> None:
        """Drop the copy of a business, where there is one; the next question loads it anew."""
        copy = self._copies.get(business_id)
        if copy is not None:
            async with copy.lock:
                copy.drop()

    def all(self) -> list[ColumnarCopy]:
        """Every copy that was ever asked for."""
        return list(self._copies.values())

    def close(self) -> None:
        """Free every copy."""
        for copy in self._copies.values():
            copy.drop()
