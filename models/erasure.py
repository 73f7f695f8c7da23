"""Erasing of persons: who asked for it, whom it was done to, and which contacts said no before."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, SelectBase, UniqueConstraint, bindparam, select, type_coerce
from sqlmodel import Field

from models.customers import customer
from models.database import TextList, any_of, owned, scoped, table
from models.naming import statement
from models.types import ERASABLE, Day, GlobalId, Key, Stored, primary_key, reference, word
from rules.consents import ConsentChannel
from rules.refusals import NotAllowedReason


class ErasureStatus(StrEnum):
    """What became of a request."""

    PENDING = "PENDING"
    CANCELLED = "CANCELLED"
    DONE = "DONE"


class ErasureRequest(Stored, table=True):
    """Somebody asked that a customer be erased; it is tried every night from `erase_on` on."""

    __table_args__ = (
        Index("erasure_request_by_customer", "customer_id", "id"),
        Index("erasure_request_by_status", "business_id", "status", "erase_on"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int = reference("customer.id")
    requested_at: datetime
    requested_by: str = Field(max_length=200)
    erase_on: int = Field(sa_type=Day)
    status: ErasureStatus = Field(default=ErasureStatus.PENDING, sa_type=word(ErasureStatus))
    blocked_by: NotAllowedReason | None = Field(default=None, sa_type=word(NotAllowedReason), nullable=True)
    reason: str | None = Field(default=None, max_length=500, sa_column_kwargs=ERASABLE)
    revision: int = Field(sa_type=BigInteger)


class ErasedCustomer(Stored, table=True):
    """Who was erased and on which day: what a restored backup of before is brought to."""

    __table_args__ = (UniqueConstraint("business_id", "customer_id", name="erased_customer_once"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int = Field(sa_type=Key)
    day: int = Field(sa_type=Day)


class WithdrawnContact(Stored, table=True):
    """A contact of somebody erased who had said no: its HMAC alone, so that no import writes to it again."""

    __table_args__ = (UniqueConstraint("business_id", "channel", "digest", name="withdrawn_contact_once"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    channel: ConsentChannel = Field(sa_type=word(ConsentChannel))
    digest: str = Field(max_length=64)
    withdrawn_at: datetime


# ---------------------------------------------------------------- statements

erasure_request, erased_customer = table(ErasureRequest), table(ErasedCustomer)
withdrawn_contact = table(WithdrawnContact)


@statement
def contacts_withdrawn() -> SelectBase:
    """The channels and digests of contacts that said no, of those with one of the :digests."""
    c = withdrawn_contact.c
    return select(c.channel, c.digest).where(scoped(withdrawn_contact), any_of(c.digest, "digests", TextList))


@statement
def records_of() -> SelectBase:
    """The customer :id and every record that was merged into it, however far."""
    own = select(customer.c.id).where(scoped(customer), customer.c.id == bindparam("id"))
    records = own.cte("records", recursive=True)
    merged = select(customer.c.id).join(records, customer.c.merged_into_id == records.c.id).where(scoped(customer))
    records = records.union(merged)
    return select(customer).join(records, records.c.id == customer.c.id).order_by(customer.c.id)


@statement
def erasure_request_rows() -> SelectBase:
    """The requests :ids as they are stored."""
    return select(erasure_request).where(owned(erasure_request), any_of(erasure_request.c.id, "ids"))


@statement
def pending_request_of() -> SelectBase:
    """The request that waits for the customer :customer."""
    c = erasure_request.c
    waits = (owned(erasure_request), c.customer_id == bindparam("customer"), c.status == ErasureStatus.PENDING)
    return select(erasure_request).where(*waits)


@statement
def requests_due() -> SelectBase:
    """The requests of :business that are to be tried on :day, the eldest first."""
    c = erasure_request.c
    due = (scoped(erasure_request), c.status == ErasureStatus.PENDING, c.erase_on <= bindparam("day"))
    return select(c.id).where(*due).order_by(c.erase_on, c.id)


def _request_shown() -> list[Any]:
    hidden = {"business_id", "revision"}
    columns = [column for column in erasure_request.c if column.name not in hidden]
    return [*columns, type_coerce(erasure_request.c.id, GlobalId("ErasureRequest")).label("global_id")]


@statement
def erasure_requests_of_business(status: bool) -> SelectBase:
    """The newest :most requests of :business, of one :status or of all."""
    c = erasure_request.c
    conditions = [c.status == bindparam("status", type_=c.status.type)] if status else []
    asked = select(*_request_shown()).where(scoped(erasure_request), *conditions)
    return asked.order_by(c.id.desc()).limit(bindparam("most", type_=Integer))


@statement
def erasure_requests_with_id() -> SelectBase:
    """The requests :ids."""
    return select(*_request_shown()).where(owned(erasure_request), any_of(erasure_request.c.id, "ids"))


@statement
def erasures_logged() -> SelectBase:
    """Who of the customers :ids is in the erasure log already."""
    c = erased_customer.c
    return select(c.customer_id).where(owned(erased_customer), any_of(c.customer_id, "ids"))


@statement
def businesses_with_undone() -> SelectBase:
    """The businesses in which somebody is back whom the log says is erased."""
    joined = erased_customer.join(customer, customer.c.id == erased_customer.c.customer_id)
    return select(erased_customer.c.business_id).select_from(joined).where(~customer.c.is_erased).distinct()


@statement
def erasure_log() -> SelectBase:
    """Who was erased, of every business."""
    c = erased_customer.c
    return select(c.business_id, c.customer_id, c.day)


@statement
def erasures_undone() -> SelectBase:
    """Customers of :business whom the log says are erased and who are not, which a restored backup brings back."""
    joined = erased_customer.join(customer, customer.c.id == erased_customer.c.customer_id)
    back = (scoped(erased_customer), ~customer.c.is_erased)
    return select(customer.c.id, customer.c.merged_into_id).select_from(joined).where(*back).order_by(customer.c.id)
