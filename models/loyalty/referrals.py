"""Referrals: who was rewarded for bringing whom, by which sale, and which of them count no more."""

from sqlalchemy import BigInteger, Index, SelectBase, bindparam, func, or_, select
from sqlmodel import Field

from models.customers import customer
from models.database import any_of, owned, scoped, table
from models.loyalty.members import loyalty_membership
from models.naming import statement
from models.sales import change, refund, sale
from models.types import Money, Stored, primary_key, reference, where_there_is
from rules.selling import SaleStatus


class LoyaltyReferral(Stored, table=True):
    """A referral that was rewarded by a sale, in a calendar year, of at least `least` in money.

    One without a sale was never to be: its referrer was named after the first purchase. `is_over` says that it counts
    no more: never, or not since its bonuses were taken back.
    """

    __table_args__ = (
        Index("loyalty_referral_by_customer", "customer_id"),
        Index("loyalty_referral_by_referrer", "referrer_id", "year"),
        where_there_is("loyalty_referral_by_sale", "sale_id"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int = reference("customer.id")
    referrer_id: int = reference("customer.id")
    sale_id: int | None = reference("sale.id", nullable=True)
    year: int
    least: int = Field(sa_type=Money)
    referrer_points: int = Field(sa_type=BigInteger)
    referred_points: int = Field(sa_type=BigInteger)
    is_over: bool = False
    revision: int = Field(sa_type=BigInteger)


# ---------------------------------------------------------------- statements

loyalty_referral = table(LoyaltyReferral)


@statement
def referrals_by_sales() -> SelectBase:
    """The referrals as stored that the sales :ids rewarded, and that count."""
    c = loyalty_referral.c
    return select(loyalty_referral).where(owned(loyalty_referral), any_of(c.sale_id, "ids"), ~c.is_over)


@statement
def referrals_of_oneself() -> SelectBase:
    """The referrals as stored of the customer :customer by itself, who was merged, that count."""
    c = loyalty_referral.c
    pair = (c.customer_id == bindparam("customer"), c.referrer_id == bindparam("customer"))
    return select(loyalty_referral).where(scoped(loyalty_referral), *pair, ~c.is_over)


@statement
def named_too_late() -> SelectBase:
    """That the referrer :referrer was named after the first purchase of the customer :customer."""
    c = loyalty_referral.c
    pair = (c.customer_id == bindparam("customer"), c.referrer_id == bindparam("referrer"))
    return select(c.id).where(scoped(loyalty_referral), *pair, c.sale_id.is_(None))


@statement
def rewarded_in_year() -> SelectBase:
    """How many referrals of the customer :customer were rewarded in the calendar year :year, and count."""
    c = loyalty_referral.c
    mine = (c.referrer_id == bindparam("customer"), c.year == bindparam("year"), c.referrer_points > 0, ~c.is_over)
    return select(func.count().label("count")).where(scoped(loyalty_referral), *mine)


@statement
def others_completed() -> SelectBase:
    """A sale of the customer :customer other than :sale that completed with at least :least less refunds till then."""
    money, key = sale.c.total.type, BigInteger
    done = change.alias("done")
    before = func.coalesce(
        select(func.sum(refund.c.amount))
        .where(refund.c.sale_id == sale.c.id, refund.c.revision <= done.c.revision)
        .scalar_subquery(),
        0,
    )
    stands = or_(sale.c.status == SaleStatus.COMPLETED, sale.c.status == SaleStatus.REFUNDED)
    mine = (scoped(sale), sale.c.customer_id == bindparam("customer"), sale.c.id != bindparam("sale", type_=key))
    reached = sale.c.total - before >= bindparam("least", type_=money)
    completed = done.c.status == SaleStatus.COMPLETED
    rows = select(sale.c.id).join(done, done.c.sale_id == sale.c.id)
    return rows.where(*mine, stands, completed, reached).limit(1)


@statement
def referral_sums() -> SelectBase:
    """Of each of the customers :ids how many referrals were rewarded and count, and the points of them."""
    c = loyalty_referral.c
    sums = (func.count().label("rewarded"), func.sum(c.referrer_points).label("points"))
    mine = (owned(loyalty_referral), any_of(c.referrer_id, "ids"), ~c.is_over, c.referrer_points > 0)
    return select(c.referrer_id.label("id"), *sums).where(*mine).group_by(c.referrer_id)


@statement
def customers_invited() -> SelectBase:
    """How many customers each of the customers :ids referred."""
    c = customer.c
    mine = (owned(customer), any_of(c.referrer_id, "ids"), c.merged_into_id.is_(None))
    return select(c.referrer_id.label("id"), func.count().label("invited")).where(*mine).group_by(c.referrer_id)


@statement
def member_with_code() -> SelectBase:
    """The customer whose referral code is :code."""
    c = loyalty_membership.c
    return select(c.customer_id).where(scoped(loyalty_membership), c.referral_code == bindparam("code"))
