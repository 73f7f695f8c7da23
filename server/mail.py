"""The mail server through which codes leave."""

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import structlog

from rules.codes import CodeMail, CodeOutcome

log = structlog.get_logger()

SECONDS = 15
PORTS = {"smtp": 587, "smtps": 465}
PERMANENT = range(500, 600)
OF_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class MailServer:
    """A mail server by its URL, `smtp://user:password@host:587` or `smtps://…:465`; ValueError for others.

    What it is told is encrypted: by STARTTLS with smtp, unless it is on this machine.
    """

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("SMTP_URL must be smtp://user:password@host:587 or smtps://user:password@host:465")
        self._host = parts.hostname
        self._port = parts.port or PORTS[parts.scheme]
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._is_tls = parts.scheme == "smtps"
        self._sender = address_of(sender)

    async def send(self, mail: CodeMail, now: datetime) -> CodeOutcome:
        """Send a code; LATER where it could not be told now, REFUSED where it will never be taken."""
        from aiosmtplib.errors import SMTPDataError, SMTPException, SMTPRecipientsRefused  # noqa: PLC0415

        from rules.code_mails import code_message  # noqa: PLC0415

        try:
            await self._send(code_message(mail, self._sender, now))
        except SMTPRecipientsRefused as error:
            return _failed(error, error.recipients[0].code)
        except SMTPDataError as error:
            return _failed(error, error.code)
        except (SMTPException, OSError) as error:
            return _failed(error)
        except ValueError as error:  # an address that this server cannot write to
            return _failed(error, PERMANENT.start)
        return CodeOutcome.SENT

    async def _send(self, message: EmailMessage) -> None:
        from aiosmtplib import send  # noqa: PLC0415  most processes send none

        await send(
            message,
            sender=self._sender,
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._is_tls,
            start_tls=not self._is_tls and self._host not in OF_THIS_MACHINE,
            timeout=SECONDS,
        )


def _failed(error: Exception, code: int | None = None) -> CodeOutcome:
    outcome = CodeOutcome.REFUSED if code in PERMANENT else CodeOutcome.LATER
    log.warning("code not mailed", error=type(error).__name__, answer=code, outcome=outcome)
    return outcome


def address_of(text: str) -> str:
    """An e-mail address to send from; ValueError where it is none."""
    try:
        return Address(addr_spec=text.strip()).addr_spec
    except (ValueError, IndexError, MessageError):
        raise ValueError("CODES_FROM must be an e-mail address like codes@shop.example") from None
