"""The command line of `webhooks`: each command reads its words here."""

from typing import Annotated

import typer

Business = Annotated[str | None, typer.Option("--business", help="Name or id.", show_default="the only one")]
webhooks = typer.Typer(help="Endpoints that are told of events: list, test, retry, disable.", no_args_is_help=True)


@webhooks.command("list")
def list_webhooks(business: Business = None) -> None:
    """List the endpoints, where they are, what they are told of, and whether it arrives."""
    from server.commands.command_line import run, settings_of_command
    from server.commands.webhooks import tell_endpoints

    run(tell_endpoints(settings_of_command(), business))


@webhooks.command("test")
def try_webhook(
    endpoint: Annotated[str, typer.Argument(help="The id of the endpoint.")], business: Business = None
) -> None:
    """Send an endpoint a test, once, and say what came of it."""
    from server.commands.command_line import run, settings_of_command
    from server.commands.webhooks import send_test

    run(send_test(settings_of_command(), business, endpoint))


@webhooks.command("retry")
def retry_webhook(
    delivery: Annotated[str, typer.Argument(help="The id of the delivery.")], business: Business = None
) -> None:
    """Have a delivery tried at once, whatever became of it, by the servers that run."""
    from server.commands.command_line import run, settings_of_command
    from server.commands.webhooks import try_again

    run(try_again(settings_of_command(), business, delivery))


@webhooks.command("disable")
def disable_webhook(
    endpoint: Annotated[str, typer.Argument(help="The id of the endpoint.")],
    reason: Annotated[str | None, typer.Option(help="Why, for those who look.", show_default=False)] = None,
    business: Business = None,
) -> None:
    """Tell an endpoint no more; what waits for it waits."""
    from server.commands.command_line import run, settings_of_command
    from server.commands.webhooks import disable

    run(disable(settings_of_command(), business, endpoint, reason))
