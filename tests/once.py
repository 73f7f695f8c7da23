"""What a run of tests makes once, in whichever of its processes needs it first."""

import fcntl
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

T = TypeVar("T")


def folder_of_run(factory: pytest.TempPathFactory) -> Path:
    """The folder that all processes of a run share; several runs at once have one each."""
    base = factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


def once(shared: Path, name: str, make: Callable[[Path], Any]) -> Path:
    """The folder of this name, filled by `make` if it is not there yet; others who need it wait meanwhile."""
    made, unfinished = shared / name, shared / f"{name}.unfinished"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(made)
    return made


def kept(shared: Path, name: str, make: Callable[[], T]) -> T:
    """What `make` computes, read by the other processes from where the first has put it."""
    computed: list[T] = []

    def write(folder: Path) -> None:
        computed.append(make())
        with (folder / "value").open("wb") as file:
            pickle.dump(computed[0], file, pickle.HIGHEST_PROTOCOL)

    folder = once(shared, name, write)
    if computed:
        return computed[0]
    with (folder / "value").open("rb") as file:
        return pickle.load(file)
