"""Delivers events to endpoints, for as long as the server runs.

Whatever process looks first takes what is due: an endpoint's deliveries are taken and settled under the lock of its
row, some at a time, and tried without it. What a process that died had taken is due again when its lease ends.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, cast

import structlog
from sqlalchemy import Select

from models.deliveries import endpoints_with_work
from models.outages import is_outage
from resolvers.delivered import drop_expired_messages
from resolvers.deliveries import EndpointKey, TakenDelivery, TriedDelivery, take_turn
from resolvers.operation.actor import Actor
from resolvers.operation.services import Services
from resolvers.operation.writing import writing
from resolvers.webhooks import DisableEndpoint, disable_endpoint
from rules.webhooks import Attempt
from server.meanwhile import look_for_ever, meanwhile
from server.watching.metrics import count_delivery

log = structlog.get_logger()

LOOKS_EVERY_SECONDS = 0.25
DROPS_EVERY_SECONDS = 10.0
TRY_SECONDS = 15.0
SETTLES_EVERY_SECONDS = 0.05
MOST_SERVED = 10  # endpoints at once
MOST_AT_ONCE = 50  # deliveries of an endpoint at once
MOST_OF_FAILING = 4  # of one that lately delivered nothing
FAILURES_TO_SLOW = 8
SERVED_FOR_SECONDS = 20.0  # then others come first
MOST_SETTLED = 100
SCHEDULE = Actor("schedule", "ADMIN")


class Deliveries:
    """Serves the endpoints that have work, each in a task of its own."""

    def __init__(self, services: Services, clock: Callable[[], datetime]) -> None:
        self._services = services
        self._clock = clock
        self._served: dict[int, asyncio.Task[None]] = {}
        self._last: dict[int, float] = {}
        self._failures: dict[int, int] = {}
        self._noticed: set[int] = set()
        self._drops_at = 0.0

    async def run(self) -> None:
        """Look for work for ever."""
        try:
            await look_for_ever("deliveries", self._look, every=LOOKS_EVERY_SECONDS)
        finally:
            for task in self._served.values():
                task.cancel()
            await asyncio.gather(*self._served.values(), return_exceptions=True)

    async def _look(self) -> bool:
        if monotonic() >= self._drops_at:
            self._drops_at = monotonic() + DROPS_EVERY_SECONDS
            await drop_expired_messages(self._services.database, self._clock())
        for key in sorted(await self._with_work(), key=lambda key: self._last.get(key.id, 0.0)):
            if key.id in self._served:
                self._noticed.add(key.id)
            elif len(self._served) < MOST_SERVED:
                self._last[key.id] = monotonic()
                self._served[key.id] = task = asyncio.create_task(self._serve(key))
                task.add_done_callback(lambda _, id_=key.id: self._served.pop(id_, None))
        return False  # what is served looks for more itself

    async def _with_work(self) -> list[EndpointKey]:
        async with self._services.database.reading() as connection:
            found = await connection.execute(cast(Select[Any], endpoints_with_work()), {"now": self._clock()})
            return [EndpointKey(row.id, row.business_id) for row in found]

    async def _serve(self, key: EndpointKey) -> None:
        try:
            await self._deliver_to(key)
        except Exception as error:
            if not is_outage(error):
                log.exception("deliveries stopped", endpoint=key.id, business=key.business_id)

    async def _deliver_to(self, key: EndpointKey) -> None:
        """Take, try and settle until nothing is due, or for so long that others come first."""
        until = monotonic() + SERVED_FOR_SECONDS
        trying, is_more = Trying(self._services), True
        try:
            while is_more or trying:
                room = self._room(key, trying) if is_more else 0
                if room or trying.ended:
                    turn = await take_turn(self._services, key, trying.settled(), room=room, clock=self._clock)
                    trying.begin(turn.taken)
                    is_more = is_more and turn.has_more and turn.disabled is None
                    if turn.disabled is not None:
                        await self._disable(key, turn.disabled)
                self._count(key, await trying.some())
                is_more = (is_more or self._is_noticed(key)) and monotonic() < until
        finally:
            await trying.give_up()

    def _is_noticed(self, key: EndpointKey) -> bool:
        """Whether the last look found that there is work while it is served already."""
        is_noticed = key.id in self._noticed
        self._noticed.discard(key.id)
        return is_noticed

    def _room(self, key: EndpointKey, trying: "Trying") -> int:
        is_failing = self._failures.get(key.id, 0) >= FAILURES_TO_SLOW
        return max((MOST_OF_FAILING if is_failing else MOST_AT_ONCE) - len(trying), 0)

    def _count(self, key: EndpointKey, attempts: Sequence[Attempt]) -> None:
        for attempt in attempts:
            count_delivery("delivered" if attempt.error is None else attempt.error, attempt.duration_ms / 1000)
            self._failures[key.id] = 0 if attempt.has_delivered else self._failures.get(key.id, 0) + 1

    async def _disable(self, key: EndpointKey, reason: str) -> None:
        turn = self._services.write_turns[key.business_id]
        opened = writing(self._services.database, key.business_id, actor=SCHEDULE, clock=self._clock)
        async with turn, opened as write:
            if await write.once(disable_endpoint, DisableEndpoint(key.id, reason), action="disableWebhookEndpoint"):
                log.warning("endpoint disabled", endpoint=key.id, business=key.business_id, reason=reason)


@dataclass
class Trying:
    """The tries that are under way, and those that have ended and are not settled yet."""

    services: Services
    ended: list[TriedDelivery] = field(default_factory=list[TriedDelivery])
    _running: dict[asyncio.Task[Attempt], TakenDelivery] = field(default_factory=dict[Any, Any])

    def __len__(self) -> int:
        return len(self._running) + len(self.ended)

    def begin(self, taken: Sequence[TakenDelivery]) -> None:
        """Try what was taken."""
        for delivery in taken:
            sending = self.services.courier.send(delivery.parcel, seconds=TRY_SECONDS)
            self._running[asyncio.create_task(sending)] = delivery

    async def some(self) -> list[Attempt]:
        """Wait a little for tries to end, those of a moment together; their attempts."""
        if self._running:
            await asyncio.wait(self._running, timeout=LOOKS_EVERY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait(self._running, timeout=SETTLES_EVERY_SECONDS)
        done = [task for task in self._running if task.done()]
        tried = [TriedDelivery(self._running.pop(task), task.result()) for task in done]
        self.ended += tried
        return [each.attempt for each in tried]

    def settled(self) -> list[TriedDelivery]:
        """Those that have ended, to be settled now."""
        now, self.ended = self.ended[:MOST_SETTLED], self.ended[MOST_SETTLED:]
        return now

    async def give_up(self) -> None:
        """End what is under way: it is tried again when its lease is over."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


@asynccontextmanager
async def delivering(services: Services, clock: Callable[[], datetime]) -> AsyncGenerator[None]:
    """Deliver meanwhile."""
    async with meanwhile(Deliveries(services, clock).run()):
        yield
