"""Consents of customers: said as events, and what stands by them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, NamedTuple, Self

from models.consents import consent_event, consents_of_each_customer, consents_said_by, reaches_of
from models.customers import customer
from models.erasure import contacts_withdrawn
from resolvers.identities import customer_named
from resolvers.operation.context import Context
from resolvers.operation.loaders import many_each
from resolvers.operation.paging import Page, PageArguments, pagers_of_each, pages_of_each
from resolvers.operation.writing import Write, small
from resolvers.payloads import CustomerPayload
from rules.consents import (
    CONTACTS,
    ConsentChannel,
    ConsentGiven,
    ConsentReach,
    ConsentSaid,
    ConsentSource,
    ConsentStatus,
    checked_consents,
    fitting_consent,
    last_said,
    may_raise,
    standing,
)
from rules.problems import Problems

Contact = tuple[ConsentChannel, str]  # by which channel, and the e-mail or phone
Said = dict[ConsentChannel, list[ConsentSaid]]


def consent_column(channel: ConsentChannel) -> str:
    """The column of a customer that says what the last event of a channel says."""
    return f"consent_{channel.lower()}"


def check_fitting(problems: Problems, consents: Sequence[ConsentGiven], owner: Mapping[str, Any], write: Write) -> None:
    """Tell what only the store knows of consents of a customer who will have the contacts of `owner`."""
    for place, consent in enumerate(consents):
        name = CONTACTS.get(consent.channel)
        has_contact = name is None or owner.get(name) is not None
        fitting_consent(problems.under(place), consent, has_contact=has_contact, now=write.now)


async def consents_of(write: Write, ids: Sequence[int]) -> dict[int, Said]:
    """Every consent event of some customers, by channel."""
    return _by_customer(await write.rows(consents_said_by(), ids=list(ids)), ids)


def _by_customer(rows: Iterable[Any], ids: Sequence[int]) -> dict[int, Said]:
    said: dict[int, Said] = {id_: {} for id_ in ids}
    for row in rows:
        said[row.customer_id].setdefault(row.channel, []).append(ConsentSaid(row.status, row.at, row.source))
    return said


async def new_consents(
    write: Write, said: Said, contacts: Mapping[str, Any], consents: Iterable[ConsentGiven], *, raises: bool = True
) -> list[tuple[ConsentGiven, ConsentSaid]]:
    """Those of some consents that say something that was not said yet, which `said` has from then on.

    Without `raises`, as an upsert, and by source IMPORT none gives what was withdrawn.
    """
    withdrawn = await withdrawn_before(write, contacts_of(contacts, consents))
    return consents_to_add(said, contacts, consents, withdrawn, write.now, raises=raises)


def consents_to_add(  # noqa: PLR0913  what is known of before
    said: Said,
    contacts: Mapping[str, Any],
    consents: Iterable[ConsentGiven],
    withdrawn: set[Contact],
    now: datetime,
    *,
    raises: bool,
) -> list[tuple[ConsentGiven, ConsentSaid]]:
    """The same where it is known which contacts somebody erased had withdrawn."""
    new: list[tuple[ConsentGiven, ConsentSaid]] = []
    for consent in consents:
        before = said.setdefault(consent.channel, [])
        event = ConsentSaid(consent.status, consent.at or now, consent.source)
        last = last_said(before)
        was_withdrawn = (consent.channel, contacts.get(CONTACTS.get(consent.channel, ""), "")) in withdrawn
        may = raises and consent.source is not ConsentSource.IMPORT
        if consent.given and not (may or may_raise(last.status if last else None, was_withdrawn=was_withdrawn)):
            continue
        if all((event.status, event.at) != (other.status, other.at) for other in before):
            before.append(event)
            new.append((consent, event))
    return new


def contacts_of(contacts: Mapping[str, Any], consents: Iterable[ConsentGiven]) -> list[Contact]:
    """The contacts for whose channels there are consents."""
    by_channel = {consent.channel: contacts.get(CONTACTS.get(consent.channel, "")) for consent in consents}
    return [(channel, value) for channel, value in by_channel.items() if value]


def event_row(write: Write, customer_id: int, new: tuple[ConsentGiven, ConsentSaid]) -> dict[str, Any]:
    """A consent as its event is kept."""
    consent, event = new
    return {
        "customer_id": customer_id,
        "channel": consent.channel,
        "status": event.status,
        "at": event.at,
        "recorded_at": write.now,
        "source": event.source,
        "wording": consent.wording,
        "actor": write.actor.name,
    }


def flags_of(said: Said) -> dict[str, bool]:
    """What the last event of each channel says, by the column of the customer."""
    last = {channel: last_said(events) for channel, events in said.items()}
    return {consent_column(c): one is not None and one.status is ConsentStatus.GIVEN for c, one in last.items()}


async def say_consents(write: Write, row: Any, consents: Sequence[ConsentGiven], *, raises: bool = True) -> None:
    """Add consents to those of a stored customer."""
    said = (await consents_of(write, [row.id]))[row.id]
    new = await new_consents(write, said, row._mapping, consents, raises=raises)
    for one in new:
        await write.insert(consent_event, **event_row(write, row.id, one))
    if new:
        # The version moves with what the customer owns, so that who follows the customer's revision learns of it.
        await write.update(customer, row, version=row.version + 1, **flags_of(said))
        tell_changes(write, row, said)


def tell_changes(write: Write, row: Any, said: Said) -> None:
    """Tell of the channels for which something else stands than before."""
    for channel in said:
        column = consent_column(channel)
        if flags_of(said)[column] != getattr(row, column):
            status = ConsentStatus.GIVEN if flags_of(said)[column] else ConsentStatus.WITHDRAWN
            write.tell("consent.changed", row.id, channel=channel, status=status)


# ---------------------------------------------------------------- contacts of before


def digest_of_contact(write: Write, contact: Contact) -> str:
    """What is kept of a contact whose owner was erased."""
    channel, value = contact
    return write.digest("withdrawn", channel, value)


async def withdrawn_before(write: Write, contacts: Iterable[Contact]) -> set[Contact]:
    """Those of some contacts that somebody erased had withdrawn."""
    digests = {digest_of_contact(write, contact): contact for contact in contacts}
    if not digests:
        return set()
    found = await write.rows(contacts_withdrawn(), digests=list(digests))
    return {digests[row.digest] for row in found}


# ---------------------------------------------------------------- the operation


@dataclass(frozen=True)
class SetConsents:
    """Consents that a customer gave or withdrew."""

    customer_id: int
    consents: tuple[ConsentGiven, ...]

    def checked(self, problems: Problems) -> Self:
        """The same as they are kept, every problem told."""
        return replace(self, consents=checked_consents(problems, "consents", self.consents))


@small
async def set_consents(write: Write, asked: SetConsents) -> CustomerPayload:
    """Add consents to those of a customer; what stands follows from their times."""
    row = await customer_named(write, asked.customer_id, ("customer",))
    problems = Problems(("consents",))
    check_fitting(problems, asked.consents, row._mapping, write)
    problems.raise_if_any()
    await say_consents(write, row, asked.consents)
    return CustomerPayload(row.id)


# ---------------------------------------------------------------- read


class ConsentPage(NamedTuple):
    """Which page of the consents of a customer: of one channel or of all."""

    channel: ConsentChannel | None
    asked: PageArguments


@dataclass(frozen=True)
class ConsentState:
    """What stands for a channel."""

    channel: Annotated[ConsentChannel, "By which way."]
    status: Annotated[ConsentStatus, "What stands."]
    since: Annotated[datetime | None, "Since when; null where nobody asked."]
    source: Annotated[ConsentSource | None, "Where that was said."]
    may_contact: Annotated[bool, "Whether one may write: given, reachable, active and not erased."]


async def consent_states_by_customer(context: Context, ids: Sequence[int], _: Any = None) -> list[list[ConsentState]]:
    """What stands for each channel of each customer."""
    confirmed = (await context.business()).row.confirmed_opt_in
    owners = {row.id: row for row in await context.reader.rows(reaches_of(), ids=list(ids))}
    said = _by_customer(await context.reader.rows(consents_said_by(), ids=list(ids)), ids)
    return [_states(said[id_], owners[id_], confirmed_opt_in=confirmed) for id_ in ids]


async def consent_states_in(write: Write, customer_id: int) -> list[ConsentState]:
    """What stands for each channel of a customer as far as a write has come."""
    (owner,) = await write.rows(reaches_of(), ids=[customer_id])
    said = (await consents_of(write, [customer_id]))[customer_id]
    return _states(said, owner, confirmed_opt_in=write.business.confirmed_opt_in)


def _states(said: Said, owner: Any, *, confirmed_opt_in: bool) -> list[ConsentState]:
    return [
        ConsentState(
            channel,
            *standing(last_said(said.get(channel, ())), _reach(owner, channel), confirmed_opt_in=confirmed_opt_in),
        )
        for channel in ConsentChannel
    ]


def _reach(row: Any, channel: ConsentChannel) -> ConsentReach:
    is_served, name = row.is_active and not row.is_erased, CONTACTS.get(channel)
    if name is None:
        return ConsentReach(is_served=is_served)
    has, is_verified = getattr(row, f"has_{name}"), getattr(row, f"is_{name}_verified")
    return ConsentReach(has, is_verified, getattr(row, f"{name}_bounced_at"), is_served)


async def consent_history_by_customer(context: Context, ids: Sequence[int], page: ConsentPage) -> list[Page]:
    """A page of the consents that each customer gave and withdrew, newest first."""
    pagers = pagers_of_each("ConsentEvent", ids, page.channel, page.asked)
    has_position = pagers[0].request.position is not None
    statement = consents_of_each_customer(channel=page.channel is not None, position=has_position)
    channel = {} if page.channel is None else {"channel": page.channel}
    rows = await context.reader.rows(statement, ids=list(ids), **channel, **pagers[0].params)
    return pages_of_each(pagers, many_each(rows, ids, "customer_id"))
