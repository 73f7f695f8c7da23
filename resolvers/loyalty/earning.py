"""Rules that give more points: saved and deleted by the shop, and read as the rules of earning know them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Self

import orjson

from models.loyalty.earning import earning_rule, earning_rule_rows, rules_of_business, rules_with_id
from models.storefronts import storefronts_of_business
from resolvers.loyalty.named import (
    named_row,
    refuse_backward_days,
    refuse_criteria,
    refuse_one_more,
    refuse_other_state,
    row_to_save,
    save_named,
    stored_day,
)
from resolvers.operation.context import Context
from resolvers.operation.ids import global_id
from resolvers.operation.loaders import one_each
from resolvers.operation.writing import Write
from resolvers.payloads import Deleted
from rules.amounts import check_money, minor_units
from rules.loyalty.earning import EarningBoost
from rules.loyalty.settings import MOST_POINTS, checked_categories, checked_rate
from rules.problems import Problems, required_text, whole_number

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
    row = row_to_save(rows, asked, "rule")
    if asked.storefront_id is not None:
        named_row(
            await write.rows(storefronts_of_business()), asked.storefront_id, ("input", "storefront"), "storefront"
        )
    refuse_other_state(write, rows, row, asked, "EarningRule")
    refuse_criteria(asked.criteria)
    problems = Problems(("input",))
    refuse_one_more(problems, rows, row, most=MOST_RULES, kind="rules")
    least = None if asked.min_sale is None else minor_units(problems, "minSale", asked.min_sale, write.exponent)
    problems.raise_if_any()
    values = {
        "multiplier": asked.multiplier,
        "bonus_points": asked.bonus_points,
        "categories": orjson.dumps(asked.categories).decode(),
        "storefront_id": asked.storefront_id,
        "min_sale": least,
        "starts_on": stored_day(asked.starts_on),
        "ends_on": stored_day(asked.ends_on),
        "is_active": asked.is_active,
    }
    return EarningRulePayload(await save_named(write, earning_rule, row, asked.name, values))


async def delete_earning_rule(write: Write, asked: DeleteEarningRule) -> Deleted:
    """Delete a rule; what was earned by it stays."""
    row = named_row(await write.rows(earning_rule_rows()), asked.id, ("id",), "rule")
    await write.update(earning_rule, row, is_deleted=True)
    return Deleted(global_id("EarningRule", row.id))


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
