"""Pages of other sites: which may ask the API by a browser and read what it answers (CORS)."""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from resolvers.links import PATH

SENT = ("Authorization", "If-None-Match", "X-Request-ID")
READ = ("Content-Disposition", "ETag", "Retry-After", "WWW-Authenticate", "X-Request-ID")
KEPT_SECONDS = 7_200  # what a browser keeps of a leave at most


class OtherPages:
    """Gives the pages of these origins leave, for GraphQL and for files alone.

    Their token is all that they may send of who they are: no cookie is ever looked at, so none is let through.
    """

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self._app = app
        self._with_leave = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST"),
            allow_headers=SENT,
            expose_headers=READ,
            max_age=KEPT_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer whether it may come."""
        is_open = scope["type"] == "http" and (scope["path"] == "/graphql" or scope["path"].startswith(PATH))
        await (self._with_leave if is_open else self._app)(scope, receive, send)
