"""The duties of this package, put together."""

from collections.abc import Callable

from operations.duties.acting import Hands
from operations.duties.leases import Leases
from operations.duties.purging import NAME, Purging
from operations.model import Operation, Request
from operations.policy import Decision
from operations.proving import Proof
from operations.record.store import Store
from operations.record.told import Told
from operations.recycling import LEASE, RecycleBin
from operations.settings import OperationsSettings
from operations.sweeps import Duty
from vsphere.clock import Clock
from vsphere.sites import Sites


def own_duties(
    *,
    sites: Sites,
    settings: OperationsSettings,
    store: Store,
    proof: Proof,
    told: Told,
    clock: Clock,
    judge: Callable[[Request], Decision],
    submit: Callable[[Request], Operation],
) -> list[Duty]:
    """Leases first, so that what they put into the bin is seen there in the same pass."""

    def hands(duty: str) -> Hands:
        return Hands(duty, store=store, clock=clock, judge=judge, submit=submit, told=told)

    content = RecycleBin(sites=sites, settings=settings)
    return [
        Leases(sites=sites, settings=settings, store=store, clock=clock, told=told, hands=hands(LEASE)),
        Purging(content=content, sites=sites, settings=settings, proof=proof, clock=clock, hands=hands(NAME)),
    ]
