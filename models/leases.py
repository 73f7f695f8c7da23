"""Leases: who does some work of a business, until when."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Insert, Select, Update, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field

from models.database import scoped, table
from models.naming import statement
from models.types import Key, Stored


class WorkLease(Stored, table=True):
    """Work of a business that one process does at a time: all of a `kind`, or what it does for one `subject_id`.

    It is its holder's until `ends_at`, and then anybody's. `fence` goes on with each that takes it and is never used
    again, so that one whose lease passed is told from the next. `holder` is for people.
    """

    business_id: int = Field(primary_key=True, foreign_key="business.id", sa_type=Key)
    kind: str = Field(primary_key=True, max_length=24)
    subject_id: int = Field(primary_key=True, sa_type=Key)
    fence: int = Field(sa_type=BigInteger)
    holder: str = Field(max_length=200)
    beat_at: datetime
    ends_at: datetime


# ---------------------------------------------------------------- statements

work_lease = table(WorkLease)
_now: Any = bindparam("now", type_=work_lease.c.ends_at.type)
_end: Any = bindparam("end", type_=work_lease.c.ends_at.type)
_mine = (
    scoped(work_lease),
    work_lease.c.kind == bindparam("work"),
    work_lease.c.subject_id == bindparam("subject"),
)
_held = (*_mine, work_lease.c.fence == bindparam("held_fence"), work_lease.c.ends_at >= _now)


def lease_made(dialect: str) -> Insert:
    """Make the row of a lease, which nobody holds at :now, where there is none."""
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    new: dict[str, Any] = {
        "business_id": bindparam("business"),
        "kind": bindparam("work"),
        "subject_id": bindparam("subject"),
        "fence": 0,
        "holder": "",
        "beat_at": bindparam("before", type_=work_lease.c.beat_at.type),
        "ends_at": bindparam("before", type_=work_lease.c.ends_at.type),
    }
    return insert(work_lease).values(new).on_conflict_do_nothing()


@statement
def lease_state() -> Select[Any]:
    """A lease as it is."""
    return select(work_lease).where(*_mine)


@statement
def lease_to_take() -> Select[Any]:
    """A lease that nobody holds at :now, for who locks it first: the others find nothing and do not wait."""
    return select(work_lease.c.fence).where(*_mine, work_lease.c.ends_at < _now).with_for_update(skip_locked=True)


def lease_taken() -> Update:
    """Let a lease be :new_holder's under :new_fence from :now until :end."""
    taken: dict[str, Any] = {
        "fence": bindparam("new_fence"),
        "holder": bindparam("new_holder"),
        "beat_at": _now,
        "ends_at": _end,
    }
    return update(work_lease).where(*_mine).values(taken)


def lease_held() -> Update:
    """Let a lease that is still that of :held_fence at :now hold until :end."""
    return update(work_lease).where(*_held).values(beat_at=_now, ends_at=_end)
