"""What belongs to a customer goes through the merge and the erasure, or stands on a list with its reason."""

from collections.abc import Iterator

from sqlalchemy import Column, Enum, String
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

from models.belonging import BELONGINGS, NOT_BLANKED, WITH_THEM, Erasing, Merging
from models.database import table
from models.merging import MergedRow
from models.types import is_erasable

NAMES = ("customer_id", "kept_id", "merged_id")  # of columns without a foreign key too


def refers_to_a_customer(column: Column[object]) -> bool:
    return column.name in NAMES or any(key.column.table.name == "customer" for key in column.foreign_keys)


def every_column() -> Iterator[Column[object]]:
    for source in SQLModel.metadata.sorted_tables:
        yield from source.c


def is_text(column: Column[object]) -> bool:
    plain = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return isinstance(plain, String) and not isinstance(plain, Enum)


def test_every_column_that_refers_to_a_customer_is_in_the_merge_and_in_the_erasure() -> None:
    referring = [str(column) for column in every_column() if refers_to_a_customer(column)]
    assert sorted(referring) == sorted(str(belonging.column) for belonging in BELONGINGS)


def test_what_stays_says_why() -> None:
    staying = [one for one in BELONGINGS if Merging.STAYS is one.merging or Erasing.STAYS is one.erasing]
    assert [str(one.column) for one in staying if not one.reason] == []


def test_every_text_of_a_customer_is_blanked_or_on_a_list_with_its_reason() -> None:
    tables = {belonging.table for belonging in BELONGINGS}
    kept = {str(c) for source in tables for c in source.c if is_text(c) and not is_erasable(c)}
    assert kept == NOT_BLANKED.keys()
    assert all((*NOT_BLANKED.values(), *WITH_THEM.values()))


def test_what_is_blanked_has_something_to_blank() -> None:
    blanked = {one.table for one in BELONGINGS if one.erasing is Erasing.BLANKED}
    assert [source.name for source in blanked if not any(is_erasable(c) for c in source.c)] == []
    assert is_erasable(table(MergedRow).c.before)
