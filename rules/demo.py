"""What the demo shop is called, how large it is where nobody says so, and how large it may be."""

DEMO_BUSINESS = "Demo"
DEFAULT_CUSTOMERS = 2_000
DEFAULT_SEED = 1
MOST_CUSTOMERS = 1_000_000
