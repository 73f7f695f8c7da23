"""Consents as events: given and withdrawn, when, by which way and in which words."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, SelectBase, Text, and_, bindparam, func, or_, select, type_coerce
from sqlmodel import Field

from models.customers import customer
from models.database import any_of, owned, table
from models.naming import statement
from models.types import ERASABLE, GlobalId, Stored, primary_key, reference, word
from rules.consents import ConsentChannel, ConsentSource, ConsentStatus


class ConsentEvent(Stored, table=True):
    """A consent that was given or withdrawn; it is never changed.

    `status` is GIVEN or WITHDRAWN. What stands is the greatest `at`, of equal ones WITHDRAWN; where that is GIVEN the
    customer's `consent_…` column is true.
    """

    __table_args__ = (
        Index("consent_event_by_customer", "customer_id", "channel", "at"),
        Index("consent_event_by_revision", "business_id", "revision"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int = reference("customer.id")
    channel: ConsentChannel = Field(sa_type=word(ConsentChannel))
    status: ConsentStatus = Field(sa_type=word(ConsentStatus))
    at: datetime
    recorded_at: datetime
    source: ConsentSource = Field(sa_type=word(ConsentSource))
    wording: str | None = Field(default=None, sa_type=Text, nullable=True, sa_column_kwargs=ERASABLE)
    actor: str = Field(max_length=200)
    revision: int = Field(sa_type=BigInteger)


# ---------------------------------------------------------------- statements

consent_event = table(ConsentEvent)


@statement
def consents_said_by() -> SelectBase:
    """Every consent event of the customers :ids, in the order of their times."""
    c = consent_event.c
    return (
        select(c.id, c.customer_id, c.channel, c.status, c.at, c.source)
        .where(owned(consent_event), any_of(c.customer_id, "ids"))
        .order_by(c.customer_id, c.at, c.id)
    )


@statement
def consents_of_each_customer(channel: bool, position: bool) -> SelectBase:
    """Up to :size consents of each of the customers :ids, newest first, of the :channel and past :at and :id."""
    c = consent_event.c
    conditions = [owned(consent_event), any_of(c.customer_id, "ids")]
    if channel:
        conditions.append(c.channel == bindparam("channel", type_=c.channel.type))
    if position:
        at = bindparam("at", type_=c.at.type)
        conditions.append(or_(c.at < at, and_(c.at == at, c.id < bindparam("id"))))
    place = func.row_number().over(partition_by=c.customer_id, order_by=(c.at.desc(), c.id.desc())).label("place")
    shown = (c.id, c.customer_id, c.channel, c.status, c.at, c.recorded_at, c.source, c.wording, c.actor)
    # `occurred_at` is what every list newest first is ordered by.
    more = (c.at.label("occurred_at"), type_coerce(c.id, GlobalId("ConsentEvent")).label("global_id"), place)
    page = select(*shown, *more).where(*conditions).subquery("page")
    return select(page).where(page.c.place <= bindparam("size")).order_by(page.c.customer_id, page.c.place)


@statement
def reaches_of() -> SelectBase:
    """What decides whether each of the customers :ids can be written to, without its contacts."""
    c = customer.c
    has = (c[name].is_not(None).label(f"has_{name}") for name in ("email", "phone"))
    known = (c.is_email_verified, c.is_phone_verified, c.email_bounced_at, c.phone_bounced_at)
    return select(c.id, *has, *known, c.is_active, c.is_erased).where(owned(customer), any_of(c.id, "ids"))
