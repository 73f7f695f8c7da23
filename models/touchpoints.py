"""Contacts with a customer: e-mails, calls, visits, reviews, surveys."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Index,
    SelectBase,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    type_coerce,
)
from sqlmodel import Field

from models.database import any_of, owned, scoped, table
from models.naming import statement
from models.types import ERASABLE, PERSONAL, Day, GlobalId, Stored, primary_key, reference, where_there_is, word


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


class Touchpoint(Stored, table=True):
    """One contact with one customer; it is voided, never deleted."""

    __table_args__ = (
        Index("touchpoint_by_customer", "customer_id", "occurred_at", "id"),
        Index("touchpoint_by_time", "business_id", "occurred_at", "id"),
        Index("touchpoint_by_revision", "business_id", "revision"),
        where_there_is("touchpoint_by_sale", "sale_id"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int = reference("customer.id")
    type: TouchpointType = Field(sa_type=word(TouchpointType))
    channel: TouchpointChannel = Field(sa_type=word(TouchpointChannel))
    outcome: TouchpointOutcome | None = Field(default=None, sa_type=word(TouchpointOutcome), nullable=True)
    subject: str | None = Field(default=None, max_length=300, sa_column_kwargs=ERASABLE)
    notes: str | None = Field(default=None, sa_column_kwargs=PERSONAL)
    campaign: str | None = Field(default=None, max_length=120)
    score: int | None = None
    occurred_at: datetime
    business_day: int = Field(sa_type=Day)
    is_void: bool = False
    sale_id: int | None = reference("sale.id", nullable=True)  # whose campaign it tells of: it follows that sale
    revision: int = Field(sa_type=BigInteger)


# ---------------------------------------------------------------- statements

touchpoint = table(Touchpoint)

# An e-mail holds the furthest that it got, so one that was clicked was delivered and opened too.
CLICKED = (TouchpointOutcome.CLICKED, TouchpointOutcome.CONVERTED)
OPENED = (TouchpointOutcome.OPENED, TouchpointOutcome.REPLIED, *CLICKED)
DELIVERED = (TouchpointOutcome.DELIVERED, TouchpointOutcome.NO_RESPONSE, *OPENED)

FILTERS: dict[str, ColumnElement[bool]] = {
    "customer": touchpoint.c.customer_id == bindparam("customer"),
    "type": touchpoint.c.type == bindparam("type", type_=touchpoint.c.type.type),
    "channel": touchpoint.c.channel == bindparam("channel", type_=touchpoint.c.channel.type),
    "campaign": touchpoint.c.campaign == bindparam("campaign"),
    "start": touchpoint.c.business_day >= bindparam("start"),
    "end": touchpoint.c.business_day <= bindparam("end"),
    "position": or_(
        touchpoint.c.occurred_at < bindparam("at", type_=touchpoint.c.occurred_at.type),
        (touchpoint.c.occurred_at == bindparam("at", type_=touchpoint.c.occurred_at.type))
        & (touchpoint.c.id < bindparam("id")),
    ),
}


def _shown(personal: bool) -> list[ColumnElement[Any]]:
    c = touchpoint.c
    notes = c.notes if personal else type_coerce(null(), c.notes.type).label("notes")
    kept = [c.id, c.customer_id, c.type, c.channel, c.outcome, c.subject, c.campaign, c.score, c.occurred_at, c.is_void]
    return [*kept, notes, type_coerce(c.id, GlobalId("Touchpoint")).label("global_id")]


@statement
def touchpoints_with_id(personal: bool) -> SelectBase:
    """The contacts :ids; without `personal` their notes are null."""
    conditions = (owned(touchpoint), any_of(touchpoint.c.id, "ids"))
    return select(*_shown(personal)).where(*conditions)


@statement
def touchpoint_page(filters: frozenset[str], personal: bool) -> SelectBase:
    """Up to :size contacts of the business that match `filters` (names in FILTERS), newest first."""
    return (
        select(*_shown(personal))
        .where(scoped(touchpoint), *(FILTERS[name] for name in sorted(filters)))
        .order_by(touchpoint.c.occurred_at.desc(), touchpoint.c.id.desc())
        .limit(bindparam("size"))
    )


@statement
def touchpoints_of_each_customer(filters: frozenset[str], personal: bool) -> SelectBase:
    """Up to :size contacts of each of the customers :ids that match `filters`, newest first."""
    order = (touchpoint.c.occurred_at.desc(), touchpoint.c.id.desc())
    place = func.row_number().over(partition_by=touchpoint.c.customer_id, order_by=order).label("place")
    conditions = [FILTERS[name] for name in sorted(filters)]
    page = (
        select(*_shown(personal), place)
        .where(owned(touchpoint), any_of(touchpoint.c.customer_id, "ids"), *conditions)
        .subquery("page")
    )
    return select(page).where(page.c.place <= bindparam("size")).order_by(page.c.customer_id, page.c.place)


def _when(outcomes: Sequence[TouchpointOutcome], value: Any) -> ColumnElement[Any]:
    return case((touchpoint.c.outcome.in_(outcomes), value))


@statement
def email_engagement_of() -> SelectBase:
    """E-mails delivered, opened and clicked by each of the customers :ids, and when last."""
    at = touchpoint.c.occurred_at
    return (
        select(
            touchpoint.c.customer_id,
            func.count(_when(DELIVERED, 1)).label("delivered"),
            func.count(_when(OPENED, 1)).label("opened"),
            func.count(_when(CLICKED, 1)).label("clicked"),
            type_coerce(func.max(_when(OPENED, at)), at.type).label("last_opened_at"),
            type_coerce(func.max(_when(CLICKED, at)), at.type).label("last_clicked_at"),
        )
        .where(
            owned(touchpoint),
            any_of(touchpoint.c.customer_id, "ids"),
            touchpoint.c.type == TouchpointType.EMAIL,
            ~touchpoint.c.is_void,
        )
        .group_by(touchpoint.c.customer_id)
    )
