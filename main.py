"""The customer API: `python main.py COMMAND` for its commands, `main:app` for an ASGI server of your own."""

from typing import Any

from server.commands.command_line import cli


def __getattr__(name: str) -> Any:
    """`app`, made when it is asked for: the commands read their settings themselves."""
    if name == "app":
        from server.app import create_app  # noqa: PLC0415

        return create_app()
    raise AttributeError(name)


if __name__ == "__main__":
    cli()
