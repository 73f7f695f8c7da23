"""The command line: each command reads its words here and leaves the work to the rooms below.

A command imports what it needs when it is called: `--help` would wait for all of them.
"""

import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from rules.demo import DEFAULT_CUSTOMERS, DEFAULT_SEED, MOST_CUSTOMERS
from rules.exports import REPORTS, ExportDetail
from rules.failures import Failure
from server.commands.webhooks_line import webhooks

if TYPE_CHECKING:
    from server.settings import Settings

T = TypeVar("T")


class OneLine(TyperGroup):
    """A group whose commands fail with one line, never a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what goes wrong ends it with 1."""
        try:
            return super().invoke(ctx)
        except (TyperException, typer.Exit, typer.Abort):
            raise
        except (Failure, OSError) as error:
            typer.echo(f"Error: {error}", err=True)
        except Exception as error:  # noqa: BLE001  whatever it is, it ends the command in one line
            typer.echo(f"Error: {_explained(error)}", err=True)
        raise typer.Exit(1)


def _explained(error: Exception) -> str:
    import structlog

    from models.outages import is_outage

    structlog.get_logger().debug("unexpected error", exc_info=error)
    kind, first_line = type(error).__name__, str(error).partition("\n")[0]
    if is_outage(error):
        return f"the database cannot be read or written just now: {first_line or kind}"
    return f"unexpected {kind}: {first_line} (LOG_LEVEL=debug tells where)"


cli = typer.Typer(
    cls=OneLine,
    help="A self-hosted customer API: serve it, fill it, look after it. Settings: docs/configuration.md.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
cli.add_typer(webhooks, name="webhooks")


def settings_of_command(**given: Any) -> "Settings":
    """The settings, with logs going to standard error by them."""
    from server.settings import load_settings
    from server.watching.logs import configure_logs

    settings = load_settings(**given)
    configure_logs(settings)
    return settings


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do the awaiting part of a command."""
    import asyncio

    return asyncio.run(work)


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (HOST).", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port (PORT).", show_default="8000")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes (WORKERS).", show_default="1")] = None,
    documents: Annotated[
        Path | None, typer.Option(help="Manifest of documents that clients may ask for by hash (DOCUMENTS).")
    ] = None,
    only_documents: Annotated[
        bool | None, typer.Option("--only-documents", help="Answer no others (ONLY_DOCUMENTS).")
    ] = None,
) -> None:
    """Answer GraphQL on /graphql, with /healthz and /readyz beside it.

    Without DATABASE_URL this is demo mode: a demo shop in var/, grown up to today, for this machine only.

    \b
    python main.py serve
    DATABASE_URL=postgresql://… SECRET_KEY=… python main.py serve --host 0.0.0.0 --workers 4
    """
    from server.commands.serving import serve as serve_until_told

    given = {"documents": documents, "only_documents": only_documents or None}
    serve_until_told(settings_of_command(host=host, port=port, workers=workers, **given))


class TakingWords(TyperCommand):
    """A command whose --words takes two arguments, each time that it is given: typer knows no list of pairs."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Make one argument of the two."""
        joined: list[str] = []
        rest = iter(args)
        for arg in rest:
            joined.append(arg)
            if arg == "--words":
                joined.append(" ".join([next(rest, ""), next(rest, "")]).strip())
        return super().parse_args(ctx, joined)


FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV, TSV or TXT, also .gz, Parquet or XLSX.", exists=True)
]
BusinessOption = Annotated[str, typer.Option(metavar="NAME", help="The business; made where there is none.")]
PresetOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Layout of the file, by its name or its own .toml; `presets` lists them.",
        show_default="found by its header",
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="FIELD=COLUMN,…", help="What the columns are, without a preset."),
]
WordsOption = Annotated[
    list[str] | None,
    typer.Option(metavar="FIELD WORD=VALUE,…", help="What words of a column mean, like: status paid=COMPLETED"),
]
DateFormatOption = Annotated[
    list[str] | None,
    typer.Option(metavar="FORMAT", help="Like %d/%m/%Y; several are tried in order.", show_default="found"),
]
CurrencyOption = Annotated[
    str | None, typer.Option(metavar="CODE", help="Of the business, like USD; needed for a new one.")
]
TimezoneOption = Annotated[
    str | None, typer.Option(metavar="ZONE", help="Of the business, like Europe/London; needed for a new one.")
]
EncodingOption = Annotated[str | None, typer.Option(metavar="NAME", help="Of a text file.", show_default="utf-8")]
DelimiterOption = Annotated[str | None, typer.Option(metavar="MARK", help="Of a text file.", show_default="found")]
RejectsOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Where rows that cannot be used go.", show_default="FILE.rejects.csv beside the file"
    ),
]
CheckOption = Annotated[bool, typer.Option("--check", help="Show what was understood, write nothing.")]
EventsOption = Annotated[
    bool, typer.Option("--events", help="Tell webhooks and `events` of its new facts of the last 30 days.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, write nothing.")]


@cli.command("import", cls=TakingWords)
def import_(  # noqa: PLR0913  these are the options
    file: FileArgument,
    business: BusinessOption,
    preset: PresetOption = None,
    mapping: MapOption = None,
    words: WordsOption = None,
    date_format: DateFormatOption = None,
    decimal: Annotated[
        str | None, typer.Option(metavar="MARK", help="comma or point, of numbers.", show_default="found")
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE", help="Of times in the file that name none.", show_default="as the preset, or --timezone"
        ),
    ] = None,
    tax: Annotated[
        str | None,
        typer.Option(
            metavar="WORD", help="beside: added to the amounts; within: contained.", show_default="as the preset"
        ),
    ] = None,
    number_restarts: Annotated[
        str | None,
        typer.Option(metavar="WORD", help="never or daily: how long a number means one sale.", show_default="asked"),
    ] = None,
    storefront: Annotated[str | None, typer.Option(metavar="NAME", help="Of sales whose rows name none.")] = None,
    source: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The system whose numbers these are.", show_default="the preset's"),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DAY", help="The first that is plausible.", show_default="1990-01-01")
    ] = None,
    rates: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV of currency, day, rate; converts other currencies.", exists=True),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="The file is complete: a stored sale loses lines that it lacks.")
    ] = False,
    currency: CurrencyOption = None,
    timezone: TimezoneOption = None,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    rejects: RejectsOption = None,
    check: CheckOption = False,
    dry_run: DryRunOption = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Of a folder or file: import what is new, again and again.")
    ] = False,
    events: EventsOption = False,
) -> None:
    """Load sales and refunds from a file. The same file again changes nothing.

    \b
    python main.py import orders_export.csv --business "My shop" --currency USD --timezone America/New_York --check
    python main.py import online_retail.csv.gz --preset online-retail \\
        --business "Online Retail" --currency GBP --timezone Europe/London
    """
    from server.commands import importing

    said = importing.ImportWords(
        preset=preset,
        mapping=",".join(mapping) if mapping else None,
        words=tuple(words or ()),
        date_formats=tuple(date_format or ()),
        decimal=decimal,
        time_zone=time_zone,
        tax=tax,
        number_restarts=number_restarts,
        storefront=storefront,
        source=source,
        since=since,
        encoding=encoding,
        delimiter=delimiter,
        replace=replace,
    )
    request = importing.ImportRequest(
        file=file,
        shop=importing.ImportTarget(business, currency, timezone),
        words=said,
        rates=rates,
        rejects=rejects,
        dry_run=dry_run,
        check=check,
        watch=watch,
        tells=events,
    )
    run(importing.import_into(settings_of_command(), request, datetime.now(UTC)))


@cli.command("import-customers", cls=TakingWords)
def import_customers(  # noqa: PLR0913  these are the options
    file: FileArgument,
    business: BusinessOption,
    preset: PresetOption = None,
    mapping: MapOption = None,
    words: WordsOption = None,
    date_format: DateFormatOption = None,
    currency: CurrencyOption = None,
    timezone: TimezoneOption = None,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    rejects: RejectsOption = None,
    check: CheckOption = False,
    dry_run: DryRunOption = False,
    events: EventsOption = False,
) -> None:
    """Load customers without sales from a file, with what they agreed to. The same file again changes nothing.

    \b
    python main.py import-customers customers_export.csv --business "My shop"
    python main.py import-customers people.csv --business "My shop" --map customer=Email,consent_email=News
    """
    from server.commands import importing

    said = importing.ImportWords(
        preset=preset,
        mapping=",".join(mapping) if mapping else None,
        words=tuple(words or ()),
        date_formats=tuple(date_format or ()),
        encoding=encoding,
        delimiter=delimiter,
    )
    request = importing.ImportRequest(
        file=file,
        shop=importing.ImportTarget(business, currency, timezone),
        words=said,
        rejects=rejects,
        dry_run=dry_run,
        check=check,
        customers=True,
        tells=events,
    )
    run(importing.import_into(settings_of_command(), request, datetime.now(UTC)))


@cli.command("record-sales")
def record_sales(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="JSON lines, each an input of recordSale.", exists=True, dir_okay=False),
    ],
    business: Annotated[str | None, typer.Option(help="Name or id.", show_default="the only one")] = None,
) -> None:
    """Record a till's queue. A line is recorded once, by its key, however often the file is.

    \b
    python main.py record-sales waiting.jsonl --business "My Shop"
    """
    from server.commands import recording

    run(recording.record_file(settings_of_command(), file, business))


@cli.command()
def presets() -> None:
    """List the layouts of files that are known."""
    from server.commands.importing import tell_presets

    tell_presets()


@cli.command()
def demo(
    customers: Annotated[
        int | None, typer.Option(min=1, max=MOST_CUSTOMERS, show_default=f"{DEFAULT_CUSTOMERS:,}")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="The same seed makes the same shop.", show_default=str(DEFAULT_SEED))
    ] = None,
) -> None:
    """Fill the business "Demo" with a made-up shop whose history ends today, or add the days since.

    \b
    python main.py demo
    DATABASE_URL=sqlite:///large.db SECRET_KEY=… python main.py demo --customers 100000 --seed 7
    """
    from server.commands import filling

    settings = settings_of_command()
    filling.tell_demo(run(filling.grow(settings, customers=customers, seed=seed, now=datetime.now(UTC))))


@cli.command()
def token(  # noqa: PLR0913  these are the options
    business: Annotated[str | None, typer.Option(help="Name or id.", show_default="the only one")] = None,
    role: Annotated[str, typer.Option(help="CUSTOMER, VIEWER, STAFF, MANAGER or ADMIN, in any case.")] = "VIEWER",
    customer: Annotated[str | None, typer.Option(help="Customer number; needed for the role CUSTOMER.")] = None,
    pii: Annotated[bool, typer.Option("--pii", help="May see personal data (matters to VIEWER).")] = False,
    expires: Annotated[str, typer.Option(help="Lifetime: 90s, 45m, 12h or 30d.")] = "12h",
    subject: Annotated[str, typer.Option(help="Whose token it is, for the audit trail.")] = "command-line",
) -> None:
    """Print a token, alone, on standard output.

    \b
    curl -s localhost:8000/graphql -H "Authorization: Bearer $(python main.py token --business Demo)" \\
        -H 'Content-Type: application/json' -d '{"query": "{ viewer { role business { name } } }"}'
    """
    from server.identity import tokens

    settings = settings_of_command()
    wanted = tokens.TokenRequest(
        business, tokens.read_role(role), customer, pii, tokens.read_lifetime(expires), subject
    )
    typer.echo(run(tokens.make(settings, wanted, datetime.now(UTC))))


@cli.command()
def report(  # noqa: PLR0913  these are the options
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(REPORTS)}.")],
    output: Annotated[Path, typer.Option(help="The file to write.", dir_okay=False)],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[ARGUMENT=VALUE]…", help="Those of the API, like asOf=2026-03-05.")
    ] = None,
    format: Annotated[str, typer.Option(help="csv, xlsx, parquet, pdf, or svg for the charts alone.")] = "pdf",
    business: Annotated[str | None, typer.Option(help="Name or id.", show_default="the only one")] = None,
    part: Annotated[
        str | None, typer.Option(help="Which table of a csv or parquet file, or which chart.", show_default="the first")
    ] = None,
    detail: Annotated[ExportDetail, typer.Option(case_sensitive=False, help="How much of a segmentation.")] = (
        ExportDetail.SUMMARY
    ),
) -> None:
    """Write a report to a file, as exportUrl gives it. What the file was before stays until all is written.

    \b
    python main.py report retention --output retention.pdf cohortPeriod=QUARTER
    python main.py report segmentation --format xlsx --detail customers --output segments.xlsx days=365
    python main.py report customers --format csv --output lost.csv filter.rfmSegment=Lost orderBy=TOTAL_SPENT
    python main.py report purchase-patterns --format svg --output week.svg --part weekday-hour storefront=Web
    """
    from server.commands import reporting

    wanted = reporting.ReportRequest(name, format.upper(), output, business, part, detail, arguments or ())
    run(reporting.write_report(settings_of_command(), wanted, datetime.now(UTC)))


@cli.command()
def migrate() -> None:
    """Bring the database to the schema of this version. Back it up before."""
    from server.store import upgraded

    before, after = run(upgraded(settings_of_command()))
    if before == after:
        typer.echo(f"The database is at schema {after} already.")
    else:
        typer.echo(f"The database is at schema {after} now; it was {before or 'empty'}.")


@cli.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, like backup-2026-03-05.zip.", dir_okay=False)],
) -> None:
    """Write everything that the store holds at one moment into a file, and verify it. Others may write meanwhile.

    It holds personal data: only you can read it.
    """
    from server.commands.backup import back_up

    run(back_up(settings_of_command(), file, datetime.now(UTC)))


@cli.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What backup wrote.", exists=True, dir_okay=False)],
    replaces: Annotated[
        str | None,
        typer.Option(
            help="The URL of the store that it takes the place of: who was erased there is erased again.",
            show_default="the newest later backup in the same folder tells who was",
        ),
    ] = None,
) -> None:
    """Fill an empty store from a backup, of the same kind of store or another, and verify it.

    \b
    DATABASE_URL=sqlite:///new.db python main.py restore backup-2026-03-05.zip --replaces sqlite:///shop.db
    """
    from server.commands.backup import restore as restore_into

    run(restore_into(settings_of_command(), file, replaces))


@cli.command()
def erase(
    customer: Annotated[
        str | None, typer.Option(help="The number of the customer to erase.", show_default=False)
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Everybody whose erasure was asked for and is due today.")] = False,
    business: Annotated[
        str | None, typer.Option(help="Name or id.", show_default="the only one; with --due all of them")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be erased, and erase nothing.")] = False,
) -> None:
    """Erase a person for good: every personal value goes, sales and totals stay under a nameless customer.

    \b
    python main.py erase --customer CUST-20260305-7K2M --dry-run
    python main.py erase --due
    """
    from server.commands import erasing

    run(erasing.erase(settings_of_command(), erasing.ErasureWanted(business, customer, due, dry_run)))


@cli.command("ask")
def ask_(
    document: Annotated[str, typer.Argument(help="A query or mutation, or - for standard input.")],
    variables: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]…", help="Its variables, as JSON or as they stand.")
    ] = None,
    business: Annotated[str | None, typer.Option(help="Name or id.", show_default="the only one")] = None,
) -> None:
    """Ask and change anything that the API does, as ADMIN and without a server: customers, consents, merges, settings.

    \b
    python main.py ask 'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) {
        __typename ... on CustomerPayload { customer { number } } ... on Refusal { message } } }' \\
        'input={"firstName": "Ann", "email": "ann@example.com"}'
    """
    from server.commands import asking

    text = sys.stdin.read() if document == "-" else document
    run(asking.ask(settings_of_command(), asking.AskRequest(text, variables or (), business)))


@cli.command("export-customer")
def export_customer(
    customer: Annotated[str, typer.Option(help="The number of the customer.")],
    output: Annotated[Path, typer.Option(help="The zip to write.", dir_okay=False)],
    business: Annotated[str | None, typer.Option(help="Name or id.", show_default="the only one")] = None,
) -> None:
    """Write all that is kept about a person, as JSON and CSV in a zip: for who asks what that is.

    \b
    python main.py export-customer --customer CUST-20260305-7K2M --output person.zip
    """
    from server.commands import person_export

    run(person_export.export_person(settings_of_command(), business, customer, output))


@cli.command()
def verify(
    business: Annotated[str | None, typer.Option(help="Name or id.", show_default="all of them")] = None,
) -> None:
    """Compare a fresh columnar copy with the store, and check what must hold between rows. Ends with 1 if not so.

    It reads everything, in one snapshot per business, and writes nothing.
    """
    from server.commands.verifying import verify_store

    run(verify_store(settings_of_command(), business, datetime.now(UTC)))


@cli.command()
def duplicates(
    business: Annotated[str | None, typer.Option(help="Name or id; needed where there are several.")] = None,
) -> None:
    """Look for customers that may be one person, in the place of what the last search found."""
    from server.commands.duplicates import find_duplicates_of

    run(find_duplicates_of(settings_of_command(), business))


@cli.command()
def maintenance(
    business: Annotated[str | None, typer.Option(help="Name or id.", show_default="all of them")] = None,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The business day of a pass to run again.", show_default="what is due"),
    ] = None,
    step: Annotated[
        str | None, typer.Option(help="The one step to run again, like PURGE.", show_default="all that are not done")
    ] = None,
) -> None:
    """Run the nightly pass that is due, here and now, or one again. Ends with 1 where a step failed.

    \b
    python main.py maintenance
    python main.py maintenance --business Demo --step FIND_DUPLICATES
    """
    from server.commands.maintenance import maintain

    run(maintain(settings_of_command(), business, None if day is None else day.date(), step))


@cli.command()
def events(
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what happens from now on.")] = False,
    after: Annotated[str | None, typer.Option(help="Begin after this cursor.", show_default="the first kept")] = None,
    business: Annotated[str | None, typer.Option(help="Name or id.", show_default="the only one")] = None,
) -> None:
    """Write what has happened, an event a line: the cursor after it, a tab, its body.

    \b
    python main.py events --follow --after "$(cat cursor)"
    """
    from server.commands.webhooks import follow_events

    run(follow_events(settings_of_command(), business, after, follow=follow))


@cli.command()
def schema(
    output: Annotated[Path | None, typer.Option(help="Write it to this file.", dir_okay=False)] = None,
    check: Annotated[bool, typer.Option("--check", help="Compare it with schema.graphql, print nothing.")] = False,
) -> None:
    """Print the GraphQL schema as text."""
    from server.sdl import SCHEMA_FILE, changes, sdl

    if check:
        differences = changes()
        if differences:
            typer.echo(differences, err=True)
            typer.echo(
                f"Error: {SCHEMA_FILE.name} is not what is served: python main.py schema --output {SCHEMA_FILE}",
                err=True,
            )
            raise typer.Exit(1)
    elif output:
        output.write_text(sdl(), encoding="utf-8")
    else:
        typer.echo(sdl(), nl=False)


@cli.command("businesses")
def list_businesses(
    business: Annotated[
        str | None, typer.Option(help="Name or id of the one to change.", show_default="the only one")
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="ISO 3166 code of the country of phone numbers without one, like DE.")
    ] = None,
    week_start: Annotated[str | None, typer.Option(help="The day on which its weeks begin, like SUNDAY.")] = None,
) -> None:
    """List the businesses of the database, and change a setting of one before.

    \b
    python main.py businesses
    python main.py businesses --business "My shop" --region DE --week-start SUNDAY
    """
    from server.commands.businesses import tell_businesses

    options = {"region": region, "week_start": week_start}
    given = {name: text for name, text in options.items() if text is not None}
    run(tell_businesses(settings_of_command(), business, given))
