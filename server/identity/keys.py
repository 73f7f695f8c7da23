"""The keys that links to exports are signed with: given, or derived from the secret of tokens, never that secret."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from resolvers.operation.signing import KEY_BYTES, Signing
from server.settings import Settings

PURPOSE = b"customer-api: links to exports"


def signing_of(settings: Settings) -> Signing:
    """Signs and reads links under these settings; with no key at all, under one that only this process knows."""
    secrets = settings.link_secrets()
    return Signing([derived(secret) for secret in secrets]) if secrets else Signing.of_this_process()


def derived(secret: str) -> bytes:
    """A key for links alone: who has it knows nothing of the secret that it comes from."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE).derive(secret.encode())
