"""Drops what a process kept from before somebody was erased, whichever process did that."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import structlog
from sqlalchemy import Select

from models.revision import erased_revisions
from resolvers.operation.services import Services
from server.http.documents import Documents
from server.http.responses import Responses
from server.meanwhile import look_for_ever, meanwhile

log = structlog.get_logger()

LOOKS_EVERY_SECONDS = 2.0


class Forgetting:
    """Looks whether anybody was erased; copies, reports, answers and documents of before are let go then."""

    def __init__(self, services: Services, responses: Responses, documents: Documents) -> None:
        self._services = services
        self._responses = responses
        self._documents = documents
        self._seen: dict[int, int] | None = None
        self._is_settled = True

    async def look(self) -> bool:
        """Forget what is of before an erasure that was not seen yet; the first look only sees. There is never more."""
        async with self._services.database.reading() as connection:
            rows = (await connection.execute(cast(Select[Any], erased_revisions()))).all()
        now: dict[int, int] = {row.id: row.erased_revision for row in rows}
        before, self._seen = self._seen, now
        for id_, revision in now.items():
            if before is not None and revision > before.get(id_, 0):
                await self._forget(id_, revision)
        if not self._is_settled:
            self._is_settled = await self._services.database.settle()
        return False

    async def _forget(self, business_id: int, revision: int) -> None:
        await self._services.forget(business_id)
        self._responses.forget(business_id, revision)
        self._documents.forget()  # their texts may have looked for somebody
        self._is_settled = False
        log.info("forgot what was kept from before an erasure", business=business_id, revision=revision)


@asynccontextmanager
async def forgetting(forgets: Forgetting) -> AsyncGenerator[None]:
    """Forget meanwhile."""
    await forgets.look()
    every = LOOKS_EVERY_SECONDS
    async with meanwhile(look_for_ever("erasures", forgets.look, every=every, first=every)):
        yield
