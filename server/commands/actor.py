"""Who writes by a command."""

from models.audit import AuditSource
from resolvers.operation.actor import Actor

COMMAND_LINE = Actor("command-line", "ADMIN")
IMPORT = Actor("command-line", "ADMIN", AuditSource.IMPORT)
