"""What a write left in the store: to show that a refusal changed nothing."""

import sqlite3
from contextlib import closing
from typing import Any, cast

from sqlalchemy import text
from sqlmodel import SQLModel

from models.database import Database
from schema.schema import schema
from tests.builders import Shop
from tests.schema.conftest import Asker

OF_REFUSALS = {
    "InvalidInput": "problems { path code message }",
    "StaleVersion": "expected actual",
    "NotAllowed": "reason",
    "NotFound": "path",
    "Duplicate": "field value existing",
    "IdempotencyConflict": "key",
    "AlreadyMerged": "keptId",
    "CreditLimitExceeded": "limit outstanding",
    "RefundTooLarge": "refundable item",
    "TooMuchPaid": "due",
    "WrongStatus": "status",
}


def refusals_of(union: str) -> str:
    """The selection that shows every refusal of a result."""
    type_ = cast(Any, schema)._schema.type_map[union]
    members: set[str] = {member.name for member in type_.types}
    shown = [f"... on {name} {{ {fields} }}" for name, fields in OF_REFUSALS.items() if name in members]
    return " ".join(("__typename ... on Refusal { message }", *shown))


async def everything(database: Database) -> dict[str, list[str]]:
    """Every row of every table, as the store shows it.

    Of businesses that earlier tests left on PostgreSQL it is how many rows there are and the sum of the transactions
    that wrote them: whatever is written there shows, too.
    """
    if database.is_sqlite:
        with closing(sqlite3.connect(str(database.url.database))) as store:
            return {name: sorted(map(repr, store.execute(f'SELECT * FROM "{name}"'))) for name in ALL_TABLES}
    found: dict[str, list[str]] = {name: [] for name in ALL_TABLES}
    async with database.engine.connect() as connection:
        for name, row in await connection.execute(text(ON_POSTGRESQL)):
            found.setdefault(name, []).append(row)
    return {name: sorted(rows) for name, rows in found.items()}


ALL_TABLES = tuple(SQLModel.metadata.tables)
OWNERS = {"business": "id", "installation": "(SELECT min(id) FROM here)"}  # by which column a row is of a business
_ROWS = """SELECT '{name}', t::text FROM {name} t WHERE {owner} = ANY(ARRAY(SELECT id FROM here))
    UNION ALL SELECT '{name} of tests before', concat(count(*), ' ', sum(xmin::text::bigint))
    FROM {name} WHERE {owner} <> ALL(ARRAY(SELECT id FROM here))"""
ON_POSTGRESQL = "WITH here AS MATERIALIZED (SELECT id FROM business WHERE name NOT LIKE 'of a test %') " + (
    " UNION ALL ".join(_ROWS.format(name=name, owner=OWNERS.get(name, "business_id")) for name in ALL_TABLES)
)


async def counters(shop: Shop) -> dict[str, int]:
    """How far a business is, and how many entries and events it has."""
    counts = "(SELECT count(*) FROM audit_entry WHERE business_id = b.id) AS entries,"
    counts += " (SELECT count(*) FROM event WHERE business_id = b.id) AS events"
    asked = f"SELECT revision, facts_revision, {counts} FROM business b WHERE id = :id"
    async with shop.database.reading(shop.id) as connection:
        return dict((await connection.execute(text(asked), {"id": shop.id})).mappings().one())


def problems_of(refused: Any) -> list[tuple[str, str]]:
    """The problems of an InvalidInput, each as its path and code."""
    assert refused["__typename"] == "InvalidInput", refused
    return [(".".join(problem["path"]), problem["code"]) for problem in refused["problems"]]


RENAME = """mutation ($id: ID!, $name: String!) { updateCustomer(id: $id, input: {firstName: $name}) {
    __typename } }"""


async def named(ask: Asker, name: str, number: str = "ANN") -> None:
    """Have a customer be called something, of which an event tells."""
    id_ = (await ask(f'{{ customer(by: {{number: "{number}"}}) {{ id }} }}'))["customer"]["id"]
    assert (await ask(RENAME, id=id_, name=name))["updateCustomer"]["__typename"] == "CustomerPayload"
