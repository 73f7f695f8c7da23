"""The fonts of the PDF files: those that come along, loaded when a text first needs them, and those of the system."""

import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger()

REGULAR, BOLD = "FiraGO", "FiraGO-Bold"
KEPT = Path(__file__).parents[2] / "fonts"
SYSTEM = "system-"


def _bundled(code: str) -> bytes:
    import pymupdf_fonts  # noqa: PLC0415  where nothing is printed none is needed

    return pymupdf_fonts.myfont(code)


def _unpacked(name: str) -> bytes:
    return lzma.decompress((KEPT / f"{name}.ttf.xz").read_bytes())


SOURCES: dict[str, Callable[[], bytes]] = {
    REGULAR: partial(_bundled, "figo"),
    BOLD: partial(_bundled, "figbo"),
    "NotoSans": partial(_bundled, "notos"),
    "DroidSansFallback": partial(_unpacked, "DroidSansFallbackFull"),
    "NanumGothic": partial(_unpacked, "NanumGothic"),
}


@cache
def _loaded(name: str) -> frozenset[int]:
    """Register a font that comes along; the characters that it has."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415  slow to import
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415

    font: Any = TTFont(name, BytesIO(SOURCES[name]()))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


def ready(name: str) -> str:
    """The same name, once the font of it can be used."""
    if not name.startswith(SYSTEM):
        _loaded(name)
    return name


@dataclass
class Fonts:
    """Chooses a font for each character; `folder` is looked through for what none that comes along has."""

    folder: Path
    _chosen: dict[tuple[str, bool], str | None] = field(default_factory=dict[tuple[str, bool], str | None])
    _others: Iterator[tuple[str, frozenset[int]]] | None = None
    _found: list[tuple[str, frozenset[int]]] = field(default_factory=list[tuple[str, frozenset[int]]])

    def of(self, letter: str, *, bold: bool) -> str | None:
        """The name of a registered font that has this character, None where there is none."""
        key = letter, bold
        if key not in self._chosen:
            self._chosen[key] = self._choose(ord(letter), bold)
        return self._chosen[key]

    def _choose(self, code: int, bold: bool) -> str | None:
        for name in SOURCES:
            if name != (REGULAR if bold else BOLD) and code in _loaded(name):
                return name
        return next((name for name, has in self._of_system() if code in has), None)

    def _of_system(self) -> Iterator[tuple[str, frozenset[int]]]:
        yield from self._found
        if self._others is None:
            self._others = _system_fonts(self.folder)
        for found in self._others:
            self._found.append(found)
            yield found


def _system_fonts(folder: Path) -> Iterator[tuple[str, frozenset[int]]]:
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415  slow to import
    from reportlab.pdfbase.ttfonts import TTFError, TTFont  # noqa: PLC0415

    for path in sorted(folder.rglob("*.ttf")) if folder.is_dir() else ():
        name = f"{SYSTEM}{path.stem}"
        try:
            font: Any = TTFont(name, str(path))
        except (TTFError, OSError, ValueError) as error:
            log.info("font not used", file=path.name, why=str(error))
            continue
        pdfmetrics.registerFont(font)
        yield name, frozenset(font.face.charToGlyph)
