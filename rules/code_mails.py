"""The mail that brings a code to a customer: in plain words, as text and as simple HTML."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from html import escape

from rules.codes import CodeMail

LONGEST_SENDER = 100
PURPOSES = {
    "REGISTRATION": "to confirm your e-mail address",
    "CONTACT": "to confirm your new e-mail address",
    "SIGN_IN": "to sign in",
}
TEXT = """Your code {purpose} at {shop}:

    {code}

It holds until {until}. Type it where you were asked for it, and tell it to nobody: we never ask for it by phone or
mail.

If you did not ask for a code, there is nothing to do: without it nothing happens.

{shop}
"""
HTML = """<!doctype html>
<html><body style="font-family: sans-serif; line-height: 1.5">
<p>Your code {purpose} at {shop}:</p>
<p style="font-size: 24px; font-family: monospace; letter-spacing: 4px"><strong>{code}</strong></p>
<p>It holds until {until}. Type it where you were asked for it, and tell it to nobody: we never ask for it by phone or
mail.</p>
<p>If you did not ask for a code, there is nothing to do: without it nothing happens.</p>
<p>{shop}</p>
</body></html>
"""


def code_message(mail: CodeMail, sender: str, now: datetime) -> EmailMessage:
    """The mail, from an address whose name is the shop's."""
    shop = _in_a_line(mail.shop)
    said = {"purpose": PURPOSES[mail.purpose], "shop": shop, "code": mail.code, "until": mail.until}
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(shop[:LONGEST_SENDER], addr_spec=sender)
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = f"Your code for {shop}"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(TEXT.format(**said))
    message.add_alternative(HTML.format(**{name: escape(text) for name, text in said.items()}), subtype="html")
    return message


def _in_a_line(name: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
