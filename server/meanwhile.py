"""What a server does beside answering, for as long as it runs."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from models.outages import is_outage

log = structlog.get_logger()


@asynccontextmanager
async def meanwhile(work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Go on with some work until this block ends, which cancels it."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def look_for_ever(
    what: str, look: Callable[[], Awaitable[bool]], *, every: float, first: float = 0.0, more_after: float = 0.0
) -> None:
    """Look for some work for ever, all in seconds: the `first` time, `every` so often, sooner where a look says that
    there may be more. A look that fails is logged: the next one may find the store there again."""
    pause = first
    while True:
        await asyncio.sleep(pause)
        try:
            pause = more_after if await look() else every
        except Exception as error:  # noqa: BLE001  whatever it is, the next look may do without
            log.warning(f"{what} not looked for", error=type(error).__name__, outage=is_outage(error))
            pause = every
