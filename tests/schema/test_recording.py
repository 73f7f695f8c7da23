"""Sales recorded as they happen."""

import asyncio
from typing import Any

import pytest

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role, Viewer
from tests.builders import Shop, open_shop
from tests.schema.conftest import Asker, customer_id
from tests.schema.selling import RECORD, RECORD_SEVERAL, a_customer, a_sale, cash, line, record
from tests.schema.writing import counters, everything, problems_of, refusals_of

NOON = "2026-03-05T12:00:00+00:00"


# ---------------------------------------------------------------- what is recorded


async def test_a_sale_with_discounts_and_tax(ask_both: Asker) -> None:
    """The first of the worked examples, paid by card: 3 × 3.335 is 10.005, half-even 10.00."""
    lines = [
        line("3.335", "3", discount="1.00", unitCost="1.00", sku=" T1 ", brand="Leaf", category="Drinks"),
        {**line("10.00", "2", isProduct=False, earnsPoints=False), "product": "Cake"},
    ]
    paid = [cash("20.80", "CARD"), {**cash("8.00", "VOUCHER"), "reference": "V-1"}]
    done = await record(ask_both, items=lines, discount="5.00", tax="4.80", payments=paid, note="by the window")
    assert (done["__typename"], done["replayed"], done["pointsChanged"]) == ("SalePayload", False, 0)
    sale = done["sale"]
    figures = ("status", "subtotal", "discount", "total", "tax", "paid", "refunded", "pointsEarned")
    assert [sale[name] for name in figures] == ["COMPLETED", "29.00", "5.00", "24.00", "4.80", "28.80", "0.00", 0]
    assert sale["profit"] == "4.45"  # 9.00 - 3.00, less its share of the discount, 1.55
    assert sale["items"] == [
        {"product": "Tea", "sku": "T1", "brand": "Leaf", "category": "Drinks", "quantity": "3", "unitPrice": "3.335",
         "total": "9.00", "discount": "1.00", "profit": "6.00", "isProduct": True, "earnsPoints": True,
         "refundedQuantity": "0"},
        {"product": "Cake", "sku": None, "brand": None, "category": None, "quantity": "2", "unitPrice": "10.00",
         "total": "20.00", "discount": "0.00", "profit": None, "isProduct": False, "earnsPoints": False,
         "refundedQuantity": "0"},
    ]  # fmt: skip
    assert sale["payments"] == [
        {"method": "CARD", "amount": "20.80", "reference": None, "paidAt": NOON},
        {"method": "VOUCHER", "amount": "8.00", "reference": "V-1", "paidAt": NOON},
    ]
    assert sale["statusHistory"] == [{"status": "COMPLETED", "businessDate": "2026-03-05", "actor": "stan"}]
    assert (sale["number"], sale["channel"], sale["businessDate"]) == ("S-20260305-000001", "STORE", "2026-03-05")
    assert (done["outstandingBalance"], sale["customer"]) == (None, None)


async def test_numbers_go_on_by_day_past_those_that_are_taken(ask_both: Asker) -> None:
    await record(ask_both, **a_sale(number="S-20260305-000002"))
    numbers = [(await record(ask_both, **a_sale()))["sale"]["number"] for _ in range(2)]
    back = await record(ask_both, **a_sale(occurredAt="2026-03-01T10:00:00Z"))
    assert [*numbers, back["sale"]["number"]] == ["S-20260305-000001", "S-20260305-000003", "S-20260301-000001"]


@pytest.mark.parametrize(
    ("status", "paid", "then", "owed"),
    [
        ("COMPLETED", "10.00", "COMPLETED", "0.00"),
        ("PARTIAL", "10.00", "COMPLETED", "0.00"),
        ("COMPLETED", "4.00", "PARTIAL", "6.00"),
        ("PARTIAL", None, "PARTIAL", "10.00"),
        ("PENDING", None, "PENDING", "0.00"),
    ],
)
async def test_it_is_completed_if_it_is_paid(ask: Asker, status: str, paid: Any, then: str, owed: str) -> None:
    buyer = await a_customer(ask, creditLimit="10.00")
    payments = [] if paid is None else [cash(paid)]
    done = await record(ask, **a_sale(status=status, payments=payments, customer=buyer))
    assert (done["sale"]["status"], done["outstandingBalance"]) == (then, owed)


async def test_what_is_owed_is_within_the_credit_limit(ask_both: Asker) -> None:
    buyer = await a_customer(ask_both, creditLimit="10.00", openingBalance="-2.00")
    on_account = {"customer": buyer, "payments": [cash("5.00"), cash("3.00", "CREDIT")]}
    first = await record(ask_both, **a_sale("17.00", **on_account))
    assert (first["sale"]["status"], first["sale"]["paid"], first["outstandingBalance"]) == ("PARTIAL", "5.00", "10.00")
    refused = await record(ask_both, **a_sale("0.01", customer=buyer, payments=[]))
    assert refused == {
        "__typename": "CreditLimitExceeded", "limit": "10.00", "outstanding": "10.00",
        "message": "The customer may owe 10.00 and owes 10.00 already: take a payment for the rest.",
    }  # fmt: skip


async def test_a_sale_of_nothing_is_a_sale(ask: Asker) -> None:
    done = await record(ask, items=[line("0"), line("5.00", discount="5.00")], customer=await a_customer(ask))
    assert (done["sale"]["status"], done["sale"]["total"]) == ("COMPLETED", "0.00")


async def test_a_campaign_has_its_contact(ask: Asker, shop: Shop) -> None:
    buyer = await a_customer(ask)
    said = {"customer": buyer, "campaign": "spring", "channel": "MARKETPLACE", "occurredAt": "2026-03-04T09:00:00Z"}
    await record(ask, **a_sale(**said))
    await record(ask, **a_sale(**said, status="PENDING", payments=[]))
    await record(ask, **a_sale(campaign="spring"))
    asked = (
        f'{{ customer(by: {{id: "{buyer}"}}) {{ touchpoints {{ nodes {{ type channel outcome campaign occurredAt }} }}'
    )
    assert (await ask(f"{asked} }} }}"))["customer"]["touchpoints"]["nodes"] == [
        {"type": "CAMPAIGN", "channel": "ONLINE", "outcome": "CONVERTED", "campaign": "spring",
         "occurredAt": "2026-03-04T09:00:00+00:00"}
    ]  # fmt: skip


async def test_who_buys_for_the_first_time_joined_that_day(ask: Asker, shop: Shop) -> None:
    """A sale recorded later for an earlier day moves it; it is nobody's edit of the customer."""
    buyer = await a_customer(ask)
    shown = f'{{ customer(by: {{id: "{buyer}"}}) {{ joinedOn version }} }}'
    joined = []
    for day in ("2026-03-04", "2026-03-01", "2026-03-03"):
        await record(ask, **a_sale(customer=buyer, occurredAt=f"{day}T10:00:00Z"))
        joined.append((await ask(shown))["customer"])
    assert joined == [{"joinedOn": day, "version": 1} for day in ("2026-03-04", "2026-03-01", "2026-03-01")]


async def test_reports_and_the_customer_show_it_at_the_next_request(ask: Asker) -> None:
    buyer = await a_customer(ask)
    before = await seen(ask, buyer)
    await record(ask, **a_sale("12.00", customer=buyer))
    after = await seen(ask, buyer)
    assert (after["orders"] - before["orders"], after["of_all"] - before["of_all"]) == (1, 1200)
    assert after["titles"] == ["Payment in cash", "Sale S-20260305-000001 in the store", *before["titles"]]


async def test_its_audit_entry_and_events(ask: Asker, shop: Shop) -> None:
    before = await counters(shop)
    await record(ask, **a_sale())
    after = await counters(shop)
    assert {name: after[name] - before[name] for name in after} == {
        "revision": 1, "facts_revision": 1, "entries": 1, "events": 2,
    }  # fmt: skip


# ---------------------------------------------------------------- several, and again


async def test_a_queue_is_answered_in_order_and_one_bad_one_stops_none(ask_both: Asker) -> None:
    good, bad, late = a_sale(number="Q1"), a_sale(items=[]), a_sale(number="Q3")
    done = (await ask_both(RECORD_SEVERAL, inputs=[good, bad, late, good]))["recordSales"]
    assert [one["__typename"] for one in done] == ["SalePayload", "InvalidInput", "SalePayload", "SalePayload"]
    assert problems_of(done[1]) == [("inputs.1.items", "REQUIRED")]
    assert [one["replayed"] for one in done if "sale" in one] == [False, False, True]
    assert done[3]["sale"] == done[0]["sale"]


async def test_a_replay_answers_what_was_made_alone_or_among_others(ask_both: Asker, both_services: Any) -> None:
    said = a_sale(number="T1", note="x", occurredAt="2026-03-05T11:00:00Z", payments=[cash("10.0")])
    first = await record(ask_both, **said)
    before = await everything(both_services.database)
    same = {**said, "note": " x ", "occurredAt": "2026-03-05T12:00:00+01:00", "payments": [cash("10.00")]}
    again = await record(ask_both, **same, discount=None, channel="STORE")
    (in_queue,) = (await ask_both(RECORD_SEVERAL, inputs=[same]))["recordSales"]
    assert again["__typename"] == "SalePayload", again
    assert (again["replayed"], in_queue["replayed"]) == (True, True)
    assert again["sale"] == first["sale"]
    other = await record(ask_both, **{**said, "note": "y"})
    assert (other["__typename"], other["key"]) == ("IdempotencyConflict", said["idempotencyKey"])
    assert await everything(both_services.database) == before


async def test_the_same_at_the_same_moment_is_recorded_once(ask_both: Asker) -> None:
    """And others at that moment have numbers of their own."""
    said = a_sale("2.00")
    done = await asyncio.gather(*(record(ask_both, **one) for one in (said, a_sale(), said, a_sale())))
    assert sorted(one["replayed"] for one in done) == [False, False, False, True]
    assert done[0]["sale"] == done[2]["sale"]
    assert {one["sale"]["number"] for one in done} == {f"S-20260305-00000{place}" for place in (1, 2, 3)}


async def test_more_than_a_queue_is_refused(ask: Asker) -> None:
    told = await ask.refused(RECORD_SEVERAL, inputs=[a_sale()] * 201)
    assert told == "`inputs` may hold up to 200, not 201"


# ---------------------------------------------------------------- refusals


HOSTILE: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"items": []}, [("items", "REQUIRED")]),
    ({"items": [line("1.00", "0")]}, [("items.0.quantity", "OUT_OF_RANGE")]),
    ({"items": [line("1.00", "-1")]}, [("items.0.quantity", "OUT_OF_RANGE")]),
    ({"items": [line("1.00", "1000000000.000001")]}, [("items.0.quantity", "OUT_OF_RANGE")]),
    ({"items": [line("1.00", "1.0000001")]}, [("items.0.quantity", "INVALID_FORMAT")]),
    ({"items": [line("0.00000000000000000001")]}, [("items.0.unitPrice", "INVALID_FORMAT")]),
    ({"items": [line("-0.01")]}, [("items.0.unitPrice", "OUT_OF_RANGE")]),
    ({"items": [line("1e30")]}, [("items.0.unitPrice", "OUT_OF_RANGE")]),
    ({"items": [line("1.00", unitCost="-1")]}, [("items.0.unitCost", "OUT_OF_RANGE")]),
    ({"items": [line("1.00", discount="1.01")]}, [("items.0.discount", "OUT_OF_RANGE")]),
    ({"items": [line("1.00", discount="0.001")]}, [("items.0.discount", "INVALID_FORMAT")]),
    ({"items": [line("1000000000000", "2")]}, [("items", "OUT_OF_RANGE")]),
    ({"items": [line("1.00", product=" ")]}, [("items.0.product", "REQUIRED")]),
    ({"items": [line("1.00", product="x" * 301)]}, [("items.0.product", "TOO_LONG")]),
    ({"items": [line("1.00", brand="\0")]}, [("items.0.brand", "INVALID_FORMAT")]),
    ({"discount": "10.01"}, [("discount", "OUT_OF_RANGE")]),
    ({"discount": "-1"}, [("discount", "OUT_OF_RANGE")]),
    ({"tax": "-1"}, [("tax", "OUT_OF_RANGE")]),
    ({"tax": "0.00000000000000000001"}, [("tax", "INVALID_FORMAT")]),
    ({"payments": [cash("0")]}, [("payments.0.amount", "OUT_OF_RANGE")]),
    ({"payments": [cash("1.005")]}, [("payments.0.amount", "INVALID_FORMAT")]),
    ({"payments": [cash("1.00", "POINTS")]}, [("payments.0.method", "OUT_OF_RANGE")]),
    ({"payments": [cash("0.01")] * 21}, [("payments", "TOO_MANY")]),
    ({"redeem": [{"points": 1}] * 2}, [("redeem", "TOO_MANY")]),
    ({"redeem": [{"points": 0}]}, [("redeem.0.points", "OUT_OF_RANGE")]),
    ({"redeem": [{"redemptionCode": "A"}] * 2}, [("redeem.1.redemptionCode", "NOT_TOGETHER")]),
    ({"redeem": [{"redemptionCode": f"C{place}"} for place in range(6)]}, [("redeem", "TOO_MANY")]),
    ({"status": "REFUNDED"}, [("status", "OUT_OF_RANGE")]),
    ({"status": "CANCELLED"}, [("status", "OUT_OF_RANGE")]),
    ({"status": "PENDING", "redeem": [{"points": 1}]}, [("payments", "NOT_TOGETHER"), ("redeem", "NOT_TOGETHER")]),
    ({"payments": []}, [("customer", "REQUIRED")]),
    ({"occurredAt": "2026-03-05T12:05:01Z"}, [("occurredAt", "IN_THE_FUTURE")]),
    ({"occurredAt": "9999-01-01T00:00:00Z"}, [("occurredAt", "IN_THE_FUTURE")]),
    ({"occurredAt": "0999-01-01T00:00:00Z"}, [("occurredAt", "OUT_OF_RANGE")]),
    ({"occurredAt": "2026-03-05T12:00:00"}, [("occurredAt", "INVALID_FORMAT")]),
    ({"number": "n" * 81, "note": "n" * 2_001}, [("number", "TOO_LONG"), ("note", "TOO_LONG")]),
    ({"idempotencyKey": " "}, [("idempotencyKey", "INVALID_FORMAT")]),
]


async def test_what_makes_no_sense_is_told_where_it_is(ask: Asker, shop: Shop) -> None:
    before = await everything(shop.database)
    for said, problems in HOSTILE:
        refused = await record(ask, **a_sale(**said))
        assert problems_of(refused) == [(f"input.{path}", code) for path, code in problems], said
        assert all(len(problem["message"]) > 10 for problem in refused["problems"])
    assert await everything(shop.database) == before


async def test_a_currency_without_decimals_has_none(services: Any, shop: Shop) -> None:
    yen = await open_shop(services.database, "Yen", currency="JPY", timezone="Asia/Tokyo")
    ask = Asker(services, Viewer("stan", Role.STAFF, yen.id))
    refused = await record(ask, **a_sale("10.5", payments=[cash("10.5")]))
    assert problems_of(refused) == [("input.payments.0.amount", "INVALID_FORMAT")]
    done = await record(ask, **a_sale("10.5", payments=[cash("10")]))
    assert done["sale"]["total"] == "10"  # half-even


async def test_too_many_lines_are_refused(ask: Asker) -> None:
    """A million of them by the length of the request."""
    refused = await record(ask, **a_sale(items=[line("1.00")] * 501))
    assert problems_of(refused) == [("input.items", "TOO_MANY")]


async def test_what_is_not_there_or_of_another_business_is_not_found(ask_both: Asker, both_services: Any) -> None:
    other = await open_shop(both_services.database, "Other", currency="EUR")
    other.customer("X")
    other.sale("X", "2026-03-01", "1.00", storefront="There", number="THEIRS")
    await other.save()
    before = await everything(both_services.database)
    theirs = {
        "customer": customer_id(other, "X"),
        "storefront": global_id("Storefront", other.id_of_storefront("There")),
    }
    for name, id_ in theirs.items():
        refused = await record(ask_both, **a_sale(**{name: id_}))
        assert (refused["__typename"], refused["path"]) == ("NotFound", ["input", name])
    await ask_both.refused(RECORD, input=a_sale(customer=theirs["storefront"]))
    assert await everything(both_services.database) == before
    assert (await record(ask_both, **a_sale(number="THEIRS")))["__typename"] == "SalePayload"  # theirs is no duplicate


async def test_a_number_that_is_taken(ask: Asker, shop: Shop) -> None:
    refused = await record(ask, **a_sale(number="A4"))
    taken = global_id("Sale", shop.id_of_sale("A4"))
    assert (refused["field"], refused["value"], refused["existing"]) == ("number", "A4", taken)


@pytest.mark.parametrize(("number", "reason"), [("GONE", "ERASED"), ("OLD", "MERGED")])
async def test_who_is_no_more(ask: Asker, shop: Shop, number: str, reason: str) -> None:
    refused = await record(ask, **a_sale(customer=customer_id(shop, number)))
    assert (refused["__typename"], refused["reason"]) == ("NotAllowed", reason)


async def test_the_inactive_buy_all_the_same(ask: Asker, shop: Shop) -> None:
    assert (await record(ask, **a_sale(customer=customer_id(shop, "IDLE"))))["__typename"] == "SalePayload"


async def test_what_is_old_needs_a_manager(ask: Asker) -> None:
    kept, old = "2026-02-03T12:00:00Z", "2026-02-03T11:59:59Z"
    assert (await record(ask, **a_sale(occurredAt=kept)))["__typename"] == "SalePayload"
    assert (await record(ask, **a_sale(occurredAt=old)))["reason"] == "TOO_LATE"
    assert (await record(ask.being(Role.MANAGER), **a_sale(occurredAt=old)))["sale"]["businessDate"] == "2026-02-03"


async def test_a_till_that_is_fast_means_now(ask: Asker) -> None:
    done = await record(ask, **a_sale(occurredAt="2026-03-05T12:05:00Z"))
    assert done["sale"]["payments"][0]["paidAt"] == NOON


async def test_change_is_the_tills_business(ask: Asker, shop: Shop) -> None:
    refused = await record(ask, **a_sale(tax="1.00", payments=[cash("6.00"), cash("5.01", "CREDIT")]))
    assert (refused["__typename"], refused["due"]) == ("TooMuchPaid", "11.00")


async def test_points_pay_once_there_is_a_program(ask: Asker) -> None:
    refused = await record(ask, **a_sale(redeem=[{"points": 10}]))
    assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "PROGRAM_OFF")


async def test_a_quote_changes_nothing_and_earns_nothing_without_a_program(ask: Asker, shop: Shop, other: Shop) -> None:
    asked = f"""query ($input: PointsQuoteInput!) {{ pointsQuote(input: $input) {{ {refusals_of("PointsQuoteResult")}
        ... on PointsQuote {{ earns }} }} }}"""
    before = await everything(shop.database)

    async def quoted(**given: Any) -> Any:
        said = {"customer": customer_id(shop, "ANN"), "items": [line("1.00")], **given}
        return (await ask(asked, input=said))["pointsQuote"]

    assert (await quoted())["earns"] == 0
    assert (await quoted(redeem=[{"points": 1}]))["reason"] == "PROGRAM_OFF"
    assert problems_of(await quoted(items=[line("-1")])) == [("input.items.0.unitPrice", "OUT_OF_RANGE")]
    assert (await quoted(customer=customer_id(other, "ANN")))["path"] == ["input", "customer"]
    assert await everything(shop.database) == before


async def test_notes_are_for_staff_who_may_see_them(ask: Asker) -> None:
    done = await record(ask, **a_sale(note="asks for Ann", number="NOTED"))
    assert done["__typename"] == "SalePayload"
    asked = '{ sale(number: "NOTED") { number note } }'
    assert (await ask(asked))["sale"] == {"number": "NOTED", "note": "asks for Ann"}
    hidden = await ask.being(Role.VIEWER, pii=False).run(asked)
    assert hidden.data["sale"] == {"number": "NOTED", "note": None}
    assert (await ask('{ sale(number: "none") { number } }'))["sale"] is None


# ---------------------------------------------------------------- details


async def seen(ask: Asker, customer: str) -> dict[str, Any]:
    """What is shown of a customer, and of all revenue in pence."""
    data = await ask(f"""{{
        customer(by: {{id: "{customer}"}}) {{ purchases {{ orders }} timeline {{ nodes {{ title }} }} }}
        purchasePatterns {{ summary {{ revenue }} }} }}""")
    shown = data["customer"]
    return {
        "orders": shown["purchases"]["orders"],
        "titles": [node["title"] for node in shown["timeline"]["nodes"]],
        "of_all": round(float(data["purchasePatterns"]["summary"]["revenue"]) * 100),
    }
