"""Where the rejected rows of a file go."""

from pathlib import Path

from ingest.problems import ImportProblem
from ingest.staging import Staging

REJECTS_BEGIN = b"line,reason,"


def check_target(rejects: Path, path: Path) -> None:
    """ImportProblem where the rejects would be written over something else, such as the file itself."""
    if rejects.is_dir():
        raise ImportProblem(f"--rejects names a file, and {rejects} is a folder")
    if path.exists() and rejects.exists() and rejects.samefile(path):
        raise ImportProblem(f"--rejects would write over {path.name} itself: name another file")
    if rejects.exists() and _beginning(rejects) not in (REJECTS_BEGIN, b""):
        raise ImportProblem(f"--rejects would write over {rejects}, which holds no rejects: name another file")


def write_rejects(staging: Staging, target: Path) -> bool:
    """Write the rejects where there are any; else remove what an earlier run left in their place."""
    try:
        if staging.write_rejects(target):
            return True
        if target.exists() and _beginning(target) == REJECTS_BEGIN:
            target.unlink()
    except OSError as error:
        raise ImportProblem(
            f"the import is done, but its rejects cannot be written to {target} ({error.strerror}): "
            "say where by --rejects and import again"
        ) from None
    return False


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(REJECTS_BEGIN))
