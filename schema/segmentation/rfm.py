"""RFM scores of one customer, and the segments that they name."""

from datetime import date
from decimal import Decimal

import strawberry

from analytics.segmentation import RFMScheme
from schema.arguments import about


@strawberry.type(description="Scores from `min` to `max`, both inside.")
class ScoreRange:
    """Scores from min to max."""

    min: int = about("The lowest score.")
    max: int = about("The highest score.")


@strawberry.type(description="A range for each of the three scores.")
class ScoreBox:
    """A range for each of the three scores."""

    recency: ScoreRange = about("The range of the recency score.")
    frequency: ScoreRange = about("The range of the frequency score.")
    monetary: ScoreRange = about("The range of the monetary score.")


@strawberry.type(description="A segment of a scheme: what it means and what to do about it.")
class RFMSegment:
    """A segment of a scheme."""

    code: str = about("Its code: of POS a representative label like R5F5M5, else the name in capitals.")
    name: str = about("Its name.")
    description: str = about("Who is in it.")
    recommended_actions: list[str] = about("What a shop does for these customers.")
    criteria: str = about("Which scores belong here, in words.")
    boxes: list[ScoreBox] = about("Which scores belong here, as ranges; scores in no segment's go to the nearest.")


@strawberry.type(description="A customer's recency, frequency and monetary value, scored among all customers.")
class RFMScore:
    """A customer's scores."""

    recency_days: int = about("Days from the last purchase to `asOf`.")
    frequency: int = about("Purchases in the window.")
    monetary: Decimal = about("NET revenue in the window.")
    recency_score: int = about("1 to 5, 5 for the most recent.")
    frequency_score: int = about("1 to 5, 5 for the most frequent.")
    monetary_score: int = about("1 to 5, 5 for the most valuable.")
    score_code: str = about("The customer's own scores, like R5F4M5.")
    segment: RFMSegment = about("The segment that these scores belong to.")
    as_of: date = about("The day that they are for.")
    days: int | None = about("The days of the window; null is all history.")
    scheme: RFMScheme = about("The scheme that names the segment.")


@strawberry.type(description="The worst values that earned a score.")
class RFMCutPoints:
    """The worst values that earned a score."""

    score: int = about("The score, 1 to 5.")
    max_recency_days: int | None = about("The most days since the last purchase; null where nobody has this score.")
    min_frequency: int | None = about("The fewest purchases; null where nobody has this score.")
    min_monetary: Decimal | None = about("The least revenue; null where nobody has this score.")
