"""Answers /jobs/…: who has a link that holds gets what came of a job as a file."""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from resolvers.job_files import JobFileContent, job_file_behind
from resolvers.links import TAMPERED, LinkRefused
from resolvers.operation.services import Services

NO_STORE = {"Cache-Control": "no-store"}


class JobFiles:
    """Gives out what came of jobs as files."""

    def __init__(self, services: Services, clock: Callable[[], datetime]) -> None:
        self._services = services
        self._clock = clock

    async def answer(self, request: Request) -> Response:
        """The file of a link, or in plain words why there is none."""
        try:
            file = await self._file(request)
        except LinkRefused as refused:
            message = str(refused)
            return PlainTextResponse(f"{message[:1].upper()}{message[1:]}.", 403, NO_STORE)
        named = {"Content-Disposition": f'attachment; filename="{file.name}"'}
        return Response(file.content, 200, NO_STORE | named, file.media_type)

    async def _file(self, request: Request) -> JobFileContent:
        token = request.query_params.get("token", "")
        if not token.isascii():
            raise LinkRefused(TAMPERED)
        return await job_file_behind(self._services, request.path_params["file_name"], token, self._clock())
