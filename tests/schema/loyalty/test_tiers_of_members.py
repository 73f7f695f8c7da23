"""Members after tiers change: who rises by one that is saved, moves from one that goes, has one by hand, would move."""

from typing import Any

from sqlalchemy import text

from resolvers.operation.viewer import Role
from tests.builders import Shop
from tests.schema.conftest import Asker
from tests.schema.loyalty.members import Program, a_program
from tests.schema.writing import everything, problems_of, refusals_of

SAVE = """mutation ($id: ID, $input: LoyaltyTierInput!) { saveLoyaltyTier(id: $id, input: $input) {
    ... on LoyaltyTierPayload { tier { id } movedUp movedDown } ... on Refusal { message } } }"""
DELETE = """mutation ($id: ID!, $to: ID!) { deleteLoyaltyTier(id: $id, moveTo: $to) {
    ... on LoyaltyTierPayload { tier { name } movedUp movedDown } } }"""
LAY = f"""mutation ($target: CustomerTarget!, $tier: ID, $until: Date, $dryRun: Boolean! = false) {{
    setCustomersTier(target: $target, tier: $tier, until: $until, dryRun: $dryRun) {{
    ... on BulkDone {{ matched updated unchanged refusedCount applied refused {{ message }} }}
    {refusals_of("BulkResult")} }} }}"""
SIMULATE = """query ($tiers: [LoyaltyTierInput!]!) { simulateTiers(tiers: $tiers) {
    tier members movingUp movingDown } }"""
SHOWN = "tier { name } tierSource tierHistory { from { name } to { name } reason }"
BASE = {"name": "Bronze", "rank": 1, "isBase": True}


async def tier_ids(program: Program) -> dict[str, str]:
    """The ids of the tiers by name."""
    return {one["name"]: one["id"] for one in (await program.asker("{ loyaltyTiers { id name } }"))["loyaltyTiers"]}


async def tiers_of(program: Program, *numbers: str) -> list[str]:
    """The names of the tiers of members."""
    return [(await program.member(number, "tier { name }"))["tier"]["name"] for number in numbers]


async def members_with(asker: Asker, **points: int) -> Program:
    """A program whose members have points."""
    program = (await a_program(asker, *points, expiry="NEVER")).by(Role.MANAGER)
    for number, few in points.items():
        await program.give(number, few)
    return program


async def test_who_reaches_a_tier_that_is_saved_rises_at_once_and_nobody_falls(ask_both: Asker) -> None:
    program = await members_with(ask_both, ANN=5_000, BEN=4_999, NEW=12_000)
    ids = await tier_ids(program)
    await program.say(LAY, target={"ids": [await program.id_of("NONAME")]}, tier=ids["Gold"])
    low = {"name": "Silver", "rank": 2, "minPoints": 5_000, "earnMultiplier": "1.2"}
    done = await program.say(SAVE, id=ids["Silver"], input=low)
    assert (done["movedUp"], done["movedDown"]) == (1, 0)
    assert await tiers_of(program, "ANN", "BEN", "NEW") == ["Silver", "Bronze", "Silver"]
    assert (await program.member("ANN", SHOWN))["tierHistory"][-1] == {
        "from": {"name": "Bronze"}, "to": {"name": "Silver"}, "reason": "QUALIFIED",
    }  # fmt: skip
    done = await program.say(SAVE, id=ids["Silver"], input={**low, "minPoints": 20_000})
    assert (done["movedUp"], done["movedDown"]) == (0, 0)
    assert await tiers_of(program, "ANN", "NEW") == ["Silver", "Silver"]


async def test_who_has_a_tier_that_goes_has_another(ask_both: Asker) -> None:
    program = await members_with(ask_both, ANN=10_000, BEN=60_000, NEW=1)
    ids = await tier_ids(program)
    await program.say(LAY, target={"ids": [await program.id_of("NEW")]}, tier=ids["Silver"])
    done = await program.say(DELETE, id=ids["Silver"], to=ids["Gold"])
    assert done == {"tier": {"name": "Gold"}, "movedUp": 2, "movedDown": 0}
    assert await tiers_of(program, "ANN", "BEN", "NEW") == ["Gold", "Gold", "Gold"]
    down = await program.say(DELETE, id=ids["Gold"], to=ids["Bronze"])
    assert (down["movedUp"], down["movedDown"]) == (0, 3)
    shown = await program.member("ANN", SHOWN)
    assert [one["reason"] for one in shown["tierHistory"]] == ["JOINED", "QUALIFIED", "MOVED", "MOVED"]
    assert shown["tierHistory"][-1]["from"] == {"name": "Gold"}
    await program.by_hand("adjustPoints", "ANN", points=1, reason="Goes on")
    counts = (await program.asker("{ loyaltyTiers { name memberCount } }"))["loyaltyTiers"]
    assert counts == [{"name": "Bronze", "memberCount": 3}, {"name": "Platinum", "memberCount": 0}]


async def test_a_tier_by_hand_lies_over_that_of_the_rules_through_its_last_day(ask_both: Asker) -> None:
    program = await members_with(ask_both, ANN=9_000)
    gold, ann = (await tier_ids(program))["Gold"], await program.id_of("ANN")
    target = {"ids": [ann, await program.id_of("BEN")]}
    tried = await program.say(LAY, target=target, tier=gold, until="2026-03-31", dryRun=True)
    assert (tried["updated"], tried["applied"]) == (1, False)
    assert await tiers_of(program, "ANN") == ["Bronze"]
    done = await program.say(LAY, target=target, tier=gold, until="2026-03-31")
    assert {name: done[name] for name in ("matched", "updated", "unchanged", "refusedCount", "applied")} == {
        "matched": 2, "updated": 1, "unchanged": 0, "refusedCount": 1, "applied": True,
    }  # fmt: skip
    assert "no member" in done["refused"][0]["message"]
    assert (await program.say(LAY, target={"ids": [ann]}, tier=gold, until="2026-03-31"))["unchanged"] == 1
    await program.give("ANN", 1_000)  # Silver by the rules, under it
    shown = await program.member("ANN", f"{SHOWN} nextTier {{ name }} pointsToNextTier")
    assert (shown["tier"]["name"], shown["tierSource"], shown["nextTier"]["name"], shown["pointsToNextTier"]) == (
        "Gold", "MANUAL", "Platinum", 90_000,
    )  # fmt: skip
    assert await tiers_of(program.on("2026-03-31"), "ANN") == ["Gold"]
    after = program.on("2026-04-01")
    over = await after.member("ANN", SHOWN)
    assert (over["tier"]["name"], over["tierSource"]) == ("Silver", "QUALIFIED")
    assert [[one["to"]["name"], one["reason"]] for one in over["tierHistory"]] == [
        ["Bronze", "JOINED"], ["Gold", "MANUAL"], ["Silver", "MANUAL"],
    ]  # fmt: skip
    await after.by_hand("adjustPoints", "ANN", points=1, reason="Written now")
    assert await after.member("ANN", SHOWN) == over


async def test_a_tier_by_hand_is_taken_off(ask_both: Asker) -> None:
    program = await members_with(ask_both, ANN=10_000)
    target = {"ids": [await program.id_of("ANN")]}
    ids = await tier_ids(program)
    await program.say(LAY, target=target, tier=ids["Bronze"])
    assert await tiers_of(program.on("2030-01-01"), "ANN") == ["Bronze"]
    await program.say(LAY, target=target)
    assert (await program.member("ANN", SHOWN))["tierSource"] == "QUALIFIED"
    assert await tiers_of(program, "ANN") == ["Silver"]


async def test_tiers_by_hand_are_audited_and_told_of_one_by_one(ask: Asker, shop: Shop) -> None:
    program = await members_with(ask, ANN=1, BEN=1)
    gold = (await tier_ids(program))["Gold"]
    ids = [await program.id_of(number) for number in ("ANN", "BEN")]
    await program.say(LAY, target={"ids": ids}, tier=gold)
    async with shop.database.reading(shop.id) as connection:
        audited = text(
            "SELECT count(*), count(DISTINCT customer_id) FROM audit_entry WHERE action = 'setCustomersTier'"
        )
        assert tuple((await connection.execute(audited)).one()) == (2, 2)
        told = text("SELECT count(*) FROM event WHERE type = 'loyalty.tier.changed' AND data LIKE '%MANUAL%'")
        assert (await connection.execute(told)).scalar_one() == 2


async def test_tiers_that_cannot_be_laid_over_are_refused(ask: Asker, shop: Shop) -> None:
    program = await members_with(ask, ANN=1)
    ids = await tier_ids(program)
    target = {"ids": [await program.id_of("ANN")]}
    gone = (await program.say(SAVE, input={"name": "Gone", "rank": 9}))["tier"]["id"]
    await program.say(DELETE, id=gone, to=ids["Bronze"])
    before = await everything(shop.database)
    assert (await program.say(LAY, target=target, tier=gone))["path"] == ["tier"]
    assert problems_of(await program.say(LAY, target=target, until="2026-03-31")) == [("until", "NOT_TOGETHER")]
    over = await program.say(LAY, target=target, tier=ids["Gold"], until="2026-03-04")
    assert problems_of(over) == [("until", "OUT_OF_RANGE")]
    assert await everything(shop.database) == before


async def test_other_tiers_are_tried(ask_both: Asker) -> None:
    program = await members_with(ask_both, ANN=5_000, BEN=20_000, NEW=60_000, NONAME=1)
    ids = await tier_ids(program)
    await program.say(LAY, target={"ids": [await program.id_of("NONAME")]}, tier=ids["Platinum"])

    async def tried(*tiers: dict[str, Any]) -> list[list[Any]]:
        rows = (await program.asker(SIMULATE, tiers=[BASE, *tiers]))["simulateTiers"]
        return [list(row.values()) for row in rows]

    assert await tried({"name": "silver", "rank": 2, "minPoints": 5_000}, {"name": "Platinum", "rank": 5}) == [
        ["Bronze", 0, 1, 0],
        ["silver", 3, 0, 0],
        ["Gold", 0, 0, 1],
        ["Platinum", 1, 0, 0],
    ]
    keeps = {"name": "Gold", "rank": 3, "minPoints": 100_000, "neverDemotes": True}
    assert await tried({"name": "Silver", "rank": 2, "minPoints": 30_000}, keeps) == [
        ["Bronze", 3, 0, 0],
        ["Silver", 0, 0, 1],
        ["Gold", 1, 0, 0],
        ["Platinum", 0, 0, 1],
    ]
    for bad, words in (
        ([BASE, BASE], "name of its own"),
        ([{"name": "A", "rank": 1}], "exactly one tier as the base"),
        ([BASE, {"name": "A", "rank": 1}], "rank"),
        ([BASE, {"name": "A", "rank": 2, "minSpend": "0.001"}], "minSpend"),
    ):
        assert words in await program.asker.refused(SIMULATE, tiers=bad)
