"""Merges of customers, and what undoing one puts back."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
from sqlmodel import Field

from models.database import table
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
