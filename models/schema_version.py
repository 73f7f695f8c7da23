"""Which schema a database has, and which this code needs: asked at every start, so without alembic."""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from models.database import Database
from rules.failures import Failure

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version"


class NewerSchema(Failure):
    """The database was written by a newer version of this program."""


@cache
def known_schemas() -> tuple[str, ...]:
    """The revisions of the schema, oldest first: what the files of the migrations begin with."""
    return tuple(sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py")))


def head() -> str:
    """The revision of the schema that this code needs."""
    return known_schemas()[-1]


def is_known(schema: str) -> bool:
    """Whether this code knows a revision of the schema."""
    return schema in known_schemas()


def schema_seen(connection: Connection) -> str | None:
    """The schema revision of the database of a connection, None where it is empty; raises NewerSchema."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if current is not None and not is_known(current):
        raise NewerSchema(f"the database is at schema {current}, which this version does not know: use a newer version")
    return current


async def schema_of(database: Database) -> str | None:
    """The same of a database."""
    async with database.reading() as connection:
        return await connection.run_sync(schema_seen)
