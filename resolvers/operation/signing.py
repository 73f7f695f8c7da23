"""Signed tokens of our own making: claims that come back as they were given, or not at all."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import jwt

ALGORITHM = "HS256"
KEY_BYTES = 32


class Tampered(Exception):
    """A token that is not as it was made."""


class UnknownLinkKey(Exception):
    """A token that was signed with a key that is not in use."""


class Signing:
    """Signs and reads. The first key signs; the others are those of before, whose tokens still hold."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {sha256(key).hexdigest()[:8]: key for key in keys}
        self._first = next(iter(self._keys))

    @classmethod
    def of_this_process(cls) -> "Signing":
        """With a key that nobody else has."""
        return cls([secrets.token_bytes(KEY_BYTES)])

    def token(self, claims: dict[str, Any]) -> str:
        """The claims, signed."""
        return jwt.encode(claims, self._keys[self._first], ALGORITHM, headers={"kid": self._first})

    def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token; Tampered or UnknownKey where it does not hold. How old it is, the caller judges."""
        try:
            key = self._keys.get(str(jwt.get_unverified_header(token).get("kid")))
            if key is None:
                raise UnknownLinkKey
            options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
            claims = jwt.decode(token, key, algorithms=[ALGORITHM], options=options)
        except (jwt.PyJWTError, ValueError):
            raise Tampered from None
        if not _is_canonical(token.rpartition(".")[2]):
            raise Tampered
        return claims


def _is_canonical(signature: str) -> bool:
    """Whether a signature is written as it was made: its last letter has bits that mean nothing."""
    decoded = urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    return urlsafe_b64encode(decoded).rstrip(b"=").decode() == signature
