"""Computed reports, kept by exact keys: a key names everything that the value depends on, so nothing is invalidated."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any, Generic, Protocol, TypeVar

from cachetools import TTLCache

from analytics.copy.pinned import NotShared


class Sized(Protocol):
    """What knows how many bytes it holds."""

    @property
    def nbytes(self) -> int:
        """The bytes it holds, roughly."""
        ...


T = TypeVar("T", bound=Sized)
V = TypeVar("V")


@dataclass(frozen=True)
class Seen:
    """What a computation sees: the state of the facts, which is part of its key, and the last change of any kind."""

    facts_revision: int
    data_revision: int


NOTHING = Seen(0, 0)


@dataclass(frozen=True)
class Computed(Generic[V]):
    """A computed value, when it was computed, how long that took, and what it saw."""

    value: V
    computed_at: datetime
    duration_ms: float
    seen: Seen = NOTHING


class ReportCache:
    """The newest value of each key within a byte budget; askers of what is being computed wait for it together.

    A value of an earlier state of the facts is served for `max_age_seconds` after it was computed.
    """

    def __init__(self, max_bytes: int, ttl_seconds: float, max_age_seconds: float = 0) -> None:
        self.hits = 0
        self.misses = 0
        self._max_age = timedelta(seconds=max_age_seconds)
        self._kept = TTLCache[Hashable, Computed[Any], float](max_bytes, ttl_seconds, getsizeof=_size_of)
        self._running: dict[tuple[Hashable, int], asyncio.Task[Computed[Any]]] = {}
        self._times_forgotten = 0

    def forget(self) -> None:
        """Let go of every value, and keep none of what is being computed."""
        self._kept.clear()
        self._times_forgotten += 1

    @property
    def nbytes(self) -> int:
        """The bytes of all values."""
        return int(self._kept.currsize)

    async def get(
        self, key: Hashable, now: datetime, compute: Callable[[], Awaitable[T]], seen: Seen = NOTHING
    ) -> tuple[Computed[T], bool]:
        """The value of `key` and whether it was there. A failure is not kept; a cancelled asker harms no other.

        `compute` is called at once where nobody computes it, and awaited to its end whoever gives up waiting.
        """
        kept = self._kept.get(key)
        if kept is not None and self._will_do(kept, now, seen):
            self.hits += 1
            return kept, True
        self.misses += 1
        return await self._together((key, seen.facts_revision), now, compute, seen), False

    async def close(self) -> None:
        """End what is being computed."""
        await asyncio.sleep(0)  # so that each has begun, and ends what it began
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _will_do(self, kept: Computed[Any], now: datetime, seen: Seen) -> bool:
        if kept.seen.facts_revision == seen.facts_revision:
            return True
        if not self._max_age:  # an asker who began earlier may see later facts: its age would be below zero
            return False
        return kept.seen.facts_revision < seen.facts_revision and now - kept.computed_at < self._max_age

    async def _together(
        self, key: tuple[Hashable, int], now: datetime, compute: Callable[[], Awaitable[Any]], seen: Seen
    ) -> Computed[Any]:
        while True:
            task = self._running.get(key)
            is_mine = task is None
            if task is None:
                task = asyncio.create_task(self._compute(key[0], now, compute(), seen))
                self._running[key] = task
                task.add_done_callback(lambda _: self._running.pop(key, None))
            try:
                return await asyncio.shield(task)
            except NotShared:
                if is_mine:
                    raise

    async def _compute(self, key: Hashable, now: datetime, work: Awaitable[Any], seen: Seen) -> Computed[Any]:
        started, forgotten = perf_counter(), self._times_forgotten
        computed = Computed(await work, now, (perf_counter() - started) * 1000, seen)
        kept = self._kept.get(key)
        is_newest = kept is None or kept.seen.facts_revision <= seen.facts_revision
        if is_newest and forgotten == self._times_forgotten and computed.value.nbytes <= self._kept.maxsize:
            self._kept[key] = computed
        return computed


def _size_of(computed: Computed[Any]) -> int:
    return computed.value.nbytes
