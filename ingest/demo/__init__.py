"""The demo shop: a realistic business that is made up, the same for the same seed, and grows by the days that pass."""

from ingest.demo.calendar import TIMEZONE
from ingest.demo.growing import (
    BUSINESS,
    DEFAULT_CUSTOMERS,
    DEFAULT_SEED,
    MOST_CUSTOMERS,
    DemoDiffers,
    DemoSummary,
    Progress,
    grow_demo,
)

__all__ = [
    "BUSINESS",
    "DEFAULT_CUSTOMERS",
    "DEFAULT_SEED",
    "MOST_CUSTOMERS",
    "TIMEZONE",
    "DemoDiffers",
    "DemoSummary",
    "Progress",
    "grow_demo",
]
