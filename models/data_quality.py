"""What only the store knows of the quality of its data: names and addresses, and the runs of imports."""

from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, Select, SelectBase, and_, bindparam, func, or_, select, union_all

from models.customers import customer
from models.database import scoped, table
from models.imports import ImportRun
from models.naming import statement

import_run = table(ImportRun)


@statement
def possible_duplicates() -> SelectBase:
    """How many customers share the case-folded name and the birth date, or postal code and line 1, with another."""
    named = and_(
        scoped(customer),
        customer.c.merged_into_id.is_(None),
        customer.c.is_erased.is_(False),
        or_(customer.c.first_name.is_not(None), customer.c.last_name.is_not(None)),
    )
    keys = ((customer.c.birth_date,), (customer.c.postal_code, customer.c.line1))
    found = union_all(*(_sharing(named, key) for key in keys)).subquery("sharing")
    return select(func.count(found.c.id.distinct()).label("customers"))


def _sharing(named: ColumnElement[bool], key: tuple[Column[Any], ...]) -> Select[Any]:
    present = and_(named, *(column.is_not(None) for column in key))
    same = func.count().over(partition_by=(customer.c.sort_name, *key)).label("same")
    people = select(customer.c.id, same).where(present).subquery("people")
    return select(people.c.id).where(people.c.same > 1)


def _last_runs() -> Select[Any]:
    """The last run of each imported file of :business."""
    return select(func.max(import_run.c.id)).where(scoped(import_run)).group_by(import_run.c.file_name)


@statement
def rejected_rows() -> SelectBase:
    """The rows rejected by the last run of each imported file of :business."""
    return select(func.coalesce(func.sum(import_run.c.rows_rejected), 0).label("rows")).where(
        import_run.c.id.in_(_last_runs()), scoped(import_run)
    )


@statement
def last_imports() -> SelectBase:
    """The last run of each imported file of :business, the newest :most first."""
    return (
        select(import_run)
        .where(import_run.c.id.in_(_last_runs()), scoped(import_run))
        .order_by(import_run.c.id.desc())
        .limit(bindparam("most", type_=Integer))
    )
