"""Statements are compiled once a process of tests and kind of store, not anew for the store of each test.

SQLAlchemy, our reader and our writes keep what they compiled by the dialect of an engine. Stores of one kind differ in
nothing else that is compiled, so they are given one dialect: that of a store that has been connected to, and so knows
its version.
"""

from typing import Any

from sqlalchemy import SelectBase
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.util import LRUCache

from models.compiled import CompiledStatements
from models.database import Database
from resolvers.operation.reader import SLOW_SECONDS, PreparedStatement, Statements

MOST = 20_000  # more than all tests have
_connected: dict[bool, Dialect] = {}
_by_sqlalchemy: LRUCache[Any, Any] = LRUCache(MOST)
_by_reader: dict[Dialect, dict[SelectBase, PreparedStatement]] = {}
_by_write: dict[Dialect, CompiledStatements] = {}
_open = Database.__init__
_prepare = Statements.__init__


def compile_once() -> None:
    """Let all stores of this process that are opened from now on share what is compiled for them."""
    Database.__init__ = _opened
    Statements.__init__ = _prepared


def _opened(self: Database, url: str, pool_size: int = 5) -> None:
    _open(self, url, pool_size)
    engine: Any = self.engine.sync_engine
    engine._compiled_cache = _by_sqlalchemy
    shared = _connected.get(self.is_sqlite)
    if shared is None or getattr(shared, "server_version_info", None) is None:
        _connected[self.is_sqlite] = engine.dialect
    else:
        engine.dialect = shared
    self.compiled = _by_write.setdefault(engine.dialect, CompiledStatements(engine.dialect))


def _prepared(self: Any, database: Database, slow_seconds: float = SLOW_SECONDS) -> None:
    _prepare(self, database, slow_seconds)
    self._kept = _by_reader.setdefault(database.dialect, {})
