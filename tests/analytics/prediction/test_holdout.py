"""The check of a model: by hand, as it is drawn in the documentation, and on a real shop with a season."""

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from analytics.prediction.beta_geometric import BuyingModel
from analytics.prediction.fitting import Maximum
from analytics.prediction.forecast import expected_orders
from analytics.prediction.holdout import HoldoutFacts, holdout_of
from analytics.prediction.lifetime import Facts, Model, model_of
from analytics.prediction.summaries import Summaries
from rules.days import day_number
from tests.analytics.prediction.samples import MBG_NBD, cdnow, online_retail

ROOT = Path(__file__).parents[3]


def summaries(*rows: tuple[int, int, int, int]) -> Summaries:
    """Histories by customer, occasions, first and last day."""
    columns = [np.array(column, np.int32) for column in zip(*rows, strict=True)]
    return Summaries(columns[0].astype(np.int64), *columns[1:], np.zeros(len(rows), np.int64))


def test_a_check_by_hand():
    earlier = summaries((1, 1, 0, 0), (2, 9, 0, 80), (3, 2, 10, 40), (5, 12, 5, 90))
    later = summaries((2, 3, 101, 120), (4, 7, 110, 130), (5, 1, 130, 130))  # 4 is new and was not predicted
    facts = HoldoutFacts(100, 30, earlier, later)
    known: Maximum = Maximum(np.log(MBG_NBD), 0.0, np.eye(4), None)  # type: ignore[arg-type]  not asked for
    found = holdout_of(BuyingModel.MBG_NBD, known, facts)
    predicted = expected_orders(BuyingModel.MBG_NBD, MBG_NBD, earlier.histories(100), 30)
    assert (found.customers, found.actual) == (4, 4)
    assert found.predicted == pytest.approx(predicted.sum())
    assert found.mean_absolute_error == pytest.approx(np.abs(predicted - [0, 3, 0, 1]).mean())
    assert [(b.label, b.customers, b.actual_mean) for b in found.bins] == [
        ("0", 1, 0.0), ("1", 1, 0.0), ("2", 0, None), ("3", 0, None), ("4", 0, None), ("5", 0, None), ("6", 0, None),
        ("7+", 2, 2.0),
    ]  # fmt: skip
    assert found.bins[7].predicted_mean == pytest.approx((predicted[1] + predicted[3]) / 2)


def test_online_retail_answers_sensibly(data_dir: Path):
    # Takes seconds: the real file is read, and two models are fitted.
    sample, through = online_retail(data_dir), day_number(date(2011, 12, 9))
    people = sample.summaries(through)
    days = (through - int(people.first_day.min()) + 1) // 4
    earlier, later = sample.summaries(through - days), sample.summaries(through, through - days + 1)
    found = model_of(Facts(through, 100, people, HoldoutFacts(through - days, days, earlier, later)))
    assert isinstance(found, Model)
    assert found.message is None
    check = found.holdout
    assert check is not None
    assert (check.days, check.customers) == (93, len(earlier))
    # The last fourth is the season before Christmas, of which the model knows nothing: it says too little, evenly.
    assert 0.65 < check.predicted / check.actual < 1
    means = [(b.actual_mean, b.predicted_mean) for b in check.bins]
    assert all(0.5 < (predicted or 0) / (actual or 1) < 1 for actual, predicted in means)
    assert [predicted for _, predicted in means] == sorted(predicted or 0 for _, predicted in means)
    spend = found.spend_parameters
    assert spend is not None
    assert spend.p * spend.gamma / (spend.q - 1) == pytest.approx(400, rel=0.3)  # pounds an order


def drawing() -> ModuleType:
    """The script that draws the picture of the documentation."""
    spec = importlib.util.spec_from_file_location("holdout_picture", ROOT / "docs" / "pictures" / "holdout.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_in_the_documentation_is_of_these_models(data_dir: Path):
    script = drawing()
    assert script.FILE.read_text() == script.picture(script.checks(cdnow(data_dir)))
    assert "pictures/holdout.svg" in (ROOT / "docs" / "prediction.md").read_text()
