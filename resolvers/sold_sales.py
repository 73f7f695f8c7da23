"""A sale as it was sold, with what is left of it after its refunds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from models.refunding import lines_sold, parts_returned, payments_made, refunds_made
from resolvers.operation.loaders import many_each
from resolvers.operation.writing import Write
from resolvers.sale_statuses import rest_of
from rules.refunding import (
    MoneyPaid,
    PastRefund,
    RefundMoney,
    ReturnableLine,
    ReturnedPart,
    SaleMoney,
    returnable,
)
from rules.selling import PaymentMethod, SaleStatus


class RefundedSale(NamedTuple):
    """A sale with what is left of it: its stored lines, and the same before and after refunds."""

    row: Any
    sold: Sequence[Any]
    whole: list[ReturnableLine]
    lines: list[ReturnableLine]
    payments: list[MoneyPaid]
    refunds: list[RefundMoney]

    @property
    def left(self) -> int:
        """The goods that are left, in money."""
        return self.row.total - self.row.refunded

    @property
    def loyalty_paid(self) -> int:
        """What points and codes paid of it."""
        return sum(paid.amount for paid in self.payments if paid.is_loyalty)

    @property
    def money(self) -> SaleMoney:
        """Its money."""
        return SaleMoney(self.row.total, self.row.tax, self.row.paid, self.loyalty_paid)

    @property
    def given_so_far(self) -> RefundMoney:
        """The sums of its refunds."""
        return RefundMoney(*(sum(part) for part in zip(RefundMoney(), *self.refunds, strict=True)))

    @property
    def rest(self) -> int:
        """What is still to be paid for it."""
        return rest_of(self.row) if self.row.status is SaleStatus.PARTIAL else 0

    def refunded(self, parts: Iterable[ReturnedPart] = ()) -> Mapping[int, int]:
        """The money of each line, by its place, that refunds took, with these parts of one more."""
        more = {part.item_id: part.amount for part in parts}
        pairs = enumerate(zip(self.whole, self.lines, strict=True))
        return {place: whole.net - line.left + more.get(line.item_id, 0) for place, (whole, line) in pairs}


async def sold_sale(write: Write, row: Any) -> RefundedSale:
    """A sale, by its stored row, with its lines, payments and refunds."""
    refunds = await write.rows(refunds_made(), ids=[row.id])
    ids = [one.id for one in refunds]
    parts = many_each(await write.rows(parts_returned(), ids=ids) if ids else [], ids, "refund_id")
    past = [PastRefund(one.amount, _parts(taken)) for one, taken in zip(refunds, parts, strict=True)]
    sold = await write.rows(lines_sold(), ids=[row.id])
    payments = [
        MoneyPaid(one.method, one.amount, one.method is PaymentMethod.POINTS or one.redemption_id is not None)
        for one in await write.rows(payments_made(), ids=[row.id])
    ]
    whole, lines = returnable(sold, row.discount), returnable(sold, row.discount, past)
    return RefundedSale(row, sold, whole, lines, payments, [_money(one) for one in refunds])


def _parts(rows: Sequence[Any]) -> tuple[ReturnedPart, ...]:
    return tuple(ReturnedPart(row.sale_item_id, row.quantity, row.amount) for row in rows)


def _money(row: Any) -> RefundMoney:
    """The money of a refund; one that was imported was paid out with its tax."""
    is_recorded = row.settled is not None
    return RefundMoney(
        row.amount, row.tax, *((row.settled, row.paid_out) if is_recorded else (0, row.amount + row.tax))
    )
