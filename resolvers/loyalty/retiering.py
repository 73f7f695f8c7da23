"""Members after a change of tiers: who rises by one that is saved, who moves from one that goes, who would move."""

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, NamedTuple

from sqlalchemy import SelectBase, update

from models.database import any_of
from models.loyalty.members import loyalty_membership, loyalty_tier_change
from models.loyalty.shown import members_after
from models.loyalty.standing import qualifying_in_window, sales_in_window
from resolvers.loyalty.shown import program_shown
from resolvers.loyalty.tiering import program_of_business, tell_move
from resolvers.loyalty.tiers import SaveLoyaltyTier
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.writing import Write
from rules.amounts import minor_units
from rules.days import FIRST_DAY, day_number
from rules.loyalty.members import TierChangeReason
from rules.loyalty.ranking import badly_placed
from rules.loyalty.standing import LoyaltyProgram, TierMove
from rules.loyalty.tiers import ProgramTier, TierCounts, highest, lasting_tier, reached_tier, window_start
from rules.problems import Problems
from rules.refusals import InvalidInput

AT_ONCE = 1_000  # members read together
NONE = TierCounts()
Rows = Callable[[SelectBase, dict[str, Any]], Awaitable[Sequence[Any]]]


class StandingMember(NamedTuple):
    """A member with what counts for it today: its tier by the rules, and one that lies over it."""

    customer_id: int
    tier_id: int
    manual_tier_id: int | None
    counts: TierCounts


@dataclass(frozen=True)
class TierSimulation:
    """A tier that is or would be: how many members would have it, and how many would leave it up and down."""

    tier: Annotated[str, "Its name."]
    members: Annotated[int, "How many would have it."]
    moving_up: Annotated[int, "How many would leave it upwards."]
    moving_down: Annotated[int, "How many would leave it downwards, at their reviews."]


async def raise_members(write: Write) -> int:
    """Let the members who reach a higher tier by what the program is now have it; how many those are."""
    program, risen = await program_of_business(write), dict[int, list[StandingMember]]()
    async for member in standing_members(_rows_of(write), program, write.today):
        reached = reached_tier(program.tiers, member.counts)
        if reached.rank > program.tier(member.tier_id).rank:
            risen.setdefault(reached.id, []).append(member)
    begun = {"tier_since": write.now, "reviewed_on": day_number(write.today), "grace_since": None}
    for tier_id, members in risen.items():
        await _bring(write, [member.customer_id for member in members], tier_id=tier_id, **begun)
        shown = [member for member in members if member.manual_tier_id is None]  # else the manual one still is
        await _note(write, [(one.customer_id, _risen(write, program, one.tier_id, tier_id)) for one in shown])
    return sum(map(len, risen.values()))


def _risen(write: Write, program: LoyaltyProgram, from_id: int, to_id: int) -> TierMove:
    before, after = program.tier(from_id), program.tier(to_id)
    return TierMove(before, after, TierChangeReason.QUALIFIED, write.now, write.today)


async def move_members(write: Write, program: LoyaltyProgram, tier_id: int, to_id: int) -> tuple[int, int]:
    """Let the members of a tier that goes have another one; how many that moved up, and how many down."""
    before, after = program.tier(tier_id), program.tier(to_id)
    members = standing_members(_rows_of(write), program, write.today, counted=False)
    shown = [one.customer_id async for one in members if (one.manual_tier_id or one.tier_id) == tier_id]
    c = loyalty_membership.c
    for column, since in (("tier_id", "tier_since"), ("manual_tier_id", "manual_since"), ("floor_tier_id", None)):
        values = {column: to_id, "revision": write.revision, **({} if since is None else {since: write.now})}
        mine = (c.business_id == write.business_id, c[column] == tier_id)
        await write.run(update(loyalty_membership).where(*mine).values(values))
    move = TierMove(before, after, TierChangeReason.MOVED, write.now, write.today)
    await _note(write, [(customer_id, move) for customer_id in shown])
    return (len(shown), 0) if after.rank > before.rank else (0, len(shown))


async def simulate_tiers(context: Context, asked: Sequence[SaveLoyaltyTier]) -> list[TierSimulation]:
    """How members would stand today with other tiers, which are matched by name; manual tiers stay."""
    tiers = await _tiers_to_try(context, asked)
    program = await program_shown(context)
    would_be = {tier.name.casefold(): tier for tier in tiers}
    members, up, down = Counter[str](), Counter[str](), Counter[str]()
    async for member in standing_members(context.reader.stored, program, (await context.business()).today):
        before = program.tier(member.manual_tier_id or member.tier_id)
        same = would_be.get(before.name.casefold())
        after = same if member.manual_tier_id is not None and same else _would_have(tiers, same, member.counts)
        members[after.name.casefold()] += 1
        if after.name.casefold() != before.name.casefold():
            rises = after.rank > (same or before).rank
            (up if rises else down)[before.name.casefold()] += 1
    names = {tier.name.casefold(): tier for tier in [*program.tiers, *tiers]}
    ordered = sorted(names.values(), key=lambda tier: (tier.rank, tier.name))
    keys = [(tier.name, tier.name.casefold()) for tier in ordered]
    return [TierSimulation(name, members[key], up[key], down[key]) for name, key in keys]


async def _tiers_to_try(context: Context, asked: Sequence[SaveLoyaltyTier]) -> list[ProgramTier]:
    """Tiers as the rules know them; BadUserInput where they make no sense or cannot stand together."""
    business, problems, tiers = await context.business(), Problems(("tiers",)), list[ProgramTier]()
    for place, one in enumerate(asked):
        inside = problems.under(place)
        tier = one.checked_in(inside)
        spend = tier.min_spend
        least = None if spend is None else minor_units(inside, "minSpend", spend, business.row.currency_exponent)
        named = (tier.name, tier.rank, tier.is_base, tier.min_points, least, tier.min_purchases)
        tiers.append(ProgramTier(-place, *named, tier.earn_multiplier, tier.never_demotes))
    badly_placed(problems, tiers)
    try:
        problems.raise_if_any()
    except InvalidInput as refused:
        raise BadUserInput(refused.message) from None
    return tiers


def _would_have(tiers: Sequence[ProgramTier], same: ProgramTier | None, counts: TierCounts) -> ProgramTier:
    lasting = None if same is None else lasting_tier(tiers, same)
    return highest([reached_tier(tiers, counts), lasting])


# ---------------------------------------------------------------- all members


def _rows_of(write: Write) -> Rows:
    async def rows(statement: SelectBase, params: dict[str, Any]) -> Sequence[Any]:
        return await write.rows(statement, **params)

    return rows


async def standing_members(
    rows: Rows, program: LoyaltyProgram, today: date, *, counted: bool = True
) -> AsyncGenerator[StandingMember]:
    """All members who have not left, some at a time."""
    last = 0
    while found := await rows(members_after(), {"after": last, "day": day_number(today), "size": AT_ONCE}):
        ids = [row.customer_id for row in found]
        counts = await _counts(rows, program, today, ids) if counted else {}
        for row in found:
            yield StandingMember(row.customer_id, row.tier_id, row.manual_tier_id, counts.get(row.customer_id, NONE))
        last = ids[-1]


async def _counts(rows: Rows, program: LoyaltyProgram, today: date, ids: list[int]) -> dict[int, TierCounts]:
    start = window_start(program.settings.tier_window, today)
    asked = {"ids": ids, "start": FIRST_DAY if start is None else day_number(start), "end": day_number(today)}
    points = {row.customer_id: int(row.points) for row in await rows(qualifying_in_window(), asked)}
    sales = {row.customer_id: (int(row.spend), int(row.purchases)) for row in await rows(sales_in_window(), asked)}
    return {id_: TierCounts(points.get(id_, 0), *sales.get(id_, (0, 0))) for id_ in ids}


async def _bring(write: Write, ids: Sequence[int], **values: Any) -> None:
    c = loyalty_membership.c
    mine = (c.business_id == write.business_id, any_of(c.customer_id, "changed_ids"))
    changed = update(loyalty_membership).where(*mine).values(revision=write.revision, **values)
    await write.run(changed, [{"changed_ids": list(ids)}])


async def _note(write: Write, moves: Sequence[tuple[int, TierMove]]) -> None:
    if not moves:
        return
    made = [{"business_id": write.business_id, **move.columns(customer_id)} for customer_id, move in moves]
    ids = await write.take_ids(loyalty_tier_change, len(made))
    names = ("id", *made[0])
    rows = [(id_, *row.values()) for id_, row in zip(ids, made, strict=True)]
    await write.insert_many(loyalty_tier_change, names, rows)
    for customer_id, move in moves:
        tell_move(write, customer_id, move)
