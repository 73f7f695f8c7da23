"""Waiting for what comes by itself: the end of a wait is what happened, and the time only where it did not."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2


async def eventually(answer: Callable[[], Awaitable[Any]], seconds: float = 60) -> Any:
    """The first answer that is not None."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            found = await answer()
        except httpx2.TransportError:
            found = None
        if found is not None:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"it did not come to that within {seconds:g} s")


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""

    async def answer() -> bool | None:
        return holds() or None

    await eventually(answer)
