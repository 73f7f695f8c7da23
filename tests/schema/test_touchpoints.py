"""Contacts with customers: of the business by every filter, and of each customer."""

from typing import Any

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from tests.builders import Shop
from tests.schema.conftest import REFUSED_BY_GRAPHQL, Asker, customer_id

TOUCHPOINT = "type channel outcome subject notes campaign score occurredAt isVoid customer { number }"
ALL_DAYS = [
    *("2026-02-03", "2026-02-02", "2026-02-01", "2026-01-12", "2026-01-10", "2026-01-05", "2026-01-04", "2026-01-03"),
]


async def listed(ask: Asker, filter_: Any = None, arguments: str = "") -> list[Any]:
    """The contacts of a list."""
    query = f"query($f: TouchpointFilter) {{ touchpoints(filter: $f{arguments}) {{ nodes {{ {TOUCHPOINT} }} }} }}"
    return (await ask(query, f=filter_))["touchpoints"]["nodes"]


def days(found: list[Any]) -> list[str]:
    """The days of contacts."""
    return [one["occurredAt"][:10] for one in found]


async def test_all_contacts_newest_first(ask_both: Asker) -> None:
    found = await listed(ask_both)

    assert days(found) == ALL_DAYS
    assert found[1] == {
        "type": "SURVEY",
        "channel": "PHONE",
        "outcome": "POSITIVE",
        "subject": "How was it?",
        "notes": "marker note of a contact",
        "campaign": None,
        "score": 9,
        "occurredAt": "2026-02-02T10:00:00+00:00",
        "isVoid": False,
        "customer": {"number": "ANN"},
    }
    assert found[0] == {
        "type": "VISIT",
        "channel": "STORE",
        "outcome": None,
        "subject": None,
        "notes": None,
        "campaign": None,
        "score": None,
        "occurredAt": "2026-02-03T10:00:00+00:00",
        "isVoid": False,
        "customer": {"number": "BEN"},
    }
    assert [one["isVoid"] for one in found] == [False, False, True, False, False, False, False, False]


async def test_filters(ask: Asker, shop: Shop) -> None:
    expected: list[tuple[Any, list[str]]] = [
        (None, ALL_DAYS),
        ({}, ALL_DAYS),
        ({"type": None, "customer": None, "occurred": None}, ALL_DAYS),
        ({"customer": customer_id(shop, "BEN")}, ["2026-02-03"]),
        ({"customer": customer_id(shop, "NEW")}, []),
        ({"customer": global_id("Customer", 999)}, []),
        ({"type": "SURVEY"}, ["2026-02-02"]),
        ({"type": "CALL"}, []),
        ({"channel": "STORE"}, ["2026-02-03"]),
        ({"campaign": "january"}, ["2026-01-10", "2026-01-03"]),
        ({"campaign": "January"}, []),
        ({"occurred": {"start": "2026-02-02"}}, ["2026-02-03", "2026-02-02"]),
        ({"occurred": {"end": "2026-01-04"}}, ["2026-01-04", "2026-01-03"]),
        ({"occurred": {"start": "2026-01-05", "end": "2026-01-10"}}, ["2026-01-10", "2026-01-05"]),
        ({"campaign": "january", "occurred": {"start": "2026-01-04"}, "type": "EMAIL"}, ["2026-01-10"]),
    ]
    for filter_, found in expected:
        assert days(await listed(ask, filter_)) == found, filter_


async def test_contacts_of_a_customer(ask_both: Asker) -> None:
    query = """{ customers(orderBy: NAME) { nodes { number
        all: touchpoints { nodes { occurredAt } } two: touchpoints(first: 2) { nodes { occurredAt } }
        survey: touchpoints(type: SURVEY) { nodes { score } }
        any: touchpoints(type: null) { nodes { occurredAt } } } } }"""
    found = {c.pop("number"): c for c in (await ask_both(query))["customers"]["nodes"]}

    assert days(found["ANN"]["all"]["nodes"]) == ALL_DAYS[1:]
    assert days(found["ANN"]["two"]["nodes"]) == ALL_DAYS[1:3]
    assert found["ANN"]["survey"]["nodes"] == [{"score": 9}]
    assert found["ANN"]["any"] == found["ANN"]["all"]
    assert days(found["BEN"]["all"]["nodes"]) == ["2026-02-03"]
    assert [found[n]["all"]["nodes"] for n in ("NEW", "IDLE", "NONAME")] == [[], [], []]


async def test_rates_without_an_e_mail_that_arrived(ask: Asker, shop: Shop) -> None:
    """A call, an e-mail of which nothing is known, and one that was a mistake."""
    shop.touchpoint("NEW", "2026-02-01", "CALL", channel="PHONE", outcome="REPLIED")
    shop.touchpoint("NEW", "2026-02-02")
    shop.touchpoint("NEW", "2026-02-03", outcome="CLICKED", is_void=True)
    await shop.save()
    query = '{ customer(by: {number: "NEW"}) { emailEngagement { openRate clickRate lastOpenedAt lastClickedAt } } }'

    assert (await ask(query))["customer"]["emailEngagement"] == {
        "openRate": None,
        "clickRate": None,
        "lastOpenedAt": None,
        "lastClickedAt": None,
    }


async def test_what_cannot_be_answered(ask: Asker, shop: Shop) -> None:
    query = "query($f: TouchpointFilter) { touchpoints(filter: $f) { nodes { type } } }"
    sale = global_id("Sale", shop.id_of_sale("A1"))

    assert await ask.refused(query, f={"customer": sale}) == f'"{sale}" is the id of a Sale, not of a Customer'
    assert "is not an id of this API" in await ask.refused(query, f={"customer": "ANN"})
    assert await ask.refused(query, f={"occurred": {"start": "2026-02-02", "end": "2026-02-01"}}) == (
        "`occurred` starts on 2026-02-02, after its end on 2026-02-01"
    )
    for value in ({"type": "LETTER"}, {"channel": "PIGEON"}, {"occurred": {"start": "soon"}}):
        await ask.refused(query, REFUSED_BY_GRAPHQL, f=value)


async def test_another_business_has_its_own(ask: Asker, shop: Shop, other: Shop) -> None:
    theirs = ask.being(Role.ADMIN, business_id=other.id)

    assert [one["subject"] for one in await listed(theirs)] == ["foreign"]
    assert await listed(theirs, {"customer": customer_id(shop, "ANN")}) == []
