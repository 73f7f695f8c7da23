"""Points that staff give, take and give back by hand, and forgive."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import orjson

from models.loyalty.ledger import entries_reversed, entry_rows, given_by_staff
from models.refunding import sales_to_change
from resolvers.identities import customer_named, kept_one
from resolvers.loyalty.joining import membership_of
from resolvers.loyalty.ledger import EntrySaid, enter, give_back, new_lot_id, open_points
from resolvers.loyalty.membership import (
    LoyaltyPayload,
    member_named,
    refuse_idle,
    refuse_inactive,
    refuse_late_return,
)
from resolvers.loyalty.tiering import program_of_business
from resolvers.operation.viewer import Role
from resolvers.operation.writing import Write, small
from rules.days import day_number
from rules.loyalty.crediting import PointsCredit, credit_points
from rules.loyalty.points import EntryType, PointsReason
from rules.loyalty.settings import MOST_DAYS, MOST_POINTS, ProgramSettings
from rules.loyalty.spending import adjust_down
from rules.loyalty.spending import redeem_points as spend_points
from rules.loyalty.taking_back import forgive_owed
from rules.problems import Problems, optional_text, required_text, short_list, whole_number
from rules.refusals import InputProblemCode, NotAllowed, NotAllowedReason, NotFound

LONGEST_DESCRIPTION = 500
MOST_METADATA, LONGEST_METADATA_KEY, LONGEST_METADATA_VALUE = 20, 40, 500
CUSTOMER, SALE = ("input", "customer"), ("input", "sale")
Metadata = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class EarnPoints:
    """Points to give; the days are in place of the settings'."""

    customer_id: int
    points: int
    description: str | None = None
    sale_id: int | None = None
    expires_in_days: int | None = None
    pending_days: int | None = None
    qualifies: bool = True
    metadata: Metadata = ()

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        inside = problems.under("input")
        return replace(
            self,
            points=whole_number(inside, "points", self.points, lowest=1, highest=MOST_POINTS),
            description=optional_text(inside, "description", self.description, longest=LONGEST_DESCRIPTION),
            expires_in_days=whole_number(inside, "expiresInDays", self.expires_in_days, lowest=1, highest=MOST_DAYS),
            pending_days=whole_number(inside, "pendingDays", self.pending_days, lowest=0, highest=MOST_DAYS),
            metadata=checked_metadata(inside, self.metadata),
        )


@dataclass(frozen=True)
class AdjustPoints:
    """Points to add, or below 0 to take away, and why."""

    customer_id: int
    points: int
    reason: str
    qualifies: bool = False

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        inside = problems.under("input")
        if not self.points:
            inside.add("points", InputProblemCode.OUT_OF_RANGE, "Say how many: above 0 adds, below 0 takes away.")
        return replace(
            self,
            points=whole_number(inside, "points", self.points, lowest=-MOST_POINTS, highest=MOST_POINTS),
            reason=required_text(inside, "reason", self.reason, longest=LONGEST_DESCRIPTION),
        )


@dataclass(frozen=True)
class RedeemPoints:
    """Points to spend."""

    customer_id: int
    points: int
    description: str | None = None
    metadata: Metadata = ()

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        inside = problems.under("input")
        return replace(
            self,
            points=whole_number(inside, "points", self.points, lowest=1, highest=MOST_POINTS),
            description=optional_text(inside, "description", self.description, longest=LONGEST_DESCRIPTION),
            metadata=checked_metadata(inside, self.metadata),
        )


@dataclass(frozen=True)
class ReverseRedeemedPoints:
    """The movement by which points were spent."""

    entry_id: int


@dataclass(frozen=True)
class ForgiveOwedPoints:
    """A member whose owed points are forgiven, and why."""

    customer_id: int
    reason: str

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        return replace(self, reason=required_text(problems, "reason", self.reason, longest=LONGEST_DESCRIPTION))


def checked_metadata(problems: Problems, metadata: Sequence[tuple[str, str]]) -> Metadata:
    """What a caller gives along: each key once."""
    few, inside = short_list(problems, "metadata", metadata, most=MOST_METADATA), problems.under("metadata")
    checked: dict[str, str] = {}
    for place, (key, value) in enumerate(few):
        own = inside.under(place)
        kept = required_text(own, "key", key, longest=LONGEST_METADATA_KEY)
        if kept in checked:
            own.add("key", InputProblemCode.NOT_TOGETHER, "This key was given before: give each once.")
        checked[kept] = optional_text(own, "value", value, longest=LONGEST_METADATA_VALUE) or ""
    return tuple(checked.items())


# ---------------------------------------------------------------- the operations


@small
async def earn_points(write: Write, asked: EarnPoints) -> LoyaltyPayload:
    """Give points to a member."""
    row = await customer_named(write, asked.customer_id, CUSTOMER)
    if asked.sale_id is not None:
        await _refuse_other_sale(write, asked.sale_id, row.id)
    member, program = await member_named(write, row.id), await program_of_business(write)
    await _refuse_over_limit(write, program.settings, row.id, asked.points)
    refuse_idle(program.settings, member)
    points = await open_points(write, member, program)
    credit = PointsCredit(
        lot_id=await new_lot_id(write, points),
        points=asked.points,
        reason=PointsReason.MANUAL,
        earned_on=day_number(write.today),
        pending_days=asked.pending_days or 0,
        expires_in=asked.expires_in_days,
        qualifies=asked.qualifies,
        sale_id=asked.sale_id,
    )
    credit_points(points.account, program.settings, credit)
    said = EntrySaid(asked.description or "", sale_id=asked.sale_id, further=_further(asked.metadata))
    return LoyaltyPayload(row.id, await enter(write, points, said))


@small
async def adjust_points(write: Write, asked: AdjustPoints) -> LoyaltyPayload:
    """Add points to those of a member, or take some away."""
    row = await customer_named(write, asked.customer_id, CUSTOMER)
    points = await open_points(write, await member_named(write, row.id))
    if asked.points < 0:
        adjust_down(points.account, -asked.points, qualifies=asked.qualifies)
    else:
        credit = PointsCredit(
            lot_id=await new_lot_id(write, points),
            points=asked.points,
            reason=PointsReason.MANUAL,
            earned_on=day_number(write.today),
            qualifies=asked.qualifies,
        )
        credit_points(points.account, points.tiering.program.settings, credit, EntryType.ADJUSTED_ADD)
    return LoyaltyPayload(row.id, await enter(write, points, EntrySaid(asked.reason)))


@small
async def redeem_points(write: Write, asked: RedeemPoints) -> LoyaltyPayload:
    """Spend points of a member."""
    row = await customer_named(write, asked.customer_id, CUSTOMER)
    member, program = await member_named(write, row.id), await program_of_business(write)
    refuse_idle(program.settings, member)
    refuse_inactive(row)
    points = await open_points(write, member, program)
    spend_points(points.account, asked.points, PointsReason.MANUAL)
    _refuse_too_few(program.settings, asked.points)
    said = EntrySaid(asked.description or "", further=_further(asked.metadata))
    return LoyaltyPayload(row.id, await enter(write, points, said))


@small
async def reverse_redeemed_points(write: Write, asked: ReverseRedeemedPoints) -> LoyaltyPayload:
    """Give back what was spent by hand, whole and once, into the lots that it came of."""
    missing = NotFound("There is no such movement of points.", ("transaction",))
    entry = await write.one(entry_rows(), missing, ids=[asked.entry_id])
    row = await customer_named(write, await kept_one(write, entry.customer_id), ("transaction",))
    refuse_late_return(write, entry.created_at)
    if entry.type is not EntryType.REDEEMED or entry.reason is not PointsReason.MANUAL:
        message = "Only what was spent by redeemPoints is given back so."
        raise NotAllowed(message, NotAllowedReason.WRONG_STATE)
    if await write.rows(entries_reversed(), ids=[entry.id]):
        raise NotAllowed("These points were given back before.", NotAllowedReason.WRONG_STATE)
    points = await open_points(write, await membership_of(write, row.id))
    await give_back(write, points, entry.id, -entry.points, PointsReason.MANUAL)
    return LoyaltyPayload(row.id, await enter(write, points, EntrySaid(reverses_id=entry.id)))


@small
async def forgive_owed_points(write: Write, asked: ForgiveOwedPoints) -> LoyaltyPayload:
    """Forget what a member owes."""
    row = await customer_named(write, asked.customer_id, ("customer",))
    points = await open_points(write, await member_named(write, row.id))
    forgive_owed(points.account)
    return LoyaltyPayload(row.id, await enter(write, points, EntrySaid(asked.reason)))


# ---------------------------------------------------------------- what refuses them


async def _refuse_other_sale(write: Write, sale_id: int, customer_id: int) -> None:
    sale = await write.one(sales_to_change(), NotFound("There is no such sale.", SALE), ids=[sale_id])
    if sale.customer_id != customer_id:
        problems = Problems(("input",))
        problems.add("sale", InputProblemCode.NOT_TOGETHER, "This sale is another customer's: name one of its own.")
        problems.raise_if_any()


async def _refuse_over_limit(write: Write, settings: ProgramSettings, customer_id: int, points: int) -> None:
    """OVER_LIMIT where all of STAFF together would give more on one day."""
    if write.actor.may_manage or write.actor.role != Role.STAFF:
        return
    day = day_number(write.today)
    (given,) = await write.rows(given_by_staff(), customer=customer_id, day=day)
    left = max(settings.manual_earn_limit - int(given.points or 0), 0)
    if points > left:
        message = f"Staff may give this customer {left:,} more points by hand today: a manager may give more."
        raise NotAllowed(message, NotAllowedReason.OVER_LIMIT)


def _refuse_too_few(settings: ProgramSettings, points: int) -> None:
    least = settings.min_redeem_points
    if points < least:
        problems = Problems(("input",))
        problems.add("points", InputProblemCode.OUT_OF_RANGE, f"At least {least:,} points are spent at once.")
        problems.raise_if_any()


def _further(metadata: Metadata) -> str | None:
    return orjson.dumps(metadata).decode() if metadata else None
