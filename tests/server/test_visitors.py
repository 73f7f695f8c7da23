"""What is answered without a token: the mutations that are for everybody, and nothing else."""

from collections.abc import Generator
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from models.businesses import Business
from models.codes import code_attempt
from models.database import Database, table
from resolvers.operation.ids import global_id
from schema.schema import schema
from server.app import create_app
from server.identity.auth import NO_TOKEN
from server.settings import Settings
from tests.builders import Shop
from tests.schema.corner_shop import corner_shop
from tests.schema.mutations import OF_EVERYBODY, ROLES, mutation_calls
from tests.schema.writing import counters, everything
from tests.server.conftest import SECRET

WRONG_CODE = {"data": {"confirmContact": {"__typename": "InvalidInput"}}}


@pytest.fixture
async def corner(sqlite_database: Database) -> Shop:
    """The corner shop, where customers may register themselves."""
    shop = await corner_shop(sqlite_database)
    async with sqlite_database.transaction() as connection:
        await connection.execute(update(table(Business)).values(self_registration=True))
    return shop


@pytest.fixture
def mailing(sqlite_url: str) -> Settings:
    """Settings of a server that has a mail server, which nobody asks here."""
    return Settings(
        database_url=sqlite_url,
        secret_key=SECRET,  # pyright: ignore[reportArgumentType]
        smtp_url="smtp://127.0.0.1:1",  # pyright: ignore[reportArgumentType]
        codes_from="codes@shop.example",
        rate_limit=1_000,
        trusted_proxies="127.0.0.1",
    )


@pytest.fixture
def client(corner: Shop, mailing: Settings) -> Generator[TestClient]:
    """A client without a token."""
    app = create_app(mailing, schema)
    with TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50_000)) as made:
        yield made


def post(client: TestClient, query: str, address: str = "203.0.113.1", **parts: Any) -> Any:
    return client.post("/graphql", json={"query": query, **parts}, headers={"X-Forwarded-For": address})


def unauthenticated(answer: Any) -> bool:
    """Whether an answer says nothing but that a token is needed."""
    told = {"message": NO_TOKEN, "extensions": {"code": "UNAUTHENTICATED"}}
    return (answer.status_code, answer.json()) == (401, {"errors": [told]})


async def test_no_mutation_is_answered_without_a_token_but_those_for_everybody(
    client: TestClient, corner: Shop
) -> None:
    before, counted = await everything(corner.database), await counters(corner)
    for name, call in mutation_calls(corner).items():
        answer = post(client, f"mutation {{ {call} {{ __typename }} }}")
        assert unauthenticated(answer) is (name not in OF_EVERYBODY), (name, answer.text)
    assert mutation_calls(corner).keys() == ROLES.keys()
    after = await everything(corner.database)
    changed = {name for name in after if after[name] != before[name]}
    assert changed - {"business"} == {"code_attempt", "pending_registration", "ticket"}  # which counts the day's codes
    assert await counters(corner) == counted


def test_nothing_else_comes_with_them(client: TestClient, corner: Shop) -> None:
    calls = mutation_calls(corner)
    public, private = (f"{calls[name]} {{ __typename }}" for name in ("confirmContact", "createCustomer"))
    for document in (
        "{ viewer { role } }",
        "{ __schema { types { name } } }",
        "subscription { dataChanged { revision } }",
        f"mutation {{ {public} a: {private} }}",
        f"mutation ($no: Boolean = false) {{ {public} a: {private[:-14]} @include(if: $no) {{ __typename }} }}",
        f"mutation {{ {public} ...x }} fragment x on Mutation {{ {private} }}",
        f"mutation {{ {public} ... on Mutation {{ {private} }} }}",
        f"query q {{ viewer {{ role }} }} mutation {{ {public} }}",
        f"mutation {{ {calls['confirmContact']} {{ nothing }} }}",
        f"mutation {{ {public} nothing }}",
        f"mutation {{ {public}",
        "mutation { __typename }",
        f"mutation {{ {public} }} # {'x' * 10_000}",
    ):
        assert unauthenticated(post(client, document)), document
    answer = client.get("/graphql", params={"query": f"mutation {{ {public} }}"})
    assert unauthenticated(answer)
    named = post(client, f"query q {{ viewer {{ role }} }} mutation m {{ {public} }}", operationName="m")
    assert named.json()["data"] == WRONG_CODE["data"]
    spread = post(client, f"mutation {{ __typename ...x }} fragment x on Mutation {{ {public} }}")
    assert spread.json()["data"] == {"__typename": "Mutation", **WRONG_CODE["data"]}


def test_a_token_that_does_not_hold_is_refused_there_too(client: TestClient, corner: Shop) -> None:
    document = f"mutation {{ {mutation_calls(corner)['confirmContact']} {{ __typename }} }}"
    answer = client.post("/graphql", json={"query": document}, headers={"Authorization": "Bearer x"})
    assert answer.status_code == 401


def test_an_address_spends_what_a_token_would(client: TestClient, corner: Shop) -> None:
    document = f"mutation {{ {mutation_calls(corner)['confirmContact']} {{ __typename }} }}"
    (first, second) = (post(client, document).json()["extensions"]["cost"] for _ in range(2))
    assert first["remaining"] - second["remaining"] == first["requested"] > 0
    other = post(client, document, "203.0.113.2").json()["extensions"]["cost"]
    assert other["remaining"] == first["remaining"]


async def test_limits_are_of_the_address_that_a_proxy_tells(client: TestClient, corner: Shop) -> None:
    document = """mutation ($id: ID!) { registerCustomer(input: {business: $id, firstName: "N", email: "n@e.com"}) {
        __typename } }"""
    asked = {"variables": {"id": global_id("Business", corner.id)}}
    home = [post(client, document, f"2001:db8::{n}", **asked) for n in range(4)]  # one /64
    assert [answer.status_code for answer in home] == [200, 200, 200, 429]
    (error,) = home[3].json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert 0 < error["extensions"]["retryAfter"] <= 3_600
    assert home[3].headers["retry-after"] == str(error["extensions"]["retryAfter"])
    assert post(client, document, "2001:db8:0:1::1", **asked).status_code == 200
    async with corner.database.reading(corner.id) as connection:
        assert len((await connection.execute(select(code_attempt))).all()) == 4
