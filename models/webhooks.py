"""Endpoints of the shop's other systems, and what is delivered to each."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    SelectBase,
    Text,
    bindparam,
    func,
    select,
    type_coerce,
)
from sqlalchemy import text as sql
from sqlmodel import Field

from models.database import any_of, owned, scoped, table
from models.naming import statement
from models.types import ERASABLE, GlobalId, Key, Stored, index_where, primary_key, reference, where_there_is, word

LONGEST_URL = 2_000
LONGEST_SEALED = 500
# What the audit names and keeps no trace of: here not since it is personal, but since it opens something.
SECRET = ERASABLE
OPEN = "status IN ('PENDING', 'RETRYING')"  # as the index has it


class DeliveryStatus(StrEnum):
    """What became of a delivery."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    RETRYING = "RETRYING"
    FAILED = "FAILED"
    DISCARDED = "DISCARDED"


class WebhookEndpoint(Stored, table=True):
    """Where events go. `types` is JSON, and empty for all; secrets are sealed.

    `told_to` is the sequence of the last event that has its delivery, or needs none; `failing_since` when the first try
    failed since the last that did not. Both move no revision: who delivers writes them, under the lock of this row.
    """

    __table_args__ = (Index("webhook_endpoint_by_business", "business_id", "id"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    version: int = 1
    url: str = Field(max_length=LONGEST_URL)
    description: str | None = Field(default=None, max_length=500)
    types: str = Field(sa_type=Text)
    includes_personal: bool = False
    is_active: bool = True
    disabled_reason: str | None = Field(default=None, max_length=500)
    created_at: datetime
    secret: str = Field(max_length=LONGEST_SEALED, sa_column_kwargs=SECRET)
    secret_hint: str = Field(max_length=24)
    previous_secret: str | None = Field(default=None, max_length=LONGEST_SEALED, sa_column_kwargs=SECRET)
    previous_secret_until: datetime | None = None
    told_to: int = Field(sa_type=BigInteger)
    failing_since: datetime | None = None
    is_deleted: bool = False


class WebhookDelivery(Stored, table=True):
    """An event for an endpoint, or a message with a sealed body of its own, which is removed once it is over.

    `queue` is the customer whose event it is, 0 for those of nobody: the first open delivery of a queue has `next_at`,
    those behind it wait without. `attempts` is JSON. Who tries it holds the `lease` until `next_at`.
    """

    __table_args__ = (
        index_where("next_at IS NOT NULL", "webhook_delivery_due", "endpoint_id", "next_at"),
        index_where(OPEN, "webhook_delivery_open", "endpoint_id", "queue", "id"),
        Index("webhook_delivery_by_endpoint", "endpoint_id", "id"),
        Index("webhook_delivery_by_event", "event_id"),
        where_there_is("webhook_message", "until"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    endpoint_id: int = reference("webhook_endpoint.id")
    event_id: int | None = Field(
        default=None, sa_type=Key, nullable=True, sa_column_args=[ForeignKey("event.id", ondelete="CASCADE")]
    )
    queue: int = Field(sa_type=Key)
    customer_id: int | None = reference("customer.id", nullable=True, index=True)  # of a message, to whom it goes
    body: str | None = Field(default=None, sa_type=Text, sa_column_kwargs=ERASABLE)
    until: datetime | None = None
    status: DeliveryStatus = Field(default=DeliveryStatus.PENDING, sa_type=word(DeliveryStatus))
    tries: int = 0
    attempts: str = Field(default="[]", sa_type=Text)
    next_at: datetime | None = None
    lease: str | None = Field(default=None, max_length=36)


# ---------------------------------------------------------------- statements

endpoint, delivery = table(WebhookEndpoint), table(WebhookDelivery)


def is_open() -> ColumnElement[bool]:
    """A delivery that waits or is tried again, in the words of the index."""
    return sql(f"webhook_delivery.{OPEN}")  # pyright: ignore[reportReturnType]


def _shown() -> list[ColumnElement[Any]]:
    hidden = {"business_id", "secret", "previous_secret", "told_to", "is_deleted"}
    columns: list[ColumnElement[Any]] = [column for column in endpoint.c if column.name not in hidden]
    return [*columns, type_coerce(endpoint.c.id, GlobalId("WebhookEndpoint")).label("global_id")]


@statement
def endpoints_of_business() -> SelectBase:
    """The endpoints of :business that are not deleted, in the order in which they were made."""
    return select(*_shown()).where(scoped(endpoint), ~endpoint.c.is_deleted).order_by(endpoint.c.id)


@statement
def endpoints_with_id() -> SelectBase:
    """The endpoints :ids, deleted ones too, whose deliveries are still shown."""
    return select(*_shown(), endpoint.c.is_deleted).where(owned(endpoint), any_of(endpoint.c.id, "ids"))


@statement
def endpoint_row() -> Select[Any]:
    """The endpoint :id as it is stored, unless it is deleted."""
    return select(endpoint).where(scoped(endpoint), endpoint.c.id == bindparam("id"), ~endpoint.c.is_deleted)


@statement
def endpoint_locked() -> Select[Any]:
    """The same, which nobody else delivers to, saves or deletes from here on."""
    return endpoint_row().with_for_update()


@statement
def endpoint_count() -> SelectBase:
    """How many endpoints :business has."""
    counted = select(func.count().label("rows")).select_from(endpoint)
    return counted.where(scoped(endpoint), ~endpoint.c.is_deleted)


@statement
def backlogs() -> SelectBase:
    """How many deliveries wait for each of the endpoints :ids."""
    mine = (owned(delivery), any_of(delivery.c.endpoint_id, "ids"), is_open(), delivery.c.event_id.is_not(None))
    c = delivery.c
    return select(c.endpoint_id, func.count().label("rows")).where(*mine).group_by(c.endpoint_id)
