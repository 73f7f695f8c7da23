"""Who may have a reward, in the order of the reasons; settings of a program within their bounds."""

from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

import pytest

from rules.loyalty.rewards import WORDS, ProgramReward, RedemptionStatus, RewardSeeker, redemption_status, why_not
from rules.loyalty.settings import ProgramSettings, checked_program
from rules.problems import Problems
from rules.refusals import InvalidInput, RewardUnavailableReason

ALL_WRONG = ProgramReward(
    id=1,
    points_cost=10,
    stock=2,
    issued=2,
    min_rank=3,
    per_customer_limit=1,
    valid_from=12,
    valid_until=8,
    is_active=False,
)
MENDED: list[dict[str, Any]] = [
    {"is_active": True},
    {"valid_from": 10},
    {"valid_until": 10},
    {"min_rank": 2},
    {},
    {"per_customer_limit": 2},
    {"stock": 3},
]


def test_the_first_reason_is_given_in_the_order_of_the_contract() -> None:
    reward, seeker, told = ALL_WRONG, RewardSeeker(rank=2, has=1, is_eligible=False), list[str]()
    for mend in MENDED:
        reason = why_not(reward, seeker, 10)
        assert reason is not None
        told.append(reason.value)
        reward = replace(reward, **mend)
        seeker = seeker if mend else seeker._replace(is_eligible=True)
    assert told == [reason.value for reason in RewardUnavailableReason][:-1]
    assert why_not(reward, seeker, 10) is None
    assert set(WORDS) == set(RewardUnavailableReason)


def test_what_is_left_of_a_stock() -> None:
    assert (ALL_WRONG.stock_left, replace(ALL_WRONG, issued=3).stock_left) == (0, 0)
    assert replace(ALL_WRONG, stock=None).stock_left is None
    assert why_not(ProgramReward(id=1, points_cost=1), RewardSeeker(rank=1), 10) is None


def test_a_redemption_is_over_from_the_day_after_its_last() -> None:
    issued, used = RedemptionStatus.ISSUED, RedemptionStatus.USED
    assert [redemption_status(issued, 10, today) for today in (10, 11)] == [issued, RedemptionStatus.EXPIRED]
    assert redemption_status(used, 10, 11) is used


# ---------------------------------------------------------------- settings


def test_settings_are_what_the_specification_says_unless_set() -> None:
    defaults = asdict(ProgramSettings())
    assert [defaults[name] for name in ("is_active", "join_policy", "earn_rate", "pending_days")] == [
        False,
        "MANUAL",
        1_000_000,
        0,
    ]
    assert (defaults["expiry"], defaults["expiry_days"], defaults["reminder_days"]) == (
        "DAYS_AFTER_EARNING",
        365,
        (30, 7),
    )
    assert (defaults["point_value"], defaults["max_sale_percent_paid"]) == (10_000, 100_000_000)
    assert (defaults["tier_window"], defaults["tier_review"], defaults["refunds_demote"]) == ("LIFETIME", "NEVER", True)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("earn_rate", Decimal("0.000001"), Decimal("-0.1")),
        ("earn_rate", Decimal(0), Decimal("0.0000001")),
        ("point_value", Decimal("0.01"), Decimal(0)),
        ("max_sale_percent_paid", 100.0, 100.1),
        ("max_sale_percent_paid", 0.0, -0.1),
        ("max_sale_percent_paid", 50.0, float("nan")),
        ("pending_days", 0, -1),
        ("expiry_days", 3_650, 3_651),
        ("expiry_days", 1, 0),
        ("reminder_days", [1, 30], [0]),
        ("redemption_valid_days", 1, 0),
        ("min_redeem_points", 1, 0),
        ("manual_earn_limit", 0, -1),
        ("welcome_points", 10**12, 10**12 + 1),
        ("referral_min_sale", Decimal(0), Decimal(-1)),
        ("excluded_categories", ["Books"], [" "]),
        ("excluded_categories", [], ["a"] * 51),
        ("is_active", True, None),
    ],
)
def test_each_setting_has_its_bounds(name: str, good: object, bad: object) -> None:
    fine = Problems(("input",))
    checked_program(fine, {name: good})
    fine.raise_if_any()
    wrong = Problems(("input",))
    checked_program(wrong, {name: bad})
    with pytest.raises(InvalidInput):
        wrong.raise_if_any()


def test_settings_are_kept_as_they_are_stored() -> None:
    given: dict[str, Any] = {
        "earn_rate": Decimal("1.5"),
        "max_sale_percent_paid": 12.5,
        "excluded_categories": [" Books ", "Books"],
        "reminder_days": [7, 30, 7],
    }
    assert checked_program(Problems(), given) == {
        "earn_rate": 1_500_000,
        "max_sale_percent_paid": 12_500_000,
        "excluded_categories": ("Books",),
        "reminder_days": (30, 7),
    }
