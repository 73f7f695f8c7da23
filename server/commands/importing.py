"""`import`, `import-customers` and `presets`: what a file is taken for, what becomes of it, and its books."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer
from sqlalchemy.exc import DBAPIError

from ingest.loader import ImportSummary, import_file
from ingest.mapping import Mapping, NumberRestarts, Rules, TaxStanding, parse_map, parse_words
from ingest.numbers import DecimalMark
from ingest.presets import preset, preset_names, recognised
from ingest.problems import ImportProblem
from ingest.rates import read_rates
from ingest.readers import open_source
from ingest.watching import FileWatch
from ingest.words import check_words
from models.businesses import Business
from models.database import Database
from models.outages import is_outage
from resolvers.businesses import businesses, ensure_business, find_business
from rules.currency import exponent_of
from rules.days import time_zones
from rules.failures import Failure
from rules.regions import initial_region
from server.commands.actor import IMPORT
from server.commands.import_report import tell_import, tell_next, tell_understood
from server.commands.progress import progress_bar
from server.settings import Settings
from server.store import opened

SECONDS_BETWEEN_LOOKS = 5.0
LONGEST_NAME = 200
LONGEST_SOURCE = 80
NEEDED_OF_SALES = "sale=…,occurred_at=…,amount=…"
NEEDED_OF_CUSTOMERS = "customer=…"


@dataclass(frozen=True)
class ImportTarget:
    """The business to fill, and what a new one needs."""

    name: str
    currency: str | None
    timezone: str | None


@dataclass(frozen=True)
class ImportWords:
    """What the command line says of a file, in its own words; None is what is to be found in the file."""

    preset: str | None = None
    mapping: str | None = None
    words: tuple[str, ...] = ()  # each a field and its words
    date_formats: tuple[str, ...] = ()
    decimal: str | None = None
    time_zone: str | None = None
    tax: str | None = None
    number_restarts: str | None = None
    storefront: str | None = None
    source: str | None = None
    since: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    replace: bool = False


@dataclass(frozen=True)
class ImportRequest:
    """What `import` was asked."""

    file: Path
    shop: ImportTarget
    words: ImportWords = ImportWords()
    rates: Path | None = None
    rejects: Path | None = None
    dry_run: bool = False
    check: bool = False
    watch: bool = False
    customers: bool = False
    tells: bool = False  # of its new facts of late


def layout_of(words: ImportWords, file: Path, *, customers: bool = False) -> Mapping:
    """How a file is laid out: by what was said, or else by what its header looks like."""
    if words.preset and words.mapping:
        raise ImportProblem("--preset and --map say the same: one or the other")
    rules = Rules.CUSTOMERS if customers else Rules.SALES
    if words.mapping:
        mapping = parse_map(words.mapping, rules=rules)
    else:
        mapping = preset(words.preset) if words.preset else _looks_like(words, file, customers=customers)
    if (mapping.rules is Rules.CUSTOMERS) is not customers:
        command, holds = ("import", "sales") if customers else ("import-customers", "customers")
        raise ImportProblem(f"{mapping.title or mapping.name} holds {holds}: import it by `main.py {command}`")
    return _as_said(mapping, words)


def _looks_like(words: ImportWords, file: Path, *, customers: bool) -> Mapping:
    header, fitting = _recognised_by_header(words, file)
    of_kind = [found for found in fitting if (found.rules is Rules.CUSTOMERS) is customers] or fitting
    if not of_kind:
        raise ImportProblem(
            f"{file.name} looks like no file that is known: say what its columns are by "
            f"--map {NEEDED_OF_CUSTOMERS if customers else NEEDED_OF_SALES}, or which it is by --preset (`presets` "
            f"lists them). Its columns are {', '.join(header)}"
        )
    best = [found for found in of_kind if len(found.recognised_by) == len(of_kind[0].recognised_by)]
    if len(best) > 1:
        raise ImportProblem(
            f"{file.name} looks like {' and like '.join(found.title for found in best)}: --preset says which"
        )
    return of_kind[0]


def _recognised_by_header(words: ImportWords, file: Path) -> tuple[list[str], list[Mapping]]:
    def is_known(names: list[str]) -> bool:
        return bool(recognised(names))

    with open_source(file, encoding=words.encoding, delimiter=words.delimiter, wanted=is_known) as source:
        return source.header, recognised(source.header)


def _as_said(mapping: Mapping, words: ImportWords) -> Mapping:
    """The layout with what the command line says instead."""
    habits, said = mapping.habits, dict[str, Any]()
    if words.date_formats:
        said["dates"] = words.date_formats
    if words.decimal:
        said["decimal"] = _one_of("--decimal", words.decimal, DecimalMark)
    if words.tax:
        said["tax"] = _one_of("--tax", words.tax, (TaxStanding.BESIDE, TaxStanding.WITHIN))
    if words.number_restarts:
        said["number_restarts"] = _one_of(
            "--number-restarts", words.number_restarts, (NumberRestarts.NEVER, NumberRestarts.DAILY)
        )
    if words.time_zone:
        if words.time_zone not in time_zones():
            raise ImportProblem(f'unknown --time-zone "{words.time_zone}": use a name like UTC or Europe/London')
        said["time_zone"] = words.time_zone
    if words.since:
        said["since"] = _day(words.since)
    if words.storefront:
        said["storefront"] = words.storefront
    own = parse_words(words.words)
    check_words(own, "--words")
    merged = {**mapping.words, **{name: {**mapping.words.get(name, {}), **table} for name, table in own.items()}}
    habits = replace(habits, **said, is_complete=words.replace)
    return replace(mapping, habits=habits, words=merged, source=words.source or mapping.source)


def _one_of(option: str, text: str, words: Iterable[Any]) -> Any:
    known = {str(word).lower(): word for word in words}
    if text.strip().lower() not in known:
        raise ImportProblem(f'{option} is {" or ".join(known)}, not "{text}"')
    return known[text.strip().lower()]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ImportProblem(f'--since is a day like 1990-01-01, not "{text}"') from None


async def import_into(settings: Settings, request: ImportRequest, now: datetime) -> None:
    """Import a file, or look at it, showing how far it is, and tell what became of its rows."""
    _check_request(request)
    async with opened(settings) as database:
        if request.watch:
            await _watch(database, request)
        else:
            await _import_one(database, request, request.file, now)


def _check_request(request: ImportRequest) -> None:
    """ImportProblem for what is wrong whatever the file holds."""
    if not request.shop.name.strip():
        raise ImportProblem("--business is blank: it is the name of the business")
    for option, text, most in (
        ("--business", request.shop.name, LONGEST_NAME),
        ("--storefront", request.words.storefront, LONGEST_NAME),
        ("--source", request.words.source, LONGEST_SOURCE),
    ):
        if text and len(text) > most:
            raise ImportProblem(f"{option} has {len(text)} characters: at most {most}")
    if request.file.is_dir() and not request.watch:
        raise ImportProblem(f"{request.file} is a folder: name a file of it, or import all of them by --watch")
    if request.rejects and request.file.is_dir():
        raise ImportProblem("--rejects is of one file: in a folder each has its rejects beside it")
    if request.rejects and not request.rejects.absolute().parent.is_dir():
        raise ImportProblem(f"--rejects {request.rejects}: there is no folder {request.rejects.parent}")


async def _import_one(database: Database, request: ImportRequest, file: Path, now: datetime) -> ImportSummary:
    mapping = await asyncio.to_thread(layout_of, request.words, file, customers=request.customers)
    if not (request.words.preset or request.words.mapping or request.check):
        typer.echo(f"{file.name} looks like {mapping.title}")
    rates = await asyncio.to_thread(read_rates, request.rates) if request.rates else None
    shop = await _shop(database, request, now)
    with progress_bar() as bar:
        summary = await import_file(
            database,
            path=file,
            business=shop,
            mapping=mapping,
            now=now,
            actor=IMPORT,
            dry_run=request.dry_run or request.check,
            rejects=request.rejects,
            encoding=request.words.encoding,
            delimiter=request.words.delimiter,
            rates=rates,
            progress=bar.rows,
            tells=request.tells,
        )
    if request.check:
        tell_understood(summary, file, shop)
    tell_import(summary, file, shop)
    if request.check:
        tell_next()
    return summary


async def _watch(database: Database, request: ImportRequest) -> None:
    """Import what is new or has changed until it is stopped; of a file that cannot be imported, say why and go on."""
    watch = FileWatch(request.file)
    typer.echo(f"watching {request.file}; Ctrl+C ends it")
    while True:
        for file in await asyncio.to_thread(watch.ready):
            try:
                await _import_one(database, request, file, datetime.now().astimezone())
            except (Failure, OSError, DBAPIError) as error:
                if is_outage(error):
                    typer.echo(f"Error: {file.name}: the database cannot be reached; trying again", err=True)
                    continue
                if isinstance(error, DBAPIError):
                    raise
                typer.echo(f"Error: {file.name}: {error}", err=True)
            watch.done(file)
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


async def _shop(database: Database, request: ImportRequest, now: datetime) -> Any:
    asked = request.shop
    found: Any = await find_business(database, asked.name)
    if not found and not (asked.currency and asked.timezone):
        names = ", ".join(f'"{row.name}"' for row in await businesses(database)) or "none yet"
        raise ImportProblem(
            f'there is no business "{asked.name}" (there are: {names}); '
            "to make it, say which --currency it has, like GBP, and which --timezone, like Europe/London"
        )
    currency = asked.currency.upper() if asked.currency else found.currency
    timezone = asked.timezone or found.timezone
    try:
        if not found and (request.dry_run or request.check):
            return _unwritten(asked.name, currency, timezone, now)
        return await ensure_business(
            database, found.name if found else asked.name, currency=currency, timezone=timezone, now=now
        )
    except ValueError as error:
        raise ImportProblem(str(error)) from None


def _unwritten(name: str, currency: str, timezone: str, now: datetime) -> Business:
    exponent = exponent_of(currency)
    if timezone not in time_zones():
        raise ValueError(f'unknown time zone "{timezone}": use a name like Europe/London')
    return Business(
        name=name,
        currency=currency,
        currency_exponent=exponent,
        timezone=timezone,
        region=initial_region(currency, timezone),
        created_at=now,
        updated_at=now,
    )


def tell_presets() -> None:
    """List the layouts that are known."""
    for name in preset_names():
        layout = preset(name)
        command = "import-customers" if layout.rules is Rules.CUSTOMERS else "import"
        typer.echo(f"{name:22} {layout.title} ({command})")
