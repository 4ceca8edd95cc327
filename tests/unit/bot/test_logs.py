"""Logging: what is set up anew reaches loggers that were used before, and tokens are masked however deep they stand."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import logs


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root, known = logging.root, structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**known)


def test_a_logger_used_before_follows_a_new_set_up() -> None:
    log = structlog.get_logger("tests.used-before")
    logs.set_up(level="error", form="console")
    log.warning("under.the.first")
    logs.set_up(level="warning", form="json")

    with structlog.testing.capture_logs() as lines:
        log.warning("under.the.second")

    assert [line["event"] for line in lines] == ["under.the.second"]


def test_tokens_are_masked_in_lines_of_ours_and_of_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(level="warning", form="json")

    structlog.get_logger("ours").warning("sent", to=[{"token": "xoxb-123456-abcdef"}])
    logging.Logger.manager.getLogger("theirs").warning("wss://host/?ticket=abc-123 and postgresql://me:secret@db")

    said = capsys.readouterr().err
    assert "sent" in said
    assert "wss://host/" in said
    assert not [secret for secret in ("123456", "abc-123", "secret@") if secret in said]
