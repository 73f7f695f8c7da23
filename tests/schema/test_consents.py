"""Consents as they are said and as they stand."""

from typing import Any

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from tests.builders import Shop
from tests.schema.conftest import Asker, customer_id
from tests.schema.writing import counters, everything, problems_of, refusals_of

SHOWN = """consents { email sms push } consentStates { channel status since source mayContact }
    consentHistory(first: 10) { nodes { channel status at source } }"""
SET = f"""mutation ($customer: ID!, $consents: [ConsentInput!]!) {{
    setConsents(customer: $customer, consents: $consents) {{ {refusals_of("CustomerResult")}
    ... on CustomerPayload {{ customer {{ {SHOWN} }} }} }} }}"""
DAY = "2026-02-0{}T10:00:00+00:00"


async def say(ask: Asker, id_: str, *consents: Any) -> Any:
    return (await ask(SET, customer=id_, consents=list(consents)))["setConsents"]


def email(given: bool, day: int, **more: Any) -> Any:
    return {"channel": "EMAIL", "given": given, "at": DAY.format(day), "source": "STAFF", **more}


async def new(ask: Asker, **given: Any) -> str:
    made = """mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) {
        ... on CustomerPayload { customer { id } } } }"""
    return (await ask(made, input={"email": "k@example.com", **given}))["createCustomer"]["customer"]["id"]


async def test_the_latest_time_stands_whatever_order_they_arrive_in(ask_both: Asker) -> None:
    id_ = await new(ask_both)
    await say(ask_both, id_, email(False, 3))
    done = (await say(ask_both, id_, email(True, 1), email(True, 2)))["customer"]
    assert done["consentStates"][0] == {
        "channel": "EMAIL", "status": "WITHDRAWN", "since": DAY.format(3), "source": "STAFF", "mayContact": False,
    }  # fmt: skip
    assert [(node["status"], node["at"]) for node in done["consentHistory"]["nodes"]] == [
        ("WITHDRAWN", DAY.format(3)),
        ("GIVEN", DAY.format(2)),
        ("GIVEN", DAY.format(1)),
    ]
    at_once = (await say(ask_both, id_, email(True, 4), email(False, 4)))["customer"]
    assert at_once["consentStates"][0]["status"] == "WITHDRAWN"
    given = (await say(ask_both, id_, {"channel": "EMAIL", "given": True}))["customer"]
    assert given["consentStates"][0] == {
        "channel": "EMAIL", "status": "GIVEN", "since": "2026-03-05T12:00:00+00:00", "source": "API",
        "mayContact": True,
    }  # fmt: skip
    assert given["consents"] == {"email": True, "sms": False, "push": False}


async def test_the_same_again_is_nothing(ask: Asker, shop: Shop) -> None:
    id_ = await new(ask)
    await say(ask, id_, email(True, 1))
    before = await everything(shop.database)
    await say(ask, id_, email(True, 1, wording="other words", source="API"))
    assert await everything(shop.database) == before


async def test_an_import_gives_nothing_that_was_withdrawn(ask: Asker, shop: Shop) -> None:
    id_ = await new(ask)
    await say(ask, id_, email(False, 1))
    before = await everything(shop.database)
    await say(ask, id_, email(True, 2, source="IMPORT"))
    assert await everything(shop.database) == before


async def test_a_consent_that_is_unconfirmed_waits_where_the_business_wants_it(ask: Asker, shop: Shop) -> None:
    id_ = await new(ask, consents=[{"channel": "EMAIL", "given": True}])
    confirmed = "mutation { updateBusinessSettings(input: {version: 1, confirmedOptIn: true}) { __typename } }"
    await ask.being(Role.ADMIN)(confirmed)
    asked = f'{{ customer(by: {{id: "{id_}"}}) {{ {SHOWN} }} }}'
    waiting = (await ask(asked))["customer"]
    assert (waiting["consentStates"][0]["status"], waiting["consents"]["email"]) == ("PENDING", False)
    await ask(f'mutation {{ verifyCustomer(id: "{id_}", email: true) {{ __typename }} }}')
    counted = (await ask(asked))["customer"]
    assert (counted["consentStates"][0]["status"], counted["consents"]["email"]) == ("GIVEN", True)


async def test_whom_one_may_contact_is_active_and_reachable(ask: Asker, shop: Shop) -> None:
    shop.customer("OUT", email="out@example.com", consent_email=True, is_active=False)
    shop.customer("BOUNCED", email="b@example.com", consent_email=True, email_bounced_at=shop.now)
    await shop.save()
    for number, status in (("OUT", "GIVEN"), ("BOUNCED", "UNREACHABLE")):
        shown = (await ask(f'{{ customer(by: {{number: "{number}"}}) {{ {SHOWN} }} }}'))["customer"]
        state = shown["consentStates"][0]
        assert (state["status"], state["mayContact"], shown["consents"]["email"]) == (status, False, False)


async def test_it_leaves_one_revision_one_entry_and_an_event_of_what_changed(ask: Asker, shop: Shop) -> None:
    id_ = await new(ask)
    before = await counters(shop)
    await say(ask, id_, email(True, 1), {"channel": "PUSH", "given": False})
    after = await counters(shop)
    grown = {name: after[name] - before[name] for name in after}
    assert grown == {"revision": 1, "facts_revision": 0, "entries": 1, "events": 1}


async def test_refusals_change_nothing(ask: Asker, shop: Shop, other: Shop) -> None:
    id_ = await new(ask)
    before = await everything(shop.database)
    refused = await say(
        ask, id_, {"channel": "EMAIL", "given": True, "source": "UNSUBSCRIBE"},
        {"channel": "EMAIL", "given": True, "at": "2026-03-01T10:00:00", "wording": "w" * 2_001},
    )  # fmt: skip
    assert problems_of(refused) == [
        ("consents.0.source", "UNKNOWN_VALUE"),
        ("consents.1.wording", "TOO_LONG"),
        ("consents.1.at", "INVALID_FORMAT"),
    ]
    refused = await say(ask, id_, {"channel": "SMS", "given": True}, {**email(True, 1), "at": "2026-03-05T12:00:01Z"})
    assert problems_of(refused) == [("consents.0.channel", "REQUIRED"), ("consents.1.at", "IN_THE_FUTURE")]
    for missing in (global_id("Customer", 10**6), customer_id(other, "ANN")):
        refused = await say(ask, missing, email(True, 1))
        assert (refused["__typename"], refused["path"]) == ("NotFound", ["customer"])
    for number, reason in (("GONE", "ERASED"), ("OLD", "MERGED")):
        refused = await say(ask, customer_id(shop, number), email(True, 1))
        assert (refused["__typename"], refused["reason"]) == ("NotAllowed", reason)
    assert await everything(shop.database) == before


async def test_the_history_has_pages_and_channels(ask: Asker, shop: Shop) -> None:
    id_ = await new(ask)
    await say(ask, id_, *(email(day % 2 == 1, day) for day in range(1, 6)), {"channel": "PUSH", "given": True})
    asked = """query ($id: ID!, $after: String) { customer(by: {id: $id}) {
        consentHistory(first: 2, after: $after, channel: EMAIL) { nodes { id at } pageInfo { endCursor } } } }"""
    seen, after = list[str](), None
    for _ in range(3):
        page = (await ask(asked, id=id_, after=after))["customer"]["consentHistory"]
        seen += [node["at"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert seen == [DAY.format(day) for day in (5, 4, 3, 2, 1)]
