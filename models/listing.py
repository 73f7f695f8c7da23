"""Lists of customers by any filter and order: the same statements for the store and for its columnar copy."""

from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    SelectBase,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    column,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy import table as named_table

from models.customers import customer, is_verified, listed
from models.database import TextList, any_of
from models.finding import FOUND
from models.naming import statement
from models.only_stored import STORED
from models.sales import refund, sale, total_of

# Customers chosen beforehand with a revenue each, perhaps in groups, given along with a statement on the copy.
member = named_table("member", column("customer_id", BigInteger), column("revenue", BigInteger), column("grp", Integer))

# What customers are ordered by where only arithmetic beside the statement can tell it, given along with it.
valued = named_table("valued", column("customer_id", BigInteger), column("value", BigInteger))

NEVER = -(2**31) + 1
UNKNOWN = -(2**62)  # below every value, so that who has none comes last


class CustomerOrder(StrEnum):
    """The order of a list of customers; NAME ascends, the others descend, who has no such value last."""

    NEWEST = "NEWEST"
    NAME = "NAME"
    TOTAL_SPENT = "TOTAL_SPENT"
    LAST_PURCHASE = "LAST_PURCHASE"
    ORDERS = "ORDERS"
    AVERAGE_ORDER = "AVERAGE_ORDER"
    DAYS_SINCE_LAST_PURCHASE = "DAYS_SINCE_LAST_PURCHASE"
    BALANCE = "BALANCE"
    EXPECTED_REVENUE = "EXPECTED_REVENUE"
    AT_STAKE = "AT_STAKE"


SPENDING_ORDERS = frozenset(
    (
        CustomerOrder.TOTAL_SPENT,
        CustomerOrder.LAST_PURCHASE,
        CustomerOrder.ORDERS,
        CustomerOrder.DAYS_SINCE_LAST_PURCHASE,
    )
)
VALUED_ORDERS = frozenset(
    (CustomerOrder.AVERAGE_ORDER, CustomerOrder.BALANCE, CustomerOrder.EXPECTED_REVENUE, CustomerOrder.AT_STAKE)
)
SPENDING_FILTERS = frozenset(
    ("last_from", "last_to", "since_from", "since_to", "spent_min", "spent_max", "orders_min", "orders_max")
)
COMPUTED_ORDERS = SPENDING_ORDERS | VALUED_ORDERS
COMPUTED_FILTERS = SPENDING_FILTERS | {"members", "storefront"}


@cache
def spending() -> Subquery:
    """Net revenue, orders and last purchase day of each customer, to :as_of."""
    bought = (
        select(
            sale.c.customer_id,
            total_of(sale.c.total).label("amount"),
            func.count().label("orders"),
            func.max(sale.c.business_day).label("last_day"),
        )
        .where(sale.c.counted_from <= bindparam("as_of"), sale.c.business_day <= bindparam("as_of"))
        .group_by(sale.c.customer_id)
    ).subquery("bought")
    returned = (
        select(refund.c.customer_id, total_of(refund.c.amount).label("amount"))
        .where(refund.c.business_day <= bindparam("as_of"))
        .group_by(refund.c.customer_id)
    ).subquery("returned")
    spent = func.coalesce(bought.c.amount, 0) - func.coalesce(returned.c.amount, 0)
    source = customer.outerjoin(bought, bought.c.customer_id == customer.c.id)
    source = source.outerjoin(returned, returned.c.customer_id == customer.c.id)
    last = func.coalesce(bought.c.last_day, literal(NEVER, Integer)).label("last_day")
    orders = func.coalesce(bought.c.orders, 0).label("orders")
    return select(customer.c.id, spent.label("spent"), orders, last).select_from(source).subquery("spending")


def _bought_at() -> ColumnElement[bool]:
    buyers = select(sale.c.customer_id).where(
        sale.c.storefront_id == bindparam("storefront", type_=BigInteger),
        sale.c.counted_from <= bindparam("as_of"),
        sale.c.business_day <= bindparam("as_of"),
        sale.c.customer_id.is_not(None),
    )
    return customer.c.id.in_(buyers)


def _condition(name: str) -> ColumnElement[Any]:
    c, spent = customer.c, spending().c
    conditions: dict[str, Any] = {
        "business": lambda: c.business_id == bindparam("business"),
        **FOUND,
        **STORED,
        "candidates": lambda: any_of(c.id, "candidates"),
        "type": lambda: c.type == bindparam("type", type_=c.type.type),
        "served": lambda: c.is_active,
        "is_active": lambda: c.is_active == bindparam("is_active", type_=c.is_active.type),
        "verified": is_verified,
        "unverified": lambda: ~is_verified(),
        "city": lambda: any_of(c.city, "city", TextList),
        "country": lambda: any_of(c.country, "country", TextList),
        "acquisition_source": lambda: any_of(c.acquisition_source, "acquisition_source", TextList),
        "joined_from": lambda: c.joined_day >= bindparam("joined_from"),
        "joined_to": lambda: c.joined_day <= bindparam("joined_to"),
        "joined_by_then": lambda: c.joined_day <= bindparam("as_of"),
        "storefront": _bought_at,
        "last_from": lambda: spent.last_day >= bindparam("last_from"),
        "last_to": lambda: and_(spent.last_day <= bindparam("last_to"), spent.last_day > NEVER),
        "since_from": lambda: spent.last_day >= bindparam("since_from"),
        "since_to": lambda: and_(spent.last_day <= bindparam("since_to"), spent.last_day > NEVER),
        "spent_min": lambda: spent.spent >= bindparam("spent_min", type_=BigInteger),
        "spent_max": lambda: spent.spent <= bindparam("spent_max", type_=BigInteger),
        "orders_min": lambda: spent.orders >= bindparam("orders_min", type_=BigInteger),
        "orders_max": lambda: spent.orders <= bindparam("orders_max", type_=BigInteger),
        "members": lambda: c.id.in_(select(member.c.customer_id)),
    }
    return conditions[name]()


def _key(order: CustomerOrder) -> ColumnElement[Any]:
    return {
        CustomerOrder.NEWEST: customer.c.joined_day,
        CustomerOrder.NAME: customer.c.sort_name,
        CustomerOrder.TOTAL_SPENT: spending().c.spent,
        CustomerOrder.LAST_PURCHASE: spending().c.last_day,
        CustomerOrder.ORDERS: spending().c.orders,
        CustomerOrder.DAYS_SINCE_LAST_PURCHASE: _days_since(),
    }.get(order, func.coalesce(valued.c.value, literal(UNKNOWN, BigInteger)))


def _days_since() -> ColumnElement[Any]:
    last = spending().c.last_day
    return case((last > NEVER, bindparam("as_of", type_=Integer) - last), else_=literal(UNKNOWN, BigInteger))


def _source(filters: frozenset[str], order: CustomerOrder | None) -> FromClause:
    source: FromClause = customer
    if filters & SPENDING_FILTERS or order in SPENDING_ORDERS:
        source = source.join(spending(), spending().c.id == customer.c.id)
    if order in VALUED_ORDERS:
        source = source.outerjoin(valued, valued.c.customer_id == customer.c.id)
    return source


@statement
def customer_page(filters: frozenset[str], order: CustomerOrder, backward: bool, position: bool) -> SelectBase:
    """Up to :size ids of customers that match all `filters`, with the value they are ordered by.

    `position` begins past the row with :value and :id, against the order where `backward`.
    """
    key, id_ = _key(order), customer.c.id
    ascending = (order is CustomerOrder.NAME) != backward
    conditions = [*listed(), *(_condition(name) for name in sorted(filters))]
    if position:
        # Of a cursor: a day that somebody made up may be beyond 32 bits.
        type_ = key.type if order is CustomerOrder.NAME else BigInteger
        value, after = bindparam("value", type_=type_), bindparam("id", type_=BigInteger)
        past = key > value if ascending else key < value
        conditions.append(or_(past, and_(key == value, id_ > after if ascending else id_ < after)))
    ordering = [key.asc(), id_.asc()] if ascending else [key.desc(), id_.desc()]
    return (
        select(id_, key.label("value"))
        .select_from(_source(filters, order))
        .where(*conditions)
        .order_by(*ordering)
        .limit(bindparam("size", type_=BigInteger))
    )


@statement
def spending_of_all() -> SelectBase:
    """Net revenue, last purchase day (NEVER without one) and orders of every customer to :as_of, by id."""
    spent = spending()
    return select(spent.c.id, spent.c.spent, spent.c.last_day, spent.c.orders).order_by(spent.c.id)


@statement
def customer_count(filters: frozenset[str]) -> SelectBase:
    """How many customers match all `filters`."""
    conditions = [*listed(), *(_condition(name) for name in sorted(filters))]
    return select(func.count().label("count")).select_from(_source(filters, None)).where(*conditions)


@statement
def found_customers(names: frozenset[str]) -> SelectBase:
    """The ids of the customers that the store alone finds, for a list on the copy; `names` are of FOUND and STORED."""
    return select(customer.c.id).where(_condition("business"), *(_condition(name) for name in sorted(names)))


@statement
def member_pages(backward: bool, position: bool) -> SelectBase:
    """Up to :size members of each group with number and revenue, by revenue descending, then number."""
    revenue, number = member.c.revenue, customer.c.number
    conditions: list[ColumnElement[bool]] = []
    if position:
        value, after = bindparam("value", type_=BigInteger), bindparam("number", type_=Text)
        past, level = (revenue > value, number < after) if backward else (revenue < value, number > after)
        conditions.append(or_(past, and_(revenue == value, level)))
    ordering = [revenue.asc(), number.desc()] if backward else [revenue.desc(), number.asc()]
    place = func.row_number().over(partition_by=member.c.grp, order_by=ordering).label("place")
    page = (
        select(customer.c.id, revenue, number, member.c.grp, place)
        .join(customer, customer.c.id == member.c.customer_id)
        .where(*conditions)
        .subquery("page")
    )
    return select(page).where(page.c.place <= bindparam("size")).order_by(page.c.grp, page.c.place)
