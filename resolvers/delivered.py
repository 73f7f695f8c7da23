"""Deliveries as they are shown, and sent again: one at once, or those of a time as a job."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Select, update

from models.database import Database
from models.deliveries import (
    deliveries_with_id,
    delivery_count,
    delivery_page,
    delivery_row,
    endpoints_up_to_date,
    lateness_of_endpoints,
    messages_dropped,
    messages_expired,
    messages_removed,
    undelivered_discarded,
)
from models.webhooks import DeliveryStatus, delivery, endpoint_locked
from resolvers.deliveries import attempts_in
from resolvers.operation.context import Context
from resolvers.operation.ids import RowKey, global_id
from resolvers.operation.loaders import one_each
from resolvers.operation.paging import Keyset, Page, PageArguments, list_digest, pager
from resolvers.operation.viewer import Role
from resolvers.operation.writing import Write
from rules.refusals import NotAllowed, NotAllowedReason, NotFound
from rules.webhooks import Attempt

LATEST_FIRST = Keyset({"id": RowKey}, lambda row: (row.id,))


async def delivery_by_id(context: Context, ids: Sequence[int], _: Any = None) -> list[Any]:
    """The delivery of each id, None where there is none, or the viewer may not see it."""
    if context.viewer.role is not Role.ADMIN:
        return [None for _ in ids]
    return one_each(await context.reader.rows(deliveries_with_id(), ids=list(ids)), ids)


def attempts_of(row: Any) -> list[Attempt]:
    """The latest attempts of a delivery."""
    return attempts_in(row.attempts)


@dataclass(frozen=True)
class DeliveriesAsked:
    """A page of the deliveries of an endpoint."""

    status: DeliveryStatus | None
    page: PageArguments


async def deliveries_by_endpoint(context: Context, ids: Sequence[int], asked: DeliveriesAsked) -> list[Page]:
    """A page of the deliveries of each endpoint, newest first."""
    return [await _deliveries_of(context, id_, asked) for id_ in ids]


async def _deliveries_of(context: Context, endpoint_id: int, asked: DeliveriesAsked) -> Page:
    page = pager(asked.page, list_digest("deliveries", endpoint_id, asked.status), LATEST_FIRST)
    wanted = {"endpoint": endpoint_id, **({"status": asked.status} if asked.status else {})}
    statement = delivery_page(status=asked.status is not None, position=page.request.position is not None)
    rows = await context.reader.rows(statement, **wanted, **page.params)

    async def count() -> int:
        statement = delivery_count(status=asked.status is not None)
        return (await context.reader.rows(statement, **wanted))[0].rows

    return replace(page.page(rows), count=count)


# ---------------------------------------------------------------- one again


@dataclass(frozen=True)
class RetryDelivery:
    """A delivery to try at once."""

    id: int


@dataclass(frozen=True)
class DeliveryPayload:
    """The delivery as it is now."""

    delivery_id: int


async def retry_delivery(write: Write, asked: RetryDelivery) -> DeliveryPayload:
    """Try a delivery at once, also where others of its customer wait before it."""
    missing = NotFound("There is no such delivery.", ("id",))
    found = await write.one(delivery_row(), missing, id=asked.id)
    await write.rows(endpoint_locked(), id=found.endpoint_id)
    row = await write.one(delivery_row(), missing, id=asked.id)
    if row.status is DeliveryStatus.DISCARDED:
        raise NotAllowed("The delivery was discarded: replay its event.", NotAllowedReason.WRONG_STATE)
    if row.lease is None or row.next_at <= write.now:  # else it is being tried right now
        again = {"status": DeliveryStatus.RETRYING, "next_at": write.now, "lease": None}
        await write.run(update(delivery).where(delivery.c.id == row.id).values(again))
        write.note(global_id("WebhookDelivery", row.id), retried=True)
    return DeliveryPayload(row.id)


# ---------------------------------------------------------------- watched


class DeliveryLateness(NamedTuple):
    """For how long the delivery of a business that is due longest has been due, and how many endpoints fail."""

    business_id: int
    seconds: float
    failing: int


async def delivery_lateness(database: Database, now: datetime) -> list[DeliveryLateness]:
    """That of every business with an active endpoint."""
    async with database.reading() as connection:
        rows = (await connection.execute(cast(Select[Any], lateness_of_endpoints()))).all()
    grouped = {row.business_id: [other for other in rows if other.business_id == row.business_id] for row in rows}
    return [
        DeliveryLateness(
            business_id,
            max((max((now - row.due_at).total_seconds(), 0.0) for row in own if row.due_at), default=0.0),
            sum(row.failing_since is not None for row in own),
        )
        for business_id, own in grouped.items()
    ]


# ---------------------------------------------------------------- given up


async def discard_undelivered(database: Database) -> None:
    """Give up what nobody was told, in a store that is restored: the others may have heard of it long ago."""
    async with database.transaction() as connection:
        await connection.execute(messages_dropped())
        await connection.execute(undelivered_discarded())
        await connection.execute(endpoints_up_to_date())


async def drop_expired_messages(database: Database, now: datetime) -> None:
    """Remove messages that are over, whether or not they were delivered."""
    async with database.reading() as connection:
        found = (await connection.execute(cast(Select[Any], messages_expired()), {"now": now})).scalars().all()
    for business_id in found:
        async with database.transaction(business_id) as connection:
            await connection.execute(messages_removed(expired=True), {"business": business_id, "now": now})
