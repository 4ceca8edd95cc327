"""Only a few changes at the same time: in a cluster, and of moves on a datastore.

Numbers: design §7 and peers' guard-rail table, "Global budget" (2 at once per cluster) and "Storage moves" (1 per
datastore, 2 per cluster). On a datastore a move that waits for a yes counts too, since that may come at any moment; in
a cluster only what runs does, and whatever has its yes waits for its turn.
"""

from typing import Final

from remediation.admission import Case
from remediation.lookback import MOVING, on_their_way
from remediation.model import Facts, Hold, HoldKind, Mode, Remedy, RemedyState
from remediation.places import cluster_name, cluster_of, leaves
from remediation.words import counted
from vsphere.model import Ref

_WAY_OUT: Final = "It is looked at again once one of them has ended."


class AtOnceInCluster:
    """Of all playbooks together; what runs in no known cluster counts as one cluster."""

    name: Final = "at once"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        if case.mode is Mode.RECOMMEND:
            # Nothing will be done, so there is nothing to wait for.
            return None
        most, cluster = case.settings.guards.at_once_per_cluster, cluster_of(case.facts, case.recommendation.vm)
        running = (one for one in on_their_way(case.history) if one.state is RemedyState.RUNNING)
        busy = [one for one in running if one.cluster == cluster]
        if len(busy) < most:
            return None
        where = cluster_name(case.facts, cluster)
        return Hold(
            guard=self.name,
            kind=HoldKind.WAIT,
            reason=f"{counted(len(busy), 'remedy')} in {where} at once, which is the most: {_names(busy)}.",
            way_out=_WAY_OUT,
        )


class MovesAtOnce:
    """A datastore that is left or filled by one move waits with the next; two together may be too much for it."""

    name: Final = "moves at once"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        if case.recommendation.verb != "move":
            return None
        most = case.settings.guards.moves_at_once_per_datastore
        moves = [one for one in on_their_way(case.history) if one.playbook in MOVING]
        for place in _touched(case):
            busy = [one for one in moves if place in {one.datastore, one.target}]
            if len(busy) >= most:
                return Hold(
                    guard=self.name,
                    kind=HoldKind.WAIT,
                    reason=(
                        f"{_called(case.facts, place)} has {counted(len(busy), 'move')} at once, which is the most:"
                        f" {_names(busy)}."
                    ),
                    way_out=_WAY_OUT,
                )
        return None


def _touched(case: Case) -> tuple[Ref, ...]:
    """Where the move leaves from and where it goes."""
    places = (leaves(case.facts, case.recommendation.vm), case.recommendation.target)
    return tuple(one.ref for one in places if one is not None)


def _called(facts: Facts, datastore: Ref) -> str:
    return next((one.name for one in facts.datastores if one.ref == datastore), datastore.moref)


def _names(remedies: list[Remedy]) -> str:
    return ", ".join(sorted(one.vm_name for one in remedies))
