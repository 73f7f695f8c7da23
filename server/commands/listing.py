"""The command `businesses`: those that the database has."""

from rich.console import Console
from rich.table import Table

from resolvers.businesses import businesses
from server.settings import Settings
from server.store import opened


async def tell_businesses(settings: Settings) -> None:
    """Print the businesses of the store."""
    async with opened(settings) as database:
        rows = await businesses(database)
    table = Table("id", "name", "currency", "timezone", "revision", "facts", "updated", box=None, pad_edge=False)
    for row in rows:
        updated = f"{row.updated_at:%Y-%m-%d %H:%M}"
        numbers = (str(row.revision), str(row.facts_revision))
        table.add_row(str(row.id), row.name, row.currency, row.timezone, *numbers, updated)
    Console().print(
        table if table.row_count else "There is no business yet: import a file, or run python main.py demo."
    )
