import asyncio
import json
import logging
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from server.http import requests
from server.http.errors import BadRequest
from tests.server.conftest import Caller, runs

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"


def code(response: Any) -> str:
    (error,) = response.json()["errors"]
    return error["extensions"]["code"]


def events(caplog: pytest.LogCaptureFixture, name: str) -> list[dict[str, Any]]:
    logged: list[Any] = [record.msg for record in caplog.records]
    return [event for event in logged if isinstance(event, dict) and event["event"] == name]


def test_answers_come_in_the_form_that_was_asked_for(ask: Caller) -> None:
    for accept, form in (
        (GRAPHQL, GRAPHQL),
        (JSON, JSON),
        ("*/*", JSON),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON};q=0.5, {GRAPHQL}", GRAPHQL),
        ("text/plain, application/*;q=0.1", JSON),
        (f"{JSON};q=0, */*;q=0.5", GRAPHQL),
        ("", JSON),
    ):
        response = ask("{ role }", accept=accept)
        assert response.headers["content-type"] == f"{form}; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"


def test_an_unknown_form_is_refused(ask: Caller) -> None:
    assert ask("{ role }", accept="application/xml").status_code == 406


def test_a_get_asks(client: TestClient, token: str) -> None:
    parameters = {"query": "query($d: Date!) { day(of: $d) }", "variables": '{"d": "2026-01-31"}', "operationName": ""}
    response = client.get("/graphql", params=parameters, headers={"Authorization": f"Bearer {token}", "Accept": JSON})

    assert response.json()["data"] == {"day": "2026-01-31"}


def test_a_get_does_not_write(client: TestClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Accept": JSON}
    response = client.get("/graphql", params={"query": "mutation { write }"}, headers=headers)

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


def test_nor_does_a_head(client: TestClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Accept": JSON}

    assert client.head("/graphql", params={"query": "mutation { write }"}, headers=headers).status_code == 405
    assert client.head("/graphql", params={"query": "{ role }"}, headers=headers).status_code == 200


def test_other_methods_are_refused(client: TestClient) -> None:
    assert client.put("/graphql").status_code == 405


def test_what_writes_never_runs_twice(ask: Caller) -> None:
    assert ask("mutation { movingWrite }").json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert runs == ["moving write"]


def test_a_post_writes(ask: Caller) -> None:
    assert ask("mutation { write }").json()["data"] == {"write": True}


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
        ("application/json; charset=latin-1", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
def test_only_json_is_taken(client: TestClient, token: str, content_type: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}

    assert client.post("/graphql", content=b'{"query": "{ role }"}', headers=headers).status_code == status


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is not JSON"),
        (b"{", "the body is not JSON"),
        (b'{"query": "\xff"}', "the body is not JSON"),
        (b'"{ role }"', "the body must be a JSON object"),
        (b'[{"query": "{ role }"}]', "batches are not taken"),
        (b"{}", "query is missing"),
        (b'{"query": ""}', "query is missing"),
        (b'{"query": {}}', "query must be a text"),
        (b'{"query": "{ role }", "variables": []}', "variables must be an object"),
        (b'{"query": "{ role }", "variables": "{}"}', "variables must be an object"),
        (b'{"query": "{ role }", "operationName": 1}', "operationName must be a text"),
        (b'{"query": "{ role }", "extensions": "x"}', "extensions must be an object"),
        (b"[" * 100_000, "the body is not JSON"),
    ],
)
def test_what_is_wrong_with_a_body_is_said(client: TestClient, token: str, body: bytes, message: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": JSON, "Accept": GRAPHQL}
    response = client.post("/graphql", content=body, headers=headers)

    assert response.status_code == 400
    assert response.json()["errors"][0]["message"].startswith(message)
    assert code(response) == "BAD_USER_INPUT"


def test_a_large_body_is_refused(ask: Caller) -> None:
    assert ask("{ role }" + " " * 1024 * 1024).status_code == 413


async def test_a_body_that_does_not_arrive_ends() -> None:
    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"application/json")]}

    async def never() -> Any:
        await asyncio.Event().wait()

    with pytest.raises(BadRequest) as refusal:
        await requests.asked_by(Request(scope, never), 0.01)
    assert refusal.value.status == 408


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ role", "GRAPHQL_PARSE_FAILED"),
        ("{" * 20_000, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ('{ day(of: "31/01/2026") }', "GRAPHQL_VALIDATION_FAILED"),
        ("fragment F on Query { role }", "BAD_USER_INPUT"),
        ("query A { role } query B { role }", "BAD_USER_INPUT"),
        ("subscription { role }", "BAD_USER_INPUT"),
    ],
)
def test_documents_that_cannot_be_executed_are_refused(ask: Caller, query: str, expected: str) -> None:
    response = ask(query)

    assert response.status_code == 400
    assert code(response) == expected
    assert "data" not in response.json()


def test_by_the_older_form_a_refused_document_is_a_good_response(ask: Caller) -> None:
    response = ask("{ nothing }", accept=JSON)

    assert response.status_code == 200
    assert "data" not in response.json()


def test_a_syntax_error_is_located(ask: Caller) -> None:
    (error,) = ask("{ role }}").json()["errors"]

    assert error["locations"] == [{"line": 1, "column": 9}]


def test_the_operation_is_chosen_by_its_name(ask: Caller) -> None:
    document = "query A { role } query B { business }"

    assert ask(document, operationName="B").json()["data"] == {"business": "Corner Shop"}
    response = ask(document, operationName="C")
    assert 'no operation "C", its operations: A, B' in response.json()["errors"][0]["message"]


def test_a_variable_that_does_not_fit_is_bad_input(ask: Caller) -> None:
    for variables in ({"d": "2026-02-30"}, {"d": 7}, {}):
        response = ask("query($d: Date!) { day(of: $d) }", variables=variables)

        assert response.status_code == 400
        assert code(response) == "BAD_USER_INPUT"
        assert "data" not in response.json()


def test_a_refusal_keeps_its_message_and_the_rest_its_answer(ask: Caller, shop: Any) -> None:
    response = ask('{ role failing(how: "refusal") }')

    assert response.status_code == 200
    assert response.json() == {
        "data": {"role": f"MANAGER of {shop.id}", "failing": None},
        "errors": [
            {
                "message": "days must be 1 or more",
                "locations": [{"line": 1, "column": 8}],
                "path": ["failing"],
                "extensions": {"code": "BAD_USER_INPUT"},
            }
        ],
        "extensions": {"cost": {"requested": 10, "budget": 100_000, "remaining": None}},
    }


@pytest.mark.parametrize("query", ['{ failing(how: "bug") }', '{ failing(how: "argument") }', "{ number }"])
def test_a_mistake_of_ours_is_masked_and_logged_under_its_id(
    ask: Caller, query: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = ask(query)
    (error,) = response.json()["errors"]

    assert error["extensions"]["code"] == "INTERNAL"
    assert error["message"] == f"Something went wrong here; tell support this id: {error['extensions']['id']}"
    assert "secret" not in response.text
    (logged,) = events(caplog, "unexpected error")
    assert logged["id"] == error["extensions"]["id"]
    assert isinstance(logged["exc_info"], Exception)


def test_a_lost_store_is_unavailable(ask: Caller) -> None:
    for accept in (GRAPHQL, JSON):
        response = ask('{ failing(how: "outage") }', accept=accept)

        assert response.status_code == 503
        assert int(response.headers["retry-after"]) > 0
        assert code(response) == "UNAVAILABLE"
        assert "connection" not in response.text


def test_an_operation_whose_snapshot_moved_runs_once_more(ask: Caller) -> None:
    assert ask("{ moving }").json()["data"] == {"moving": "run 2"}


def test_but_not_for_ever(ask: Caller) -> None:
    assert code(ask("{ moving(always: true) }")) == "INTERNAL"
    assert len(runs) == 2


def test_an_operation_is_logged_without_what_it_asked(ask: Caller, caplog: pytest.LogCaptureFixture) -> None:
    ask('query Days($d: Date!) { day(of: $d) failing(how: "refusal") }', variables={"d": "2026-01-31"})

    (logged,) = events(caplog, "operation")
    assert logged["name"] == "Days"
    assert logged["errors"] == ["BAD_USER_INPUT"]
    assert "2026-01-31" not in str(logged)
    assert logging.getLogger("strawberry.execution").disabled


def test_what_is_asked_is_not_reflected_as_markup(ask: Caller) -> None:
    response = ask("{ <script> }")

    assert response.headers["content-type"].startswith(GRAPHQL)
    assert response.headers["x-content-type-options"] == "nosniff"
    assert json.loads(response.content)
