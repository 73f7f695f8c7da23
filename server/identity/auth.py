"""Bearer tokens: what a request's token says of its bearer, and tokens of our own."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

import jwt
from cachetools import TTLCache
from jwt import PyJWK, PyJWTError
from jwt.exceptions import InvalidJTIError, InvalidSubjectError

from models.database import Database
from resolvers.businesses import businesses
from resolvers.operation.errors import BadUserInput, Unauthenticated
from resolvers.operation.ids import global_id, key_of
from resolvers.operation.viewer import Role, Viewer
from resolvers.portal import linked_customer_id
from server.settings import Settings

if TYPE_CHECKING:
    from server.identity.jwks import KeySet

OUR_ALGORITHM = "HS256"
THEIR_ALGORITHMS = ("RS256", "ES256")
OTHER_CLOCKS = timedelta(seconds=10)
NEEDED_CLAIMS = ("exp", "sub", "role", "business")
NO_TOKEN = "a token is needed: send the header Authorization: Bearer <token>"
ROLES = ", ".join(Role)
ROLES_BY_NAME = {role.value: role for role in Role}
LONGEST_ID = 19  # digits: Python reads no number of thousands of them
LATEST = 253_402_300_799  # the end of the year 9999
TOKENS_KEPT = 10_000
LONGEST_SUBJECT = 200  # what the audit trail keeps
TOKEN_KEPT_SECONDS = 60


class UnknownTokenKey(PyJWTError):
    """The token names a key that the identity provider does not have."""


class Keys(Protocol):
    """What verifies tokens. Which algorithms it takes is its own affair, never the token's."""

    @property
    def edition(self) -> int:
        """Another number when the keys may be others: what they verified before says nothing then."""
        ...

    async def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token that holds; a PyJWTError says why it does not, Unavailable that nobody can tell."""
        ...


@dataclass(frozen=True)
class Checks:
    """What every token must say beside its signature."""

    issuer: str | None = None
    audience: str | None = None

    def decoded(self, token: str, key: PyJWK | str, algorithm: str, leeway: timedelta) -> dict[str, Any]:
        """The claims of a token with this signature."""
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=self.issuer,
            audience=self.audience,
            leeway=leeway,
            options={"require": list(NEEDED_CLAIMS), "verify_aud": self.audience is not None},
        )


class OwnKey:
    """Takes tokens that were signed here."""

    edition = 0

    def __init__(self, secret: str, checks: Checks) -> None:
        self._secret = secret
        self._checks = checks

    async def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token signed with the secret."""
        return self._checks.decoded(token, self._secret, OUR_ALGORITHM, leeway=timedelta(0))


class ProviderKeys:
    """Takes tokens of an identity provider, each verified by the algorithm of the provider's key."""

    def __init__(self, keys: "KeySet", checks: Checks) -> None:
        self._keys = keys
        self._checks = checks

    @property
    def edition(self) -> int:
        """Another number each time that the provider gave its keys."""
        return self._keys.edition

    async def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token signed with one of the provider's keys."""
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in THEIR_ALGORITHMS:  # nobody is asked for the key of a token that is refused anyway
            raise jwt.InvalidAlgorithmError("not one of ours")
        key = await self._keys.key(header.get("kid"))
        if key is None:
            raise UnknownTokenKey("not one of the provider's keys")
        if key.algorithm_name not in THEIR_ALGORITHMS:
            raise jwt.InvalidAlgorithmError("not one of ours")
        return self._checks.decoded(token, key, key.algorithm_name, leeway=OTHER_CLOCKS)


def keys_of(settings: Settings) -> Keys:
    """What verifies tokens under these settings: the identity provider's keys where they are set, else our own."""
    checks = Checks(settings.jwt_issuer, settings.jwt_audience)
    secret = settings.secret()
    if secret:
        return OwnKey(secret, checks)
    from server.identity.jwks import KeySet  # noqa: PLC0415  its HTTP client is for those who have a provider

    return ProviderKeys(KeySet(str(settings.jwks_url)), checks)


@dataclass(frozen=True)
class Admission:
    """Who a token lets in, and until when."""

    viewer: Viewer
    expires_at: float


class Authentication:
    """Tells who asks. A token that held is taken to hold for a minute, unless it expires or the keys change."""

    def __init__(self, keys: Keys, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._database = database
        self._clock = clock
        self._known: set[int] = set()
        self._held = TTLCache[tuple[int, bytes], Admission, float](TOKENS_KEPT, TOKEN_KEPT_SECONDS, timer=clock)

    async def viewer(self, authorization: str | None) -> Viewer:
        """The viewer of an Authorization header; Unauthenticated says what is wrong with it."""
        return (await self.admission(authorization)).viewer

    async def admission(self, authorization: str | None) -> Admission:
        """The viewer of an Authorization header and until when; Unauthenticated says what is wrong with it."""
        token = _bearer(authorization)
        digest = sha256(token.encode()).digest()
        held = self._held.get((self._keys.edition, digest))
        if held is None or held.expires_at <= self._clock():
            held = await self._verified(token)
            self._held[self._keys.edition, digest] = held
        return held

    async def _verified(self, token: str) -> Admission:
        try:
            claims = await self._keys.claims(token)
        except (PyJWTError, OverflowError) as error:
            raise Unauthenticated(_reason(error, token)) from error
        expires_at = _moment(claims, "exp")
        viewer = viewer_of(claims)
        if not await self._exists(viewer.business_id):
            raise Unauthenticated(f"the token is for business {viewer.business_id}, which does not exist here")
        return Admission(await self._linked(viewer), expires_at)

    async def _linked(self, viewer: Viewer) -> Viewer:
        """The viewer; a customer whom the token does not name is found by the linked subject."""
        if viewer.role is not Role.CUSTOMER or viewer.customer_id is not None:
            return viewer
        customer_id = await linked_customer_id(self._database, viewer.business_id, viewer.subject)
        if customer_id is None:
            raise Unauthenticated("the token names no customer, and its subject is linked with none")
        return replace(viewer, customer_id=customer_id)

    async def _exists(self, business_id: int) -> bool:
        if business_id not in self._known:  # a business is never removed
            self._known = {row.id for row in await businesses(self._database)}
        return business_id in self._known


def _bearer(authorization: str | None) -> str:
    if not authorization:
        raise Unauthenticated(NO_TOKEN)
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("the Authorization header must read: Bearer <token>")
    return token.strip()


def _reason(error: Exception, token: str) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return f"the token expired at {_expiry(token)}"
        case jwt.ImmatureSignatureError():
            return "the token is not valid yet"
        case jwt.InvalidSignatureError():
            return "the token was not signed with this server's key"
        case jwt.InvalidIssuerError():
            return "the token is of another issuer"
        case jwt.InvalidAudienceError():
            return "the token is for another audience"
        case jwt.MissingRequiredClaimError():
            return f"the token lacks the claim {error.claim}"
        case jwt.InvalidAlgorithmError():
            return "the token is unsigned, or signed in a way that this server does not accept"
        case UnknownTokenKey():
            return "the token was signed with a key that the identity provider does not name"
        case InvalidSubjectError() | jwt.InvalidIssuedAtError() | InvalidJTIError():
            return f"the token has a claim that cannot be read: {error}"
        case _:
            return "the token cannot be read"


def _expiry(token: str) -> str:
    expires = jwt.decode(token, options={"verify_signature": False})["exp"]
    return datetime.fromtimestamp(max(int(expires), 0), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def viewer_of(claims: dict[str, Any]) -> Viewer:
    """The viewer that verified claims describe; Unauthenticated names the claim that cannot be used.

    A customer without a claim `customer` is known by the subject alone.
    """
    role = _role(claims["role"])
    pii = claims.get("pii", False)
    if not isinstance(pii, bool):
        raise Unauthenticated("the token's claim pii must be true or false")
    if len(claims["sub"]) > LONGEST_SUBJECT:
        raise Unauthenticated(f"the token's claim sub is longer than {LONGEST_SUBJECT} characters")
    return Viewer(
        subject=claims["sub"],
        role=role,
        business_id=_id(claims, "business"),
        customer_id=_id(claims, "customer") if role is Role.CUSTOMER and claims.get("customer") is not None else None,
        pii=pii,
    )


def _role(claim: Any) -> Role:
    role = ROLES_BY_NAME.get(claim.upper()) if isinstance(claim, str) and claim.isascii() else None
    if role is None:
        raise Unauthenticated(f"the token's claim role must be one of {ROLES}")
    return role


def _moment(claims: dict[str, Any], name: str) -> float:
    """The seconds of a claim; of a number without end nobody could tell when it comes."""
    claim = claims[name]
    try:
        moment = float(claim)
    except OverflowError:
        moment = inf
    if not 0 <= moment <= LATEST:
        raise Unauthenticated(f"the token's claim {name} must be a moment, in seconds since 1970")
    return moment


def _id(claims: dict[str, Any], name: str) -> int:
    claim = claims.get(name)
    if isinstance(claim, str) and claim.startswith(kind := f"{name.capitalize()}_"):
        return _key(claim, kind[:-1], name)
    if isinstance(claim, str) and claim.isascii() and claim.isdigit() and len(claim) <= LONGEST_ID:
        claim = int(claim)
    if isinstance(claim, bool) or not isinstance(claim, int) or not 0 < claim < 2**63:
        raise Unauthenticated(f"the token's claim {name} must be the id of a {name}")
    return claim


def _key(claim: str, kind: str, name: str) -> int:
    try:
        return key_of(claim, kind)
    except BadUserInput:
        raise Unauthenticated(f"the token's claim {name} must be the id of a {name}") from None


def token_for(viewer: Viewer, settings: Settings, now: datetime, lifetime: timedelta) -> str:
    """A token that makes its bearer this viewer; ValueError where tokens are the identity provider's to give."""
    secret = settings.secret()
    if secret is None:
        raise ValueError("JWKS_URL is set: tokens come from your identity provider, none can be made here")
    claims = {
        "sub": viewer.subject,
        "role": viewer.role.value,
        "business": viewer.business_id,
        "customer": None if viewer.customer_id is None else global_id("Customer", viewer.customer_id),
        "pii": viewer.pii or None,
        "iss": settings.jwt_issuer,
        "aud": settings.jwt_audience,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
    }
    given = {name: claim for name, claim in claims.items() if claim is not None}
    return jwt.encode(given, secret, algorithm=OUR_ALGORITHM)
