"""Whether an error means that the store cannot be reached or written just now, not that a statement is wrong."""

import sqlite3
from collections.abc import Iterator
from socket import gaierror

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

BUSY_SQLITE = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_FULL",
    "SQLITE_IOERR",
    "SQLITE_CANTOPEN",
    "SQLITE_READONLY",
)
# Connection lost, login refused, no such database, insufficient resources, shutdown and start-up of the server.
OUT_OF_SERVICE = ("08", "28", "3D", "53", "57P")
UNREACHABLE = (ConnectionError, gaierror, TimeoutError, PoolExhausted)
NO_CONNECTION = (
    "failed to connect",
    "server closed the connection",
    "no connection to the server",
    "not currently accepting connections",
)


def is_outage(error: BaseException) -> bool:
    """Whether asking again later may help, by the error or any that it came from."""
    return any(_is_outage(cause) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.orig if isinstance(following, DBAPIError) else following.__cause__


def _is_outage(error: BaseException) -> bool:
    import adbc_driver_manager  # noqa: PLC0415  slow to import: where nothing fails none is needed
    import asyncpg  # noqa: PLC0415

    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    if isinstance(error, sqlite3.Error):
        return str(getattr(error, "sqlite_errorname", "")).startswith(BUSY_SQLITE)
    if isinstance(error, asyncpg.InternalClientError):
        return True  # the connection broke off in the middle of a statement
    if isinstance(error, asyncpg.InterfaceError):
        return "closed" in str(error)
    if isinstance(error, asyncpg.PostgresError | adbc_driver_manager.Error):
        state = str(getattr(error, "sqlstate", None) or "")
        return state.startswith(OUT_OF_SERVICE) or any(sign in str(error).lower() for sign in NO_CONNECTION)
    return isinstance(error, UNREACHABLE)
