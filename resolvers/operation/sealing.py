"""Secrets that have to be read again: in the store they are sealed, with keys that are not in it."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class CannotOpen(Exception):
    """What was sealed with a key that is not in use."""


class NoSealingKey(Exception):
    """This installation was given no key to seal anything with."""


class Sealing:
    """Seals and opens texts. The first key seals; the others are those of before, whose texts still open."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = MultiFernet([Fernet(key) for key in keys]) if keys else None

    @classmethod
    def of_this_process(cls) -> "Sealing":
        """With a key that nobody else has."""
        return cls([Fernet.generate_key()])

    @property
    def has_key(self) -> bool:
        """Whether it can seal."""
        return self._keys is not None

    def seal(self, text: str) -> str:
        """The text, for nobody without the key."""
        if self._keys is None:
            raise NoSealingKey
        return self._keys.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text again; CannotOpen where its key is not in use."""
        try:
            if self._keys is None:
                raise CannotOpen
            return self._keys.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise CannotOpen from None
