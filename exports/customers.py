"""Customers in an exported table: a batch at a time, so that a million of them take no more memory than a thousand."""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from exports.document import BATCH_ROWS, Column, Table, batch_of, day, flag, integer, money, text
from models.customers import columns_of, names_of, tags_of
from resolvers.operation.context import Context
from resolvers.operation.loaders import many_each
from rules.days import day_number

Ints = NDArray[np.int64]
More = Callable[[slice], Any]  # a list, or an array


@dataclass(frozen=True)
class Person:
    """A customer's number and name."""

    number: str
    name: str


NUMBER = text("number", "Number")
NAME = text("name", "Name", wide=True)


async def people_of(context: Context, ids: Ints) -> list[Person]:
    """The number and name of each customer, in the order of the ids."""
    rows = await context.reader.stored(names_of(), {"ids": ids.tolist()})
    found = {row.id: Person(row.number, row.name) for row in rows}
    return [found[id_] for id_ in ids.tolist()]


def said_count(count: int) -> str:
    """So many customers, in words."""
    return f"{count:,} customer{'' if count == 1 else 's'}"


def slices(count: int) -> list[slice]:
    """The batches of so many rows."""
    return [slice(start, min(start + BATCH_ROWS, count)) for start in range(0, count, BATCH_ROWS)]


# ---------------------------------------------------------------- profiles

PROFILE = (
    NUMBER,
    NAME,
    text("type", "Type", printed=False),
    flag("isActive", "Active", printed=False),
    flag("isVerified", "Verified", printed=False),
    day("joinedOn", "Joined"),
    text("firstName", "First name", printed=False),
    text("lastName", "Last name", printed=False),
    text("gender", "Gender", printed=False),
    money("creditLimit", "Credit limit", printed=False),
    text("acquisitionSource", "Source", printed=False),
    text("acquisitionCampaign", "Campaign", printed=False),
    flag("consentEmail", "May be e-mailed", printed=False),
    flag("consentSms", "May be texted", printed=False),
    flag("consentPush", "May be pushed", printed=False),
)
TAGS = text("tags", "Tags", printed=False)
PERSONAL = (
    text("email", "E-mail", wide=True),
    text("phone", "Phone", printed=False),
    day("birthDate", "Birth date", printed=False),
    text("line1", "Address", printed=False),
    text("line2", "Address, continued", printed=False),
    text("city", "City"),
    text("state", "State", printed=False),
    text("postalCode", "Postal code", printed=False),
    text("country", "Country", printed=False),
)
STORED = {"joinedOn": "joined_day"}  # where the store calls it otherwise


def _kept(column: Column, cells: Sequence[Any]) -> Sequence[Any]:
    """The cells of a column, as the store has them, as they are in a batch."""
    if column.name != "birthDate":
        return cells
    days = (date.fromisoformat(cell) if isinstance(cell, str) else cell for cell in cells)  # a text on SQLite
    return [None if cell is None else day_number(cell) for cell in days]


@dataclass(frozen=True)
class Extra:
    """A column beside the profile: its cells for a slice of the customers."""

    column: Column
    cells: More


def customer_table(context: Context, title: str, ids: Ints, extras: Sequence[Extra]) -> Table:
    """The customers with these ids in this order: their profiles, and more. Personal data only where it may be seen."""
    personal = context.viewer.sees_personal_data
    profile = (*PROFILE, *(PERSONAL if personal else ()))
    columns = (*profile[:2], *(extra.column for extra in extras), *profile[2:], TAGS)
    batches = partial(_profiles, context, ids, profile, columns, extras)
    return Table("customers", title, columns, batches, len(ids))


async def _profiles(
    context: Context, ids: Ints, profile: Sequence[Column], columns: Sequence[Column], extras: Sequence[Extra]
) -> AsyncGenerator[pa.RecordBatch]:
    statement = columns_of(tuple(STORED.get(column.name, column.attribute) for column in profile))
    for rows in slices(len(ids)):
        wanted: list[int] = ids[rows].tolist()
        found = {row[0]: row[1:] for row in await context.reader.stored(statement, {"ids": wanted})}
        cells = [*zip(*(found[id_] for id_ in wanted), strict=True)]
        own = [_kept(column, held) for column, held in zip(profile, cells, strict=True)]
        tagged = await context.reader.stored(tags_of(), {"ids": wanted})
        tags = [", ".join(words) or None for words in many_each(tagged, wanted, "customer_id", attrgetter("tag"))]
        yield batch_of(columns, [*own[:2], *(extra.cells(rows) for extra in extras), *own[2:], tags])


def amount(name: str, title: str, values: Ints) -> Extra:
    """Amounts in minor units, one for each customer."""
    return Extra(money(name, title), lambda rows: values[rows])


def count(name: str, title: str, values: NDArray[Any]) -> Extra:
    """Whole numbers, one for each customer."""
    return Extra(integer(name, title), lambda rows: values[rows])
