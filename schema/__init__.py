"""The contract: what clients see, each type beside those of its domain."""
