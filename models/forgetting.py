"""What an erasure does to the rows of a person, table by table, as `BELONGINGS` has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Delete,
    SelectBase,
    Table,
    Update,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlmodel import SQLModel

from models.belonging import BELONGINGS, WITH_THEM, Erasing, blanked_columns
from models.codes import pending_registration, ticket
from models.customers import customer
from models.database import TextList, any_of, scoped
from models.erasure import ErasureStatus, erasure_request
from models.naming import statement
from models.sales import sale
from rules.selling import SaleStatus

# Of a word that is removed SQLite's index keeps traces until its parts are merged: this merges them.
TIDY_SEARCH = text("INSERT INTO customer_search (customer_search) VALUES ('optimize')")


@dataclass(frozen=True)
class ErasureStep:
    """What becomes of the rows of a table that belong to the customers :ids, with the statements that count them.

    `done` counts those that `work` blanks or removes, None where nothing is done; `kept` those that are there.
    `is_stamped` says that the work binds :new_revision.
    """

    table: Table
    kept: SelectBase
    is_stamped: bool = False
    done: SelectBase | None = None
    work: Update | Delete | None = None


@cache
def erasure_steps() -> Sequence[ErasureStep]:
    """The steps of an erasure, in an order in which no row is removed before those that refer to it."""
    order = {source: place for place, source in enumerate(SQLModel.metadata.sorted_tables)}
    own = [_own_step(source) for source in dict.fromkeys(one.table for one in BELONGINGS) if source is not customer]
    steps = [*own, *map(_step_with_them, WITH_THEM)]
    return sorted(steps, key=lambda step: -order[step.table])


def _own_step(source: Table) -> ErasureStep:
    belongings = [one for one in BELONGINGS if one.table is source]
    theirs = or_(*(any_of(one.column, "ids") for one in belongings))
    (erasing,) = {one.erasing for one in belongings}
    if erasing is Erasing.REMOVED:
        return _removed(source, theirs)
    columns = blanked_columns(source)
    if erasing is Erasing.STAYS or not columns:
        return ErasureStep(source, _count(source, theirs))
    has_any = or_(*(column.is_not(None) if column.nullable else column != "" for column in columns))
    blank: dict[str, Any] = {column.name: None if column.nullable else "" for column in columns}
    stamp: dict[str, Any] = {"revision": bindparam("new_revision")} if "revision" in source.c else {}
    work = update(source).where(scoped(source), theirs, has_any).values(blank | stamp)
    return ErasureStep(source, _count(source, theirs), bool(stamp), _count(source, theirs, has_any), work)


def _step_with_them(source: Table) -> ErasureStep:
    """Of what hangs from rows of theirs and goes with them."""
    owners = {one.table: [each.column for each in BELONGINGS if each.table is one.table] for one in BELONGINGS}
    (column, owner), *_ = ((c, key.column) for c in source.c for key in c.foreign_keys if key.column.table in owners)
    theirs = or_(*(any_of(each, "ids") for each in owners[owner.table]))
    return _removed(source, column.in_(select(owner).where(scoped(owner.table), theirs)))


def _removed(source: Table, theirs: ColumnElement[bool]) -> ErasureStep:
    count = _count(source, theirs)
    return ErasureStep(source, count, False, count, delete(source).where(scoped(source), theirs))


def _count(source: Table, *conditions: ColumnElement[bool]) -> SelectBase:
    return select(func.count().label("rows")).select_from(source).where(scoped(source), *conditions)


# ---------------------------------------------------------------- the record itself


def blanks_of_record() -> dict[str, None]:
    """Every personal value of a customer's row, as nothing."""
    kept = {"number", "sort_name", "search_name", "search_contact"}
    return {column.name: None for column in blanked_columns(customer) if column.name not in kept}


@cache
def record_blanked(columns: tuple[str, ...]) -> Update:
    """Write these columns, each bound by its name with `new_` before it, of the record :record."""
    values = {name: bindparam(f"new_{name}", type_=customer.c[name].type) for name in columns}
    return update(customer).where(scoped(customer), customer.c.id == bindparam("record")).values(values)


# ---------------------------------------------------------------- who asked with their contacts


@cache
def unconfirmed() -> Sequence[Delete]:
    """Remove what the customers :ids asked for, or anybody with one of the :contacts: tickets, registrations."""
    by_contact = (any_of(pending_registration.c[name], "contacts", TextList) for name in ("email", "phone"))
    registered = or_(any_of(pending_registration.c.customer_id, "ids"), *by_contact)
    theirs = select(pending_registration.c.id).where(scoped(pending_registration), registered)
    asked = or_(any_of(ticket.c.contact, "contacts", TextList), ticket.c.registration_id.in_(theirs))
    return (
        delete(ticket).where(scoped(ticket), asked),
        delete(pending_registration).where(scoped(pending_registration), registered),
    )


# ---------------------------------------------------------------- what is in its way, and what it settles


@statement
def pending_sales_of() -> SelectBase:
    """How many sales of the customers :ids are not settled yet."""
    mine: tuple[Column[Any] | ColumnElement[bool], ...] = (
        scoped(sale), any_of(sale.c.customer_id, "ids"), sale.c.status == SaleStatus.PENDING,
    )  # fmt: skip
    return select(func.count().label("rows")).select_from(sale).where(*mine)


@cache
def requests_settled() -> Update:
    """Requests that wait for the customers :ids are done."""
    c = erasure_request.c
    waiting = (scoped(erasure_request), any_of(c.customer_id, "ids"), c.status == ErasureStatus.PENDING)
    settled: dict[str, Any] = {"status": ErasureStatus.DONE, "blocked_by": None, "revision": bindparam("new_revision")}
    return update(erasure_request).where(*waiting).values(settled)
