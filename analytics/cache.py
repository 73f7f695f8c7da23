"""Computed reports, kept by exact keys: a key names everything that the value depends on, so nothing is invalidated."""

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from cachetools import TTLCache


class NotShared(Exception):
    """A failure of the asker who computes, not of the value: others who wait for it try for themselves."""


class Sized(Protocol):
    """What knows how many bytes it holds."""

    @property
    def nbytes(self) -> int:
        """The bytes it holds, roughly."""
        ...


T = TypeVar("T", bound=Sized)
Asker = Callable[[], "asyncio.Task[Computed[T]]"]


@dataclass(frozen=True)
class Computed(Generic[T]):
    """A computed value: from which state of the facts, the last change that it sees, when, and how long it took."""

    value: T
    facts_revision: int
    data_revision: int
    computed_at: datetime
    duration_ms: float


@dataclass(frozen=True)
class ReportLimits:
    """How much computed reports may hold and how long they are kept.

    A report of an earlier state of the facts may be served for `max_age_seconds` after it was computed.
    """

    max_bytes: int = 512 * 1024**2
    ttl_seconds: float = 600
    max_age_seconds: float = 0


class ReportCache:
    """The newest value of each key, within a budget of bytes; askers of what is being computed wait for it together."""

    def __init__(self, limits: ReportLimits | None = None) -> None:
        self.limits = limits or ReportLimits()
        self.hits = 0
        self.misses = 0
        self._kept = TTLCache[Hashable, Computed[Any], float](
            self.limits.max_bytes, self.limits.ttl_seconds, getsizeof=_size_of
        )
        self._running: dict[Hashable, _Running] = {}

    async def get(
        self, key: Hashable, facts_revision: int, start: Asker[T], not_before: datetime | None = None
    ) -> tuple[Computed[T], bool]:
        """The value of `key` at a state of the facts, and whether it was there.

        One that was computed at an earlier state will do if that was at `not_before` or later. `start` begins the
        computation where nobody else has. A failure is not kept; a computation that nobody waits for is cancelled.
        """
        kept = self._kept.get(key)
        if kept is not None and _will_do(kept, facts_revision, not_before):
            self.hits += 1
            return kept, True
        self.misses += 1
        return await self._together((key, facts_revision), start), False

    @property
    def nbytes(self) -> int:
        """The bytes that kept values hold."""
        return int(self._kept.currsize)

    async def close(self) -> None:
        """End the computations that run; their askers are cancelled with them."""
        running = [one.task for one in self._running.values()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _together(self, key: tuple[Hashable, int], start: Asker[Any]) -> Computed[Any]:
        while True:
            running = self._running.get(key)
            is_mine = running is None
            if running is None:
                running = self._begin(key, start)
            try:
                return await self._wait(key, running)
            except NotShared:
                if is_mine:
                    raise

    def _begin(self, key: tuple[Hashable, int], start: Asker[Any]) -> "_Running":
        running = self._running[key] = _Running(start())
        running.task.add_done_callback(lambda _: self._finish(key, running))
        return running

    async def _wait(self, key: Hashable, running: "_Running") -> Computed[Any]:
        running.askers += 1
        try:
            return await asyncio.shield(running.task)
        finally:
            running.askers -= 1
            if not running.askers and not running.task.done():
                self._forget(key, running)  # who asks from now on begins anew
                running.task.cancel()

    def _finish(self, key: tuple[Hashable, int], running: "_Running") -> None:
        self._forget(key, running)
        if running.task.cancelled() or running.task.exception() is not None:
            return
        computed, kept = running.task.result(), self._kept.get(key[0])
        is_newest = kept is None or kept.facts_revision <= computed.facts_revision
        if is_newest and _size_of(computed) <= self.limits.max_bytes:
            self._kept[key[0]] = computed

    def _forget(self, key: Hashable, running: "_Running") -> None:
        if self._running.get(key) is running:
            del self._running[key]


@dataclass(eq=False)
class _Running:
    """A computation and how many wait for it."""

    task: "asyncio.Task[Computed[Any]]"
    askers: int = 0


def _will_do(kept: Computed[Any], facts_revision: int, not_before: datetime | None) -> bool:
    if kept.facts_revision == facts_revision:
        return True
    return not_before is not None and kept.facts_revision < facts_revision and kept.computed_at >= not_before


def _size_of(computed: Computed[Any]) -> int:
    return computed.value.nbytes
