"""Payments of sales and on account, and sales whose status changes."""

from typing import Any

import pytest
from sqlalchemy import update

from models import Sale
from models.database import table
from resolvers.operation.ids import global_id
from resolvers.verification import verify
from tests.builders import NOW, Shop
from tests.schema.conftest import Asker, customer_id
from tests.schema.selling import a_customer, a_sale, line, pay, record, set_status
from tests.schema.writing import everything, problems_of

RESTS = "{ receivablesAging(%s) { total } }"


# ---------------------------------------------------------------- payments


async def test_a_payment_lowers_the_rest_and_the_last_one_completes(ask_both: Asker) -> None:
    sale, _ = await a_rest(ask_both, occurredAt="2026-03-01T10:00:00Z")
    first = await pay(ask_both, "4.00", sale=sale, reference=" till 3 ", paidAt="2026-03-02T10:00:00Z")
    assert (first["sale"]["status"], first["outstandingBalance"], first["payment"]["reference"]) == (
        "PARTIAL", "6.00", "till 3",
    )  # fmt: skip
    last = await pay(ask_both, "6.00", sale=sale, method="CARD")
    assert (last["sale"]["status"], last["sale"]["paid"], last["outstandingBalance"]) == ("COMPLETED", "10.00", "0.00")
    assert [(one["status"], one["businessDate"]) for one in last["sale"]["statusHistory"]] == [
        ("PARTIAL", "2026-03-01"),
        ("COMPLETED", "2026-03-05"),
    ]
    rests = [(await ask_both(RESTS % f'asOf: "2026-03-0{day}"'))["receivablesAging"]["total"] for day in (1, 2, 4, 5)]
    assert [float(rests[0]) - float(rest) for rest in rests] == [0, 4, 4, 10]


async def test_a_sale_is_settled_from_the_last_day_of_its_payments(ask: Asker) -> None:
    """Whatever order they are recorded in: on the day of the earlier one the other had not come."""
    sale, _ = await a_rest(ask, occurredAt="2026-03-01T10:00:00Z")
    await pay(ask, "4.00", sale=sale, paidAt="2026-03-04T10:00:00Z")
    done = await pay(ask, "6.00", sale=sale, paidAt="2026-03-02T10:00:00Z")
    assert done["sale"]["statusHistory"][-1] == {"status": "COMPLETED", "businessDate": "2026-03-04", "actor": "stan"}


async def test_a_payment_on_account(ask_both: Asker) -> None:
    buyer = await a_customer(ask_both, openingBalance="5.00")
    done = await pay(ask_both, "7.50", customer=buyer, method="BANK_TRANSFER")
    assert (done["__typename"], done["outstandingBalance"], done["sale"]) == ("PaymentPayload", "-2.50", None)
    assert done["payment"]["method"] == "BANK_TRANSFER"


async def test_a_pending_sale_counts_once_it_is_paid(ask_both: Asker) -> None:
    buyer = await a_customer(ask_both, creditLimit="6.00")
    said = {"customer": buyer, "occurredAt": "2026-03-01T10:00:00Z", "campaign": "spring"}
    partly, whole, beyond = [await a_pending(ask_both, **said) for _ in range(3)]
    first = await pay(ask_both, "4.00", sale=partly, paidAt="2026-03-02T10:00:00Z")
    assert (first["sale"]["status"], first["outstandingBalance"]) == ("PARTIAL", "6.00")
    assert (await pay(ask_both, "10.00", sale=whole))["sale"]["status"] == "COMPLETED"
    assert (await pay(ask_both, "9.99", sale=beyond))["__typename"] == "CreditLimitExceeded"
    days = " ".join(f'd{day}: purchases(asOf: "2026-03-0{day}") {{ orders }}' for day in (1, 2, 5))
    shown = await ask_both(f'{{ customer(by: {{id: "{buyer}"}}) {{ {days} touchpoints {{ nodes {{ type }} }} }} }}')
    assert [shown["customer"][f"d{day}"]["orders"] for day in (1, 2, 5)] == [0, 1, 2]
    assert len(shown["customer"]["touchpoints"]["nodes"]) == 2


async def test_what_is_no_payment(ask: Asker, shop: Shop) -> None:
    sale, buyer = await a_rest(ask, occurredAt="2026-03-03T10:00:00Z")
    pending = await a_pending(ask)
    before = await everything(shop.database)
    cases: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        ({"amount": "1.00"}, [("sale", "NOT_TOGETHER")]),
        ({"amount": "1.00", "sale": sale, "customer": buyer}, [("sale", "NOT_TOGETHER")]),
        ({"amount": "0", "sale": sale}, [("amount", "OUT_OF_RANGE")]),
        ({"amount": "-1", "sale": sale}, [("amount", "OUT_OF_RANGE")]),
        ({"amount": "1e20", "customer": buyer}, [("amount", "OUT_OF_RANGE")]),
        ({"amount": "0.00000000000000000001", "customer": buyer}, [("amount", "INVALID_FORMAT")]),
        ({"amount": "1.00", "sale": sale, "method": "POINTS"}, [("method", "OUT_OF_RANGE")]),
        ({"amount": "1.00", "customer": buyer, "method": "CREDIT"}, [("method", "OUT_OF_RANGE")]),
        ({"amount": "1.00", "sale": sale, "paidAt": "2026-03-02T23:59:59Z"}, [("paidAt", "OUT_OF_RANGE")]),
        ({"amount": "1.00", "sale": sale, "paidAt": "2026-03-05T12:05:01Z"}, [("paidAt", "IN_THE_FUTURE")]),
        ({"amount": "1.00", "customer": buyer, "paidAt": "1066-10-14T09:00:00Z"}, [("paidAt", "OUT_OF_RANGE")]),
        ({"amount": "1.00", "customer": buyer, "reference": "r" * 201}, [("reference", "TOO_LONG")]),
        ({"amount": "1.00", "sale": pending}, [("amount", "OUT_OF_RANGE")]),  # nobody is there to owe the rest
    ]
    for said, problems in cases:
        refused = await pay(ask, **said)
        assert problems_of(refused) == [(f"input.{path}", code) for path, code in problems], said
    assert await everything(shop.database) == before


async def test_payments_that_are_refused(ask: Asker, shop: Shop, other: Shop) -> None:
    sale, buyer = await a_rest(ask)
    cancelled, paid = (global_id("Sale", shop.id_of_sale(number)) for number in ("A6", "A2"))
    theirs = global_id("Sale", other.id_of_sale("A4"))
    before = await everything(shop.database)
    too_much = await pay(ask, "10.01", sale=sale)
    assert (too_much["__typename"], too_much["due"]) == ("TooMuchPaid", "10.00")
    assert (await pay(ask, "0.01", sale=paid))["due"] == "0.00"
    wrong = await pay(ask, "1.00", sale=cancelled)
    assert (wrong["__typename"], wrong["status"]) == ("WrongStatus", "CANCELLED")
    assert (await pay(ask, "1.00", sale=theirs))["path"] == ["input", "sale"]
    assert (await pay(ask, "1.00", customer=customer_id(other, "ANN")))["path"] == ["input", "customer"]
    assert (await pay(ask, "1.00", customer=customer_id(shop, "OLD")))["reason"] == "MERGED"
    assert (await pay(ask, "1.00", customer=customer_id(shop, "GONE")))["reason"] == "ERASED"
    assert (await pay(ask, "1.00", customer=buyer, paidAt="2026-02-01T10:00:00Z"))["reason"] == "TOO_LATE"
    assert await everything(shop.database) == before


async def test_the_same_payment_again_is_none(ask_both: Asker, both_services: Any) -> None:
    sale, _ = await a_rest(ask_both)
    first = await pay(ask_both, "4.00", sale=sale, idempotencyKey="p")
    before = await everything(both_services.database)
    again = await pay(ask_both, "4.0", sale=sale, idempotencyKey="p")
    assert (again["replayed"], again["payment"]) == (True, first["payment"])
    assert (await pay(ask_both, "4.01", sale=sale, idempotencyKey="p"))["key"] == "p"
    assert await everything(both_services.database) == before


# ---------------------------------------------------------------- statuses


@pytest.mark.parametrize(
    ("status", "then"), [("COMPLETED", "PARTIAL"), ("PARTIAL", "PARTIAL"), ("CANCELLED", "CANCELLED")]
)
async def test_a_pending_sale_is_judged_by_what_was_paid(ask: Asker, status: str, then: str) -> None:
    buyer = await a_customer(ask, creditLimit="10.00")
    sale = await a_pending(ask, customer=buyer, occurredAt="2026-03-01T10:00:00Z")
    done = (await set_status(ask, sale, status, "s"))["sale"]
    assert [(one["status"], one["businessDate"]) for one in done["statusHistory"]] == [
        ("PENDING", "2026-03-01"),
        (then, "2026-03-05"),
    ]
    again = await set_status(ask, sale, status, "s")
    assert (again["replayed"], again["sale"]) == (True, done)


async def test_a_pending_sale_of_nothing_is_completed(ask: Asker) -> None:
    sale = await a_pending(ask, items=a_sale("0")["items"])
    assert (await set_status(ask, sale, "COMPLETED"))["sale"]["status"] == "COMPLETED"


async def test_moves_that_there_are_not(ask: Asker, shop: Shop, other: Shop) -> None:
    pending, (partial, _) = await a_pending(ask), await a_rest(ask)
    completed, cancelled = (global_id("Sale", shop.id_of_sale(number)) for number in ("A2", "A6"))
    before = await everything(shop.database)
    moves = [
        (pending, "REFUNDED"), (partial, "COMPLETED"), (partial, "CANCELLED"), (partial, "PENDING"),
        (completed, "PARTIAL"), (completed, "CANCELLED"), (cancelled, "COMPLETED"), (cancelled, "PENDING"),
    ]  # fmt: skip
    for sale, status in moves:
        assert (await set_status(ask, sale, status))["__typename"] == "WrongStatus", (sale, status)
    assert problems_of(await set_status(ask, pending, "COMPLETED")) == [("status", "OUT_OF_RANGE")]
    assert (await set_status(ask, global_id("Sale", other.id_of_sale("A4")), "PARTIAL"))["path"] == ["sale"]
    for sale, status in ((pending, "PENDING"), (partial, "PARTIAL"), (completed, "COMPLETED")):
        assert (await set_status(ask, sale, status))["sale"]["status"] == status
    assert await everything(shop.database) == before


async def test_a_pending_sale_beyond_the_limit_stays_pending(ask: Asker) -> None:
    buyer = await a_customer(ask, creditLimit="9.99")
    sale = await a_pending(ask, customer=buyer)
    refused = await set_status(ask, sale, "PARTIAL")
    assert (refused["__typename"], refused["limit"], refused["outstanding"]) == ("CreditLimitExceeded", "9.99", "0.00")


# ---------------------------------------------------------------- what is derived


async def test_the_books_hold_after_all_of_it(ask: Asker, shop: Shop, services: Any) -> None:
    """What `verify` looks at, the copy beside the store too: it caught up with each change."""
    async with shop.database.transaction() as connection:  # the shop's own are told without what paid them
        await connection.execute(update(table(Sale)).values(recorded_at=None))
    await ask.load_copy()
    sale, buyer = await a_rest(ask, items=[line("3.335", "3", discount="1.00", unitCost="1.00"), line("10.00", "2")])
    pending = await a_pending(ask, customer=buyer, campaign="spring")
    await ask.load_copy()
    await pay(ask, "4.00", sale=sale, paidAt="2026-03-05T10:00:00Z")
    await pay(ask, "3.00", customer=buyer)
    await ask.load_copy()
    await set_status(ask, pending, "PARTIAL")
    await set_status(ask, await a_pending(ask), "CANCELLED")
    await pay(ask, "10.00", sale=pending)
    assert [finding async for finding in verify(services, shop.id, NOW) if finding.wrong] == []


# ---------------------------------------------------------------- details


async def a_rest(ask: Asker, total: str = "10.00", **more: Any) -> tuple[str, str]:
    """A sale of which nothing is paid, and who owes it."""
    buyer = await a_customer(ask, creditLimit="1000.00")
    done = await record(ask, **a_sale(total, **{"customer": buyer, "payments": [], **more}))
    return done["sale"]["id"], buyer


async def a_pending(ask: Asker, **more: Any) -> str:
    """A sale that is not agreed yet."""
    return (await record(ask, **a_sale(**{"status": "PENDING", "payments": [], **more})))["sale"]["id"]
