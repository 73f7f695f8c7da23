"""The points of members by their days: lots, what ends when, what can be spent from when on, what it is worth."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from resolvers.loyalty.shown import (
    MemberShown,
    account_by_member,
    counts_by_member,
    program_shown,
    tier_by_member,
    way_by_member,
    window_today,
)
from resolvers.loyalty.tiers import loyalty_tier_by_id
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import global_id
from rules.days import date_of, day_number
from rules.loyalty.account import PointsAccount
from rules.loyalty.lots import LotStatus, PointsLot, lot_status
from rules.loyalty.paying import worth_of
from rules.loyalty.points import PointsReason
from rules.loyalty.settings import MOST_DAYS


@dataclass(frozen=True)
class PointsDay:
    """Points of a day."""

    date: Annotated[date, "The day."]
    points: int


@dataclass(frozen=True)
class LotShown:
    """A lot of today; `earned` is with what paid points that were owed."""

    global_id: str
    earned: int
    remaining: int
    qualifying: int
    status: LotStatus
    earned_on: date
    active_from: date
    expires_on: date | None
    reason: PointsReason
    sale_id: int | None


@dataclass(frozen=True)
class Qualifying:
    """What counts in the window of today."""

    points: int
    spend: Annotated[Decimal, "What was bought, less all refunds of it."]
    purchases: Annotated[int, "How many sales, those refunded in full left out."]
    since: Annotated[date, "The first day that counts."]


@dataclass(frozen=True)
class NextTier:
    """The way to the next tier, in money of the business."""

    tier_id: int | None
    points: int | None
    spend: Decimal | None
    purchases: int | None


async def value_by_member(context: Context, members: Sequence[MemberShown], _: Any) -> list[Decimal]:
    """What the points of each member are worth."""
    business, settings = await context.business(), (await program_shown(context)).settings
    exponent = business.row.currency_exponent
    return [business.money(worth_of(one.account.sums.points, settings, exponent)) for one in members]


async def expiring_by_member(context: Context, members: Sequence[MemberShown], days: int) -> list[int]:
    """How many points of each member end within so many days from today on."""
    last = day_number((await context.business()).today) + days
    accounts = await context.load_many(account_by_member, members)
    return [sum(points for day, points in _endings(one).items() if day <= last) for one in accounts]


def checked_days(days: int) -> int:
    """A number of days ahead; BadUserInput where it is none."""
    if not 0 <= days <= MOST_DAYS:
        raise BadUserInput(f"`withinDays` must be from 0 to {MOST_DAYS:,}, not {days:,}")
    return days


async def next_expiry_by_member(context: Context, members: Sequence[MemberShown], _: Any) -> list[date | None]:
    """The next day that is the last of some points of each member."""
    accounts = await context.load_many(account_by_member, members)
    firsts = [min(_endings(one), default=None) for one in accounts]
    return [None if first is None else date_of(first) for first in firsts]


async def endings_by_member(context: Context, members: Sequence[MemberShown], _: Any) -> list[list[PointsDay]]:
    """How many points of each member end with which day."""
    return [_schedule(_endings(one)) for one in await context.load_many(account_by_member, members)]


async def activations_by_member(context: Context, members: Sequence[MemberShown], _: Any) -> list[list[PointsDay]]:
    """How many pending points of each member can be spent from which day on."""
    accounts = await context.load_many(account_by_member, members)
    waiting = [[lot for lot in one.lots.values() if lot.is_pending and lot.remaining] for one in accounts]
    return [_schedule(_by_day((lot.active_from, lot) for lot in lots)) for lots in waiting]


async def lots_by_member(
    context: Context, members: Sequence[MemberShown], status: LotStatus | None
) -> list[list[LotShown]]:
    """The lots of each member, of a status or of all, by the day of their cause."""
    accounts = await context.load_many(account_by_member, members)
    shown = [[_lot(lot, one.today) for lot in one.lots.values()] for one in accounts]
    return [[lot for lot in lots if status in (None, lot.status)] for lots in shown]


async def qualifying_by_member(context: Context, members: Sequence[MemberShown], _: Any) -> list[Qualifying]:
    """What counts towards tiers of each member today."""
    business, window = await context.business(), await window_today(context)
    counts = await context.load_many(counts_by_member, members)
    return [
        Qualifying(has.points, business.money(has.spend), has.purchases, window.start or date_of(one.row.enrolled_day))
        for one, has in zip(members, counts, strict=True)
    ]


async def next_tier_by_member(context: Context, members: Sequence[MemberShown], _: Any) -> list[NextTier]:
    """The way of each member to the next tier."""
    business = await context.business()
    ways = await context.load_many(way_by_member, members)
    return [NextTier(way.tier_id, way.points, business.money_or_none(way.spend), way.purchases) for way in ways]


async def next_tier_row_by_member(context: Context, members: Sequence[MemberShown], _: Any) -> list[Any]:
    """The next tier of each member, None where none is above."""
    ways = await context.load_many(way_by_member, members)
    return await _tiers(context, [way.tier_id for way in ways])


async def tier_row_by_member(context: Context, members: Sequence[MemberShown], _: Any) -> list[Any]:
    """The tier of each member."""
    shown = await context.load_many(tier_by_member, members)
    return await _tiers(context, [one.tier.shown.id for one in shown])


async def _tiers(context: Context, ids: Sequence[int | None]) -> list[Any]:
    known = [id_ for id_ in ids if id_ is not None]
    rows = dict(zip(known, await context.load_many(loyalty_tier_by_id, known), strict=True)) if known else {}
    return [None if id_ is None else rows[id_] for id_ in ids]


def _endings(account: PointsAccount) -> Counter[int]:
    return _by_day((lot.expires_on, lot) for lot in account.spendable if lot.expires_on is not None)


def _by_day(lots: Any) -> Counter[int]:
    days = Counter[int]()
    for day, lot in lots:
        days[day] += lot.remaining
    return days


def _schedule(days: Counter[int]) -> list[PointsDay]:
    return [PointsDay(date_of(day), points) for day, points in sorted(days.items())]


def _lot(lot: PointsLot, today: int) -> LotShown:
    return LotShown(
        global_id=global_id("PointsLot", lot.id),
        earned=lot.earned,
        remaining=lot.remaining,
        qualifying=lot.qualifying,
        status=lot_status(lot, today),
        earned_on=date_of(lot.earned_on),
        active_from=date_of(lot.active_from),
        expires_on=None if lot.expires_on is None else date_of(lot.expires_on),
        reason=lot.reason,
        sale_id=lot.sale_id,
    )
