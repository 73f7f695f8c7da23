"""What an answer may come to while it is made, and turns on the event loop for those who make one."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from threading import Event
from time import perf_counter
from typing import TypeVar
from weakref import WeakKeyDictionary

from resolvers.operation.errors import TooCostly

SECONDS_AT_ONCE = 0.005
FEW = 500  # entries of an answer that is made without turns: look-ups of one moment are one statement
WOKEN_AT_ONCE = 50
PIECE = 250  # items that are shown between two looks at the clock

T = TypeVar("T")
V = TypeVar("V")


class Meter:
    """Counts what one operation makes: the entries of its lists, and what they come to in bytes, at least.

    What an operation costs is told before it runs; some lists are as long as the facts make them. TooCostly ends one
    that makes more than it may, and everything that goes on of it.
    """

    def __init__(self, entries: int = 100_000, nbytes: int = 20_000_000) -> None:
        self.made = 0
        self.nbytes = 0
        self.most_bytes = nbytes
        self._most_entries = entries
        self._refusal: TooCostly | None = None
        self._limit: asyncio.Timeout | None = None

    @asynccontextmanager
    async def ending(self) -> AsyncGenerator[None]:
        """What is done inside is cancelled where it makes more than it may: TooCostly is raised then."""
        try:
            async with asyncio.timeout(None) as self._limit:
                yield
        except TimeoutError:
            if self._refusal is None:
                raise
        finally:
            self._limit = None
        if self._refusal is not None:  # it may have come to its end before it could be cancelled
            raise self._refusal

    @property
    def is_large(self) -> bool:
        """Whether the answer has become so large that it has to be made in turns."""
        return self.made > FEW

    def makes(self, count: int) -> None:
        """Entries that are about to be made."""
        self.made += count
        if self.made > self._most_entries:
            raise self._over(
                TooCostly(
                    f"the lists of the answer come to more than {self._most_entries:,} entries: ask for a shorter "
                    "period, longer calendar units, single items or smaller pages (MAX_COST)"
                )
            )

    def shows(self, nbytes: int) -> None:
        """Bytes that the answer has at least."""
        self.nbytes += nbytes
        if self.nbytes > self.most_bytes:
            raise self._over(too_large(self.most_bytes))

    def _over(self, refusal: TooCostly) -> TooCostly:
        self._refusal = self._refusal or refusal
        if self._limit is not None:
            self._limit.reschedule(0)
        return self._refusal


def too_large(most: int) -> TooCostly:
    """The refusal of an answer of more bytes than one may have."""
    return TooCostly(f"the answer has more than {most:,} bytes: ask for smaller pages or fewer fields (MAX_ANSWER)")


class Pace:
    """Turns on an event loop: all who work there between two waits have some milliseconds together, then others."""

    def __init__(self) -> None:
        self._began = 0.0
        self._is_running = False
        self._will_end = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    def is_spent(self) -> bool:
        """Whether the time of this turn is over; the first to ask begins one."""
        now = perf_counter()
        if self._is_running:
            return now - self._began > SECONDS_AT_ONCE
        self._is_running, self._began = True, now
        self._end_soon()
        return False

    async def breathe(self) -> None:
        """Let others be served where this turn is over."""
        while self.is_spent():
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            await waiter

    async def each(self, work: Callable[[T], V], items: Iterable[T], size: int = PIECE) -> list[V]:
        """What some work makes of each of many items, in turns."""
        found: list[V] = []
        for part in _pieces(items, size):
            await self.breathe()
            found.extend(map(work, part))
        return found

    def _end_soon(self) -> None:
        if not self._will_end:
            self._will_end = True
            asyncio.get_running_loop().call_soon(self._end)  # when the loop has looked at its sockets

    def _end(self) -> None:
        """Begin anew, with some of those who wait: to wake all of many thousands would be a turn by itself."""
        self._is_running = self._will_end = False
        for _ in range(min(len(self._waiting), WOKEN_AT_ONCE)):
            waiter = self._waiting.popleft()
            if not waiter.done():  # nobody waits who was cancelled
                waiter.set_result(None)
        if self._waiting:
            self._end_soon()


async def each_aside(work: Callable[[T], V], items: Sequence[T]) -> list[V]:
    """What some work makes of each of some items, in a thread; where nobody waits any more it ends after the next."""
    is_given_up = Event()

    def each() -> list[V]:
        return [work(item) for item in items if not is_given_up.is_set()]

    try:
        return await asyncio.to_thread(each)
    except asyncio.CancelledError:
        is_given_up.set()
        raise


def _pieces(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    left = iter(items)
    while part := tuple(islice(left, size)):
        yield part


_paces: "WeakKeyDictionary[asyncio.AbstractEventLoop, Pace]" = WeakKeyDictionary()


def pace() -> Pace:
    """The turns on the event loop that runs."""
    loop = asyncio.get_running_loop()
    found = _paces.get(loop)
    if found is None:
        found = _paces[loop] = Pace()
    return found
