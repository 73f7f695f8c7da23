"""The statements that run on a store, whichever way they go to its driver."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import event

from models.compiled import CompiledStatement
from models.database import Database
from models.transaction import OpenTransaction


@contextmanager
def running_statements(database: Database) -> Generator[list[str]]:
    """The texts of those that run meanwhile."""
    ran: list[str] = []
    send = OpenTransaction.sent

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        ran.append(statement)

    async def noted(self: OpenTransaction, made: CompiledStatement, params: Mapping[str, Any]) -> Sequence[Any]:
        ran.append(made.text)
        return await send(self, made, params)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        with patch.object(OpenTransaction, "sent", noted):
            yield ran
    finally:
        event.remove(engine, "before_cursor_execute", note)
