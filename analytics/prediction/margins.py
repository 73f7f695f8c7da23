"""What share of the revenue to come is profit: the customer's own margin so far, else everyone's."""

from typing import Any

import numpy as np

from analytics.customers import RevenueBasis
from analytics.lifetime_value.sums import EACH, Customers
from analytics.prediction.summaries import Floats


def margin_basis(basis: RevenueBasis) -> RevenueBasis:
    """The basis on which a margin is profit over revenue: under MARGIN revenue is profit itself."""
    return RevenueBasis.NET if basis is RevenueBasis.MARGIN else basis


def margin_of_all(everyone: Customers, basis: RevenueBasis) -> float:
    """The profit of everyone over their revenue; not a number where no cost is known or there is no revenue."""
    revenue = int(everyone.revenue(margin_basis(basis)).sum())
    if revenue <= 0 or not everyone.has_profit.any():
        return float("nan")
    return int(everyone.earned(margin_basis(basis)).sum()) / revenue


def margins_of(people: Customers, basis: RevenueBasis, else_: float, at: Any = EACH) -> Floats:
    """The margin of each customer; `else_` for one without a known cost or without revenue."""
    revenue, earned = people.revenue(margin_basis(basis), at), people.earned(margin_basis(basis), at)
    own = people.has_profit[at] & (revenue > 0)
    return np.where(own, earned / np.where(own, revenue, 1), else_)
