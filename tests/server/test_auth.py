import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from starlette.testclient import TestClient

from models.customers import external_id
from models.database import Database
from resolvers.operation.errors import Unauthenticated
from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role, Viewer
from server.identity.auth import Authentication, keys_of, token_for, viewer_of
from server.settings import Settings
from tests.builders import open_shop
from tests.server.conftest import SECRET, Caller, caller, token_of

HOUR = timedelta(hours=1)


def claims(shop: Any, **changes: Any) -> dict[str, Any]:
    given = {"sub": "ann", "role": "MANAGER", "business": shop.id, "exp": datetime.now(UTC) + HOUR, **changes}
    return {name: value for name, value in given.items() if value is not None}


def signed(payload: dict[str, Any], secret: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(payload, secret, algorithm=algorithm)


def unsigned(payload: dict[str, Any]) -> str:
    def segment(part: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(part, default=int).encode()).rstrip(b"=").decode()

    return f"{segment({'alg': 'none', 'typ': 'JWT'})}.{segment(payload | {'exp': 4102444800})}."


def refusal(client: TestClient, authorization: str | None) -> str:
    headers = {"Authorization": authorization} if authorization is not None else {}
    response = client.post("/graphql", json={"query": "{ role }"}, headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}
    return error["message"]


def role(client: TestClient, token: str) -> Any:
    response = client.post("/graphql", json={"query": "{ role }"}, headers={"Authorization": f"Bearer {token}"})
    return response.json()["data"]["role"] if response.status_code == 200 else response.json()


def test_a_token_made_here_is_taken(ask: Caller, shop: Any) -> None:
    assert ask("{ role business }").json()["data"] == {"role": f"MANAGER of {shop.id}", "business": "Corner Shop"}


def test_the_role_ignores_case(client: TestClient, shop: Any) -> None:
    assert role(client, signed(claims(shop, role="viewer"))) == f"VIEWER of {shop.id}"


def test_the_business_may_be_written_as_text(client: TestClient, shop: Any) -> None:
    assert role(client, signed(claims(shop, business=str(shop.id)))) == f"MANAGER of {shop.id}"


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        (None, "a token is needed: send the header Authorization: Bearer <token>"),
        ("Basic YTpi", "the Authorization header must read: Bearer <token>"),
        ("Bearer ", "the Authorization header must read: Bearer <token>"),
        ("Bearer abc", "the token cannot be read"),
        ("Bearer a.b.c", "the token cannot be read"),
    ],
)
def test_a_header_without_a_token_is_refused(client: TestClient, authorization: str | None, message: str) -> None:
    assert refusal(client, authorization) == message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"exp": 1_700_000_000}, "the token expired at 2023-11-14 22:13:20 UTC"),
        ({"exp": None}, "the token lacks the claim exp"),
        ({"exp": "never"}, "the token cannot be read"),
        ({"exp": 10**400}, "the token's claim exp must be a moment, in seconds since 1970"),
        ({"exp": 1e300}, "the token's claim exp must be a moment, in seconds since 1970"),
        ({"exp": 253_402_300_800}, "the token's claim exp must be a moment, in seconds since 1970"),
        ({"exp": -(10**400)}, "the token expired at 1970-01-01 00:00:00 UTC"),
        ({"nbf": 10**400}, "the token is not valid yet"),
        ({"sub": None}, "the token lacks the claim sub"),
        ({"sub": "s" * 201}, "the token's claim sub is longer than 200 characters"),
        ({"sub": 7}, "the token has a claim that cannot be read: Subject must be a string"),
        ({"nbf": 4_102_444_800}, "the token is not valid yet"),
        ({"iat": 4_102_444_800}, "the token is not valid yet"),
        ({"role": None}, "the token lacks the claim role"),
        ({"role": "OWNER"}, "the token's claim role must be one of CUSTOMER, VIEWER, STAFF, MANAGER, ADMIN"),
        ({"role": "ſtaff"}, "the token's claim role must be one of CUSTOMER, VIEWER, STAFF, MANAGER, ADMIN"),
        ({"role": "ＡＤＭＩＮ"}, "the token's claim role must be one of CUSTOMER, VIEWER, STAFF, MANAGER, ADMIN"),
        ({"role": ["ADMIN"]}, "the token's claim role must be one of CUSTOMER, VIEWER, STAFF, MANAGER, ADMIN"),
        ({"business": None}, "the token lacks the claim business"),
        ({"business": True}, "the token's claim business must be the id of a business"),
        ({"business": "first"}, "the token's claim business must be the id of a business"),
        ({"business": "9" * 5_000}, "the token's claim business must be the id of a business"),
        ({"business": "Business_" + "0" * 32}, "the token's claim business must be the id of a business"),
        ({"business": global_id("Customer", 1)}, "the token's claim business must be the id of a business"),
        ({"business": 2**70}, "the token's claim business must be the id of a business"),
        ({"business": 999}, "the token is for business 999, which does not exist here"),
        ({"role": "CUSTOMER"}, "the token names no customer, and its subject is linked with none"),
        ({"role": "CUSTOMER", "customer": "ann"}, "the token's claim customer must be the id of a customer"),
        ({"pii": "false"}, "the token's claim pii must be true or false"),
    ],
)
def test_claims_that_do_not_hold_are_named(
    client: TestClient, shop: Any, changes: dict[str, Any], message: str
) -> None:
    payload = claims(shop, **changes)
    if not isinstance(payload.get("sub", ""), str):  # PyJWT would not sign it
        payload = {**payload, "exp": int(payload["exp"].timestamp())}
        token = jwt.api_jws.encode(json.dumps(payload).encode(), SECRET, algorithm="HS256")
    else:
        token = signed(payload)

    assert refusal(client, f"Bearer {token}") == message


def test_a_forged_token_is_refused(client: TestClient, shop: Any) -> None:
    forged = signed(claims(shop), secret="another-secret-of-thirty-two-letters")

    assert refusal(client, f"Bearer {forged}") == "the token was not signed with this server's key"


def test_a_changed_token_is_refused(client: TestClient, shop: Any) -> None:
    header, _, signature = signed(claims(shop, role="VIEWER")).split(".")
    body = signed(claims(shop, role="ADMIN")).split(".")[1]

    assert refusal(client, f"Bearer {header}.{body}.{signature}") == "the token was not signed with this server's key"


def test_an_unsigned_token_is_refused(client: TestClient, shop: Any) -> None:
    message = "the token is unsigned, or signed in a way that this server does not accept"

    assert refusal(client, f"Bearer {unsigned(claims(shop))}") == message


def test_the_algorithm_is_not_the_tokens_to_choose(client: TestClient, shop: Any) -> None:
    token = signed(claims(shop), secret=SECRET * 2, algorithm="HS512")

    assert "signed in a way" in refusal(client, f"Bearer {token}")


def test_issuer_and_audience_are_checked_where_they_are_set(settings: Settings, shop: Any) -> None:
    strict = settings.model_copy(update={"jwt_issuer": "https://login.example", "jwt_audience": "shop"})
    good = {"iss": "https://login.example", "aud": "shop"}
    with caller(strict) as client:
        assert role(client, signed(claims(shop, **good))) == f"MANAGER of {shop.id}"
        assert role(client, token_of(strict, shop)) == f"MANAGER of {shop.id}"
        for changes, message in (
            ({"iss": "https://elsewhere.example"}, "the token is of another issuer"),
            ({"iss": None}, "the token lacks the claim iss"),
            ({"aud": "bank"}, "the token is for another audience"),
            ({"aud": None}, "the token lacks the claim aud"),
        ):
            assert refusal(client, f"Bearer {signed(claims(shop, **(good | changes)))}") == message


def test_an_audience_that_nobody_asked_for_does_no_harm(client: TestClient, shop: Any) -> None:
    assert role(client, signed(claims(shop, aud="shop", iss="x"))) == f"MANAGER of {shop.id}"


def test_a_token_says_who_its_bearer_is(settings: Settings) -> None:
    viewer = Viewer("bob", Role.CUSTOMER, business_id=3, customer_id=14, pii=True)
    token = token_for(viewer, settings, datetime.now(UTC), HOUR)

    assert viewer_of(jwt.decode(token, SECRET, algorithms=["HS256"])) == viewer


def test_only_a_customers_token_speaks_for_a_customer() -> None:
    assert viewer_of({"sub": "a", "role": "STAFF", "business": 3, "customer": 14}).customer_id is None


def test_ids_of_the_api_are_ids_of_claims_too() -> None:
    business, customer = global_id("Business", 3), global_id("Customer", 14)

    found = viewer_of({"sub": "a", "role": "CUSTOMER", "business": business, "customer": customer})

    assert (found.business_id, found.customer_id) == (3, 14)


async def test_a_token_is_verified_once_a_minute_and_ends_when_it_says(settings: Settings, shop: Any) -> None:
    now, keys = [datetime.now(UTC).timestamp()], Counting(keys_of(settings))
    database = Database(settings.store)
    authentication = Authentication(keys, database, clock=lambda: now[0])
    header = f"Bearer {signed(claims(shop, exp=datetime.fromtimestamp(now[0] + 90, UTC)))}"
    asked: list[int] = []
    for seconds in (0, 30, 31, 25):
        now[0] += seconds
        assert (await authentication.admission(header)).viewer.subject == "ann"
        asked.append(keys.asked)
    now[0] += 5  # its own end, before the minute is over
    await authentication.admission(header)  # the clock of the keys is the real one
    asked.append(keys.asked)
    keys.edition += 1
    await authentication.admission(header)
    asked.append(keys.asked)
    await database.close()

    assert asked == [1, 1, 2, 2, 3, 4]
    assert (await authentication.admission(header)).expires_at == int(now[0] - 1)


class Counting:
    """Keys that count how often they are asked."""

    edition = 0

    def __init__(self, keys: Any) -> None:
        self.asked = 0
        self._keys = keys

    async def claims(self, token: str) -> dict[str, Any]:
        self.asked += 1
        return await self._keys.claims(token)


async def test_a_customers_token_without_a_customer_is_that_of_the_linked_subject(
    database: Database, settings: Settings
) -> None:
    shop = await open_shop(database)
    for number in ("ANN", "IDLE", "BEN"):
        shop.customer(number, is_active=number != "IDLE")
    await shop.save()
    other = await open_shop(database, "Other")
    for number, subject in (("ANN", "idp|ann"), ("IDLE", "idp|idle")):
        row = {"business_id": shop.id, "customer_id": shop.id_of(number), "system": "subject", "value": subject}
        async with database.transaction(shop.id) as connection:
            await connection.execute(external_id.insert().values(row))
    authentication = Authentication(keys_of(settings), database)

    async def found(subject: str, business: int, **more: Any) -> int | None:
        payload = claims(shop, sub=subject, role="CUSTOMER", business=business, **more)
        return (await authentication.viewer(f"Bearer {signed(payload)}")).customer_id

    assert await found("idp|ann", shop.id) == shop.id_of("ANN")
    assert await found("idp|ann", shop.id, customer=global_id("Customer", shop.id_of("BEN"))) == shop.id_of("BEN")
    for subject, business in (("idp|idle", shop.id), ("idp|nobody", shop.id), ("idp|ann", other.id)):
        with pytest.raises(Unauthenticated):
            await found(subject, business)
