"""Which pages of other sites may ask by a browser, and what they may read."""

from collections.abc import Generator
from typing import Any

import pytest
from starlette.testclient import TestClient

from server.settings import Settings, SettingsError, load_settings
from tests.server.conftest import caller

PAGE = "https://app.example"
CORS = "access-control-"


@pytest.fixture
def open_to_pages(settings: Settings, shop: Any) -> Generator[TestClient]:
    """A server that gives leave to two origins."""
    with caller(settings.model_copy(update={"allowed_origins": f"{PAGE}/, http://localhost:5173"})) as client:
        yield client


def told(response: Any) -> dict[str, str]:
    """What an answer says of leave."""
    return {name.removeprefix(CORS): text for name, text in response.headers.items() if name.startswith(CORS)}


def preflight(
    client: TestClient, path: str = "/graphql", origin: str = PAGE, method: str = "POST", **asked: str
) -> Any:
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    headers |= {f"Access-Control-Request-{name.title()}": text for name, text in asked.items()}
    return client.options(path, headers=headers)


@pytest.mark.parametrize("origin", [PAGE, "http://localhost:5173"])
def test_a_page_gets_leave_to_send_its_token(open_to_pages: TestClient, origin: str) -> None:
    leave = preflight(open_to_pages, origin=origin, headers="authorization,content-type,if-none-match,x-request-id")

    assert leave.status_code == 200
    assert told(leave) == {
        "allow-origin": origin,
        "allow-methods": "GET, POST",
        "allow-headers": "Accept, Accept-Language, Authorization, Content-Language, Content-Type, If-None-Match, "
        "X-Request-ID",
        "max-age": "7200",
    }
    assert "Origin" in leave.headers["Vary"]


def test_it_reads_the_answer_and_its_headers(open_to_pages: TestClient, token: str) -> None:
    headers = {"Origin": PAGE, "Authorization": f"Bearer {token}"}
    for answer in (
        open_to_pages.post("/graphql", json={"query": "{ role }"}, headers=headers),
        open_to_pages.post("/graphql", json={"query": "{ role }"}, headers={"Origin": PAGE}),  # 401 is read too
        open_to_pages.get("/exports/nothing", headers=headers),
    ):
        assert told(answer) == {
            "allow-origin": PAGE,
            "expose-headers": "Content-Disposition, ETag, Retry-After, WWW-Authenticate, X-Request-ID",
        }
        assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("origin", ["https://evil.example", "https://app.example.evil", "http://app.example", "null"])
def test_other_pages_get_none(open_to_pages: TestClient, token: str, origin: str) -> None:
    refused = preflight(open_to_pages, origin=origin)
    headers = {"Origin": origin, "Authorization": f"Bearer {token}"}
    answer = open_to_pages.post("/graphql", json={"query": "{ role }"}, headers=headers)

    assert refused.status_code == 400
    assert "allow-origin" not in told(refused) | told(answer)
    assert "allow-credentials" not in told(preflight(open_to_pages)) | told(answer)


@pytest.mark.parametrize(("method", "headers"), [("DELETE", ""), ("POST", "cookie"), ("POST", "x-other")])
def test_nobody_gets_leave_for_more(open_to_pages: TestClient, method: str, headers: str) -> None:
    assert preflight(open_to_pages, method=method, headers=headers).status_code == 400


@pytest.mark.parametrize("path", ["/", "/metrics", "/healthz", "/static/app/x.js"])
def test_there_is_leave_for_the_api_alone(open_to_pages: TestClient, path: str) -> None:
    assert told(preflight(open_to_pages, path)) == {}
    assert told(open_to_pages.get(path, headers={"Origin": PAGE}, follow_redirects=False)) == {}


def test_without_origins_there_is_none(client: TestClient) -> None:
    assert preflight(client).status_code == 405
    assert told(client.get("/graphql", headers={"Origin": PAGE})) == {}


@pytest.mark.parametrize(
    "wrong", ["*", "https://*.example", "app.example", "https://app.example/page", "https://[", "null"]
)
def test_what_is_no_origin_does_not_start(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", f"{PAGE},{wrong}")

    with pytest.raises(SettingsError, match="ALLOWED_ORIGINS must list origins"):
        load_settings()
