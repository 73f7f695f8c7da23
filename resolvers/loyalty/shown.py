"""Memberships as they are shown: balance, lots and tier of today, what is due counted as written."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, NamedTuple

from models.loyalty.ledger import lots_of
from models.loyalty.members import loyalty_membership, tier_changes_of
from models.loyalty.settings import program_settings
from models.loyalty.shown import OF_DUE_LOT, memberships_shown
from models.loyalty.standing import qualifying_in_window, sales_in_window
from models.loyalty.tiers import loyalty_tier_rows
from resolvers.loyalty.settings import program_of
from resolvers.loyalty.tiering import member_tier, start_in
from resolvers.loyalty.tiers import program_tier
from resolvers.operation.context import Context
from resolvers.operation.loaders import many_each
from rules.days import FIRST_DAY, day_number
from rules.loyalty.account import PointsAccount
from rules.loyalty.lots import PointsLot
from rules.loyalty.members import MemberStatus, TierChangeReason
from rules.loyalty.points import EntryType, PointsSums
from rules.loyalty.reviews import ReviewWindow, review_day
from rules.loyalty.standing import LoyaltyProgram, MemberTier, TierMove, settled_tier
from rules.loyalty.tiers import TierCounts, missing_to, next_tier, window_start

MEMBER = tuple(loyalty_membership.c.keys())
LOT = tuple(PointsLot.__dataclass_fields__)


@dataclass(frozen=True, eq=False)
class MemberShown:
    """A membership of today: its stored row, and its account after what is due."""

    row: Any
    account: PointsAccount

    @property
    def itself(self) -> "MemberShown":
        """The key of what is looked up of it."""
        return self

    @property
    def customer_id(self) -> int:
        """Whose it is."""
        return self.row.customer_id

    @property
    def expired(self) -> int:
        """The points that expired."""
        due = (entry.change.points for entry in self.account.entries if entry.type is EntryType.EXPIRED)
        return self.row.expired - sum(due)

    @property
    def lifetime(self) -> int:
        """The points that were ever earned."""
        return self.row.lifetime + sum(entry.lifetime for entry in self.account.entries)


class TierShown(NamedTuple):
    """The tier of a member of today, and how it came to it since its row was written."""

    tier: MemberTier
    moves: list[TierMove]
    review_on: date | None


@dataclass(frozen=True)
class TierChange:
    """A change of a member's tier."""

    from_tier_id: int | None
    to_tier_id: int
    at: datetime
    reason: TierChangeReason


@dataclass(frozen=True)
class WayToNext:
    """The next tier that can be reached, and what is missing of each threshold that it names; money in minor units."""

    tier_id: int | None = None
    points: int | None = None
    spend: int | None = None
    purchases: int | None = None


# ---------------------------------------------------------------- the program


async def program_shown(context: Context) -> LoyaltyProgram:
    """The settings and the tiers of the program as this operation sees them."""
    return await context.load(_program, 0)


async def _program(context: Context, keys: Sequence[int], _: Any) -> list[LoyaltyProgram]:
    (settings,) = await context.reader.stored(program_settings(), {})
    tiers = await context.reader.stored(loyalty_tier_rows(), {})
    return [LoyaltyProgram(program_of(settings), tuple(map(program_tier, tiers)))] * len(keys)


# ---------------------------------------------------------------- members


async def membership_by_customer(context: Context, ids: Sequence[int], _: Any) -> list[MemberShown | None]:
    """The membership of each customer, None where it never was a member: one statement for all."""
    day = day_number((await context.business()).today)
    rows = many_each(await context.reader.rows(memberships_shown(), ids=list(ids), day=day), ids, "customer_id")
    return [_member(own, day) if own else None for own in rows]


def _member(rows: Sequence[Any], day: int) -> MemberShown:
    row = as_stored(rows[0], MEMBER)
    lots = [lot_of(as_stored(one, LOT, OF_DUE_LOT)) for one in rows if getattr(one, f"{OF_DUE_LOT}id") is not None]
    sums = PointsSums(row.balance, row.pending, row.owed, row.qualifying)
    return MemberShown(row, PointsAccount(sums, lots, today=day, last_activity=row.last_activity))


async def account_by_member(context: Context, members: Sequence[MemberShown], _: Any) -> list[PointsAccount]:
    """The account of each member with all its lots, of today."""
    day = day_number((await context.business()).today)
    ids = [member.customer_id for member in members]
    rows = many_each(await context.reader.rows(lots_of(), ids=ids), ids, "customer_id")
    return [_account(member, own, day) for member, own in zip(members, rows, strict=True)]


def _account(member: MemberShown, rows: Sequence[Any], day: int) -> PointsAccount:
    row = member.row
    sums = PointsSums(row.balance, row.pending, row.owed, row.qualifying)
    lots = [lot_of(as_stored(one, LOT)) for one in rows]
    return PointsAccount(sums, lots, today=day, last_activity=row.last_activity)


# ---------------------------------------------------------------- tiers


async def tier_by_member(context: Context, members: Sequence[MemberShown], _: Any) -> list[TierShown]:
    """The tier of each member, after the reviews that are due."""
    program = await program_shown(context)
    return list(await asyncio.gather(*(_tier(context, program, member) for member in members)))


async def _tier(context: Context, program: LoyaltyProgram, member: MemberShown) -> TierShown:
    business, tier = await context.business(), member_tier(member.row, program)
    if member.row.status is MemberStatus.LEFT:
        return TierShown(tier, [], None)

    async def counts_in(window: ReviewWindow) -> TierCounts:
        return await context.load(counts_by_customer, member.customer_id, window)

    settled = settled_tier(tier, program, business.today, counts_in, start_in(business.zone))
    after, moves = await settled
    return TierShown(after, moves, review_day(program.settings, after.standing))


async def counts_by_customer(context: Context, ids: Sequence[int], window: ReviewWindow) -> list[TierCounts]:
    """What counts towards tiers of each customer in a window."""
    days = {"start": FIRST_DAY if window.start is None else day_number(window.start), "end": day_number(window.end)}
    asked = {"ids": list(ids), **days}
    points = {row.customer_id: int(row.points) for row in await context.reader.stored(qualifying_in_window(), asked)}
    found = await context.reader.stored(sales_in_window(), asked)
    sales = {row.customer_id: (int(row.spend), int(row.purchases)) for row in found}
    return [TierCounts(points.get(id_, 0), *sales.get(id_, (0, 0))) for id_ in ids]


async def counts_by_member(context: Context, members: Sequence[MemberShown], _: Any) -> list[TierCounts]:
    """What counts towards tiers of each member in the window of today."""
    return list(
        await context.load_many(
            counts_by_customer, [member.customer_id for member in members], await window_today(context)
        )
    )


async def window_today(context: Context) -> ReviewWindow:
    """The window that ends today."""
    today = (await context.business()).today
    return ReviewWindow(window_start((await program_shown(context)).settings.tier_window, today), today)


async def way_by_member(context: Context, members: Sequence[MemberShown], _: Any) -> list[WayToNext]:
    """The next tier of each member, and what is missing to it."""
    tiers = (await program_shown(context)).tiers
    shown = await context.load_many(tier_by_member, members)
    counts = await context.load_many(counts_by_member, members)
    return [_way(tiers, one, has) for one, has in zip(shown, counts, strict=True)]


def _way(tiers: Sequence[Any], shown: TierShown, counts: TierCounts) -> WayToNext:
    following = next_tier(tiers, shown.tier.shown)
    return WayToNext() if following is None else WayToNext(following.id, *missing_to(following, counts))


async def tier_history_by_member(context: Context, members: Sequence[MemberShown], _: Any) -> list[list[TierChange]]:
    """How the tier of each member changed, the first first, with what is due."""
    ids = [member.customer_id for member in members]
    rows = many_each(await context.reader.rows(tier_changes_of(), ids=ids), ids, "customer_id")
    shown = await context.load_many(tier_by_member, members)
    return [[*map(_change, own), *map(_moved, one.moves)] for own, one in zip(rows, shown, strict=True)]


def _change(row: Any) -> TierChange:
    return TierChange(row.from_tier_id, row.to_tier_id, row.at, row.reason)


def _moved(move: TierMove) -> TierChange:
    return TierChange(None if move.before is None else move.before.id, move.after.id, move.at, move.reason)


# ---------------------------------------------------------------- rows


def as_stored(row: Any, names: Sequence[str], prefix: str = "") -> Any:
    """Columns of a row as they are stored: days are numbers again."""
    return SimpleNamespace(**{name: _number(getattr(row, f"{prefix}{name}")) for name in names})


def _number(value: Any) -> Any:
    return day_number(value) if isinstance(value, date) and not isinstance(value, datetime) else value


def lot_of(row: Any) -> PointsLot:
    """A lot as the rules know it, of its stored row."""
    return PointsLot(**{name: getattr(row, name) for name in LOT})
