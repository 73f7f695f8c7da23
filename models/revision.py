"""The data revision: the counter that orders every write of a business."""

from functools import cache
from typing import Any

from sqlalchemy import SelectBase, bindparam, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from models.businesses import Business, Installation
from models.database import table
from models.naming import statement

business = table(Business)
installation = table(Installation)
now_type = business.c.updated_at.type


@cache
def next_revision(facts: bool) -> ReturningUpdate[tuple[int]]:
    """Take the next revision of :business at :now; its row lock makes revisions commit in order.

    `facts` says that the write changes what reports read: sales, refunds, payments, reporting attributes.
    """
    values: dict[str, Any] = {
        "revision": business.c.revision + 1,
        "updated_at": bindparam("now", type_=now_type),
    }
    if facts:
        values["facts_revision"] = business.c.revision + 1
    return update(business).where(business.c.id == bindparam("business")).values(values).returning(business.c.revision)


@statement
def revision_now() -> SelectBase:
    """How far :business is, in the fewest columns: read before each answer that may be a kept one."""
    shown = (business.c.revision, business.c.timezone, business.c.updated_at, installation.c.epoch)
    return select(*shown).where(business.c.id == bindparam("business"), installation.c.id == 1)


@statement
def business_at_revision() -> SelectBase:
    """The row of :business with its revisions and the epoch of the database: the first statement of a reader."""
    return select(business, installation.c.epoch).where(business.c.id == bindparam("business"), installation.c.id == 1)
