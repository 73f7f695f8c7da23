"""The loop of a server that does jobs: a large write goes on after its answer, and after a kill."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from resolvers.operation.viewer import Role
from schema.schema import schema
from server import job_loop
from server.app import create_app
from server.settings import Settings
from tests.builders import Shop, open_shop
from tests.server.conftest import token_of

TAG = """mutation { setCustomersTags(target: {filter: {}}, add: ["tea"]) {
    ... on BulkDone { job { id status done total } } } }"""
STATE = "query ($id: ID!) { job(id: $id) { status done total finishedAt } }"


@pytest.fixture
async def crowd(sqlite_database: Any, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop with more customers than one call changes."""
    monkeypatch.setattr("resolvers.large_writes.MOST_IN_A_CALL", 30)
    monkeypatch.setattr(job_loop, "LOOKS_EVERY_SECONDS", 0.01)
    shop = await open_shop(sqlite_database)
    for n in range(600):
        shop.customer(f"N{n:03}")
    await shop.save()
    return shop


def asked(client: TestClient, token: str, query: str, **variables: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post("/graphql", json={"query": query, "variables": variables}, headers=headers).json()
    assert "errors" not in answer, answer
    return answer["data"]


def until_over(client: TestClient, token: str, id_: str) -> Any:
    """The job as it is in the end: each answer may tell of more that is done, and none is a kept one."""
    job: Any = {"status": "QUEUED"}
    while job["status"] in ("QUEUED", "RUNNING"):
        job = asked(client, token, STATE, id=id_)["job"]
    return job


async def test_a_server_does_the_job_that_its_answer_tells_of(crowd: Shop, settings: Settings) -> None:
    token = token_of(settings, crowd, role=Role.MANAGER)
    with TestClient(create_app(settings, schema), base_url="http://127.0.0.1:8000") as client:
        job = asked(client, token, TAG)["setCustomersTags"]["job"]
        assert (job["total"], job["done"]) == (600, 0)
        over = until_over(client, token, job["id"])
        assert (over["status"], over["done"]) == ("DONE", 600)
        tagged = asked(client, token, '{ customers(filter: {tags: ["tea"]}) { totalCount } }')
        assert tagged["customers"] == {"totalCount": 600}


async def test_a_server_that_starts_goes_on_with_what_waits(
    crowd: Shop, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = token_of(settings, crowd, role=Role.MANAGER)
    with monkeypatch.context() as silent:
        silent.setattr(job_loop, "LOOKS_EVERY_SECONDS", 3_600)
        with TestClient(create_app(settings, schema), base_url="http://127.0.0.1:8000") as client:
            job = asked(client, token, TAG)["setCustomersTags"]["job"]
    with TestClient(create_app(settings, schema), base_url="http://127.0.0.1:8000") as client:
        over = until_over(client, token, job["id"])
        assert (over["status"], over["done"]) == ("DONE", 600)
