"""Tokens of an identity provider, whose keys come from a real HTTP server on this machine."""

import json
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.testclient import TestClient

from resolvers.operation.errors import Unavailable
from server.identity import jwks
from server.identity.auth import token_for
from server.identity.jwks import KeySet
from server.settings import Settings
from tests.server.conftest import SECRET, caller

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ELLIPTIC = ec.generate_private_key(ec.SECP256R1())
ISSUER, AUDIENCE = "https://login.example", "customer-api"
NEXT = ec.generate_private_key(ec.SECP256R1())


def rsa_key(kid: str, **more: str) -> dict[str, Any]:
    return {**jwt.algorithms.RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True), "kid": kid, "use": "sig", **more}


def ec_key(kid: str, key: Any = ELLIPTIC) -> dict[str, Any]:
    return {**jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid}


class Provider:
    """An identity provider whose keys and health a test decides."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.url = f"http://{address[0]}:{address[1]}/keys"
        self.keys: Any = {"keys": [rsa_key("first"), ec_key("second")]}
        self.status = 200
        self.asked = 0


@pytest.fixture
def provider() -> Generator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked += 1
            body = json.dumps(made.keys).encode()
            self.send_response(made.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Provider(("127.0.0.1", server.server_port))
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield made
        server.shutdown()
        thread.join()


@pytest.fixture
def provided(settings: Settings, provider: Provider, shop: Any) -> Generator[TestClient]:
    """A client of a server that takes the provider's tokens; its SECRET_KEY counts for nothing."""
    with caller(load(settings, provider)) as client:
        yield client


def load(settings: Settings, provider: Provider) -> Settings:
    given = {"jwks_url": provider.url, "jwt_issuer": ISSUER, "jwt_audience": AUDIENCE}
    return Settings.model_validate({**settings.model_dump(), "secret_key": SECRET, **given})


def token(shop: Any, key: Any, algorithm: str, kid: str | None, **changes: Any) -> str:
    expires = datetime.now(UTC) + timedelta(hours=1)
    ours = {"sub": "ann", "role": "staff", "business": shop.id, "exp": expires, "iss": ISSUER, "aud": AUDIENCE}
    claims = {name: claim for name, claim in (ours | changes).items() if claim is not None}
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid} if kid else {})


def ask(client: TestClient, bearer: str) -> tuple[int, str]:
    response = client.post("/graphql", json={"query": "{ role }"}, headers={"Authorization": f"Bearer {bearer}"})
    answer = response.json()
    return response.status_code, answer["data"]["role"] if "data" in answer else answer["errors"][0]["message"]


def test_rs256_and_es256_are_taken_with_the_keys_fetched_once(
    provided: TestClient, provider: Provider, shop: Any
) -> None:
    for _ in range(3):
        assert ask(provided, token(shop, RSA, "RS256", "first")) == (200, f"STAFF of {shop.id}")
        assert ask(provided, token(shop, ELLIPTIC, "ES256", "second")) == (200, f"STAFF of {shop.id}")

    assert provider.asked == 1


def test_tokens_of_our_own_secret_are_not(
    provided: TestClient, settings: Settings, provider: Provider, shop: Any
) -> None:
    status, message = ask(provided, token(shop, SECRET, "HS256", "first"))

    assert (status, provider.asked) == (401, 0)
    assert "signed in a way that this server does not accept" in message
    with pytest.raises(ValueError, match="identity provider"):
        token_for(shop, load(settings, provider), datetime.now(UTC), timedelta(hours=1))


def test_the_public_key_is_no_shared_secret(provided: TestClient, shop: Any) -> None:
    public = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    # PyJWT itself refuses to sign with a public key; an attacker has other tools.
    hs256 = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    head, body, _ = token(shop, SECRET, "HS256", "first").split(".")
    signature = jwt.utils.base64url_encode(hs256.sign(f"{head}.{body}".encode(), public)).decode()

    assert ask(provided, f"{head}.{body}.{signature}")[0] == 401


def test_a_key_serves_its_own_algorithm_alone(provided: TestClient, shop: Any) -> None:
    for key, algorithm, kid in ((RSA, "RS256", "second"), (ELLIPTIC, "ES256", "first"), (RSA, "PS256", "first")):
        assert ask(provided, token(shop, key, algorithm, kid))[0] == 401


def test_a_key_of_another_algorithm_is_not_used(provided: TestClient, provider: Provider, shop: Any) -> None:
    provider.keys = {"keys": [rsa_key("first", alg="RS512")]}

    assert ask(provided, token(shop, RSA, "RS256", "first"))[0] == 401


def test_a_signature_of_another_key_is_refused(provided: TestClient, shop: Any) -> None:
    assert ask(provided, token(shop, NEXT, "ES256", "second")) == (
        401,
        "the token was not signed with this server's key",
    )


def test_tokens_that_the_provider_gave_for_others_are_refused(provided: TestClient, shop: Any) -> None:
    for name in ("iss", "aud"):
        for claim in (None, "others", ISSUER + "/"):
            assert ask(provided, token(shop, RSA, "RS256", "first", **{name: claim}))[0] == 401


def test_an_expired_token_is_refused(provided: TestClient, shop: Any) -> None:
    status, message = ask(provided, token(shop, RSA, "RS256", "first", exp=datetime.now(UTC) - timedelta(minutes=1)))

    assert status == 401
    assert message.startswith("the token expired at ")


def test_a_new_key_is_found_when_a_token_names_it(
    provided: TestClient, provider: Provider, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(jwks.time, "monotonic", lambda: now[0])
    assert ask(provided, token(shop, RSA, "RS256", "first"))[0] == 200
    provider.keys = {"keys": [ec_key("third", NEXT)]}

    assert ask(provided, token(shop, NEXT, "ES256", "third"))[0] == 401, "not asked again so soon"
    now[0] += 6
    assert ask(provided, token(shop, NEXT, "ES256", "third"))[0] == 200
    assert ask(provided, token(shop, RSA, "RS256", "first"))[0] == 401, "the old one is withdrawn"
    assert provider.asked == 2


@pytest.mark.parametrize("answer", [{"keys": []}, [], "none", {"keys": [{"kty": "odd"}]}, {"keys": None}])
def test_a_provider_that_gives_no_keys_is_unavailable(
    provided: TestClient, provider: Provider, shop: Any, answer: Any
) -> None:
    provider.keys = answer

    assert ask(provided, token(shop, RSA, "RS256", "first")) == (
        503,
        "the identity provider's keys cannot be fetched just now",
    )


def test_an_unreachable_provider_is_unavailable(settings: Settings, shop: Any) -> None:
    unreachable = settings.model_copy(update={"secret_key": None, "jwks_url": "http://127.0.0.1:9/keys"})
    with caller(unreachable) as client:
        headers = {"Authorization": f"Bearer {token(shop, RSA, 'RS256', 'first')}"}
        response = client.post("/graphql", json={"query": "{ role }"}, headers=headers)

    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}


async def test_known_keys_outlive_an_outage_of_the_provider(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(jwks.time, "monotonic", lambda: now[0])
    keys = KeySet(provider.url)
    assert await keys.key("first")
    provider.status = 500
    now[0] += 3600

    assert await keys.key("first")
    assert provider.asked == 2
    with pytest.raises(Unavailable):
        await KeySet(provider.url).key("first")
