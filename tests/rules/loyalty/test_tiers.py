"""Tiers by the examples of the specification: what is reached, reviews with days of grace, and what refunds do."""

from dataclasses import replace
from datetime import date

import pytest

from rules.loyalty.reviews import TierStanding, demoted, raised, review_day, review_window, reviewed
from rules.loyalty.settings import ProgramSettings, TierReview, TierWindow
from rules.loyalty.tiers import (
    ProgramTier,
    TierCounts,
    base_tier,
    missing_to,
    next_tier,
    reached_tier,
    window_start,
    years_after,
)

BRONZE = ProgramTier(1, "Bronze", 1, is_base=True)
SILVER = ProgramTier(2, "Silver", 2, min_points=10_000, min_spend=500_000)
GOLD = ProgramTier(3, "Gold", 3, min_points=50_000, min_purchases=100)
BY_HAND = ProgramTier(4, "Friends", 4)
TIERS = [GOLD, BRONZE, BY_HAND, SILVER]
YEARLY = ProgramSettings(
    tier_window=TierWindow.ROLLING_12_MONTHS, tier_review=TierReview.ANNIVERSARY, grace_days=30, is_active=True
)
EACH_YEAR = replace(YEARLY, tier_window=TierWindow.CALENDAR_YEAR, tier_review=TierReview.CALENDAR_YEAR)
BEGAN = date(2026, 3, 10)
IN_SILVER = TierStanding(SILVER, BEGAN, BRONZE)
IN_GOLD = TierStanding(GOLD, BEGAN, SILVER)


@pytest.mark.parametrize(
    ("counts", "tier"),
    [
        (TierCounts(), BRONZE),
        (TierCounts(9_999, 499_999, 99), BRONZE),
        (TierCounts(10_000), SILVER),
        (TierCounts(0, 500_000), SILVER),
        (TierCounts(10_001), SILVER),
        (TierCounts(49_999, 0, 99), SILVER),
        (TierCounts(0, 0, 100), GOLD),
        (TierCounts(50_000), GOLD),
        (TierCounts(10**9, 10**9, 10**9), GOLD),
    ],
)
def test_a_tier_is_reached_by_any_of_its_thresholds(counts: TierCounts, tier: ProgramTier) -> None:
    assert reached_tier(TIERS, counts) is tier


def test_the_next_tier_has_thresholds() -> None:
    assert base_tier(TIERS) is BRONZE
    assert next_tier(TIERS, BRONZE) is SILVER
    assert next_tier(TIERS, GOLD) is None
    assert missing_to(SILVER, TierCounts(9_000, 600_000, 3)) == (1_000, 0, None)


@pytest.mark.parametrize(
    ("window", "day", "start"),
    [
        (TierWindow.ROLLING_12_MONTHS, date(2026, 2, 9), date(2025, 2, 10)),
        (TierWindow.ROLLING_12_MONTHS, date(2026, 2, 10), date(2025, 2, 11)),
        (TierWindow.ROLLING_12_MONTHS, date(2026, 2, 28), date(2025, 3, 1)),
        (TierWindow.ROLLING_12_MONTHS, date(2026, 3, 1), date(2025, 3, 2)),
        (TierWindow.ROLLING_12_MONTHS, date(2026, 3, 15), date(2025, 3, 16)),
        (TierWindow.ROLLING_12_MONTHS, date(2028, 2, 29), date(2027, 3, 1)),
        (TierWindow.ROLLING_12_MONTHS, date(2025, 2, 28), date(2024, 2, 29)),
        (TierWindow.CALENDAR_YEAR, date(2026, 3, 15), date(2026, 1, 1)),
        (TierWindow.LIFETIME, date(2026, 3, 15), None),
    ],
)
def test_a_window_ends_with_its_day(window: TierWindow, day: date, start: date | None) -> None:
    """Example 10."""
    assert window_start(window, day) == start


def test_a_year_after_a_leap_day_is_the_28th() -> None:
    assert years_after(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)


# ---------------------------------------------------------------- reviews (example 12)


def test_who_does_not_qualify_has_days_of_grace() -> None:
    on = review_day(YEARLY, IN_SILVER)
    assert on == date(2027, 3, 10)
    assert review_window(YEARLY, IN_SILVER, on) == (date(2026, 3, 10), date(2027, 3, 9))
    in_grace = reviewed(YEARLY, IN_SILVER, TIERS, TierCounts(), on)
    assert in_grace == replace(IN_SILVER, grace_since=on)
    again = review_day(YEARLY, in_grace)
    assert again == date(2027, 4, 9)
    assert review_window(YEARLY, in_grace, again) == (date(2026, 3, 10), date(2027, 4, 8))
    kept = reviewed(YEARLY, in_grace, TIERS, TierCounts(10_000), again)
    assert (kept.tier, review_day(YEARLY, kept)) == (SILVER, date(2028, 3, 10))
    assert review_window(YEARLY, kept, date(2028, 3, 10)) == (date(2027, 3, 10), date(2028, 3, 9))
    fell = reviewed(YEARLY, in_grace, TIERS, TierCounts(9_999), again)
    assert (fell.tier, review_day(YEARLY, fell)) == (BRONZE, date(2028, 4, 9))
    assert review_window(YEARLY, fell, date(2028, 4, 9)) == (date(2027, 4, 9), date(2028, 4, 8))


def test_a_review_of_the_calendar_year_is_on_its_first_day() -> None:
    on = review_day(EACH_YEAR, IN_SILVER)
    assert on == date(2027, 1, 1)
    assert review_window(EACH_YEAR, IN_SILVER, on) == (date(2026, 1, 1), date(2026, 12, 31))
    in_grace = reviewed(EACH_YEAR, IN_SILVER, TIERS, TierCounts(), on)
    again = review_day(EACH_YEAR, in_grace)
    assert again == date(2027, 1, 31)
    assert review_window(EACH_YEAR, in_grace, again) == (date(2026, 1, 1), date(2027, 1, 30))


def test_who_qualifies_is_kept_and_looked_at_a_year_later() -> None:
    kept = reviewed(YEARLY, IN_SILVER, TIERS, TierCounts(10_000), date(2027, 3, 10))
    assert kept == TierStanding(SILVER, date(2027, 3, 10), SILVER)


def test_without_grace_a_review_goes_down_at_once_to_what_is_reached() -> None:
    fell = reviewed(replace(YEARLY, grace_days=0), IN_GOLD, TIERS, TierCounts(12_000), date(2027, 3, 10))
    assert fell == TierStanding(SILVER, date(2027, 3, 10), SILVER)


def test_nobody_falls_below_a_tier_that_never_demotes() -> None:
    tiers = [BRONZE, replace(SILVER, never_demotes=True), GOLD]
    fell = reviewed(replace(YEARLY, grace_days=0), IN_GOLD, tiers, TierCounts(), date(2027, 3, 10))
    assert fell.tier.name == "Silver"


def test_nothing_is_reviewed_where_the_program_never_does() -> None:
    settings = replace(YEARLY, tier_review=TierReview.NEVER)
    assert review_day(settings, IN_SILVER) is None
    assert review_day(settings, replace(IN_SILVER, grace_since=BEGAN)) is None


# ---------------------------------------------------------------- refunds (example 11)


@pytest.mark.parametrize(
    ("before", "after", "tiers", "tier"),
    [
        (57_000, 52_000, TIERS, "Gold"),
        (52_000, 47_000, TIERS, "Silver"),
        (52_000, 0, TIERS, "Silver"),
        (30_000, 29_999, TIERS, "Gold"),
        (52_000, 47_000, [BRONZE, SILVER, replace(GOLD, never_demotes=True)], "Gold"),
    ],
)
def test_a_refund_demotes_who_qualified_until_then(
    before: int, after: int, tiers: list[ProgramTier], tier: str
) -> None:
    standing = replace(IN_GOLD, tier=next(tier for tier in tiers if tier.name == "Gold"))
    after_it = demoted(standing, tiers, TierCounts(before), TierCounts(after), date(2026, 6, 1))
    assert after_it.tier.name == tier
    assert after_it.floor is SILVER


def test_a_tier_is_raised_at_once_and_never_lowered_so() -> None:
    up = raised(IN_SILVER, TIERS, TierCounts(50_000), date(2026, 6, 1))
    assert up == TierStanding(GOLD, date(2026, 6, 1), BRONZE)
    assert raised(IN_GOLD, TIERS, TierCounts(), date(2026, 6, 1)) is IN_GOLD
