"""Rules that give more points: saved and deleted by the shop, and read as the rules of earning know them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Self

import orjson

from models.loyalty.earning import earning_rule, earning_rule_rows, rules_of_business, rules_with_id
from models.storefronts import storefronts_of_business
from resolvers.loyalty.tiers import named_row, refuse_taken_name
from resolvers.operation.context import Context
from resolvers.operation.ids import global_id
from resolvers.operation.loaders import one_each
from resolvers.operation.writing import Write
from resolvers.payloads import Deleted
from rules.amounts import check_money, minor_units
from rules.days import day_number
from rules.loyalty.earning import EarningBoost
from rules.loyalty.settings import MOST_POINTS, checked_categories, checked_rate
from rules.problems import Problems, required_text, whole_number
from rules.refusals import CriteriaProblem, InputProblemCode, InvalidCriteria

LONGEST_NAME = 120
MOST_RULES = 50


@dataclass(frozen=True)
class SaveEarningRule:
    """The whole rule, a new one without an id; the multiplier is millionths once it is checked."""

    id: int | None
    version: int | None
    name: str
    multiplier: Any
    bonus_points: int
    criteria: str | None
    categories: tuple[str, ...]
    storefront_id: int | None
    min_sale: Decimal | None
    starts_on: date | None
    ends_on: date | None
    is_active: bool

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        inside = problems.under("input")
        refuse_backward_days(inside, "endsOn", self.starts_on, self.ends_on)
        check_money(inside, "minSale", self.min_sale)
        return replace(
            self,
            name=required_text(inside, "name", self.name, longest=LONGEST_NAME),
            multiplier=checked_rate(inside, "multiplier", self.multiplier),
            bonus_points=whole_number(inside, "bonusPoints", self.bonus_points, lowest=0, highest=MOST_POINTS),
            categories=checked_categories(inside, "categories", self.categories),
        )


@dataclass(frozen=True)
class DeleteEarningRule:
    """A rule to delete."""

    id: int


@dataclass(frozen=True)
class EarningRulePayload:
    """The rule as it is now."""

    rule_id: int


async def save_earning_rule(write: Write, asked: SaveEarningRule) -> EarningRulePayload:
    """Make a rule, or change one; what was earned stays."""
    rows = await write.rows(earning_rule_rows())
    row = None if asked.id is None else named_row(rows, asked.id, ("id",), "rule")
    if asked.storefront_id is not None:
        named_row(
            await write.rows(storefronts_of_business()), asked.storefront_id, ("input", "storefront"), "storefront"
        )
    if row is not None:
        write.expect(row, asked.version)
    refuse_taken_name("EarningRule", rows, asked.id, asked.name)
    refuse_criteria(asked.criteria)
    problems = Problems(("input",))
    if row is None and len(rows) >= MOST_RULES:
        problems.add((), InputProblemCode.TOO_MANY, f"A program has at most {MOST_RULES} rules.")
    least = None if asked.min_sale is None else minor_units(problems, "minSale", asked.min_sale, write.exponent)
    problems.raise_if_any()
    values = {
        "name": asked.name,
        "folded_name": asked.name.casefold(),
        "multiplier": asked.multiplier,
        "bonus_points": asked.bonus_points,
        "categories": orjson.dumps(asked.categories).decode(),
        "storefront_id": asked.storefront_id,
        "min_sale": least,
        "starts_on": number_of(asked.starts_on),
        "ends_on": number_of(asked.ends_on),
        "is_active": asked.is_active,
    }
    if row is None:
        return EarningRulePayload(await write.insert(earning_rule, version=1, is_deleted=False, **values))
    await write.update(earning_rule, row, **values)
    return EarningRulePayload(row.id)


async def delete_earning_rule(write: Write, asked: DeleteEarningRule) -> Deleted:
    """Delete a rule; what was earned by it stays."""
    row = named_row(await write.rows(earning_rule_rows()), asked.id, ("id",), "rule")
    await write.update(earning_rule, row, is_deleted=True)
    return Deleted(global_id("EarningRule", row.id))


# ---------------------------------------------------------------- of rewards too


def number_of(day: date | None) -> int | None:
    """A day as it is stored."""
    return None if day is None else day_number(day)


def refuse_backward_days(problems: Problems, name: str, first: date | None, last: date | None) -> None:
    """Tell of a last day that comes before the first."""
    if first is not None and last is not None and last < first:
        problems.add(name, InputProblemCode.NOT_TOGETHER, "The last day is not before the first.")


def refuse_criteria(criteria: str | None) -> None:
    """InvalidCriteria for criteria, which there is no language for yet."""
    if criteria is not None and criteria.strip():
        message = "Criteria cannot be said here yet: leave them out."
        raise InvalidCriteria(message, CriteriaProblem.FORBIDDEN, end_column=len(criteria.encode("utf-16-le")) // 2)


# ---------------------------------------------------------------- read


def earning_boost(row: Any) -> EarningBoost:
    """A rule as the rules of earning know it, of its stored row."""
    return EarningBoost(
        id=row.id,
        name=row.name,
        multiplier=row.multiplier,
        bonus=row.bonus_points,
        categories=frozenset(orjson.loads(row.categories)),
        storefront_id=row.storefront_id,
        min_sale=row.min_sale,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        is_active=row.is_active,
    )


async def list_earning_rules(context: Context) -> list[Any]:
    """The rules of the business by name."""
    return await context.reader.rows(rules_of_business())


async def earning_rule_by_id(context: Context, ids: Sequence[int], _: Any) -> list[Any]:
    """The rule of each id, a deleted one too, None where this business has no such rule."""
    return one_each(await context.reader.rows(rules_with_id(), ids=list(ids)), ids)
