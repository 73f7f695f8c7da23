"""Products of a period from plain rows: sums, repeat rates and first purchases, with pandas, by itself."""

from __future__ import annotations

from typing import Any

import pandas as pd


def products(
    sales: pd.DataFrame,
    items: pd.DataFrame,
    refunds: pd.DataFrame,
    *,
    start: int,
    end: int,
    repeat_days: int,
    name: str,
) -> dict[str, dict[str, Any]]:
    """Of each name (a column of the items): money in minor units, units, counts and rates.

    sales(sale, customer, day, hour, order, total), items(sale, total, quantity, is_product, name), refunds(customer,
    day, amount); all of them counted.
    """
    sales, refunds = sales[sales["day"] <= end], refunds[refunds["day"] <= end]
    lines = items[items["is_product"]].merge(sales[["sale", "customer", "day"]], on="sale")
    sold = lines[lines["day"] >= start]
    newcomers = first_purchases(sales, refunds, repeat_days, end)
    newcomers = newcomers[newcomers["first_day"] >= start]
    firsts = lines[["sale", name]].drop_duplicates().merge(newcomers, on="sale")
    whole, of_name = int(sold["total"].sum()), dict(iter(firsts.groupby(name)))
    return {str(key): _figures(part, of_name.get(key, firsts.iloc[:0]), whole) for key, part in sold.groupby(name)}


def first_purchases(sales: pd.DataFrame, refunds: pd.DataFrame, repeat_days: int, end: int) -> pd.DataFrame:
    """Of each customer the first sale and its day, what it brought, and whether it had time to come back and did."""
    known = sales[sales["customer"].notna()].sort_values(["day", "hour", "order"])
    back = refunds.groupby("customer")["amount"].sum()
    rows: list[dict[str, Any]] = []
    for customer, own in known.groupby("customer", sort=False):
        days = own["day"].tolist()
        had_time = end - days[0] >= repeat_days
        rows.append(
            {
                "sale": own["sale"].iloc[0],
                "first_day": days[0],
                "net": int(own["total"].sum()) - int(back.get(customer, 0)),
                "watched": had_time,
                "returned": had_time and len(days) > 1 and days[1] - days[0] <= repeat_days,
            }
        )
    return pd.DataFrame(rows)


def _figures(part: pd.DataFrame, firsts: pd.DataFrame, whole: int) -> dict[str, Any]:
    bought = part[part["customer"].notna()].groupby("customer")["sale"].nunique()
    watched = int(firsts["watched"].sum())
    return {
        "revenue": int(part["total"].sum()),
        "percentage": 100 * int(part["total"].sum()) / whole,
        "units": int(part["quantity"].sum()),
        "transactions": part["sale"].nunique(),
        "customers": len(bought),
        "repeatRate": 100 * int((bought > 1).sum()) / len(bought) if len(bought) else None,
        "firstPurchases": len(firsts),
        "firstPurchaseRepeatRate": 100 * int(firsts["returned"].sum()) / watched if watched else None,
        "firstPurchaseValue": round(int(firsts["net"].sum()) / len(firsts)) if len(firsts) else None,
    }
