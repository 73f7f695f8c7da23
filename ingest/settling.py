"""Refunds and their sales brought together: which sale each is of, what it takes back, and how the sale then stands."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, bindparam, delete, select, update

from ingest.drafts import RefundDraft, SaleDraft, number_of_owner
from ingest.stored import is_same, refund, sale, sales_numbered, storefront
from models import SaleStatusChange
from models.database import TextList, any_of, owned, scoped, table
from models.sales import taken_off
from resolvers.operation.writing import Write
from rules.selling import COUNTED, SaleStatus, refund_share, status_after

change = table(SaleStatusChange)
STATUS_CHANGE = ("business_id", "sale_id", "status", "changed_at", "business_day", "revision")


@cache
def refunds_of_no_sale() -> Select[Any]:
    """The refunds of :business that name one of the sales :numbers and are linked to none."""
    shops = refund.outerjoin(storefront, storefront.c.id == refund.c.storefront_id)
    columns: list[ColumnElement[Any]] = [
        *_columns(refund, ("id", "number", "amount", "sale_number", "source")),
        storefront.c.name,
    ]
    return (
        select(*columns[:-1], columns[-1].label("storefront"))
        .select_from(shops)
        .where(scoped(refund), any_of(refund.c.sale_number, "numbers", TextList), refund.c.sale_id.is_(None))
    )


@cache
def sales_to_settle() -> Select[Any]:
    """The sales :ids with what their refunds change."""
    names = ("id", "status", "total", "profit", "refunded", "counted_from")
    return select(*_columns(sale, names)).where(owned(sale), any_of(sale.c.id, "ids"))


@cache
def refunds_of_sales() -> Select[Any]:
    """The refunds of the sales :ids, in the order in which they happened."""
    names = ("id", "number", "sale_id", "amount", "profit", "occurred_at", "business_day")
    beside = (taken_off() - refund.c.amount).label("beside")
    return (
        select(*_columns(refund, names), beside)
        .where(owned(refund), any_of(refund.c.sale_id, "ids"))
        .order_by(refund.c.occurred_at, refund.c.id)
    )


def _columns(source: Table, names: Iterable[str]) -> list[ColumnElement[Any]]:
    return [source.c[name] for name in names]


async def sales_of_refunds(write: Write, drafts: Sequence[RefundDraft]) -> dict[int, int]:
    """The sales that drafts name, by the identity of the draft (`id()`), of those that are stored."""
    named = [draft for draft in drafts if draft.sale_number is not None]
    if not named:
        return {}
    numbers = sorted({number for draft in named for number in possible_sales(draft)})
    found = {row.number: row for row in await write.rows(sales_numbered(), numbers=numbers)}
    links: dict[int, int] = {}
    for draft in named:
        rows = (found[number] for number in possible_sales(draft) if number in found)
        row = next((row for row in rows if is_same(draft, row)), None)
        if row is not None:
            links[id(draft)] = row.id
    return links


def possible_sales(draft: RefundDraft) -> list[str]:
    """The numbers under which the sale that a refund names can be stored."""
    number = draft.sale_number or ""
    owners = [owner for owner in (draft.storefront, draft.source) if owner]
    return [*(number_of_owner(number, owner) for owner in owners), number]


async def link_refunds_to(write: Write, drafts: Sequence[SaleDraft]) -> list[int]:
    """Give refunds that were there before their sale the sale; the ids of those sales."""
    numbers = [draft.number for draft in drafts]
    if not numbers:
        return []
    waiting = await write.rows(refunds_of_no_sale(), numbers=numbers)
    if not waiting:
        return []
    rows = await write.rows(sales_numbered(), numbers=sorted({row.sale_number for row in waiting}))
    by_number = {row.number: row for row in rows}
    links = [
        {"key": row.id, "sale_id": by_number[row.sale_number].id, "revision": write.revision}
        for row in waiting
        if is_same(row, by_number[row.sale_number])
    ]
    await write.run(update(refund).where(refund.c.id == bindparam("key")), links)
    return [link["sale_id"] for link in links]


async def settle_sales(write: Write, ids: Iterable[int]) -> None:
    """Bring sales to what all of their refunds say: what is refunded, each refund's share of the profit, the status."""
    wanted = sorted(set(ids))
    if not wanted:
        return
    refunds: dict[int, list[Any]] = {id_: [] for id_ in wanted}
    for row in await write.rows(refunds_of_sales(), ids=wanted):
        refunds[row.sale_id].append(row)
    sales: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    reached: list[tuple[Any, ...]] = []
    for row in await write.rows(sales_to_settle(), ids=wanted):
        if not refunds[row.id]:
            continue
        refunded, shares = _shares(row, refunds[row.id])
        changed.extend({**share, "revision": write.revision} for share in shares)
        standing = SaleStatus.COMPLETED if row.status is SaleStatus.REFUNDED else row.status
        status = status_after(standing, total=row.total, refunded=refunded)
        beside = sum(given.beside for given in refunds[row.id])
        values = {"status": status, "refunded": refunded, "refunded_beside": beside}
        sales.append({"key": row.id, **values, "revision": write.revision})
        if status is SaleStatus.REFUNDED:
            last = refunds[row.id][-1]
            reached.append((write.business_id, row.id, status, last.occurred_at, last.business_day, write.revision))
    await write.run(update(sale).where(sale.c.id == bindparam("key")), sales)
    await write.run(update(refund).where(refund.c.id == bindparam("key")), changed)
    gone = delete(change).where(any_of(change.c.sale_id, "ids"), change.c.status == SaleStatus.REFUNDED)
    await write.run(gone, [{"ids": wanted}])
    await write.insert_many(change, STATUS_CHANGE, reached)


def _shares(row: Any, refunds: Sequence[Any]) -> tuple[int, list[dict[str, Any]]]:
    """What the refunds come to, and those whose share of the profit is not what is stored."""
    before, changed = 0, list[dict[str, Any]]()
    for given in refunds:
        profit = None
        if row.profit is not None and row.total > 0 and row.status in COUNTED:
            profit = refund_share(row.profit, total=row.total, before=before, amount=given.amount)
        before += given.amount
        if profit != given.profit:
            changed.append({"key": given.id, "profit": profit})
    return before, changed
