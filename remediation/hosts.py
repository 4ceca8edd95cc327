"""Hosts that are lost and that come back: each turn is a switch on record, so all replicas count from the same moment.

The switch of a host is `host/VCENTER/MOREF`; its value tells in JSON whether it was lost, where, and in which words.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from remediation.model import Switch
from vsphere.model import ConnectionState, Host, Ref

_PREFIX: Final = "host/"
_BOT: Final = "bot"
_WORDS: Final = {
    ConnectionState.DISCONNECTED: "is disconnected",
    ConnectionState.NOT_RESPONDING: "does not respond",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """A host was lost, or has come back; only the last turn of each host is on record."""

    is_lost: bool
    cluster: Ref | None
    words: str
    """`esx-02 does not respond`."""
    at: datetime


def is_lost(host: Host) -> bool:
    """Whether it is lost; one in maintenance is away on purpose."""
    return host.connection in _WORDS and not host.in_maintenance


def turn_of(host: Host, at: datetime) -> Turn:
    """What is to be told of a host as it is now."""
    words = _WORDS[host.connection] if is_lost(host) else "was lost and is back"
    return Turn(is_lost=is_lost(host), cluster=host.cluster, words=f"{host.name} {words}", at=at)


def turned(host: Ref, turn: Turn, switches: Mapping[str, Switch]) -> Switch | None:
    """What has to be put on record of a host; None where the record tells so, or something newer, already."""
    key = f"{_PREFIX}{host}"
    known = read_turn(switches[key]) if key in switches else None
    was_lost = known is not None and known.is_lost
    if turn.is_lost is was_lost or (known is not None and turn.at <= known.at):
        return None
    cluster = None if turn.cluster is None else str(turn.cluster)
    value = json.dumps({"lost": turn.is_lost, "cluster": cluster, "words": turn.words}, ensure_ascii=False)
    return Switch(key=key, value=value, by=_BOT, at=turn.at)


def read_turn(switch: Switch) -> Turn:
    """What `turned` wrote."""
    data = json.loads(switch.value)
    cluster = data["cluster"]
    return Turn(
        is_lost=data["lost"],
        cluster=None if cluster is None else Ref.parse(cluster),
        words=data["words"],
        at=switch.at,
    )


def turns_in(
    cluster: Ref | None, hosts: Iterable[Host], switches: Mapping[str, Switch], *, since: datetime, now: datetime
) -> list[Turn]:
    """The turns of a cluster's hosts later than `since`, in order of their words.

    Args:
        cluster: where they were.
        hosts: its hosts as they are: one that is lost and not on record as such yet counts from now.
        switches: of the record.
        since: older turns count no more.
        now: by our clock.
    """
    told = (read_turn(switch) for key, switch in switches.items() if key.startswith(_PREFIX))
    found = [turn for turn in told if turn.cluster == cluster and turn.at > since]
    untold = (host for host in hosts if is_lost(host) and turned(host.ref, turn_of(host, now), switches) is not None)
    return sorted((*found, *(turn_of(host, now) for host in untold)), key=lambda turn: turn.words)
