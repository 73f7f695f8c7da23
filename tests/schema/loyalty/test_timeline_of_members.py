"""Points, tiers and rewards in the timeline of a customer."""

import pytest

from resolvers.operation.services import Services
from rules.loyalty.points import EntryType
from rules.timeline import ENTRIES
from tests.schema.loyalty.club import Club, open_club
from tests.schema.selling import cash

ASKED = """query ($id: ID!, $kinds: [TimelineKind!]) { customer(by: {id: $id}) { timeline(kinds: $kinds) {
    nodes { kind title points subject { __typename } } } } }"""
KINDS = ("POINTS", "TIER", "REDEMPTION")


@pytest.fixture
async def club(both_services: Services) -> Club:
    """The club of the worked examples."""
    return await open_club(both_services)


async def test_what_became_of_points_tiers_and_rewards_is_told_the_newest_first(club: Club) -> None:
    await club.set_tier("Silver", minPoints=100)
    sale = await club.on("2026-01-02").sold("120.00")
    await club.on("2026-01-03").redemption("ABCDEFGHJK", cost=50, value=500)
    await club.on("2026-01-04").sold("6.00", redeem=[{"redemptionCode": "ABCDEFGHJK"}], payments=[cash("1.00")])
    await club.on("2026-01-05").refund(sale)
    nodes = (await club.ask(ASKED, id=club.customer("ANN"), kinds=KINDS))["customer"]["timeline"]["nodes"]
    assert [(node["kind"], node["title"].split(" Reward ")[0], node["points"]) for node in nodes] == [
        ("TIER", "Tier: Bronze", None),
        ("POINTS", "Points taken back", -71),
        ("REDEMPTION", "Reward used:", None),
        ("POINTS", "Points earned", 1),
        ("REDEMPTION", "Reward:", None),
        ("POINTS", "Points spent", -50),
        ("TIER", "Tier: Silver", None),
        ("POINTS", "Points earned", 120),
        ("TIER", "Tier: Bronze", None),
    ]
    kinds = {node["kind"]: node["subject"]["__typename"] for node in nodes}
    assert kinds == {"POINTS": "LoyaltyTransaction", "TIER": "LoyaltyTier", "REDEMPTION": "LoyaltyRedemption"}


def test_every_kind_of_movement_has_a_title() -> None:
    assert set(ENTRIES) == set(EntryType)
