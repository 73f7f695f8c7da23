"""Which files of a folder are new or have changed since they were last looked at, and have stopped growing."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ingest.readers import ENDINGS

REJECTS = ".rejects.csv"


class FileState(NamedTuple):
    """By what one sees that a file has changed."""

    size: int
    modified: int


class FileWatch:
    """Looks at a file, or the files of a folder. A file is ready when two looks in a row find it the same."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: dict[Path, FileState] = {}
        self._done: dict[Path, FileState] = {}

    def ready(self) -> list[Path]:
        """The files that are to be imported now, by their names."""
        ready: list[Path] = []
        for path in sorted(self._files()):
            state = self._state(path)
            if state is not None and self._seen.get(path) == state and self._done.get(path) != state:
                ready.append(path)
            if state is not None:
                self._seen[path] = state
        return ready

    def done(self, path: Path) -> None:
        """Say that a file was imported as it was when it was ready."""
        self._done[path] = self._seen[path]

    def _files(self) -> Iterator[Path]:
        if not self.path.is_dir():
            yield self.path
            return
        for path in self.path.iterdir():
            name = path.name.lower()
            if name.endswith(ENDINGS) and not name.endswith(REJECTS) and not name.startswith("."):
                yield path

    def _state(self, path: Path) -> FileState | None:
        try:
            found = path.stat()
        except OSError:
            return None
        return FileState(found.st_size, found.st_mtime_ns)
