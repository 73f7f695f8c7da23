"""Begins the nightly passes that are due, in every server; as jobs, so that each is done once."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from resolvers.nights import begin_nights
from resolvers.operation.services import Services
from server.meanwhile import look_for_ever, meanwhile

LOOKS_EVERY_SECONDS = 10.0
CATCHES_UP_SECONDS = 1.0  # between days that were missed


@asynccontextmanager
async def beginning_nights(services: Services, clock: Callable[[], datetime]) -> AsyncGenerator[None]:
    """Begin nightly passes meanwhile."""
    every = LOOKS_EVERY_SECONDS
    looks = look_for_ever(
        "nightly passes",
        lambda: begin_nights(services, clock),
        every=every,
        first=every,
        more_after=CATCHES_UP_SECONDS,
    )
    async with meanwhile(looks):
        yield
