"""The RFM schemes: ordered tables of segments, and which of them each of the 125 score triples belongs to."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import product

import numpy as np


class RFMScheme(StrEnum):
    """Which table of segments names the score triples."""

    POS = "POS"
    RETAIL = "RETAIL"
    REPORT = "REPORT"


class SegmentationMethod(StrEnum):
    """By what customers are put into segments."""

    RFM = "RFM"


@dataclass(frozen=True)
class ScoreRange:
    """Scores from `min` to `max`, both inside."""

    min: int
    max: int

    def distance(self, score: int) -> int:
        """How far a score lies outside."""
        return max(self.min - score, score - self.max, 0)

    def __str__(self) -> str:
        return str(self.min) if self.min == self.max else f"{self.min}-{self.max}"


@dataclass(frozen=True)
class ScoreBox:
    """A range for each of the three scores."""

    recency: ScoreRange
    frequency: ScoreRange
    monetary: ScoreRange

    def distance(self, recency: int, frequency: int, monetary: int) -> int:
        """The sum of the distances of three scores from their ranges; 0 inside."""
        return self.recency.distance(recency) + self.frequency.distance(frequency) + self.monetary.distance(monetary)

    def __str__(self) -> str:
        return f"recency {self.recency}, frequency {self.frequency}, monetary {self.monetary}"


@dataclass(frozen=True)
class RFMSegment:
    """A segment of a scheme. `label` holds the scores of a POS code, which are a label and not a customer's scores."""

    code: str
    name: str
    description: str
    recommended_actions: tuple[str, ...]
    boxes: tuple[ScoreBox, ...]
    label: tuple[int, int, int] | None = None

    @property
    def criteria(self) -> str:
        """Which scores belong here, in words."""
        boxes = ", or ".join(str(box) for box in self.boxes)
        return f"Scores with {boxes}; scores inside no segment's ranges belong to the nearest segment."


@dataclass(frozen=True)
class Scheme:
    """Segments in order, and the orders in which insights are looked for."""

    segments: tuple[RFMSegment, ...]
    growth_list: tuple[str, ...]
    attention_list: tuple[str, ...]


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


def _range(text: str) -> ScoreRange:
    low, _, high = text.partition("-")
    return ScoreRange(int(low), int(high or low))


def _box(recency: str, frequency: str, monetary: str) -> ScoreBox:
    return ScoreBox(_range(recency), _range(frequency), _range(monetary))


def _pos(
    name: str,
    label: tuple[int, int, int],
    ranges: str,
    description: str,
    actions: tuple[str, ...],
) -> RFMSegment:
    code = "R{}F{}M{}".format(*label)
    return RFMSegment(code, name, description, actions, (_box(*ranges.split()),), label)


def _named(name: str, boxes: str, description: str, actions: tuple[str, ...]) -> RFMSegment:
    code = name.upper().replace("'", "").replace(" ", "_")
    return RFMSegment(
        code,
        name,
        description,
        actions,
        tuple(_box(*box.split()) for box in boxes.split(",")),
    )


POS = Scheme(
    (
        _pos(
            "Champions",
            (5, 5, 5),
            "4-5 4-5 4-5",
            "Bought lately, buy often and spend the most.",
            BEST,
        ),
        _pos(
            "Loyal Customers",
            (4, 4, 4),
            "3-5 3-5 3-5",
            "Buy regularly and spend well.",
            LOYAL,
        ),
        _pos(
            "Potential Loyalists",
            (4, 2, 3),
            "4-5 2-3 2-5",
            "Bought lately, more than once; can become loyal.",
            PROMISING,
        ),
        _pos(
            "Promising",
            (3, 2, 2),
            "3 2 2-3",
            "Bought a few times some while ago, for modest amounts.",
            PROMISING,
        ),
        _pos(
            "At Risk",
            (2, 2, 3),
            "1-2 2-5 3-5",
            "Spent well, but have not bought for long.",
            AT_RISK,
        ),
        _pos(
            "Need Attention",
            (2, 3, 3),
            "1-2 3-5 2",
            "Bought often for small amounts, and have not lately.",
            ATTENTION,
        ),
        _pos(
            "New Customers",
            (5, 1, 1),
            "4-5 1 1-5",
            "One purchase in the window, and that lately; they may have bought before it.",
            NEW,
        ),
        _pos(
            "Hibernating",
            (1, 1, 2),
            "1-2 1-2 1-2",
            "Bought long ago, seldom and little.",
            DORMANT,
        ),
    ),
    growth_list=("Potential Loyalists", "Promising", "New Customers"),
    attention_list=("At Risk", "Need Attention", "Hibernating"),
)

RETAIL = Scheme(
    (
        _named(
            "Champion",
            "5 5 5",
            "The best in all three: latest, most often, most money.",
            BEST,
        ),
        _named(
            "Can't Lose Them",
            "1-2 5 5",
            "Were among the best and have stopped buying.",
            AT_RISK,
        ),
        _named("Loyal", "4-5 4-5 3-5", "Buy often and lately, and spend well.", LOYAL),
        _named("New Customer", "5 1-2 1-2", "Bought very lately, once or seldom.", NEW),
        _named(
            "Lost",
            "1 1 1-2",
            "Bought once or seldom, little, and longest ago.",
            DORMANT,
        ),
        _named(
            "Potential Loyalist",
            "4-5 3 3-4",
            "Lately here, at medium frequency and good value.",
            PROMISING,
        ),
        _named(
            "Promising",
            "4-5 2-3 2-3",
            "Lately here, still buying seldom and modestly.",
            PROMISING,
        ),
        _named(
            "Need Attention",
            "3 3-4 3-4",
            "Good customers whose last purchase is a while ago.",
            ATTENTION,
        ),
        _named("At Risk", "1-2 3-4 3-5", "Bought often and well, but long ago.", AT_RISK),
        _named(
            "About to Sleep",
            "2-3 2-3 2-3",
            "Below the middle in all three, and fading.",
            ATTENTION,
        ),
        _named("Hibernating", "1-2 2-3 1-2", "Bought long ago, seldom and little.", DORMANT),
    ),
    growth_list=("Potential Loyalist", "Promising", "New Customer"),
    attention_list=(
        "Can't Lose Them",
        "At Risk",
        "Need Attention",
        "About to Sleep",
        "Hibernating",
    ),
)

REPORT = Scheme(
    (
        _named(
            "Champions",
            "5 4-5 5,4 5 5",
            "Bought lately, buy often and spend the most.",
            BEST,
        ),
        _named(
            "Can't Lose Them",
            "1-2 4-5 4-5",
            "Were among the best and have stopped buying.",
            AT_RISK,
        ),
        _named("Loyal", "4-5 3-4 3-4", "Buy regularly and lately, and spend well.", LOYAL),
        _named(
            "New Customers",
            "4-5 1 1-2",
            "Bought lately, seldom and little so far.",
            NEW,
        ),
        _named(
            "Potential Loyalists",
            "3-4 1-3 2-3",
            "Not long ago here, at middling value; can become loyal.",
            PROMISING,
        ),
        _named("At Risk", "1-2 3-5 3-5", "Bought often and well, but long ago.", AT_RISK),
        _named("Hibernating", "1-2 1-2 1-2", "Bought long ago, seldom and little.", DORMANT),
    ),
    growth_list=("Potential Loyalists", "New Customers"),
    attention_list=("Can't Lose Them", "At Risk", "Hibernating"),
)

SCHEMES = {RFMScheme.POS: POS, RFMScheme.RETAIL: RETAIL, RFMScheme.REPORT: REPORT}

# All triples in the order of their cell numbers: 25 (R - 1) + 5 (F - 1) + (M - 1).
TRIPLES = tuple(product(range(1, 6), range(1, 6), range(1, 6)))


def _nearest(scheme: Scheme, triple: tuple[int, int, int]) -> int:
    distances = [min(box.distance(*triple) for box in segment.boxes) for segment in scheme.segments]
    return distances.index(min(distances))


@cache
def segment_of_cell(scheme: RFMScheme) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """For each of the 125 cells, the position of its segment: the first whose box holds it, else the nearest."""
    return np.array([_nearest(SCHEMES[scheme], triple) for triple in TRIPLES], np.int8)
