"""Brings a database to the schema of this code, and says when it is newer than the code."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from models.database import Database
from models.tenancy import guard, guarded, role_of
from models.types import Day, Millionths, Money

LOCK = 7_226_031  # of no meaning but that every process of this program asks for the same


class NewerSchema(Exception):
    """The database was written by a newer version of this program."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The revision of the schema that this code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def is_known(schema: str) -> bool:
    """Whether this code knows a revision of the schema."""
    return schema in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _check(connection: Connection) -> str | None:
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and not is_known(current):
        raise NewerSchema(f"the database is at schema {current}, which this version does not know: use a newer version")
    return current


def _upgrade(connection: Connection, to: str = "head") -> str | None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    before = _check(connection)
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


async def schema_of(database: Database) -> str | None:
    """The schema revision of the database, None where it is empty; raises NewerSchema."""
    async with database.reading() as connection:
        return await connection.run_sync(_check)


def belongs_to_models(_object: Any, name: str | None, _type: str, _reflected: bool, _compared: Any) -> bool:
    """Whether alembic should compare it: the search index of each store is declared in its migration alone."""
    return not (name or "").startswith("customer_search")


def as_plain_type(kind: str, item: Any, _context: Any) -> str | bool:
    """How a migration writes a column type of ours: as what it is stored as, so that it outlives our code."""
    if kind == "type" and isinstance(item, Money | Millionths | Day):
        return f"sa.{type(item.impl).__name__}()"
    return False
