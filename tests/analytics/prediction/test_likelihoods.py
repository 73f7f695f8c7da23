"""Likelihoods: their gradients, their values by plain integration, and that they stay finite."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import beta, gamma, gammaln

from analytics.prediction.beta_geometric import Buying, BuyingLikelihood, BuyingModel
from analytics.prediction.fitting import Likelihood
from analytics.prediction.gamma_gamma import Spend, SpendLikelihood, expected_spend, population_mean
from analytics.prediction.summaries import Histories, RepeatSpending
from tests.analytics.prediction.samples import MBG_NBD, history, lives

DAYS_OF_TEN_YEARS = 3653
positive = st.floats(0.02, 50)


@st.composite
def histories(draw: st.DrawFn) -> Histories:
    """A few customers, some of them with hundreds of purchases over ten years."""
    rows: list[tuple[int, int, int]] = []
    for _ in range(draw(st.integers(1, 6))):
        age = draw(st.integers(0, DAYS_OF_TEN_YEARS))
        repeats = draw(st.integers(0, min(age, 900)))
        rows.append((repeats, draw(st.integers(repeats, age)) if repeats else 0, age))
    return Histories(*np.array(rows, np.int32).T)


def slopes(likelihood: Likelihood, logs: np.ndarray) -> np.ndarray:
    """The gradient as differences of the value."""
    steps = 1e-5 * np.eye(len(logs))
    return np.array([(likelihood(logs + step)[0] - likelihood(logs - step)[0]) / 2e-5 for step in steps])


@pytest.mark.parametrize("model", list(BuyingModel))
@given(people=histories(), parameters=st.tuples(positive, positive, positive, positive))
@settings(deadline=None)
def test_gradient_of_buying(model: BuyingModel, people: Histories, parameters: tuple[float, ...]):
    likelihood, logs = BuyingLikelihood(model, people), np.log(parameters)
    value, gradient = likelihood(logs)
    assert np.isfinite(value)
    assert gradient == pytest.approx(slopes(likelihood, logs), rel=1e-4, abs=1e-4)


@given(
    rows=st.lists(st.tuples(st.integers(1, 400), st.floats(0.01, 1e6)), min_size=1, max_size=6),
    parameters=st.tuples(positive, positive, positive),
)
@settings(deadline=None)
def test_gradient_of_spend(rows: list[tuple[int, float]], parameters: tuple[float, ...]):
    occasions, mean = np.array(rows).T
    likelihood, logs = SpendLikelihood(RepeatSpending(occasions, mean)), np.log(parameters)
    value, gradient = likelihood(logs)
    assert np.isfinite(value)
    assert gradient == pytest.approx(slopes(likelihood, logs), rel=1e-4, abs=1e-3)


@given(people=histories(), parameters=st.tuples(positive, positive, positive, positive))
@settings(deadline=None)
def test_grouped_customers_have_the_same_likelihood(people: Histories, parameters: tuple[float, ...]):
    twice = Histories(*(np.concatenate((column, column)) for column in (people.repeats, people.span, people.age)))
    grouped = twice.grouped()
    assert grouped.customers == 2 * len(people)
    assert len(grouped) == len(set(zip(people.repeats, people.span, people.age, strict=True)))
    logs = np.log(parameters)
    for model in BuyingModel:
        value, gradient = BuyingLikelihood(model, grouped)(logs)
        other, slope = BuyingLikelihood(model, people)(logs)
        assert value == pytest.approx(2 * other, rel=1e-9, abs=1e-9)
        assert gradient == pytest.approx(2 * slope, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("model", list(BuyingModel))
@pytest.mark.parametrize("person", [(0, 0, 0), (0, 0, 100), (1, 30, 40), (3, 100, 100), (12, 200, 700)])
def test_likelihood_is_the_integral_over_rates_and_chances(model: BuyingModel, person: tuple[int, int, int]):
    x, span, age = person
    r, alpha, a, b = Buying(0.7, 5.0, 0.9, 2.0)
    survived = model.chances(x)

    # Sums over even steps of ln(rate) and of ln(p / (1 - p)): both densities fall off on either side.
    step = 0.05
    log_rate, logit = np.arange(-45, 6, step)[:, np.newaxis], np.arange(-45, 45, step)
    rate, leave, stay = np.exp(log_rate), 1 / (1 + np.exp(-logit)), 1 / (1 + np.exp(logit))
    density = np.exp(r * log_rate + r * np.log(alpha) - alpha * rate - gammaln(r))
    density = density * leave**a * stay**b / beta(a, b)
    stays = stay**survived * rate**x * np.exp(-rate * age / 7)
    left = leave * stay ** (survived - 1) * rate**x * np.exp(-rate * span / 7) if survived else 0
    integral = ((stays + left) * density).sum() * step**2
    value, _ = BuyingLikelihood(model, history(*person))(np.log([r, alpha, a, b]))
    assert np.exp(value) == pytest.approx(integral, rel=1e-8)


@pytest.mark.parametrize(("occasions", "mean"), [(1, 12.0), (4, 35.0), (9, 8.5)])
def test_spend_likelihood_is_the_integral_over_rates(occasions: int, mean: float):
    p, q, scale = Spend(6.25, 3.74, 15.44)

    log_rate = np.arange(-12, 6, 0.005)
    rate, shape = np.exp(log_rate), p * occasions
    own = (rate * occasions) ** shape * mean ** (shape - 1) * np.exp(-rate * occasions * mean) / gamma(shape)
    integral = (own * np.exp(q * log_rate + q * np.log(scale) - scale * rate - gammaln(q))).sum() * 0.005
    value, _ = SpendLikelihood(RepeatSpending(np.array([float(occasions)]), np.array([mean])))(np.log([p, q, scale]))
    assert np.exp(value) == pytest.approx(integral, rel=1e-8)


def test_expected_spend_goes_from_the_population_to_the_customer():
    at = Spend(6.25, 3.74, 15.44)
    mean = population_mean(at)
    assert mean is not None
    assert mean == pytest.approx(35.22, abs=0.01)
    assert expected_spend(at, 0, 0) == pytest.approx(mean)
    assert expected_spend(at, 10_000, 80.0) == pytest.approx(80, rel=1e-3)
    # the published form: a weighted mean of both
    weight = at.p * 3 / (at.p * 3 + at.q - 1)
    assert expected_spend(at, 3, 50.0) == pytest.approx((1 - weight) * mean + weight * 50)
    assert population_mean(Spend(6.25, 1.0, 15.44)) is None


def test_extreme_values_stay_finite():
    people = Histories(*np.array([(0, 0, 0), (0, 0, 9999), (1, 1, 1), (5000, 9000, 9999), (900, 900, 900)], np.int32).T)
    edges = (1e-4, 1.0, 1e4)
    for model in BuyingModel:
        likelihood = BuyingLikelihood(model, people)
        for parameters in np.array(np.meshgrid(*[edges] * 4)).reshape(4, -1).T:
            value, gradient = likelihood(np.log(parameters))
            assert np.isfinite(value), parameters
            assert np.isfinite(gradient).all(), parameters


def test_many_histories_are_added_part_by_part():
    people = lives(BuyingModel.MBG_NBD, MBG_NBD, 70_000, days=400).histories
    logs = np.log(MBG_NBD)
    whole = BuyingLikelihood(BuyingModel.MBG_NBD, people)(logs)
    halves = [people.at(slice(0, 999)), people.at(slice(999, None))]
    parts = [BuyingLikelihood(BuyingModel.MBG_NBD, half)(logs) for half in halves]
    assert whole[0] == pytest.approx(sum(part[0] for part in parts))
    assert whole[1] == pytest.approx(sum(part[1] for part in parts))
