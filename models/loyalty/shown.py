"""Memberships, entries and tiers of members as they are shown."""

from typing import Any

from sqlalchemy import ColumnElement, SelectBase, and_, bindparam, case, func, or_, select, type_coerce

from models.database import TextList, any_of, owned, scoped
from models.loyalty.ledger import loyalty_entry, loyalty_entry_note, loyalty_lot
from models.loyalty.members import loyalty_membership
from models.naming import statement
from models.types import Day, GlobalId
from rules.loyalty.members import MemberStatus

OF_DUE_LOT = "due_"  # before the names of the columns of a lot, beside those of its member


@statement
def memberships_shown() -> SelectBase:
    """The memberships of the customers :ids, each as often as it has lots of which something is due by :day."""
    member, lot = loyalty_membership.c, loyalty_lot.c
    day = bindparam("day", type_=Day())
    due = (lot.remaining > 0) & or_(lot.expires_on < day, lot.is_pending & (lot.active_from <= day))
    of_member = and_(lot.customer_id == member.customer_id, lot.business_id == member.business_id, due)
    columns = [column.label(f"{OF_DUE_LOT}{column.name}") for column in lot]
    return (
        select(*member, *columns)
        .select_from(loyalty_membership.outerjoin(loyalty_lot, of_member))
        .where(owned(loyalty_membership), any_of(member.customer_id, "ids"))
        .order_by(member.customer_id, lot.id)
    )


def tier_shown() -> ColumnElement[Any]:
    """The tier that counts for a member on :day: the one laid over it by hand in its days, else that by the rules."""
    c = loyalty_membership.c
    lies_over = c.manual_until.is_(None) | (c.manual_until >= bindparam("day", type_=Day()))
    return case((c.manual_tier_id.is_not(None) & lies_over, c.manual_tier_id), else_=c.tier_id)


@statement
def tier_members() -> SelectBase:
    """How many members are in each of the tiers :ids on :day, who left left out."""
    c, tier = loyalty_membership.c, tier_shown()
    mine = (owned(loyalty_membership), any_of(tier, "ids"), c.status != MemberStatus.LEFT)
    return select(tier.label("id"), func.count().label("members")).where(*mine).group_by(tier)


@statement
def members_after() -> SelectBase:
    """Up to :size members who have not left, those with the customers after :after; `manual_tier_id` that of :day."""
    c, shown = loyalty_membership.c, tier_shown()
    manual = case((c.manual_tier_id.is_not(None) & (shown == c.manual_tier_id), c.manual_tier_id))
    columns = (c.customer_id, c.tier_id, manual.label("manual_tier_id"))
    mine = (scoped(loyalty_membership), c.customer_id > bindparam("after"), c.status != MemberStatus.LEFT)
    return select(*columns).where(*mine).order_by(c.customer_id).limit(bindparam("size"))


# ---------------------------------------------------------------- entries


def _entry() -> list[Any]:
    hidden = {"business_id", "turn", "revision"}
    columns = [column for column in loyalty_entry.c if column.name not in hidden]
    note, c = loyalty_entry_note.c, loyalty_entry.c
    before = (c.balance_after - c.points).label("balance_before")
    global_id = type_coerce(c.id, GlobalId("LoyaltyTransaction")).label("global_id")
    return [*columns, before, note.description, note.further, global_id]


def _with_notes() -> Any:
    return loyalty_entry.outerjoin(loyalty_entry_note, loyalty_entry_note.c.entry_id == loyalty_entry.c.id)


ENTRY_FILTERS: dict[str, ColumnElement[bool]] = {
    "customer": loyalty_entry.c.customer_id == bindparam("customer"),
    "types": any_of(loyalty_entry.c.type, "types", TextList),
    "reason": loyalty_entry.c.reason == bindparam("reason", type_=loyalty_entry.c.reason.type),
    "actor": loyalty_entry.c.actor == bindparam("actor"),
    "sale": loyalty_entry.c.sale_id == bindparam("sale"),
    "start": loyalty_entry.c.business_day >= bindparam("start"),
    "end": loyalty_entry.c.business_day <= bindparam("end"),
    "position": loyalty_entry.c.id < bindparam("id"),
}


@statement
def entries_with_id() -> SelectBase:
    """The entries :ids."""
    mine = (owned(loyalty_entry), any_of(loyalty_entry.c.id, "ids"))
    return select(*_entry()).select_from(_with_notes()).where(*mine)


@statement
def entry_page(filters: frozenset[str]) -> SelectBase:
    """Up to :size entries of the business that match `filters` (names in ENTRY_FILTERS), the latest first."""
    conditions = [ENTRY_FILTERS[name] for name in sorted(filters)]
    mine = (scoped(loyalty_entry), *conditions)
    order = loyalty_entry.c.id.desc()
    return select(*_entry()).select_from(_with_notes()).where(*mine).order_by(order).limit(bindparam("size"))


@statement
def entries_of_each_customer(filters: frozenset[str]) -> SelectBase:
    """Up to :size entries of each of the customers :ids that match `filters`, the latest first."""
    c = loyalty_entry.c
    place = func.row_number().over(partition_by=c.customer_id, order_by=c.id.desc()).label("place")
    conditions = [ENTRY_FILTERS[name] for name in sorted(filters)]
    mine = (owned(loyalty_entry), any_of(c.customer_id, "ids"), *conditions)
    page = select(*_entry(), place).select_from(_with_notes()).where(*mine).subquery("page")
    return select(page).where(page.c.place <= bindparam("size")).order_by(page.c.customer_id, page.c.place)
