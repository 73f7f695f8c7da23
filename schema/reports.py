"""What every report says of itself."""

from datetime import date, datetime

import strawberry

from schema.arguments import about
from schema.scalars import BigInt


@strawberry.type(description="How fresh a computed value is.")
class Freshness:
    """How fresh a computed value is."""

    computed_at: datetime = about("When it was computed.")
    data_revision: BigInt = about("The last change that it sees.")
    from_cache: bool = about("Whether it was kept from an earlier question at the same state of the facts.")
    duration_ms: float = about("How long the computation took, in milliseconds.")
    engine: str = about("What computed it.")


@strawberry.type(description="What the number is, in words, and the statement that computed it.")
class HowComputed:
    """What the number is, and the statement that computed it."""

    definition: str = about("In plain words.")
    statement: str = about("As it ran, with its values.")


@strawberry.type(description="Calendar days from `start` to `end`, both inside, in the zone of the business.")
class Period:
    """The period of a report."""

    start: date = about("Its first day.")
    end: date = about("Its last day: later facts do not exist for the report.")
    days: int = about("How many days it has.")
    complete: bool = about("Whether its end is before today.")
