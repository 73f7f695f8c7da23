"""Codes that prove a contact: what they were asked for, and how often."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Index,
    Integer,
    Select,
    SelectBase,
    Text,
    UniqueConstraint,
    bindparam,
    or_,
    select,
)
from sqlmodel import Field

from models.database import scoped, table
from models.naming import statement
from models.types import ERASABLE, Stored, added, primary_key, reference, where_there_is, word


class CodePurpose(StrEnum):
    """What a code opens."""

    REGISTRATION = "REGISTRATION"
    CONTACT = "CONTACT"
    SIGN_IN = "SIGN_IN"


class ContactKind(StrEnum):
    """Which contact of a customer it is."""

    EMAIL = "EMAIL"
    PHONE = "PHONE"


class PendingRegistration(Stored, table=True):
    """Somebody who registered and has not confirmed yet; `given` is JSON of what was said."""

    __table_args__ = (Index("pending_registration_by_time", "business_id", "registered_at"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int | None = reference("customer.id", nullable=True, index=True)  # once the first contact is confirmed
    given: str = Field(sa_type=Text, sa_column_kwargs=ERASABLE)
    email: str | None = Field(default=None, max_length=320, sa_column_kwargs=ERASABLE)
    phone: str | None = Field(default=None, max_length=20, sa_column_kwargs=ERASABLE)
    registered_at: datetime
    expires_at: datetime


class Ticket(Stored, table=True):
    """What a code opens, until when and for how many tries; both are kept as HMACs.

    A ticket without a registration and a customer never succeeds. `unsent` is the code for as long as it is on its way,
    to be tried at `send_at`: until it has left or is over.
    """

    __table_args__ = (
        UniqueConstraint("business_id", "digest", name="ticket_digest"),
        where_there_is("ticket_to_send", "send_at"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int | None = reference("customer.id", nullable=True, index=True)
    registration_id: int | None = reference("pending_registration.id", nullable=True, index=True)
    purpose: CodePurpose = Field(sa_type=word(CodePurpose))
    contact_kind: ContactKind = Field(sa_type=word(ContactKind))
    contact: str = Field(max_length=320, sa_column_kwargs=ERASABLE)
    digest: str = Field(max_length=64)
    code_digest: str = Field(max_length=64)
    tries_left: int
    made_at: datetime
    expires_at: datetime
    closed_at: datetime | None = None  # used, or another code was sent instead
    unsent: str | None = Field(default=None, max_length=16, sa_column_kwargs=ERASABLE)
    send_at: datetime | None = None
    sends: int = added(0, "0")


class CodeAttempt(Stored, table=True):
    """A code that was asked for: HMACs of the contact and of the address, for the limits of an hour."""

    __table_args__ = (
        Index("code_attempt_by_contact", "business_id", "contact_digest", "at"),
        Index("code_attempt_by_address", "business_id", "address_digest", "at"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    contact_digest: str = Field(max_length=64)
    address_digest: str = Field(max_length=64)
    at: datetime


# ---------------------------------------------------------------- statements

pending_registration, ticket, code_attempt = table(PendingRegistration), table(Ticket), table(CodeAttempt)

MOST_ATTEMPTS = 100  # of an hour that can matter: refused ones are not kept


@statement
def ticket_with_digest() -> Select[Any]:
    """The ticket of :business with this :digest."""
    return select(ticket).where(scoped(ticket), ticket.c.digest == bindparam("digest"))


@statement
def registration_with_id() -> Select[Any]:
    """The registration :id."""
    c = pending_registration.c
    return select(pending_registration).where(scoped(pending_registration), c.id == bindparam("id"))


@statement
def codes_asked_since() -> SelectBase:
    """Codes that were asked for :since, to a :contact or from an :address, the latest first."""
    c = code_attempt.c
    same = or_(c.contact_digest == bindparam("contact"), c.address_digest == bindparam("address"))
    since = c.at > bindparam("since", type_=c.at.type)
    asked = select(c.contact_digest, c.address_digest, c.at).where(scoped(code_attempt), same, since)
    return asked.order_by(c.at.desc(), c.id.desc()).limit(MOST_ATTEMPTS)


# ---------------------------------------------------------------- on their way


@statement
def codes_due() -> Select[Any, Any]:
    """Up to :most codes of every business that are to be tried at :now, the longest due first."""
    c = ticket.c
    due = c.send_at <= bindparam("now", type_=c.send_at.type)
    return select(c.id, c.business_id).where(due).order_by(c.send_at, c.id).limit(bindparam("most", type_=Integer))


@statement
def code_to_send() -> Select[Any]:
    """The ticket :id of :business whose code is to be tried at :now."""
    c = ticket.c
    mine = (scoped(ticket), c.id == bindparam("id"), c.send_at <= bindparam("now", type_=c.send_at.type))
    return select(ticket).where(*mine)
