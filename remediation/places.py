"""Where a VM runs and lies, as far as the facts know: host, cluster, the hosts beside it, its datastore. Pure."""

from remediation.model import Facts
from remediation.relief.targets import used_percent
from vsphere.model import Datastore, Host, Ref, Vm


def host_of(facts: Facts, vm: Vm) -> Host | None:
    """The VM's host; None where it is not known."""
    known = facts.hosts if facts.host is None else (facts.host, *facts.hosts)
    return next((one for one in known if one.ref == vm.host), None)


def cluster_of(facts: Facts, vm: Vm) -> Ref | None:
    """The cluster of the VM's host; None where it is not known."""
    host = host_of(facts, vm)
    if host is not None:
        return host.cluster
    return facts.cluster.ref if facts.cluster is not None else None


def cluster_name(facts: Facts, cluster: Ref | None) -> str:
    """What the cluster is called on cards."""
    known = facts.cluster
    return f"cluster {known.name}" if known is not None and known.ref == cluster else "its cluster"


def cluster_hosts(facts: Facts, cluster: Ref | None) -> tuple[Host, ...]:
    """All hosts of a cluster, each once."""
    known = facts.cluster_hosts
    if facts.hosts:
        known = tuple({one.ref: one for one in (*facts.hosts, *known)}.values())
    return tuple(one for one in known if one.cluster == cluster)


def leaves(facts: Facts, vm: Vm) -> Datastore | None:
    """What a move of a VM leaves: the datastore that the alarm is on, else the VM's fullest one."""
    if facts.datastore is not None:
        return facts.datastore
    own = [one for one in facts.datastores if one.ref in vm.datastores]
    return max(own, key=lambda one: (used_percent(one), one.name), default=None)
