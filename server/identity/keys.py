"""The keys of links to exports and of secrets that are kept: given, or derived from the secret of tokens."""

from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from resolvers.operation.sealing import Sealing
from resolvers.operation.signing import KEY_BYTES, Signing
from server.settings import Settings

OF_LINKS = b"customer-api: links to exports"
OF_SECRETS = b"customer-api: secrets of webhook endpoints"


def signing_of(settings: Settings) -> Signing:
    """Signs and reads links under these settings; with no key at all, under one that only this process knows."""
    secrets = settings.link_secrets()
    return Signing([derived(secret) for secret in secrets]) if secrets else Signing.of_this_process()


def sealing_of(settings: Settings) -> Sealing:
    """Seals the secrets of endpoints under these settings; with no key at all it can seal nothing."""
    return Sealing([urlsafe_b64encode(derived(secret, OF_SECRETS)) for secret in settings.webhook_secrets()])


def derived(secret: str, purpose: bytes = OF_LINKS) -> bytes:
    """A key for one purpose alone: who has it knows nothing of the secret that it comes from."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret.encode())
