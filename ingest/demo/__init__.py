"""The demo shop: a realistic business that is made up, the same for the same seed, and grows by the days that pass."""

from ingest.demo.growing import BUSINESS, DemoSummary, Progress, grow_demo

__all__ = ["BUSINESS", "DemoSummary", "Progress", "grow_demo"]
