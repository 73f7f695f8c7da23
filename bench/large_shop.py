"""What benchmarks at scale share: the copy of a large shop, and races of a report against its hand-written floor.

The shop is the business "Demo", for instance made by `DATABASE_URL=STORE python main.py demo --customers 1000000`.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import duckdb
import pyarrow as pa
import structlog
from sqlalchemy import SelectBase

from analytics.copy.copy import ColumnarCopy
from analytics.copy.engine import compiled
from analytics.copy.tables import EVERYTHING
from models.database import Database
from resolvers.businesses import find_business
from resolvers.operation.reader import Reader, Statements

FLOORS = Path(__file__).parent / "floor"
ROUNDS = 5

Work = Callable[[], Awaitable[Any]]


class Direct:
    """Statements straight on the copy, without a pinned version."""

    name = "duckdb"

    def __init__(self, root: duckdb.DuckDBPyConnection) -> None:
        self.root = root

    async def fetch(
        self, statement: SelectBase, params: dict[str, Any], tables: dict[str, pa.Table] | None = None
    ) -> pa.Table:
        """The rows of a statement."""
        form = compiled(statement)
        for name, rows in (tables or {}).items():
            self.root.register(name, rows)
        return self.root.execute(form.text, form.values(params)).to_arrow_table()

    def floor(self, name: str, *values: Any) -> pa.Table:
        """The rows of a hand-written statement."""
        return self.root.execute((FLOORS / f"{name}.sql").read_text(), list(values)).to_arrow_table()

    def floor_rows(self, name: str, *values: Any) -> list[tuple[Any, ...]]:
        """The same as Python's tuples, for answers of a few rows."""
        return self.root.execute((FLOORS / f"{name}.sql").read_text(), list(values)).fetchall()

    def last_day(self) -> int:
        """The day of the last sale."""
        return self.root.execute("SELECT max(business_day) FROM sale").fetchall()[0][0]


@dataclass(frozen=True)
class Race:
    """A report and its floor; `is_same` tells whether both say the same."""

    name: str
    ours: Work
    floor: Callable[[], Any]
    is_same: Callable[[Any, Any], bool]


def of_rows(
    name: str, ours: Work, floor: Callable[[], list[Any]], rows: Callable[[Any], Iterable[tuple[Any, ...]]]
) -> Race:
    """A race in which `rows` makes the floor's rows of what ours gives."""
    return Race(name, ours, floor, lambda mine, theirs: list(rows(mine)) == theirs)


def tuples_of(table: pa.Table) -> list[tuple[Any, ...]]:
    """The rows of a table in order."""
    return sorted(zip(*(column.to_pylist() for column in table.columns), strict=True))


async def run(race: Race) -> tuple[float, float]:
    """The median seconds of ours and of the floor, asked in turns; both gave the same answer. The line is printed."""
    assert race.is_same(await race.ours(), race.floor()), race.name
    seconds: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        started = perf_counter()
        await race.ours()
        between = perf_counter()
        race.floor()
        seconds.append((between - started, perf_counter() - between))
    ours, floor = median(ours for ours, _ in seconds), median(floor for _, floor in seconds)
    print(f"{race.name}: {ours / floor:.2f} x the floor ({ours:.3f} s, {floor:.3f} s)", flush=True)
    return ours, floor


async def seconds_of(work: Work) -> float:
    """The median seconds of some work, after once."""
    await work()
    seconds: list[float] = []
    for _ in range(ROUNDS):
        started = perf_counter()
        await work()
        seconds.append(perf_counter() - started)
    return median(seconds)


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[tuple[Direct, Reader]]:
    """The copy of the demo in a store, complete, and a reader of the store."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    database = Database(url)
    business = await find_business(database, "Demo")
    copy = ColumnarCopy(database, business.id)
    reader = Reader(database, Statements(database), business.id)
    await copy.bring_to(business.revision, reader.stored, EVERYTHING)
    print(f"{copy.figures.rows['sale']:,} sales, {copy.figures.rows['customer']:,} customers", flush=True)
    root: Any = copy._root  # pyright: ignore[reportPrivateUsage]
    yield Direct(root), reader
    await reader.close()
    await database.close()
