"""Column types that say what an integer means; the reader turns them into what users see."""

import re
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Enum, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import declared_attr
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class Stored(SQLModel):
    """A stored row. Its table is called what its class is called, in snake case."""

    @declared_attr.directive
    @classmethod
    def __tablename__(cls) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()


# SQLite makes only a column declared INTEGER its row id; there it holds 64 bits all the same.
Key = BigInteger().with_variant(Integer, "sqlite")


class Money(TypeDecorator[int]):
    """An amount in minor units of the business's currency."""

    impl = BigInteger
    cache_ok = True


class Millionths(TypeDecorator[int]):
    """A quantity or a unit price in millionths, since quantities are fractional and prices of 0.001 occur."""

    impl = BigInteger
    cache_ok = True


class UnitPrice(Millionths):
    """A price of one unit, shown with at least the decimals of the currency."""

    cache_ok = True


class Day(TypeDecorator[int]):
    """A business day as the number of days since 1970-01-01: arithmetic is the same on every engine."""

    impl = Integer
    cache_ok = True


class GlobalId(TypeDecorator[int]):
    """An id as clients see it: opaque, and of one `kind` of object.

    Rows of a statement that selects it are of that kind: the reader calls their class so, which is the name of their
    type, and with the id `node` finds them again.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind


def ordered_text(length: int) -> Any:
    """A text column that sorts by code point on every engine, whatever the locale of the server."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def word(words: type[StrEnum], length: int = 24) -> Enum:
    """A column of one of a few words, checked by the database and stored as its value."""

    def values(members: type[StrEnum]) -> list[str]:
        return [member.value for member in members]

    return Enum(
        words,
        native_enum=False,
        values_callable=values,
        create_constraint=True,
        length=length,
    )


# What an erasure blanks: the audit trail names such a value and never keeps it. What is personal besides is shown
# only to those who may see it: the schema holds its own table to these columns.
ERASABLE = {"info": {"is_erasable": True}}
PERSONAL = {"info": {"is_erasable": True, "is_personal": True}}


def added(default: Any, as_stored: str, sa_type: Any = None, **options: Any) -> Any:
    """A column that a later migration gave to rows that were there already, by a default in the store itself."""
    kind = {} if sa_type is None else {"sa_type": sa_type}
    return Field(default=default, sa_column_kwargs={"server_default": text(as_stored)}, **kind, **options)


def index_where(condition: str, name: str, *columns: str, unique: bool = False) -> Index:
    """An index of the rows of a condition, in SQL that both stores know."""
    rows = text(condition)
    return Index(name, *columns, unique=unique, sqlite_where=rows, postgresql_where=rows)


def where_there_is(name: str, column: str) -> Index:
    """An index of the few rows in which a column is not null."""
    return index_where(f"{column} IS NOT NULL", name, column)


def unique_name(name: str) -> Index:
    """An index that lets no two rows of a business have one name, in whatever case, while they are not deleted."""
    return index_where("NOT is_deleted", name, "business_id", "folded_name", unique=True)


def is_personal(column: Column[Any]) -> bool:
    """Whether a column holds what only those see who may see personal data."""
    return bool(column.info.get("is_personal"))


def is_erasable(column: Column[Any]) -> bool:
    """Whether a column holds what an erasure blanks."""
    return bool(column.info.get("is_erasable"))


def primary_key() -> Any:
    """A 64-bit id that the database numbers."""
    return Field(default=None, primary_key=True, sa_type=Key)


def reference(target: str, *, index: bool = False, nullable: bool = False) -> Any:
    """A 64-bit foreign key to `target` ("table.column")."""
    default: Any = None if nullable else ...
    return Field(
        default=default,
        sa_type=Key,
        nullable=nullable,
        index=index,
        sa_column_args=[ForeignKey(target)],
    )
