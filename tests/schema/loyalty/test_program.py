"""Settings, tiers, rules and rewards of the program: what they are at first, what is refused, what a change leaves."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from tests.builders import Shop
from tests.schema.conftest import Asker
from tests.schema.writing import everything, problems_of, refusals_of

AT_FIRST: dict[str, Any] = {
    "version": 1, "isActive": False, "joinPolicy": "MANUAL", "earnRate": "1", "pendingDays": 0,
    "excludedCategories": [], "expiry": "DAYS_AFTER_EARNING", "expiryDays": 365, "reminderDays": [30, 7],
    "pointValue": "0.01", "minRedeemPoints": 1, "maxSalePercentPaid": 100.0, "redemptionValidDays": 90,
    "refundPolicy": "OWE", "manualEarnLimit": 0, "welcomePoints": 0, "birthdayPoints": 0, "referrerPoints": 0,
    "referredPoints": 0, "referralMinSale": "0.00", "referralsPerYear": 10, "tierWindow": "LIFETIME",
    "tierReview": "NEVER", "graceDays": 0, "refundsDemote": True,
}  # fmt: skip
OTHERS: dict[str, Any] = {
    "isActive": True, "joinPolicy": "REGISTRATION", "earnRate": "1.5", "pendingDays": 14,
    "excludedCategories": ["Gift cards"], "expiry": "NEVER", "expiryDays": 3650, "reminderDays": [60, 1],
    "pointValue": "0.000001", "minRedeemPoints": 100, "maxSalePercentPaid": 12.5, "redemptionValidDays": 1,
    "refundPolicy": "FORGIVE", "manualEarnLimit": 500, "welcomePoints": 100, "birthdayPoints": 50,
    "referrerPoints": 500, "referredPoints": 250, "referralMinSale": "20.00", "referralsPerYear": 0,
    "tierWindow": "ROLLING_12_MONTHS", "tierReview": "ANNIVERSARY", "graceDays": 30, "refundsDemote": False,
}  # fmt: skip
SETTINGS = " ".join(AT_FIRST)
TIER = "id version name rank isBase minPoints minSpend minPurchases earnMultiplier neverDemotes benefits memberCount"
RULE = """id version name multiplier bonusPoints criteria categories storefront { name } minSale startsOn endsOn
    isActive"""
REWARD = """id version name description pointsCost value stock stockLeft minTier { name } criteria perCustomerLimit
    validFrom validUntil isActive redeemedCount"""
UPDATE = f"""mutation ($input: LoyaltySettingsInput!) {{ updateLoyaltySettings(input: $input) {{
    ... on LoyaltySettingsPayload {{ settings {{ {SETTINGS} }} }} {refusals_of("LoyaltySettingsResult")} }} }}"""
SAVE_TIER = f"""mutation ($id: ID, $input: LoyaltyTierInput!) {{ saveLoyaltyTier(id: $id, input: $input) {{
    ... on LoyaltyTierPayload {{ tier {{ {TIER} }} movedUp movedDown }} {refusals_of("LoyaltyTierResult")} }} }}"""
DELETE_TIER = f"""mutation ($id: ID!, $to: ID!) {{ deleteLoyaltyTier(id: $id, moveTo: $to) {{
    ... on LoyaltyTierPayload {{ tier {{ name }} movedUp movedDown }} {refusals_of("LoyaltyTierResult")} }} }}"""
SAVE_RULE = f"""mutation ($id: ID, $input: EarningRuleInput!) {{ saveEarningRule(id: $id, input: $input) {{
    ... on EarningRulePayload {{ rule {{ {RULE} }} }} ... on InvalidCriteria {{ code line column endColumn }}
    {refusals_of("EarningRuleResult")} }} }}"""
SAVE_REWARD = f"""mutation ($id: ID, $input: LoyaltyRewardInput!) {{ saveLoyaltyReward(id: $id, input: $input) {{
    ... on LoyaltyRewardPayload {{ reward {{ {REWARD} }} }} ... on InvalidCriteria {{ code line column endColumn }}
    {refusals_of("LoyaltyRewardResult")} }} }}"""
DELETE = "mutation ($id: ID!) { %s(id: $id) { __typename ... on Deleted { id } } }"


async def said(ask: Asker, mutation: str, **variables: Any) -> Any:
    """What a mutation answers to a manager."""
    (answer,) = (await ask.being(Role.MANAGER)(mutation, **variables)).values()
    return answer


async def tiers(ask: Asker) -> dict[str, Any]:
    """The tiers by name."""
    return {tier["name"]: tier for tier in (await ask(f"{{ loyaltyTiers {{ {TIER} }} }}"))["loyaltyTiers"]}


# ---------------------------------------------------------------- settings


async def test_settings_begin_with_their_defaults_and_are_all_changed(ask_both: Asker) -> None:
    assert await ask_both(f"{{ loyaltySettings {{ {SETTINGS} }} }}") == {"loyaltySettings": AT_FIRST}
    assert OTHERS.keys() == AT_FIRST.keys() - {"version"}
    done = await said(ask_both, UPDATE, input={"version": 1, **OTHERS})
    assert done["settings"] == {"version": 2, **OTHERS}
    assert await ask_both(f"{{ loyaltySettings {{ {SETTINGS} }} }}") == {"loyaltySettings": {"version": 2, **OTHERS}}


async def test_a_change_moves_the_programs_revision_and_is_audited(ask: Asker, shop: Shop) -> None:
    await said(ask, UPDATE, input={"version": 1, "earnRate": "2", "reminderDays": []})
    async with shop.database.reading(shop.id) as connection:
        business = (
            await connection.execute(text("SELECT revision, facts_revision, program_revision FROM business"))
        ).one()
        entry = (
            await connection.execute(text("SELECT changes FROM audit_entry ORDER BY id DESC LIMIT 1"))
        ).scalar_one()
    assert (business.program_revision, business.facts_revision) == (business.revision, business.revision - 1)
    assert json.loads(entry) == [["earnRate", "1", "2", False], ["reminderDays", "[30,7]", "[]", False]]


async def test_settings_out_of_bounds_are_told_at_once(ask: Asker, shop: Shop) -> None:
    before = await everything(shop.database)
    bad = {"earnRate": "0.0000001", "pendingDays": -1, "pointValue": "0", "isActive": None, "reminderDays": [7, 0]}
    refused = await said(ask, UPDATE, input={"version": 9, **bad})
    assert sorted(problems_of(refused)) == [
        ("input.earnRate", "INVALID_FORMAT"),
        ("input.isActive", "REQUIRED"),
        ("input.pendingDays", "OUT_OF_RANGE"),
        ("input.pointValue", "OUT_OF_RANGE"),
        ("input.reminderDays.1", "OUT_OF_RANGE"),
    ]
    refused = await said(ask, UPDATE, input={"version": 9, "graceDays": 3})
    assert (refused["__typename"], refused["expected"], refused["actual"]) == ("StaleVersion", 9, 1)
    refused = await said(ask, UPDATE, input={"version": 1, "referralMinSale": "0.001"})
    assert problems_of(refused) == [("input.referralMinSale", "INVALID_FORMAT")]
    assert await everything(shop.database) == before


# ---------------------------------------------------------------- tiers


async def test_a_program_begins_with_four_tiers(ask_both: Asker) -> None:
    found = [list(tier.values())[2:] for tier in (await tiers(ask_both)).values()]
    assert found == [
        ["Bronze", 1, True, None, None, None, "1", False, [], 0],
        ["Silver", 2, False, 10_000, None, None, "1.2", False, [], 0],
        ["Gold", 3, False, 50_000, None, None, "1.5", False, [], 0],
        ["Platinum", 4, False, 100_000, None, None, "2", False, [], 0],
    ]


async def test_a_tier_is_made_changed_and_deleted(ask_both: Asker) -> None:
    given = {"name": "Diamond", "rank": 9, "minSpend": "5000.00", "minPurchases": 50, "benefits": ["A call"]}
    done = await said(ask_both, SAVE_TIER, input=given)
    assert (done["movedUp"], done["tier"]) == (
        0,
        {
            **given,
            "id": done["tier"]["id"],
            "version": 1,
            "isBase": False,
            "minPoints": None,
            "earnMultiplier": "1",
            "neverDemotes": False,
            "memberCount": 0,
        },
    )
    id_ = done["tier"]["id"]
    changed = await said(ask_both, SAVE_TIER, id=id_, input={"name": "Diamond", "rank": 8, "version": 1})
    assert (changed["tier"]["minSpend"], changed["tier"]["version"]) == (None, 2)
    stale = await said(ask_both, SAVE_TIER, id=id_, input={"name": "Diamond", "rank": 7, "version": 1})
    assert (stale["__typename"], stale["actual"]) == ("StaleVersion", 2)
    reward = await said(ask_both, SAVE_REWARD, input={"name": "Tea", "pointsCost": 1, "minTier": id_})
    gone = await said(ask_both, DELETE_TIER, id=id_, to=(await tiers(ask_both))["Gold"]["id"])
    assert gone == {"__typename": "LoyaltyTierPayload", "tier": {"name": "Gold"}, "movedUp": 0, "movedDown": 0}
    assert list(await tiers(ask_both)) == ["Bronze", "Silver", "Gold", "Platinum"]
    shown = await ask_both(
        "query ($tier: ID!, $reward: ID!) { a: node(id: $tier) { ... on LoyaltyTier { name } }"
        " b: node(id: $reward) { ... on LoyaltyReward { minTier { name } } } }",
        tier=id_,
        reward=reward["reward"]["id"],
    )
    assert shown == {"a": {"name": "Diamond"}, "b": {"minTier": {"name": "Gold"}}}
    again = await said(ask_both, SAVE_TIER, input=given)
    assert again["__typename"] == "LoyaltyTierPayload"


async def test_the_mark_of_the_base_moves_and_is_never_taken_away(ask: Asker) -> None:
    before = await tiers(ask)
    unmarked = await said(ask, SAVE_TIER, id=before["Bronze"]["id"], input={"name": "Bronze", "rank": 1})
    assert problems_of(unmarked) == [("input.isBase", "REQUIRED")]
    moved = await said(ask, SAVE_TIER, input={"name": "Basis", "rank": 0, "isBase": True})
    assert moved["tier"]["isBase"] is True
    after = await tiers(ask)
    assert [(name, tier["isBase"]) for name, tier in after.items()][:2] == [("Basis", True), ("Bronze", False)]
    refused = await said(ask, DELETE_TIER, id=after["Basis"]["id"], to=after["Bronze"]["id"])
    assert refused["reason"] == "BASE_TIER"


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"name": " ", "rank": -1}, [("input.name", "REQUIRED"), ("input.rank", "OUT_OF_RANGE")]),
        ({"name": "N", "rank": 2}, [("input.rank", "OUT_OF_RANGE")]),
        ({"name": "N", "rank": 0}, [("input.rank", "OUT_OF_RANGE")]),
        ({"name": "N", "rank": 5, "isBase": True}, [("input.rank", "OUT_OF_RANGE")]),
        ({"name": "N", "rank": 0, "isBase": True, "minPoints": 1}, [("input.minPoints", "NOT_TOGETHER")]),
        ({"name": "N", "rank": 9, "minPoints": 99_999}, [("input.minPoints", "OUT_OF_RANGE")]),
        ({"name": "N", "rank": 9, "minSpend": "0.001"}, [("input.minSpend", "INVALID_FORMAT")]),
        ({"name": "N", "rank": 9, "earnMultiplier": "-1"}, [("input.earnMultiplier", "OUT_OF_RANGE")]),
    ],
)
async def test_a_tier_that_fits_nowhere_is_refused(
    ask: Asker, shop: Shop, given: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    before = await everything(shop.database)
    assert problems_of(await said(ask, SAVE_TIER, input=given)) == problems
    assert await everything(shop.database) == before


async def test_what_is_taken_or_not_there_is_said(ask: Asker, shop: Shop) -> None:
    before = await everything(shop.database)
    silver = (await tiers(ask))["Silver"]["id"]
    taken = await said(ask, SAVE_TIER, input={"name": "SILVER", "rank": 9})
    assert (taken["__typename"], taken["field"], taken["existing"]) == ("Duplicate", "name", silver)
    nowhere = global_id("LoyaltyTier", 999)
    assert (await said(ask, SAVE_TIER, id=nowhere, input={"name": "N", "rank": 9}))["path"] == ["id"]
    assert (await said(ask, DELETE_TIER, id=silver, to=nowhere))["path"] == ["moveTo"]
    assert problems_of(await said(ask, DELETE_TIER, id=silver, to=silver)) == [("moveTo", "NOT_TOGETHER")]
    missing = await said(ask, SAVE_REWARD, input={"name": "N", "pointsCost": 1, "minTier": nowhere})
    assert missing["path"] == ["input", "minTier"]
    place = await said(ask, SAVE_RULE, input={"name": "N", "storefront": global_id("Storefront", 999)})
    assert place["path"] == ["input", "storefront"]
    assert await everything(shop.database) == before


# ---------------------------------------------------------------- rules and rewards


async def test_a_rule_is_made_changed_and_deleted(ask_both: Asker) -> None:
    given = {"name": "Shoes", "multiplier": "2.5", "bonusPoints": 50, "categories": ["Shoes"], "minSale": "20.00",
             "startsOn": "2026-03-01", "endsOn": "2026-03-31"}  # fmt: skip
    done = (await said(ask_both, SAVE_RULE, input=given))["rule"]
    expected = {"version": 1, "criteria": None, "storefront": None, "isActive": True, "id": done["id"], **given}
    assert done == expected
    assert await ask_both(f"{{ earningRules {{ {RULE} }} }}") == {"earningRules": [expected]}
    taken = await said(ask_both, SAVE_RULE, input={"name": "shoes"})
    assert (taken["__typename"], taken["existing"]) == ("Duplicate", done["id"])
    changed = await said(ask_both, SAVE_RULE, id=done["id"], input={"name": "Shoes", "isActive": False})
    assert (changed["rule"]["multiplier"], changed["rule"]["minSale"], changed["rule"]["version"]) == ("1", None, 2)
    gone = await said(ask_both, DELETE % "deleteEarningRule", id=done["id"])
    assert gone == {"__typename": "Deleted", "id": done["id"]}
    assert await ask_both("{ earningRules { name } }") == {"earningRules": []}
    assert (await said(ask_both, DELETE % "deleteEarningRule", id=done["id"]))["__typename"] == "NotFound"


async def test_a_reward_is_made_changed_and_deleted(ask_both: Asker) -> None:
    given = {"name": "Voucher", "description": "Ten pounds off", "pointsCost": 1_000, "value": "10.00", "stock": 5,
             "perCustomerLimit": 2, "validFrom": "2026-04-01", "validUntil": "2026-04-30"}  # fmt: skip
    done = (await said(ask_both, SAVE_REWARD, input=given))["reward"]
    more = {"version": 1, "criteria": None, "minTier": None, "isActive": True, "stockLeft": 5, "redeemedCount": 0}
    assert done == {"id": done["id"], **more, **given}
    later = await ask_both("{ now: loyaltyRewards { name } all: loyaltyRewards(activeOnly: false) { name } }")
    assert later == {"now": [], "all": [{"name": "Voucher"}]}
    changed = await said(ask_both, SAVE_REWARD, id=done["id"], input={"name": "Voucher", "pointsCost": 900})
    assert (changed["reward"]["stockLeft"], changed["reward"]["pointsCost"]) == (None, 900)
    assert await ask_both("{ loyaltyRewards { pointsCost } }") == {"loyaltyRewards": [{"pointsCost": 900}]}
    assert (await said(ask_both, DELETE % "deleteLoyaltyReward", id=done["id"]))["__typename"] == "Deleted"
    assert await ask_both("{ loyaltyRewards(activeOnly: false) { name } }") == {"loyaltyRewards": []}


@pytest.mark.parametrize(
    ("save", "given", "problems"),
    [
        (SAVE_RULE, {"name": "", "multiplier": "-1", "bonusPoints": -1}, ["name", "multiplier", "bonusPoints"]),
        (SAVE_RULE, {"name": "N", "startsOn": "2026-03-02", "endsOn": "2026-03-01"}, ["endsOn"]),
        (SAVE_RULE, {"name": "N", "minSale": "0.001"}, ["minSale"]),
        (SAVE_REWARD, {"name": "", "pointsCost": -1, "value": "0"}, ["value", "name", "pointsCost"]),
        (SAVE_REWARD, {"name": "N", "pointsCost": 1, "perCustomerLimit": 0}, ["perCustomerLimit"]),
        (SAVE_REWARD, {"name": "N", "pointsCost": 1, "validFrom": "2026-03-02", "validUntil": "2026-03-01"},
         ["validUntil"]),
        (SAVE_REWARD, {"name": "N", "pointsCost": 1, "value": "0.001"}, ["value"]),
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused(
    ask: Asker, shop: Shop, save: str, given: dict[str, Any], problems: list[str]
) -> None:
    before = await everything(shop.database)
    refused = problems_of(await said(ask, save, input=given))
    assert [path for path, _code in refused] == [f"input.{name}" for name in problems]
    assert await everything(shop.database) == before


@pytest.mark.parametrize(("save", "more"), [(SAVE_RULE, {}), (SAVE_REWARD, {"pointsCost": 1})])
async def test_there_is_no_language_for_criteria_yet(ask: Asker, save: str, more: dict[str, Any]) -> None:
    refused = await said(ask, save, input={"name": "N", "criteria": "visits > 3", **more})
    assert (refused["__typename"], refused["code"], refused["endColumn"]) == ("InvalidCriteria", "FORBIDDEN", 10)
    assert "__typename" in await said(ask, save, input={"name": "N", "criteria": "  ", **more})
