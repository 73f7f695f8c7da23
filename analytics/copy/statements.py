"""The statements that read the copied tables in the store, and those that keep them in the engine."""

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Enum,
    Integer,
    Select,
    SelectBase,
    SmallInteger,
    String,
    Table,
    bindparam,
    cast,
    func,
    select,
    union,
    union_all,
)
from sqlalchemy.types import TypeEngine
from sqlmodel import AutoString
from sqlmodel.sql.sqltypes import UTCDateTime

from analytics.copy.tables import COPIED_TABLES, CopiedTable
from models import Business
from models.database import scoped, table
from models.naming import statement
from models.types import Day, Millionths, Money

TEXTS = (String, AutoString)

# ---------------------------------------------------------------- what the store is asked


def _is_moment(column: Column[Any]) -> bool:
    return isinstance(column.type, UTCDateTime)


def _comes_as_words(column: Column[Any]) -> bool:
    """Whether a column comes as text, absent as empty text: SQLite has moments as text too."""
    is_text = isinstance(column.type, TEXTS) and not isinstance(column.type, Enum) and bool(column.nullable)
    return is_text or _is_moment(column)


def _read(column: Column[Any]) -> ColumnElement[Any]:
    if not _comes_as_words(column):
        return column
    words = cast(column, String) if _is_moment(column) else column
    return func.coalesce(words, "").label(column.name)


@statement
def all_rows(copied: CopiedTable) -> SelectBase:
    """Every row of :business. Absent words come as empty ones: the SQLite driver types a column by its first rows."""
    columns = [_read(c) for c in copied.selected]
    return select(*columns).where(scoped(copied.table))


@statement
def row_count(copied: CopiedTable) -> SelectBase:
    """How many rows of :business a table has; those beyond :enough are not counted."""
    rows = select(copied.table.c[copied.key]).where(scoped(copied.table)).limit(bindparam("enough", type_=Integer))
    return select(func.count().label("count")).select_from(rows.subquery())


@statement
def changed_rows(copied: CopiedTable) -> SelectBase:
    """The rows of :business that changed after revision :seen, or whose owner did."""
    source = copied.table
    columns = [_read(c) for c in copied.selected]
    if copied.owner is not None:
        return _of_changed(select(*columns), copied.owner, source.c[copied.key])
    changed = select(*columns).where(scoped(source), _is_new(source))
    if copied.removed_with is not None:
        owner, name = copied.removed_with
        return union(changed, _of_changed(select(*columns), owner, source.c[name]))
    return changed


def _of_changed(rows: Select[Any], owner: Table, reference: Column[Any]) -> SelectBase:
    joined = rows.join(owner, owner.c.id == reference)
    return joined.where(scoped(owner), _is_new(owner))


@statement
def changed_keys(copied: CopiedTable) -> SelectBase:
    """The keys under which the copy's rows are replaced after revision :seen; an owner's other key is negative."""
    source = copied.table if copied.owner is None else copied.owner
    keys = select(source.c.id.label("key")).where(scoped(source), _is_new(source))
    if copied.removed_with is None:
        return keys
    owner, _ = copied.removed_with
    others = select((-owner.c.id).label("key")).where(scoped(owner), _is_new(owner))
    return union_all(keys, others)


@statement
def change_count() -> SelectBase:
    """How many sales, refunds, payments and customers of :business changed after revision :seen."""
    counts = [
        select(func.count()).where(scoped(m.table), _is_new(m.table)).scalar_subquery()
        for m in COPIED_TABLES
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
        ((UTCDateTime,), "TIMESTAMPTZ"),
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
def create(copied: CopiedTable) -> str:
    """The statement that makes its table, empty."""
    columns = ", ".join(f'"{column.name}" {_column_type(column)}' for column in copied.selected)
    return f'CREATE TABLE "{copied.name}" ({columns})'


@cache
def as_kept(copied: CopiedTable, source: str) -> str:
    """The rows of `source`, as the store gave them, in the types of the copy."""
    columns = (
        f'nullif("{c.name}", \'\')::{_column_type(c)} AS "{c.name}"'
        if _comes_as_words(c)
        else f'"{c.name}"::{_column_type(c)} AS "{c.name}"'
        for c in copied.selected
    )
    return f"SELECT {', '.join(columns)} FROM {source}"


@cache
def insert(copied: CopiedTable, source: str) -> str:
    """The statement that adds the rows of `source`, sorted."""
    return f'INSERT INTO "{copied.name}" {as_kept(copied, source)} ORDER BY {", ".join(copied.sort)}'


@cache
def remove(copied: CopiedTable, source: str) -> str:
    """The statement that removes the rows whose keys are in `source`."""
    keys = f'(SELECT "key" FROM {source})'
    also = f' OR -"{copied.removed_with[1]}" IN {keys}' if copied.removed_with else ""
    return f'DELETE FROM "{copied.name}" WHERE "{copied.key}" IN {keys}{also}'


@cache
def sort_again(copied: CopiedTable) -> tuple[str, ...]:
    """The statements that put all rows into their order again."""
    name, order = copied.name, ", ".join(copied.sort)
    columns = ", ".join(f'"{column}"' for column in copied.columns)
    return (
        f'CREATE TABLE "{name} sorted" AS SELECT {columns} FROM "{name}" ORDER BY {order}',
        f'DROP TABLE "{name}"',
        f'ALTER TABLE "{name} sorted" RENAME TO "{name}"',
    )
