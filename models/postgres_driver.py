"""PostgreSQL's driver, which says for whom a transaction is as it begins: one round trip instead of two."""

from typing import Any

from asyncpg import Connection


class ScopedConnection(Connection):
    """A connection whose next transaction begins with `scope`, statements that hold until its end."""

    scope = ""

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109  as the driver has it
        """Run a statement, or the one that begins a transaction."""
        if self.scope and query.startswith("BEGIN"):
            query, self.scope = query + self.scope, ""
        return await super().execute(query, *args, timeout=timeout)
