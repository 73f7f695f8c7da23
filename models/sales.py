"""Sales and what hangs from them: items, payments, refunds, and the days on which their status changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Index,
    SelectBase,
    SmallInteger,
    Table,
    UniqueConstraint,
    bindparam,
    case,
    cast,
    func,
    select,
    type_coerce,
)
from sqlmodel import Field

from models.customers import customer
from models.database import any_of, owned, scoped, table
from models.naming import statement
from models.types import (
    ERASABLE,
    PERSONAL,
    Day,
    GlobalId,
    Key,
    Millionths,
    Money,
    Stored,
    UnitPrice,
    added,
    is_personal,
    primary_key,
    reference,
    where_there_is,
    word,
)
from rules.selling import PaymentMethod, SaleChannel, SaleStatus

LONGEST_NOTE, LONGEST_REASON = 2_000, 300


class Sale(Stored, table=True):
    """A sale. Its business day, month, weekday and hour are fixed in the business's zone when it is written."""

    __table_args__ = (
        UniqueConstraint("business_id", "number", name="sale_number"),
        Index("sale_by_customer", "customer_id", "occurred_at", "id"),
        Index("sale_by_time", "business_id", "occurred_at", "id"),
        Index("sale_by_revision", "business_id", "revision"),
        CheckConstraint("subtotal - discount = total", name="sale_total"),
        CheckConstraint("discount >= 0 AND tax >= 0", name="sale_amounts"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="sale_weekday"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="sale_hour"),
        CheckConstraint("paid >= 0 AND refunded >= 0", name="sale_paid"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int | None = reference("customer.id", nullable=True)
    storefront_id: int | None = reference("storefront.id", nullable=True)
    number: str = Field(max_length=80)
    status: SaleStatus = Field(sa_type=word(SaleStatus))
    channel: SaleChannel = Field(default=SaleChannel.STORE, sa_type=word(SaleChannel))
    occurred_at: datetime
    business_day: int = Field(sa_type=Day)
    business_month: int  # year * 12 + month - 1
    weekday: int = Field(sa_type=SmallInteger)  # 1 is Monday
    hour: int | None = Field(default=None, sa_type=SmallInteger)  # null where the source has no time of day
    counted_from: int | None = Field(default=None, sa_type=Day)  # the day from which it counts; null: it does not
    subtotal: int = Field(sa_type=Money)
    discount: int = Field(default=0, sa_type=Money)
    tax: int = Field(default=0, sa_type=Money)
    total: int = Field(sa_type=Money)
    profit: int | None = Field(default=None, sa_type=Money)  # of the lines whose cost is known
    costed: int = Field(default=0, sa_type=Money)  # the part of `total` whose cost is known
    paid: int = Field(default=0, sa_type=Money)  # by methods other than CREDIT
    refunded: int = Field(default=0, sa_type=Money)
    # What its refunds took off what is due beside the goods: their tax less the loyalty-paid value that they gave back.
    refunded_beside: int = added(0, "0", Money)
    points_earned: int = added(0, "0", BigInteger)  # after refunds, pending ones too
    points_redeemed: int = added(0, "0", BigInteger)  # that paid it, less those restored
    campaign: str | None = Field(default=None, max_length=120)
    note: str | None = Field(default=None, max_length=LONGEST_NOTE, sa_column_kwargs=PERSONAL)
    voided_reason: str | None = Field(default=None, max_length=LONGEST_REASON, sa_column_kwargs=ERASABLE)
    voided_at: datetime | None = None
    recorded_at: datetime | None = None  # null where it was imported
    source: str | None = Field(default=None, max_length=80)  # the system it was imported from: numbers are that one's
    digest: str | None = Field(default=None, max_length=32)  # of the imported rows, so that a re-run changes nothing
    revision: int = Field(sa_type=BigInteger)


class SaleNumbering(Stored, table=True):
    """The last number that was made for the sales of a business day."""

    business_id: int = Field(primary_key=True, foreign_key="business.id", sa_type=Key)
    business_day: int = Field(primary_key=True, sa_type=Day)
    last: int


class SaleItem(Stored, table=True):
    """One line of a sale; it changes only together with its sale, whose revision it shares."""

    __table_args__ = (
        Index("sale_item_by_sale", "sale_id", "position"),
        CheckConstraint("discount >= 0", name="sale_item_discount"),
        CheckConstraint("refunded_quantity >= 0", name="sale_item_refunded"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    sale_id: int = reference("sale.id")
    position: int
    product: str = Field(max_length=300)
    sku: str | None = Field(default=None, max_length=120)
    category: str | None = Field(default=None, max_length=160)
    quantity: int = Field(sa_type=Millionths)
    unit_price: int = Field(sa_type=UnitPrice)
    unit_cost: int | None = Field(default=None, sa_type=UnitPrice)
    total: int = Field(sa_type=Money)  # after its own discount
    profit: int | None = Field(default=None, sa_type=Money)
    is_product: bool = True
    brand: str | None = Field(default=None, max_length=120)
    discount: int = added(0, "0", Money)  # of this line alone
    earns_points: bool = added(True, "true")
    refunded_quantity: int = added(0, "0", Millionths)


class Payment(Stored, table=True):
    """Money received; without a sale it is unallocated and lowers the customer's balance."""

    __table_args__ = (
        Index("payment_by_sale", "sale_id"),
        Index("payment_by_revision", "business_id", "revision"),
        where_there_is("payment_by_refund", "refund_id"),
        where_there_is("payment_by_redemption", "redemption_id"),
        CheckConstraint("sale_id IS NOT NULL OR customer_id IS NOT NULL", name="payment_owner"),
        CheckConstraint("amount > 0", name="payment_amount"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    sale_id: int | None = reference("sale.id", nullable=True)
    customer_id: int | None = reference("customer.id", nullable=True, index=True)
    refund_id: int | None = reference("refund.id", nullable=True)  # that paid it out to the customer's account
    redemption_id: int | None = reference("loyalty_redemption.id", nullable=True)  # whose code paid, as a VOUCHER
    method: PaymentMethod = Field(sa_type=word(PaymentMethod))
    amount: int = Field(sa_type=Money)
    reference: str | None = Field(default=None, max_length=200, sa_column_kwargs=ERASABLE)
    paid_at: datetime
    business_day: int = Field(sa_type=Day)
    revision: int = Field(sa_type=BigInteger)


class Refund(Stored, table=True):
    """Money paid back, a fact of its own day, with its sale and its customer where they are known."""

    __table_args__ = (
        UniqueConstraint("business_id", "number", name="refund_number"),
        Index("refund_by_customer", "customer_id", "occurred_at", "id"),
        Index("refund_by_sale", "sale_id"),
        Index("refund_by_revision", "business_id", "revision"),
        Index("refund_by_named_sale", "business_id", "sale_number"),
        CheckConstraint("amount > 0", name="refund_amount"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="refund_weekday"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="refund_hour"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    customer_id: int | None = reference("customer.id", nullable=True)
    sale_id: int | None = reference("sale.id", nullable=True)
    storefront_id: int | None = reference("storefront.id", nullable=True)  # its sale's
    number: str | None = Field(default=None, max_length=80)
    sale_number: str | None = Field(default=None, max_length=80)  # the sale that an imported one names
    amount: int = Field(sa_type=Money)  # of the goods, without tax
    tax: int = added(0, "0", Money)  # paid back beside it
    # What of amount and tax was taken off the unpaid rest, and what was paid out; both null of an imported one.
    settled: int | None = Field(default=None, sa_type=Money)
    paid_out: int | None = Field(default=None, sa_type=Money)
    method: PaymentMethod | None = Field(
        default=None, sa_type=word(PaymentMethod), nullable=True
    )  # of what was paid out
    points_restored: int = added(0, "0", BigInteger)
    points_taken_back: int = added(0, "0", BigInteger)
    profit: int | None = Field(default=None, sa_type=Money)  # its share of its sale's profit
    occurred_at: datetime
    business_day: int = Field(sa_type=Day)
    business_month: int
    weekday: int = Field(sa_type=SmallInteger)
    hour: int | None = Field(default=None, sa_type=SmallInteger)
    reason: str | None = Field(default=None, max_length=LONGEST_REASON, sa_column_kwargs=PERSONAL)
    source: str | None = Field(default=None, max_length=80)
    digest: str | None = Field(default=None, max_length=32)
    revision: int = Field(sa_type=BigInteger)


class RefundItem(Stored, table=True):
    """What a refund took of a line of its sale; by amount its quantity is 0."""

    __table_args__ = (
        Index("refund_item_by_refund", "refund_id", "id"),
        Index("refund_item_by_item", "sale_item_id", "id"),
        CheckConstraint("quantity >= 0 AND amount >= 0", name="refund_item_amounts"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    refund_id: int = reference("refund.id")
    sale_item_id: int = reference("sale_item.id")
    quantity: int = Field(sa_type=Millionths)
    amount: int = Field(sa_type=Money)


class SaleStatusChange(Stored, table=True):
    """The day on which a sale took a status, and who brought it there."""

    __table_args__ = (Index("sale_status_change_by_sale", "sale_id", "id"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    sale_id: int = reference("sale.id")
    status: SaleStatus = Field(sa_type=word(SaleStatus))
    changed_at: datetime
    business_day: int = Field(sa_type=Day)
    actor: str = added("import", "'import'", max_length=200)
    revision: int = Field(sa_type=BigInteger)


# ---------------------------------------------------------------- statements

change = table(SaleStatusChange)
sale, sale_item, payment, refund = table(Sale), table(SaleItem), table(Payment), table(Refund)
refund_item = table(RefundItem)


HIDDEN = {"business_id", "revision", "digest", "source", "sale_number", "business_month", "weekday", "hour"}


def shown_of(source: Table, kind: str) -> list[ColumnElement[Any]]:
    """The columns of a fact that its object of `kind` is made of, but for personal ones."""
    columns = [_shown(c) for c in source.c if c.name not in HIDDEN and not is_personal(c)]
    return [*columns, type_coerce(source.c.id, GlobalId(kind)).label("global_id")]


def _shown(column: Column[Any]) -> ColumnElement[Any]:
    """A column, of an imported refund with the money that it does not say: all was paid out."""
    known: dict[Column[Any], Any] = {refund.c.settled: 0, refund.c.paid_out: refund.c.amount + refund.c.tax}
    if column not in known:
        return column
    return type_coerce(func.coalesce(column, known[column]), Money()).label(column.name)


def total_of(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The sum of a column as 64 bits: engines widen the sum of BIGINT to a decimal."""
    return cast(func.sum(column), BigInteger)


@statement
def rows_with_id(source: Table, kind: str) -> SelectBase:
    """The rows :ids of a table of facts, as objects of `kind`."""
    return select(*shown_of(source, kind)).where(owned(source), any_of(source.c.id, "ids"))


@statement
def sales_numbered_so() -> SelectBase:
    """The sale of :business with this :number, as an object."""
    return select(*shown_of(sale, "Sale")).where(scoped(sale), sale.c.number == bindparam("number"))


@statement
def notes_of_sales() -> SelectBase:
    """What staff wrote about the sales :ids."""
    return select(sale.c.id, sale.c.note).where(owned(sale), any_of(sale.c.id, "ids"))


@statement
def statuses_of_sales() -> SelectBase:
    """The statuses that the sales :ids took, oldest first."""
    c = change.c
    shown = (c.sale_id, c.status, c.changed_at.label("at"), c.business_day, c.actor)
    return select(*shown).where(owned(change), any_of(c.sale_id, "ids")).order_by(c.sale_id, c.id)


@statement
def rows_of_sales(source: Table, kind: str, order: str) -> SelectBase:
    """The items, payments or refunds of the sales :ids, by sale and `order`."""
    return (
        select(*shown_of(source, kind))
        .where(owned(source), any_of(source.c.sale_id, "ids"))
        .order_by(source.c.sale_id, source.c[order], source.c.id)
    )


def _of_customers(source: Table, start: bool, end: bool) -> list[ColumnElement[bool]]:
    conditions = [owned(source), any_of(source.c.customer_id, "ids")]
    if start:
        conditions.append(source.c.business_day >= bindparam("start"))
    if end:
        conditions.append(source.c.business_day <= bindparam("end"))
    return conditions


@statement
def page_of_each_customer(  # noqa: PLR0913  the shape of the statement
    source: Table, kind: str, start: bool, end: bool, backward: bool, position: bool
) -> SelectBase:
    """Up to :size facts of each of the customers :ids, newest first, past (:at, :id) where there is a `position`."""
    keys = (source.c.occurred_at, source.c.id)
    conditions = _of_customers(source, start, end)
    if position:
        at, id_ = bindparam("at", type_=source.c.occurred_at.type), bindparam("id", type_=BigInteger)
        past = keys[0] > at if backward else keys[0] < at
        level = keys[1] > id_ if backward else keys[1] < id_
        conditions.append(past | ((keys[0] == at) & level))
    order = [key.asc() if backward else key.desc() for key in keys]
    place = func.row_number().over(partition_by=source.c.customer_id, order_by=order).label("place")
    page = select(*shown_of(source, kind), place).where(*conditions).subquery("page")
    return select(page).where(page.c.place <= bindparam("size")).order_by(page.c.customer_id, page.c.place)


@statement
def count_of_each_customer(source: Table, start: bool, end: bool) -> SelectBase:
    """How many facts each of the customers :ids has in the period."""
    return (
        select(source.c.customer_id, func.count().label("count"))
        .where(*_of_customers(source, start, end))
        .group_by(source.c.customer_id)
    )


@statement
def purchases_of() -> SelectBase:
    """What each of the customers :ids bought and got back, to :as_of; money as stored, no row for who did neither."""
    bought = (
        select(
            sale.c.customer_id,
            func.count().label("orders"),
            total_of(sale.c.total).label("gross"),
            total_of(sale.c.profit).label("profit"),
            func.min(sale.c.business_day).label("first_day"),
            func.max(sale.c.business_day).label("last_day"),
        )
        .where(
            *_of_customers(sale, False, False),
            sale.c.counted_from <= bindparam("as_of"),
            sale.c.business_day <= bindparam("as_of"),
        )
        .group_by(sale.c.customer_id)
        .subquery("bought")
    )
    returned = (
        select(
            refund.c.customer_id,
            total_of(refund.c.amount).label("refunded"),
            total_of(refund.c.profit).label("profit"),
        )
        .where(*_of_customers(refund, False, False), refund.c.business_day <= bindparam("as_of"))
        .group_by(refund.c.customer_id)
        .subquery("returned")
    )
    return (
        select(
            customer.c.id.label("customer_id"),
            func.coalesce(bought.c.orders, 0).label("orders"),
            func.coalesce(bought.c.gross, 0).label("gross"),
            func.coalesce(returned.c.refunded, 0).label("refunded"),
            bought.c.profit,
            func.coalesce(returned.c.profit, 0).label("refunded_profit"),
            bought.c.first_day,
            bought.c.last_day,
        )
        .outerjoin(bought, bought.c.customer_id == customer.c.id)
        .outerjoin(returned, returned.c.customer_id == customer.c.id)
        .where(owned(customer), any_of(customer.c.id, "ids"))
    )


def taken_off() -> ColumnElement[Any]:
    """What a refund took off what is due for its sale: the rest that it settled, and what it paid out."""
    return func.coalesce(refund.c.settled + refund.c.paid_out, refund.c.amount + refund.c.tax)


def unpaid() -> ColumnElement[Any]:
    """What is still owed on a sale: of a PARTIAL one its total and tax less refunds and payments, of others nothing."""
    rest = sale.c.total + sale.c.tax - sale.c.refunded - sale.c.refunded_beside - sale.c.paid
    return case(((sale.c.status == SaleStatus.PARTIAL) & (rest > 0), rest), else_=0)


@statement
def balances_of() -> SelectBase:
    """The outstanding balance of each of the customers :ids: opening + unpaid rests - unallocated payments."""
    owed = (
        select(sale.c.customer_id, total_of(unpaid()).label("amount"))
        .where(*_of_customers(sale, False, False))
        .group_by(sale.c.customer_id)
        .subquery("owed")
    )
    received = (
        select(payment.c.customer_id, total_of(payment.c.amount).label("amount"))
        .where(*_of_customers(payment, False, False), payment.c.sale_id.is_(None))
        .group_by(payment.c.customer_id)
        .subquery("received")
    )
    balance = customer.c.opening_balance + func.coalesce(owed.c.amount, 0) - func.coalesce(received.c.amount, 0)
    return (
        select(
            customer.c.id.label("customer_id"),
            type_coerce(balance, Money()).label("outstanding"),
            customer.c.credit_limit,
        )
        .outerjoin(owed, owed.c.customer_id == customer.c.id)
        .outerjoin(received, received.c.customer_id == customer.c.id)
        .where(owned(customer), any_of(customer.c.id, "ids"))
    )


@statement
def first_purchases_of() -> SelectBase:
    """The first day on which each of the customers :ids bought, of those who did."""
    bought = (owned(sale), any_of(sale.c.customer_id, "ids"), sale.c.counted_from.is_not(None))
    first = func.min(sale.c.business_day).label("first_day")
    return select(sale.c.customer_id, first).where(*bought).group_by(sale.c.customer_id)
