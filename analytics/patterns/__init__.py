"""How customers buy: when, how often, how much, what, and how they pay."""

from analytics.patterns.baskets import basket_sizes, basket_units, edge_params, transactions_by_basket, units_by_basket
from analytics.patterns.buyers import Form, PatternScope, asked_customer
from analytics.patterns.moments import (
    Flow,
    MomentBucket,
    Moments,
    busiest,
    count_unique_buyers,
    moments_of,
    refunds_by_hour,
    sales_by_hour,
    unique_buyers,
)
from analytics.patterns.seasons import Season, refunds_by_day, sales_by_month, season_indexes, seasons_to
from analytics.patterns.series import Grouping, SeriesUnits, SeriesVisits, visits_by_unit, visits_of
from analytics.patterns.shares import Share, categories, lines_by_category, payment_methods, payments_by_method

__all__ = [
    "Flow",
    "Form",
    "Grouping",
    "MomentBucket",
    "Moments",
    "PatternScope",
    "Season",
    "SeriesUnits",
    "SeriesVisits",
    "Share",
    "asked_customer",
    "basket_sizes",
    "basket_units",
    "busiest",
    "categories",
    "count_unique_buyers",
    "edge_params",
    "lines_by_category",
    "moments_of",
    "payment_methods",
    "payments_by_method",
    "refunds_by_day",
    "refunds_by_hour",
    "sales_by_hour",
    "sales_by_month",
    "season_indexes",
    "seasons_to",
    "transactions_by_basket",
    "unique_buyers",
    "units_by_basket",
    "visits_by_unit",
    "visits_of",
]
