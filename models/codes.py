"""Codes that prove a contact: what they were asked for, and how often."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field

from models.database import table
from models.types import ERASABLE, Stored, primary_key, reference, word


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

    A ticket without a registration and a customer never succeeds.
    """

    __table_args__ = (UniqueConstraint("business_id", "digest", name="ticket_digest"),)

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
