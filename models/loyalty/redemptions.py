"""Redemptions as they are shown, and as operations look for them."""

from typing import Any

from sqlalchemy import ColumnElement, SelectBase, bindparam, case, func, null, or_, select, type_coerce

from models.database import TextList, any_of, owned, scoped
from models.loyalty.rewards import loyalty_redemption
from models.naming import statement
from models.types import Day, GlobalId
from rules.loyalty.rewards import RedemptionStatus

_TODAY = bindparam("day", type_=Day())


def status_today() -> ColumnElement[Any]:
    """The status on :day: what is ISSUED is over from the day after its last, pass or no pass."""
    c = loyalty_redemption.c
    is_over = (c.status == RedemptionStatus.ISSUED) & (c.expires_on < _TODAY)
    over = type_coerce(bindparam("over", RedemptionStatus.EXPIRED, type_=c.status.type), c.status.type)
    return type_coerce(case((is_over, over), else_=c.status), c.status.type)


def _shown(with_code: bool) -> list[Any]:
    hidden = {"business_id", "code", "status", "revision"}
    c = loyalty_redemption.c
    code = c.code if with_code else type_coerce(null(), c.code.type).label("code")
    columns = [column for column in c if column.name not in hidden]
    global_id = type_coerce(c.id, GlobalId("LoyaltyRedemption")).label("global_id")
    return [*columns, code, status_today().label("status"), global_id]


REDEMPTION_FILTERS: dict[str, ColumnElement[bool]] = {
    "status": status_today() == bindparam("status", type_=loyalty_redemption.c.status.type),
    "position": or_(
        loyalty_redemption.c.created_at < bindparam("at", type_=loyalty_redemption.c.created_at.type),
        (loyalty_redemption.c.created_at == bindparam("at", type_=loyalty_redemption.c.created_at.type))
        & (loyalty_redemption.c.id < bindparam("id")),
    ),
}
_NEWEST = (loyalty_redemption.c.created_at.desc(), loyalty_redemption.c.id.desc())


def _conditions(filters: frozenset[str]) -> list[ColumnElement[bool]]:
    return [REDEMPTION_FILTERS[name] for name in sorted(filters)]


@statement
def redemptions_with_id(with_code: bool) -> SelectBase:
    """The redemptions :ids as of :day."""
    mine = (owned(loyalty_redemption), any_of(loyalty_redemption.c.id, "ids"))
    return select(*_shown(with_code)).where(*mine)


@statement
def redemption_with_code() -> SelectBase:
    """The redemption with the :code as of :day."""
    mine = (scoped(loyalty_redemption), loyalty_redemption.c.code == bindparam("code"))
    return select(*_shown(True)).where(*mine)


@statement
def redemption_page(filters: frozenset[str], with_code: bool) -> SelectBase:
    """Up to :size redemptions of the business that match `filters` (in REDEMPTION_FILTERS), the newest first."""
    mine = (scoped(loyalty_redemption), *_conditions(filters))
    return select(*_shown(with_code)).where(*mine).order_by(*_NEWEST).limit(bindparam("size"))


@statement
def redemption_count(filters: frozenset[str]) -> SelectBase:
    """How many redemptions of the business match `filters`."""
    mine = (scoped(loyalty_redemption), *_conditions(filters))
    return select(func.count().label("count")).select_from(loyalty_redemption).where(*mine)


@statement
def redemptions_of_each_customer(filters: frozenset[str], with_code: bool) -> SelectBase:
    """Up to :size redemptions of each of the customers :ids that match `filters`, the newest first."""
    c = loyalty_redemption.c
    place = func.row_number().over(partition_by=c.customer_id, order_by=_NEWEST).label("place")
    mine = (owned(loyalty_redemption), any_of(c.customer_id, "ids"), *_conditions(filters))
    page = select(*_shown(with_code), place).where(*mine).subquery("page")
    return select(page).where(page.c.place <= bindparam("size")).order_by(page.c.customer_id, page.c.place)


@statement
def redemption_counts(filters: frozenset[str]) -> SelectBase:
    """How many redemptions of each of the customers :ids match `filters`."""
    c = loyalty_redemption.c
    mine = (owned(loyalty_redemption), any_of(c.customer_id, "ids"), *_conditions(filters))
    return select(c.customer_id, func.count().label("count")).where(*mine).group_by(c.customer_id)


# ---------------------------------------------------------------- of operations


@statement
def redemption_rows() -> SelectBase:
    """The redemptions :ids as they are stored."""
    return select(loyalty_redemption).where(owned(loyalty_redemption), any_of(loyalty_redemption.c.id, "ids"))


@statement
def redemption_codes_taken() -> SelectBase:
    """Which of the :codes a redemption has."""
    c = loyalty_redemption.c
    return select(c.code).where(scoped(loyalty_redemption), any_of(c.code, "codes", TextList))


@statement
def rewards_had_by() -> SelectBase:
    """How many redemptions of each reward each of the customers :ids has USED, or ISSUED and in their days on :day."""
    c = loyalty_redemption.c
    has = or_(status_today() == RedemptionStatus.ISSUED, status_today() == RedemptionStatus.USED)
    mine = (owned(loyalty_redemption), any_of(c.customer_id, "ids"), has)
    return (
        select(c.customer_id, c.reward_id, func.count().label("count"))
        .where(*mine)
        .group_by(c.customer_id, c.reward_id)
    )


@statement
def issued_of() -> SelectBase:
    """The redemptions of the customers :ids as stored that are ISSUED on :day."""
    c = loyalty_redemption.c
    mine = (owned(loyalty_redemption), any_of(c.customer_id, "ids"), status_today() == RedemptionStatus.ISSUED)
    return select(loyalty_redemption).where(*mine).order_by(c.id)
