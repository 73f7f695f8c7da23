"""Brings a database to the schema of this code."""

from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from models.database import Database
from models.schema_version import MIGRATIONS, head, schema_seen
from models.tenancy import guard, guarded, role_of
from models.types import Day, Millionths, Money

LOCK = 7_226_031  # of no meaning but that every process of this program asks for the same
SEARCH_INDEX = "customer_search"  # what the tables of it begin with, on SQLite


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, to: str = "head") -> str | None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    before = schema_seen(connection)
    if before != head():
        command.upgrade(_config(connection), to)
    if connection.dialect.name == "postgresql" and guarded(connection) and role_of(connection) is None:
        guard(connection)  # the user may have been allowed to make the role by now
    return before


async def migrate(database: Database, to: str = "head") -> str | None:
    """Bring the database to the current schema in one transaction; the schema it had before, None if it was empty.

    `to` is an older schema, for an empty database that is to be filled with what was stored in one of that schema.
    Raises NewerSchema when the database is ahead of the code. Several processes may ask at once: one does it.
    """
    async with database.transaction() as connection:
        return await connection.run_sync(_upgrade, to)


def belongs_to_models(_object: Any, name: str | None, _type: str, _reflected: bool, _compared: Any) -> bool:
    """Whether alembic should compare it: the search index of each store is declared in its migration alone."""
    return not (name or "").startswith(SEARCH_INDEX)


def as_plain_type(kind: str, item: Any, _context: Any) -> str | bool:
    """How a migration writes a column type of ours: as what it is stored as, so that it outlives our code."""
    if kind == "type" and isinstance(item, Money | Millionths | Day):
        return f"sa.{type(item.impl).__name__}()"
    return False
