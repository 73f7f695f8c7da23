"""A rule about stored rows."""

from dataclasses import dataclass

from sqlalchemy import SelectBase


@dataclass(frozen=True)
class Invariant:
    """A rule, and the ids of the rows of :business that break it; `kind` is what they are ids of."""

    rule: str
    kind: str
    broken: SelectBase
