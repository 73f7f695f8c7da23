"""The application's page: built in web/, with what it has to know, and in demo mode with a token for each business."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from models.database import Database
from server.http.page import BUILT, CONFIG_PLACE, MISSING, data_block, demo_businesses, why_missing
from server.http.requests import GRAPHQL, HTML, JSON, wanted_form
from server.identity.provider_page import Provider, origin_of
from server.settings import Settings

APPLICATION = BUILT / "app"
APPLICATION_ASSETS = APPLICATION / "assets"
APPLICATION_DOCUMENTS = APPLICATION / "documents.json"
# The addresses that the application answers by itself, once it is loaded from one of them.
PATHS = (
    "/",
    "/segmentation",
    "/customers",
    "/customers/{number}",
    "/retention",
    "/lifetime-value",
    "/patterns",
    "/products",
    "/sales",
    "/acquisition",
    "/receivables",
    "/data-quality",
    "/sign-in",
)
# Its components write their style sheets under the nonce; style attributes and scripts in the page stay forbidden.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "font-src 'self'; connect-src {connections}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class ApplicationPage:
    """Answers a browser at the addresses of the application."""

    settings: Settings
    database: Database
    provider: Provider | None

    async def response(self, request: Request, now: datetime) -> Response:
        """The application as it is built now, or why it is not; a program is sent to /graphql."""
        return await self._page(now) if _is_browser(request) else RedirectResponse("/graphql")

    async def not_found(self, request: Request, now: datetime) -> Response:
        """The application, which says that there is no such page; a program is told where GraphQL is."""
        if _is_browser(request):
            return await self._page(now, 404)
        return PlainTextResponse("There is nothing at this address. GraphQL is answered at /graphql.\n", 404)

    async def _page(self, now: datetime, status: int = 200) -> Response:
        nonce = secrets.token_urlsafe(16)
        metadata = await self.provider.metadata() if self.provider else None
        headers = {
            "Content-Security-Policy": POLICY.format(nonce=nonce, connections=_connections(metadata)),
            "Cache-Control": "no-store",
            "Vary": "Accept",
        }
        page = APPLICATION / "index.html"
        if not page.is_file():
            return HTMLResponse(MISSING.format(reason=escape(why_missing())), status, headers)
        config = {
            "endpoint": "/graphql",
            "graphiql": self.settings.graphiql,
            "nonce": nonce,
            "businesses": await demo_businesses(self.settings, self.database, "application", now),
            "takesPastedTokens": self.settings.secret() is not None,
            "provider": self._provider(metadata),
        }
        html = page.read_text(encoding="utf-8")
        return HTMLResponse(html.replace(CONFIG_PLACE, data_block(config)), status, headers)

    def _provider(self, metadata: dict[str, Any] | None) -> dict[str, Any] | None:
        if self.provider is None:
            return None
        return {
            "clientId": self.settings.oidc_client_id,
            "scopes": self.settings.oidc_scopes,
            "token": self.settings.oidc_token,
            "metadata": metadata,
        }


def _is_browser(request: Request) -> bool:
    return wanted_form(request.headers, (JSON, GRAPHQL, HTML)) == HTML


def _connections(metadata: dict[str, Any] | None) -> str:
    """Where the page's scripts may ask: this server, and where the provider gives tokens."""
    return f"'self' {origin_of(metadata['token_endpoint'])}" if metadata else "'self'"
