"""The customer API: `python main.py COMMAND` for its commands, `main:app` for an ASGI server of your own."""

from typing import Any


def __getattr__(name: str) -> Any:
    """`app`, made when it is asked for: the commands read their settings themselves."""
    if name == "app":
        from server.worker import application  # noqa: PLC0415

        return application()
    raise AttributeError(name)


if __name__ == "__main__":
    from server.commands.command_line import cli

    cli()
