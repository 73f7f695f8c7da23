"""The settings of a business's loyalty program."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, Self

import orjson

from models.loyalty.settings import loyalty_settings, program_settings
from resolvers.operation.context import Context
from resolvers.operation.writing import Write
from rules.amounts import minor_units
from rules.loyalty.settings import (
    JoinPolicy,
    PointsExpiry,
    ProgramSettings,
    RefundPolicy,
    TierReview,
    TierWindow,
    checked_program,
)
from rules.problems import Problems

LISTS = ("excluded_categories", "reminder_days")
WORDS: Mapping[str, type[StrEnum]] = {
    "join_policy": JoinPolicy,
    "expiry": PointsExpiry,
    "refund_policy": RefundPolicy,
    "tier_window": TierWindow,
    "tier_review": TierReview,
}
NAMES = tuple(field.name for field in fields(ProgramSettings))


@dataclass(frozen=True)
class LoyaltySettingsUpdate:
    """Settings to change, by column; what is absent stays."""

    version: int
    given: Mapping[str, Any]

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        return replace(self, given=checked_program(problems.under("input"), self.given))


@dataclass(frozen=True)
class LoyaltySettingsPayload:
    """The settings were changed, or are as they were asked to be."""


async def update_loyalty_settings(write: Write, asked: LoyaltySettingsUpdate) -> LoyaltySettingsPayload:
    """Change settings of the program."""
    (row,) = await write.rows(program_settings())
    write.expect(row, asked.version)
    given = dict(asked.given)
    if "referral_min_sale" in given:
        problems = Problems(("input",))
        given["referral_min_sale"] = minor_units(
            problems, "referralMinSale", given["referral_min_sale"], write.exponent
        )
        problems.raise_if_any()
    await write.update(loyalty_settings, row, **columns_of_program(given))
    return LoyaltySettingsPayload()


def columns_of_program(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as their columns keep them."""
    return {name: orjson.dumps(value).decode() if name in LISTS else value for name, value in settings.items()}


def columns_at_first() -> dict[str, Any]:
    """The columns of a program that nobody has set."""
    return columns_of_program(asdict(ProgramSettings()))


def program_of(row: Any) -> ProgramSettings:
    """The settings that a row keeps, as it is stored."""
    kept: dict[str, Any] = {name: getattr(row, name) for name in NAMES}
    lists: dict[str, Any] = {name: tuple(orjson.loads(kept[name])) for name in LISTS}
    words: dict[str, Any] = {name: word(kept[name]) for name, word in WORDS.items()}
    return ProgramSettings(**(kept | lists | words))


async def program_in(write: Write) -> ProgramSettings:
    """The settings as a write finds them."""
    (row,) = await write.rows(program_settings())
    return program_of(row)


async def loyalty_settings_shown(context: Context) -> Any:
    """The settings as they are shown."""
    (row,) = await context.reader.rows(program_settings())
    return row
