"""How far a command is, for whoever waits."""

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text


class Bar:
    """Bars on standard error, one for each phase."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def rows(self, phase: str, rows: int, of: int | None) -> None:
        """How far a phase that goes by rows is."""
        self._show(phase, "rows", rows, of)

    def customers(self, done: int, of: int) -> None:
        """How far the demo is."""
        self._show("demo", "customers", done, of)

    def _show(self, phase: str, unit: str, done: int, of: int | None) -> None:
        if phase not in self._tasks:
            self._tasks[phase] = self._progress.add_task(phase, unit=unit, total=of)
        self._progress.update(self._tasks[phase], completed=done, total=of)


@contextmanager
def progress_bar() -> Generator[Bar]:
    """A bar for as long as something runs; nothing is shown where standard error is no terminal."""
    columns = (
        TextColumn("{task.description:>18}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} {task.fields[unit]}"),
        _Rate(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Bar(progress)


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """The rate so far, once there is one."""
        return Text(f"{task.speed or task.finished_speed or 0:,.0f}/s")
