"""The figures that the literature prints for the CDNOW sample, from our functions: weeks, calibrated to 1997-09-30."""

from pathlib import Path

import numpy as np
import pytest

from analytics.prediction.beta_geometric import BuyingLikelihood, BuyingModel
from analytics.prediction.forecast import expected_orders
from analytics.prediction.holdout import HoldoutFacts, holdout_of
from analytics.prediction.lifetime import fitted_buying, fitted_spend
from analytics.prediction.summaries import spending_of
from tests.analytics.prediction.samples import BG_NBD, CALIBRATION_END, HOLDOUT_DAYS, Sample, cdnow, history


@pytest.fixture(scope="module")
def sample(data_dir: Path) -> Sample:
    return cdnow(data_dir)


def test_customers(sample: Sample):
    people = sample.summaries(CALIBRATION_END)
    assert (len(people), int((people.repeats > 0).sum())) == (2357, 946)


@pytest.mark.parametrize(
    ("model", "parameters", "log_likelihood"),
    [
        (BuyingModel.BG_NBD, [0.243, 4.414, 0.793, 2.426], -9582.4),  # Fader, Hardie, Lee 2005, table 2
        (BuyingModel.MBG_NBD, [0.525, 6.183, 0.891, 1.614], -9582.1),
    ],
)
def test_models_of_repeat_purchases(sample: Sample, model: BuyingModel, parameters: list[float], log_likelihood: float):
    found = fitted_buying(model, sample.summaries(CALIBRATION_END).histories(CALIBRATION_END).grouped())
    assert found is not None
    assert [round(value, 3) for value in found.values.tolist()] == parameters
    assert round(found.log_likelihood, 1) == log_likelihood
    assert all(error is not None for error in found.standard_errors)


def test_spend_model(sample: Sample):
    # Fader, Hardie 2013, the Gamma-Gamma note
    spending = spending_of(sample.summaries(CALIBRATION_END), 100)
    found, message = fitted_spend(spending)
    assert (len(spending), message) == (946, None)
    assert found is not None
    assert [round(value, 2) for value in found.values.tolist()] == [6.25, 3.74, 15.44]
    assert round(found.log_likelihood, 2) == -4055.92


def test_expected_orders_of_one_customer():
    # Fader, Hardie, Lee 2005: x = 2, t_x = 30.43, T = 38.86 weeks
    found = expected_orders(BuyingModel.BG_NBD, BG_NBD, history(2, 213, 272), 39 * 7)
    assert [round(value, 3) for value in found.tolist()] == [1.226]


@pytest.mark.parametrize(("repeats", "weeks", "expected", "digits"), [(0, 0, -0.59947382, 8), (200, 38, 100.7957, 4)])
def test_log_likelihoods_of_one_customer(repeats: int, weeks: int, expected: float, digits: int):
    # Hardie's note 027 on overflow: a = .80, b = 2.50, r = .25, alpha = 4, T = 40
    likelihood = BuyingLikelihood(BuyingModel.BG_NBD, history(repeats, weeks * 7, 280))
    value, _ = likelihood(np.log([0.25, 4, 0.8, 2.5]))
    assert round(value, digits) == expected


def test_holdout(sample: Sample):
    # Fader, Hardie, Lee 2005, figure 5 has these means as a line
    facts = HoldoutFacts(
        CALIBRATION_END,
        HOLDOUT_DAYS,
        sample.summaries(CALIBRATION_END),
        sample.summaries(CALIBRATION_END + HOLDOUT_DAYS, CALIBRATION_END + 1),
    )
    actual = [0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359]
    for model in BuyingModel:
        fitted = fitted_buying(model, facts.histories.grouped())
        assert fitted is not None
        found = holdout_of(model, fitted, facts)
        assert [row.label for row in found.bins] == ["0", "1", "2", "3", "4", "5", "6", "7+"]
        assert [round(row.actual_mean or 0, 3) for row in found.bins] == actual
        assert sum(row.customers for row in found.bins) == found.customers == 2357
        assert found.actual == 1882
        predicted = [row.predicted_mean or 0 for row in found.bins]
        assert predicted == sorted(predicted)
        assert predicted == pytest.approx(actual, rel=0.3)
        assert found.predicted == pytest.approx(found.actual, rel=0.2)
