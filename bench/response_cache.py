"""How long the Customer 360 takes when its answer is kept, against when it is executed; through the whole application.

    python bench/response_cache.py [STORE] [BUSINESS]

STORE is a URL as in DATABASE_URL, the demo's file unless given. The application is called in this process, without a
network: token, limits, headers and the log line are part of both sides. Reports are warm on both sides too. The ratio
is of medians of one run, the milliseconds are for orientation.
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
from pydantic import SecretStr
from sqlalchemy import text

from models.database import Database
from resolvers.businesses import businesses
from resolvers.viewer import Role, Viewer
from server.app import create_app
from server.auth import token_for
from server.settings import Settings

ROUNDS = 100
PAGE = Path(__file__).parents[1] / "server" / "examples" / "3_one_customer.graphql"
QUERY = (
    """query Customer360($number: String!) { customer(by: { number: $number }) { ...Page } }
"""
    + PAGE.read_text(encoding="utf-8").partition("fragment Page")[1]
    + PAGE.read_text().partition("fragment Page")[2]
)

Asks = Callable[[], Awaitable[tuple[dict[str, str], Any]]]


def asking(app: Any, token: str, number: str) -> Asks:
    """Sends the request to the application, and gives the headers and the content of its answer."""
    body = orjson.dumps({"query": QUERY, "variables": {"number": number}})
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


async def timed(settings: Settings, viewer: Viewer, number: str) -> tuple[float, Any, bool]:
    """The median of some requests under these settings, the data, and whether the answer had an ETag."""
    app = create_app(settings)
    ask = asking(app, token_for(viewer, settings, datetime.now(UTC), timedelta(hours=1)), number)
    async with app.router.lifespan_context(app):
        headers, body = await ask()
        took: list[float] = []
        for _ in range(ROUNDS):
            started = perf_counter()
            headers, body = await ask()
            took.append(perf_counter() - started)
    return median(took), orjson.loads(body)["data"], "etag" in headers


async def best_customer(database: Database, business_id: int) -> str:
    """The number of the customer with the most sales."""
    statement = """SELECT number FROM customer WHERE id = (SELECT customer_id FROM sale WHERE business_id = :business
        AND customer_id IS NOT NULL GROUP BY customer_id ORDER BY count(*) DESC, customer_id LIMIT 1)"""
    async with database.reading() as connection:
        return (await connection.execute(text(statement), {"business": business_id})).scalar_one()


async def main(url: str, name: str | None) -> None:
    """Measure and print."""
    database = Database(url)
    business = next(row for row in await businesses(database) if name in (None, row.name))
    number = await best_customer(database, business.id)
    kind = database.url.get_backend_name()
    await database.close()
    viewer = Viewer("bench", Role.ADMIN, business.id, None, True)
    settings = Settings(
        database_url=url, secret_key=SecretStr(secrets.token_urlsafe(48)), log_level="warning", rate_limit=None
    )
    executed, data, has_tag = await timed(settings.model_copy(update={"response_cache_bytes": 0}), viewer, number)
    assert not has_tag
    kept, same, has_tag = await timed(settings, viewer, number)
    assert has_tag
    assert same == data
    print(f"Customer 360 on {kind}: a kept answer is {executed / kept:.0f} x faster than an executed one")
    print(f"  executed {executed * 1000:.2f} ms, kept {kept * 1000:.3f} ms, medians of {ROUNDS}")


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(main(given[0] if given else "sqlite:///var/customer-api.db", given[1] if len(given) > 1 else None))
