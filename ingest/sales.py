"""Writes a batch of sales and refunds: new ones in bulk, changed ones in place, unchanged ones not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, select, update

from ingest.customers import Buyers
from ingest.drafts import Draft, RefundDraft, SaleDraft
from ingest.settling import link_refunds_to, sales_of_refunds, settle_sales
from ingest.stored import Batch, StoredFacts, stored_of
from models import Payment, Refund, Sale, SaleItem, SaleStatusChange, Storefront
from models.database import TextList, any_of, scoped, table
from resolvers.operation.writing import Write
from rules.selling import status_after

sale, item, payment = table(Sale), table(SaleItem), table(Payment)
change, refund, storefront = table(SaleStatusChange), table(Refund), table(Storefront)

SALE_COLUMNS = (
    "id", "business_id", "number", "customer_id", "storefront_id", "status", "channel", "occurred_at", "business_day",
    "business_month", "weekday", "hour", "counted_from", "subtotal", "discount", "tax", "total", "profit", "costed",
    "paid", "refunded", "source", "digest", "revision",
)  # fmt: skip
ITEM_COLUMNS = (
    "business_id", "sale_id", "position", "product", "sku", "category", "brand", "quantity", "unit_price", "unit_cost",
    "total", "profit", "is_product", "discount",
)  # fmt: skip
CHANGE_COLUMNS = ("business_id", "sale_id", "status", "changed_at", "business_day", "revision")
PAYMENT_COLUMNS = (
    "business_id", "sale_id", "customer_id", "method", "amount", "paid_at", "business_day", "revision"
)  # fmt: skip
REFUND_COLUMNS = (
    "id", "business_id", "customer_id", "sale_id", "storefront_id", "number", "sale_number", "amount", "tax",
    "occurred_at", "business_day", "business_month", "weekday", "hour", "source", "digest", "revision",
)  # fmt: skip


@cache
def storefronts_named() -> Select[Any]:
    """The storefronts of :business with one of the :names."""
    columns: list[ColumnElement[Any]] = [storefront.c.id, storefront.c.name]
    return select(*columns).where(scoped(storefront), any_of(storefront.c.name, "names", TextList))


@dataclass
class Counts:
    """What became of some rows, and of the sales, refunds and customers that they make."""

    written: int = 0
    updated: int = 0
    unchanged: int = 0
    sales: int = 0
    refunds: int = 0
    customers: int = 0
    contacts_dropped: int = 0

    def add(self, other: "Counts") -> None:
        """Add the counts of another batch."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    @property
    def changed(self) -> int:
        """Rows that make a difference to the store."""
        return self.written + self.updated


def counts_of(batch: Batch, stored: StoredFacts) -> Counts:
    """What writing the batch over what is stored would do, customers apart."""
    counts = Counts()
    for draft in (*batch.sales, *batch.refunds):
        row = stored.row(draft)
        if row is None:
            counts.written += len(draft.lines)
        elif row.digest != draft.digest:
            counts.updated += len(draft.lines)
        else:
            counts.unchanged += len(draft.lines)
            continue
        if isinstance(draft, SaleDraft):
            counts.sales += 1
        else:
            counts.refunds += 1
    return counts


async def write_batch(write: Write, batch: Batch, profile: Sequence[str], *, payments: bool) -> Counts:
    """Write what is new or changed in the batch, with its customers. `payments`: whether the file says how was paid."""
    stored = await stored_of(write.connection, write.business_id, batch)
    counts = counts_of(batch, stored)
    sales = [draft for draft in batch.sales if stored.differs(draft)]
    refunds = [draft for draft in batch.refunds if stored.differs(draft)]
    named = {draft.customer for draft in (*sales, *refunds)}
    drafts = [draft for draft in (*batch.sales, *batch.refunds) if draft.customer in named]
    buyers = Buyers(write, profile, drafts)
    await buyers.resolve()
    writer = _Writer(write, buyers.ids, await _storefronts(write, [*sales, *refunds]), payments)
    new = [draft for draft in sales if draft.number not in stored.sales]
    await writer.add_sales(new)
    replaced = [(stored.sales[draft.number], draft) for draft in sales if draft.number in stored.sales]
    await writer.replace_sales(replaced)
    writer.links = await sales_of_refunds(write, refunds)
    await writer.add_refunds([draft for draft in refunds if draft.number not in stored.refunds])
    changed = [(stored.refunds[draft.number], draft) for draft in refunds if draft.number in stored.refunds]
    await writer.replace_refunds(changed)
    linked = await link_refunds_to(write, new)
    moved = [row.sale_id for row, _draft in changed if row.sale_id is not None]
    await settle_sales(write, (*writer.links.values(), *linked, *moved, *(row.id for row, _draft in replaced)))
    before = {row.customer_id for draft in (*sales, *refunds) if (row := stored.row(draft)) and row.customer_id}
    await buyers.settle(before | {buyers.ids[number] for number in named if number is not None})
    counts.customers, counts.contacts_dropped = buyers.made, buyers.dropped
    return counts


async def _storefronts(write: Write, drafts: Sequence[Draft]) -> dict[str, int]:
    """The ids of the storefronts of some facts by name; those that do not exist are made."""
    names = sorted({draft.storefront for draft in drafts if draft.storefront is not None})
    if not names:
        return {}
    found = {row.name: row.id for row in await write.rows(storefronts_named(), names=names)}
    made = [name for name in names if name not in found]
    ids = await write.take_ids(storefront, len(made))
    rows = [(id_, write.business_id, name, True, write.revision) for id_, name in zip(ids, made, strict=True)]
    await write.insert_many(storefront, ("id", "business_id", "name", "is_active", "revision"), rows)
    return found | dict(zip(made, ids, strict=True))


class _Writer:
    """Writes drafts whose customers and storefronts have ids."""

    def __init__(self, write: Write, customers: dict[str, int], storefronts: dict[str, int], payments: bool) -> None:
        self.write = write
        self.customers = customers
        self.storefronts = storefronts
        self.payments = payments
        self.links: dict[int, int] = {}  # the sale of a refund

    async def add_sales(self, drafts: Sequence[SaleDraft]) -> None:
        """Write sales that are not stored."""
        ids = await self.write.take_ids(sale, len(drafts))
        pairs = list(zip(ids, drafts, strict=True))
        rows = [self._sale_row(id_, draft) for id_, draft in pairs]
        await self.write.insert_many(sale, SALE_COLUMNS, rows)
        await self._add_parts(pairs)

    async def replace_sales(self, pairs: Sequence[tuple[Any, SaleDraft]]) -> None:
        """Write sales over stored ones: refunds stay, items are replaced, and payments where the file gives them."""
        if not pairs:
            return
        statement = update(sale).where(sale.c.id == bindparam("key"))
        await self.write.run(statement, [self._replacement(stored, draft) for stored, draft in pairs])
        ids = [stored.id for stored, _draft in pairs]
        for part in (item, change, payment) if self.payments else (item, change):
            await self.write.run(delete(part).where(any_of(part.c.sale_id, "ids")), [{"ids": ids}])
        await self._add_parts([(stored.id, draft) for stored, draft in pairs])

    def _replacement(self, stored: Any, draft: SaleDraft) -> dict[str, Any]:
        values = dict(zip(SALE_COLUMNS, self._sale_row(stored.id, draft), strict=True))
        values |= {"key": values.pop("id"), "refunded": stored.refunded}
        if not self.payments:
            values["paid"] = stored.paid
        values["status"] = status_after(draft.status, total=draft.total, refunded=stored.refunded)
        return values

    async def add_refunds(self, drafts: Sequence[RefundDraft]) -> None:
        """Write refunds that are not stored."""
        ids = await self.write.take_ids(refund, len(drafts))
        rows = [self._refund_row(id_, draft) for id_, draft in zip(ids, drafts, strict=True)]
        await self.write.insert_many(refund, REFUND_COLUMNS, rows)

    async def replace_refunds(self, pairs: Sequence[tuple[Any, RefundDraft]]) -> None:
        """Write refunds over stored ones."""
        if not pairs:
            return
        rows = [dict(zip(REFUND_COLUMNS, self._refund_row(stored.id, draft), strict=True)) for stored, draft in pairs]
        values = [{"key": row.pop("id"), **row} for row in rows]
        await self.write.run(update(refund).where(refund.c.id == bindparam("key")), values)

    async def _add_parts(self, sales: Sequence[tuple[int, SaleDraft]]) -> None:
        business = self.write.business_id
        items = [(business, id_, *line) for id_, draft in sales for line in draft.items]
        await self.write.insert_many(item, ITEM_COLUMNS, items)
        changes = [
            (business, id_, draft.status, draft.moment.instant, draft.moment.business_day, self.write.revision)
            for id_, draft in sales
        ]
        await self.write.insert_many(change, CHANGE_COLUMNS, changes)
        paid = [row for id_, draft in sales for row in self._payment_rows(id_, draft)]
        await self.write.insert_many(payment, PAYMENT_COLUMNS, paid)

    def _sale_row(self, id_: int, draft: SaleDraft) -> tuple[Any, ...]:
        return (
            id_,
            self.write.business_id,
            draft.number,
            self._customer(draft.customer),
            self._storefront(draft.storefront),
            draft.status,
            draft.channel,
            *draft.moment,
            draft.counted_from,
            draft.subtotal,
            draft.discount,
            draft.tax,
            draft.total,
            draft.profit,
            draft.costed,
            draft.paid,
            0,
            draft.source,
            draft.digest,
            self.write.revision,
        )

    def _payment_rows(self, id_: int, draft: SaleDraft) -> list[tuple[Any, ...]]:
        customer, moment = self._customer(draft.customer), draft.moment
        when = (moment.instant, moment.business_day, self.write.revision)
        return [(self.write.business_id, id_, customer, *paid, *when) for paid in draft.payments]

    def _refund_row(self, id_: int, draft: RefundDraft) -> tuple[Any, ...]:
        return (
            id_,
            self.write.business_id,
            self._customer(draft.customer),
            self.links.get(id(draft)),
            self._storefront(draft.storefront),
            draft.number,
            draft.sale_number,
            draft.amount,
            draft.tax,
            *draft.moment,
            draft.source,
            draft.digest,
            self.write.revision,
        )

    def _customer(self, number: str | None) -> int | None:
        return None if number is None else self.customers[number]

    def _storefront(self, name: str | None) -> int | None:
        return None if name is None else self.storefronts[name]
