"""Chance without a state: a draw is a hash of who it is for and what it decides, so it is the same in any order."""

from collections.abc import Sequence
from functools import cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

WORD = (1 << 64) - 1
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
UNIT = 2.0**-53


def mixed(values: Keys) -> Keys:
    """The finaliser of splitmix64 (Steele, Lea, Flood 2014): every bit of the input moves half of the output."""
    values = values ^ (values >> np.uint64(30))
    values *= np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(27)
    values *= np.uint64(0x94D049BB133111EB)
    values ^= values >> np.uint64(31)
    return values


@cache
def _salt(purpose: str) -> np.uint64:
    return np.uint64(int.from_bytes(blake2b(purpose.encode(), digest_size=8).digest(), "little"))


def keys_of(seed: int, kind: str, numbers: Ints) -> Keys:
    """One key for each of the numbered things of a kind."""
    start = np.array([(seed * int(GOLDEN) + int(_salt(kind))) & WORD], np.uint64)
    return mixed(numbers.astype(np.uint64) * GOLDEN + mixed(start))


def keys_within(keys: Keys, numbers: Ints) -> Keys:
    """The keys of numbered things that belong to others: the sales of a customer, the lines of a sale."""
    return mixed(keys + (numbers.astype(np.uint64) + np.uint64(1)) * GOLDEN)


def uniform(keys: Keys, purpose: str) -> Floats:
    """For each key a number in [0, 1) that decides `purpose`."""
    return (mixed(keys ^ _salt(purpose)) >> np.uint64(11)).astype(np.float64) * UNIT


def happens(keys: Keys, purpose: str, probability: float | Floats) -> Flags:
    """For each key whether it happens."""
    return uniform(keys, purpose) < probability


def between(keys: Keys, purpose: str, low: int, high: int) -> Ints:
    """For each key a whole number from `low` to `high`, both included."""
    return low + (uniform(keys, purpose) * (high - low + 1)).astype(np.int64)


def deck(weights: Sequence[float], size: int = 4096) -> Ints:
    """The numbers 0, 1, 2, … each as often in `size` cards as its weight says: drawing a card is a look-up."""
    edges = np.cumsum(np.asarray(weights, np.float64))
    return np.searchsorted(edges / edges[-1], (np.arange(size) + 0.5) / size, side="right").astype(np.int64)


def drawn(keys: Keys, purpose: str, cards: Ints) -> Ints:
    """For each key a card of the deck."""
    return cards[(uniform(keys, purpose) * len(cards)).astype(np.int64)]


def drawn_from(keys: Keys, purpose: str, decks: Ints, which: Ints) -> Ints:
    """For each key a card of its own deck: row `which` of `decks`."""
    return decks[which, (uniform(keys, purpose) * decks.shape[1]).astype(np.int64)]


@cache
def _gamma(shape: float) -> tuple[Floats, Floats]:
    grid: Floats = np.exp(np.linspace(-16.0, np.log(shape + 40.0), 20_000, dtype=np.float64))
    return _cumulated(np.exp(shape * np.log(grid) - grid), grid)


@cache
def _beta(a: float, b: float) -> tuple[Floats, Floats]:
    logit: Floats = np.linspace(-25.0, 25.0, 20_000, dtype=np.float64)
    grid: Floats = 1.0 / (1.0 + np.exp(-logit))
    return _cumulated(np.exp(a * np.log(grid) + b * np.log1p(-grid)), grid)


def _cumulated(mass: Floats, grid: Floats) -> tuple[Floats, Floats]:
    total = np.cumsum(mass)
    return total / total[-1], grid


def gamma(keys: Keys, purpose: str, shape: float, mean: float) -> Floats:
    """For each key a gamma-distributed number."""
    return np.interp(uniform(keys, purpose), *_gamma(shape)) * (mean / shape)


def beta(keys: Keys, purpose: str, a: float, b: float) -> Floats:
    """For each key a beta-distributed number."""
    return np.interp(uniform(keys, purpose), *_beta(a, b))
