"""What an import tells the shop's other systems where it is asked to: its new facts of late, as if recorded."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import SelectBase

from models.new_facts import last_ids, new_customers, new_refunds, new_sales
from resolvers.operation.ids import global_id
from resolvers.operation.writing import Write
from rules.currency import major

TOLD = timedelta(days=30)


async def before_import(write: Write) -> Any:
    """How far the business's facts are, so that what comes after them is known to be new."""
    (row,) = await write.rows(last_ids())
    return row


async def tell_imported(write: Write, before: Any) -> None:
    """Tell of the customers, sales and refunds that this write has made and that are of the last 30 days."""
    for row in await _new(write, new_customers(), before.customer):
        write.tell("customer.created", row.id)
    for row in await _new(write, new_sales(), before.sale):
        told = {"id": global_id("Sale", row.id), "status": row.status, "total": str(major(row.total, write.exponent))}
        write.tell("sale.recorded", row.customer_id, **told)
    for row in await _new(write, new_refunds(), before.refund):
        told = {"id": global_id("Refund", row.id), "amount": str(major(row.amount, write.exponent))}
        of_sale = {} if row.sale_id is None else {"sale": global_id("Sale", row.sale_id)}
        write.tell("refund.recorded", row.customer_id, **told, **of_sale)


async def _new(write: Write, statement: SelectBase, after: int) -> Sequence[Any]:
    return await write.rows(statement, after=after, since=write.now - TOLD)
