"""The model of a business on a day: as it is known at once, or awaited."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from analytics.copy.pinned import NotShared, PinnedView
from analytics.prediction.beta_geometric import Buying
from analytics.prediction.census import Census, NotEnoughData, NotEnoughDataReason, census_of, shortage
from analytics.prediction.fits import Fit, FitOf
from analytics.prediction.fitting import Maximum
from analytics.prediction.gamma_gamma import Spend
from analytics.prediction.holdout import Holdout
from analytics.prediction.lifetime import (
    CODE_VERSION,
    MODEL,
    REFERENCE,
    SPEND_MODEL,
    Facts,
    Model,
    facts_to,
)
from resolvers.operation.context import Context
from resolvers.operation.reports import Kept, Parts, kept
from rules.days import FIRST_DAY, date_of

FITTING = NotEnoughData(
    NotEnoughDataReason.FITTING, "The model is being fitted to the purchases; ask again in a moment."
)


@dataclass(frozen=True)
class _Asked:
    """The model for an `asOf`: of the facts to the end of the day before."""

    context: Context
    through: int
    key: Any
    unit: int
    facts_revision: int

    async def census(self) -> Census:
        """How many customers there are."""

        async def compute(view: PinnedView) -> Kept[Census]:
            return kept(await census_of(view, self.through))

        return await Parts(self.context, "prediction", self.through).get("census", compute)

    @property
    def fit(self) -> Fit | None:
        """The fit that is kept, perhaps of other facts."""
        return self.context.services.fits.kept(self.key)

    def begun(self, census: Census) -> "asyncio.Task[Fit]":
        """The fit that goes on, begun if there is none."""

        async def facts(view: PinnedView) -> Facts:
            return await facts_to(view, self.through, self.unit)

        context = self.context
        told = FitOf(census.sums, self.facts_revision, context.began_at)
        return context.services.fits.begun(self.key, lambda: context.aside(facts), told)


async def _asked(context: Context, as_of: int) -> _Asked:
    row = (await context.business()).row
    through = max(as_of - 1, FIRST_DAY)
    key = (row.epoch, CODE_VERSION, row.id, through, row.currency_exponent)
    return _Asked(context, through, key, 10**row.currency_exponent, row.facts_revision)


async def known_model(context: Context, as_of: int) -> Model | NotEnoughData:
    """The model for a day as far as it is known, without waiting for a fit.

    While it is fitted again after facts of the past changed, the one before is used; the answer then is not kept.
    """
    asked = await _asked(context, as_of)
    census = await asked.census()
    if why := shortage(census, asked.through):
        return why
    fit = asked.fit
    if fit is not None and fit.sums == census.sums:
        return fit.found
    is_old = fit is None or fit.facts_revision < asked.facts_revision
    if is_old and not context.services.fits.is_resting(asked.key):
        asked.begun(census)
    context.will_change()
    return fit.found if fit is not None and isinstance(fit.found, Model) else FITTING


# ---------------------------------------------------------------- told of itself


class CLVModelStatus(StrEnum):
    """Whether there is a model."""

    FITTING = "FITTING"
    READY = "READY"
    NOT_ENOUGH_DATA = "NOT_ENOUGH_DATA"
    DID_NOT_CONVERGE = "DID_NOT_CONVERGE"


@dataclass(frozen=True)
class ModelParameter:
    """A parameter with its standard error, None where the data do not tell it."""

    name: str
    value: float
    standard_error: float | None


@dataclass(frozen=True)
class ReferenceModel:
    """Another model of the same purchases."""

    name: str
    parameters: list[ModelParameter]
    log_likelihood: float


@dataclass(frozen=True)
class HoldoutCheck:
    """What a model of the earlier days says of the later ones, and what happened."""

    calibration_end: date
    holdout_days: int
    customers: int
    actual_orders: int
    predicted_orders: float
    mean_absolute_error: float
    by_repeat_orders: Any


@dataclass(frozen=True)
class LifetimeValueModel:
    """The model of a business on a day, or why there is none."""

    name: str
    status: CLVModelStatus
    message: str | None
    customers: int
    version: str | None = None
    fitted_at: datetime | None = None
    fitted_through: date | None = None
    transaction_model: tuple[ModelParameter, ...] = ()
    spend_model: tuple[ModelParameter, ...] = ()
    log_likelihood: float | None = None
    spend_log_likelihood: float | None = None
    reference: ReferenceModel | None = None
    holdout: HoldoutCheck | None = None


NAME = f"{MODEL} with {SPEND_MODEL}"


async def lifetime_value_model(context: Context, as_of: date | None) -> LifetimeValueModel:
    """The model for a day; its fit is awaited as long as the operation may take."""
    day, _ = (await context.business()).as_of(as_of)
    asked = await _asked(context, day)
    census = await asked.census()
    why = shortage(census, asked.through)
    if why is not None:
        return LifetimeValueModel(NAME, CLVModelStatus.NOT_ENOUGH_DATA, why.message, census.customers)
    fit = await _awaited(asked, census)
    if fit is None:
        context.will_change()
        return LifetimeValueModel(NAME, CLVModelStatus.FITTING, FITTING.message, census.customers)
    if not isinstance(fit.found, Model):
        return LifetimeValueModel(NAME, CLVModelStatus.DID_NOT_CONVERGE, fit.found.message, census.customers)
    return _told(fit.found, fit.fitted_at)


async def _awaited(asked: _Asked, census: Census) -> Fit | None:
    """The fit to the facts as the operation sees them, or later ones; None where time is up."""
    context = asked.context
    while (fit := asked.fit) is None or (fit.sums != census.sums and fit.facts_revision <= asked.facts_revision):
        is_mine = not context.services.fits.is_running(asked.key)
        task = asked.begun(census)
        done, _ = await asyncio.wait([task], timeout=context.seconds_left)
        if not done:
            return None
        try:
            task.result()
        except NotShared:
            if is_mine:
                raise
    if fit.sums != census.sums:
        context.will_change()
    return fit


def _told(model: Model, fitted_at: datetime) -> LifetimeValueModel:
    reference = model.reference
    return LifetimeValueModel(
        NAME,
        CLVModelStatus.READY,
        model.message,
        model.customers,
        model.version,
        fitted_at,
        date_of(model.through),
        _parameters(Buying._fields, model.buying),
        () if model.spend is None else _parameters(Spend._fields, model.spend),
        model.buying.log_likelihood,
        None if model.spend is None else model.spend.log_likelihood,
        reference and ReferenceModel(REFERENCE, [*_parameters(Buying._fields, reference)], reference.log_likelihood),
        model.holdout and _check(model.holdout),
    )


def _parameters(names: tuple[str, ...], found: Maximum) -> tuple[ModelParameter, ...]:
    return tuple(map(ModelParameter, names, found.values.tolist(), found.standard_errors))


def _check(found: Holdout) -> HoldoutCheck:
    return HoldoutCheck(
        date_of(found.calibration_end),
        found.days,
        found.customers,
        found.actual,
        found.predicted,
        found.mean_absolute_error,
        found.bins,
    )
