"""What a batch would give back or leave paid beyond what was sold, together with what is stored."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from ingest.drafts import Drafted, RefundDraft, SaleDraft
from ingest.settling import possible_sales, refunds_of_no_sale, refunds_of_sales
from ingest.stored import Batch, StoredFacts, is_same, sales_numbered
from rules.selling import due

STILL_PAID = "sale {} is stored with more paid than it comes to here, and the file does not say how it was paid"
TOO_MUCH_BACK = "more is given back of sale {} than was sold"


async def overdrawn(
    connection: AsyncConnection, business_id: int, batch: Batch, stored: StoredFacts, *, payments: bool
) -> list[tuple[Drafted, str]]:
    """The facts of a batch that would make more given back or paid than was sold, with the reason."""
    refused: list[tuple[Drafted, str]] = []
    if not payments:
        refused += [(draft, STILL_PAID.format(draft.number)) for draft in _overpaid(batch, stored)]
    back = _new_by_sale(batch)
    sales = {draft.number: draft for draft in batch.sales}
    named = await _rows(connection, sales_numbered(), business_id, numbers=sorted({*back, *sales}))
    rows = {row.number: row for row in named}
    given: dict[str, dict[str | int, int]] = {}
    numbers = {row.id: row.number for row in named if row.number in back or row.refunded}
    for row in await _rows(connection, refunds_of_sales(), business_id, ids=sorted(numbers)) if numbers else ():
        given.setdefault(numbers[row.sale_id], {})[row.number or row.id] = row.amount
    new = sorted(number for number in sales if number not in rows)
    for row in await _rows(connection, refunds_of_no_sale(), business_id, numbers=new) if new else ():
        if is_same(row, sales[row.sale_number]):
            given.setdefault(row.sale_number, {})[row.number or row.id] = row.amount
    for number in {*back, *given}:
        sale = sales.get(number) or rows.get(number)
        drafts = [draft for draft in back.get(number, ()) if sale is not None and is_same(draft, sale)]
        amounts = {**given.get(number, {}), **{draft.number: draft.amount for draft in drafts}}
        if sale is None or sum(amounts.values()) <= sale.total:
            continue
        changed: Sequence[Drafted] = [draft for draft in drafts if stored.differs(draft)]
        if isinstance(sale, SaleDraft) and (not changed or stored.differs(sale)):
            changed = [sale, *drafts]
        refused += [(draft, TOO_MUCH_BACK.format(number)) for draft in changed]
    return refused


def _overpaid(batch: Batch, stored: StoredFacts) -> list[SaleDraft]:
    """Sales whose payments stay as they are stored, and would be more than they come to."""
    return [
        draft
        for draft in batch.sales
        if (row := stored.sales.get(draft.number)) is not None
        and row.digest != draft.digest
        and row.paid > due(draft.total, draft.tax)
    ]


def _new_by_sale(batch: Batch) -> dict[str, list[RefundDraft]]:
    """The refunds of a batch by each number that their sale can have."""
    back: dict[str, list[RefundDraft]] = {}
    for draft in batch.refunds:
        if draft.sale_number is not None:
            for number in possible_sales(draft):
                back.setdefault(number, []).append(draft)
    return back


async def _rows(connection: AsyncConnection, statement: Any, business_id: int, **values: Any) -> Sequence[Any]:
    return (await connection.execute(statement, {"business": business_id, **values})).all()
