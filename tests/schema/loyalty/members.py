"""A program with members, asked as staff and managers do, on any day."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from resolvers.operation.viewer import Role
from tests.schema.conftest import Asker
from tests.schema.writing import refusals_of

MOVEMENT = """type reason businessDate points balanceBefore balanceAfter pendingChange pendingAfter owedChange owedAfter
    qualifyingChange"""
BALANCE = "points pendingPoints owedPoints value lifetimePoints redeemedPoints expiredPoints nextExpiryDate"
MEMBER = f"status statusReason tier {{ name }} tierSource balance {{ {BALANCE} }}"
_PAYLOAD = f"... on LoyaltyPayload {{ replayed transactions {{ id {MOVEMENT} }} membership {{ {MEMBER} }} }}"
_REFUSED = refusals_of("LoyaltyResult")
RESULT = f"{_PAYLOAD} ... on InsufficientPoints {{ needed available }} {_REFUSED}"
REDEMPTION = "id points value code status expiresOn usedBy reward { name stockLeft redeemedCount }"
_OF_PAYLOAD = f"replayed redemption {{ {REDEMPTION} }} membership {{ {MEMBER} }}"
_REDEEMED = f"... on RedemptionPayload {{ {_OF_PAYLOAD} }}"
REDEEM = f"""mutation ($customer: ID!, $reward: ID!, $key: String!) {{
    redeemReward(customer: $customer, reward: $reward, idempotencyKey: $key) {{ {_REDEEMED}
    ... on InsufficientPoints {{ needed available }}
    ... on RewardUnavailable {{ unavailable requiredTier {{ name }} }} {refusals_of("RedeemRewardResult")} }} }}"""
_NOT_USABLE = f"... on RedemptionNotUsable {{ status at }} {refusals_of('RedemptionResult')}"
USE = f"""mutation ($code: String!, $storefront: ID, $key: String!) {{
    useRedemption(code: $code, storefront: $storefront, idempotencyKey: $key) {{ {_REDEEMED} {_NOT_USABLE} }} }}"""
CANCEL = f"mutation ($id: ID!) {{ cancelRedemption(id: $id) {{ {_REDEEMED} {_NOT_USABLE} }} }}"
INPUTS = {"earnPoints": "EarnPointsInput", "adjustPoints": "AdjustPointsInput", "redeemPoints": "RedeemPointsInput"}
KEYS = count(1)


@dataclass
class Program:
    """A program of the corner shop; `asker` is staff of today."""

    asker: Asker

    async def set(self, **settings: Any) -> None:
        """Switch the program on, with these settings."""
        version = (await self.asker("{ loyaltySettings { version } }"))["loyaltySettings"]["version"]
        document = """mutation ($input: LoyaltySettingsInput!) { updateLoyaltySettings(input: $input) {
            ... on LoyaltySettingsPayload { settings { version } } ... on Refusal { message } } }"""
        given = {"version": version, "isActive": True, **settings}
        done = await self.asker.being(Role.MANAGER)(document, input=given)
        assert "settings" in done["updateLoyaltySettings"], done

    def on(self, day: str) -> "Program":
        """The same on another day, at noon unless a time is given."""
        at = datetime.fromisoformat(day if "T" in day else f"{day}T12:00").replace(tzinfo=UTC)
        return Program(replace(self.asker, now=at))

    def by(self, role: Role) -> "Program":
        """The same as somebody else."""
        return Program(self.asker.being(role))

    async def id_of(self, number: str) -> str:
        """The public id of a customer."""
        return (await self.asker(f'{{ customer(by: {{number: "{number}"}}) {{ id }} }}'))["customer"]["id"]

    async def say(self, mutation: str, **variables: Any) -> Any:
        """What a mutation answers."""
        (answer,) = (await self.asker(mutation, **variables)).values()
        return answer

    async def of(self, name: str, number: str, arguments: str = "", *, id_: str | None = None) -> Any:
        """What a mutation of a customer's membership answers; `id_` is of one whom no number finds."""
        more = f", {arguments}" if arguments else ""
        document = f"mutation ($c: ID!) {{ {name}(customer: $c{more}) {{ {RESULT} }} }}"
        return await self.say(document, c=id_ or await self.id_of(number))

    async def by_hand(self, name: str, number: str, *, key: str | None = None, **given: Any) -> Any:
        """What a mutation of points by hand answers, under a key of its own."""
        document = f"mutation ($input: {INPUTS[name]}!) {{ {name}(input: $input) {{ {RESULT} }} }}"
        input_ = {"customer": await self.id_of(number), "idempotencyKey": key or f"key-{next(KEYS)}", **given}
        return await self.say(document, input=input_)

    async def give(self, number: str, points: int, **given: Any) -> Any:
        """Give a member points by hand, as a manager."""
        done = await self.by(Role.MANAGER).by_hand("earnPoints", number, points=points, **given)
        assert done["__typename"] == "LoyaltyPayload", done
        return done

    async def member(self, number: str, shown: str = MEMBER) -> Any:
        """The membership of a customer."""
        document = f'{{ customer(by: {{number: "{number}"}}) {{ loyalty {{ {shown} }} }} }}'
        return (await self.asker(document))["customer"]["loyalty"]

    async def movements(self, number: str, *names: str) -> list[list[Any]]:
        """The movements of a member, the first first, each as the values of some fields."""
        shown = "businessDate type points pendingChange owedChange qualifyingChange balanceAfter"
        wanted = names or tuple(shown.split())
        found = await self.member(number, f"transactions(first: 500) {{ nodes {{ {' '.join(wanted)} }} }}")
        return [[node[name] for name in wanted] for node in reversed(found["transactions"]["nodes"])]

    async def reward(self, **given: Any) -> str:
        """The id of a reward that is made."""
        document = """mutation ($input: LoyaltyRewardInput!) { saveLoyaltyReward(input: $input) {
            ... on LoyaltyRewardPayload { reward { id } } ... on Refusal { message } } }"""
        done = await self.by(Role.MANAGER).say(document, input={"name": "Coffee", "pointsCost": 100, **given})
        return done["reward"]["id"]

    async def redeem(self, number: str, reward: str, key: str | None = None) -> Any:
        """What redeeming a reward answers."""
        return await self.say(REDEEM, customer=await self.id_of(number), reward=reward, key=key or f"key-{next(KEYS)}")

    async def use(self, code: str, key: str | None = None, storefront: str | None = None) -> Any:
        """What using a redemption answers."""
        return await self.say(USE, code=code, storefront=storefront, key=key or f"key-{next(KEYS)}")

    async def cancel(self, id_: str) -> Any:
        """What cancelling a redemption answers."""
        return await self.say(CANCEL, id=id_)


async def a_program(asker: Asker, *numbers: str, **settings: Any) -> Program:
    """A program that is on, with members."""
    program = Program(asker)
    await program.set(**settings)
    for number in numbers:
        assert (await program.of("enrollInLoyalty", number))["__typename"] == "LoyaltyPayload"
    return program
