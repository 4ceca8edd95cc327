"""Why a VM is short of something although more would not help: the host is. From samples to words and a cure. Pure.

Numbers: peers' guard-rail table, "Host contention": CPU ready over 5 % per vCPU ("5-10 % act", joshodgers.com),
co-stop over 3 % (its own number, no source), any ballooning or swapping. Ready and co-stop are means over the 15
minutes that were read; balloon and swap are the newest figures, since what is over is no reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from remediation.figures import mean, newest
from remediation.model import Facts, PlaybookName
from remediation.places import cluster_hosts, host_of
from remediation.rooms import with_room
from remediation.settings import GuardSettings
from remediation.words import gib, percent
from vsphere.model import Vm

_GROWING: Final = frozenset({PlaybookName.ADD_CPU, PlaybookName.ADD_MEMORY})


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """What is really wrong."""

    name: str
    """`ready`, `co-stop`, `balloon`, `swap`, `host CPU`, `host memory`, `host balloon`, `host swap`."""
    reason: str
    """With its figures, no full stop: `web-01 waits 8.2 % of the time for a core (ready), more than 5 %`."""
    better: str
    """What would help instead."""


def causes(facts: Facts, vm: Vm, playbook: PlaybookName, guards: GuardSettings) -> tuple[Cause, ...]:
    """What speaks against giving a VM more, the weightiest first; empty where nothing does, or nothing is known."""
    if playbook not in _GROWING:
        return ()
    elsewhere = _elsewhere(facts, vm, guards)
    if playbook is PlaybookName.ADD_CPU:
        found = (
            _waiting(facts, vm, guards, elsewhere),
            _squeezed(facts, vm, elsewhere),
            _busy(facts, guards, elsewhere),
        )
        return tuple(chain.from_iterable(found))
    return (*_squeezed(facts, vm, elsewhere), *_host_squeezed(facts, guards, elsewhere))


def _elsewhere(facts: Facts, vm: Vm, guards: GuardSettings) -> str:
    """Where it would be better off as it is."""
    host = host_of(facts, vm)
    beside = cluster_hosts(facts, host.cluster) if host is not None else ()
    other = with_room(vm, beside, guards, cpu_count=vm.cpu_count, memory_mib=vm.memory_mib)
    if other is not None:
        return f"Move {vm.name} to {other.name}, which has room for it."
    return "Move VMs off that host, or add one; no other host of the cluster has room."


def _waiting(facts: Facts, vm: Vm, guards: GuardSettings, elsewhere: str) -> Iterator[Cause]:
    ready, most = mean(one.ready_percent for one in facts.samples), guards.ready_percent
    if ready is not None and ready > most:
        share = f"{percent(ready, beside=most)} of the time"
        reason = f"{vm.name} waits {share} for a core (ready), more than {percent(most)}"
        yield Cause(name="ready", reason=reason, better=elsewhere)
    costop, most = mean(one.costop_percent for one in facts.samples), guards.costop_percent
    if costop is not None and costop > most:
        share = f"{percent(costop, beside=most)} of the time"
        yield Cause(
            name="co-stop",
            reason=f"the vCPUs of {vm.name} wait {share} for each other (co-stop), more than {percent(most)}",
            better=f"Give {vm.name} fewer vCPUs, remove snapshots, or move it to a host with room.",
        )


def _squeezed(facts: Facts, vm: Vm, elsewhere: str) -> Iterator[Cause]:
    """The host takes memory away from the VM."""
    balloon = newest(one.balloon_mib for one in facts.samples)
    if balloon:
        reason = f"the host takes {gib(balloon)} of memory back from {vm.name} (balloon)"
        yield Cause(name="balloon", reason=reason, better=elsewhere)
    swapped = newest(one.swapped_mib for one in facts.samples)
    if swapped:
        reason = f"the host has swapped out {gib(swapped)} of {vm.name}"
        yield Cause(name="swap", reason=reason, better=elsewhere)


def _busy(facts: Facts, guards: GuardSettings, elsewhere: str) -> Iterator[Cause]:
    used, most = mean(one.cpu_percent for one in facts.host_samples), guards.cluster_cpu_percent
    if used is not None and used > most:
        reason = f"{_host(facts)} uses {percent(used, beside=most)} of its CPU, more than {percent(most)}"
        yield Cause(name="host CPU", reason=reason, better=elsewhere)


def _host_squeezed(facts: Facts, guards: GuardSettings, elsewhere: str) -> Iterator[Cause]:
    used, most = mean(one.memory_percent for one in facts.host_samples), guards.cluster_memory_percent
    if used is not None and used > most:
        reason = f"{_host(facts)} uses {percent(used, beside=most)} of its memory, more than {percent(most)}"
        yield Cause(name="host memory", reason=reason, better=elsewhere)
    balloon = newest(one.balloon_mib for one in facts.host_samples)
    if balloon:
        reason = f"{_host(facts)} takes {gib(balloon)} of memory back from its VMs (balloon)"
        yield Cause(name="host balloon", reason=reason, better=elsewhere)
    swapped = newest(one.swapped_mib for one in facts.host_samples)
    if swapped:
        reason = f"{_host(facts)} has swapped out {gib(swapped)} of its VMs"
        yield Cause(name="host swap", reason=reason, better=elsewhere)


def _host(facts: Facts) -> str:
    return facts.host.name if facts.host is not None else "its host"
