"""The columnar copy of a business's facts: loaded in one snapshot, caught up by revision, pinned by each operation."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import Any, cast

import adbc_driver_postgresql.dbapi
import adbc_driver_sqlite.dbapi
import duckdb
import pyarrow as pa
import structlog
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Enum,
    Integer,
    SelectBase,
    SmallInteger,
    String,
    Table,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine
from sqlmodel import AutoString

from analytics.engine import compiled
from models import Business, Customer, CustomerTag, Payment, Refund, Sale, SaleItem
from models.database import Database, table
from models.types import Day, Millionths, Money

log = structlog.get_logger()

Rows = Sequence[Sequence[Any]]
ReadRows = Callable[[SelectBase, dict[str, Any]], Awaitable[Rows]]


@dataclass(frozen=True)
class Mirrored:
    """A table of the copy: which columns, in which order it is sorted, and whose revision tells that it changed."""

    table: Table
    columns: tuple[str, ...]
    sort: tuple[str, ...]
    key: str = "id"  # what a change replaces: the row, or all rows of the changed owner
    owner: Table | None = None

    @property
    def selected(self) -> list[Column[Any]]:
        """The copied columns of the stored table."""
        return [self.table.c[name] for name in self.columns]


def _mirrored() -> tuple[Mirrored, ...]:
    sale, customer = table(Sale), table(Customer)
    moment = ("business_day", "business_month", "weekday", "hour")
    amounts = ("total", "tax", "profit", "costed", "paid", "refunded")
    profile = (
        "number",
        "sort_name",
        "type",
        "city",
        "country",
        "acquisition_source",
        "joined_day",
        "credit_limit",
    )
    flags = (
        "is_active",
        "is_email_verified",
        "is_phone_verified",
        "is_erased",
        "merged_into_id",
        "opening_balance",
    )
    owned = ("customer_id", "storefront_id")
    return (
        Mirrored(customer, ("id", *profile, *flags), ("id",)),
        Mirrored(
            table(CustomerTag),
            ("customer_id", "tag"),
            ("customer_id",),
            "customer_id",
            customer,
        ),
        Mirrored(
            sale,
            ("id", *owned, "status", "channel", "counted_from", *moment, *amounts),
            ("customer_id", "business_day", "id"),
        ),
        Mirrored(
            table(Refund),
            ("id", *owned, "sale_id", "amount", *moment),
            ("customer_id", "business_day", "id"),
        ),
        Mirrored(
            table(Payment),
            ("id", "sale_id", "customer_id", "method", "amount", "business_day"),
            ("sale_id", "id"),
        ),
        Mirrored(
            table(SaleItem),
            (
                "sale_id",
                "position",
                "category",
                "quantity",
                "total",
                "profit",
                "is_product",
            ),
            ("sale_id", "position"),
            "sale_id",
            sale,
        ),
    )


MIRRORED = _mirrored()

TEXTS = (String, AutoString)


class SnapshotMoved(Exception):
    """The copy is already past the snapshot of this operation: it has to begin anew."""


# ---------------------------------------------------------------- statements


def _engine_type(type_: TypeEngine[Any]) -> str:
    if isinstance(type_, Enum):
        return "ENUM (" + ", ".join(f"'{word}'" for word in type_.enums) + ")"
    for kinds, name in (
        ((Money, Millionths, BigInteger), "BIGINT"),
        ((SmallInteger,), "SMALLINT"),
        ((Day, Integer), "INTEGER"),
        ((Boolean,), "BOOLEAN"),
        (TEXTS, "VARCHAR"),
    ):
        if isinstance(type_, kinds):
            return name
    raise TypeError(f"no engine type for {type_!r}")


def _create(mirrored: Mirrored) -> str:
    keys = {key.parent.name for key in mirrored.table.foreign_keys}
    numbers = {c.name for c in mirrored.selected if isinstance(c.type, Integer) and (c.primary_key or c.name in keys)}
    columns = [f'"{c.name}" {"BIGINT" if c.name in numbers else _engine_type(c.type)}' for c in mirrored.selected]
    return f'CREATE TABLE "{mirrored.table.name}" ({", ".join(columns)})'


def _insert(mirrored: Mirrored, source: str) -> str:
    # The SQLite driver types a column by its first rows, so an absent word travels as an empty one.
    columns = ", ".join(f"nullif(\"{c.name}\", '')" if _is_text(c) else f'"{c.name}"' for c in mirrored.selected)
    return f'INSERT INTO "{mirrored.table.name}" SELECT {columns} FROM {source} ORDER BY {", ".join(mirrored.sort)}'


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, TEXTS) and not isinstance(column.type, Enum) and bool(column.nullable)


@cache
def all_rows(mirrored: Mirrored) -> SelectBase:
    """Every row of :business, with absent words as empty ones."""
    columns = [func.coalesce(c, "").label(c.name) if _is_text(c) else c for c in mirrored.selected]
    return select(*columns).where(mirrored.table.c.business_id == bindparam("business"))


@cache
def changed_rows(mirrored: Mirrored) -> SelectBase:
    """The rows of :business that changed after revision :seen, or whose owner did."""
    if mirrored.owner is None:
        return select(*mirrored.selected).where(
            mirrored.table.c.business_id == bindparam("business"),
            mirrored.table.c.revision > bindparam("seen"),
        )
    owner = mirrored.owner
    return (
        select(*mirrored.selected)
        .join(owner, owner.c.id == mirrored.table.c[mirrored.key])
        .where(
            owner.c.business_id == bindparam("business"),
            owner.c.revision > bindparam("seen"),
        )
    )


@cache
def changed_owners(owner: Table) -> SelectBase:
    """The ids of the rows of :business in an owning table that changed after revision :seen."""
    return select(owner.c.id).where(
        owner.c.business_id == bindparam("business"),
        owner.c.revision > bindparam("seen"),
    )


@cache
def _revision_of() -> SelectBase:
    business = table(Business)
    return select(business.c.revision).where(business.c.id == bindparam("business"))


# ---------------------------------------------------------------- the copy


class Mirror:
    """The copy of one business. `lock` orders its loads and catch-ups; pinned views read beside them."""

    def __init__(self, database: Database, business_id: int) -> None:
        self.lock = asyncio.Lock()
        self.revision: int | None = None
        self._database = database
        self._business_id = business_id
        self._root = _locked_down()

    async def bring_to(self, revision: int, read: ReadRows) -> None:
        """Make the copy show exactly `revision`, reading what is missing through the asker's own snapshot.

        Call it with the lock held. Raises SnapshotMoved where the copy is past that revision already.
        """
        if self.revision is None:
            await asyncio.to_thread(self._load)
        seen = cast(int, self.revision)
        if seen > revision:
            raise SnapshotMoved
        if seen < revision:
            changes = [await self._changes_of(mirrored, seen, read) for mirrored in MIRRORED]
            await asyncio.to_thread(self._apply, changes, revision)

    def pin(self) -> "PinnedView":
        """A view of the version that the copy has now; call it with the lock held, close it after the operation."""
        return PinnedView(self._root.cursor())

    def close(self) -> None:
        """Free the copy."""
        self._root.close()

    def _load(self) -> None:
        started = perf_counter()
        root = self._root
        root.execute("BEGIN")
        try:
            for mirrored in MIRRORED:
                root.execute(f'DROP TABLE IF EXISTS "{mirrored.table.name}"')
                root.execute(_create(mirrored))
            with _snapshot(self._database) as cursor:
                revision = self._read(cursor, _revision_of()).read_all().column(0)[0].as_py()
                for mirrored in MIRRORED:
                    root.register("loading", self._read(cursor, all_rows(mirrored)))
                    root.execute(_insert(mirrored, "loading"))
                    root.unregister("loading")
            root.execute("COMMIT")
        except BaseException:
            root.execute("ROLLBACK")
            raise
        self.revision = revision
        log.info(
            "mirror loaded",
            business=self._business_id,
            revision=revision,
            seconds=round(perf_counter() - started, 3),
        )

    def _read(self, cursor: Any, statement: SelectBase) -> pa.RecordBatchReader:
        dialect = sqlite.dialect() if self._database.is_sqlite else postgresql.dialect()
        bound = statement.params(business=self._business_id)
        cursor.execute(str(bound.compile(dialect=dialect, compile_kwargs={"literal_binds": True})))
        return cursor.fetch_record_batch()

    async def _changes_of(self, mirrored: Mirrored, seen: int, read: ReadRows) -> tuple[Rows, Rows]:
        params = {"seen": seen}
        rows = await read(changed_rows(mirrored), params)
        if mirrored.owner is None:
            return [(row[0],) for row in rows], rows
        return await read(changed_owners(mirrored.owner), params), rows

    def _apply(self, changes: list[tuple[Rows, Rows]], revision: int) -> None:
        started = perf_counter()
        root = self._root
        root.execute("BEGIN")
        try:
            for mirrored, (keys, rows) in zip(MIRRORED, changes, strict=True):
                if keys:
                    _replace(root, mirrored, keys, rows)
            root.execute("COMMIT")
        except BaseException:
            root.execute("ROLLBACK")
            raise
        self.revision = revision
        log.info(
            "mirror caught up",
            business=self._business_id,
            revision=revision,
            rows=sum(len(rows) for _, rows in changes),
            seconds=round(perf_counter() - started, 3),
        )


def _locked_down() -> duckdb.DuckDBPyConnection:
    root = duckdb.connect(":memory:")
    for setting in (
        "SET enable_external_access = false",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        "SET python_enable_replacements = false",
        "SET TimeZone = 'UTC'",
        "SET lock_configuration = true",
    ):
        root.execute(setting)
    return root


@contextmanager
def _snapshot(database: Database) -> Generator[Any]:
    driver = adbc_driver_sqlite.dbapi if database.is_sqlite else adbc_driver_postgresql.dbapi
    with driver.connect(database.adbc_uri) as connection, connection.cursor() as cursor:
        if not database.is_sqlite:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield cursor
        connection.rollback()


def _replace(root: duckdb.DuckDBPyConnection, mirrored: Mirrored, keys: Rows, rows: Rows) -> None:
    name = mirrored.table.name
    root.register("changed", pa.table({"key": pa.array([key[0] for key in keys], pa.int64())}))
    root.execute(f'DELETE FROM "{name}" WHERE "{mirrored.key}" IN (SELECT key FROM changed)')
    root.unregister("changed")
    if rows:
        columns = list(zip(*rows, strict=True))
        arrays = [pa.array([_plain(v) for v in values]) for values in columns]
        root.register("changed", pa.table(arrays, names=list(mirrored.columns)))
        names = ", ".join(f'"{column}"' for column in mirrored.columns)
        root.execute(f'INSERT INTO "{name}" SELECT {names} FROM changed ORDER BY {", ".join(mirrored.sort)}')
        root.unregister("changed")


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value


class PinnedView:
    """One version of a business's facts, however the copy goes on; held until the last user lets go."""

    name = "duckdb"

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self._turn = asyncio.Lock()
        self._holders = 1
        cursor.execute("BEGIN")
        cursor.execute('SELECT 1 FROM "sale" LIMIT 1').fetchall()  # the snapshot is taken by the first read

    async def fetch(
        self,
        statement: SelectBase,
        params: dict[str, Any],
        tables: dict[str, pa.Table] | None = None,
    ) -> pa.Table:
        """The rows of a statement, from a worker thread; statements of one view take turns."""
        async with self._turn:
            return await asyncio.to_thread(self._fetch, statement, params, tables or {})

    def _fetch(
        self,
        statement: SelectBase,
        params: dict[str, Any],
        tables: dict[str, pa.Table],
    ) -> pa.Table:
        form = compiled(statement)
        for name, rows in tables.items():
            self._cursor.register(name, rows)
        try:
            return self._cursor.execute(form.text, form.values(params)).to_arrow_table()
        finally:
            for name in tables:
                self._cursor.unregister(name)

    @asynccontextmanager
    async def held(self) -> AsyncGenerator["PinnedView"]:
        """Keep the view open, also when the operation that pinned it ends before."""
        self._holders += 1
        try:
            yield self
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the view."""
        self._holders -= 1
        if self._holders == 0:
            self._cursor.close()


class Mirrors:
    """The copies of this process, one per business, made on first use."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mirrors: dict[int, Mirror] = {}

    def of(self, business_id: int) -> Mirror:
        """The copy of a business, perhaps not loaded yet."""
        if business_id not in self._mirrors:
            self._mirrors[business_id] = Mirror(self._database, business_id)
        return self._mirrors[business_id]

    def close(self) -> None:
        """Free every copy."""
        for mirror in self._mirrors.values():
            mirror.close()
