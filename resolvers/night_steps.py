"""The steps of the nightly pass in their order: what a later feature does at night has its line here."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from resolvers.duplicate_search import search_duplicates
from resolvers.erasure import erase_due
from resolvers.loyalty.nights import (
    activate_points,
    expire_points,
    expire_redemptions,
    give_birthday_points,
    remind_of_expiring,
    review_tiers,
)
from resolvers.night_work import Night, NightStep
from resolvers.operation.context import Context
from resolvers.operation.viewer import Role, Viewer
from resolvers.prediction.model import lifetime_value_model
from resolvers.purging import purge
from rules.days import business_today
from rules.nights import SCHEDULE

FIT_SECONDS = 3_600.0


async def _erase_requested(night: Night) -> bool:
    tried = await erase_due(
        night.services.database,
        night.business,
        actor=night.held.actor,
        clock=night.clock,
        lease=night.held.lease,
        day=night.day,
    )
    async with night.tidying() as connection:
        await night.did(connection, sum(one.blocked_by is None for one in tried))
    return False


async def _find_duplicates(night: Night) -> bool:
    search = await search_duplicates(
        night.services.database, night.business.id, lambda: night.held.writing(night.services, night.clock)
    )
    if not search.is_whole:
        return True  # the pass is cancelled, and this step with it
    async with night.tidying() as connection:
        await night.did(connection, search.count)
    return False


async def _fit_model(night: Night) -> bool:
    viewer = Viewer(SCHEDULE, Role.ADMIN, night.business.id)
    context = Context(night.services, viewer, night.now, may_move=True, seconds=FIT_SECONDS, clock=night.clock)
    try:
        model = await lifetime_value_model(context, business_today(night.now, ZoneInfo(night.business.timezone)))
    finally:
        await context.close()
    async with night.tidying() as connection:
        await night.did(connection, model.customers or 0)
    return False


STEPS: Sequence[NightStep] = (
    NightStep("ERASE_REQUESTED", _erase_requested, is_made_up=True),
    NightStep("ACTIVATE_POINTS", activate_points, is_made_up=True),
    NightStep("EXPIRE_POINTS", expire_points, is_made_up=True),
    NightStep("EXPIRE_REDEMPTIONS", expire_redemptions, is_made_up=True),
    NightStep("BIRTHDAY_POINTS", give_birthday_points, is_made_up=True),
    NightStep("REVIEW_TIERS", review_tiers, is_made_up=True),
    NightStep("REMIND_EXPIRING", remind_of_expiring),
    NightStep("FIND_DUPLICATES", _find_duplicates),
    NightStep("FIT_MODEL", _fit_model),
    NightStep("PURGE", purge),
)
STEP_CALLED: Mapping[str, NightStep] = {step.name: step for step in STEPS}
