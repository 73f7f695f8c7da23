"""Whether the time of an answer tells whose contact it is: 1,000 registrations of known, of inactive, of new contacts.

    python -m bench.codes_timing [REGISTRATIONS]

The whole application is called in this process over a SQLite store of its own, and codes leave meanwhile to a mail
server. They take turns in an order by chance. What is answered has to be the same; then it prints how long each kind
took, and how often one of the kind took longer than a new one: 50 % is a coin. The control are other new contacts. That
they take the same statements is a test: tests/schema/test_registration.py.
"""

import asyncio
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import orjson
from numpy import searchsorted, sort
from pydantic import SecretStr
from sqlalchemy import update

from models.businesses import Business
from models.database import Database, table
from models.migrate import migrate
from resolvers.operation.ids import global_id, use_ids_of
from schema.schema import schema
from server.app import create_app
from server.settings import Settings
from tests.builders import Shop, open_shop
from tests.mailbox import mailbox_open

KINDS = ("known", "inactive", "new", "control")
REGISTER = """mutation ($id: ID!, $email: String!) { registerCustomer(input: {business: $id, firstName: "Kim",
    email: $email}) { __typename ... on CodeSent { message ticket } } }"""


async def made_shop(database: Database, each: int) -> Shop:
    """A shop with as many known customers, half of them not active, where customers may register themselves."""
    shop = await open_shop(database)
    for kind in ("known", "inactive"):
        for place in range(each):
            email = f"{kind}{place}@example.com"
            shop.customer(f"{kind}{place}", first_name="Kim", email=email, is_active=kind == "known")
    await shop.save()
    async with database.transaction() as connection:
        await connection.execute(update(table(Business)).values(self_registration=True, codes_per_day=1_000_000))
    return shop


class Registering:
    """Registers contacts with an application, each from an address of its own."""

    def __init__(self, app: Any, shop: Shop) -> None:
        self._app = app
        self._business = global_id("Business", shop.id)

    async def __call__(self, email: str, address: str) -> tuple[float, Any]:
        """How long the answer took, and what it was."""
        variables = {"id": self._business, "email": email}
        body = orjson.dumps({"query": REGISTER, "variables": variables})
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        started = perf_counter()
        await self._app(_scope(address), receive, send)
        seconds = perf_counter() - started
        return seconds, orjson.loads(b"".join(message.get("body", b"") for message in sent[1:]))


def _scope(address: str) -> dict[str, Any]:
    return {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": "/graphql",
        "raw_path": b"/graphql", "query_string": b"", "client": (address, 50_000), "server": ("127.0.0.1", 80),
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
    }  # fmt: skip


async def measured(registering: Registering, each: int) -> dict[str, list[float]]:
    """The seconds of each kind; what is answered is the same but for the ticket, which is as long."""
    turns = [(kind, place) for kind in KINDS for place in range(each)]
    Random(16).shuffle(turns)
    seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    answers: set[bytes] = set()
    for turn, (kind, place) in enumerate(turns):
        took, answer = await registering(
            f"{kind}{place}@example.com", f"10.{turn >> 16}.{turn >> 8 & 255}.{turn & 255}"
        )
        seconds[kind].append(took)
        done = answer["data"]["registerCustomer"]
        answers.add(orjson.dumps({**answer, "data": {**done, "ticket": len(done["ticket"])}}))
    assert len(answers) == 1, answers
    return seconds


def longer(some: Sequence[float], others: Sequence[float]) -> float:
    """How often one of some is longer than one of the others."""
    ordered = sort(others)
    return float(sum(searchsorted(ordered, one) for one in some)) / len(some) / len(others)


def show(seconds: dict[str, list[float]]) -> None:
    """Print each distribution, and what it tells."""
    print(f"{'':10}{'p5':>9}{'p25':>9}{'median':>9}{'p75':>9}{'p95':>9}  longer than a new one")
    for kind, took in seconds.items():
        cuts = quantiles(took, n=20)
        shown = "".join(f"{cuts[place] * 1000:7.2f}ms" for place in (0, 4, 9, 14, 18))
        print(f"{kind:10}{shown}  " + ("" if kind == "new" else f"{longer(took, seconds['new']):.1%}"))


async def main(each: int) -> None:
    """Measure and print."""
    with TemporaryDirectory(prefix="codes-timing-") as folder, mailbox_open() as mailbox:
        url = f"sqlite:///{folder}/store.db"
        database = Database(url)
        await migrate(database)
        await use_ids_of(database)
        shop = await made_shop(database, each)
        settings = Settings(
            database_url=url,
            secret_key=SecretStr(secrets.token_urlsafe(48)),
            smtp_url=SecretStr(f"smtp://127.0.0.1:{mailbox.port}"),
            codes_from="codes@shop.example",
            log_level="warning",
        )
        app = create_app(settings, schema)
        async with app.router.lifespan_context(app):
            registering = Registering(app, shop)
            show(await measured(registering, each))
        print(f"{len(KINDS) * each:,} answers of the same bytes but for the ticket, which is as long")
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000))
