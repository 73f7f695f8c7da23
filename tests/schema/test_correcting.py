"""Sales voided, and sales given to somebody else: what moves, what refuses it, and what every report then says."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from resolvers.operation.services import Services
from resolvers.operation.viewer import Role
from resolvers.verification import verify
from tests.builders import NOW
from tests.schema.counter import ASSIGN, VOID, Counter, open_counter
from tests.schema.selling import cash, line, record
from tests.schema.writing import counters, everything, problems_of

SEEN = """query ($asOf: Date) {
    customers(orderBy: NAME) { nodes { number joinedOn outstandingBalance purchases(asOf: $asOf) { orders revenue }
        sales { nodes { number status } } refunds { nodes { amount } } } }
    receivablesAging(asOf: $asOf) { total }
    segmentation(days: null, asOf: $asOf) { totalCustomers totalRevenue } }"""


@pytest.fixture
async def till(both_services: Services) -> Counter:
    """The counter of a shop, on each of the two stores; S1 was recorded today."""
    made = await open_counter(both_services)
    shop = made.shop
    created = NOW - timedelta(days=9)
    for name, limit in (("ann", "100.00"), ("ben", "20.00"), ("cleo", "0.00")):
        shop.customer(name, first_name=name, credit_limit=limit, created_at=created)
    shop.sale("ann", "2026-02-01", "30.00", number="S1", payments={"CASH": "30.00"}, recorded_at=NOW)
    shop.sale("ann", "2026-02-10", "50.00", number="OWED", status="PARTIAL", payments={"CARD": "29.00"})
    shop.sale("ann", "2026-02-11", "10.00", number="BACK", payments={"CASH": "10.00"})
    shop.sale(None, "2026-02-12", "7.00", number="NOBODY", payments={"CASH": "7.00"})
    shop.sale("ann", "2026-02-13", "5.00", number="PENDING", status="PENDING")
    shop.sale("ann", "2026-02-14", "5.00", number="CANCELLED", status="CANCELLED")
    await shop.save()
    await made.refund("BACK", amount="4.00")
    return made


async def seen(till: Counter, day: str | None = None) -> Any:
    """What reports and records say of the shop, as of a day."""
    return await till.ask.being(Role.ADMIN)(SEEN, asOf=day)


async def wrong(till: Counter) -> list[Any]:
    """What `verify` finds; the copy caught up with what was written since."""
    return [found async for found in verify(till.ask.services, till.shop.id, NOW) if found.wrong]


def of(found: Any, name: str) -> Any:
    """What was seen of a customer."""
    return next(node for node in found["customers"]["nodes"] if node["number"] == name)


# ---------------------------------------------------------------- voids


async def test_a_voided_sale_counts_on_no_day(till: Counter) -> None:
    before = [await seen(till, day) for day in (None, "2026-02-28")]
    assert of(before[1], "ann")["purchases"] == {"orders": 3, "revenue": "90.00"}
    done = await till.being(Role.STAFF).void("S1")
    assert (done["sale"]["status"], done["sale"]["paid"]) == ("CANCELLED", "30.00")
    for day, revenue in ((None, "56.00"), ("2026-02-28", "60.00")):
        found = await seen(till, day)
        assert of(found, "ann")["purchases"] == {"orders": 2, "revenue": revenue}
        assert of(found, "ann")["joinedOn"] == "2026-02-10"
    assert of(before[0], "ann")["joinedOn"] == "2026-02-01"
    assert await wrong(till) == []


async def test_a_voided_sale_owes_nothing_on_any_day(till: Counter) -> None:
    assert [(await seen(till, day))["receivablesAging"]["total"] for day in (None, "2026-02-20")] == ["21.00", "21.00"]
    done = await till.being(Role.MANAGER).void("OWED")
    assert done["outstandingBalance"] == "0.00"
    assert [(await seen(till, day))["receivablesAging"]["total"] for day in (None, "2026-02-20")] == ["0.00", "0.00"]
    assert await wrong(till) == []


async def test_a_pending_sale_may_be_voided(till: Counter) -> None:
    assert (await till.being(Role.MANAGER).void("PENDING"))["sale"]["status"] == "CANCELLED"


async def test_what_refuses_a_void_changes_nothing(till: Counter) -> None:
    before = await everything(till.shop.database)
    manager = till.being(Role.MANAGER)
    assert problems_of(await manager.void("S1", reason=" ")) == [("reason", "REQUIRED")]
    assert problems_of(await manager.void("S1", reason="x" * 301)) == [("reason", "TOO_LONG")]
    assert (await till.being(Role.STAFF).void("OWED"))["reason"] == "TOO_LATE"
    assert (await manager.void("BACK"))["reason"] == "HAS_FACTS"
    refused = await manager.void("CANCELLED")
    assert (refused["__typename"], refused["status"]) == ("WrongStatus", "CANCELLED")
    assert await everything(till.shop.database) == before


async def test_staff_voids_what_was_recorded_that_business_day(till: Counter) -> None:
    async with till.shop.database.transaction(till.shop.id) as connection:
        await connection.execute(text("UPDATE sale SET recorded_at = :at WHERE number = 'S1'"), {"at": _text(till)})
    assert (await till.being(Role.STAFF).void("S1"))["reason"] == "TOO_LATE"


def _text(till: Counter) -> Any:
    yesterday = NOW.replace(hour=0) - timedelta(minutes=1)
    return yesterday.isoformat(sep=" ") if till.shop.database.is_sqlite else yesterday


# ---------------------------------------------------------------- assignments


async def test_a_sale_goes_with_all_that_is_of_it(till: Counter) -> None:
    manager = till.being(Role.MANAGER)
    done = await manager.assign("BACK", "ben")
    assert (done["sale"]["customer"], done["sale"]["status"]) == ({"number": "ben"}, "COMPLETED")
    found = await seen(till)
    ann, ben = of(found, "ann"), of(found, "ben")
    assert (ann["purchases"], ann["refunds"]["nodes"]) == ({"orders": 2, "revenue": "80.00"}, [])
    assert (ben["purchases"], ben["refunds"]["nodes"]) == ({"orders": 1, "revenue": "6.00"}, [{"amount": "4.00"}])
    assert ben["joinedOn"] == "2026-02-11"
    assert await wrong(till) == []
    await manager.assign("BACK", None)
    assert (await seen(till))["segmentation"]["totalCustomers"] == 1
    assert of(await seen(till), "ben")["joinedOn"] == "2026-02-24"
    assert await wrong(till) == []


async def test_an_anonymous_sale_is_given_to_who_bought(till: Counter) -> None:
    done = await till.being(Role.MANAGER).assign("NOBODY", "cleo")
    assert (done["sale"]["customer"], done["outstandingBalance"]) == ({"number": "cleo"}, "0.00")
    assert of(await seen(till, "2026-02-12"), "cleo")["purchases"] == {"orders": 1, "revenue": "7.00"}


async def test_a_rest_goes_along_where_it_may_be_owed(till: Counter) -> None:
    manager = till.being(Role.MANAGER)
    before = await everything(till.shop.database)
    refused = await manager.assign("OWED", "ben")
    assert (refused["__typename"], refused["limit"], refused["outstanding"]) == ("CreditLimitExceeded", "20.00", "0.00")
    assert (await manager.assign("OWED", None))["reason"] == "OPEN_BALANCE"
    assert await everything(till.shop.database) == before
    await till.refund("OWED", amount="1.00")
    done = await manager.assign("OWED", "ben")
    assert done["outstandingBalance"] == "20.00"
    assert of(await seen(till), "ann")["outstandingBalance"] == "0.00"
    assert await wrong(till) == []


async def test_what_a_refund_paid_to_the_account_goes_along(till: Counter) -> None:
    manager = till.being(Role.MANAGER)
    await till.refund("S1", amount="12.00", method="CREDIT")
    assert of(await seen(till), "ann")["outstandingBalance"] == "9.00"
    assert (await manager.assign("S1", None))["reason"] == "OPEN_BALANCE"
    assert (await manager.assign("S1", "ben"))["outstandingBalance"] == "-12.00"
    assert of(await seen(till), "ann")["outstandingBalance"] == "21.00"
    assert await wrong(till) == []


async def test_what_refuses_an_assignment_changes_nothing(till: Counter) -> None:
    manager = till.being(Role.MANAGER)
    before = await everything(till.shop.database)
    refused = await manager.assign("CANCELLED", "ben")
    assert (refused["__typename"], refused["status"]) == ("WrongStatus", "CANCELLED")
    assert await everything(till.shop.database) == before


async def test_to_whom_it_is_nothing_changes(till: Counter) -> None:
    manager, before = till.being(Role.MANAGER), await counters(till.shop)
    done = await manager.assign("S1", "ann")
    assert (done["sale"]["customer"], done["replayed"]) == ({"number": "ann"}, False)
    assert await counters(till.shop) == before


async def test_a_key_of_a_void_is_none_of_an_assignment(till: Counter) -> None:
    manager = till.being(Role.MANAGER)
    await manager.assign("S1", "ben", key="k")
    before = await counters(till.shop)
    assert (await manager.assign("S1", "ben", key="k"))["replayed"]
    assert (await manager.assign("S1", "cleo", key="k"))["__typename"] == "IdempotencyConflict"
    assert (await manager.void("S1", key="k"))["__typename"] == "IdempotencyConflict"
    assert await counters(till.shop) == before


async def test_the_contact_of_a_campaign_goes_where_its_sale_goes(till: Counter) -> None:
    manager = till.being(Role.MANAGER)
    done = await record(manager.ask, items=[line("9.00")], payments=[cash("9.00")], campaign="spring")
    sold = done["sale"]["id"]

    async def contacts() -> list[tuple[str, bool]]:
        found = await manager.ask("{ touchpoints { nodes { campaign isVoid customer { number } } } }")
        return [(node["customer"]["number"], node["isVoid"]) for node in found["touchpoints"]["nodes"]]

    async def given_to(customer: str | None) -> list[tuple[str, bool]]:
        named = {"sale": sold, "customer": till.customer(customer), "key": manager.key()}
        assert (await manager.ask(ASSIGN, **named))["assignSale"]["__typename"] == "SalePayload"
        return await contacts()

    assert await contacts() == []
    assert await given_to("ben") == [("ben", False)]
    assert await given_to("ann") == [("ann", False)]
    assert await given_to(None) == [("ann", True)]
    assert await given_to("cleo") == [("cleo", False)]
    await manager.ask(VOID, sale=sold, reason="twice", key=manager.key())
    assert await contacts() == [("cleo", True)]
