"""The outbox: what happened here, for the shop's other systems, in the transaction that made it true."""

from datetime import datetime

from sqlalchemy import BigInteger, SelectBase, Text, UniqueConstraint, func, select
from sqlmodel import Field

from models.database import scoped, table
from models.naming import statement
from models.types import Key, Stored, primary_key, reference


class Event(Stored, table=True):
    """Something that happened. `sequence` counts the events of a business without a gap; `data` is JSON."""

    __table_args__ = (UniqueConstraint("business_id", "sequence", name="event_sequence"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    sequence: int = Field(sa_type=BigInteger)
    type: str = Field(max_length=80)
    occurred_at: datetime
    customer_id: int | None = Field(default=None, sa_type=Key)
    data: str = Field(sa_type=Text)
    revision: int = Field(sa_type=BigInteger)


# ---------------------------------------------------------------- statements

event = table(Event)


@statement
def last_sequence() -> SelectBase:
    """The number of the last event of :business, 0 where there is none."""
    return select(func.coalesce(func.max(event.c.sequence), 0).label("sequence")).where(scoped(event))
