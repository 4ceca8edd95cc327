"""A remedy as it was agreed: where an approver has lowered its figures it says those, not what was asked for. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from operations.amounts import memory
from operations.approvals import size_of
from operations.model import Operation, Plan
from remediation.model import Remedy


def as_agreed(remedy: Remedy, operation: Operation) -> Remedy:
    """The same, unless its operation was lowered."""
    plan, approval = operation.plan, operation.approval
    if plan is None or approval is None or approval.lowered_by is None:
        return remedy
    said = " and ".join(_steps(plan, remedy.vm_name))
    return replace(remedy, summary=said) if said else remedy


def _steps(plan: Plan, vm_name: str) -> Iterator[str]:
    """What differs, as playbooks say it: `Add 1 GB of memory to web-02 (4 GB → 5 GB)`."""
    before = plan.details.get("before")
    known = before if isinstance(before, Mapping) else {}
    cpu, size = _differs("cpu_count", known, plan), _differs("memory_mib", known, plan)
    if cpu is not None:
        yield f"Add {cpu[1] - cpu[0]} vCPU to {vm_name} ({cpu[0]} → {cpu[1]})"
    if size is not None:
        yield f"Add {memory(size[1] - size[0])} of memory to {vm_name} ({memory(size[0])} → {memory(size[1])})"


def _differs(name: str, before: Mapping[str, object], plan: Plan) -> tuple[int, int] | None:
    """Before and after; None where it stays as it is."""
    was, is_ = before.get(name), size_of(plan).get(name)
    return (was, is_) if isinstance(was, int) and is_ is not None and was != is_ else None
