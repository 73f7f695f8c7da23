"""The Online Retail file as facts, by the import rules of the preset online-retail, in exact integer pence.

Print the orientation figures with `python -m tests.oracle.online_retail [file]` from the project's root.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from tests.oracle import facts as plain
from tests.oracle import rfm

RAW_FILE = Path(__file__).parents[3] / "shared" / "data" / "online_retail_2010-12_2011-12.csv.gz"
PRICE_DIGITS = 3  # prices are read as thousandths of a pound: 0.001 occurs
NON_PRODUCTS = frozenset({"POST", "D", "M", "BANK CHARGES", "AMAZONFEE", "DOT", "C2", "CRUK", "PADS", "S", "B"})
_ORDINAL_OF_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class OnlineRetailFacts:
    """What the import keeps, and what it rejects.

    sales(sale, customer or NaN, day, hour, occurred, total, units, country)
    items(sale, row, stock_code, description, quantity, price_milli, total, is_product), free lines included
    refunds(refund, customer or NaN, day, hour, occurred, amount, country)
    customers(customer, is_active, type, country)
    rejects(row, invoice, reason); `row` is the data row of the file, from 0
    """

    sales: pd.DataFrame
    items: pd.DataFrame
    refunds: pd.DataFrame
    customers: pd.DataFrame
    rejects: pd.DataFrame

    def for_rfm(self) -> rfm.Facts:
        """The small interface of the RFM oracle."""
        return rfm.Facts(self.sales, self.refunds, self.customers)

    def for_reports(self, today: date = date(2011, 12, 9)) -> plain.Facts:
        """The rows of all other reports; no line has a category or a cost, no sale a payment or a storefront."""
        named = {name: frame.astype(object).where(frame.notna(), None) for name, frame in self._frames().items()}
        return plain.Facts(
            customers=tuple(plain.Customer(row.customer, row.customer) for row in named["customers"].itertuples()),
            sales=tuple(
                plain.Sale(row.sale, row.customer, row.day, row.hour, row.total) for row in named["sales"].itertuples()
            ),
            items=tuple(
                plain.Item(row.sale, row.stock_code, None, row.quantity, row.total)
                for row in named["items"].itertuples()
            ),
            refunds=tuple(
                plain.Refund(row.refund, row.customer, None, row.day, row.hour, row.amount)
                for row in named["refunds"].itertuples()
            ),
            today=today.toordinal(),
        )

    def _frames(self) -> dict[str, pd.DataFrame]:
        return {"customers": self.customers, "sales": self.sales, "items": self.items, "refunds": self.refunds}


# ---------------------------------------------------------------- reading
def parse_price(text: str) -> int:
    """A written price in thousandths, exactly; a price with more digits is an error, not a rounding."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, _, fraction = digits.partition(".")
    if len(fraction) > PRICE_DIGITS or not (whole + fraction).isdigit():
        raise ValueError(f"unexpected price {text!r}")
    return sign * (int(whole or "0") * 10**PRICE_DIGITS + int(fraction.ljust(PRICE_DIGITS, "0")))


def pence_half_even(milli: pd.Series) -> pd.Series:
    """Thousandths of a pound to pence, halves to the even penny."""
    pence, rest = milli // 10, milli % 10
    up = (rest > 5) | ((rest == 5) & (pence % 2 == 1))
    return pence + up.astype("int64")


def read_raw(path: Path | str = RAW_FILE) -> pd.DataFrame:
    """The file's rows with exact numbers: row, invoice, kind, quantity, price_milli, total, occurred, customer ..."""
    text = pd.read_csv(path, dtype=str, keep_default_na=False)
    prices = {price: parse_price(price) for price in text["UnitPrice"].unique()}
    raw = pd.DataFrame({"row": range(len(text)), "invoice": text["InvoiceNo"]})
    raw["kind"] = text["InvoiceNo"].str[:1].map({"A": "rejected", "C": "refund"}).fillna("sale")
    raw["stock_code"], raw["description"] = text["StockCode"], text["Description"]
    raw["quantity"] = text["Quantity"].astype("int64")
    raw["price_milli"] = text["UnitPrice"].map(prices).astype("int64")
    raw["total"] = pence_half_even(raw["quantity"].abs() * raw["price_milli"])
    raw["occurred"] = pd.to_datetime(text["InvoiceDate"], format="%Y-%m-%d %H:%M:%S")
    raw["customer"] = text["CustomerID"].mask(text["CustomerID"] == "")
    raw["country"] = text["Country"]
    return raw


# ---------------------------------------------------------------- facts
def invoice_heads(raw: pd.DataFrame) -> pd.DataFrame:
    """Per invoice its earliest time (over all its rows), day, hour, customer and country."""
    grouped = raw.groupby("invoice", sort=True)
    if (grouped["customer"].nunique(dropna=False) > 1).any() or (grouped["country"].nunique() > 1).any():
        raise ValueError("an invoice with several customers or countries: the rules do not speak of it")
    heads = pd.DataFrame({"occurred": grouped["occurred"].min()})
    heads["day"] = (heads["occurred"] - pd.Timestamp(0)).dt.days.astype("int64") + _ORDINAL_OF_EPOCH
    heads["hour"] = heads["occurred"].dt.hour.astype("int64")
    first = raw.drop_duplicates("invoice").set_index("invoice")
    heads["customer"], heads["country"] = first["customer"], first["country"]
    return heads


def sold_rows(raw: pd.DataFrame) -> pd.DataFrame:
    """The rows that become items: paid ones, and free ones of invoices that have a paid one."""
    positive = raw[(raw["kind"] == "sale") & (raw["quantity"] > 0) & (raw["price_milli"] >= 0)]
    paid = set(positive.loc[positive["price_milli"] > 0, "invoice"])
    return positive[positive["invoice"].isin(paid)]


def refunded_rows(raw: pd.DataFrame) -> pd.DataFrame:
    """The rows that a refund is made of."""
    return raw[(raw["kind"] == "refund") & (raw["quantity"] < 0) & (raw["price_milli"] > 0)]


def make_sales(sold: pd.DataFrame, heads: pd.DataFrame) -> pd.DataFrame:
    """One sale per invoice."""
    grouped = sold.groupby("invoice", sort=True)
    sales = pd.DataFrame({"total": grouped["total"].sum(), "units": grouped["quantity"].sum()})
    sales = sales.join(heads).rename_axis("sale").reset_index()
    return sales[["sale", "customer", "day", "hour", "occurred", "total", "units", "country"]]


def make_items(sold: pd.DataFrame) -> pd.DataFrame:
    """One item per kept row, in the order of the file."""
    items = sold.rename(columns={"invoice": "sale"}).reset_index(drop=True)
    items["is_product"] = ~items["stock_code"].str.upper().isin(NON_PRODUCTS)
    return items[["sale", "row", "stock_code", "description", "quantity", "price_milli", "total", "is_product"]]


def make_refunds(refunded: pd.DataFrame, heads: pd.DataFrame) -> pd.DataFrame:
    """One unlinked refund per cancelling invoice; its amount is positive."""
    refunds = pd.DataFrame({"amount": refunded.groupby("invoice", sort=True)["total"].sum()})
    refunds = refunds.join(heads).rename_axis("refund").reset_index()
    return refunds[["refund", "customer", "day", "hour", "occurred", "amount", "country"]]


def make_customers(sales: pd.DataFrame, refunds: pd.DataFrame) -> pd.DataFrame:
    """Everyone with a kept sale or refund; country of the latest sale, else of the latest refund."""

    def latest(facts: pd.DataFrame, key: str) -> pd.Series:
        ordered = facts[facts["customer"].notna()].sort_values(["occurred", key])
        return ordered.groupby("customer")["country"].last()

    country = latest(sales, "sale").combine_first(latest(refunds, "refund")).sort_index()
    customers = country.rename_axis("customer").rename("country").reset_index()
    customers["is_active"], customers["type"] = True, "RETAIL"
    return customers[["customer", "is_active", "type", "country"]]


def reject_reason(kind: str, whole: bool) -> str:
    """Why a row was left out; `whole` when nothing of its invoice was kept."""
    if kind == "rejected":
        return "adjustment"
    return f"{kind} without a row that counts" if whole else f"stray row of a {kind}"


def make_rejects(raw: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """The rows that became nothing, with the reason."""
    rest = raw[~raw["row"].isin(set(kept["row"]))]
    whole = ~rest["invoice"].isin(set(kept["invoice"]))
    reasons = [reject_reason(kind, bool(alone)) for kind, alone in zip(rest["kind"], whole, strict=True)]
    return rest[["row", "invoice"]].assign(reason=reasons).reset_index(drop=True)


def import_facts(path: Path | str = RAW_FILE) -> OnlineRetailFacts:
    """Read the file and apply the rules."""
    raw = read_raw(path)
    heads, sold, refunded = invoice_heads(raw), sold_rows(raw), refunded_rows(raw)
    sales, refunds = make_sales(sold, heads), make_refunds(refunded, heads)
    return OnlineRetailFacts(
        sales=sales,
        items=make_items(sold),
        refunds=refunds,
        customers=make_customers(sales, refunds),
        rejects=make_rejects(raw, pd.concat([sold, refunded])),
    )


# ---------------------------------------------------------------- orientation
def pounds(pence: int) -> str:
    """Pence as written money."""
    sign, pence = ("-", -pence) if pence < 0 else ("", pence)
    return f"{sign}{pence // 100:,}.{pence % 100:02d}"


def print_facts(facts: OnlineRetailFacts) -> None:
    """The figures of the import."""
    print(f"sales                 {len(facts.sales):>9,}  gross {pounds(int(facts.sales['total'].sum()))}")
    print(f"refunds               {len(facts.refunds):>9,}  {pounds(int(facts.refunds['amount'].sum()))}")
    print(f"customers             {len(facts.customers):>9,}")
    print(f"anonymous sales       {int(facts.sales['customer'].isna().sum()):>9,}")
    print(f"anonymous refunds     {int(facts.refunds['customer'].isna().sum()):>9,}")
    print(f"items, units          {len(facts.items):>9,}  {int(facts.sales['units'].sum()):,}")
    print(f"  free items          {int((facts.items['price_milli'] == 0).sum()):>9,}")
    print(f"  non-product items   {int((~facts.items['is_product']).sum()):>9,}")
    print(f"rejected rows         {len(facts.rejects):>9,}  in {facts.rejects['invoice'].nunique():,} invoices")
    for reason, count in facts.rejects["reason"].value_counts().items():
        print(f"  {count:,} {reason}")


def print_segmentation(facts: OnlineRetailFacts, scheme: str, as_of: date, days: int | None) -> None:
    """The figures of one segmentation."""
    answer = rfm.segmentation(facts.for_rfm(), as_of.toordinal(), days, scheme)
    print(f"\n{scheme} at {as_of} over {days} days: {answer.total_customers:,} customers", end=", ")
    print(f"NET {pounds(answer.total_revenue)}, {answer.active_customers:,} active", end=", ")
    print(f"refunds outside {pounds(answer.refunds_outside_population)}")
    for part in answer.segments:
        growth = "-" if part.growth is None else f"{part.growth:+.2f} %"
        print(f"  {part.name:20}{part.code:22}{part.customer_count:6,}{pounds(part.total_revenue):>16}  {growth}")
    print(f"  {answer.insights}")


def main(path: Path | str = RAW_FILE) -> None:
    """Print everything the brief gave for orientation, and the segments."""
    facts = import_facts(path)
    print_facts(facts)
    for scheme in rfm.SCHEMES.values():
        print(f"{scheme.name}: boxes cover {rfm.covered(scheme)} of 125 triples")
    for name in rfm.SCHEMES:
        print_segmentation(facts, name, date(2011, 12, 9), 90)


if __name__ == "__main__":
    main(*sys.argv[1:2])
