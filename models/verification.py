"""What must hold between stored rows, each as the statement that finds the rows that break it."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    SelectBase,
    Subquery,
    Table,
    and_,
    bindparam,
    case,
    false,
    func,
    or_,
    select,
)
from sqlmodel import SQLModel

from models.businesses import Business
from models.consents import consent_event
from models.customers import customer
from models.database import scoped, table
from models.erasure import erased_customer
from models.invariant import Invariant
from models.loyalty.verification import points_of_sales
from models.sales import payment, refund, refund_item, sale, sale_item, taken_off, total_of, unpaid
from rules.consents import ConsentChannel, ConsentStatus
from rules.selling import COUNTED, PaymentMethod, SaleStatus

business = table(Business)


@cache
def invariants() -> tuple[Invariant, ...]:
    """Every rule about the rows of one business."""
    return (
        *(*_revisions(), *_sums(), *_profits(), *_statuses(), *_refunds(), *_conserved()),
        *(*points_of_sales(), *_consents(), *_erasures(), *_references()),
    )


@cache
def number_of(broken: SelectBase) -> SelectBase:
    """How many rows break a rule."""
    return select(func.count().label("count")).select_from(broken.subquery("broken"))


@cache
def first_of(broken: SelectBase) -> SelectBase:
    """The lowest :size of their ids."""
    found = broken.subquery("broken")
    return select(found.c.id).order_by(found.c.id).limit(bindparam("size"))


def _broken(source: Table, *conditions: ColumnElement[bool]) -> SelectBase:
    return select(_key(source)).where(scoped(source), *conditions)


def _key(source: Table) -> ColumnElement[int]:
    return (source.c.id if "id" in source.c else next(iter(source.primary_key))).label("id")


# ---------------------------------------------------------------- revisions


def _revisions() -> Iterator[Invariant]:
    is_past = business.c.facts_revision > business.c.revision
    yield Invariant(
        "facts_revision is not past revision",
        "business",
        select(business.c.id).where(business.c.id == bindparam("business"), is_past),
    )
    for source in _owned():
        if "revision" in source.c:
            rule = f"no row of {source.name} is of a later revision than the business"
            yield Invariant(rule, source.name, _broken(source, source.c.revision > _reached("revision")))
    for source in (sale, refund, payment):
        rule = f"no row of {source.name} is of a later revision than the facts"
        yield Invariant(rule, source.name, _broken(source, source.c.revision > _reached("facts_revision")))


def _reached(column: str) -> ColumnElement[int]:
    return select(business.c[column]).where(business.c.id == bindparam("business")).scalar_subquery()


# ---------------------------------------------------------------- sums


def _sums() -> Iterator[Invariant]:
    settling = payment.c.method != PaymentMethod.CREDIT
    yield _sum("paid is the sum of payments other than CREDIT", sale.c.paid, payment.c.amount, settling)
    yield _sum("refunded is the sum of refunds", sale.c.refunded, refund.c.amount)
    yield _sum("total is the sum of items less the discount", sale.c.total + sale.c.discount, sale_item.c.total)


def _sum(rule: str, kept: ColumnElement[int], part: Column[int], *conditions: ColumnElement[bool]) -> Invariant:
    parts = _of_sales(part.table, *conditions, amount=part)
    return Invariant(f"{rule}, of each sale", "sale", _broken_sales(parts, kept != func.coalesce(parts.c.amount, 0)))


def _profits() -> Iterator[Invariant]:
    known = case((sale_item.c.profit.is_not(None), sale_item.c.total), else_=0)
    lines = _of_sales(sale_item, profit=sale_item.c.profit, costed=known)
    differs = or_(sale.c.profit.is_distinct_from(lines.c.profit), sale.c.costed != func.coalesce(lines.c.costed, 0))
    yield Invariant(
        "profit and costed are those of the items whose cost is known, of each sale without a discount",
        "sale",
        _broken_sales(lines, and_(sale.c.discount == 0, differs)),
    )
    taken = _of_sales(refund, profit=refund.c.profit)
    is_loss = sale.c.profit < 0
    least, most = case((is_loss, sale.c.profit), else_=0), case((is_loss, 0), else_=sale.c.profit)
    wrong = or_(
        and_(sale.c.profit.is_(None), taken.c.profit.is_not(None)),
        and_(sale.c.refunded < sale.c.total, ~taken.c.profit.between(least, most)),
        and_(sale.c.refunded == sale.c.total, sale.c.profit != taken.c.profit),
    )
    yield Invariant(
        "refunds take back no more than the profit, and all of it where they are the total, of each sale",
        "sale",
        _broken_sales(taken, wrong),
    )


def _of_sales(source: Table, *conditions: ColumnElement[bool], **summed: ColumnElement[Any]) -> Subquery:
    """The sums of some columns of the rows of each sale."""
    sums = [total_of(column).label(name) for name, column in summed.items()]
    rows = select(source.c.sale_id, *sums).where(scoped(source), source.c.sale_id.is_not(None), *conditions)
    return rows.group_by(source.c.sale_id).subquery("parts")


def _broken_sales(parts: Subquery, wrong: ColumnElement[bool]) -> SelectBase:
    return select(sale.c.id).outerjoin(parts, parts.c.sale_id == sale.c.id).where(scoped(sale), wrong)


# ---------------------------------------------------------------- statuses


def _statuses() -> Iterator[Invariant]:
    is_refunded = sale.c.status == SaleStatus.REFUNDED
    counts = or_(*(sale.c.status == status for status in COUNTED))
    reached = and_(sale.c.total > 0, sale.c.refunded >= sale.c.total)
    yield Invariant(
        "a sale that counts is REFUNDED if its refunds reached its total, and only then",
        "sale",
        _broken(sale, or_(and_(is_refunded, ~reached), and_(counts, ~is_refunded, reached))),
    )
    has_day = sale.c.counted_from.is_not(None)
    yield Invariant(
        "a sale has a day from which it counts if its status counts, and that day is not before its own",
        "sale",
        _broken(sale, or_(and_(counts, ~has_day), and_(~counts, has_day), sale.c.counted_from < sale.c.business_day)),
    )


# ---------------------------------------------------------------- refunds, and where money went


def _refunds() -> Iterator[Invariant]:
    beside = _of_sales(refund, amount=taken_off() - refund.c.amount)
    yield Invariant(
        "refunded_beside is what refunds took off what is due beside their goods, of each sale",
        "sale",
        _broken_sales(beside, sale.c.refunded_beside != func.coalesce(beside.c.amount, 0)),
    )
    money = refund.c.settled + refund.c.paid_out
    wrong = or_(refund.c.settled < 0, refund.c.paid_out < 0, money > refund.c.amount + refund.c.tax)
    yield Invariant("a refund settles and pays out no more than its goods and tax", "refund", _broken(refund, wrong))
    parts = _parts_of(refund_item.c.refund_id, refund_item.c.amount)
    adds_up = select(refund.c.id).join(parts, parts.c.id == refund.c.id)
    rule = "what a refund took of lines adds up to its amount"
    yield Invariant(rule, "refund", adds_up.where(scoped(refund), parts.c.amount != refund.c.amount))
    back = _parts_of(refund_item.c.sale_item_id, refund_item.c.quantity)
    counted = select(sale_item.c.id).outerjoin(back, back.c.id == sale_item.c.id)
    differs = sale_item.c.refunded_quantity != func.coalesce(back.c.amount, 0)
    rule = "refunded_quantity is what refunds took, of each line"
    yield Invariant(rule, "sale_item", counted.where(scoped(sale_item), differs))


def _parts_of(key: Column[int], part: Column[int]) -> Subquery:
    """The sums of what refunds took, by refund or by line."""
    return select(key.label("id"), total_of(part).label("amount")).where(scoped(refund_item)).group_by(key).subquery()


def _conserved() -> Iterator[Invariant]:
    """Of sales that were recorded here every cent is somewhere; so it is, then, of customers and of the business."""
    given = _of_sales(refund, settled=refund.c.settled, paid_out=refund.c.paid_out)
    imported = _of_sales(refund, refund.c.settled.is_(None), amount=refund.c.amount)
    mine = and_(sale.c.recorded_at.is_not(None), or_(*(sale.c.status == status for status in COUNTED)))
    of_ours = sale.c.id.not_in(select(imported.c.sale_id))
    settled = func.coalesce(given.c.settled, 0)
    where_it_is = sale.c.paid + settled + unpaid() != sale.c.total + sale.c.tax
    yield Invariant(
        "what is due for a sale recorded here was paid, was settled by refunds, or is still owed, of each sale",
        "sale",
        _broken_sales(given, and_(mine, of_ours, where_it_is)),
    )
    yield Invariant(
        "refunds pay out no more than was paid for a sale recorded here, of each sale",
        "sale",
        _broken_sales(given, and_(mine, given.c.paid_out > sale.c.paid)),
    )
    account = select(refund.c.id).join(payment, payment.c.refund_id == refund.c.id)
    is_other = or_(payment.c.amount != refund.c.paid_out, payment.c.customer_id.is_distinct_from(refund.c.customer_id))
    rule = "what a refund paid to an account is a payment of its customer's"
    yield Invariant(rule, "refund", account.where(scoped(refund), is_other))


# ---------------------------------------------------------------- consents


def _consents() -> Iterator[Invariant]:
    for channel in ConsentChannel:
        last = _last_of(channel)
        is_given = last.c.given.is_not(None) & (last.c.withdrawn.is_(None) | (last.c.withdrawn < last.c.given))
        kept = customer.c[f"consent_{channel.lower()}"]
        broken = select(customer.c.id).outerjoin(last, last.c.customer_id == customer.c.id)
        rule = f"the consent by {channel} is what its last event says, of each customer"
        wrong = kept != func.coalesce(is_given, false())
        yield Invariant(rule, "customer", broken.where(scoped(customer), wrong))


def _last_of(channel: ConsentChannel) -> Subquery:
    """When each customer last gave and last withdrew a consent."""
    c = consent_event.c

    def latest(status: ConsentStatus) -> ColumnElement[Any]:
        return func.max(case((c.status == status, c.at)))

    latest_ones = (latest(ConsentStatus.GIVEN).label("given"), latest(ConsentStatus.WITHDRAWN).label("withdrawn"))
    events = select(c.customer_id, *latest_ones).where(scoped(consent_event), c.channel == channel)
    return events.group_by(c.customer_id).subquery("last_events")


# ---------------------------------------------------------------- erasures


def _erasures() -> Iterator[Invariant]:
    joined = erased_customer.join(customer, customer.c.id == erased_customer.c.customer_id)
    back = select(customer.c.id).select_from(joined).where(scoped(erased_customer), ~customer.c.is_erased)
    yield Invariant("who is in the erasure log is erased", "customer", back)


# ---------------------------------------------------------------- references


def _references() -> Iterator[Invariant]:
    for source in _owned():
        columns = [column for column in source.c if _is_owned(column)]
        if columns:
            rule = f"rows of {source.name} refer to rows that are there, of the same business"
            yield Invariant(rule, source.name, _astray(source, columns))


def _astray(source: Table, columns: Sequence[Column[Any]]) -> SelectBase:
    broken, conditions = select(_key(source)), list[ColumnElement[bool]]()
    for column in columns:
        target = _target(column).alias(f"of_{column.name}")
        broken = broken.outerjoin(target, target.c.id == column)
        elsewhere = or_(target.c.id.is_(None), target.c.business_id != source.c.business_id)
        conditions.append(and_(column.is_not(None), elsewhere))
    return broken.where(scoped(source), or_(*conditions))


def _is_owned(column: Column[Any]) -> bool:
    return bool(column.foreign_keys) and "business_id" in _target(column).c


def _target(column: Column[Any]) -> Table:
    (key,) = column.foreign_keys
    return key.column.table


def _owned() -> list[Table]:
    return [source for source in SQLModel.metadata.sorted_tables if "business_id" in source.c]
