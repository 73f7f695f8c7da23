"""What can be wrong with a file or a mapping as a whole; a single bad row is a reject and never raises."""


class ImportProblem(Exception):
    """The file cannot be imported as asked; the message says what is wrong and what would be right."""
