"""The ledger by the examples of the specification, every entry literal."""

from dataclasses import replace

import pytest

from rules.days import date_of
from rules.loyalty.account import PointsAccount
from rules.loyalty.lots import LotStatus, lot_status
from rules.loyalty.points import BelowZero, LotPart, PointsReason, PointsSums
from rules.loyalty.settings import PointsExpiry, RefundPolicy, lot_days
from rules.loyalty.spending import adjust_down, redeem_points
from rules.loyalty.taking_back import end_points, forgive_owed, move_points
from rules.refusals import InsufficientPoints
from tests.rules.loyalty.members import EXAMPLES, Member, day

AFTER_EARNING = replace(EXAMPLES, expiry=PointsExpiry.DAYS_AFTER_EARNING)


def test_points_paid_come_back_in_thirds_into_the_lots_that_they_came_of() -> None:
    """Example 5: lot A has ended by the time of the returns."""
    member = Member(on="2026-05-01")
    a, b = member.earns(1_000), member.earns(3_000)
    a.expires_on, b.expires_on = day("2026-06-30"), day("2026-12-31")
    member.on("2026-06-01")
    left = {part.lot_id: -part.points for part in member.redeems(4_000)}
    member.on("2026-07-10")
    balances: list[int] = []
    for points in (1_333, 1_333, 1_334):
        before = len(member.account.entries)
        member.restores([LotPart(lot, -rest) for lot, rest in left.items()], points)
        for part in member.account.entries[before].parts:
            left[part.lot_id] -= part.points
        balances.append(member.account.sums.points)
    assert balances == [1_333, 2_666, 3_000]
    assert member.rows[-4:] == [
        ("RESTORED", 1_333, 0, 0, 0, 1_333),
        ("RESTORED", 1_333, 0, 0, 0, 2_666),
        ("RESTORED", 1_334, 0, 0, 0, 4_000),
        ("EXPIRED", -1_000, 0, 0, 0, 3_000),
    ]
    assert (a.remaining, b.remaining, a.gone) == (0, 3_000, 1_000)


def test_a_merge_moves_points_as_they_are_and_pays_nothing_that_is_owed() -> None:
    """Example 6."""
    keep, merge = Member(), Member()
    keep.account.sums = PointsSums(owed=50)
    merge.earns(80)
    move_points(merge.account, keep.account, list(merge.account.lots.values()))
    keep.account.lots[9] = keep.account.lots.pop(1)  # the member helper numbers lots from 1
    keep.account.lots[9].id = 9
    keep.earns(100)
    assert merge.rows[1:] == [("TRANSFERRED_OUT", -80, 0, 0, -80, 0)]
    assert keep.rows == [("TRANSFERRED_IN", 80, 0, 0, 80, 80), ("EARNED", 50, 0, -50, 100, 130)]
    assert keep.account.sums == PointsSums(points=130, qualifying=180)


def test_earning_pays_what_is_owed_first() -> None:
    """Example 7."""
    member = Member()
    first = member.earns(100)
    member.redeems(100)
    member.refunds(first, 100)
    second = member.earns(150)
    assert (second.earned, second.remaining, second.qualifying) == (150, 50, 150)
    assert member.lifetime == 150
    member.refunds(second, 150)
    assert member.rows == [
        ("EARNED", 100, 0, 0, 100, 100),
        ("REDEEMED", -100, 0, 0, 0, 0),
        ("REVERSED", 0, 0, 100, -100, 0),
        ("EARNED", 50, 0, -100, 150, 50),
        ("REVERSED", -50, 0, 100, -150, 0),
    ]
    assert [entry.change.points + entry.change.pending - entry.change.owed for entry in member.written] == [
        100,
        -100,
        -100,
        150,
        -150,
    ]
    assert member.lifetime == 0


def test_pending_points_are_taken_back_before_they_are_active() -> None:
    """Example 7, with pendingDays 14; the rest is active on the 15th, whenever it is written."""
    member = Member(replace(EXAMPLES, pending_days=14))
    lot = member.earns(100)
    member.on("2026-01-05")
    member.refunds(lot, 50)
    assert lot_status(lot, day("2026-01-05")) is LotStatus.PENDING
    member.on("2026-01-20")
    assert [(str(date_of(entry.day)), *entry.change) for entry in member.written] == [
        ("2026-01-01", 0, 100, 0, 0),
        ("2026-01-05", 0, -50, 0, 0),
        ("2026-01-15", 50, -50, 0, 50),
    ]
    assert member.lifetime == 50


@pytest.mark.parametrize(
    ("falls", "others", "entries"),
    [
        ((100,), 30, [(-30, 30, -100, 0)]),
        ((50, 50), 30, [(-10, 0, -50, 20), (-20, 30, -50, 0)]),
        ((100,), 0, [(0, 60, -100, 0)]),
    ],
)
def test_what_had_expired_is_counted_once(
    falls: tuple[int, ...], others: int, entries: list[tuple[int, int, int, int]]
) -> None:
    """Example 9: 60 of lot A were spent and 40 expired; lot B has 30 that qualify for nothing."""
    member = Member(replace(EXAMPLES, expiry=PointsExpiry.DAYS_AFTER_EARNING, expiry_days=89))
    a = member.earns(100)
    assert str(date_of(a.expires_on or 0)) == "2026-03-31"
    member.redeems(60)
    member.on("2026-04-05")
    if others:
        member.earns(others, reason=PointsReason.MANUAL, qualifies=False)
    before = len(member.written)
    taken = [member.refunds(a, fall) for fall in falls]
    assert [
        (entry.change.points, entry.change.owed, entry.change.qualifying, entry.after.points)
        for entry in member.written[before:]
    ] == entries
    assert sum(one.gone for one in taken) == 40


def test_what_is_forgiven_is_dropped_and_said() -> None:
    member = Member(replace(EXAMPLES, refund_policy=RefundPolicy.FORGIVE))
    lot = member.earns(100)
    member.redeems(80)
    taken = member.refunds(lot, 100)
    assert (taken.points, taken.owed, taken.dropped, taken.by_entry) == (20, 0, 80, 20)
    assert member.rows[-1] == ("REVERSED", -20, 0, 0, -100, 0)


@pytest.mark.parametrize(
    ("expiry", "earned_on", "pending", "active_from", "expires_on"),
    [
        (PointsExpiry.DAYS_AFTER_EARNING, "2026-01-01", 0, "2026-01-01", "2027-01-01"),
        (PointsExpiry.DAYS_AFTER_EARNING, "2026-01-01", 14, "2026-01-15", "2027-01-15"),
        (PointsExpiry.END_OF_NEXT_YEAR, "2026-12-20", 0, "2026-12-20", "2027-12-31"),
        (PointsExpiry.END_OF_NEXT_YEAR, "2026-12-20", 14, "2027-01-03", "2028-12-31"),
        (PointsExpiry.DAYS_AFTER_EARNING, "2027-03-01", 0, "2027-03-01", "2028-02-29"),
    ],
)
def test_the_last_day_is_inclusive(
    expiry: PointsExpiry, earned_on: str, pending: int, active_from: str, expires_on: str
) -> None:
    """Example 12."""
    days = lot_days(replace(EXAMPLES, expiry=expiry), day(earned_on), pending_days=pending)
    assert (days.active_from, days.expires_on) == (day(active_from), day(expires_on))
    member = Member(replace(EXAMPLES, expiry=expiry, pending_days=pending), on=earned_on)
    member.earns(10)
    assert member.on(str(date_of(day(expires_on)))).sums.points == 10
    assert member.on(str(date_of(day(expires_on) + 3))).sums.points == 0
    assert member.written[-1].day == day(expires_on) + 1


def test_what_never_ends_and_what_has_days_of_its_own() -> None:
    assert lot_days(EXAMPLES, 100).expires_on is None
    assert lot_days(EXAMPLES, 100, pending_days=5, expires_in=10) == lot_days(
        replace(EXAMPLES, expiry=PointsExpiry.DAYS_AFTER_EARNING, expiry_days=10), 105
    )


# ---------------------------------------------------------------- DAYS_AFTER_ACTIVITY (example 13)

SLIDING = replace(EXAMPLES, expiry=PointsExpiry.DAYS_AFTER_ACTIVITY, expiry_days=30)


def ends(member: Member) -> list[str]:
    """The last days of its lots."""
    return [str(date_of(lot.expires_on)) for lot in member.account.lots.values() if lot.expires_on is not None]


def test_sales_put_off_the_end_of_all_that_has_not_ended() -> None:
    member = Member(SLIDING)
    member.earns(100)
    assert (ends(member), member.account.sums.points) == (["2026-01-31"], 100)
    member.on("2026-01-31")
    member.earns(50)
    assert (ends(member), member.account.sums.points) == (["2026-03-02"] * 2, 150)
    member.on("2026-02-05")
    member.earns(20, earned_on="2026-01-20")
    assert (ends(member), member.account.sums.points) == (["2026-03-02"] * 3, 170)


def test_a_sale_that_is_recorded_late_brings_nothing_back() -> None:
    member = Member(SLIDING)
    member.earns(100)
    member.on("2026-02-05")
    member.earns(20, earned_on="2026-01-20")
    assert (ends(member), member.account.sums.points) == (["2026-01-31", "2026-02-19"], 20)
    assert (member.rows[1], member.written[1].day) == (("EXPIRED", -100, 0, 0, 0, 0), day("2026-02-01"))


def test_birthday_points_are_no_activity_and_spending_is_one() -> None:
    member = Member(SLIDING)
    a = member.earns(100)
    member.on("2026-01-20")
    member.earns(10, reason=PointsReason.BIRTHDAY)
    assert (ends(member), member.account.sums.points) == (["2026-01-31", "2026-02-19"], 110)
    member.on("2026-01-25")
    assert member.redeems(40) == [LotPart(a.id, -40)]
    assert (ends(member), member.account.sums.points) == (["2026-02-24"] * 2, 70)


# ---------------------------------------------------------------- the days of entries (example 14)


def test_what_is_due_is_written_with_its_own_day_before_anything_else() -> None:
    member = Member(AFTER_EARNING)
    a, b = member.earns(80), member.earns(20)
    a.expires_on = b.expires_on = day("2026-03-31")
    member.on("2026-03-01")
    taken = member.redeems(80)
    assert taken == [LotPart(a.id, -80)]
    member.on("2026-04-10")
    member.restores(taken, 80)
    assert [(str(date_of(entry.day)), *entry[3][:1], entry.after.points) for entry in member.written] == [
        ("2026-01-01", 80, 80),
        ("2026-01-01", 20, 100),
        ("2026-03-01", -80, 20),
        ("2026-04-01", -20, 0),
        ("2026-04-10", 80, 80),
        ("2026-04-10", -80, 0),
    ]


def test_what_comes_too_late_is_of_the_day_on_which_it_is_written() -> None:
    member = Member(replace(AFTER_EARNING, expiry_days=7), on="2026-01-20")
    lot = member.earns(5, earned_on="2026-01-02")
    assert [(entry.type.value, entry.change.points, entry.day) for entry in member.written] == [
        ("EARNED", 5, day("2026-01-20")),
        ("EXPIRED", -5, day("2026-01-20")),
    ]
    assert (lot.earned_on, lot.expires_on) == (day("2026-01-02"), day("2026-01-09"))
    late = Member(replace(AFTER_EARNING, pending_days=14), on="2026-01-20")
    lot = late.earns(5, earned_on="2026-01-02")
    assert late.rows == [("EARNED", 5, 0, 0, 5, 5)]
    assert (lot.active_from, lot.expires_on) == (day("2026-01-16"), day("2027-01-16"))


# ---------------------------------------------------------------- leaving (example 15)


def test_leaving_and_joining_again() -> None:
    member = Member()
    member.earns(11_900)
    member.redeems(11_900)
    s = member.earns(100)
    member.earns(120, reason=PointsReason.MANUAL, qualifies=False)
    member.redeems(60)
    t = member.earns(40)
    taken = member.redeems(200)
    member.refunds(t, 40)
    member.restores(taken, 200)
    pending = member.earns(50, pending_days=365)
    end_points(member.account)
    assert pending.gone == 50
    member.earns(100)
    assert member.refunds(s, 100, of_others=False).gone == 40
    member.earns(100)
    assert member.rows == [
        ("EARNED", 11_900, 0, 0, 11_900, 11_900),
        ("REDEEMED", -11_900, 0, 0, 0, 0),
        ("EARNED", 100, 0, 0, 100, 100),
        ("EARNED", 120, 0, 0, 0, 220),
        ("REDEEMED", -60, 0, 0, 0, 160),
        ("EARNED", 40, 0, 0, 40, 200),
        ("REDEEMED", -200, 0, 0, 0, 0),
        ("REVERSED", 0, 0, 40, -40, 0),
        ("RESTORED", 200, 0, 0, 0, 200),
        ("PENDED", 0, 50, 0, 0, 200),
        ("REVERSED", 0, -50, 0, 0, 200),
        ("EXPIRED", -200, 0, 0, -12_000, 0),
        ("EARNED", 60, 0, -40, 100, 60),
        ("REVERSED", 0, 0, 60, 0, 60),
        ("EARNED", 40, 0, -60, 100, 100),
    ]
    assert lot_status(s, day("2026-01-01")) is LotStatus.EXPIRED


def test_what_is_given_back_after_leaving_is_gone_together() -> None:
    member = Member()
    member.earns(100)
    taken = member.redeems(60)
    end_points(member.account)
    member.restores(taken, 60)
    assert member.rows[-2:] == [("RESTORED", 60, 0, 0, 0, 60), ("EXPIRED", -60, 0, 0, 0, 0)]
    assert member.written[-1].reason is PointsReason.LEAVING


# ---------------------------------------------------------------- by hand


def test_spending_takes_what_ends_soonest() -> None:
    member = Member(on="2026-01-01")
    never, late, soon = member.earns(10), member.earns(10), member.earns(10)
    late.expires_on, soon.expires_on = day("2026-03-01"), day("2026-02-01")
    assert member.redeems(25) == [LotPart(soon.id, -10), LotPart(late.id, -10), LotPart(never.id, -5)]
    assert lot_status(soon, day("2026-01-01")) is LotStatus.SPENT


def test_adjusting_down_takes_qualifying_points_of_what_was_active_last() -> None:
    member = Member()
    old = member.earns(100)
    member.on("2026-01-02")
    new = member.earns(30)
    adjust_down(member.account, 50, qualifies=True)
    assert member.rows[-1] == ("ADJUSTED_SUB", -50, 0, 0, -50, 80)
    assert (old.remaining, old.qualifying, new.remaining, new.qualifying) == (50, 80, 30, 0)
    adjust_down(member.account, 80, qualifies=False)
    assert member.account.sums == PointsSums(qualifying=80)


def test_more_than_there_is_is_refused() -> None:
    member = Member()
    member.earns(10)
    with pytest.raises(InsufficientPoints, match=r"needs 11 points, and there are 10\."):
        redeem_points(member.account, 11, PointsReason.MANUAL)
    assert len(member.written) == 1


def test_what_is_owed_can_be_forgiven_once() -> None:
    member = Member()
    lot = member.earns(10)
    member.redeems(10)
    member.refunds(lot, 10)
    assert forgive_owed(member.account) is not None
    assert forgive_owed(member.account) is None
    assert member.account.sums == PointsSums()


def test_no_running_sum_falls_below_zero() -> None:
    with pytest.raises(BelowZero):
        PointsAccount(today=1).sums.after(PointsSums(owed=-1))


def test_a_lot_whose_points_were_all_taken_back_is_reversed() -> None:
    member = Member()
    lot, other = member.earns(100), member.earns(20)
    member.redeems(10)
    member.refunds(lot, 100)
    today = day("2026-01-01")
    assert (lot_status(lot, today), lot_status(other, today)) == (LotStatus.REVERSED, LotStatus.ACTIVE)
