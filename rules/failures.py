"""What can go wrong without a fault of the program: a command that meets it ends with one line."""


class Failure(Exception):
    """Something that a person can put right; the message says what is wrong and what would be right."""
