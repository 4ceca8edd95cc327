"""Lets a test kill this process at a named point, as a power cut would. Off unless `IAAS_CRASH_AT` is set."""

import os
import signal


def crash_point(name: str) -> None:
    """End here, at once and without any clean-up, if `IAAS_CRASH_AT` names this point."""
    if os.environ.get("IAAS_CRASH_AT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
