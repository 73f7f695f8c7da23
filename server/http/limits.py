"""What the settings say of limits, as the endpoint takes it."""

from strawberry import Schema

from resolvers.operation.services import ReportLimits
from schema.document.limits import Limits
from schema.document.prepared import Preparing
from server.http.connections import ConnectionLimits
from server.http.documents import Documents, TrustedDocuments, read_manifest
from server.http.exports import ExportLimits
from server.http.page_application import APPLICATION_DOCUMENTS
from server.http.rates import Rates
from server.http.responses import ResponseLimits
from server.http.subscriptions import SocketLimits
from server.settings import Settings


def preparing_of(settings: Settings) -> Preparing:
    """How documents are made ready under these settings."""
    limits = Limits(
        depth=settings.max_depth,
        fields=settings.max_fields,
        root_fields=settings.max_root_fields,
        aliases=settings.max_aliases,
        directives=settings.max_directives,
        list_size=settings.max_list_size,
    )
    return Preparing(limits, settings.max_tokens, settings.max_document, settings.max_cost, settings.introspection)


def documents_of(settings: Settings, schema: Schema) -> Documents:
    """The documents of a server: ManifestError where those that it is to trust cannot be."""
    manifest = settings.documents or APPLICATION_DOCUMENTS
    is_there = settings.documents is not None or manifest.is_file()
    trusted = read_manifest(manifest) if is_there else TrustedDocuments({}, manifest)
    documents = Documents(schema, preparing_of(settings), trusted, settings.only_documents)
    if settings.documents:
        documents.check_trusted()
    return documents


def report_limits_of(settings: Settings) -> ReportLimits:
    """How computed reports are kept."""
    return ReportLimits(settings.report_cache_bytes, settings.report_cache_seconds, settings.reports_max_age)


def response_limits_of(settings: Settings) -> ResponseLimits:
    """How answers are kept."""
    return ResponseLimits(settings.response_cache_bytes, settings.response_cache_seconds)


def connection_limits_of(settings: Settings) -> ConnectionLimits:
    """How many connections a process holds."""
    return ConnectionLimits(
        settings.max_connections,
        settings.max_connections_per_address,
        settings.max_silent_per_address,
        settings.head_seconds,
    )


def socket_limits_of(settings: Settings) -> SocketLimits:
    """How many sockets and subscriptions a process, a business and a bearer hold.

    They stay open, so a quarter of the connections is kept for requests, and a business has at most half of them.
    """
    return SocketLimits(
        sockets=max(1, settings.max_connections * 3 // 4),
        sockets_per_business=max(1, settings.max_connections // 2),
        silent_per_address=settings.max_silent_per_address,
        sockets_per_bearer=settings.max_sockets_per_bearer,
        subscriptions_per_bearer=settings.max_subscriptions_per_bearer,
    )


def export_limits_of(settings: Settings) -> ExportLimits:
    """How exports are written and read."""
    return ExportLimits(
        at_once=settings.max_exports,
        of_business=settings.max_exports_of_business,
        of_bearer=settings.max_exports_of_token,
        seconds=settings.export_seconds,
        spool_bytes=settings.export_spool_bytes,
        bytes_per_second=settings.export_least_speed,
    )


def rates_of(settings: Settings) -> Rates | None:
    """The buckets of tokens, None where there is no limit to what they spend."""
    if settings.rate_limit is None:
        return None
    return Rates(settings.rate_limit, settings.redis_url.get_secret_value() if settings.redis_url else None)
