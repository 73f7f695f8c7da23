"""How large an answer may become, whatever its price said beforehand: it ends in one refusal, and others go on."""

import gc
from collections.abc import Generator
from typing import Any

import pytest
from starlette.testclient import TestClient

from analytics.copy.pinned import GivenUp
from analytics.history import first_facts
from models.database import Database
from resolvers.operation.context import Context
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from server.app import create_app
from server.settings import Settings
from tests.builders import NOW, Shop, open_shop
from tests.server.conftest import token_of

# What GraphQL's library made of fields that are cancelled before they begin, it lets go without a word.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

LOCAL: dict[str, Any] = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50_000)}
COHORTS = "{ retention(cohortPeriod: MONTH) { cohorts { key periods { period } } } }"


@pytest.fixture
async def long_shop(sqlite_database: Database) -> Shop:
    """A shop with a customer in 1990 and one today, and 100 with long notes."""
    made = await open_shop(sqlite_database, "Long Shop")
    made.sale("OLD", "1990-01-01", "10.00")
    made.sale("NEW", "2026-03-01", "10.00")
    for i in range(100):
        made.customer(f"C{i}", notes="n" * 1_000)
    await made.save()
    return made


@pytest.fixture
def ask_long(settings: Settings, long_shop: Shop) -> Generator[Any]:
    """Asks a server of the real schema whose operations cost at most 5,000 points and have at most 90,000 bytes."""
    limits = {"max_cost": 5_000, "max_answer": 90_000, "log_level": "error"}
    made: Any = create_app(settings.model_copy(update=limits))
    bearer = token_of(settings, long_shop.business, pii=True)
    headers = {"Authorization": f"Bearer {bearer}", "Accept": "application/graphql-response+json"}
    with TestClient(made, headers=headers, **LOCAL) as client:

        def ask(query: str) -> Any:
            return client.post("/graphql", json={"query": query})

        yield ask
    gc.collect()


def told(response: Any) -> tuple[int, str, str]:
    (error,) = response.json()["errors"]
    assert "data" not in response.json()
    return response.status_code, error["extensions"]["code"], error["message"]


def test_lists_that_facts_make_longer_than_their_price_said_are_refused(ask_long: Any) -> None:
    status, code, message = told(ask_long(COHORTS))

    assert (status, code) == (400, "TOO_COSTLY")
    assert message.startswith("the lists of the answer come to more than 5,000 entries: ask for a shorter period")
    years = ask_long(COHORTS.replace("MONTH", "YEAR")).json()["data"]["retention"]["cohorts"]
    assert [(cohort["key"], len(cohort["periods"])) for cohort in years][:2] == [("1990", 37), ("1991", 36)]
    one = ask_long('{ retention { cohorts(key: "1990-01") { size periods { period } } } }').json()["data"]
    assert len(one["retention"]["cohorts"][0]["periods"]) > 430


async def test_what_a_refused_operation_had_still_to_ask_is_not_asked(long_shop: Shop) -> None:
    services = Services(long_shop.database)
    context = Context(services, Viewer("ann", Role.MANAGER, long_shop.id), NOW)
    view = await context.facts()
    await view.fetch(first_facts(), {"as_of": 0})
    context.give_up()

    with pytest.raises(GivenUp):
        await view.fetch(first_facts(), {"as_of": 0})
    await context.close()
    await services.reports.close()


def test_an_answer_of_too_many_bytes_is_refused(ask_long: Any) -> None:
    message = "the answer has more than 90,000 bytes: ask for smaller pages or fewer fields (MAX_ANSWER)"

    assert told(ask_long("{ customers(first: 100) { nodes { number notes } } }")) == (400, "TOO_COSTLY", message)
    assert (
        len(ask_long("{ customers(first: 40) { nodes { number notes } } }").json()["data"]["customers"]["nodes"]) == 40
    )


def test_of_errors_of_each_object_the_first_hundred_are_told(ask_long: Any) -> None:
    fields = " ".join(f"a{i}: rfm(days: 0) {{ scoreCode }}" for i in range(2))
    errors = ask_long(f"{{ customers(first: 100) {{ nodes {{ {fields} }} }} }}").json()["errors"]

    assert len(errors) == 101
    assert errors[0]["path"] == ["customers", "nodes", 0, "a0"]
    assert errors[100] == {"message": "100 more errors are not told", "extensions": {"code": "BAD_USER_INPUT"}}
