"""The models of this process: for each business and day, fitted in the background, and again where facts changed."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import structlog
from cachetools import LRUCache, TTLCache

from analytics.copy.pinned import NotShared
from analytics.prediction.census import NotEnoughData
from analytics.prediction.lifetime import Facts, Model, model_of

FITS_KEPT = 256
REST_SECONDS = 60  # after a failure, for those who do not wait

log = structlog.get_logger()


@dataclass(frozen=True)
class Fit:
    """What was fitted, when, and to which facts: their sums, and the state of all facts at which they had them."""

    found: Model | NotEnoughData
    fitted_at: datetime
    sums: tuple[int, ...]
    facts_revision: int


class FitOf(NamedTuple):
    """What is known of a fit before it is there: of which facts it is, and when it was begun."""

    sums: tuple[int, ...]
    facts_revision: int
    began_at: datetime


class Fits:
    """The newest fit of each key. Fits take turns, in a thread each, whoever asks or gives up waiting."""

    def __init__(self) -> None:
        self.count = 0
        self._kept = LRUCache[Hashable, Fit](FITS_KEPT)
        self._running: dict[Hashable, asyncio.Task[Fit]] = {}
        self._failed = TTLCache[Hashable, bool, float](FITS_KEPT, REST_SECONDS)
        self._turn = asyncio.Semaphore(1)

    def kept(self, key: Hashable) -> Fit | None:
        """The newest fit, which may be of earlier facts."""
        return self._kept.get(key)

    @property
    def running(self) -> int:
        """How many fits go on."""
        return len(self._running)

    def is_running(self, key: Hashable) -> bool:
        """Whether somebody has begun a fit that goes on."""
        return key in self._running

    def is_resting(self, key: Hashable) -> bool:
        """Whether it failed not long ago, so that it would probably fail again."""
        return key in self._failed

    def begun(self, key: Hashable, facts: Callable[[], Awaitable[Facts]], told: FitOf) -> "asyncio.Task[Fit]":
        """The fit to some facts, or the one that goes on; `facts` is called at once if at all."""
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._fit(key, facts(), told))
            self._running[key] = task
            task.add_done_callback(lambda done: self._ended(key, done))
        return task

    def _ended(self, key: Hashable, task: "asyncio.Task[Fit]") -> None:
        self._running.pop(key, None)
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, NotShared):
            self._failed[key] = True
            log.error("no fit", exc_info=error)

    async def _fit(self, key: Hashable, facts: Awaitable[Facts], told: FitOf) -> Fit:
        found = await facts
        async with self._turn:
            fit = Fit(await asyncio.to_thread(model_of, found), told.began_at, told.sums, told.facts_revision)
        self.count += 1
        self._kept[key] = fit
        return fit

    async def close(self) -> None:
        """End what is being fitted."""
        await asyncio.sleep(0)  # so that each has begun, and ends what it began
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
