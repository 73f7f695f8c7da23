"""Of whom something of the loyalty program is due by a day: what the nightly pass goes by."""

from sqlalchemy import ColumnElement, Integer, SelectBase, bindparam, exists, extract, func, or_, select

from models.customers import customer
from models.database import scoped, table
from models.events import Event
from models.loyalty.ledger import loyalty_lot
from models.loyalty.members import loyalty_membership
from models.loyalty.rewards import loyalty_redemption
from models.naming import statement
from models.types import Day
from rules.loyalty.members import MemberStatus
from rules.loyalty.points import PointsReason
from rules.loyalty.rewards import RedemptionStatus

event, EXPIRING = table(Event), "loyalty.points.expiring"
_DAY = bindparam("day", type_=Day())


def _members_with(due: ColumnElement[bool]) -> SelectBase:
    c, member = loyalty_lot.c, loyalty_membership.c
    mine = (member.customer_id == c.customer_id, member.business_id == c.business_id)
    return select(c.customer_id).where(scoped(loyalty_lot), due, *mine).distinct().limit(bindparam("size"))


@statement
def members_to_expire() -> SelectBase:
    """Up to :size members with lots of which something ended before :day."""
    return _members_with((loyalty_lot.c.remaining > 0) & (loyalty_lot.c.expires_on < _DAY))


@statement
def members_to_activate() -> SelectBase:
    """Up to :size members with lots that only wait and can be spent by :day."""
    waits = loyalty_lot.c.is_pending & (loyalty_lot.c.remaining > 0)
    return _members_with(waits & (loyalty_lot.c.active_from <= _DAY))


@statement
def members_with_due_reviews() -> SelectBase:
    """Up to :size members reviewed by :reviewed, in grace since :graced, or whose tier by hand ended before :day."""
    c = loyalty_membership.c
    reviewed = c.grace_since.is_(None) & (c.reviewed_on <= bindparam("reviewed", type_=Day()))
    graced = c.grace_since <= bindparam("graced", type_=Day())
    laid = c.manual_tier_id.is_not(None) & (c.manual_until < _DAY)
    mine = (scoped(loyalty_membership), c.status != MemberStatus.LEFT, or_(reviewed, graced, laid))
    return select(c.customer_id).where(*mine).order_by(c.customer_id).limit(bindparam("size"))


@statement
def redemptions_over() -> SelectBase:
    """Up to :size redemptions that are ISSUED and were good until before :day, as they are stored."""
    c = loyalty_redemption.c
    mine = (scoped(loyalty_redemption), c.status == RedemptionStatus.ISSUED, c.expires_on < _DAY)
    return select(loyalty_redemption).where(*mine).order_by(c.id).limit(bindparam("size"))


@statement
def born_on() -> SelectBase:
    """Up to :size active members born from :first to :last (month × 100 + day), without such points of a year yet.

    The year is that of the days :from_day to :to_day.
    """
    member, lot = loyalty_membership.c, loyalty_lot.c
    born = extract("month", customer.c.birth_date) * 100 + extract("day", customer.c.birth_date)
    first, last = bindparam("first", type_=Integer()), bindparam("last", type_=Integer())
    had = exists().where(
        lot.business_id == member.business_id,
        lot.customer_id == member.customer_id,
        lot.reason == PointsReason.BIRTHDAY,
        lot.earned_on >= bindparam("from_day", type_=Day()),
        lot.earned_on <= bindparam("to_day", type_=Day()),
    )
    mine = (scoped(loyalty_membership), member.status == MemberStatus.ACTIVE, customer.c.id == member.customer_id)
    are = (customer.c.is_active, customer.c.birth_date.is_not(None), born >= first, born <= last, ~had)
    return select(member.customer_id).where(*mine, *are).order_by(member.customer_id).limit(bindparam("size"))


@statement
def points_ending_on() -> SelectBase:
    """The points of up to :size members that end with :on, of which none was told since the moment :since.

    `told_of` is what the data of an event about that day holds.
    """
    c, told = loyalty_lot.c, event.c
    is_told = exists().where(
        told.business_id == c.business_id,
        told.customer_id == c.customer_id,
        told.type == EXPIRING,
        told.occurred_at >= bindparam("since", type_=told.occurred_at.type),
        told.data.contains(bindparam("told_of")),
    )
    ends = (c.expires_on == bindparam("on", type_=Day()), c.remaining > 0, ~c.is_pending, ~is_told)
    found = select(c.customer_id, func.sum(c.remaining).label("points")).where(scoped(loyalty_lot), *ends)
    return found.group_by(c.customer_id).order_by(c.customer_id).limit(bindparam("size"))
