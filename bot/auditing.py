"""The record, wired for reading alone: whoever only looks at it need not wait for Slack, vCenter and the engine."""

from typing import Final
from urllib.parse import quote

from bot.config import Settings
from operations.record.audit import Audit
from operations.record.database import Database
from vsphere.clock import SystemClock

SQLITE: Final = "sqlite:///"


def build_audit(settings: Settings) -> Audit:
    """The record, for reading.

    Raises:
        SecretError: the database's password is not where the configuration says.
    """
    return Audit(Database(database_url(settings)), clock=SystemClock())


def database_url(settings: Settings) -> str:
    """The url with a relative SQLite path taken from state_dir, or with PostgreSQL's password in it.

    Raises:
        SecretError: the password is not where the configuration says.
    """
    url = settings.database.url
    if url.startswith(SQLITE):
        return f"{SQLITE}{settings.service.state_dir / url.removeprefix(SQLITE)}"
    if settings.database.password is None:
        return url
    scheme, _, rest = url.partition("://")
    user, _, place = rest.rpartition("@")
    return f"{scheme}://{user}:{quote(settings.database.password.read(), safe='')}@{place}"
