"""Signing in with an OpenID Connect provider: whom the page may ask, and which provider is believed."""

import re

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.identity.provider_page import Provider, origin_of
from server.settings import Settings
from tests.servers import SECRET, free_port
from tests.web.places import CLAIMS
from tests.web.provider import providing

BROWSER = {"Accept": "text/html"}


def test_the_page_may_ask_this_server_and_the_provider_and_nobody_else(sqlite_url: str) -> None:
    with providing(claims=CLAIMS) as provider:
        assert connections(sqlite_url, **provider.settings, jwt_audience="us") == f"'self' {provider.issuer}"


def test_without_a_provider_it_may_ask_this_server_alone(sqlite_url: str) -> None:
    assert connections(sqlite_url) == "'self'"


async def test_a_provider_that_does_not_answer_is_none_and_is_asked_again_later() -> None:
    silent = Provider(f"http://127.0.0.1:{free_port()}")

    assert await silent.metadata() is None
    assert await silent.metadata() is None


async def test_a_provider_of_another_name_is_not_believed() -> None:
    with providing(claims=CLAIMS) as provider:
        told = await Provider(provider.issuer).metadata()
        assert told
        assert told["token_endpoint"] == f"{provider.issuer}/token"
        assert await Provider(f"{provider.issuer}/").metadata() is None


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://login.example/token", "https://login.example"),
        ("http://127.0.0.1:8080/token", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/token", "http://[::1]:8080"),
        ("https://login.example; script-src *", None),
        ("https://login.example@evil.example/", None),
        ("data:text/plain,token", None),
        (None, None),
    ],
)
def test_the_origin_of_an_address_is_fit_for_a_policy(address: str | None, origin: str | None) -> None:
    assert origin_of(address) == origin


def connections(store: str, **given: str) -> str:
    """Whom the page of a server with these settings may ask."""
    settings = Settings(database_url=store, secret_key=SECRET, **given)  # pyright: ignore[reportArgumentType, reportCallIssue]
    with TestClient(create_app(settings)) as client:
        policy = client.get("/", headers=BROWSER).headers["Content-Security-Policy"]
    found = re.search(r"connect-src ([^;]*);", policy)
    assert found
    return found[1]
