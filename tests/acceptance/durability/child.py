"""One replica as a process of its own: brings to an end what it finds, reports, and then takes orders from its input.

An order is a line of JSON: what to submit, and the crash point that is to kill this process. Without one it is run to
its end and reported on. At the end of the input the process ends.
"""

import json
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog

from operations.errors import ConfirmationNeededError
from operations.model import Actor, ActorKind, Operation, Request
from operations.policy import Policy
from operations.service import Operations
from tests.integration.operations.lab import DANA, HERE, READY_S, RULES, SITE, Directory, settings_for
from vsphere.clock import SystemClock
from vsphere.gateway import Gateway
from vsphere.model import Vm
from vsphere.settings import VcenterSettings
from vsphere.sites import Sites

DUTY = Actor(id="bin", name="bin", kind=ActorKind.SYSTEM)
NEVER_GIVEN = {"purge"}
"""Verbs that no person may use."""
_END_S = 60
_POLL_S = 0.02
_CLOCK = SystemClock()


def main(setting: dict[str, Any]) -> None:
    """Run a replica in a setting: where vCenter is, which database, which name and limits."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    gateway = Gateway(_vcenter(setting["vcenter"]), clock=_CLOCK)
    gateway.start()
    operations = Operations(
        settings=settings_for(setting["database_url"], replica_id=setting["replica_id"], **setting["settings"]),
        sites=Sites([gateway]),
        policy=Policy(RULES),
        directory=Directory(),
        clock=_CLOCK,
    )
    operations.start()
    if not gateway.wait_ready(READY_S):
        raise SystemExit("vCenter did not answer")
    _report(operations)
    for line in sys.stdin:
        order = json.loads(line)
        os.environ["IAAS_CRASH_AT"] = order.get("crash_at", "")
        _submit(operations, gateway, order)
        _report(operations)
    operations.drain(5)
    # As the service ends: threads of the engine may still run and would hold the process.
    os._exit(0)


def _report(operations: Operations) -> None:
    """Wait for the end of everything and tell of it, newest first."""
    deadline = _CLOCK.monotonic() + _END_S
    while any(not one.state.is_final for one in operations.recent(100)) and _CLOCK.monotonic() < deadline:
        threading.Event().wait(_POLL_S)
    ends = [_told(operations, one) for one in operations.recent(100)]
    sys.stdout.write(json.dumps({"operations": ends, "problems": operations.audit.verify()}) + "\n")
    sys.stdout.flush()


def _submit(operations: Operations, gateway: Gateway, order: dict[str, Any]) -> None:
    vm = _mirrored(operations, gateway, order["vm"]).ref if order.get("vm") else None
    request = Request(
        verb=order["verb"],
        actor=DUTY if order["verb"] in NEVER_GIVEN else DANA,
        origin=HERE,
        key=order["key"],
        vm=vm,
        name=order.get("name"),
        vcenter=SITE,
        arguments=order.get("arguments", {}),
        asked_at=_CLOCK.now(),
    )
    try:
        operations.submit(request)
    except ConfirmationNeededError as needed:
        operations.submit(replace(request, confirmed=needed.plan.hash))


def _mirrored(operations: Operations, gateway: Gateway, name: str) -> Vm:
    """The VM, once the mirror has heard what the test did to it."""
    deadline = _CLOCK.monotonic() + READY_S
    while _CLOCK.monotonic() < deadline:
        found = gateway.inventory.find_vms(name) or operations.bin.find(name)
        if found and _is_current(gateway, found[0]):
            return found[0]
        threading.Event().wait(_POLL_S)
    raise SystemExit(f"the mirror does not hear of {name}")


def _is_current(gateway: Gateway, seen: Vm) -> bool:
    now = gateway.read_vm(seen.ref)
    return replace(seen, read_at=now.read_at) == now


def _vcenter(data: dict[str, Any]) -> VcenterSettings:
    return VcenterSettings(
        name=SITE,
        host=data["host"],
        port=data["port"],
        username=data["username"],
        read_password=lambda: str(data["password"]),
        ca_file=Path(data["ca_file"]),
        connect_timeout_s=2,
        read_timeout_s=10,
    )


def _told(operations: Operations, operation: Operation) -> dict[str, Any]:
    events = operations.events(operation.id)
    return {
        "id": operation.id,
        "verb": operation.verb,
        "stages": list(operation.stages),
        "state": operation.state.value,
        "text": operation.text,
        "way_out": operation.way_out,
        "runners": [
            str(one.data["runner"]).partition(":")[0]
            for one in events
            if one.kind in {"operation.started", "operation.resumed"}
        ],
        "kinds": [one.kind for one in events],
    }


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
