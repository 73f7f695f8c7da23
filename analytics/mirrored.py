"""What of the store is copied into columns, and the statements that read it there and write it here."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Enum,
    Integer,
    Select,
    SelectBase,
    SmallInteger,
    String,
    Table,
    bindparam,
    func,
    select,
    union,
    union_all,
)
from sqlalchemy.types import TypeEngine
from sqlmodel import AutoString

from models import Business, Customer, CustomerTag, Payment, Refund, Sale, SaleItem, SaleStatusChange
from models.database import scoped, table
from models.naming import statement
from models.types import Day, Millionths, Money

TEXTS = (String, AutoString)

PROFILE = ("number", "sort_name", "type", "city", "country", "joined_day", "credit_limit")
CAME_BY = ("acquisition_source", "acquisition_campaign", "referrer_id")
FLAGS = ("is_active", "is_email_verified", "is_phone_verified", "is_erased", "merged_into_id", "opening_balance")
OWNED = ("customer_id", "storefront_id")
MOMENT = ("business_day", "business_month", "weekday", "hour")
AMOUNTS = ("total", "tax", "profit", "costed", "paid", "refunded")


@dataclass(frozen=True)
class Mirrored:
    """A table of the copy: which columns, in which order it is sorted, and whose revision tells that it changed.

    `key` names what a change replaces: the row, or all rows of the changed `owner`. Rows that change by themselves may
    also be removed with those of `removed_with`, a table and the column that refers to it. An `on_need` table is copied
    when a statement first asks for it.
    """

    table: Table
    columns: tuple[str, ...]
    sort: tuple[str, ...]
    key: str = "id"
    owner: Table | None = None
    removed_with: tuple[Table, str] | None = None
    on_need: bool = False

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
_ITEM = ("sale_id", "position", "category", "quantity", "total", "profit", "is_product")
_PAYMENT = ("id", "sale_id", "customer_id", "method", "amount", "business_day")
_CHANGE = ("id", "sale_id", "status", "business_day")

MIRRORED = (
    Mirrored(_CUSTOMER, ("id", *PROFILE, *CAME_BY, *FLAGS), ("id",)),
    Mirrored(table(CustomerTag), ("customer_id", "tag"), ("customer_id",), "customer_id", _CUSTOMER),
    Mirrored(_SALE, ("id", *OWNED, "status", "channel", "counted_from", *MOMENT, *AMOUNTS), _BY_CUSTOMER),
    Mirrored(table(Refund), ("id", *OWNED, "sale_id", "amount", "profit", *MOMENT), _BY_CUSTOMER),
    Mirrored(table(Payment), _PAYMENT, ("sale_id", "id"), removed_with=(_SALE, "sale_id"), on_need=True),
    Mirrored(table(SaleStatusChange), _CHANGE, ("sale_id", "id"), "sale_id", _SALE, on_need=True),
    Mirrored(table(SaleItem), _ITEM, ("sale_id", "position"), "sale_id", _SALE, on_need=True),
)

ALWAYS = frozenset(mirrored.name for mirrored in MIRRORED if not mirrored.on_need)
ITEMS = frozenset(("sale_item",))
PAYMENTS = frozenset(("payment",))
STATUSES = frozenset(("sale_status_change",))
EVERYTHING = frozenset(mirrored.name for mirrored in MIRRORED)


# ---------------------------------------------------------------- what the store is asked


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, TEXTS) and not isinstance(column.type, Enum) and bool(column.nullable)


@statement
def all_rows(mirrored: Mirrored) -> SelectBase:
    """Every row of :business. Absent words come as empty ones: the SQLite driver types a column by its first rows."""
    columns = [func.coalesce(c, "").label(c.name) if _is_text(c) else c for c in mirrored.selected]
    return select(*columns).where(scoped(mirrored.table))


@statement
def row_count(mirrored: Mirrored) -> SelectBase:
    """How many rows of :business a table has; those beyond :enough are not counted."""
    rows = (
        select(mirrored.table.c[mirrored.key]).where(scoped(mirrored.table)).limit(bindparam("enough", type_=Integer))
    )
    return select(func.count().label("count")).select_from(rows.subquery())


@statement
def changed_rows(mirrored: Mirrored) -> SelectBase:
    """The rows of :business that changed after revision :seen, or whose owner did."""
    source = mirrored.table
    columns = [func.coalesce(c, "").label(c.name) if _is_text(c) else c for c in mirrored.selected]
    if mirrored.owner is not None:
        return _of_changed(select(*columns), mirrored.owner, source.c[mirrored.key])
    changed = select(*columns).where(scoped(source), _is_new(source))
    if mirrored.removed_with is not None:
        owner, name = mirrored.removed_with
        return union(changed, _of_changed(select(*columns), owner, source.c[name]))
    return changed


def _of_changed(rows: Select[Any], owner: Table, reference: Column[Any]) -> SelectBase:
    joined = rows.join(owner, owner.c.id == reference)
    return joined.where(scoped(owner), _is_new(owner))


@statement
def changed_keys(mirrored: Mirrored) -> SelectBase:
    """The keys under which the copy's rows are replaced after revision :seen; an owner's other key is negative."""
    source = mirrored.table if mirrored.owner is None else mirrored.owner
    keys = select(source.c.id.label("key")).where(scoped(source), _is_new(source))
    if mirrored.removed_with is None:
        return keys
    owner, _ = mirrored.removed_with
    others = select((-owner.c.id).label("key")).where(scoped(owner), _is_new(owner))
    return union_all(keys, others)


@statement
def change_count() -> SelectBase:
    """How many sales, refunds, payments and customers of :business changed after revision :seen."""
    counts = [
        select(func.count()).where(scoped(m.table), _is_new(m.table)).scalar_subquery()
        for m in MIRRORED
        if m.owner is None
    ]
    return select(sum(counts[1:], start=counts[0]).label("count"))


def _is_new(source: Table) -> Any:
    return source.c.revision > bindparam("seen")


@statement
def revision_of_business() -> SelectBase:
    """The revision of :business."""
    business = table(Business)
    return select(business.c.revision).where(business.c.id == bindparam("business"))


# ---------------------------------------------------------------- how it is kept here


def _engine_type(type_: TypeEngine[Any]) -> str:
    if isinstance(type_, Enum):
        return "ENUM (" + ", ".join(f"'{word}'" for word in type_.enums) + ")"
    for kinds, name in (
        ((Money, Millionths, BigInteger), "BIGINT"),
        ((SmallInteger,), "SMALLINT"),
        ((Day, Integer), "INTEGER"),
        ((Boolean,), "BOOLEAN"),
        (TEXTS, "VARCHAR"),
    ):
        if isinstance(type_, kinds):
            return name
    raise TypeError(f"no engine type for {type_!r}")


def _column_type(column: Column[Any]) -> str:
    return (
        "BIGINT" if (column.primary_key and column.name == "id") or column.foreign_keys else _engine_type(column.type)
    )


@cache
def create(mirrored: Mirrored) -> str:
    """The statement that makes its table, empty."""
    columns = ", ".join(f'"{column.name}" {_column_type(column)}' for column in mirrored.selected)
    return f'CREATE TABLE "{mirrored.name}" ({columns})'


@cache
def as_kept(mirrored: Mirrored, source: str) -> str:
    """The rows of `source`, as the store gave them, in the types of the copy."""
    columns = (
        f'nullif("{c.name}", \'\')::VARCHAR AS "{c.name}"'
        if _is_text(c)
        else f'"{c.name}"::{_column_type(c)} AS "{c.name}"'
        for c in mirrored.selected
    )
    return f"SELECT {', '.join(columns)} FROM {source}"


@cache
def insert(mirrored: Mirrored, source: str) -> str:
    """The statement that adds the rows of `source`, sorted."""
    return f'INSERT INTO "{mirrored.name}" {as_kept(mirrored, source)} ORDER BY {", ".join(mirrored.sort)}'


@cache
def remove(mirrored: Mirrored, source: str) -> str:
    """The statement that removes the rows whose keys are in `source`."""
    keys = f'(SELECT "key" FROM {source})'
    also = f' OR -"{mirrored.removed_with[1]}" IN {keys}' if mirrored.removed_with else ""
    return f'DELETE FROM "{mirrored.name}" WHERE "{mirrored.key}" IN {keys}{also}'


@cache
def sort_again(mirrored: Mirrored) -> tuple[str, ...]:
    """The statements that put all rows into their order again."""
    name, order = mirrored.name, ", ".join(mirrored.sort)
    columns = ", ".join(f'"{column}"' for column in mirrored.columns)
    return (
        f'CREATE TABLE "{name} sorted" AS SELECT {columns} FROM "{name}" ORDER BY {order}',
        f'DROP TABLE "{name}"',
        f'ALTER TABLE "{name} sorted" RENAME TO "{name}"',
    )
