"""What the nightly pass does for members: it only writes earlier what is due, and gives points on birthdays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import SelectBase

from models.loyalty.nights import (
    EXPIRING,
    born_on,
    event,
    members_to_activate,
    members_to_expire,
    members_with_due_reviews,
    points_ending_on,
    redemptions_over,
)
from models.loyalty.rewards import loyalty_redemption
from resolvers.loyalty.joining import membership_of
from resolvers.loyalty.ledger import EntrySaid, enter, new_lot_id, open_points
from resolvers.loyalty.redeeming import tell_of_redemption
from resolvers.loyalty.tiering import program_of_business, start_in
from resolvers.night_work import Night
from resolvers.operation.writing import Write
from rules.days import date_of, day_number
from rules.loyalty.birthdays import birthdays_of
from rules.loyalty.crediting import PointsCredit, credit_points
from rules.loyalty.points import PointsReason
from rules.loyalty.reviews import reviewed_before
from rules.loyalty.rewards import RedemptionStatus

MEMBERS_AT_ONCE = 40  # each some statements: a batch holds the lock for a fifth of a second
REDEMPTIONS_AT_ONCE = 500
REMINDERS_AT_ONCE = 500  # of a day that points end with


@dataclass(frozen=True)
class DueMembers:
    """Members of whom something is due."""

    ids: Sequence[int]


@dataclass(frozen=True)
class BornMembers:
    """Members whose birthday a day is, and how many points they get."""

    ids: Sequence[int]
    day: int
    points: int


@dataclass(frozen=True)
class RedemptionsOver:
    """Redemptions that were not used in time."""

    day: int


@dataclass(frozen=True)
class PointsEnding:
    """The days with which points end that are told of today."""

    days: tuple[int, ...]
    today: int


@dataclass(frozen=True)
class SettledMembers:
    """How many that were."""

    count: int


async def activate_points(night: Night) -> bool:
    """Write what can be spent by the day, after what ended before it."""
    return await _settle_lots(night, members_to_activate())


async def expire_points(night: Night) -> bool:
    """Write what ended before the day."""
    return await _settle_lots(night, members_to_expire())


async def _settle_lots(night: Night, due: SelectBase) -> bool:
    async with night.writing() as write:
        rows = await write.rows(due, day=night.day, size=MEMBERS_AT_ONCE)
        return await _settle(night, write, [row.customer_id for row in rows])


async def review_tiers(night: Night) -> bool:
    """Look at the tiers that are to be looked at by the day, and let those end that lay over others."""
    async with night.writing() as write:
        program = await program_of_business(write)
        before = reviewed_before(program.settings, date_of(night.day))
        graced = None if before is None else night.day - program.settings.grace_days
        asked = {"day": night.day, "reviewed": day_number(before) if before else None, "graced": graced}
        rows = await write.rows(members_with_due_reviews(), **asked, size=MEMBERS_AT_ONCE)
        return await _settle(night, write, [row.customer_id for row in rows])


async def _settle(night: Night, write: Write, ids: Sequence[int]) -> bool:
    if ids:
        done = await write.once(settle_members, DueMembers(ids), each_customer=True)
        await night.did(write.connection, done.count)
    return len(ids) == MEMBERS_AT_ONCE


async def settle_members(write: Write, asked: DueMembers) -> SettledMembers:
    """Write what is due of members."""
    program = await program_of_business(write)
    for id_ in asked.ids:
        await enter(write, await open_points(write, await membership_of(write, id_), program))
    return SettledMembers(len(asked.ids))


async def expire_redemptions(night: Night) -> bool:
    """Let what was not used in time be EXPIRED; its points stay spent."""
    async with night.writing() as write:
        done = await write.once(end_redemptions, RedemptionsOver(night.day))
        await night.did(write.connection, done.count)
    return done.count == REDEMPTIONS_AT_ONCE


async def end_redemptions(write: Write, asked: RedemptionsOver) -> SettledMembers:
    """Let redemptions that are over by a day be EXPIRED."""
    rows = await write.rows(redemptions_over(), day=asked.day, size=REDEMPTIONS_AT_ONCE)
    await write.update_many(loyalty_redemption, rows, {"status": RedemptionStatus.EXPIRED})
    for row in rows:
        tell_of_redemption(write, "expired", row)
    return SettledMembers(len(rows))


async def give_birthday_points(night: Night) -> bool:
    """Give points to those whose birthday the day is, once a calendar year."""
    day = date_of(night.day)
    async with night.writing() as write:
        settings = (await program_of_business(write)).settings
        if not settings.is_active or not settings.birthday_points:
            return False
        first, last = birthdays_of(day)
        year = {"from_day": day_number(date(day.year, 1, 1)), "to_day": day_number(date(day.year, 12, 31))}
        rows = await write.rows(born_on(), first=first, last=last, **year, size=MEMBERS_AT_ONCE)
        if rows:
            asked = BornMembers([row.customer_id for row in rows], night.day, settings.birthday_points)
            done = await write.once(congratulate, asked, each_customer=True)
            await night.did(write.connection, done.count)
    return len(rows) == MEMBERS_AT_ONCE


async def congratulate(write: Write, asked: BornMembers) -> SettledMembers:
    """Give members the points of a birthday, as a lot of that day."""
    program = await program_of_business(write)
    for id_ in asked.ids:
        points = await open_points(write, await membership_of(write, id_), program)
        credit = PointsCredit(await new_lot_id(write, points), asked.points, PointsReason.BIRTHDAY, asked.day)
        credit_points(points.account, program.settings, credit)
        await enter(write, points, EntrySaid("Birthday"))
    return SettledMembers(len(asked.ids))


async def remind_of_expiring(night: Night) -> bool:
    """Tell of points that end in as many days as the program reminds of."""
    async with night.writing() as write:
        days = (await program_of_business(write)).settings.reminder_days
        done = await write.once(remind, PointsEnding(tuple(night.day + ahead for ahead in days), night.day))
        await night.did(write.connection, done.count)
    return done.count >= REMINDERS_AT_ONCE


async def remind(write: Write, asked: PointsEnding) -> SettledMembers:
    """Tell of points that end with one of some days, once a day."""
    count, since = 0, start_in(write.zone)(date_of(asked.today))
    for day in asked.days:
        on = str(date_of(day))
        told = {"since": since, "told_of": f'"on":"{on}"'}
        for row in await write.rows(points_ending_on(), on=day, **told, size=REMINDERS_AT_ONCE):
            write.tell(EXPIRING, row.customer_id, points=int(row.points), on=on)
            count += 1
    if count:
        write.wrote(event)
    return SettledMembers(count)
