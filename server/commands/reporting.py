"""The command `report`: the same files as those of the links, written to the disk."""

import logging
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import typer

from analytics.copy.copy import SnapshotMoved
from exports.asking import question
from exports.document import Document
from exports.files import Progress, write_file
from exports.reports import document_of
from exports.writers.pdf.fonts import Fonts
from exports.writers.svg import svg_of
from resolvers.businesses import the_business
from resolvers.exports import Export
from resolvers.operation.context import Context
from resolvers.operation.errors import RequestError
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from rules.exports import ExportDetail, ExportFormat
from rules.failures import Failure
from server.commands.progress import progress_bar
from server.settings import Settings
from server.store import opened

SVG = "SVG"
FORMATS = (*ExportFormat, SVG)


class ReportFailed(Failure):
    """A report that cannot be written; the message says what would be right."""


@dataclass(frozen=True)
class ReportRequest:
    """What `report` was asked."""

    report: str
    format: str
    output: Path
    business: str | None
    part: str | None
    detail: ExportDetail
    arguments: Sequence[str]


async def write_report(settings: Settings, wanted: ReportRequest, now: datetime) -> None:
    """Write a report, showing how far it is. What was in the file before stays until all of it is written."""
    if wanted.format not in FORMATS:
        raise ReportFailed(f'there is no format "{wanted.format}": use one of {", ".join(FORMATS).lower()}')
    if not wanted.output.parent.is_dir():
        raise ReportFailed(f'there is no folder "{wanted.output.parent}" to write {wanted.output.name} into')
    async with opened(settings) as database:
        services = Services(database, slow_seconds=settings.slow_seconds)
        try:
            viewer = Viewer("command-line", Role.ADMIN, (await the_business(database, wanted.business)).id)
            with _quiet_logs(), progress_bar() as bar:
                paths = await _written(services, viewer, wanted, Fonts(settings.fonts), now, bar.rows)
        except RequestError as error:
            raise ReportFailed(error.message) from None
        finally:
            await services.close()
    for path in paths:
        typer.echo(f"{path} ({path.stat().st_size:,} bytes)")


@contextmanager
def _quiet_logs() -> Generator[None]:
    """Messages from warnings on: others would tear the bar, and make cron send a mail every Monday."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(max(level, logging.WARNING))
    try:
        yield
    finally:
        root.setLevel(level)


async def _written(  # noqa: PLR0913  who asks for what, when, and who waits
    services: Services, viewer: Viewer, wanted: ReportRequest, fonts: Fonts, now: datetime, progress: Progress
) -> list[Path]:
    for pin_at_start in (False, True):
        context = Context(services, viewer, now, pin_at_start=pin_at_start)
        try:
            return await _write(context, wanted, fonts, progress)
        except SnapshotMoved:
            continue
        finally:
            await context.close()
    raise SnapshotMoved


async def _write(context: Context, wanted: ReportRequest, fonts: Fonts, progress: Progress) -> list[Path]:
    asked = await question(context, wanted.report, wanted.arguments)
    is_drawn = wanted.format == SVG
    part = None if is_drawn else wanted.part  # that of an SVG file is a chart
    export = Export(asked, ExportFormat.PDF if is_drawn else ExportFormat(wanted.format), wanted.detail, part)
    export.check((await context.business()).today)
    if is_drawn:
        return _write_charts(await document_of(context, export), wanted)
    document = await document_of(context, export)
    with _arriving(wanted.output) as file:
        await write_file(document, export, fonts, file, progress)
    return [wanted.output]


@contextmanager
def _arriving(target: Path) -> Generator[BinaryIO]:
    """A file beside the target, its owner's alone, that takes the target's place when it is complete."""
    unfinished = target.with_name(f"{target.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        unfinished.touch(mode=0o600, exist_ok=False)
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _write_charts(document: Document, wanted: ReportRequest) -> list[Path]:
    """Each chart in a file: the one that `part` names, or all with their names added to that of the file."""
    charts = {drawing.name: drawing for drawing in document.charts}
    if not charts:
        raise ReportFailed(f"{wanted.report} has no chart: use another format")
    if wanted.part is not None and wanted.part not in charts:
        raise ReportFailed(f'{wanted.report} has no chart "{wanted.part}": there are {", ".join(charts)}')
    chosen = [charts[wanted.part]] if wanted.part else list(charts.values())
    paths: list[Path] = []
    for drawing in chosen:
        is_alone = len(chosen) == 1
        path = wanted.output if is_alone else wanted.output.with_stem(f"{wanted.output.stem}-{drawing.name}")
        with _arriving(path) as file:
            file.write(svg_of(drawing, f"{document.business}, {document.period}").encode())
        paths.append(path)
    return paths
