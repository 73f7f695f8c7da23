"""The schema as text, and the file in which the last agreed one is kept."""

from difflib import unified_diff
from pathlib import Path

from strawberry import Schema

SCHEMA_FILE = Path(__file__).parent.parent / "schema" / "schema.graphql"


def served_schema() -> Schema:
    """The schema that is served."""
    from schema.schema import schema  # noqa: PLC0415  slow to import: other commands do without

    return schema


def sdl() -> str:
    """The schema that is served, in the schema definition language."""
    return served_schema().as_str().strip() + "\n"


def changes() -> str:
    """How the kept schema would have to change to be the served one; empty where they agree."""
    kept = SCHEMA_FILE.read_text(encoding="utf-8") if SCHEMA_FILE.is_file() else ""
    lines = unified_diff(
        kept.splitlines(keepends=True), sdl().splitlines(keepends=True), fromfile="kept", tofile="served"
    )
    return "".join(lines)
