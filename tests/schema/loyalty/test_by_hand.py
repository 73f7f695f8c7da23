"""Points by hand: what they do, entry by entry, what refuses them, and that a key does nothing twice."""

from typing import Any

import pytest

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from tests.builders import Shop
from tests.schema.conftest import Asker
from tests.schema.loyalty.members import RESULT, a_program
from tests.schema.writing import everything, problems_of

REVERSE = f"""mutation ($id: ID!, $key: String!) {{ reverseRedeemedPoints(transaction: $id, idempotencyKey: $key) {{
    {RESULT} }} }}"""


async def test_points_are_given_spent_given_back_and_adjusted(ask_both: Asker) -> None:
    program = (await a_program(ask_both, "ANN", expiry="NEVER")).by(Role.MANAGER)
    await program.give("ANN", 100, description="For patience", qualifies=False)
    await program.give("ANN", 50)
    spent = await program.by_hand("redeemPoints", "ANN", points=120, description="A voucher")
    (movement,) = spent["transactions"]
    back = await program.say(REVERSE, id=movement["id"], key="back")
    assert back["membership"]["balance"]["points"] == 150
    assert back["membership"]["balance"]["redeemedPoints"] == 0
    await program.by_hand("adjustPoints", "ANN", points=30, reason="Sorry", qualifies=True)
    await program.by_hand("adjustPoints", "ANN", points=-130, reason="Too many", qualifies=True)
    assert await program.movements("ANN") == [
        ["2026-03-05", "EARNED", 100, 0, 0, 0, 100],
        ["2026-03-05", "EARNED", 50, 0, 0, 50, 150],
        ["2026-03-05", "REDEEMED", -120, 0, 0, 0, 30],
        ["2026-03-05", "RESTORED", 120, 0, 0, 0, 150],
        ["2026-03-05", "ADJUSTED_ADD", 30, 0, 0, 30, 180],
        ["2026-03-05", "ADJUSTED_SUB", -130, 0, 0, -80, 50],  # as many qualifying ones as there are
    ]
    assert await program.movements("ANN", "description", "reason") == [
        ["For patience", "MANUAL"],
        ["Earned", "MANUAL"],
        ["A voucher", "MANUAL"],
        ["Restored", "MANUAL"],
        ["Sorry", "MANUAL"],
        ["Too many", "MANUAL"],
    ]
    shown = await program.member("ANN", "transactions(types: [RESTORED]) { nodes { reverses { points description } } }")
    assert shown["transactions"]["nodes"] == [{"reverses": {"points": -120, "description": "A voucher"}}]


async def test_what_is_given_along_is_shown_to_staff(ask: Asker) -> None:
    program = await a_program(ask, "ANN", manualEarnLimit=50)
    pairs = [{"key": "till", "value": "3"}, {"key": "why", "value": ""}]
    await program.by_hand("earnPoints", "ANN", points=5, metadata=pairs)
    shown = await program.member("ANN", "transactions { nodes { metadata { key value } actor expiresOn } }")
    assert shown["transactions"]["nodes"] == [{"metadata": pairs, "actor": "stan", "expiresOn": "2027-03-05"}]


async def test_a_key_does_nothing_twice(ask_both: Asker) -> None:
    program = (await a_program(ask_both, "ANN", "BEN")).by(Role.MANAGER)
    first = await program.by_hand("earnPoints", "ANN", key="k", points=100)
    again = await program.by_hand("earnPoints", "ANN", key="k", points=100)
    assert (again["replayed"], again["transactions"]) == (True, first["transactions"])
    for name, number, given in (
        ("earnPoints", "ANN", {"points": 101}),
        ("earnPoints", "BEN", {"points": 100}),
        ("redeemPoints", "ANN", {"points": 100}),
    ):
        refused = await program.by_hand(name, number, key="k", **given)
        assert (refused["__typename"], refused["key"]) == ("IdempotencyConflict", "k")
    assert (await program.member("ANN"))["balance"]["points"] == 100


async def test_staff_gives_so_many_points_a_customer_and_day_all_together(ask_both: Asker) -> None:
    program = await a_program(ask_both, "ANN", "BEN", manualEarnLimit=100)
    await program.give("ANN", 1_000)  # by a manager
    await program.by_hand("earnPoints", "ANN", points=60, pendingDays=5)
    other = type(program)(program.asker.being(Role.STAFF, subject="sue"))
    refused = await other.by_hand("earnPoints", "ANN", points=41)
    assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "OVER_LIMIT")
    assert "40 more points" in refused["message"]
    assert (await other.by_hand("earnPoints", "ANN", points=40))["__typename"] == "LoyaltyPayload"
    assert (await other.by_hand("earnPoints", "ANN", points=1))["reason"] == "OVER_LIMIT"
    assert (await other.by_hand("earnPoints", "BEN", points=100))["__typename"] == "LoyaltyPayload"
    assert (await other.on("2026-03-06").by_hand("earnPoints", "ANN", points=100))["__typename"] == "LoyaltyPayload"


async def test_what_was_spent_is_given_back_once_and_by_a_manager_on_later_days(ask: Asker, shop: Shop) -> None:
    program = await a_program(ask, "ANN")
    given = await program.give("ANN", 100)
    spent = (await program.by_hand("redeemPoints", "ANN", points=30))["transactions"][0]["id"]
    redeemed = await program.redeem("ANN", await program.reward(pointsCost=10))
    of_reward = (await program.member("ANN", "transactions(first: 1) { nodes { id } }"))["transactions"]["nodes"][0][
        "id"
    ]
    assert redeemed["__typename"] == "RedemptionPayload"
    before = await everything(shop.database)

    async def refused(id_: str, on: Any = program) -> Any:
        answer = await on.say(REVERSE, id=id_, key="r")
        return [answer["__typename"], answer.get("reason", answer.get("path"))]

    assert await refused(given["transactions"][0]["id"]) == ["NotAllowed", "WRONG_STATE"]
    assert await refused(of_reward) == ["NotAllowed", "WRONG_STATE"]
    assert await refused(global_id("LoyaltyTransaction", 999)) == ["NotFound", ["transaction"]]
    assert await refused(spent, program.on("2026-03-06")) == ["NotAllowed", "TOO_LATE"]
    assert await everything(shop.database) == before
    done = await program.on("2026-03-06").by(Role.MANAGER).say(REVERSE, id=spent, key="back")
    assert done["membership"]["balance"]["points"] == 90
    assert await refused(spent, program.by(Role.MANAGER)) == ["NotAllowed", "WRONG_STATE"]


REFUSED: dict[str, tuple[str, dict[str, Any], list[Any]]] = {
    "none": ("earnPoints", {"points": 0}, [("input.points", "OUT_OF_RANGE")]),
    "below 0": ("redeemPoints", {"points": -1}, [("input.points", "OUT_OF_RANGE")]),
    "nothing": (
        "adjustPoints", {"points": 0, "reason": " "},
        [("input.points", "OUT_OF_RANGE"), ("input.reason", "REQUIRED")],
    ),
    "days": (
        "earnPoints",
        {"points": 1, "expiresInDays": 0, "pendingDays": 3651},
        [("input.expiresInDays", "OUT_OF_RANGE"), ("input.pendingDays", "OUT_OF_RANGE")],
    ),
    "a long text": ("redeemPoints", {"points": 1, "description": "x" * 501}, [("input.description", "TOO_LONG")]),
    "many pairs": (
        "earnPoints", {"points": 1, "metadata": [{"key": f"k{n}", "value": "v"} for n in range(21)]},
        [("input.metadata", "TOO_MANY")],
    ),
    "a key twice": (
        "earnPoints", {"points": 1, "metadata": [{"key": "k", "value": "v"}] * 2},
        [("input.metadata.1.key", "NOT_TOGETHER")],
    ),
    "a blank key": ("earnPoints", {"points": 1, "key": " "}, [("input.idempotencyKey", "INVALID_FORMAT")]),
    "fewer than the least": ("redeemPoints", {"points": 9}, [("input.points", "OUT_OF_RANGE")]),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
async def test_what_makes_no_sense_is_refused(ask: Asker, shop: Shop, case: str) -> None:
    program = (await a_program(ask, "ANN", minRedeemPoints=10)).by(Role.MANAGER)
    await program.give("ANN", 100)
    before = await everything(shop.database)
    name, given, problems = REFUSED[case]
    assert problems_of(await program.by_hand(name, "ANN", **given)) == problems
    assert await everything(shop.database) == before


async def test_what_cannot_be_done_is_refused_in_order(ask: Asker, shop: Shop) -> None:
    program = (await a_program(ask, "ANN", "BEN")).by(Role.MANAGER)
    await program.give("ANN", 100)
    a_sale = global_id("Sale", shop.id_of_sale("B1"))
    await ask.being(Role.ADMIN)(
        "mutation ($ids: [ID!]!) { setCustomersActive(target: {ids: $ids}, isActive: false) { __typename } }",
        ids=[await program.id_of("BEN")],
    )
    before = await everything(shop.database)

    async def kind(name: str, number: str, **given: Any) -> list[Any]:
        answer = await program.by_hand(name, number, **given)
        return [
            answer["__typename"],
            *(answer[key] for key in ("reason", "path", "needed", "available") if key in answer),
        ]

    assert await kind("earnPoints", "NEW", points=1) == ["NotEnrolled"]
    assert await kind("redeemPoints", "ANN", points=101) == ["InsufficientPoints", 101, 100]
    assert await kind("adjustPoints", "ANN", points=-101, reason="x") == ["InsufficientPoints", 101, 100]
    assert await kind("redeemPoints", "BEN", points=1) == ["NotAllowed", "INACTIVE"]
    nowhere = {"customer": global_id("Customer", 999)}
    assert await kind("earnPoints", "ANN", points=1, **nowhere) == ["NotFound", ["input", "customer"]]
    assert await kind("earnPoints", "ANN", points=1, sale=global_id("Sale", 999)) == ["NotFound", ["input", "sale"]]
    other = await program.by_hand("earnPoints", "ANN", points=1, sale=a_sale)
    assert problems_of(other) == [("input.sale", "NOT_TOGETHER")]
    assert await everything(shop.database) == before
    await program.set(isActive=False)
    assert await kind("earnPoints", "ANN", points=1) == ["NotAllowed", "PROGRAM_OFF"]
    assert await kind("redeemPoints", "ANN", points=1) == ["NotAllowed", "PROGRAM_OFF"]
    assert await kind("adjustPoints", "ANN", points=1, reason="goes on") == ["LoyaltyPayload"]


async def test_movements_of_the_business_are_listed_by_what_they_are(ask_both: Asker) -> None:
    program = await a_program(ask_both, "ANN", "BEN")
    await program.give("ANN", 100)
    await program.on("2026-03-06").give("BEN", 50)
    await program.on("2026-03-07").by(Role.MANAGER).by_hand("redeemPoints", "ANN", points=10)

    async def listed(**filter_: Any) -> list[int]:
        document = """query ($f: LoyaltyTransactionFilter) { loyaltyTransactions(filter: $f) { nodes { points } } }"""
        found = await program.asker(document, f=filter_)
        return [node["points"] for node in found["loyaltyTransactions"]["nodes"]]

    assert await listed() == [-10, 50, 100]
    assert await listed(customer=await program.id_of("ANN")) == [-10, 100]
    assert await listed(types=["EARNED"]) == [50, 100]
    assert await listed(types=[]) == []
    assert await listed(reason="WELCOME") == []
    assert await listed(actor="stan", period={"start": "2026-03-06", "end": "2026-03-06"}) == [50]
    page = """query ($after: String) { loyaltyTransactions(first: 2, after: $after) {
        nodes { points } pageInfo { endCursor hasNextPage } } }"""
    first = (await program.asker(page))["loyaltyTransactions"]
    rest = (await program.asker(page, after=first["pageInfo"]["endCursor"]))["loyaltyTransactions"]
    assert [node["points"] for node in first["nodes"] + rest["nodes"]] == [-10, 50, 100]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    mine = await program.member("ANN", 'transactions(first: 1, period: {end: "2026-03-06"}) { nodes { points } }')
    assert mine["transactions"]["nodes"] == [{"points": 100}]


async def test_nothing_owed_is_nothing_to_forgive(ask: Asker, shop: Shop) -> None:
    program = (await a_program(ask, "ANN")).by(Role.MANAGER)
    before = await everything(shop.database)
    done = await program.of("forgiveOwedPoints", "ANN", 'reason: "Sorry", idempotencyKey: "k"')
    assert (done["__typename"], done["transactions"]) == ("LoyaltyPayload", [])
    after = await everything(shop.database)
    assert {name for name in before if before[name] != after[name]} == {"used_key"}
