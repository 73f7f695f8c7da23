"""Members of the loyalty program: how they stand, and what changed their tier."""

from enum import StrEnum


class MemberStatus(StrEnum):
    """Whether somebody takes part in the program."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    LEFT = "LEFT"


class TierSource(StrEnum):
    """Whether a tier is that of the rules, or laid over it by hand."""

    QUALIFIED = "QUALIFIED"
    MANUAL = "MANUAL"


class TierChangeReason(StrEnum):
    """Why a tier changed; REFUND is a void or an assignment away too, MOVED the end of a tier."""

    JOINED = "JOINED"
    QUALIFIED = "QUALIFIED"
    REVIEW = "REVIEW"
    REFUND = "REFUND"
    MANUAL = "MANUAL"
    MOVED = "MOVED"
    MERGED = "MERGED"


class MembershipEvent(StrEnum):
    """What happened to a membership on a day."""

    JOINED = "JOINED"
    LEFT = "LEFT"
    SUSPENDED = "SUSPENDED"
    RESUMED = "RESUMED"
