"""Logging set up once: structlog for us, the same renderer for every library, and a last net that masks tokens."""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

_TOKEN = re.compile(r"\b(xox[abeprs]|xapp)-[\w-]{6,}|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)|(?<=ticket=)[\w-]+")
_NOISY = ("dbos", "slack_bolt", "slack_sdk", "apscheduler", "alembic", "aiohttp.access", "asyncio")


def set_up(*, level: str, form: str) -> None:
    """Write log lines to standard error from now on.

    Args:
        level: least level: `debug`, `info`, `warning` or `error`.
        form: `json` (a JSON object a line) or `console`.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.root
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _NOISY:
        noisy = logging.Logger.manager.getLogger(name)
        noisy.setLevel(max(logging.WARNING, root.level))
        # DBOS adds a handler of its own to a logger that has none, and then stops propagating.
        noisy.addHandler(logging.NullHandler())


def mask_secrets(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Replace whatever looks like a token, however deep it stands. A last net: no value should hold one."""
    return {key: _masked(value) for key, value in event.items()}


def _masked(value: Any) -> Any:  # noqa: ANN401  log values are anything
    if isinstance(value, str):
        return _TOKEN.sub("***", value)
    if isinstance(value, Mapping):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value
