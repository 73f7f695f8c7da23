"""A process that is killed: `… -m tests.server.killed_delivery URL BUSINESS committed|leased`.

It dies once an event of its first customer is committed, or once it has taken that to deliver it.
"""

import asyncio
import os
import signal
import sys

from sqlalchemy import select, text

from models.database import Database
from models.webhooks import endpoint
from resolvers.deliveries import EndpointKey, take_turn
from resolvers.operation.ids import use_ids_of
from resolvers.operation.sealing import Sealing
from resolvers.operation.services import Services
from resolvers.operation.writing import Write, writing
from tests.builders import ACTOR, NOW


class Open(Sealing):
    """The key of the secret is the other process's: what would be signed is not looked at."""

    def open(self, sealed: str) -> str:
        """Some secret."""
        return f"whsec_{sealed[:4]}"


async def _tell(write: Write, customer: int) -> None:
    write.tell("customer.updated", customer)
    write.has_changed = True


async def main(url: str, business: int, when: str) -> None:
    services = Services(Database(url), sealing=Open.of_this_process())
    await use_ids_of(services.database)
    async with services.database.reading(business) as connection:
        first = text("SELECT min(id) FROM customer WHERE business_id = :business")
        customer = (await connection.execute(first, {"business": business})).scalar_one()
        id_ = (await connection.execute(select(endpoint.c.id).where(endpoint.c.business_id == business))).scalar_one()
    async with writing(services.database, business, actor=ACTOR, clock=lambda: NOW) as write:
        await write.once(_tell, customer)
    if when == "leased":
        taken = (await take_turn(services, EndpointKey(id_, business), (), room=10, clock=lambda: NOW)).taken
        assert len(taken) == 1
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
