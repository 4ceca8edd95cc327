"""All vCenters of the configuration under their names; finds the one a name or a `Ref` belongs to."""

from collections.abc import Iterator, Sequence

from vsphere.errors import NotFoundError
from vsphere.gateway import Gateway
from vsphere.model import Ref, Vm


class Sites:
    """The gateways, the first of which is the default."""

    def __init__(self, gateways: Sequence[Gateway]) -> None:
        """Take the gateways in the order of the configuration; there must be one at least."""
        if not gateways:
            raise ValueError("Sites needs one vCenter at least")
        self._gateways = {gateway.name: gateway for gateway in gateways}
        self.default: Gateway = gateways[0]

    def __iter__(self) -> Iterator[Gateway]:
        return iter(self._gateways.values())

    def gateway(self, name: str) -> Gateway:
        """The vCenter of that name.

        Raises:
            NotFoundError: the configuration has none; the message names those there are.
        """
        for known, gateway in self._gateways.items():
            if known.casefold() == name.casefold():
                return gateway
        raise NotFoundError(
            f"no vCenter is called {name!r}; there are {', '.join(self._gateways)}",
            hint="Write NAME@VCENTER with one of these.",
        )

    def of(self, ref: Ref) -> Gateway:
        """The vCenter in which an object lives."""
        return self.gateway(ref.vcenter)

    def find_vms(self, name: str) -> list[Vm]:
        """VMs and templates by name or inventory path, in every vCenter or in the one after the last `@`.

        An `@` that is followed by no vCenter's name is part of the VM's own name.

        Raises:
            NotFoundError: an `@` is followed by no vCenter's name, and no VM is called that either.
        """
        plain = [vm for gateway in self for vm in gateway.inventory.find_vms(name)]
        head, at, site = name.rpartition("@")
        if plain or not at:
            return plain
        return self.gateway(site).inventory.find_vms(head)
