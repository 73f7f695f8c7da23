"""Fitting: parameters are found again, and what the data do not tell is said to be unknown."""

from collections.abc import Sequence

import numpy as np
import pytest

from analytics.prediction import lifetime
from analytics.prediction.beta_geometric import Buying, BuyingLikelihood, BuyingModel
from analytics.prediction.fitting import BOUND, Maximum, information_at, maximum_of
from analytics.prediction.forecast import expected_orders
from analytics.prediction.lifetime import fitted_buying, fitted_spend
from analytics.prediction.summaries import Histories, RepeatSpending
from tests.analytics.prediction.samples import lives

FINE = Buying(0.6, 600.0, 0.9, 1.6)
MBG = BuyingModel.MBG_NBD


def errors_of(found: Maximum | None, true: Sequence[float]) -> list[float]:
    """How many standard errors each estimate is away from the truth."""
    assert found is not None
    errors = [error for error in found.standard_errors if error is not None]
    return [(value - at) / error for value, at, error in zip(found.values.tolist(), true, errors, strict=True)]


def is_recovered(away: Sequence[Sequence[float]]) -> bool:
    """Whether estimates are within two standard errors as often as they should be, and as far away as they should."""
    flat = np.abs(np.array(away)).ravel()
    return bool((flat <= 2).mean() >= 0.9 and (flat <= 4).all() and 0.6 < np.sqrt((flat**2).mean()) < 1.4)


@pytest.mark.parametrize("model", list(BuyingModel))
def test_parameters_are_recovered_within_two_standard_errors(model: BuyingModel):
    people = [lives(model, FINE, 3_000, days=54_600, seed=seed).histories.grouped() for seed in range(12)]
    assert is_recovered([errors_of(fitted_buying(model, histories), FINE) for histories in people])


def test_spend_parameters_are_recovered_within_two_standard_errors():
    true = p, q, scale = 5.0, 3.5, 20.0
    away: list[list[float]] = []
    for seed in range(12):
        random = np.random.default_rng(seed)
        occasions = random.geometric(0.3, 3_000).astype(float)
        mean = random.gamma(p * occasions, 1 / (random.gamma(q, 1 / scale, 3_000) * occasions))
        away.append(errors_of(fitted_spend(RepeatSpending(occasions, mean))[0], true))
    assert is_recovered(away)


def test_standard_errors_are_as_wide_as_estimates_scatter():
    # Takes seconds: how widely estimates scatter shows only in many fits.
    found = [
        fitted_buying(MBG, lives(MBG, FINE, 1_500, days=54_600, seed=seed).histories.grouped())
        for seed in range(20, 50)
    ]
    assert all(f is not None for f in found)
    scatter = np.std([f.logs for f in found if f is not None], axis=0)
    told = np.mean([np.array(f.standard_errors, float) / f.values for f in found if f is not None], axis=0)
    assert told == pytest.approx(scatter, rel=0.45)


def test_the_unit_of_money_does_not_matter():
    random = np.random.default_rng(4)
    occasions = random.geometric(0.3, 500).astype(float)
    mean = random.gamma(5 * occasions, 1 / (random.gamma(3, 1 / 20, 500) * occasions))
    one, many = fitted_spend(RepeatSpending(occasions, mean))[0], fitted_spend(RepeatSpending(occasions, mean * 1e6))[0]
    assert one is not None
    assert many is not None
    assert many.values == pytest.approx(one.values * [1, 1, 1e6], rel=1e-4)
    assert many.log_likelihood == pytest.approx(one.log_likelihood - 500 * np.log(1e6))
    assert all(error is not None for error in many.standard_errors)


def test_a_sample_leads_to_the_maximum_of_all(monkeypatch: pytest.MonkeyPatch):
    people = lives(MBG, Buying(0.5, 6.0, 0.9, 1.6), 6_000, days=700).histories.grouped()
    whole = fitted_buying(MBG, people)
    monkeypatch.setattr(lifetime, "SAMPLE", 700)
    sampled = fitted_buying(MBG, people)
    assert whole is not None
    assert sampled is not None
    assert sampled.values == pytest.approx(whole.values, rel=1e-4)
    assert sampled.log_likelihood == pytest.approx(whole.log_likelihood, abs=1e-6)


def test_the_maximum_does_not_depend_on_where_it_is_looked_for():
    people = lives(MBG, Buying(0.5, 6.0, 0.9, 1.6), 2_000, days=700, seed=9).histories.grouped()
    likelihood = BuyingLikelihood(MBG, people)
    found = [maximum_of(likelihood, [np.array(start)]) for start in ([0.1, 1, 0.1, 5], [3, 50, 4, 0.5], [1, 1, 1, 1])]
    for other in found[1:]:
        assert found[0] is not None
        assert other is not None
        assert other.values == pytest.approx(found[0].values, rel=1e-4)


def test_information_is_minus_the_second_derivative():
    people = lives(MBG, Buying(0.5, 6.0, 0.9, 1.6), 500, days=700).histories
    likelihood, logs = BuyingLikelihood(MBG, people), np.log([0.5, 6.0, 0.9, 1.6])
    found = information_at(likelihood, logs)
    assert found == pytest.approx(found.T)
    step = 1e-3 * np.eye(4)
    for i in range(4):
        values = [likelihood(logs + sign * step[i])[0] for sign in (-1, 0, 1)]
        assert found[i, i] == pytest.approx(-(values[0] - 2 * values[1] + values[2]) / 1e-6, rel=1e-3)


def test_where_nobody_leaves_orders_are_predicted_and_leaving_is_unknown():
    random = np.random.default_rng(2)
    age = random.integers(200, 700, 800)
    repeats = np.minimum(random.poisson(random.gamma(2, 1 / 8, 800) * age / 7), age)
    span = np.where(repeats > 0, age - random.integers(0, 9, 800), 0).clip(repeats)
    people = Histories(*(column.astype(np.int32) for column in (repeats, span, age)))
    found = fitted_buying(MBG, people.grouped())
    assert found is not None
    a, b = found.values[2:]
    assert a / (a + b) < 0.01
    assert found.standard_errors[0] is not None
    assert None in found.standard_errors[2:]
    assert np.isfinite(found.draws).all()
    expected = expected_orders(MBG, Buying(*found.values.tolist()), people, 70)
    assert expected.sum() == pytest.approx((repeats / (age / 7) * 10).sum(), rel=0.1)


def test_a_parameter_at_a_bound_is_unknown():
    class Rising:
        customers = 10.0

        def __call__(self, logs: np.ndarray) -> tuple[float, np.ndarray]:
            return float(logs[0] - 50 * logs[1] ** 2), np.array([1.0, -100 * logs[1]])

    found = maximum_of(Rising(), [np.array([1.0, 2.0])])
    assert found is not None
    assert found.logs.tolist() == pytest.approx([BOUND, 0])
    assert found.standard_errors == [None, pytest.approx(0.1)]
    assert (found.draws[:, 0] == np.exp(BOUND)).all()


def test_no_maximum_is_said():
    class Broken:
        customers = 10.0

        def __call__(self, logs: np.ndarray) -> tuple[float, np.ndarray]:
            return float("nan"), np.full(len(logs), np.nan)

    assert maximum_of(Broken(), [np.array([1.0, 2.0])]) is None
