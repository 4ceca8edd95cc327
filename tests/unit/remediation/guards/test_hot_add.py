"""What can grow while it runs, and what needs a window."""

from typing import Any

import pytest

from remediation.admission import Case
from remediation.guards.hot_add import HotAdd
from remediation.hotadd import is_linux
from remediation.model import HoldKind
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import VM, a_move, case, facts, more_cpu, more_memory, settings, vm
from vsphere.model import DiskFacts, PowerState

WINDOWS: dict[str, Any] = {
    "guest_id": "windows2022srvNext_64Guest",
    "guest_name": "Microsoft Windows Server 2022 (64-bit)",
}


def memory(have: int, wanted: int, *, booted: int | None = None, limit: int | None = None, **changes: Any) -> Case:
    """More memory for a VM that booted with so much, as far as that is known."""
    disks = {VM: DiskFacts(memory_at_boot_mib=booted, hot_memory_limit_mib=limit)}
    target = vm(memory_mib=have, **changes)
    return case(facts=facts(vm=target, disks=disks), recommendation=more_memory(target, memory_mib=wanted))


TOLERANT = facts(disks={VM: DiskFacts(fault_tolerant=True)})
CASES = (
    Row(says="CPU hot-add is on", case=case()),
    Row(
        says="CPU hot-add is off",
        case=case(recommendation=more_cpu(vm(cpu_hot_add=False))),
        kind=HoldKind.WINDOW,
        reason="web-01 has CPU hot-add off; more needs a restart.",
    ),
    Row(says="CPU hot-add is off, and memory grows", case=memory(4096, 6144, booted=4096, cpu_hot_add=False)),
    Row(
        says="memory hot-add is off",
        case=memory(4096, 6144, booted=4096, memory_hot_add=False),
        kind=HoldKind.WINDOW,
        reason="web-01 has memory hot-add off; more needs a restart.",
    ),
    Row(says="memory hot-add is off, and CPU grows", case=case(recommendation=more_cpu(vm(memory_hot_add=False)))),
    Row(
        says="a VM that is off needs none",
        case=case(recommendation=more_cpu(vm(cpu_hot_add=False, power=PowerState.OFF))),
    ),
    Row(says="a move needs none", case=case(recommendation=a_move(vm(cpu_hot_add=False)), facts=TOLERANT)),
    Row(
        says="fault tolerant",
        case=case(facts=TOLERANT),
        kind=HoldKind.REFUSE,
        reason="web-01 is fault tolerant, so its size can't change.",
    ),
    Row(says="up to sixteen times what it booted with", case=memory(14336, 16384, booted=1024, **WINDOWS)),
    Row(
        says="over sixteen times what it booted with",
        case=memory(14336, 16388, booted=1024, **WINDOWS),
        kind=HoldKind.WINDOW,
        reason="web-01 booted with 1 GB, so it can grow to 16 GB while it runs; more needs a restart.",
    ),
    Row(
        says="another factor",
        case=case(
            facts=facts(disks={}),
            recommendation=more_memory(vm(memory_mib=4096, **WINDOWS)),
            settings=settings(guards={"hot_memory_factor": 1}),
        ),
        kind=HoldKind.WINDOW,
        reason=(
            "web-01 booted with 4 GB at most (what it has now; nobody knows what it booted with), so it can grow to 4"
            " GB while it runs; more needs a restart."
        ),
    ),
    Row(says="Linux that booted small, up to 3 GB", case=memory(1024, 3072, booted=1024)),
    Row(
        says="Linux that booted small, over 3 GB",
        case=memory(2048, 4096, booted=2048),
        kind=HoldKind.WINDOW,
        reason="web-01 is a Linux that booted with 2 GB, so it can grow to 3 GB while it runs; more needs a restart.",
    ),
    Row(says="Windows that booted small", case=memory(2048, 4096, booted=2048, **WINDOWS)),
    Row(says="Linux that booted with 3 GB", case=memory(3072, 5120, booted=3072)),
    Row(
        says="Linux of which nobody knows what it booted with, under 3 GB",
        case=memory(2048, 4096),
        kind=HoldKind.WINDOW,
        reason=(
            "web-01 is a Linux that booted with 2 GB at most (what it has now; nobody knows what it booted with), so it"
            " can grow to 3 GB while it runs; more needs a restart."
        ),
    ),
    Row(
        says="Linux of which nobody knows what it booted with, at 3 GB",
        case=memory(3072, 5120),
        kind=HoldKind.WINDOW,
        reason=(
            "web-01 is a Linux that booted with 3 GB at most (what it has now; nobody knows what it booted with), so it"
            " can grow to 3 GB while it runs; more needs a restart."
        ),
    ),
    Row(says="Linux of which nobody knows what it booted with, over 3 GB", case=memory(4096, 6144)),
    Row(says="vCenter's own limit is far", case=memory(2048, 4096, booted=2048, limit=32768)),
    Row(says="just vCenter's own limit", case=memory(4096, 6144, booted=4096, limit=6144)),
    Row(
        says="vCenter's own limit is near",
        case=memory(4096, 6144, booted=4096, limit=5120),
        kind=HoldKind.WINDOW,
        reason="web-01 can grow to 5 GB while it runs, by vCenter's own limit; more needs a restart.",
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_what_hot_add_can_not_do_needs_a_window_and_never_a_silent_reboot(row: Row) -> None:
    assert_answer(HotAdd(), row)


@pytest.mark.parametrize(
    "guest",
    [
        {"guest_id": "debian12_64Guest", "guest_name": "Debian GNU/Linux 12 (64-bit)"},
        {"guest_id": "rhel9_64Guest", "guest_name": ""},
        {"guest_id": "other5xLinux64Guest", "guest_name": "Other 5.x Linux (64-bit)"},
        {"guest_id": "oracleLinux9_64Guest", "guest_name": "Oracle Linux 9 (64-bit)"},
        {"guest_id": "vmwarePhoton64Guest", "guest_name": "VMware Photon OS (64-bit)"},
        {"guest_id": "amazonlinux3_64Guest", "guest_name": "Amazon Linux 3 (64-bit)"},
    ],
    ids=lambda guest: str(guest["guest_id"]),
)
def test_a_linux_is_known_by_its_id_or_name(guest: dict[str, str]) -> None:
    assert is_linux(vm(**guest))


@pytest.mark.parametrize(
    "guest",
    [
        WINDOWS,
        {"guest_id": "solaris11_64Guest", "guest_name": "Oracle Solaris 11 (64-bit)"},
        {"guest_id": "freebsd14_64Guest", "guest_name": "FreeBSD 14 or later versions (64-bit)"},
        {"guest_id": "otherGuest", "guest_name": ""},
    ],
    ids=lambda guest: str(guest["guest_id"]),
)
def test_what_is_no_linux_is_taken_for_none(guest: dict[str, str]) -> None:
    assert not is_linux(vm(**guest))
