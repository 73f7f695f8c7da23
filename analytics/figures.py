"""Arithmetic of reports: a ratio without a denominator is None, and only averages of money are rounded."""

from rules.currency import half_even


def growth(now: float, before: float) -> float | None:
    """The change of a figure in percent, None from nothing."""
    return 100 * (now - before) / before if before else None


def average(total: int, count: int) -> int | None:
    """Money in minor units over a count, rounded half-even; None of nothing."""
    return half_even(total, count) if count else None


def percentage(part: int, whole: int) -> float | None:
    """part of whole in 0..100, None of nothing."""
    return 100 * part / whole if whole else None


def ratio(part: float, whole: float) -> float | None:
    """part over whole, None over nothing."""
    return part / whole if whole else None
