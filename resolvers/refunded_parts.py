"""What refunds took of the lines of their sales: as it was recorded, and of imported ones as it is worked out."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from models.refunding import lines_sold, parts_returned, refunds_made, sales_of_imported_refunds
from resolvers.operation.context import Context
from resolvers.operation.loaders import many_each
from rules.currency import MILLION, major
from rules.refunding import PastRefund, ReturnedPart, parts_of_refunds


class RefundedPart(NamedTuple):
    """What a refund took of a line: how many units, 0 of a refund by amount, and the money without tax."""

    refund_id: int
    sale_item_id: int
    quantity: Decimal
    amount: Decimal


async def parts_by_refund(context: Context, ids: Sequence[int], _: Any) -> list[list[RefundedPart]]:
    """What each refund took of lines of its sale; an imported one is by amount."""
    recorded = await _recorded(context, ids)
    lacking = [id_ for id_, parts in zip(ids, recorded, strict=True) if not parts]
    imported = await _imported(context, lacking) if lacking else {}
    exponent = (await context.business()).row.currency_exponent
    return [
        [_shown(id_, part, exponent) for part in parts or imported.get(id_, ())]
        for id_, parts in zip(ids, recorded, strict=True)
    ]


def _shown(refund_id: int, part: ReturnedPart, exponent: int) -> RefundedPart:
    return RefundedPart(refund_id, part.item_id, Decimal(part.quantity) / MILLION, major(part.amount, exponent))


async def _recorded(context: Context, ids: Iterable[int]) -> list[list[ReturnedPart]]:
    known = list(ids)
    rows = await context.reader.stored(parts_returned(), {"ids": known})
    return many_each(rows, known, "refund_id", lambda row: ReturnedPart(row.sale_item_id, row.quantity, row.amount))


async def _imported(context: Context, ids: Sequence[int]) -> dict[int, Sequence[ReturnedPart]]:
    """The parts of imported refunds, by refund: the sale's refunds so far, in their order, tell what was left."""
    sales = await context.reader.stored(sales_of_imported_refunds(), {"ids": list(ids)})
    keys = [sale.id for sale in sales]
    if not keys:
        return {}
    lines = many_each(await context.reader.stored(lines_sold(), {"ids": keys}), keys, "sale_id")
    refunds = many_each(await context.reader.stored(refunds_made(), {"ids": keys}), keys, "sale_id")
    every = [refund.id for of_sale in refunds for refund in of_sale]
    recorded = dict(zip(every, await _recorded(context, every), strict=True))
    found: dict[int, Sequence[ReturnedPart]] = {}
    for sale, sold, made in zip(sales, lines, refunds, strict=True):
        past = [PastRefund(refund.amount, tuple(recorded[refund.id])) for refund in made]
        found |= zip((refund.id for refund in made), parts_of_refunds(sold, sale.discount, past), strict=True)
    return found
