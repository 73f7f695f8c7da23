"""The words of segmentation."""

from enum import StrEnum


class RFMScheme(StrEnum):
    """Which table of segments names the score triples."""

    POS = "POS"
    RETAIL = "RETAIL"
    REPORT = "REPORT"
