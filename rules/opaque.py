"""Keys of stored rows as texts that tell nothing: neither how many rows there are, nor which came before which.

A key counts over all businesses of an installation, so that who saw it could tell how much the others sell.
"""

from functools import cache
from hashlib import blake2b

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

HALF = 8  # bytes of a block of AES for the kind, and as many for the key
LETTERS = 32  # of a block


class NotOpaque(ValueError):
    """A text that was not made here, or with another secret."""


@cache
def _mark(kind: str) -> bytes:
    return blake2b(kind.encode(), digest_size=HALF).digest()


class OpaqueKeys:
    """One block of AES a key, of the kind and the key: nobody without the secret reads or makes one.

    The same kind and key have the same text for as long as the secret is the same.
    """

    def __init__(self, secret: bytes) -> None:
        of_blocks = blake2b(secret, person=b"blocks", digest_size=32).digest()
        self._of_digests = blake2b(secret, person=b"digests", digest_size=32).digest()
        cipher = Cipher(algorithms.AES(of_blocks), modes.ECB())  # one block each, and no two are the same
        self._hide, self._show = cipher.encryptor().update, cipher.decryptor().update

    def text(self, kind: str, key: int) -> str:
        """The text for a key of this kind, which is letters alone."""
        return f"{kind}_{self._hide(_mark(kind) + key.to_bytes(HALF, 'big')).hex()}"

    def read(self, text: str) -> tuple[str, int]:
        """The kind and key of a text; NotOpaque for any that `text` did not make."""
        kind, _, letters = text.partition("_")
        try:
            block = self._show(bytes.fromhex(letters)) if len(letters) == LETTERS else b""
            key = int.from_bytes(block[HALF:], "big")
            if block[:HALF] == _mark(kind) and self.text(kind, key) == text:  # there is one way to write it
                return kind, key
        except ValueError:
            pass
        raise NotOpaque(text)

    def digest(self, content: bytes) -> str:
        """A digest that nobody can make who would try out what it may be of."""
        return blake2b(content, key=self._of_digests, digest_size=HALF).hexdigest()
