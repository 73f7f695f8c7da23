"""Does the jobs of the store, one at a time in each process, for as long as the server runs."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import structlog

from models.outages import is_outage
from resolvers.held_jobs import HeldJob, fail_job
from resolvers.job_kinds import do_batch
from resolvers.operation.leases import LeaseLost, beat
from resolvers.operation.services import Services
from server.meanwhile import look_for_ever, meanwhile

log = structlog.get_logger()

LOOKS_EVERY_SECONDS = 1.0


@asynccontextmanager
async def doing_jobs(services: Services, clock: Callable[[], datetime]) -> AsyncGenerator[None]:
    """Do jobs meanwhile. One that is in the middle at the end goes on in another process, from its last batch."""
    async with meanwhile(look_for_ever("jobs", lambda: do_a_job(services, clock), every=LOOKS_EVERY_SECONDS)):
        yield


async def do_a_job(services: Services, clock: Callable[[], datetime]) -> bool:
    """Do the oldest job that nobody does, to its end; whether there was one."""
    held = await HeldJob.taken(services, clock())
    if held is None:
        return False
    await do_job(services, held, clock)
    return True


async def do_job(services: Services, held: HeldJob, clock: Callable[[], datetime]) -> None:
    """Do a job to its end, or until it is somebody else's."""
    try:
        async with meanwhile(beat(services.database, held.lease, clock)):
            await _do(services, held, clock)
        await held.leave(services, clock())
    except LeaseLost:
        log.warning("job went on elsewhere", job=held.id, business=held.business_id)


async def _do(services: Services, held: HeldJob, clock: Callable[[], datetime]) -> None:
    try:
        goes_on = True
        while goes_on:
            goes_on = await do_batch(services, held, clock)
    except LeaseLost:
        raise
    except Exception as error:
        if is_outage(error):
            raise  # its lease runs out, and somebody goes on
        log.exception("job failed", job=held.id, business=held.business_id)
        await fail_job(services, held, clock)
    else:
        log.info("job done", job=held.id, business=held.business_id)
