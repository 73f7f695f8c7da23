"""Lines of text in any script: in visual order, shaped, each character in a font that has it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from bidi import algorithm as bidi_algorithm
from reportlab.pdfbase import pdfmetrics, ttfonts

from exports.writers.pdf.fonts import BOLD, REGULAR, Fonts, ready

# Latin, Greek and Cyrillic need neither shaping nor another order.
SIMPLE = re.compile(r"[\x20-\x7e\xa0-\u024f\u0370-\u03ff\u0400-\u052f\u2010-\u2027\u2030\u20ac\u2212\xd7]*")
UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
MISSING = "□"
ELLIPSIS = "…"
UNIT = 1000.0
OPENING, CLOSING = "([{（［「『【〈《〔", ")]}）］」』】〉》〕"
BRACKETS = dict(zip(OPENING, CLOSING, strict=True))
DIRECTIONS = {"L": "L", "R": "R", "AL": "R", "EN": "R", "AN": "R"}  # of what is strong, numbers with it


@dataclass(frozen=True)
class Run:
    """A stretch of a line in one font: what is drawn, and its width at size 1."""

    font: str
    text: Any
    width: float


@dataclass(frozen=True)
class TextLayout:
    """A line of text as it is drawn, from the left; its width at size 1."""

    runs: tuple[Run, ...]
    width: float


class Typesetter:
    """Lays out text with some fonts. `missing` are the characters that none of them has."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self.missing: set[str] = set()
        self._laid_out = lru_cache(20_000)(self._lay_out)

    def layout(self, text: str, *, bold: bool = False) -> TextLayout:
        """A line as it is drawn."""
        return self._laid_out(text, bold)

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide a line is."""
        return self.layout(text, bold=bold).width * size

    def fitted(self, text: str, width: float, size: float, *, bold: bool = False) -> str:
        """The text, or as much of its begin as fits, with an ellipsis."""
        if self.width(text, size, bold=bold) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.width(text[:middle].rstrip() + ELLIPSIS, size, bold=bold) <= width
            low, high = (middle, high) if fits else (low, middle - 1)
        return text[:low].rstrip() + ELLIPSIS

    def wrapped(self, text: str, width: float, size: float, *, most: int = 100, bold: bool = False) -> list[str]:
        """The text in lines of at most this width; the last of `most` ends with an ellipsis where there is more."""
        lines = [""]
        words = [part for word in text.split() for part in self._parts(word, width, size, bold=bold)]
        for place, word in enumerate(words):
            longer = f"{lines[-1]} {word}".lstrip()
            if self.width(longer, size, bold=bold) <= width or not lines[-1]:
                lines[-1] = longer
            elif len(lines) < most:
                lines.append(word)
            else:
                lines[-1] = " ".join((lines[-1], *words[place:]))
                break
        return [self.fitted(line, width, size, bold=bold) for line in lines]

    def _parts(self, word: str, width: float, size: float, *, bold: bool) -> Iterator[str]:
        """A word, in as many parts as it needs to fit: an address is better broken than cut."""
        while self.width(word, size, bold=bold) > width and len(word) > 1:
            low, high = 1, len(word) - 1
            while low < high:
                middle = (low + high + 1) // 2
                fits = self.width(word[:middle], size, bold=bold) <= width
                low, high = (middle, high) if fits else (low, middle - 1)
            yield word[:low]
            word = word[low:]
        yield word

    def _lay_out(self, text: str, bold: bool) -> TextLayout:
        if SIMPLE.fullmatch(text):
            font = ready(BOLD if bold else REGULAR)
            width = pdfmetrics.stringWidth(text, font, UNIT) / UNIT
            return TextLayout((Run(font, text, width),), width)
        runs = [
            run for part, is_right in visual_parts(UNSHOWN.sub(" ", text)) for run in self._runs(part, bold, is_right)
        ]
        return TextLayout(tuple(runs), sum(run.width for run in runs))

    def _runs(self, text: str, bold: bool, is_right: bool) -> list[Run]:
        fonts: list[str] = []
        letters: list[str] = []
        for letter in text:
            font = self._fonts.of(letter, bold=bold)
            if (
                fonts
                and (font is None or letter == " ")
                and (unicodedata.combining(letter) or letter in " \u200c\u200d")
            ):
                font = fonts[-1]
            if font is None:
                self.missing.add(letter)
                letter, font = MISSING, self._fonts.of(MISSING, bold=bold) or REGULAR  # noqa: PLW2901
            fonts.append(font)
            letters.append(letter)
        runs = [
            _shaped("".join(letter for _, letter in group), font)
            for font, group in groupby(zip(fonts, letters, strict=True), key=lambda pair: pair[0])
        ]
        return runs[::-1] if is_right else runs


def _shaped(text: str, font: str) -> Run:
    shaping: Any = ttfonts
    shaped = shaping.shapeStr(text, ready(font), UNIT, force=True)
    if not isinstance(shaped, shaping.ShapedStr):
        return Run(font, shaped, pdfmetrics.stringWidth(str(shaped), font, UNIT) / UNIT)
    return Run(font, shaped, sum(float(glyph.x_advance) for glyph in shaped.__shapeData__) / UNIT)


def visual_parts(text: str) -> list[tuple[str, bool]]:
    """The parts of a line from left to right, each in the order of its letters, and whether it is read leftwards.

    A character that Python's tables do not know yet goes the way of those around it.
    """
    algorithm: Any = bidi_algorithm
    seen = "".join(letter if unicodedata.bidirectional(letter) else MISSING for letter in text)
    storage = algorithm.get_empty_storage()
    storage["base_level"] = algorithm.get_base_level(seen)
    storage["base_dir"] = ("L", "R")[storage["base_level"]]
    algorithm.get_embedding_levels(seen, storage)
    for place, letter in enumerate(storage["chars"]):
        letter["place"] = place
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    _resolve_brackets(storage)
    algorithm.resolve_neutral_types(storage, debug=False)
    algorithm.resolve_implicit_levels(storage, debug=False)
    algorithm.reorder_resolved_levels(storage, debug=False)
    return [_part(text, list(group)) for _, group in groupby(storage["chars"], key=lambda letter: letter["level"])]


def _resolve_brackets(storage: Any) -> None:
    """Rule N0 of the bidirectional algorithm, which the library leaves out: both of a pair go the same way."""
    letters: list[Any] = storage["chars"]
    own = storage["base_dir"]
    for begin, end in _pairs(letters):
        inside = {DIRECTIONS.get(letter["type"]) for letter in letters[begin + 1 : end]} - {None}
        if not inside:
            continue
        before = (DIRECTIONS.get(letter["type"]) for letter in reversed(letters[:begin]))
        way = own if own in inside else next((direction for direction in before if direction), own)
        letters[begin]["type"] = letters[end]["type"] = way


def _pairs(letters: Sequence[Any]) -> list[tuple[int, int]]:
    """The places of brackets that belong together, by the first of each."""
    opened: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for place, letter in enumerate(letters):
        if letter["ch"] in BRACKETS:
            opened.append((BRACKETS[letter["ch"]], place))
        while letter["ch"] in CLOSING and letter["ch"] in [closing for closing, _ in opened]:
            closing, begin = opened.pop()
            if closing == letter["ch"]:
                pairs.append((begin, place))
                break
    return sorted(pairs)


def _part(text: str, letters: Sequence[Any]) -> tuple[str, bool]:
    is_right = bool(letters[0]["level"] % 2)
    places = sorted(letter["place"] for letter in letters)
    return "".join(text[place] for place in places), is_right
