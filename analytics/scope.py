"""Which facts a report is of: the customers, the days and the storefront, as conditions that its statements share."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam

from models import Customer, Refund, Sale
from models.customers import CustomerType
from models.database import table

sale, refund, customer = table(Sale), table(Refund), table(Customer)

BEFORE_ALL_HISTORY = -(2**31) + 1


class ScopeShape(NamedTuple):
    """What of a scope changes the text of a statement: all else is bound to it."""

    storefront: bool = False
    typed: bool = False
    inactive: bool = True


@dataclass(frozen=True)
class Scope:
    """Which customers and which of their facts: `days` None is all history to `as_of` (a day number).

    A period is a window too: its end is its `as_of`, since later facts do not exist for it.
    """

    as_of: int
    days: int | None = 90
    storefront: int | None = None
    customer_type: CustomerType | None = None
    include_inactive: bool = False

    def params(self) -> dict[str, Any]:
        """The values that the statements of this scope bind."""
        return {
            "as_of": self.as_of,
            "start": self.start,
            "days": self.days,
            "storefront": self.storefront,
            "customer_type": self.customer_type,
        }

    @property
    def start(self) -> int:
        """The first day of the window; before all history where there is no window."""
        return self.as_of - self.days + 1 if self.days is not None else BEFORE_ALL_HISTORY

    @property
    def shape(self) -> ScopeShape:
        """Which of its conditions a statement of this scope has."""
        return ScopeShape(self.storefront is not None, self.customer_type is not None, self.include_inactive)

    def before(self) -> "Scope | None":
        """The window of equal length that ends where this one begins, None without a window."""
        if self.days is None:
            return None
        return replace(self, as_of=self.as_of - self.days)

    def all_history(self) -> "Scope":
        """The same customers and storefront, from their first fact to the same end."""
        return replace(self, days=None)


# ---------------------------------------------------------------- conditions


def counted_sales(storefront: bool) -> ColumnElement[bool]:
    """The condition of a purchase: a sale that counts at :as_of, in the window that begins at :start."""
    conditions = [
        sale.c.counted_from <= bindparam("as_of"),
        sale.c.business_day.between(bindparam("start"), bindparam("as_of")),
    ]
    if storefront:
        conditions.append(sale.c.storefront_id == bindparam("storefront"))
    return and_(*conditions)


def refunds_paid(storefront: bool) -> ColumnElement[bool]:
    """The condition of a refund in the window; an unlinked one belongs to no storefront."""
    condition = refund.c.business_day.between(bindparam("start"), bindparam("as_of"))
    return and_(condition, refund.c.storefront_id == bindparam("storefront")) if storefront else condition


def members_of(typed: bool, inactive: bool) -> list[ColumnElement[bool]]:
    """The conditions on a customer: of :customer_type where `typed`, active unless `inactive`."""
    conditions: list[ColumnElement[bool]] = []
    if typed:
        conditions.append(customer.c.type == bindparam("customer_type"))
    if not inactive:
        conditions.append(customer.c.is_active)
    return conditions
