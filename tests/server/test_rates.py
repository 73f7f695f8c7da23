"""The bucket of a token: what it spends of its points, in memory and in Redis."""

import os
import time
from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import redis
from graphql import GraphQLError
from pydantic import SecretStr
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from resolvers.operation.viewer import Role, Viewer
from server.http import rates
from server.http.rates import Rates, bucket_of
from server.settings import Settings, SettingsError, load_settings
from tests.conftest import REQUIRE_SERVICES, missing
from tests.server.conftest import SECRET, caller, token_of
from tests.server.test_graphql import code

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")  # noqa: TID251
NOBODY = "redis://127.0.0.1:9"
GRAPHQL = "application/graphql-response+json"


@pytest.fixture
def redis_url() -> str:
    """A Redis that answers."""
    client: Any = redis.Redis.from_url(REDIS, socket_connect_timeout=1)  # pyright: ignore[reportUnknownMemberType]
    try:
        client.ping()
    except (OSError, redis.exceptions.RedisError):
        missing(f"no Redis answers at TEST_REDIS_URL ({REDIS})", REQUIRE_SERVICES)
    finally:
        client.close()
    return REDIS


@pytest.fixture(params=["memory", "redis"])
async def buckets(request: pytest.FixtureRequest) -> AsyncGenerator[Rates]:
    """Buckets of 100 points a minute."""
    made = Rates(100, request.getfixturevalue("redis_url") if request.param == "redis" else None)
    yield made
    await made.close()


@pytest.fixture
def bearer() -> str:
    """The bucket of somebody who was not there before: Redis remembers."""
    return str(uuid4())


async def test_points_are_spent(buckets: Rates, bearer: str) -> None:
    assert [await buckets.spend(bearer, 30) for _ in range(3)] == [70, 40, 10]


async def test_who_has_spent_them_waits(buckets: Rates, bearer: str) -> None:
    await buckets.spend(bearer, 90)

    with pytest.raises(GraphQLError) as refusal:
        await buckets.spend(bearer, 30)

    assert refusal.value.extensions is not None
    assert refusal.value.extensions["code"] == "RATE_LIMITED"
    assert 50 <= refusal.value.extensions["retryAfter"] <= 61
    assert "10 of 100 a minute are left" in refusal.value.message


async def test_what_is_refused_costs_nothing(buckets: Rates, bearer: str) -> None:
    await buckets.spend(bearer, 90)
    for _ in range(3):
        with pytest.raises(GraphQLError):
            await buckets.spend(bearer, 30)

    assert await buckets.spend(bearer, 10) == 0


async def test_each_bearer_has_its_own(buckets: Rates, bearer: str) -> None:
    await buckets.spend(bearer, 100)

    assert await buckets.spend(str(uuid4()), 1) == 99


async def test_a_clock_that_is_set_back_closes_no_bucket(bearer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    buckets, now = Rates(100), time.time
    await buckets.spend(bearer, 100)
    monkeypatch.setattr(time, "time", lambda: now() - 3_600)

    assert await buckets.spend(bearer, 30) == 70, "the window would last an hour more"
    with pytest.raises(GraphQLError) as refusal:
        await buckets.spend(bearer, 80)
    assert refusal.value.extensions is not None
    assert refusal.value.extensions["retryAfter"] <= 61


async def test_processes_share_redis(redis_url: str, bearer: str) -> None:
    here, there = Rates(100, redis_url), Rates(100, redis_url)

    assert (await here.spend(bearer, 40), await there.spend(bearer, 40)) == (60, 20)
    await here.close()
    await there.close()


async def test_without_an_answer_of_redis_each_process_counts(bearer: str) -> None:
    lonely = Rates(100, NOBODY)

    with capture_logs() as logged:
        assert [await lonely.spend(bearer, 40) for _ in range(2)] == [60, 20]
        with pytest.raises(GraphQLError):
            await lonely.spend(bearer, 40)
    assert [event["event"] for event in logged] == ["redis does not answer: rates are kept by each process"]
    await lonely.close()


async def test_redis_is_asked_again_after_a_while(redis_url: str, bearer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "REDIS_PAUSE_SECONDS", 0)
    returning, other = Rates(100, NOBODY), Rates(100, redis_url)
    await returning.spend(bearer, 40)
    await returning.close()
    returning._redis = rates._redis(redis_url)  # pyright: ignore[reportPrivateUsage]

    assert await returning.spend(bearer, 10) == 90
    assert await other.spend(bearer, 10) == 80
    await returning.close()
    await other.close()


def test_a_bucket_is_of_a_subject_in_a_business() -> None:
    ann = Viewer("ann@example.com", Role.STAFF, 1)

    assert len(bucket_of(ann)) == 32
    assert "ann" not in bucket_of(ann)
    assert bucket_of(ann) == bucket_of(replace(ann, role=Role.VIEWER, pii=True))
    others = (replace(ann, business_id=2), replace(ann, subject="ben"), Viewer("1 ann@example.com", Role.STAFF, 1))
    assert len({bucket_of(ann), *map(bucket_of, others)}) == 4


def test_another_token_of_the_same_bearer_is_no_other_bucket(
    limited: TestClient, settings: Settings, shop: Any
) -> None:
    padded = token_of(settings, shop) + "="
    tokens = (token_of(settings, shop), padded, token_of(settings, shop, role=Role.ADMIN), token_of(settings, shop))
    statuses = [
        limited.post("/graphql", json={"query": "{ role business }"}, headers={"Authorization": f"Bearer {token}"})
        for token in tokens
    ]

    assert [answer.status_code for answer in statuses if answer.status_code != 401][-1] == 429


@pytest.fixture
def limited(settings: Settings, shop: Any) -> Generator[TestClient]:
    """A client of a server where each token has 30 points a minute."""
    with caller(settings.model_copy(update={"rate_limit": 30})) as client:
        yield client


def test_a_request_beyond_the_bucket_is_told_when_to_come_again(
    limited: TestClient, settings: Settings, shop: Any
) -> None:
    mine, other = token_of(settings, shop), token_of(settings, shop, subject="ben")

    def ask(query: str, accept: str = GRAPHQL, token: str = mine) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Accept": accept}
        return limited.post("/graphql", json={"query": query}, headers=headers)

    assert ask("{ role business }").json()["extensions"]["cost"] == {"requested": 10, "budget": 30, "remaining": 20}
    assert ask('{ role business moving day(of: "2026-01-31") }').json()["extensions"]["cost"]["remaining"] == 0

    for accept in (GRAPHQL, "application/json"):
        refused = ask("{ role }", accept)
        assert refused.status_code == 429
        assert code(refused) == "RATE_LIMITED"
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        assert "data" not in refused.json()
        assert refused.json()["extensions"]["cost"] == {"requested": 5, "budget": 30, "remaining": 0}
    assert ask("{ role }", token=other).status_code == 200


def test_what_one_bucket_never_holds_is_too_costly(limited: TestClient, settings: Settings, shop: Any) -> None:
    headers = {"Authorization": f"Bearer {token_of(settings, shop)}", "Accept": GRAPHQL}
    query = "{ " + " ".join(f"a{i}: role" for i in range(7)) + " }"

    assert code(limited.post("/graphql", json={"query": query}, headers=headers)) == "TOO_COSTLY"


def test_documents_that_are_refused_spend_too(limited: TestClient, settings: Settings, shop: Any) -> None:
    headers = {"Authorization": f"Bearer {token_of(settings, shop)}", "Accept": GRAPHQL}
    statuses = [limited.post("/graphql", json={"query": "{ no }"}, headers=headers).status_code for _ in range(4)]

    assert statuses == [400, 400, 400, 429]


def test_settings_of_rates_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///shop.db")
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("REDIS_URL", "http://:geheim@redis")
    with pytest.raises(SettingsError, match="REDIS_URL must be redis://"):
        load_settings()
    monkeypatch.setenv("REDIS_URL", "redis://:geheim@redis:6379/0")

    assert load_settings().redis_url == SecretStr("redis://:geheim@redis:6379/0")
    assert "geheim" not in repr(load_settings())
