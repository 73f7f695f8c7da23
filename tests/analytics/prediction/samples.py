"""Customers to predict: the CDNOW sample as published, and simulated ones whose parameters are known."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.prediction.beta_geometric import Buying, BuyingModel
from analytics.prediction.summaries import Histories, Summaries
from rules.days import day_number

CALIBRATION_END = day_number(date(1997, 9, 30))
HOLDOUT_DAYS = 39 * 7

# As Fader, Hardie and Lee (2005), Batislam and others (2007) and Fader and Hardie (2013) print them.
BG_NBD = Buying(0.243, 4.414, 0.793, 2.426)
MBG_NBD = Buying(0.525, 6.183, 0.891, 1.614)


def history(repeats: int, span: int, age: int) -> Histories:
    """One customer's x, t_x and T, in days."""
    return Histories(*(np.array([value], np.int32) for value in (repeats, span, age)))


@dataclass(frozen=True)
class Sample:
    """Occasions of customers as a table: customer, day (a day number), amount in minor units."""

    days: pd.DataFrame

    def summaries(self, through: int, start: int = 0) -> Summaries:
        """The histories of the customers in the days from one to another."""
        days = self.days[(self.days.day <= through) & (self.days.day >= start)].sort_values(["customer", "day"])
        of_each = days.groupby("customer")
        first = of_each.day.min()
        repeat = days[days.day > days.customer.map(first)].groupby("customer").amount.sum()
        return Summaries(
            first.index.to_numpy(np.int64),
            of_each.size().to_numpy(np.int32),
            first.to_numpy(np.int32),
            of_each.day.max().to_numpy(np.int32),
            repeat.reindex(first.index).fillna(0).to_numpy(np.int64),
        )


def sample_of(customer: pd.Series, when: pd.Series, amount: pd.Series) -> Sample:
    """The occasions of sales: those of a customer on a day are one."""
    sales = pd.DataFrame({"customer": customer, "day": [day_number(t.date()) for t in when], "amount": amount})
    return Sample(sales.groupby(["customer", "day"], as_index=False).amount.sum())


def cdnow(folder: Path) -> Sample:
    """The 1/10 sample of the CDNOW cohort."""
    rows = pd.read_csv(folder / "cdnow_sample.csv.gz", parse_dates=["date"])
    return sample_of(rows.sample_id, rows.date, (rows.amount * 100).round().astype(np.int64))


@dataclass(frozen=True)
class Lives:
    """Simulated customers: their histories, and how many orders each had in the days after."""

    histories: Histories
    later: NDArray[np.int64]


def lives(
    model: BuyingModel, at: Buying, customers: int, *, days: int, later: int = 0, seed: int = 1, least: int = 0
) -> Lives:
    """Customers that were first seen `least` to `days` days ago, as the model has them, to `later` days from now.

    Days are as fine as the caller's weeks are long: with a mean of hundreds of weeks between orders, that all orders
    of a day are one has no effect.
    """
    random = np.random.default_rng(seed)
    rate = random.gamma(at.r, 1 / at.alpha, customers) / 7
    leaves = random.beta(at.a, at.b, customers)
    age = random.integers(least, days + 1, customers)
    repeats, after = np.zeros(customers, np.int64), np.zeros(customers, np.int64)
    span, time = np.zeros(customers), np.zeros(customers)
    alive = np.ones(customers, bool)
    if model is BuyingModel.MBG_NBD:
        alive = random.random(customers) >= leaves
    while alive.any():
        time[alive] += random.exponential(1 / rate[alive])
        alive &= time <= age + later
        seen = alive & (time <= age)
        repeats += seen & (np.floor(time) > np.floor(span))
        span[seen] = time[seen]
        after += alive & (time > age)
        alive &= random.random(customers) >= leaves
    return Lives(Histories(repeats.astype(np.int32), span.astype(np.int32), age.astype(np.int32)), after)


def online_retail(folder: Path) -> Sample:
    """The sales of the UCI Online Retail shop to known customers."""
    text = {"InvoiceNo": str, "CustomerID": str}
    rows = pd.read_csv(folder / "online_retail_2010-12_2011-12.csv.gz", dtype=text, parse_dates=["InvoiceDate"])
    rows = rows[rows.CustomerID.notna() & (rows.Quantity > 0) & (rows.UnitPrice > 0)]
    return sample_of(rows.CustomerID.astype(int), rows.InvoiceDate, rows.Quantity * rows.UnitPrice * 100)
