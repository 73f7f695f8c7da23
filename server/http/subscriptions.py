"""Subscriptions over WebSockets by the protocol graphql-transport-ws; the token comes with the first message.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import orjson
import structlog
from starlette.datastructures import Headers
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.types.execution import ExecutionResult

from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput, RequestError
from resolvers.operation.viewer import Viewer
from schema.document.prepared import PREPARED
from server.addresses import address_group
from server.http.errors import Told, told_by_execution, told_of
from server.http.fair_shares import FairShares, NoShare, holder_of
from server.http.graphql import WEBSOCKET, Endpoint, NotExecuted, Operation
from server.http.requests import asked_in
from server.http.shares import Shares
from server.identity.auth import Admission
from server.watching.metrics import SUBSCRIPTIONS, count_operation
from server.watching.redaction import keep_private

log = structlog.get_logger()

PROTOCOL = "graphql-transport-ws"
LARGEST_MESSAGE = 256 * 1024
LONGEST_ID = 200
LONGEST_REASON = 120  # bytes of a closing frame


@dataclass(frozen=True)
class SocketLimits:
    """How many sockets and subscriptions a process, a business, a bearer and a socket hold, and how long one may have
    no token.
    """

    sockets: int = 1_000
    subscriptions: int = 10
    init_seconds: float = 10.0
    silent_per_address: int = 100
    sockets_per_business: int = 500
    sockets_per_bearer: int = 50
    subscriptions_per_bearer: int = 100


class SocketShares:
    """What addresses and bearers hold of a process."""

    def __init__(self, limits: SocketLimits) -> None:
        self.silent = Shares(limits.silent_per_address)
        self.sockets = FairShares(
            refusal="Too many connections of {}: try again later",
            most=limits.sockets,
            of_business=limits.sockets_per_business,
            of_bearer=limits.sockets_per_bearer,
        )
        self.subscriptions = FairShares(
            refusal="there are as many subscriptions of {} as there may be at a time: end one first",
            most=limits.sockets * limits.subscriptions,
            of_business=limits.sockets_per_business * limits.subscriptions,
            of_bearer=limits.subscriptions_per_bearer,
        )


class Closed(Exception):
    """The socket has to be closed, with a code of the protocol."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Subscriptions:
    """Answers WebSockets at /graphql."""

    def __init__(
        self, endpoint: Endpoint, allowed_origins: frozenset[str] = frozenset(), limits: SocketLimits | None = None
    ) -> None:
        self._endpoint = endpoint
        self._allowed_origins = allowed_origins
        self._limits = limits or SocketLimits()
        self._shares = SocketShares(self._limits)
        self._open = 0

    async def answer(self, socket: WebSocket) -> None:
        """Talk with a client until one of both ends it."""
        if not self._may_connect(socket.headers):
            await socket.close(1008)  # before it is accepted: an answer of 403
            return
        await socket.accept(PROTOCOL if PROTOCOL in socket.scope["subprotocols"] else None)
        self._open += 1
        try:
            await self._talk(socket)
        except Closed as closed:
            if socket.application_state is WebSocketState.CONNECTED:
                await socket.close(closed.code, _fitting(closed.reason))
        except WebSocketDisconnect:
            pass
        finally:
            self._open -= 1

    async def _talk(self, socket: WebSocket) -> None:
        if PROTOCOL not in socket.scope["subprotocols"]:
            raise Closed(4406, "Subprotocol not acceptable")
        if self._open > self._limits.sockets:
            raise _too_many("to this server")
        conversation = Conversation(socket, self._endpoint, self._limits, self._shares)
        try:
            await conversation.hold()
        finally:
            await conversation.end()

    def _may_connect(self, headers: Headers) -> bool:
        """Whether it is no page of another site that connects: browsers say whose page it is, programs do not."""
        origin = headers.get("origin")
        return origin is None or origin.lower() in self._allowed_origins or _is_own(origin, headers.get("host", ""))


def _too_many(which: str) -> Closed:
    """The closing of a socket for which there is no place now: clients take this code for a reason to come back."""
    return Closed(1013, f"Too many connections {which}: try again later")


def origins_of(setting: str) -> frozenset[str]:
    """The origins that a setting lists."""
    return frozenset(origin.strip().lower().rstrip("/") for origin in setting.split(",") if origin.strip())


def _is_own(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == host.lower() != ""
    except ValueError:
        return False


class Conversation:
    """One socket with its subscriptions."""

    def __init__(self, socket: WebSocket, endpoint: Endpoint, limits: SocketLimits, shares: SocketShares) -> None:
        self._socket = socket
        self._endpoint = endpoint
        self._limits = limits
        self._shares = shares
        self._running: dict[str, asyncio.Task[None]] = {}

    async def hold(self) -> None:
        """Let the client in, and do what it says until its token expires."""
        client = self._socket.client
        with self._shares.silent.held(address_group(client.host) if client else None, _too_many("of one address")):
            admission = await self._let_in()
        try:
            with self._shares.sockets.taking(holder_of(admission.viewer)):
                await self._send({"type": "connection_ack"})
                await self._talk_until_it_expires(admission)
        except NoShare as refusal:
            raise Closed(1013, refusal.message) from None

    async def _talk_until_it_expires(self, admission: Admission) -> None:
        try:
            async with asyncio.timeout(admission.expires_at - time.time()):
                while True:
                    await self._heed(await self._message(), admission.viewer)
        except TimeoutError:
            raise Closed(4403, "Forbidden: the token has expired") from None

    async def end(self) -> None:
        """End what is still running."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _let_in(self) -> Admission:
        try:
            async with asyncio.timeout(self._limits.init_seconds):
                message = await self._message()
                while message["type"] in ("ping", "pong"):
                    await self._heed_ping(message)
                    message = await self._message()
        except TimeoutError:
            raise Closed(4408, "Connection initialisation timeout") from None
        if message["type"] != "connection_init":
            raise Closed(4401, "Unauthorized")
        authorization = _authorization(message.get("payload")) or self._socket.headers.get("authorization")
        try:
            return await self._endpoint.authentication.admission(authorization)
        except RequestError as error:
            raise Closed(4403, f"Forbidden: {error.message}") from None

    async def _message(self) -> dict[str, Any]:
        received = await self._socket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1005), received.get("reason"))
        text = received.get("text")
        if text is None or len(text) > LARGEST_MESSAGE:
            raise Closed(4400, "Invalid message: it must be text, and not too long")
        try:
            message: Any = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise Closed(4400, "Invalid message: it is not JSON") from None
        if not isinstance(message, dict) or not isinstance(cast(dict[str, Any], message).get("type"), str):
            raise Closed(4400, "Invalid message: it has no type")
        return cast(dict[str, Any], message)

    async def _heed(self, message: dict[str, Any], viewer: Viewer) -> None:
        match message["type"]:
            case "ping" | "pong":
                await self._heed_ping(message)
            case "subscribe":
                await self._subscribe(_id(message), message.get("payload"), viewer)
            case "complete":
                task = self._running.pop(_id(message), None)
                if task is not None:
                    task.cancel()
            case "connection_init":
                raise Closed(4429, "Too many initialisation requests")
            case _:
                raise Closed(4400, "Invalid message: its type is unknown")

    async def _heed_ping(self, message: dict[str, Any]) -> None:
        if message["type"] == "ping":
            await self._send({"type": "pong"})

    async def _subscribe(self, id_: str, payload: Any, viewer: Viewer) -> None:
        if id_ in self._running:
            raise Closed(4409, f"Subscriber for {id_} already exists")
        if len(self._running) >= self._limits.subscriptions:
            most = self._limits.subscriptions
            await self._refuse_one_more(id_, f"a connection holds at most {most} subscriptions: end one first")
            return
        holder, shares = holder_of(viewer), self._shares.subscriptions
        try:
            shares.take(holder)
        except NoShare as refusal:
            await self._refuse_one_more(id_, refusal.message)
        else:
            task = self._begin(id_, payload, viewer)
            task.add_done_callback(lambda _: shares.give_back(holder))

    def _begin(self, id_: str, payload: Any, viewer: Viewer) -> "asyncio.Task[None]":
        task = asyncio.create_task(self._listen(id_, payload, viewer))
        self._running[id_] = task
        task.add_done_callback(lambda ended: self._forget(id_, ended))
        return task

    async def _refuse_one_more(self, id_: str, reason: str) -> None:
        await self._send({"id": id_, "type": "error", "payload": told_of(BadUserInput(reason)).errors})

    def _forget(self, id_: str, task: "asyncio.Task[None]") -> None:
        if self._running.get(id_) is task:
            del self._running[id_]
        if not task.cancelled() and task.exception() is not None:
            log.debug("subscription ended", error=type(task.exception()).__name__)  # the socket has gone

    async def _listen(self, id_: str, payload: Any, viewer: Viewer) -> None:
        SUBSCRIPTIONS.inc()
        try:
            operation = await self._endpoint.accepted(asked_in(payload), viewer, WEBSOCKET)
            await self._tell(id_, operation, viewer)
        except NotExecuted as refusal:
            await self._refuse(id_, refusal.answer.told)
        except WebSocketDisconnect:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, the caller gets an id and never more
            await self._refuse(id_, told_of(error))
        finally:
            SUBSCRIPTIONS.dec()

    async def _tell(self, id_: str, operation: Operation, viewer: Viewer) -> None:
        keep_private(operation.prepared.text, operation.prepared.document, operation.asked.variables)
        started = time.perf_counter()
        async with aclosing(self._results(operation, viewer)) as results:
            async for result in results:
                told = told_by_execution(result.errors or [])
                count_operation("subscription", told.codes, time.perf_counter() - started)
                if result.data is None:
                    await self._send({"id": id_, "type": "error", "payload": told.errors})
                    return
                errors = {"errors": told.errors} if told.errors else {}
                await self._send({"id": id_, "type": "next", "payload": {"data": result.data, **errors}})
                started = time.perf_counter()
        await self._send({"id": id_, "type": "complete"})

    async def _results(self, operation: Operation, viewer: Viewer) -> AsyncGenerator[ExecutionResult]:
        context = Context(self._endpoint.services, viewer, self._endpoint.clock())
        try:
            stream = await self._endpoint.schema.subscribe(
                operation.prepared.text,
                variable_values=operation.asked.variables,
                operation_name=operation.asked.operation_name,
                context_value=context,
                operation_extensions={PREPARED: operation.prepared},
            )
            async with aclosing(cast(AsyncGenerator[ExecutionResult], stream)) as results:
                async for result in results:
                    yield result
        finally:
            await context.close()

    async def _refuse(self, id_: str, told: Told) -> None:
        count_operation("subscription", told.codes, 0)
        await self._send({"id": id_, "type": "error", "payload": told.errors})

    async def _send(self, message: dict[str, Any]) -> None:
        await self._socket.send_text(orjson.dumps(message).decode())


def _fitting(reason: str) -> str:
    """A reason as long as a closing frame may hold, in whole characters."""
    return reason.encode(errors="replace")[:LONGEST_REASON].decode(errors="ignore")


def _id(message: dict[str, Any]) -> str:
    id_ = message.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= LONGEST_ID:
        raise Closed(4400, "Invalid message: it has no id")
    return id_


def _authorization(payload: Any) -> str | None:
    """What a client says of itself where it cannot set a header: its name may be written in any case."""
    if not isinstance(payload, Mapping):
        return None
    for name, value in cast(Mapping[str, Any], payload).items():
        if name.lower() == "authorization" and isinstance(value, str):
            return value
    return None
