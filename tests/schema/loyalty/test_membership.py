"""Memberships: joining, leaving, suspending, what is shown of them, and what refuses it."""

from typing import Any

import pytest
from sqlalchemy import text

from resolvers.operation.viewer import Role
from tests.builders import Shop
from tests.schema.conftest import Asker, customer_id
from tests.schema.loyalty.members import MEMBER, a_program
from tests.schema.writing import counters, everything, problems_of

CREATE = 'mutation { createCustomer(input: {firstName: "Mia", number: "MIA"}) { __typename } }'
UPSERT = """mutation { upsertCustomers(inputs: [{number: "MIA"}, {number: "MIA", addTags: ["x"]}]) {
    ... on UpsertPayload { created } } }"""
LOTS = "balance { lots { earned remaining qualifying status earnedOn activeFrom expiresOn reason } }"


async def test_who_joins_is_welcomed_once_ever(ask_both: Asker) -> None:
    program = await a_program(ask_both, welcomePoints=200, expiryDays=30)
    done = await program.of("enrollInLoyalty", "ANN")
    assert done["replayed"] is False
    assert [list(one.values())[1:4] for one in done["transactions"]] == [["EARNED", "WELCOME", "2026-03-05"]]
    balance = done["membership"].pop("balance")
    assert done["membership"] == {
        "status": "ACTIVE", "statusReason": None, "tier": {"name": "Bronze"}, "tierSource": "QUALIFIED",
    }  # fmt: skip
    assert balance == {
        "points": 200, "pendingPoints": 0, "owedPoints": 0, "value": "2.00", "lifetimePoints": 200,
        "redeemedPoints": 0, "expiredPoints": 0, "nextExpiryDate": "2026-04-04",
    }  # fmt: skip
    again = await program.of("enrollInLoyalty", "ANN")
    assert (again["replayed"], again["transactions"]) == (True, [])
    left = await program.of("leaveLoyalty", "ANN", 'reason: "Moves away"')
    assert [list(one.values())[1:] for one in left["transactions"]] == [
        ["EXPIRED", "LEAVING", "2026-03-05", -200, 200, 0, 0, 0, 0, 0, 0]
    ]
    assert (left["membership"]["status"], left["membership"]["statusReason"]) == ("LEFT", "Moves away")
    assert (await program.of("leaveLoyalty", "ANN", 'reason: "Again"'))["replayed"] is True
    back = await program.on("2026-03-07").of("enrollInLoyalty", "ANN")
    assert (back["transactions"], back["membership"]["status"], back["membership"]["balance"]["points"]) == (
        [],
        "ACTIVE",
        0,
    )
    history = await program.member("ANN", "enrolledAt leftAt tierHistory { from { name } to { name } reason at }")
    assert history == {
        "enrolledAt": "2026-03-07T12:00:00+00:00",
        "leftAt": None,
        "tierHistory": [
            {"from": None, "to": {"name": "Bronze"}, "reason": "JOINED", "at": "2026-03-05T12:00:00+00:00"},
            {"from": None, "to": {"name": "Bronze"}, "reason": "JOINED", "at": "2026-03-07T12:00:00+00:00"},
        ],
    }


async def test_who_is_no_member_has_none_and_who_joins_has_a_code_to_give_away(ask: Asker) -> None:
    program = await a_program(ask)
    asked = '{ customer(by: {number: "ANN"}) { loyalty { status } referralCode } }'
    assert await ask(asked) == {"customer": {"loyalty": None, "referralCode": None}}
    await program.of("enrollInLoyalty", "ANN")
    code = (await ask(asked))["customer"]["referralCode"]
    assert len(code) == 8
    assert set(code) <= set("23456789ABCDEFGHJKLMNPQRSTUVWXYZ")


@pytest.mark.parametrize(("policy", "joins"), [("REGISTRATION", True), ("MANUAL", False), ("FIRST_SALE", False)])
async def test_who_is_made_joins_where_the_program_has_it_so(ask: Asker, policy: str, joins: bool) -> None:
    program = await a_program(ask, joinPolicy=policy, welcomePoints=50)
    await ask(CREATE)
    found = await program.member("MIA", "balance { points }")
    assert found == ({"balance": {"points": 50}} if joins else None)


async def test_who_is_found_by_an_upsert_stays_as_it_is(ask: Asker) -> None:
    program = await a_program(ask, joinPolicy="REGISTRATION")
    await ask('mutation { upsertCustomers(inputs: [{number: "ANN", addTags: ["x"]}]) { __typename } }')
    assert await program.member("ANN") is None
    assert [one["created"] for one in (await ask(UPSERT))["upsertCustomers"]] == [True, False]
    assert (await program.member("MIA"))["status"] == "ACTIVE"


async def test_who_is_suspended_is_taken_back(ask_both: Asker) -> None:
    program = (await a_program(ask_both, "ANN", manualEarnLimit=1000)).by(Role.MANAGER)
    await program.give("ANN", 500)
    done = await program.of("suspendLoyalty", "ANN", 'suspended: true, reason: "Looked into"')
    assert (done["membership"]["status"], done["membership"]["statusReason"]) == ("SUSPENDED", "Looked into")
    assert (await program.of("suspendLoyalty", "ANN", 'suspended: true, reason: "Again"'))["replayed"] is True
    for refused in (
        await program.by_hand("earnPoints", "ANN", points=1),
        await program.by_hand("redeemPoints", "ANN", points=1),
        await program.redeem("ANN", await program.reward()),
    ):
        assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "SUSPENDED")
    adjusted = await program.by_hand("adjustPoints", "ANN", points=-100, reason="Found out")
    assert adjusted["membership"]["balance"]["points"] == 400
    back = await program.of("suspendLoyalty", "ANN", 'suspended: false, reason: "Was nothing"')
    assert (back["membership"]["status"], back["membership"]["statusReason"]) == ("ACTIVE", "Was nothing")


REFUSED: dict[str, tuple[str, str, str, Any]] = {
    "nobody joins while it is off": ("enrollInLoyalty", "ANN", "", ("NotAllowed", "PROGRAM_OFF")),
    "nor who is not served": ("enrollInLoyalty", "IDLE", "", ("NotAllowed", "INACTIVE")),
    "nor who is erased": ("enrollInLoyalty", "GONE", "", ("NotAllowed", "ERASED")),
    "nor who was merged": ("enrollInLoyalty", "OLD", "", ("NotAllowed", "MERGED")),
    "who is no member does not leave": ("leaveLoyalty", "ANN", 'reason: "x"', ("NotEnrolled", None)),
    "nor is it suspended": ("suspendLoyalty", "ANN", 'suspended: true, reason: "x"', ("NotEnrolled", None)),
    "nor forgiven": ("forgiveOwedPoints", "ANN", 'reason: "x", idempotencyKey: "k"', ("NotEnrolled", None)),
    "a reason is given": ("leaveLoyalty", "ANN", 'reason: "  "', ("InvalidInput", None)),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_refused_changes_nothing(ask: Asker, shop: Shop, case: str) -> None:
    name, number, arguments, expected = REFUSED[case]
    program = (await a_program(ask, isActive="off" not in case)).by(Role.MANAGER)
    before = await everything(shop.database)
    refused = await program.of(name, number, arguments, id_=customer_id(shop, number))
    assert (refused["__typename"], refused.get("reason")) == expected
    assert await everything(shop.database) == before


async def test_what_is_due_counts_as_written_and_is_written_by_the_next_write(ask_both: Asker) -> None:
    program = await a_program(ask_both, "ANN", expiryDays=10)
    await program.give("ANN", 100)
    await program.give("ANN", 40, pendingDays=3)
    later = program.on("2026-03-20")
    shown = await later.member("ANN", f"balance {{ points pendingPoints expiredPoints lifetimePoints }} {LOTS}")
    lots = [[lot["remaining"], lot["status"], lot["expiresOn"]] for lot in shown["balance"]["lots"]]
    assert lots == [[0, "EXPIRED", "2026-03-15"], [0, "EXPIRED", "2026-03-18"]]
    balance = {"points": 0, "pendingPoints": 0, "expiredPoints": 140, "lifetimePoints": 140}
    assert {name: shown["balance"][name] for name in balance} == balance
    assert len(await later.movements("ANN")) == 2
    await later.by(Role.MANAGER).by_hand("adjustPoints", "ANN", points=5, reason="Sorry")
    assert await later.movements("ANN") == [
        ["2026-03-05", "EARNED", 100, 0, 0, 100, 100],
        ["2026-03-05", "PENDED", 0, 40, 0, 0, 100],
        ["2026-03-08", "ACTIVATED", 40, -40, 0, 40, 140],
        ["2026-03-16", "EXPIRED", -100, 0, 0, 0, 40],
        ["2026-03-19", "EXPIRED", -40, 0, 0, 0, 0],
        ["2026-03-20", "ADJUSTED_ADD", 5, 0, 0, 0, 5],
    ]
    assert (await later.member("ANN"))["balance"]["expiredPoints"] == 140


async def test_points_by_their_days(ask_both: Asker) -> None:
    program = await a_program(ask_both, "ANN", expiry="NEVER", pointValue="0.005")
    await program.give("ANN", 100)
    await program.give("ANN", 31, expiresInDays=5, qualifies=False)
    await program.give("ANN", 20, expiresInDays=40)
    await program.give("ANN", 7, pendingDays=14)
    shown = await program.member(
        "ANN",
        """balance { value nextExpiryDate expirySchedule { date points } activationSchedule { date points }
            month: expiringPoints none: expiringPoints(withinDays: 4) five: expiringPoints(withinDays: 5)
            all: expiringPoints(withinDays: 3650) lots(status: PENDING) { earned remaining qualifying activeFrom } }
            qualifying { points spend purchases since }""",
    )
    assert shown["balance"] == {
        "value": "0.76",  # 151 × 0.005 = 0.755, half-even
        "nextExpiryDate": "2026-03-10",
        "expirySchedule": [{"date": "2026-03-10", "points": 31}, {"date": "2026-04-14", "points": 20}],
        "activationSchedule": [{"date": "2026-03-19", "points": 7}],
        "month": 31,
        "none": 0,
        "five": 31,
        "all": 51,
        "lots": [{"earned": 7, "remaining": 7, "qualifying": 0, "activeFrom": "2026-03-19"}],
    }
    # of the corner shop's sales of ANN none is of the day on which she joined or later
    assert shown["qualifying"] == {"points": 120, "spend": "0.00", "purchases": 0, "since": "2026-03-05"}
    wrong = '{ customer(by: {number: "ANN"}) { loyalty { balance { expiringPoints(withinDays: -1) } } } }'
    assert "withinDays" in await program.asker.refused(wrong)


async def test_a_tier_is_had_at_once_with_the_way_to_the_next(ask_both: Asker) -> None:
    program = await a_program(ask_both, "ANN")
    way = """tier { name } nextTier { name } pointsToNextTier spendToNextTier purchasesToNextTier tierReviewOn tierSince
        tierHistory { from { name } to { name } reason }"""
    await program.give("ANN", 9_999)
    assert await program.member("ANN", "tier { name } pointsToNextTier") == {
        "tier": {"name": "Bronze"}, "pointsToNextTier": 1,
    }  # fmt: skip
    await program.on("2026-03-06").give("ANN", 1)
    assert await program.on("2026-03-06").member("ANN", way) == {
        "tier": {"name": "Silver"},
        "nextTier": {"name": "Gold"},
        "pointsToNextTier": 40_000,
        "spendToNextTier": None,
        "purchasesToNextTier": None,
        "tierReviewOn": None,
        "tierSince": "2026-03-06T12:00:00+00:00",
        "tierHistory": [
            {"from": None, "to": {"name": "Bronze"}, "reason": "JOINED"},
            {"from": {"name": "Bronze"}, "to": {"name": "Silver"}, "reason": "QUALIFIED"},
        ],
    }
    members = "{ loyaltyTiers { name memberCount } }"
    assert [tier["memberCount"] for tier in (await program.asker(members))["loyaltyTiers"]] == [0, 1, 0, 0]


async def test_a_review_that_is_due_is_shown_and_then_written(ask_both: Asker) -> None:
    settings = {"tierReview": "ANNIVERSARY", "tierWindow": "ROLLING_12_MONTHS", "graceDays": 30, "expiry": "NEVER"}
    program = await a_program(ask_both, "ANN", **settings)
    await program.give("ANN", 10_000)
    shown = "tier { name } tierReviewOn tierSince tierHistory { to { name } reason at }"

    async def seen(day: str) -> list[Any]:
        found = await program.on(day).member("ANN", shown)
        return [found["tier"]["name"], found["tierReviewOn"]]

    assert await seen("2027-03-04") == ["Silver", "2027-03-05"]
    # the window to 2027-03-04 begins 2026-03-05: kept, and reviewed in a year again
    assert await seen("2027-03-05") == ["Silver", "2028-03-05"]
    assert await seen("2028-03-05") == ["Silver", "2028-04-04"]
    assert await seen("2028-04-03") == ["Silver", "2028-04-04"]
    assert await seen("2028-04-04") == ["Bronze", "2029-04-04"]
    later = program.on("2028-05-01")
    before = await later.member("ANN", shown)
    await later.by(Role.MANAGER).by_hand("adjustPoints", "ANN", points=1, reason="x")
    assert await later.member("ANN", shown) == before
    assert before["tierHistory"][-1] == {
        "to": {"name": "Bronze"},
        "reason": "REVIEW",
        "at": "2028-04-03T23:00:00+00:00",
    }


async def test_members_are_told_of_and_audited_in_one_revision(ask: Asker, shop: Shop) -> None:
    program = await a_program(ask, welcomePoints=5)
    before = await counters(shop)
    await program.of("enrollInLoyalty", "ANN")
    after = await counters(shop)
    assert {name: after[name] - before[name] for name in before} == {
        "revision": 1, "facts_revision": 0, "entries": 1, "events": 3,
    }  # fmt: skip
    async with shop.database.reading(shop.id) as connection:
        told = (await connection.execute(text("SELECT type FROM event ORDER BY sequence"))).scalars().all()
    assert told == ["loyalty.member.joined", "loyalty.tier.changed", "loyalty.points.changed"]
    await program.of("enrollInLoyalty", "ANN")
    assert await counters(shop) == after


async def test_a_page_of_members_is_as_many_statements_as_one(ask: Asker) -> None:
    await a_program(ask, "ANN", "BEN", "NEW", "NONAME")
    page = "{ customers(first: 50) { nodes { loyalty { balance { points pendingPoints } } } } }"
    one = '{ customer(by: {number: "ANN"}) { loyalty { balance { points pendingPoints } } } }'
    without = "{ customers(first: 50) { nodes { id } } }"
    statements = [(await ask.run(asked)).statements for asked in (page, without, one)]
    assert statements[0] - statements[1] == 1


async def test_a_customer_sees_its_own_membership(ask: Asker, shop: Shop) -> None:
    program = await a_program(ask, "ANN", "BEN", welcomePoints=10)
    done = await program.redeem("ANN", await program.reward(pointsCost=10))
    code = done["redemption"]["code"]
    anna = ask.being(Role.CUSTOMER, customer_id=shop.id_of("ANN"))
    shown = await anna(
        """{ viewer { customer { loyalty { status balance { points lots { remaining } }
            transactions { nodes { type description redemption { code } } } redemptions { totalCount nodes { code } }
            rewards { isAvailable reason missingPoints reward { name } } } } } }"""
    )
    assert shown["viewer"]["customer"]["loyalty"] == {
        "status": "ACTIVE",
        "balance": {"points": 0, "lots": [{"remaining": 0}]},
        "transactions": {
            "nodes": [
                {"type": "REDEEMED", "description": "Coffee", "redemption": {"code": code}},
                {"type": "EARNED", "description": "Welcome", "redemption": None},
            ]
        },
        "redemptions": {"totalCount": 1, "nodes": [{"code": code}]},
        "rewards": [
            {"isAvailable": False, "reason": "TOO_FEW_POINTS", "missingPoints": 10, "reward": {"name": "Coffee"}}
        ],
    }
    for field in ("statusReason", "tier { memberCount }", "transactions { nodes { actor } }"):
        await anna.refused(f"{{ viewer {{ customer {{ loyalty {{ {field} }} }} }} }}", "FORBIDDEN")
    viewer = await ask.being(Role.VIEWER)(
        '{ customer(by: {number: "ANN"}) { loyalty { redemptions { nodes { code } } } } }'
    )
    assert viewer["customer"]["loyalty"]["redemptions"]["nodes"] == [{"code": None}]


async def test_problems_of_reasons_are_told(ask: Asker) -> None:
    program = await a_program(ask, "ANN")
    refused = await program.of("leaveLoyalty", "ANN", f'reason: "{"x" * 501}"')
    assert problems_of(refused) == [("reason", "TOO_LONG")]
    assert (await program.member("ANN", MEMBER))["status"] == "ACTIVE"
