import json
import logging

import pytest
import structlog

from server.logs import configure_logs
from server.settings import Settings


def configured(style: str) -> None:
    configure_logs(Settings(log_format=style, log_level="info"))  # pyright: ignore[reportArgumentType]


def test_json_has_one_object_a_line_whoever_logs(capsys: pytest.CaptureFixture[str]) -> None:
    configured("json")
    try:
        raise ValueError("broken\nhere")
    except ValueError:
        structlog.get_logger("ours").error("unexpected error", id="12ab", exc_info=True)
    logging.getLogger("theirs").warning("careful with %s", "that")
    structlog.get_logger("ours").debug("not said")

    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["id"], ours["level"]) == ("unexpected error", "12ab", "error")
    assert "ValueError: broken" in ours["exception"]
    assert (theirs["event"], theirs["level"]) == ("careful with that", "warning")


def test_text_is_for_reading(capsys: pytest.CaptureFixture[str]) -> None:
    configured("text")
    structlog.get_logger("ours").info("started", store="sqlite")

    assert "started" in capsys.readouterr().err


def test_the_access_log_is_off() -> None:
    configured("text")

    assert logging.getLogger("uvicorn.access").disabled
