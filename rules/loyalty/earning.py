"""What a sale earns: the base of each line, rates and multipliers in exact arithmetic, what is left after refunds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rules.currency import MILLION, half_even, major
from rules.selling import shares


@dataclass(frozen=True)
class EarningBoost:
    """A rule that gives more points for some time, some goods or some sales; multipliers are millionths."""

    id: int
    name: str
    multiplier: int = MILLION
    bonus: int = 0
    categories: frozenset[str] = frozenset()
    storefront_id: int | None = None
    min_sale: int | None = None
    starts_on: int | None = None
    ends_on: int | None = None
    is_active: bool = True

    def is_of(self, sale: "EarningSale") -> bool:
        """Whether it applies to a sale, of whatever goods."""
        starts, ends = self.starts_on or sale.day, self.ends_on or sale.day
        fits = self.storefront_id in (None, sale.storefront_id) and sale.total >= (self.min_sale or 0)
        return self.is_active and fits and starts <= sale.day <= ends

    def takes(self, category: str | None) -> bool:
        """Whether it applies to goods of a category."""
        return not self.categories or category in self.categories


class EarningSale(NamedTuple):
    """What a sale is to the program: money in minor units, `loyalty_paid` that of points and codes."""

    day: int
    total: int
    due: int
    loyalty_paid: int = 0
    storefront_id: int | None = None


class EarningLine(NamedTuple):
    """A line as it was sold; `earns` says that it is a product whose points were not switched off."""

    item_id: int
    net: int
    category: str | None = None
    earns: bool = True


class EarnedLine(NamedTuple):
    """What a line earned by: its base and its rules' multiplier; both stay with the lot."""

    item_id: int
    net: int
    base: int
    multiplier: int = MILLION


@dataclass(frozen=True)
class EarnedPoints:
    """What a sale earned, and by what: rate and multipliers are millionths."""

    rate: int
    tier_multiplier: int
    lines: tuple[EarnedLine, ...]
    bonus: int
    exponent: int
    rules: tuple[str, ...] = ()

    @property
    def base(self) -> int:
        """The money that earned."""
        return sum(line.base for line in self.lines)

    @property
    def points(self) -> int:
        """What it earned."""
        return self.left({})

    def in_words(self, tier: str) -> str:
        """What it was earned by, for people to read: base, rate, tier and rules."""
        words = f"{major(self.base, self.exponent):f} × {_factor(self.rate)} × {_factor(self.tier_multiplier)} ({tier})"
        return ", ".join([words, *self.rules])

    def left(self, refunded: Mapping[int, int]) -> int:
        """What is still earned once so much money of lines, by item, was refunded."""
        bases = [(base_left(line, refunded.get(line.item_id, 0)), line.multiplier) for line in self.lines]
        if not any(base for base, _multiplier in bases):
            return 0
        weighed = sum(base * multiplier for base, multiplier in bases) * self.rate * self.tier_multiplier
        return weighed // (MILLION**3 * 10**self.exponent) + self.bonus


def _factor(millionths: int) -> str:
    text = f"{major(millionths, 6):f}"
    return text.rstrip("0").rstrip(".")


def base_left(line: EarnedLine, refunded: int) -> int:
    """What is left of a line's base once so much of its money was refunded."""
    return line.base - half_even(line.base * refunded, line.net) if line.net else line.base


def bases(sale: EarningSale, lines: Sequence[EarningLine], excluded: Iterable[str] = ()) -> list[int]:
    """The money of each line that earns: its net, less its share of what loyalty paid of the goods."""
    paid = half_even(sale.loyalty_paid * sale.total, sale.due) if sale.due else 0
    off, left_out = shares(paid, [line.net for line in lines]), set(excluded)
    return [
        line.net - less if line.earns and line.category not in left_out else 0
        for line, less in zip(lines, off, strict=True)
    ]


def points_of_sale(  # noqa: PLR0913  what a sale earns by
    sale: EarningSale,
    lines: Sequence[EarningLine],
    *,
    rate: int,
    tier_multiplier: int = MILLION,
    boosts: Iterable[EarningBoost] = (),
    excluded: Iterable[str] = (),
    exponent: int = 2,
) -> EarnedPoints:
    """What a sale earns by the rules of the moment at which it completes."""
    active = [boost for boost in boosts if boost.is_of(sale)]
    earned: list[EarnedLine] = []
    applied: dict[int, EarningBoost] = {}
    for line, base in zip(lines, bases(sale, lines, excluded), strict=True):
        mine = [boost for boost in active if base and boost.takes(line.category)]
        applied |= {boost.id: boost for boost in mine}
        multiplier = max((boost.multiplier for boost in mine), default=MILLION)
        earned.append(EarnedLine(line.item_id, line.net, base, multiplier))
    return EarnedPoints(
        rate=rate,
        tier_multiplier=tier_multiplier,
        lines=tuple(earned),
        bonus=sum(boost.bonus for boost in applied.values()),
        exponent=exponent,
        rules=tuple(boost.name for boost in applied.values()),
    )
