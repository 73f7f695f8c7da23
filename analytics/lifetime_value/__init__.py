"""What customers were worth up to a day: their sums, their ranking, and how the revenue lies among them."""
