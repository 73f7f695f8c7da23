"""Purchase patterns: when, how often, how much, what and how customers buy, all of them or one alone."""

from resolvers.patterns.figures import buyers_by_point, items_by_basket
from resolvers.patterns.report import PatternsQuestion, PurchasePatterns, patterns_by_customer, purchase_patterns

__all__ = [
    "PatternsQuestion",
    "PurchasePatterns",
    "buyers_by_point",
    "items_by_basket",
    "patterns_by_customer",
    "purchase_patterns",
]
