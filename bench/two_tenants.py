"""What one business notices of another on the same server: the times of its answers, beside those when it is alone.

    .venv/bin/python -m bench.two_tenants [STORE]        # WINDOWS=6 for twice as many pairs of windows

The quiet business asks everyday questions one after the other, each with arguments of its own, so that none is a kept
answer. The floor is measured first, and again between: the same questions while nobody else is there. In the windows
between, the loud business asks every field with its dearest arguments over a shop of monsters, two at a time, exports
its list of customers over and over, and imports a file. One server process answers. The ratio of the 95th percentiles
is to stay below 2.
"""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import date, timedelta
from itertools import count, cycle
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import httpx2

from bench.hostile_fields import dearest, documents, monsters
from models.database import Database
from models.migrate import migrate
from resolvers.operation.viewer import Role
from tests.builders import Line, Shop, open_shop
from tests.servers import ROOT, SECRET, Server, running

WINDOWS = int(os.environ.get("WINDOWS", "3"))  # noqa: TID251  of each kind
WINDOW_SECONDS = 20
MOST = 2.0  # times the floor
CUSTOMERS = 500
FIRST_DAY = date(1996, 1, 1)
VISITS = 8
ROWS = 5_000  # of each imported file
AT_ONCE = 2
EXPORTS = "{ customers(first: 1) { exportUrl(format: XLSX) } }"
MAP = "sale=Number,occurred_at=Date,customer=Customer,product=Item,unit_price=Price"

EVERYDAY = (
    "query ($n: String!, $first: Int!) { customer(by: { number: $n }) { sales(first: $first) { nodes { total } } } }",
    "query ($n: String!, $first: Int!) { customers(first: $first, filter: { search: $n }) { nodes { id name tags } } }",
    "query ($day: Date!) { customers(first: 20, orderBy: TOTAL_SPENT, asOf: $day) { nodes { id name } } }",
    "query ($day: Date!) { retention(period: { start: $day }) { summary { retentionRate } } }",
)


async def quiet_shop(database: Database) -> Shop:
    """A shop of some hundred customers who come every other month."""
    shop = await open_shop(database, "Quiet")
    for i in range(CUSTOMERS):
        shop.customer(f"Q{i}", first_name="Ann", last_name=f"Name{i}")
        for visit in range(VISITS):
            day = f"{2024 + visit // 4}-{1 + (i + 3 * visit) % 12:02}-{1 + i % 28:02}"
            shop.sale(f"Q{i}", day, lines=[Line("Mug", "4.50", category=f"Kind {i % 7}")])
    await shop.save()
    return shop


# ---------------------------------------------------------------- the quiet one


def everyday() -> Callable[[], tuple[str, dict[str, Any]]]:
    """The next question each time, with arguments that were not asked before: there are some 40,000."""
    numbers = count()

    def following() -> tuple[str, dict[str, Any]]:
        place, which = divmod(next(numbers), len(EVERYDAY))
        text = EVERYDAY[which]
        if "$day" in text:
            return text, {"day": str(FIRST_DAY + timedelta(days=place))}
        return text, {"n": f"Q{place % CUSTOMERS}", "first": 1 + place // CUSTOMERS}

    return following


async def timed(client: Any, server: Server, following: Callable[[], tuple[str, dict[str, Any]]]) -> list[float]:
    """The seconds of each answer of a window."""
    seconds, until = list[float](), perf_counter() + WINDOW_SECONDS
    while (started := perf_counter()) < until:
        text, variables = following()
        answer = await client.post(server.graphql, json={"query": text, "variables": variables})
        seconds.append(perf_counter() - started)
        assert answer.status_code == 200, answer.text
        assert "errors" not in answer.json(), answer.text
    return seconds


# ---------------------------------------------------------------- the loud one


async def ask_dearest(client: Any, server: Server, tally: dict[str, int]) -> None:
    """Ask everything, again and again."""
    for text, variables in cycle([dearest(text) for _, text in documents()]):
        await client.post(server.graphql, json={"query": text, "variables": variables})
        tally["dear answers"] += 1


async def export(client: Any, server: Server, tally: dict[str, int]) -> None:
    """Export the list of customers, again and again."""
    while True:
        found = (await client.post(server.graphql, json={"query": EXPORTS})).json()
        answer = await client.get(server.url + found["data"]["customers"]["exportUrl"])
        tally["exports" if answer.status_code == 200 else "exports refused"] += 1


async def import_files(store: str, folder: Path, tally: dict[str, int]) -> None:
    """Import new sales, a file after the other."""
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": store, "SECRET_KEY": SECRET}  # noqa: TID251
    for number in count():
        path = folder / f"{number}.csv"
        lines = (f"{number}-{i},2026-02-{1 + i % 28:02},C{i % 2_000},Goods,{1 + i % 90}.50" for i in range(ROWS))
        path.write_text("\n".join(("Number,Date,Customer,Item,Price", *lines)))
        words = [str(ROOT / "main.py"), "import", str(path), "--business", "Monsters", "--map", MAP]
        process = await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=folder, env=environment, stdout=-3, stderr=-3
        )
        try:
            assert await process.wait() == 0
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
        tally["imports"] += 1


@asynccontextmanager
async def loud(works: list[Callable[[], Coroutine[Any, Any, None]]]) -> AsyncGenerator[None]:
    """All of that, until the block ends."""
    tasks = [asyncio.create_task(work()) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if not isinstance(end, asyncio.CancelledError):
            raise AssertionError("the loud business fell silent") from end


# ---------------------------------------------------------------- the comparison


def p95(seconds: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(seconds, n=20)[-1]


async def compared(server: Server, store: str, quiet: Shop, other: Shop, folder: Path) -> float:
    """The ratio, which is printed."""
    tally = dict.fromkeys(("dear answers", "exports", "exports refused", "imports"), 0)
    alone, beside, following = list[float](), list[float](), everyday()
    staff = httpx2.AsyncClient(headers=server.headers(quiet.id), timeout=600)
    admin = httpx2.AsyncClient(headers=server.headers(other.id, role=Role.ADMIN, pii=True), timeout=600)
    asks = [lambda: ask_dearest(admin, server, tally)] * AT_ONCE
    works = [*asks, lambda: export(admin, server, tally), lambda: import_files(store, folder, tally)]
    async with staff, admin:
        await timed(staff, server, following)  # what is made once is made
        for _ in range(WINDOWS):
            alone += await timed(staff, server, following)
            async with loud(works):
                beside += await timed(staff, server, following)
    for name, seconds in (("alone (the floor)", alone), ("beside the loud one", beside)):
        middle = quantiles(seconds, n=2)[0]
        print(f"{name:20} {len(seconds):6,} answers, median {middle * 1e3:6.1f} ms, p95 {p95(seconds) * 1e3:7.1f} ms")
    print("the loud one:", ", ".join(f"{number:,} {name}" for name, number in tally.items()))
    return p95(beside) / p95(alone)


async def _main(store: str | None) -> int:
    with TemporaryDirectory() as name:
        folder = Path(name)
        store = store or f"sqlite:///{folder / 'store.db'}"
        database = Database(store)
        await migrate(database)
        quiet, other = await quiet_shop(database), await monsters(database)
        await database.close()
        with running(store, folder, operation_seconds="10") as server:
            ratio = await compared(server, store, quiet, other, folder)
    print(f"p95 beside the loud one / p95 alone: {ratio:.2f} x (to stay below {MOST:g})")
    return 0 if ratio < MOST else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(sys.argv[1] if len(sys.argv) > 1 else None)))
