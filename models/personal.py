"""All that is kept about a person, table by table: what is given to who asks for it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Column, Select, Table, or_, select

from models.belonging import BELONGINGS
from models.customers import customer
from models.database import any_of, scoped
from models.sales import refund, refund_item, sale, sale_item

# Of no use to a person, or about another one.
NOT_GIVEN: Mapping[str, str] = {
    "used_key": "HMACs alone",
    "duplicate_candidate": "a guess about two customers, one of them somebody else",
    "dismissed_duplicate": "about two customers, one of them somebody else",
    "erased_customer": "of nobody who can ask",
}
# Ours to work with: nothing of a person, or told by what stands beside it.
HIDDEN = frozenset(
    (
        *("business_id", "revision", "version", "access_version", "business_month", "weekday", "hour"),
        *("digest", "code_digest", "tries_left", "folded_key", "searched", "data", "changes"),
        *("sort_name", "search_name", "search_contact"),
        *("request_id", "asked", "figures", "is_cancelled"),
    )
)


@cache
def tables_of_person() -> Mapping[Table, Select[Any]]:
    """The rows of the customers :ids in each table that has any, as they are stored."""
    tables: dict[Table, list[Column[int]]] = {customer: [customer.c.id]}
    for one in BELONGINGS:
        if one.table is not customer and one.table.name not in NOT_GIVEN:
            tables.setdefault(one.table, []).append(one.column)
    found = {source: _rows(source, columns) for source, columns in tables.items()}
    sold = select(sale.c.id).where(scoped(sale), any_of(sale.c.customer_id, "ids"))
    items = select(*_given(sale_item)).where(scoped(sale_item), sale_item.c.sale_id.in_(sold))
    returned = select(refund.c.id).where(scoped(refund), any_of(refund.c.customer_id, "ids"))
    taken = select(*_given(refund_item)).where(scoped(refund_item), refund_item.c.refund_id.in_(returned))
    return {**found, sale_item: items.order_by(sale_item.c.id), refund_item: taken.order_by(refund_item.c.id)}


def _rows(source: Table, columns: list[Column[int]]) -> Select[Any]:
    theirs = or_(*(any_of(column, "ids") for column in columns))
    return select(*_given(source)).where(scoped(source), theirs).order_by(*source.primary_key)


def _given(source: Table) -> list[Column[Any]]:
    return [column for column in source.c if column.name not in HIDDEN]
