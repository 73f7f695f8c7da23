"""What PostgreSQL's planner knows of tables, brought up to date when many rows were written at once."""

from collections.abc import Sequence

import structlog
from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from models.database import Database

log = structlog.get_logger()

# Asked before, since ANALYZE does no more than warn of a table that it leaves out.
ALLOWED = text("""SELECT c.relname FROM pg_class c JOIN pg_database d ON d.datname = current_database()
    WHERE c.oid IN (SELECT to_regclass(name) FROM unnest(CAST(:names AS text[])) AS name)
    AND (pg_has_role(c.relowner, 'USAGE') OR pg_has_role(d.datdba, 'USAGE')) ORDER BY 1""")
# Somebody's VACUUM may hold what ANALYZE waits for.
NOT_LONG = "SET LOCAL lock_timeout = '5s'"


async def refresh_statistics(database: Database, tables: Sequence[Table] | None = None) -> None:
    """Let PostgreSQL look through tables that were filled, or all, which it does a minute later by itself, if it does.

    What was written stays written: where this user may not, or the store fails, that is logged. On SQLite nothing is
    done: the statements tell its planner enough, and with statistics each store would have plans of its own.
    """
    if database.is_sqlite:
        return
    names = sorted(source.name for source in tables or SQLModel.metadata.sorted_tables)
    try:
        allowed = await _analysed(database, names)
    except (DBAPIError, OSError) as error:
        log.warning("statistics not refreshed", tables=names, why=type(error).__name__)
        return
    if left_out := sorted(set(names) - set(allowed)):
        log.warning("statistics not refreshed", tables=left_out, why="this user does not own them")


async def _analysed(database: Database, names: Sequence[str]) -> Sequence[str]:
    async with database.transaction() as connection:
        allowed = (await connection.execute(ALLOWED, {"names": names})).scalars().all()
        await connection.exec_driver_sql(NOT_LONG)
        if allowed:
            await connection.exec_driver_sql(f"ANALYZE {', '.join(allowed)}")
        return allowed
