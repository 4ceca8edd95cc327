"""What people and the breaker set for remediation, and what each switch means. Pure; the record keeps them.

| key | value | set by |
|---|---|---|
| `pause` | until when (ISO 8601) or `on`, then the reason | `remediation pause`, taken away by `resume` |
| `mode/PLAYBOOK` | a mode | `remediation mode` |
| `vm/VCENTER/MOREF` | `on`: nothing is done to it by itself | `remediation stop`, taken away by `start` |
| `datastore/VCENTER/MOREF` | `on`: nothing is moved off it or onto it by itself | as for a VM |
| `again/VCENTER/MOREF` | `on`: "no effect" is counted anew since then | `remediation start` |
| `breaker/PLAYBOOK` | why: it only recommends | the breaker, taken away by `rearm` |
| `rearm/PLAYBOOK` | `on`: failures are counted anew since then | `remediation rearm` |
| `host/VCENTER/MOREF` | whether the host was lost or has come back, in JSON; see `remediation.hosts` | the bot |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from remediation.model import PlaybookName, Switch
from vsphere.model import Ref

ON: Final = "on"
PAUSE: Final = "pause"
_DATASTORE: Final = "datastore/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """Nothing is done by itself for a while."""

    until: datetime | None
    """None for until somebody resumes it."""
    reason: str
    by: str
    """Slack id."""
    at: datetime


def mode_key(playbook: PlaybookName) -> str:
    """Another mode than the file says."""
    return f"mode/{playbook.value}"


def stop_key(vm: Ref) -> str:
    """This VM is left alone."""
    return f"vm/{vm}"


def datastore_stop_key(datastore: Ref) -> str:
    """This datastore is left alone: nothing is moved off it or onto it."""
    return f"{_DATASTORE}{datastore}"


def stopped_datastores(switches: Mapping[str, Switch]) -> frozenset[Ref]:
    """All that are left alone."""
    return frozenset(Ref.parse(key.removeprefix(_DATASTORE)) for key in switches if key.startswith(_DATASTORE))


def again_key(vm: Ref) -> str:
    """Since when "no effect" is counted for this VM."""
    return f"again/{vm}"


def breaker_key(playbook: PlaybookName) -> str:
    """The playbook has failed too often."""
    return f"breaker/{playbook.value}"


def rearm_key(playbook: PlaybookName) -> str:
    """Since when its failures are counted."""
    return f"rearm/{playbook.value}"


def pause_value(until: datetime | None, reason: str) -> str:
    """What the switch `pause` is set to."""
    return f"{until.isoformat() if until else ON} {reason}".strip()


def pause_of(switches: Mapping[str, Switch], now: datetime) -> Pause | None:
    """The pause that holds now; None where none does, or its time is over."""
    switch = switches.get(PAUSE)
    if switch is None:
        return None
    until_text, _, reason = switch.value.partition(" ")
    until = None if until_text == ON else datetime.fromisoformat(until_text)
    if until is not None and now >= until:
        return None
    return Pause(until=until, reason=reason, by=switch.by, at=switch.at)


def since(switches: Mapping[str, Switch], key: str) -> datetime | None:
    """When something began to be counted anew; None where it never did."""
    switch = switches.get(key)
    return switch.at if switch else None
