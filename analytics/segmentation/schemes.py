"""The RFM schemes: ordered tables of segments, and which of them each of the 125 score triples belongs to."""

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Annotated

import numpy as np

from analytics.segmentation.tables import (
    AT_RISK,
    ATTENTION,
    BEST,
    DORMANT,
    LOYAL,
    NEW,
    PROMISING,
    Segment,
    SegmentTable,
    code_of,
)
from rules.segmentation import RFMScheme


@dataclass(frozen=True)
class ScoreRange:
    """Scores from `min` to `max`, both inside."""

    min: Annotated[int, "The lowest score."]
    max: Annotated[int, "The highest score."]

    def distance(self, score: int) -> int:
        """How far a score lies outside."""
        return max(self.min - score, score - self.max, 0)

    def __str__(self) -> str:
        return str(self.min) if self.min == self.max else f"{self.min}-{self.max}"


@dataclass(frozen=True)
class ScoreBox:
    """A range for each of the three scores."""

    recency: Annotated[ScoreRange, "The range of the recency score."]
    frequency: Annotated[ScoreRange, "The range of the frequency score."]
    monetary: Annotated[ScoreRange, "The range of the monetary score."]

    def distance(self, recency: int, frequency: int, monetary: int) -> int:
        """The sum of the distances of three scores from their ranges; 0 inside."""
        return self.recency.distance(recency) + self.frequency.distance(frequency) + self.monetary.distance(monetary)

    def __str__(self) -> str:
        return f"recency {self.recency}, frequency {self.frequency}, monetary {self.monetary}"


@dataclass(frozen=True)
class RFMSegment(Segment):
    """A segment of a scheme: what it means and what to do about it."""

    boxes: Annotated[
        tuple[ScoreBox, ...], "Which scores belong here, as ranges; scores in no segment's go to the nearest."
    ]
    label: tuple[int, int, int] | None = None


Scheme = SegmentTable[RFMSegment]


def _range(text: str) -> ScoreRange:
    low, _, high = text.partition("-")
    return ScoreRange(int(low), int(high or low))


def _box(recency: str, frequency: str, monetary: str) -> ScoreBox:
    return ScoreBox(_range(recency), _range(frequency), _range(monetary))


def _criteria(boxes: tuple[ScoreBox, ...]) -> str:
    ranges = ", or ".join(str(box) for box in boxes)
    return f"Scores with {ranges}; scores inside no segment's ranges belong to the nearest segment."


def _pos(
    name: str,
    label: tuple[int, int, int],
    ranges: str,
    description: str,
    actions: tuple[str, ...],
) -> RFMSegment:
    code, boxes = "R{}F{}M{}".format(*label), (_box(*ranges.split()),)
    return RFMSegment(
        code=code,
        name=name,
        description=description,
        criteria=_criteria(boxes),
        recommended_actions=actions,
        boxes=boxes,
        label=label,
    )


def _named(name: str, ranges: str, description: str, actions: tuple[str, ...]) -> RFMSegment:
    boxes = tuple(_box(*box.split()) for box in ranges.split(","))
    return RFMSegment(
        code=code_of(name),
        name=name,
        description=description,
        criteria=_criteria(boxes),
        recommended_actions=actions,
        boxes=boxes,
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
            "Bought lately, about as often as most; can become loyal.",
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

# How much longer than usual a customer of a RETAIL segment is taken to stay, in tenths.
LIFESPAN_TENTHS = {
    "CHAMPION": 20,
    "CANT_LOSE_THEM": 15,
    "LOYAL": 18,
    "NEW_CUSTOMER": 12,
    "LOST": 3,
    "POTENTIAL_LOYALIST": 15,
    "PROMISING": 13,
    "NEED_ATTENTION": 10,
    "AT_RISK": 6,
    "ABOUT_TO_SLEEP": 8,
    "HIBERNATING": 5,
}

# All triples in the order of their cell numbers: 25 (R - 1) + 5 (F - 1) + (M - 1).
TRIPLES = tuple(product(range(1, 6), range(1, 6), range(1, 6)))


def cell_of(recency: int, frequency: int, monetary: int) -> int:
    """The number of a score triple among TRIPLES."""
    return 25 * (recency - 1) + 5 * (frequency - 1) + (monetary - 1)


def _nearest(scheme: Scheme, triple: tuple[int, int, int]) -> int:
    distances = [min(box.distance(*triple) for box in segment.boxes) for segment in scheme.segments]
    return distances.index(min(distances))


@cache
def segment_of_cell(scheme: RFMScheme) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """For each of the 125 cells, the position of its segment: the first whose box holds it, else the nearest."""
    return np.array([_nearest(SCHEMES[scheme], triple) for triple in TRIPLES], np.int8)
