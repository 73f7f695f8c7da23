"""Consents: events that are never overwritten, and what of them stands."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from rules.problems import Problems, known_word, optional_text, short_list
from rules.refusals import InputProblemCode

MOST_CONSENTS = 50
LONGEST_WORDING = 2_000


class ConsentChannel(StrEnum):
    """By which way a customer agrees to be written to."""

    EMAIL = "EMAIL"
    SMS = "SMS"
    PUSH = "PUSH"


class ConsentStatus(StrEnum):
    """What stands for a channel. Events are GIVEN or WITHDRAWN; the others are worked out over the last of them."""

    NEVER_ASKED = "NEVER_ASKED"
    PENDING = "PENDING"
    GIVEN = "GIVEN"
    WITHDRAWN = "WITHDRAWN"
    UNREACHABLE = "UNREACHABLE"


class ConsentSource(StrEnum):
    """Where a consent was said. A caller may say STAFF, IMPORT or API; the others are ours to set."""

    REGISTRATION = "REGISTRATION"
    PORTAL = "PORTAL"
    STAFF = "STAFF"
    IMPORT = "IMPORT"
    UNSUBSCRIBE = "UNSUBSCRIBE"
    BOUNCE = "BOUNCE"
    COMPLAINT = "COMPLAINT"
    API = "API"


OF_CALLERS = (ConsentSource.STAFF, ConsentSource.IMPORT, ConsentSource.API)
CONTACTS: Mapping[ConsentChannel, str] = {ConsentChannel.EMAIL: "email", ConsentChannel.SMS: "phone"}


class ConsentSaid(NamedTuple):
    """A consent that was given or withdrawn, and where and when that was said."""

    status: ConsentStatus
    at: datetime
    source: ConsentSource


class ConsentReach(NamedTuple):
    """What else decides whether a customer may be written to: the contact of the channel, if it has one, and itself."""

    has_contact: bool = True
    is_verified: bool = True
    bounced_at: datetime | None = None
    is_served: bool = True  # active and not erased


class Standing(NamedTuple):
    """What stands for a channel of a customer, since when, and by whose word."""

    status: ConsentStatus
    since: datetime | None
    source: ConsentSource | None
    may_contact: bool


def last_said(events: Iterable[ConsentSaid]) -> ConsentSaid | None:
    """The one that stands of some events, in whatever order they arrived: of equal times the withdrawal."""
    return max(events, key=lambda said: (said.at, said.status is ConsentStatus.WITHDRAWN), default=None)


def standing(last: ConsentSaid | None, reach: ConsentReach, *, confirmed_opt_in: bool) -> Standing:
    """What stands where this was said last. A withdrawal stays one, whatever becomes of the contact."""
    if last is None:
        return Standing(ConsentStatus.NEVER_ASKED, None, None, may_contact=False)
    if last.status is ConsentStatus.WITHDRAWN:
        return Standing(ConsentStatus.WITHDRAWN, last.at, last.source, may_contact=False)
    if reach.bounced_at is not None:
        return Standing(ConsentStatus.UNREACHABLE, reach.bounced_at, ConsentSource.BOUNCE, may_contact=False)
    if confirmed_opt_in and not reach.is_verified:
        return Standing(ConsentStatus.PENDING, last.at, last.source, may_contact=False)
    return Standing(ConsentStatus.GIVEN, last.at, last.source, may_contact=reach.has_contact and reach.is_served)


def may_raise(last: ConsentStatus | None, *, was_withdrawn: bool) -> bool:
    """Whether an import or an upsert may give a consent: never where it was withdrawn, also by an earlier owner."""
    return last is not ConsentStatus.WITHDRAWN and not was_withdrawn


class ConsentGiven(NamedTuple):
    """A consent as a caller says it; without `at` it is of now."""

    channel: ConsentChannel
    given: bool
    at: datetime | None
    source: ConsentSource
    wording: str | None

    @property
    def status(self) -> ConsentStatus:
        """What it says."""
        return ConsentStatus.GIVEN if self.given else ConsentStatus.WITHDRAWN


def checked_consents(
    problems: Problems, name: str, consents: Sequence[ConsentGiven] | None
) -> tuple[ConsentGiven, ...]:
    """Consents of a caller, who may say STAFF, IMPORT or API."""
    few, inside = short_list(problems, name, consents or (), most=MOST_CONSENTS), problems.under(name)
    return tuple(checked_consent(inside.under(place), consent) for place, consent in enumerate(few))


def checked_consent(problems: Problems, consent: ConsentGiven) -> ConsentGiven:
    """One consent of a caller."""
    known_word(problems, "source", consent.source, [source.value for source in OF_CALLERS])
    wording = optional_text(problems, "wording", consent.wording, longest=LONGEST_WORDING)
    if consent.at is not None and consent.at.tzinfo is None:
        problems.add("at", InputProblemCode.INVALID_FORMAT, "Say the time zone, like 2026-03-05T12:00:00Z.")
    return consent._replace(wording=wording)


def own_consents(problems: Problems, name: str, consents: Sequence[ConsentGiven] | None) -> tuple[ConsentGiven, ...]:
    """Consents as customers say them of themselves: of the write's moment, by a source of ours."""
    few, inside = short_list(problems, name, consents or (), most=MOST_CONSENTS), problems.under(name)
    wordings = [
        optional_text(inside.under(place), "wording", consent.wording, longest=LONGEST_WORDING)
        for place, consent in enumerate(few)
    ]
    return tuple(consent._replace(wording=wording) for consent, wording in zip(few, wordings, strict=True))


def fitting_consent(problems: Problems, consent: ConsentGiven, *, has_contact: bool, now: datetime) -> None:
    """Tell what only the store knows of a consent: that it is of the future, or given without a contact."""
    if consent.at is not None and consent.at > now:
        problems.add("at", InputProblemCode.IN_THE_FUTURE, "Give a time that has been, or leave it out for now.")
    if consent.given and consent.channel in CONTACTS and not has_contact:
        contact = "an e-mail" if consent.channel is ConsentChannel.EMAIL else "a phone number"
        message = f"A consent to {consent.channel} needs {contact} of the customer: give that before."
        problems.add("channel", InputProblemCode.REQUIRED, message)
