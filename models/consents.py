"""Consents as events: given and withdrawn, when, by which way and in which words."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, SelectBase, Text, select
from sqlmodel import Field

from models.database import any_of, owned, table
from models.naming import statement
from models.types import ERASABLE, Stored, primary_key, reference, word
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
