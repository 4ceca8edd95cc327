"""How far a VM may grow: what must be so, and the cap that its own attributes raise or lower. Pure."""

import re
from typing import Final

from remediation.model import NoRemedy
from vsphere.model import PowerState, Vm

MAX_CPU: Final = "iaas.max-cpu"
"""Custom attribute: the most vCPUs that remediation gives this VM, instead of the configured cap."""
MAX_MEMORY: Final = "iaas.max-memory"
"""The same for memory: `16` and `16 GB` are GB, `16384 MB` is MB."""
_AMOUNT: Final = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*(?:(g)(?:i?b)?|(m)(?:i?b)?)?", re.IGNORECASE)
_MIB_PER_GIB: Final = 1024
_STATES: Final = {PowerState.OFF: "powered off", PowerState.SUSPENDED: "suspended"}


def growing(vm: Vm | None) -> Vm | NoRemedy:
    """The VM where it can grow; it must be there and run."""
    if vm is None:
        return NoRemedy(reason="The VM that the alarm is on is gone.", better="Nothing needs to be done.")
    if vm.is_template:
        return NoRemedy(reason=f"{vm.name} is a template, which runs nothing.", better="Look at the alarm in vCenter.")
    state = _STATES.get(vm.power)
    if state is not None:
        reason = f"{vm.name} is {state}, so it is not short of anything now."
        return NoRemedy(reason=reason, better="Look at it again once it runs.")
    return vm


def cpu_cap(vm: Vm, configured: int) -> int | NoRemedy:
    """The most vCPUs that the VM may get."""
    text = vm.attributes.get(MAX_CPU, "").strip()
    if not text:
        return configured
    # Somebody has meant to limit it; a cap that can't be read must not become a larger one.
    return int(text) if re.fullmatch(r"0*[1-9][0-9]{0,3}", text) else _unreadable(vm, MAX_CPU, text, "4")


def memory_cap(vm: Vm, configured_mib: int) -> int | NoRemedy:
    """The most memory that the VM may get, in MiB."""
    text = vm.attributes.get(MAX_MEMORY, "").strip()
    if not text:
        return configured_mib
    found = _AMOUNT.fullmatch(text)
    mib = int(float(found[1]) * (1 if found[3] else _MIB_PER_GIB)) if found else 0
    return mib or _unreadable(vm, MAX_MEMORY, text, "16 GB")


def where_from(vm: Vm, attribute: str) -> str:
    """Whose cap it is, in words."""
    return f"its attribute {attribute}" if vm.attributes.get(attribute, "").strip() else "the configured cap"


def _unreadable(vm: Vm, attribute: str, text: str, example: str) -> NoRemedy:
    reason = f"The attribute {attribute} of {vm.name} is {text!r}, which can't be read, so nothing is added."
    return NoRemedy(reason=reason, better=f"Set it in vCenter to a number such as {example}, or clear it.")
