"""The charts of reports. Greys, marks and numbers tell everything, so that a black and white print loses nothing."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from unicodedata import east_asian_width

from exports.drawing import Drawing

WIDTH = 515.0
LIGHTEST, DARKEST = 0.97, 0.12
MOST_COHORTS, MOST_UNITS = 20, 24
SMALL, USUAL = 6.0, 7.0
EQUAL_CONTRAST = 0.46  # black and white letters are told from this grey equally well
LETTER = 0.55  # of its size is an average letter wide
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def shade(share: float) -> float:
    """The grey of a share 0..1 of the most: white for nothing."""
    return 1.0 if share <= 0 else LIGHTEST - (LIGHTEST - DARKEST) * min(share, 1.0)


def _ink(grey: float) -> float:
    return 1.0 if grey < EQUAL_CONTRAST else 0.0


def signed(number: str) -> str:
    """A number with a real minus sign."""
    return number.replace("-", "−")


def compact(value: float) -> str:
    """A number in few letters: 950, 1.2k, 34k, 5.6M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            scaled = value / size
            return f"{scaled:.1f}{letter}" if abs(scaled) < 10 else f"{scaled:.0f}{letter}"
    return f"{value:.0f}"


def width_of(text: str, size: float = 1.0) -> float:
    """About how wide a text is: a drawing does not know the fonts that will show it."""
    return size * sum(2 * LETTER if east_asian_width(letter) in "WF" else LETTER for letter in text)


def cut(text: str, width: float, size: float) -> str:
    """The text, or as much of its begin as fits, with an ellipsis."""
    if width_of(text, size) <= width:
        return text
    while text and width_of(f"{text}…", size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _in_lines(label: str) -> Sequence[str]:
    """A label in two lines where it has several words."""
    words = label.split()
    if len(words) < 2:
        return (label,)
    breaks = ((" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words)))
    return min(breaks, key=lambda lines: max(map(width_of, lines)))


# ---------------------------------------------------------------- heat maps


@dataclass(frozen=True)
class HeatMapCell:
    """A cell of a heat map: how dark (0..1), and what stands in it; None where there is nothing to show."""

    share: float
    text: str = ""


@dataclass(frozen=True)
class Axis:
    """The labels of one side of a heat map, and what they are."""

    title: str
    labels: Sequence[str]


def heat_map(  # noqa: PLR0913  a map is these
    name: str, title: str, rows: Axis, columns: Axis, cells: Callable[[int, int], HeatMapCell | None], legend: str
) -> Drawing:
    """A table of shades, the darker the more; `cells` gives that of a row and a column."""
    left = min(max(62.0, 12 + width_of(max(rows.labels, key=width_of, default=""), SMALL)), 150.0)
    cell_width, cell_height = min(70.0, (WIDTH - left) / max(len(columns.labels), 1)), 11.0
    is_wide = any(width_of(label, SMALL) > cell_width for label in columns.labels)
    titles = [_in_lines(label) if is_wide else (label,) for label in columns.labels]
    most_lines = max(map(len, titles), default=1)
    top = 19.0 + 7 * most_lines
    bottom = top + cell_height * len(rows.labels)
    drawing = Drawing(name, title, WIDTH, bottom + 26)
    drawing.label(left, top - 9 - 7 * most_lines, columns.title, size=USUAL, grey=0.35)
    drawing.label(left - 6, top - 5, rows.title, size=SMALL, anchor="end", grey=0.35)
    for j, lines in enumerate(titles):
        size = min(SMALL, SMALL * (cell_width - 1) / max(width_of(max(lines, key=width_of), SMALL), 1))
        for place, line in enumerate(reversed(lines)):
            drawing.label(left + cell_width * (j + 0.5), top - 5 - 7 * place, line, size=size, anchor="middle")
    for i, label in enumerate(rows.labels):
        y = top + cell_height * i
        drawing.label(left - 6, y + cell_height - 3.2, cut(label, left - 6, SMALL), size=SMALL, anchor="end")
        for j in range(len(columns.labels)):
            cell = cells(i, j)
            if cell is None:
                continue
            grey, x = shade(cell.share), left + cell_width * j
            drawing.box(x, y, cell_width, cell_height, grey, outline=0.8)
            if cell.text:
                size = min(SMALL, 1.7 * cell_width / max(len(cell.text), 1))
                drawing.label(
                    x + cell_width / 2, y + cell_height - 3.2, cell.text, size=size, anchor="middle", grey=_ink(grey)
                )
    _scale(drawing, left, bottom + 10, legend)
    return drawing


def _scale(drawing: Drawing, x: float, y: float, legend: str) -> None:
    for step in range(5):
        drawing.box(x + 14 * step, y, 14, 7, shade(step / 4), outline=0.8)
    drawing.label(x + 14 * 5 + 6, y + 6, legend, size=SMALL, grey=0.35)


def cohort_heat_map(cohorts: Sequence[Any]) -> Drawing:
    """Which share of each cohort bought in each unit after its first; the latest cohorts where there are many."""
    bought = [cohort for cohort in cohorts if cohort.size]
    shown = bought[-MOST_COHORTS:]
    latest = f" (the latest {MOST_COHORTS} of {len(bought)})" if len(bought) > MOST_COHORTS else ""
    across = min(max((len(cohort.periods) for cohort in shown), default=1), MOST_UNITS)

    def cell(i: int, j: int) -> HeatMapCell | None:
        periods = shown[i].periods
        if j >= len(periods) or periods[j].retention is None:
            return None
        retention = periods[j].retention
        # The first unit is always 100 %: shades are of what comes after.
        return HeatMapCell(
            1.0 if j == 0 else retention / most, f"{retention:.0f}" + ("" if periods[j].complete else "*")
        )

    later = [p.retention for cohort in shown for p in cohort.periods[1:across] if p.retention is not None]
    most = max(later, default=0.0) or 1.0
    return heat_map(
        "cohorts",
        f"Cohorts: percent of customers who bought again{latest}",
        Axis("cohort", [f"{cohort.key}  ({compact(cohort.size)})" for cohort in shown]),
        Axis("units after the first purchase", [str(k) for k in range(across)]),
        cell,
        f"none to {most:.0f} % (unit 0 is everyone); * the unit is not over; in brackets the size of the cohort",
    )


def rfm_grid(cells: Sequence[Any]) -> Drawing:
    """How many customers have each pair of recency and frequency scores, whatever their monetary score."""
    counts = {(r, f): 0 for r in range(1, 6) for f in range(1, 6)}
    for cell in cells:
        counts[cell.recency_score, cell.frequency_score] += cell.customer_count
    most, total = max(counts.values(), default=0) or 1, sum(counts.values()) or 1

    def shown(i: int, j: int) -> HeatMapCell:
        count = counts[5 - i, j + 1]
        return HeatMapCell(count / most, f"{count:,} ({100 * count / total:.0f} %)" if count else "0")

    return heat_map(
        "rfm-grid",
        "Customers by recency and frequency score",
        Axis("recency", [f"R{r}" for r in range(5, 0, -1)]),
        Axis("frequency: 5 buys most often", [f"F{f}" for f in range(1, 6)]),
        shown,
        "none to most customers; recency 5 bought last, top right are the best",
    )


def weekday_hour_map(buckets: Sequence[Any]) -> Drawing:
    """How many transactions fall into each hour of the week; `buckets` are 168, Monday's hours first."""
    counts = [bucket.transaction_count for bucket in buckets]
    most = max(counts, default=0) or 1
    return heat_map(
        "weekday-hour",
        "Transactions by weekday and hour",
        Axis("", WEEKDAYS),
        Axis("hour of the day", [str(hour) for hour in range(24)]),
        lambda i, j: HeatMapCell(counts[24 * i + j] / most, compact(counts[24 * i + j]) if counts[24 * i + j] else ""),
        f"none to {most:,} transactions",
    )


# ---------------------------------------------------------------- bars and curves


def bars(name: str, title: str, rows: Sequence[tuple[str, float, str]]) -> Drawing:
    """Horizontal bars: (label, value, what is written beside it). What is below zero goes to the left, in white."""
    left, height, right = 130.0, 15.0, 110.0
    most = max((abs(value) for _, value, _ in rows), default=0) or 1
    lowest = min((value for _, value, _ in rows), default=0)
    width = WIDTH - left - right
    zero = left + (width * -lowest / (most - lowest) if lowest < 0 else 0)
    scale = width / (most - lowest if lowest < 0 else most)
    drawing = Drawing(name, title, WIDTH, 12 + height * len(rows) + 4)
    for i, (label, value, said) in enumerate(rows):
        y = 10 + height * i
        drawing.label(left - 6, y + height - 5.5, cut(label, left - 6, USUAL), size=USUAL, anchor="end")
        length = abs(value) * scale
        drawing.box(zero if value >= 0 else zero - length, y + 2, length, height - 5, 0.45 if value >= 0 else 1.0, 0.2)
        drawing.label(zero + max(value, 0) * scale + 4, y + height - 5.5, said, size=USUAL)
    drawing.line([(zero, 8), (zero, 12 + height * len(rows))], grey=0.2)
    return drawing


@dataclass(frozen=True)
class Frame:
    """The axes of a curve: percentages upwards, anything to the right."""

    drawing: Drawing
    left: float
    top: float
    width: float
    height: float
    low: float
    high: float
    said: Callable[[float], str] = "{:.0f} %".format

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The point for x (0..1 of the width) and a percentage."""
        share = (y - self.low) / (self.high - self.low)
        return self.left + self.width * x, self.top + self.height * (1 - share)

    def draw(self) -> None:
        """Draw the axes, with lines at round percentages."""
        step = _step(self.low)
        for value in sorted({*range(round(self.low), round(self.high), step), round(self.high)}):
            _, y = self.at(0, value)
            self.drawing.line([(self.left, y), (self.left + self.width, y)], grey=0.85 if value else 0.2, width=0.5)
            self.drawing.label(self.left - 5, y + 2.5, signed(self.said(value)), size=SMALL, anchor="end")
        self.drawing.line([(self.left, self.top), (self.left, self.top + self.height)], grey=0.2)


def _step(low: float) -> int:
    """How many percent lie between two lines, where the axis goes from `low` to 100: at most eight lines."""
    return 20 * max(1, math.ceil((100 - low) / 140))


def lorenz_curve(points: Sequence[Any]) -> Drawing:
    """How unequal customers are: the share of revenue of the lowest so many percent, beside the line of equality."""
    drawing = Drawing("lorenz", "Share of revenue of the lowest customers (Lorenz curve)", WIDTH, 212)
    low = min((point.revenue for point in points), default=0.0)
    step = _step(low)
    frame = Frame(
        drawing=drawing, left=40, top=10, width=300, height=170, low=step * (low // step) if low < 0 else 0, high=100
    )
    frame.draw()
    for percent in range(0, 101, 20):
        x, _ = frame.at(percent / 100, 0)
        drawing.label(x, frame.top + frame.height + 10, f"{percent} %", size=SMALL, anchor="middle")
    drawing.label(
        frame.left, frame.top + frame.height + 20, "share of customers, lowest revenue first", size=SMALL, grey=0.35
    )
    drawing.line([frame.at(0, 0), frame.at(1, 100)], grey=0.4, dashes=(3, 2))
    drawing.line([frame.at(point.customers / 100, point.revenue) for point in points], width=1.6)
    drawing.line([(360, 30), (380, 30)], width=1.6)
    drawing.label(385, 32.5, "these customers", size=USUAL)
    drawing.line([(360, 44), (380, 44)], grey=0.4, dashes=(3, 2))
    drawing.label(385, 46.5, "if all were equal", size=USUAL)
    for y, best in ((66, 10), (80, 20), (94, 50)):
        rest = points[100 - best].revenue if len(points) > 100 - best else 0.0
        drawing.label(360, y, f"The best {best} % bring {100 - rest:.0f} % of revenue.", size=USUAL)
    return drawing


@dataclass(frozen=True)
class Series:
    """A line of a chart: its name, its values (None breaks it), its mark and its dashes."""

    name: str
    values: Sequence[float | None]
    mark: str
    filled: bool = True
    dashes: tuple[float, ...] = ()


def retention_trend(trends: Sequence[Any]) -> Drawing:
    """The retention and churn rates of each calendar unit; a unit that is not over has a star."""
    series = (
        Series("retention rate", [trend.retention_rate for trend in trends], "circle"),
        Series("churn rate", [trend.churn_rate for trend in trends], "square", filled=False, dashes=(3, 2)),
    )
    labels = [trend.key + ("" if trend.complete else "*") for trend in trends]
    return line_chart("retention-trend", "Retention and churn by calendar unit (* not over)", labels, series)


def revenue_trend(points: Sequence[Any]) -> Drawing:
    """The revenue of each unit of a period; a unit that is not whole has a star."""
    values = [float(point.revenue) for point in points]
    most = _round_up(max(values, default=0.0))
    shares = [100 * value / most for value in values]
    step = _step(least := min(shares, default=0.0))
    scale = Scale(step * (least // step) if least < 0 else 0, lambda share: compact(share * most / 100))
    labels = [point.start.isoformat() + ("" if point.complete else "*") for point in points]
    revenue = Series("revenue", shares, "circle")
    return line_chart("series", "Revenue over time (* not whole)", labels, (revenue,), scale)


def _round_up(value: float) -> float:
    """The next round amount, whose fifths are round too."""
    if value <= 0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(value))
    return next(factor * size for factor in (1, 2, 2.5, 5, 10) if value <= factor * size)


@dataclass(frozen=True)
class Scale:
    """Of what the upright axis is a hundred parts: where it begins, and how its places are said."""

    low: float = 0
    said: Callable[[float], str] = "{:.0f} %".format


def line_chart(
    name: str, title: str, labels: Sequence[str], series: Sequence[Series], scale: Scale | None = None
) -> Drawing:
    """Lines, of percentages unless the scale says otherwise, told apart by marks and dashes."""
    drawing, scale = Drawing(name, title, WIDTH, 196), scale or Scale()
    frame = Frame(
        drawing=drawing, left=40, top=26, width=WIDTH - 60, height=140, low=scale.low, high=100, said=scale.said
    )
    frame.draw()
    for i, line in enumerate(series):
        x = frame.left + 120 * i
        drawing.line([(x, 10), (x + 20, 10)], dashes=line.dashes)
        drawing.mark(x + 10, 10, line.mark, filled=line.filled)
        drawing.label(x + 25, 12.5, line.name, size=USUAL)
    places = [(i + 0.5) / max(len(labels), 1) for i in range(len(labels))]
    every = max(1, -(-len(labels) // 14))
    for i, label in enumerate(labels):
        if i % every == 0:
            x, y = frame.at(places[i], frame.low)
            drawing.label(x, y + 10, label, size=SMALL, anchor="middle")
    for line in series:
        points = [None if v is None else frame.at(x, v) for x, v in zip(places, line.values, strict=True)]
        for before, after in pairwise(points):
            if before and after:
                drawing.line([before, after], width=1.0, dashes=line.dashes)
        for point in points:
            if point:
                drawing.mark(*point, line.mark, filled=line.filled)
    return drawing
