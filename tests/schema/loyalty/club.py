"""A shop with a loyalty program, told day by day: members, sales, refunds, and what the ledger has of them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import text

from models.loyalty.rewards import loyalty_redemption, loyalty_reward
from resolvers.loyalty.joining import join_program, membership_of
from resolvers.loyalty.ledger import EntrySaid, enter, new_lot_id, open_points
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.operation.writing import Write, writing
from rules.days import date_of, day_number
from rules.loyalty.crediting import PointsCredit, credit_points
from rules.loyalty.points import PointsReason
from rules.loyalty.rewards import RedemptionStatus
from rules.loyalty.spending import redeem_points
from tests.builders import ACTOR, Shop, open_shop
from tests.schema.conftest import Asker
from tests.schema.counter import ASSIGN, REFUND, VOID
from tests.schema.selling import RECORD, a_sale, new_key
from tests.schema.writing import refusals_of

UPDATE = f"""mutation ($input: LoyaltySettingsInput!) {{ updateLoyaltySettings(input: $input) {{
    {refusals_of("LoyaltySettingsResult")} ... on LoyaltySettingsPayload {{ settings {{ version }} }} }} }}"""
TIERS = "{ loyaltyTiers { id version name rank isBase minPoints minSpend minPurchases earnMultiplier neverDemotes } }"
SAVE_TIER = f"""mutation ($id: ID, $input: LoyaltyTierInput!) {{ saveLoyaltyTier(id: $id, input: $input) {{
    {refusals_of("LoyaltyTierResult")} ... on LoyaltyTierPayload {{ tier {{ id }} }} }} }}"""
SAVE_RULE = f"""mutation ($input: EarningRuleInput!) {{ saveEarningRule(input: $input) {{
    {refusals_of("EarningRuleResult")} ... on EarningRulePayload {{ rule {{ id }} }} }} }}"""
OF_SALE = "query ($id: ID!) { node(id: $id) { ... on Sale { status total pointsEarned pointsRedeemed items { id } } } }"
ENTRIES = """SELECT type, points, pending_change, owed_change, qualifying_change, balance_after, pending_after,
    owed_after, qualifying_after, business_day FROM loyalty_entry WHERE customer_id = :customer ORDER BY id"""
LOTS = """SELECT earned, remaining, qualifying, earned_on, active_from, expires_on, gone FROM loyalty_lot
    WHERE customer_id = :customer ORDER BY id"""
TIER = """SELECT t.name FROM loyalty_membership m JOIN loyalty_tier t ON t.id = m.tier_id
    WHERE m.customer_id = :customer"""


class Club:
    """A shop with a program that is active, and how the worked examples have it unless told otherwise."""

    def __init__(self, ask: Asker, shop: Shop) -> None:
        self.ask = ask
        self.shop = shop
        self.day = date(2026, 1, 1)

    # ------------------------------------------------------------ the program

    def on(self, day: str) -> "Club":
        """Let it be noon of another day."""
        self.day = date.fromisoformat(day)
        self.ask = replace(self.ask, now=self.noon)
        return self

    @property
    def noon(self) -> datetime:
        """The moment at which things happen."""
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)

    async def set(self, **settings: Any) -> None:
        """Change settings of the program."""
        version = (await self.ask("{ loyaltySettings { version } }"))["loyaltySettings"]["version"]
        answer = (await self.ask(UPDATE, input={"version": version, **settings}))["updateLoyaltySettings"]
        assert answer["__typename"] == "LoyaltySettingsPayload", answer

    async def set_tier(self, name: str, **given: Any) -> None:
        """Change a tier."""
        tier = next(tier for tier in (await self.ask(TIERS))["loyaltyTiers"] if tier["name"] == name)
        kept = {key: value for key, value in tier.items() if key != "id"}
        answer = (await self.ask(SAVE_TIER, id=tier["id"], input={**kept, **given}))["saveLoyaltyTier"]
        assert answer["__typename"] == "LoyaltyTierPayload", answer

    async def rule(self, **given: Any) -> None:
        """Make a rule of earning."""
        answer = (await self.ask(SAVE_RULE, input={"name": "Rule", **given}))["saveEarningRule"]
        assert answer["__typename"] == "EarningRulePayload", answer

    # ------------------------------------------------------------ members

    def customer(self, number: str) -> str:
        """The public id of a customer."""
        return global_id("Customer", self.shop.id_of(number))

    def writing(self) -> Any:
        """An open write of the day."""
        return writing(self.shop.database, self.shop.id, actor=ACTOR, clock=lambda: self.noon)

    async def member(self, number: str = "ANN", tier: str | None = None) -> None:
        """Let a customer be a member from today on."""
        async with self.writing() as write:
            await join_program(write, self.shop.id_of(number))
            if tier is not None:
                named = {"tier": tier, "shop": self.shop.id, "customer": self.shop.id_of(number)}
                chosen = "(SELECT id FROM loyalty_tier WHERE name = :tier AND business_id = :shop)"
                sets = f"UPDATE loyalty_membership SET tier_id = {chosen} WHERE customer_id = :customer"
                await write.connection.execute(text(sets), named)

    async def credit(self, points: int, number: str = "ANN", **given: Any) -> None:
        """Give a member points of a lot of their own."""
        async with self.writing() as write:
            opened = await open_points(write, await membership_of(write, self.shop.id_of(number)))
            of: dict[str, Any] = {
                "reason": PointsReason.MANUAL,
                "earned_on": day_number(self.day),
                "qualifies": False,
                **given,
            }
            credit = PointsCredit(await new_lot_id(write, opened), points, **of)
            credit_points(opened.account, opened.tiering.program.settings, credit)
            await enter(write, opened, EntrySaid("by hand", sale_id=credit.sale_id))

    async def spend(self, points: int, number: str = "ANN") -> None:
        """Let a member spend points on something else than sales."""
        async with self.writing() as write:
            opened = await open_points(write, await membership_of(write, self.shop.id_of(number)))
            redeem_points(opened.account, points, PointsReason.MANUAL)
            await enter(write, opened, EntrySaid("spent"))

    async def redemption(self, code: str, *, cost: int, value: int | None, number: str = "ANN", days: int = 90) -> int:
        """Let a member have the code of a reward, paid with its points; its key."""
        async with self.writing() as write:
            reward = await self._reward(write, cost, value)
            row = {
                "customer_id": self.shop.id_of(number),
                "reward_id": reward,
                "points": cost,
                "value": value,
                "code": code,
                "status": RedemptionStatus.ISSUED,
                "created_at": write.now,
                "expires_on": day_number(self.day) + days,
            }
            id_ = await write.insert(loyalty_redemption, **row)
            opened = await open_points(write, await membership_of(write, self.shop.id_of(number)))
            redeem_points(opened.account, cost, PointsReason.REWARD)
            await enter(write, opened, EntrySaid("a reward", redemption_id=id_))
            return id_

    async def _reward(self, write: Write, cost: int, value: int | None) -> int:
        named = {"name": f"Reward {new_key()}", "folded_name": new_key(), "points_cost": cost, "value": value}
        return await write.insert(loyalty_reward, **named, issued=1, is_active=True, is_deleted=False, version=1)

    # ------------------------------------------------------------ sales

    async def sell(self, total: str = "100.00", number: str | None = "ANN", **given: Any) -> Any:
        """Record a sale of today, paid in cash unless said otherwise; what is answered."""
        customer = None if number is None else self.customer(number)
        return (await self.ask(RECORD, input=a_sale(total, customer=customer, **given)))["recordSale"]

    async def sold(self, total: str = "100.00", number: str | None = "ANN", **given: Any) -> str:
        """The id of such a sale."""
        done = await self.sell(total, number, **given)
        assert done["__typename"] == "SalePayload", done
        return done["sale"]["id"]

    async def refund(self, sale: str, *items: tuple[int, str], **given: Any) -> Any:
        """Give something of a sale back."""
        asked = {"idempotencyKey": new_key(), "sale": sale, **given}
        if items:
            lines = (await self.ask(OF_SALE, id=sale))["node"]["items"]
            asked["items"] = [{"item": lines[place]["id"], "quantity": quantity} for place, quantity in items]
        return (await self.ask(REFUND, input=asked))["refundSale"]

    async def void(self, sale: str) -> Any:
        """Void a sale."""
        return (await self.ask(VOID, sale=sale, reason="rung up twice", key=new_key()))["voidSale"]

    async def assign(self, sale: str, number: str | None) -> Any:
        """Give a sale to another customer."""
        customer = None if number is None else self.customer(number)
        return (await self.ask(ASSIGN, sale=sale, customer=customer, key=new_key()))["assignSale"]

    async def points_of(self, sale: str) -> tuple[int, int]:
        """What a sale earned and what points paid of it."""
        shown = (await self.ask(OF_SALE, id=sale))["node"]
        return shown["pointsEarned"], shown["pointsRedeemed"]

    # ------------------------------------------------------------ what is kept

    async def rows(self, statement: str, number: str = "ANN", **params: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement about a customer."""
        async with self.shop.database.reading(self.shop.id) as connection:
            values = {"customer": self.shop.id_of(number), **params}
            return [tuple(row) for row in await connection.execute(text(statement), values)]

    async def entries(self, number: str = "ANN") -> list[tuple[Any, ...]]:
        """(type, points, pending, owed, qualifying, balance, owed after, qualifying after) of each entry."""
        rows = await self.rows(ENTRIES, number)
        return [(*row[:6], *row[7:9]) for row in rows]

    async def days(self, number: str = "ANN") -> list[tuple[Any, ...]]:
        """(day, type, points, pending, qualifying, balance after) of each entry."""
        rows = await self.rows(ENTRIES, number)
        return [(str(date_of(row[9])), row[0], row[1], row[2], row[4], row[5]) for row in rows]

    async def lots(self, number: str = "ANN") -> list[tuple[Any, ...]]:
        """(earned, remaining, qualifying) of each lot."""
        return [row[:3] for row in await self.rows(LOTS, number)]

    async def lot_days(self, number: str = "ANN") -> list[tuple[str | None, ...]]:
        """(earnedOn, activeFrom, expiresOn) of each lot."""
        rows = await self.rows(LOTS, number)
        return [tuple(None if day is None else str(date_of(day)) for day in row[3:6]) for row in rows]

    async def tier(self, number: str = "ANN") -> str:
        """The tier of a member."""
        return (await self.rows(TIER, number))[0][0]


async def open_club(services: Services, **settings: Any) -> Club:
    """The club of the worked examples, where ANN is a member since the first day, BOB and CY are none."""
    shop = await open_shop(services.database)
    for number in ("ANN", "BOB", "CY"):
        shop.customer(number, credit_limit="1000.00")
    await shop.save()
    club = Club(Asker(services, Viewer("mia", Role.MANAGER, shop.id)), shop).on("2026-01-01")
    await club.set(isActive=True, expiry="NEVER", **settings)
    await club.member()
    return club
