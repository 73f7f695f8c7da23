"""RFM of all history at scale: against the hand-written floor, and against the same question on the store itself.

    python bench/rfm_at_scale.py STORE [POSTGRES]

STORE holds the business "Demo", for instance made by `DATABASE_URL=STORE python main.py demo --customers 1000000`. With
POSTGRES, the URL of an empty database, the facts are copied there and asked there too. Answers are compared before
anything is timed; ratios are of medians of one run, seconds are for orientation.
"""

import asyncio
import logging
import resource
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import duckdb
import numpy as np
import pyarrow as pa
import structlog
from sqlalchemy.dialects import sqlite

from analytics.copy.copy import ColumnarCopy
from analytics.copy.engine import compiled
from analytics.scope import Scope
from analytics.segmentation.rfm import scored_customers
from models.database import Database
from resolvers.businesses import find_business
from resolvers.operation.reader import Reader, Statements
from rules.days import date_of

FLOOR = (Path(__file__).parent / "floor" / "rfm.sql").read_text()
ROUNDS = 7
GROWTH = (0.1, 0.2, 0.5, 1.0)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """How long a piece of work takes, and what it gives."""
    started = perf_counter()
    result = work()
    return perf_counter() - started, result


def same(ours: pa.Table, floor: pa.Table) -> None:
    """Both answers hold the same customers, values and scores."""
    assert ours.num_rows == floor.num_rows, (ours.num_rows, floor.num_rows)
    for mine, theirs in zip(ours.columns, floor.columns, strict=True):
        assert np.array_equal(mine.to_numpy().astype(np.int64), theirs.to_numpy().astype(np.int64))


def against_floor(root: duckdb.DuckDBPyConnection, scope: Scope) -> tuple[float, float]:
    """The median seconds of our statement and of the floor, asked in turns on the same copy."""
    form = compiled(scored_customers(False, False, False, False))
    params = scope.params()

    def ours() -> pa.Table:
        return root.execute(form.text, form.values(params)).to_arrow_table()

    def floor() -> pa.Table:
        return root.execute(FLOOR, [scope.start, scope.as_of]).to_arrow_table()

    same(ours(), floor())
    pairs = [(timed(ours)[0], timed(floor)[0]) for _ in range(ROUNDS)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def part_of(root: duckdb.DuckDBPyConnection, share: float) -> duckdb.DuckDBPyConnection:
    """A copy with a share of the customers, and all that is theirs."""
    part = duckdb.connect(":memory:")
    limit = root.execute("SELECT quantile_disc(id, ?) FROM customer", [share]).fetchone()[0]  # type: ignore[index]
    for name, key in (("customer", "id"), ("sale", "customer_id"), ("refund", "customer_id")):
        part.register("rows", root.execute(f"SELECT * FROM {name} WHERE {key} <= ?", [limit]).to_arrow_table())
        part.execute(f"CREATE TABLE {name} AS SELECT * FROM rows")
        part.unregister("rows")
    return part


def on_sqlite(path: str, scope: Scope) -> float:
    """The seconds that the same statement takes on the store."""
    form = scored_customers(False, False, False, False).compile(dialect=sqlite.dialect(paramstyle="named"))
    connection = sqlite3.connect(path)
    alone = connection.execute("SELECT count(*) FROM business").fetchone() == (1,)
    assert alone, "the statement is of one business: use a store that holds nothing but the demo"
    return timed(lambda: connection.execute(str(form), form.construct_params(scope.params())).fetchall())[0]


def on_postgres(url: str, root: duckdb.DuckDBPyConnection, scope: Scope) -> float:
    """The seconds that the same statement takes on PostgreSQL, on a copy of the same facts."""
    import adbc_driver_postgresql.dbapi  # noqa: PLC0415  only where there is one

    form = compiled(scored_customers(False, False, False, False))
    with adbc_driver_postgresql.dbapi.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        columns = {
            "customer": "id, is_active",
            "sale": "id, customer_id, counted_from, business_day, total",
            "refund": "id, customer_id, business_day, amount",
        }
        for name, chosen in columns.items():
            cursor.adbc_ingest(name, root.execute(f"SELECT {chosen} FROM {name}").to_arrow_table(), mode="replace")
            cursor.execute(f"ANALYZE {name}")
        cursor.execute("CREATE INDEX ON sale (customer_id, business_day)")
        text = form.text
        for number, value in sorted(enumerate(form.values(scope.params()), 1), reverse=True):
            text = text.replace(f"${number}", str(value))
        cursor.execute(text)
        cursor.fetch_arrow_table()
        return timed(lambda: (cursor.execute(text), cursor.fetch_arrow_table()))[0]


async def main(url: str, postgres: str | None) -> None:
    """Measure and print."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    database = Database(url)
    business = await find_business(database, "Demo")
    copy = ColumnarCopy(database, business.id)
    reader = Reader(database, Statements(database), business.id)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = perf_counter()
    await copy.bring_to(business.revision, reader.stored)
    load = perf_counter() - started
    await reader.close()
    root: Any = copy._root
    sales = copy.figures.rows["sale"]
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{sales:,} sales, {copy.figures.rows['customer']:,} customers")
    print(f"first load {load:.2f} s; {copy.figures.nbytes / 1024**2 / (sales / 1e6):.0f} MiB kept per million sales,")
    print(f"  {peak:.0f} MiB more in the process at its peak")

    last = root.execute("SELECT max(business_day) FROM sale").fetchone()[0]
    scope = Scope(last, None)
    ours, floor = against_floor(root, scope)
    print(f"RFM of all history to {date_of(last)}: {ours / floor:.2f} x the floor ({ours:.3f} s, {floor:.3f} s)")
    for share in GROWTH:
        part = part_of(root, share)
        rows = part.execute("SELECT count(*) FROM sale").fetchone()[0]  # type: ignore[index]
        seconds, bare = against_floor(part, scope)
        print(f"  {rows / 1e6:5.2f} M sales: {seconds:.3f} s, floor {bare:.3f} s, {seconds / rows * 1e9:.0f} ns each")
        part.close()
    if database.is_sqlite:
        seconds = on_sqlite(database.adbc_uri, scope)
        print(f"the same on SQLite: {seconds:.1f} s, {seconds / ours:.0f} x ours")
    if postgres is not None:
        seconds = on_postgres(postgres, root, scope)
        print(f"the same on PostgreSQL: {seconds:.1f} s, {seconds / ours:.0f} x ours")
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))
