"""Erasing of persons: who asked for it, whom it was done to, and which contacts said no before."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, SelectBase, UniqueConstraint, select
from sqlmodel import Field

from models.database import TextList, any_of, scoped, table
from models.naming import statement
from models.types import ERASABLE, Day, Key, Stored, primary_key, reference, word
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
