"""The driver beneath a connection of SQLAlchemy, and its errors as SQLAlchemy tells them."""

from typing import Any, cast

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection


def adapted_of(connection: AsyncConnection) -> Any:
    """What SQLAlchemy made of the driver's connection. It is there since the connection is open: nothing is awaited."""
    return cast(Any, connection.sync_connection).connection


def driver_of(connection: AsyncConnection) -> Any:
    """The driver's own connection."""
    return adapted_of(connection).driver_connection


def told(connection: AsyncConnection, statement: str, error: Exception) -> BaseException:
    """An error of the driver as SQLAlchemy would have raised it; any other as it is."""
    dialect = cast(Any, connection.dialect)
    named = error
    if dialect.name != "sqlite":
        try:
            adapted_of(connection).dbapi_connection._handle_exception(error)  # it has no other way to say what it is
        except Exception as translated:  # noqa: BLE001  it raises whatever it makes of the error
            named = translated
    if not isinstance(named, dialect.dbapi.Error):
        return named
    return DBAPIError.instance(statement, None, named, dialect.dbapi.Error, hide_parameters=True, dialect=dialect)
