"""The demo shop: a realistic business that is made up, the same for the same seed, and grows by the days that pass."""

from ingest.demo.calendar import TIMEZONE
from ingest.demo.growing import DemoDiffers, DemoSummary, Progress, grow_demo
from ingest.demo.living import live_in

__all__ = ["TIMEZONE", "DemoDiffers", "DemoSummary", "Progress", "grow_demo", "live_in"]
