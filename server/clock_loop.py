"""Begins the nightly passes that are due, in every server; as jobs, so that each is done once."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import structlog

from models.outages import is_outage
from resolvers.nights import begin_nights
from resolvers.operation.services import Services
from server.meanwhile import meanwhile

log = structlog.get_logger()

LOOKS_EVERY_SECONDS = 10.0
CATCHES_UP_SECONDS = 1.0  # between days that were missed


@asynccontextmanager
async def beginning_nights(services: Services, clock: Callable[[], datetime]) -> AsyncGenerator[None]:
    """Begin nightly passes meanwhile."""
    async with meanwhile(_look_at_the_clock_for_ever(services, clock)):
        yield


async def _look_at_the_clock_for_ever(services: Services, clock: Callable[[], datetime]) -> None:
    pause = LOOKS_EVERY_SECONDS
    while True:
        await asyncio.sleep(pause)
        try:
            has_begun = await begin_nights(services, clock)
        except Exception as error:  # noqa: BLE001  the next look may find the store there again
            log.warning("nightly passes not looked for", error=type(error).__name__, outage=is_outage(error))
            has_begun = False
        pause = CATCHES_UP_SECONDS if has_begun else LOOKS_EVERY_SECONDS
