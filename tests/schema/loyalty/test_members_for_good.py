"""What becomes of members who are merged or erased, and what the nightly pass does for them."""

from typing import Any

from sqlalchemy import text

from resolvers.nights import begin_night
from resolvers.operation.viewer import Role
from server.job_loop import do_a_job
from tests.schema.conftest import Asker
from tests.schema.loyalty.members import Program, a_program
from tests.schema.selling import cash, line, record

MERGE = """mutation ($keep: ID!, $merge: ID!) { mergeCustomers(keep: $keep, merge: $merge) {
    __typename ... on Refusal { message } } }"""
UNMERGE = """mutation ($merged: ID!) { unmergeCustomers(merged: $merged) {
    __typename ... on NotAllowed { reason } } }"""
REFUND = """mutation ($sale: ID!, $key: String!) { refundSale(input: {sale: $sale, idempotencyKey: $key}) {
    __typename ... on RefundPayload { pointsChanged } } }"""
ERASE = "mutation ($id: ID!) { eraseCustomer(id: $id) { __typename ... on NotAllowed { reason } } }"
NAMES = ("type", "reason", "points", "pendingChange", "owedChange", "qualifyingChange", "balanceAfter", "owedAfter")
OFF = """SELECT count(*) FROM loyalty_membership m WHERE (balance, pending, owed, qualifying) <> (SELECT
    coalesce(sum(points), 0), coalesce(sum(pending_change), 0), coalesce(sum(owed_change), 0),
    coalesce(sum(qualifying_change), 0) FROM loyalty_entry e WHERE e.customer_id = m.customer_id)
    AND business_id = :shop"""
OFF_LOTS = """SELECT count(*) FROM loyalty_membership m WHERE (balance + pending, qualifying) <> (SELECT
    coalesce(sum(remaining), 0), coalesce(sum(qualifying), 0) FROM loyalty_lot l WHERE l.customer_id = m.customer_id)
    AND business_id = :shop"""


async def sell(program: Program, number: str, total: str) -> str:
    """A sale in cash; its id."""
    given = {"customer": await program.id_of(number), "items": [line(total)], "payments": [cash(total)]}
    return (await record(program.asker, **given))["sale"]["id"]


async def stored(program: Program, asked: str) -> Any:
    """The one value of a statement about the business."""
    shop = program.asker.viewer.business_id
    async with program.asker.services.database.reading(shop) as connection:
        return (await connection.execute(text(asked), {"shop": shop})).scalar_one()


async def is_sound(program: Program) -> bool:
    """Whether running sums and lots are those of the entries."""
    return await stored(program, OFF) == await stored(program, OFF_LOTS) == 0


async def movements_of(program: Program, id_: str) -> list[list[Any]]:
    """The movements of a customer whom no number finds."""
    asked = f"query ($c: ID!) {{ loyaltyTransactions(filter: {{customer: $c}}) {{ nodes {{ {' '.join(NAMES)} }} }} }}"
    nodes = (await program.asker(asked, c=id_))["loyaltyTransactions"]["nodes"]
    return [list(node.values()) for node in reversed(nodes)]


async def test_a_merge_with_owed_points(ask_both: Asker) -> None:
    program = (await a_program(ask_both, "NEW", "NONAME", expiry="NEVER")).by(Role.MANAGER)
    sale = await sell(program, "NEW", "50.00")
    await program.by_hand("redeemPoints", "NEW", points=50)
    await program.say(REFUND, sale=sale, key="r")
    await program.give("NONAME", 80)
    keep, merge = await program.id_of("NEW"), await program.id_of("NONAME")
    assert (await program.say(MERGE, keep=keep, merge=merge))["__typename"] == "MergePlan"
    assert (await movements_of(program, merge))[-1] == ["TRANSFERRED_OUT", "MERGE", -80, 0, 0, -80, 0, 0]
    assert (await movements_of(program, keep))[-1] == ["TRANSFERRED_IN", "MERGE", 80, 0, 0, 80, 80, 50]
    await sell(program, "NEW", "100.00")
    assert (await movements_of(program, keep))[-1] == ["EARNED", "SALE", 50, 0, -50, 100, 130, 0]
    shown = await program.member("NEW", "balance { points lifetimePoints } qualifying { points }")
    assert shown == {"balance": {"points": 130, "lifetimePoints": 180}, "qualifying": {"points": 180}}
    assert await is_sound(program)
    undone = await program.say(UNMERGE, merged=merge)
    assert (undone["__typename"], undone["reason"]) == ("NotAllowed", "POINTS_SPENT")
    members = "{ loyaltyTiers { memberCount } }"
    assert [one["memberCount"] for one in (await program.asker(members))["loyaltyTiers"]] == [1, 0, 0, 0]


async def test_who_is_kept_gets_the_membership_and_the_higher_tier(ask_both: Asker) -> None:
    program = (await a_program(ask_both, "NEW", expiry="NEVER", tierWindow="ROLLING_12_MONTHS")).by(Role.MANAGER)
    await program.give("NEW", 10_000)
    code = (await program.asker('{ customer(by: {number: "NEW"}) { referralCode } }'))["customer"]["referralCode"]
    reward = await program.reward(pointsCost=100)
    issued = (await program.redeem("NEW", reward))["redemption"]
    keep, merge = await program.id_of("NONAME"), await program.id_of("NEW")
    later = program.on("2027-06-01")  # the points left the window; nothing reviewed the tier
    assert (await later.say(MERGE, keep=keep, merge=merge))["__typename"] == "MergePlan"
    shown = await later.member("NONAME", "status tier { name } enrolledAt balance { points lots { remaining } }")
    assert shown == {
        "status": "ACTIVE",
        "tier": {"name": "Silver"},
        "enrolledAt": "2026-03-05T12:00:00+00:00",
        "balance": {"points": 9_900, "lots": [{"remaining": 9_900}]},
    }
    kept = (await later.asker('{ customer(by: {number: "NONAME"}) { referralCode } }'))["customer"]
    assert kept["referralCode"] == code
    assert (await program.cancel(issued["id"]))["membership"]["balance"]["points"] == 10_000
    assert await is_sound(program)


async def test_a_merge_of_no_members_is_undone(ask: Asker) -> None:
    program = (await a_program(ask, "NEW")).by(Role.MANAGER)
    merge = await program.id_of("NONAME")
    await program.say(MERGE, keep=await program.id_of("NEW"), merge=merge)
    assert (await program.say(UNMERGE, merged=merge))["__typename"] == "MergePlan"


async def test_of_who_is_erased_nothing_is_left_but_figures(ask_both: Asker) -> None:
    program = (await a_program(ask_both, expiry="NEVER", welcomePoints=30)).by(Role.MANAGER)
    mia = 'firstName: "Mia", number: "MIA", email: "mia@example.com"'
    make = f"mutation {{ createCustomer(input: {{{mia}}}) {{ __typename }} }}"
    await program.asker(make)
    mia = await program.id_of("MIA")
    await program.asker("mutation ($c: ID!) { verifyCustomer(id: $c, email: true) { __typename } }", c=mia)
    await program.of("enrollInLoyalty", "MIA")
    await program.give("MIA", 70, description="Her secret")
    issued = (await program.redeem("MIA", await program.reward(pointsCost=40)))["redemption"]
    assert (await program.by(Role.ADMIN).say(ERASE, id=mia))["__typename"] == "ErasePlan"
    assert (await movements_of(program, mia))[-2:] == [
        ["RESTORED", "REWARD", 40, 0, 0, 0, 100, 0],
        ["EXPIRED", "ERASURE", -100, 0, 0, -70, 0, 0],
    ]
    assert (await program.use(issued["code"]))["__typename"] == "NotFound"
    asked = "query ($c: ID!) { node(id: $c) { ... on Customer { referralCode loyalty { status statusReason } } } }"
    assert (await program.asker(asked, c=mia))["node"] == {
        "referralCode": None, "loyalty": {"status": "LEFT", "statusReason": None},
    }  # fmt: skip
    assert await is_sound(program)
    await program.asker(make)  # the same contact again
    again = await program.of("enrollInLoyalty", "MIA")
    assert (again["replayed"], again["transactions"]) == (False, [])


async def pass_nights(program: Program) -> None:
    """The passes that are due."""
    services, business = program.asker.services, program.asker.viewer.business_id
    while await begin_night(services.database, business, 3, lambda: program.asker.now) is not None:
        while await do_a_job(services, lambda: program.asker.now):
            pass


async def test_the_pass_only_writes_earlier_what_is_due(ask_both: Asker) -> None:
    program = await a_program(ask_both, "ANN", expiryDays=5, tierReview="ANNIVERSARY", redemptionValidDays=3)
    await program.give("ANN", 100)
    await program.give("ANN", 40, pendingDays=2)
    issued = (await program.redeem("ANN", await program.reward(pointsCost=10)))["redemption"]
    later = program.on("2026-03-11")
    shown = "tier { name } tierReviewOn balance { points pendingPoints expiredPoints lots { remaining status } }"
    before = await later.member("ANN", shown)
    await pass_nights(later)
    assert await later.member("ANN", shown) == before
    assert (await later.movements("ANN", "businessDate", "type", "points"))[-2:] == [
        ["2026-03-07", "ACTIVATED", 40],
        ["2026-03-11", "EXPIRED", -90],
    ]
    assert await stored(program, "SELECT status FROM loyalty_redemption WHERE business_id = :shop") == "EXPIRED"
    told = "SELECT count(*) FROM event WHERE type = 'loyalty.redemption.expired' AND business_id = :shop"
    assert await stored(program, told) == 1
    assert (await later.use(issued["code"]))["status"] == "EXPIRED"


async def test_points_of_a_birthday_are_of_that_day_and_once_a_year(ask_both: Asker) -> None:
    program = await a_program(ask_both, "NEW", "NONAME", birthdayPoints=25, expiryDays=30)
    await program.set(birthdayPoints=25)
    for number, born in (("NEW", "1990-03-07"), ("NONAME", "1990-03-12")):
        change = "mutation ($c: ID!, $b: Date) { updateCustomer(id: $c, input: {birthDate: $b}) { __typename } }"
        await program.asker(change, c=await program.id_of(number), b=born)
    late = program.on("2026-03-10")  # three nights without a pass
    await pass_nights(late)
    await pass_nights(late.on("2026-03-11"))
    lots = "balance { lots { earned earnedOn expiresOn reason qualifying } }"
    assert (await late.member("NEW", lots))["balance"]["lots"] == [
        {"earned": 25, "earnedOn": "2026-03-07", "expiresOn": "2026-04-06", "reason": "BIRTHDAY", "qualifying": 0}
    ]
    assert (await late.member("NONAME", lots))["balance"]["lots"] == []


async def test_points_that_end_soon_are_told_of_once(ask_both: Asker) -> None:
    program = await a_program(ask_both, "NEW", "NONAME", expiryDays=10, reminderDays=[30, 7])
    for number, points in (("NEW", 60), ("NEW", 40), ("NONAME", 5)):
        await program.give(number, points)
    await program.by_hand("redeemPoints", "NONAME", points=5)
    told = """SELECT count(*) || ' ' || coalesce(max(data), '') FROM event WHERE business_id = :shop
        AND type = 'loyalty.points.expiring'"""
    await pass_nights(program.on("2026-03-07"))
    assert (await stored(program, told)).startswith("0")
    await pass_nights(program.on("2026-03-08"))
    found = await stored(program, told)
    assert found.startswith('1 {"points":100,"on":"2026-03-15"')
    run = "mutation { runMaintenance { __typename } }"
    await program.on("2026-03-08").by(Role.ADMIN).say(run)
    await pass_nights(program.on("2026-03-09"))
    assert await stored(program, told) == found
