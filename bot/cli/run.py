"""`iaas-bot run`: the service itself, until SIGTERM."""

from pathlib import Path

import structlog

from bot import logs
from bot.cli.common import complaint, settings_or_exit
from bot.config.secret import SecretError
from bot.service import leave
from bot.wiring import build
from operations.errors import StorageError

log = structlog.get_logger(__name__)


def run(config: Path) -> None:
    """Run until the signal to end, and leave with the service's exit code."""
    settings = settings_or_exit(config)
    logs.set_up(level=settings.service.log_level, form=settings.service.log_format)
    try:
        service = build(settings)
    except SecretError as error:
        raise complaint(str(error)) from None
    try:
        exit_code = service.run()
    except StorageError as error:
        log.error("service.start.failed", reason=str(error), way_out=error.way_out)  # noqa: TRY400  the cause is in the words
        exit_code = 1
    except Exception:  # a thread that is no daemon would keep a broken process alive, so it is ended below
        log.exception("service.crashed")
        exit_code = 1
    leave(exit_code)
