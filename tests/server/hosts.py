"""Hosts of a network of their own: processes in network namespaces, which go with the process and need root.

`… -m tests.server.hosts courier|receiver` is what runs on one: it begins once its network is there, at a line on stdin.
"""

import asyncio
import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

from resolvers.operation.sending import Parcel
from server import address_guard
from server.courier import HttpCourier

ROOT = Path(__file__).parents[2]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ADDRESS, NAMES = 1, 28  # kinds of questions to a server of names: of IPv4, and of IPv6


def why_there_are_none() -> str | None:
    """Why namespaces cannot be made here, None where they can."""
    for tool in ("ip", "unshare", "nsenter"):
        if shutil.which(tool) is None:
            return f"there is no `{tool}`"
    tried = subprocess.run(("unshare", "--net", "--mount", "true"), capture_output=True, text=True, check=False)
    return tried.stderr.strip() or None


class Host:
    """A process in a network namespace, which is told and tells JSON, a line each."""

    def __init__(self, role: str) -> None:
        words = ("unshare", "--net", "--mount", sys.executable, "-m", "tests.server.hosts", role)
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
        self.process = subprocess.Popen(words, **pipes)
        assert self.heard() == "ready"

    def ip(self, words: str) -> None:
        """Have `ip` do something in its namespace."""
        inside = ("nsenter", "--target", str(self.process.pid), "--net", "ip", *words.split())
        subprocess.run(inside, check=True, capture_output=True, text=True, timeout=10)

    def joined(self, other: "Host", network: str, mine: str, its: str) -> None:
        """Lay a cable to another host: the names of its ends, and the address of each in a network of 24 bits."""
        self.ip(f"link add {network} type veth peer name {network} netns {other.process.pid}")
        for host, address in ((self, mine), (other, its)):
            host.ip(f"addr add {address}/24 dev {network}")
            host.ip(f"link set {network} up")

    def told(self, what: Any) -> Any:
        """What it answers."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        return self.heard()

    def heard(self) -> Any:
        """What it says next."""
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())


@contextmanager
def host(role: str) -> Generator[Host]:
    """A host meanwhile; its cables go with it."""
    made = Host(role)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.communicate()


def say(what: Any) -> None:
    print(json.dumps(what), flush=True)


# ---------------------------------------------------------------- what runs on a host that is called


class Receiver(BaseHTTPRequestHandler):
    """Keeps under which name it was called, and says 204."""

    came: list[str] = []  # noqa: RUF012  of the process

    def do_POST(self) -> None:
        self.came.append(self.headers["host"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_arguments: Any, **_named: Any) -> None:
        """It is silent."""


def serve_names(at: socket.socket, names: dict[str, list[list[str]]]) -> None:
    """Say of each name the next of its lists of addresses each time, the last one from then on."""
    while True:
        asked, who = at.recvfrom(512)
        end = asked.index(0, 12)
        name = b".".join(_labels(asked[12:end])).decode()
        kind = int.from_bytes(asked[end + 1 : end + 3])
        lists = names.get(name, [[]])
        found = (lists.pop(0) if len(lists) > 1 else lists[0]) if kind == ADDRESS else []
        head = asked[:2] + b"\x85\x80\x00\x01" + len(found).to_bytes(2) + bytes(4)
        answers = [b"\xc0\x0c\x00\x01\x00\x01" + bytes(4) + b"\x00\x04" + socket.inet_aton(each) for each in found]
        at.sendto(head + asked[12 : end + 5] + b"".join(answers), who)


def _labels(encoded: bytes) -> Generator[bytes]:
    while encoded:
        yield encoded[1 : encoded[0] + 1]
        encoded = encoded[encoded[0] + 1 :]


def receive() -> None:
    """Be told an address and names; serve both, and say who came whenever asked."""
    begin = json.loads(sys.stdin.readline())
    server = ThreadingHTTPServer((begin["address"], 80), Receiver)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    at = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    at.bind((begin["address"], 53))
    threading.Thread(target=serve_names, args=(at, begin.get("names", {})), daemon=True).start()
    say("listening")
    for _ in sys.stdin:
        say(Receiver.came)


# ---------------------------------------------------------------- what runs on the host that calls


async def send() -> None:
    """Be told where names are known; then send to each address, by a new courier, and say what came of it."""
    begin = json.loads(await asyncio.to_thread(sys.stdin.readline))
    resolver = Path(begin["folder"]) / "resolv.conf"
    resolver.write_text(f"nameserver {begin['names']}\noptions timeout:1 attempts:1\n")
    mount = ("mount", "--bind", str(resolver), "/etc/resolv.conf")  # of this process alone
    await (await asyncio.create_subprocess_exec(*mount)).wait()
    address_guard.CONNECT_SECONDS = 0.5
    say("ready to send")
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        courier = HttpCourier(lambda: datetime.now(UTC), asked.get("private", ()))
        parcel = Parcel("Event_1", asked["url"], "{}", (SECRET,))
        attempt = await courier.send(parcel, seconds=asked.get("seconds", 5))
        await courier.close()
        say([attempt.status, attempt.error])


if __name__ == "__main__":
    say("ready")
    if sys.argv[1] == "courier":
        asyncio.run(cast(Any, send()))
    else:
        receive()
