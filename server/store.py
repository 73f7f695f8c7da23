"""The store as a command or a server finds it at start: empty, of an older version, current, or newer than the code."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import DBAPIError

from models import tenancy
from models.database import Database
from models.outages import is_outage
from models.schema_version import head, schema_of
from resolvers.erasure import erase_what_came_back
from resolvers.operation.actor import Actor
from resolvers.operation.ids import use_ids_of
from rules.failures import Failure
from server.settings import Settings

log = structlog.get_logger()

RESTORING = Actor("restore", "ADMIN")  # who erases again what a restore that was interrupted brought back


class StoreError(Failure):
    """The store cannot be used as it is; the message says what to do."""


async def prepare(database: Database, settings: Settings) -> None:
    """Bring an empty store, or the demo's own, to the current schema; StoreError tells about one of another version."""
    current = await schema_of(database)
    if current not in (None, head()) and not settings.demo:
        raise StoreError("the database has the schema of an older version: back it up, then run python main.py migrate")
    if current != head():
        await _migrated(database)
    await use_ids_of(database)
    await erase_what_came_back(database, actor=RESTORING, clock=lambda: datetime.now(UTC))


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Database]:
    """The store, ready to be used, for as long as a command runs."""
    database = Database(settings.store)
    try:
        async with naming_problems(database):
            await prepare(database, settings)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def naming_problems(database: Database) -> AsyncGenerator[None]:
    """Where the store fails, say which one and why in one line."""
    try:
        yield
    except (DBAPIError, OSError) as error:
        place = database.url.render_as_string(hide_password=True)
        reason = str(error.orig if isinstance(error, DBAPIError) else error).splitlines()[0]
        problem = "cannot be reached" if is_outage(error) else "cannot be used"
        raise StoreError(f"the database {place} {problem}: {reason}") from error


async def upgraded(settings: Settings) -> tuple[str | None, str]:
    """Bring the store to the current schema; the one it had before, None where it was empty, and the one it has now."""
    database = Database(settings.store)
    try:
        async with naming_problems(database):
            return await _migrated(database), head()
    finally:
        await database.close()


async def _migrated(database: Database) -> str | None:
    from models.migrate import migrate  # noqa: PLC0415  alembic is slow to import: most starts do without

    before = await migrate(database)
    weakness = await weakness_of_guard(database)
    if weakness is not None and not database.is_sqlite:
        log.warning("row-level security is weaker than it could be", why=weakness, see="docs/operating.md")
    return before


async def weakness_of_guard(database: Database) -> str | None:
    """What keeps businesses apart behind the statements is not, None where it is all that it can be."""
    if database.is_sqlite:
        return "SQLite has none: the statements alone keep businesses apart"
    async with database.reading() as connection:
        return await connection.run_sync(tenancy.weakness)
