"""Whom a shop should call, from purchase days and the published P(alive) of MBG/NBD, without the product's code.

P(alive) = 1 / (1 + a / (b + x) · ((α + T) / (α + t_x))^(r + x)), days in weeks (Batislam and others 2007, after whom
a customer may leave after its first purchase too).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise

import pandas as pd


def nearest_rank(values: list[int]) -> int:
    """The 80th percentile: the least value that four fifths of all do not exceed."""
    return sorted(values)[math.ceil(len(values) * 8 / 10) - 1]


def purchase_days(purchases: pd.DataFrame, as_of: int) -> pd.Series:
    """The different days of each customer to a day, in order."""
    known = purchases[purchases["customer"].notna() & (purchases["day"] <= as_of)]
    return known.groupby("customer")["day"].agg(lambda days: sorted(set(days)))


def usual_gaps(days: pd.Series) -> dict[str, int]:
    """The usual gap of each customer: its own from four gaps on, else everyone's."""
    gaps = {customer: [b - a for a, b in pairwise(own)] for customer, own in days.items()}
    everyone = nearest_rank([gap for own in gaps.values() for gap in own])
    return {str(customer): nearest_rank(own) if len(own) >= 4 else everyone for customer, own in gaps.items()}


def alive(parameters: Mapping[str, float], own: list[int], as_of: int) -> float:
    """How likely a customer with these purchase days has not left."""
    r, alpha, a, b = (parameters[name] for name in ("r", "alpha", "a", "b"))
    x, last, age = len(own) - 1, (own[-1] - own[0]) / 7, (as_of - own[0]) / 7
    return 1 / (1 + a / (b + x) * ((alpha + age) / (alpha + last)) ** (r + x))


def attention(purchases: pd.DataFrame, parameters: Mapping[str, float], as_of: int) -> dict[str, set[str]]:
    """Who needs which attention."""
    days = purchase_days(purchases, as_of)
    usual = usual_gaps(days)
    found: dict[str, set[str]] = {"LEAVING": set(), "LOST": set()}
    for customer, own in days.items():
        chance = alive(parameters, own, as_of)
        if chance < 0.2:
            found["LOST"].add(str(customer))
        elif chance <= 0.8 and as_of - own[-1] > usual[str(customer)]:
            found["LEAVING"].add(str(customer))
    return found


def chances(purchases: pd.DataFrame, parameters: Mapping[str, float], as_of: int) -> dict[str, float]:
    """How likely each customer has not left."""
    days = purchase_days(purchases, as_of)
    return {str(customer): alive(parameters, own, as_of) for customer, own in days.items()}


def is_stake(told: Decimal | None, predicted: Decimal, chance: float) -> bool:
    """Whether an amount is what is at stake, as far as the prediction, which is rounded, can tell."""
    expected = at_stake(str(predicted), chance)
    if told is None or expected is None:
        return told is expected
    return abs(told - expected) <= Decimal("0.005") / Decimal(chance) + Decimal("0.005")


def at_stake(predicted: str, chance: float) -> Decimal | None:
    """predictedRevenue / P(alive) × (1 - P(alive)), half-even to two decimals; the prediction is rounded already."""
    if chance < 0.001:
        return None
    amount = Decimal(predicted) / Decimal(chance) * (1 - Decimal(chance))
    return amount.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
