"""Fields in which a system writes an e-mail and a phone together, like `ana@example.com, +639171234567`."""


def e_mail_in(text: str) -> str:
    """The e-mail of such a field; another text as it is."""
    return next((part.strip() for part in text.split(",") if "@" in part), text) if "," in text else text


def phone_in(text: str) -> str:
    """The phone of such a field, or nothing."""
    if "@" not in text:
        return text
    return next((part.strip() for part in text.split(",") if "@" not in part), "")
