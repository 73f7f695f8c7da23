"""Merges of customers, and what undoing one puts back."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    SelectBase,
    Text,
    Update,
    bindparam,
    or_,
    select,
    update,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

from models.customers import customer
from models.database import owned, table
from models.naming import statement
from models.types import ERASABLE, Key, Stored, primary_key, reference


class CustomerMerge(Stored, table=True):
    """Two records that became one; `undone_at` says that they were taken apart again."""

    __table_args__ = (
        Index("customer_merge_by_kept", "kept_id", "id"),
        Index("customer_merge_by_merged", "merged_id", "id"),
        CheckConstraint("kept_id <> merged_id", name="customer_merge_of_two"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    kept_id: int = reference("customer.id")
    merged_id: int = reference("customer.id")
    merged_at: datetime
    actor: str = Field(max_length=200)
    undone_at: datetime | None = None
    revision: int = Field(sa_type=BigInteger)


class MergedRow(Stored, table=True):
    """A row that a merge moved or changed, until the merge can no more be undone.

    `kind` is its table and `row_id` its id, where it has one; `before` and `after` are JSON objects of the columns that
    were replaced.
    """

    __table_args__ = (Index("merged_row_by_merge", "merge_id", "kind", "row_id"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    merge_id: int = reference("customer_merge.id")
    kind: str = Field(max_length=40)
    row_id: int | None = Field(default=None, sa_type=Key)
    before: str | None = Field(default=None, sa_type=Text, nullable=True, sa_column_kwargs=ERASABLE)
    after: str | None = Field(default=None, sa_type=Text, nullable=True, sa_column_kwargs=ERASABLE)


# ---------------------------------------------------------------- statements

customer_merge, merged_row = table(CustomerMerge), table(MergedRow)


@statement
def merge_that_stands() -> SelectBase:
    """The merge of the customer :merged that was not undone, as it is stored."""
    m = customer_merge.c
    return select(customer_merge).where(
        owned(customer_merge), m.merged_id == bindparam("merged"), m.undone_at.is_(None)
    )


@statement
def later_merges() -> SelectBase:
    """The merges after :merge in which the customer :kept took part and which were not undone."""
    m = customer_merge.c
    took_part = or_(m.kept_id == bindparam("kept"), m.merged_id == bindparam("kept"))
    return select(m.id).where(owned(customer_merge), took_part, m.id > bindparam("merge"), m.undone_at.is_(None))


@cache
def contacts_let_go(names: tuple[str, ...]) -> Update:
    """Take contacts from the customer :let_go, so that another may have them."""
    mine = (owned(customer), customer.c.id == bindparam("let_go"))
    return update(customer).where(*mine).values(dict.fromkeys(names))


# ---------------------------------------------------------------- columns that were replaced


def columns_as_json(values: Mapping[str, Any]) -> str:
    """Columns of a customer as the list keeps them."""
    return orjson.dumps(dict(values)).decode()


def columns_of_json(kept: str) -> dict[str, Any]:
    """Columns of a customer that the list kept."""
    stored: dict[str, Any] = orjson.loads(kept)
    return {name: _typed(customer.c[name], value) for name, value in stored.items()}


def _typed(column: Column[Any], value: Any) -> Any:
    type_: Any = column.type
    kind: Any = (type_.impl_instance if isinstance(type_, TypeDecorator) else type_).python_type
    if value is None:
        return None
    return kind.fromisoformat(value) if issubclass(kind, date) else kind(value)
