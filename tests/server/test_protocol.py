"""GraphQL over HTTP as the standards and their audit say."""

import gzip
import json
import os
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.settings import Settings
from tests.conftest import missing
from tests.server.conftest import Caller, caller, token_of
from tests.server.serving import served
from tests.server.test_graphql import code

GRAPHQL = "application/graphql-response+json"
AUDIT = Path(__file__).with_name("audit.mjs")
PACKAGES = ("graphql-http@1.23.1", "graphql@16.11.0")
AUDITS = 61
IN_CI = os.environ.get("CI") in ("1", "true")  # noqa: TID251


@pytest.fixture
def audited(request: pytest.FixtureRequest) -> Path:
    """A folder with the audit, kept from one run to the next."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        missing("no Node.js with npm here, which the audit of graphql-http needs", IN_CI)
    folder = request.config.cache.mkdir("graphql-http")  # pyright: ignore[reportOptionalMemberAccess]
    if not (folder / "node_modules" / "graphql-http").is_dir():
        (folder / "package.json").write_text('{"private": true}')
        install = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", *PACKAGES]
        done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
        if done.returncode:
            shutil.rmtree(folder / "node_modules", ignore_errors=True)
            missing(f"npm cannot install graphql-http: {done.stderr.strip()[-300:]}", IN_CI)
    shutil.copy(AUDIT, folder)
    return folder


@pytest.mark.parametrize("kind", ["tiny", "real"])
def test_the_audit_of_graphql_http_passes(
    settings: Settings, shop: Any, audited: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings) if kind == "real" else tiny_app(settings)
    with served(app) as port:
        command = ["node", AUDIT.name, f"http://127.0.0.1:{port}/graphql", token_of(settings, shop)]
        done = subprocess.run(command, cwd=audited, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)

    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == AUDITS


def tiny_app(settings: Settings) -> Any:
    from tests.server.conftest import tiny_schema  # noqa: PLC0415

    return create_app(settings, tiny_schema)


@pytest.fixture
def large(settings: Settings, shop: Any) -> Generator[TestClient]:
    """A client of a server with the real schema."""
    headers = {"Authorization": f"Bearer {token_of(settings, shop)}", "Accept": GRAPHQL}
    with TestClient(create_app(settings), headers=headers) as client:
        yield client


def raw(client: TestClient, query: str, encoding: str) -> tuple[Any, bytes]:
    request = client.build_request("POST", "/graphql", json={"query": query}, headers={"Accept-Encoding": encoding})
    response = client.send(request, stream=True)
    return response, b"".join(response.iter_raw())


def test_large_answers_are_compressed_for_those_who_take_it(large: TestClient) -> None:
    query = "{ __schema { types { name description } } }"
    plain, whole = raw(large, query, "identity")
    packed, short = raw(large, query, "gzip")

    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["vary"]
    assert json.loads(gzip.decompress(short)) == json.loads(whole)
    assert len(short) < len(whole) / 2


def test_small_ones_are_not(large: TestClient) -> None:
    response, body = raw(large, "{ viewer { role } }", "gzip")

    assert "content-encoding" not in response.headers
    assert json.loads(body)["data"]


def test_one_of_is_served(large: TestClient) -> None:
    def ask(query: str, **variables: Any) -> Any:
        return large.post("/graphql", json={"query": query, "variables": variables})

    told = ask('{ __type(name: "CustomerBy") { isOneOf inputFields { name } } }').json()
    assert told["data"]["__type"]["isOneOf"] is True
    assert ask('{ customer(by: { number: "7" }) { id } }').json()["data"] == {"customer": None}
    for refused in (
        ask('{ customer(by: { number: "7", email: "a@b.c" }) { id } }'),
        ask("{ customer(by: {}) { id } }"),
        ask("{ customer(by: { number: null }) { id } }"),
    ):
        assert {error["extensions"]["code"] for error in refused.json()["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}
    by_variable = "query ($by: CustomerBy!) { customer(by: $by) { id } }"
    assert code(ask(by_variable, by={"number": "7", "email": "a@b.c"})) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/graphql"],
)
def test_what_a_form_of_another_site_can_send_is_not_taken(client: TestClient, token: str, content_type: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type, "Accept": GRAPHQL}
    response = client.post("/graphql", content=b'{"query": "mutation { write }"}', headers=headers)

    assert response.status_code == 415
    assert code(response) == "BAD_USER_INPUT"


def test_several_operations_at_once_are_refused(client: TestClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Accept": GRAPHQL}
    for batch in ([], [{"query": "{ role }"}] * 2, [{"query": "{ role }"}] * 1_000):
        response = client.post("/graphql", json=batch, headers=headers)
        assert response.status_code == 400
        assert "send one operation a request" in response.text


def test_refusals_that_are_not_of_a_document_have_their_own_status(ask: Caller, settings: Settings, shop: Any) -> None:
    assert ask("{ role").status_code == 400
    assert ask("{ nothing }", accept="application/json").status_code == 200
    with caller(settings.model_copy(update={"rate_limit": 5})) as client:
        headers = {"Authorization": f"Bearer {token_of(settings, shop)}", "Accept": "application/json"}
        statuses = [client.post("/graphql", json={"query": "{ role }"}, headers=headers).status_code for _ in "ab"]
    assert statuses == [200, 429]
