"""A person has stopped automatic changes of this VM, or of this datastore."""

from typing import Final

from remediation.admission import Case
from remediation.model import Hold, HoldKind
from remediation.switches import datastore_stop_key, stop_key
from remediation.words import quoted


class StoppedForVm:
    """The switch `vm/VCENTER/MOREF`."""

    name: Final = "stopped"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        vm = case.recommendation.vm
        switch = case.history.switches.get(stop_key(vm.ref))
        if switch is None:
            return None
        return Hold(
            guard=self.name,
            kind=HoldKind.RECOMMEND,
            reason=f"<@{switch.by}> has stopped automatic changes of {vm.name}.",
            way_out=f"Start them again with `remediation start {quoted(vm.name)}`.",
        )


class StoppedForDatastore:
    """The switch `datastore/VCENTER/MOREF`, for what a datastore's own alarm brings about.

    That nothing is moved onto such a datastore is the planner's to see to: it has others to choose from.
    """

    name: Final = "datastore stopped"
    needs_metrics: Final = False

    def check(self, case: Case) -> Hold | None:
        """See `Guard.check`."""
        datastore = case.facts.datastore
        switch = case.history.switches.get(datastore_stop_key(datastore.ref)) if datastore else None
        if datastore is None or switch is None:
            return None
        return Hold(
            guard=self.name,
            kind=HoldKind.RECOMMEND,
            reason=f"<@{switch.by}> has stopped automatic changes of {datastore.name}.",
            way_out=f"Start them again with `remediation start {quoted(datastore.name)}`.",
        )
