"""The special functions of scipy, imported when a model is first fitted or used: it takes a tenth of a start."""

from typing import Any


def __getattr__(name: str) -> Any:
    """One of them, like `special.gammaln`."""
    from scipy import special  # noqa: PLC0415  slow to import, as said above

    return getattr(special, name)
