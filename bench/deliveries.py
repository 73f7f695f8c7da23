"""How many events a second arrive at a receiver on this machine, and what endpoints cost whoever writes.

    python bench/deliveries.py [STORE]

STORE is the URL of an empty PostgreSQL database; a new SQLite file unless given. Two processes deliver 5,000 events of
1,000 customers, beside the floor: the same two processes posting signed bodies without any store. Writes are updates of
customers of a shop with no endpoint and of one with three, by turns, nobody delivering meanwhile. Both again with a
million events. Where a machine has more to do, the processor's time of the two processes says more than the rate.
"""

import asyncio
import os
import statistics
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import text

from models.database import Database
from models.migrate import migrate
from resolvers.editing import UpdateCustomer, update_customer
from resolvers.operation.context import Context
from resolvers.operation.ids import use_ids_of
from resolvers.operation.sealing import Sealing
from resolvers.operation.sending import Parcel
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.operation.writing import Write, writing
from resolvers.webhooks import SaveWebhookEndpoint, new_secret, save_webhook_endpoint
from server.courier import HttpCourier
from server.delivery_loop import MOST_AT_ONCE, Deliveries
from server.meanwhile import meanwhile
from tests.builders import ACTOR, Shop, open_shop

EVENTS, CUSTOMERS, EARLIER, WRITES = 5_000, 1_000, 1_000_000, 300
KEY = b"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="  # of this bench's secrets
SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
LOCAL = ("127.0.0.1",)
EARLIER_EVENTS = {
    "sqlite": """WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < :count) INSERT INTO event
        (business_id, sequence, type, occurred_at, customer_id, data, revision) SELECT :business, :last + n,
        'customer.updated', '2026-01-01 00:00:00.000000', NULL, '{"revision"\\:1}', 1 FROM n""",
    "postgresql": """INSERT INTO event (business_id, sequence, type, occurred_at, customer_id, data, revision)
        SELECT :business, CAST(:last AS bigint) + n, 'customer.updated', now(), NULL, '{"revision"\\:1}', 1
        FROM generate_series(1, CAST(:count AS integer)) n""",
}


def now() -> datetime:
    """The time that it is."""
    return datetime.now(UTC)


class Receiver:
    """Counts what comes, and says 204."""

    def __init__(self) -> None:
        self.ids: set[bytes] = set()
        self.has_all = asyncio.Event()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
            await reader.readexactly(int(fields[b"content-length"]))
            self.ids.add(fields[b"webhook-id"])
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            if len(self.ids) >= EVENTS:
                self.has_all.set()

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[str]:
        """Serve meanwhile, at this address."""
        async with await asyncio.start_server(self.answer, "127.0.0.1", 0) as server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


# ---------------------------------------------------------------- who sends, in processes of their own


async def deliver(url: str) -> None:
    """A worker of a server, as far as deliveries go."""
    courier = HttpCourier(now, LOCAL)
    services = Services(Database(url), sealing=Sealing([KEY]), courier=courier)
    await use_ids_of(services.database)
    print("ready", flush=True)
    async with meanwhile(Deliveries(services, now).run()):
        await over()
    await courier.close()
    await services.close()


async def over() -> None:
    """Wait for the word that it is over, and tell the milliseconds that the processor worked meanwhile."""
    before = os.times()
    await asyncio.to_thread(sys.stdin.readline)
    after = os.times()
    print((after.user - before.user + after.system - before.system) * 1000, flush=True)


async def post(url: str, first: str) -> None:
    """The floor of a worker: half of as many signed bodies, as many at once."""
    courier = HttpCourier(now, LOCAL)
    left = iter(range(int(first), int(first) + EVENTS // 2))
    body = '{"type":"customer.updated","timestamp":"2026-03-05T12:00:00.000Z","data":{"id":"Customer_1","revision":1}}'
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)

    async def some() -> None:
        for n in left:
            while (await courier.send(Parcel(f"Event_{n}", url, body, (SECRET,)), seconds=15)).error:
                pass

    await asyncio.gather(*(some() for _ in range(MOST_AT_ONCE)))


def workers(words: Callable[[int], list[str]]) -> list[subprocess.Popen[str]]:
    """Two processes, ready to begin."""
    made = [
        subprocess.Popen(
            [sys.executable, __file__, *words(n)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for n in range(2)
    ]
    for process in made:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    return made


# ---------------------------------------------------------------- measured


async def floor() -> float:
    """Bodies a second that two processes post."""
    receiver = Receiver()
    async with receiver.listening() as url:
        started = await asyncio.to_thread(workers, lambda n: ["post", url, str(n * EVENTS)])
        began = perf_counter()
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        await receiver.has_all.wait()
        seconds = perf_counter() - began
        for process in started:
            process.wait()
    return EVENTS / seconds


async def delivered(url: str, services: Services, shop: Shop) -> tuple[float, float]:
    """Events a second that two workers deliver, and the milliseconds of their processors' time for each."""
    receiver = Receiver()
    async with receiver.listening() as where:
        await endpoints(services, shop, [where])
        started = await asyncio.to_thread(workers, lambda _: ["deliver", url])
        began = perf_counter()
        await told(services, shop)
        await receiver.has_all.wait()
        seconds = perf_counter() - began
        worked = [float(process.communicate("over\n", timeout=60)[0]) for process in started]
    await endpoints(services, shop, [])
    return EVENTS / seconds, sum(worked) / EVENTS


def context_of(services: Services, shop: Shop) -> Context:
    """Who asks in a shop."""
    return Context(services, Viewer("bench", Role.ADMIN, shop.id), now(), may_move=True, clock=now)


async def endpoints(services: Services, shop: Shop, urls: list[str]) -> None:
    """Let these be the endpoints, active from now on."""
    context = context_of(services, shop)
    async with services.database.transaction() as connection:
        await connection.execute(text("UPDATE webhook_endpoint SET is_active = false, is_deleted = true"))
    for url in urls:
        asked = SaveWebhookEndpoint(None, url, None, (), False, True, None, new_secret(context), frozenset(LOCAL))
        done = await context.write(save_webhook_endpoint, asked)
        assert done.endpoint_id, done
    await context.close()


async def _tell(write: Write, customers: list[int]) -> None:
    for id_ in customers:
        write.tell("customer.updated", id_)
    write.has_changed = True


async def told(services: Services, shop: Shop) -> None:
    """Have the events happen, five of each customer."""
    customers = [shop.id_of(f"N{n}") for n in range(CUSTOMERS)]
    for _ in range(EVENTS // CUSTOMERS):
        async with writing(services.database, shop.id, actor=ACTOR, clock=now) as write:
            await write.once(_tell, customers)


async def writes(services: Services, shop: Shop, other: Shop) -> tuple[float, float]:
    """The milliseconds of a write in a shop with no endpoint and in one with three, the medians, by turns."""
    await endpoints(services, shop, [f"http://127.0.0.1:9/{n}" for n in range(3)])
    contexts = [context_of(services, each) for each in (other, shop)]
    took: list[list[float]] = [[], []]
    for n in range(WRITES):
        for each, context, times in zip((other, shop), contexts, took, strict=True):
            asked = UpdateCustomer(each.id_of(f"N{n % 50}"), None, {"first_name": f"Kim {n}"})
            began = perf_counter()
            done = await context.write(update_customer, asked)
            times.append((perf_counter() - began) * 1000)
            assert done.customer_id == each.id_of(f"N{n % 50}"), done
    for context in contexts:
        await context.close()
    await endpoints(services, shop, [])
    return statistics.median(took[0]), statistics.median(took[1])


async def earlier(services: Services, shop: Shop) -> None:
    """Have a million events be there already."""
    async with services.database.transaction() as connection:
        mine = {"business": shop.id}
        last = (
            await connection.execute(text("SELECT last_event FROM business WHERE id = :business"), mine)
        ).scalar_one()
        kind = services.database.url.get_backend_name()
        await connection.execute(text(EARLIER_EVENTS[kind]), {**mine, "last": last, "count": EARLIER})
        moved = "UPDATE business SET last_event = :last WHERE id = :business"
        await connection.execute(text(moved), {**mine, "last": last + EARLIER})


async def run(url: str) -> None:
    """Print rates and ratios, before and after a million events."""
    services = Services(Database(url), sealing=Sealing([KEY]))
    await migrate(services.database)
    await use_ids_of(services.database)
    shop, other = [await open_shop(services.database, name) for name in ("Told", "Untold")]
    for each, count in ((shop, CUSTOMERS), (other, 50)):
        for n in range(count):
            each.customer(f"N{n}", first_name="Kim")
        await each.save()
    for when in ("at first", "with a million events"):
        base = await floor()
        rate, worked = await delivered(url, services, shop)
        without, with_three = await writes(services, shop, other)
        print(f"{when}: {rate:,.0f} deliveries a second by two workers, {base / rate:.1f} x slower than posts alone")
        print(f"{when}: a delivery takes {worked:.2f} ms of the workers' processors")
        print(f"{when}: a write takes {without:.2f} ms, with three endpoints {with_three / without:.2f} x that")
        if when == "at first":
            await earlier(services, shop)
    await services.close()


def main() -> None:
    """Run it on the store that is named, or on one of its own; a process of it sends."""
    if len(sys.argv) > 2:
        work = {"deliver": deliver, "post": post}[sys.argv[1]]
        asyncio.run(work(*sys.argv[2:]))
    elif len(sys.argv) > 1:
        asyncio.run(run(sys.argv[1]))
    else:
        with TemporaryDirectory() as folder:
            asyncio.run(run(f"sqlite:///{folder}/store.db"))


if __name__ == "__main__":
    main()
