"""What each row of a sale is: sold, a discount, taken off, given back, or of the whole order."""

from collections.abc import Sequence
from typing import NamedTuple

from ingest.rows import SourceRow
from ingest.words import RowKind


class Roles(NamedTuple):
    """The rows of one sale by what they are."""

    sold: list[SourceRow]
    discounts: list[SourceRow]  # a positive quantity at a negative price
    void: list[SourceRow]
    others: list[SourceRow]  # of the whole order, or of a payment
    returns: list[SourceRow]

    @property
    def of_sale(self) -> list[SourceRow]:
        """All but what was given back, in the order of the file."""
        return sorted((*self.sold, *self.discounts, *self.void, *self.others), key=lambda row: row.line)


def roles_of(rows: Sequence[SourceRow]) -> Roles:
    """The rows of one number by what they are."""
    roles = Roles([], [], [], [], [])
    for row in rows:
        _role(row, roles).append(row)
    return roles


def _role(row: SourceRow, roles: Roles) -> list[SourceRow]:
    if row.kind in (RowKind.ORDER, RowKind.PAYMENT) or _only_pays(row):
        return roles.others
    if row.is_void and row.kind is not RowKind.REFUND and takes_back(row):
        return roles.others  # a return or a discount that was taken off: its money counts nowhere
    if gives_back(row):
        return roles.returns
    if row.is_void or (row.quantity == 0 and not row.amount):
        return roles.void
    return roles.discounts if is_discount(row) else roles.sold


def _only_pays(row: SourceRow) -> bool:
    """Whether a row that is not said to be a payment has nothing but one."""
    return row.paid is not None and row.quantity is None and row.amount is None and row.unit_price is None


def is_discount(row: SourceRow) -> bool:
    """Whether a row is a positive quantity at a negative price."""
    return row.quantity is not None and ((row.amount or 0) < 0 or (row.unit_price or 0) < 0)


def gives_back(row: SourceRow) -> bool:
    """Whether a row is a return."""
    return row.kind is RowKind.REFUND or (row.quantity or 0) < 0


def takes_back(row: SourceRow) -> bool:
    """Whether a row's money is taken off the sale's."""
    return gives_back(row) or is_discount(row)
