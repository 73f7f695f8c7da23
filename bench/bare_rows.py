"""The floor of a write: the same rows, committed by the driver itself in one statement a table."""

from collections.abc import Sequence
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import Table, func, select

from models.compiled import bind_processor
from models.database import Database
from models.driver import driver_of

SHIFT = 10**9  # of ids in rows that are written again
TURNED = ("number", "digest", "email", "phone", "external_id", "value")  # what no two rows have

Rows = list[tuple[Table, Sequence[dict[str, Any]]]]


async def ids_so_far(database: Database, tables: Sequence[Table]) -> list[int]:
    """The highest id of each table."""
    async with database.engine.connect() as connection:
        return [(await connection.execute(select(func.max(source.c.id)))).scalar() or 0 for source in tables]


async def rows_of_each(
    database: Database, tables: Sequence[Table], last: Sequence[int], count: int, own: Sequence[str] = ()
) -> list[Rows]:
    """The rows that each of `count` writes since `last` left, under other ids; `own` refer to what they made too."""
    of_each: list[Rows] = [[] for _ in range(count)]
    async with database.engine.connect() as connection:
        for source, before in zip(tables, last, strict=True):
            mine = select(source).where(source.c.id > before).order_by(source.c.id)
            found = (await connection.execute(mine)).mappings().all()
            size, rest = divmod(len(found), count)
            assert not rest, f"{len(found)} rows of {source.name} for {count} writes"
            for place in range(count):
                shifted = [_shifted(row, own) for row in found[place * size : (place + 1) * size]]
                if shifted:
                    of_each[place].append((source, shifted))
    return of_each


def _shifted(row: Any, own: Sequence[str]) -> dict[str, Any]:
    values = dict(row)
    for name in ("id", "sequence", *own):
        if values.get(name) is not None:
            values[name] += SHIFT
    for name in TURNED:
        if values.get(name) is not None:
            values[name] = values[name][::-1]
    return values


async def committed(database: Database, business: int, of_each: Sequence[Rows]) -> float:
    """The seconds of a commit of such rows; as many are then there as were given."""
    tables = [source for source, _ in of_each[0]]
    raw = [
        [(_insert(database, source, rows), _bound(database, source, rows)) for source, rows in one] for one in of_each
    ]
    before = await _counts(database, tables)
    async with database.engine.connect() as connection:
        driver, commit = driver_of(connection), _commit_on_sqlite if database.is_sqlite else _commit_on_postgres
        started = perf_counter()
        for statements in raw:
            await commit(driver, statements, business)
        seconds = (perf_counter() - started) / len(of_each)
    after = await _counts(database, tables)
    written = [sum(len(rows) for one in of_each for source, rows in one if source is table) for table in tables]
    assert [later - earlier for later, earlier in zip(after, before, strict=True)] == written, "not the same rows"
    return seconds


def told(ours: Sequence[float], bare: Sequence[float]) -> str:
    """Both in words, by the medians of their turns."""
    share = median(bare) / median(ours)
    return f"{1000 * median(ours):.2f} ms, the rows alone {1000 * median(bare):.2f} ms: {share:.0%} of the floor's rate"


async def _counts(database: Database, tables: Sequence[Table]) -> list[int]:
    async with database.engine.connect() as connection:
        return [(await connection.execute(select(func.count()).select_from(one))).scalar_one() for one in tables]


async def _commit_on_sqlite(driver: Any, statements: Any, business: int) -> None:
    await driver.execute("BEGIN IMMEDIATE")
    for statement, values in statements:
        await driver.executemany(statement, values)
    await driver.execute("UPDATE business SET revision = revision + 1 WHERE id = ?", (business,))
    await driver.commit()


async def _commit_on_postgres(driver: Any, statements: Any, business: int) -> None:
    async with driver.transaction():
        await driver.execute("UPDATE business SET revision = revision + 1 WHERE id = $1", business)
        for statement, values in statements:
            await driver.executemany(statement, values)


def _insert(database: Database, source: Table, rows: Sequence[dict[str, Any]]) -> str:
    marks = ["?" if database.is_sqlite else f"${place}" for place in range(1, len(rows[0]) + 1)]
    names = ", ".join(f'"{name}"' for name in rows[0])
    return f'INSERT INTO "{source.name}" ({names}) VALUES ({", ".join(marks)})'


def _bound(database: Database, source: Table, rows: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    to = {name: bind_processor(source.c[name].type, database.dialect) for name in rows[0]}
    return [tuple(value if (bind := to[name]) is None else bind(value) for name, value in row.items()) for row in rows]
