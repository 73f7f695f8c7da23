"""How long a page of one customer takes when its answer is kept, against when it is executed, in the whole application.

    python bench/response_cache.py [STORE] [BUSINESS]

STORE is a URL as in DATABASE_URL, the demo's file unless given. The application is called in this process, without a
network: token, limits, headers and the log line are part of both sides. Reports are warm on both sides too. The ratio
is of medians of one run, in which they take turns of ten, the milliseconds are for orientation.
"""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import orjson
import uvloop
from pydantic import SecretStr
from sqlalchemy import make_url

from bench.page_of_customers import customer_360
from models.database import Database
from resolvers.businesses import businesses
from resolvers.operation.viewer import Role, Viewer
from server.app import create_app
from server.identity.auth import token_for
from server.settings import Settings

PAGE = Path(__file__).parent / "customer_360.graphql"  # out of web/dist/app/documents.json
ROUNDS = 200
TURN = 10
Asks = Callable[[], Awaitable[tuple[dict[str, str], Any]]]


def asking(app: Any, token: str, query: str, variables: dict[str, Any]) -> Asks:
    """Sends the request to the application, and gives the headers and the content of its answer."""
    body = orjson.dumps({"query": query, "variables": variables})
    headers = {"host": "localhost", "authorization": f"Bearer {token}", "content-type": "application/json"}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def ask() -> tuple[dict[str, str], Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await app(dict(scope), receive, send)
        answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return answered, b"".join(message.get("body", b"") for message in sent[1:])

    return ask


async def timed(ask: Asks) -> tuple[float, tuple[dict[str, str], Any]]:
    """How long an answer takes, and what it is."""
    started = perf_counter()
    answer = await ask()
    return perf_counter() - started, answer


async def turn(ask: Asks) -> tuple[list[float], tuple[dict[str, str], Any]]:
    """How long each of several answers takes, after one that finds the processor's caches full of the other side."""
    _, answer = await timed(ask)
    return [(await timed(ask))[0] for _ in range(TURN)], answer


def page_of_application(number: str) -> tuple[str, dict[str, Any]]:
    """The operation of the application's page of one customer, as it sends it."""
    today = datetime.now(UTC).date()
    year = {"start": str(today - timedelta(days=364)), "end": str(today)}
    return PAGE.read_text(encoding="utf-8"), {"number": number, "asOf": str(today), "year": year}


async def warm(ask: Asks, ask_again: Asks) -> None:
    """Ask until both sides answer alike and for good: not before they have fitted the model behind predictions."""
    while True:
        (_, body), (headers, same) = await ask(), await ask_again()
        if "etag" in headers and orjson.loads(same)["data"] == orjson.loads(body)["data"]:
            return
        await asyncio.sleep(0.5)


async def compare(what: str, ask: Asks, ask_again: Asks) -> None:
    """Measure and print one operation, executed and kept."""
    executed: list[float] = []
    kept: list[float] = []
    await warm(ask, ask_again)
    for _ in range(ROUNDS // TURN):  # in turns, so that a busy machine is as busy for both
        first, (headers, body) = await turn(ask)
        assert "etag" not in headers
        again, (headers, same) = await turn(ask_again)
        assert "etag" in headers
        assert orjson.loads(same)["data"] == orjson.loads(body)["data"]
        executed += first
        kept += again
    of_one, of_other = median(executed), median(kept)
    print(f"{what}: a kept answer is {of_one / of_other:.0f} x faster than an executed one")
    print(f"  executed {of_one * 1000:.2f} ms, kept {of_other * 1000:.3f} ms, medians of {ROUNDS}")


async def main(url: str, name: str | None) -> None:
    """Measure and print."""
    database = Database(url)
    business = next(row for row in await businesses(database) if name in (None, row.name))
    query, variables = await customer_360(database, business.id)
    await database.close()
    viewer = Viewer("bench", Role.ADMIN, business.id, None, True)
    settings = Settings(
        database_url=url, secret_key=SecretStr(secrets.token_urlsafe(48)), log_level="warning", rate_limit=None
    )
    token = token_for(viewer, settings, datetime.now(UTC), timedelta(hours=1))
    keeping, forgetting = create_app(settings), create_app(settings.model_copy(update={"response_cache_bytes": 0}))
    kind = make_url(url).get_backend_name()
    operations = {
        f"The application's Customer 360 on {kind}": page_of_application(variables["number"]),
        f"The example of one customer on {kind}": (query, variables),
    }
    async with keeping.router.lifespan_context(keeping), forgetting.router.lifespan_context(forgetting):
        for what, (text, given) in operations.items():
            await compare(what, *(asking(app, token, text, given) for app in (forgetting, keeping)))


if __name__ == "__main__":
    given = sys.argv[1:]
    uvloop.run(main(given[0] if given else "sqlite:///var/customer-api.db", given[1] if len(given) > 1 else None))
