"""A process that delivers: `… -m tests.server.delivering_worker URL`, with leases of two seconds."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from models.database import Database
from resolvers import deliveries
from resolvers.operation.ids import use_ids_of
from resolvers.operation.sealing import Sealing
from resolvers.operation.services import Services
from server.courier import HttpCourier
from server.delivery_loop import Deliveries

KEY = b"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="  # of the secrets of this test


def now() -> datetime:
    """The time that it is."""
    return datetime.now(UTC)


async def deliver(url: str) -> None:
    """Deliver for ever."""
    deliveries.LEASED = timedelta(seconds=2)
    services = Services(Database(url), sealing=Sealing([KEY]), courier=HttpCourier(now, ("127.0.0.1",)))
    await use_ids_of(services.database)
    print("ready", flush=True)
    await Deliveries(services, now).run()


if __name__ == "__main__":
    asyncio.run(deliver(sys.argv[1]))
