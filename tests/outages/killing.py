"""Servers of which workers are killed, and who asks them until there is an answer."""

import os
import random
import signal
from contextlib import suppress
from typing import Any, NamedTuple

import httpx2

from tests.servers import NO_TLS, Server

NO_ANSWER = (httpx2.TransportError, ValueError)
SENT_AGAIN = ("TIMEOUT", "UNAVAILABLE")  # which say that it may have been done, and to send it with the same key
MOST_ATTEMPTS = 500  # a worker that starts again is waited for that often


class Answered(NamedTuple):
    """What a request came to, after so many attempts."""

    data: dict[str, Any]
    attempts: int


async def answered(server: Server, body: dict[str, Any], headers: dict[str, str]) -> Answered:
    """Ask until there is an answer, each time over a connection of its own; AssertionError where it is an error."""
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with suppress(*NO_ANSWER):
            async with httpx2.AsyncClient(timeout=60, verify=NO_TLS) as client:
                answer = (await client.post(server.graphql, json=body, headers=headers)).json()
            if _is_to_be_sent_again(answer):
                continue
            assert answer.get("data"), answer
            return Answered(answer["data"], attempt)
    raise AssertionError(f"no answer after {MOST_ATTEMPTS} attempts: {body}")


def _is_to_be_sent_again(answer: dict[str, Any]) -> bool:
    return any(error.get("extensions", {}).get("code") in SENT_AGAIN for error in answer.get("errors", ()))


def kill_one(server: Server, chance: random.Random) -> None:
    """Kill a worker, whatever it is at."""
    workers = server.workers()
    if workers:
        with suppress(ProcessLookupError):
            os.kill(chance.choice(workers), signal.SIGKILL)
