"""Computed reports, kept by exact keys: a key names everything that the value depends on, so nothing is invalidated."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any, Generic, Protocol, TypeVar

from cachetools import TTLCache


class Sized(Protocol):
    """What knows how many bytes it holds."""

    @property
    def nbytes(self) -> int:
        """The bytes it holds, roughly."""
        ...


T = TypeVar("T", bound=Sized)


@dataclass(frozen=True)
class Computed(Generic[T]):
    """A computed value, when it was computed and how long that took."""

    value: T
    computed_at: datetime
    duration_ms: float


class ReportCache:
    """Values by key within a byte budget; askers of a key that is being computed wait for that one computation."""

    def __init__(self, max_bytes: int, ttl_seconds: float) -> None:
        self._kept = TTLCache[Hashable, Computed[Any], float](max_bytes, ttl_seconds, getsizeof=_size_of)
        self._running: dict[Hashable, asyncio.Task[Computed[Any]]] = {}

    async def get(self, key: Hashable, now: datetime, compute: Callable[[], Awaitable[T]]) -> tuple[Computed[T], bool]:
        """The value of `key` and whether it was there. A failure is not kept; a cancelled asker harms no other."""
        kept = self._kept.get(key)
        if kept is not None:
            return kept, True
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._compute(key, now, compute))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(task), False

    async def _compute(self, key: Hashable, now: datetime, compute: Callable[[], Awaitable[Any]]) -> Computed[Any]:
        started = perf_counter()
        computed = Computed(await compute(), now, (perf_counter() - started) * 1000)
        if computed.value.nbytes <= self._kept.maxsize:
            self._kept[key] = computed
        return computed


def _size_of(computed: Computed[Any]) -> int:
    return computed.value.nbytes
