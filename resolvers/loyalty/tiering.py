"""The tier of a member in a write: reviews that are due, a rise at once, a fall by a refund, a tier laid over it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from models.loyalty.members import loyalty_tier_change
from models.loyalty.standing import sales_in_window
from models.loyalty.tiers import loyalty_tier_rows
from resolvers.loyalty.settings import program_in
from resolvers.loyalty.tiers import program_tier
from resolvers.operation.ids import global_id
from resolvers.operation.writing import Write
from rules.days import FIRST_DAY, date_of, day_number, instant_of
from rules.loyalty.account import PointsAccount
from rules.loyalty.members import MemberStatus, TierChangeReason
from rules.loyalty.reviews import ReviewWindow, TierStanding, demoted, raised
from rules.loyalty.standing import LoyaltyProgram, MemberTier, TierMove, settled_tier
from rules.loyalty.tiers import ProgramTier, TierCounts, window_start


@dataclass
class MemberTiering:
    """The tier of a member while a write goes on, and its moves so far; `enter` writes them."""

    member: Any
    account: PointsAccount
    program: LoyaltyProgram
    tier: MemberTier
    moves: list[TierMove] = field(default_factory=list[TierMove])

    def move(self, tier: MemberTier, reason: TierChangeReason, write: Write) -> None:
        """Let the member have another tier from now on."""
        before, self.tier = self.tier.shown, tier
        if tier.shown.id != before.id:
            self.moves.append(TierMove(before, tier.shown, reason, write.now, write.today))


async def program_of_business(write: Write) -> LoyaltyProgram:
    """The settings and the tiers as a write finds them."""
    tiers = tuple(program_tier(row) for row in await write.rows(loyalty_tier_rows()))
    return LoyaltyProgram(await program_in(write), tiers)


async def open_tiering(
    write: Write, member: Any, account: PointsAccount, program: LoyaltyProgram | None = None
) -> MemberTiering:
    """The tier of a member after the reviews that are due."""
    known = program or await program_of_business(write)
    tiering = MemberTiering(member, account, known, member_tier(member, known))
    if member.status is not MemberStatus.LEFT:

        async def counts_in(window: ReviewWindow) -> TierCounts:
            return await _counts(write, tiering, window)

        settled = settled_tier(tiering.tier, known, write.today, counts_in, start_in(write.zone))
        tiering.tier, tiering.moves = await settled
    return tiering


async def counts_today(write: Write, tiering: MemberTiering) -> TierCounts:
    """What counts towards tiers in the window of today, by what is in the account and in the store now."""
    start = window_start(tiering.program.settings.tier_window, write.today)
    return await _counts(write, tiering, ReviewWindow(start, write.today))


async def raise_tier(write: Write, tiering: MemberTiering) -> None:
    """Let the member have a higher tier that it has reached."""
    if tiering.member.status is MemberStatus.LEFT:
        return
    counts = await counts_today(write, tiering)
    standing = raised(tiering.tier.standing, tiering.program.tiers, counts, write.today)
    tiering.move(tiering.tier.by_rules(standing, write.now), TierChangeReason.QUALIFIED, write)


async def demote_tier(write: Write, tiering: MemberTiering, before: TierCounts) -> None:
    """Let a refund, a void or an assignment away take the tier that the member qualified for until then.

    `before` is what counted before it; the account and the sale are as they are after it.
    """
    if not tiering.program.settings.refunds_demote or tiering.member.status is MemberStatus.LEFT:
        return
    after = await counts_today(write, tiering)
    standing = demoted(tiering.tier.standing, tiering.program.tiers, before, after, write.today)
    tiering.move(tiering.tier.by_rules(standing, write.now), TierChangeReason.REFUND, write)


def tier_columns(tiering: MemberTiering) -> dict[str, Any]:
    """The columns of a membership that keep its tier."""
    tier = tiering.tier
    standing, manual = tier.standing, tier.manual
    return {
        "tier_id": standing.tier.id,
        "tier_since": tier.since,
        "reviewed_on": day_number(standing.reviewed_on),
        "floor_tier_id": standing.floor.id,
        "grace_since": _day(standing.grace_since),
        "manual_tier_id": None if manual is None else manual.id,
        "manual_since": tier.manual_since,
        "manual_until": _day(tier.manual_until),
    }


async def write_moves(write: Write, tiering: MemberTiering) -> None:
    """Write the moves of a member into its history, and tell of them."""
    for move in tiering.moves:
        await write_move(write, tiering.member.customer_id, move)


async def write_move(write: Write, customer_id: int, move: TierMove) -> None:
    """Write that a customer has another tier, the first at joining, and tell of it."""
    await write.insert(loyalty_tier_change, **move.columns(customer_id))
    tell_move(write, customer_id, move)


def tell_move(write: Write, customer_id: int, move: TierMove) -> None:
    """Tell that a customer has another tier."""
    before = None if move.before is None else global_id("LoyaltyTier", move.before.id)
    told = {"tier": global_id("LoyaltyTier", move.after.id), "before": before, "reason": move.reason}
    write.tell("loyalty.tier.changed", customer_id, **told)


# ---------------------------------------------------------------- of rows


def member_tier(row: Any, program: LoyaltyProgram) -> MemberTier:
    """The tier of a member as its stored row has it."""
    standing = TierStanding(
        tier=program.tier(row.tier_id),
        reviewed_on=date_of(row.reviewed_on),
        floor=program.tier(row.floor_tier_id),
        grace_since=None if row.grace_since is None else date_of(row.grace_since),
    )
    manual = None if row.manual_tier_id is None else program.tier(row.manual_tier_id)
    until = None if row.manual_until is None else date_of(row.manual_until)
    return MemberTier(standing, row.tier_since, manual, row.manual_since, until)


def names_sales(tiers: tuple[ProgramTier, ...]) -> bool:
    """Whether a tier is reached by spend or by purchases, so that sales are counted."""
    return any(tier.min_spend is not None or tier.min_purchases is not None for tier in tiers)


def start_in(zone: ZoneInfo) -> Any:
    """What tells the moment at which a business day begins."""

    def start_of(day: date) -> datetime:
        return instant_of(datetime.combine(day, time.min), zone).astimezone(UTC)

    return start_of


async def _counts(write: Write, tiering: MemberTiering, window: ReviewWindow) -> TierCounts:
    start = None if window.start is None else day_number(window.start)
    points = qualifying_in(tiering.account, start, day_number(window.end))
    if not names_sales(tiering.program.tiers):
        return TierCounts(points)
    days = {"start": FIRST_DAY if start is None else start, "end": day_number(window.end)}
    rows = await write.rows(sales_in_window(), ids=[tiering.member.customer_id], **days)
    return TierCounts(points, int(rows[0].spend), int(rows[0].purchases)) if rows else TierCounts(points)


def qualifying_in(account: PointsAccount, start: int | None, end: int) -> int:
    """The points that qualify in a window: what still does of each lot, on the day from which it is active."""
    lots = account.lots.values()
    return sum(lot.qualifying for lot in lots if (start is None or lot.active_from >= start) and lot.active_from <= end)


def _day(day: date | None) -> int | None:
    return None if day is None else day_number(day)
