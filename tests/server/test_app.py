import asyncio
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import jwt
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient, WebSocketDenialResponse

from models.database import Database
from models.migrate import migrate
from resolvers.businesses import ensure_business
from server import app
from server.http import page, page_application
from server.http.page import examples
from server.settings import Settings, load_settings
from tests.conftest import on_server
from tests.server.conftest import NOW, SECRET, caller, token_of

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built page."""
    folder = tmp_path / "dist"
    (folder / "graphiql").mkdir(parents=True)
    (folder / "graphiql" / "index.html").write_text("<head><!--config--></head>")
    monkeypatch.setattr(page, "BUILT", folder)
    return folder


async def demo_shop() -> Any:
    database = Database(load_settings().store)
    await migrate(database)
    made = await ensure_business(database, "Demo", currency="EUR", timezone="Europe/Paris", now=NOW)
    await database.close()
    return made


def config_of(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="config">(.*)</script>', html)
    assert found
    return json.loads(found[1])


def test_the_process_and_its_store_are_told_apart(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready"}


async def test_a_store_that_is_written_is_ready(client: TestClient, sqlite_database: Database) -> None:
    async with sqlite_database.transaction() as connection:
        await connection.execute(text("UPDATE business SET revision = revision + 1"))

        response = await asyncio.to_thread(client.get, "/readyz")

    assert response.status_code == 200


async def test_a_store_of_another_schema_is_not_ready(client: TestClient, sqlite_database: Database) -> None:
    async with sqlite_database.transaction() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))

    response = client.get("/readyz")

    assert response.status_code == 503
    assert client.get("/healthz").status_code == 200


@pytest.mark.own_store
async def test_a_store_that_goes_away_and_comes_back(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(app, "monotonic", lambda: clock[0])
    settings = Settings(database_url=postgres_url, secret_key=SECRET)  # pyright: ignore[reportArgumentType]
    database = Database(postgres_url)
    shop = await ensure_business(database, "Shop", currency="EUR", timezone="Europe/Paris", now=NOW)
    await database.close()
    name = postgres_url.rsplit("/", 1)[1]
    with caller(settings) as client:
        ask = partial(client.post, "/graphql", json={"query": "{ business }"})
        headers = {"Authorization": f"Bearer {token_of(settings, shop)}"}
        assert ask(headers=headers).json()["data"] == {"business": "Shop"}

        await on_server(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await on_server(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        refused, not_ready = ask(headers=headers), client.get("/readyz")
        await on_server(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

        assert refused.status_code == not_ready.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert refused.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
        assert not_ready.json()["reason"] == "the database does not answer"
        assert ask(headers=headers).json()["data"] == {"business": "Shop"}
        clock[0] += 1
        assert client.get("/readyz").status_code == 200


def test_readiness_is_asked_once_a_second(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, clock = list[float](), [100.0]

    async def not_ready(_database: Database) -> str:
        asked.append(clock[0])
        return "no"

    monkeypatch.setattr(app, "monotonic", lambda: clock[0])
    monkeypatch.setattr(app, "_not_ready", not_ready)
    for clock[0] in (100.0, 100.0, 100.9, 101.0, 101.5):
        assert client.get("/readyz").status_code == 503

    assert asked == [100.0, 101.0]


def test_an_empty_store_is_brought_to_the_schema_at_start(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/new.db", secret_key=SECRET)  # pyright: ignore[reportArgumentType]
    with caller(settings) as client:
        assert client.get("/readyz").status_code == 200


async def test_a_store_of_a_newer_version_is_refused(settings: Settings, sqlite_database: Database) -> None:
    async with sqlite_database.transaction() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))

    with pytest.raises(Exception, match="use a newer version"), caller(settings):
        pass


def test_the_root_leads_to_graphql(client: TestClient) -> None:
    response = client.get("/", follow_redirects=False)

    assert (response.status_code, response.headers["location"]) == (307, "/graphql")


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ("/graphql/", "/graphql"),
        ("/graphql//?query=a&b=%26", "/graphql?query=a&b=%26"),
        ("/customers/A%0D%0AB%3F/", "/customers/A%0D%0AB%3F"),
    ],
)
def test_a_slash_at_the_end_leads_to_the_same_host(client: TestClient, asked: str, location: str) -> None:
    for headers in ({"Host": "localhost"}, {"Host": "localhost", "X-Forwarded-Host": "evil.example"}):
        response = client.get(asked, headers=headers, follow_redirects=False)

        assert (response.status_code, response.headers["location"]) == (307, location)


@pytest.mark.parametrize("asked", ["//evil.example/graphql/", "/nope/", "/static/app/nope/"])
def test_a_slash_at_the_end_of_nothing_leads_nowhere(client: TestClient, asked: str) -> None:
    response = client.get(f"http://localhost{asked}", follow_redirects=False)

    assert (response.status_code, response.headers.get("location")) == (404, None)


def test_an_address_without_anything_tells_programs_where_graphql_is(client: TestClient) -> None:
    for path in ("/nope", "/customers/A/more", "/static/app/nope.js"):
        response = client.get(path)
        assert (response.status_code, response.text) == (
            404,
            "There is nothing at this address. GraphQL is answered at /graphql.\n",
        )


def test_an_address_without_anything_is_the_applications_to_browsers(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index.html").write_text("<head><!--config--></head>")
    monkeypatch.setattr(page_application, "APPLICATION", tmp_path)

    response = client.get("/nope", headers={"Accept": BROWSER})

    assert response.status_code == 404
    assert config_of(response.text)["endpoint"] == "/graphql"
    assert "script-src 'self';" in response.headers["content-security-policy"]


def test_every_answer_is_closed_to_other_sites(client: TestClient) -> None:
    for path in ("/healthz", "/graphql", "/nothing"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_browser_gets_the_page_without_a_token(client: TestClient, built: Path) -> None:
    response = client.get("/graphql", headers={"Accept": BROWSER})

    assert response.headers["content-type"].startswith("text/html")
    assert "script-src 'self';" in response.headers["content-security-policy"]
    assert "'unsafe-inline'" not in response.headers["content-security-policy"].split("style-src")[0]
    config = config_of(response.text)
    assert (config["endpoint"], config["businesses"]) == ("/graphql", [])
    assert len(config["examples"]) >= 5


def test_programs_do_not_get_the_page(client: TestClient) -> None:
    for accept in ("*/*", "application/json", "application/json, text/html;q=0.5"):
        assert client.get("/graphql", headers={"Accept": accept}).status_code == 401


def test_the_page_can_be_turned_off(settings: Settings, shop: Any) -> None:
    with caller(settings.model_copy(update={"graphiql": False})) as client:
        assert client.get("/graphql", headers={"Accept": BROWSER}).status_code == 401


def test_a_missing_page_says_why(client: TestClient, built: Path) -> None:
    (built / "graphiql" / "index.html").unlink()
    assert "has not been built yet" in client.get("/graphql", headers={"Accept": BROWSER}).text
    (built / "MISSING.txt").write_text("npm was not found <here>")

    assert "npm was not found &lt;here&gt;" in client.get("/graphql", headers={"Accept": BROWSER}).text


async def test_in_demo_mode_the_page_has_a_token_for_each_business(built: Path) -> None:
    business = await demo_shop()
    with caller(load_settings()) as client:
        config = config_of(client.get("/graphql", headers={"Accept": BROWSER}).text)
        [(name, token)] = [(shop["name"], shop["token"]) for shop in config["businesses"]]
        assert name == "Demo"
        assert jwt.decode(token, options={"verify_signature": False})["business"] == business.id

        headers = {"Authorization": f"Bearer {token}"}
        answer = client.post("/graphql", json={"query": "{ role business }"}, headers=headers)
        assert answer.json()["data"] == {"role": f"ADMIN of {business.id}", "business": "Demo"}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("LOCALHOST", 200),
        ("evil.example:8000", 400),
        ("localhost.evil.example", 400),
        ("192.168.1.7:8000", 400),
    ],
)
def test_the_demo_goes_by_local_names_alone(host: str, status: int) -> None:
    with caller(load_settings()) as client:
        assert client.get("/healthz", headers={"Host": host}).status_code == status


def test_the_demo_answers_this_machine_alone() -> None:
    with caller(load_settings(), client=("192.168.1.20", 50000)) as client:
        assert client.get("/graphql", headers={"Accept": BROWSER}).status_code == 403


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("Forwarded", "Forwarded"),
        ("X-Real-IP", "X-Real-Ip"),
        ("Via", "Via"),
        ("X-Forwarded-For", "X-Forwarded-For"),
        ("x-forwarded-proto", "X-Forwarded-Proto"),
        ("X-Forwarded-Anything", "X-Forwarded-Anything"),
        ("CF-Connecting-IP", "Cf-Connecting-Ip"),
    ],
)
def test_the_demo_answers_nothing_that_a_proxy_passed_on(header: str, named: str) -> None:
    with caller(load_settings()) as client:
        for path in ("/", "/graphql", "/healthz", "/metrics", "/static/app/x.js"):
            refused = client.get(path, headers={header: "127.0.0.1"})
            assert refused.status_code == 403
            assert f"the header {named} says that a proxy passed this request on" in refused.text
            assert "set DATABASE_URL and SECRET_KEY" in refused.text
        with pytest.raises(WebSocketDenialResponse), client.websocket_connect("/graphql", headers={header: "x"}):
            pass


def test_other_servers_are_reached_through_proxies(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Forwarded-For": "192.168.1.20", "Via": "1.1 proxy"}).status_code == 200


def test_other_servers_go_by_any_name(settings: Settings, shop: Any) -> None:
    with caller(settings, client=("192.168.1.20", 50000)) as client:
        assert client.get("/healthz", headers={"Host": "api.example"}).status_code == 200


def test_the_examples_have_names() -> None:
    assert all(example.name and not example.name.startswith("#") for example in examples())
    assert len({example.name for example in examples()}) == len(examples()) >= 5
