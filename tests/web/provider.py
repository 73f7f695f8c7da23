"""A small OpenID Connect provider, for tests: discovery, a page to allow on, codes with PKCE, refresh, signing out."""

import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.servers import free_port

CLIENT = "customer-application"
AUDIENCE = "customer-api"
LIFETIME = 300
STARTS_WITHIN_SECONDS = 10
PAGE = """<!doctype html><html lang="en"><head><title>Provider</title>
<link rel="icon" href="data:,"></head><body><h1>Let the application know you?</h1>
<form method="post" action="/decide"><input type="hidden" name="asked" value="{asked}">
<button name="answer" value="yes">Allow</button><button name="answer" value="no">Deny</button></form></body></html>"""


@dataclass
class Provider:
    """What it knows, and how it is to behave: `claims` go into its tokens, of which the first lasts `lifetime`."""

    issuer: str
    claims: dict[str, Any]
    claims_in: str = "access_token"
    lifetime: int = LIFETIME
    gives_refresh: bool = True
    counts: dict[str, int] = field(default_factory=lambda: {"codes": 0, "refreshes": 0, "ends": 0})
    _key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    _asked: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    _codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    _refreshing: set[str] = field(default_factory=set[str])

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a server whose readers sign in here."""
        return {
            "jwks_url": f"{self.issuer}/jwks",
            "jwt_issuer": self.issuer,
            "oidc_issuer": self.issuer,
            "oidc_client_id": CLIENT,
            "oidc_scopes": "openid offline_access",
            "oidc_token": self.claims_in,
        }

    def app(self) -> Starlette:
        """Answers at the provider's addresses; only its tokens may be asked for by pages of other origins."""
        routes = [
            Route("/.well-known/openid-configuration", self._discovery),
            Route("/jwks", self._jwks),
            Route("/authorize", self._authorize),
            Route("/decide", self._decide, methods=["POST"]),
            Route("/token", self._token, methods=["POST"]),
            Route("/end", self._end),
            Route("/behave", self._behave, methods=["POST"]),
        ]
        return Starlette(routes=routes, middleware=[Middleware(CORSMiddleware, allow_origins=["*"])])

    def token(self, lifetime: int = LIFETIME, **claims: Any) -> str:
        """A signed token, good for so many seconds."""
        now = int(time.time())
        given = {"iss": self.issuer, "sub": "ada", "iat": now - 600, "exp": now + lifetime, **claims}
        return jwt.encode(given, self._key, algorithm="RS256", headers={"kid": "1"})

    async def _discovery(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "end_session_endpoint": f"{self.issuer}/end",
                "response_types_supported": ["code"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def _jwks(self, _request: Request) -> Response:
        public = jwt.get_algorithm_by_name("RS256").to_jwk(self._key.public_key(), as_dict=True)
        return JSONResponse({"keys": [{**public, "kid": "1", "use": "sig", "alg": "RS256"}]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        wanted = {"client_id": CLIENT, "response_type": "code", "code_challenge_method": "S256"}
        if not wanted.items() <= asked.items() or "openid" not in asked["scope"].split():
            return Response(f"this is not how one asks: {asked}", 400)
        name = token_urlsafe()
        self._asked[name] = asked
        return HTMLResponse(PAGE.format(asked=escape(name)))

    async def _decide(self, request: Request) -> Response:
        form = await _form(request)
        asked = self._asked.pop(form["asked"])
        answer = {"state": asked["state"], "iss": self.issuer}
        if form["answer"] == "yes":
            answer["code"] = token_urlsafe()
            self._codes[answer["code"]] = asked
        else:
            answer |= {"error": "access_denied", "error_description": "you did not allow it"}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 303)

    async def _token(self, request: Request) -> Response:
        form = await _form(request)
        if form.get("grant_type") == "refresh_token" and form.get("refresh_token") in self._refreshing:
            self._refreshing.remove(form["refresh_token"])
            self.counts["refreshes"] += 1
            return self._given(None, LIFETIME)
        asked = self._codes.pop(form.get("code", ""), None)
        if asked and form.get("redirect_uri") == asked["redirect_uri"] and _proves(asked, form["code_verifier"]):
            self.counts["codes"] += 1
            return self._given(asked["nonce"], self.lifetime)
        return JSONResponse({"error": "invalid_grant", "error_description": "this code or token is not known"}, 400)

    def _given(self, nonce: str | None, lifetime: int) -> Response:
        of_whom = {"access_token": {"aud": AUDIENCE}, "id_token": {"aud": CLIENT, "nonce": nonce}}
        of_whom[self.claims_in] |= self.claims
        answer: dict[str, Any] = {
            "token_type": "Bearer",
            "expires_in": max(lifetime, 0),
            "access_token": self.token(lifetime, **of_whom["access_token"]),
            "id_token": self.token(LIFETIME, **of_whom["id_token"]),
        }
        if self.gives_refresh:
            answer["refresh_token"] = token_urlsafe()
            self._refreshing.add(answer["refresh_token"])
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    async def _end(self, request: Request) -> Response:
        asked = request.query_params
        jwt.decode(asked["id_token_hint"], self._key.public_key(), algorithms=["RS256"], audience=CLIENT)
        self.counts["ends"] += 1
        return RedirectResponse(asked["post_logout_redirect_uri"], 303)

    async def _behave(self, request: Request) -> Response:
        """Change how it behaves, and tell what it was asked so far."""
        for name, value in (await request.json()).items():
            setattr(self, name, value)
        return JSONResponse(self.counts)


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode()))


def _proves(asked: dict[str, str], verifier: str) -> bool:
    digest = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return digest == asked["code_challenge"]


@contextmanager
def providing(**given: Any) -> Generator[Provider]:
    """A provider that answers on this machine."""
    port = free_port()
    provider = Provider(f"http://127.0.0.1:{port}", **given)
    config = uvicorn.Config(provider.app(), port=port, log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + STARTS_WITHIN_SECONDS
        while not server.started:
            if time.monotonic() > until:
                raise TimeoutError(provider.issuer)
            time.sleep(0.02)
        yield provider
    finally:
        server.should_exit = True
        thread.join(STARTS_WITHIN_SECONDS)
