"""What can be exported: each report and list with the arguments that it takes, and the parts that it has."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from resolvers import acquisition, affinity, audit, duplicates, listing, patterns, products, receivables, retention
from resolvers.lifetime_value import report as lifetime_value
from resolvers.operation.errors import BadUserInput
from resolvers.segmentation import migration
from resolvers.segmentation import report as segmentation
from rules.exports import BALANCE_COLUMN, LIST_COLUMNS, PERSONAL_COLUMNS, PROFILE_COLUMNS, ExportDetail, ExportFormat
from rules.words import shown


@dataclass(frozen=True)
class Exportable:
    """A report by the name that files have, the class of its question, and its parts, the main one first."""

    name: str
    question: Any
    parts: tuple[str, ...]

    @property
    def adapter(self) -> TypeAdapter[Any]:
        """How its question becomes JSON and comes back."""
        return _adapter(self.question)


@cache
def _adapter(question: Any) -> TypeAdapter[Any]:
    return TypeAdapter(question)


PAST_BALANCE = "there is no column {} to {}: balances are not kept by day, so only a file of today has it"
CUSTOMERS = ("customers",)
EXPORTABLE = (
    Exportable("customers", listing.ListQuestion, CUSTOMERS),
    Exportable(
        "segmentation", segmentation.SegmentationQuestion, ("segments", "summary", "cells", "cutPoints", "customers")
    ),
    Exportable("segment-customers", segmentation.SegmentMembers, CUSTOMERS),
    Exportable("cell-customers", segmentation.CellMembers, CUSTOMERS),
    Exportable("segment-migration", migration.MigrationQuestion, ("moves",)),
    Exportable("moved-customers", migration.MoveMembers, CUSTOMERS),
    Exportable("segmentation-trend", migration.TrendQuestion, ("points",)),
    Exportable(
        "lifetime-value", lifetime_value.LifetimeValueQuestion, ("customers", "summary", "distribution", "lorenz")
    ),
    Exportable("bucket-customers", lifetime_value.BucketMembers, CUSTOMERS),
    Exportable(
        "purchase-patterns",
        patterns.PatternsQuestion,
        (
            *("series", "summary", "baskets", "byWeekdayHour", "byWeekday", "byHour", "byMonth"),
            *("seasonality", "paymentMethods", "categories"),
        ),
    ),
    Exportable("category-affinity", affinity.AffinityQuestion, ("pairs",)),
    Exportable("retention", retention.RetentionQuestion, ("cohorts", "summary", "trends", "repeatPurchases")),
    Exportable("cohort-customers", retention.CohortMembers, CUSTOMERS),
    Exportable("acquisition", acquisition.AcquisitionQuestion, ("bySource", "byCampaign", "summary")),
    Exportable("receivables", receivables.ReceivablesQuestion, ("aging", "customers")),
    Exportable("owing-customers", receivables.OwingMembers, CUSTOMERS),
    Exportable("products", products.ProductQuestion, ("products",)),
    Exportable("product-customers", products.BuyerMembers, CUSTOMERS),
    Exportable("audit-trail", audit.AuditQuestion, ("entries",)),
    Exportable("duplicates", duplicates.DuplicatesQuestion, ("pairs",)),
)
BY_NAME = {exportable.name: exportable for exportable in EXPORTABLE}
BY_QUESTION = {exportable.question: exportable for exportable in EXPORTABLE}


@dataclass(frozen=True)
class Export:
    """One file: the question that it answers and how; `part` is that of a file of one table, None for the main one.

    `columns` are those of the main table that are wanted, in their order; None are all.
    """

    asked: Any
    format: ExportFormat
    detail: ExportDetail = ExportDetail.SUMMARY
    part: str | None = None
    columns: tuple[str, ...] | None = None

    @property
    def of(self) -> Exportable:
        """The report that answers."""
        return BY_QUESTION[type(self.asked)]

    def file_name(self, today: date) -> str:
        """What the file is called: the report, its part or whom it is limited to, and the day that it is for."""
        part = _dashed(self.part) if self.part not in (None, self.of.parts[0]) else None
        words = (self.of.name, *_of_whom(self.asked), part, str(_day_of(self.asked, today)))
        return f"{'-'.join(filter(None, words))}.{self.format.lower()}"

    def check(self, today: date) -> None:
        """BadUserInput where there is no such part, detail or column, or the file has all parts anyway."""
        if self.detail is ExportDetail.CUSTOMERS and self.asked.__class__ is not segmentation.SegmentationQuestion:
            raise BadUserInput(f"`detail` goes with segmentation: {self.of.name} has none")
        if self.columns is not None and not self.columns:
            raise BadUserInput("`columns` is empty: leave it out for all of them")
        if self.columns is not None and BALANCE_COLUMN in self.columns and (day := _day_of(self.asked, today)) < today:
            raise BadUserInput(PAST_BALANCE.format(BALANCE_COLUMN, day))
        if self.part is None:
            return
        if self.part not in self.of.parts:
            raise BadUserInput(f'{self.of.name} has no part "{self.part}": its parts are {", ".join(self.of.parts)}')
        if self.format is ExportFormat.XLSX:
            raise BadUserInput("`part` goes with CSV and PARQUET, which hold one table, and PDF: XLSX has all parts")


def customer_columns(personal: bool) -> tuple[str, ...]:
    """The names of the columns of a list of customers."""
    return ("number", "name", *LIST_COLUMNS, *PROFILE_COLUMNS, *(PERSONAL_COLUMNS if personal else ()), "tags")


def checked_columns(asked: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """The wanted columns, each once; BadUserInput tells of the first that there is not, with those there are."""
    for name in asked:
        if name not in known:
            raise BadUserInput(f"there is no column {shown(name)}: there are {', '.join(known)}")
    return tuple(dict.fromkeys(asked))


def _dashed(part: str | None) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in part or "")


def _of_whom(asked: Any) -> tuple[str, ...]:
    """The segment, risk and attention that a list is limited to: files of several lists are told apart."""
    limits = getattr(asked, "filter", asked)
    segment = getattr(limits, "rfm_segment", None) or getattr(limits, "code", None) or ""
    risk = getattr(limits, "churn_risk", None)
    attention = getattr(limits, "attention", None) or ""
    slug = re.sub(r"[^a-z0-9]+", "-", segment.lower()).strip("-")
    return slug, f"{risk.lower()}-risk" if risk else "", attention.lower()


def _day_of(asked: Any, today: date) -> date:
    """The last day that a question is about, as far as it says so."""
    while hasattr(asked, "of"):
        asked = asked.of
    period = getattr(asked, "period", None)
    said = getattr(period, "end", None) or getattr(asked, "as_of", None) or getattr(asked, "end", None)
    return min(said or today, today)
