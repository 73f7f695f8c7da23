"""The commands for endpoints and events."""

import asyncio
from collections.abc import Generator

import orjson
import pytest
from typer.testing import CliRunner

from models.database import Database
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from server.commands.command_line import cli
from server.identity.keys import sealing_of
from server.settings import load_settings
from tests.builders import open_shop
from tests.schema.conftest import Asker
from tests.schema.writing import named
from tests.server.conftest import SECRET
from tests.server.receiving import ToldAnswer, WebhookReceiver, receiving

SAVE = """mutation ($url: String!) { saveWebhookEndpoint(input: {url: $url, types: ["customer.updated"]}) {
    ... on WebhookEndpointPayload { endpoint { id } } } }"""


@pytest.fixture
def receiver() -> Generator[WebhookReceiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def endpoint(sqlite_url: str, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of an endpoint of a shop in which two things have happened."""
    for name, value in (("DATABASE_URL", sqlite_url), ("SECRET_KEY", SECRET), ("WEBHOOK_PRIVATE_HOSTS", "127.0.0.1")):
        monkeypatch.setenv(name, value)

    async def make() -> str:
        services = Services(Database(sqlite_url), sealing=sealing_of(load_settings()))
        services.courier.private_hosts = frozenset(("127.0.0.1",))  # pyright: ignore[reportAttributeAccessIssue]
        shop = await open_shop(services.database)
        shop.customer("ANN")
        await shop.save()
        ask = Asker(services, Viewer("ann", Role.ADMIN, shop.id))
        made = (await ask(SAVE, url=receiver.url))["saveWebhookEndpoint"]["endpoint"]["id"]
        await named(ask, "A")
        await named(ask, "B")
        await services.close()
        return made

    return asyncio.run(make())


def command(*words: str) -> str:
    """What a command writes, on its one line where it fails."""
    result = CliRunner().invoke(cli, words)
    assert result.exit_code in (0, 1), result.output
    return result.output.strip()


def test_endpoints_are_listed_tested_and_disabled(endpoint: str, receiver: WebhookReceiver) -> None:
    assert command("webhooks", "list") == f"{endpoint}  {receiver.url}  customer.updated  active"
    assert command("webhooks", "test", endpoint).startswith("Delivered: answer 204 in ")
    assert orjson.loads(receiver.came[0].body) | {"timestamp": ""} == {
        "type": "webhook.test", "timestamp": "", "data": {"id": endpoint},
    }  # fmt: skip
    receiver.answer = lambda _: ToldAnswer(500)
    assert command("webhooks", "test", endpoint) == "Error: not delivered: status, answer 500"
    assert command("webhooks", "disable", endpoint, "--reason", "It moves").startswith("It is told no more.")
    assert command("webhooks", "list").endswith("inactive: It moves")
    assert command("webhooks", "disable", endpoint) == "Error: there is no such endpoint that is active"
    assert command("webhooks", "retry", endpoint).startswith(f'Error: "{endpoint}" is the id of a WebhookEndpoint')


def test_events_are_written_each_with_the_cursor_after_it(endpoint: str) -> None:
    assert endpoint
    (first, body), (second, _) = (line.split("\t") for line in command("events").splitlines())
    assert orjson.loads(body)["type"] == "customer.updated"
    assert command("events", "--after", first).startswith(second)
    assert command("events", "--after", second) == ""
    assert command("events", "--after", "nonsense").startswith('Error: "nonsense" is not a cursor')
