"""A process that does nightly passes: `… -m tests.resolvers.nightly_worker URL BUSINESS FOLDER`, until it is killed.

Of several one stops itself in the midst of a pass and another dies in it: the first to make a file in the folder. On
SQLite it stops where it writes nothing, since that has one lock for all.
"""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from models.database import Database, table
from models.storefronts import Storefront
from resolvers import nights
from resolvers.night_work import Night, NightStep
from resolvers.operation import leases
from resolvers.operation.ids import use_ids_of
from resolvers.operation.services import Services
from server.job_loop import do_a_job

BATCHES, STOPS_AT, DIES_AT = 12, 4, 8
AHEAD = timedelta(days=1)  # of the moment at which the business was made


def is_first(what: str) -> bool:
    """Whether nobody else was the one that this happens to."""
    try:
        (Path(sys.argv[3]) / what).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


async def write_one(night: Night) -> bool:
    """A batch of one row, which says by whom it was written and after how many."""
    is_sqlite = night.services.database.is_sqlite
    stops = night.done == STOPS_AT and is_first("stopped")
    if stops and is_sqlite:
        os.kill(os.getpid(), signal.SIGSTOP)
    async with night.writing() as write:
        name = f"{night.day} {night.held.id} {night.done} by {night.held.lease.fence}"
        await write.insert(table(Storefront), name=name, is_active=True)
        await night.did(write.connection, 1)
        if stops and not is_sqlite:
            os.kill(os.getpid(), signal.SIGSTOP)
        if night.done == DIES_AT and is_first("killed"):
            os.kill(os.getpid(), signal.SIGKILL)
    return night.done + 1 < BATCHES


async def work(url: str, business: int) -> None:
    """Begin and do passes, with leases that are a fifth as long."""
    leases.LEASED, leases.BEAT_SECONDS = leases.LEASED / 5, leases.BEAT_SECONDS / 5
    step = NightStep("WRITE", write_one, is_made_up=True)
    nights.STEPS, nights.STEP_CALLED = (step,), {"WRITE": step}
    services = Services(Database(url))
    await use_ids_of(services.database)

    def clock() -> datetime:
        return datetime.now(UTC) + AHEAD

    while True:
        try:
            await nights.begin_night(services.database, business, 0, clock)
            if not await do_a_job(services, clock):
                await asyncio.sleep(0.05)
        except Exception as error:  # noqa: BLE001  as a server goes on
            print(type(error).__name__, file=sys.stderr)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], int(sys.argv[2])))
