"""How long `serve` takes on the demo shop from the start of the process to its first answer of a report."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, sleep
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

GIVE_UP_SECONDS = 60
ROOT = Path(__file__).parents[1]
QUESTION = json.dumps({"query": "{ segmentation { totalCustomers segments { name customerCount } } }"}).encode()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def first_answer(folder: str) -> tuple[float, dict[str, object]]:
    """Seconds from start to first answer, and that answer."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}  # noqa: TID251
    log = Path(folder) / "serve.log"
    started = perf_counter()
    with log.open("wb") as output:
        command = [sys.executable, ROOT / "main.py", "serve", "--port", str(port)]
        server = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, env=environment)
    try:
        while server.poll() is None and perf_counter() - started < GIVE_UP_SECONDS:
            token = re.search(r"eyJ[\w.-]+", log.read_text())
            try:
                if token:
                    headers = {"Authorization": f"Bearer {token.group()}", "Content-Type": "application/json"}
                    request = Request(f"http://127.0.0.1:{port}/graphql", QUESTION, headers)
                    with urlopen(request, timeout=10) as answer:
                        return perf_counter() - started, json.load(answer)
            except HTTPError:
                raise
            except URLError:
                pass  # not listening yet
            sleep(0.01)
        raise RuntimeError(f"no answer came; the server said:\n{log.read_text()}")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        for what in ("from nothing, filling the demo shop", "with the shop filled", "with the shop filled"):
            seconds, answer = first_answer(folder)
            assert "errors" not in answer, answer
            print(f"start to first answer {what}: {seconds:.2f} s")


if __name__ == "__main__":
    main()
