"""The data revision: the counter that orders every write of a business."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Select, SelectBase, Update, bindparam, select, update

from models.businesses import Business, Installation
from models.database import table
from models.loyalty.settings import loyalty_settings
from models.naming import statement

business = table(Business)
installation = table(Installation)


class Counter(StrEnum):
    """A column of the business beside `revision`: the last one that changed something of that kind."""

    FACTS = "facts_revision"
    PROGRAM = "program_revision"
    CONTACTS = "contacts_revision"
    ERASED = "erased_revision"


@statement
def business_to_write() -> Select[Any]:
    """The row of :business, which nobody else writes to from here on, and the key of this database's digests.

    Its lock makes revisions commit in order. Whether its loyalty program is on comes along, so that what is written
    where it is off does not ask for it.
    """
    key = select(installation.c.digest_key).where(installation.c.id == 1).scalar_subquery().label("digest_key")
    of_program = loyalty_settings.c.business_id == bindparam("business")
    is_on = select(loyalty_settings.c.is_active).where(of_program).scalar_subquery().label("program_is_on")
    mine = select(business, key, is_on).where(business.c.id == bindparam("business"))
    return mine.with_for_update(key_share=True, of=business)


@statement
def installation_key() -> Select[Any]:
    """The key of this database's digests and ids, which a restored one keeps."""
    return select(installation.c.digest_key)


@statement
def revision_taken(counters: frozenset[Counter]) -> Update:
    """Let :business be at :new_revision since :now, with :new_event as its last event; `business_to_write` came before.

    So are the `counters`: FACTS where the write changes what reports read, which are sales, refunds, payments and
    reporting attributes.
    """
    values: dict[str, Any] = {
        "revision": bindparam("new_revision"),
        "last_event": bindparam("new_event"),
        "updated_at": bindparam("now", type_=business.c.updated_at.type),
    }
    for counter in counters:
        values[counter.value] = bindparam("new_revision")
    return update(business).where(business.c.id == bindparam("business")).values(values)


@statement
def revision_now() -> SelectBase:
    """How far :business is, in the fewest columns: read before each answer that may be a kept one."""
    shown = (business.c.revision, business.c.timezone, business.c.updated_at, installation.c.epoch)
    return select(*shown).where(business.c.id == bindparam("business"), installation.c.id == 1)


@statement
def erased_revisions() -> SelectBase:
    """When each business last erased somebody, for what was kept from before."""
    return select(business.c.id, business.c.erased_revision)


@statement
def business_at_revision() -> SelectBase:
    """The row of :business with its revisions and the epoch of the database: the first statement of a reader."""
    return select(business, installation.c.epoch).where(business.c.id == bindparam("business"), installation.c.id == 1)
