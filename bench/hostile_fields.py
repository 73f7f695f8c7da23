"""Every field of the schema with its dearest arguments, over a shop with monsters in it: how long others wait.

    .venv/bin/python -m bench.hostile_fields [WORD]

Each line: the longest time that /healthz waited meanwhile, the time of the answer, its length, its code, the field.
WORD leaves only fields with it in their way. First how long it waits where nothing is asked: that is the machine. A
server of its own answers, with OPERATION_SECONDS=10. The last line has the longest wait of all, and the most memory
that the server had.
"""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from os import cpu_count, getloadavg
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import httpx2
from graphql import GraphQLObjectType, GraphQLUnionType, OperationDefinitionNode, is_leaf_type

from models.database import Database
from models.migrate import migrate
from resolvers.operation.viewer import Role
from schema.document.prepared import Prepared, Preparing
from schema.document.walking import named_type_of
from schema.schema import schema
from tests.builders import Line, Shop, open_shop
from tests.servers import Server, running

LONGEST_WAIT = 0.25
ASKED_EVERY = 0.01
IDLE_SECONDS = 3
SECONDS = "10"
CUSTOMERS = 2_000
LARGEST_PAGE = 1_000
BUILT: Any = schema._schema

# What makes a field dear: those that are not here have no arguments, or pages alone.
DEAREST = {
    "Query.acquisition": 'period: { start: "1700-01-01" }',
    "Query.categoryAffinity": 'minSupport: 0, first: 1000, period: { start: "1700-01-01" }',
    "Customer.clv": "horizonDays: 3650",
    "Query.customer": 'by: { number: "MANY" }',
    "Query.lifetimeValueReport": "first: $n, horizonDays: 3650",
    "Customer.patterns": 'period: { start: "1860-01-01" }',
    "Query.purchasePatterns": 'period: { start: "1700-01-01" }, grouping: DAILY, compareTo: PREVIOUS_PERIOD',
    "Customer.recommendations": "first: 1000",
    "Query.retention": 'period: { start: "1700-01-01" }, compareTo: PREVIOUS_PERIOD, activityDays: 9999',
    "Customer.rfm": "days: 9999",
    "Query.segmentMigration": 'from: "2016-01-01", to: "2026-01-01", days: null',
    "Query.segmentation": "days: null, includeInactive: true",
    "Query.segmentationTrend": 'from: "2016-01-01", to: "2025-12-31", days: null',
}

ONE = f"customer({DEAREST['Query.customer']})"
PAGE = ("customers(first: $n)", "nodes")


# ---------------------------------------------------------------- the shop


async def monsters(database: Database) -> Shop:
    """A shop with an order of 4,000 categories, a customer of 10,000 sales, one who came each month since 1862."""
    shop = await open_shop(database, "Monsters")
    for i in range(CUSTOMERS):
        shop.customer(f"C{i}", first_name="N" * 200, last_name=f"L{i}" * 40, notes="n" * 5_000, tags=[f"t{i}", "all"])
        for year in range(2016, 2026):
            month, category = 1 + (i + year) % 12, f"Category {(i * year) % 600}"
            lines = [Line("Goods", "25.00", category=category, cost="10.00")]
            shop.sale(f"C{i}", f"{year}-{month:02}-{1 + i % 28:02}", lines=lines, payments={"CASH": "25.00"})
    for i in range(10_000):
        shop.sale("MANY", f"{1990 + i % 36}-{1 + i % 12:02}-{1 + i % 28:02}", lines=[Line("Goods", "1.00")])
    for i in range(2_000):
        shop.touchpoint("MANY", f"2025-{1 + i % 12:02}-{1 + i % 28:02}", notes="n" * 5_000)
    shop.sale("WIDE", "2026-01-05", lines=[Line("Goods", "1.00", category=f"Wide {i}") for i in range(4_000)])
    for month in range(12 * (2026 - 1862)):
        shop.sale("EVER", f"{1862 + month // 12}-{1 + month % 12:02}-01", "10.00")
    await shop.save()
    return shop


async def antiquity(database: Database) -> Shop:
    """A shop with one sale of the year 26."""
    shop = await open_shop(database, "Antiquity")
    shop.sale("OLD", "0026-03-01", "10.00")
    shop.sale("NEW", "2026-03-01", "10.00")
    await shop.save()
    return shop


# ---------------------------------------------------------------- the documents


def ways(
    type_: Any, above: tuple[str, ...] = (), way: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any, str]]:
    """Each way down from a type to an object that opens no type twice, with the object's type and its field."""
    for name, found in getattr(type_, "fields", {}).items():
        below = named_type_of(found)
        if isinstance(below, GraphQLUnionType):
            continue
        if isinstance(below, GraphQLObjectType) and below.name not in above:
            deeper = (*way, _called(f"{type_.name}.{name}", found))
            yield deeper, below, f"{type_.name}.{name}"
            yield from ways(below, (*above, below.name), deeper)


def _called(coordinate: str, found: Any) -> str:
    name = coordinate.partition(".")[2]
    arguments = DEAREST.get(coordinate) or ("first: $n" if "first" in found.args else "")
    return f"{name}({arguments})" if arguments else name


def documents() -> Iterator[tuple[str, str]]:
    """The shortest way to each object of each field, and a document of all plain fields there.

    What hangs from a customer is asked of the one with most sales, and of a page of customers.
    """
    seen: dict[str, tuple[tuple[str, ...], Any]] = {}
    for way, type_, coordinate in sorted(ways(BUILT.query_type), key=lambda found: len(found[0])):
        seen.setdefault(coordinate, (way, type_))
    for coordinate, (way, type_) in seen.items():
        plain = " ".join(name for name, found in type_.fields.items() if _is_plain(found)) or "__typename"
        yield coordinate, _nested((*way, plain))
        if way[0] == ONE:
            yield coordinate, _nested((*PAGE, *way[1:], plain))


def _nested(way: tuple[str, ...]) -> str:
    return f"{{ {' { '.join(way)} {'}' * len(way)}"


def _is_plain(found: Any) -> bool:
    return is_leaf_type(named_type_of(found)) and not found.args


def dearest(text: str) -> tuple[str, dict[str, Any]]:
    """The document with the largest pages that may be asked for."""
    if "$n" not in text:
        return text, {}
    asked = f"query ($n: Int!) {text}"
    prepared = Prepared(schema, asked, Preparing())
    assert prepared.document is not None, prepared.errors
    operation = next(d for d in prepared.document.definitions if isinstance(d, OperationDefinitionNode))
    low, high = 1, LARGEST_PAGE
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if prepared.cost(operation, {"n": middle}) <= Preparing().max_cost else (low, middle - 1)
        )
    return asked, {"n": low}


# ---------------------------------------------------------------- hammering


@dataclass
class Waits:
    """How long /healthz waited, asked all the time."""

    url: str
    longest: float = 0.0
    running: bool = True

    async def watch(self) -> None:
        """Ask until told to end."""
        async with httpx2.AsyncClient() as client:
            while self.running:
                started = perf_counter()
                assert (await client.get(f"{self.url}/healthz", timeout=600)).status_code == 200
                self.longest = max(self.longest, perf_counter() - started)
                await asyncio.sleep(ASKED_EVERY)


async def hammer(server: Server, shop: Shop, word: str) -> float:
    """Ask everything; the longest wait of all."""
    headers = server.headers(shop.id, role=Role.ADMIN, pii=True)
    worst = 0.0
    idle = Waits(server.url)
    watching = asyncio.create_task(idle.watch())
    await asyncio.sleep(IDLE_SECONDS)
    idle.running = False
    await watching
    told = f"{shop.business.name}: with nothing else to do the server lets /healthz wait {idle.longest * 1000:.0f} ms"
    print(f"{told}, at a load of {getloadavg()[0]:.1f} on {cpu_count()} processors", flush=True)
    async with httpx2.AsyncClient(headers=headers, timeout=600) as client:
        for name, text in documents():
            if word not in text:
                continue
            asked, variables = dearest(text)
            waits = Waits(server.url)
            watching = asyncio.create_task(waits.watch())
            started = perf_counter()
            answer = await client.post(server.graphql, json={"query": asked, "variables": variables})
            seconds = perf_counter() - started
            waits.running = False
            await watching
            worst = max(worst, waits.longest)
            beyond = " BEYOND" if waits.longest > LONGEST_WAIT else ""
            told = f"{waits.longest * 1000:6.0f} ms {seconds:7.2f} s {len(answer.content):11,} bytes"
            print(f"{told}  {_codes(answer)}  {name} {variables or ''}{beyond}", flush=True)
    return worst


def _codes(answer: Any) -> str:
    errors = answer.json().get("errors", [])
    return ", ".join(sorted({error["extensions"]["code"] for error in errors})) or "ok"


async def _main(word: str) -> None:
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'store.db'}"
        database = Database(url)
        await migrate(database)
        shops = [await monsters(database), await antiquity(database)]
        await database.close()
        with running(url, Path(folder), operation_seconds=SECONDS) as server:
            worst = max([await hammer(server, shop, word) for shop in shops])
            peak = max(_peak(process) for process in (server.process.pid, *server.workers()))
    print(f"\n/healthz waited at most {worst * 1000:.0f} ms; the server had at most {peak:.0f} MB")


def _peak(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1] if len(sys.argv) > 1 else ""))
