"""Numbers as people and programs write them: which decimal mark a column has, and its texts as exact millionths."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from ingest.identities import is_no_value
from ingest.problems import ImportProblem
from ingest.values import BIGGEST, MILLION_DIGITS
from rules.currency import MILLION, half_even
from rules.words import shown

LONGEST_NUMBER = 60
REMEMBERED = 10_000  # distinct texts of a column
EXAMPLES = 3


class DecimalMark(StrEnum):
    """What stands before the decimals."""

    POINT = "point"
    COMMA = "comma"


# ---------------------------------------------------------------- the grammar

# Every sign of Unicode's category Sc but the cents, which would be a hundred times too much.
SIGNS = "$£¤¥֏؋߾߿৲৳৻૱௹฿៛₠₡₢₣₤₥₦₧₨₩₪₫€₭₮₯₰₱₲₳₴₵₶₷₸₹₺₻₼₽₾₿⃀꠸﷼﹩＄￡￥￦𑿝𑿞𑿟𑿠𞋿𞲰"
CENTS = "¢￠"
CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF
CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG
HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD
MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF
SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU
UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
WORDS = "kr|zł|kč|ft|rs|rp|rm|sfr|fr|lei|ksh|tsh|ush|dhs|dh|tl|лв|руб|р|r"  # any of them with a dot, in any case

MONEY = rf"(?:[A-Z]{{0,3}}[{re.escape(SIGNS)}]|(?:{'|'.join(CODES.split())})|(?i:{WORDS})\.?)"
FRAME = re.compile(
    rf"(?P<first>-|\+)? ?(?:{MONEY} ?)?(?P<open>\()? ?(?:{MONEY} ?)?(?P<second>-|\+)? ?"
    rf"(?P<body>[0-9.,][0-9., ']*?) ?"
    rf"(?P<third>-)? ?(?:{MONEY})? ?(?P<close>\))? ?(?P<last>-)? ?(?:{MONEY})?"
)
DASH = re.compile(rf"{MONEY}\s*[-–—]")  # what a spreadsheet's accounts show for nothing
BLANKS = "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f"
TYPED_ALIKE = str.maketrans({"’": "'", "−": "-"} | dict.fromkeys(BLANKS, " "))


def _grammar(mark: str, other: str, *more: str) -> re.Pattern[str]:
    """A whole part, in groups of three with one separator throughout or without, and decimals."""
    grouped = [rf"[1-9][0-9]{{0,2}}(?:{re.escape(separator)}[0-9]{{3}})+" for separator in (other, " ", "'")]
    return re.compile(rf"({'|'.join([*grouped, *more])}|[0-9]*)(?:{re.escape(mark)}([0-9]*))?")


INDIAN = r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
GRAMMARS = {DecimalMark.POINT: _grammar(".", ",", INDIAN), DecimalMark.COMMA: _grammar(",", ".")}
OTHER = {DecimalMark.POINT: DecimalMark.COMMA, DecimalMark.COMMA: DecimalMark.POINT}

# What most numbers of most files look like, at once: sign, whole part, decimals.
PLAIN = {
    DecimalMark.POINT: re.compile(r"(-?[$€£]?)([0-9]{1,12}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,3})(?:\.([0-9]{1,6}))?"),
    DecimalMark.COMMA: re.compile(r"(-?[$€£]?)([0-9]{1,12}|[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,3})(?:,([0-9]{1,6}))?"),
}
# Of those, what can be read with one mark alone.
CERTAIN = {
    DecimalMark.POINT: re.compile(r"-?[$€£]?(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)\.(?:[0-9]{1,2}|[0-9]{4,6})"),
    DecimalMark.COMMA: re.compile(r"-?[$€£]?(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+),(?:[0-9]{1,2}|[0-9]{4,6})"),
}


def _body(text: str) -> tuple[bool, str] | None:
    """Whether a number is negative, and its digits and separators alone; None for what is no number."""
    if len(text) > LONGEST_NUMBER:
        return None
    if not text.isascii():
        text = text.translate(TYPED_ALIKE)
    match = FRAME.fullmatch(" ".join(filter(None, text.split(" "))))
    if match is None or (match["open"] is None) != (match["close"] is None):
        return None
    signs = [sign for sign in match.group("first", "second", "third", "open", "last") if sign]
    return None if len(signs) > 1 else (signs not in ([], ["+"]), match["body"])


def _magnitude(body: str, mark: DecimalMark) -> int | None:
    """A number without sign in millionths, half-even; None where it is not written with this mark."""
    match = GRAMMARS[mark].fullmatch(body)
    whole, decimals = match.groups(default="") if match else ("", "")
    if not whole and not decimals:
        return None
    digits = _digits(whole) + decimals.ljust(MILLION_DIGITS, "0")
    return half_even(int(digits), 10 ** max(0, len(decimals) - MILLION_DIGITS))


def _digits(whole: str) -> str:
    return whole if whole.isdecimal() else re.sub("[^0-9]", "", whole)


# ---------------------------------------------------------------- which mark a column has


@dataclass
class _Evidence:
    """What the texts of one column say."""

    said: dict[DecimalMark, int] = field(default_factory=lambda: dict.fromkeys(DecimalMark, 0))
    examples: dict[DecimalMark, list[str]] = field(default_factory=lambda: {mark: [] for mark in DecimalMark})
    ambiguous: list[str] = field(default_factory=list[str])
    has_lone_point: bool = False  # 1.000, which programs write for 1 in files of any style
    seen: set[str] = field(default_factory=set[str])

    def add(self, texts: Iterable[str]) -> None:
        new = {text for text in set(texts) - self.seen if len(text) <= LONGEST_NUMBER}
        if len(self.seen) + len(new) > REMEMBERED:
            self.seen.clear()
        self.seen.update(list(new)[:REMEMBERED])
        for text in new:
            self._look_at(text)

    def _look_at(self, text: str) -> None:
        if text.isdecimal():
            return
        certain = next((mark for mark in DecimalMark if CERTAIN[mark].fullmatch(text)), None)
        body = "" if certain else (_body(text.strip()) or (False, ""))[1]
        marks = [certain] if certain else [mark for mark in DecimalMark if _magnitude(body, mark) is not None]
        if len(marks) == 1:
            self.said[marks[0]] += 1
            _keep(self.examples[marks[0]], text)
        elif marks and ("." in body or "," in body):
            self.has_lone_point |= "." in body
            _keep(self.ambiguous, text)

    def style(self) -> DecimalMark | None:
        """The style that the column has by itself, None where it has none."""
        more = max(DecimalMark, key=self.said.__getitem__)
        less = OTHER[more]
        is_settled = not self.said[less] or not self.ambiguous
        return more if self.said[more] and is_settled else None

    def has_contradiction(self) -> bool:
        return all(self.said.values()) and self.style() is None


def _keep(examples: list[str], text: str) -> None:
    if len(examples) < EXAMPLES or text < examples[-1]:
        examples[:] = sorted({*examples, text.strip()})[:EXAMPLES]


class NumberSurvey:
    """Finds the decimal mark of each column from all of its texts, in bounded memory."""

    def __init__(self) -> None:
        self._columns: dict[str, _Evidence] = {}

    def add(self, column: str, texts: Iterable[str]) -> None:
        """Look at some texts of a column."""
        self._columns.setdefault(column, _Evidence()).add(texts)

    def decide(self, told: DecimalMark | None) -> dict[str, DecimalMark]:
        """The mark of each column: the one told, else its own, else the file's; ImportProblem asks where none is."""
        if told is not None:
            return dict.fromkeys(self._columns, told)
        own = {name: evidence.style() for name, evidence in self._columns.items()}
        styles = {style for style in own.values() if style is not None}
        of_file = styles.pop() if len(styles) == 1 else None
        return {name: own[name] or _borrowed(name, self._columns[name], of_file) for name in own}


def _borrowed(name: str, evidence: _Evidence, of_file: DecimalMark | None) -> DecimalMark:
    """The file's mark, for a column whose own texts do not tell."""
    if evidence.has_contradiction():
        raise ImportProblem(_contradiction(name, evidence))
    is_plausible = of_file is DecimalMark.POINT or (of_file is DecimalMark.COMMA and not evidence.has_lone_point)
    if evidence.ambiguous and not is_plausible:
        raise ImportProblem(f"column {shown(name)} can be read in two ways: {_both_ways(evidence.ambiguous)}; {ASK}")
    return of_file or DecimalMark.POINT


ASK = "say --decimal comma or --decimal point"


def _contradiction(name: str, evidence: _Evidence) -> str:
    points, commas = (", ".join(map(shown, evidence.examples[mark])) for mark in DecimalMark)
    unsure = f", and {_both_ways(evidence.ambiguous)}" if evidence.ambiguous else ""
    mixed = f"column {shown(name)} has numbers with a decimal point ({points}) and with a decimal comma ({commas})"
    return f"{mixed}{unsure}; {ASK} says how those are read that can be either"


def _both_ways(texts: Iterable[str]) -> str:
    return ", ".join(_two_readings(text) for text in texts)


def _two_readings(text: str) -> str:
    negative, body = _body(text) or (False, "")
    point, comma = (_plainly(_magnitude(body, mark) or 0, negative=negative) for mark in DecimalMark)
    return f"{shown(text)} is {point} with a decimal point and {comma} with a decimal comma"


def _plainly(millionths: int, *, negative: bool) -> str:
    whole, rest = divmod(millionths, MILLION)
    decimals = f".{rest:06}".rstrip("0") if rest else ""
    return f"{'-' if negative else ''}{whole}{decimals}"


# ---------------------------------------------------------------- reading


def number_reader(
    what: str, mark: DecimalMark, *, negative: bool = True, at_most: int | None = None
) -> Callable[[str], int | None]:
    """Reads a number with this decimal mark as millionths, of magnitude `at_most`; None where there is none."""
    plain = PLAIN[mark]
    limit = BIGGEST if at_most is None else min(at_most * MILLION, BIGGEST)

    def read(text: str) -> int | None:
        text = text.strip()
        match = plain.fullmatch(text)
        if match:
            sign, whole, decimals = match.groups(default="")
            is_negative = sign[:1] == "-"
            value = int(_digits(whole) + decimals.ljust(MILLION_DIGITS, "0"))
        elif is_no_value(text) or DASH.fullmatch(text):
            return None
        else:
            is_negative, value = _signed(what, text, mark)
        if value > limit:
            raise ValueError(_too_large(what, text, at_most))
        if value and is_negative and not negative:
            raise ValueError(f"{what} {shown(text)} is negative")
        return -value if is_negative else value

    return read


def _signed(what: str, text: str, mark: DecimalMark) -> tuple[bool, int]:
    is_negative, body = _body(text) or (False, "")
    value = _magnitude(body, mark)
    if value is None:  # what its column's mark cannot have written can only be meant with the other
        value = _magnitude(body, OTHER[mark])
    if value is None:
        raise ValueError(f"{what} {shown(text)} {_refusal(text, mark)}")
    return is_negative, value


def _too_large(what: str, text: str, at_most: int | None) -> str:
    if at_most is None:
        return f"{what} {shown(text)} is too large"
    return f"{what} {shown(text)} is larger than {at_most:,}: not plausible as an amount"


SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?[eE][+-]?[0-9]+")
LIKE = {DecimalMark.POINT: "12 or 12.50", DecimalMark.COMMA: "12 or 12,50"}


def _refusal(text: str, mark: DecimalMark) -> str:
    """Why a text is no number with this mark."""
    if "%" in text:
        return f"is a percentage, not an amount like {LIKE[mark]}"
    if text.startswith("#"):
        return "is the error of a spreadsheet's formula: mend it there and export again"
    if SCIENTIFIC.fullmatch(text):
        return "is in scientific notation: a spreadsheet has changed it; show the column as a number and export again"
    if any(letter.isdigit() and not letter.isascii() for letter in text):
        return "has other digits than 0 to 9"
    if any(sign in text for sign in CENTS):
        return "is in cents: write it in whole units"
    return f"is not a number like {LIKE[mark]}"
