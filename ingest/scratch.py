"""Folders for what an import keeps on disk while it runs; those that a killed one left go with the next."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

PREFIX = "customer-api-import-"
NEW_SECONDS = 60  # so old a folder is locked, if anybody uses it


class ScratchFolder:
    """A folder of its own for one import, locked for as long as its process lives."""

    def __init__(self) -> None:
        remove_abandoned()
        self._folder = TemporaryDirectory(prefix=PREFIX)
        self.path = Path(self._folder.name)
        self._lock = os.open(self.path, os.O_RDONLY)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def cleanup(self) -> None:
        """Remove it."""
        os.close(self._lock)
        self._folder.cleanup()


def remove_abandoned() -> None:
    """Remove the folders of this user that no import uses any more."""
    for folder in _of_this_user():
        try:
            held = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:  # another import that starts removed it
            continue
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(held)


def _of_this_user() -> Iterator[Path]:
    for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
        try:
            found = folder.lstat()
        except FileNotFoundError:
            continue
        is_old = found.st_ctime < time.time() - NEW_SECONDS
        if is_old and found.st_uid == os.getuid() and folder.is_dir() and not folder.is_symlink():
            yield folder
