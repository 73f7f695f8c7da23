"""The reports: pure functions that build statements over the models' tables, and arithmetic on their small results."""
