"""Signing in with an OpenID Connect provider, in a browser, against a provider of the tests' own."""

import re
from pathlib import Path

import httpx2
import pytest

from server.identity.provider_page import Provider, origin_of
from tests.servers import free_port, running
from tests.web.conftest import Drive
from tests.web.provider import AUDIENCE, CLIENT, providing

CLAIMS = {"role": "MANAGER", "business": 1, "pii": True}
BROWSER = {"Accept": "text/html"}


def test_signing_in_and_out(tmp_path: Path, shop: str, drive: Drive) -> None:
    with (
        providing(claims=CLAIMS) as provider,
        running(shop, tmp_path, jwt_audience=AUDIENCE, **provider.settings) as server,
    ):
        token = provider.token(aud=AUDIENCE, **CLAIMS)
        drive("signing-in.test.mjs", BASE=server.url, ASK=server.url, TOKEN=token, PROVIDER=provider.issuer)


def test_with_a_provider_whose_claims_are_in_the_id_token(tmp_path: Path, shop: str, drive: Drive) -> None:
    with (
        providing(claims=CLAIMS, claims_in="id_token") as provider,
        running(shop, tmp_path, jwt_audience=CLIENT, **provider.settings) as server,
    ):
        drive("id-token.test.mjs", BASE=server.url, PROVIDER=provider.issuer)


def test_the_page_may_ask_this_server_and_the_provider_and_nobody_else(tmp_path: Path, shop: str) -> None:
    with providing(claims=CLAIMS) as provider, running(shop, tmp_path, **provider.settings) as server:
        policy = httpx2.get(server.url, headers=BROWSER).headers["Content-Security-Policy"]

        assert connections(policy) == f"'self' {provider.issuer}"


def test_without_a_provider_it_may_ask_this_server_alone(tmp_path: Path, shop: str) -> None:
    with running(shop, tmp_path) as server:
        policy = httpx2.get(server.url, headers=BROWSER).headers["Content-Security-Policy"]

        assert connections(policy) == "'self'"


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


def connections(policy: str) -> str:
    found = re.search(r"connect-src ([^;]*);", policy)
    assert found
    return found[1]
