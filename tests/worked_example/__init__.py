"""A shop small enough to check by hand, and what every report says about it."""
