"""The loyalty program as clients see it."""
