"""The columnar copy of a business's facts, and the engine that answers statements on it."""
