"""The identity provider that readers sign in with: what its discovery document tells, for the application's page."""

import asyncio
import re
import time
from datetime import timedelta
from typing import Any, cast

import structlog

from server.settings import Settings

log = structlog.get_logger()

DISCOVERY = "/.well-known/openid-configuration"
KEPT = timedelta(minutes=10).total_seconds()
ASKED_AGAIN_AFTER = timedelta(seconds=5).total_seconds()
TIMEOUT = timedelta(seconds=5).total_seconds()
ORIGIN = re.compile(r"https?://[\w.-]+(:\d+)?(?=/|$)|https?://\[[\da-fA-F:]+\](:\d+)?(?=/|$)", re.ASCII)
NEEDED = ("authorization_endpoint", "token_endpoint")
# What of the document the page goes by.
TOLD = (
    "issuer",
    *NEEDED,
    "end_session_endpoint",
    "authorization_response_iss_parameter_supported",
    "id_token_signing_alg_values_supported",
)


class Provider:
    """An OpenID Connect provider. While it does not answer, what it told before still serves."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._told: dict[str, Any] | None = None
        self._is_due_at = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    async def metadata(self) -> dict[str, Any] | None:
        """Its endpoints, in the words of OpenID Connect Discovery; None where it has not answered yet."""
        async with self._one_at_a_time:
            if time.monotonic() >= self._is_due_at:
                await self._ask()
        return self._told

    async def _ask(self) -> None:
        import httpx  # noqa: PLC0415  most servers have no such provider

        try:
            async with httpx.AsyncClient(timeout=TIMEOUT) as client:
                response = await client.get(self._issuer.rstrip("/") + DISCOVERY)
            response.raise_for_status()
            self._told = _checked(response.json(), self._issuer)
            self._is_due_at = time.monotonic() + KEPT
        except (httpx.HTTPError, ValueError) as error:
            log.warning("the identity provider's discovery document cannot be used", error=str(error))
            self._is_due_at = time.monotonic() + ASKED_AGAIN_AFTER


def _checked(document: Any, issuer: str) -> dict[str, Any]:
    given = cast(dict[str, Any], document) if isinstance(document, dict) else {}
    told = {name: given[name] for name in TOLD if name in given}
    if told.get("issuer") != issuer:
        raise ValueError(f"it is of the issuer {told.get('issuer')!r}, not of OIDC_ISSUER")
    for name in NEEDED:
        if not origin_of(told.get(name)):
            raise ValueError(f"its {name} is not an address")
    return told


def origin_of(address: Any) -> str | None:
    """The scheme, host and port of an address, as a policy names them."""
    found = ORIGIN.match(address) if isinstance(address, str) else None
    return found[0] if found else None


def provider_of(settings: Settings) -> Provider | None:
    """The provider of these settings, None where readers sign in otherwise."""
    return Provider(settings.oidc_issuer) if settings.oidc_issuer else None
