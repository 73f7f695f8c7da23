"""Goods given back: what a refund comes to, where its money goes, and everything that refuses it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role
from resolvers.verification import verify
from tests.builders import NOW, Line
from tests.schema.counter import REFUND, Counter, open_counter
from tests.schema.writing import counters, everything, problems_of

A_POUND = [Line("A", "10.00"), Line("B", "10.00")]


@pytest.fixture
async def till(both_services: Services) -> Counter:
    """The counter of a shop with sales of every kind, on each of the two stores."""
    made = await open_counter(both_services)
    shop = made.shop
    shop.customer("ann", credit_limit="500.00")
    shop.sale("ann", "2026-03-01", "120.00", number="TAXED", status="PARTIAL", payments={"CASH": "60.00"})
    shop.sale("ann", "2026-03-01", "100.00", tax="20.00", number="OWED", status="PARTIAL", payments={"CASH": "60.00"})
    shop.sale("ann", "2026-03-01", "100.00", number="CREDIT", status="PARTIAL", payments={"CASH": "20.00"})
    paid = {"POINTS": "40.00", "CASH": "20.00"}
    shop.sale("ann", "2026-03-01", "100.00", number="POINTS", status="PARTIAL", payments=paid)
    shop.sale("ann", "2026-03-01", number="PAIR", lines=A_POUND, payments={"CARD": "12.00", "CASH": "8.00"})
    shop.sale("ann", "2026-03-01", "50.00", number="CASH", payments={"CASH": "50.00"})
    rope = [Line("Rope", "12.90", "0.750"), Line("Gift", "0.00")]
    shop.sale("ann", "2026-03-01", number="ROPE", lines=rope, payments={"CASH": "9.68"})
    three = [Line("Tea", "3.33", "3", cost="1.00")]
    shop.sale("ann", "2026-03-01", number="THREE", lines=three, discount="0.50", payments={"CASH": "9.49"})
    shop.sale(None, "2026-03-01", "5.00", number="NOBODY", payments={"CASH": "5.00"})
    shop.sale("ann", "2026-03-01", "5.00", number="PENDING", status="PENDING")
    shop.sale("ann", "2026-03-01", "5.00", number="CANCELLED", status="CANCELLED")
    shop.sale("ann", "2026-03-01", number="FREE", lines=[Line("Sample", "0.00")])
    shop.sale("ann", "2026-03-01", "8.00", number="IMPORTED", payments={"CASH": "8.00"})
    shop.refund(None, "2026-03-02", "3.00", sale="IMPORTED", number="R1")
    shop.sale("ann", "2026-03-01", number="TWICE", lines=[Line("Tea", "5.00", "2"), Line("Cup", "5.00")])
    shop.refund(None, "2026-03-02", "5.00", sale="TWICE", number="P1")
    shop.refund(None, "2026-03-03", "9.98", sale="TWICE", number="P2")
    await shop.save()
    return made


def money(done: Any) -> tuple[str, ...]:
    """What a refund came to: its amount, tax, what it settled and paid out, by which method; how the sale stands."""
    refund = done["refund"]
    names = ("amount", "tax", "settled", "paidOut", "method")
    return (*(refund[name] for name in names), done["sale"]["status"])


def parts(done: Any) -> list[tuple[str, str, str]]:
    """What a refund took of lines."""
    return [(part["item"]["product"], part["quantity"], part["amount"]) for part in done["refund"]["items"]]


async def wrong(till: Counter) -> list[Any]:
    """What `verify` finds."""
    return [found async for found in verify(till.ask.services, till.shop.id, NOW) if found.wrong]


# ---------------------------------------------------------------- what it comes to


async def test_the_money_of_refunds_is_that_of_the_worked_examples(till: Counter) -> None:
    first = await till.refund("OWED", amount="50.00")
    assert money(first) == ("50.00", "10.00", "60.00", "0.00", None, "COMPLETED")
    assert money(await till.refund("OWED")) == ("50.00", "10.00", "0.00", "60.00", "CASH", "REFUNDED")
    assert money(await till.refund("CREDIT")) == ("100.00", "0.00", "80.00", "20.00", "CASH", "REFUNDED")
    points = await till.refund("POINTS", amount="50.00")
    assert money(points) == ("50.00", "0.00", "30.00", "0.00", None, "PARTIAL")  # 20.00 of it are points' worth
    assert await wrong(till) == []


async def test_lines_come_back_in_parts_that_come_to_their_net(till: Counter) -> None:
    assert parts(await till.refund("THREE", (0, "1"))) == [("Tea", "1", "3.16")]
    assert parts(await till.refund("THREE", (0, "1"))) == [("Tea", "1", "3.17")]
    last = await till.refund("THREE")
    assert parts(last) == [("Tea", "1", "3.16")]
    assert last["sale"]["items"] == [{"refundedQuantity": "3"}]
    back = [await till.refund("ROPE", (0, quantity)) for quantity in ("0.250", "0.125")]
    assert [parts(one) for one in back] == [[("Rope", "0.25", "3.23")], [("Rope", "0.125", "1.61")]]
    rest = await till.refund("ROPE")
    assert parts(rest) == [("Rope", "0.375", "4.84"), ("Gift", "1", "0.00")]
    assert rest["sale"]["status"] == "REFUNDED"
    assert await wrong(till) == []


async def test_by_amount_every_line_loses_its_share(till: Counter) -> None:
    assert parts(await till.refund("PAIR", amount="10.00")) == [("A", "0", "5.00"), ("B", "0", "5.00")]
    assert parts(await till.refund("PAIR", (0, "1"))) == [("A", "1", "5.00")]
    last = await till.refund("PAIR")
    assert (parts(last), money(last)) == (
        [("B", "1", "5.00")],
        ("5.00", "0.00", "0.00", "5.00", "CARD", "REFUNDED"),
    )
    assert last["sale"]["items"] == [{"refundedQuantity": "1"}, {"refundedQuantity": "1"}]


async def test_what_was_imported_is_by_amount(till: Counter) -> None:
    assert await imported(till, "R1") == {
        **{"tax": "0.00", "settled": "0.00", "paidOut": "3.00", "method": None, "number": "R1"},
        "items": [{"quantity": "0", "amount": "3.00", "item": {"product": "Goods"}}],
    }
    assert parts(await till.refund("IMPORTED")) == [("Goods", "1", "5.00")]


async def imported(till: Counter, number: str) -> Any:
    """A refund that a file brought, with the lines that it touched."""
    shown = "tax settled paidOut method number items { quantity amount item { product } }"
    asked = f"query ($id: ID!) {{ node(id: $id) {{ ... on Refund {{ {shown} }} }} }}"
    return (await till.ask(asked, id=global_id("Refund", till.shop.id_of_refund(number))))["node"]


async def test_what_several_imported_refunds_took_of_lines_adds_up_to_each(till: Counter) -> None:
    taken = [
        [(one["item"]["product"], one["amount"]) for one in (await imported(till, f"P{n}"))["items"]] for n in "12"
    ]
    assert taken == [[("Tea", "3.33"), ("Cup", "1.67")], [("Tea", "6.66"), ("Cup", "3.32")]]
    assert parts(await till.refund("TWICE")) == [("Tea", "2", "0.01"), ("Cup", "1", "0.01")]


async def test_a_refund_to_the_account_is_a_payment_without_a_sale(till: Counter) -> None:
    before = (await till.refund("CASH", amount="1.00"))["outstandingBalance"]
    done = await till.refund("CASH", amount="20.00", method="CREDIT", reason="  too small ", number=" R-1 ")
    assert money(done) == ("20.00", "0.00", "0.00", "20.00", "CREDIT", "COMPLETED")
    assert float(before) - float(done["outstandingBalance"]) == 20.00
    assert (done["refund"]["reason"], done["refund"]["number"]) == ("too small", "R-1")
    assert await wrong(till) == []


async def test_a_refund_takes_its_share_of_the_profit(till: Counter) -> None:
    asked = "query ($id: ID!) { node(id: $id) { ... on Customer { purchases { profit } } } }"
    await till.refund("THREE", (0, "1"))
    found = await till.ask(asked, id=till.customer("ann"))
    # 9.49 less 3.00 of cost is 6.49; 3.16 of 9.49 take 2.16 of it.
    assert found["node"]["purchases"]["profit"] == "4.33"


# ---------------------------------------------------------------- what refuses it


@pytest.mark.parametrize(
    ("sale", "items", "given", "problems"),
    [
        ("CASH", [], {"amount": "0"}, [("input.amount", "OUT_OF_RANGE")]),
        ("CASH", [], {"amount": "-1"}, [("input.amount", "OUT_OF_RANGE")]),
        ("CASH", [], {"amount": "1.005"}, [("input.amount", "INVALID_FORMAT")]),
        ("CASH", [], {"amount": "1.00000000000000000000000000000000001"}, [("input.amount", "INVALID_FORMAT")]),
        ("CASH", [], {"items": []}, [("input.items", "REQUIRED")]),
        ("CASH", [(0, "0")], {}, [("input.items.0.quantity", "OUT_OF_RANGE")]),
        ("CASH", [(0, "0.0000001")], {}, [("input.items.0.quantity", "INVALID_FORMAT")]),
        ("CASH", [(0, "1"), (0, "1")], {}, [("input.items.1.item", "NOT_TOGETHER")]),
        ("PAIR", [(0, "1")], {"amount": "10.01"}, [("input.amount", "DOES_NOT_ADD_UP")]),
        ("ROPE", [(1, "1")], {}, [("input.items", "OUT_OF_RANGE")]),
        ("ROPE", [(0, "0.0001")], {}, [("input.items", "OUT_OF_RANGE")]),
        ("NOBODY", [], {"method": "CREDIT"}, [("input.method", "OUT_OF_RANGE")]),
        ("CASH", [], {"method": "POINTS"}, [("input.method", "OUT_OF_RANGE")]),
        ("CASH", [], {"occurredAt": "2026-02-28T12:00:00Z"}, [("input.occurredAt", "OUT_OF_RANGE")]),
        ("CASH", [], {"occurredAt": "2026-03-05T12:06:00Z"}, [("input.occurredAt", "IN_THE_FUTURE")]),
        ("CASH", [], {"number": "x" * 81}, [("input.number", "TOO_LONG")]),
        ("CASH", [], {"reason": "y" * 301}, [("input.reason", "TOO_LONG")]),
        ("CASH", [], {"idempotencyKey": " "}, [("input.idempotencyKey", "INVALID_FORMAT")]),
    ],
)  # fmt: skip
async def test_input_that_makes_no_sense_is_told_and_changes_nothing(
    till: Counter, sale: str, items: list[tuple[int, str]], given: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    before = await everything(till.shop.database)
    assert problems_of(await till.refund(sale, *items, **given)) == problems
    assert await everything(till.shop.database) == before


async def test_more_than_is_left_is_refused(till: Counter) -> None:
    (line,) = await till.lines("CASH")
    await till.refund("CASH", amount="20.00")
    before = await everything(till.shop.database)
    assert _left(await till.refund("CASH", amount="30.01")) == ("30.00", None)
    assert _left(await till.refund("CASH", (0, "1.000001"))) == ("30.00", line)
    assert _left(await till.refund("CASH", (0, "999999999"))) == ("30.00", line)
    assert _left(await till.refund("FREE")) == ("0.00", None)
    assert await everything(till.shop.database) == before
    await till.refund("CASH")
    assert _left(await till.refund("CASH")) == ("0.00", None)
    assert _left(await till.refund("CASH", (0, "1"))) == ("0.00", None)
    assert _left(await till.refund("CASH", amount="0.01")) == ("0.00", None)


def _left(refused: Any) -> tuple[str, str | None]:
    assert refused["__typename"] == "RefundTooLarge", refused
    return refused["refundable"], refused["item"]


async def test_other_refusals_change_nothing(till: Counter) -> None:
    await till.refund("CASH", amount="1.00", number="R9")
    before = await everything(till.shop.database)
    for sale in ("PENDING", "CANCELLED"):
        refused = await till.refund(sale)
        assert (refused["__typename"], refused["status"]) == ("WrongStatus", sale)
    refused = await till.refund("CASH", amount="1.00", number="R9")
    assert (refused["__typename"], refused["field"]) == ("Duplicate", "number")
    other = (await till.lines("PAIR"))[0]
    refused = await till.refund("CASH", items=[{"item": other, "quantity": "1"}])
    assert (refused["__typename"], refused["path"]) == ("NotFound", ["input", "items", "0", "item"])
    refused = await till.refund("CASH", sale=global_id("Sale", 999_999))
    assert (refused["__typename"], refused["path"]) == ("NotFound", ["input", "sale"])
    old = (NOW - timedelta(days=30, seconds=1)).isoformat()
    refused = await till.refund("CASH", occurredAt=old)
    assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "TOO_LATE")
    assert await everything(till.shop.database) == before
    manager = await till.being(Role.MANAGER).refund("CASH", occurredAt=old)
    assert problems_of(manager) == [("input.occurredAt", "OUT_OF_RANGE")]  # it may, but the sale is younger


# ---------------------------------------------------------------- again, at once, and what is kept of it


async def test_a_retry_is_a_replay_and_another_input_a_conflict(till: Counter) -> None:
    given = {"idempotencyKey": "same", "amount": "20.00"}
    first = await till.refund("CASH", **given)
    before = await counters(till.shop)
    again = await till.refund("CASH", **given)
    assert (again["replayed"], again["refund"]) == (True, first["refund"])
    assert again["sale"]["refunded"] == "20.00"
    conflict = await till.refund("CASH", idempotencyKey="same", amount="21.00")
    assert conflict["__typename"] == "IdempotencyConflict"
    assert await counters(till.shop) == before


async def test_of_two_at_once_that_want_all_one_has_it(till: Counter) -> None:
    asked = [{"idempotencyKey": f"k{i}", "sale": till.sale("CASH")} for i in range(4)]
    done = await asyncio.gather(*(till.ask(REFUND, input=one) for one in [*asked, asked[0]]))
    kinds = sorted(one["refundSale"]["__typename"] for one in done)
    assert kinds in (["RefundPayload"] * 2 + ["RefundTooLarge"] * 3, ["RefundPayload"] + ["RefundTooLarge"] * 4)
    assert await wrong(till) == []


async def test_it_is_told_audited_and_of_one_revision(till: Counter) -> None:
    before = await counters(till.shop)
    done = await till.refund("OWED", amount="50.00")
    after = await counters(till.shop)
    grown = {name: after[name] - before[name] for name in after}
    assert grown == {"revision": 1, "facts_revision": 1, "entries": 1, "events": 2}
    assert done["sale"]["status"] == "COMPLETED"
    assert await _events(till) == ["refund.recorded", "sale.completed"]


async def _events(till: Counter) -> list[str]:
    async with till.shop.database.reading(till.shop.id) as connection:
        rows = await connection.execute(
            text("SELECT type FROM event WHERE business_id = :id ORDER BY sequence"), {"id": till.shop.id}
        )
        return [row.type for row in rows]


async def test_only_staff_gives_back(till: Counter) -> None:
    asked = {"input": {"idempotencyKey": "k", "sale": till.sale("CASH")}}
    for role in (Role.VIEWER, Role.CUSTOMER):
        await till.ask.being(role, customer_id=1).refused(REFUND, "FORBIDDEN", **asked)
