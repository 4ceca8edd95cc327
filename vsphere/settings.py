"""What one vCenter connection needs to know; plain values, no config file and no environment."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class VcenterSettings:
    """Address, account, trust and patience for one vCenter."""

    name: str
    """The name people use, as in `web-01@prod`, and the first half of every `Ref`."""
    host: str
    port: int = 443
    username: str
    read_password: Callable[[], str]
    """Asked at each login, so that no value that could be logged holds the password."""
    ca_file: Path | None = None
    """PEM bundle that signs vCenter's certificate; None means the system's."""
    thumbprint: str | None = None
    """SHA-256 of vCenter's certificate in hex, colons allowed; it replaces the CA check and the host name check."""
    insecure: bool = False
    """Trust any certificate. Shouted in the log, since whoever sits between may then read the password."""
    connect_timeout_s: float = 10
    read_timeout_s: float = 30
    """How long one answer may take; a long poll has its own figure."""
    keepalive_s: float = 300
    """vCenter ends a session after 30 idle minutes; five minutes is what its own clients use."""
