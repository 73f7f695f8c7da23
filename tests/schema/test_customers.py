"""A customer's page, field by field, and lists of customers by every filter and order."""

from typing import Any

import pytest

from resolvers.operation.ids import global_id, read_id
from resolvers.operation.viewer import Role
from tests.builders import Shop
from tests.schema.conftest import REFUSED_BY_GRAPHQL, Asker, customer_id

# ---------------------------------------------------------------- one customer

PROFILE = """
    number type name firstName lastName email phone birthDate gender
    address { line1 line2 city state postalCode country }
    isActive isEmailVerified isPhoneVerified isVerified
    createdAt joinedOn creditLimit notes tags
    externalIds { system value } consents { email sms push }
    acquisition { source campaign referrer { number } }
    emailEngagement { openRate clickRate lastOpenedAt lastClickedAt }
    outstandingBalance creditUtilization
"""
NOTHING_KNOWN: dict[str, Any] = {
    "type": "RETAIL",
    "firstName": None,
    "lastName": None,
    "email": None,
    "phone": None,
    "birthDate": None,
    "gender": None,
    "address": None,
    "isActive": True,
    "isEmailVerified": False,
    "isPhoneVerified": False,
    "isVerified": False,
    "createdAt": "2026-03-05T12:00:00+00:00",
    "creditLimit": "0.00",
    "notes": None,
    "tags": [],
    "externalIds": [],
    "consents": {"email": False, "sms": False, "push": False},
    "acquisition": {"source": None, "campaign": None, "referrer": None},
    "emailEngagement": {"openRate": None, "clickRate": None, "lastOpenedAt": None, "lastClickedAt": None},
    "outstandingBalance": "0.00",
    "creditUtilization": None,
}


def profile(number: str) -> str:
    """A question for the profile of a customer."""
    return f'{{ customer(by: {{number: "{number}"}}) {{ {PROFILE} }} }}'


async def test_a_profile_with_everything(ask_both: Asker) -> None:
    assert (await ask_both(profile("ANN")))["customer"] == {
        "number": "ANN",
        "type": "RETAIL",
        "name": "Anna Ólafsdóttir",
        "firstName": "Anna",
        "lastName": "Ólafsdóttir",
        "email": "anna.marker@example.com",
        "phone": "+442079460958",
        "birthDate": "1990-02-28",
        "gender": "female",
        "address": {
            "line1": "1 Marker Street",
            "line2": "Marker Flat 2",
            "city": "Markerton",
            "state": "Markershire",
            "postalCode": "MK1 1MK",
            "country": "Markerland",
        },
        "isActive": True,
        "isEmailVerified": True,
        "isPhoneVerified": False,
        "isVerified": True,
        "createdAt": "2024-01-20T08:30:00+00:00",
        "joinedOn": "2024-01-15",
        "creditLimit": "500.00",
        "notes": "marker note of a customer",
        "tags": ["local", "vip"],
        "externalIds": [{"system": "erp", "value": "77"}, {"system": "shopify", "value": "g-1"}],
        "consents": {"email": True, "sms": False, "push": True},
        "acquisition": {"source": "ads", "campaign": "spring", "referrer": {"number": "BEN"}},
        # delivered 5: DELIVERED, NO_RESPONSE, OPENED, CLICKED, REPLIED; opened 3, clicked 1; the void one is none
        "emailEngagement": {
            "openRate": 60.0,
            "clickRate": 20.0,
            "lastOpenedAt": "2026-01-12T08:00:00+00:00",
            "lastClickedAt": "2026-01-10T09:00:00+00:00",
        },
        # opening 20.00; of A4 120.00 less 10.00 refunded and 30.00 paid; less 15.00 that no sale is told for
        "outstandingBalance": "85.00",
        "creditUtilization": 17.0,
    }


async def test_a_profile_with_nothing_but_a_number(ask_both: Asker) -> None:
    assert (await ask_both(profile("NONAME")))["customer"] == {
        **NOTHING_KNOWN,
        "number": "NONAME",
        "name": "NONAME",
        "joinedOn": "2026-02-20",
    }


@pytest.mark.parametrize(
    ("number", "name", "joined"),
    [("BEN", "Ben", "2025-10-10"), ("IDLE", "Idle", "2026-01-02"), ("NEW", "anna Zed", "2026-03-05")],
)
async def test_name_and_day_of_joining(ask: Asker, number: str, name: str, joined: str) -> None:
    found = (await ask(f'{{ customer(by: {{number: "{number}"}}) {{ name joinedOn }} }}'))["customer"]

    assert found == {"name": name, "joinedOn": joined}


async def test_an_erased_customer_has_no_name_and_is_not_found_by_number(ask_both: Asker) -> None:
    assert (await ask_both(profile("GONE")))["customer"] is None

    # It is reached from its sales, and in the drill-downs of what it counts in.
    found = await ask_both(f"{{ segmentation {{ segments {{ customers {{ nodes {{ id {PROFILE} }} }} }} }} }}")
    nodes = [node for segment in found["segmentation"]["segments"] for node in segment["customers"]["nodes"]]
    (gone,) = [node for node in nodes if node["name"] == "Erased customer"]
    public = gone.pop("id")
    assert gone == {**NOTHING_KNOWN, "number": "GONE", "name": "Erased customer", "joinedOn": "2025-01-01"}
    again = await ask_both(f'{{ customer(by: {{id: "{public}"}}) {{ name }} node(id: "{public}") {{ id }} }}')
    assert again == {"customer": {"name": "Erased customer"}, "node": {"id": public}}


async def test_an_address_of_which_one_part_is_known(ask: Asker) -> None:
    found = await ask('{ customer(by: {number: "BEN"}) { address { city country } } }')

    assert found == {"customer": {"address": {"city": None, "country": "Ghana"}}}


PURCHASES = "orders revenue refunded profit averageOrderValue firstPurchaseDate lastPurchaseDate daysSinceLastPurchase"


PURCHASES_BY_QUESTION = [
    # A1 8.00, A2 12.00, A3 5.00, A4 100.00; PENDING and CANCELLED do not count; refunds 5.00 + 10.00 + 2.50.
    # Profit: A2 4.50 less 0.83 of its discount, A3 3.00 less all of it. 107.50 / 4 is rounded half-even.
    ("ANN", "", (4, "107.50", "17.50", "3.67", "26.88", "2025-06-30", "2026-02-01", 32)),
    ("ANN", "(revenueBasis: NET)", (4, "107.50", "17.50", "3.67", "26.88", "2025-06-30", "2026-02-01", 32)),
    ("ANN", "(revenueBasis: GROSS)", (4, "125.00", "17.50", "6.67", "31.25", "2025-06-30", "2026-02-01", 32)),
    ("ANN", "(revenueBasis: MARGIN)", (4, "3.67", "17.50", "3.67", "0.92", "2025-06-30", "2026-02-01", 32)),
    ("ANN", '(asOf: "2026-01-15")', (3, "25.00", "0.00", "6.67", "8.33", "2025-06-30", "2026-01-10", 5)),
    ("ANN", '(asOf: "2026-01-20")', (3, "20.00", "5.00", "3.67", "6.67", "2025-06-30", "2026-01-10", 10)),
    ("ANN", '(asOf: "2025-06-30")', (1, "8.00", "0.00", None, "8.00", "2025-06-30", "2025-06-30", 0)),
    ("ANN", '(asOf: "2025-06-29")', (0, "0.00", "0.00", None, None, None, None, None)),
    ("ANN", '(asOf: "0001-01-01")', (0, "0.00", "0.00", None, None, None, None, None)),
    ("ANN", '(asOf: "2026-03-06")', (4, "107.50", "17.50", "3.67", "26.88", "2025-06-30", "2026-02-01", 32)),
    ("ANN", '(asOf: "9999-12-31")', (4, "107.50", "17.50", "3.67", "26.88", "2025-06-30", "2026-02-01", 32)),
    ("ANN", "(asOf: null)", (4, "107.50", "17.50", "3.67", "26.88", "2025-06-30", "2026-02-01", 32)),
    # B2 was pending until 25 January, and counts since as a sale of 5 January.
    ("BEN", '(asOf: "2026-01-24")', (1, "20.00", "0.00", None, "20.00", "2025-10-10", "2025-10-10", 106)),
    ("BEN", '(asOf: "2026-01-25")', (2, "60.00", "0.00", None, "30.00", "2025-10-10", "2026-01-05", 20)),
    ("BEN", "(revenueBasis: MARGIN)", (2, "0.00", "0.00", None, "0.00", "2025-10-10", "2026-01-05", 59)),
    ("NEW", "", (0, "0.00", "0.00", None, None, None, None, None)),
    ("IDLE", "", (1, "500.00", "0.00", None, "500.00", "2026-01-02", "2026-01-02", 62)),
]


async def test_purchases(ask: Asker) -> None:
    for number, arguments, expected in PURCHASES_BY_QUESTION:
        query = f'{{ customer(by: {{number: "{number}"}}) {{ purchases{arguments} {{ {PURCHASES} }} }} }}'
        found = (await ask(query))["customer"]["purchases"]
        assert found == dict(zip(PURCHASES.split(), expected, strict=True)), (number, arguments)


async def test_purchases_on_both_stores(ask_both: Asker) -> None:
    query = f"{{ customers(orderBy: NAME) {{ nodes {{ number purchases {{ {PURCHASES} }} }} }} }}"
    found = (await ask_both(query))["customers"]["nodes"]

    assert {c["number"]: tuple(c["purchases"].values()) for c in found} == {
        "NONAME": (1, "60.00", "0.00", None, "60.00", "2026-02-20", "2026-02-20", 13),
        "NEW": (0, "0.00", "0.00", None, None, None, None, None),
        "ANN": (4, "107.50", "17.50", "3.67", "26.88", "2025-06-30", "2026-02-01", 32),
        "BEN": (2, "60.00", "0.00", None, "30.00", "2025-10-10", "2026-01-05", 59),
        "IDLE": (1, "500.00", "0.00", None, "500.00", "2026-01-02", "2026-01-02", 62),
    }


async def test_a_customer_who_only_returned(ask: Asker, shop: Shop) -> None:
    shop.refund("NEW", "2026-03-01", "3.00")
    await shop.save()
    query = f'{{ customer(by: {{number: "NEW"}}) {{ purchases {{ {PURCHASES} }} }} }}'

    assert tuple((await ask(query))["customer"]["purchases"].values()) == (
        *(0, "-3.00", "3.00", None, None, None, None, None),
    )


@pytest.mark.parametrize(
    ("status", "paid", "owed"),
    [
        ("PARTIAL", "4.00", "7.00"),
        ("PARTIAL", "11.00", "0.00"),
        ("COMPLETED", "4.00", "0.00"),
        ("PENDING", "4.00", "0.00"),
        ("CANCELLED", "4.00", "0.00"),
    ],
)
async def test_only_a_sale_in_parts_is_owed_for(ask: Asker, shop: Shop, status: str, paid: str, owed: str) -> None:
    shop.sale("NEW", "2026-03-01", "10.00", tax="1.00", status=status, payments={"CASH": paid})
    await shop.save()
    found = (await ask('{ customer(by: {number: "NEW"}) { outstandingBalance creditUtilization } }'))["customer"]

    assert found == {"outstandingBalance": owed, "creditUtilization": None}


async def test_more_is_received_than_is_owed(ask: Asker, shop: Shop) -> None:
    shop.customer("NEW", credit_limit="40.00")
    shop.sale("NEW", "2026-03-01", "10.00", status="PARTIAL", payments={"CASH": "9.00"})
    shop.sale("NEW", "2026-03-02", "10.00", status="PARTIAL", payments={"CASH": "12.00"})  # nothing less than nothing
    shop.payment("NEW", "2026-03-03", "3.00")
    await shop.save()
    found = (await ask('{ customer(by: {number: "NEW"}) { outstandingBalance creditUtilization } }'))["customer"]

    assert found == {"outstandingBalance": "-2.00", "creditUtilization": -5.0}


async def test_scores_of_a_customer(ask_both: Asker) -> None:
    """Among five, the one that is not served any more too: 500.00, 99.50, 60.00, 40.00, 30.00."""
    query = """{ customers(orderBy: NAME) { nodes { number rfm(includeInactive: true) {
        recencyDays frequency monetary recencyScore frequencyScore monetaryScore scoreCode asOf days scheme
        segment { code name } } } } }"""
    found = {c["number"]: c["rfm"] for c in (await ask_both(query))["customers"]["nodes"]}

    shown = {n: r and (*list(r.values())[:7], r["segment"]["name"]) for n, r in found.items()}
    assert shown == {
        "ANN": (32, 3, "99.50", 4, 5, 4, "R4F5M4", "Champions"),
        "BEN": (59, 1, "40.00", 2, 1, 2, "R2F1M2", "Hibernating"),
        "IDLE": (62, 1, "500.00", 2, 1, 5, "R2F1M5", "At Risk"),
        "NONAME": (13, 1, "60.00", 5, 1, 3, "R5F1M3", "New Customers"),
        "NEW": None,
    }
    ann = found["ANN"]
    assert (ann["asOf"], ann["days"], ann["scheme"], ann["segment"]["code"]) == ("2026-03-05", 90, "POS", "R5F5M5")


async def test_scores_in_another_scheme_window_and_day(ask: Asker) -> None:
    query = """{ customer(by: {number: "ANN"}) {
        all: rfm(days: null, scheme: RETAIL, includeInactive: true)
        { frequency monetary scoreCode days scheme segment { code name } }
        past: rfm(days: 30, asOf: "2026-01-15", includeInactive: true)
        { recencyDays frequency monetary asOf days }
        future: rfm(asOf: "2027-01-01", includeInactive: true) { asOf frequency }
        none: rfm(days: 1) { scoreCode }
    } }"""
    found = (await ask(query))["customer"]

    # Of all history: 107.50 and 4 sales; GONE 30.00, BEN 60.00, NONAME 60.00, IDLE 500.00. Recency by rank: L = 2.
    assert found["all"] == {
        "frequency": 4,
        "monetary": "107.50",
        "scoreCode": "R3F5M4",
        "days": None,
        "scheme": "RETAIL",
        "segment": {"code": "LOYAL", "name": "Loyal"},
    }
    assert found["past"] == {"recencyDays": 5, "frequency": 2, "monetary": "17.00", "asOf": "2026-01-15", "days": 30}
    assert found["future"] == {"asOf": "2026-03-05", "frequency": 3}
    assert found["none"] is None


async def test_impossible_days(ask: Asker) -> None:
    for days in (0, -1, 10000, -(2**31)):
        told = await ask.refused(f'{{ customer(by: {{number: "ANN"}}) {{ rfm(days: {days}) {{ scoreCode }} }} }}')
        assert told == f"`days` must be from 1 to 9,999, or null for all history, not {days}"


# ---------------------------------------------------------------- finding one


async def test_a_customer_is_found_by_each_key(ask_both: Asker) -> None:
    id_ = (await ask_both('{ customer(by: {number: "ANN"}) { id } }'))["customer"]["id"]
    assert read_id(id_)[0] == "Customer"
    for by in (
        {"id": id_},
        {"number": "ANN"},
        {"number": " ANN "},
        {"email": "anna.marker@example.com"},
        {"email": "  Anna.Marker@EXAMPLE.com "},
        {"phone": "+442079460958"},
        {"phone": "+44 20 7946 0958"},
        {"phone": "020 7946 0958"},
    ):
        found = await ask_both("query($by: CustomerBy!) { customer(by: $by) { id } }", by=by)
        assert found == {"customer": {"id": id_}}, by


NOBODY = [
    {"number": "ann"},
    {"number": ""},
    {"email": "nobody@example.com"},
    {"phone": "+442079460959"},
    {"id": global_id("Customer", 999)},
    {"id": global_id("Customer", 10**17)},
]


async def test_nobody_is_found(ask_both: Asker) -> None:
    for by in NOBODY:
        found = await ask_both("query($by: CustomerBy!) { customer(by: $by) { id } }", by=by)
        assert found == {"customer": None}, by


IMPOSSIBLE_KEYS = [
    ({"id": "ANN"}, '"ANN" is not an id of this API: use an `id` that an answer gave'),
    ({"id": ""}, '"" is not an id of this API'),
    ({"id": "é\ud800"}, "is not an id of this API"),
    ({"id": global_id("Sale", 1)}, "is the id of a Sale, not of a Customer"),
    ({"id": "Customer_" + "0" * 32}, "is not an id of this API"),
    ({"phone": "none"}, '"none" is not a phone number: write it with its country code, like +44 20 7946 0018'),
]


async def test_an_impossible_key(ask: Asker) -> None:
    for by, message in IMPOSSIBLE_KEYS:
        assert message in await ask.refused("query($by: CustomerBy!) { customer(by: $by) { id } }", by=by)


async def test_exactly_one_key(ask: Asker) -> None:
    for by in ("{}", '{number: "ANN", email: "a"}', "{number: null}", "{name: 1}", "{number: 1}"):
        await ask.refused(f"{{ customer(by: {by}) {{ id }} }}", REFUSED_BY_GRAPHQL)


async def test_the_same_keys_in_another_business(ask: Asker, shop: Shop, other: Shop) -> None:
    theirs = ask.being(Role.ADMIN, business_id=other.id)
    query = "query($by: CustomerBy!) { customer(by: $by) { firstName } }"

    assert await theirs(query, by={"number": "ANN"}) == {"customer": {"firstName": "Foreign"}}
    assert await theirs(query, by={"id": customer_id(shop, "ANN")}) == {"customer": None}
    assert await ask(query, by={"id": customer_id(other, "ANN")}) == {"customer": None}
    assert await ask(query, by={"email": "foreign@example.com"}) == {"customer": None}


# ---------------------------------------------------------------- lists

EVERYBODY = ["NEW", "NONAME", "IDLE", "BEN", "ANN"]  # by the day of joining, the newest first


async def numbers(ask: Asker, arguments: str = "", **variables: Any) -> list[str]:
    """The customers of a list, which says itself how many they are."""
    names = {"filter": "CustomerFilter"}
    declared = f"query({', '.join(f'${name}: {names[name]}' for name in variables)})" if variables else "query"
    given = ", ".join([f"{name}: ${name}" for name in variables] + ([arguments] if arguments else []))
    listed = f"customers({given})" if given else "customers"
    found = (await ask(f"{declared} {{ {listed} {{ totalCount nodes {{ number }} }} }}", **variables))["customers"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["number"] for node in found["nodes"]]


ORDERS = [
    ("", EVERYBODY),
    ("orderBy: null", EVERYBODY),
    ("orderBy: NEWEST", EVERYBODY),
    ("orderBy: NAME", ["NONAME", "NEW", "ANN", "BEN", "IDLE"]),  # case-folded names, the number where there is none
    ("orderBy: TOTAL_SPENT", ["IDLE", "ANN", "NONAME", "BEN", "NEW"]),  # of equals the newer record
    ("orderBy: LAST_PURCHASE", ["NONAME", "ANN", "BEN", "IDLE", "NEW"]),
    ('orderBy: TOTAL_SPENT, asOf: "2025-12-31"', ["ANN", "BEN"]),  # the others had not joined
    ('orderBy: LAST_PURCHASE, asOf: "2026-01-09"', ["IDLE", "ANN", "BEN"]),
    ('orderBy: LAST_PURCHASE, asOf: "2027-01-01"', ["NONAME", "ANN", "BEN", "IDLE", "NEW"]),
]


async def test_orders(ask_both: Asker) -> None:
    for arguments, expected in ORDERS:
        assert await numbers(ask_both, arguments) == expected, arguments


FILTERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing": ({}, EVERYBODY),
    "nulls": ({"search": None, "type": None, "tags": None, "joined": None}, EVERYBODY),
    "type": ({"type": "WHOLESALE"}, ["BEN"]),
    "active": ({"isActive": True}, ["NEW", "NONAME", "BEN", "ANN"]),
    "inactive": ({"isActive": False}, ["IDLE"]),
    "verified by either": ({"isVerified": True}, ["BEN", "ANN"]),
    "not verified": ({"isVerified": False}, ["NEW", "NONAME", "IDLE"]),
    "city": ({"city": "Accra"}, ["IDLE"]),
    "city in other letters": ({"city": "accra"}, ["IDLE"]),
    "country": ({"country": "Ghana"}, ["IDLE", "BEN"]),
    "one tag": ({"tags": ["vip"]}, ["BEN", "ANN"]),
    "all of some tags": ({"tags": ["vip", "local"]}, ["ANN"]),
    "a tag twice": ({"tags": ["vip", "vip"]}, ["BEN", "ANN"]),
    "a tag of nobody": ({"tags": ["vip", "none"]}, []),
    "no tags": ({"tags": []}, EVERYBODY),
    "source": ({"acquisitionSource": "ads"}, ["NEW", "ANN"]),
    "joined on a day": ({"joined": {"start": "2026-02-20", "end": "2026-02-20"}}, ["NONAME"]),
    "joined since": ({"joined": {"start": "2026-02-20"}}, ["NEW", "NONAME"]),
    "joined until": ({"joined": {"end": "2025-10-10"}}, ["BEN", "ANN"]),
    "joined whenever": ({"joined": {}}, EVERYBODY),
    "last purchase since": ({"lastPurchase": {"start": "2026-02-01"}}, ["NONAME", "ANN"]),
    "last purchase until": ({"lastPurchase": {"end": "2026-01-05"}}, ["IDLE", "BEN"]),
    "last purchase between": ({"lastPurchase": {"start": "2026-01-05", "end": "2026-02-01"}}, ["BEN", "ANN"]),
    "spent at least": ({"totalSpent": {"min": "60"}}, ["NONAME", "IDLE", "BEN", "ANN"]),
    "spent at most": ({"totalSpent": {"max": "60.00"}}, ["NEW", "NONAME", "BEN"]),
    "spent between": ({"totalSpent": {"min": "107.5", "max": 107.5}}, ["ANN"]),
    "spent nothing": ({"totalSpent": {"max": 0}}, ["NEW"]),
    # Of all history ANN is R3F5M4, BEN R2F4M2, IDLE R1F1M5, NONAME R4F1M2.
    "segment by code": ({"rfmSegment": "LOYAL", "includeInactive": True}, ["ANN"]),
    "segment by name": ({"rfmSegment": "Loyal", "includeInactive": True}, ["ANN"]),
    "segment of nobody": ({"rfmSegment": "CHAMPION"}, []),
    "several": ({"tags": ["vip"], "type": "RETAIL", "totalSpent": {"min": 1}, "search": "anna"}, ["ANN"]),
    "several of the store": ({"acquisitionSource": "ads", "isVerified": False, "search": "an"}, ["NEW"]),
}


@pytest.mark.parametrize("order", ["NEWEST", "TOTAL_SPENT"])  # answered by the store, and by the copy
async def test_filters(ask_both: Asker, order: str) -> None:
    found = {name: await numbers(ask_both, f"orderBy: {order}", filter=FILTERS[name][0]) for name in FILTERS}
    by_money = ["IDLE", "ANN", "NONAME", "BEN", "NEW"]
    places = EVERYBODY if order == "NEWEST" else by_money

    assert found == {name: sorted(expected, key=places.index) for name, (_, expected) in FILTERS.items()}


async def test_filters_at_a_past_day(ask_both: Asker) -> None:
    past = 'asOf: "2025-12-31"'

    assert await numbers(ask_both, past, filter={"totalSpent": {"min": "20"}}) == ["BEN", "ANN"]
    assert await numbers(ask_both, past, filter={"lastPurchase": {"start": "2025-12-24"}}) == ["ANN"]
    assert await numbers(ask_both, past, filter={"rfmSegment": "Loyal"}) == []


SEARCHES = {
    "anna": ["NEW", "ANN"],
    "ANNA": ["NEW", "ANN"],
    "ann": ["NEW", "ANN"],
    "nna": [],  # words are found from their beginning
    "olafs": ["ANN"],
    "ÓLAFSDÓTTIR": ["ANN"],
    "olafsdottir anna": ["ANN"],
    "an ól": ["ANN"],
    "anna ben": [],  # every word has to be found
    "noname": ["NONAME"],
    "ben": ["BEN"],
    "idle": ["IDLE"],
    "gone": [],  # erased
    "old": [],  # merged
    "erased": [],
    "anna.marker@example.com": ["ANN"],
    "marker": ["ANN"],
    "442079460958": ["ANN"],
    "02079460958": ["ANN"],
    "0207946": ["ANN"],
    "markerton": [],  # nor are addresses searched
    "' OR 1=1 --": [],
    'anna" OR "ben': [],
    "anna* NEAR ben": [],
    "anna:*": ["NEW", "ANN"],
    "an & !ben": [],
    "zed\\": ["NEW"],
}


@pytest.mark.parametrize("order", ["NEWEST", "TOTAL_SPENT"])
async def test_searches(ask_both: Asker, order: str) -> None:
    found = {
        words: sorted(await numbers(ask_both, f"orderBy: {order}", filter={"search": words})) for words in SEARCHES
    }

    assert found == {words: sorted(expected) for words, expected in SEARCHES.items()}


async def test_a_search_for_no_word(ask: Asker) -> None:
    query = "query($f: CustomerFilter) { customers(filter: $f) { totalCount } }"
    for words in ("", " ", "—", "***", "\0"):
        assert await ask.refused(query, f={"search": words}) == "`search` needs at least one letter or digit"


async def test_a_search_for_very_much(ask_both: Asker) -> None:
    query = "query($f: CustomerFilter) { customers(filter: $f) { totalCount } }"
    many = [f"word{n}" for n in range(21)]

    assert await ask_both.refused(query, f={"search": "é" * 321}) == "`search` takes words of up to 320 letters"
    assert await ask_both(query, f={"search": "é" * 320}) == {"customers": {"totalCount": 0}}
    assert await ask_both.refused(query, f={"search": " ".join(many)}) == "`search` takes up to 20 different words"
    assert await ask_both(query, f={"search": " ".join(many[:20] * 2)}) == {"customers": {"totalCount": 0}}


@pytest.mark.parametrize("order", ["NEWEST", "TOTAL_SPENT"])
async def test_a_text_that_no_store_can_hold(ask_both: Asker, order: str) -> None:
    query = f"query($f: CustomerFilter) {{ customers(filter: $f, orderBy: {order}) {{ totalCount }} }}"
    for name in ("city", "country", "acquisitionSource", "tags"):
        answer = await ask_both.run(query, f={name: ["a\0b"] if name == "tags" else "a\0b"})
        assert answer.codes == ["BAD_USER_INPUT"] or answer.data == {"customers": {"totalCount": 0}}, name
    for by in ("number", "email"):
        told = await ask_both.refused("query($by: CustomerBy!) { customer(by: $by) { id } }", by={by: "\0"})
        assert told == "a text holds the character U+0000, which no text here has"


IMPOSSIBLE_FILTERS = [
    (
        {"rfmSegment": "Champions"},
        '`rfmSegment`: the RETAIL scheme has no segment "Champions"; it has "Champion" (CHAMPION), '
        '"Can\'t Lose Them" (CANT_LOSE_THEM), "Loyal" (LOYAL), "New Customer" (NEW_CUSTOMER), "Lost" (LOST), '
        '"Potential Loyalist" (POTENTIAL_LOYALIST), "Promising" (PROMISING), '
        '"Need Attention" (NEED_ATTENTION), "At Risk" (AT_RISK), "About to Sleep" (ABOUT_TO_SLEEP), '
        '"Hibernating" (HIBERNATING)',
    ),
    (
        {"joined": {"start": "2026-02-02", "end": "2026-02-01"}},
        "`joined` starts on 2026-02-02, after its end on 2026-02-01",
    ),
    (
        {"lastPurchase": {"start": "2026-02-02", "end": "2026-02-01"}},
        "`lastPurchase` starts on 2026-02-02, after its end on 2026-02-01",
    ),
    ({"totalSpent": {"min": "2", "max": "1"}}, "`totalSpent` has min 2 above max 1"),
    ({"totalSpent": {"min": "0.001"}}, "`totalSpent` has more decimals than GBP: 0.001"),
    ({"totalSpent": {"max": "1e30"}}, "`totalSpent` is not an amount of money: 1E+30"),
]


async def test_impossible_filters(ask: Asker) -> None:
    query = "query($f: CustomerFilter) { customers(filter: $f) { totalCount } }"
    for filter_, message in IMPOSSIBLE_FILTERS:
        assert await ask.refused(query, f=filter_) == message


VALUES_REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"type": "GOLD"}, "Value 'GOLD' does not exist in 'CustomerType' enum"),
    ({"joined": {"start": "2026-02-30"}}, "2026-02-30"),
    ({"joined": {"start": "yesterday"}}, "yesterday"),
    ({"joined": {"start": 1}}, "Date"),
    ({"totalSpent": {"min": "abc"}}, 'write it as text, like "12.50"'),
    ({"totalSpent": {"min": "NaN"}}, 'write it as text, like "12.50"'),
    ({"totalSpent": {"min": "-Infinity"}}, 'write it as text, like "12.50"'),
    ({"totalSpent": {"min": "1e999999999"}}, 'write it as text, like "12.50"'),
    ({"totalSpent": {"min": "9" * 41}}, 'write it as text, like "12.50"'),
    ({"totalSpent": {"min": True}}, 'write it as text, like "12.50"'),
    ({"totalSpent": {"min": []}}, 'write it as text, like "12.50"'),
    ({"tags": [None]}, "Expected"),
    ({"tier": "gold"}, "tier"),
]


async def test_values_that_graphql_refuses(ask: Asker) -> None:
    query = "query($f: CustomerFilter) { customers(filter: $f) { totalCount } }"
    for filter_, message in VALUES_REFUSED:
        assert message in await ask.refused(query, REFUSED_BY_GRAPHQL, f=filter_)


LITERALS_REFUSED = [
    ("{ customers(orderBy: MONEY) { totalCount } }", "Value 'MONEY' does not exist in 'CustomerOrder' enum"),
    ('{ customers(asOf: "2026-13-01") { totalCount } }', "2026-13-01"),
    ("{ customers(filter: {totalSpent: {min: {}}}) { totalCount } }", 'like "12.50"'),
    ("{ customers(first: 3000000000) { totalCount } }", "32-bit"),
    ('{ customers(first: "1") { totalCount } }', "Int"),
]


async def test_literals_that_graphql_refuses(ask: Asker) -> None:
    for query, message in LITERALS_REFUSED:
        assert message in await ask.refused(query, REFUSED_BY_GRAPHQL)
