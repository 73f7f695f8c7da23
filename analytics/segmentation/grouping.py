"""By what a report puts customers into segments, and what that asks of the facts."""

from dataclasses import dataclass

from analytics.copy.tables import ITEMS, PAYMENTS
from analytics.scope import Scope
from analytics.segmentation.methods import TABLES, SegmentationMethod
from analytics.segmentation.schemes import SCHEMES, RFMScheme
from analytics.segmentation.tables import Segment, SegmentTable


@dataclass(frozen=True)
class SegmentGrouping:
    """A method, and of RFM its scheme."""

    method: SegmentationMethod
    scheme: RFMScheme | None = None

    @classmethod
    def asked(cls, method: SegmentationMethod, scheme: RFMScheme) -> "SegmentGrouping":
        """What two arguments ask for: the scheme is of RFM only."""
        return cls(method, scheme if method is SegmentationMethod.RFM else None)

    @property
    def table(self) -> SegmentTable[Segment] | None:
        """Its segments in order; None of BEHAVIOR, whose segments are the categories that occur."""
        return TABLES.get(self.method) if self.scheme is None else SCHEMES[self.scheme]

    @property
    def name(self) -> str:
        """What a message calls it."""
        return f"method {self.method}" if self.scheme is None else f"the {self.scheme} scheme"

    @property
    def need(self) -> frozenset[str]:
        """The tables that it is computed from beside those that are always in the copy."""
        return {SegmentationMethod.BEHAVIOR: ITEMS, SegmentationMethod.CREDIT: PAYMENTS}.get(self.method, frozenset())

    @property
    def has_growth(self) -> bool:
        """Whether a segment can be held against the one of the preceding window."""
        return self.method not in (SegmentationMethod.TIER, SegmentationMethod.CREDIT)

    def window(self, scope: Scope) -> Scope:
        """The scope that it looks at: all history for TIER."""
        return scope.all_history() if self.method is SegmentationMethod.TIER else scope
