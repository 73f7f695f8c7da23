"""What of the store is copied into columns."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    Table,
)

from models import ConsentEvent, Customer, CustomerTag, Payment, Preference, Refund, Sale, SaleItem, SaleStatusChange
from models.database import table

PROFILE = ("number", "sort_name", "type", "city", "country", "joined_day", "credit_limit")
CAME_BY = ("acquisition_source", "acquisition_campaign", "referrer_id")
OF_SEGMENTS = ("gender", "email_bounced_at", "phone_bounced_at")  # which no report reads, and segments will
FLAGS = ("is_active", "is_email_verified", "is_phone_verified", "is_erased", "merged_into_id", "opening_balance")
OWNED = ("customer_id", "storefront_id")
OF_REFUND = ("sale_id", "amount", "tax", "profit", "settled", "paid_out")
MOMENT = ("business_day", "business_month", "weekday", "hour")
AMOUNTS = ("total", "tax", "profit", "costed", "paid", "refunded", "refunded_beside")


@dataclass(frozen=True)
class CopiedTable:
    """A table of the copy: which columns, in which order it is sorted, and whose revision tells that it changed.

    `key` names what a change replaces: the row, or all rows of the changed `owner`. Rows that change by themselves may
    also be removed with those of `removed_with`, a table and the column that refers to it. An `on_need` table is copied
    when a statement first asks for it. Reports read all but the columns `beside`: a change of these is of no facts.
    """

    table: Table
    columns: tuple[str, ...]
    sort: tuple[str, ...]
    key: str = "id"
    owner: Table | None = None
    removed_with: tuple[Table, str] | None = None
    on_need: bool = False
    beside: tuple[str, ...] = ()

    @property
    def facts(self) -> frozenset[str]:
        """The columns that reports read."""
        return frozenset(self.columns) - frozenset(self.beside)

    @property
    def name(self) -> str:
        """What it is called, in the store and in the copy."""
        return self.table.name

    @property
    def selected(self) -> list[Column[Any]]:
        """The copied columns of the stored table."""
        return [self.table.c[name] for name in self.columns]


_CUSTOMER, _SALE = table(Customer), table(Sale)
_BY_CUSTOMER = ("customer_id", "business_day", "id")
_ITEM = ("sale_id", "position", "product", "category", "quantity", "total", "profit", "is_product")
_PAYMENT = ("id", "sale_id", "customer_id", "method", "amount", "business_day")
_LIKED = ("id", "customer_id", "type", "folded_key", "listed")
_SAID = ("id", "customer_id", "channel", "status", "at")
_CHANGE = ("id", "sale_id", "status", "business_day")

COPIED_TABLES = (
    CopiedTable(_CUSTOMER, ("id", *PROFILE, *CAME_BY, *FLAGS, *OF_SEGMENTS), ("id",), beside=OF_SEGMENTS),
    CopiedTable(table(CustomerTag), ("customer_id", "tag"), ("customer_id",), "customer_id", _CUSTOMER),
    CopiedTable(_SALE, ("id", *OWNED, "status", "channel", "counted_from", *MOMENT, *AMOUNTS), _BY_CUSTOMER),
    CopiedTable(
        table(Refund),
        ("id", *OWNED, "sale_id", "amount", "tax", "profit", "settled", "paid_out", *MOMENT),
        _BY_CUSTOMER,
    ),
    CopiedTable(table(Payment), _PAYMENT, ("sale_id", "id"), removed_with=(_SALE, "sale_id"), on_need=True),
    CopiedTable(table(SaleStatusChange), _CHANGE, ("sale_id", "id"), "sale_id", _SALE, on_need=True),
    CopiedTable(table(SaleItem), _ITEM, ("sale_id", "position"), "sale_id", _SALE, on_need=True),
    CopiedTable(
        table(Preference), _LIKED, ("customer_id", "id"), "customer_id", _CUSTOMER, on_need=True, beside=_LIKED
    ),
    CopiedTable(table(ConsentEvent), _SAID, ("customer_id", "id"), on_need=True, beside=_SAID),
)

ALWAYS = frozenset(copied.name for copied in COPIED_TABLES if not copied.on_need)
ITEMS = frozenset(("sale_item",))
PAYMENTS = frozenset(("payment",))
STATUSES = frozenset(("sale_status_change",))
CONSENTS = frozenset(("consent_event",))
PREFERENCES = frozenset(("preference",))
EVERYTHING = frozenset(copied.name for copied in COPIED_TABLES)
