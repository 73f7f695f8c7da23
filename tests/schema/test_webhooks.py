"""Endpoints: saved, given new secrets, deleted; what is delivered to them, and what becomes of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from resolvers.operation.sealing import Sealing
from resolvers.operation.viewer import Role
from resolvers.webhooks import CANNOT_OPEN
from tests.builders import NOW
from tests.schema.conftest import Asker
from tests.schema.endpoints import (
    DELETE,
    HOOKS,
    LIST,
    OFF,
    RETRY,
    ROTATE,
    SECOND,
    bodies,
    came,
    deliveries,
    made,
    save,
    turn,
)
from tests.schema.writing import everything, named
from tests.telling import held


@pytest.fixture
def admin(ask_both: Asker) -> Asker:
    return ask_both.being(Role.ADMIN)


# ---------------------------------------------------------------- endpoints


async def test_an_endpoint_is_saved_with_a_secret_that_is_shown_once(admin: Asker) -> None:
    done = await save(admin, description=" The mailer ", types=["customer.updated"], includesPersonal=True)
    secret = done["secret"]
    assert (secret[:6], len(secret)) == ("whsec_", 6 + 44)
    assert done["endpoint"] == {
        "id": done["endpoint"]["id"], "version": 1, "url": HOOKS, "description": "The mailer",
        "types": ["customer.updated"], "includesPersonal": True, "isActive": True, "disabledReason": None,
        "createdAt": "2026-03-05T12:00:00+00:00", "secretHint": f"whsec_…{secret[-4:]}", "previousSecretUntil": None,
        "backlog": 0, "failingSince": None,
    }  # fmt: skip
    assert (await admin(LIST))["webhookEndpoints"] == [done["endpoint"]]
    kept = str(await everything(admin.services.database))
    assert secret[6:] not in kept
    trail = await admin("{ auditTrail { nodes { action changes { field before after isPersonal } } } }")
    entry = trail["auditTrail"]["nodes"][0]
    assert entry["action"] == "saveWebhookEndpoint"
    assert {"field": "secret", "before": None, "after": None, "isPersonal": True} in entry["changes"]


async def test_saving_again_replaces_all_but_the_secret(admin: Asker) -> None:
    id_, _ = await made(admin, types=["customer.updated"], description="x", includesPersonal=True)
    again = await save(admin, id_, version=1, url="https://example.com/other", isActive=False)
    assert again["secret"] is None
    seen = {name: again["endpoint"][name] for name in ("version", "url", "types", "includesPersonal", "isActive")}
    assert seen == {
        "version": 2, "url": "https://example.com/other", "types": [], "includesPersonal": False, "isActive": False,
    }  # fmt: skip
    assert again["endpoint"]["description"] is None
    stale = await save(admin, id_, version=1)
    assert stale == {"__typename": "StaleVersion", "expected": 1, "actual": 2}


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"url": "http://example.com/"}, [("input.url", "INVALID_FORMAT")]),
        ({"url": "https://10.0.0.1/"}, [("input.url", "INVALID_FORMAT")]),
        ({"url": " "}, [("input.url", "REQUIRED")]),
        ({"url": f"https://example.com/{'x' * 2000}"}, [("input.url", "TOO_LONG")]),
        (
            {"types": ["customer.made", "customer.updated"], "description": "x" * 501},
            [("input.description", "TOO_LONG"), ("input.types.0", "UNKNOWN_VALUE")],
        ),
        ({"types": ["contact.code", "customer.updated"]}, [("input.types", "NOT_TOGETHER")]),
    ],
)
async def test_what_makes_no_sense_is_told_and_nothing_is_saved(ask: Asker, given: Any, problems: Any) -> None:
    before = await everything(ask.services.database)
    refused = await save(ask.being(Role.ADMIN), **given)
    assert refused["__typename"] == "InvalidInput"
    assert [(".".join(one["path"]), one["code"]) for one in refused["problems"]] == problems
    assert await everything(ask.services.database) == before


async def test_there_are_at_most_twenty(ask: Asker) -> None:
    admin = ask.being(Role.ADMIN)
    for _ in range(20):
        await made(admin)
    refused = await save(admin)
    assert refused["problems"] == [{"path": ["id"], "code": "TOO_MANY"}]


async def test_without_a_key_nothing_is_sealed(ask: Asker) -> None:
    ask.services.sealing = Sealing([])
    refused = await save(ask.being(Role.ADMIN))
    assert refused["problems"] == [{"path": [], "code": "REQUIRED"}]


async def test_what_is_deleted_is_hidden_and_what_waits_is_discarded(admin: Asker) -> None:
    id_, _ = await made(admin)
    await named(admin, "A")
    (taken,) = (await turn(admin, id_)).taken
    await named(admin, "B")
    await turn(admin, id_)
    delivery = (await deliveries(admin))["nodes"][1]["id"]
    assert (await admin(DELETE, id=id_))["deleteWebhookEndpoint"] == {"__typename": "Deleted", "id": id_}
    assert (await admin(LIST))["webhookEndpoints"] == []
    for mutation, name in ((DELETE, "deleteWebhookEndpoint"), (ROTATE, "rotateWebhookSecret")):
        assert (await admin(mutation, id=id_))[name]["__typename"] == "NotFound"
    assert (await save(admin, id_))["__typename"] == "NotFound"
    await turn(admin, id_, came([taken], 200))  # which comes too late
    shown = await admin(
        "query ($id: ID!) { node(id: $id) { ... on WebhookDelivery { status event { type } } } }", id=delivery
    )
    assert shown["node"] == {"status": "DISCARDED", "event": {"type": "customer.updated"}}
    refused = (await admin(RETRY, id=delivery))["retryDelivery"]
    assert refused == {"__typename": "NotAllowed", "reason": "WRONG_STATE"}


# ---------------------------------------------------------------- what is sent


async def test_a_body_is_signed_and_as_its_type_says(admin: Asker) -> None:
    id_, secret = await made(admin)
    await named(admin, "A")
    (taken,) = (await turn(admin, id_)).taken
    body = Webhook(secret).verify(taken.parcel.body, taken.parcel.headers(datetime.now(NOW.tzinfo)))
    held(body)
    events = (await admin("{ events { nodes { id payload } } }"))["events"]["nodes"]
    assert (taken.parcel.id, taken.parcel.body) == (events[0]["id"], events[0]["payload"])
    ann = (await admin('{ customer(by: {number: "ANN"}) { id } }'))["customer"]["id"]
    assert body["data"] == {"id": ann, "customer": ann, "revision": body["data"]["revision"]}


async def test_two_secrets_sign_during_a_rotation(admin: Asker) -> None:
    id_, first = await made(admin)
    await named(admin, "A")
    done = (await admin(ROTATE, id=id_))["rotateWebhookSecret"]
    second = done["secret"]
    assert (done["endpoint"]["version"], done["endpoint"]["previousSecretUntil"]) == (2, "2026-03-06T12:00:00+00:00")
    now = datetime.now(NOW.tzinfo)
    (taken,) = (await turn(admin, id_)).taken
    for secret in (first, second):
        Webhook(secret).verify(taken.parcel.body, taken.parcel.headers(now))
    assert taken.parcel.headers(now)["webhook-signature"].count("v1,") == 2
    assert taken.parcel.secrets == (second, first)
    (later,) = (await turn(admin, id_, at=NOW + timedelta(hours=24))).taken
    assert later.parcel.secrets == (second,)
    at_once = (await admin(ROTATE, id=id_, hours=0))["rotateWebhookSecret"]
    assert at_once["endpoint"]["previousSecretUntil"] is None
    refused = (await admin(ROTATE, id=id_, hours=169))["rotateWebhookSecret"]
    assert refused["problems"] == [{"path": ["keepPreviousHours"], "code": "OUT_OF_RANGE"}]


async def test_a_profile_is_that_of_sending_and_absent_once_erased(admin: Asker) -> None:
    id_, _ = await made(admin, includesPersonal=True)
    plain, _ = await made(admin)
    await named(admin, "Anna", "NONAME")
    await named(admin, "Annabel", "NONAME")
    (first,) = (await turn(admin, id_)).taken
    (body,) = bodies([first])
    held(body)
    assert body["data"]["profile"]["name"] == "Annabel"  # as it is now, whatever it was then
    (without,) = bodies((await turn(admin, plain)).taken)
    assert "profile" not in without["data"]
    who = (await admin('{ customer(by: {number: "NONAME"}) { id } }'))["customer"]["id"]
    erased = await admin("mutation ($id: ID!) { eraseCustomer(id: $id) { __typename } }", id=who)
    assert erased["eraseCustomer"]["__typename"] == "ErasePlan"
    (next_,) = (await turn(admin, id_, came([first], 200))).taken
    assert "profile" not in bodies([next_])[0]["data"]
    assert "Annabel" not in str(await everything(admin.services.database))


async def test_what_is_told_is_of_the_types_that_it_chose_and_since_it_was_made(admin: Asker) -> None:
    await named(admin, "Before")
    id_, _ = await made(admin, types=["customer.deactivated"])
    await named(admin, "A")
    ann = (await admin('{ customer(by: {number: "ANN"}) { id } }'))["customer"]["id"]
    await admin(OFF, ids=[ann])
    assert [body["type"] for body in bodies((await turn(admin, id_)).taken)] == ["customer.deactivated"]


async def test_an_inactive_endpoint_is_given_nothing_new_and_what_waits_waits(admin: Asker) -> None:
    id_, _ = await made(admin)
    await named(admin, "A")  # nobody has looked since
    await save(admin, id_, isActive=False)
    await named(admin, "B")
    assert (await turn(admin, id_)).taken == ()
    assert (await admin(LIST))["webhookEndpoints"][0]["backlog"] == 1
    await save(admin, id_)
    (taken,) = (await turn(admin, id_)).taken
    assert (await turn(admin, id_, came([taken], 200))).taken == []
    assert (await deliveries(admin))["totalCount"] == 1


# ---------------------------------------------------------------- order, tries and ends


async def test_a_customer_s_events_go_one_after_the_other_and_others_beside_them(admin: Asker) -> None:
    id_, _ = await made(admin)
    for name in ("A", "B", "C"):
        await named(admin, name, "ANN")
        await named(admin, name, "BEN")
    sent: list[str] = []
    taken = (await turn(admin, id_)).taken
    while taken:
        whose = [body["data"]["customer"] for body in bodies(taken)]
        assert len(set(whose)) == len(whose) == 2
        sent += whose
        taken = (await turn(admin, id_, came(taken, 200))).taken
    assert len(sent) == 6
    listed = await deliveries(admin)
    assert {node["status"] for node in listed["nodes"]} == {"DELIVERED"}
    assert [node["event"]["sequence"] for node in listed["nodes"]] == [6, 5, 4, 3, 2, 1]


async def test_a_failed_one_is_tried_by_the_table_and_those_behind_it_wait(admin: Asker) -> None:
    id_, _ = await made(admin)
    await named(admin, "A")
    await named(admin, "B")
    at = NOW
    for tries in range(10):
        (taken,) = (await turn(admin, id_, at=at)).taken
        assert taken.tries == tries
        assert (await turn(admin, id_, came([taken], 500, at=at), at=at, room=0)).taken == ()
        at += timedelta(hours=30)
    done = await deliveries(admin)
    assert [node["status"] for node in done["nodes"]] == ["PENDING", "FAILED"]
    assert len(done["nodes"][1]["attempts"]) == 10
    assert done["nodes"][1]["attempts"][0] == {"at": "2026-03-05T12:00:00+00:00", "status": 500, "error": "status"}
    (behind,) = (await turn(admin, id_, at=at)).taken
    assert bodies([behind])[0]["data"]["revision"] > bodies([taken])[0]["data"]["revision"]


async def test_a_lease_that_passed_is_somebody_else_s_and_what_came_of_it_late_is_nothing(admin: Asker) -> None:
    id_, _ = await made(admin)
    await named(admin, "A")
    (silent,) = (await turn(admin, id_)).taken
    assert (await turn(admin, id_, at=NOW + 19 * SECOND)).taken == []
    (again,) = (await turn(admin, id_, at=NOW + 20 * SECOND)).taken
    assert (again.id, again.parcel.id) == (silent.id, silent.parcel.id)
    await turn(admin, id_, came([silent], 500), at=NOW + 21 * SECOND, room=0)
    assert (await deliveries(admin))["nodes"][0]["attempts"] == []
    await turn(admin, id_, came([again], 200), at=NOW + 21 * SECOND, room=0)
    assert (await deliveries(admin))["nodes"][0]["status"] == "DELIVERED"


async def test_failures_are_told_since_when_and_a_success_ends_them(admin: Asker) -> None:
    id_, _ = await made(admin)
    await named(admin, "A")
    (taken,) = (await turn(admin, id_)).taken
    await turn(admin, id_, came([taken], None), room=0)
    seen = (await admin(LIST))["webhookEndpoints"][0]
    assert (seen["failingSince"], seen["backlog"], seen["version"]) == ("2026-03-05T12:00:00+00:00", 1, 1)
    (taken,) = (await turn(admin, id_, at=NOW + 7 * SECOND)).taken
    await turn(admin, id_, came([taken], 200), room=0)
    assert (await admin(LIST))["webhookEndpoints"][0]["failingSince"] is None


@pytest.mark.parametrize(("status", "later"), [(410, timedelta(0)), (500, timedelta(hours=120))])
async def test_gone_and_long_silence_end_it(ask: Asker, status: int, later: timedelta) -> None:
    admin = ask.being(Role.ADMIN)
    id_, _ = await made(admin)
    await named(admin, "A")
    (taken,) = (await turn(admin, id_)).taken
    if later:
        assert (await turn(admin, id_, came([taken], status))).disabled is None
        (taken,) = (await turn(admin, id_, at=NOW + later)).taken
    ended = await turn(admin, id_, came([taken], status, at=NOW + later), at=NOW + later)
    assert ended.disabled
    assert ended.taken == ()


async def test_a_secret_that_cannot_be_opened_ends_it(ask: Asker) -> None:
    admin = ask.being(Role.ADMIN)
    id_, _ = await made(admin)
    await named(admin, "A")
    ask.services.sealing = Sealing.of_this_process()  # as after a change of SECRET_KEY
    assert (await turn(admin, id_)).disabled == CANNOT_OPEN
    await admin.refused("mutation ($id: ID!) { testWebhookEndpoint(id: $id) { __typename } }", id=id_)


# ---------------------------------------------------------------- again


async def test_a_retry_goes_at_once_whatever_became_of_it(admin: Asker) -> None:
    id_, _ = await made(admin)
    await named(admin, "A")
    await named(admin, "B")
    (taken,) = (await turn(admin, id_)).taken
    (behind,) = (await turn(admin, id_, came([taken], 200))).taken
    await turn(admin, id_, came([behind], 500), room=0)
    second, first = (await deliveries(admin))["nodes"]
    assert (second["status"], first["status"]) == ("RETRYING", "DELIVERED")
    for one in (first, second):
        done = (await admin(RETRY, id=one["id"]))["retryDelivery"]["delivery"]
        assert (done["status"], done["nextAttemptAt"]) == ("RETRYING", "2026-03-05T12:00:00+00:00")
    again = (await turn(admin, id_)).taken
    assert [each.parcel.id for each in again] == [taken.parcel.id, behind.parcel.id]
    await turn(admin, id_, came(again, 200), room=0)
    assert {node["status"] for node in (await deliveries(admin))["nodes"]} == {"DELIVERED"}


async def test_deliveries_are_paged_and_chosen_by_what_became_of_them(admin: Asker) -> None:
    id_, _ = await made(admin)
    for name in ("A", "B", "C"):
        await named(admin, name)
    (taken,) = (await turn(admin, id_)).taken
    await turn(admin, id_, came([taken], 200), room=0)
    page = await deliveries(admin, first=2)
    assert (page["totalCount"], len(page["nodes"]), page["pageInfo"]["hasNextPage"]) == (3, 2, True)
    rest = await deliveries(admin, first=2, after=page["pageInfo"]["endCursor"])
    assert ([node["event"]["sequence"] for node in rest["nodes"]], rest["pageInfo"]["hasNextPage"]) == ([1], False)
    pending = await deliveries(admin, status="PENDING")
    assert (pending["totalCount"], {node["status"] for node in pending["nodes"]}) == (2, {"PENDING"})
