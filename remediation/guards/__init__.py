"""The guard rails: one class each, from a case to a hold with its reason; pure."""

from typing import Final

from remediation.admission import Guard
from remediation.guards.acknowledged import Acknowledged
from remediation.guards.at_once import AtOnceInCluster, MovesAtOnce
from remediation.guards.breaker import Breaker
from remediation.guards.budgets import HourlyBudget, VmBudget
from remediation.guards.calendars import Calendars
from remediation.guards.contention import Contention
from remediation.guards.cooldown import Cooldown
from remediation.guards.flapping import Flapping
from remediation.guards.headroom import Headroom
from remediation.guards.hot_add import HotAdd
from remediation.guards.mode import ModeOfPlaybook
from remediation.guards.no_effect import NoEffect
from remediation.guards.observing import ObserveFirst
from remediation.guards.pause import Paused
from remediation.guards.protection import Protected
from remediation.guards.redness import StillRed
from remediation.guards.snapshots import Snapshots
from remediation.guards.stopping import StoppedForDatastore, StoppedForVm
from remediation.guards.storm import StormBrake
from remediation.guards.sustained import Sustained
from remediation.guards.taken_back import TakenBack
from remediation.guards.underway import UnderWay

ALL_GUARDS: Final[tuple[Guard, ...]] = (
    StillRed(),
    Acknowledged(),
    ModeOfPlaybook(),
    Breaker(),
    StoppedForVm(),
    TakenBack(),
    StoppedForDatastore(),
    Protected(),
    Paused(),
    ObserveFirst(),
    Calendars(),
    StormBrake(),
    Flapping(),
    UnderWay(),
    Cooldown(),
    VmBudget(),
    HourlyBudget(),
    AtOnceInCluster(),
    MovesAtOnce(),
    NoEffect(),
    Snapshots(),
    Headroom(),
    Sustained(),
    Contention(),
    HotAdd(),
)
"""Every guard rail, asked anew for each decision; the order changes nothing."""

STOPPED: Final = frozenset({StoppedForVm.name, StoppedForDatastore.name, TakenBack.name})
"""The names of those by which a person has stopped automatic changes: until `remediation start`, only recommended."""
