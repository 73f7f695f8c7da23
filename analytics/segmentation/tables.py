"""What a segment is, and the ordered tables of segments that a method or a scheme has."""

from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar


@dataclass(frozen=True)
class Segment:
    """A group of customers: who is in it, in words, and what a shop does about it."""

    code: Annotated[str, "Its code: of POS a representative label like R5F5M5, else the name in capitals."]
    name: Annotated[str, "Its name."]
    description: Annotated[str, "Who is in it."]
    recommended_actions: Annotated[tuple[str, ...], "What a shop does for these customers."]
    criteria: Annotated[str, "Which scores belong here, in words."]


S_co = TypeVar("S_co", bound=Segment, covariant=True)


@dataclass(frozen=True)
class SegmentTable(Generic[S_co]):
    """Segments in order, and the orders in which insights are looked for."""

    segments: tuple[S_co, ...]
    growth_list: tuple[str, ...] = ()
    attention_list: tuple[str, ...] = ()


def code_of(name: str) -> str:
    """The code of a segment: its name in capitals, an underscore for whatever is between words."""
    words = "".join(letter if letter.isalnum() else " " for letter in name.replace("'", "").replace("’", ""))
    return "_".join(words.upper().split()) or "UNNAMED"


# What a shop does for the customers of a segment, by the kind of segment.
BEST = (
    "Reward them: early access to new products and a gift that others do not get.",
    "Ask them to refer friends, and thank both sides.",
    "Ask for a review; theirs are the most believable.",
    "Do not discount: they buy at full price.",
)
LOYAL = (
    "Cross-sell from the categories that they have not tried yet.",
    "Ask for feedback and tell them what came of it.",
    "Show what the next loyalty tier would give them.",
)
PROMISING = (
    "Guide them to a second category with an onboarding series.",
    "Make a limited-time offer for the next purchase.",
    "Recommend what customers like them bought next.",
)
AT_RISK = (
    "Send a personal win-back offer on what they used to buy.",
    "Ask in a short survey why they stay away.",
    "Call or write to the most valuable ones in person to prevent their leaving.",
)
ATTENTION = (
    "Remind them of what they bought, with something new beside it.",
    "Make a limited-time offer before they fall asleep.",
    "Ask in a short survey what is missing.",
)
NEW = (
    "Start a welcome series that explains the shop.",
    "Follow up on the first order: did all go well?",
    "Offer a small incentive for the second purchase within a month.",
)
DORMANT = (
    "Try one deep discount on a best-seller.",
    "Run one reactivation campaign with a clear last day.",
    "Where nothing helps, sunset them: stop mailing and save the cost.",
)
