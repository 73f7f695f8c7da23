"""The GraphiQL page: built in web/, opened with the examples, and in demo mode with a token for each business."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from models.database import Database
from resolvers.businesses import businesses
from resolvers.operation.viewer import Role, Viewer
from server.identity.auth import token_for
from server.settings import Settings

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "web" / "dist"
ASSETS = BUILT / "graphiql"
EXAMPLES = Path(__file__).parent / "examples"
CONFIG_PLACE = "<!--config-->"
TOKEN_LIFETIME = timedelta(hours=12)
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
MISSING = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Customer API</title></head><body>
<h1>The API is running; its pages for the browser are missing</h1>
<p>{reason}</p>
<p>Programs can ask it all the same: send operations to /graphql by POST.
To build the pages: <code>web/setup.sh</code></p>
</body></html>
"""


@dataclass(frozen=True)
class Example:
    """An operation that the page opens with; its name is the comment on its first line."""

    name: str
    query: str


def examples() -> list[Example]:
    """The operations that the page opens with, in the order of their files."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.graphql"))]
    return [
        Example(title.removeprefix("#").strip(), query) for title, _, query in (text.partition("\n") for text in texts)
    ]


class PageFiles(StaticFiles):
    """The page's scripts and styles. Their names change with their content; its workers obey the page's policy."""

    async def check_config(self) -> None:
        """Pages that are not built are not there; they may be built while the server runs."""
        if self.directory is None or not await run_in_threadpool(Path(self.directory).is_dir):
            raise HTTPException(404)

    def file_response(self, *args: Any, **options: Any) -> Response:
        """The file, to be kept by the browser."""
        response = super().file_response(*args, **options)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["Content-Security-Policy"] = POLICY
        return response


@dataclass(frozen=True)
class GraphiQLPage:
    """Answers a browser at /graphql."""

    settings: Settings
    database: Database

    async def response(self, now: datetime) -> HTMLResponse:
        """The page as it is built now, or why it is not."""
        page = BUILT / "graphiql" / "index.html"
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Vary": "Accept"}
        if not page.is_file():
            return HTMLResponse(MISSING.format(reason=escape(why_missing())), headers=headers)
        config = {
            "endpoint": "/graphql",
            "businesses": await demo_businesses(self.settings, self.database, "graphiql", now),
            "examples": [{"name": example.name, "query": example.query} for example in examples()],
        }
        html = page.read_text(encoding="utf-8").replace(CONFIG_PLACE, data_block(config))
        return HTMLResponse(html, headers=headers)


async def demo_businesses(settings: Settings, database: Database, subject: str, now: datetime) -> list[dict[str, str]]:
    """Every business of a demo store with a token for a page; nothing where the reader has to sign in."""
    if not settings.demo or settings.secret() is None:
        return []
    viewers = {
        shop.name: Viewer(subject=subject, role=Role.ADMIN, business_id=shop.id, pii=True)
        for shop in await businesses(database)
    }
    return [
        {"name": name, "token": token_for(viewer, settings, now, TOKEN_LIFETIME)} for name, viewer in viewers.items()
    ]


def why_missing() -> str:
    """Why the pages are not built, in words."""
    reason = BUILT / "MISSING.txt"
    return reason.read_text(encoding="utf-8").strip() if reason.is_file() else "It has not been built yet."


def data_block(config: dict[str, Any]) -> str:
    """What a page has to know, as an element that no policy takes for a script."""
    safe = orjson.dumps(config).decode().replace("<", "\\u003c")
    return f'<script type="application/json" id="config">{safe}</script>'
