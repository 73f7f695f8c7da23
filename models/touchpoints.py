"""Contacts with a customer: e-mails, calls, visits, reviews, surveys."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.types import Day, primary_key, reference, word


class TouchpointType(StrEnum):
    """What kind of contact it was."""

    SALE = "SALE"
    EMAIL = "EMAIL"
    SMS = "SMS"
    CALL = "CALL"
    VISIT = "VISIT"
    SUPPORT = "SUPPORT"
    SOCIAL = "SOCIAL"
    WEB = "WEB"
    CAMPAIGN = "CAMPAIGN"
    REVIEW = "REVIEW"
    REFERRAL = "REFERRAL"
    SURVEY = "SURVEY"


class TouchpointChannel(StrEnum):
    """By which way the contact came."""

    STORE = "STORE"
    ONLINE = "ONLINE"
    EMAIL = "EMAIL"
    SMS = "SMS"
    PHONE = "PHONE"
    SOCIAL = "SOCIAL"
    APP = "APP"


class TouchpointOutcome(StrEnum):
    """The furthest that the contact got."""

    DELIVERED = "DELIVERED"
    OPENED = "OPENED"
    CLICKED = "CLICKED"
    REPLIED = "REPLIED"
    CONVERTED = "CONVERTED"
    POSITIVE = "POSITIVE"
    NEUTRAL = "NEUTRAL"
    NEGATIVE = "NEGATIVE"
    NO_RESPONSE = "NO_RESPONSE"


class Touchpoint(SQLModel, table=True):
    """One contact with one customer; it is voided, never deleted."""

    __tablename__ = "touchpoint"
    __table_args__ = (
        Index("touchpoint_by_customer", "customer_id", "occurred_at", "id"),
        Index("touchpoint_by_time", "business_id", "occurred_at", "id"),
        Index("touchpoint_by_revision", "business_id", "revision"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int = reference("customer.id")
    type: TouchpointType = Field(sa_type=word(TouchpointType))
    channel: TouchpointChannel = Field(sa_type=word(TouchpointChannel))
    outcome: TouchpointOutcome | None = Field(default=None, sa_type=word(TouchpointOutcome), nullable=True)
    subject: str | None = Field(default=None, max_length=300)
    notes: str | None = None
    campaign: str | None = Field(default=None, max_length=120)
    score: int | None = None
    occurred_at: datetime
    business_day: int = Field(sa_type=Day)
    is_void: bool = False
    revision: int = Field(sa_type=BigInteger)
