"""`iaas-bot run`: the service itself, until SIGTERM."""

from pathlib import Path

import structlog

from bot import logs
from bot.cli.common import complaint, missing_secrets, settings_or_exit
from bot.cli.rules import Known, warnings
from bot.service import leave
from bot.wiring import build
from operations.errors import StorageError
from vsphere.errors import CertificateError

log = structlog.get_logger(__name__)


def run(config: Path) -> None:
    """Run until the signal to end, and leave with the service's exit code."""
    settings = settings_or_exit(config)
    missing = missing_secrets(settings)
    if missing:
        raise complaint("; ".join(f"secret {key}: {reason}" for key, reason in missing.items()))
    logs.set_up(level=settings.service.log_level, form=settings.service.log_format)
    for fact in warnings(settings, Known()):
        log.warning("policy.rules.odd", reason=fact)
    try:
        service = build(settings)
    except CertificateError as error:
        raise complaint(f"{error} {error.way_out}") from None
    try:
        exit_code = service.run()
    except StorageError as error:
        log.error("service.start.failed", reason=str(error), way_out=error.way_out)  # noqa: TRY400  the cause is in the words
        exit_code = 1
    except Exception:  # a thread that is no daemon would keep a broken process alive, so it is ended below
        log.exception("service.crashed")
        exit_code = 1
    leave(exit_code)
