"""`main.py serve` with a schema that takes its time: python slow_server.py PORT"""

import asyncio
import sys
from pathlib import Path

import strawberry
import structlog

sys.path.insert(0, str(Path(__file__).parents[2]))

from schema.document.prepared import AsPrepared
from server import app
from server.commands import serving
from server.settings import load_settings


@strawberry.type
class Query:
    """Answers after a while."""

    @strawberry.field
    async def slow(self, seconds: float) -> str:
        structlog.get_logger().info("asked")
        await asyncio.sleep(seconds)
        return "done"


slow_schema = strawberry.Schema(Query, extensions=[AsPrepared])


if __name__ == "__main__":
    app.served_schema = lambda: slow_schema
    serving.serve(load_settings(port=int(sys.argv[1])))
