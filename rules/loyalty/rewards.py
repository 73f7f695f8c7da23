"""Rewards and their redemptions: who may have one, how many are left, until when a code is good."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from rules.refusals import RewardUnavailableReason

CODE_LENGTH = 10
WORDS = {
    RewardUnavailableReason.INACTIVE: "The reward is switched off.",
    RewardUnavailableReason.NOT_YET: "The reward can be had from a later day on.",
    RewardUnavailableReason.EXPIRED: "The reward could be had until an earlier day.",
    RewardUnavailableReason.TIER_TOO_LOW: "The reward is for members of a higher tier.",
    RewardUnavailableReason.NOT_ELIGIBLE: "The reward is not for this member.",
    RewardUnavailableReason.LIMIT_REACHED: "The member has had the reward as often as it may.",
    RewardUnavailableReason.OUT_OF_STOCK: "The reward is out of stock.",
    RewardUnavailableReason.TOO_FEW_POINTS: "The member has too few points for the reward.",
}


class RedemptionStatus(StrEnum):
    """What became of a redemption."""

    ISSUED = "ISSUED"
    USED = "USED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True)
class ProgramReward:
    """A reward; `issued` are those that are ISSUED, USED or EXPIRED, `min_rank` the rank of the tier that it needs."""

    id: int
    points_cost: int
    stock: int | None = None
    issued: int = 0
    min_rank: int | None = None
    per_customer_limit: int | None = None
    valid_from: int | None = None
    valid_until: int | None = None
    is_active: bool = True

    @property
    def stock_left(self) -> int | None:
        """How many can still be issued; None where there is no limit."""
        return None if self.stock is None else max(self.stock - self.issued, 0)


class RewardSeeker(NamedTuple):
    """Who would have a reward: the rank of its tier, how many of the reward it has, whether the criteria hold of it."""

    rank: int
    has: int = 0
    is_eligible: bool = True


def why_not(reward: ProgramReward, seeker: RewardSeeker, today: int) -> RewardUnavailableReason | None:
    """The first reason for which a member may not have a reward, points aside; None where it may."""
    reason = RewardUnavailableReason
    refused = {
        reason.INACTIVE: not reward.is_active,
        reason.NOT_YET: reward.valid_from is not None and today < reward.valid_from,
        reason.EXPIRED: reward.valid_until is not None and today > reward.valid_until,
        reason.TIER_TOO_LOW: reward.min_rank is not None and seeker.rank < reward.min_rank,
        reason.NOT_ELIGIBLE: not seeker.is_eligible,
        reason.LIMIT_REACHED: reward.per_customer_limit is not None and seeker.has >= reward.per_customer_limit,
        reason.OUT_OF_STOCK: reward.stock_left == 0,
    }
    return next((why for why, holds in refused.items() if holds), None)


def redemption_status(kept: RedemptionStatus, expires_on: int, today: int) -> RedemptionStatus:
    """The status of a redemption on a day: one that is ISSUED is over from the day after its last."""
    if kept is RedemptionStatus.ISSUED and today > expires_on:
        return RedemptionStatus.EXPIRED
    return kept
