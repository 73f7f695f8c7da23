"""Segments of customers: what they are called, who belongs to them, and what a shop does about them."""

from analytics.segmentation.methods import SegmentationMethod
from analytics.segmentation.schemes import LIFESPAN_TENTHS, SCHEMES, TRIPLES, RFMScheme, RFMSegment, segment_of_cell
from analytics.segmentation.tables import Segment, SegmentTable

__all__ = [
    "LIFESPAN_TENTHS",
    "SCHEMES",
    "TRIPLES",
    "RFMScheme",
    "RFMSegment",
    "Segment",
    "SegmentTable",
    "SegmentationMethod",
    "segment_of_cell",
]
