"""Rewards redeemed, used and cancelled: points, stock and codes go together, and every refusal in its order."""

import asyncio
from typing import Any

import pytest

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from tests.builders import Shop
from tests.schema.conftest import Asker
from tests.schema.loyalty.members import REDEMPTION, Program, a_program
from tests.schema.writing import everything, problems_of


async def ready(asker: Asker, points: int = 1_000, **settings: Any) -> Program:
    """A program of which ANN is a member with points."""
    program = await a_program(asker, "ANN", "BEN", expiry="NEVER", **settings)
    await program.give("ANN", points)
    return program


async def test_a_reward_is_redeemed_used_and_cannot_be_used_again(ask_both: Asker) -> None:
    program = await ready(ask_both)
    reward = await program.reward(pointsCost=300, value="5.00", stock=2)
    done = await program.redeem("ANN", reward)
    redemption = dict(done["redemption"])
    code, id_ = redemption.pop("code"), redemption.pop("id")
    assert redemption == {
        "points": 300, "value": "5.00", "status": "ISSUED", "expiresOn": "2026-06-03", "usedBy": None,
        "reward": {"name": "Coffee", "stockLeft": 1, "redeemedCount": 1},
    }  # fmt: skip
    assert done["membership"]["balance"]["points"] == 700
    assert len(code) == 10
    assert await program.movements("ANN", "type", "reason", "points") == [
        ["EARNED", "MANUAL", 1_000],
        ["REDEEMED", "REWARD", -300],
    ]
    found = (await program.asker(f'{{ loyaltyRedemption(code: " {code.lower()} ") {{ id }} }}'))["loyaltyRedemption"]
    assert found == {"id": id_}
    used = await program.use(f" {code[:5].lower()} {code[5:]}", key="till-1")
    assert (used["redemption"]["status"], used["redemption"]["usedBy"], used["replayed"]) == ("USED", "stan", False)
    assert (await program.use(code, key="till-1"))["replayed"] is True
    again = await program.use(code, key="till-2")
    assert [again[name] for name in ("__typename", "status", "at")] == [
        "RedemptionNotUsable", "USED", "2026-03-05T12:00:00+00:00",
    ]  # fmt: skip
    cancelled = await program.cancel(id_)
    assert (cancelled["__typename"], cancelled["status"]) == ("RedemptionNotUsable", "USED")


async def test_what_is_cancelled_gives_back_points_and_stock(ask_both: Asker) -> None:
    program = await ready(ask_both)
    reward = await program.reward(pointsCost=300, stock=1, perCustomerLimit=1)
    first = (await program.redeem("ANN", reward))["redemption"]
    assert (await program.redeem("ANN", reward))["unavailable"] == "LIMIT_REACHED"
    done = await program.cancel(first["id"])
    assert (done["redemption"]["status"], done["redemption"]["reward"]["stockLeft"]) == ("CANCELLED", 1)
    assert done["membership"]["balance"]["points"] == 1_000
    again = await program.cancel(first["id"])
    assert (again["__typename"], again["replayed"]) == ("RedemptionPayload", True)
    assert (await program.use(first["code"]))["status"] == "CANCELLED"
    assert (await program.redeem("ANN", reward))["__typename"] == "RedemptionPayload"
    version = "{ loyaltyRewards { version } }"
    assert await program.asker(version) == {"loyaltyRewards": [{"version": 1}]}  # which only who edits it moves


async def test_what_is_not_used_in_time_is_over_pass_or_no_pass(ask_both: Asker) -> None:
    program = await ready(ask_both, redemptionValidDays=90)
    issued = (await program.on("2026-11-28").redeem("ANN", await program.reward(stock=1)))["redemption"]
    assert issued["expiresOn"] == "2027-02-26"
    last, after = program.on("2027-02-26"), program.on("2027-02-27")
    shown = f'{{ node(id: "{issued["id"]}") {{ ... on LoyaltyRedemption {{ {REDEMPTION} }} }} }}'
    assert (await last.asker(shown))["node"]["status"] == "ISSUED"
    assert (await after.asker(shown))["node"]["status"] == "EXPIRED"
    over = await after.use(issued["code"])
    assert [over[name] for name in ("__typename", "status", "at")] == [
        "RedemptionNotUsable", "EXPIRED", "2027-02-27T00:00:00+00:00",
    ]  # fmt: skip
    assert (await after.by(Role.MANAGER).cancel(issued["id"]))["status"] == "EXPIRED"
    lists = """{ issued: loyaltyRedemptions(status: ISSUED) { totalCount }
        over: loyaltyRedemptions(status: EXPIRED) { totalCount nodes { id } } }"""
    assert await after.asker(lists) == {
        "issued": {"totalCount": 0},
        "over": {"totalCount": 1, "nodes": [{"id": issued["id"]}]},
    }
    assert (await last.use(issued["code"]))["redemption"]["status"] == "USED"


async def test_why_a_member_may_not_have_a_reward(ask: Asker, shop: Shop) -> None:
    program = await ready(ask)
    tiers = {t["name"]: t["id"] for t in (await ask("{ loyaltyTiers { id name } }"))["loyaltyTiers"]}
    rewards = {
        "INACTIVE": {"isActive": False, "validFrom": "2027-01-01"},
        "NOT_YET": {"validFrom": "2026-03-06", "minTier": tiers["Gold"]},
        "EXPIRED": {"validUntil": "2026-03-04", "minTier": tiers["Gold"]},
        "TIER_TOO_LOW": {"minTier": tiers["Silver"], "stock": 0},
        "OUT_OF_STOCK": {"stock": 0, "pointsCost": 9_999},
    }
    ids = {why: await program.reward(name=why, **{"pointsCost": 10, **given}) for why, given in rewards.items()}
    dear = await program.reward(name="dear", pointsCost=1_001)
    before = await everything(shop.database)
    for why, id_ in ids.items():
        refused = await program.redeem("ANN", id_)
        assert (refused["__typename"], refused["unavailable"]) == ("RewardUnavailable", why)
        tier = {"name": "Silver"} if why == "TIER_TOO_LOW" else None
        assert refused["requiredTier"] == tier
    short = await program.redeem("ANN", dear)
    assert (short["__typename"], short["needed"], short["available"]) == ("InsufficientPoints", 1_001, 1_000)
    assert (await program.redeem("NEW", dear))["__typename"] == "NotEnrolled"
    assert (await program.redeem("ANN", global_id("LoyaltyReward", 99)))["path"] == ["reward"]
    assert (await program.use("23456789AB"))["path"] == ["code"]
    assert problems_of(await program.use("  ")) == [("code", "REQUIRED")]
    assert await everything(shop.database) == before
    offers = await program.member("ANN", "rewards { reward { name } isAvailable reason missingPoints }")
    assert {
        one["reward"]["name"]: [one["isAvailable"], one["reason"], one["missingPoints"]] for one in offers["rewards"]
    } == {
        **{why: [False, why, None] for why in ids},
        "OUT_OF_STOCK": [False, "OUT_OF_STOCK", 8_999],
        "dear": [False, "TOO_FEW_POINTS", 1],
    }
    await program.set(isActive=False)
    assert (await program.redeem("ANN", dear))["reason"] == "PROGRAM_OFF"


async def test_uses_and_cancellations_go_on_whatever_became_of_program_and_member(ask: Asker) -> None:
    program = await ready(ask)
    reward = await program.reward(pointsCost=100)
    one, other, third = [(await program.redeem("ANN", reward))["redemption"] for _ in range(3)]
    await program.of("leaveLoyalty", "ANN", 'reason: "Moves"')
    await program.set(isActive=False)
    assert (await program.use(one["code"]))["redemption"]["status"] == "USED"
    done = await program.cancel(other["id"])
    assert (done["redemption"]["status"], done["membership"]["status"]) == ("CANCELLED", "LEFT")
    assert (await program.movements("ANN", "type", "reason", "points"))[-2:] == [
        ["RESTORED", "REWARD", 100],
        ["EXPIRED", "LEAVING", -100],
    ]
    late = await program.on("2026-03-06").cancel(third["id"])
    assert (late["__typename"], late["reason"]) == ("NotAllowed", "TOO_LATE")
    assert (await program.on("2026-03-06").by(Role.MANAGER).cancel(third["id"]))["__typename"] == "RedemptionPayload"


@pytest.mark.parametrize("points", [100, 199])
async def test_of_twenty_at_once_one_has_points_enough(ask_both: Asker, points: int) -> None:
    program = await ready(ask_both, points)
    reward = await program.reward(pointsCost=100)
    done = await asyncio.gather(*(program.redeem("ANN", reward) for _ in range(20)))
    kinds = [one["__typename"] for one in done]
    assert (kinds.count("RedemptionPayload"), kinds.count("InsufficientPoints")) == (1, 19)
    assert (await program.member("ANN"))["balance"]["points"] == points - 100


async def test_the_last_in_stock_goes_to_one(ask_both: Asker) -> None:
    program = await ready(ask_both)
    await program.give("BEN", 1_000)
    reward = await program.reward(pointsCost=10, stock=1)
    done = await asyncio.gather(*(program.redeem(number, reward) for number in ["ANN", "BEN"] * 5))
    kinds = [one.get("unavailable", one["__typename"]) for one in done]
    assert (kinds.count("RedemptionPayload"), kinds.count("OUT_OF_STOCK")) == (1, 9)


async def test_a_key_redeems_once(ask_both: Asker) -> None:
    program = await ready(ask_both)
    reward = await program.reward(pointsCost=100)
    done = await asyncio.gather(*(program.redeem("ANN", reward, key="k") for _ in range(4)))
    assert len({one["redemption"]["id"] for one in done}) == 1
    assert sorted(one["replayed"] for one in done) == [False, True, True, True]
    conflict = await program.redeem("BEN", reward, key="k")
    assert conflict["__typename"] == "IdempotencyConflict"
