"""Many alarms at once are one trouble, and not the VMs': then nothing is done to any of them.

Numbers: peers' guard-rail table, "Storm brake" (>= 5 VMs and >= 5 % of a cluster red within 10 min, or any host
disconnected: halt for 30 min, one card; the cluster autoscaler halts at 45 % unready). A host that comes back halts the
cluster for as long again: its VMs start, move back and warm up then.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from remediation.admission import Case
from remediation.hosts import turns_in
from remediation.model import Hold, HoldKind, PlaybookName, Reddening
from remediation.places import cluster_hosts, cluster_name, cluster_of
from remediation.settings import GuardSettings
from remediation.words import counted, percent, span
from vsphere.model import Ref

_WAY_OUT: Final = "Look for what they have in common: host, storage, network, a backup."


class StormBrake:
    """For the cluster of the VM that would be changed."""

    name: Final = "storm"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        cluster = cluster_of(case.facts, case.recommendation.vm)
        return self._lost_host(case, cluster) or self._many_red(case, cluster)

    def _lost_host(self, case: Case, cluster: Ref | None) -> Hold | None:
        facts, pause = case.facts, case.settings.guards.storm_pause
        hosts = cluster_hosts(facts, cluster)
        turns = turns_in(cluster, hosts, case.history.switches, since=facts.now - pause, now=facts.now)
        if not turns:
            return None
        told = ", ".join(turn.words for turn in turns)
        return Hold(
            guard=self.name,
            kind=HoldKind.WAIT,
            reason=f"In {cluster_name(facts, cluster)} {told}: nothing is changed there for {span(pause)}.",
            way_out="Look after the host first.",
            until=max(turn.at for turn in turns) + pause,
        )

    def _many_red(self, case: Case, cluster: Ref | None) -> Hold | None:
        guards, facts = case.settings.guards, case.facts
        # Of a day's reddenings only those count that a storm which still holds may have been counted from.
        since = facts.now - guards.storm_pause - guards.storm_within
        recent = tuple(one for one in case.history.reddenings if one.at > since)
        last = last_storm(recent, cluster, facts.vms_in_cluster, guards)
        if last is None or facts.now >= last.at + guards.storm_pause:
            return None
        share = f" ({percent(last.vms * 100 / facts.vms_in_cluster)})" if facts.vms_in_cluster else ""
        return Hold(
            guard=self.name,
            kind=HoldKind.WAIT,
            reason=(
                f"{counted(last.vms, 'VM')} of {cluster_name(facts, cluster)}{share} turned red within"
                f" {span(guards.storm_within)}, so nothing is changed there for {span(guards.storm_pause)}."
            ),
            way_out=_WAY_OUT,
            until=last.at + guards.storm_pause,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Storm:
    """When so many were red for the last time, and how many."""

    at: datetime
    vms: int


def last_storm(
    reddenings: tuple[Reddening, ...], cluster: Ref | None, vms_in_cluster: int, guards: GuardSettings
) -> Storm | None:
    """The last moment at which a cluster was in a storm; None where none was seen.

    A count grows only when something turns red, so only those moments are looked at. Where it is not known how many
    VMs the cluster has, the number alone decides. Within no time at all nothing is a storm.
    """
    if not guards.storm_within:
        return None
    seen = sorted(
        ((one.at, one.entity) for one in reddenings if one.cluster == cluster and _is_vm(one)), key=lambda one: one[0]
    )
    least = max(guards.storm_vms, guards.storm_percent / 100 * vms_in_cluster)
    red: Counter[Ref] = Counter()
    found, first = None, 0
    for at, entity in seen:
        red[entity] += 1
        while seen[first][0] <= at - guards.storm_within:
            gone, first = seen[first][1], first + 1
            red[gone] -= 1
            if not red[gone]:
                del red[gone]
        if len(red) >= least:
            found = Storm(at=at, vms=len(red))
    return found


def _is_vm(reddening: Reddening) -> bool:
    return reddening.playbook is not PlaybookName.RELIEVE_DATASTORE
