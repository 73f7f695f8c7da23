"""A mail server of the tests' own, behind a real socket: it keeps what it is told, and refuses whom it is told to."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any


class Mailbox(ThreadingTCPServer):
    """The mails that came; `answers` are given to recipients, the first one first, then 250."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.mails: list[Any] = []
        self.answers: list[str] = []

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server_address[1]

    @property
    def codes(self) -> list[tuple[str, str]]:
        """To whom which codes went."""
        return [(mail["To"], mail.get_body(("plain",)).get_content().split("    ")[1][:8]) for mail in self.mails]


class _Conversation(StreamRequestHandler):
    """One connection of RFC 5321, as far as mails need it."""

    server: Mailbox

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline():
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"RCPT":
                self._say(self.server.answers.pop(0) if self.server.answers else "250 OK")
            elif verb == b"DATA":
                self._say("354 go on")
                self.server.mails.append(message_from_bytes(self._mail(), policy=default))
                self._say("250 kept")
            else:
                self._say("221 bye" if verb == b"QUIT" else "250 OK")

    def _mail(self) -> bytes:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


@contextmanager
def mailbox_open() -> Generator[Mailbox]:
    """A mail server meanwhile."""
    with Mailbox() as mailbox:
        thread = threading.Thread(target=mailbox.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield mailbox
        finally:
            mailbox.shutdown()
            thread.join()
