"""Who is shown what: every field that can be reached, as everybody, and ways to ask that a table could overlook.

The tables here are written from the specification, not taken from the code.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any

import pytest

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from schema.document.access import PERSONAL
from schema.document.portal import SHOWN_TO_CUSTOMER
from schema.document.roles import OF_CUSTOMER
from tests.builders import Shop
from tests.schema.conftest import Answer, Asker
from tests.schema.corner_shop import PERSONAL_OF_ANN, PERSONAL_OF_SALES, PERSONAL_OF_TOUCHPOINTS
from tests.schema.mutations import OF_EVERYBODY, mutation_calls
from tests.schema.walking import all_coordinates, everything_under, made_ready, masked, ways_to

PERSONAL_FIELDS = {
    "Customer.address",
    "Customer.birthDate",
    "Customer.email",
    "Customer.notes",
    "Customer.phone",
    "Sale.note",
    "Refund.reason",
    "Touchpoint.notes",
}
OF_FACETS = {"CustomerFacets.cities", "CustomerFacets.countries"}  # tests/schema/test_facets.py
STAFF_FIELDS = {
    "Acquisition.referrer",
    "Customer.atStake",
    "Customer.attention",
    "Business.dataQuality",
    "Business.dataRevision",
    "Business.dataUpdatedAt",
    "Business.segmentDays",
    "Business.segmentScheme",
    "Customer.clv",
    "ConsentEvent.actor",
    "Customer.cohort",
    "Customer.duplicates",
    "Customer.mergedInto",
    "Customer.notes",
    "Customer.rfm",
    "Customer.tags",
    "LoyaltyMembership.statusReason",
    "LoyaltyRedemption.usedBy",
    "LoyaltyReward.criteria",
    "LoyaltyReward.redeemedCount",
    "LoyaltyReward.stock",
    "LoyaltyReward.stockLeft",
    "LoyaltyTier.memberCount",
    "LoyaltyTransaction.actor",
    "LoyaltyTransaction.metadata",
    "PurchasePatterns.freshness",
    "PurchasePatterns.howComputed",
    "PurchaseSummary.profit",
    "Refund.reason",
    "Sale.note",
    "Sale.profit",
    "Sale.voidedReason",
    "SaleItem.profit",
    "SaleStatusChange.actor",
    "Touchpoint.notes",
    "Touchpoint.subject",
}
APART = ("RFMCell.customers", "Customer.duplicates")  # tests of their own: 125 cells, and what VIEWER may not ask
NODES_OF_STAFF = (
    "EarningRule.",
    "ErasureRequest.",
    "Event.",
    "Job.",
    "WebhookDelivery.",
    "WebhookEndpoint.",
)  # which no event is about, but any node may stand there by its type
NEVER_SHOWN = {
    *("actor", "duplicates", "freshness", "howComputed", "journey", "journeyHistory", "mergedInto", "metadata", "note"),
    *("notes", "profit", "requestedBy", "segmentHistory", "segments", "statusReason", "usedBy", "voidedReason"),
}
MARKERS = [*(str(value) for value in PERSONAL_OF_ANN.values()), PERSONAL_OF_SALES, PERSONAL_OF_TOUCHPOINTS]
# And whose it is not.
PERSONAL_KEYS = {
    **{"address": "", "birthDate": "", "email": "consents", "note": "", "notes": "", "phone": ""},
    "reason": "recommendations prediction",
}
NOT_PERSONAL = {"Consents.email", "ErasureRequest.reason", "NotAllowed.reason", "BulkRefusal.reason"} | {
    "NotEnoughData.reason",
    "Recommendation.reason",
    "LoyaltyTransaction.reason",
    "PointsLot.reason",
    "RewardOffer.reason",
    "TierChange.reason",
}
SEES_ALL = [(Role.STAFF, False), (Role.MANAGER, False), (Role.ADMIN, False), (Role.VIEWER, True)]


TEA = '{product: "Tea", quantity: 1, unitPrice: 1}'


def root_calls(shop: Shop) -> dict[str, str]:
    """Each root field with arguments under which it finds something of everything."""
    ids = {
        "Customer": shop.id_of("ANN"),
        "Sale": shop.id_of_sale("A2"),
        "Storefront": shop.id_of_storefront("Web"),
        "Touchpoint": 7,
    }
    public = [global_id(kind, key) for kind, key in ids.items()]
    return {
        "acquisition": "acquisition",
        "auditTrail": "auditTrail",
        "businessSettings": "businessSettings",
        "categoryAffinity": "categoryAffinity(minSupport: 0)",
        "customer": 'customer(by: {number: "ANN"})',
        "customerFacets": "customerFacets",
        "customers": "customers(orderBy: TOTAL_SPENT)",
        "duplicateCandidates": "duplicateCandidates",
        "earningRules": "earningRules",
        "erasureRequests": "erasureRequests",
        "eventTypes": "eventTypes",
        "events": "events",
        "job": f'job(id: "{global_id("Job", 1)}")',
        "jobs": "jobs",
        "lifetimeValueModel": "lifetimeValueModel",
        "lifetimeValueReport": "lifetimeValueReport",
        "loyaltyRedemption": 'loyaltyRedemption(code: "23456789AB")',
        "loyaltyRedemptions": "loyaltyRedemptions",
        "loyaltyRewards": "loyaltyRewards",
        "loyaltySettings": "loyaltySettings",
        "loyaltyTiers": "loyaltyTiers",
        "loyaltyTransactions": "loyaltyTransactions",
        "node": f'node(id: "{public[0]}")',
        "nodes": f"nodes(ids: {json.dumps(public)})",
        "pointsQuote": f'pointsQuote(input: {{customer: "{public[0]}", items: [{TEA}]}})',
        "productReport": "productReport",
        "purchasePatterns": "purchasePatterns",
        "receivablesAging": "receivablesAging",
        "retention": "retention",
        "sale": 'sale(number: "A2")',
        "sales": "sales",
        "segmentMigration": 'segmentMigration(from: "2025-12-05", to: "2026-03-05")',
        "segmentation": "segmentation",
        "segmentationTrend": 'segmentationTrend(from: "2025-12-05", to: "2026-03-05")',
        "simulateTiers": 'simulateTiers(tiers: [{name: "Bronze", rank: 1, isBase: true}])',
        "storefronts": "storefronts",
        "touchpoints": "touchpoints",
        "viewer": "viewer",
        "webhookEndpoints": "webhookEndpoints",
    }


def timeless(data: Any) -> Any:
    """An answer without what differs each time."""
    return json.loads(json.dumps(data), object_hook=lambda d: {k: v for k, v in d.items() if k not in TIMES})


OURS = (*MARKERS, "Corner Shop", "Ólafsdóttir", "BEN", "IDLE", "High Street", "How was it?")
TIMES = ("fromCache", "durationMs", "computedAt", "role", "mutations", "exportUrl")  # and what depends on the role


LINK = re.compile(r"token=[\w-]+\.([\w-]+)\.[\w-]+")


def shown(answer: Answer) -> str:
    """All that an answer says, errors too; of signed links what they say, as the rest of them is by chance."""
    text = json.dumps([answer.data, answer.messages], ensure_ascii=False)
    return LINK.sub(lambda link: urlsafe_b64decode(link[1] + "==").decode(), text)


# ---------------------------------------------------------------- the tables


def test_the_tables_are_those_of_the_specification() -> None:
    assert PERSONAL == PERSONAL_FIELDS | OF_FACETS
    assert set() == SHOWN_TO_CUSTOMER & STAFF_FIELDS
    shown_at_all = {c for c in SHOWN_TO_CUSTOMER if c.partition(".")[2] in NEVER_SHOWN}
    assert shown_at_all == {"TimelineEvent.actor"}  # which is null to customers
    assert {f"Mutation.{name}" for name in OF_EVERYBODY} | {"Query.viewer"} == OF_CUSTOMER


def test_the_tables_name_fields_that_there_are() -> None:
    assert all_coordinates() >= PERSONAL | STAFF_FIELDS | SHOWN_TO_CUSTOMER


def test_customers_are_shown_what_the_list_says_and_it_says_no_more() -> None:
    """Where they come from `viewer` or a change, and what all objects with an id, and all refusals, have in common."""
    _, reached = everything_under("viewer", "viewer", lambda field: field in SHOWN_TO_CUSTOMER)
    for name in OF_EVERYBODY:
        reached |= everything_under(name, name, lambda field: field in SHOWN_TO_CUSTOMER, of="Mutation")[1]

    assert reached | {"Node.id", "Refusal.message"} == SHOWN_TO_CUSTOMER


def test_no_field_of_a_telling_name_is_missing_in_the_tables() -> None:
    """A new type with such a field has to be thought about."""
    named = {c for c in all_coordinates() if c.split(".")[1] in PERSONAL_KEYS} - NOT_PERSONAL

    assert named == PERSONAL - OF_FACETS


def test_every_root_is_walked(shop: Shop) -> None:
    assert set(root_calls(shop)) == {c.removeprefix("Query.") for c in all_coordinates() if c.startswith("Query.")}


def test_the_walk_reaches_every_field(shop: Shop) -> None:
    calls = root_calls(shop)
    reached = [everything_under(root, call, lambda _: True)[1] for root, call in calls.items()]

    changes = mutation_calls(shop).items()
    reached += [everything_under(name, call, lambda _: True, of="Mutation")[1] for name, call in changes]
    # What is listened to is asked for in tests/server/test_subscriptions.py.
    listened_to = {c for c in all_coordinates() if c.startswith(("Subscription.", "DataChange."))}
    # Refusal.message is that of each refusal, which are walked one by one.
    assert set().union(*reached) == all_coordinates() - listened_to - {"Refusal.message"}


# ---------------------------------------------------------------- every field, as everybody


ROOTS = (
    "customer",
    "customers",
    "lifetimeValueReport",
    "node",
    "nodes",
    "segmentation",
    "storefronts",
    "touchpoints",
    "viewer",
)


@pytest.mark.parametrize("root", ROOTS)
async def test_every_field_as_everybody(ask: Asker, shop: Shop, other: Shop, root: str) -> None:
    # Takes seconds for some roots: everything under them is asked by every kind of caller.
    document, asked = everything_under(root, root_calls(shop)[root], lambda field: field not in APART)
    ready = made_ready(document)
    staff = ask.being(Role.STAFF, customer_id=shop.id_of("ANN"))
    await staff(document, prepared=ready)  # what it computes is kept from now on
    everything = timeless(await staff(document, prepared=ready))

    for role, pii in SEES_ALL:
        answer = await staff.being(role, pii=pii).run(document, prepared=ready)
        assert (answer.messages, timeless(answer.data) == everything) == ([], True), role

    plain = await staff.being(Role.VIEWER).run(document, prepared=ready)
    assert sorted(plain.messages) == [
        f"{field} is personal data: the token needs the pii claim" for field in sorted(asked & PERSONAL_FIELDS)
    ]
    assert set(plain.codes) <= {"FORBIDDEN"}
    assert timeless(plain.data) == masked(everything, PERSONAL_KEYS)
    assert [marker for marker in MARKERS if marker in shown(plain)] == []

    if root != "storefronts":  # from all others one comes to customers: had nothing been found, nothing were proven
        assert asked >= PERSONAL_FIELDS
        assert [marker for marker in MARKERS if marker not in json.dumps(everything)] == []

    foreign = await staff.being(Role.ADMIN, business_id=other.id).run(document, prepared=ready)
    assert [name for name in OURS if name in shown(foreign)] == []
    assert timeless(foreign.data) != everything


async def test_personal_fields_of_the_customers_of_cells(ask: Asker) -> None:
    document = (
        "{ segmentation { cells { customers { nodes { number email phone birthDate notes address { city } } } } } }"
    )
    plain = await ask.being(Role.VIEWER).run(document)

    assert len(plain.errors) == 5
    assert '"number": "ANN", "email": null, "phone": null, "birthDate": null, "notes": null, "address": null' in shown(
        plain
    )
    assert [marker for marker in MARKERS if marker in shown(plain)] == []


async def test_a_customer_is_refused_every_root_but_viewer(ask: Asker, shop: Shop) -> None:
    anna = ask.being(Role.CUSTOMER, customer_id=shop.id_of("ANN"))
    for root, call in root_calls(shop).items():
        if root != "viewer":
            answer = await anna.run(f"{{ {call} {{ __typename }} }}")
            assert (answer.data, answer.messages, answer.codes, answer.statements) == (
                None,
                [f"Query.{root} is for staff"],
                ["FORBIDDEN"],
                0,
            )


async def test_a_customer_is_refused_what_is_not_on_the_list_on_every_way_to_it(ask: Asker, shop: Shop) -> None:
    # Takes seconds: staff ask all of it too, so that it is the role which is refused.
    anna = ask.being(Role.CUSTOMER, customer_id=shop.id_of("ANN"))
    ways = list(ways_to(lambda field: field not in SHOWN_TO_CUSTOMER, "viewer", "viewer"))
    assert {field for field, _ in ways if not field.startswith(NODES_OF_STAFF)} == STAFF_FIELDS
    for field, document in ways:
        answer = await anna.run(document)
        assert (answer.data, answer.messages, answer.codes) == (None, [f"{field} is for staff"], ["FORBIDDEN"]), (
            document
        )
        assert (await ask.being(Role.STAFF, customer_id=shop.id_of("ANN")).run(document)).errors == []


async def test_a_customer_sees_the_rest_of_its_own_page_and_nothing_else(ask: Asker, shop: Shop) -> None:
    anna = ask.being(Role.CUSTOMER, customer_id=shop.id_of("ANN"))
    document, asked = everything_under("viewer", "viewer", lambda field: field in SHOWN_TO_CUSTOMER)
    answer = await anna.run(document)

    assert not answer.errors
    assert "Customer.email" in asked
    own = answer.data["viewer"]["customer"]
    assert (own["number"], own["email"]) == ("ANN", "anna.marker@example.com")
    assert [sale["number"] for sale in own["sales"]["nodes"]] == ["A6", "A5", "A4", "A3", "A2", "A1"]
    assert [name for name in ("BEN", "Ben", "NONAME", "IDLE", "B1", "X1", "marker note") if name in shown(answer)] == []


async def test_a_customer_does_not_reach_others_through_a_refund_of_their_sale(ask: Asker, shop: Shop) -> None:
    """A present that was brought back: the money went to Anna, the sale is Ben's."""
    shop.refund("ANN", "2026-03-04", "3.00", sale="B2", number="AR9")
    await shop.save()
    query = "{ viewer { customer { refunds(first: 1) { nodes { amount sale { number customer { number } } } } } } }"
    anna = ask.being(Role.CUSTOMER, customer_id=shop.id_of("ANN"))
    staff = ask.being(Role.STAFF, customer_id=shop.id_of("ANN"))

    (theirs,) = (await anna(query))["viewer"]["customer"]["refunds"]["nodes"]
    (ours,) = (await staff(query))["viewer"]["customer"]["refunds"]["nodes"]

    assert theirs == {"amount": "3.00", "sale": None}
    assert ours == {"amount": "3.00", "sale": {"number": "B2", "customer": {"number": "BEN"}}}


async def test_a_customer_of_no_record_is_nobody(ask: Asker) -> None:
    nobody = ask.being(Role.CUSTOMER, customer_id=999)

    assert await nobody("{ viewer { role customer { name } } }") == {"viewer": {"role": "CUSTOMER", "customer": None}}


async def test_a_customer_number_of_another_business_is_nobody(ask: Asker, shop: Shop, other: Shop) -> None:
    stray = ask.being(Role.CUSTOMER, business_id=other.id, customer_id=shop.id_of("ANN"))

    assert await stray("{ viewer { customer { name } } }") == {"viewer": {"customer": None}}


async def test_a_business_that_is_not_there_has_nothing(ask: Asker, shop: Shop) -> None:
    """Its tokens are refused before; this is what stands behind."""
    lost = ask.being(Role.ADMIN, business_id=999)
    for call in root_calls(shop).values():
        answer = await lost.run(f"{{ {call} {{ __typename }} }}")
        data: dict[str, Any] = answer.data or {}
        assert not any(data.values()) or answer.data == {"nodes": [None] * 4}


# ---------------------------------------------------------------- ways to ask

Under = Callable[..., str]


def under_customer(inner: str, alias: str = "", directive: str = "") -> str:
    """Fields of a customer, as a viewer asks for them."""
    return f'{alias} customer(by: {{number: "ANN"}}) {directive} {{ {inner} }}'


def under_viewer(inner: str, alias: str = "", directive: str = "") -> str:
    """The same fields, as the customer asks for its own."""
    return f"{alias} viewer {directive} {{ customer {{ {inner} }} }}"


def asking(field: str, under: Under) -> dict[str, str]:
    """Documents that ask for a field of a customer; a variable `x` is true."""
    fragment = f"fragment F on Customer {{ {field} }}"
    return {
        "plainly": f"{{ {under(field)} }}",
        "an alias": f"{{ {under(f'other: {field}')} }}",
        "an alias of a harmless name": f"{{ {under(f'number: {field}')} }}",
        "an inline fragment": f"{{ {under(f'... {{ ... on Customer {{ {field} }} }}')} }}",
        "an inline fragment on an interface": f"{{ {under(f'... on Node {{ ... on Customer {{ {field} }} }}')} }}",
        "a fragment": f"{{ {under('...F')} }} {fragment}",
        "a fragment in a fragment": f"{{ {under('...G')} }} fragment G on Customer {{ ...F }} {fragment}",
        "a fragment on an interface": f"{{ {under('...G')} }} fragment G on Node {{ ...F }} {fragment}",
        "a fragment under a skipped field first": f"{{ {under('...F', 'a:', '@skip(if: true)')} {under('...F')} }} "
        + fragment,
        "a fragment skipped first": f"{{ {under('...F @skip(if: true) ...F')} }} {fragment}",
        "a fragment of another operation too": f"query A {{ {under('...F')} }} query B {{ __typename }} {fragment}",
        "the query as a fragment": f"{{ ...Q }} fragment Q on Query {{ {under(field)} }}",
        "neither skipped nor left out": f"{{ {under(f'{field} @skip(if: false) @include(if: true)')} }}",
        "two selections of one field": f"{{ {under('number')} {under(field)} }}",
        "a variable": f"query A($x: Boolean!) {{ {under(f'{field} @include(if: $x)')} }}",
        "a default": f"query A($y: Boolean = true) {{ {under(f'{field} @include(if: $y)')} }}",
        "a default that does not skip": f"query A($y: Boolean! = false) {{ {under(f'{field} @skip(if: $y)')} }}",
        "a value over a default": f"query A($x: Boolean! = false) {{ {under(f'{field} @include(if: $x)')} }}",
    }


def not_asking(field: str, under: Under) -> dict[str, str]:
    """Documents that name a field of a customer, but do not ask for it; a variable `x` is true."""
    fragment = f"fragment F on Customer {{ {field} }}"
    return {
        "a skipped field": f"{{ {under(f'number {field} @skip(if: true)')} }}",
        "a field left out": f"{{ {under(f'number {field} @include(if: false)')} }}",
        "both": f"{{ {under(f'number {field} @include(if: true) @skip(if: true)')} }}",
        "a skipped fragment": f"{{ {under('number ...F @skip(if: true)')} }} {fragment}",
        "a skipped inline fragment": f"{{ {under(f'number ... @include(if: false) {{ {field} }}')} }}",
        "a skipped parent": f"{{ {under('number')} {under(field, 'a:', '@skip(if: true)')} }}",
        "a variable": f"query A($x: Boolean!) {{ {under(f'number {field} @skip(if: $x)')} }}",
        "a default": f"query A($y: Boolean = false) {{ {under(f'number {field} @include(if: $y)')} }}",
        "a harmless field under its name": f"{{ {under(f'number {field}: id')} }}",
        "another operation": f"query A {{ {under('number')} }} query B {{ {under(field)} }}",
        "a fragment of another operation": f"query A {{ {under('number')} }} query B {{ {under('...F')} }} {fragment}",
    }


async def run(caller: Asker, document: str) -> Answer:
    """Run operation A of a document."""
    variables: dict[str, Any] = {"x": True} if "$x" in document else {}
    return await caller.run(document, "A" if "query A" in document else None, **variables)


async def test_a_personal_field_is_hidden_however_it_is_asked_for(ask: Asker) -> None:
    for way, document in asking("email", under_customer).items():
        answer = await run(ask.being(Role.VIEWER), document)

        assert answer.messages == ["Customer.email is personal data: the token needs the pii claim"], way
        assert "anna.marker@example.com" not in shown(answer), way
        assert "anna.marker@example.com" in shown(await run(ask, document)), way


async def test_a_customer_is_refused_however_it_asks(ask: Asker, shop: Shop) -> None:
    anna = ask.being(Role.CUSTOMER, customer_id=shop.id_of("ANN"))
    for way, document in asking("notes", under_viewer).items():
        answer = await run(anna, document)

        assert (answer.data, answer.messages, answer.statements) == (None, ["Customer.notes is for staff"], 0), way
        assert "marker note of a customer" in shown(await run(anna.being(Role.STAFF), document)), way


async def test_what_is_not_asked_for_is_not_told_of(ask: Asker, shop: Shop) -> None:
    anna = ask.being(Role.CUSTOMER, customer_id=shop.id_of("ANN"))
    for way, document in not_asking("email", under_customer).items():
        answer = await run(ask.being(Role.VIEWER), document)
        assert (answer.messages, answer.data["customer"]["number"]) == ([], "ANN"), way
    for way, document in not_asking("notes", under_viewer).items():
        answer = await run(anna, document)
        assert (answer.messages, answer.data["viewer"]["customer"]["number"]) == ([], "ANN"), way


async def test_every_hidden_and_every_refused_field_is_named(ask: Asker, shop: Shop) -> None:
    plain = await ask.being(Role.VIEWER).run(f"{{ {under_customer('email phone email number')} }}")
    anna = ask.being(Role.CUSTOMER, customer_id=shop.id_of("ANN"))
    refused = await anna.run(f"{{ storefronts {{ name }} {under_viewer('notes rfm { frequency } number')} }}")

    why = "is personal data: the token needs the pii claim"
    assert plain.messages == [f"Customer.email {why}", f"Customer.phone {why}"]
    assert refused.messages == [
        f"{field} is for staff" for field in ("Query.storefronts", "Customer.notes", "Customer.rfm")
    ]
    assert refused.data is None


async def test_introspection_is_for_everybody(ask: Asker, shop: Shop) -> None:
    query = '{ __typename __schema { types { name } } __type(name: "Customer") { fields { name } } }'
    for role in Role:
        data = await ask.being(role, customer_id=shop.id_of("ANN"))(query)
        assert "email" in [field["name"] for field in data["__type"]["fields"]]


# ---------------------------------------------------------------- personal data by which one finds


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ('{ customer(by: {email: "anna.marker@example.com"}) { number } }', "finding a customer by email needs"),
        ('{ customer(by: {phone: "+442079460958"}) { number } }', "finding a customer by phone needs"),
        ('{ customers(filter: {city: "Markerton"}) { totalCount } }', "filtering by city needs"),
        ('{ customers(filter: {country: "Markerland"}) { totalCount } }', "filtering by country needs"),
    ],
)
async def test_nobody_is_found_by_personal_data_without_the_claim(ask: Asker, query: str, message: str) -> None:
    told = await ask.being(Role.VIEWER).refused(query, "FORBIDDEN")

    assert told.startswith(f"{message} a token with the pii claim")
    for role, pii in SEES_ALL:
        data = await ask.being(role, pii=pii)(query)
        assert data in ({"customer": {"number": "ANN"}}, {"customers": {"totalCount": 1}})


@pytest.mark.parametrize("order", ["NAME", "TOTAL_SPENT"])
async def test_a_search_looks_at_contacts_only_with_the_claim(ask: Asker, order: str) -> None:
    query = (
        f"query($words: String) {{ customers(filter: {{search: $words}}, orderBy: {order}) {{ nodes {{ number }} }} }}"
    )
    viewer, expected = ask.being(Role.VIEWER), {"customers": {"nodes": [{"number": "ANN"}]}}

    for words in ("anna.marker@example.com", "marker", "442079460958", "0207946"):
        assert await viewer(query, words=words) == {"customers": {"nodes": []}}
        assert await ask(query, words=words) == expected
    assert await viewer(query, words="Olafs") == expected


async def test_a_portal_is_not_told_what_the_shop_earns(ask: Asker, shop: Shop) -> None:
    portal = ask.being(Role.CUSTOMER, customer_id=shop.id_of("ANN"))
    await portal.refused("{ viewer { customer { purchases(revenueBasis: MARGIN) { revenue } } } }", "FORBIDDEN")
    assert await portal("{ viewer { customer { purchases { orders } } } }")
