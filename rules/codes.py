"""Codes that people read out to each other: no letter or digit that is taken for another."""

from collections.abc import Callable

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8


def new_code(chosen: Callable[[str], str], length: int = LENGTH) -> str:
    """A code, each character of it `chosen` out of the alphabet."""
    return "".join(chosen(ALPHABET) for _ in range(length))


def read_code(text: str) -> str:
    """A code as it was given out, however it was typed: case and blanks do not matter."""
    return "".join(text.split()).upper()
