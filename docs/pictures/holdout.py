"""Draws holdout.svg: what the models say of the 39 weeks after the calibration of CDNOW, and what happened.

python docs/pictures/holdout.py [FOLDER OF THE DATA]
"""

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from analytics.prediction.beta_geometric import BuyingModel
from analytics.prediction.holdout import Holdout, HoldoutFacts, holdout_of
from analytics.prediction.lifetime import fitted_buying
from tests.analytics.prediction.samples import CALIBRATION_END, HOLDOUT_DAYS, Sample, cdnow

FILE = Path(__file__).with_suffix(".svg")
DATA = Path(__file__).parents[3] / "shared" / "data"
LEFT, TOP, WIDTH, HEIGHT, MOST = 60, 64, 560, 260, 7
SERIES = (("actual", "#1f2937"), (BuyingModel.MBG_NBD, "#0f766e"), (BuyingModel.BG_NBD, "#c2410c"))


def checks(sample: Sample) -> dict[BuyingModel, Holdout]:
    """Both models, fitted to the 39 weeks to 1997-09-30 and asked for the 39 weeks after."""
    end, last = CALIBRATION_END, CALIBRATION_END + HOLDOUT_DAYS
    facts = HoldoutFacts(end, HOLDOUT_DAYS, sample.summaries(end), sample.summaries(last, end + 1))
    found: dict[BuyingModel, Holdout] = {}
    for model in BuyingModel:
        fitted = fitted_buying(model, facts.histories.grouped())
        assert fitted is not None
        found[model] = holdout_of(model, fitted, facts)
    return found


def picture(found: dict[BuyingModel, Holdout]) -> str:
    """The drawing: a group of bars for each number of repeat orders."""
    bins = found[BuyingModel.MBG_NBD].bins
    heights = {
        "actual": [b.actual_mean or 0 for b in bins],
        **{model: [b.predicted_mean or 0 for b in check.bins] for model, check in found.items()},
    }
    parts = [*_axes(), *_legend(), *_labels([(b.label, b.customers) for b in bins])]
    for place, (name, color) in enumerate(SERIES):
        parts += _bars(heights[name], place, color)
    size = f'viewBox="0 0 {LEFT + WIDTH + 20} {TOP + HEIGHT + 70}"'
    title = "CDNOW: mean orders in the 39 weeks after the models were fitted"
    style = "text { font: 12px system-ui, sans-serif; fill: #374151 } .h { font-size: 14px; font-weight: 600 }"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{title}">',
            f"<style>{style}</style>",
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            f'<text class="h" x="16" y="24">{title}</text>',
            *parts,
            "</svg>\n",
        ]
    )


def _y(orders: float) -> float:
    return TOP + HEIGHT * (1 - orders / MOST)


def _axes() -> list[str]:
    lines: list[str] = []
    for orders in range(MOST + 1):
        y = _y(orders)
        lines.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{LEFT + WIDTH}" y2="{y:.1f}" stroke="#e5e7eb"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{orders}</text>')
    return lines


def _legend() -> list[str]:
    items: list[str] = []
    for place, (name, color) in enumerate(SERIES):
        x = LEFT + 110 * place
        items.append(f'<rect x="{x}" y="38" width="11" height="11" fill="{color}"/>')
        items.append(f'<text x="{x + 17}" y="48">{name}</text>')
    return items


def _labels(bins: Sequence[tuple[str, int]]) -> list[str]:
    texts: list[str] = []
    for i, (label, customers) in enumerate(bins):
        x = LEFT + WIDTH / len(bins) * (i + 0.5)
        texts.append(f'<text x="{x:.1f}" y="{TOP + HEIGHT + 20}" text-anchor="middle">{label}</text>')
        texts.append(f'<text x="{x:.1f}" y="{TOP + HEIGHT + 37}" text-anchor="middle">n = {customers:,}</text>')
    caption = "repeat orders in the 39 weeks before, and how many customers had them"
    return [*texts, f'<text x="{LEFT + WIDTH / 2}" y="{TOP + HEIGHT + 58}" text-anchor="middle">{caption}</text>']


def _bars(heights: Sequence[float], place: int, color: str) -> list[str]:
    group, width = WIDTH / len(heights), 17
    bars: list[str] = []
    for i, orders in enumerate(heights):
        x, y = LEFT + group * (i + 0.5) + width * (place - len(SERIES) / 2), _y(orders)
        size = f'width="{width - 2}" height="{TOP + HEIGHT - y:.1f}"'
        bars.append(f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{color}"><title>{orders:.3f}</title></rect>')
    return bars


if __name__ == "__main__":
    FILE.write_text(picture(checks(cdnow(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA))))
