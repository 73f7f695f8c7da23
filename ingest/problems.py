"""What can be wrong with a file or a mapping as a whole; a single bad row is a reject and never raises."""

from rules.failures import Failure


class ImportProblem(Failure):
    """The file cannot be imported as asked; the message says what is wrong and what would be right."""
