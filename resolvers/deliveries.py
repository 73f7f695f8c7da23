"""What is delivered to an endpoint: a turn settles what was tried, makes what is new, and takes what is due."""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import random
from typing import Any, NamedTuple, cast
from uuid import uuid4

import orjson
from sqlalchemy import Select, SelectBase
from sqlalchemy.ext.asyncio import AsyncConnection

from models.deliveries import (
    deliveries_due,
    deliveries_leased,
    deliveries_made,
    deliveries_next,
    delivery_settled,
    endpoint_failing,
    endpoint_taken,
    endpoint_told,
    external_ids_of_profiles,
    message_over,
    next_of_queues,
    profiles_of,
)
from models.events import events_with_id
from models.webhooks import DeliveryStatus
from resolvers.events import event_body
from resolvers.operation.ids import global_id
from resolvers.operation.leases import end_if_stopped
from resolvers.operation.loaders import many_each
from resolvers.operation.sealing import CannotOpen, Sealing
from resolvers.operation.sending import Parcel
from resolvers.operation.services import Services
from resolvers.operation.writing import Write
from rules.events import KINDS
from rules.webhooks import MOST_ATTEMPTS_KEPT, Attempt, next_try, reason_to_disable

LEASED = timedelta(seconds=20)
MOST_MADE = 500  # deliveries of a turn
MOST_TAKEN = 100
CANNOT_OPEN = "Its secret cannot be opened: the key that it was sealed with is gone. Give it a new one."


class TakenDelivery(NamedTuple):
    """A delivery that this process tries, and what is sent."""

    id: int
    lease: str
    tries: int
    attempts: str
    until: datetime | None  # of a message: it is over then
    parcel: Parcel


class TriedDelivery(NamedTuple):
    """A delivery and what came of its try."""

    taken: TakenDelivery
    attempt: Attempt


@dataclass(frozen=True)
class DeliveryTurn:
    """What a turn has taken, whether there is more to do at once, and why the endpoint is told no more from now on."""

    taken: Sequence[TakenDelivery] = ()
    has_more: bool = False
    disabled: str | None = None


@dataclass(frozen=True)
class EndpointKey:
    """An endpoint and the business that it is of."""

    id: int
    business_id: int


async def take_turn(
    services: Services,
    key: EndpointKey,
    tried: Sequence[TriedDelivery],
    *,
    room: int,
    clock: Callable[[], datetime],
) -> DeliveryTurn:
    """One transaction of an endpoint: settle what was tried, make what is new, take up to `room` of what is due."""
    async with _opened(services, key.business_id) as connection:
        row = await _locked(connection, key, waits=bool(tried))
        if row is None:
            return DeliveryTurn()
        now = clock()
        disabled = await _settle(connection, row, tried, now) if tried else None
        if disabled or row.is_deleted or not row.is_active:
            return DeliveryTurn(disabled=disabled)
        told_to = await _make(connection, row, now)
        try:
            taken = await _take(connection, services.sealing, row, min(room, MOST_TAKEN), now) if room else ()
        except CannotOpen:
            return DeliveryTurn(disabled=CANNOT_OPEN)
        return DeliveryTurn(taken, has_more=told_to < row.last_event or len(taken) == min(room, MOST_TAKEN))


@asynccontextmanager
async def _opened(services: Services, business_id: int) -> AsyncGenerator[AsyncConnection]:
    """A transaction. On SQLite its turn among the writers of this process comes first: there is one lock for all."""
    turn = services.write_turns[business_id] if services.database.is_sqlite else nullcontext()
    async with turn, services.database.transaction(business_id) as connection:
        await end_if_stopped(connection)  # or nobody would serve the endpoint until its process goes on
        yield connection


async def _locked(connection: AsyncConnection, key: EndpointKey, *, waits: bool) -> Any | None:
    bound = {"business": key.business_id, "id": key.id}
    return (await connection.execute(endpoint_taken(waits), bound)).one_or_none()


# ---------------------------------------------------------------- made


async def told_so_far(write: Write, row: Any) -> None:
    """Make what an endpoint, which is locked, is still to be told as it is."""
    if row.is_active:
        await _make_to(write.connection, row, write.last_event, write.now)


async def _make(connection: AsyncConnection, row: Any, now: datetime) -> int:
    upto = min(row.last_event, row.told_to + MOST_MADE)
    await _make_to(connection, row, upto, now)
    return upto


async def _make_to(connection: AsyncConnection, row: Any, upto: int, now: datetime) -> None:
    if upto <= row.told_to:
        return
    types = orjson.loads(row.types)
    bound = {"business": row.business_id, "endpoint": row.id, "after": row.told_to, "upto": upto, "now": now}
    wanted = {"types": types} if types else {}
    await connection.execute(deliveries_made(types=bool(types)), [{**bound, **wanted}])
    await connection.execute(endpoint_told(), {"endpoint": row.id, "upto": upto})


# ---------------------------------------------------------------- taken


async def _take(
    connection: AsyncConnection, sealing: Sealing, row: Any, most: int, now: datetime
) -> list[TakenDelivery]:
    lease = str(uuid4())
    due = await _rows(connection, deliveries_due(), {"endpoint": row.id, "now": now, "most": most})
    if not due:
        return []
    taking = {"due": [each.id for each in due], "new_lease": lease, "new_until": now + LEASED}
    found = (await connection.execute(deliveries_leased(), [taking])).all()
    secrets = secrets_of(sealing, row, now)
    bodies = await _bodies(connection, sealing, row, found)
    return [
        TakenDelivery(
            id=each.id,
            lease=lease,
            tries=each.tries,
            attempts=each.attempts,
            until=each.until if each.event_id is None else None,
            parcel=Parcel(_message_id(each), row.url, bodies[each.id], secrets),
        )
        for each in sorted(found, key=lambda each: each.id)
    ]


def secrets_of(sealing: Sealing, row: Any, now: datetime) -> tuple[str, ...]:
    """What an endpoint signs with: its secret, and during a rotation the one before."""
    secrets = [sealing.open(row.secret)]
    if row.previous_secret is not None and row.previous_secret_until > now:
        secrets.append(sealing.open(row.previous_secret))
    return tuple(secrets)


async def _rows(connection: AsyncConnection, statement: SelectBase, bound: dict[str, Any]) -> Sequence[Any]:
    return (await connection.execute(cast(Select[Any], statement), bound)).all()


def _message_id(row: Any) -> str:
    if row.event_id is None:
        return global_id("Message", row.id)
    return global_id("Event", row.event_id)


async def _bodies(connection: AsyncConnection, sealing: Sealing, row: Any, found: Sequence[Any]) -> dict[int, str]:
    """What is sent for each delivery: the body of its event with what is personal as of now, or that of a message."""
    ids = [each.event_id for each in found if each.event_id is not None]
    bound = {"business": row.business_id, "ids": ids}
    events = await _rows(connection, events_with_id(), bound) if ids else ()
    profiles = await _profiles(connection, row.business_id, events) if row.includes_personal else {}
    of_event = {event.id: _event_text(event, profiles.get(event.customer_id)) for event in events}
    return {each.id: sealing.open(each.body) if each.event_id is None else of_event[each.event_id] for each in found}


def _event_text(event: Any, profile: dict[str, Any] | None) -> str:
    body = event_body(event)
    kind = KINDS.get(event.type)
    if profile is not None and kind is not None and kind.is_personal:
        body["data"]["profile"] = profile
    return orjson.dumps(body).decode()


async def _profiles(connection: AsyncConnection, business_id: int, events: Iterable[Any]) -> dict[int, dict[str, Any]]:
    ids = list({event.customer_id for event in events if event.customer_id is not None})
    bound = {"business": business_id, "ids": ids}
    people = await _rows(connection, profiles_of(), bound)
    others = await _rows(connection, external_ids_of_profiles(), bound)
    each = many_each(others, ids, "customer_id", lambda one: {"system": one.system, "value": one.value})
    external = dict(zip(ids, each, strict=True))
    return {
        person.id: {
            "number": person.number,
            "name": " ".join(part for part in (person.first_name, person.last_name) if part) or None,
            "email": person.email,
            "phone": person.phone,
            "externalIds": external[person.id],
        }
        for person in people
    }


# ---------------------------------------------------------------- settled


async def _settle(connection: AsyncConnection, row: Any, tried: Sequence[TriedDelivery], now: datetime) -> str | None:
    """Keep what came of tries; why the endpoint is told no more, None where it goes on."""
    of_events = [_settled(each) for each in tried if each.taken.until is None]
    if of_events:
        await connection.execute(delivery_settled(), of_events)
        first = await _rows(connection, next_of_queues(), {"tried": [each["delivery"] for each in of_events]})
        waiting = [id_ for (id_,) in first if id_ is not None]
        if waiting:
            await connection.execute(deliveries_next(), [{"first": waiting, "now": now}])
    await _settle_messages(connection, [each for each in tried if each.taken.until is not None])
    since, disabled = row.failing_since, None
    for each in sorted(tried, key=lambda each: each.attempt.at):
        since = None if each.attempt.has_delivered else (since or each.attempt.at)
        disabled = disabled or reason_to_disable(each.attempt, since)
    if since != row.failing_since:
        await connection.execute(endpoint_failing(), {"endpoint": row.id, "since": since})
    return disabled if row.is_active else None


def _settled(tried: TriedDelivery) -> dict[str, Any]:
    taken, attempt = tried
    tries = taken.tries + 1
    next_at = None if attempt.has_delivered else next_try(tries, attempt, random())
    return {
        "delivery": taken.id,
        "held": taken.lease,
        "new_status": _status(attempt, next_at),
        "new_tries": tries,
        "new_attempts": attempts_with(taken.attempts, attempt),
        "new_next_at": next_at,
    }


def _status(attempt: Attempt, next_at: datetime | None) -> DeliveryStatus:
    if attempt.has_delivered:
        return DeliveryStatus.DELIVERED
    return DeliveryStatus.FAILED if next_at is None else DeliveryStatus.RETRYING


async def _settle_messages(connection: AsyncConnection, tried: Sequence[TriedDelivery]) -> None:
    over = list[dict[str, Any]]()
    again = list[dict[str, Any]]()
    for each in tried:
        next_at = next_try(each.taken.tries + 1, each.attempt, random(), is_code=True)
        is_over = each.attempt.has_delivered or next_at is None or next_at >= cast(datetime, each.taken.until)
        mine = {"delivery": each.taken.id, "held": each.taken.lease}
        if is_over:
            over.append(mine)
        else:
            again.append({**_settled(each), "new_status": DeliveryStatus.RETRYING, "new_next_at": next_at})
    if over:
        await connection.execute(message_over(), over)
    if again:
        await connection.execute(delivery_settled(), again)


def attempts_with(attempts: str, attempt: Attempt) -> str:
    """The attempts of a delivery with another one, as they are kept: the latest."""
    kept = orjson.loads(attempts)
    last = [attempt.at.isoformat(), attempt.status, round(attempt.duration_ms, 3), attempt.error]
    return orjson.dumps([*kept, last][-MOST_ATTEMPTS_KEPT:]).decode()


def attempts_in(kept: str) -> list[Attempt]:
    """The attempts that are kept of a delivery."""
    return [Attempt(datetime.fromisoformat(at), *rest) for at, *rest in orjson.loads(kept)]
