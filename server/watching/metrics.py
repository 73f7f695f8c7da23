"""What is counted and measured, and how Prometheus reads it.

Labels are words of ours and ids of businesses, never what a client gave. With several workers prometheus-client keeps
the values in files of a folder that they share (its multiprocess mode), so that any of them answers for all.
"""

import os
from collections.abc import Collection, Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import (
    MultiProcessCollector,
    mark_process_dead,  # pyright: ignore[reportUnknownVariableType]  untyped
)

REGISTRY = CollectorRegistry()
FORMAT = "text/plain; version=0.0.4; charset=utf-8"
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
TICK_SECONDS = 0.5
DURATIONS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
LAGS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)

# ---------------------------------------------------------------- counted where it happens

OPERATIONS = Histogram(
    "customer_api_operation_seconds",
    "Operations by kind (query, mutation, subscription, export, or none where a request was refused before it was one) "
    "and outcome (OK, or the gravest code of its errors).",
    ["kind", "outcome"],
    buckets=DURATIONS,
    registry=REGISTRY,
)
REFUSALS = Counter("customer_api_refusals", "Answers that hold an error, by its code.", ["code"], registry=REGISTRY)
RESPONSE_CACHE = Counter(
    "customer_api_response_cache_requests", "Queries by what the response cache did.", ["result"], registry=REGISTRY
)
SUBSCRIPTIONS = Gauge(
    "customer_api_subscriptions", "Open subscriptions.", registry=REGISTRY, multiprocess_mode="livesum"
)
CONNECTIONS = Gauge("customer_api_connections", "Open connections.", registry=REGISTRY, multiprocess_mode="livesum")
REFUSED_CONNECTIONS = Counter(
    "customer_api_refused_connections",
    "Connections that were refused, by what there were too many of: of the process, of an address, silent ones.",
    ["too_many"],
    registry=REGISTRY,
)
CODES = Counter(
    "customer_api_codes",
    "Codes to customers by what became of them: sent, later (tried again), refused, expired, over_limit (past "
    "codesPerDay nothing is sent), nobodys (of an inactive customer, or of nobody), no_way.",
    ["outcome"],
    registry=REGISTRY,
)
LOOP_LAG = Histogram(
    "customer_api_event_loop_lag_seconds",
    f"How late the event loop was, looked at every {TICK_SECONDS:g} s.",
    buckets=LAGS,
    registry=REGISTRY,
)
DELIVERIES = Histogram(
    "customer_api_webhook_try_seconds",
    "Tries to deliver to webhook endpoints by what came of them: delivered, or the word for the error.",
    ["outcome"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15),
    registry=REGISTRY,
)

GRAVEST_FIRST = ("INTERNAL", "UNAVAILABLE", "TIMEOUT", "UNAUTHENTICATED", "FORBIDDEN")


def count_operation(kind: str, codes: Collection[str], seconds: float) -> None:
    """Count an answer with errors of these codes."""
    _operations(kind, _outcome(codes)).observe(seconds)
    for code in codes:
        REFUSALS.labels(code).inc()


def count_response(*, hit: bool) -> None:
    """Count a query that the response cache could have answered, and whether it did."""
    _responses("hit" if hit else "miss").inc()


def count_delivery(outcome: str, seconds: float) -> None:
    """Count a try to deliver."""
    DELIVERIES.labels(outcome).observe(seconds)


def count_code(outcome: str) -> None:
    """Count what became of a code to a customer."""
    CODES.labels(outcome).inc()


@cache
def _operations(kind: str, outcome: str) -> Histogram:
    return OPERATIONS.labels(kind, outcome)


@cache
def _responses(result: str) -> Counter:
    return RESPONSE_CACHE.labels(result)


def _outcome(codes: Collection[str]) -> str:
    if not codes:
        return "OK"
    return next((code for code in GRAVEST_FIRST if code in codes), min(codes))


# ---------------------------------------------------------------- looked at by server.sampling


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(f"customer_api_{name}", text, labels, registry=REGISTRY)


def _gauge(name: str, text: str, *labels: str, over_workers: Any = "livesum") -> Gauge:
    return Gauge(f"customer_api_{name}", text, labels, registry=REGISTRY, multiprocess_mode=over_workers)


MIRROR_LOADS = _counter("mirror_loads", "Times that a copy was loaded in columns.", "business")
MIRROR_LOAD_SECONDS = _counter("mirror_load_seconds", "Seconds that those took.", "business")
MIRROR_CATCH_UPS = _counter("mirror_catch_ups", "Times that a copy caught up with changes.", "business")
MIRROR_CATCH_UP_SECONDS = _counter("mirror_catch_up_seconds", "Seconds that those took.", "business")
MIRROR_COMPACTIONS = _counter("mirror_compactions", "Times that a table of a copy was sorted again.", "business")
REPORT_CACHE = _counter("report_cache_requests", "Reports by what the report cache did.", "result")
MIRROR_LAG = _gauge(
    "mirror_lag_revisions",
    "Revisions of the store that the copy has not seen; the next question catches up.",
    "business",
    over_workers="livemax",
)
NIGHTLY_LAST_DAY = _gauge(
    "nightly_last_day_timestamp_seconds",
    "The last business day whose nightly pass is done, as its midnight in UTC.",
    "business",
    over_workers="livemax",
)
NIGHTLY_AGE = _gauge("nightly_age_seconds", "How long ago that pass was over.", "business", over_workers="livemax")
NIGHTLY_FAILURES = _gauge(
    "nightly_failures", "Passes of the last weeks that failed and are not done.", "business", over_workers="livemax"
)
MIRROR_ROWS = _gauge("mirror_rows", "Rows in the copies of all workers.", "business", "table")
MIRROR_BYTES = _gauge("mirror_bytes", "Bytes of the copies of all workers.", "business")
REPORT_CACHE_BYTES = _gauge("report_cache_bytes", "Bytes of kept reports.")
RESPONSE_CACHE_BYTES = _gauge("response_cache_bytes", "Bytes of kept answers.")
WEBHOOK_LATE = _gauge(
    "webhook_late_seconds",
    "For how long the delivery that is due longest has been due.",
    "business",
    over_workers="livemax",
)
WEBHOOK_FAILING = _gauge(
    "webhook_failing_endpoints",
    "Active endpoints that failed since the last success.",
    "business",
    over_workers="livemax",
)
POOL_IN_USE = _gauge("database_connections_in_use", "Connections that operations hold.")


# ---------------------------------------------------------------- several workers


@contextmanager
def shared_by_workers(workers: int) -> Generator[Path | None]:
    """Give the processes that are started meanwhile a folder to keep their values in, where they are several."""
    given = os.environ.get(FOLDER_VARIABLE)  # noqa: TID251  prometheus-client reads it, not we
    if workers == 1 or given:
        yield Path(given) if given else None
        return
    with TemporaryDirectory(prefix="customer-api-metrics-") as folder:
        os.environ[FOLDER_VARIABLE] = folder  # noqa: TID251
        try:
            yield Path(folder)
        finally:
            del os.environ[FOLDER_VARIABLE]  # noqa: TID251


def as_text(folder: Path | None) -> bytes:
    """All values in the format of Prometheus: of this process, or of all that keep theirs in a folder."""
    if folder is None:
        return generate_latest(REGISTRY)
    for pid in {path.stem.rpartition("_")[2] for path in folder.glob("gauge_live*.db")}:
        if not _is_alive(int(pid)):
            mark_process_dead(pid, str(folder))
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))
    return generate_latest(registry)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
