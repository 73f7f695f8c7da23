"""The outbox: what happened here, for the shop's other systems, in the transaction that made it true."""

from datetime import datetime

from sqlalchemy import BigInteger, Text, UniqueConstraint
from sqlmodel import Field

from models.types import Key, Stored, primary_key, reference


class Event(Stored, table=True):
    """Something that happened; `data` is JSON.

    `sequence` counts the events of a business without a gap, those that are gone too.
    """

    __table_args__ = (UniqueConstraint("business_id", "sequence", name="event_sequence"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    sequence: int = Field(sa_type=BigInteger)
    type: str = Field(max_length=80)
    occurred_at: datetime
    customer_id: int | None = Field(default=None, sa_type=Key)
    data: str = Field(sa_type=Text)
    revision: int = Field(sa_type=BigInteger)
