"""The counters that alarms of ours watch, and in which unit people say their thresholds. Pure.

vSphere writes thresholds in the unit of their counter: percent in hundredths, space in KiB; but the space that is used
on a datastore in hundredths of a percent as well, as its own "Datastore usage on disk" shows.
"""

from vsphere.model import ThresholdUnit

CPU_USAGE = "cpu.usage.average"
MEMORY_USAGE = "mem.usage.average"
SPACE_USED = "disk.used.latest"
"""Of a datastore, the share of it; of a VM, what its files take."""


def unit_of(metric: str, entity_kind: str) -> ThresholdUnit:
    """In which unit people say the thresholds of a counter."""
    if metric in {CPU_USAGE, MEMORY_USAGE} or (metric, entity_kind) == (SPACE_USED, "Datastore"):
        return ThresholdUnit.PERCENT
    return ThresholdUnit.GIB if metric == SPACE_USED else ThresholdUnit.RAW
