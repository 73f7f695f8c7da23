"""The outbox: what happened here, for the shop's other systems, in the transaction that made it true."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    SelectBase,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
    type_coerce,
)
from sqlmodel import Field

from models.database import TextList, any_of, owned, scoped, table
from models.naming import statement
from models.types import GlobalId, Key, Stored, primary_key, reference


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


# ---------------------------------------------------------------- statements

event = table(Event)


def _shown() -> list[ColumnElement[Any]]:
    c = event.c
    columns = (c.id, c.sequence, c.type, c.occurred_at, c.customer_id, c.data, c.revision)
    return [*columns, type_coerce(c.id, GlobalId("Event")).label("global_id")]


@statement
def events_with_id() -> SelectBase:
    """The events :ids."""
    return select(*_shown()).where(owned(event), any_of(event.c.id, "ids"))


@statement
def event_page(types: bool) -> SelectBase:
    """Up to :size events of :business past the :sequence, of the :types or all, in their order."""
    conditions = [scoped(event), event.c.sequence > bindparam("sequence", type_=BigInteger)]
    if types:
        conditions.append(any_of(event.c.type, "types", TextList))
    return select(*_shown()).where(*conditions).order_by(event.c.sequence).limit(bindparam("size", type_=Integer))


@statement
def first_event() -> SelectBase:
    """The sequence of the first event of :business that is kept."""
    return select(func.min(event.c.sequence).label("sequence")).where(scoped(event))


@statement
def events_between(types: bool) -> SelectBase:
    """How many events of :business there are from :since to :before, of the :types or all, the first and the last."""
    at = event.c.occurred_at
    conditions = [scoped(event), at >= bindparam("since", type_=at.type), at <= bindparam("before", type_=at.type)]
    if types:
        conditions.append(any_of(event.c.type, "types", TextList))
    first, last = func.min(event.c.sequence).label("first"), func.max(event.c.sequence).label("last")
    return select(func.count().label("rows"), first, last).where(*conditions)
